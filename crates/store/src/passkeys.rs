//! Passkeys that are kept.

use async_trait::async_trait;
use desk::{Passkey, PasskeyStore, StoreError};
use market::Moment;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::Database;
use crate::database::failed;

const DOING: &str = "answer for a passkey";

#[async_trait]
impl PasskeyStore for Database {
    async fn add_passkey(&self, passkey: &Passkey, most: u32) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "insert into passkey (id, account_id, name, body, made_at, used_at) \
             select $1, $2, $3, $4, $5, null \
             where (select count(*) from passkey where account_id = $2) < $6 \
             on conflict (id) do nothing",
        )
        .bind(passkey.id.clone())
        .bind(passkey.account.clone())
        .bind(passkey.name.clone())
        .bind(passkey.body.clone())
        .bind(passkey.made_at.0)
        .bind(i64::from(most))
        .execute(&self.writers)
        .await
        .map_err(failed(DOING))?;
        Ok(done.rows_affected() == 1)
    }

    async fn passkeys(&self, account: &str) -> Result<Vec<Passkey>, StoreError> {
        let rows = sqlx::query(
            "select id, account_id, name, body, made_at, used_at from passkey \
             where account_id = $1 order by made_at, id",
        )
        .bind(account.to_owned())
        .fetch_all(&self.readers)
        .await
        .map_err(failed(DOING))?;
        rows.iter().map(passkey).collect::<Result<_, _>>().map_err(failed(DOING))
    }

    async fn passkey(&self, id: &str) -> Result<Option<Passkey>, StoreError> {
        let row = sqlx::query(
            "select id, account_id, name, body, made_at, used_at from passkey where id = $1",
        )
        .bind(id.to_owned())
        .fetch_optional(&self.readers)
        .await
        .map_err(failed(DOING))?;
        row.as_ref().map(passkey).transpose().map_err(failed(DOING))
    }

    async fn use_passkey(
        &self,
        passkey: &Passkey,
        body: &str,
        at: Moment,
    ) -> Result<bool, StoreError> {
        let done =
            sqlx::query("update passkey set body = $3, used_at = $4 where id = $1 and body = $2")
                .bind(passkey.id.clone())
                .bind(passkey.body.clone())
                .bind(body.to_owned())
                .bind(at.0)
                .execute(&self.writers)
                .await
                .map_err(failed(DOING))?;
        Ok(done.rows_affected() == 1)
    }

    async fn remove_passkey(&self, account: &str, id: &str) -> Result<bool, StoreError> {
        let done = sqlx::query("delete from passkey where account_id = $1 and id = $2")
            .bind(account.to_owned())
            .bind(id.to_owned())
            .execute(&self.writers)
            .await
            .map_err(failed(DOING))?;
        Ok(done.rows_affected() == 1)
    }
}

fn passkey(row: &AnyRow) -> Result<Passkey, sqlx::Error> {
    Ok(Passkey {
        id: row.try_get(0)?,
        account: row.try_get(1)?,
        name: row.try_get(2)?,
        body: row.try_get(3)?,
        made_at: Moment(row.try_get(4)?),
        used_at: row.try_get::<Option<i64>, _>(5)?.map(Moment),
    })
}
