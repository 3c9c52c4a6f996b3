//! All that belongs to somebody, by the list of tables.

use async_trait::async_trait;
use desk::{BelongingsStore, Belongs, Cell, StoreError, TableTaker};
use futures::TryStreamExt;

use crate::Database;
use crate::copying::{Value, values};
use crate::database::failed;
use crate::tables::{Table, Whose, tables};

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
                let named = table.columns.iter().zip(&all);
                let cells: Vec<Cell<'_>> =
                    named.filter(|(column, _)| given(column)).map(|(_, one)| cell(one)).collect();
                taker.row(&cells).map_err(taken)?;
            }
            taker.end().map_err(taken)?;
        }
        Ok(())
    }

    async fn remove_belongings(&self, of: &Belongs) -> Result<u64, StoreError> {
        let mut transaction = self.begin().await?;
        // The account first, as everybody does: two that hold one of both would end each other.
        sqlx::query("update account set email = email where id = $1")
            .bind(of.account.clone())
            .execute(&mut *transaction)
            .await
            .map_err(failed("delete all of it"))?;
        let mut removed = 0;
        // What points at something else goes first.
        for (table, texts) in tables().rev() {
            let Some(text) = texts.remove_of else { continue };
            let done = sqlx::query(text).bind(key(table, of)).execute(&mut *transaction).await;
            removed += done.map_err(failed(format!("empty {}", table.name)))?.rows_affected();
        }
        transaction.commit().await.map_err(failed("delete all of it"))?;
        Ok(removed)
    }
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
