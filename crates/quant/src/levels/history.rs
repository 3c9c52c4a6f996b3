//! What earlier days say about today: everything that is fixed before the first print.

use market::{Bar, Moment, Price, Span, TradingDate, TradingDay, prior_trading_day, trading_day};
use serde::{Deserialize, Serialize};

use super::{LevelId, OpenHighLowClose, Periods, round_numbers};
use crate::indicators::{Atr, Ema};

/// Days that ATR looks back.
pub(super) const ATR_DAYS: u32 = 14;
/// Days whose central ranges tell whether today's is narrow.
const NARROW_DAYS: usize = 20;

/// What a book is told when a session begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionStart {
    /// The day that begins.
    pub day: TradingDay,
    /// Bars of regular sessions before it, oldest first.
    pub daily: Vec<Bar>,
    /// What the close of the last of them is.
    pub close: CloseKind,
    /// The switch "include extended hours": the previous day's extremes with pre-market and
    /// after-hours prints. When given, PDH and PDL reach that far; pivots stay regular.
    pub extended: Option<ExtendedRange>,
}

/// What a session's close is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum CloseKind {
    /// The exchange's: an index's final value or the primary auction's price.
    #[default]
    Official,
    /// The last regular minute's, because nobody told the official one.
    LastPrint,
}

/// Extremes of a day with its extended hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtendedRange {
    /// The greatest price, 04:00 to 20:00.
    pub high: Price,
    /// The least.
    pub low: Price,
}

/// Levels are not computed on days that the calendar is not sure of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is beyond the exchange calendar: levels need a day it is sure of; update Volaris")]
pub struct BeyondCalendar(pub TradingDate);

/// A period before today.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Period {
    /// Its prices.
    pub(super) prices: OpenHighLowClose,
    /// When its last session closed: from then on all of it is known.
    pub(super) as_of: Moment,
}

/// Why a period before today is not known: a day of it is missing, and levels of a part of it would
/// be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PeriodGap {
    /// The first date of the period.
    pub(super) first: TradingDate,
    /// How many of its trading days are known.
    pub(super) known: usize,
    /// How many it has.
    pub(super) needed: usize,
}

/// Everything that is fixed before the first print.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct History {
    /// The previous trading day.
    pub(super) day: Result<Period, PeriodGap>,
    /// The previous trading week.
    pub(super) week: Result<Period, PeriodGap>,
    /// The previous calendar month.
    pub(super) month: Result<Period, PeriodGap>,
    pub(super) close: CloseKind,
    pub(super) extended: Option<ExtendedRange>,
    /// ATR(14) of the days before today, in points.
    pub(super) atr: Option<f64>,
    /// Trading days up to yesterday without a missing bar.
    pub(super) days: u32,
    /// Weeks before this one without a missing day.
    pub(super) weeks: u32,
    /// Daily averages: 9, 20, 50, 200.
    pub(super) daily: Vec<Ema>,
    /// Weekly averages over the weeks before this one: 50, 200.
    pub(super) weekly: Vec<Ema>,
    /// Whether the previous day belongs to this week, so that its close stands for the week's.
    pub(super) is_week_begun: bool,
    /// Whether today's central range is narrower than three quarters of the last twenty.
    pub(super) is_range_narrow: Option<bool>,
}

impl SessionStart {
    /// A session of `day` after the regular sessions `daily`, whose closes are official. Bars of
    /// the day itself or later are left out (they are not known when it begins), and of two bars of
    /// one day the later one in the list counts.
    pub fn new(day: TradingDay, mut daily: Vec<Bar>) -> Self {
        let midnight = Moment::new_york(day.date, Span::ZERO);
        daily.retain(|bar| bar.start < midnight);
        if !daily.is_sorted_by(|a, b| a.start < b.start) {
            daily.reverse();
            daily.sort_by_key(|bar| bar.start);
            daily.dedup_by_key(|bar| bar.start);
        }
        Self { day, daily, close: CloseKind::Official, extended: None }
    }

