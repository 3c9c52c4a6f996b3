//! Calendar dates of the exchange, in New York.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A calendar date in New York: days since 1970-01-01, within the years 1900 to 2200. Whether the
/// exchange opens on it is the calendar's business ([`crate::trading_day`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TradingDate(i32);

/// A text that is no date.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a date between 1900 and 2200: expected one like `2024-02-05`")]
pub struct BadDate(String);

impl TradingDate {
    /// The first date there is: 1900-01-01.
    pub const FIRST: Self = Self(days_of(1900, 1, 1));
    /// The last date there is: 2200-12-31.
    pub const LAST: Self = Self(days_of(2200, 12, 31));

    /// The date of a year (1900–2200), month (1–12) and day (1–31), if there is one.
    pub fn new(year: i16, month: i8, day: i8) -> Result<Self, BadDate> {
        Self::try_new(year, month, day)
            .ok_or_else(|| BadDate(format!("{year:04}-{month:02}-{day:02}")))
    }

    /// As [`Self::new`], for tables that are checked when they are compiled.
    pub(crate) const fn try_new(year: i16, month: i8, day: i8) -> Option<Self> {
        let exists = 1900 <= year
            && year <= 2200
            && 1 <= month
            && month <= 12
            && 1 <= day
            && day <= days_in_month(year, month);
        if exists { Some(Self(days_of(year, month, day))) } else { None }
    }

    /// The date `n` days after 1970-01-01; [`Self::FIRST`] or [`Self::LAST`] when that lies beyond.
    pub const fn from_epoch_days(n: i32) -> Self {
        if n < Self::FIRST.0 {
            Self::FIRST
        } else if Self::LAST.0 < n {
            Self::LAST
        } else {
            Self(n)
        }
    }

    /// Days since 1970-01-01.
    pub const fn epoch_days(self) -> i32 {
        self.0
    }

    /// The date `n` calendar days later, or earlier when `n` is negative; stops at
    /// [`Self::FIRST`] and [`Self::LAST`].
    pub const fn plus_days(self, n: i32) -> Self {
        Self::from_epoch_days(self.0.saturating_add(n))
    }

    /// 1 for Monday to 7 for Sunday.
    pub const fn weekday(self) -> i32 {
        // 1970-01-01 was a Thursday.
        (self.0 + 3).rem_euclid(7) + 1
    }

    /// The Monday of this date's week.
    pub const fn week_start(self) -> Self {
        Self::from_epoch_days(self.0 - (self.weekday() - 1))
    }

    /// Year, month (1–12), day (1–31).
    #[expect(clippy::cast_possible_truncation, reason = "years stay within 1900 to 2200")]
    pub const fn year_month_day(self) -> (i16, i8, i8) {
        // Years are counted from 0000-03-01, so that a leap day is the last of its year: eras of
        // 400 years are then all alike (146,097 days).
        let days = self.0 + DAYS_TO_1970;
        let era = days.div_euclid(DAYS_IN_ERA);
        let day_of_era = days.rem_euclid(DAYS_IN_ERA);
        let leaps = day_of_era / 1_460 - day_of_era / 36_524 + day_of_era / 146_096;
        let year_of_era = (day_of_era - leaps) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = era * 400 + year_of_era + (month <= 2) as i32;
        (year as i16, month as i8, day as i8)
    }

    /// The first of this date's month.
    pub const fn month_start(self) -> Self {
        let (_, _, day) = self.year_month_day();
        Self(self.0 - day as i32 + 1)
    }

    /// As [`Self::from_epoch_days`], but free to step over the edges: a search for the nearest
    /// trading day must end there too.
    pub(crate) const fn unbounded(n: i32) -> Self {
        Self(n)
    }
}

/// Days in 400 years.
const DAYS_IN_ERA: i32 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const DAYS_TO_1970: i32 = 719_468;

/// Days since 1970-01-01; the inverse of [`TradingDate::year_month_day`].
const fn days_of(year: i16, month: i8, day: i8) -> i32 {
    let (month, day) = (month as i32, day as i32);
    let year = year as i32 - (month <= 2) as i32;
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * DAYS_IN_ERA + day_of_era - DAYS_TO_1970
}

