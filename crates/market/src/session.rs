//! Which session a moment lies in, and when the next begins.

use serde::{Deserialize, Serialize};

use crate::{Moment, TradingDate, TradingDay, next_trading_day, prior_trading_day, trading_day};

/// Part of an exchange's day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Phase {
    /// 04:00 to 09:30: funds trade, indices stand still.
    PreMarket,
    /// 09:30 to 16:00 (13:00 on half days).
    Regular,
    /// From the close to 20:00 (17:00 on half days).
    AfterHours,
    /// Nights, weekends and holidays.
    Closed,
}

/// Where a moment lies in the exchange's day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionClock {
    /// The part of the day.
    pub phase: Phase,
    /// When this part began.
    pub began: Moment,
    /// When this part ends and the next begins.
    pub ends: Moment,
    /// The trading day that the moment belongs to: today's, or the next one while closed.
    pub day: TradingDay,
}

/// Where `now` lies in the exchange's day.
pub fn session_clock(now: Moment) -> SessionClock {
    let date = now.wall_time().date;
    let today = trading_day(date);
    if let Some(day) = today {
        let marks = [
            (Phase::PreMarket, day.pre_market_open(), day.open()),
            (Phase::Regular, day.open(), day.close()),
            (Phase::AfterHours, day.close(), day.after_hours_close()),
        ];
        for (phase, began, ends) in marks {
            if began <= now && now < ends {
                return SessionClock { phase, began, ends, day };
            }
        }
    }
    closed(date, now, today)
}

fn closed(date: TradingDate, now: Moment, today: Option<TradingDay>) -> SessionClock {
    let before_open = today.filter(|day| now < day.pre_market_open());
    let next = before_open.unwrap_or_else(|| next_trading_day(date));
    let before = match (before_open, today) {
        (None, Some(day)) => day,
        _ => prior_trading_day(date),
    };
    SessionClock {
        phase: Phase::Closed,
        began: before.after_hours_close(),
        ends: next.pre_market_open(),
        day: next,
    }
}
