//! How long the bars of a file last.

use std::collections::BTreeMap;

use market::{BarSpan, Span};

use super::rows::{Found, Read};
use super::{ImportError, unreadable};

/// How many rows are looked at to find out how far they lie apart.
const ROWS_SAMPLED: usize = 100_000;
/// Distances that make sure how far rows lie apart, and the percentage of them that must be alike:
/// a thinly traded minute file skips minutes, a file of hours skips nights.
const DISTANCES_MIN: usize = 3;
const ALIKE_PERCENT: usize = 80;

/// How long each bar lasts: as was said, if the rows do not contradict it, or as they lie apart.
/// `read.found` is sorted by time.
pub(super) fn span_of(read: &Read, said: Option<BarSpan>) -> Result<BarSpan, ImportError> {
    if read.is_seconds {
        return match said {
            None | Some(BarSpan::M1) => Ok(BarSpan::M1),
            Some(said) => Err(unreadable(format!("seconds are folded into 1m, not into {said}"))),
        };
    }
    let shows_days = read.found.iter().all(|found| found.is_midnight);
    let distances = Distances::of(&read.found);
    match said {
        Some(said) => check(said, &distances, shows_days).map(|()| said),
        None if shows_days => Ok(BarSpan::Day),
        None => distances.span(),
    }
}

/// Refuses a span that the rows contradict.
fn check(said: BarSpan, distances: &Distances, shows_days: bool) -> Result<(), ImportError> {
    if said != BarSpan::Day && shows_days {
        return Err(unreadable(format!(
            "rows have dates and no times, so they are no bars of {said}: pass `--span 1D`",
        )));
    }
    match (said.intraday(), distances.sure()) {
        (None, Some(apart)) if apart < Span::hours(20) => {
            Err(unreadable("the file has several rows a day: they are no bars of 1D"))
        }
        (Some(length), Some(apart)) if apart != length => {
            let apart = minutes_text(apart);
            Err(unreadable(format!("rows are {apart} apart, so they are no bars of {said}")))
        }
        _ => Ok(()),
    }
}

/// How far rows lie from the next, where they are not at one time.
struct Distances {
    counts: BTreeMap<Span, usize>,
    total: usize,
}

impl Distances {
    fn of(found: &[Found]) -> Self {
        let mut counts: BTreeMap<Span, usize> = BTreeMap::new();
        let sample = &found[..found.len().min(ROWS_SAMPLED)];
        for pair in sample.windows(2) {
            let apart = pair[1].bar.start - pair[0].bar.start;
            if Span::ZERO < apart {
                *counts.entry(apart).or_default() += 1;
            }
        }
        let total = counts.values().sum();
        Self { counts, total }
    }

    /// The commonest; of two that are as common the shorter, as nights are longer than bars.
    fn usual(&self) -> Option<(Span, usize)> {
        let counts = self.counts.iter().rev().map(|(apart, count)| (*apart, *count));
        counts.max_by_key(|(_, count)| *count)
    }

    /// The commonest, where it leaves no doubt.
    fn sure(&self) -> Option<Span> {
        let (apart, count) = self.usual()?;
        let is_sure = DISTANCES_MIN <= count && ALIKE_PERCENT * self.total <= 100 * count;
        is_sure.then_some(apart)
    }

    /// The span that the rows have without anything being said.
    fn span(&self) -> Result<BarSpan, ImportError> {
        let Some((usual, _)) = self.usual() else {
            return Err(unreadable("a single row does not tell how long it lasts: pass `--span`"));
        };
        let shortest = self.counts.keys().next().copied();
        let as_span =
            |apart: Span| BarSpan::ALL.into_iter().find(|span| span.intraday() == Some(apart));
        let candidates = [self.sure(), shortest, Some(usual)];
        candidates.into_iter().flatten().find_map(as_span).ok_or_else(|| {
            let apart = minutes_text(usual);
            unreadable(format!("rows are {apart} apart: expected 1m, 5m, 15m, 30m, 1h, 4h or 1D"))
        })
    }
}

pub(super) fn minutes_text(span: Span) -> String {
    match span.whole_seconds() {
        seconds if seconds % 60 == 0 => format!("{}m", seconds / 60),
        seconds => format!("{seconds}s"),
    }
}
