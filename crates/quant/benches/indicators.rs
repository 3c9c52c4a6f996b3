//! What a bar costs in indicators, beside the crates `ta` and `yata` on the same bars.
//!
//! Ours gives 14 figures: EMA 9/20/50/200, RSI 14, MACD line, signal and histogram, Bollinger
//! middle, upper and lower, ATR 14, VWAP and its deviation. Neither peer has a session's VWAP, so
//! each gives the first 12. `ta` smooths RSI and ATR exponentially instead of Wilder's way. `yata`
//! is used through its methods, which are cheaper than its indicators (those decide signals too);
//! its deviation is the sample's.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use market::{Bar, Moment, Price, Span};
use quant::indicators::{AnchoredVwap, Atr, Bollinger, Ema, IndicatorSet, Macd, Rsi};
use ta::Next;
use yata::core::{Candle, Method};
use yata::methods::{EMA, RMA, SMA, StDev, TR};

const BARS: usize = 100_000;

/// A seeded walk round 590 dollars in cents, at the volume of a busy fund: no market, but prices
/// move as much as in one. (Knuth's MMIX constants.)
fn walk() -> Vec<Bar> {
    let mut state = 7_u64;
    let mut random = |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % below).cast_signed()
    };
    let price = |units: i64| Price::from_units(units).expect("the walk stays positive");
    let mut close = 5_900_000;
    let mut at = Moment(1_760_000_000_000_000);
    (0..BARS)
        .map(|_| {
            let open = close;
            let pull = (5_900_000 - open) / 50_000;
            close = open + 100 * (pull + random(81) - 40);
            let high = open.max(close) + 100 * random(20);
            let low = open.min(close) - 100 * random(20);
            at += Span::MINUTE;
            let (open, high, low) = (price(open), price(high), price(low));
            let volume = 10_000 + random(300_000);
            Bar { start: at, open, high, low, close: price(close), volume }
        })
        .collect()
}

fn ta_bars(bars: &[Bar]) -> Vec<ta::DataItem> {
    bars.iter()
        .map(|bar| {
            ta::DataItem::builder()
                .open(bar.open.to_f64())
                .high(bar.high.to_f64())
                .low(bar.low.to_f64())
                .close(bar.close.to_f64())
                .volume(bar.volume as f64)
                .build()
                .expect("a whole bar")
        })
        .collect()
}

fn yata_bars(bars: &[Bar]) -> Vec<Candle> {
    bars.iter()
        .map(|bar| Candle {
            open: bar.open.to_f64(),
            high: bar.high.to_f64(),
            low: bar.low.to_f64(),
            close: bar.close.to_f64(),
            volume: bar.volume as f64,
        })
        .collect()
}

fn run_ta(bars: &[ta::DataItem]) {
    use ta::indicators as its;
    let ema = |length| its::ExponentialMovingAverage::new(length).expect("a length");
    let mut averages = [9, 20, 50, 200].map(ema);
    let mut rsi = its::RelativeStrengthIndex::new(14).expect("a length");
    let mut macd = its::MovingAverageConvergenceDivergence::new(12, 26, 9).expect("lengths");
    let mut bollinger = its::BollingerBands::new(20, 2.0).expect("a length");
    let mut atr = its::AverageTrueRange::new(14).expect("a length");
    for bar in bars {
        let close = ta::Close::close(bar);
        black_box(&(
            averages.each_mut().map(|average| average.next(close)),
            rsi.next(close),
            macd.next(close),
            bollinger.next(close),
            atr.next(bar),
        ));
    }
}

fn run_yata(bars: &[Candle]) {
    let first = &bars[0];
    let ema = |length| EMA::new(length, &first.close).expect("a length");
    let mut averages = [9, 20, 50, 200].map(ema);
    let (mut fast, mut slow) = (ema(12), ema(26));
    let mut signal = EMA::new(9, &0.0).expect("a length");
    let rma = || RMA::new(14, &0.0).expect("a length");
    let (mut rises, mut falls, mut atr) = (rma(), rma(), rma());
    let mut middle = SMA::new(20, &first.close).expect("a length");
    let mut deviation = StDev::new(20, &first.close).expect("a length");
    let mut range = TR::new(first).expect("a bar");
    let mut before = first.close;
    for bar in bars {
        let change = bar.close - before;
        before = bar.close;
        let rise = rises.next(&change.max(0.0));
        let fall = falls.next(&(-change).max(0.0));
        let line = fast.next(&bar.close) - slow.next(&bar.close);
        let signal = signal.next(&line);
        let (mean, half) = (middle.next(&bar.close), 2.0 * deviation.next(&bar.close));
        black_box(&(
            averages.each_mut().map(|average| average.next(&bar.close)),
            100.0 * rise / (rise + fall),
            (line, signal, line - signal),
            (mean + half, mean, mean - half),
            atr.next(&range.next(bar)),
        ));
    }
}

/// Runs `step` over all bars and lets nothing be optimised away.
fn each<T>(bars: &[Bar], mut step: impl FnMut(&Bar) -> T) {
    for bar in bars {
        black_box(&step(bar));
    }
}

fn indicators(criterion: &mut Criterion) {
    let bars = walk();
    let (for_ta, for_yata) = (ta_bars(&bars), yata_bars(&bars));
    let mut group = criterion.benchmark_group("indicators");
    group
        .throughput(Throughput::Elements(BARS as u64))
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(1_500));
    group.bench_function("14 outputs, ours", |bench| {
        bench.iter(|| {
            let mut set = IndicatorSet::default();
            each(&bars, |bar| set.handle_bar(bar));
        });
    });
    group.bench_function("12 outputs, yata", |bench| bench.iter(|| run_yata(&for_yata)));
    group.bench_function("12 outputs, ta", |bench| bench.iter(|| run_ta(&for_ta)));
    group.bench_function("EMA 20", |bench| {
        bench.iter(|| {
            let mut ema = Ema::new(20);
            each(&bars, |bar| ema.handle_close(bar.close.to_f64()));
        });
    });
    group.bench_function("RSI 14", |bench| {
        bench.iter(|| {
            let mut rsi = Rsi::new(14);
            each(&bars, |bar| rsi.handle_close(bar.close.to_f64()));
        });
    });
    group.bench_function("MACD 12 26 9", |bench| {
        bench.iter(|| {
            let mut macd = Macd::new(12, 26, 9);
            each(&bars, |bar| macd.handle_close(bar.close.to_f64()));
        });
    });
    group.bench_function("Bollinger 20 2", |bench| {
        bench.iter(|| {
            let mut bollinger = Bollinger::new(20, 2.0);
            each(&bars, |bar| bollinger.handle_close(bar.close));
        });
    });
    group.bench_function("ATR 14", |bench| {
        bench.iter(|| {
            let mut atr = Atr::new(14);
            let dollars = |bar: &Bar| (bar.high.to_f64(), bar.low.to_f64(), bar.close.to_f64());
            each(&bars, |bar| {
                let (high, low, close) = dollars(bar);
                atr.handle_bar(high, low, close)
            });
        });
    });
    group.bench_function("VWAP and deviation", |bench| {
        bench.iter(|| {
            let mut vwap = AnchoredVwap::new(Moment(0));
            each(&bars, |bar| vwap.handle_bar(bar));
        });
    });
    group.finish();
}

criterion_group!(benches, indicators);
criterion_main!(benches);