    /// Includes extended hours in PDH and PDL.
    #[must_use]
    pub fn with_extended(mut self, extended: ExtendedRange) -> Self {
        self.extended = Some(extended);
        self
    }
}

/// Daily bars with their dates.
type Dated = (TradingDate, Bar);

impl History {
    pub(super) fn new(start: &SessionStart) -> Self {
        let date = start.day.date;
        let daily: Vec<Dated> = start
            .daily
            .iter()
            .map(|bar| (bar.start.wall_time().date, *bar))
            .filter(|(date, _)| trading_day(*date).is_some())
            .collect();
        let day = period(&daily, prior_trading_day(date).date, date);
        let (week_first, week_end) = prior_week(date);
        let month_end = date.month_start();
        let month_first = month_end.plus_days(-1).month_start();
        let unbroken = unbroken_tail(&daily, date);
        let days = u32::try_from(unbroken.len()).unwrap_or(u32::MAX);
        let mut atr = Atr::new(ATR_DAYS);
        let mut averages = [9, 20, 50, 200].map(Ema::new);
        for (_, bar) in unbroken {
            let prices = OpenHighLowClose::from(bar);
            atr.handle_bar(prices.high, prices.low, prices.close);
            for average in &mut averages {
                average.handle_close(prices.close);
            }
        }
        Self {
            week: period(&daily, week_first, week_end),
            month: period(&daily, month_first, month_end),
            close: start.close,
            extended: start.extended.filter(|_| day.is_ok()),
            atr: atr.value().filter(|_| ATR_DAYS < days),
            daily: averages.to_vec(),
            weeks: weeks_before(unbroken, date.week_start()),
            weekly: weekly_averages(unbroken, date.week_start()),
            is_week_begun: daily.last().is_some_and(|(last, _)| date.week_start() <= *last),
            is_range_narrow: is_range_narrow(unbroken),
            days,
            day,
        }
    }

    pub(super) fn period(&self, which: Periods) -> Result<&Period, &PeriodGap> {
        match which {
            Periods::Day => self.day.as_ref(),
            Periods::Week => self.week.as_ref(),
            Periods::Month => self.month.as_ref(),
        }
    }

    /// What a daily average is worth: nothing when one of its last n days is missing.
    pub(super) fn is_daily_known(&self, average: &Ema) -> bool {
        average.length() <= self.days
    }

    /// The same of a weekly average.
    pub(super) fn is_weekly_known(&self, average: &Ema) -> bool {
        average.length() <= self.weeks
    }

    /// High and low of the previous day, with extended hours where they were asked for.
    pub(super) fn day_extremes(&self) -> Option<(f64, f64)> {
        let prices = self.day.as_ref().ok()?.prices;
        Some(match self.extended {
            Some(extended) => {
                (prices.high.max(extended.high.to_f64()), prices.low.min(extended.low.to_f64()))
            }
            None => (prices.high, prices.low),
        })
    }

    /// Every level that is known before the first print, with the time of its newest input.
    pub(super) fn levels(&self, round_steps: [i64; 2]) -> Vec<(LevelId, f64, Moment)> {
        let mut found = Vec::with_capacity(96);
        for which in [Periods::Day, Periods::Week, Periods::Month] {
            let Ok(period) = self.period(which) else { continue };
            let (prices, at) = (period.prices, period.as_of);
            let (high, low) = match which {
                Periods::Day => self.day_extremes().unwrap_or((prices.high, prices.low)),
                _ => (prices.high, prices.low),
            };
            found.push((LevelId::PriorHigh(which), high, at));
            found.push((LevelId::PriorLow(which), low, at));
            found.push((LevelId::PriorClose(which), prices.close, at));
            let pivots = prices.standard().into_iter();
            found.extend(pivots.map(|(n, price)| (LevelId::Pivot(which, n), price, at)));
        }
        let Ok(day) = &self.day else { return found };
        let (prices, at) = (day.prices, day.as_of);
        let named = |set: Vec<(i8, f64)>, id: fn(i8) -> LevelId| {
            set.into_iter().map(move |(n, price)| (id(n), price, at))
        };
        found.extend(named(prices.fibonacci(), LevelId::Fibonacci));
        found.extend(named(prices.camarilla(), LevelId::Camarilla));
        found.extend(named(prices.demark(), LevelId::DeMark));
        let (bottom, top) = prices.central_range();
        found.push((LevelId::CprBottom, bottom, at));
        found.push((LevelId::CprTop, top, at));
        if let Some(atr) = self.atr {
            found.push((LevelId::AtrUp, prices.close + atr, at));
            found.push((LevelId::AtrDown, prices.close - atr, at));
            let rounds = round_numbers::near(prices.close, atr, round_steps);
            let level = |units| (LevelId::Round(units), units as f64 / Price::UNITS as f64, at);
            found.extend(rounds.into_iter().map(level));
        }
        found
    }
}

