//! A trader's own small things: symbols, watchlists, layouts, settings.

use async_trait::async_trait;
use desk::{
    DrawingEdit, DrawingStore, LayoutStore, OwnerId, SettingStore, StoreError, StoredLayout,
    SymbolStore, Watchlist, WatchlistStore,
};
use market::{Moment, Symbol};
use sqlx::Row;
use sqlx::any::AnyRow;
use uuid::Uuid;

use crate::Database;
use crate::database::failed;
use crate::series::parsed;

#[async_trait]
impl SymbolStore for Database {
    async fn add_symbol(&self, owner: &OwnerId, symbol: Symbol) -> Result<(), StoreError> {
        sqlx::query(
            "insert into symbol (owner, symbol) values ($1, $2) \
             on conflict (owner, symbol) do nothing",
        )
        .bind(owner.as_str().to_owned())
        .bind(symbol.to_string())
        .execute(&self.writers)
        .await
        .map_err(failed(format!("remember {symbol}")))?;
        Ok(())
    }

    async fn symbols(&self, owner: &OwnerId) -> Result<Vec<Symbol>, StoreError> {
        let rows = sqlx::query("select symbol from symbol where owner = $1 order by symbol")
            .bind(owner.as_str().to_owned())
            .fetch_all(&self.readers)
            .await
            .map_err(failed("list symbols"))?;
        rows.iter().map(|row| parsed(row, 0, "symbol")).collect()
    }
}

#[async_trait]
impl WatchlistStore for Database {
    async fn watchlists(&self, owner: &OwnerId) -> Result<Vec<Watchlist>, StoreError> {
        let rows =
            sqlx::query("select name, symbols from watchlist where owner = $1 order by name")
                .bind(owner.as_str().to_owned())
                .fetch_all(&self.readers)
                .await
                .map_err(failed("list watchlists"))?;
        let watchlist = |row: &AnyRow| {
            let text: String = row.try_get(1).map_err(failed("list watchlists"))?;
            let symbols = serde_json::from_str(&text).map_err(|error| StoreError::Damaged {
                table: "watchlist",
                why: error.to_string(),
            })?;
            let name = row.try_get(0).map_err(failed("list watchlists"))?;
            Ok(Watchlist { name, symbols })
        };
        rows.iter().map(watchlist).collect()
    }

    async fn write_watchlist(
        &self,
        owner: &OwnerId,
        name: &str,
        symbols: &[Symbol],
        most: u32,
    ) -> Result<bool, StoreError> {
        let doing = || failed("write a watchlist");
        let text = serde_json::to_string(symbols).expect("tickers are plain text");
        let mut transaction = self.begin().await?;
        self.hold(&mut transaction, owner.as_str()).await?;
        let done = sqlx::query(
            "insert into watchlist (owner, name, symbols) select $1, $2, $3 \
             where (select count(*) from watchlist where owner = $1) < $4 \
             or exists (select 1 from watchlist where owner = $1 and name = $2) \
             on conflict (owner, name) do update set symbols = excluded.symbols",
        )
        .bind(owner.as_str().to_owned())
        .bind(name.to_owned())
        .bind(text)
        .bind(i64::from(most))
        .execute(&mut *transaction)
        .await
        .map_err(doing())?;
        transaction.commit().await.map_err(doing())?;
        Ok(0 < done.rows_affected())
    }

    async fn rename_watchlist(
        &self,
        owner: &OwnerId,
        name: &str,
        to: &str,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query("update watchlist set name = $3 where owner = $1 and name = $2")
            .bind(owner.as_str().to_owned())
            .bind(name.to_owned())
            .bind(to.to_owned())
            .execute(&self.writers)
            .await
            .map_err(failed("rename a watchlist"))?;
        Ok(0 < done.rows_affected())
    }

    async fn remove_watchlist(&self, owner: &OwnerId, name: &str) -> Result<bool, StoreError> {
        let done = sqlx::query("delete from watchlist where owner = $1 and name = $2")
            .bind(owner.as_str().to_owned())
            .bind(name.to_owned())
            .execute(&self.writers)
            .await
            .map_err(failed("remove a watchlist"))?;
        Ok(0 < done.rows_affected())
    }
}

#[async_trait]
impl LayoutStore for Database {
    async fn layouts(&self, owner: &OwnerId) -> Result<Vec<StoredLayout>, StoreError> {
        let rows = sqlx::query(
            "select id, name, body, changed_at from layout where owner = $1 order by name",
        )
        .bind(owner.as_str().to_owned())
        .fetch_all(&self.readers)
        .await
        .map_err(failed("list layouts"))?;
        let layout = |row: &AnyRow| {
            Ok(StoredLayout {
                id: row.try_get(0)?,
                name: row.try_get(1)?,
                body: row.try_get(2)?,
                changed_at: Moment(row.try_get(3)?),
            })
        };
        rows.iter().map(layout).collect::<Result<_, sqlx::Error>>().map_err(failed("list layouts"))
    }

