//! Prints: a day is replaced as a whole, and keeps the order of its file.

use desk::{BarStore, PrintStore, RecordedSymbol, WriteCount};
use market::{Print, PrintMark, Span, Symbol, TradingDate};

use super::home::{Home, OPEN, bars, local, minutes_of, on_both, other, price, tape};

on_both!(
    prints_keep_their_order,
    a_day_is_replaced_as_a_whole,
    the_official_close_is_found_among_them,
    recorded_days_count_both_kinds,
    an_owner_sees_only_what_is_theirs,
);

fn day() -> TradingDate {
    OPEN.wall_time().date
}

/// Several in each microsecond, prices falling: sorted by anything but their place, they differ.
fn prints(count: i64) -> Vec<Print> {
    let print = |n: i64| Print {
        at: OPEN + Span(n / 3),
        price: price(5_000_000 - n),
        size: n % 11,
        mark: if n % 50 == 49 { PrintMark::OfficialClose } else { PrintMark::Ordinary },
    };
    (0..count).map(print).collect()
}

async fn prints_keep_their_order(home: Home) {
    let store = home.open().await;
    let written = prints(1_207);
    let count = store.write_prints(&local(), &tape(), Symbol::SPY, day(), &written).await.unwrap();
    assert_eq!(count, WriteCount { added: 1_207, revised: 0, unchanged: 0 });
    let read = store.read_prints(&local(), &tape(), Symbol::SPY, day()).await.unwrap();
    assert_eq!(read, written);
    let again = store.write_prints(&local(), &tape(), Symbol::SPY, day(), &written).await.unwrap();
    assert_eq!(again, WriteCount { added: 0, revised: 0, unchanged: 1_207 });
}

async fn a_day_is_replaced_as_a_whole(home: Home) {
    let store = home.open().await;
    let next = day().plus_days(3);
    for date in [day(), next] {
        store.write_prints(&local(), &tape(), Symbol::SPY, date, &prints(600)).await.unwrap();
    }
    let shorter = prints(10);
    store.write_prints(&local(), &tape(), Symbol::SPY, day(), &shorter).await.unwrap();
    let read = store.read_prints(&local(), &tape(), Symbol::SPY, day()).await.unwrap();
    assert_eq!(read, shorter);
    let untouched = store.read_prints(&local(), &tape(), Symbol::SPY, next).await.unwrap();
    assert_eq!(untouched.len(), 600);
    let stranger = store.read_prints(&local(), &tape(), Symbol::QQQ, day()).await.unwrap();
    assert!(stranger.is_empty());
}

async fn the_official_close_is_found_among_them(home: Home) {
    let store = home.open().await;
    let close = async |symbol, date| {
        store.read_official_close(&local(), &tape(), symbol, date).await.unwrap()
    };
    let next = day().plus_days(3);
    for (date, count) in [(day(), 600), (next, 49)] {
        store.write_prints(&local(), &tape(), Symbol::SPY, date, &prints(count)).await.unwrap();
    }
    assert_eq!(close(Symbol::SPY, day()).await, Some(price(5_000_000 - 49)));
    assert_eq!(close(Symbol::SPY, next).await, None);
    assert_eq!(close(Symbol::QQQ, day()).await, None);
    let stranger = store.read_official_close(&other(), &tape(), Symbol::SPY, day()).await.unwrap();
    assert_eq!(stranger, None);
}

async fn recorded_days_count_both_kinds(home: Home) {
    let store = home.open().await;
    assert!(store.recorded_days(&local()).await.unwrap().is_empty());
    store.write_bars(&local(), &minutes_of(Symbol::QQQ), &bars(390)).await.unwrap();
    let next = day().plus_days(3);
    for (symbol, date) in [(Symbol::SPY, day()), (Symbol::SPY, next)] {
        store.write_prints(&local(), &tape(), symbol, date, &prints(7)).await.unwrap();
    }
    let days = store.recorded_days(&local()).await.unwrap();
    let dates: Vec<TradingDate> = days.iter().map(|one| one.date).collect();
    assert_eq!(dates, [next, day()], "newest first");
    let expected = [
        RecordedSymbol { symbol: Symbol::QQQ, bars: 390, prints: 0 },
        RecordedSymbol { symbol: Symbol::SPY, bars: 0, prints: 7 },
    ];
    assert_eq!(days[1].symbols, expected);
}

async fn an_owner_sees_only_what_is_theirs(home: Home) {
    let store = home.open().await;
    store.write_prints(&local(), &tape(), Symbol::SPY, day(), &prints(7)).await.unwrap();
    let theirs = store.read_prints(&other(), &tape(), Symbol::SPY, day()).await.unwrap();
    assert!(theirs.is_empty());
    store.write_prints(&other(), &tape(), Symbol::SPY, day(), &prints(2)).await.unwrap();
    let mine = store.read_prints(&local(), &tape(), Symbol::SPY, day()).await.unwrap();
    assert_eq!(mine.len(), 7);
}
