//! Puts the rows of a file together: what their times mean, which lie outside the exchange's
//! hours, which contradict each other.

use std::collections::BTreeMap;

use market::{Bar, BarHours, BarSpan, Moment, Span, TradingDate, trading_day};

use super::days::{Days, clock_text, wall_text};
use super::gaps::report_gaps;
use super::report::Problem;
use super::rows::{Found, Read, row_name};
use super::span::{minutes_text, span_of};
use super::stamps::shift;
use super::{ImportError, ImportOptions, ImportedBars};

pub(super) fn assemble(
    mut read: Read,
    options: &ImportOptions,
) -> Result<ImportedBars, ImportError> {
    if read.found.is_empty() {
        let span = options.span.unwrap_or(BarSpan::M1);
        let report = read.report.finish();
        return Ok(ImportedBars { bars: Vec::new(), span, hours: hours_of(span), report });
    }
    sort_by_time(&mut read);
    let span = span_of(&read, options.span)?;
    read.report.note(format!("each bar lasts {span}"));
    let rows = std::mem::take(&mut read.found);
    match span.intraday() {
        None => keep_trading_days(&mut read, rows)?,
        Some(length) => keep_hours(&mut read, rows, options, length)?,
    }
    read.found.sort_by_key(|found| found.bar.start);
    let bars = distinct(&mut read);
    read.report.accepted = bars.len() as u64;
    let bars = if read.is_seconds { fold_minutes(&bars) } else { bars };
    report_gaps(&bars, span, &mut read.report);
    Ok(ImportedBars { bars, span, hours: hours_of(span), report: read.report.finish() })
}

fn hours_of(span: BarSpan) -> BarHours {
    if span == BarSpan::Day { BarHours::Regular } else { BarHours::Extended }
}

fn sort_by_time(read: &mut Read) {
    let found = &mut read.found;
    if found.is_sorted_by_key(|found| found.bar.start) {
        return;
    }
    if found.is_sorted_by_key(|found| std::cmp::Reverse(found.bar.start)) {
        read.report.note("rows are newest first: turned round");
        found.reverse();
    } else {
        read.report.note("rows are not in order of time: sorted");
        found.sort_by_key(|found| found.bar.start);
    }
}

/// Daily bars begin with the regular session, whatever time their vendor gave them.
fn keep_trading_days(read: &mut Read, rows: Vec<Found>) -> Result<(), ImportError> {
    let count = rows.len();
    for mut found in rows {
        let date = TradingDate::from_epoch_days(found.date);
        match trading_day(date) {
            Some(day) if date.epoch_days() == found.date => {
                found.bar.start = day.open();
                read.found.push(found);
            }
            _ => read.refuse(&found, || {
                let why = format!("the exchange was closed on {date}");
                Problem::new("time", date.to_string().as_bytes(), why)
            }),
        }
    }
    if 2 * read.found.len() < count {
        let outside = count - read.found.len();
        return Err(ImportError::Zone(format!(
            "the exchange was closed on the days of {outside} of {count} rows: these are no bars \
             of a market in New York",
        )));
    }
    Ok(())
}

/// Moves times to starts and refuses what lies outside the exchange's hours.
fn keep_hours(
    read: &mut Read,
    mut rows: Vec<Found>,
    options: &ImportOptions,
    length: Span,
) -> Result<(), ImportError> {
    let step = if read.is_seconds { Span::seconds(1) } else { length };
    let said = match options.stamps {
        super::Stamps::Detect if read.is_lean => super::Stamps::Start,
        said => said,
    };
    let shift = shift(&rows, said, step, &mut read.report)?;
    for found in &mut rows {
        found.bar.start = Moment(found.bar.start.0 - shift.0);
    }
    check_hours(&rows, length, &read.zone)?;
    let grid = if read.is_seconds { step } else { length.min(Span::minutes(30)) };
    let (count, mut outside) = (rows.len(), 0);
    let mut days = Days::default();
    for found in rows {
        let start = found.bar.start;
        let day = days.around(start);
        let is_open = day.trading.is_some_and(|hours| {
            hours.pre_market_open < start + length && start < hours.after_hours_close
        });
        if is_open && day.since_midnight(start).0 % grid.0 == 0 {
            read.found.push(found);
            continue;
        }
        outside += usize::from(!is_open);
        read.refuse(&found, || out_of_place(start, day.trading.is_some(), is_open, length));
    }
    if count < 2 * outside {
        return Err(ImportError::Zone(format!(
            "{outside} of {count} rows fall outside 04:00 to 20:00 of trading days in New York, \
             read as {}: pass the file's own zone with `--zone`",
            read.zone,
        )));
    }
    Ok(())
}

