//! Attempts at secrets, counted for all servers of a desk.

use async_trait::async_trait;
use desk::{AttemptStore, Quota, StoreError};
use market::Moment;
use sha2::{Digest, Sha256};

use crate::Database;
use crate::database::failed;

const DOING: &str = "count an attempt";

#[async_trait]
impl AttemptStore for Database {
    /// By the generic cell rate algorithm: what is kept is when the quota is whole again.
    async fn try_once(&self, names: &[(String, Quota)], now: Moment) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        for (name, quota) in names {
            let spare = quota.every.0.saturating_mul(i64::from(quota.burst.max(1) - 1));
            let row = sqlx::query(
                "insert into attempt (name, full_at) values ($1, $2 + $3) \
                 on conflict (name) do update set full_at = $3 + \
                 case when attempt.full_at < $2 then $2 else attempt.full_at end \
                 where attempt.full_at <= $2 + $4 returning name",
            )
            .bind(hex::encode(Sha256::digest(name)))
            .bind(now.0)
            .bind(quota.every.0)
            .bind(spare)
            .fetch_optional(&mut *transaction)
            .await
            .map_err(failed(DOING))?;
            // What was counted until here is not: whoever has none left takes nobody else's.
            if row.is_none() {
                return Ok(false);
            }
        }
        transaction.commit().await.map_err(failed(DOING))?;
        Ok(true)
    }

    async fn forget_attempts(&self, now: Moment) -> Result<(), StoreError> {
        sqlx::query("delete from attempt where full_at < $1")
            .bind(now.0)
            .execute(&self.writers)
            .await
            .map_err(failed(DOING))?;
        Ok(())
    }
}
