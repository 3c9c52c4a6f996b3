//! Dates and times as vendors write them.

use market::{Span, TradingDate};

use super::report::{Problem, shown};

/// A point of time as a row has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Days since 1970-01-01 by the clock that wrote it.
    pub(super) date: i32,
    /// Microseconds since that date's midnight.
    pub(super) micros: i64,
    /// How far that clock is from UTC, when the row says so.
    pub(super) offset: Option<Span>,
}

/// Which of two numbers comes first in `10/07/2013`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DateOrder {
    MonthFirst,
    DayFirst,
}

impl DateOrder {
    /// The date of two numbers in this order and a year.
    pub(super) fn date(self, numbers: [u32; 3]) -> Option<TradingDate> {
        let [first, second, year] = numbers;
        let (month, day) = match self {
            Self::MonthFirst => (first, second),
            Self::DayFirst => (second, first),
        };
        let part = |number: u32| i8::try_from(number).ok();
        TradingDate::new(i16::try_from(year).ok()?, part(month)?, part(day)?).ok()
    }
}

/// Reads a date, with or without a time, or seconds since 1970.
pub(super) fn stamp(field: &[u8], order: DateOrder) -> Result<Stamp, Problem> {
    read_stamp(field, order).ok_or_else(|| {
        let why = format!("`{}` is no time: expected one like `2013-10-07 09:30`", shown(field));
        Problem::new("time", field, why)
    })
}

/// Reads a date and a time that stand in two columns.
pub(super) fn date_and_time(date: &[u8], time: &[u8], order: DateOrder) -> Result<Stamp, Problem> {
    let day = read_date(date, order).ok_or_else(|| {
        let why = format!("`{}` is no date: expected one like `2013-10-07`", shown(date));
        Problem::new("date", date, why)
    })?;
    let (micros, offset) = read_time(time).ok_or_else(|| {
        let why = format!("`{}` is no time: expected one like `09:30`", shown(time));
        Problem::new("time", time, why)
    })?;
    Ok(Stamp { date: day.epoch_days(), micros, offset })
}

/// Reads milliseconds since midnight of a date that the file's name gives.
pub(super) fn millis_of(date: TradingDate, field: &[u8]) -> Result<Stamp, Problem> {
    let millis = number(field).filter(|millis| *millis < 86_400_000);
    let Some(millis) = millis else {
        let why = format!("`{}` is no time: expected milliseconds since midnight", shown(field));
        return Err(Problem::new("time", field, why));
    };
    Ok(Stamp { date: date.epoch_days(), micros: Span::millis(millis).0, offset: None })
}

/// The three numbers of a date whose day and month may be told apart only by the whole file.
pub(super) fn numbers_of_unordered_date(field: &[u8]) -> Option<[u32; 3]> {
    let (date, _) = cut_date(field);
    let sign = date.iter().find(|byte| !byte.is_ascii_digit())?;
    if !b"/-.".contains(sign) {
        return None;
    }
    let mut parts = date.split(|byte| byte == sign);
    let parts = [parts.next()?, parts.next()?, parts.next()?, parts.next().unwrap_or(b"")];
    let [first, second, year, rest] = parts;
    let short = |part: &[u8]| (1..=2).contains(&part.len());
    if !rest.is_empty() || !short(first) || !short(second) || !matches!(year.len(), 2 | 4) {
        return None;
    }
    let read = |part| number(part).and_then(|part| u32::try_from(part).ok());
    let mut full = read(year)?;
    if year.len() == 2 {
        full += if full < 70 { 2_000 } else { 1_900 };
    }
    Some([read(first)?, read(second)?, full])
}

/// Whether a field could be the time of a row: tells a header from data.
pub(super) fn looks_like_time(field: &[u8]) -> bool {
    read_stamp(field, DateOrder::MonthFirst).is_some()
        || read_stamp(field, DateOrder::DayFirst).is_some()
}

/// Whether a field holds a time of day and nothing else.
pub(super) fn is_time_of_day(field: &[u8]) -> bool {
    field.contains(&b':') && read_time(field).is_some()
}

fn read_stamp(field: &[u8], order: DateOrder) -> Option<Stamp> {
    if field.iter().all(u8::is_ascii_digit) {
        return read_digits(field);
    }
    let (date, time) = cut_date(field);
    let date = read_date(date, order)?.epoch_days();
    match time {
        None => Some(Stamp { date, micros: 0, offset: None }),
        Some(time) => {
            let (micros, offset) = read_time(time)?;
            Some(Stamp { date, micros, offset })
        }
    }
}

/// A date before the first blank or `T`, and what follows it.
fn cut_date(field: &[u8]) -> (&[u8], Option<&[u8]>) {
    match field.iter().position(|byte| matches!(byte, b' ' | b'T' | b't')) {
        Some(at) => (&field[..at], Some(field[at + 1..].trim_ascii())),
        None => (field, None),
    }
}