fn out_of_place(start: Moment, is_trading_day: bool, is_open: bool, length: Span) -> Problem {
    let wall = start.wall_time();
    let text = wall_text(start);
    if is_open {
        let why = format!("{text} is no start of a bar of {}", minutes_text(length));
        return Problem::new("time", text.as_bytes(), why)
            .with_remedy("say what times mark with `--stamps start` or `--stamps end`");
    }
    let why = if is_trading_day {
        format!("the exchange was closed at {} in New York", clock_text(wall.since_midnight))
    } else {
        format!("the exchange was closed on {}", wall.date)
    };
    Problem::new("time", text.as_bytes(), why).with_remedy("is `--zone` right?")
}

/// What a day's first bar says of the zone that its file was written in, in minutes since midnight.
const BEGINNINGS: [(i64, &str); 8] = [
    (510, "America/Chicago"),
    (450, "America/Denver"),
    (390, "America/Los_Angeles"),
    (810, "UTC"),
    (870, "UTC"),
    (930, "Europe/Berlin"),
    (180, "America/Chicago"),
    (480, "UTC"),
];

/// Refuses days that are as long as the exchange's but begin at another hour: an hour off, every
/// row would pass for a trade of some session, and every level would be wrong.
fn check_hours(rows: &[Found], length: Span, zone: &str) -> Result<(), ImportError> {
    if Span::minutes(30) < length {
        return Ok(());
    }
    let (mut days, mut count) = (Days::default(), 0_usize);
    let mut odd: BTreeMap<(Span, Span), usize> = BTreeMap::new();
    let mut rest = rows;
    while let Some(first) = rest.first() {
        let day = days.around(first.bar.start);
        let end = rest.partition_point(|row| days.around(row.bar.start).date == day.date);
        let (today, later) = rest.split_at(end);
        rest = later;
        let (Some(hours), Some(last)) = (day.trading, today.last()) else { continue };
        count += 1;
        let began = day.since_midnight(first.bar.start);
        let ended = Span(day.since_midnight(last.bar.start).0 + length.0);
        let lasted = Span(ended.0 - began.0);
        let near = |one: Span, other: Span| (one.0 - other.0).abs() <= Span::minutes(35).0;
        let open = day.since_midnight(hours.open);
        let pre_market_open = day.since_midnight(hours.pre_market_open);
        let is_regular = near(lasted, hours.length()) && !near(began, open);
        let is_extended = Span::minutes(900) <= lasted;
        if (is_regular || is_extended) && !near(began, pre_market_open) {
            *odd.entry((began, ended)).or_default() += 1;
        }
    }
    let Some(((began, ended), _)) = odd.iter().max_by_key(|(_, days)| **days) else {
        return Ok(());
    };
    if 2 * odd.values().sum::<usize>() <= count {
        return Ok(());
    }
    let minute = began.whole_seconds() / 60;
    let hint = BEGINNINGS.iter().find(|(beginning, _)| (beginning - minute).abs() <= 5);
    let remedy = match hint {
        Some((_, name)) => format!("perhaps with `--zone {name}`"),
        None => "with `--zone`".to_owned(),
    };
    Err(ImportError::Zone(format!(
        "days last from {} to {} when read as {zone}, which are not the exchange's hours: pass the \
         file's own zone, {remedy}",
        clock_text(*began),
        clock_text(*ended),
    )))
}

/// One bar for each start: equal rows are counted, rows that contradict each other are refused,
/// because nobody knows which of them is right.
fn distinct(read: &mut Read) -> Vec<Bar> {
    let found = std::mem::take(&mut read.found);
    let mut bars = Vec::with_capacity(found.len());
    for same in found.chunk_by(|one, other| one.bar.start == other.bar.start) {
        let (first, others) = same.split_first().expect("a chunk holds a row");
        match others.iter().find(|other| other.bar != first.bar) {
            None => {
                read.report.duplicates += others.len() as u64;
                bars.push(first.bar);
            }
            Some(other) => {
                for one in same {
                    let rival = if one.bar == first.bar { other } else { first };
                    let text = wall_text(one.bar.start);
                    let why = format!("{} has other figures for {text}", row_name(read, rival));
                    read.refuse(one, || Problem::new("time", text.as_bytes(), why));
                }
            }
        }
    }
    bars
}

/// Seconds into minutes: what happened in a second happened in its minute.
fn fold_minutes(seconds: &[Bar]) -> Vec<Bar> {
    let mut minutes: Vec<Bar> = Vec::new();
    for second in seconds {
        let start = second.start.minute_start();
        match minutes.last_mut() {
            Some(minute) if minute.start == start => minute.absorb(second),
            _ => minutes.push(Bar { start, ..*second }),
        }
    }
    minutes
}
