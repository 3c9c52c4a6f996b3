//! Any bytes as a quote table, or as a universe of Lean's: strikes rise, and every row is accounted
//! for.

#![no_main]

use feeds::{ChainOptions, read_chain};
use libfuzzer_sys::fuzz_target;

/// Most inputs would end at the first line: most begin behind a whole one of either kind.
const HEAD: &str = "Standard & Poors 500 Index,Last: 5000.50,Change:  1.25\n\
    \"Date: February 27, 2024, 8:47 PM EST\",Bid: 4990,Ask: 5010,Size: 1*1,Volume: 0\n\
    Expiration Date,Calls,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest,Strike,\
    Puts,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest\n";
const UNIVERSE: &str = "\
    #expiry,strike,right,open,high,low,close,volume,open_interest,implied_volatility,delta,gamma,\
    vega,theta,rho\n\
    ,,,4350.18,4366.55,4341.34,4348.23,0,,,,,,,\n";

fuzz_target!(|input: &[u8]| {
    let Some((choice, input)) = input.split_first() else { return };
    let (head, name) = match choice % 3 {
        0 => ("", "spx.csv"),
        1 => (HEAD, "spx.csv"),
        _ => (UNIVERSE, "spxw/20230623.csv"),
    };
    let text = [head.as_bytes(), input].concat();
    let Ok(chain) = read_chain(&text, name, ChainOptions::default()) else { return };
    let report = &chain.report;
    assert_eq!(report.rows, report.accepted + report.duplicates + report.refused_count);
    for quotes in &chain.series {
        assert_eq!(quotes.series.terms().underlying, chain.symbol);
        assert!(quotes.strikes.is_sorted_by(|one, next| one.strike < next.strike));
    }
});
