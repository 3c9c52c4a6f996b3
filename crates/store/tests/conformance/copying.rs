//! A database into another one: everything arrives, or nothing.

use desk::{AuditStore, StoreError};
use store::{Database, DatabaseUrl};

use super::home::{Home, on_both};

on_both!(
    everything_arrives_in_the_other_kind,
    what_is_not_empty_stays_as_it_is,
    a_backup_is_whole_and_overwrites_nothing,
);

/// A row for every table, with what is hard to carry: nothing, less than nothing, empty text,
/// letters of everywhere.
const ROWS: [&str; 26] = [
    "insert into account values ('a', 'local', 'ada@example.com', 'hash', 5, 'owner', 0, 'lite', \
     'Зоя \u{2014} \u{65e5}')",
    "insert into sign_in values ('h', 'a', 'Firefox auf Ubuntu \u{2014} \u{65e5}', 1, 2, 3)",
    "insert into second_factor values ('a', 'sealed', 1, 7)",
    "insert into recovery_code values ('a', 'r')",
    "insert into identity values ('https://issuer.example', 'Zo\u{eb}', 'a', -1)",
    "insert into passkey values ('k', 'a', 'Zo\u{eb}', '{}', -1, null)",
    "insert into errand values ('h', null, 'issuer', '', 9)",
    "insert into invitation values ('bob@example.com', 'i', 'member', 'a', 1, 2)",
    "insert into api_key values ('k', 'a', 'robot', 'read', 'kh', 'wxyz', 1, null)",
    "insert into usage values ('a', 20000, 'questions', 7)",
    "insert into announcement values ('n', 'Closed\u{2014}', 'a', 1, 9)",
    "insert into mail values ('m', 'a', 'factor_on', 'ada@example.com', 'sealed', -1, 2, 3, 0)",
    "insert into password_reset values ('a', 'hash', -1, 2)",
    "insert into audit values (1, 5, 'a', 'signed_in', '', '', \
     '0000000000000000000000000000000000000000000000000000000000000000', '')",
    "insert into series values ('s', 'local', 'import', 'SPY', 'import', '1m', 'regular', 'raw')",
    "insert into bar values ('s', -9223372036854775808, 0, 1, 2, 0, 1, 9223372036854775807, 0)",
    "insert into print values ('s', 19780, 0, 5, 5089100, 3, 1)",
    "insert into symbol values ('local', 'SPY')",
    "insert into watchlist values ('local', 'Main', '[]')",
    "insert into layout values ('l', 'local', '', '{}', -1)",
    "insert into setting values ('local', 'x', 'it''s; \u{1f4c8}')",
    "insert into drawing values ('local', 'SPY', 'd', 'line')",
    "insert into position values ('local', 'p', 'practice-1', '', '1 SPY', 'planned', null, null, \
     0, null, -5, 9)",
    "insert into chain values ('local', 'import', 'SPX', 1, 'SPXW-2024-03-15', 2, '{}')",
    "insert into volatility_day values ('local', 'practice-1', 'SPX', 1, 0.1, null)",
    "insert into idempotency values ('local', 'once', 'hash', 'p', 5)",
];

async fn filled(home: &Home) -> Database {
    let database = home.open().await;
    for row in ROWS {
        home.tamper(row).await;
    }
    database
}

async fn everything_arrives_in_the_other_kind(home: Home) {
    let from = filled(&home).await;
    let other = match home.url {
        DatabaseUrl::File(_) => Home::on_postgres(),
        DatabaseUrl::Server(_) => Home::on_sqlite(),
    };
    let into = other.open().await;
    assert!(into.is_empty().await.unwrap());
    let arrived = from.copy_into(&into).await.unwrap();
    assert_eq!(arrived.len(), ROWS.len());
    for table in &arrived {
        assert_eq!(table.rows, 1, "{}", table.name);
    }
    // And back again: the same rows, to the bit.
    let home = Home::on_sqlite();
    let back = home.open().await;
    assert_eq!(into.copy_into(&back).await.unwrap(), arrived);
    back.check_integrity().await.unwrap();
    let damaged = back.check_audit().await.unwrap_err();
    assert!(matches!(damaged, StoreError::Damaged { .. }), "the seal of the test is none");
}

async fn what_is_not_empty_stays_as_it_is(home: Home) {
    let from = filled(&home).await;
    let other = Home::on_sqlite();
    let into = other.open().await;
    other.tamper("insert into symbol values ('ada', 'QQQ')").await;
    let refused = from.copy_into(&into).await.unwrap_err();
    assert!(refused.to_string().contains("not empty"), "{refused}");
    other.tamper("delete from symbol").await;
    assert!(into.is_empty().await.unwrap());
    // Halfway in, something is in the way: nothing of it stays.
    other
        .tamper(
            "create trigger halt before insert on position begin \
         select raise(abort, 'no'); end",
        )
        .await;
    from.copy_into(&into).await.unwrap_err();
    assert!(into.is_empty().await.unwrap());
}

async fn a_backup_is_whole_and_overwrites_nothing(home: Home) {
    let from = filled(&home).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup.db");
    assert_eq!(from.back_up(&file).await.unwrap(), Some(26));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "others can read it");
    }
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(names.len(), 1, "one file: {names:?}");
    let refused = from.back_up(&file).await.unwrap_err();
    assert!(refused.to_string().contains("there already"), "{refused}");
    // What is in it is what was there.
    let backup = Database::open(&DatabaseUrl::File(file)).await.unwrap();
    let target = Home::on_sqlite();
    let arrived = backup.copy_into(&target.open().await).await.unwrap();
    let other = Home::on_sqlite();
    assert_eq!(from.copy_into(&other.open().await).await.unwrap(), arrived);
}
