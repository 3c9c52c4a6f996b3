//! A database into another one: everything arrives, or nothing.

use std::path::Path;

use desk::{AuditStore, StoreError};
use sqlx::{Connection, Row};
use store::{Database, DatabaseUrl};

use super::home::{Home, on_both};

on_both!(
    everything_arrives_in_the_other_kind,
    what_is_not_empty_stays_as_it_is,
    what_arrives_otherwise_than_it_was_sent_is_not_kept,
    a_backup_is_whole_and_overwrites_nothing,
    a_backup_is_in_the_file_that_was_named,
    a_backup_of_every_earlier_version_becomes_what_its_original_becomes,
    nothing_is_left_out_silently_before_a_migration,
    of_several_that_start_at_once_one_migrates,
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

/// Since which version there is a table as [`ROWS`] has it.
fn since(row: &str) -> i64 {
    match row.split(' ').nth(2).unwrap_or_default() {
        "passkey" => 17,
        "identity" | "errand" => 16,
        "mail" | "password_reset" => 15,
        "account" => 14,
        "usage" | "announcement" => 12,
        "idempotency" => 11,
        "api_key" => 10,
        "invitation" | "audit" => 9,
        "second_factor" | "recovery_code" => 8,
        "sign_in" => 6,
        "volatility_day" => 5,
        "chain" => 4,
        "position" => 3,
        "drawing" => 2,
        _ => 1,
    }
}

/// Rows of tables that were otherwise before: since which version and until which.
const EARLIER_ROWS: [(i64, i64, &str); 2] = [
    (
        6,
        13,
        "insert into account (id, owner, email, password, created_at) \
         values ('a', 'local', 'ada@example.com', 'hash', 5)",
    ),
    (7, 8, "insert into audit values (1, 5, 'a', 'signed_in', '', '', 'no seal')"),
];

/// What a database of a version can have, those first that others point at.
fn rows_of(version: i64) -> impl Iterator<Item = &'static str> {
    let is_then = move |(since, until, _): &&(i64, i64, _)| (*since..=*until).contains(&version);
    let earlier = EARLIER_ROWS.iter().filter(is_then).map(|(_, _, row)| *row);
    earlier.chain(ROWS.into_iter().filter(move |row| since(row) <= version))
}

async fn filled(home: &Home) -> Database {
    let known = home.open().await.version_known();
    filled_at(home, known).await
}

