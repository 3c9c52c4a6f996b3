//! Quote tables of whole chains: made ones, damaged ones, and real ones of Cboe's.

use std::path::PathBuf;

use feeds::{ImportedChain, read_chain};
use market::{Moment, Right, Root, Span, Symbol, TradingDate};
use proptest::prelude::*;
use quant::options::{ChainBook, years_between};

const HEAD: &str = "\nStandard & Poors 500 Index,Last: 5000.50,Change:  1.25\n\
    \"Date: February 27, 2024, 8:47 PM EST\",Bid: 4990,Ask: 5010,Size: 1*1,Volume: 0\n\
    Expiration Date,Calls,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest,Strike,\
    Puts,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest\n";
const ROWS: &str = "\
    Fri Mar 15 2024,SPXW240315C05000000,61.5,1.5,60.1,60.7,12,0.1312,0.51,0.002,341,5000.00,\
    SPXW240315P05000000,0,0,0,0.05,0,0.1305,-0.49,0.002,77\r\n\
    Fri Mar 15 2024,SPX240315C05000000,9,0,58.1,59.7,0,0,0,0,1,5000.00,\
    SPX240315P05000000,0,0,57,58.05,3,0.13,-0.49,0.002,2\n";

fn read(text: &str) -> ImportedChain {
    read_chain(text.as_bytes(), "spx.csv").unwrap()
}

#[test]
fn a_table_is_read_as_it_is_written() {
    let chain = read(&format!("{HEAD}{ROWS}"));
    let day = TradingDate::new(2024, 2, 27).unwrap();
    assert_eq!((chain.symbol, chain.day), (Symbol::SPX, day));
    assert_eq!(chain.spot.to_f64(), 5_000.5);
    assert_eq!(chain.at, Moment::new_york(day, Span::hours(16) + Span::minutes(15)));
    let report = &chain.report;
    assert_eq!((report.rows, report.accepted, report.refused_count), (2, 2, 0));
    // Settled in the morning it is over first, and another series.
    let roots: Vec<Root> = chain.series.iter().map(|one| one.series.root).collect();
    assert_eq!(roots, [Root::SPX, Root::SPXW]);
    let row = &chain.series[1].strikes[0];
    let call = row.call;
    assert!((call.mid().unwrap() - 60.4).abs() < 1e-9);
    assert_eq!(call.last.map(|one| one.to_f64()), Some(61.5));
    assert_eq!(call.prior.map(|one| one.to_f64()), Some(60.0));
    assert_eq!((call.volume, call.open_interest, call.vendor_iv), (12, 341, Some(0.1312)));
    assert_eq!((row.put.bid, row.put.last, row.put.at), (None, None, Some(chain.at)));
    // Nothing traded today: the last price is an older one.
    assert_eq!(chain.series[0].strikes[0].call.last, None);
    assert_eq!(chain.series[0].strikes[0].call.vendor_iv, None);
    assert_eq!(chain.series[0].open_interest_of, TradingDate::new(2024, 2, 26).unwrap());
}

#[test]
fn a_file_that_is_no_table_is_told() {
    for (text, told) in [
        (String::new(), "empty"),
        ("time,open,high\n1,2,3\n".to_owned(), "no `Last:` price"),
        (HEAD.replace("Last: 5000.50", "Last: 0"), "no `Last:` price"),
        (HEAD.replace("February 27", "Febtober 27"), "has no date"),
        (HEAD.replace("8:47 PM EST", "20:47 CET"), "has no date"),
        (HEAD.replace(",Strike,", ",Price,"), "are not the columns"),
        (HEAD.to_owned(), "the table has no row to take"),
        (format!("{HEAD}{ROWS}{}", ROWS.replace("SPXW", "NDXP")), "of SPX and NDX"),
    ] {
        let refused = read_chain(text.as_bytes(), "x.csv").unwrap_err().to_string();
        let refused = refused.replace("NDX and SPX", "SPX and NDX");
        assert!(refused.contains(told), "{refused}");
    }
}

#[test]
fn a_row_that_cannot_be_right_is_refused_with_its_line() {
    let first = ROWS.lines().next().unwrap();
    for (row, field, told) in [
        (first.replace("60.1", "sixty"), Some("Bid"), "sixty"),
        (first.replace(",12,", ",1.5,"), Some("Volume"), "whole number"),
        (first.replace("0.1312", "NaN"), Some("IV"), "no number"),
        (first.replace("C05000000", "C05010000"), Some("contract"), "not the C at"),
        (first.replace("SPXW240315P", "SPXW240322P"), Some("contract"), "another series"),
        (first.replace("Mar 15", "Mar 22"), Some("Expiration Date"), "as the contracts say"),
        (first.replace("SPXW240315C", "!!!"), Some("contract"), "!!!"),
        (first[..90].to_owned(), None, "fields, not 22"),
        (first.replace("60.1", "-60.1"), Some("Bid"), "-60.1"),
    ] {
        let chain = read(&format!("{HEAD}{ROWS}{row}\n"));
        assert_eq!((chain.report.accepted, chain.report.refused_count), (2, 1), "{row}");
        let refused = &chain.report.refused[0];
        assert_eq!((refused.row, refused.field), (7, field), "{refused:?}");
        let all = format!("{} {} {:?}", refused.value, refused.why, refused.remedy);
        assert!(all.contains(told), "{all}");
    }
    // The same again changes nothing, otherwise it is refused.
    let again = read(&format!("{HEAD}{ROWS}{ROWS}"));
    assert_eq!((again.report.accepted, again.report.duplicates), (2, 2));
    let other = first.replace("60.1", "60.2");
    let other = read(&format!("{HEAD}{ROWS}{other}\n"));
    assert!(other.report.refused[0].why.contains("told before"));
}

