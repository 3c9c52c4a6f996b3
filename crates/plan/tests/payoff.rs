//! What positions bring at their end, by hand and against a dense search.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use plan::{Extreme, Payoff, read_position};
use proptest::prelude::*;

fn payoff(text: &str) -> Payoff {
    let position = read_position(text).unwrap();
    Payoff::of(&position, position.paid.unwrap()).unwrap()
}

/// Text, most, least, break-evens; no number where there is no end.
type Row = (&'static str, Option<f64>, Option<f64>, &'static [f64]);

#[test]
fn the_textbook_shapes() {
    let rows: [Row; 11] = [
        ("1 SPXW 20NOV26 5900C @20", None, Some(-2_000.0), &[5_920.0]),
        ("1 SPXW 20NOV26 5900P @20", Some(588_000.0), Some(-2_000.0), &[5_880.0]),
        ("-1 SPXW 20NOV26 5900C @20", Some(2_000.0), None, &[5_920.0]),
        ("-2 SPXW 20NOV26 5900/5890P @1.25", Some(250.0), Some(-1_750.0), &[5_898.75]),
        ("1 SPXW 20NOV26 5900/5910C @4", Some(600.0), Some(-400.0), &[5_904.0]),
        ("1 SPXW 20NOV26 5900C 5900P @50", None, Some(-5_000.0), &[5_850.0, 5_950.0]),
        (
            "-1 SPXW 20NOV26 5750/5700P 6000/6050C @3.10",
            Some(310.0),
            Some(-4_690.0),
            &[5_746.9, 6_003.1],
        ),
        ("1 SPXW 20NOV26 5800/5900/6000C @30", Some(7_000.0), Some(-3_000.0), &[5_830.0, 5_970.0]),
        ("buy 100 SPY @500; -1 SPY 15JAN27 520C @4", Some(2_400.0), Some(-49_600.0), &[496.0]),
        // A jade lizard: no risk above, because more came in than the calls are wide.
        (
            "-1 SPXW 20NOV26 5800P @30; -1 SPXW 20NOV26 6000/6010C @12",
            Some(4_200.0),
            Some(-575_800.0),
            &[5_758.0],
        ),
        // A back-spread.
        (
            "-1 SPXW 20NOV26 5900C @40; 2 SPXW 20NOV26 5950C @15",
            None,
            Some(-4_000.0),
            &[5_910.0, 5_990.0],
        ),
    ];
    for (text, most, least, break_evens) in rows {
        let payoff = payoff(text);
        let dollars = |extreme| match extreme {
            Extreme::Dollars(dollars) => Some(dollars),
            Extreme::Unlimited => None,
        };
        let near = |own: Option<f64>, other: Option<f64>| match (own, other) {
            (Some(own), Some(other)) => (own - other).abs() < 1e-6,
            (own, other) => own == other,
        };
        assert!(near(dollars(payoff.most()), most), "{text}: {:?}", payoff.most());
        assert!(near(dollars(payoff.least()), least), "{text}: {:?}", payoff.least());
        let own = payoff.break_evens();
        assert_eq!(own.len(), break_evens.len(), "{text}: {own:?}");
        for (own, other) in own.iter().zip(break_evens) {
            assert!((own - other).abs() < 1e-9, "{text}: {own}");
        }
    }
}

#[test]
fn nothing_over_a_stretch_begins_and_ends_there() {
    // A box that cost what it pays loses and gains nothing anywhere above zero.
    let flat = payoff("1 SPXW 20NOV26 5900/5910C @0");
    assert_eq!(flat.break_evens(), [5_900.0]);
    assert_eq!(flat.least(), Extreme::Dollars(0.0));
    let shares = payoff("100 SPY @500");
    assert_eq!(shares.break_evens(), [500.0]);
    assert_eq!((shares.most(), shares.least()), (Extreme::Unlimited, Extreme::Dollars(-50_000.0)));
}

#[test]
fn two_ends_need_a_model() {
    let position = read_position("-1 SPXW 13NOV26 5900C; +1 SPXW 20NOV26 5900C").unwrap();
    assert!(!position.ends_at_once());
    assert_eq!(Payoff::of(&position, 0.0), None);
    // SPX ends in the morning and SPXW of the same date in the afternoon.
    let position = read_position("-1 SPX 20NOV26 5900C; +1 SPXW 20NOV26 5900C").unwrap();
    assert!(!position.ends_at_once());
}

fn any_text() -> impl Strategy<Value = String> {
    let leg = (prop_oneof![-9_i32..0, 1_i32..10], 1_i32..60, any::<bool>(), 0_i32..400);
    prop::collection::vec(leg, 1..9).prop_map(|legs| {
        let order = |(quantity, step, is_call, cents): &(i32, i32, bool, i32)| {
            let right = if *is_call { 'C' } else { 'P' };
            format!(
                "{quantity} SPY 20NOV26 {}{right} @{}.{:02}",
                5 * step,
                cents / 100,
                cents % 100
            )
        };
        legs.iter().map(order).collect::<Vec<_>>().join("; ")
    })
}

proptest! {
    /// Against a search of every twentieth of a point up to twice the highest strike.
    #[test]
    fn extremes_and_break_evens_are_those_of_a_dense_search(text in any_text()) {
        let Ok(position) = read_position(&text) else { return Ok(()) };
        let payoff = Payoff::of(&position, position.paid.unwrap()).unwrap();
        let profit = |spot: f64| -> f64 {
            let leg = |leg: &plan::Leg| leg.quantity as f64 * 100.0 * leg.instrument.payoff(spot);
            position.legs().iter().map(leg).sum::<f64>() - position.paid.unwrap()
        };
        let spots = (0..12_000).map(|step| f64::from(step) / 20.0);
        let (mut most, mut least, mut turns) = (f64::MIN, f64::MAX, Vec::new());
        let mut before = profit(0.0);
        for spot in spots {
            let now = profit(spot);
            prop_assert!((payoff.at(spot) - now).abs() < 1e-6, "{} {}", spot, text);
            (most, least) = (most.max(now), least.min(now));
            if (before < -1e-6 && 1e-6 < now) || (now < -1e-6 && 1e-6 < before) {
                turns.push(spot);
            }
            before = now;
        }
        match payoff.most() {
            Extreme::Dollars(dollars) => prop_assert!((dollars - most).abs() < 1e-6),
            Extreme::Unlimited => prop_assert!(profit(600.0) < profit(700.0)),
        }
        match payoff.least() {
            Extreme::Dollars(dollars) => prop_assert!((dollars - least).abs() < 1e-6),
            Extreme::Unlimited => prop_assert!(profit(700.0) < profit(600.0)),
        }
        let own = payoff.break_evens();
        for turn in turns {
            prop_assert!(own.iter().any(|one| (one - turn).abs() <= 0.050_001), "{turn} {own:?}");
        }
        for one in own {
            prop_assert!(profit(one).abs() < 1e-5, "{} {}", one, profit(one));
        }
    }
}