/// The last week before `date`'s that has a trading day: its Monday, and the Monday after it.
fn prior_week(date: TradingDate) -> (TradingDate, TradingDate) {
    let this = date.week_start();
    let first = prior_trading_day(this).date.week_start();
    (first, first.plus_days(7))
}

/// The days from `first` up to and without `end`, taken together.
fn period(daily: &[Dated], first: TradingDate, end: TradingDate) -> Result<Period, PeriodGap> {
    let from = daily.partition_point(|(date, _)| *date < first);
    let until = daily.partition_point(|(date, _)| *date < end);
    let days = &daily[from..until];
    let known = days.len();
    let needed = (first.epoch_days()..end.epoch_days())
        .filter(|n| trading_day(TradingDate::from_epoch_days(*n)).is_some())
        .count();
    match days {
        [(_, oldest), rest @ ..] if known == needed => {
            let mut whole = *oldest;
            for (_, bar) in rest {
                whole.absorb(bar);
            }
            let (last, bar) = days[known - 1];
            let as_of = trading_day(last).map_or(bar.start, |day| day.close());
            Ok(Period { prices: OpenHighLowClose::from(&whole), as_of })
        }
        _ => Err(PeriodGap { first, known, needed }),
    }
}

/// The trading days up to the one before `date` that are known without a gap. What is smoothed over
/// days is computed from these alone: the jump across a gap would weigh in it for months.
fn unbroken_tail(daily: &[Dated], date: TradingDate) -> &[Dated] {
    let mut expected = prior_trading_day(date).date;
    let mut from = daily.len();
    for (known, _) in daily.iter().rev() {
        if *known != expected {
            break;
        }
        from -= 1;
        expected = prior_trading_day(expected).date;
    }
    &daily[from..]
}

fn weeks_before(daily: &[Dated], this_week: TradingDate) -> u32 {
    let mut weeks: Vec<TradingDate> = daily.iter().map(|(date, _)| date.week_start()).collect();
    weeks.dedup();
    u32::try_from(weeks.iter().filter(|week| **week < this_week).count()).unwrap_or(u32::MAX)
}

fn weekly_averages(daily: &[Dated], this_week: TradingDate) -> Vec<Ema> {
    let mut averages = [50, 200].map(Ema::new);
    for week in daily.chunk_by(|(a, _), (b, _)| a.week_start() == b.week_start()) {
        let Some((date, last)) = week.last() else { continue };
        if *date < this_week {
            for average in &mut averages {
                average.handle_close(last.close.to_f64());
            }
        }
    }
    averages.to_vec()
}

/// Whether the last day's central range is narrower than the 25th percentile of those of the twenty
/// days before it, interpolated as spreadsheets do (rank 0.25 × 19).
fn is_range_narrow(daily: &[Dated]) -> Option<bool> {
    let width = |(_, bar): &Dated| {
        let (bottom, top) = OpenHighLowClose::from(bar).central_range();
        top - bottom
    };
    let (last, before) = daily.split_last()?;
    let first = before.len().checked_sub(NARROW_DAYS)?;
    let mut past: Vec<f64> = before[first..].iter().map(width).collect();
    past.sort_by(f64::total_cmp);
    Some(width(last) < past[4] + 0.75 * (past[5] - past[4]))
}
