//! Which of several servers leads: by a lock of PostgreSQL's that ends with its connection.

use async_trait::async_trait;
use desk::{DeskFacts, Lead, ServerStore, StoreError};
use market::Moment;
use sqlx::{AnyConnection, Connection, Row};

use crate::Database;
use crate::database::failed;

const DOING: &str = "say who leads";

/// A connection that has the lock.
struct Held {
    connection: AnyConnection,
    term: u64,
}

#[async_trait]
impl ServerStore for Database {
    async fn desk_facts(&self) -> Result<DeskFacts, StoreError> {
        let row = sqlx::query("select name, key_check, leader, led_since from desk where id = 1")
            .fetch_one(&self.readers)
            .await
            .map_err(failed(DOING))?;
        let read = || {
            Ok(DeskFacts {
                name: row.try_get(0)?,
                key_check: row.try_get(1)?,
                leader: row.try_get(2)?,
                led_since: Moment(row.try_get(3)?),
            })
        };
        read().map_err(failed(DOING))
    }

    async fn write_key_check(&self, before: &str, after: &str) -> Result<bool, StoreError> {
        let done = sqlx::query("update desk set key_check = $2 where id = 1 and key_check = $1")
            .bind(before.to_owned())
            .bind(after.to_owned())
            .execute(&self.writers)
            .await
            .map_err(failed("keep what tells its key"))?;
        Ok(done.rows_affected() == 1)
    }

    async fn try_lead(&self, name: &str, now: Moment) -> Result<Option<Box<dyn Lead>>, StoreError> {
        // Outside of the pool, which would give the lock away with the connection.
        let mut connection = self.connect().await?;
        for word in self.dialect.candidacy() {
            sqlx::query(*word).execute(&mut connection).await.map_err(failed(DOING))?;
        }
        let row = sqlx::query(self.dialect.take_lead()).fetch_one(&mut connection).await;
        let took: i64 = row.and_then(|row| row.try_get(0)).map_err(failed(DOING))?;
        if took == 0 {
            let _ = connection.close().await;
            return Ok(None);
        }
        let row = sqlx::query(
            "update desk set term = term + 1, leader = $1, led_since = $2 where id = 1 \
             returning term",
        )
        .bind(name.to_owned())
        .bind(now.0)
        // On the connection that has the lock: whoever lost it meanwhile counts nothing.
        .fetch_one(&mut connection)
        .await
        .map_err(failed(DOING))?;
        let term: i64 = row.try_get(0).map_err(failed(DOING))?;
        Ok(Some(Box::new(Held { connection, term: term.unsigned_abs() })))
    }
}

#[async_trait]
impl Lead for Held {
    fn term(&self) -> u64 {
        self.term
    }

    async fn holds(&mut self) -> bool {
        sqlx::query("select 1").execute(&mut self.connection).await.is_ok()
    }
}
