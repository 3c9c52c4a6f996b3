//! Bars and prints.

use std::collections::BTreeMap;

use async_trait::async_trait;
use desk::{
    BarSeries, BarStore, OwnerId, PrintStore, RecordedDay, RecordedSymbol, StoreError, StoredBars,
    WriteCount,
};
use market::{Bar, Moment, Price, Print, PrintMark, Symbol, TapeId, TradingDate};
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};

use crate::Database;
use crate::batch::{BARS, BATCH_ROWS, PRINTS};
use crate::database::failed;
use crate::series::{PRINT_SPAN, SeriesKey, date, day_of, parsed, series_of};

#[async_trait]
impl BarStore for Database {
    async fn write_bars(
        &self,
        owner: &OwnerId,
        series: &BarSeries,
        bars: &[Bar],
    ) -> Result<WriteCount, StoreError> {
        let doing = || format!("write {} bars of {}", bars.len(), series.symbol);
        let mut transaction = self.begin().await?;
        let id = SeriesKey::from(series).find_or_make(&mut transaction, owner).await?;
        let before = count_bars(&mut transaction, &id).await?;
        let mut touched = 0;
        for chunk in bars.chunks(BATCH_ROWS) {
            if chunk.len() == BATCH_ROWS {
                touched += put_bars(&mut transaction, BARS.full, &id, chunk).await?;
            } else {
                for bar in chunk {
                    touched += put_bars(&mut transaction, BARS.one, &id, &[*bar]).await?;
                }
            }
        }
        let added = count_bars(&mut transaction, &id).await? - before;
        transaction.commit().await.map_err(failed(doing()))?;
        let revised = touched - added;
        Ok(WriteCount { added, revised, unchanged: bars.len() as u64 - touched })
    }

    async fn read_bars(
        &self,
        owner: &OwnerId,
        series: &BarSeries,
        from: Moment,
        until: Moment,
        limit: u32,
    ) -> Result<Vec<Bar>, StoreError> {
        let Some(id) = SeriesKey::from(series).find(self, owner).await? else {
            return Ok(Vec::new());
        };
        let rows = sqlx::query(
            "select start, open, high, low, close, volume from bar \
             where series_id = $1 and $2 <= start and start < $3 order by start desc limit $4",
        )
        .bind(id)
        .bind(from.0)
        .bind(until.0)
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await
        .map_err(failed(format!("read bars of {}", series.symbol)))?;
        rows.iter().rev().map(bar_of).collect()
    }

    async fn stored_bars(&self, owner: &OwnerId) -> Result<Vec<StoredBars>, StoreError> {
        let rows = sqlx::query(
            "select s.tape, s.symbol, s.source, s.span, s.hours, s.adjustment, \
             min(b.start), max(b.start), count(*) from series s join bar b on b.series_id = s.id \
             where s.owner = $1 \
             group by s.tape, s.symbol, s.source, s.span, s.hours, s.adjustment \
             order by s.symbol, s.span",
        )
        .bind(owner.as_str().to_owned())
        .fetch_all(&self.readers)
        .await
        .map_err(failed("list what is stored"))?;
        let stored = |row: &AnyRow| {
            let count = whole(row, 8)?;
            Ok(StoredBars {
                series: series_of(row, 0)?,
                first: Moment(whole(row, 6)?),
                last: Moment(whole(row, 7)?),
                count: count.unsigned_abs(),
            })
        };
        rows.iter().map(stored).collect()
    }

    async fn recorded_days(&self, owner: &OwnerId) -> Result<Vec<RecordedDay>, StoreError> {
        let minutes = sqlx::query(
            "select s.symbol, b.day, count(*) from series s join bar b on b.series_id = s.id \
             where s.owner = $1 and s.span = '1m' group by s.symbol, b.day",
        );
        let prints = sqlx::query(
            "select s.symbol, p.day, count(*) from series s join print p on p.series_id = s.id \
             where s.owner = $1 and s.span = 'print' group by s.symbol, p.day",
        );
        let mut days: BTreeMap<TradingDate, BTreeMap<Symbol, RecordedSymbol>> = BTreeMap::new();
        for (query, is_prints) in [(minutes, false), (prints, true)] {
            let rows = query
                .bind(owner.as_str().to_owned())
                .fetch_all(&self.readers)
                .await
                .map_err(failed("list recorded days"))?;
            for row in &rows {
                let symbol: Symbol = parsed(row, 0, "series")?;
                let day = date(row, 1, if is_prints { "print" } else { "bar" })?;
                let count = whole(row, 2)?.unsigned_abs();
                let recorded = days
                    .entry(day)
                    .or_default()
                    .entry(symbol)
                    .or_insert(RecordedSymbol { symbol, bars: 0, prints: 0 });
                if is_prints {
                    recorded.prints = count;
                } else {
                    recorded.bars = count;
                }
            }
        }
        let day = |(date, symbols): (TradingDate, BTreeMap<Symbol, RecordedSymbol>)| RecordedDay {
            date,
            symbols: symbols.into_values().collect(),
        };
        Ok(days.into_iter().rev().map(day).collect())
    }
}

async fn count_bars(
    transaction: &mut Transaction<'static, Any>,
    id: &str,
) -> Result<u64, StoreError> {
    let row = sqlx::query("select count(*) from bar where series_id = $1")
        .bind(id.to_owned())
        .fetch_one(&mut **transaction)
        .await
        .map_err(failed("count bars"))?;
    Ok(whole(&row, 0)?.unsigned_abs())
}

