//! What no rule foresaw: days of mourning, terror and storms, and a few gifts of an afternoon.

use crate::{Span, TradingDate};

/// Weekdays on which the exchange stayed closed, oldest first.
const CLOSED: [TradingDate; 11] = [
    on(1994, 4, 27), // funeral of Richard Nixon
    on(2001, 9, 11), // attacks on New York
    on(2001, 9, 12),
    on(2001, 9, 13),
    on(2001, 9, 14),
    on(2004, 6, 11),  // funeral of Ronald Reagan
    on(2007, 1, 2),   // funeral of Gerald Ford
    on(2012, 10, 29), // hurricane Sandy
    on(2012, 10, 30),
    on(2018, 12, 5), // funeral of George H. W. Bush
    on(2025, 1, 9),  // funeral of Jimmy Carter
];

/// Days that ended at 13:00 by decision, not by rule, oldest first.
const ENDED_AT_ONE: [TradingDate; 3] = [
    on(1997, 12, 26), // the Friday after Christmas
    on(1999, 12, 31), // the night before the year 2000
    on(2003, 12, 26),
];

pub(super) fn is_closed(date: TradingDate) -> bool {
    CLOSED.binary_search(&date).is_ok()
}

pub(super) fn early_close(date: TradingDate) -> Option<Span> {
    ENDED_AT_ONE.contains(&date).then_some(Span::hours(13))
}

const fn on(year: i16, month: i8, day: i8) -> TradingDate {
    match TradingDate::try_new(year, month, day) {
        Some(date) => date,
        None => panic!("a row of this file is no date"),
    }
}
