//! The exchange's calendar (XNYS): on which dates it opens and until when.
//!
//! Holidays and half days follow the exchange's rules, each from the year it began; what no rule
//! foresaw is a row in [`closures`]. Unplanned halts inside a session (snow, circuit breakers) do
//! not shorten a day here: its official close is still the last price of that day.

mod closures;
mod rules;

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
    /// When the regular session closes, since midnight in New York: 16:00, on half days 13:00
    /// (14:00 until 1992).
    pub close_since_midnight: Span,
    /// True outside the known years: by the published rules only, and never to move a level.
    pub is_provisional: bool,
}

impl TradingDay {
    /// Where a fund's pre-market begins: 04:00.
    pub fn pre_market_open(&self) -> Moment {
        Moment::new_york(self.date, Self::PRE_MARKET_SINCE_MIDNIGHT)
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
        Moment::new_york(self.date, self.after_hours_since_midnight())
    }

    /// Whether the regular session ends early.
    pub fn is_half_day(&self) -> bool {
        self.close_since_midnight < Span::hours(16)
    }

    pub(crate) const PRE_MARKET_SINCE_MIDNIGHT: Span = Span::hours(4);

    pub(crate) fn after_hours_since_midnight(&self) -> Span {
        Span::hours(if self.is_half_day() { 17 } else { 20 })
    }
}

/// The trading day of `date`; nothing when the exchange stays closed.
pub fn trading_day(date: TradingDate) -> Option<TradingDay> {
    if 5 < date.weekday() || rules::is_holiday(date) || closures::is_closed(date) {
        return None;
    }
    let early = rules::early_close(date).or_else(|| closures::early_close(date));
    let (year, _, _) = date.year_month_day();
    Some(TradingDay {
        date,
        open_since_midnight: Span::minutes(9 * 60 + 30),
        close_since_midnight: early.unwrap_or(Span::hours(16)),
        is_provisional: !(CALENDAR_FIRST..=CALENDAR_LAST).contains(&year),
    })
}

/// The last trading day before `date`.
pub fn prior_trading_day(date: TradingDate) -> TradingDay {
    nearest_trading_day(date, -1)
}

/// The first trading day after `date`.
pub fn next_trading_day(date: TradingDate) -> TradingDay {
    nearest_trading_day(date, 1)
}

fn nearest_trading_day(date: TradingDate, step: i32) -> TradingDay {
    let mut days = date.epoch_days();
    loop {
        days += step;
        if let Some(day) = trading_day(TradingDate::unbounded(days)) {
            return day;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> TradingDate {
        text.parse().unwrap()
    }

    fn closes(text: &str) -> String {
        let Some(day) = trading_day(date(text)) else { return "closed".to_owned() };
        let minutes = day.close_since_midnight.whole_seconds() / 60;
        let provisional = if day.is_provisional { " provisional" } else { "" };
        format!("{:02}:{:02}{provisional}", minutes / 60, minutes % 60)
    }

    #[track_caller]
    fn check(cases: &[(&str, &str)]) {
        for (text, expected) in cases {
            assert_eq!(closes(text), *expected, "{text}");
        }
    }

    #[test]
    fn a_holiday_moves_to_the_nearest_weekday_except_new_year() {
        check(&[
            ("2022-12-26", "closed"), // Christmas on a Sunday
            ("2027-12-24", "closed"), // Christmas on a Saturday
            ("2020-07-03", "closed"),
            ("2021-07-05", "closed"),
            ("2023-01-02", "closed"),
            ("2021-12-31", "16:00"), // New Year on a Saturday moves nothing
            ("2022-01-03", "16:00"),
            ("2022-06-20", "closed"),
            ("2027-06-18", "closed"),
        ]);
    }

    #[test]
    fn a_holiday_begins_in_its_first_year() {
        check(&[
            ("1997-01-20", "16:00"), // Martin Luther King's day, since 1998
            ("1998-01-19", "closed"),
            ("2021-06-18", "16:00"), // Juneteenth, since 2022
            ("2023-06-19", "closed"),
        ]);
    }

    #[test]
    fn half_days() {
        check(&[
            ("1990-12-24", "14:00"),
            ("1991-11-29", "16:00"),
            ("1992-11-27", "14:00"),
            ("1994-07-05", "16:00"),
            ("2002-07-03", "16:00"), // until 2012 the Friday after a Thursday 4 July
            ("2002-07-05", "13:00"),
            ("2013-07-03", "13:00"), // since 2013 the Wednesday before it
            ("2013-07-05", "16:00"),
            ("2026-07-02", "16:00"), // the 3rd is the holiday itself
            ("2003-12-26", "13:00"),
            ("2008-12-26", "16:00"),
            ("2015-12-24", "13:00"),
            ("2023-07-03", "13:00"),
            ("2027-11-26", "13:00"),
        ]);
    }

    #[test]
    fn closures_no_rule_foresaw() {
        check(&[
            ("1994-04-27", "closed"),
            ("2001-09-10", "16:00"),
            ("2001-09-11", "closed"),
            ("2001-09-14", "closed"),
            ("2001-09-17", "16:00"),
            ("2012-10-30", "closed"),
            ("2025-01-09", "closed"),
        ]);
    }

    #[test]
    fn outside_the_known_years_the_rules_still_hold_and_say_so() {
        check(&[
            ("1989-12-29", "16:00 provisional"),
            ("1990-01-02", "16:00"),
            ("2027-12-31", "16:00"),
            ("2028-01-03", "16:00 provisional"),
            ("2028-07-03", "13:00 provisional"),
            ("2028-07-04", "closed"),
            ("2028-04-14", "closed"), // Good Friday
            ("2029-11-23", "13:00 provisional"),
            ("2038-04-23", "closed"), // the latest Good Friday there is
        ]);
    }

    #[test]
    fn neighbours_skip_what_is_closed() {
        assert_eq!(prior_trading_day(date("2024-07-08")).date, date("2024-07-05"));
        assert_eq!(prior_trading_day(date("2024-07-05")).date, date("2024-07-03"));
        assert_eq!(next_trading_day(date("2001-09-10")).date, date("2001-09-17"));
        assert_eq!(next_trading_day(date("2021-04-01")).date, date("2021-04-05"));
    }

    #[test]
    fn a_search_ends_at_the_edges_of_time() {
        assert_eq!(prior_trading_day(TradingDate::FIRST).date.to_string(), "1899-12-29");
        assert_eq!(next_trading_day(TradingDate::LAST).date.to_string(), "2201-01-02");
        prior_trading_day(TradingDate::FIRST).open();
        next_trading_day(TradingDate::LAST).after_hours_close();
    }

    #[test]
    fn the_marks_of_a_whole_and_a_half_day() {
        let wall = |moment: Moment| {
            let minutes = moment.wall_time().since_midnight.whole_seconds() / 60;
            format!("{:02}:{:02}", minutes / 60, minutes % 60)
        };
        for (text, marks) in [
            ("2023-07-05", ["04:00", "09:30", "16:00", "16:15", "20:00"]),
            ("2023-07-03", ["04:00", "09:30", "13:00", "13:15", "17:00"]),
            ("1992-12-24", ["04:00", "09:30", "14:00", "14:15", "17:00"]),
        ] {
            let day = trading_day(date(text)).unwrap();
            let actual = [
                wall(day.pre_market_open()),
                wall(day.open()),
                wall(day.close()),
                wall(day.options_close()),
                wall(day.after_hours_close()),
            ];
            assert_eq!(actual, marks, "{text}");
            assert_eq!(day.is_half_day(), marks[2] != "16:00");
        }
    }
}
