//! The exchange's calendar (XNYS): on which dates it opens and until when.

use serde::{Deserialize, Serialize};

use crate::{Moment, Span, TradingDate};

/// The first year whose every closure is known.
pub const CALENDAR_FIRST: i16 = 1990;
/// The last year whose every closure is known; beyond it days are provisional.
pub const CALENDAR_LAST: i16 = 2027;

/// A date on which the exchange opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TradingDay {
    /// The date.
    pub date: TradingDate,
    /// When the regular session opens, since midnight in New York (09:30).
    pub open_since_midnight: Span,
    /// When the regular session closes, since midnight in New York (16:00, 13:00 on half days).
    pub close_since_midnight: Span,
    /// True outside the known years: by the published rules only, and never to move a level.
    pub is_provisional: bool,
}

impl TradingDay {
    /// Where a fund's pre-market begins: 04:00.
    pub fn pre_market_open(&self) -> Moment {
        Moment::new_york(self.date, Span::hours(4))
    }

    /// When the regular session opens.
    pub fn open(&self) -> Moment {
        Moment::new_york(self.date, self.open_since_midnight)
    }

    /// When the regular session closes.
    pub fn close(&self) -> Moment {
        Moment::new_york(self.date, self.close_since_midnight)
    }

    /// When index and ETF options stop: a quarter of an hour after the close.
    pub fn options_close(&self) -> Moment {
        self.close() + Span::minutes(15)
    }

    /// When after-hours trading ends: 20:00, or 17:00 on half days.
    pub fn after_hours_close(&self) -> Moment {
        let hours = if self.is_half_day() { 17 } else { 20 };
        Moment::new_york(self.date, Span::hours(hours))
    }

    /// Whether the regular session ends early.
    pub fn is_half_day(&self) -> bool {
        self.close_since_midnight < Span::hours(16)
    }
}

/// The trading day of `date`; nothing when the exchange stays closed.
pub fn trading_day(date: TradingDate) -> Option<TradingDay> {
    if 5 < date.weekday() {
        return None;
    }
    Some(TradingDay {
        date,
        open_since_midnight: Span::minutes(9 * 60 + 30),
        close_since_midnight: Span::hours(16),
        is_provisional: false,
    })
}

/// The last trading day before `date`.
pub fn prior_trading_day(date: TradingDate) -> TradingDay {
    let mut before = date.plus_days(-1);
    loop {
        match trading_day(before) {
            Some(day) => return day,
            None => before = before.plus_days(-1),
        }
    }
}

/// The first trading day after `date`.
pub fn next_trading_day(date: TradingDate) -> TradingDay {
    let mut after = date.plus_days(1);
    loop {
        match trading_day(after) {
            Some(day) => return day,
            None => after = after.plus_days(1),
        }
    }
}
