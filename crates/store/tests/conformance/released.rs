//! A database as an earlier version left it. It is kept as a file: one that is made anew of the
//! steps is what their texts say today, not what they said then.

use desk::{
    AccountStore, AuditStore, BarStore, KeptPosition, PositionStore, Stage, WatchlistStore,
};
use market::{Moment, Span, Symbol};
use sqlx::{AnyConnection, Connection, Row};
use store::{Database, DatabaseUrl};

use super::home::{Home, OPEN, bars, local, minutes_of, tape};

/// Version 16, with rows in every table. It was made once, of the steps' texts, and is never
/// changed; a later version gets a file of its own.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/version-16.db");

/// Every table's name, with what reads its columns as SQLite would write them down.
const TABLES: &str = "select one.name, \
     group_concat('quote(' || part.name || ')', ' || '', '' || ') \
     from sqlite_master one join pragma_table_info(one.name) part \
     where one.type = 'table' and one.name <> '_sqlx_migrations' group by one.name";

async fn connect(url: &DatabaseUrl) -> AnyConnection {
    let DatabaseUrl::File(file) = url else { panic!("a file") };
    AnyConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap()
}

/// Every row of these columns, one text each.
async fn rows_of(url: &DatabaseUrl, tables: &[(String, String)]) -> Vec<(String, Vec<String>)> {
    let mut connection = connect(url).await;
    let mut all = Vec::new();
    for (table, columns) in tables {
        // Names out of our own file, for as long as the test runs.
        let text = format!("select {columns} from {table} order by 1").leak();
        let rows = sqlx::query(&*text).fetch_all(&mut connection).await.unwrap();
        let rows: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        all.push((table.clone(), rows));
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_an_earlier_version_keeps_every_row() {
    let home = Home::on_sqlite();
    let DatabaseUrl::File(file) = &home.url else { panic!("a file") };
    std::fs::copy(FILE, file).unwrap();
    let database = Database::open(&home.url).await.unwrap();
    assert_eq!(database.version().await.unwrap(), 16);
    let found = sqlx::query(TABLES).fetch_all(&mut connect(&home.url).await).await.unwrap();
    let tables: Vec<(String, String)> = found.iter().map(|row| (row.get(0), row.get(1))).collect();
    let before = rows_of(&home.url, &tables).await;
    assert_eq!(before.len(), 27, "every table there was");
    assert!(before.iter().all(|(_, rows)| !rows.is_empty()), "{before:?}");

    assert_eq!(database.migrate().await.unwrap(), database.version_known());
    assert_eq!(rows_of(&home.url, &tables).await, before);
    database.check_integrity().await.unwrap();

    // And the desk reads it as it was meant.
    assert_eq!(database.check_audit().await.unwrap(), 3);
    let ada = database.account_named("ada@example.com").await.unwrap().unwrap();
    assert_eq!((ada.owner, ada.name.as_str()), (local(), "Зоя \u{2014} \u{65e5}"));
    let series = minutes_of(Symbol::SPY);
    let (from, until) = (Moment(i64::MIN), Moment(i64::MAX));
    let read = database.read_bars(&local(), &series, from, until, 9).await.unwrap();
    assert_eq!(read, bars(3));
    let lists = database.watchlists(&local()).await.unwrap();
    assert_eq!(lists[0].symbols, [Symbol::SPX, Symbol::SPY]);
    let closed = KeptPosition {
        id: "q".to_owned(),
        tape: tape(),
        name: "Größe \u{1f4c8}".to_owned(),
        legs: "-1 SPXW 27FEB24 5100C; +1 SPXW 27FEB24 5110C".to_owned(),
        stage: Stage::Closed,
        paid: Some(-1_250_000),
        received: Some(400_000),
        fees: 26_000,
        opened_at: Some(OPEN),
        closed_at: Some(OPEN + Span::hours(3)),
        changed_at: OPEN + Span::hours(4),
    };
    assert_eq!(database.positions(&local()).await.unwrap()[1], closed);
}
