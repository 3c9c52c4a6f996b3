//! The port that every market behind the desk implements: practice, recorded and, later, vendors.

use market::{Bar, Moment, Price, Print, Series, SeriesQuotes, Span, Symbol, TapeId, TradingDate};
use quant::BarStep;
use quant::levels::CloseKind;

/// What a feed tells, oldest first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FeedEvent {
    /// One trade or index value.
    Print {
        /// Of what.
        symbol: Symbol,
        /// The print.
        print: Print,
    },
    /// One of the four prices that a recorded one-minute bar is played back as.
    Step {
        /// Of what.
        symbol: Symbol,
        /// The price and its bar.
        step: BarStep,
    },
    /// The feed is alive though nothing traded.
    Heartbeat {
        /// When.
        at: Moment,
    },
}

/// A market that can be played from any moment on. Times are the **tape's** own: the desk decides
/// how fast they pass.
pub trait MarketFeed: Send {
    /// The tape's name.
    fn tape(&self) -> TapeId;

    /// What it has prints of.
    fn symbols(&self) -> Vec<Symbol>;

    /// How often it promises to be heard from.
    fn heartbeat(&self) -> Span;

    /// The first and last moment that can be played.
    fn range(&self) -> (Moment, Moment);

    /// Where playing starts when nobody says otherwise.
    fn opening_moment(&self) -> Moment;

    /// Bars of regular sessions before `day`, stamped with the session's open, oldest first.
    fn daily_bars(&self, symbol: Symbol, before: TradingDate) -> Vec<Bar>;

    /// What the close of the last of those bars is. The exchange's, unless the feed knows better.
    fn close_kind(&self, _symbol: Symbol, _before: TradingDate) -> CloseKind {
        CloseKind::Official
    }

    /// Whole one-minute bars with `from <= start` and an end not after `until`, oldest first,
    /// extended hours included where the instrument has them.
    fn minute_bars(&self, symbol: Symbol, from: Moment, until: Moment) -> Vec<Bar>;

    /// Appends everything that happened in `(after, until]`, oldest first. What a feed withheld
    /// while it was down follows, with its own times, once it is up again.
    fn events(&mut self, after: Moment, until: Moment, told: &mut Vec<FeedEvent>);

    /// Series on an underlying that can be traded `at` a moment, or held to their end, soonest
    /// first; none when the feed has no options on it.
    fn series(&mut self, _underlying: Symbol, _at: Moment) -> Vec<Series> {
        Vec::new()
    }

    /// Every contract of a series as it is quoted `at` a moment; nothing when the feed has no such
    /// series then.
    fn quotes(&mut self, _series: Series, _at: Moment) -> Option<SeriesQuotes> {
        None
    }

    /// The same market, to be asked about other days: what this one keeps of the day that is being
    /// played stays as it is. Nothing where other days have no options.
    fn elsewhere(&self) -> Option<Box<dyn MarketFeed>> {
        None
    }

    /// The next moment at which anything happens, so that nights and weekends can be skipped;
    /// nothing at the tape's end.
    fn next_event_after(&self, at: Moment) -> Option<Moment>;
}

impl FeedEvent {
    /// When it happened.
    pub fn at(&self) -> Moment {
        match self {
            Self::Print { print, .. } => print.at,
            Self::Step { step, .. } => step.at,
            Self::Heartbeat { at } => *at,
        }
    }

    /// Its symbol and price, if it has one.
    pub fn price(&self) -> Option<(Symbol, Price)> {
        match self {
            Self::Print { symbol, print } => Some((*symbol, print.price)),
            Self::Step { symbol, step } => Some((*symbol, step.price)),
            Self::Heartbeat { .. } => None,
        }
    }
}
