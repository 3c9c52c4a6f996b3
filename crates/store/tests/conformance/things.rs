//! A trader's own small things.

use desk::{
    DrawingEdit, DrawingStore, LayoutStore, OwnerId, SettingStore, SymbolStore, WatchlistStore,
};
use market::{Span, Symbol};

use super::home::{Home, OPEN, local, on_both, other};

on_both!(
    symbols_are_remembered,
    watchlists,
    layouts,
    so_many_are_kept_and_no_more,
    drawings,
    settings,
    odd_texts_are_kept,
);

async fn symbols_are_remembered(home: Home) {
    let store = home.open().await;
    for symbol in [Symbol::SPY, Symbol::NDX, Symbol::SPY] {
        store.add_symbol(&local(), symbol).await.unwrap();
    }
    assert_eq!(store.symbols(&local()).await.unwrap(), [Symbol::NDX, Symbol::SPY]);
    assert!(store.symbols(&other()).await.unwrap().is_empty());
}

async fn watchlists(home: Home) {
    let store = home.open().await;
    let kept = |owner: OwnerId| {
        let store = &store;
        async move {
            let lists = store.watchlists(&owner).await.unwrap().into_iter();
            lists.map(|list| (list.name, list.symbols)).collect::<Vec<_>>()
        }
    };
    assert_eq!(kept(local()).await, []);
    // An empty list is a list, and the order is the trader's.
    for symbols in [vec![], vec![Symbol::VIX, Symbol::SPX, Symbol::NDX], vec![Symbol::SPX]] {
        store.write_watchlist(&local(), "main", &symbols, 1).await.unwrap();
        assert_eq!(kept(local()).await, [("main".to_owned(), symbols)]);
    }
    store.write_watchlist(&local(), "funds", &[Symbol::SPY], 2).await.unwrap();
    store.write_watchlist(&other(), "main", &[Symbol::QQQ], 1).await.unwrap();
    assert!(store.rename_watchlist(&local(), "main", "indices").await.unwrap());
    assert!(!store.rename_watchlist(&local(), "main", "more").await.unwrap());
    assert!(store.rename_watchlist(&local(), "indices", "funds").await.is_err(), "it is taken");
    let names = [("funds", Symbol::SPY), ("indices", Symbol::SPX)];
    assert_eq!(kept(local()).await, names.map(|(name, one)| (name.to_owned(), vec![one])));
    assert!(!store.remove_watchlist(&other(), "funds").await.unwrap(), "not theirs to remove");
    assert!(store.remove_watchlist(&local(), "funds").await.unwrap());
    assert_eq!(kept(local()).await.len(), 1);
    assert_eq!(kept(other()).await, [("main".to_owned(), vec![Symbol::QQQ])]);
}

