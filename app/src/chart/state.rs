//! What the chart shows, and how it answers a trader's hands.

use market::{Bar, BarSpan};
use quant::levels::LevelRole;

use super::Shape;
use super::layers;
use super::scale::{BarScale, PriceScale};

/// Pixels right of the plot for prices.
pub(super) const PRICE_AXIS: f64 = 72.0;
/// Pixels under the plot for times.
pub(super) const TIME_AXIS: f64 = 26.0;
/// Pixels above the plot for the data line.
const HEAD: f64 = 30.0;
/// Charts under this width show names alone beside their levels.
pub(super) const NARROW: f64 = 560.0;

/// A level that the chart draws.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ChartLevel {
    /// The name traders write.
    pub(crate) name: String,
    /// Where it is.
    pub(crate) price: f64,
    /// Decides its colour.
    pub(crate) role: LevelRole,
    /// Computed rather than seen: drawn dashed.
    pub(crate) is_computed: bool,
    /// Level − last price.
    pub(crate) points: Option<f64>,
}

/// What the chart shows.
#[derive(Clone, Debug)]
pub(crate) struct ChartState {
    pub(super) bars: Vec<Bar>,
    pub(super) span: BarSpan,
    pub(super) levels: Vec<ChartLevel>,
    /// VWAP by bar, for the bars from `.0` on.
    pub(super) vwap: (usize, Vec<f64>),
    pub(super) last: Option<(f64, bool)>,
    pub(super) crosshair: Option<(f64, f64)>,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) time: BarScale,
    /// Prices that a trader pulled the axis to; otherwise it fits what is seen.
    pulled: Option<(f64, f64)>,
    follows: bool,
}

/// What a trader, or the tape, does to the chart.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
    /// The room changed, in CSS pixels.
    Resize { width: f64, height: f64 },
    /// Other bars, of another symbol or span: the newest are shown.
    SetBars { bars: Vec<Bar>, span: BarSpan },
    /// Newer bars: the first replaces the bar of its start, the others follow.
    Extend(Vec<Bar>),
    /// Other levels.
    SetLevels(Vec<ChartLevel>),
    /// VWAP of the bars from the given place on.
    SetVwap(usize, Vec<f64>),
    /// The last price, and whether it rose since the previous close.
    SetLast(Option<(f64, bool)>),
    /// Moves the view by pixels.
    Pan { x: f64, y: f64 },
    /// Changes the distance of bars; what lies at `x` stays.
    Zoom { x: f64, factor: f64 },
    /// Stretches the price axis about its middle.
    Stretch(f64),
    /// Prices fit what is seen again.
    Fit,
    /// Back to the newest bar.
    Latest,
    /// Where the pointer is.
    Point(Option<(f64, f64)>),
}

impl Default for ChartState {
    fn default() -> Self {
        Self {
            bars: Vec::new(),
            span: BarSpan::M5,
            levels: Vec::new(),
            vwap: (0, Vec::new()),
            last: None,
            crosshair: None,
            width: 0.0,
            height: 0.0,
            time: BarScale { right: 0.0, spacing: 7.0, edge: 0.0 },
            pulled: None,
            follows: true,
        }
    }
}

impl ChartState {
    /// Does it.
    pub(crate) fn apply(&mut self, action: Action) {
        match action {
            Action::Resize { width, height } => {
                self.width = width;
                self.height = height;
                self.time.edge = (width - PRICE_AXIS).max(1.0);
            }
            Action::SetBars { bars, span } => {
                self.bars = bars;
                self.span = span;
                self.vwap = (0, Vec::new());
                self.pulled = None;
                self.follows = true;
            }
            Action::Extend(newer) => self.extend(newer),
            Action::SetLevels(levels) => self.levels = levels,
            Action::SetVwap(from, values) => self.vwap = (from, values),
            Action::SetLast(last) => self.last = last,
            Action::Pan { x, y } => self.pan(x, y),
            Action::Zoom { x, factor } => {
                // Zooming at the newest bar keeps following it.
                self.time
                    .zoom(if self.follows { self.time.edge - self.margin() } else { x }, factor);
            }
            Action::Stretch(factor) => {
                let PriceScale { low, high, .. } = self.prices();
                let (middle, half) = ((low + high) / 2.0, (high - low) / 2.0 * factor);
                if half.is_finite() && 1e-6 < half && half < 1e9 {
                    self.pulled = Some((middle - half, middle + half));
                }
            }
            Action::Fit => self.pulled = None,
            Action::Latest => self.follows = true,
            Action::Point(at) => self.crosshair = at,
        }
        if self.follows {
            self.time.right = self.newest() + self.margin() / self.time.spacing;
        }
    }

