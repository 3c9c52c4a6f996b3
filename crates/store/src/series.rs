//! Series: the short key that long tables carry.

use desk::{Adjustment, BarSeries, OwnerId, StoreError};
use market::{BarHours, BarSpan, Moment, Symbol, TapeId, TradingDate};
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};
use uuid::Uuid;

use crate::Database;
use crate::database::failed;

/// The span that prints are kept under.
pub(crate) const PRINT_SPAN: &str = "print";

/// The texts of a series, as its row has them.
pub(crate) struct SeriesKey {
    pub(crate) tape: String,
    pub(crate) symbol: String,
    pub(crate) source: String,
    pub(crate) span: String,
    pub(crate) hours: &'static str,
    pub(crate) adjustment: &'static str,
}

impl From<&BarSeries> for SeriesKey {
    fn from(series: &BarSeries) -> Self {
        Self {
            tape: series.tape.to_string(),
            symbol: series.symbol.to_string(),
            source: series.source.clone(),
            span: series.span.to_string(),
            hours: match series.hours {
                BarHours::Regular => "regular",
                BarHours::Extended => "extended",
            },
            adjustment: match series.adjustment {
                Adjustment::Raw => "raw",
                Adjustment::Split => "split",
                Adjustment::Total => "total",
            },
        }
    }
}

impl SeriesKey {
    /// The key of a symbol's prints on a tape.
    pub(crate) fn prints(tape: &TapeId, symbol: Symbol) -> Self {
        Self {
            tape: tape.to_string(),
            symbol: symbol.to_string(),
            source: "import".to_owned(),
            span: PRINT_SPAN.to_owned(),
            hours: "extended",
            adjustment: "raw",
        }
    }

    /// The id of the series, if it has a row.
    pub(crate) async fn find(
        &self,
        database: &Database,
        owner: &OwnerId,
    ) -> Result<Option<String>, StoreError> {
        let row = self.select(owner).fetch_optional(&database.readers).await;
        id_of(row)
    }

    /// The id of the series, for this transaction alone until it ends: whoever writes the same
    /// series waits, so that what is counted in between is one's own. Its row is made when it is
    /// not there.
    pub(crate) async fn find_or_make(
        &self,
        transaction: &mut Transaction<'static, Any>,
        owner: &OwnerId,
    ) -> Result<String, StoreError> {
        let id = self.find_or_insert(transaction, owner).await?;
        // SQLite has one writer anyway; on a server this takes the row's lock.
        sqlx::query("update series set id = id where id = $1")
            .bind(id.clone())
            .execute(&mut **transaction)
            .await
            .map_err(failed("hold a series"))?;
        Ok(id)
    }

    async fn find_or_insert(
        &self,
        transaction: &mut Transaction<'static, Any>,
        owner: &OwnerId,
    ) -> Result<String, StoreError> {
        if let Some(id) = id_of(self.select(owner).fetch_optional(&mut **transaction).await)? {
            return Ok(id);
        }
        sqlx::query(
            "insert into series (id, owner, tape, symbol, source, span, hours, adjustment) \
             values ($1, $2, $3, $4, $5, $6, $7, $8) \
             on conflict (owner, tape, symbol, source, span, hours, adjustment) do nothing",
        )
        .bind(Uuid::now_v7().to_string())
        .bind(owner.as_str().to_owned())
        .bind(self.tape.clone())
        .bind(self.symbol.clone())
        .bind(self.source.clone())
        .bind(self.span.clone())
        .bind(self.hours)
        .bind(self.adjustment)
        .execute(&mut **transaction)
        .await
        .map_err(failed("write a series"))?;
        let found = id_of(self.select(owner).fetch_optional(&mut **transaction).await)?;
        found.ok_or_else(|| StoreError::Damaged {
            table: "series",
            why: "a row that was just written is not there".to_owned(),
        })
    }

    fn select(&self, owner: &OwnerId) -> sqlx::query::Query<'_, Any, sqlx::any::AnyArguments> {
        sqlx::query(
            "select id from series where owner = $1 and tape = $2 and symbol = $3 \
             and source = $4 and span = $5 and hours = $6 and adjustment = $7",
        )
        .bind(owner.as_str().to_owned())
        .bind(self.tape.clone())
        .bind(self.symbol.clone())
        .bind(self.source.clone())
        .bind(self.span.clone())
        .bind(self.hours)
        .bind(self.adjustment)
    }
}

fn id_of(row: Result<Option<AnyRow>, sqlx::Error>) -> Result<Option<String>, StoreError> {
    let row = row.map_err(failed("read a series"))?;
    row.map(|row| row.try_get(0)).transpose().map_err(failed("read a series"))
}

/// Reads a text of a row through its own door.
pub(crate) fn parsed<T: std::str::FromStr>(
    row: &AnyRow,
    column: usize,
    table: &'static str,
) -> Result<T, StoreError>
where
    T::Err: std::fmt::Display,
{
    let text: String = row.try_get(column).map_err(failed("read a row"))?;
    text.parse().map_err(|error: T::Err| StoreError::Damaged { table, why: error.to_string() })
}

/// Reads back what [`SeriesKey::from`] wrote: tape, symbol, source, span, hours, adjustment, from
/// `column` on.
pub(crate) fn series_of(row: &AnyRow, column: usize) -> Result<BarSeries, StoreError> {
    let text = |place: usize| -> Result<String, StoreError> {
        row.try_get(column + place).map_err(failed("read a series"))
    };
    let damaged = |why: String| StoreError::Damaged { table: "series", why };
    let span: BarSpan = parsed(row, column + 3, "series")?;
    Ok(BarSeries {
        tape: parsed(row, column, "series")?,
        symbol: parsed(row, column + 1, "series")?,
        source: text(2)?,
        span,
        hours: match text(4)?.as_str() {
            "regular" => BarHours::Regular,
            "extended" => BarHours::Extended,
            other => return Err(damaged(format!("`{other}` are no hours"))),
        },
        adjustment: match text(5)?.as_str() {
            "raw" => Adjustment::Raw,
            "split" => Adjustment::Split,
            "total" => Adjustment::Total,
            other => return Err(damaged(format!("`{other}` is no adjustment"))),
        },
    })
}

/// The date in New York, as days since 1970.
pub(crate) fn day_of(at: Moment) -> i64 {
    i64::from(at.wall_time().date.epoch_days())
}

/// Reads back a date that was written as days since 1970.
pub(crate) fn date(
    row: &AnyRow,
    column: usize,
    table: &'static str,
) -> Result<TradingDate, StoreError> {
    let day: i64 = row.try_get(column).map_err(failed("read a date"))?;
    let day = i32::try_from(day)
        .map_err(|_| StoreError::Damaged { table, why: format!("`{day}` is no day") })?;
    Ok(TradingDate::from_epoch_days(day))
}
