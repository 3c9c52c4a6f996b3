//! What dealers are taken to hold, against sums by hand and what must be true of any.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use market::{Moment, Right, Root, Series, Span, TradingDate};
use proptest::prelude::*;
use quant::options::{
    Black, Dealers, ExposureBook, ExposureScope, OpenContract, OpenSeries, max_pain, years_between,
};

const RATE: f64 = 0.04;
const CARRY: f64 = 1.001;

fn today() -> TradingDate {
    TradingDate::new(2024, 2, 27).unwrap()
}

fn now() -> Moment {
    Moment::new_york(today(), Span::hours(11))
}

fn series(days: i32) -> Series {
    Series { expires: today().plus_days(days), root: Root::SPXW }
}

fn held(strike: f64, right: Right, open_interest: u32) -> OpenContract {
    OpenContract {
        strike,
        right,
        open_interest,
        volume: open_interest / 4,
        iv: Some(0.2),
        vendor_iv: None,
    }
}

fn open(days: i32, contracts: Vec<OpenContract>) -> OpenSeries {
    OpenSeries { series: series(days), carry: CARRY, iv_at_the_money: Some(0.2), contracts }
}

/// Gamma and delta of one contract by the formula for a single one.
fn single(days: i32, strike: f64, right: Right, spot: f64) -> (f64, f64) {
    let years = years_between(now(), series(days).expires_at());
    let forward = CARRY * spot;
    let option = Black { spot, forward, strike, years, rate: RATE, volatility: 0.2 };
    let greeks = option.greeks(right);
    (greeks.gamma, greeks.delta)
}

#[test]
fn exposure_is_the_sum_of_what_is_held() {
    let spot = 5_000.0;
    let near = open(0, vec![held(5_000.0, Right::Call, 400), held(4_950.0, Right::Put, 900)]);
    let mut far = vec![held(5_000.0, Right::Call, 100), held(5_100.0, Right::Put, 7)];
    // Nothing is known of this one, but that it is held.
    far.push(OpenContract { iv: None, ..held(5_200.0, Right::Call, 50) });
    let book = ExposureBook::new(RATE, spot, &[near.clone(), open(9, far)]);
    let all = book.exposure(ExposureScope::All, Dealers::default(), spot, now());
    let dollars = |days, strike, right, count: f64| {
        single(days, strike, right, spot).0 * count * 100.0 * spot * spot * 0.01
    };
    let at = |strike: f64| *all.strikes.iter().find(|one| one.strike == strike).unwrap();
    let calls = dollars(0, 5_000.0, Right::Call, 400.0) + dollars(9, 5_000.0, Right::Call, 100.0);
    assert!((at(5_000.0).gamma[0] / calls - 1.0).abs() < 1e-12);
    assert_eq!(at(5_000.0).open_interest, [500, 0]);
    let puts = -dollars(0, 4_950.0, Right::Put, 900.0);
    assert!((at(4_950.0).gamma[1] / puts - 1.0).abs() < 1e-12);
    let delta = -single(0, 4_950.0, Right::Put, spot).1 * 900.0 * 100.0 * spot;
    assert!((at(4_950.0).delta[1] / delta - 1.0).abs() < 1e-12);
    assert_eq!(at(5_200.0).gamma, [0.0; 2]);
    assert_eq!((all.call_wall, all.put_wall), (Some(5_000.0), Some(4_950.0)));
    assert_eq!(all.put_call_open_interest, Some(907.0 / 550.0));
    let sum = all.strikes.iter().map(|one| one.gamma[0] + one.gamma[1]).sum::<f64>();
    assert_eq!(all.gamma, sum);
    let of_near = ExposureBook::new(RATE, spot, &[near]).exposure(
        ExposureScope::All,
        Dealers::default(),
        spot,
        now(),
    );
    let today = book.exposure(ExposureScope::Today, Dealers::default(), spot, now());
    let one = book.exposure(ExposureScope::One(series(0)), Dealers::default(), spot, now());
    assert_eq!((&today, &one), (&of_near, &of_near));
    // The other assumptions turn signs.
    let other = book.exposure(ExposureScope::All, Dealers::ShortCallsLongPuts, spot, now());
    assert_eq!(other.gamma, -all.gamma);
    let short = book.exposure(ExposureScope::All, Dealers::ShortBoth, spot, now());
    assert!(short.gamma < -all.gamma.abs());
}