    fn extend(&mut self, newer: Vec<Bar>) {
        let Some(first) = newer.first() else { return };
        let place = self.bars.partition_point(|bar| bar.start < first.start);
        self.bars.truncate(place);
        self.bars.extend(newer);
    }

    fn pan(&mut self, x: f64, y: f64) {
        self.time.right -= x / self.time.spacing;
        // Some bar always stays in sight.
        let seen = (self.time.edge / self.time.spacing - 3.0).max(1.0);
        self.time.right = self.time.right.clamp(2.0_f64.min(self.newest()), self.newest() + seen);
        let latest = self.newest() + self.margin() / self.time.spacing;
        self.follows = (self.time.right - latest).abs() * self.time.spacing < 6.0;
        if let Some((low, high)) = &mut self.pulled {
            let move_by = y / self.height.max(1.0) * (*high - *low);
            *low += move_by;
            *high += move_by;
        }
    }

    /// Whether the newest bar is kept in sight.
    pub(crate) fn follows(&self) -> bool {
        self.follows
    }

    /// Whether there is anything to show.
    pub(crate) fn is_empty(&self) -> bool {
        self.bars.is_empty()
    }

    /// The bars.
    pub(crate) fn bars(&self) -> &[Bar] {
        &self.bars
    }

    fn newest(&self) -> f64 {
        self.bars.len() as f64 - 1.0
    }

    /// Pixels between the newest bar and the price axis: room for the labels.
    pub(super) fn margin(&self) -> f64 {
        if self.width < NARROW { 78.0 } else { 168.0 }
    }

    /// Bars in sight.
    pub(super) fn visible(&self) -> std::ops::Range<usize> {
        let count = self.bars.len() as f64;
        let first = self.time.place(0.0).floor().clamp(0.0, count);
        let end = (self.time.place(self.time.edge).ceil() + 1.0).clamp(first, count);
        #[expect(clippy::cast_possible_truncation, reason = "clamped to the number of bars")]
        #[expect(clippy::cast_sign_loss, reason = "clamped to the number of bars")]
        let range = first as usize..end as usize;
        range
    }

    /// The price scale: what a trader pulled it to, or what fits the bars in sight.
    pub(super) fn prices(&self) -> PriceScale {
        let (top, bottom) = (HEAD, (self.height - TIME_AXIS).max(HEAD + 1.0));
        if let Some((low, high)) = self.pulled {
            return PriceScale { low, high, top, bottom };
        }
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for bar in &self.bars[self.visible()] {
            low = low.min(bar.low.to_f64());
            high = high.max(bar.high.to_f64());
        }
        if high < low {
            return PriceScale { low: 0.0, high: 1.0, top, bottom };
        }
        // A flat stretch still needs some height.
        let range = (high - low).max(high.abs() * 0.000_2).max(0.000_4);
        // Levels nearby are worth a little room.
        let reach = range * 0.35;
        for level in &self.levels {
            if low - reach <= level.price && level.price <= high + reach {
                low = low.min(level.price);
                high = high.max(level.price);
            }
        }
        let spare = (high - low).max(range) * 0.07;
        PriceScale { low: low - spare, high: high + spare, top, bottom }
    }

