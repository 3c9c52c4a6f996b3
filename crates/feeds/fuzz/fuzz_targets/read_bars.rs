//! Any bytes under any name: bars are sorted and possible, and every row is accounted for.

#![no_main]

use feeds::{ImportOptions, read_bars};
use libfuzzer_sys::fuzz_target;
use market::Symbol;

const NAMES: [&str; 3] =
    ["spy.csv", "20131007_spy_minute_trade.csv", "20131007_spy_second_trade.csv"];

fuzz_target!(|input: &[u8]| {
    let Some((choice, input)) = input.split_first() else { return };
    let name = NAMES[usize::from(choice & 0x7f) % NAMES.len()];
    let symbol = if choice & 0x80 == 0 { Symbol::SPY } else { Symbol::SPX };
    let Ok(imported) = read_bars(input, name, &ImportOptions::new(symbol), &mut |_, _| {}) else {
        return;
    };
    let report = &imported.report;
    assert_eq!(report.rows, report.accepted + report.duplicates + report.refused_count);
    assert!(imported.bars.is_sorted_by(|one, next| one.start < next.start));
    assert!(imported.bars.iter().all(|bar| bar.checked().is_ok()));
});
