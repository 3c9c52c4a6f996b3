//! What options said of volatility, by day.

use desk::{ChainStore, RecordedChain, VolatilityDay, VolatilityStore};
use market::{Root, Series, SeriesQuotes, Symbol, TradingDate};

use super::home::{Home, OPEN, local, on_both, other, tape};

on_both!(volatility_is_kept_by_day, another_chain_makes_a_day_unknown, damaged_volatility_is_told);

fn day(place: i32) -> TradingDate {
    OPEN.wall_time().date.plus_days(place)
}

fn said(iv30: f64) -> Option<VolatilityDay> {
    Some(VolatilityDay { iv30, skew30: Some(0.1 + 0.2) })
}

async fn volatility_is_kept_by_day(home: Home) {
    let store = home.open().await;
    let days = [
        (day(0), said(0.1)),
        (day(1), None),
        (day(2), Some(VolatilityDay { iv30: 0.15, skew30: None })),
        (day(3), said(0.2)),
    ];
    let (owner, tape) = (local(), tape());
    store.write_volatility_days(&owner, &tape, Symbol::SPX, &days).await.unwrap();
    let read = |symbol: Symbol, before: i32, limit: u32| {
        let (store, owner, tape) = (&store, &owner, &tape);
        async move {
            let before = day(before);
            store.read_volatility_days(owner, tape, symbol, before, limit).await.unwrap()
        }
    };
    assert_eq!(read(Symbol::SPX, 4, 9).await, days, "to the last bit");
    // Nothing of the day itself or after it; the newest where there are more.
    assert_eq!(read(Symbol::SPX, 3, 9).await, days[..3]);
    assert_eq!(read(Symbol::SPX, 4, 2).await, days[2..]);
    assert_eq!(read(Symbol::NDX, 4, 9).await, []);
    let theirs = store.read_volatility_days(&other(), &tape, Symbol::SPX, day(4), 9).await;
    assert_eq!(theirs.unwrap(), []);
    let again = [(day(1), said(0.3))];
    store.write_volatility_days(&owner, &tape, Symbol::SPX, &again).await.unwrap();
    assert_eq!(read(Symbol::SPX, 2, 1).await, again);
}

async fn another_chain_makes_a_day_unknown(home: Home) {
    let store = home.open().await;
    let (owner, tape) = (local(), tape());
    let days = [(day(0), said(0.1)), (day(1), said(0.2))];
    store.write_volatility_days(&owner, &tape, Symbol::SPX, &days).await.unwrap();
    let quotes = SeriesQuotes {
        series: Series { expires: day(30), root: Root::SPXW },
        open_interest_of: day(0),
        dividends: None,
        strikes: Vec::new(),
    };
    let chain = RecordedChain { at: OPEN, series: vec![quotes] };
    store.write_chain(&owner, &tape, Symbol::SPX, day(1), &chain).await.unwrap();
    let read = store.read_volatility_days(&owner, &tape, Symbol::SPX, day(9), 9).await.unwrap();
    assert_eq!(read, days[..1]);
}

async fn damaged_volatility_is_told(home: Home) {
    let store = home.open().await;
    let (owner, tape) = (local(), tape());
    let days = [(day(0), said(0.1))];
    store.write_volatility_days(&owner, &tape, Symbol::SPX, &days).await.unwrap();
    home.tamper("update volatility_day set day = 99999999999").await;
    // PostgreSQL and SQLite keep it as a number: it is no date all the same.
    let told = store.read_volatility_days(&owner, &tape, Symbol::SPX, day(1), 9).await;
    assert_eq!(told.unwrap(), [], "a day after all others is none before this one");
    home.tamper("update volatility_day set day = -99999999999").await;
    let told = store.read_volatility_days(&owner, &tape, Symbol::SPX, day(1), 9).await;
    let told = told.unwrap_err().to_string();
    assert!(told.contains("`volatility_day` cannot be read"), "{told}");
}