    /// The bar under the pointer.
    pub(super) fn pointed(&self) -> Option<usize> {
        let (x, _) = self.crosshair?;
        let last = self.bars.len().checked_sub(1)?;
        let place = self.time.place(x).round().clamp(0.0, last as f64);
        #[expect(clippy::cast_possible_truncation, reason = "clamped to the number of bars")]
        #[expect(clippy::cast_sign_loss, reason = "clamped to the number of bars")]
        let place = place as usize;
        Some(place)
    }

    /// The bar that the data line tells of: the one under the pointer, else the newest, and the
    /// close before it.
    pub(crate) fn told(&self) -> Option<(Bar, Option<f64>)> {
        let place = self.pointed().or_else(|| self.bars.len().checked_sub(1))?;
        let before = place.checked_sub(1).map(|place| self.bars[place].close.to_f64());
        Some((self.bars[place], before))
    }

    /// Everything to paint, from the back to the front.
    pub(crate) fn shapes(&self) -> Vec<Shape> {
        // Without bars there is no scale to draw a grid by.
        if self.width < 40.0 || self.height < 60.0 || self.bars.is_empty() {
            return Vec::new();
        }
        layers::shapes(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use market::{Moment, Price, Span};

    fn bars(count: i64) -> Vec<Bar> {
        let price = |n: i64| Price::from_units(50_000_000 + 10_000 * (n % 17)).expect("a price");
        (0..count)
            .map(|n| Bar {
                start: Moment(1_700_000_000_000_000) + Span::minutes(n),
                open: price(n),
                high: price(n + 3).max(price(n)),
                low: price(n + 5).min(price(n)),
                close: price(n + 3).max(price(n)),
                volume: n,
            })
            .collect()
    }

    fn chart(count: i64) -> ChartState {
        let mut state = ChartState::default();
        state.apply(Action::Resize { width: 1_000.0, height: 600.0 });
        state.apply(Action::SetBars { bars: bars(count), span: BarSpan::M1 });
        state
    }

    #[test]
    fn the_newest_bar_is_followed_until_the_reader_pans_away() {
        let mut state = chart(500);
        let right = state.time.x(499.0);
        state.apply(Action::Extend(bars(501).split_off(499)));
        assert!((state.time.x(500.0) - right).abs() < 1e-9);
        state.apply(Action::Pan { x: 300.0, y: 0.0 });
        assert!(!state.follows());
        let place = state.time.place(100.0);
        state.apply(Action::Extend(bars(502).split_off(500)));
        assert!((state.time.place(100.0) - place).abs() < 1e-9, "the view stays");
        state.apply(Action::Latest);
        assert!((state.time.x(501.0) - right).abs() < 1e-9);
    }

    #[test]
    fn odd_charts_have_no_nan() {
        for count in [0, 1, 2, 500] {
            let mut state = chart(count);
            for spacing in [0.01, 1.0, 100.0] {
                state.apply(Action::Zoom { x: 500.0, factor: spacing });
                for shape in state.shapes() {
                    let text = format!("{shape:?}");
                    assert!(!text.contains("NaN") && !text.contains("inf"), "{count}: {text}");
                }
            }
        }
        let flat = vec![Bar::of_print(Moment(0), Price::from_units(1).expect("a price"), 0)];
        let mut state = chart(0);
        state.apply(Action::SetBars { bars: flat, span: BarSpan::Day });
        assert!(state.prices().low < state.prices().high);
    }

    #[test]
    fn what_is_painted_depends_on_the_room_and_not_on_the_bars() {
        let count = |bars: i64| {
            let mut state = chart(bars);
            state.apply(Action::Zoom { x: 0.0, factor: 1e-9 });
            state.shapes().len()
        };
        assert!(count(200_000) < 6_000, "{}", count(200_000));
        assert!(count(200_000) <= count(20_000) + 200);
    }

    #[test]
    fn a_pulled_axis_is_let_go_by_fitting() {
        let mut state = chart(100);
        let fitted = state.prices();
        state.apply(Action::Stretch(3.0));
        assert!(fitted.high < state.prices().high);
        state.apply(Action::Fit);
        assert_eq!(state.prices(), fitted);
    }
}
