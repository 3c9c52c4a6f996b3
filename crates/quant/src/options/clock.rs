//! Time to expiry, by the calendar and by trading.

use market::{Moment, Phase, next_trading_day, session_clock};

const MICROS_PER_YEAR: f64 = 365.0 * 86_400.0 * 1e6;

/// Calendar years from one moment to another, of 365 days, to the second.
pub fn years_between(from: Moment, until: Moment) -> f64 {
    (until - from).whole_seconds() as f64 * 1e6 / MICROS_PER_YEAR
}

/// Trading years from one moment to another: minutes of regular sessions, of which a year has
/// 252 × 390.
pub fn trading_years_between(from: Moment, until: Moment) -> f64 {
    let clock = session_clock(from);
    let mut day =
        if clock.phase == Phase::AfterHours { next_trading_day(clock.day.date) } else { clock.day };
    let mut micros = 0;
    while day.open() < until {
        let (open, close) = (day.open().max(from), day.close().min(until));
        micros += (close - open).0.max(0);
        day = next_trading_day(day.date);
    }
    micros as f64 / (60e6 * 390.0 * 252.0)
}
