//! What belongs to somebody: all of it is given, and taken away, and nothing of anybody else.

use std::collections::BTreeMap;
use std::io;

use desk::{
    AuditEntry, AuditEvent, AuditStore, BelongingsStore, Belongs, Cell, OwnerId, TableTaker,
};
use market::Moment;

use super::home::{Home, on_both};

on_both!(
    all_of_it_is_given_without_secrets,
    all_of_it_goes_and_nothing_of_others,
    what_goes_is_written_down_once_and_what_stays_never,
    who_goes_while_others_write_is_written_down,
);

/// Two people, with a row of each table each.
const ROWS: [&str; 53] = [
    "insert into account values ('a', 'ada', 'ada@example.com', 'password of ada', 5, 'owner', 0, \
     'lite', 'Ada')",
    "insert into account values ('b', 'bob', 'bob@example.com', 'password of bob', 6, 'member', 0, \
     'pro', 'Bob')",
    "insert into sign_in values ('hash a', 'a', 'Firefox', 1, 2, 3)",
    "insert into sign_in values ('hash b', 'b', 'Firefox', 1, 2, 3)",
    "insert into second_factor values ('a', 'sealed a', 1, 7)",
    "insert into second_factor values ('b', 'sealed b', 1, 7)",
    "insert into recovery_code values ('a', 'hash r')",
    "insert into recovery_code values ('b', 'hash r')",
    "insert into identity values ('https://issuer.example', '1', 'a', 5)",
    "insert into identity values ('https://issuer.example', '2', 'b', 5)",
    "insert into passkey values ('key a', 'a', 'Phone', '{}', 5, null)",
    "insert into passkey values ('key b', 'b', 'Phone', '{}', 5, null)",
    "insert into errand values ('hash e', 'a', 'code', 'sealed e', 9)",
    "insert into errand values ('hash f', 'b', 'code', 'sealed f', 9)",
    "insert into errand values ('hash g', null, 'issuer', 'sealed g', 9)",
    "insert into invitation values ('cy@example.com', 'hash i', 'member', 'a', 1, 2)",
    "insert into invitation values ('dee@example.com', 'hash j', 'member', 'b', 1, 2)",
    "insert into api_key values ('k', 'a', 'robot', 'read', 'hash k', 'wxyz', 1, null)",
    "insert into api_key values ('l', 'b', 'robot', 'read', 'hash l', 'wxyz', 1, null)",
    "insert into usage values ('a', 20000, 'questions', 7)",
    "insert into usage values ('b', 20000, 'questions', 7)",
    "insert into announcement values ('n', 'Hers', 'a', 1, 9)",
    "insert into announcement values ('o', 'His', 'b', 1, 9)",
    "insert into mail values ('m', 'a', 'factor_on', 'ada@example.com', 'sealed m', 1, 2, 3, 4)",
    "insert into mail values ('n', 'b', 'factor_on', 'bob@example.com', 'sealed n', 1, 2, 3, 4)",
    "insert into password_reset values ('a', 'hash m', 1, 2)",
    "insert into password_reset values ('b', 'hash n', 1, 2)",
    "insert into audit values (1, 5, 'a', 'signed_in', 'Firefox', '', 'hash 1', '')",
    "insert into audit values (2, 6, 'b', 'suspended', 'Safari', '192.0.2.7', \
     'hash 2', 'a')",
    "insert into series values ('s', 'ada', 'import', 'SPY', 'import', '1m', 'regular', 'raw')",
    "insert into series values ('t', 'bob', 'import', 'SPY', 'import', '1m', 'regular', 'raw')",
    "insert into bar values ('s', 1, 0, 1, 2, 0, 1, 5, 0)",
    "insert into bar values ('t', 1, 0, 1, 2, 0, 1, 5, 0)",
    "insert into print values ('s', 1, 0, 5, 5, 3, 1)",
    "insert into print values ('t', 1, 0, 5, 5, 3, 1)",
    "insert into symbol values ('ada', 'SPY')",
    "insert into symbol values ('bob', 'SPY')",
    "insert into watchlist values ('ada', 'Main', '[]')",
    "insert into watchlist values ('bob', 'Main', '[]')",
    "insert into layout values ('l', 'ada', '', '{}', 1)",
    "insert into layout values ('m', 'bob', '', '{}', 1)",
    "insert into setting values ('ada', 'x', 'y')",
    "insert into setting values ('bob', 'x', 'y')",
    "insert into drawing values ('ada', 'SPY', 'd', 'line')",
    "insert into drawing values ('bob', 'SPY', 'd', 'line')",
    "insert into position values ('ada', 'p', 'practice:1', '', '1 SPY', 'planned', null, null, \
     0, null, null, 9)",
    "insert into position values ('bob', 'p', 'practice:1', '', '1 SPY', 'planned', null, null, \
     0, null, null, 9)",
    "insert into chain values ('ada', 'import', 'SPX', 1, 'SPXW-2024-03-15', 2, '{}')",
    "insert into chain values ('bob', 'import', 'SPX', 1, 'SPXW-2024-03-15', 2, '{}')",
    "insert into volatility_day values ('ada', 'practice:1', 'SPX', 1, 0.1, null)",
    "insert into idempotency values ('ada', 'once', 'h', 'p', 5)",
    "insert into idempotency values ('bob', 'once', 'h', 'p', 5)",
    "insert into volatility_day values ('bob', 'practice:1', 'SPX', 1, 0.1, null)",
];

#[derive(Default)]
struct Taken {
    /// By table: its columns, and its rows as text.
    tables: BTreeMap<&'static str, (Vec<&'static str>, Vec<String>)>,
    open: &'static str,
}

