//! Opening, migrating, closing, opening again, and what is said when that does not work.

use std::error::Error;

use desk::{
    AccountStore, AuditStore, BarStore, OwnerId, PositionStore, SettingStore, Store, StoreError,
    WatchlistStore,
};
use market::{Moment, Symbol};
use store::{Database, DatabaseUrl};

use super::home::{Home, bars, local, minutes_of, on_both};

on_both!(
    migrating_twice_is_harmless,
    what_was_written_is_there_after_opening_again,
    a_newer_database_is_left_alone,
    an_older_database_keeps_what_it_has,
    readers_see_what_was_acknowledged,
    many_writers_take_turns,
);

async fn migrating_twice_is_harmless(home: Home) {
    let database = Database::open(&home.url).await.unwrap();
    assert_eq!(database.version().await.unwrap(), 0);
    let version = database.migrate().await.unwrap();
    assert_eq!(version, database.version_known());
    assert_eq!(database.version().await.unwrap(), version);
    database.write_setting(&local(), "theme", "dark").await.unwrap();
    assert_eq!(database.migrate().await.unwrap(), version);
    assert_eq!(database.setting(&local(), "theme").await.unwrap().as_deref(), Some("dark"));
    database.ping().await.unwrap();
}

async fn what_was_written_is_there_after_opening_again(home: Home) {
    let series = minutes_of(Symbol::SPY);
    let first = home.open().await;
    first.write_bars(&local(), &series, &bars(777)).await.unwrap();
    // No closing: the program may have been killed.
    drop(first);
    let second = home.open().await;
    let (from, until) = (Moment(i64::MIN), Moment(i64::MAX));
    let read = second.read_bars(&local(), &series, from, until, u32::MAX).await.unwrap();
    assert_eq!(read, bars(777));
    second.close().await;
    assert!(second.ping().await.is_err(), "closed is closed");
}

async fn a_newer_database_is_left_alone(home: Home) {
    home.open().await.write_setting(&local(), "theme", "dark").await.unwrap();
    home.tamper(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
         select 99, 'from the future', success, checksum, 0 from _sqlx_migrations \
         where version = 1",
    )
    .await;
    let database = Database::open(&home.url).await.unwrap();
    let refused = database.migrate().await.unwrap_err();
    let known = database.version_known();
    assert!(
        matches!(refused, StoreError::TooNew { found: 99, known: told } if told == known),
        "{refused}"
    );
    assert!(refused.to_string().contains("install the newer one"));
    assert_eq!(database.setting(&local(), "theme").await.unwrap().as_deref(), Some("dark"));
}

/// The version before there were accounts.
const BEFORE_ACCOUNTS: i64 = 5;
/// The one before there were several people.
const BEFORE_PEOPLE: i64 = 8;

async fn an_older_database_keeps_what_it_has(home: Home) {
    let database = Database::open(&home.url).await.unwrap();
    assert_eq!(database.migrate_to(BEFORE_ACCOUNTS).await.unwrap(), BEFORE_ACCOUNTS);
    for row in [
        "insert into watchlist values ('local', 'Mine', '[\"SPX\"]')",
        "insert into setting values ('local', 'theme', 'dark')",
        "insert into position values ('local', 'p', 'practice:1', '', '1 SPY', 'planned', null, \
         null, 0, null, null, 9)",
    ] {
        home.tamper(row).await;
    }
    database.migrate_to(BEFORE_PEOPLE).await.unwrap();
    for row in [
        "insert into account values ('a', 'local', 'ada@example.com', 'hash', 5)",
        "insert into audit values (1, 5, 'a', 'protected', 'Firefox', '', \
         'd502bd48c1d813de7d8529af907106cda586e64a92eccf891bec72bdefd225b5')",
    ] {
        home.tamper(row).await;
    }
    let known = database.migrate().await.unwrap();
    assert_eq!(known, database.version_known());
    let ada = database.account("a").await.unwrap().unwrap();
    assert_eq!((ada.role, ada.is_suspended), (desk::Role::Owner, false), "she protected it");
    assert_eq!(ada.called(), "ada@example.com", "she has no name yet");
    assert_eq!(database.watchlists(&ada.owner).await.unwrap().len(), 1);
    assert_eq!(database.positions(&ada.owner).await.unwrap().len(), 1);
    assert_eq!(database.setting(&local(), "theme").await.unwrap().as_deref(), Some("dark"));
    assert_eq!(database.check_audit().await.unwrap(), 1, "sealed as before");
}

async fn readers_see_what_was_acknowledged(home: Home) {
    let store = home.open().await;
    for round in 0..40 {
        let value = round.to_string();
        store.write_setting(&local(), "round", &value).await.unwrap();
        assert_eq!(store.setting(&local(), "round").await.unwrap(), Some(value));
    }
}

/// Writers at once, and what each writes.
const WRITERS: usize = 64;
const WRITES: usize = 12;

async fn many_writers_take_turns(home: Home) {
    let store = home.open().await;
    let write = async |writer: usize| {
        let owner = OwnerId::read(format!("owner {writer}"));
        for round in 0..WRITES {
            let value = format!("{writer} {round}");
            store.write_setting(&owner, "value", &value).await?;
            store.write_watchlist(&owner, &value, &[Symbol::SPX], u32::MAX).await?;
            assert_eq!(store.setting(&owner, "value").await?, Some(value));
        }
        Ok::<_, StoreError>(store.watchlists(&owner).await?.len())
    };
    let done = futures::future::join_all((0..WRITERS).map(write)).await;
    for (writer, kept) in done.into_iter().enumerate() {
        let kept = kept.unwrap_or_else(|error| panic!("{writer}: {}", story(&error)));
        assert_eq!(kept, WRITES, "{writer}");
    }
}

/// The whole story, causes included, as a terminal shows it.
fn story(error: &StoreError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(one) = cause {
        text = format!("{text}: {one}");
        cause = one.source();
    }
    text
}

#[tokio::test]
async fn a_file_that_cannot_be_is_told_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let folder_itself = DatabaseUrl::File(folder.path().to_owned());
    let error = Database::open(&folder_itself).await.unwrap_err();
    assert!(error.to_string().contains(folder.path().to_str().unwrap()), "{error}");

    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "no database at all, but long enough to be read as one".repeat(90))
        .unwrap();
    let error = Database::open(&DatabaseUrl::File(text.clone())).await.unwrap_err();
    assert!(story(&error).contains("not a database"), "{}", story(&error));
    let kept = std::fs::read_to_string(text).unwrap();
    assert!(kept.starts_with("no database"), "somebody's file is not touched");
}

#[tokio::test]
async fn folders_are_made_and_kept_private() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/er/volaris.db");
    Database::open(&DatabaseUrl::File(path.clone())).await.unwrap().migrate().await.unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_told_without_its_password() {
    // A port on which nobody listens: it was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("postgres://volaris:s3cret@127.0.0.1:{port}/volaris");
    let url = DatabaseUrl::Server(address);
    let error = Database::open(&url).await.unwrap_err();
    let story = story(&error);
    assert!(story.contains("did not open"), "{story}");
    for text in [story, format!("{error:?}"), format!("{url:?}")] {
        assert!(!text.contains("s3cret"), "{text}");
    }
}
