//! A whole database into another one: a backup, what comes back from it, and the way from a file to
//! a server.

use std::path::Path;

use desk::StoreError;
use futures::TryStreamExt;
use sha2::{Digest, Sha256};
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, Row};

use crate::database::failed;
use crate::dialect::Dialect;
use crate::tables::{Kind, Table, tables};
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
        let begun = self.readers.begin_with(self.dialect.begin_snapshot()).await;
        let mut from = begun.map_err(failed("begin to read"))?;
        let mut into = other.begin().await?;
        for (dialect, transaction) in [(self.dialect, &mut from), (other.dialect, &mut into)] {
            if let Some(patience) = dialect.patience() {
                let told = sqlx::query(patience).execute(&mut **transaction).await;
                told.map_err(failed("ask for patience"))?;
            }
        }
        let mut sent = Vec::new();
        for (table, texts) in tables() {
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
        for (table, texts) in tables() {
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

    /// Writes all of it to a new file, which any Volaris of this version or a newer one restores.
    /// The desk may go on meanwhile. Says how many rows there are; an older version's tables are
    /// not counted.
    pub async fn back_up(&self, file: &Path) -> Result<Option<u64>, StoreError> {
        if file.exists() {
            return Err(StoreError::InTheWay(format!("{} is there already", file.display())));
        }
        let url = DatabaseUrl::File(file.to_owned());
        if self.dialect == Dialect::Postgres {
            let copy = Self::open(&url).await?;
            copy.migrate().await?;
            let copied = self.copy_into(&copy).await?;
            copy.close().await;
            return Ok(Some(copied.iter().map(|table| table.rows).sum()));
        }
        // Made first, so that nobody else can ever read it.
        crate::database::make_private(file).map_err(|error| StoreError::Database {
            doing: format!("make the file `{}`", file.display()),
            source: Box::new(error),
        })?;
        sqlx::query("vacuum into $1")
            .bind(file.display().to_string())
            .execute(&self.readers)
            .await
            .map_err(failed("write the backup"))?;
        let copy = Self::open(&url).await?;
        copy.check_integrity().await?;
        let counted = match copy.version().await? == copy.version_known() {
            true => Some(copy.count().await?),
            false => None,
        };
        copy.close().await;
        Ok(counted)
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
    digest: Sha256,
    rows: u64,
}

impl Seal {
    fn add(&mut self, values: &[Value]) {
        self.rows += 1;
        for value in values {
            let bytes = match value {
                Value::Text(text) => text.as_ref().map(|text| text.as_bytes().to_vec()),
                Value::Whole(number) => number.map(|number| number.to_le_bytes().to_vec()),
                Value::Real(number) => number.map(|number| number.to_bits().to_le_bytes().to_vec()),
            };
            // Nothing is not the same as something empty.
            let length = bytes.as_ref().map_or(u64::MAX, |bytes| bytes.len() as u64);
            self.digest.update(length.to_le_bytes());
            self.digest.update(bytes.unwrap_or_default());
        }
    }

    fn ended(self, table: &Table) -> CopiedTable {
        let hash = hex::encode(self.digest.finalize());
        CopiedTable { name: table.name, rows: self.rows, hash }
    }
}
