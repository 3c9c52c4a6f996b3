//! Whole chains: made ones, damaged ones, and real ones of Cboe's and Lean's.

use std::path::PathBuf;

use feeds::{ChainOptions, ImportedChain, read_chain};
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

const UNIVERSE: &str = "\
    #expiry,strike,right,open,high,low,close,volume,open_interest,implied_volatility,delta,gamma,\
    vega,theta,rho\n\
    ,,,4350.18,4366.55,4341.34,4348.23,0,,,,,,,\n\
    20230630,4400,C,12.8750,15.1500,8.7500,11.7000,893,1209,0.1002,0.2675,0.0043,1.77,-1.2,0.2\n\
    20230630,4400,P,60.5000,65.4000,58.6250,61.4000,0,,0.0000001,-1,0,0,0,0\n\
    20230721,4400,C,48.2000,52.1000,44.7000,0,0,7,0,0,0,0,0,0\n";

fn read(text: &str) -> ImportedChain {
    read_chain(text.as_bytes(), "spx.csv", ChainOptions::default()).unwrap()
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
        let refused = read_chain(text.as_bytes(), "x.csv", ChainOptions::default());
        let refused = refused.unwrap_err().to_string();
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

fn universe(text: &str, name: &str, options: ChainOptions) -> Result<ImportedChain, String> {
    read_chain(text.as_bytes(), name, options).map_err(|bad| bad.to_string())
}

#[test]
fn a_universe_is_read_as_it_is_written() {
    let name = "indexoption/usa/universes/spxw/20230623.csv";
    let chain = universe(UNIVERSE, name, ChainOptions::default()).unwrap();
    let day = TradingDate::new(2023, 6, 23).unwrap();
    assert_eq!((chain.symbol, chain.day, chain.spot.to_f64()), (Symbol::SPX, day, 4_348.23));
    assert_eq!(chain.at, Moment::new_york(day, Span::hours(16)));
    let report = &chain.report;
    assert_eq!((report.rows, report.accepted, report.refused_count), (4, 4, 0), "{report:?}");
    assert!(report.notes.iter().any(|note| note.contains("the middle of a quote")), "{report:?}");
    let [near, far] = chain.series.as_slice() else { panic!("{:?}", chain.series) };
    assert_eq!((near.series.root, near.strikes.len()), (Root::SPXW, 1));
    let row = near.strikes[0];
    assert_eq!((row.call.mid(), row.call.last.map(|one| one.to_f64())), (Some(11.7), Some(11.7)));
    assert_eq!(
        (row.call.volume, row.call.open_interest, row.call.vendor_iv),
        (893, 1_209, Some(0.1002))
    );
    // Nothing traded, and no volatility was found.
    assert_eq!((row.put.mid(), row.put.last, row.put.vendor_iv), (Some(61.4), None, None));
    let far = far.strikes[0];
    assert_eq!((far.call.bid, far.call.at, far.call.open_interest), (None, None, 7));
    assert_eq!(far.put, market::Quote::default());
    // What the file does not say, the trader may.
    let options = ChainOptions { root: Some(Root::SPX), spot: Some("4350".parse().unwrap()) };
    let chain = universe(UNIVERSE, "universe_20230623.csv", options).unwrap();
    assert_eq!((chain.series[0].series.root, chain.spot.to_f64()), (Root::SPX, 4_350.0));
}

#[test]
fn a_universe_that_cannot_be_right_is_told() {
    let headless = UNIVERSE.replace(",,,4350.18,4366.55,4341.34,4348.23,0,,,,,,,\n", "");
    let none = ChainOptions::default();
    for (text, name, told) in [
        (UNIVERSE, "spxw/universe.csv", "has no date"),
        (UNIVERSE, "spxw/20230631.csv", "has no date"),
        (UNIVERSE, "spxw/20230624.csv", "no session was held on 2023-06-24"),
        (UNIVERSE, "20230623.csv", "give it with --root"),
        (UNIVERSE, "my chains/20230623.csv", "give it with --root"),
        (headless.as_str(), "spxw/20230623.csv", "give it with --spot"),
        (&UNIVERSE[..UNIVERSE.find("2023").unwrap()], "spxw/20230623.csv", "no contract to take"),
    ] {
        let refused = universe(text, name, none).unwrap_err();
        assert!(refused.contains(told), "{refused}");
    }
    let first = UNIVERSE.lines().nth(2).unwrap();
    for (row, field, told) in [
        (first.replace("20230630", "20230631"), Some("expiry"), "no date"),
        (first.replace("4400", "0"), Some("strike"), "out of range"),
        (first.replace(",C,", ",call,"), Some("right"), "neither C nor P"),
        (first.replace("11.7000", "-11.7"), Some("close"), "-11.7"),
        (first.replace(",893,", ",1.5,"), Some("volume"), "whole number"),
        (first.replace("0.1002", "inf"), Some("implied_volatility"), "no number"),
        (first.replace("-1.2", "NaN"), Some("theta"), "no number"),
        (first[..40].to_owned(), None, "fields, not 15"),
        (first.replace("11.7000", "11.8"), None, "told before"),
    ] {
        let text = format!("{UNIVERSE}{row}\n");
        let chain = universe(&text, "spxw/20230623.csv", none).unwrap();
        assert_eq!((chain.report.accepted, chain.report.refused_count), (4, 1), "{row}");
        let refused = &chain.report.refused[0];
        assert_eq!((refused.row, refused.field), (6, field), "{refused:?}");
        let all = format!("{} {} {:?}", refused.value, refused.why, refused.remedy);
        assert!(all.contains(told), "{all}");
    }
    let again = format!("{UNIVERSE}{first}\n");
    assert_eq!(universe(&again, "spxw/20230623.csv", none).unwrap().report.duplicates, 1);
}

proptest! {
    /// Cut anywhere, or with any byte in the place of another, it is read or refused in words.
    #[test]
    fn damage_is_told(at in 0_usize..900, byte: u8, is_cut: bool, is_universe: bool) {
        let (text, name) = match is_universe {
            true => (UNIVERSE.to_owned(), "spxw/20230623.csv"),
            false => (format!("{HEAD}{ROWS}"), "spx.csv"),
        };
        let mut text = text.into_bytes();
        let at = at.min(text.len() - 1);
        if is_cut {
            text.truncate(at);
        } else {
            text[at] = byte;
        }
        match read_chain(&text, name, ChainOptions::default()) {
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
    Some(read_chain(&input, name, ChainOptions::default()).unwrap())
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

#[test]
fn real_universes_lose_no_row() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/chains/lean");
    for (name, rows) in [
        ("indexoption/usa/universes/spxw/20230623.csv", 13),
        ("indexoption/usa/universes/spx/20210104.csv", 7),
        ("indexoption/usa/universes/spx/20151223.csv", 272),
        ("option/usa/universes/spy/20240104.csv", 37),
        ("goog/universe_20151224.csv", 2_017),
        ("aapl/universe_20140609.csv", 4_361),
    ] {
        let Ok(input) = std::fs::read(folder.join(name)) else { return skipped(name) };
        // The oldest of them tell no price of the index itself.
        let spot = name.contains("20151223").then(|| "2064.29".parse().unwrap());
        let chain = read_chain(&input, name, ChainOptions { spot, root: None }).unwrap();
        let report = &chain.report;
        assert_eq!((report.rows, report.accepted), (rows, rows), "{name}: {:?}", report.refused);
        assert!(!chain.series.is_empty());
    }
}

/// Lean's volatilities are of its own model, without dividends: alike, not the same.
#[test]
fn volatilities_are_near_those_of_lean() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/chains/lean");
    let name = "indexoption/usa/universes/spxw/20230623.csv";
    let Ok(input) = std::fs::read(folder.join(name)) else { return skipped(name) };
    let chain = read_chain(&input, name, ChainOptions::default()).unwrap();
    let mut compared = 0;
    for quotes in &chain.series {
        let book = ChainBook::new(quotes.clone(), 0.0525, chain.spot.to_f64(), chain.at);
        for (place, row) in quotes.strikes.iter().enumerate() {
            for right in Right::ALL {
                let Some(told) = row.of(right).vendor_iv else { continue };
                let iv = book.option(place, right).iv.unwrap();
                assert!((iv - told).abs() < 0.01, "{} {right:?}: {iv} {told}", row.strike);
                compared += 1;
            }
        }
    }
    assert!(8 < compared, "{compared}");
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
