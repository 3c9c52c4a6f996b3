//! Everything that is open on an underlying, with the volatilities that its quotes imply: what
//! exposure is worked out from, here or on a trader's device.

use std::sync::Arc;

use market::{Span, Symbol, TradingDate};
use quant::options::{ChainBook, OpenSeries, RATE_DEFAULT};

use crate::{Desk, DeskError, TapeState, Trader};

/// What is open on an underlying.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenInterest {
    /// Of which underlying.
    pub symbol: Symbol,
    /// As of which moment of which tape.
    pub state: TapeState,
    /// The underlying's price then, in points.
    pub spot: Option<f64>,
    /// What money is taken to earn, a year.
    pub rate: f64,
    /// The date that open interest is of; nothing without options.
    pub of: Option<TradingDate>,
    /// Soonest first; none where the tape has no options on it, or it has no price yet.
    pub series: Vec<OpenSeries>,
}

/// So long an answer is given again: open interest stands all day, and volatilities hardly move.
const KEPT_FOR: Span = Span::seconds(20);

impl Desk {
    /// What is open on `symbol`, in every series?
    pub async fn open_interest(
        &self,
        trader: &Trader,
        symbol: Symbol,
    ) -> Result<Arc<OpenInterest>, DeskError> {
        let known = self.with_tape(trader, |tape| {
            let at = tape.state().at;
            tape.opened(symbol).filter(|one| (at - one.state.at) < KEPT_FOR)
        });
        if let Some(known) = known {
            return Ok(known);
        }
        let (expiries, books) = self.chain_books(trader, symbol).await?;
        let answer = Arc::new(OpenInterest {
            symbol,
            state: expiries.state,
            spot: expiries.spot,
            rate: RATE_DEFAULT,
            of: books.first().map(|book| book.quotes().open_interest_of),
            series: books.iter().filter_map(ChainBook::open).collect(),
        });
        self.with_tape(trader, |tape| tape.keep_opened(Arc::clone(&answer)));
        Ok(answer)
    }
}
