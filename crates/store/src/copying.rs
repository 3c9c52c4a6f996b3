//! A whole database into another one: a backup, what comes back from it, and the way from a file to
//! a server.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use desk::StoreError;
use futures::TryStreamExt;
use sha2::{Digest, Sha256};
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, Row};

use crate::database::{failed, make_private};
use crate::dialect::Dialect;
use crate::tables::{Found, Kind, Table, Texts, tables, tables_with};
use crate::{Database, DatabaseUrl};

/// How much of a table arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedTable {
    /// Its name.
    pub name: &'static str,
    /// Rows.
    pub rows: u64,
    /// SHA-256 of all of them in the order of their keys, in hexadecimal digits.
    pub hash: String,
}

impl Database {
    /// Whether nothing is in it but empty tables.
    pub async fn is_empty(&self) -> Result<bool, StoreError> {
        Ok(self.count().await? == 0)
    }

    /// Whether every page of a file, and every row that points at another one, is as it should be;
    /// a server looks after itself.
    pub async fn check_integrity(&self) -> Result<(), StoreError> {
        if self.dialect != Dialect::Sqlite {
            return Ok(());
        }
        let doing = || failed("check itself");
        let row = sqlx::query("pragma integrity_check").fetch_one(&self.readers).await;
        let told: String = row.map_err(doing())?.try_get(0).map_err(doing())?;
        if told != "ok" {
            return Err(StoreError::Damaged { table: "sqlite", why: told });
        }
        let stray = sqlx::query("pragma foreign_key_check").fetch_optional(&self.readers).await;
        match stray.map_err(doing())? {
            None => Ok(()),
            Some(row) => {
                let table: String = row.try_get(0).map_err(doing())?;
                let why = format!("a row of {table} points at one that is not there");
                Err(StoreError::Damaged { table: "sqlite", why })
            }
        }
    }

    /// Copies what is in this database, as it stands at one moment, into an empty one of the same
    /// version; all of it arrives, or nothing. Says what arrived, after it was read again there.
    pub async fn copy_into(&self, other: &Self) -> Result<Vec<CopiedTable>, StoreError> {
        if !other.is_empty().await? {
            return Err(StoreError::InTheWay("the other database is not empty".to_owned()));
        }
        let mut from = self.begin_snapshot().await?;
        other.take(&mut from, &tables().collect::<Vec<_>>()).await
    }

    /// Takes these tables out of a snapshot, all of it or nothing.
    async fn take(
        &self,
        from: &mut AnyConnection,
        tables: &[(&'static Table, &'static Texts)],
    ) -> Result<Vec<CopiedTable>, StoreError> {
        let mut into = self.begin().await?;
        self.be_patient(&mut into).await?;
        let mut sent = Vec::new();
        for (table, texts) in tables {
            let doing = || failed(format!("copy {}", table.name));
            let mut seal = Seal::default();
            let mut rows = sqlx::query(texts.read).fetch(&mut *from);
            while let Some(row) = rows.try_next().await.map_err(doing())? {
                let values = values(table, &row).map_err(doing())?;
                seal.add(&values);
                let write = values.into_iter().fold(sqlx::query(texts.write), Value::bind);
                write.execute(&mut *into).await.map_err(doing())?;
            }
            sent.push(seal.ended(table));
        }
        let mut arrived = Vec::new();
        for (table, texts) in tables {
            let doing = || failed(format!("read {} again", table.name));
            let mut seal = Seal::default();
            let mut rows = sqlx::query(texts.read).fetch(&mut *into);
            while let Some(row) = rows.try_next().await.map_err(doing())? {
                seal.add(&values(table, &row).map_err(doing())?);
            }
            arrived.push(seal.ended(table));
        }
        if let Some((sent, there)) = sent.iter().zip(&arrived).find(|(sent, there)| sent != there) {
            let why = format!("{} rows were sent and {} are there", sent.rows, there.rows);
            return Err(StoreError::Damaged { table: sent.name, why });
        }
        into.commit().await.map_err(failed("keep the copy"))?;
        Ok(arrived)
    }

    /// Writes all of it to a new file, which any Volaris of this version or a newer one restores:
    /// whole, or not at all. The desk may go on meanwhile. Says how many rows there are; an older
    /// version's in a file are not counted.
    pub async fn back_up(&self, file: &Path) -> Result<Option<u64>, StoreError> {
        if file.exists() {
            return Err(StoreError::InTheWay(format!("{} is there already", file.display())));
        }
        // What is cut short is taken for no backup by anybody.
        let mut begun = file.as_os_str().to_owned();
        begun.push(".unfinished");
        let begun = PathBuf::from(begun);
        let doing = |doing: &str| {
            let doing = format!("{doing} `{}`", file.display());
            move |error: std::io::Error| StoreError::Database { doing, source: Box::new(error) }
        };
        remove_file(&begun).map_err(doing("make room for"))?;
        // Made first, so that nobody else can ever read it.
        make_private(&begun).map_err(doing("make the file"))?;
        let written = match self.dialect {
            Dialect::Sqlite => self.write_file(&begun).await,
            Dialect::Postgres => self.copy_to_file(&begun).await.map(Some),
        };
        if written.is_err() {
            let _ = remove_file(&begun);
        }
        let written = written?;
        put(&begun, file).map_err(doing("finish the file"))?;
        Ok(written)
    }

