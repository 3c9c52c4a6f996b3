//! What options said of volatility, by day.

use async_trait::async_trait;
use desk::{OwnerId, StoreError, VolatilityDay, VolatilityStore};
use market::{Symbol, TapeId, TradingDate};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::Database;
use crate::database::failed;
use crate::series::date;

#[async_trait]
impl VolatilityStore for Database {
    async fn write_volatility_days(
        &self,
        owner: &OwnerId,
        tape: &TapeId,
        symbol: Symbol,
        days: &[(TradingDate, Option<VolatilityDay>)],
    ) -> Result<(), StoreError> {
        let doing = || format!("keep the volatility of {symbol}");
        let mut transaction = self.begin().await?;
        for (day, said) in days {
            sqlx::query(
                "insert into volatility_day (owner, tape, symbol, day, iv30, skew30) \
                 values ($1, $2, $3, $4, $5, $6) on conflict (owner, tape, symbol, day) \
                 do update set iv30 = excluded.iv30, skew30 = excluded.skew30",
            )
            .bind(owner.as_str().to_owned())
            .bind(tape.to_string())
            .bind(symbol.to_string())
            .bind(i64::from(day.epoch_days()))
            .bind(said.map(|said| said.iv30))
            .bind(said.and_then(|said| said.skew30))
            .execute(&mut *transaction)
            .await
            .map_err(failed(doing()))?;
        }
        transaction.commit().await.map_err(failed(doing()))
    }

    async fn read_volatility_days(
        &self,
        owner: &OwnerId,
        tape: &TapeId,
        symbol: Symbol,
        before: TradingDate,
        limit: u32,
    ) -> Result<Vec<(TradingDate, Option<VolatilityDay>)>, StoreError> {
        let rows = sqlx::query(
            "select day, iv30, skew30 from volatility_day \
             where owner = $1 and tape = $2 and symbol = $3 and day < $4 \
             order by day desc limit $5",
        )
        .bind(owner.as_str().to_owned())
        .bind(tape.to_string())
        .bind(symbol.to_string())
        .bind(i64::from(before.epoch_days()))
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await
        .map_err(failed(format!("read the volatility of {symbol}")))?;
        rows.iter().rev().map(told).collect()
    }
}

fn told(row: &AnyRow) -> Result<(TradingDate, Option<VolatilityDay>), StoreError> {
    let number = |place: usize| {
        let number = row.try_get::<Option<f64>, _>(place).map_err(failed("read volatility"))?;
        // SQLite keeps infinities, PostgreSQL what is no number: neither was written here.
        match number {
            Some(one) if !one.is_finite() => {
                let why = format!("`{one}` is no volatility");
                Err(StoreError::Damaged { table: "volatility_day", why })
            }
            number => Ok(number),
        }
    };
    let (day, iv30, skew30) = (date(row, 0, "volatility_day")?, number(1)?, number(2)?);
    Ok((day, iv30.map(|iv30| VolatilityDay { iv30, skew30 })))
}
