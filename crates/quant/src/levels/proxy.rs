//! An index through its fund: SPX by SPY, NDX by QQQ, for what an index itself does not have.

use market::{Bar, Moment, Phase, SessionClock, Span, Symbol, TradingDate, session_clock};
use serde::{Deserialize, Serialize};

use super::LevelBook;
use crate::indicators::VwapValue;

/// Common minutes whose median ratio is used after the first minutes of a session.
const COMMON_MINUTES: usize = 5;
/// Minutes after the open during which the ratio stays the previous close's.
const FROZEN_MINUTES: i64 = 5;

/// What a link is made from: the minutes of the previous five sessions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProxyHistory {
    /// The fund.
    pub proxy: Symbol,
    /// One-minute bars of the index.
    pub index_minutes: Vec<Bar>,
    /// One-minute bars of the fund.
    pub proxy_minutes: Vec<Bar>,
}

/// How an index hangs on its fund.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProxyLink {
    /// The fund.
    pub proxy: Symbol,
    /// Sample standard deviation of the one-minute ratio over five sessions.
    pub deviation: Option<f64>,
    /// What the fund goes ex today, in dollars a share; nothing when nobody told.
    pub ex_dividend: Option<f64>,
}

impl ProxyLink {
    /// A link whose error comes from `history`. Only minutes of regular sessions count.
    pub fn new(history: &ProxyHistory) -> Self {
        let ratios = common_ratios(&history.index_minutes, &history.proxy_minutes);
        let deviation = sample_deviation(&ratios);
        Self { proxy: history.proxy, deviation, ex_dividend: None }
    }

    /// Index ÷ fund at the previous regular close, the fund's close reduced by a dividend that goes
    /// ex today; for levels of the time before the open. Nothing on a day on which the fund may
    /// have gone ex dividend by an amount that is not known.
    pub fn frozen_ratio(&self, index: &LevelBook, fund: &LevelBook) -> Option<f64> {
        let paid = match self.ex_dividend {
            Some(paid) => paid,
            None if is_possible_ex_date(self.proxy, index.day().date) => return None,
            None => 0.0,
        };
        let ratio = index.prior_close()? / (fund.prior_close()? - paid);
        (ratio.is_finite() && 0.0 < ratio).then_some(ratio)
    }

    /// Index ÷ fund now: frozen until five minutes after the open, then the median of the last five
    /// common minutes that are over, of closes, fewer if there were fewer.
    pub fn live_ratio(&self, index: &LevelBook, fund: &LevelBook) -> Option<f64> {
        let Some(newest) = live_until(index, fund) else { return self.frozen_ratio(index, fund) };
        let open = index.bounds.open;
        let (mut ours, mut theirs) = (index.minutes(), fund.minutes());
        let mut ratios = [0.0; COMMON_MINUTES];
        let mut count = 0;
        while let (Some((a, before_a)), Some((b, before_b))) =
            (ours.split_last(), theirs.split_last())
        {
            if count == COMMON_MINUTES || a.start < open || b.start < open {
                break;
            }
            match a.start.cmp(&b.start) {
                std::cmp::Ordering::Less => theirs = before_b,
                std::cmp::Ordering::Greater => ours = before_a,
                std::cmp::Ordering::Equal => {
                    // The newest minute is still forming, and only regular minutes are common.
                    if a.start < newest && index.is_regular(a.start) {
                        ratios[count] = a.close.to_f64() / b.close.to_f64();
                        count += 1;
                    }
                    (ours, theirs) = (before_a, before_b);
                }
            }
        }
        median(&mut ratios[..count])
    }

    /// The fund's VWAP by minute times the ratio of the last common minutes before it.
    pub(super) fn path(&self, index: &LevelBook, fund: &LevelBook) -> Vec<(Moment, VwapValue)> {
        let open = index.bounds.open;
        let frozen = self.frozen_ratio(index, fund);
        let mut ours = index.minutes().iter().filter(|bar| index.is_regular(bar.start)).peekable();
        let mut theirs = fund.minutes().iter().filter(|bar| open <= bar.start).peekable();
        let mut recent: Vec<f64> = Vec::with_capacity(COMMON_MINUTES);
        let mut path = Vec::with_capacity(fund.vwap_path().len());
        for (minute, value) in fund.vwap_path() {
            while let (Some(a), Some(b)) = (ours.peek(), theirs.peek()) {
                if *minute <= a.start || *minute <= b.start {
                    break;
                }
                if a.start == b.start {
                    if recent.len() == COMMON_MINUTES {
                        recent.remove(0);
                    }
                    recent.push(a.close.to_f64() / b.close.to_f64());
                }
                let (a, b) = (a.start, b.start);
                if a <= b {
                    ours.next();
                }
                if b <= a {
                    theirs.next();
                }
            }
            let is_early = *minute < open + Span::minutes(FROZEN_MINUTES);
            let ratio = if is_early { frozen } else { median(&mut recent.clone()) };
            if let Some(ratio) = ratio {
                let (vwap, deviation) = (value.vwap * ratio, value.deviation * ratio);
                path.push((*minute, VwapValue { vwap, deviation }));
            }
        }
        path
    }

