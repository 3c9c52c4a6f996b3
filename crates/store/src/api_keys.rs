//! Keys that programs ask with.

use async_trait::async_trait;
use desk::{Account, ApiKey, ApiKeyStore, StoreError};
use market::Moment;
use sqlx::Row;
use sqlx::any::AnyRow;
use uuid::Uuid;

use crate::Database;
use crate::accounts::account;
use crate::database::failed;
use crate::series::parsed;

const DOING: &str = "answer for a key";

#[async_trait]
impl ApiKeyStore for Database {
    async fn add_api_key(&self, key: &ApiKey, most: u32) -> Result<Option<String>, StoreError> {
        let id = Uuid::now_v7().to_string();
        let mut transaction = self.begin().await?;
        self.hold(&mut transaction, &key.account).await?;
        let done = sqlx::query(
            "insert into api_key (id, account_id, name, scope, hash, tail, made_at) \
             select $1, $2, $3, $4, $5, $6, $7 \
             where (select count(*) from api_key where account_id = $2) < $8",
        )
        .bind(id.clone())
        .bind(key.account.clone())
        .bind(key.name.clone())
        .bind(key.scope.to_string())
        .bind(key.hash.clone())
        .bind(key.tail.clone())
        .bind(key.made_at.0)
        .bind(i64::from(most))
        .execute(&mut *transaction)
        .await
        .map_err(failed(DOING))?;
        transaction.commit().await.map_err(failed(DOING))?;
        Ok((done.rows_affected() == 1).then_some(id))
    }

    async fn api_keys(&self, account: &str) -> Result<Vec<ApiKey>, StoreError> {
        let rows = sqlx::query(
            "select id, account_id, name, scope, hash, tail, made_at, used_at from api_key \
             where account_id = $1 order by made_at desc, id desc",
        )
        .bind(account.to_owned())
        .fetch_all(&self.readers)
        .await
        .map_err(failed(DOING))?;
        rows.iter().map(|row| api_key(row, 0)).collect()
    }

    async fn api_key(&self, hash: &str) -> Result<Option<(ApiKey, Account)>, StoreError> {
        let row = sqlx::query(
            "select account.id, account.owner, account.email, account.password, \
             account.created_at, account.role, account.is_suspended, account.tier, \
             account.name, api_key.id, account_id, api_key.name, scope, hash, tail, made_at, \
             used_at \
             from api_key join account on account.id = account_id where hash = $1",
        )
        .bind(hash.to_owned())
        .fetch_optional(&self.readers)
        .await
        .map_err(failed(DOING))?;
        row.as_ref().map(|row| Ok((api_key(row, 9)?, account(row)?))).transpose()
    }

    async fn touch_api_key(&self, id: &str, used_at: Moment) -> Result<(), StoreError> {
        sqlx::query("update api_key set used_at = $2 where id = $1")
            .bind(id.to_owned())
            .bind(used_at.0)
            .execute(&self.writers)
            .await
            .map_err(failed(DOING))?;
        Ok(())
    }

    async fn remove_api_key(&self, account: &str, id: &str) -> Result<bool, StoreError> {
        let done = sqlx::query("delete from api_key where account_id = $1 and id = $2")
            .bind(account.to_owned())
            .bind(id.to_owned())
            .execute(&self.writers)
            .await
            .map_err(failed(DOING))?;
        Ok(done.rows_affected() == 1)
    }
}

/// A key out of eight columns from this one on.
fn api_key(row: &AnyRow, from: usize) -> Result<ApiKey, StoreError> {
    let scope = parsed(row, from + 3, "api_key")?;
    let read = || -> Result<ApiKey, sqlx::Error> {
        Ok(ApiKey {
            id: row.try_get(from)?,
            account: row.try_get(from + 1)?,
            name: row.try_get(from + 2)?,
            scope,
            hash: row.try_get(from + 4)?,
            tail: row.try_get(from + 5)?,
            made_at: Moment(row.try_get(from + 6)?),
            used_at: row.try_get::<Option<i64>, _>(from + 7)?.map(Moment),
        })
    };
    read().map_err(failed(DOING))
}
