//! What legs were worth at an earlier moment of the tape, and what moved them then.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use market::{Contract, Moment, Series, Span, Symbol};
use plan::LegValue;
use quant::options::{ChainBook, RATE_DEFAULT};

use crate::chain::let_others_run;
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
        let (at, spot) = self.with_tape(trader, |tape| {
            let close = tape.prior_close();
            let at = question.since.map_or(close, |since| since.clamp(close, tape.state().at));
            (at, spot_at(tape, question.symbol, at))
        });
        let mut books: BTreeMap<Series, Option<ChainBook>> = BTreeMap::new();
        let mut legs = Vec::with_capacity(question.contracts.len());
        for contract in &question.contracts {
            let series = contract.series;
            if let Entry::Vacant(place) = books.entry(series) {
                // One at a time: the tape must not stand still for thousands of contracts.
                let quotes = self.with_tape(trader, |tape| tape.quotes_at(series, at));
                let known = quotes.zip(spot);
                let book =
                    known.map(|(quotes, spot)| ChainBook::new(quotes, RATE_DEFAULT, spot, at));
                place.insert(book);
                let_others_run().await;
            }
            let book = books.get(&series).and_then(Option::as_ref);
            legs.push(book.and_then(|book| LegValue::of(book, *contract)));
        }
        Ok(EarlierLegs { at, spot, legs })
    }
}

fn spot_at(tape: &Tape, symbol: Symbol, at: Moment) -> Option<f64> {
    let minutes = tape.feed().minute_bars(symbol, at - LOOKED_BACK, at);
    Some(minutes.last()?.close.to_f64())
}
