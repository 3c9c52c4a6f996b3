//! What legs were worth at an earlier moment of the tape, and what moved them then.

use market::{Contract, Moment, Span, Symbol};
use plan::LegValue;
use quant::options::{ChainBook, RATE_DEFAULT};

use crate::{Desk, DeskError, Tape, Trader};

/// The most contracts that are asked for at once.
const CONTRACTS_MAX: usize = 400;
/// So far back the last price of an underlying is looked for: over a long weekend.
const LOOKED_BACK: Span = Span::hours(24 * 5);

/// Contracts on one underlying, and a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct EarlierQuestion {
    /// The underlying.
    pub symbol: Symbol,
    /// Since when; nothing for the previous regular close.
    pub since: Option<Moment>,
    /// On it.
    pub contracts: Vec<Contract>,
}

/// What they were worth.
#[derive(Clone, Debug, PartialEq)]
pub struct EarlierLegs {
    /// When.
    pub at: Moment,
    /// The underlying's price, in points; nothing where the feed knows none.
    pub spot: Option<f64>,
    /// In the order of the question; nothing for what was not listed.
    pub legs: Vec<Option<LegValue>>,
}

impl Desk {
    /// What were these contracts worth then? A moment before the previous regular close is that
    /// close: older quotes are not asked for.
    pub async fn earlier_legs(
        &self,
        trader: &Trader,
        question: &EarlierQuestion,
    ) -> Result<EarlierLegs, DeskError> {
        if CONTRACTS_MAX < question.contracts.len() {
            return Err(DeskError::Malformed(format!("at most {CONTRACTS_MAX} contracts at once")));
        }
        self.with_tape(trader, |tape| {
            let close = tape.prior_close();
            let at = question.since.map_or(close, |since| since.clamp(close, tape.state().at));
            let spot = spot_at(tape, question.symbol, at);
            let mut books: Vec<ChainBook> = Vec::new();
            let legs = question.contracts.iter().map(|contract| {
                let is_of = |book: &&ChainBook| book.series() == contract.series;
                if !books.iter().any(|book| is_of(&book)) {
                    let quotes = tape.quotes_at(contract.series, at)?;
                    books.push(ChainBook::new(quotes, RATE_DEFAULT, spot?, at));
                }
                LegValue::of(books.iter().find(is_of)?, *contract)
            });
            let legs = legs.collect();
            Ok(EarlierLegs { at, spot, legs })
        })
    }
}

fn spot_at(tape: &Tape, symbol: Symbol, at: Moment) -> Option<f64> {
    let minutes = tape.feed().minute_bars(symbol, at - LOOKED_BACK, at);
    Some(minutes.last()?.close.to_f64())
}
