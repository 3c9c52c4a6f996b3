//! All that belongs to somebody, by the list of tables.

use async_trait::async_trait;
use desk::{AuditEntry, BelongingsStore, Belongs, Cell, StoreError, TableTaker};
use futures::TryStreamExt;
use sqlx::{Any, Row, Transaction};

use crate::Database;
use crate::audit::{append, too_many};
use crate::copying::{Value, values};
use crate::database::failed;
use crate::tables::{Table, Whose, tables};

const DOING: &str = "delete all of it";
/// What is never given: it opens something, or proves something.
const SECRET: [&str; 3] = ["password", "secret", "hash"];

#[async_trait]
impl BelongingsStore for Database {
    async fn give_belongings(
        &self,
        of: &Belongs,
        taker: &mut dyn TableTaker,
    ) -> Result<(), StoreError> {
        let begun = self.readers.begin_with(self.dialect.begin_snapshot()).await;
        let mut from = begun.map_err(failed("begin to read"))?;
        for (table, texts) in tables() {
            let doing = || failed(format!("read {}", table.name));
            let given = |(name, _): &&(&'static str, _)| !SECRET.contains(name);
            let columns: Vec<&str> = table.columns.iter().filter(given).map(|one| one.0).collect();
            taker.begin(table.name, &columns).map_err(taken)?;
            let mut rows = sqlx::query(texts.read_of).bind(key(table, of)).fetch(&mut *from);
            while let Some(row) = rows.try_next().await.map_err(doing())? {
                let all = values(table, &row).map_err(doing())?;
                let is_others = matches!(table.whose, Whose::Log) && !is_by(of, table, &all);
                let told = |(column, one): (&'static str, _)| {
                    // Where who leads the desk sits is nobody else's business.
                    let is_theirs = is_others && ["device", "network"].contains(&column);
                    if is_theirs { Cell::Nothing } else { cell(one) }
                };
                let named = table.columns.iter().zip(&all).filter(|(column, _)| given(column));
                let cells: Vec<Cell<'_>> =
                    named.map(|(column, one)| told((column.0, one))).collect();
                taker.row(&cells).map_err(taken)?;
            }
            taker.end().map_err(taken)?;
        }
        Ok(())
    }

    async fn remove_belongings(
        &self,
        of: &Belongs,
        entry: &AuditEntry,
    ) -> Result<Option<u64>, StoreError> {
        let mut tries = 0;
        loop {
            let mut transaction = self.begin().await?;
            let Some(Removed { rows, had_account }) = remove(&mut transaction, of).await? else {
                transaction.rollback().await.map_err(failed(DOING))?;
                return Ok(None);
            };
            if !had_account || append(&mut transaction, entry).await? {
                transaction.commit().await.map_err(failed(DOING))?;
                return Ok(Some(rows));
            }
            too_many(&mut tries)?;
        }
    }
}

/// What was taken away.
struct Removed {
    rows: u64,
    /// Whether the account was still there.
    had_account: bool,
}

/// Takes all of it away; nothing where that may not be.
async fn remove(
    transaction: &mut Transaction<'_, Any>,
    of: &Belongs,
) -> Result<Option<Removed>, StoreError> {
    // The account first, as everybody does: two that hold one of both would end each other.
    let held = sqlx::query("update account set email = email where id = $1 returning role")
        .bind(of.account.clone())
        .fetch_optional(&mut **transaction)
        .await
        .map_err(failed(DOING))?;
    let role = held.map(|row| row.try_get::<String, _>(0)).transpose().map_err(failed(DOING))?;
    let mut rows = 0;
    // What points at something else goes first.
    for (table, texts) in tables().rev() {
        let Some(text) = texts.remove_of else { continue };
        let done = sqlx::query(text).bind(key(table, of)).execute(&mut **transaction).await;
        rows += done.map_err(failed(format!("empty {}", table.name)))?.rows_affected();
    }
    // Last, when nobody can join by an invitation of this account any more.
    if role.as_deref() == Some("owner") {
        let others = sqlx::query("select 1 from account where id <> $1 limit 1")
            .bind(of.account.clone())
            .fetch_optional(&mut **transaction)
            .await
            .map_err(failed(DOING))?;
        if others.is_some() {
            return Ok(None);
        }
    }
    Ok(Some(Removed { rows, had_account: role.is_some() }))
}

/// Whether an entry of the log tells what the account did itself.
fn is_by(of: &Belongs, table: &Table, values: &[Value]) -> bool {
    let mut named = table.columns.iter().zip(values);
    named.any(|(column, one)| {
        column.0 == "account_id" && matches!(one, Value::Text(Some(id)) if *id == of.account)
    })
}

/// By what its rows are found.
fn key(table: &Table, of: &Belongs) -> String {
    match table.whose {
        Whose::Owner | Whose::Series => of.owner.as_str().to_owned(),
        Whose::Account(_) | Whose::Log | Whose::Nobody => of.account.clone(),
    }
}

fn cell(value: &Value) -> Cell<'_> {
    match value {
        Value::Text(Some(text)) => Cell::Text(text),
        Value::Whole(Some(number)) => Cell::Whole(*number),
        Value::Real(Some(number)) => Cell::Real(*number),
        Value::Text(None) | Value::Whole(None) | Value::Real(None) => Cell::Nothing,
    }
}

fn taken(error: std::io::Error) -> StoreError {
    StoreError::Database { doing: "hand its rows over".to_owned(), source: Box::new(error) }
}