#[test]
fn what_ended_and_what_nobody_holds_is_nothing() {
    let book = ExposureBook::new(RATE, 5_000.0, &[open(0, vec![held(5_000.0, Right::Call, 400)])]);
    let after = series(0).expires_at();
    let none = book.exposure(ExposureScope::All, Dealers::default(), 5_000.0, after);
    assert!(none.strikes.is_empty() && none.call_wall.is_none() && none.put_call_volume.is_none());
    let empty = ExposureBook::new(RATE, 5_000.0, &[]);
    let none = empty.exposure(ExposureScope::All, Dealers::default(), 5_000.0, now());
    assert_eq!((none.gamma, none.delta, none.put_wall), (0.0, 0.0, None));
    assert_eq!(max_pain(&open(0, Vec::new())), None);
    assert_eq!(max_pain(&open(0, vec![held(5_000.0, Right::Call, 0)])), None);
}

/// Calls above and puts below, equally many: dealers are long gamma above and short of it below.
#[test]
fn the_flip_lies_between_puts_and_calls() {
    let spot = 5_030.0;
    let contracts = vec![held(5_100.0, Right::Call, 1_000), held(4_900.0, Right::Put, 1_000)];
    let book = ExposureBook::new(RATE, spot, &[open(4, contracts)]);
    let (scope, dealers) = (ExposureScope::All, Dealers::default());
    let profile = book.gamma_profile(scope, dealers, spot, now());
    assert_eq!(profile.len(), 81);
    assert_eq!((profile[0].0, profile[80].0), (0.9 * spot, 1.1 * spot));
    let flips = book.flips(scope, dealers, &profile, spot, now());
    assert_eq!(flips.len(), 1, "{flips:?}");
    assert!((4_980.0..5_020.0).contains(&flips[0]), "{flips:?}");
    let there = |spot| book.gamma_at(scope, dealers, spot, now());
    assert!(there(flips[0] - 0.02) < 0.0 && 0.0 < there(flips[0] + 0.02));
    let always = book.gamma_profile(scope, Dealers::ShortBoth, spot, now());
    assert!(book.flips(scope, Dealers::ShortBoth, &always, spot, now()).is_empty());
}

/// Contracts of today at `strikes`, in their last `minutes` and with a volatility of 15 %.
fn last_minutes(strikes: &[(f64, [u32; 2])], minutes: i64) -> (ExposureBook, Moment) {
    let contracts = strikes.iter().flat_map(|(strike, counts)| {
        let one = |(right, count)| OpenContract { iv: Some(0.15), ..held(*strike, right, count) };
        Right::ALL.into_iter().zip(*counts).map(one)
    });
    let book = ExposureBook::new(RATE, 5_000.0, &[open(0, contracts.collect())]);
    (book, series(0).expires_at() - Span::minutes(minutes))
}

/// Strikes with their open calls and puts, minutes left, who holds them, where it flips.
type FlipCase<'a> = (&'a [(f64, [u32; 2])], i64, Dealers, &'a [f64]);

