//! Any bytes as a word of the stream, in both formats and both directions: refused in words, or a
//! word whose following brings nothing down.

#![no_main]

use api::{ChainWord, ServerWord, decode_chain, decode_client, decode_gap, decode_server};
use libfuzzer_sys::fuzz_target;
use quant::options::ChainBook;

fuzz_target!(|input: &[u8]| {
    for is_json in [false, true] {
        if let Err(told) = decode_client(input, is_json) {
            assert!(!told.is_empty());
        }
    }
    let _ = decode_gap(input);
    if let Some(ChainWord::Quotes { at, quotes, .. }) = decode_chain(input) {
        let book = ChainBook::new(quotes, 0.04, 5_000.0, at);
        let _ = book.expected_move();
    }
    if let Some(ServerWord::Snapshot(mut snapshot)) = decode_server(input) {
        let symbols: Vec<_> = snapshot.positions.iter().map(|known| known.symbol).collect();
        snapshot.books = snapshot.books.subset(&symbols);
        for symbol in symbols {
            let _ = snapshot.books.levels(symbol);
        }
    }
});
