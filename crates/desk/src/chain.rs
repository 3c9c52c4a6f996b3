//! Options on the trader's tape: which series there are, and what is bid and asked for each
//! contract.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use market::{Series, SeriesQuotes, Symbol};
use quant::options::{ChainBook, RATE_DEFAULT};

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

impl QuotedSeries {
    /// The series with what its quotes imply; nothing before the underlying has a price.
    pub fn book(&self) -> Option<ChainBook> {
        let quotes = self.quotes.as_ref().clone();
        Some(ChainBook::new(quotes, RATE_DEFAULT, self.spot?, self.state.at))
    }
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

    /// Every series on `symbol` as it is quoted, with what that implies, soonest first; none before
    /// the underlying has a price.
    pub async fn chain_books(
        &self,
        trader: &Trader,
        symbol: Symbol,
    ) -> Result<(Expiries, Vec<ChainBook>), DeskError> {
        let expiries = self.expiries(trader, symbol).await?;
        let books = self.books_of(trader, &expiries.series).await?;
        Ok((expiries, books))
    }

    /// These series as they are quoted, but for those that ended meanwhile.
    pub(crate) async fn books_of(
        &self,
        trader: &Trader,
        series: &[Series],
    ) -> Result<Vec<ChainBook>, DeskError> {
        let mut books = Vec::with_capacity(series.len());
        for series in series {
            // One at a time: the tape must not stand still for thousands of contracts.
            let quoted = match self.quotes(trader, *series).await {
                Ok(quoted) => quoted,
                // It ended meanwhile.
                Err(DeskError::NotSeries { .. }) => continue,
                Err(problem) => return Err(problem),
            };
            books.extend(quoted.book());
            let_others_run().await;
        }
        Ok(books)
    }
}

/// Gives the thread to whoever waits for it: a series costs milliseconds, and there are dozens.
pub(crate) async fn let_others_run() {
    let mut is_told = false;
    poll_fn(|context| {
        if is_told {
            return Poll::Ready(());
        }
        is_told = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

fn spot(tape: &Tape, symbol: Symbol) -> Option<f64> {
    let (price, _) = tape.books().book(symbol)?.last()?;
    Some(price.to_f64())
}