/// In the last hours gamma far from every strike is exactly nothing. Nothing is no side: a flip has
/// one sign below it and the other above.
#[test]
fn where_no_gamma_is_left_nothing_flips() {
    // Calls above the money and puts below it, five points apart, as many of each.
    let strikes = (-15..=15).map(|step| {
        let counts = [u32::from(-3 < step) * 400, u32::from(step < 3) * 400];
        (5_000.0 + 5.0 * f64::from(step), counts)
    });
    let today: Vec<(f64, [u32; 2])> = strikes.collect();
    // Two strikes between which nothing is left either, in the last two minutes.
    let apart = [(4_925.0, [0, 400]), (5_075.0, [400, 0])];
    let cases: [FlipCase<'_>; 9] = [
        (&today, 240, Dealers::LongCallsShortPuts, &[5_000.0]),
        (&today, 60, Dealers::LongCallsShortPuts, &[5_000.0]),
        (&today, 5, Dealers::LongCallsShortPuts, &[5_000.0]),
        (&today, 60, Dealers::ShortCallsLongPuts, &[5_000.0]),
        (&today, 240, Dealers::ShortBoth, &[]),
        (&today, 60, Dealers::ShortBoth, &[]),
        (&today, 5, Dealers::ShortBoth, &[]),
        (&apart, 2, Dealers::LongCallsShortPuts, &[5_000.0]),
        (&apart, 2, Dealers::ShortBoth, &[]),
    ];
    for (strikes, minutes, dealers, expected) in cases {
        let (book, at) = last_minutes(strikes, minutes);
        let (scope, spot) = (ExposureScope::Today, 5_003.0);
        let profile = book.gamma_profile(scope, dealers, spot, at);
        let flips = book.flips(scope, dealers, &profile, spot, at);
        let is_near = |pair: (&f64, &f64)| (pair.0 - pair.1).abs() < 20.0;
        assert!(
            flips.len() == expected.len() && flips.iter().zip(expected).all(is_near),
            "{minutes} min, {dealers}: {flips:?} for {expected:?}"
        );
    }
    // A price at which calls and puts weigh the same is no reason to tell two flips, or none.
    let profile = [(4_987.5, -2.0), (5_000.0, 0.0), (5_012.5, 3.0), (5_025.0, 0.0), (5_037.5, 1.0)];
    let (book, at) = last_minutes(&today, 60);
    let (scope, dealers) = (ExposureScope::Today, Dealers::default());
    assert_eq!(book.flips(scope, dealers, &profile, 5_003.0, at).len(), 1);
}

/// Three strikes, by hand: 100 calls at 90, 10 puts at 100, 60 puts at 110. At 90 puts pay
/// 10 × 10 + 60 × 20 = 1,300; at 100 calls 1,000 and puts 600; at 110 calls 2,000.
#[test]
fn max_pain_by_hand() {
    let contracts = vec![
        held(90.0, Right::Call, 100),
        held(100.0, Right::Put, 10),
        held(110.0, Right::Put, 60),
    ];
    assert_eq!(max_pain(&open(3, contracts)), Some(90.0));
}

fn any_contracts() -> impl Strategy<Value = Vec<OpenContract>> {
    let one = (0_i32..40, any::<bool>(), 0_u32..5_000, 0.05..0.8, any::<bool>()).prop_map(
        |(step, is_call, open_interest, iv, is_known)| OpenContract {
            iv: is_known.then_some(iv),
            ..held(
                4_800.0 + 10.0 * f64::from(step),
                if is_call { Right::Call } else { Right::Put },
                open_interest,
            )
        },
    );
    prop::collection::vec(one, 0..120)
}

proptest! {
    #[test]
    fn sums_agree_and_no_strike_is_told_twice(
        near in any_contracts(),
        far in any_contracts(),
        spot in 4_700.0..5_300.0,
    ) {
        let book = ExposureBook::new(RATE, 5_000.0, &[open(0, near), open(30, far)]);
        for dealers in Dealers::ALL {
            let all = book.exposure(ExposureScope::All, dealers, spot, now());
            prop_assert!(all.strikes.windows(2).all(|pair| pair[0].strike < pair[1].strike));
            let at = book.gamma_at(ExposureScope::All, dealers, spot, now());
            let whole: f64 =
                all.strikes.iter().map(|one| one.gamma[0].abs() + one.gamma[1].abs()).sum();
            prop_assert!((all.gamma - at).abs() <= 1e-12 * whole, "{} {}", all.gamma, at);
            let parts: f64 = [series(0), series(30)]
                .map(|one| book.exposure(ExposureScope::One(one), dealers, spot, now()).gamma)
                .iter()
                .sum();
            prop_assert!((all.gamma - parts).abs() <= 1e-12 * whole);
        }
    }

    #[test]
    fn no_strike_pains_less(contracts in any_contracts()) {
        let series = open(3, contracts.clone());
        let Some(pain) = max_pain(&series) else { return Ok(()) };
        let paid = |spot: f64| -> f64 {
            contracts.iter().map(|one| {
                f64::from(one.open_interest) * one.right.payoff(spot, one.strike)
            }).sum()
        };
        for step in 0..400 {
            prop_assert!(paid(pain) <= paid(4_800.0 + f64::from(step)) + 1e-6);
        }
    }
}
