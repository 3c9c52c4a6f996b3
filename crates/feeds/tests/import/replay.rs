//! What the fuzz targets do, on stable Rust: seeds of every layout, and what chance makes of them.

use feeds::{ImportOptions, read_bars, read_prints};
use market::Symbol;

use crate::files::zip_of;

/// Changed copies of each seed.
const ROUNDS: u64 = 1_500;

/// A name and the text of a file.
fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let minutes = "34200000,50000,70000,40000,60000,1\n34260000,50000,70000,40000,60000,1\n";
    let days =
        "20131007 00:00,50000,70000,40000,60000,1\n20131008 00:00,50000,70000,40000,60000,1\n";
    let ticks = "34200000,50000,5,Q,2000,0\n34200785,51000,900,P,4000000,0\n\
                 57600735,52000,800,P,1000000,0\n";
    let zoned = "2013-10-07T09:30:00-04:00,5,7,4,6,1\n2013-10-07T13:31:00Z,5,7,4,6,1\n";
    let marked =
        "\u{feff}Date,Close/Last,Volume,Open,High,Low\r\n10/15/2013,$6.00,\"1,234\",5,7,4\r\n";
    let apart =
        "Date;Time;Open;High;Low;Close\n2013.10.07;09:30;5;7;4;6\n2013.10.07;09:31;5;7;4;6\n";
    let unix = "time\topen\thigh\tlow\tclose\n1381152600\t5\t7\t4\t6\n1381152660\t5\t7\t4\t6\n";
    let plain = "date,open,high,low,close,volume\n2013-10-07,5,7,4,6,1\n2013-10-08,5,7,4,6,1\n";
    let mut seeds: Vec<(&str, Vec<u8>)> = [
        ("a.csv", plain),
        ("a.csv", apart),
        ("a.csv", unix),
        ("a.csv", marked),
        ("a.csv", zoned),
        ("20131007_spy_minute_trade.csv", minutes),
        ("20131007_spy_second_trade.csv", minutes),
        ("20131007_spy_minute_quote.csv", "34200000,1,1,1,1,1,1,1,1,1,1\n"),
        ("20131007_spy_trade_tick.csv", ticks),
        ("spy.csv", days),
    ]
    .into_iter()
    .map(|(name, text)| (name, text.as_bytes().to_vec()))
    .collect();
    for place in [0, 5, 8, 9] {
        let (name, text) = seeds[place].clone();
        seeds.push(("a.zip", zip_of(&[(name, &text)])));
    }
    seeds
}

/// Numbers that are the same on every run.
fn chance(state: &mut u64) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 40).unwrap()
}

/// Changes, cuts, doubles or inserts a few bytes.
fn changed(seed: &[u8], state: &mut u64) -> Vec<u8> {
    const WORDS: [&[u8]; 10] =
        [b",", b"\n", b"\"", b"9999999999999", b"-", b".", b":", b"\0", b"e9", b"2200-12-31"];
    let mut bytes = seed.to_vec();
    for _ in 0..1 + chance(state) % 4 {
        let at = chance(state) % (bytes.len() + 1);
        match chance(state) % 4 {
            0 if at < bytes.len() => bytes[at] = (chance(state) % 256).to_le_bytes()[0],
            1 => bytes.truncate(at),
            2 => bytes.extend_from_within(at..),
            _ => {
                let word = WORDS[chance(state) % WORDS.len()];
                bytes.splice(at..at, word.iter().copied());
            }
        }
    }
    bytes
}

fn check(input: &[u8], name: &str) {
    for symbol in [Symbol::SPY, Symbol::SPX] {
        let options = ImportOptions::new(symbol);
        if let Ok(imported) = read_bars(input, name, &options, &mut |_, _| {}) {
            let report = &imported.report;
            assert_eq!(report.rows, report.accepted + report.duplicates + report.refused_count);
            assert!(imported.bars.is_sorted_by(|one, next| one.start < next.start));
            assert!(imported.bars.iter().all(|bar| bar.checked().is_ok()));
        }
        if let Ok(imported) = read_prints(input, name, &options, &mut |_, _| {}) {
            assert_eq!(imported.prints.len() as u64, imported.report.accepted);
        }
    }
}

#[test]
fn seeds_and_their_changes_are_read_or_refused() {
    let mut state = 1;
    for (name, seed) in seeds() {
        check(&seed, name);
        for _ in 0..ROUNDS {
            check(&changed(&seed, &mut state), name);
        }
    }
}

/// A seed that nothing reads tests nothing.
#[test]
fn seeds_reach_the_readers() {
    let options = ImportOptions::new(Symbol::SPY);
    let read = seeds().into_iter().filter(|(name, seed)| {
        read_bars(seed, name, &options, &mut |_, _| {}).is_ok()
            || read_prints(seed, name, &options, &mut |_, _| {}).is_ok()
    });
    // All but the quotes; the ticks' own name is not the zip's.
    assert_eq!(read.count(), seeds().len() - 1);
}
