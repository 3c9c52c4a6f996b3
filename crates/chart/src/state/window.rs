//! From when to when bars are in sight, and between which prices: what a link keeps of a chart that
//! was scrolled, or whose axis was pulled.

use market::{Moment, Symbol};

use super::{ChartState, CompareSeries, SPACING_FIRST};
use crate::scale::{BarScale, PriceScale};
use crate::series::Series;

/// Pixels between its sides without which a chart shows nothing.
const ROOM_LEAST: f64 = 40.0;

impl ChartState {
    /// From when to when bars are in sight; nothing where that is as on a fresh chart.
    pub fn window(&self) -> Option<(Moment, Moment)> {
        let is_fresh = self.follows && (self.time.spacing - SPACING_FIRST).abs() < 1e-9;
        let at = |x| self.moment_at(self.time.place(x));
        (!is_fresh && !self.is_empty() && self.has_room()).then(|| (at(0.0), at(self.time.edge)))
    }

    /// The least and the greatest price of an axis that was pulled; nothing where it fits what is
    /// seen.
    pub fn pulled(&self) -> Option<(f64, f64)> {
        self.pulled.map(|_| self.prices().ends())
    }

    /// Which symbol is drawn beside, once its bars are there: prices are told otherwise then.
    pub fn compared_symbol(&self) -> Option<Symbol> {
        self.compare.as_ref().map(|(symbol, _)| *symbol)
    }

    /// Whether it is on the screen, or was before: what was never seen shows nothing yet.
    pub fn has_room(&self) -> bool {
        ROOM_LEAST <= self.time.edge
    }

    /// Has the bars from one moment to another in sight, or as many of them as there can be. What
    /// begins after the newest bar changes nothing: there is nothing to see yet.
    pub(super) fn show_window(&mut self, from: Moment, to: Moment) {
        if self.series.bars().last().is_none_or(|newest| newest.start < from) {
            return;
        }
        let (first, right) = (self.place_of(from), self.place_of(to));
        let spacing = self.time.edge / (right - first).max(1.0);
        self.time.spacing = spacing.clamp(self.spacing_least(), BarScale::SPACING_MAX);
        self.time.right = right;
        self.keep_in_sight();
        self.follows = false;
    }

    /// Draws another symbol beside. More bars of the same one leave a pulled axis where it is.
    pub(super) fn compare_with(&mut self, other: Option<CompareSeries>) {
        let before = self.compared_symbol();
        self.compare = other.map(|other| (other.symbol, Series::new(other.bars)));
        if self.compared_symbol() != before {
            self.pulled = None;
        }
    }

    /// Has these prices in sight from now on, as if the axis had been pulled to them.
    pub(super) fn show_prices(&mut self, low: f64, high: f64) {
        let mode = self.mode();
        let [low, high] = [low, high].map(|price| PriceScale::measure(mode, price));
        self.pull_prices(low, high);
    }
}

#[cfg(test)]
mod tests {
    use market::{Bar, BarSpan, Price, Span, TradingDate, next_trading_day};
    use proptest::prelude::*;

    use super::*;
    use crate::{Action, ChartSetup, ScaleMode, Subject};

    /// A chart of some sessions, so wide.
    fn chart(span: BarSpan, days: usize, width: f64) -> ChartState {
        chart_from("2024-03-07", span, days, width)
    }

    fn chart_from(date: &str, span: BarSpan, days: usize, width: f64) -> ChartState {
        let length = span.intraday().expect("bars inside a day");
        let date: TradingDate = date.parse().expect("a date");
        let mut day = next_trading_day(date);
        let mut bars = Vec::new();
        for _ in 0..days {
            let mut start = day.open();
            while start < day.close() {
                let price = Price::from_units(50_000_000 + start.0 / 60_000_000 % 977 * 100);
                bars.push(Bar::of_print(start, price.expect("a price"), 1));
                start += length;
            }
            day = next_trading_day(day.date);
        }
        let mut chart = ChartState::default();
        chart.apply(Action::Resize { width, height: 600.0 });
        let subject = Subject { span, has_volume: true };
        chart.apply(Action::SetBars { bars, subject });
        chart
    }

    #[test]
    fn a_fresh_chart_has_no_window_of_its_own() {
        let mut chart = chart(BarSpan::M5, 3, 900.0);
        assert_eq!(chart.window(), None);
        assert_eq!(ChartState::default().window(), None);
        chart.apply(Action::Pan { x: 300.0, y: 0.0 });
        let (from, to) = chart.window().expect("a window");
        assert!(from < to && to <= chart.bars().last().expect("bars").start, "{from} {to}");
        chart.apply(Action::Reset);
        assert_eq!(chart.window(), None);
    }

    #[test]
    fn a_chart_that_is_hidden_keeps_what_it_shows() {
        let mut chart = chart(BarSpan::M5, 3, 900.0);
        chart.apply(Action::Pan { x: 300.0, y: 0.0 });
        let seen = chart.window();
        chart.apply(Action::Resize { width: 0.0, height: 0.0 });
        assert_eq!(chart.window(), seen);
        assert!(seen.is_some_and(|(from, to)| from < to));
        // One that was hidden from the first has nothing to say.
        let mut hidden = ChartState::default();
        let subject = Subject { span: BarSpan::M5, has_volume: true };
        hidden.apply(Action::SetBars { bars: chart.bars().to_vec(), subject });
        hidden.apply(Action::Oldest);
        assert_eq!((hidden.has_room(), hidden.window()), (false, None));
    }