    async fn write_file(&self, file: &Path) -> Result<Option<u64>, StoreError> {
        let version = self.version().await?;
        let place = std::path::absolute(file).map_err(|error| StoreError::Database {
            doing: "find the backup's place".to_owned(),
            source: Box::new(error),
        })?;
        sqlx::query("vacuum into $1")
            .bind(place.display().to_string())
            .execute(&self.readers)
            .await
            .map_err(failed("write the backup"))?;
        look_through(file, version).await
    }

    /// Copies a server's rows to a file whose tables are of the same version.
    async fn copy_to_file(&self, file: &Path) -> Result<u64, StoreError> {
        let copy = Self::open(&DatabaseUrl::File(file.to_owned())).await?;
        let copied = self.copy_as_it_is(&copy).await;
        copy.close().await;
        Ok(copied?.iter().map(|table| table.rows).sum())
    }

    async fn copy_as_it_is(&self, copy: &Self) -> Result<Vec<CopiedTable>, StoreError> {
        let doing = || failed("say its version");
        let mut from = self.begin_snapshot().await?;
        let text = "select max(version) from _sqlx_migrations";
        let row = sqlx::query(text).fetch_one(&mut *from).await.map_err(doing())?;
        let found: i64 = row.try_get(0).map_err(doing())?;
        let known = copy.version_known();
        if known < found {
            return Err(StoreError::TooNew { found, known });
        }
        copy.migrate_to(found).await?;
        let mut reader = copy.readers.acquire().await.map_err(failed("give a connection"))?;
        let there = columns(&mut from, self.dialect).await?;
        let here = columns(&mut reader, copy.dialect).await?;
        for (name, one) in &here {
            if there.get(name).map(|there| &there.columns) != Some(&one.columns) {
                return Err(incomplete(format!("`{name}` has not the columns of version {found}")));
            }
        }
        let tables = tables_with(&here).map_err(|name| {
            incomplete(format!("`{name}` of version {found} is in no list of what is copied"))
        })?;
        let copied = copy.take(&mut from, &tables).await?;
        copy.check_integrity().await?;
        Ok(copied)
    }

    /// Signs everybody out, and forgets codes and letters that were sent or wait: of a copy that
    /// was made earlier, they may have been ended since.
    pub async fn end_sign_ins(&self) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        for text in [
            "delete from sign_in",
            "delete from errand",
            "delete from password_reset",
            "delete from mail",
            "delete from attempt",
        ] {
            let done = sqlx::query(text).execute(&mut *transaction).await;
            done.map_err(failed("sign everybody out"))?;
        }
        transaction.commit().await.map_err(failed("sign everybody out"))
    }

    /// How many rows there are in all tables.
    pub async fn count(&self) -> Result<u64, StoreError> {
        let mut sum = 0;
        for (_, texts) in tables() {
            let doing = || failed("count its rows");
            let row = sqlx::query(texts.count).fetch_one(&self.readers).await.map_err(doing())?;
            sum += row.try_get::<i64, _>(0).map_err(doing())?.unsigned_abs();
        }
        Ok(sum)
    }
}

/// Looks through a file that is to have all that a database of a version has; how many rows there
/// are, where it is the present one.
async fn look_through(file: &Path, version: i64) -> Result<Option<u64>, StoreError> {
    let copy = Database::open(&DatabaseUrl::File(file.to_owned())).await?;
    let looked = async {
        copy.check_integrity().await?;
        let found = copy.version().await?;
        // A file that is empty is as whole as one that has everything.
        if found != version {
            let why = format!("version {version} was written and version {found} is there");
            return Err(StoreError::Damaged { table: "sqlite", why });
        }
        let is_present = found == copy.version_known();
        if is_present { Ok(Some(copy.count().await?)) } else { Ok(None) }
    };
    let counted = looked.await;
    copy.close().await;
    counted
}

/// Every table that there is, whoever made it, by its name.
pub(crate) async fn columns(
    connection: &mut AnyConnection,
    dialect: Dialect,
) -> Result<BTreeMap<String, Found>, StoreError> {
    let doing = || failed("say which tables it has");
    let rows = sqlx::query(dialect.columns()).fetch_all(connection).await.map_err(doing())?;
    let mut found = BTreeMap::<String, Found>::new();
    for row in rows {
        let table = found.entry(row.try_get(0).map_err(doing())?).or_default();
        table.columns.insert(row.try_get(1).map_err(doing())?);
        table.is_filled |= row.try_get::<i64, _>(2).map_err(doing())? != 0;
    }
    Ok(found)
}

