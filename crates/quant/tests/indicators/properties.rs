//! What holds for every series: streaming is batch, also when saved and restored in between;
//! bounds; warm-up; flat prices.

use market::{Bar, Moment, Price, Span};
use proptest::prelude::*;
use quant::indicators::{
    Atr, Bollinger, Ema, IndicatorSet, IndicatorValues, Macd, Rsi, Sma, VwapSums,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Bars from 0.0001 to 100,000 dollars: a walk whose steps are parts of the price.
fn bars(most: usize) -> impl Strategy<Value = Vec<Bar>> {
    let step = (-400_i64..=400, 0_i64..300, 0_i64..300, 0_i64..5_000_000);
    let first = prop::sample::select(vec![1_i64, 137, 10_000, 4_000_000, 59_000_000, 900_000_000]);
    (first, prop::collection::vec(step, 1..most)).prop_map(|(first, steps)| {
        let mut close = first;
        let mut start = Moment(0);
        let mut bar = |(change, up, down, volume): (i64, i64, i64, i64)| {
            let open = close;
            let part = |parts: i64| (close * parts / 10_000).max(parts.signum());
            close = (close + part(change)).clamp(1, 1_000_000_000);
            let (top, bottom) = (open.max(close), open.min(close));
            let high = top + top * up / 10_000;
            let low = (bottom - bottom * down / 10_000).max(1);
            start += Span::MINUTE;
            let price = |units| Price::from_units(units).expect("a price");
            let (open, high, low, close) = (price(open), price(high), price(low), price(close));
            Bar { start, open, high, low, close, volume }
        };
        steps.into_iter().map(&mut bar).collect()
    })
}

fn saved_and_restored<T: Serialize + DeserializeOwned>(state: &T) -> T {
    let bytes = postcard::to_allocvec(state).expect("a state can be saved");
    postcard::from_bytes(&bytes).expect("what was saved can be restored")
}

/// Every figure of a value, in order; for comparing bits.
fn bits(values: &IndicatorValues) -> Vec<Option<u64>> {
    let macd = values.macd;
    [
        values.ema_9,
        values.ema_20,
        values.ema_50,
        values.ema_200,
        values.rsi,
        macd.map(|macd| macd.line),
        macd.and_then(|macd| macd.signal),
        macd.and_then(|macd| macd.histogram),
        values.bollinger.map(|bands| bands.upper),
        values.bollinger.map(|bands| bands.middle),
        values.bollinger.map(|bands| bands.lower),
        values.atr,
        values.vwap.map(|vwap| vwap.vwap),
        values.vwap.map(|vwap| vwap.deviation),
    ]
    .map(|figure| figure.map(f64::to_bits))
    .to_vec()
}

/// The same figures from the single indicators, one pass each.
fn apart(bars: &[Bar]) -> Vec<IndicatorValues> {
    let mut emas = [9, 20, 50, 200].map(Ema::new);
    let (mut rsi, mut macd) = (Rsi::new(14), Macd::new(12, 26, 9));
    let (mut bollinger, mut atr) = (Bollinger::new(20, 2.0), Atr::new(14));
    let mut vwap = VwapSums::default();
    let mut values = |bar: &Bar| {
        let [high, low, close] = [bar.high, bar.low, bar.close].map(Price::to_f64);
        let [ema_9, ema_20, ema_50, ema_200] = emas.each_mut().map(|ema| ema.handle_close(close));
        IndicatorValues {
            ema_9,
            ema_20,
            ema_50,
            ema_200,
            rsi: rsi.handle_close(close),
            macd: macd.handle_close(close),
            bollinger: bollinger.handle_close(bar.close),
            atr: atr.handle_bar(high, low, close),
            vwap: vwap.handle_bar(bar),
        }
    };
    bars.iter().map(&mut values).collect()
}

proptest! {
    #[test]
    fn the_set_is_its_parts_and_survives_a_restart_to_the_bit(
        bars in bars(450), cut in 0_usize..450
    ) {
        let mut set = IndicatorSet::default();
        for (row, (bar, expected)) in bars.iter().zip(apart(&bars)).enumerate() {
            if row == cut {
                let restored = saved_and_restored(&set);
                prop_assert_eq!(&restored, &set);
                set = restored;
            }
            let peeked = set.peek(bar);
            let values = set.handle_bar(bar);
            prop_assert_eq!(bits(&values), bits(&expected), "row {}", row);
            prop_assert_eq!(bits(&peeked), bits(&values));
        }
    }

    #[test]
    fn every_single_one_survives_a_restart_to_the_bit(bars in bars(120), cut in 0_usize..120) {
        let (before, after) = bars.split_at(cut.min(bars.len()));
        macro_rules! check {
            ($new:expr, $step:expr) => {{
                let mut whole = $new;
                for bar in before {
                    let _ = $step(&mut whole, bar);
                }
                let mut restored = saved_and_restored(&whole);
                prop_assert_eq!(&restored, &whole);
                for bar in after {
                    prop_assert_eq!($step(&mut restored, bar), $step(&mut whole, bar));
                }
            }};
        }
        let dollars = |bar: &Bar| bar.close.to_f64();
        check!(Ema::new(20), |one: &mut Ema, bar| one.handle_close(dollars(bar)));
        check!(Sma::new(20), |one: &mut Sma, bar: &Bar| one.handle_close(bar.close));
        check!(Rsi::new(14), |one: &mut Rsi, bar| one.handle_close(dollars(bar)));
        check!(Macd::new(12, 26, 9), |one: &mut Macd, bar| one.handle_close(dollars(bar)));
        check!(Bollinger::new(20, 2.0), |one: &mut Bollinger, bar: &Bar| {
            one.handle_close(bar.close)
        });
        check!(Atr::new(14), |one: &mut Atr, bar: &Bar| {
            one.handle_bar(bar.high.to_f64(), bar.low.to_f64(), bar.close.to_f64())
        });
        check!(VwapSums::default(), |one: &mut VwapSums, bar: &Bar| one.handle_bar(bar));
    }

    #[test]
    fn figures_keep_their_bounds(bars in bars(450)) {
        let mut set = IndicatorSet::default();
        let least = bars.iter().map(|bar| bar.low).min().expect("one").to_f64();
        let most = bars.iter().map(|bar| bar.high).max().expect("one").to_f64();
        // An average may round past the least or the greatest close by a unit in the last place.
        let (floor, ceiling) = (least * (1.0 - 1e-14), most * (1.0 + 1e-14));
        let inside = |figure: f64| floor <= figure && figure <= ceiling;
        for bar in &bars {
            let values = set.handle_bar(bar);
            for ema in [values.ema_9, values.ema_20, values.ema_50, values.ema_200] {
                prop_assert!(ema.is_none_or(inside));
            }
            prop_assert!(values.rsi.is_none_or(|rsi| (0.0..=100.0).contains(&rsi)));
            prop_assert!(values.atr.is_none_or(|atr| (0.0..=2.0 * most).contains(&atr)));
            if let Some(bands) = values.bollinger {
                prop_assert!(bands.lower <= bands.middle && bands.middle <= bands.upper);
                prop_assert!(inside(bands.middle) && bands.upper.is_finite());
            }
            if let Some(macd) = values.macd {
                prop_assert!(macd.line.is_finite() && macd.signal.is_none_or(f64::is_finite));
            }
        }
    }

    #[test]
    fn flat_prices_give_flat_figures(
        units in prop::sample::select(vec![1_i64, 10_000, 59_123_400, 1_000_000_000]),
        count in 1_usize..400,
    ) {
        let price = Price::from_units(units).expect("a price");
        let mut set = IndicatorSet::default();
        let mut values = None;
        for _ in 0..count {
            values = Some(set.handle_bar(&Bar::of_print(Moment(0), price, 1)));
        }
        let values = values.expect("at least one bar");
        let is_price = |figure: f64| (figure - price.to_f64()).abs() <= 1e-13 * price.to_f64();
        for ema in [values.ema_9, values.ema_20, values.ema_50, values.ema_200] {
            prop_assert!(ema.is_none_or(is_price));
        }
        prop_assert!(values.rsi.is_none_or(|rsi| rsi == 50.0));
        prop_assert!(values.atr.is_none_or(|atr| atr == 0.0));
        let is_flat = |bands: quant::indicators::Bands| {
            [bands.upper, bands.middle, bands.lower].map(|band| band == price.to_f64())
        };
        prop_assert!(values.bollinger.is_none_or(|bands| is_flat(bands) == [true; 3]));
        let vwap = values.vwap.map(|vwap| (vwap.vwap, vwap.deviation));
        prop_assert_eq!(vwap, Some((price.to_f64(), 0.0)));
    }

    #[test]
    fn a_peek_changes_nothing_and_tells_what_the_close_will_give(
        closes in prop::collection::vec(0.01_f64..100_000.0, 1..60), length in 1_u32..30
    ) {
        let mut ema = Ema::new(length);
        for close in closes {
            let before = ema.clone();
            let peeked = ema.peek(close);
            prop_assert_eq!(&ema, &before);
            prop_assert_eq!(peeked, ema.handle_close(close));
            prop_assert_eq!(peeked, ema.value());
        }
    }
}

#[test]
fn each_says_how_long_it_warms_up() {
    let mut atr = Atr::new(14);
    let mut missing = Vec::new();
    for _ in 0..17 {
        missing.push((atr.bars_missing(), atr.value().is_some()));
        atr.handle_bar(2.0, 1.0, 1.5);
    }
    assert_eq!(missing[0], (15, false));
    assert_eq!(missing[1], (14, false));
    assert_eq!(missing[14], (1, false));
    assert_eq!(missing[15], (0, true));
    assert_eq!(missing[16], (0, true));

    let first = |mut step: Box<dyn FnMut() -> bool>| (1..300).find(|_| step());
    let price = Price::from_units(10_000).expect("a price");
    let (mut rsi, mut sma, mut ema) = (Rsi::new(14), Sma::new(20), Ema::new(50));
    let (mut bollinger, mut line, mut signal) =
        (Bollinger::new(20, 2.0), Macd::new(12, 26, 9), Macd::new(12, 26, 9));
    assert_eq!(ema.missing(), 50);
    assert_eq!(first(Box::new(move || ema.handle_close(1.0).is_some())), Some(50));
    assert_eq!(first(Box::new(move || sma.handle_close(price).is_some())), Some(20));
    assert_eq!(first(Box::new(move || rsi.handle_close(1.0).is_some())), Some(15));
    assert_eq!(first(Box::new(move || bollinger.handle_close(price).is_some())), Some(20));
    assert_eq!(first(Box::new(move || line.handle_close(1.0).is_some())), Some(26));
    let signals = move || signal.handle_close(1.0).is_some_and(|macd| macd.signal.is_some());
    assert_eq!(first(Box::new(signals)), Some(34));
}

#[test]
fn a_session_start_begins_the_vwap_anew_and_nothing_else() {
    let bar = |units, volume| {
        Bar::of_print(Moment(0), Price::from_units(units).expect("a price"), volume)
    };
    let mut set = IndicatorSet::default();
    for units in 1_000_000..1_000_300 {
        set.handle_bar(&bar(units, 10));
    }
    let mut other = set.clone();
    other.handle_session_start();
    let (yesterday, today) = (set.handle_bar(&bar(990_000, 5)), other.handle_bar(&bar(990_000, 5)));
    assert_eq!(today.vwap.map(|vwap| vwap.vwap), Some(99.0));
    assert_ne!(yesterday.vwap, today.vwap);
    assert_eq!(yesterday.ema_200, today.ema_200);
    assert_eq!(yesterday.bollinger, today.bollinger);
}

#[test]
fn a_damaged_window_is_refused() {
    let mut sma = Sma::new(3);
    for units in [10_000, 20_000, 30_000, 40_000] {
        sma.handle_close(Price::from_units(units).expect("a price"));
    }
    let saved = serde_json::to_value(&sma).expect("it can be saved");
    let check = |field: &str, value: serde_json::Value| {
        let mut damaged = saved.clone();
        damaged["window"][field] = value;
        assert!(serde_json::from_value::<Sma>(damaged).is_err(), "{field}");
    };
    check("length", 0.into());
    check("length", 2.into());
    check("oldest", 3.into());
    check("closes", vec![0, 1, 2].into());
    assert_eq!(serde_json::from_value::<Sma>(saved).expect("the sound one"), sma);
}
