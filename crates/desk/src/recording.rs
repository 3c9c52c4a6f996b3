//! Recorded days: what a trader imported and can play back.

use market::{Bar, BarHours, BarSpan, Moment, Print, SeriesQuotes, Symbol, TapeId, TradingDate};
use quant::levels::CloseKind;

use crate::{Adjustment, BarSeries, OwnerId};

/// One symbol of a recorded day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordedSymbol {
    /// Of what.
    pub symbol: Symbol,
    /// One-minute bars on that day.
    pub bars: u64,
    /// Prints on that day; none when only bars were imported.
    pub prints: u64,
}

/// A trading day of which minute bars or prints were imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedDay {
    /// The date in New York.
    pub date: TradingDate,
    /// What was recorded, by symbol.
    pub symbols: Vec<RecordedSymbol>,
}

/// What a recorded day is played from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordedPrices {
    /// One-minute bars, oldest first.
    Minutes(Vec<Bar>),
    /// Prints, oldest first.
    Prints(Vec<Print>),
}

/// Quotes of every series on an underlying, as they stood at one moment of a day.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedChain {
    /// When.
    pub at: Moment,
    /// Soonest first.
    pub series: Vec<SeriesQuotes>,
}

/// One symbol of a day about to be played, with what came before it.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedPart {
    /// Of what.
    pub symbol: Symbol,
    /// Regular-session bars of earlier days, oldest first.
    pub daily: Vec<Bar>,
    /// What the close of the last of them is.
    pub close: CloseKind,
    /// One-minute bars of earlier days, oldest first.
    pub minutes: Vec<Bar>,
    /// The day itself.
    pub day: RecordedPrices,
    /// Options on it.
    pub chain: Option<RecordedChain>,
}

/// The tape that imported rows carry.
pub fn import_tape(owner: &OwnerId) -> TapeId {
    TapeId::Replay { owner: owner.as_str().to_owned(), recording: "import".to_owned() }
}

/// The series that imported bars are written to. One source for every file, so that importing a
/// better file later revises the bars of a worse one instead of standing beside them.
pub fn import_series(owner: &OwnerId, symbol: Symbol, span: BarSpan) -> BarSeries {
    let hours = if span.intraday().is_some() { BarHours::Extended } else { BarHours::Regular };
    BarSeries {
        tape: import_tape(owner),
        symbol,
        source: "import".to_owned(),
        span,
        hours,
        adjustment: Adjustment::Raw,
    }
}
