//! Opening a database: where it is, its connections, its version.

use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use desk::{Store, StoreError, StoreFacts};
use sqlx::any::AnyPoolOptions;
use sqlx::error::DatabaseError;
use sqlx::migrate::Migrator;
use sqlx::{AnyConnection, AnyPool, Connection, Row};

use crate::dialect::Dialect;
use crate::migration_steps::migration_steps;

/// The oldest SQLite that is trusted: versions before it can damage a database when its log wraps.
const SQLITE_OLDEST: [u32; 3] = [3, 51, 3];
/// Connections that read at once.
const READERS_MAX: u32 = 8;
/// How long a question waits for a connection.
const WAIT: Duration = Duration::from_secs(4);

/// Where a database is.
#[derive(Clone)]
pub enum DatabaseUrl {
    /// A file; made when it is not there.
    File(PathBuf),
    /// A PostgreSQL server, `postgres://…`; may hold a password and is never shown.
    Server(String),
}

/// A database, open. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Database {
    pub(crate) dialect: Dialect,
    pub(crate) readers: AnyPool,
    pub(crate) writers: AnyPool,
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Server(_) => f.write_str("a PostgreSQL server"),
        }
    }
}

/// Wraps the driver's words in what was tried.
pub(crate) fn failed(doing: impl Into<String>) -> impl FnOnce(sqlx::Error) -> StoreError {
    let doing = doing.into();
    move |error| StoreError::Database { doing, source: Box::new(error) }
}

/// Whether a release of SQLite, as `3.51.3`, is one that does not damage a database.
pub fn check_sqlite(release: &str) -> Result<(), StoreError> {
    let version: Vec<u32> = release.split('.').filter_map(|part| part.parse().ok()).collect();
    if version.as_slice() < SQLITE_OLDEST.as_slice() {
        let [first, second, third] = SQLITE_OLDEST;
        let why = format!(
            "SQLite {release} can damage its own log, and {first}.{second}.{third} or newer is \
             needed: build volaris with the SQLite that comes with it"
        );
        return Err(StoreError::Database { doing: "open safely".to_owned(), source: why.into() });
    }
    Ok(())
}

/// PostgreSQL has a code for it, SQLite has words.
fn is_of_a_missing_table(refusal: &dyn DatabaseError) -> bool {
    refusal.code().as_deref() == Some("42P01") || refusal.message().starts_with("no such table")
}

/// Tells a new connection how we work.
async fn greet(connection: &mut AnyConnection, dialect: Dialect) -> Result<(), sqlx::Error> {
    for greeting in dialect.greetings() {
        sqlx::query(*greeting).execute(&mut *connection).await?;
    }
    Ok(())
}