const fn days_in_month(year: i16, month: i8) -> i8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for TradingDate {
    /// As `2024-02-05`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.year_month_day();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for TradingDate {
    type Err = BadDate;

    /// Reads `2024-02-05` and nothing else.
    fn from_str(text: &str) -> Result<Self, BadDate> {
        let bad = || BadDate(text.chars().take(24).collect());
        let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = *text.as_bytes() else {
            return Err(bad());
        };
        let digits = [y0, y1, y2, y3, m0, m1, d0, d1];
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(bad());
        }
        let [y0, y1, y2, y3, m0, m1, d0, d1] = digits.map(|digit| digit - b'0');
        let year = i16::from(y0) * 1_000 + i16::from(y1) * 100 + i16::from(y2 * 10 + y3);
        let (month, day) = (m0 * 10 + m1, d0 * 10 + d1);
        Self::new(year, month.cast_signed(), day.cast_signed()).map_err(|_| bad())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, epoch_days: i32, weekday: i32) {
        let date: TradingDate = text.parse().unwrap();
        assert_eq!(date.epoch_days(), epoch_days);
        assert_eq!(date.weekday(), weekday);
        assert_eq!(date.to_string(), text);
    }

    #[test]
    fn known_dates() {
        check("1970-01-01", 0, 4);
        check("1969-12-31", -1, 3);
        check("1900-01-01", -25_567, 1);
        check("1900-03-01", -25_508, 4);
        check("2000-02-29", 11_016, 2);
        check("2013-10-07", 15_985, 1);
        check("2024-02-29", 19_782, 4);
        check("2200-12-31", 84_370, 3);
    }

    #[test]
    fn every_date_there_is_agrees_with_jiff_and_comes_back() {
        let mut civil = jiff::civil::date(1900, 1, 1);
        let mut before: Option<TradingDate> = None;
        while civil <= jiff::civil::date(2200, 12, 31) {
            let date = TradingDate::new(civil.year(), civil.month(), civil.day()).unwrap();
            assert_eq!(date.year_month_day(), (civil.year(), civil.month(), civil.day()));
            assert_eq!(date.weekday(), i32::from(civil.weekday().to_monday_one_offset()));
            assert_eq!(date.to_string().parse(), Ok(date));
            assert_eq!(date.month_start().to_string(), civil.first_of_month().to_string());
            if let Some(before) = before {
                assert_eq!(before.plus_days(1), date);
            }
            before = Some(date);
            civil = civil.tomorrow().unwrap();
        }
        assert_eq!(before, Some(TradingDate::LAST));
    }

    #[test]
    fn what_is_no_date_is_refused_by_its_text() {
        for text in [
            "",
            "2024",
            "2024-2-5",
            "2024-02-30",
            "2023-02-29",
            "1900-02-29",
            "2024-13-01",
            "2024-00-10",
            "2024-01-00",
            "2024/02/05",
            "20240205",
            "20240205T0",
            "2024-02-05 ",
            " 2024-02-05",
            "1899-12-31",
            "2201-01-01",
            "+024-02-05",
            "2024-02-0x",
            "２０２４",
            "2024–02-5",
        ] {
            let refusal = text.parse::<TradingDate>().unwrap_err().to_string();
            assert!(refusal.starts_with(&format!("`{text}` is not a date")), "{refusal}");
        }
        assert!("9".repeat(1_000).parse::<TradingDate>().unwrap_err().to_string().len() < 120);
        assert!(TradingDate::new(2024, -1, 5).is_err());
        assert!(TradingDate::new(i16::MIN, 1, 1).is_err());
    }

    #[test]
    fn arithmetic_stops_at_the_edges() {
        assert_eq!(TradingDate::from_epoch_days(i32::MAX), TradingDate::LAST);
        assert_eq!(TradingDate::from_epoch_days(i32::MIN), TradingDate::FIRST);
        assert_eq!(TradingDate::LAST.plus_days(i32::MAX), TradingDate::LAST);
        assert_eq!(TradingDate::FIRST.plus_days(i32::MIN), TradingDate::FIRST);
        assert_eq!(TradingDate::FIRST.week_start(), TradingDate::FIRST);
    }

    #[test]
    fn a_week_starts_on_monday() {
        for (text, monday) in [
            ("2024-02-05", "2024-02-05"),
            ("2024-02-09", "2024-02-05"),
            ("2024-02-11", "2024-02-05"),
            ("2023-01-01", "2022-12-26"),
            ("1969-12-31", "1969-12-29"),
        ] {
            assert_eq!(text.parse::<TradingDate>().unwrap().week_start().to_string(), monday);
        }
    }

    #[test]
    fn serde_uses_the_same_door() {
        let date: TradingDate = serde_json::from_str("\"2024-02-05\"").unwrap();
        assert_eq!(serde_json::to_string(&date).unwrap(), "\"2024-02-05\"");
        for text in ["\"2024-02-30\"", "19758", "\"\"", "null"] {
            assert!(serde_json::from_str::<TradingDate>(text).is_err(), "{text}");
        }
    }
}
