//! The words of the desk: symbols, prices, moments, sessions, prints, bars.
//!
//! Every other crate speaks these. This one knows no vendor, file, clock, database or screen, and
//! no floating-point money: a price is a whole number of ten-thousandths.

mod moment;

mod date;

mod calendar;
mod session;

pub mod format;

mod symbol;
mod symbol_list;

mod price;
mod print;

mod contract;
mod quote;

mod bar;
mod bar_calendar;
mod fold;

mod freshness;
mod tape;
mod tape_command;

pub use bar::{BadBar, BadSpan, Bar, BarSpan};
pub use bar_calendar::BarCalendar;
pub use calendar::{
    CALENDAR_FIRST, CALENDAR_LAST, TradingDay, next_trading_day, prior_trading_day, trading_day,
};
pub use contract::{
    BadContract, Contract, ExerciseStyle, Right, Root, Series, Settlement, Terms, expiry_date,
    strike_text,
};
pub use date::{BadDate, TradingDate};
pub use fold::{BarFold, BarHours, bucket_end, bucket_start, fold_bars, join_bars};
pub use freshness::Freshness;
pub use moment::{BadMoment, Moment, Span, WallTime};
pub use price::{BadPrice, Price, Volume};
pub use print::{Print, PrintMark};
pub use quote::{Dividend, Quote, QuoteChange, SeriesQuotes, StrikeQuotes};
pub use session::{Phase, SessionClock, session_clock};
pub use symbol::{BadSymbol, Instrument, InstrumentKind, Symbol, instrument};
pub use symbol_list::SymbolList;
pub use tape::{BadTape, TapeId};
pub use tape_command::TapeCommand;
