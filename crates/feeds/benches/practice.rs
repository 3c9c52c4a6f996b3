//! The practice market: how long its first start takes, and how many events a second it tells.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use desk::MarketFeed;
use feeds::PracticeMarket;
use market::{Moment, Span, prior_trading_day};

/// Trading days of minutes that a first start reads.
const MINUTE_DAYS: usize = 30;

/// Everything that a desk asks for before it shows a chart. Goal: 3 s.
fn first_start(seed: u64) -> usize {
    let practice = PracticeMarket::new(seed);
    let until = practice.opening_moment();
    let today = until.wall_time().date;
    let mut first = today;
    for _ in 0..MINUTE_DAYS {
        first = prior_trading_day(first).date;
    }
    let from = Moment::new_york(first, Span::ZERO);
    let bars = |symbol| {
        practice.daily_bars(symbol, today).len() + practice.minute_bars(symbol, from, until).len()
    };
    practice.symbols().into_iter().map(bars).sum()
}

fn practice(c: &mut Criterion) {
    let mut group = c.benchmark_group("practice market");
    group.sample_size(10);
    group.bench_function("first start: 6 years of days, 30 days of minutes", |b| {
        b.iter(|| black_box(first_start(black_box(7))));
    });
    let market = PracticeMarket::new(7);
    let (from, until) = (market.opening_moment(), market.opening_moment() + Span::minutes(60));
    let mut told = Vec::new();
    market.clone().events(from, until, &mut told);
    let count = u64::try_from(told.len()).expect("small");
    group.throughput(Throughput::Elements(count));
    group.bench_function("one hour of five symbols", |b| {
        let mut player = market.clone();
        b.iter(|| {
            told.clear();
            player.events(from, until, &mut told);
            black_box(told.len())
        });
    });
    group.bench_function("one hour of five symbols, in slots of 3 s (60×)", |b| {
        let mut player = market.clone();
        b.iter(|| {
            let mut at = from;
            while at < until {
                told.clear();
                black_box(player.next_event_after(at));
                player.events(at, at + Span::seconds(3), &mut told);
                at += Span::seconds(3);
            }
            black_box(told.len())
        });
    });
    group.finish();
}

criterion_group!(benches, practice);
criterion_main!(benches);
