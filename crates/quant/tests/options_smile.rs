//! The smile of a series and the curve through it.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use market::{
    Moment, Price, Quote, Right, Root, Series, SeriesQuotes, Span, StrikeQuotes, TradingDate,
};
use proptest::prelude::*;
use quant::options::{
    Black, ChainBook, OpenContract, OpenSeries, PastMoves, Smile, Wander, years_between,
};

const SPOT: f64 = 5_000.0;
const YEARS: f64 = 0.05;

/// Gatheral's SVI of total variance by ln(strike ÷ forward).
struct Svi {
    a: f64,
    b: f64,
    rho: f64,
    m: f64,
    s: f64,
}

impl Svi {
    fn iv(&self, k: f64) -> f64 {
        let y = k - self.m;
        let w = self.a + self.b * (self.rho * y + (y * y + self.s * self.s).sqrt());
        (w / YEARS).sqrt()
    }
}

fn open(svi: &Svi, spoiled: &[(f64, f64)]) -> OpenSeries {
    let contracts = (0..=80).flat_map(|place| {
        let strike = 4_500.0 + 12.5 * f64::from(place);
        let iv = svi.iv(libm::log(strike / SPOT));
        let by = spoiled.iter().find(|(at, _)| *at == strike).map_or(0.0, |(_, by)| *by);
        Right::ALL.map(|right| OpenContract {
            strike,
            right,
            open_interest: 1,
            volume: 0,
            iv: Some(iv + by),
            vendor_iv: None,
        })
    });
    OpenSeries {
        series: Series { expires: TradingDate::new(2024, 3, 15).unwrap(), root: Root::SPXW },
        carry: 1.0,
        iv_at_the_money: Some(svi.iv(0.0)),
        contracts: contracts.collect(),
    }
}

proptest! {
    #[test]
    fn an_svi_is_found_again(
        level in 0.0002..0.003_f64,
        slope in 0.005..0.05_f64,
        rho in -0.9..0.3_f64,
        m in -0.03..0.03_f64,
        s in 0.01..0.12_f64,
    ) {
        let svi = Svi { a: level, b: slope, rho, m, s };
        let smile = Smile::of(&open(&svi, &[]), SPOT, YEARS).unwrap();
        for point in &smile.points {
            let own = smile.iv(point.strike).unwrap();
            let near = 0.004 + 0.02 * point.iv;
            prop_assert!((own - point.iv).abs() < near, "{point:?} {own}");
        }
    }
}

/// A chain and its smile tell one σ of the same series alike, however far its forward is from spot.
#[test]
fn one_deviation_is_the_chains() {
    let series = Series { expires: TradingDate::new(2025, 2, 21).unwrap(), root: Root::SPXW };
    let now = Moment::new_york(TradingDate::new(2024, 2, 27).unwrap(), Span::hours(11));
    let years = years_between(now, series.expires_at());
    let forward = 1.04 * SPOT;
    let strikes = (0..41).map(|place| {
        let strike = 4_200.0 + 50.0 * f64::from(place);
        let [call, put] = Right::ALL.map(|right| {
            let option = Black { spot: SPOT, forward, strike, years, rate: 0.04, volatility: 0.2 };
            let side = |by: f64| Price::from_f64(option.price(right) + by).ok();
            Quote { bid: side(-0.05), ask: side(0.05), at: Some(now), ..Quote::default() }
        });
        StrikeQuotes { strike: Price::from_f64(strike).unwrap(), call, put }
    });
    let strikes = strikes.collect();
    let quotes =
        SeriesQuotes { series, open_interest_of: series.expires, dividends: None, strikes };
    let book = ChainBook::new(quotes, 0.04, SPOT, now);
    let smile = Smile::of(&book.open().unwrap(), SPOT, years).unwrap();
    assert!((smile.forward / SPOT - 1.04).abs() < 1e-4, "{}", smile.forward);
    let expected = SPOT * 0.2 * years.sqrt();
    assert!((smile.deviation(SPOT) / expected - 1.0).abs() < 1e-4, "{}", smile.deviation(SPOT));
    assert_eq!(smile.deviation(SPOT), book.expected_move().unwrap().deviation);
}

#[test]
fn only_what_is_out_of_the_money_counts_and_strikes_rise() {
    let svi = Svi { a: 0.0006, b: 0.02, rho: -0.6, m: 0.0, s: 0.04 };
    let smile = Smile::of(&open(&svi, &[]), SPOT, YEARS).unwrap();
    for pair in smile.points.windows(2) {
        assert!(pair[0].strike < pair[1].strike);
    }
    for point in &smile.points {
        assert_eq!(point.right == Right::Call, smile.forward <= point.strike);
        assert!((smile.strike_at(point.away) - point.strike).abs() < 1e-6);
    }
    assert!(smile.points.iter().all(|point| !point.is_outlier));
}