impl Database {
    /// Opens a database, and makes the file when it is not there. Tables come by
    /// [`Database::migrate`].
    pub async fn open(url: &DatabaseUrl) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let (dialect, address, writers_max) = match url {
            DatabaseUrl::File(path) => {
                let address = make_private(path).and_then(|()| address_of(path));
                let address = address.map_err(|error| StoreError::Database {
                    doing: format!("open the file `{}`", path.display()),
                    source: Box::new(error),
                })?;
                (Dialect::Sqlite, address, 1)
            }
            DatabaseUrl::Server(address) => (Dialect::Postgres, address.clone(), READERS_MAX),
        };
        // A pool tries again and again, and at last says only that it took too long: what is wrong
        // with an address is told by a connection outside of any pool.
        let mut first = AnyConnection::connect(&address).await.map_err(failed("open"))?;
        greet(&mut first, dialect).await.map_err(failed("open"))?;
        let _ = first.close().await;
        let pool = |most: u32| {
            AnyPoolOptions::new()
                .max_connections(most)
                .acquire_timeout(WAIT)
                .after_connect(move |connection, _| Box::pin(greet(connection, dialect)))
        };
        let writers = pool(writers_max).connect(&address).await.map_err(failed("open"))?;
        let readers = pool(READERS_MAX).connect(&address).await.map_err(failed("open"))?;
        let database = Self { dialect, readers, writers };
        database.check_version_of_sqlite().await?;
        Ok(database)
    }

    async fn check_version_of_sqlite(&self) -> Result<(), StoreError> {
        if self.dialect != Dialect::Sqlite {
            return Ok(());
        }
        let row = sqlx::query("select sqlite_version()")
            .fetch_one(&self.readers)
            .await
            .map_err(failed("say its version"))?;
        let text: String = row.try_get(0).map_err(failed("say its version"))?;
        check_sqlite(&text)
    }

    pub(crate) fn migrator(&self) -> &'static Migrator {
        migration_steps(self.dialect)
    }

    /// The newest version that this program knows.
    pub fn version_known(&self) -> i64 {
        self.migrator().iter().map(|step| step.version).max().unwrap_or(0)
    }

    /// The database's version; 0 before its first migration.
    pub async fn version(&self) -> Result<i64, StoreError> {
        // A database without the table is at version 0; asking for the table first would need two
        // texts, and a database that cannot be reached fails at the next statement anyway.
        let found =
            sqlx::query("select max(version) from _sqlx_migrations").fetch_one(&self.readers).await;
        match found {
            Ok(row) => Ok(row
                .try_get::<Option<i64>, _>(0)
                .map_err(failed("say its version"))?
                .unwrap_or(0)),
            // Any other refusal would let an older database pass for an empty one.
            Err(sqlx::Error::Database(refusal)) if is_of_a_missing_table(&*refusal) => Ok(0),
            Err(error) => Err(failed("say its version")(error)),
        }
    }

    /// A connection that belongs to no pool.
    pub(crate) async fn connect(&self) -> Result<AnyConnection, StoreError> {
        let mut connection = AnyConnection::connect_with(&self.writers.connect_options())
            .await
            .map_err(failed("open"))?;
        greet(&mut connection, self.dialect).await.map_err(failed("open"))?;
        Ok(connection)
    }

    /// Begins a transaction that writes.
    pub(crate) async fn begin(&self) -> Result<sqlx::Transaction<'static, sqlx::Any>, StoreError> {
        let begun = self.writers.begin_with(self.dialect.begin()).await;
        begun.map_err(failed("begin a transaction"))
    }

    /// Holds what is somebody's until the transaction ends: what is counted after this stays so
    /// many, because whoever else wants to add to it waits here.
    pub(crate) async fn hold(
        &self,
        transaction: &mut AnyConnection,
        whose: &str,
    ) -> Result<(), StoreError> {
        if let Some(hold) = self.dialect.hold() {
            let held = sqlx::query(hold).bind(whose.to_owned()).execute(transaction).await;
            held.map_err(failed("hold what is counted"))?;
        }
        Ok(())
    }

    /// Begins a transaction that reads, for which the database stands still as long as it takes.
    pub(crate) async fn begin_snapshot(
        &self,
    ) -> Result<sqlx::Transaction<'static, sqlx::Any>, StoreError> {
        let begun = self.readers.begin_with(self.dialect.begin_snapshot()).await;
        let mut transaction = begun.map_err(failed("begin to read"))?;
        self.be_patient(&mut transaction).await?;
        Ok(transaction)
    }

    /// Lets the rest of a transaction take as long as it takes.
    pub(crate) async fn be_patient(
        &self,
        transaction: &mut AnyConnection,
    ) -> Result<(), StoreError> {
        if let Some(patience) = self.dialect.patience() {
            let told = sqlx::query(patience).execute(transaction).await;
            told.map_err(failed("take its time"))?;
        }
        Ok(())
    }

    /// Closes every connection; writes that were acknowledged are on the disk already.
    pub async fn close(&self) {
        self.writers.close().await;
        self.readers.close().await;
    }
}

#[async_trait]
impl Store for Database {
    async fn ping(&self) -> Result<(), StoreError> {
        let mut connection = self.readers.acquire().await.map_err(failed("give a connection"))?;
        connection.ping().await.map_err(failed("answer"))
    }

    async fn facts(&self) -> Result<StoreFacts, StoreError> {
        let doing = || failed("say what it is");
        let row = sqlx::query(self.dialect.facts()).fetch_one(&self.readers).await;
        let row = row.map_err(doing())?;
        let kind: String = row.try_get(0).map_err(doing())?;
        let bytes: i64 = row.try_get(1).map_err(doing())?;
        Ok(StoreFacts { kind, version: self.version().await?, bytes: bytes.unsigned_abs() })
    }
}

/// A file's address, every byte of its name spelled out: what stands in an address is read as one,
/// and `..`, `%41` and `?` in a name would lead to another file. SQLite itself reads `file:` at the
/// beginning of a name, which none has that begins at the root.
fn address_of(path: &Path) -> std::io::Result<String> {
    let path = std::path::absolute(path)?;
    let mut address = "sqlite:".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        address.push('%');
        address.push_str(&hex::encode([*byte]));
    }
    Ok(address + "?mode=rwc")
}

/// Makes the folder and an empty file that only their owner can read, when they are not there.
pub(crate) fn make_private(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
        builder.mode(0o700);
        options.mode(0o600);
    }
    if let Some(folder) = folder {
        builder.create(folder)?;
    }
    options.open(path).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sqlite_that_damages_its_log_is_refused() {
        for old in ["3.51.2", "3.51", "3.50.99", "2.99.99", "", "nonsense"] {
            let told = check_sqlite(old).expect_err(old);
            let StoreError::Database { source, .. } = told else { panic!("{told}") };
            assert!(source.to_string().contains("3.51.3 or newer is needed"), "{source}");
        }
        for trusted in ["3.51.3", "3.51.10", "3.100.0", "4.0.0"] {
            check_sqlite(trusted).expect(trusted);
        }
    }
}