    /// Half width of the error band in index points, at the fund's price.
    pub fn band(&self, fund_price: f64) -> Option<f64> {
        Some(self.deviation? * fund_price)
    }
}

/// Whether the fund may go ex dividend on `date`: SPY on the third Friday, QQQ on the Monday after
/// it, of March, June, September and December; the day before and after count too, because a
/// holiday moves it.
pub(super) fn is_possible_ex_date(fund: Symbol, date: TradingDate) -> bool {
    let (year, month, _) = date.year_month_day();
    if month % 3 != 0 {
        return false;
    }
    let Ok(first) = TradingDate::new(year, month, 1) else { return false };
    let third_friday = first.plus_days((5 - first.weekday()).rem_euclid(7) + 14);
    let expected = match fund {
        Symbol::SPY => third_friday,
        Symbol::QQQ => third_friday.plus_days(3),
        _ => return false,
    };
    (date.epoch_days() - expected.epoch_days()).abs() <= 1
}

/// Index ÷ fund of every regular minute that both have, of closes.
fn common_ratios(index: &[Bar], fund: &[Bar]) -> Vec<f64> {
    let mut ratios = Vec::with_capacity(index.len().min(fund.len()));
    let mut theirs = fund.iter().peekable();
    let mut clock = None;
    for ours in index {
        let clock = match clock {
            Some(known) if is_within(&known, ours.start) => known,
            _ => *clock.insert(session_clock(ours.start)),
        };
        while theirs.peek().is_some_and(|bar| bar.start < ours.start) {
            theirs.next();
        }
        if let Some(bar) = theirs.peek()
            && bar.start == ours.start
            && clock.phase == Phase::Regular
        {
            ratios.push(ours.close.to_f64() / bar.close.to_f64());
        }
    }
    ratios
}

fn is_within(clock: &SessionClock, moment: Moment) -> bool {
    clock.began <= moment && moment < clock.ends
}

fn sample_deviation(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|one| (one - mean) * (one - mean)).sum();
    Some((squares / (count - 1.0)).sqrt())
}

fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[middle]),
        _ => Some((values[middle - 1] + values[middle]) / 2.0),
    }
}

/// The newest common minute, which may be forming: up to it the ratio is of today. Nothing while
/// the ratio is the previous close's.
fn live_until(index: &LevelBook, fund: &LevelBook) -> Option<Moment> {
    let last = |book: &LevelBook| book.minutes().last().map(|bar| bar.start);
    let newest = last(index)?.min(last(fund)?);
    (index.bounds.open + Span::minutes(FROZEN_MINUTES) <= newest).then_some(newest)
}

/// When the ratio that is used now was what it is, for an explanation.
pub(super) fn ratio_as_of(index: &LevelBook, fund: &LevelBook) -> Option<Moment> {
    match live_until(index, fund) {
        Some(newest) => Some(newest.min(index.bounds.close)),
        None => frozen_as_of(index),
    }
}

/// When the closes were that the frozen ratio is of.
pub(super) fn frozen_as_of(index: &LevelBook) -> Option<Moment> {
    Some(index.history.day.as_ref().ok()?.as_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ex_dates_follow_the_published_practice() {
        let date = |text: &str| text.parse::<TradingDate>().expect("a date");
        for day in ["2023-03-17", "2023-06-16", "2023-09-15", "2023-12-15", "2024-03-15"] {
            assert!(is_possible_ex_date(Symbol::SPY, date(day)), "{day}");
        }
        for day in ["2023-03-20", "2023-06-20", "2023-09-18", "2023-12-18"] {
            assert!(is_possible_ex_date(Symbol::QQQ, date(day)), "{day}");
        }
        assert!(!is_possible_ex_date(Symbol::SPY, date("2023-10-20")));
        assert!(!is_possible_ex_date(Symbol::SPY, date("2023-12-12")));
    }

    #[test]
    fn medians_and_deviations() {
        assert_eq!(median(&mut []), None);
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(sample_deviation(&[1.0]), None);
        assert_eq!(sample_deviation(&[1.0, 3.0]), Some(2.0_f64.sqrt()));
    }
}
