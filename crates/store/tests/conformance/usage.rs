//! What is counted by account and day, and what everybody is told.

use desk::{
    Account, AccountStore, Announcement, AnnouncementStore, Role, Store, Tier, Usage, UsageStore,
    Used,
};
use market::{Moment, TradingDate};

use super::home::{Home, local, on_both};

on_both!(
    counts_add_up_whoever_adds,
    nothing_is_counted_of_who_is_gone,
    what_is_announced_ends,
    a_database_says_what_it_is,
);

fn day(text: &str) -> TradingDate {
    text.parse().unwrap()
}

async fn first(store: &store::Database) -> String {
    let ada = Account {
        id: String::new(),
        owner: local(),
        email: "ada@example.com".to_owned(),
        name: String::new(),
        password: "hash".to_owned(),
        role: Role::Owner,
        tier: Tier::Lite,
        is_suspended: false,
        created_at: Moment(1),
    };
    store.add_first_account(&ada).await.unwrap().unwrap()
}

fn usage(account: &str, date: &str, what: Used, count: u64) -> Usage {
    Usage { account: account.to_owned(), day: day(date), what, count }
}

async fn counts_add_up_whoever_adds(home: Home) {
    let store = home.open().await;
    let ada = first(&store).await;
    let one = [usage(&ada, "2026-11-25", Used::Questions, 3)];
    // As two servers do that share a database.
    let adding = (0..8).map(|_| store.add_usage(&one));
    let mut counts = Vec::new();
    for added in futures::future::join_all(adding).await {
        counts.extend(added.unwrap());
    }
    counts.sort_unstable();
    assert_eq!(counts, [3, 6, 9, 12, 15, 18, 21, 24]);
    let more = [
        usage(&ada, "2026-11-26", Used::Screens, 1),
        usage(&ada, "2026-11-26", Used::Questions, 5),
    ];
    assert_eq!(store.add_usage(&more).await.unwrap(), [1, 5]);
    let used = async |date: &str, what| store.used(&ada, day(date), what).await.unwrap();
    assert_eq!(used("2026-11-25", Used::Questions).await, 24);
    assert_eq!(used("2026-11-25", Used::Screens).await, 0);
    let since = store.usage_since(day("2026-11-26")).await.unwrap();
    assert_eq!(since, [more[1].clone(), more[0].clone()]);
    assert_eq!(store.usage_since(day("2026-11-01")).await.unwrap().len(), 3);
}

async fn nothing_is_counted_of_who_is_gone(home: Home) {
    let store = home.open().await;
    let ada = first(&store).await;
    let both = [
        usage("nobody", "2026-11-26", Used::Screens, 4),
        usage(&ada, "2026-11-26", Used::Screens, 2),
    ];
    assert_eq!(store.add_usage(&both).await.unwrap(), [0, 2]);
    assert_eq!(store.usage_since(day("2026-11-01")).await.unwrap(), both[1..]);
}

async fn what_is_announced_ends(home: Home) {
    let store = home.open().await;
    let by = first(&store).await;
    let mut told = Vec::new();
    for (made_at, ends_at) in [(10, 20), (11, 40)] {
        let text = format!("until {ends_at}\n\u{2014}");
        let (made_at, ends_at) = (Moment(made_at), Moment(ends_at));
        let one = Announcement { id: String::new(), text, by: by.clone(), made_at, ends_at };
        let id = store.add_announcement(&one).await.unwrap();
        told.insert(0, Announcement { id, ..one });
    }
    assert_eq!(store.announcements(Moment(19)).await.unwrap(), told);
    assert_eq!(store.announcements(Moment(20)).await.unwrap(), told[..1]);
    assert!(store.remove_announcement(&told[0].id).await.unwrap());
    assert!(!store.remove_announcement(&told[0].id).await.unwrap());
    assert_eq!(store.announcements(Moment(19)).await.unwrap(), told[1..]);
    let later = Announcement { made_at: Moment(30), ends_at: Moment(50), ..told[0].clone() };
    store.add_announcement(&later).await.unwrap();
    assert_eq!(store.announcements(Moment(0)).await.unwrap().len(), 1, "what ended is forgotten");
}

async fn a_database_says_what_it_is(home: Home) {
    let store = home.open().await;
    let facts = store.facts().await.unwrap();
    let (kind, release) = facts.kind.split_once(' ').unwrap();
    assert!(["SQLite", "PostgreSQL"].contains(&kind), "{facts:?}");
    assert!(release.starts_with(|sign: char| sign.is_ascii_digit()), "{facts:?}");
    assert_eq!(facts.version, store.version_known());
    assert!(20_000 < facts.bytes, "{facts:?}");
}
