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

/// How far times lie behind the starts of their bars. `found` is sorted by time.
pub(super) fn shift(
    found: &[Found],
    said: Stamps,
    step: Span,
    report: &mut ImportReport,
) -> Result<Span, ImportError> {
    let is_end = match said {
        Stamps::Start => false,
        Stamps::End => true,
        Stamps::Detect => are_ends(found)?,
    };
    report.note(match (is_end, said) {
        (false, _) => "times mark the start of a bar",
        (true, Stamps::Detect) => {
            "times mark the end of a bar, because days begin a bar late and end at the close: \
             moved to the start"
        }
        (true, _) => "times mark the end of a bar: moved to the start",
    });
    Ok(if is_end { step } else { Span::ZERO })
}

fn are_ends(found: &[Found]) -> Result<bool, ImportError> {
    let (mut starts, mut ends) = (0_usize, 0_usize);
    let mut days = Days::default();
    let mut rest = found;
    while let Some(first) = rest.first() {
        let day = days.around(first.bar.start);
        let length = rest.partition_point(|row| days.around(row.bar.start).date == day.date);
        let (today, later) = rest.split_at(length);
        rest = later;
        let (Some(hours), Some(last)) = (day.trading, today.last()) else { continue };
        let has = |at| today.binary_search_by_key(&at, |row| row.bar.start).is_ok();
        // From a bar after `open` up to one that would begin when nothing trades any more.
        let is_late = |open, close| open < first.bar.start && last.bar.start == close;
        if is_late(hours.open, hours.close)
            || is_late(hours.pre_market_open, hours.after_hours_close)
        {
            ends += 1;
        } else if has(hours.open) {
            starts += 1;
        }
    }
    if ODD_DAYS_ONE_IN * ends <= starts {
        return Ok(false);
    }
    if ODD_DAYS_ONE_IN * starts <= ends {
        return Ok(true);
    }
    Err(unreadable(format!(
        "{starts} days begin at 09:30 and {ends} a bar later, up to the close: say what times mark \
         with `--stamps start` or `--stamps end`",
    )))
}
