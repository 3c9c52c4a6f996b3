//! Bringing the tables up to a version, by one server at a time.

use std::path::Path;

use desk::StoreError;
use sqlx::migrate::{Migrate, MigrateError, Migrator};
use sqlx::{AnyConnection, Connection};

use crate::Database;
use crate::copying::{columns, incomplete};
use crate::database::failed;
use crate::dialect::Dialect;
use crate::tables::is_listed;

/// The right to change the tables, which nobody else has meanwhile: of several servers that start
/// at once on PostgreSQL one migrates, and the others wait and find it done. It ends when dropped.
pub struct Migration<'a> {
    database: &'a Database,
    /// Has the lock that migrations take, which ends with the connection, whatever happens.
    connection: AnyConnection,
    before: i64,
}

impl Database {
    /// Waits until nobody else changes the tables. Refuses a database of a newer program.
    pub async fn begin_migration(&self) -> Result<Migration<'_>, StoreError> {
        let doing = || failed("begin to migrate");
        let mut connection = self.connect().await?;
        for word in self.dialect.migrating() {
            sqlx::query(*word).execute(&mut connection).await.map_err(doing())?;
        }
        connection.lock().await.map_err(|error| not_migrated("begin to migrate".into(), error))?;
        for word in self.dialect.altering() {
            sqlx::query(*word).execute(&mut connection).await.map_err(doing())?;
        }
        let (before, known) = (self.version().await?, self.version_known());
        if known < before {
            return Err(StoreError::TooNew { found: before, known });
        }
        Ok(Migration { database: self, connection, before })
    }

    /// Brings the tables up to this program's version. Refuses a database of a newer program.
    pub async fn migrate(&self) -> Result<i64, StoreError> {
        self.begin_migration().await?.run().await
    }

    /// The same, no further than to an earlier version: how a database of an earlier program is
    /// made.
    pub async fn migrate_to(&self, version: i64) -> Result<i64, StoreError> {
        self.begin_migration().await?.run_to(version).await
    }
}

impl Migration<'_> {
    /// The version that is there; 0 before the first.
    pub fn before(&self) -> i64 {
        self.before
    }

    /// Writes all of it to a new file, as [`Database::back_up`] does. Refuses where something would
    /// be left out: what is in a table that was put beside ours.
    pub async fn back_up(&self, file: &Path) -> Result<(), StoreError> {
        if self.database.dialect == Dialect::Postgres {
            let mut reader = self.database.readers.acquire().await.map_err(failed("answer"))?;
            let found = columns(&mut reader, self.database.dialect).await?;
            let strange = found.iter().find(|(name, one)| one.is_filled && !is_listed(name));
            if let Some((name, _)) = strange {
                return Err(incomplete(format!(
                    "`{name}` is no table of Volaris and would be in no backup: drop it, or move \
                     it to another schema"
                )));
            }
        }
        self.database.back_up(file).await?;
        Ok(())
    }

    /// Brings the tables up to this program's version.
    pub async fn run(self) -> Result<i64, StoreError> {
        let known = self.database.version_known();
        self.run_to(known).await
    }

    async fn run_to(self, version: i64) -> Result<i64, StoreError> {
        let steps = self.database.migrator();
        self.run_steps(steps, version).await
    }

    async fn run_steps(mut self, steps: &Migrator, version: i64) -> Result<i64, StoreError> {
        let run = steps.run_to(version, &mut self.connection).await;
        let doing = format!("migrate from version {} to {version}", self.before);
        run.map_err(|error| not_migrated(doing, error))?;
        let _ = self.connection.close().await;
        Ok(version)
    }
}

fn not_migrated(doing: String, error: MigrateError) -> StoreError {
    StoreError::Database { doing, source: Box::new(error) }
}

#[cfg(test)]
mod tests {
    use desk::{OwnerId, SettingStore};
    use sqlx::SqlSafeStr;
    use sqlx::migrate::{Migration as Step, MigrationType};

    use super::*;
    use crate::DatabaseUrl;

    /// Steps up to the fifth, and a sixth that goes wrong after its second statement.
    fn broken_steps(database: &Database) -> Migrator {
        let text = "create table half (id bigint not null primary key); \
                    insert into half values (1); insert into nowhere values (1)";
        let kind = MigrationType::Simple;
        let broken = Step::new(6, "broken".into(), kind, text.into_sql_str(), false);
        let steps = database.migrator().iter().take(5).cloned();
        Migrator::with_migrations(steps.chain([broken]).collect())
    }

    async fn nothing_of_it_remains(url: DatabaseUrl) {
        let database = Database::open(&url).await.expect("a database");
        database.migrate_to(5).await.expect("its tables");
        let owner = OwnerId::local();
        database.write_setting(&owner, "theme", "dark").await.expect("written");
        let migration = database.begin_migration().await.expect("nobody else migrates");
        let told = migration.run_steps(&broken_steps(&database), 6).await.expect_err("it is wrong");
        assert!(told.to_string().contains("from version 5 to 6"), "{told}");
        let again = Database::open(&url).await.expect("it opens as it was");
        assert_eq!(again.version().await.expect("a version"), 5);
        let half = sqlx::query("select id from half").fetch_optional(&again.readers).await;
        assert!(half.is_err(), "the table of the first statement is there");
        // As nothing was in the way, the steps as they should be go on from there.
        assert_eq!(again.migrate().await.expect("the rest"), again.version_known());
        let theme = again.setting(&owner, "theme").await.expect("read");
        assert_eq!(theme.as_deref(), Some("dark"));
    }

    #[tokio::test]
    async fn of_a_step_that_fails_halfway_nothing_remains_in_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        nothing_of_it_remains(DatabaseUrl::File(folder.path().join("volaris.db"))).await;
    }

    #[tokio::test]
    async fn of_a_step_that_fails_halfway_nothing_remains_on_a_server() {
        let address = testkit::postgres::fresh_database().unwrap_or_else(|why| panic!("{why}"));
        nothing_of_it_remains(DatabaseUrl::Server(address)).await;
    }
}
