//! Option chains that a trader brought in.

use std::collections::BTreeSet;

use async_trait::async_trait;
use desk::{ChainStore, OwnerId, RecordedChain, StoreError, WriteCount};
use market::{Moment, Root, SeriesQuotes, Symbol, TapeId, TradingDate};
use sqlx::Row;

use crate::Database;
use crate::database::failed;
use crate::series::date;

#[async_trait]
impl ChainStore for Database {
    async fn write_chain(
        &self,
        owner: &OwnerId,
        tape: &TapeId,
        symbol: Symbol,
        day: TradingDate,
        chain: &RecordedChain,
    ) -> Result<WriteCount, StoreError> {
        let count = chain.series.len() as u64;
        let roots: BTreeSet<Root> = chain.series.iter().map(|one| one.series.root).collect();
        let before = self.read_chain(owner, tape, symbol, day).await?;
        let before = before.map(|mut before| {
            before.series.retain(|one| roots.contains(&one.series.root));
            before
        });
        if before.as_ref() == Some(chain) {
            return Ok(WriteCount { unchanged: count, ..WriteCount::default() });
        }
        let doing = || format!("write the chain of {symbol}");
        let mut transaction = self.begin().await?;
        for root in roots {
            let gone = sqlx::query(
                "delete from chain where owner = $1 and tape = $2 and symbol = $3 and day = $4 \
                 and $5 <= series and series < $6",
            )
            .bind(owner.as_str().to_owned())
            .bind(tape.to_string())
            .bind(symbol.to_string())
            .bind(i64::from(day.epoch_days()))
            .bind(format!("{root}-"))
            // The byte after a hyphen's.
            .bind(format!("{root}."));
            gone.execute(&mut *transaction).await.map_err(failed(doing()))?;
        }
        let gone = sqlx::query(
            "delete from volatility_day \
             where owner = $1 and tape = $2 and symbol = $3 and day = $4",
        )
        .bind(owner.as_str().to_owned())
        .bind(tape.to_string())
        .bind(symbol.to_string())
        .bind(i64::from(day.epoch_days()));
        gone.execute(&mut *transaction).await.map_err(failed(doing()))?;
        for quotes in &chain.series {
            let text = serde_json::to_string(quotes).expect("quotes are plain numbers");
            sqlx::query(
                "insert into chain (owner, tape, symbol, day, series, at, quotes) \
                 values ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(owner.as_str().to_owned())
            .bind(tape.to_string())
            .bind(symbol.to_string())
            .bind(i64::from(day.epoch_days()))
            .bind(quotes.series.slug())
            .bind(chain.at.0)
            .bind(text)
            .execute(&mut *transaction)
            .await
            .map_err(failed(doing()))?;
        }
        transaction.commit().await.map_err(failed(doing()))?;
        let revised = before.map_or(0, |before| count.min(before.series.len() as u64));
        Ok(WriteCount { added: count - revised, revised, unchanged: 0 })
    }

    async fn read_chain(
        &self,
        owner: &OwnerId,
        tape: &TapeId,
        symbol: Symbol,
        day: TradingDate,
    ) -> Result<Option<RecordedChain>, StoreError> {
        let doing = || format!("read the chain of {symbol}");
        let rows = sqlx::query(
            "select at, quotes from chain \
             where owner = $1 and tape = $2 and symbol = $3 and day = $4",
        )
        .bind(owner.as_str().to_owned())
        .bind(tape.to_string())
        .bind(symbol.to_string())
        .bind(i64::from(day.epoch_days()))
        .fetch_all(&self.readers)
        .await
        .map_err(failed(doing()))?;
        let mut at = None;
        let mut series: Vec<SeriesQuotes> = Vec::with_capacity(rows.len());
        for row in &rows {
            // Files of one day may be minutes apart: it is known from the last of them on.
            at = at.max(Some(Moment(row.try_get(0).map_err(failed(doing()))?)));
            let text: String = row.try_get(1).map_err(failed(doing()))?;
            let damaged = |error: serde_json::Error| StoreError::Damaged {
                table: "chain",
                why: error.to_string(),
            };
            series.push(serde_json::from_str(&text).map_err(damaged)?);
        }
        series.sort_by_key(|one| (one.series.expires_at(), one.series));
        Ok(at.map(|at| RecordedChain { at, series }))
    }

    async fn chain_days(
        &self,
        owner: &OwnerId,
        tape: &TapeId,
        symbol: Symbol,
        before: TradingDate,
        limit: u32,
    ) -> Result<Vec<TradingDate>, StoreError> {
        let doing = || format!("list the chains of {symbol}");
        let rows = sqlx::query(
            "select distinct day from chain \
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
        .map_err(failed(doing()))?;
        rows.iter().rev().map(|row| date(row, 0, "chain")).collect()
    }
}