    async fn write_layout(
        &self,
        owner: &OwnerId,
        name: &str,
        body: &str,
        now: Moment,
        most: u32,
    ) -> Result<Option<String>, StoreError> {
        let doing = || failed("write a layout");
        let mut transaction = self.begin().await?;
        self.hold(&mut transaction, owner.as_str()).await?;
        let row = sqlx::query(
            "insert into layout (id, owner, name, body, changed_at) select $1, $2, $3, $4, $5 \
             where (select count(*) from layout where owner = $2) < $6 \
             or exists (select 1 from layout where owner = $2 and name = $3) \
             on conflict (owner, name) do update \
             set body = excluded.body, changed_at = excluded.changed_at returning id",
        )
        .bind(Uuid::now_v7().to_string())
        .bind(owner.as_str().to_owned())
        .bind(name.to_owned())
        .bind(body.to_owned())
        .bind(now.0)
        .bind(i64::from(most))
        .fetch_optional(&mut *transaction)
        .await
        .map_err(doing())?;
        let id: Option<String> = row.map(|row| row.try_get(0)).transpose().map_err(doing())?;
        transaction.commit().await.map_err(doing())?;
        Ok(id)
    }

    async fn remove_layout(&self, owner: &OwnerId, id: &str) -> Result<bool, StoreError> {
        let done = sqlx::query("delete from layout where owner = $1 and id = $2")
            .bind(owner.as_str().to_owned())
            .bind(id.to_owned())
            .execute(&self.writers)
            .await
            .map_err(failed("remove a layout"))?;
        Ok(0 < done.rows_affected())
    }
}

#[async_trait]
impl DrawingStore for Database {
    async fn drawings(&self, owner: &OwnerId, symbol: Symbol) -> Result<Vec<String>, StoreError> {
        let rows =
            sqlx::query("select body from drawing where owner = $1 and symbol = $2 order by id")
                .bind(owner.as_str().to_owned())
                .bind(symbol.to_string())
                .fetch_all(&self.readers)
                .await
                .map_err(failed("read drawings"))?;
        let bodies = rows.iter().map(|row| row.try_get(0));
        bodies.collect::<Result<_, sqlx::Error>>().map_err(failed("read drawings"))
    }

    async fn edit_drawings(
        &self,
        owner: &OwnerId,
        symbol: Symbol,
        edits: &[DrawingEdit],
    ) -> Result<(), StoreError> {
        let doing = || format!("keep {} drawings of {symbol}", edits.len());
        let mut transaction = self.begin().await?;
        for edit in edits {
            // Twenty digits, so that the order of texts is that of numbers.
            let id = format!("{:020}", edit.id);
            let text = match edit.body {
                Some(_) => {
                    "insert into drawing (owner, symbol, id, body) values ($1, $2, $3, $4) \
                     on conflict (owner, symbol, id) do update set body = excluded.body"
                }
                None => "delete from drawing where owner = $1 and symbol = $2 and id = $3",
            };
            let query =
                sqlx::query(text).bind(owner.as_str().to_owned()).bind(symbol.to_string()).bind(id);
            let query = match &edit.body {
                Some(body) => query.bind(body.clone()),
                None => query,
            };
            query.execute(&mut *transaction).await.map_err(failed(doing()))?;
        }
        transaction.commit().await.map_err(failed(doing()))
    }
}

#[async_trait]
impl SettingStore for Database {
    async fn setting(&self, owner: &OwnerId, name: &str) -> Result<Option<String>, StoreError> {
        let row = sqlx::query("select value from setting where owner = $1 and name = $2")
            .bind(owner.as_str().to_owned())
            .bind(name.to_owned())
            .fetch_optional(&self.readers)
            .await
            .map_err(failed("read a setting"))?;
        row.map(|row| row.try_get(0)).transpose().map_err(failed("read a setting"))
    }

    async fn write_setting(
        &self,
        owner: &OwnerId,
        name: &str,
        value: &str,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "insert into setting (owner, name, value) values ($1, $2, $3) \
             on conflict (owner, name) do update set value = excluded.value",
        )
        .bind(owner.as_str().to_owned())
        .bind(name.to_owned())
        .bind(value.to_owned())
        .execute(&self.writers)
        .await
        .map_err(failed("write a setting"))?;
        Ok(())
    }
}
