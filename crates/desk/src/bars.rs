//! Bars of a chart: which feed bars they are folded from, and how many are shown.

use market::{Bar, BarHours, BarSpan, Moment, Span, Symbol, TradingDate, fold_bars, instrument};

use crate::MarketFeed;

/// Bars given at once, the newest of them when there are more.
pub(crate) const CHART_BARS_MAX: usize = 4_000;

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
