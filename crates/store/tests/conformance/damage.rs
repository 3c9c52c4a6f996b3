//! Rows that somebody else wrote or a bad disk changed: refused loudly, never shown.

use desk::{BarStore, LayoutStore, PrintStore, StoreError, WatchlistStore};
use market::{Moment, Symbol};

use super::home::{Home, OPEN, bars, local, minutes_of, on_both, price, tape};

on_both!(
    a_bar_that_cannot_be,
    a_print_that_cannot_be,
    a_series_that_nobody_wrote,
    a_watchlist_that_is_no_list,
);

fn told<T: std::fmt::Debug>(outcome: Result<T, StoreError>, table: &str, word: &str) {
    let error = outcome.unwrap_err();
    let StoreError::Damaged { table: found, .. } = &error else { panic!("{error:?}") };
    assert_eq!(*found, table);
    assert!(error.to_string().contains(word), "{error}");
}

async fn a_bar_that_cannot_be(home: Home) {
    let store = home.open().await;
    let series = minutes_of(Symbol::SPY);
    store.write_bars(&local(), &series, &bars(5)).await.unwrap();
    let owner = local();
    let read = || store.read_bars(&owner, &series, Moment(i64::MIN), Moment(i64::MAX), 9);
    home.tamper("update bar set high = low - 1 where volume = 1003").await;
    told(read().await, "bar", "high");
    home.tamper("update bar set high = low + 1000, close = 0 where volume = 1003").await;
    told(read().await, "bar", "0");
}

async fn a_print_that_cannot_be(home: Home) {
    let store = home.open().await;
    let print = market::Print {
        at: OPEN,
        price: price(5_000_000),
        size: 1,
        mark: market::PrintMark::Ordinary,
    };
    let day = OPEN.wall_time().date;
    store.write_prints(&local(), &tape(), Symbol::SPY, day, &[print]).await.unwrap();
    home.tamper("update print set mark = 9").await;
    told(store.read_prints(&local(), &tape(), Symbol::SPY, day).await, "print", "`9`");
}

async fn a_series_that_nobody_wrote(home: Home) {
    let store = home.open().await;
    store.write_bars(&local(), &minutes_of(Symbol::SPY), &bars(1)).await.unwrap();
    home.tamper("update series set hours = 'lunch'").await;
    told(store.stored_bars(&local()).await, "series", "lunch");
    home.tamper("update series set hours = 'regular', symbol = 'not a ticker'").await;
    told(store.stored_bars(&local()).await, "series", "not a ticker");
}

async fn a_watchlist_that_is_no_list(home: Home) {
    let store = home.open().await;
    store.write_watchlist(&local(), "main", &[Symbol::SPX], 9).await.unwrap();
    home.tamper("update watchlist set symbols = '[\"SPX\",'").await;
    told(store.watchlists(&local()).await, "watchlist", "EOF");
    // What is whole beside it can still be read.
    assert!(store.layouts(&local()).await.unwrap().is_empty());
}
