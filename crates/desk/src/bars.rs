//! Bars of a chart: which feed bars they are folded from, and how many are shown.

use market::{Bar, BarHours, BarSpan, Moment, Span, Symbol, TradingDate, fold_bars, instrument};

use crate::MarketFeed;

/// Bars given at once, the newest of them when there are more.
pub(crate) const CHART_BARS_MAX: usize = 4_000;
/// Bars that a chart begins with, and gets more of while it is panned back.
const CHART_BARS_PAGE: usize = 1_500;
/// Minutes of a fund's day, extended hours included.
const DAY_MINUTES: i64 = 960;

/// Bars of a chart up to the start of the tape's day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartBars {
    /// Of what.
    pub symbol: Symbol,
    /// How long each lasts.
    pub span: BarSpan,
    /// Which hours they cover.
    pub hours: BarHours,
    /// Which epoch of the tape they belong to.
    pub epoch: u64,
    /// Oldest first.
    pub bars: Vec<Bar>,
}

/// The hours that a chart of `symbol` shows.
pub(crate) fn chart_hours(symbol: Symbol, span: BarSpan) -> BarHours {
    if instrument(symbol).has_extended_hours() && span.intraday().is_some() {
        BarHours::Extended
    } else {
        BarHours::Regular
    }
}

/// Bars with `from <= start`, of days before `before`, folded; at most the newest
/// [`CHART_BARS_MAX`].
pub(crate) fn bars_before(
    feed: &dyn MarketFeed,
    symbol: Symbol,
    span: BarSpan,
    from: Moment,
    before: TradingDate,
) -> Vec<Bar> {
    let hours = chart_hours(symbol, span);
    let mut bars = match span.intraday() {
        None => fold_bars(&feed.daily_bars(symbol, before), span, BarHours::Regular),
        Some(_) => {
            let until = Moment::new_york(before, Span::ZERO);
            fold_bars(&feed.minute_bars(symbol, from, until), span, hours)
        }
    };
    bars.retain(|bar| from <= bar.start);
    let spare = bars.len().saturating_sub(CHART_BARS_MAX);
    bars.drain(..spare);
    bars
}

/// Days of the calendar in which a page of bars of this length lies.
pub(crate) fn page_days(length: Span) -> i64 {
    let minutes = length.whole_seconds() / 60;
    let page = i64::try_from(CHART_BARS_PAGE).unwrap_or(i64::MAX);
    // Seven days of the calendar are five of the market, holidays left aside.
    (page * minutes / DAY_MINUTES * 7 / 5).clamp(4, 170)
}

/// The newest bars that start before `before`, at most a page of them; none when there are no
/// older ones.
pub(crate) fn page_before(
    feed: &dyn MarketFeed,
    symbol: Symbol,
    span: BarSpan,
    before: Moment,
) -> Vec<Bar> {
    let hours = chart_hours(symbol, span);
    let mut bars = match span.intraday() {
        None => {
            // A week or month that began before is told whole, as far as it is known.
            let until = before.wall_time().date;
            fold_bars(&feed.daily_bars(symbol, until), span, BarHours::Regular)
        }
        Some(length) => {
            let mut days = page_days(length);
            loop {
                let from = before - Span::hours(24 * days);
                let from = Moment::new_york(from.wall_time().date, Span::ZERO);
                let bars = fold_bars(&feed.minute_bars(symbol, from, before), span, hours);
                // A recording may have nothing for months.
                if !bars.is_empty() || from < Moment(0) {
                    break bars;
                }
                days *= 4;
            }
        }
    };
    bars.retain(|bar| bar.start < before);
    newest_page(bars)
}

/// The newest page of these, oldest first.
pub(crate) fn newest_page(mut bars: Vec<Bar>) -> Vec<Bar> {
    let spare = bars.len().saturating_sub(CHART_BARS_PAGE);
    bars.drain(..spare);
    bars
}