async fn filled_at(home: &Home, version: i64) -> Database {
    let database = Database::open(&home.url).await.unwrap();
    database.migrate_to(version).await.unwrap();
    for row in rows_of(version) {
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

async fn what_arrives_otherwise_than_it_was_sent_is_not_kept(home: Home) {
    let from = filled(&home).await;
    // Another figure in as many rows, and a row that is left out.
    let changes: [&[&'static str]; 2] = match home.url {
        DatabaseUrl::File(_) => [
            &["create trigger bend after insert on position begin \
               update position set fees = fees + 1; end"],
            &["create trigger bend before insert on position begin \
               select raise(ignore); end"],
        ],
        DatabaseUrl::Server(_) => [
            &[
                "create function bend() returns trigger language plpgsql \
                 as 'begin new.fees = new.fees + 1; return new; end'",
                "create trigger bend before insert on position \
                 for each row execute function bend()",
            ],
            &[
                "create function bend() returns trigger language plpgsql \
                 as 'begin return null; end'",
                "create trigger bend before insert on position \
                 for each row execute function bend()",
            ],
        ],
    };
    for change in changes {
        let other = match home.url {
            DatabaseUrl::File(_) => Home::on_sqlite(),
            DatabaseUrl::Server(_) => Home::on_postgres(),
        };
        let into = other.open().await;
        for statement in change {
            other.tamper(statement).await;
        }
        let told = from.copy_into(&into).await.unwrap_err();
        assert!(matches!(told, StoreError::Damaged { table: "position", .. }), "{told}");
        assert!(into.is_empty().await.unwrap(), "nothing of it stays");
    }
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

async fn a_backup_is_in_the_file_that_was_named(home: Home) {
    let from = filled(&home).await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("sub")).unwrap();
    // From where the test runs up to the root, and down from there.
    let here = std::env::current_dir().unwrap();
    let up = here.ancestors().skip(1).map(|_| "../").collect::<String>();
    let relative = up + folder.path().strip_prefix("/").unwrap().to_str().unwrap();
    let inside = folder.path().to_str().unwrap();
    for (named, name) in [
        (format!("{inside}/sub/../up.db"), "up.db"),
        (format!("{relative}/relative.db"), "relative.db"),
        (format!("{relative}/sub/../both.db"), "both.db"),
        (format!("{inside}/a%41.db"), "a%41.db"),
        (format!("{inside}/what? #1 \u{65e5}.db"), "what? #1 \u{65e5}.db"),
    ] {
        assert_eq!(from.back_up(Path::new(&named)).await.unwrap(), Some(26), "{named}");
        // Under a plain name it is read as every program would read it.
        let (there, plain) = (folder.path().join(name), folder.path().join("plain.db"));
        std::fs::rename(&there, &plain).unwrap();
        let address = format!("sqlite://{}", plain.display());
        let mut reader = sqlx::AnyConnection::connect(&address).await.unwrap();
        let row = sqlx::query("select count(*) from setting").fetch_one(&mut reader).await.unwrap();
        assert_eq!(row.get::<i64, _>(0), 1, "{named}");
        reader.close().await.unwrap();
        std::fs::remove_file(plain).unwrap();
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "only `sub`: {left:?}");
        assert_eq!(std::fs::read_dir(folder.path().join("sub")).unwrap().count(), 0, "{named}");
    }
}

async fn a_backup_of_every_earlier_version_becomes_what_its_original_becomes(home: Home) {
    let folder = tempfile::tempdir().unwrap();
    let is_file = matches!(home.url, DatabaseUrl::File(_));
    let known = home.open().await.version_known();
    for version in 1..=known {
        let home = if is_file { Home::on_sqlite() } else { Home::on_postgres() };
        let original = filled_at(&home, version).await;
        let file = folder.path().join(format!("{version}.db"));
        let migration = original.begin_migration().await.unwrap();
        assert_eq!(migration.before(), version);
        migration.back_up(&file).await.unwrap();
        assert_eq!(migration.run().await.unwrap(), known);
        // The backup is of the version that was there, and becomes what the original became.
        let backup = Database::open(&DatabaseUrl::File(file)).await.unwrap();
        assert_eq!(backup.version().await.unwrap(), version);
        backup.migrate().await.unwrap();
        backup.check_integrity().await.unwrap();
        let (of_original, of_backup) = (Home::on_sqlite(), Home::on_sqlite());
        let became = original.copy_into(&of_original.open().await).await.unwrap();
        let becomes = backup.copy_into(&of_backup.open().await).await.unwrap();
        assert_eq!(becomes, became, "{version}");
        let rows: u64 = became.iter().map(|table| table.rows).sum();
        assert_eq!(rows, rows_of(version).count() as u64, "{version}");
        backup.close().await;
    }
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(names.len() as i64, known, "a file each, and nothing beside: {names:?}");
}

async fn nothing_is_left_out_silently_before_a_migration(home: Home) {
    let folder = tempfile::tempdir().unwrap();
    let database = filled_at(&home, 5).await;
    let try_to = async |name: &str| {
        let migration = database.begin_migration().await.unwrap();
        migration.back_up(&folder.path().join(name)).await
    };
    home.tamper("create table notes (body text)").await;
    try_to("empty.db").await.unwrap();
    home.tamper("insert into notes values ('mine')").await;
    let of_table = try_to("table.db").await;
    home.tamper("drop table notes").await;
    home.tamper("alter table position add column note text").await;
    let of_column = try_to("column.db").await;
    let names = std::fs::read_dir(folder.path()).unwrap().map(|one| one.unwrap().file_name());
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    match home.url {
        // All of a file is copied, whatever is in it.
        DatabaseUrl::File(_) => {
            assert!(of_table.is_ok() && of_column.is_ok());
            assert_eq!(names, ["column.db", "empty.db", "table.db"]);
        }
        DatabaseUrl::Server(_) => {
            for (refused, named) in [(of_table, "`notes`"), (of_column, "`position`")] {
                let why = refused.unwrap_err();
                let why = std::error::Error::source(&why).unwrap().to_string();
                assert!(why.contains(named), "{why}");
            }
            assert_eq!(names, ["empty.db"], "no half of one");
        }
    }
    assert_eq!(database.version().await.unwrap(), 5);
}

async fn of_several_that_start_at_once_one_migrates(home: Home) {
    let folder = tempfile::tempdir().unwrap();
    filled_at(&home, 5).await.close().await;
    let start = async |name: String| {
        let server = Database::open(&home.url).await.unwrap();
        let migration = server.begin_migration().await.unwrap();
        let before = migration.before();
        if before < server.version_known() {
            migration.back_up(&folder.path().join(name)).await.unwrap();
        }
        migration.run().await.unwrap();
        before
    };
    // A file has one server.
    let servers = if matches!(home.url, DatabaseUrl::File(_)) { 1 } else { 4 };
    let all = (0..servers).map(|n| start(format!("{n}.db")));
    let mut found = futures::future::join_all(all).await;
    found.sort_unstable();
    assert_eq!(found[0], 5);
    assert!(found[1..].iter().all(|before| 5 < *before), "{found:?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
