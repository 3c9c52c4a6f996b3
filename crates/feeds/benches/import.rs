//! Half a million minutes, from the bytes of a file to bars.

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use feeds::{ImportOptions, read_bars, read_prints};
use market::{Symbol, TradingDate, next_trading_day};

const BARS: u64 = 500_000;

/// Minutes of many regular sessions, with a price that wanders.
fn minutes() -> String {
    let mut text = String::from("date,open,high,low,close,volume\n");
    let mut date = TradingDate::new(2015, 1, 1).expect("a date");
    let (mut written, mut cents, mut state) = (0, 20_000_u64, 1_u64);
    while written < BARS {
        let day = next_trading_day(date);
        date = day.date;
        for minute in 570..if day.is_half_day() { 780 } else { 960 } {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            cents = (cents + (state >> 40) % 21).saturating_sub(10).max(1_000);
            let (hour, minute) = (minute / 60, minute % 60);
            let figure = |cents: u64| format!("{}.{:02}", cents / 100, cents % 100);
            let [open, high, low] = [cents, cents + 9, cents - 7].map(figure);
            let volume = (state >> 44) % 1_000_000;
            writeln!(text, "{date} {hour:02}:{minute:02}:00,{open},{high},{low},{open},{volume}")
                .expect("a string takes all");
            written += 1;
            if written == BARS {
                break;
            }
        }
    }
    text
}

fn ticks() -> String {
    let mut text = String::new();
    for tick in 0..BARS {
        let millis = 34_200_000 + tick * 23_400_000 / BARS;
        let price = 1_674_300 + tick % 97 * 100;
        writeln!(text, "{millis},{price},100,P,20000020,0").expect("a string takes all");
    }
    text
}

fn import(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("import");
    group.throughput(Throughput::Elements(BARS)).sample_size(10);
    let options = ImportOptions::new(Symbol::SPY);
    let text = minutes();
    let imported = read_bars(text.as_bytes(), "spy.csv", &options, &mut |_, _| {});
    assert_eq!(imported.expect("they are bars").bars.len() as u64, BARS);
    group.bench_function("500,000 minutes", |bencher| {
        bencher.iter(|| read_bars(black_box(text.as_bytes()), "spy.csv", &options, &mut |_, _| {}));
    });
    let text = ticks();
    let name = "20131007_spy_trade_tick.csv";
    group.bench_function("500,000 ticks", |bencher| {
        bencher.iter(|| read_prints(black_box(text.as_bytes()), name, &options, &mut |_, _| {}));
    });
    group.finish();
}

criterion_group!(benches, import);
criterion_main!(benches);