impl TableTaker for Taken {
    fn begin(&mut self, table: &'static str, columns: &[&'static str]) -> io::Result<()> {
        self.open = table;
        self.tables.insert(table, (columns.to_vec(), Vec::new()));
        Ok(())
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        let (columns, rows) = self.tables.get_mut(self.open).unwrap();
        assert_eq!(columns.len(), cells.len());
        rows.push(format!("{cells:?}"));
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn ada() -> Belongs {
    Belongs { owner: OwnerId::read("ada".to_owned()), account: "a".to_owned() }
}

/// That she had it deleted.
fn deleted() -> AuditEntry {
    AuditEntry {
        at: Moment(7),
        account: ada().account,
        event: AuditEvent::Deleted,
        about: String::new(),
        device: "Firefox".to_owned(),
        network: String::new(),
    }
}

async fn filled(home: &Home) -> store::Database {
    let database = home.open().await;
    for row in ROWS {
        home.tamper(row).await;
    }
    database
}

async fn all_of_it_is_given_without_secrets(home: Home) {
    let database = filled(&home).await;
    let mut taken = Taken::default();
    database.give_belongings(&ada(), &mut taken).await.unwrap();
    assert_eq!(taken.tables.len(), 26);
    for (table, (_, rows)) in &taken.tables {
        // What Bob did with her account is hers to know.
        let expected = if *table == "audit" { 2 } else { 1 };
        assert_eq!(rows.len(), expected, "{table}: {rows:?}");
        for secret in ["password", "hash", "sealed"] {
            assert!(!rows.concat().contains(secret), "{table}: {rows:?}");
        }
    }
    let told = taken.tables["audit"].1.concat();
    assert!(told.contains("Firefox") && told.contains("suspended"), "{told}");
    assert!(!told.contains("Safari") && !told.contains("192.0.2.7"), "where Bob sits is his own");
    let (columns, rows) = &taken.tables["account"];
    let given = ["id", "owner", "email", "created_at", "role", "is_suspended", "tier", "name"];
    assert_eq!(columns, &given);
    assert!(rows[0].contains("ada@example.com"), "{rows:?}");
    // Whoever has no account has no rows of one, and those of an empty name are nobody's.
    let mut taken = Taken::default();
    let local = Belongs { owner: OwnerId::read("local".to_owned()), account: String::new() };
    database.give_belongings(&local, &mut taken).await.unwrap();
    assert!(taken.tables.values().all(|(_, rows)| rows.is_empty()));
}

async fn all_of_it_goes_and_nothing_of_others(home: Home) {
    let database = filled(&home).await;
    let before = database.count().await.unwrap();
    assert_eq!(before, 53);
    // Bob would be left without anybody who leads.
    assert_eq!(database.remove_belongings(&ada(), &deleted()).await.unwrap(), None);
    assert_eq!(database.count().await.unwrap(), before);
    home.tamper("update account set role = 'admin' where id = 'a'").await;
    // Of each table one, but for the two entries of the log, which has a third then.
    assert_eq!(database.remove_belongings(&ada(), &deleted()).await.unwrap(), Some(25));
    assert_eq!(database.count().await.unwrap(), before - 25 + 1);
    let mut taken = Taken::default();
    database.give_belongings(&ada(), &mut taken).await.unwrap();
    let left: Vec<_> = taken.tables.iter().filter(|(_, (_, rows))| !rows.is_empty()).collect();
    assert_eq!(left.iter().map(|(table, _)| **table).collect::<Vec<_>>(), ["audit"]);
    let bob = Belongs { owner: OwnerId::read("bob".to_owned()), account: "b".to_owned() };
    let mut taken = Taken::default();
    database.give_belongings(&bob, &mut taken).await.unwrap();
    assert!(taken.tables.values().all(|(_, rows)| rows.len() == 1), "all of his is there");
    assert_eq!(database.remove_belongings(&ada(), &deleted()).await.unwrap(), Some(0));
}

async fn what_goes_is_written_down_once_and_what_stays_never(home: Home) {
    let database = home.open().await;
    for row in &ROWS[..2] {
        home.tamper(row).await;
    }
    let log = async || database.audit_of("a", 9).await.unwrap();
    let remove = async || database.remove_belongings(&ada(), &deleted()).await.unwrap();
    assert_eq!((remove().await, log().await), (None, vec![]), "she owns the desk, and Bob is here");
    home.tamper("update account set role = 'admin' where id = 'a'").await;
    assert_eq!((remove().await, log().await), (Some(1), vec![deleted()]));
    // What somebody was still at when she went comes back for a moment, and is no second deletion.
    home.tamper("insert into setting values ('ada', 'x', 'y')").await;
    assert_eq!((remove().await, log().await), (Some(1), vec![deleted()]));
    assert_eq!(database.check_audit().await.unwrap(), 1);
}

async fn who_goes_while_others_write_is_written_down(home: Home) {
    let database = home.open().await;
    home.tamper(ROWS[0]).await;
    let other = AuditEntry { account: "b".to_owned(), event: AuditEvent::Exported, ..deleted() };
    let others = futures::future::join_all((0..20).map(|_| database.add_audit(&other)));
    let (of, entry) = (ada(), deleted());
    let (gone, written) = tokio::join!(database.remove_belongings(&of, &entry), others);
    assert_eq!(gone.unwrap(), Some(1));
    assert!(written.iter().all(Result::is_ok), "{written:?}");
    assert_eq!(database.audit_of("a", 9).await.unwrap(), [entry]);
    assert_eq!(database.check_audit().await.unwrap(), 21);
}