/// `20131007`, the same with hours, minutes and seconds, or time since 1970 in seconds,
/// milliseconds or microseconds.
fn read_digits(field: &[u8]) -> Option<Stamp> {
    let unix = |micros: i64| {
        let date = i32::try_from(micros.div_euclid(Span::hours(24).0)).ok()?;
        let micros = micros.rem_euclid(Span::hours(24).0);
        Some(Stamp { date, micros, offset: Some(Span::ZERO) })
    };
    match field.len() {
        9 | 10 => unix(number(field)? * 1_000_000),
        13 => unix(number(field)? * 1_000),
        16 => unix(number(field)?),
        8 | 12 | 14 => {
            let date = compact_date(&field[..8])?.epoch_days();
            let micros = if field.len() == 8 { 0 } else { clock(&field[8..])? };
            Some(Stamp { date, micros, offset: None })
        }
        _ => None,
    }
}

fn read_date(date: &[u8], order: DateOrder) -> Option<TradingDate> {
    if date.len() == 8 && date.iter().all(u8::is_ascii_digit) {
        return compact_date(date);
    }
    if let Some((year, [sign, rest @ ..])) = date.split_at_checked(4)
        && b"-/.".contains(sign)
        && year.iter().all(u8::is_ascii_digit)
    {
        let mut rest = rest.split(|byte| byte == sign);
        let (month, day) = (rest.next()?, rest.next()?);
        let fits = |part: &[u8]| (1..=2).contains(&part.len());
        if rest.next().is_some() || !fits(month) || !fits(day) {
            return None;
        }
        return ymd(year, month, day);
    }
    order.date(numbers_of_unordered_date(date)?)
}

fn compact_date(date: &[u8]) -> Option<TradingDate> {
    ymd(&date[..4], &date[4..6], &date[6..])
}

fn ymd(year: &[u8], month: &[u8], day: &[u8]) -> Option<TradingDate> {
    let part = |part| number(part).and_then(|part| i8::try_from(part).ok());
    TradingDate::new(i16::try_from(number(year)?).ok()?, part(month)?, part(day)?).ok()
}

/// A time of day and, when it follows, the clock's distance from UTC.
fn read_time(time: &[u8]) -> Option<(i64, Option<Span>)> {
    let zone_at = time.iter().position(|byte| matches!(byte, b'Z' | b'z' | b'+' | b'-'));
    let (time, offset) = match zone_at {
        Some(at) => (time[..at].trim_ascii_end(), Some(read_offset(&time[at..])?)),
        None => (time, None),
    };
    let (time, half) = match time.split_last_chunk::<2>() {
        Some((time, half)) if half.eq_ignore_ascii_case(b"am") => (time.trim_ascii_end(), Some(0)),
        Some((time, half)) if half.eq_ignore_ascii_case(b"pm") => (time.trim_ascii_end(), Some(12)),
        _ => (time, None),
    };
    let mut micros = clock(time)?;
    if let Some(half) = half {
        let hour = micros / Span::hours(1).0;
        if !(1..=12).contains(&hour) {
            return None;
        }
        micros += Span::hours(half - if hour == 12 { 12 } else { 0 }).0;
    }
    Some((micros, offset))
}

fn read_offset(text: &[u8]) -> Option<Span> {
    let (sign, rest) = text.split_first()?;
    if sign.eq_ignore_ascii_case(&b'z') {
        return rest.is_empty().then_some(Span::ZERO);
    }
    let (hours, minutes) = match rest {
        [h0, h1] => ([*h0, *h1], *b"00"),
        [h0, h1, m0, m1] | [h0, h1, b':', m0, m1] => ([*h0, *h1], [*m0, *m1]),
        _ => return None,
    };
    let minutes = number(&hours)? * 60 + number(&minutes).filter(|minutes| *minutes < 60)?;
    if 15 * 60 < minutes {
        return None;
    }
    Some(Span::minutes(if *sign == b'-' { -minutes } else { minutes }))
}

