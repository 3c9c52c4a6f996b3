//! One tick in, all levels updated: nanoseconds on a seeded day. The goal is 1 µs.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use market::{
    Bar, Moment, Price, Print, PrintMark, Span, Symbol, TradingDate, TradingDay, prior_trading_day,
    trading_day,
};
use quant::Bundle;
use quant::levels::{BookWriter, Books, ProxyHistory, SessionStart};

/// Prints of the measured stretch.
const TICKS: usize = 20_000;

/// A linear congruential generator (Knuth's MMIX constants): the same seed is the same day.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, bound: i64) -> i64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33).cast_signed() % bound
    }
}

fn today() -> TradingDay {
    let date: TradingDate = "2024-02-06".parse().expect("a date");
    trading_day(date).expect("a Tuesday")
}

fn price(units: i64) -> Price {
    Price::from_units(units).expect("prices of the walk are positive")
}

fn daily(chance: &mut Seeded, level: i64) -> Vec<Bar> {
    let mut bars = Vec::new();
    let mut day = prior_trading_day(today().date);
    let mut close = level;
    for _ in 0..1_200 {
        let (high, low) =
            (close + 100 + chance.below(level / 100), close - 100 - chance.below(level / 100));
        let bar = Bar {
            start: day.open(),
            open: price(close),
            high: price(high),
            low: price(low),
            close: price(close),
            volume: 80_000_000,
        };
        bars.push(bar);
        close += (chance.below(level / 100) - level / 200) / 100 * 100;
        day = prior_trading_day(day.date);
    }
    bars.reverse();
    bars
}

/// A random walk in cents: pre-market from 09:20 on, then `TICKS` regular prints from 10:40 on.
fn tape(chance: &mut Seeded, level: i64, size: i64) -> (Vec<Print>, Vec<Print>) {
    let mut units = level;
    let mut walk = |from: Moment, step: Span, count: i64| -> Vec<Print> {
        (0..count)
            .map(|n| {
                units += (chance.below(5) - 2) * 100;
                let at = Moment(from.0 + n * step.0);
                Print {
                    at,
                    price: price(units),
                    size: size * (1 + chance.below(9)),
                    mark: PrintMark::Ordinary,
                }
            })
            .collect()
    };
    let open = today().open();
    let mut before = walk(open - Span::minutes(10), Span::seconds(1), 600);
    before.extend(walk(open, Span::seconds(1), 4_200));
    let count = i64::try_from(TICKS).expect("small");
    let measured = walk(open + Span::minutes(70), Span::millis(250), count);
    (before, measured)
}

fn writer(symbols: &[(Symbol, i64, i64)]) -> (BookWriter, Vec<(Symbol, Vec<Print>)>) {
    let mut chance = Seeded(7);
    let mut writer = BookWriter::default();
    let mut tapes = Vec::new();
    for (symbol, level, _) in symbols {
        let start = SessionStart::new(today(), daily(&mut chance, *level));
        writer.handle_session_change(*symbol, &start).expect("2024 is in the calendar");
    }
    let history = ProxyHistory { proxy: Symbol::SPY, index_minutes: vec![], proxy_minutes: vec![] };
    writer.set_proxy_history(Symbol::SPX, &history);
    for (symbol, level, size) in symbols {
        let (before, measured) = tape(&mut chance, *level, *size);
        for print in &before {
            writer.handle_tick(*symbol, print);
        }
        tapes.push((*symbol, measured));
    }
    (writer, tapes)
}

fn tick(criterion: &mut Criterion) {
    let fund = (Symbol::SPY, 4_940_000, 100);
    let index = (Symbol::SPX, 49_400_000, 0);
    let (before, tapes) = writer(&[fund, index]);
    let mut group = criterion.benchmark_group("levels");
    group.throughput(Throughput::Elements(u64::try_from(TICKS).expect("small")));
    for (symbol, prints) in &tapes {
        group.bench_function(format!("tick to all levels, {symbol}"), |bencher| {
            bencher.iter_batched_ref(
                || before.clone(),
                |writer| {
                    for print in prints {
                        black_box(writer.handle_tick(*symbol, black_box(print)));
                    }
                },
                BatchSize::LargeInput,
            );
        });
    }
    let bundles: Vec<Bundle> = {
        let mut writer = before.clone();
        tapes[0].1.iter().map(|print| writer.handle_tick(Symbol::SPY, print)).collect()
    };
    group.bench_function("bundle of one print, as the browser follows it", |bencher| {
        bencher.iter_batched_ref(
            || before.books().clone(),
            |books: &mut Books| {
                for bundle in &bundles {
                    books.handle_bundle(Symbol::SPY, black_box(bundle));
                }
            },
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

criterion_group!(benches, tick);
criterion_main!(benches);
