//! Bars: all or nothing, once, in order, each series and owner apart.

use desk::{Adjustment, BarSeries, BarStore, RecordedSymbol, WriteCount};
use market::{BarHours, BarSpan, Moment, Span, Symbol, TapeId};

use super::home::{Home, OPEN, bar, bars, local, minutes_of, on_both, other};

on_both!(
    written_bars_are_read_back,
    the_same_bars_again_change_nothing,
    a_range_is_half_open_and_a_limit_keeps_the_newest,
    a_series_is_all_of_its_key,
    an_owner_sees_only_what_is_theirs,
    a_list_with_a_bar_that_cannot_be_kept_writes_nothing,
    extremes_are_kept_to_the_unit,
    many_writers_lose_nothing,
);

const EVER: (Moment, Moment) = (Moment(i64::MIN), Moment(i64::MAX));

async fn written_bars_are_read_back(home: Home) {
    let store = home.open().await;
    let series = minutes_of(Symbol::SPY);
    assert!(store.read_bars(&local(), &series, EVER.0, EVER.1, 10).await.unwrap().is_empty());
    // More than a full batch, and not a multiple of it.
    let written = bars(1_203);
    let count = store.write_bars(&local(), &series, &written).await.unwrap();
    assert_eq!(count, WriteCount { added: 1_203, revised: 0, unchanged: 0 });
    let read = store.read_bars(&local(), &series, EVER.0, EVER.1, u32::MAX).await.unwrap();
    assert_eq!(read, written);
    let stored = store.stored_bars(&local()).await.unwrap();
    assert_eq!(stored.len(), 1);
    assert_eq!((stored[0].first, stored[0].last), (OPEN, OPEN + Span::minutes(1_202)));
    assert_eq!((stored[0].count, &stored[0].series), (1_203, &series));
}

async fn the_same_bars_again_change_nothing(home: Home) {
    let store = home.open().await;
    let series = minutes_of(Symbol::SPY);
    let mut written = bars(700);
    store.write_bars(&local(), &series, &written).await.unwrap();
    let again = store.write_bars(&local(), &series, &written).await.unwrap();
    assert_eq!(again, WriteCount { added: 0, revised: 0, unchanged: 700 });
    // One bar with other figures, one that is new.
    written[3] = bar(3, 6_000_000);
    written.push(bar(700, 5_000_000));
    let third = store.write_bars(&local(), &series, &written).await.unwrap();
    assert_eq!(third, WriteCount { added: 1, revised: 1, unchanged: 699 });
    let read = store.read_bars(&local(), &series, EVER.0, EVER.1, u32::MAX).await.unwrap();
    assert_eq!(read, written);
}

async fn a_range_is_half_open_and_a_limit_keeps_the_newest(home: Home) {
    let store = home.open().await;
    let series = minutes_of(Symbol::SPX);
    let written = bars(20);
    // The order of writing is not the order of reading.
    let mut shuffled = written.clone();
    shuffled.reverse();
    store.write_bars(&local(), &series, &shuffled).await.unwrap();
    let (from, until) = (OPEN + Span::minutes(5), OPEN + Span::minutes(10));
    let read = store.read_bars(&local(), &series, from, until, 100).await.unwrap();
    assert_eq!(read, written[5..10]);
    let read = store.read_bars(&local(), &series, from, until, 2).await.unwrap();
    assert_eq!(read, written[8..10]);
    assert!(store.read_bars(&local(), &series, until, from, 100).await.unwrap().is_empty());
    assert!(store.read_bars(&local(), &series, from, until, 0).await.unwrap().is_empty());
}

