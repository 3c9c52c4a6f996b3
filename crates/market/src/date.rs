//! Calendar dates of the exchange, in New York.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A calendar date in New York: days since 1970-01-01. Whether the exchange opens on it is the
/// calendar's business ([`crate::trading_day`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TradingDate(i32);

/// A text that is no date.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a date: expected one like `2024-02-05`")]
pub struct BadDate(String);

impl TradingDate {
    /// The date of a year, month (1–12) and day (1–31), if there is one.
    pub fn new(year: i16, month: i8, day: i8) -> Result<Self, BadDate> {
        jiff::civil::Date::new(year, month, day)
            .map(Self::from_civil)
            .map_err(|_| BadDate(format!("{year}-{month}-{day}")))
    }

    /// The date `n` days after 1970-01-01.
    pub const fn from_epoch_days(n: i32) -> Self {
        Self(n)
    }

    /// Days since 1970-01-01.
    pub const fn epoch_days(self) -> i32 {
        self.0
    }

    /// The date `n` calendar days later, or earlier when `n` is negative.
    pub const fn plus_days(self, n: i32) -> Self {
        Self(self.0 + n)
    }

    /// 1 for Monday to 7 for Sunday.
    pub const fn weekday(self) -> i32 {
        // 1970-01-01 was a Thursday.
        (self.0 + 3).rem_euclid(7) + 1
    }

    /// The Monday of this date's week.
    pub const fn week_start(self) -> Self {
        Self(self.0 - (self.weekday() - 1))
    }

    /// Year, month (1–12), day (1–31).
    pub fn year_month_day(self) -> (i16, i8, i8) {
        let date = self.civil();
        (date.year(), date.month(), date.day())
    }

    /// The first of this date's month.
    pub fn month_start(self) -> Self {
        let (_, _, day) = self.year_month_day();
        Self(self.0 - i32::from(day) + 1)
    }

    pub(crate) fn from_civil(date: jiff::civil::Date) -> Self {
        Self((date - jiff::civil::date(1970, 1, 1)).get_days())
    }

    pub(crate) fn civil(self) -> jiff::civil::Date {
        jiff::civil::date(1970, 1, 1) + jiff::Span::new().days(self.0)
    }
}

impl fmt::Display for TradingDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.year_month_day();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for TradingDate {
    type Err = BadDate;

    fn from_str(text: &str) -> Result<Self, BadDate> {
        let bad = || BadDate(text.chars().take(24).collect());
        let date: jiff::civil::Date = match text.len() {
            10 => text.parse().map_err(|_| bad())?,
            _ => return Err(bad()),
        };
        if !(1900..=2200).contains(&date.year()) {
            return Err(bad());
        }
        Ok(Self::from_civil(date))
    }
}

impl TryFrom<String> for TradingDate {
    type Error = BadDate;

    fn try_from(text: String) -> Result<Self, BadDate> {
        text.parse()
    }
}

impl From<TradingDate> for String {
    fn from(date: TradingDate) -> Self {
        date.to_string()
    }
}
