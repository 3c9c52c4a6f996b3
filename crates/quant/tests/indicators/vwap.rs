//! VWAP and its deviation against exact arithmetic, and at the edges of what fits.

use market::{Bar, Moment, Price, Span};
use proptest::prelude::*;
use quant::PrintStats;
use quant::indicators::{AnchoredVwap, VWAP_VOLUME_MAX, VwapSums, VwapValue};

fn bar(units: i64, range: i64, volume: i64) -> Bar {
    let price = |units| Price::from_units(units).expect("a price");
    Bar {
        start: Moment(0),
        open: price(units),
        high: price(units + range),
        low: price(units),
        close: price(units + range / 3),
        volume,
    }
}

fn value_of(bars: &[Bar]) -> Option<VwapValue> {
    let mut sums = VwapSums::default();
    bars.iter().filter_map(|bar| sums.handle_bar(bar)).last()
}

/// From (n·Σvx² − (Σvx)²)/n², all whole numbers; nothing when they do not fit.
fn exact(bars: &[Bar]) -> Option<VwapValue> {
    let (mut shares, mut notional, mut square) = (0_i128, 0_i128, 0_i128);
    for bar in bars {
        let (volume, typical) = (i128::from(bar.volume), i128::from(bar.typical_x3()));
        shares += volume;
        notional += volume * typical;
        square += volume * typical * typical;
    }
    let spread = shares.checked_mul(square)? - notional.checked_mul(notional)?;
    let vwap = notional as f64 / (shares as f64 * 30_000.0);
    Some(VwapValue { vwap, deviation: (spread as f64).sqrt() / shares as f64 / 30_000.0 })
}

#[track_caller]
fn check_near(actual: f64, expected: f64) {
    assert!((actual - expected).abs() <= 2e-15 * expected, "{actual} is not {expected}");
}

proptest! {
    #[test]
    fn both_are_right_to_the_last_digits(
        low in 1_i64..1_000_000_000,
        bars in prop::collection::vec((0_i64..1_000, 0_i64..300, 1_i64..1_000_000), 1..40),
        step in prop::sample::select(vec![0_i64, 1, 7, 1_000]),
    ) {
        let bars: Vec<Bar> = bars
            .iter()
            .map(|(above, range, volume)| bar(low + above * step, range * step, *volume))
            .collect();
        let (Some(actual), Some(expected)) = (value_of(&bars), exact(&bars)) else {
            return Err(TestCaseError::fail("these fit"));
        };
        check_near(actual.vwap, expected.vwap);
        check_near(actual.deviation, expected.deviation);
    }

    #[test]
    fn vwap_stays_within_the_bars_and_nothing_breaks(
        bars in prop::collection::vec(
            (1_i64..90_000_000_000, 0_i64..10_000_000_000, 0_i64..1_000_000_000_000),
            1..60,
        ),
        flat in any::<bool>(),
    ) {
        let bars: Vec<Bar> = bars
            .iter()
            .map(|(low, range, volume)| bar(*low, if flat { 0 } else { *range }, *volume))
            .collect();
        let traded = || bars.iter().filter(|bar| 0 < bar.volume);
        let Some(value) = value_of(&bars) else {
            prop_assert_eq!(traded().count(), 0);
            return Ok(());
        };
        let low = traded().map(|bar| bar.low).min().expect("one").to_f64();
        let high = traded().map(|bar| bar.high).max().expect("one").to_f64();
        prop_assert!(low <= value.vwap && value.vwap <= high);
        prop_assert!(0.0 <= value.deviation && value.deviation <= high - low);
        prop_assert!(value.band(-3) <= value.band(-1) && value.band(-1) <= value.vwap);
        prop_assert!(value.vwap <= value.band(2) && value.band(2) <= value.band(3));
    }

    #[test]
    fn one_price_has_no_deviation_and_is_its_own_vwap(
        units in 1_i64..=100_000_000_000,
        volumes in prop::collection::vec(1_i64..1_000_000_000_000, 1..50),
    ) {
        let bars: Vec<Bar> = volumes.iter().map(|volume| bar(units, 0, *volume)).collect();
        let value = value_of(&bars).expect("there was volume");
        let price = Price::from_units(units).expect("a price").to_f64();
        prop_assert_eq!(value.vwap.to_bits(), price.to_bits());
        prop_assert_eq!(value.deviation.to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn prints_and_bars_add_up_alike(
        bars in prop::collection::vec((1_i64..9_000_000, 0_i64..9_000, 0_i64..1_000_000), 1..20)
    ) {
        let (mut by_bar, mut by_print) = (VwapSums::default(), VwapSums::default());
        for (low, range, volume) in bars {
            let bar = bar(low, range, volume);
            by_bar.handle_bar(&bar);
            by_print.absorb(&PrintStats::of_bar(&bar));
        }
        prop_assert_eq!(by_bar, by_print);
        prop_assert_eq!(by_bar.vwap(), by_print.value().map(|value| value.vwap));
        prop_assert_eq!(by_bar.deviation(), by_print.value().map(|value| value.deviation));
    }

    #[test]
    fn damaged_sums_do_not_panic(
        volume in any::<i64>(), notional_x3 in any::<i128>(), square_x9 in any::<i128>()
    ) {
        let mut sums = VwapSums { volume, notional_x3, square_x9 };
        sums.handle_bar(&bar(5_000_000, 100, 1_000));
        let _ = sums.value();
    }
}

#[test]
fn the_greatest_price_and_volume_fit_and_more_is_refused() {
    let most = Price::MAX.units();
    let full = [bar(most, 0, VWAP_VOLUME_MAX / 2), bar(most - 10_000, 0, VWAP_VOLUME_MAX / 2)];
    let value = value_of(&full).expect("it fits");
    check_near(value.vwap, 9_999_999.5);
    check_near(value.deviation, 0.5);
    let mut sums = VwapSums::default();
    for bar in &full {
        sums.handle_bar(bar);
    }
    for _ in 0..5 {
        assert_eq!(sums.handle_bar(&bar(10_000, 0, i64::MAX)), None);
    }
}

#[test]
fn without_volume_there_is_no_vwap() {
    assert_eq!(value_of(&[bar(59_000_000, 100, 0)]), None);
    assert_eq!(VwapSums::default().vwap(), None);
}

#[test]
fn an_anchored_vwap_begins_at_its_bar() {
    let at = |minute: i64, units, volume| Bar {
        start: Moment(0) + Span::minutes(minute),
        ..bar(units, 0, volume)
    };
    let mut anchored = AnchoredVwap::new(Moment(0) + Span::minutes(1));
    assert_eq!(anchored.handle_bar(&at(0, 900_000, 1_000)), None);
    let first = anchored.handle_bar(&at(1, 1_000_000, 100)).expect("the anchor counts");
    assert_eq!((first.vwap, first.deviation), (100.0, 0.0));
    let second = anchored.handle_bar(&at(2, 1_040_000, 300)).expect("volume");
    // (100·100 + 300·104)/400; deviation √(100·300/400²) × 4.
    check_near(second.vwap, 103.0);
    check_near(second.deviation, 3.0_f64.sqrt());
}