    #[test]
    fn a_window_of_days_to_come_leaves_the_newest_bar_in_sight() {
        let mut chart = chart(BarSpan::M5, 3, 900.0);
        let before = chart.time;
        let newest = chart.bars().last().expect("bars").start;
        let (from, to) = (newest + Span::minutes(1), newest + Span::hours(4));
        chart.apply(Action::Window { from, to });
        assert_eq!((chart.time, chart.follows()), (before, true));
    }

    #[test]
    fn a_hostile_window_leaves_bars_in_sight() {
        let at = |minutes: i64| Moment(1_709_822_400_000_000) + Span::minutes(minutes);
        for (from, to) in [
            (Moment(i64::MIN), Moment(i64::MAX)),
            (at(0), at(0)),
            (at(500), at(0)),
            (Moment(i64::MAX), Moment(i64::MIN)),
            (Moment(0), Moment(1)),
        ] {
            let mut chart = chart(BarSpan::M1, 2, 800.0);
            chart.apply(Action::Window { from, to });
            assert!(!chart.visible().is_empty(), "{from} {to}");
            assert!(chart.time.spacing.is_finite() && 0.0 < chart.time.spacing);
            assert!(!chart.shapes().is_empty());
        }
    }

    #[test]
    fn hostile_prices_change_nothing() {
        let mut chart = chart(BarSpan::M5, 3, 900.0);
        let before = chart.prices();
        for (low, high) in [
            (f64::NAN, 5_100.0),
            (5_000.0, f64::NAN),
            (f64::NEG_INFINITY, f64::INFINITY),
            (5_100.0, 5_000.0),
            (5_000.0, 5_000.0),
            (-1e300, 1e300),
        ] {
            chart.apply(Action::Prices { low, high });
            assert_eq!((chart.prices(), chart.pulled()), (before, None), "{low} {high}");
        }
    }

    #[test]
    fn more_bars_of_a_compared_symbol_leave_a_pulled_axis() {
        let mut chart = chart(BarSpan::M5, 3, 900.0);
        let bars = chart.bars().to_vec();
        let compare = |symbol, from: usize| {
            Action::Compare(Some(CompareSeries { symbol, bars: bars[from..].to_vec() }))
        };
        chart.apply(compare(Symbol::QQQ, 20));
        assert_eq!(chart.compared_symbol(), Some(Symbol::QQQ));
        chart.apply(Action::Prices { low: 4_990.0, high: 5_020.0 });
        let pulled = chart.pulled();
        assert!(pulled.is_some());
        chart.apply(compare(Symbol::QQQ, 0));
        assert_eq!(chart.pulled(), pulled);
        chart.apply(compare(Symbol::NDX, 0));
        assert_eq!(chart.pulled(), None);
    }

    proptest! {
        /// On any scale, whichever way up, on screens of any height.
        #[test]
        fn pulled_prices_are_shown_on_another_screen(
            scale in prop::sample::select(ScaleMode::ALL.to_vec()), is_inverted: bool,
            factor in 0.05..20.0_f64, lift in -0.8..0.8_f64, height in 200.0..1_500.0_f64,
        ) {
            let setup = ChartSetup { scale, is_inverted, ..ChartSetup::default() };
            let mut ours = chart(BarSpan::M5, 3, 900.0);
            ours.apply(Action::SetUp(setup.clone()));
            prop_assert_eq!(ours.pulled(), None);
            ours.apply(Action::Stretch(factor));
            ours.apply(Action::Lift(lift));
            let (low, high) = ours.pulled().expect("a pulled axis");
            let mut theirs = chart(BarSpan::M5, 3, 900.0);
            theirs.apply(Action::SetUp(setup));
            theirs.apply(Action::Resize { width: 900.0, height });
            theirs.apply(Action::Prices { low, high });
            let shown = theirs.pulled().expect("the same prices");
            prop_assert!((shown.0 - low).abs() < 1e-6 && (shown.1 - high).abs() < 1e-6);
            theirs.apply(Action::Fit);
            prop_assert_eq!(theirs.pulled(), None);
        }

        /// Over nights, weekends, half days and both changes of the clock, on screens of any width.
        #[test]
        fn a_window_is_shown_on_another_screen(
            date in prop::sample::select(vec![
                "2023-07-01", "2023-11-21", "2024-03-07", "2024-10-31", "2024-12-22",
            ]),
            span in prop::sample::select(vec![BarSpan::M1, BarSpan::M5, BarSpan::M15]),
            pan in 50.0..4_000.0_f64, zoom in 0.3..4.0_f64, width in 320.0..2_500.0_f64,
        ) {
            let mut ours = chart_from(date, span, 4, 1_200.0);
            ours.apply(Action::ZoomMiddle(zoom));
            ours.apply(Action::Pan { x: pan, y: 0.0 });
            let Some((from, to)) = ours.window() else { return Ok(()) };
            let mut theirs = chart_from(date, span, 4, width);
            theirs.apply(Action::Window { from, to });
            let (seen, known) = (theirs.visible(), ours.visible());
            // Fewer where there is no room for them, and never others at the right.
            let is_clamped = theirs.time.spacing <= theirs.spacing_least() + 1e-9
                || BarScale::SPACING_MAX - 1e-9 <= theirs.time.spacing;
            prop_assert!(seen.end.abs_diff(known.end) <= 2, "{seen:?} of {known:?}");
            prop_assert!(is_clamped || seen.start.abs_diff(known.start) <= 2);
        }
    }
}
