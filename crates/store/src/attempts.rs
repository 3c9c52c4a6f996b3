//! Attempts at secrets, counted for all servers of a desk.

use async_trait::async_trait;
use desk::{AttemptStore, Quota, StoreError};
use market::{Moment, Span};
use sha2::{Digest, Sha256};

use crate::Database;
use crate::database::failed;

const DOING: &str = "count an attempt";
/// How far the clocks of two servers may be apart, of which the doctor tells after a minute: with
/// less between them each counts what the other did, with more neither does.
const SKEW_MAX: Span = Span::hours(1);
/// The longest that a quota takes to be whole again.
const QUOTA_MAX: Span = Span::hours(24);

#[async_trait]
impl AttemptStore for Database {
    /// By the generic cell rate algorithm: what is kept is when the quota is whole again. A moment
    /// later than that can be is by a clock that was ahead, and holds nobody up.
    async fn try_once(&self, names: &[(String, Quota)], now: Moment) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        for (name, quota) in names {
            let spare = quota.every.0.saturating_mul(i64::from(quota.burst.max(1) - 1));
            let longest = spare.saturating_add(quota.every.0);
            debug_assert!(longest <= QUOTA_MAX.0, "it would be forgotten too soon");
            let row = sqlx::query(
                "insert into attempt (name, full_at) values ($1, $2 + $3) \
                 on conflict (name) do update set full_at = $3 + \
                 case when attempt.full_at between $2 and $5 then attempt.full_at else $2 end \
                 where attempt.full_at <= $2 + $4 or $5 < attempt.full_at returning name",
            )
            .bind(hex::encode(Sha256::digest(name)))
            .bind(now.0)
            .bind(quota.every.0)
            .bind(spare)
            .bind(now.0.saturating_add(longest).saturating_add(SKEW_MAX.0))
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
        sqlx::query("delete from attempt where full_at < $1 or $2 < full_at")
            .bind(now.0)
            .bind(now.0.saturating_add(QUOTA_MAX.0).saturating_add(SKEW_MAX.0))
            .execute(&self.writers)
            .await
            .map_err(failed(DOING))?;
        Ok(())
    }
}
