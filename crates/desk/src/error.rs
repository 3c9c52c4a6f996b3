//! Why the desk cannot answer.

use market::{Series, Symbol, TapeId, TradingDate};

use crate::{Limited, StoreError, Tier};

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
    /// The tape has no options on it.
    #[error("there are no options on `{symbol}` on this tape")]
    NoOptions {
        /// What was asked for.
        symbol: Symbol,
    },
    /// The tape has options on it, but none that end then, or they ended.
    #[error("`{series}` is not listed now")]
    NotSeries {
        /// What was asked for.
        series: Series,
    },
    /// The question makes no sense; the text says what to do.
    #[error("{0}")]
    Malformed(String),
    /// The tier of whoever asks does not have so much.
    #[error("{}", DeskError::over_limit(*tier, *what, *limit))]
    OverLimit {
        /// The tier.
        tier: Tier,
        /// Of what.
        what: Limited,
        /// What it has.
        limit: u64,
    },
    /// Another server of the desk moves its tapes, and did not answer.
    #[error("no server moves the desk's tapes just now: try again in a few seconds")]
    NotMoved,
    /// This server cannot play what another one moves.
    #[error("this server cannot play `{tape}`: give every server the same `practice_seed`")]
    NoSuchTape {
        /// What it is told to play.
        tape: TapeId,
    },
    /// Storage did not answer.
    #[error("storage did not answer")]
    Store(#[from] StoreError),
}