async fn layouts(home: Home) {
    let store = home.open().await;
    let write = |owner: OwnerId, name: &'static str, body: &'static str, minute: i64| {
        let store = &store;
        async move {
            let now = OPEN + Span::minutes(minute);
            store.write_layout(&owner, name, body, now, 2).await.unwrap().unwrap()
        }
    };
    let noon = write(local(), "noon", "{}", 1).await;
    let dawn = write(local(), "dawn", "{}", 2).await;
    assert_eq!(write(local(), "noon", r#"{"panes":2}"#, 3).await, noon, "the same layout");
    let theirs = write(other(), "noon", "{}", 4).await;
    assert_ne!(theirs, noon);
    let kept = store.layouts(&local()).await.unwrap();
    let names: Vec<&str> = kept.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["dawn", "noon"]);
    assert_eq!(kept[1].body, r#"{"panes":2}"#);
    assert_eq!(kept[1].changed_at, OPEN + Span::minutes(3));
    assert!(!store.remove_layout(&other(), &dawn).await.unwrap(), "not theirs to remove");
    assert!(store.remove_layout(&local(), &dawn).await.unwrap());
    assert!(!store.remove_layout(&local(), &dawn).await.unwrap());
    assert_eq!(store.layouts(&local()).await.unwrap().len(), 1);
    assert_eq!(store.layouts(&other()).await.unwrap().len(), 1);
}

async fn so_many_are_kept_and_no_more(home: Home) {
    let store = home.open().await;
    let owner = local();
    let write = async |n: usize| {
        let name = format!("list {n}");
        let list = store.write_watchlist(&owner, &name, &[Symbol::SPX], 5).await.unwrap();
        let layout = store.write_layout(&owner, &name, "{}", OPEN, 5).await.unwrap();
        (list, layout.is_some())
    };
    let told = futures::future::join_all((0..20).map(write)).await;
    assert_eq!(told.iter().filter(|(list, _)| *list).count(), 5, "{told:?}");
    assert_eq!(told.iter().filter(|(_, layout)| *layout).count(), 5, "{told:?}");
    let (lists, layouts) = (store.watchlists(&owner).await, store.layouts(&owner).await);
    let (lists, layouts) = (lists.unwrap(), layouts.unwrap());
    assert_eq!((lists.len(), layouts.len()), (5, 5));
    // What is there is still changed, by whoever has more than they may as well.
    let (list, layout) = (&lists[0].name, &layouts[0].name);
    assert!(store.write_watchlist(&owner, list, &[Symbol::SPY], 3).await.unwrap());
    let again = store.write_layout(&owner, layout, "{ }", OPEN, 3).await.unwrap();
    assert_eq!(again.as_ref(), Some(&layouts[0].id));
    // Others' count for themselves.
    assert!(store.write_watchlist(&other(), "list", &[], 1).await.unwrap());
    assert!(store.write_layout(&other(), "list", "{}", OPEN, 1).await.unwrap().is_some());
}

async fn settings(home: Home) {
    let store = home.open().await;
    assert_eq!(store.setting(&local(), "theme").await.unwrap(), None);
    for value in ["dark", "light", ""] {
        store.write_setting(&local(), "theme", value).await.unwrap();
        assert_eq!(store.setting(&local(), "theme").await.unwrap().as_deref(), Some(value));
    }
    assert_eq!(store.setting(&other(), "theme").await.unwrap(), None);
}

async fn odd_texts_are_kept(home: Home) {
    let store = home.open().await;
    let long = "long ".repeat(40_000);
    for text in ["'; drop table setting; --", "Größe 尺寸 📈", "a\r\nb\t\"c\"", "%_\\", &long]
    {
        store.write_setting(&local(), "odd", text).await.unwrap();
        assert_eq!(store.setting(&local(), "odd").await.unwrap().as_deref(), Some(text));
    }
    store.write_setting(&local(), "'; --", "1").await.unwrap();
    assert_eq!(store.setting(&local(), "'; --").await.unwrap().as_deref(), Some("1"));
}

async fn drawings(home: Home) {
    let store = home.open().await;
    let put = |id: u64, body: &str| DrawingEdit { id, body: Some(body.to_owned()) };
    let gone = |id: u64| DrawingEdit { id, body: None };
    let edit = |owner, symbol, edits: Vec<DrawingEdit>| {
        let store = &store;
        async move { store.edit_drawings(&owner, symbol, &edits).await.unwrap() }
    };
    edit(local(), Symbol::SPX, vec![put(10, "ten"), put(9, "nine"), put(u64::MAX, "last")]).await;
    edit(local(), Symbol::SPX, vec![put(9, "nine again"), gone(10), gone(77)]).await;
    edit(other(), Symbol::SPX, vec![put(9, "another's"), gone(u64::MAX)]).await;
    edit(local(), Symbol::SPY, vec![put(9, "of SPY")]).await;
    edit(local(), Symbol::SPY, vec![]).await;
    let of = |owner, symbol| {
        let store = &store;
        async move { store.drawings(&owner, symbol).await.unwrap() }
    };
    assert_eq!(of(local(), Symbol::SPX).await, ["nine again", "last"]);
    assert_eq!(of(local(), Symbol::SPY).await, ["of SPY"]);
    assert_eq!(of(other(), Symbol::SPX).await, ["another's"]);
    assert!(of(other(), Symbol::SPY).await.is_empty());
}
