//! Any text as a list of tickers: each word is a ticker or told with its row. The same is a
//! property test of `market::SymbolList`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use market::SymbolList;

fuzz_target!(|text: &str| {
    let list = SymbolList::from_text(text);
    let rows = text.lines().count();
    assert!(list.bad.iter().all(|(row, word)| (1..=rows).contains(row) && text.contains(word)));
    let written: Vec<String> = list.symbols.iter().map(ToString::to_string).collect();
    assert!(written.len() <= text.len());
});