#[test]
fn what_does_not_belong_to_the_curve_is_marked_and_does_not_bend_it() {
    let svi = Svi { a: 0.0006, b: 0.02, rho: -0.6, m: 0.0, s: 0.04 };
    let smile = Smile::of(&open(&svi, &[(4_900.0, 0.05), (5_100.0, -0.04)]), SPOT, YEARS).unwrap();
    let outliers: Vec<f64> =
        smile.points.iter().filter(|one| one.is_outlier).map(|one| one.strike).collect();
    assert_eq!(outliers, [4_900.0, 5_100.0]);
    for strike in [4_900.0, 5_100.0, 5_000.0] {
        let true_iv = svi.iv(libm::log(strike / SPOT));
        assert!((smile.iv(strike).unwrap() - true_iv).abs() < 0.002, "{strike}");
    }
}

#[test]
fn too_little_makes_no_curve() {
    let svi = Svi { a: 0.0006, b: 0.02, rho: -0.6, m: 0.0, s: 0.04 };
    let mut few = open(&svi, &[]);
    few.contracts.truncate(6);
    let smile = Smile::of(&few, SPOT, YEARS).unwrap();
    assert_eq!((smile.curve, smile.iv(5_000.0)), (None, None));
    few.iv_at_the_money = None;
    assert_eq!(Smile::of(&few, SPOT, YEARS), None);
    assert_eq!(Smile::of(&open(&svi, &[]), SPOT, 0.0), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// The chances are the slope of undiscounted puts over strikes, fall with the level, and sum up
    /// to the forward: the integral of the chance to stand above.
    #[test]
    fn chances_are_what_puts_say(
        level in 0.0004..0.003_f64,
        slope in 0.004..0.02_f64,
        rho in -0.7..0.2_f64,
        s in 0.03..0.12_f64,
    ) {
        let svi = Svi { a: level, b: slope, rho, m: 0.0, s };
        let smile = Smile::of(&open(&svi, &[]), SPOT, YEARS).unwrap();
        let odds = smile.odds().unwrap();
        let put = |strike: f64| {
            let volatility = smile.iv(strike).unwrap();
            let (spot, forward) = (SPOT, smile.forward);
            Black { spot, forward, strike, years: YEARS, rate: 0.0, volatility }.price(Right::Put)
        };
        let mut before = 1.0;
        let mut whole = 0.0;
        for place in 1..4_000 {
            let level = 2.5 * f64::from(place);
            let above = odds.above(level).unwrap();
            prop_assert!((0.0..=before).contains(&above));
            whole += 2.5 * above;
            before = above;
            if (4_600.0..5_400.0).contains(&level) {
                let own = 1.0 - (put(level + 0.05) - put(level - 0.05)) / 0.1;
                prop_assert!((above - own).abs() < 2e-5, "{level}: {above} {own}");
            }
        }
        prop_assert!((whole + 1.25 - smile.forward).abs() < 2.0, "{whole} {}", smile.forward);
        prop_assert_eq!(odds.above(f64::NAN), None);
        prop_assert_eq!(odds.above(0.0), None);
        prop_assert_eq!(odds.above(1e-9), Some(1.0));
        prop_assert_eq!(odds.above(1e9), Some(0.0));
    }
}

#[test]
fn a_level_smile_has_the_chances_of_one_volatility() {
    let svi = Svi { a: 0.16 * 0.16 * YEARS, b: 0.0, rho: 0.0, m: 0.0, s: 0.1 };
    let smile = Smile::of(&open(&svi, &[]), SPOT, YEARS).unwrap();
    let odds = smile.odds().unwrap();
    let wander = Wander { spot: SPOT, forward: SPOT, volatility: 0.16, years: YEARS };
    for place in -40..=40 {
        let level = SPOT * (1.0 + 0.005 * f64::from(place));
        let (own, plain) = (odds.above(level).unwrap(), wander.above(level).unwrap());
        assert!((own - plain).abs() < 1e-6, "{level}: {own} {plain}");
        // N(d1) is more than N(d2), and by no more than the density times one deviation.
        let delta = wander.delta_above(level).unwrap();
        assert!((0.0..0.4 * wander.deviation()).contains(&(delta - plain)));
    }
}

#[test]
fn past_moves_are_counted() {
    let closes: Vec<f64> = (0..100).map(|day| 100.0 + f64::from(day % 2)).collect();
    let moves = PastMoves::of(&closes, 1).unwrap();
    assert_eq!(moves.count(), 99);
    // Up from every even day, down from every odd one.
    assert!((moves.above(100.0, 100.0) - 50.0 / 99.0).abs() < 1e-12);
    assert_eq!((moves.above(100.0, 98.9), moves.above(100.0, 101.1)), (1.0, 0.0));
    assert_eq!(PastMoves::of(&closes, 2).unwrap().above(100.0, 100.0), 0.0, "it never moved");
    assert_eq!(PastMoves::of(&closes, 0), None);
    assert_eq!(PastMoves::of(&closes, 41), None, "59 of them");
    assert_eq!(PastMoves::of(&closes, 500), None);
}
