//! Option chains that a trader brought in.

use desk::{ChainStore, RecordedChain, WriteCount};
use market::{Price, Quote, Root, Series, SeriesQuotes, Span, StrikeQuotes, Symbol, TradingDate};

use super::home::{Home, OPEN, local, on_both, other, tape};

on_both!(chains_are_kept_by_day, a_damaged_chain_is_told);

fn day() -> TradingDate {
    OPEN.wall_time().date
}

fn chain(roots: &[Root], bid: f64) -> RecordedChain {
    let quote = Quote {
        bid: Price::from_f64(bid).ok(),
        ask: None,
        at: Some(OPEN),
        vendor_iv: Some(0.1 + 0.2),
        open_interest: 7,
        ..Quote::default()
    };
    let series = |root: &Root| SeriesQuotes {
        series: Series { expires: day().plus_days(30), root: *root },
        open_interest_of: day(),
        dividends: None,
        strikes: vec![StrikeQuotes {
            strike: Price::from_f64(5_000.0).unwrap(),
            call: quote,
            put: Quote::default(),
        }],
    };
    let mut series: Vec<SeriesQuotes> = roots.iter().map(series).collect();
    series.sort_by_key(|one| (one.series.expires_at(), one.series));
    RecordedChain { at: OPEN + Span::hours(6), series }
}

async fn chains_are_kept_by_day(home: Home) {
    let store = home.open().await;
    let write = |chain: RecordedChain| {
        let store = &store;
        async move {
            let (owner, tape) = (local(), tape());
            store.write_chain(&owner, &tape, Symbol::SPX, day(), &chain).await.unwrap()
        }
    };
    let both = chain(&[Root::SPX, Root::SPXW], 1.25);
    assert_eq!(write(both.clone()).await, WriteCount { added: 2, ..WriteCount::default() });
    assert_eq!(write(both.clone()).await, WriteCount { unchanged: 2, ..WriteCount::default() });
    let read = |of: Symbol, day: TradingDate| {
        let store = &store;
        async move { store.read_chain(&local(), &tape(), of, day).await.unwrap() }
    };
    assert_eq!(read(Symbol::SPX, day()).await, Some(both), "to the last bit");
    // A better file takes the place of its roots, whole; files may be of one root each.
    let one = chain(&[Root::SPXW], 1.3);
    assert_eq!(write(one.clone()).await, WriteCount { revised: 1, ..WriteCount::default() });
    assert_eq!(write(one.clone()).await, WriteCount { unchanged: 1, ..WriteCount::default() });
    let mut kept = chain(&[Root::SPX], 1.25);
    kept.series.extend(one.series.clone());
    kept.series.sort_by_key(|one| (one.series.expires_at(), one.series));
    assert_eq!(read(Symbol::SPX, day()).await, Some(kept));
    // A later one of another root: all of them are known from then on.
    let mut later = chain(&[Root::SPX], 1.4);
    later.at += Span::minutes(15);
    write(later.clone()).await;
    assert_eq!(read(Symbol::SPX, day()).await.map(|chain| chain.at), Some(later.at));
    let days = |before: TradingDate, limit: u32| {
        let store = &store;
        async move {
            let (owner, tape) = (local(), tape());
            store.chain_days(&owner, &tape, Symbol::SPX, before, limit).await.unwrap()
        }
    };
    assert_eq!(days(day(), 9).await, []);
    assert_eq!(days(day().plus_days(1), 9).await, [day()]);
    assert_eq!(days(day().plus_days(1), 0).await, []);
    assert_eq!(read(Symbol::NDX, day()).await, None);
    assert_eq!(read(Symbol::SPX, day().plus_days(1)).await, None);
    let theirs = store.read_chain(&other(), &tape(), Symbol::SPX, day()).await.unwrap();
    assert_eq!(theirs, None);
}

async fn a_damaged_chain_is_told(home: Home) {
    let store = home.open().await;
    let whole = chain(&[Root::SPX], 1.0);
    store.write_chain(&local(), &tape(), Symbol::SPX, day(), &whole).await.unwrap();
    home.tamper("update chain set quotes = '{'").await;
    let told = store.read_chain(&local(), &tape(), Symbol::SPX, day()).await.unwrap_err();
    assert!(told.to_string().contains("`chain` cannot be read"), "{told}");
}