async fn put_bars(
    transaction: &mut Transaction<'static, Any>,
    text: &'static str,
    id: &str,
    bars: &[Bar],
) -> Result<u64, StoreError> {
    let mut query = sqlx::query(text);
    for bar in bars {
        query = query
            .bind(id.to_owned())
            .bind(bar.start.0)
            .bind(day_of(bar.start))
            .bind(bar.open.units())
            .bind(bar.high.units())
            .bind(bar.low.units())
            .bind(bar.close.units())
            .bind(bar.volume)
            .bind(1_i64);
    }
    let done = query.execute(&mut **transaction).await.map_err(failed("write bars"))?;
    Ok(done.rows_affected())
}

/// A whole number of a row.
fn whole(row: &AnyRow, column: usize) -> Result<i64, StoreError> {
    row.try_get(column).map_err(failed("read a row"))
}

fn price(row: &AnyRow, column: usize, table: &'static str) -> Result<Price, StoreError> {
    Price::from_units(whole(row, column)?)
        .map_err(|error| StoreError::Damaged { table, why: error.to_string() })
}

fn bar_of(row: &AnyRow) -> Result<Bar, StoreError> {
    let bar = Bar {
        start: Moment(whole(row, 0)?),
        open: price(row, 1, "bar")?,
        high: price(row, 2, "bar")?,
        low: price(row, 3, "bar")?,
        close: price(row, 4, "bar")?,
        volume: whole(row, 5)?,
    };
    bar.checked().map_err(|error| StoreError::Damaged { table: "bar", why: error.to_string() })
}

#[async_trait]
impl PrintStore for Database {
    async fn write_prints(
        &self,
        owner: &OwnerId,
        tape: &TapeId,
        symbol: Symbol,
        day: TradingDate,
        prints: &[Print],
    ) -> Result<WriteCount, StoreError> {
        let count = prints.len() as u64;
        let before = self.read_prints(owner, tape, symbol, day).await?;
        if before == prints {
            return Ok(WriteCount { unchanged: count, ..WriteCount::default() });
        }
        let doing = || format!("write {count} prints of {symbol}");
        let mut transaction = self.begin().await?;
        let key = SeriesKey::prints(tape, symbol);
        let id = key.find_or_make(&mut transaction, owner).await?;
        let day = i64::from(day.epoch_days());
        sqlx::query("delete from print where series_id = $1 and day = $2")
            .bind(id.clone())
            .bind(day)
            .execute(&mut *transaction)
            .await
            .map_err(failed(doing()))?;
        let numbered: Vec<(i64, &Print)> = (0..).zip(prints).collect();
        for chunk in numbered.chunks(BATCH_ROWS) {
            if chunk.len() == BATCH_ROWS {
                put_prints(&mut transaction, PRINTS.full, &id, day, chunk).await?;
            } else {
                for one in chunk {
                    put_prints(&mut transaction, PRINTS.one, &id, day, &[*one]).await?;
                }
            }
        }
        transaction.commit().await.map_err(failed(doing()))?;
        let revised = count.min(before.len() as u64);
        Ok(WriteCount { added: count - revised, revised, unchanged: 0 })
    }

    async fn read_prints(
        &self,
        owner: &OwnerId,
        tape: &TapeId,
        symbol: Symbol,
        day: TradingDate,
    ) -> Result<Vec<Print>, StoreError> {
        let Some(id) = SeriesKey::prints(tape, symbol).find(self, owner).await? else {
            return Ok(Vec::new());
        };
        debug_assert_eq!(SeriesKey::prints(tape, symbol).span, PRINT_SPAN);
        let rows = sqlx::query(
            "select at, price, size, mark from print where series_id = $1 and day = $2 \
             order by place",
        )
        .bind(id)
        .bind(i64::from(day.epoch_days()))
        .fetch_all(&self.readers)
        .await
        .map_err(failed(format!("read prints of {symbol}")))?;
        let print = |row: &AnyRow| {
            Ok(Print {
                at: Moment(whole(row, 0)?),
                price: price(row, 1, "print")?,
                size: whole(row, 2)?,
                mark: match whole(row, 3)? {
                    0 => PrintMark::Ordinary,
                    1 => PrintMark::OfficialClose,
                    other => {
                        let why = format!("`{other}` is no mark");
                        return Err(StoreError::Damaged { table: "print", why });
                    }
                },
            })
        };
        rows.iter().map(print).collect()
    }

    async fn read_official_close(
        &self,
        owner: &OwnerId,
        tape: &TapeId,
        symbol: Symbol,
        day: TradingDate,
    ) -> Result<Option<Price>, StoreError> {
        let Some(id) = SeriesKey::prints(tape, symbol).find(self, owner).await? else {
            return Ok(None);
        };
        let row = sqlx::query(
            "select price from print where series_id = $1 and day = $2 and mark = $3 \
             order by place limit 1",
        )
        .bind(id)
        .bind(i64::from(day.epoch_days()))
        .bind(mark_of(PrintMark::OfficialClose))
        .fetch_optional(&self.readers)
        .await
        .map_err(failed(format!("read the close of {symbol}")))?;
        row.map(|row| price(&row, 0, "print")).transpose()
    }
}

/// How a mark is kept.
const fn mark_of(mark: PrintMark) -> i64 {
    match mark {
        PrintMark::Ordinary => 0,
        PrintMark::OfficialClose => 1,
    }
}

async fn put_prints(
    transaction: &mut Transaction<'static, Any>,
    text: &'static str,
    id: &str,
    day: i64,
    prints: &[(i64, &Print)],
) -> Result<(), StoreError> {
    let mut query = sqlx::query(text);
    for (place, print) in prints {
        query = query
            .bind(id.to_owned())
            .bind(day)
            .bind(*place)
            .bind(print.at.0)
            .bind(print.price.units())
            .bind(print.size)
            .bind(mark_of(print.mark));
    }
    query.execute(&mut **transaction).await.map_err(failed("write prints"))?;
    Ok(())
}
