//! Why the desk cannot answer.

use market::{Symbol, TradingDate};

use crate::StoreError;

/// Why the desk cannot answer.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The tape has no such symbol.
    #[error("`{symbol}` is not on this tape")]
    NotListed {
        /// What was asked for.
        symbol: Symbol,
        /// What there is.
        listed: Vec<Symbol>,
    },
    /// Nothing is recorded of that day.
    #[error("nothing is recorded on {date}")]
    NotRecorded {
        /// The day.
        date: TradingDate,
    },
    /// The question makes no sense; the text says what to do.
    #[error("{0}")]
    Malformed(String),
    /// Storage did not answer.
    #[error("storage did not answer")]
    Store(#[from] StoreError),
}