proptest! {
    /// Cut anywhere, or with any byte in the place of another, it is read or refused in words.
    #[test]
    fn damage_is_told(at in 0_usize..900, byte: u8, is_cut: bool) {
        let mut text = format!("{HEAD}{ROWS}").into_bytes();
        let at = at.min(text.len() - 1);
        if is_cut {
            text.truncate(at);
        } else {
            text[at] = byte;
        }
        match read_chain(&text, "spx.csv") {
            Ok(chain) => {
                let report = &chain.report;
                let told = report.accepted + report.refused_count + report.duplicates;
                prop_assert_eq!(report.rows, told);
            }
            Err(why) => prop_assert!(!why.to_string().is_empty()),
        }
    }
}

fn real(name: &str) -> Option<ImportedChain> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let path = folder.join("../../../shared/data/chains/cboe_quotedata").join(name);
    let input = std::fs::read(&path).ok()?;
    Some(read_chain(&input, name).unwrap())
}

fn skipped(name: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "skipped: {name} is not on this machine");
}

#[test]
fn real_chains_lose_no_row() {
    for (name, symbol, day) in [
        ("spx_2022-02-05.csv", Symbol::SPX, (2022, 2, 4)),
        ("ndx_2022-02-05.csv", Symbol::NDX, (2022, 2, 4)),
        ("spx_2022-06-11.csv", Symbol::SPX, (2022, 6, 10)),
        ("spx_2023-08-20.csv", Symbol::SPX, (2023, 8, 18)),
    ] {
        let Some(chain) = real(name) else { return skipped(name) };
        let (year, month, date) = day;
        assert_eq!(chain.day, TradingDate::new(year, month, date).unwrap(), "{name}");
        assert_eq!(chain.symbol, symbol);
        let report = &chain.report;
        assert_eq!(report.accepted, report.rows, "{name}: {:?}", report.refused);
        let strikes: usize = chain.series.iter().map(|one| one.strikes.len()).sum();
        assert_eq!(u64::try_from(strikes).unwrap(), report.rows);
        assert!(9_000 < strikes && 30 < chain.series.len(), "{name}: {strikes}");
    }
}

/// Near the money, our volatility is the exchange's, and so is delta.
#[test]
fn volatilities_are_the_exchanges() {
    // What three-month bills paid on these days, as the Treasury tells it.
    for (name, rate) in [("spx_2022-06-11.csv", 0.0139), ("spx_2023-08-20.csv", 0.0556)] {
        let Some(chain) = real(name) else { return skipped(name) };
        let spot = chain.spot.to_f64();
        let (mut volatilities, mut deltas) = (Vec::new(), Vec::new());
        let told = deltas_of(name);
        for quotes in &chain.series {
            let series = quotes.series;
            let years = years_between(chain.at, series.expires_at());
            if series.root != Root::SPXW || !(3.0 / 365.0..1.0).contains(&years) {
                continue;
            }
            let book = ChainBook::new(quotes.clone(), rate, spot, chain.at);
            for (place, row) in quotes.strikes.iter().enumerate() {
                if 0.05 < (row.strike.to_f64() / spot - 1.0).abs() {
                    continue;
                }
                for right in Right::ALL {
                    let option = book.option(place, right);
                    let (Ok(iv), Some(vendor)) = (option.iv, row.of(right).vendor_iv) else {
                        continue;
                    };
                    volatilities.push((iv - vendor).abs());
                    let name = quotes.contract(place, right).unwrap().occ().unwrap();
                    let delta = option.greeks.unwrap().delta;
                    deltas.extend(told.get(&name).map(|told| (delta - told).abs()));
                }
            }
        }
        assert!(3_000 < volatilities.len(), "{name}: {}", volatilities.len());
        let (iv, delta) = (median(&mut volatilities), median(&mut deltas));
        assert!(iv <= 0.001 && delta <= 0.006, "{name}: IV {iv}, delta {delta}");
    }
}

/// The deltas that a file tells, by the contract's name: the desk computes its own.
fn deltas_of(name: &str) -> std::collections::BTreeMap<String, f64> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let path = folder.join("../../../shared/data/chains/cboe_quotedata").join(name);
    let text = std::fs::read_to_string(path).unwrap();
    let mut deltas = std::collections::BTreeMap::new();
    for row in text.lines().skip(4) {
        let fields: Vec<&str> = row.split(',').collect();
        for place in [1, 12] {
            let contract = fields.get(place).and_then(|name| market::Contract::from_occ(name).ok());
            let delta = fields.get(place + 7).and_then(|text| text.parse().ok());
            if let (Some(contract), Some(delta)) = (contract, delta) {
                deltas.insert(contract.occ().unwrap(), delta);
            }
        }
    }
    deltas
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
