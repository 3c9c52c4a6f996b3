//! Volatility as a whole, against the VIX white papers' own examples and by hand.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use std::io::Write;
use std::path::Path;

use proptest::prelude::*;
use quant::options::{StripQuote, THIRTY_DAYS, VolatilityRank, constant_maturity, strip};

fn file(name: &str) -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/vix");
    let text = std::fs::read_to_string(root.join(name)).ok();
    if text.is_none() {
        let _ = writeln!(std::io::stderr(), "skipped {name}: ../shared/data is not here");
    }
    text
}

/// Strike, bid and ask of the call, bid and ask of the put.
fn quote(cells: &[f64]) -> StripQuote {
    StripQuote { strike: cells[0], call: [cells[1], cells[2]], put: [cells[3], cells[4]] }
}

/// The index of two strips: the volatility of thirty days, in percent.
fn index(near: (f64, f64), next: (f64, f64)) -> f64 {
    let terms = [near, next].map(|(years, variance)| (years, variance.sqrt()));
    100.0 * constant_maturity(&terms, THIRTY_DAYS).unwrap()
}

#[test]
fn the_white_paper_of_2014() {
    let read = |name| -> Option<Vec<StripQuote>> {
        let text = file(name)?;
        let cells = |line: &str| -> Vec<f64> {
            line.split_whitespace().map(|cell| cell.parse().unwrap()).collect()
        };
        Some(text.lines().filter(|line| !line.is_empty()).map(|line| quote(&cells(line))).collect())
    };
    let Some(near) = read("whitepaper2014_near.dat") else { return };
    let Some(next) = read("whitepaper2014_next.dat") else { return };
    let (near_years, next_years) = (0.068_348_6, 0.088_268_6);
    let near = strip(&near, 0.000_305, near_years).unwrap();
    let next = strip(&next, 0.000_286, next_years).unwrap();
    assert!((near.forward - 1_962.899_96).abs() < 1e-4, "{near:?}");
    assert!((next.forward - 1_962.400_06).abs() < 1e-4, "{next:?}");
    assert_eq!((near.strike, next.strike), (1_960.0, 1_960.0));
    assert!((near.variance - 0.018_462_9).abs() < 1e-6, "{near:?}");
    assert!((next.variance - 0.018_821_0).abs() < 1e-6, "{next:?}");
    let vix = index((near_years, near.variance), (next_years, next.variance));
    assert!((vix - 13.69).abs() < 0.005, "{vix}");
}

#[test]
fn the_white_paper_of_2009() {
    let Some(text) = file("whitepaper2009_spx_options.csv") else { return };
    let mut strips = [Vec::new(), Vec::new()];
    for line in text.lines().skip(1) {
        let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        strips[usize::from(9.0 < cells[1])].push(quote(&cells[2..]));
    }
    let minutes = 525_600.0;
    let (near_years, next_years) = (12_960.0 / minutes, 53_280.0 / minutes);
    let [near, next] = &strips;
    let near = strip(near, 0.003_8, near_years).unwrap();
    let next = strip(next, 0.003_8, next_years).unwrap();
    assert!((near.forward - 920.500_05).abs() < 1e-4, "{near:?}");
    assert!((near.variance - 0.472_767).abs() < 1e-5, "{near:?}");
    assert!((next.variance - 0.366_818).abs() < 1e-5, "{next:?}");
    let vix = index((near_years, near.variance), (next_years, next.variance));
    assert!((vix - 61.22).abs() < 0.005, "{vix}");
}

#[test]
fn a_strip_needs_both_sides() {
    let one = |strike: f64, call: f64, put: f64| StripQuote {
        strike,
        call: [call, call + 0.1],
        put: [put, put + 0.1],
    };
    let whole = [one(90.0, 11.0, 1.0), one(100.0, 4.0, 4.0), one(110.0, 1.0, 11.0)];
    let known = strip(&whole, 0.0, 0.1).unwrap();
    assert_eq!((known.forward, known.strike), (100.0, 100.0));
    // By hand: 2 ÷ 0.1 × 10 × (1.05 ÷ 90² + 4.05 ÷ 100² + 1.05 ÷ 110²).
    let sum = 1.05 / 8_100.0 + 4.05 / 10_000.0 + 1.05 / 12_100.0;
    assert!((known.variance - 200.0 * sum).abs() < 1e-12);
    assert_eq!(strip(&whole[1..], 0.0, 0.1), None);
    assert_eq!(strip(&whole[..2], 0.0, 0.1), None);
    assert_eq!(strip(&[], 0.0, 0.1), None);
}

#[test]
fn maturity_outside_the_terms_is_not_known() {
    let terms = [(0.05, 0.2), (0.1, 0.3)];
    assert_eq!(constant_maturity(&terms, 0.1), Some(0.3));
    assert_eq!(constant_maturity(&terms, 0.04), None);
    assert_eq!(constant_maturity(&terms, 0.11), None);
    assert_eq!(constant_maturity(&[], 0.1), None);
}

proptest! {
    /// Total variance never falls between two terms where it does not between them.
    #[test]
    fn it_lies_between_its_terms(
        soon in 0.01..0.08,
        late in 0.085..0.5,
        soon_iv in 0.05..0.9,
        late_iv in 0.05..0.9,
    ) {
        let found = constant_maturity(&[(soon, soon_iv), (late, late_iv)], THIRTY_DAYS).unwrap();
        let (low, high) = if soon_iv < late_iv { (soon_iv, late_iv) } else { (late_iv, soon_iv) };
        prop_assert!(low - 1e-12 <= found && found <= high + 1e-12, "{}", found);
    }
}

#[test]
fn a_rank_by_hand() {
    let past = [0.12, 0.10, 0.20, 0.16];
    let rank = VolatilityRank::of(0.15, &past).unwrap();
    assert!((rank.rank - 0.5).abs() < 1e-12, "{rank:?}");
    assert_eq!((rank.percentile, rank.days), (0.5, 4));
    // Beyond all of them it is the least or the most itself.
    let least = VolatilityRank::of(0.09, &past).unwrap();
    assert_eq!((least.rank, least.percentile), (0.0, 0.0));
    let most = VolatilityRank::of(0.30, &past).unwrap();
    assert_eq!((most.rank, most.percentile), (1.0, 1.0));
    assert_eq!(VolatilityRank::of(0.1, &[]), None);
    assert_eq!(VolatilityRank::of(0.1, &[0.1, 0.1]), None);
}

proptest! {
    #[test]
    fn a_rank_is_a_part(
        now in 0.01_f64..2.0,
        past in prop::collection::vec(0.01_f64..2.0, 1..300),
    ) {
        let Some(rank) = VolatilityRank::of(now, &past) else { return Ok(()) };
        prop_assert!((0.0..=1.0).contains(&rank.rank) && (0.0..=1.0).contains(&rank.percentile));
        prop_assert_eq!(rank.days, past.len());
        // Dearer options never stand lower.
        if let Some(dearer) = VolatilityRank::of(now * 1.1, &past) {
            prop_assert!(rank.rank <= dearer.rank && rank.percentile <= dearer.percentile);
        }
    }
}
