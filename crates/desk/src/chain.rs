//! Options on the trader's tape: which series there are, and what is bid and asked for each
//! contract.

use std::sync::Arc;

use market::{Series, SeriesQuotes, Symbol};

use crate::{Desk, DeskError, Tape, TapeState, Trader, check_listed};

/// The series on an underlying.
#[derive(Clone, Debug, PartialEq)]
pub struct Expiries {
    /// Of which underlying.
    pub symbol: Symbol,
    /// As of which moment of which tape.
    pub state: TapeState,
    /// Its last price, in points.
    pub spot: Option<f64>,
    /// Soonest first.
    pub series: Vec<Series>,
}

/// A series as it is quoted.
#[derive(Clone, Debug, PartialEq)]
pub struct QuotedSeries {
    /// As of which moment of which tape.
    pub state: TapeState,
    /// The underlying's last price, in points.
    pub spot: Option<f64>,
    /// Its contracts.
    pub quotes: Arc<SeriesQuotes>,
}

impl Desk {
    /// Which series are there on `symbol`? None where the tape has no options on it.
    pub async fn expiries(&self, trader: &Trader, symbol: Symbol) -> Result<Expiries, DeskError> {
        self.with_tape(trader, |tape| {
            check_listed(tape, symbol)?;
            let series = tape.series(symbol);
            Ok(Expiries { symbol, state: tape.state(), spot: spot(tape, symbol), series })
        })
    }

    /// What is bid and asked for every contract of `series`?
    pub async fn quotes(&self, trader: &Trader, series: Series) -> Result<QuotedSeries, DeskError> {
        self.with_tape(trader, |tape| {
            let quotes = tape.quotes(series).ok_or(DeskError::NotSeries { series })?;
            let spot = spot(tape, series.terms().underlying);
            Ok(QuotedSeries { state: tape.state(), spot, quotes })
        })
    }
}

fn spot(tape: &Tape, symbol: Symbol) -> Option<f64> {
    let (price, _) = tape.books().book(symbol)?.last()?;
    Some(price.to_f64())
}