async fn a_series_is_all_of_its_key(home: Home) {
    let store = home.open().await;
    let plain = minutes_of(Symbol::SPY);
    let series = [
        plain.clone(),
        BarSeries { tape: TapeId::Practice { seed: 7 }, ..plain.clone() },
        BarSeries { symbol: Symbol::QQQ, ..plain.clone() },
        BarSeries { source: "vendor".to_owned(), ..plain.clone() },
        BarSeries { span: BarSpan::M5, ..plain.clone() },
        BarSeries { hours: BarHours::Regular, ..plain.clone() },
        BarSeries { adjustment: Adjustment::Split, ..plain.clone() },
        BarSeries { adjustment: Adjustment::Total, ..plain },
    ];
    for (price, series) in (1..).zip(&series) {
        let written = [bar(0, 1_000_000 * price)];
        store.write_bars(&local(), series, &written).await.unwrap();
    }
    for (price, series) in (1..).zip(&series) {
        let read = store.read_bars(&local(), series, EVER.0, EVER.1, 9).await.unwrap();
        assert_eq!(read, [bar(0, 1_000_000 * price)], "{series:?}");
    }
    let mut stored: Vec<BarSeries> =
        store.stored_bars(&local()).await.unwrap().into_iter().map(|one| one.series).collect();
    assert_eq!(stored.len(), series.len());
    stored.retain(|one| !series.contains(one));
    assert_eq!(stored, []);
}

async fn an_owner_sees_only_what_is_theirs(home: Home) {
    let store = home.open().await;
    let series = minutes_of(Symbol::SPY);
    store.write_bars(&local(), &series, &bars(3)).await.unwrap();
    assert!(store.read_bars(&other(), &series, EVER.0, EVER.1, 9).await.unwrap().is_empty());
    assert!(store.stored_bars(&other()).await.unwrap().is_empty());
    assert!(store.recorded_days(&other()).await.unwrap().is_empty());
    store.write_bars(&other(), &series, &[bar(0, 1_000_000)]).await.unwrap();
    let mine = store.read_bars(&local(), &series, EVER.0, EVER.1, 9).await.unwrap();
    assert_eq!(mine, bars(3));
    let days = store.recorded_days(&other()).await.unwrap();
    let symbols = [RecordedSymbol { symbol: Symbol::SPY, bars: 1, prints: 0 }];
    assert_eq!(days.len(), 1);
    assert_eq!(days[0].symbols, symbols);
    assert_eq!(days[0].date.to_string(), "2024-02-23");
}

async fn a_list_with_a_bar_that_cannot_be_kept_writes_nothing(home: Home) {
    let store = home.open().await;
    let series = minutes_of(Symbol::SPY);
    store.write_bars(&local(), &series, &bars(2)).await.unwrap();
    // A reader of half a list would see a day that never was.
    home.tamper("create unique index one_volume on bar (series_id, volume)").await;
    let mut written = bars(900);
    for one in &mut written {
        one.start += Span::hours(24);
    }
    written[899].volume = written[0].volume;
    let refused = store.write_bars(&local(), &series, &written).await.unwrap_err();
    assert!(refused.to_string().contains("write"), "{refused}");
    let read = store.read_bars(&local(), &series, EVER.0, EVER.1, u32::MAX).await.unwrap();
    assert_eq!(read, bars(2));
}

async fn extremes_are_kept_to_the_unit(home: Home) {
    let store = home.open().await;
    let series = minutes_of(Symbol::NDX);
    let smallest = super::home::price(1);
    let largest = market::Price::MAX;
    let one = market::Bar {
        start: OPEN,
        open: smallest,
        high: largest,
        low: smallest,
        close: largest,
        volume: i64::MAX,
    };
    store.write_bars(&local(), &series, &[one]).await.unwrap();
    let read = store.read_bars(&local(), &series, EVER.0, EVER.1, 9).await.unwrap();
    assert_eq!(read, [one]);
    let nothing = store.write_bars(&local(), &series, &[]).await.unwrap();
    assert_eq!(nothing, WriteCount::default());
}

async fn many_writers_lose_nothing(home: Home) {
    let store = home.open().await;
    let writers = (0..16).map(|writer| {
        let store = store.clone();
        tokio::spawn(async move {
            let ticker: String = ['W', char::from(b'A' + writer)].iter().collect();
            let mine = minutes_of(ticker.parse().unwrap());
            for round in 0..5 {
                let at = 60 * round;
                let written: Vec<_> = (at..at + 60).map(|minute| bar(minute, 5_000_000)).collect();
                // All write one series together, and one each alone.
                store.write_bars(&local(), &mine, &written).await.unwrap();
                store.write_bars(&local(), &minutes_of(Symbol::SPY), &written).await.unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let stored = store.stored_bars(&local()).await.unwrap();
    assert_eq!(stored.len(), 17);
    assert!(stored.iter().all(|one| one.count == 300), "{stored:?}");
}
