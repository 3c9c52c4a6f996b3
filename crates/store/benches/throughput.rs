//! Reads and writes a second of both databases, beside plain sqlx that does the same with a pool of
//! its own, in turns and in the same run.
#![expect(clippy::print_stdout, reason = "a benchmark prints")]
#![expect(clippy::unwrap_used, reason = "a benchmark stops where it cannot go on")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::time::{Duration, Instant};

use desk::{KeptPosition, OwnerId, PositionEdit, PositionStore, Stage};
use futures::future::join_all;
use market::{Moment, TapeId};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, Row, SqlitePool};
use store::{Database, DatabaseUrl};

/// Traders who write or read at once.
const AT_ONCE: usize = 16;
/// Positions that each has.
const KEPT: usize = 20;
/// How long each side goes on, in one turn of [`TURNS`].
const TURN: Duration = Duration::from_millis(700);
const TURNS: usize = 3;

const INSERT: &str = "insert into position (owner, id, tape, name, legs, stage, paid, received, \
                      fees, opened_at, closed_at, changed_at) values ($1, $2, $3, $4, $5, $6, \
                      $7, $8, $9, $10, $11, $12)";
const SELECT: &str = "select id, tape, name, legs, stage, paid, received, fees, opened_at, \
                      closed_at, changed_at from position where owner = $1 order by id";

/// A plain pool of sqlx.
enum Plain {
    Sqlite(SqlitePool, SqlitePool),
    Postgres(PgPool),
}

fn position(name: String) -> KeptPosition {
    KeptPosition {
        id: String::new(),
        tape: TapeId::Practice { seed: 1 },
        name,
        legs: "-1 SPXW 15MAR24 5000P".to_owned(),
        stage: Stage::Open,
        paid: Some(-1_250_000),
        received: None,
        fees: 26_000,
        opened_at: Some(Moment(1)),
        closed_at: None,
        changed_at: Moment(2),
    }
}

fn owner(n: usize, of: &str) -> OwnerId {
    OwnerId::read(format!("{of}-{n}"))
}

impl Plain {
    async fn open(url: &DatabaseUrl) -> Self {
        match url {
            DatabaseUrl::File(path) => {
                let options = SqliteConnectOptions::new()
                    .filename(path)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .busy_timeout(Duration::from_secs(10));
                let pool = |most| SqlitePoolOptions::new().max_connections(most);
                let writers = pool(1).connect_with(options.clone()).await.unwrap();
                Self::Sqlite(pool(8).connect_with(options).await.unwrap(), writers)
            }
            DatabaseUrl::Server(address) => {
                let pool = PgPoolOptions::new().max_connections(8).connect(address).await;
                Self::Postgres(pool.unwrap())
            }
        }
    }

    async fn write(&self, owner: &OwnerId, id: &str) {
        macro_rules! insert {
            ($pool:expr) => {
                sqlx::query(INSERT)
                    .bind(owner.as_str().to_owned())
                    .bind(id.to_owned())
                    .bind("practice-1")
                    .bind("")
                    .bind("-1 SPXW 15MAR24 5000P")
                    .bind("open")
                    .bind(-1_250_000_i64)
                    .bind(None::<i64>)
                    .bind(26_000_i64)
                    .bind(1_i64)
                    .bind(None::<i64>)
                    .bind(2_i64)
                    .execute($pool)
                    .await
                    .map(|done| done.rows_affected())
            };
        }
        let done = match self {
            Self::Sqlite(_, writers) => insert!(writers),
            Self::Postgres(pool) => insert!(pool),
        };
        assert_eq!(done.unwrap(), 1);
    }

    async fn read(&self, owner: &OwnerId) -> usize {
        macro_rules! select {
            ($pool:expr) => {{
                let rows = sqlx::query(SELECT).bind(owner.as_str().to_owned()).fetch_all($pool);
                let rows = rows.await.unwrap();
                let legs = rows.iter().map(|row| row.get::<String, _>(3));
                let paid = rows.iter().map(|row| row.get::<Option<i64>, _>(5));
                legs.zip(paid).filter(|(legs, _)| !legs.is_empty()).count()
            }};
        }
        match self {
            Self::Sqlite(readers, _) => select!(readers),
            Self::Postgres(pool) => select!(pool),
        }
    }
}

/// How often `act` is done in a second by so many at once.
async fn pace<Act: AsyncFn(usize)>(act: Act) -> f64 {
    let began = Instant::now();
    let workers = (0..AT_ONCE).map(|worker| {
        let act = &act;
        async move {
            let mut done = 0_u32;
            while began.elapsed() < TURN {
                act(worker).await;
                done += 1;
            }
            done
        }
    });
    let done: u32 = join_all(workers).await.into_iter().sum();
    f64::from(done) / began.elapsed().as_secs_f64()
}

fn tell(what: &str, ours: &mut [f64], plain: &mut [f64]) {
    ours.sort_by(f64::total_cmp);
    plain.sort_by(f64::total_cmp);
    let (ours, plain) = (ours[TURNS / 2], plain[TURNS / 2]);
    println!("{what}: {ours:.0} a second, plain sqlx {plain:.0}, ratio {:.2}", ours / plain);
}

async fn compare(name: &str, url: &DatabaseUrl) {
    let database = Database::open(url).await.unwrap();
    database.migrate().await.unwrap();
    let plain = Plain::open(url).await;
    let whose: Vec<OwnerId> = (0..AT_ONCE).map(|n| owner(n, "reader")).collect();
    for one in &whose {
        let edits = (0..KEPT).map(|n| PositionEdit::Write(position(format!("{n}"))));
        database.edit_positions(one, &edits.collect::<Vec<_>>(), u32::MAX).await.unwrap();
    }
    let [mut writes, mut plain_writes] = [Vec::new(), Vec::new()];
    let [mut reads, mut plain_reads] = [Vec::new(), Vec::new()];
    for turn in 0..TURNS {
        let write = async |worker: usize| {
            let edit = [PositionEdit::Write(position(String::new()))];
            database.edit_positions(&owner(worker, "writer"), &edit, u32::MAX).await.unwrap();
        };
        writes.push(pace(write).await);
        let next = std::sync::atomic::AtomicU64::new(0);
        let write = async |worker: usize| {
            let n = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            plain.write(&owner(worker, "plain"), &format!("{turn}-{n}")).await;
        };
        plain_writes.push(pace(write).await);
        let read = async |worker: usize| {
            assert_eq!(database.positions(&whose[worker]).await.unwrap().len(), KEPT);
        };
        reads.push(pace(read).await);
        plain_reads
            .push(pace(async |worker| assert_eq!(plain.read(&whose[worker]).await, KEPT)).await);
    }
    tell(&format!("{name}, a position is kept"), &mut writes, &mut plain_writes);
    tell(&format!("{name}, {KEPT} positions are read"), &mut reads, &mut plain_reads);
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        compare("SQLite", &DatabaseUrl::File(folder.path().join("volaris.db"))).await;
        match testkit::postgres::fresh_database() {
            Ok(address) => compare("PostgreSQL", &DatabaseUrl::Server(address)).await,
            Err(why) => println!("PostgreSQL: left out, {why}"),
        }
    });
}