/// `9:30`, `09:30:00`, `09:30:00.123`, `0930` or `093000`, in microseconds.
fn clock(time: &[u8]) -> Option<i64> {
    let (time, fraction) = match time.iter().position(|byte| *byte == b'.') {
        Some(at) => (&time[..at], &time[at + 1..]),
        None => (time, &b""[..]),
    };
    let (hours, minutes, seconds): (&[u8], &[u8], &[u8]) = match time {
        [h0, b':', m @ ..] => (std::slice::from_ref(h0), m.get(..2)?, m.get(2..)?),
        [_, _, b':', m @ ..] => (&time[..2], m.get(..2)?, m.get(2..)?),
        [_, _, _, _] => (&time[..2], &time[2..], b""),
        [_, _, _, _, _, _] => (&time[..2], &time[2..4], &time[4..]),
        _ => return None,
    };
    let seconds = match seconds {
        [] if fraction.is_empty() => 0,
        [b':', seconds @ ..] | seconds if seconds.len() == 2 => number(seconds)?,
        _ => return None,
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    if 24 <= hours || 60 <= minutes || 60 <= seconds || 9 < fraction.len() {
        return None;
    }
    let mut micros = Span::seconds((hours * 60 + minutes) * 60 + seconds).0;
    if !fraction.is_empty() {
        let shown = &fraction[..fraction.len().min(6)];
        let scale = 10_i64.pow(6 - u32::try_from(shown.len()).ok()?);
        number(fraction)?;
        micros += number(shown)? * scale;
    }
    Some(micros)
}

/// A whole number of one to eighteen digits.
fn number(field: &[u8]) -> Option<i64> {
    if !(1..=18).contains(&field.len()) {
        return None;
    }
    field.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a text is read as: date, time and offset.
    #[track_caller]
    fn check(text: &str, order: DateOrder, expected: Option<(&str, &str, Option<i64>)>) {
        let read = stamp(text.as_bytes(), order).ok().map(|stamp| {
            let seconds = Span(stamp.micros).whole_seconds();
            let (hours, rest) = (seconds / 3_600, seconds % 3_600);
            let mut time = format!("{hours:02}:{:02}:{:02}", rest / 60, rest % 60);
            let below = stamp.micros % 1_000_000;
            if below != 0 {
                time += &format!(".{below:06}");
            }
            let date = TradingDate::from_epoch_days(stamp.date).to_string();
            (date, time, stamp.offset.map(|offset| offset.whole_seconds() / 60))
        });
        let expected =
            expected.map(|(date, time, offset)| (date.to_owned(), time.to_owned(), offset));
        assert_eq!(read, expected, "{text}");
    }

    #[test]
    fn times_as_vendors_write_them() {
        use DateOrder::{DayFirst, MonthFirst};
        let day = "2013-10-07";
        for text in [
            "2013-10-07 09:30:00",
            "2013-10-07T09:30:00",
            "2013-10-07 09:30",
            "2013-10-07 9:30",
            "2013/10/07 09:30:00",
            "2013.10.07 09:30:00",
            "20131007 09:30",
            "20131007 093000",
            "20131007 0930",
            "20131007093000",
            "201310070930",
            "10/07/2013 09:30",
            "10/7/2013 9:30",
            "10/07/2013 9:30 AM",
            "10-07-2013 09:30:00",
            "10/07/13 09:30",
            "2013-10-07 09:30:00.000",
        ] {
            check(text, MonthFirst, Some((day, "09:30:00", None)));
        }
        check("07.10.2013 09:30", DayFirst, Some((day, "09:30:00", None)));
        check("2013-10-07", MonthFirst, Some((day, "00:00:00", None)));
        check("20131007 00:00", MonthFirst, Some((day, "00:00:00", None)));
        check("10/07/2013 12:05 pm", MonthFirst, Some((day, "12:05:00", None)));
        check("10/07/2013 12:05 AM", MonthFirst, Some((day, "00:05:00", None)));
        check("10/07/2013 3:59PM", MonthFirst, Some((day, "15:59:00", None)));
        check("2013-10-07T13:30:00Z", MonthFirst, Some((day, "13:30:00", Some(0))));
        check("2013-10-07T09:30:00-04:00", MonthFirst, Some((day, "09:30:00", Some(-240))));
        check("2013-10-07 19:00:00 +0530", MonthFirst, Some((day, "19:00:00", Some(330))));
        check("2013-10-07T09:30:00.25-04", MonthFirst, Some((day, "09:30:00.250000", Some(-240))));
        check("1381152600", MonthFirst, Some((day, "13:30:00", Some(0))));
        check("1381152600000", MonthFirst, Some((day, "13:30:00", Some(0))));
        check("1381152600000123", MonthFirst, Some((day, "13:30:00.000123", Some(0))));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "x",
            "2013",
            "2013-13-07",
            "2013-02-30",
            "2013-10-07 25:00",
            "2013-10-07 09:60",
            "2013-10-07 09:30:60",
            "2013-10-07 9",
            "2013-10-07 09:3",
            "2013-10-07 09:30:0",
            "2013-10-07 13:30 PM",
            "2013-10-07 0:30 AM",
            "2013-10-07T09:30:00+16:00",
            "2013-10-07T09:30:00Zx",
            "2013-10-07-01",
            "13/13/2013",
            "10/07/013",
            "9:30",
            "09:30:00",
            "2013-10-07 09:30.5",
            "30600000",
            "1674300",
            "167.43",
            "-1381152600",
            "2013-10/07",
        ] {
            check(text, DateOrder::MonthFirst, None);
        }
        let why = stamp(b"9:30", DateOrder::MonthFirst).unwrap_err().why;
        assert_eq!(why, "`9:30` is no time: expected one like `2013-10-07 09:30`");
    }

    proptest! {
        #[test]
        fn no_bytes_stop_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = stamp(&bytes, DateOrder::MonthFirst);
            let _ = date_and_time(&bytes, &bytes, DateOrder::DayFirst);
        }

        #[test]
        fn no_text_like_a_time_stops_the_reader(text in "[-+0-9/:. TZapm]{0,30}") {
            let _ = stamp(text.as_bytes(), DateOrder::DayFirst);
            let _ = date_and_time(text.as_bytes(), text.as_bytes(), DateOrder::MonthFirst);
        }
    }
}