/// Something would be missing in a copy.
pub(crate) fn incomplete(why: String) -> StoreError {
    StoreError::Database { doing: "give all that it has".to_owned(), source: why.into() }
}

/// Takes a database's file away, and what SQLite keeps beside it; neither need be there.
pub fn remove_file(file: &Path) -> std::io::Result<()> {
    for end in ["", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        match std::fs::remove_file(PathBuf::from(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Gives a file that is whole its name, so that a cut of the power leaves it there.
fn put(begun: &Path, file: &Path) -> std::io::Result<()> {
    std::fs::OpenOptions::new().write(true).open(begun)?.sync_all()?;
    std::fs::rename(begun, file)?;
    #[cfg(unix)]
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// What stands at one place.
pub(crate) enum Value {
    Text(Option<String>),
    Whole(Option<i64>),
    Real(Option<f64>),
}

type Asked = Query<'static, Any, AnyArguments>;

impl Value {
    fn bind(query: Asked, value: Self) -> Asked {
        match value {
            Self::Text(text) => query.bind(text),
            Self::Whole(number) => query.bind(number),
            Self::Real(number) => query.bind(number),
        }
    }
}

pub(crate) fn values(table: &Table, row: &AnyRow) -> Result<Vec<Value>, sqlx::Error> {
    let value = |(place, (_, kind)): (usize, &(&str, Kind))| {
        Ok(match kind {
            Kind::Text => Value::Text(row.try_get(place)?),
            Kind::Whole => Value::Whole(row.try_get(place)?),
            Kind::Real => Value::Real(row.try_get(place)?),
        })
    };
    table.columns.iter().enumerate().map(value).collect()
}

/// A hash over rows, in which each value has its length, so that no two tables are one text.
#[derive(Default)]
struct Seal {
    /// The hashes of the rows, added up: databases put texts in different orders.
    sum: [u64; 4],
    rows: u64,
}

impl Seal {
    fn add(&mut self, values: &[Value]) {
        self.rows += 1;
        let mut digest = Sha256::new();
        for value in values {
            let bytes = match value {
                Value::Text(text) => text.as_ref().map(|text| text.as_bytes().to_vec()),
                Value::Whole(number) => number.map(|number| number.to_le_bytes().to_vec()),
                Value::Real(number) => number.map(|number| number.to_bits().to_le_bytes().to_vec()),
            };
            // Nothing is not the same as something empty.
            let length = bytes.as_ref().map_or(u64::MAX, |bytes| bytes.len() as u64);
            digest.update(length.to_le_bytes());
            digest.update(bytes.unwrap_or_default());
        }
        for (sum, part) in self.sum.iter_mut().zip(digest.finalize().chunks_exact(8)) {
            let part = part.iter().fold(0, |part, byte| part << 8 | u64::from(*byte));
            *sum = sum.wrapping_add(part);
        }
    }

    fn ended(self, table: &Table) -> CopiedTable {
        let hash = self.sum.iter().map(|part| format!("{part:016x}")).collect();
        CopiedTable { name: table.name, rows: self.rows, hash }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_that_is_read_in_another_order_is_the_same() {
        let seal = |names: &[&str]| {
            let mut seal = Seal::default();
            for name in names {
                seal.add(&[Value::Text(Some((*name).to_owned())), Value::Whole(Some(1))]);
            }
            seal.ended(tables().next().expect("a table").0)
        };
        // As bytes stand, and as a language has them.
        assert_eq!(seal(&["BRK.B", "BRKA"]), seal(&["BRKA", "BRK.B"]));
        for other in [&["BRK.B", "BRKB"][..], &["BRK.B"], &["BRK.B", "BRK.B"], &[]] {
            assert_ne!(seal(&["BRK.B", "BRKA"]), seal(other), "{other:?}");
        }
    }

    #[tokio::test]
    async fn a_file_that_is_empty_is_no_backup() {
        let folder = tempfile::tempdir().expect("a folder");
        let empty = folder.path().join("empty.db");
        let told = look_through(&empty, 5).await.expect_err("nothing is in it");
        assert!(matches!(told, StoreError::Damaged { table: "sqlite", .. }), "{told}");
        let database = Database::open(&DatabaseUrl::File(empty.clone())).await.expect("a database");
        database.migrate_to(5).await.expect("its tables");
        database.close().await;
        assert_eq!(look_through(&empty, 5).await.expect("looked through"), None);
    }

    #[tokio::test]
    async fn a_name_that_sqlite_reads_as_an_address_is_a_name() {
        let folder = tempfile::tempdir_in(".").expect("a folder");
        let url = DatabaseUrl::File(folder.path().join("volaris.db"));
        let database = Database::open(&url).await.expect("a database");
        database.migrate().await.expect("its tables");
        let name = format!("file:{}.db", std::process::id());
        let written = database.back_up(Path::new(&name)).await;
        let bytes = std::fs::metadata(&name).map_or(0, |file| file.len());
        remove_file(Path::new(&name)).expect("removed");
        assert!(written.is_ok() && 0 < bytes, "{written:?}");
    }
}
