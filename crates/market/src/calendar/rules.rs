//! The exchange's own rules: which dates are holidays, and which days end early.

use crate::{Span, TradingDate};

const MONDAY: i32 = 1;
const WEDNESDAY: i32 = 3;
const THURSDAY: i32 = 4;
const FRIDAY: i32 = 5;

/// Whether a weekday is a holiday by rule.
pub(super) fn is_holiday(date: TradingDate) -> bool {
    let (year, month, day) = date.year_month_day();
    let weekday = date.weekday();
    // A holiday on Saturday is kept on Friday, one on Sunday on Monday.
    let is_kept = |holiday: i8| {
        day == holiday
            || weekday == FRIDAY && day == holiday - 1
            || weekday == MONDAY && day == holiday + 1
    };
    let is_third_monday = weekday == MONDAY && (15..=21).contains(&day);
    match month {
        // New Year's Day on a Saturday is not kept on Friday: the year's books close that day.
        1 => is_kept(1) || 1998 <= year && is_third_monday,
        2 => is_third_monday,
        3 | 4 => weekday == FRIDAY && is_good_friday(year, month, day),
        5 => weekday == MONDAY && 25 <= day,
        6 => 2022 <= year && is_kept(19),
        7 => is_kept(4),
        9 => weekday == MONDAY && day <= 7,
        11 => weekday == THURSDAY && (22..=28).contains(&day),
        12 => is_kept(25),
        _ => false,
    }
}

/// When a trading day ends, if a rule ends it early.
pub(super) fn early_close(date: TradingDate) -> Option<Span> {
    let (year, month, day) = date.year_month_day();
    let weekday = date.weekday();
    let is_early = match (month, day) {
        // Around Independence Day since 1995: the day before it, if that is open. Until 2012 a
        // Thursday holiday shortened the Friday after instead.
        (7, 3) => 1995 <= year && (weekday != WEDNESDAY || 2013 <= year),
        (7, 5) => (1995..=2012).contains(&year) && weekday == FRIDAY,
        // The day after Thanksgiving.
        (11, 23..=29) => 1992 <= year && weekday == FRIDAY,
        (12, 24) => 1990 <= year,
        _ => false,
    };
    let hour = if year < 1993 { 14 } else { 13 };
    is_early.then_some(Span::hours(hour))
}

/// Two days before Easter, which the Gregorian computus finds.
fn is_good_friday(year: i16, month: i8, day: i8) -> bool {
    let year = i32::from(year);
    let golden = year % 19;
    let century = year / 100;
    let epact = (century - century / 4 - (8 * century + 13) / 25 + 19 * golden + 15).rem_euclid(30);
    let full_moon = epact - (epact / 28) * (1 - (29 / (epact + 1)) * ((21 - golden) / 11));
    let sunday = (year + year / 4 + full_moon + 2 - century + century / 4).rem_euclid(7);
    // Days from 28 March to Easter, so from 26 March to Good Friday.
    let offset = full_moon - sunday;
    let since_march = if month == 4 { i32::from(day) + 31 } else { i32::from(day) };
    since_march == 26 + offset
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Easter by another computus (Meeus, Jones and Butcher).
    fn easter(year: i32) -> TradingDate {
        let (a, b, c) = (year % 19, year / 100, year % 100);
        let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
        let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
        let m = (a + 11 * h + 22 * l) / 451;
        let n = h + l - 7 * m + 114;
        let number = |n: i32| i8::try_from(n).unwrap();
        TradingDate::new(i16::try_from(year).unwrap(), number(n / 31), number(n % 31 + 1)).unwrap()
    }

    #[test]
    fn good_friday_is_two_days_before_easter() {
        for year in 1900..=2200 {
            let friday = easter(year).plus_days(-2);
            let first = TradingDate::new(i16::try_from(year).unwrap(), 3, 1).unwrap();
            for days in 0..61 {
                let date = first.plus_days(days);
                assert_eq!(is_holiday(date), date == friday, "{date}");
            }
        }
    }
}
