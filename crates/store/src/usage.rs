//! How much of the desk was used, by account and day.

use async_trait::async_trait;
use desk::{StoreError, Usage, UsageStore, Used};
use market::TradingDate;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::Database;
use crate::database::failed;
use crate::series::{date, parsed};

const DOING: &str = "answer for what was used";

#[async_trait]
impl UsageStore for Database {
    async fn add_usage(&self, used: &[Usage]) -> Result<Vec<u64>, StoreError> {
        let mut transaction = self.begin().await?;
        let mut counts = Vec::with_capacity(used.len());
        for one in used {
            let row = sqlx::query(
                "insert into usage (account_id, day, what, count) select $1, $2, $3, $4 \
                 where exists (select 1 from account where id = $1) \
                 on conflict (account_id, day, what) \
                 do update set count = usage.count + excluded.count returning count",
            )
            .bind(one.account.clone())
            .bind(i64::from(one.day.epoch_days()))
            .bind(one.what.to_string())
            .bind(one.count.cast_signed())
            .fetch_optional(&mut *transaction)
            .await
            .map_err(failed(DOING))?;
            counts.push(row.map_or(Ok(0), |row| count(&row, 0))?);
        }
        transaction.commit().await.map_err(failed(DOING))?;
        Ok(counts)
    }

    async fn used(&self, account: &str, day: TradingDate, what: Used) -> Result<u64, StoreError> {
        let row =
            sqlx::query("select count from usage where account_id = $1 and day = $2 and what = $3")
                .bind(account.to_owned())
                .bind(i64::from(day.epoch_days()))
                .bind(what.to_string())
                .fetch_optional(&self.readers)
                .await
                .map_err(failed(DOING))?;
        row.map_or(Ok(0), |row| count(&row, 0))
    }

    async fn usage_since(&self, day: TradingDate) -> Result<Vec<Usage>, StoreError> {
        let rows = sqlx::query(
            "select account_id, day, what, count from usage where $1 <= day \
             order by day, account_id, what",
        )
        .bind(i64::from(day.epoch_days()))
        .fetch_all(&self.readers)
        .await
        .map_err(failed(DOING))?;
        let read = |row: &AnyRow| {
            Ok(Usage {
                account: row.try_get(0).map_err(failed(DOING))?,
                day: date(row, 1, "usage")?,
                what: parsed(row, 2, "usage")?,
                count: count(row, 3)?,
            })
        };
        rows.iter().map(read).collect()
    }
}

fn count(row: &AnyRow, column: usize) -> Result<u64, StoreError> {
    let count: i64 = row.try_get(column).map_err(failed(DOING))?;
    let why = || format!("`{count}` is no count");
    u64::try_from(count).map_err(|_| StoreError::Damaged { table: "usage", why: why() })
}
