//! Whether times mark the start or the end of a bar.

use std::fmt;
use std::str::FromStr;

use market::Span;

use super::days::Days;
use super::report::ImportReport;
use super::rows::Found;
use super::{ImportError, unreadable};

/// What the time of a row marks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stamps {
    /// Found out: days that run from 09:31 to 16:00 are stamped with the end of each minute.
    #[default]
    Detect,
    /// The start of the bar.
    Start,
    /// The end of the bar.
    End,
}

/// A text that names no kind of stamp.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no kind of stamp: expected `start` or `end`")]
pub struct BadStamps(String);

impl FromStr for Stamps {
    type Err = BadStamps;

    fn from_str(text: &str) -> Result<Self, BadStamps> {
        match text {
            "start" => Ok(Self::Start),
            "end" => Ok(Self::End),
            _ => Err(BadStamps(text.chars().take(24).collect())),
        }
    }
}

impl fmt::Display for Stamps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Detect => "detect",
            Self::Start => "start",
            Self::End => "end",
        })
    }
}

/// A few odd days in a long file decide nothing: one in so many.
const ODD_DAYS_ONE_IN: usize = 10;

/// How many times the volume of the last bar before the open the first one has at the least.
const OPENING_VOLUME_TIMES: i64 = 3;

/// How far times lie behind the starts of their bars. `found` is sorted by time.
pub(super) fn shift(
    found: &[Found],
    said: Stamps,
    step: Span,
    report: &mut ImportReport,
) -> Result<Span, ImportError> {
    let note = match said {
        Stamps::Start => None,
        Stamps::End => Some("times mark the end of a bar: moved to the start"),
        Stamps::Detect => why_ends(found, step)?,
    };
    report.note(note.unwrap_or("times mark the start of a bar"));
    Ok(note.map_or(Span::ZERO, |_| step))
}

/// The rows on both sides of the opening bell, on days that begin before it.
#[derive(Default)]
struct Opening {
    days: usize,
    /// Shares in the rows that are stamped with the bell.
    at_bell: i64,
    /// Shares in the rows after them.
    after: i64,
}

impl Opening {
    /// The first regular minute trades many times what the last one before it does: which of the
    /// two is stamped with the bell says what stamps mark.
    fn are_ends(&self) -> bool {
        self.at_bell.saturating_mul(OPENING_VOLUME_TIMES) < self.after
    }
}

/// What to say of times that mark ends; nothing of times that mark starts.
fn why_ends(found: &[Found], step: Span) -> Result<Option<&'static str>, ImportError> {
    let (mut starts, mut ends) = (0_usize, 0_usize);
    let mut opening = Opening::default();
    let mut days = Days::default();
    let mut rest = found;
    while let Some(first) = rest.first() {
        let day = days.around(first.bar.start);
        let length = rest.partition_point(|row| days.around(row.bar.start).date == day.date);
        let (today, later) = rest.split_at(length);
        rest = later;
        let (Some(hours), Some(last)) = (day.trading, today.last()) else { continue };
        let row = |at| {
            let place = today.binary_search_by_key(&at, |row| row.bar.start).ok()?;
            Some(&today[place])
        };
        // From a bar after `open` up to one that would begin when nothing trades any more.
        let is_late = |open, close| open < first.bar.start && last.bar.start == close;
        if is_late(hours.open, hours.close)
            || is_late(hours.pre_market_open, hours.after_hours_close)
        {
            ends += 1;
        } else if let Some(at_bell) = row(hours.open) {
            // Before the bell anything may be a first row: only 04:00 itself is no end.
            if first.bar.start == hours.open || row(hours.pre_market_open).is_some() {
                starts += 1;
                continue;
            }
            opening.days += 1;
            opening.at_bell = opening.at_bell.saturating_add(at_bell.bar.volume);
            let after = row(hours.open + step).map_or(0, |next| next.bar.volume);
            opening.after = opening.after.saturating_add(after);
        }
    }
    let told_by_days = ends;
    // Of seconds it tells nothing: a late opening auction looks the same.
    if Span::MINUTE <= step && opening.are_ends() {
        ends += opening.days;
    } else {
        starts += opening.days;
    }
    if ODD_DAYS_ONE_IN * ends <= starts {
        return Ok(None);
    }
    if ODD_DAYS_ONE_IN * starts <= ends {
        return Ok(Some(if told_by_days == 0 {
            "times mark the end of a bar, because the opening's volume comes a bar after 09:30: \
             moved to the start"
        } else {
            "times mark the end of a bar, because days begin a bar late and end at the close: \
             moved to the start"
        }));
    }
    Err(unreadable(format!(
        "{starts} days begin at 09:30 and {ends} a bar later, up to the close: say what times mark \
         with `--stamps start` or `--stamps end`",
    )))
}
