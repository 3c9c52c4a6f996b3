//! What the chart shows, and how it answers a trader's hands.

mod aim;
mod motion;
mod places;
mod view;
mod window;

use std::ops::Range;

use market::{Bar, BarCalendar, BarHours, BarSpan, Moment, Symbol};
use quant::indicators::VwapValue;
use quant::levels::LevelRole;

use crate::drawings::{Draft, Drawings, Grip};
use crate::layers;
use crate::panes::{HEAD, PRICE_AXIS, Pane, TIME_AXIS, share};
use crate::scale::{BarScale, PriceScale, ScaleMode};
use crate::series::Series;
use crate::studies::{StudyLines, heikin_ashi};
use crate::{ChartSetup, ChartStyle, Shape, Study, Tool};

pub use motion::Fingers;
pub use view::{Legend, LegendValue, PaneEdge, Region};

/// Charts under this width show names alone beside their levels.
pub(crate) const NARROW: f64 = 560.0;
/// Pixels from bar to bar on a fresh chart.
const SPACING_FIRST: f64 = 7.0;

/// A level that the chart draws.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartLevel {
    /// The name traders write.
    pub name: String,
    /// Where it is.
    pub price: f64,
    /// Decides its colour, where the trader did not.
    pub role: LevelRole,
    /// Computed rather than seen: drawn dashed.
    pub is_computed: bool,
    /// Level − last price.
    pub points: Option<f64>,
    /// The trader's own colour for it, one of those that tell studies apart.
    pub color: Option<u8>,
}

/// What the bars are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// How long each lasts.
    pub span: BarSpan,
    /// Whether it trades in shares; an index does not.
    pub has_volume: bool,
}

/// Another symbol's bars, drawn in percent beside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompareSeries {
    /// Which.
    pub symbol: Symbol,
    /// Of the same span, oldest first.
    pub bars: Vec<Bar>,
}

/// Today's VWAP from prints: from each minute on, what it was.
pub type SessionVwap = Vec<(Moment, VwapValue)>;

/// What the chart shows.
#[derive(Clone, Debug)]
pub struct ChartState {
    pub(crate) series: Series,
    /// Whether there are no older bars than these.
    is_whole: bool,
    /// Which bars there are besides.
    calendar: BarCalendar,
    /// How many of the calendar's bars there are.
    share: f64,
    /// What is drawn when it is not the bars themselves.
    averaged: Option<Series>,
    pub(crate) subject: Subject,
    pub(crate) setup: ChartSetup,
    pub(crate) studies: Vec<StudyLines>,
    pub(crate) compare: Option<(Symbol, Series)>,
    pub(crate) levels: Vec<ChartLevel>,
    pub(crate) pulsing: Option<(String, f64)>,
    pub(crate) drawings: Drawings,
    /// The tool in the hand, what is being drawn, what was taken hold of, what is selected.
    pub(crate) tool: Option<Tool>,
    pub(crate) draft: Option<Draft>,
    pub(crate) grip: Option<Grip>,
    pub(crate) selected: Option<u64>,
    /// Which point of which drawing keys move.
    pub(crate) chosen: Option<(u64, usize)>,
    session_vwap: SessionVwap,
    pub(crate) last: Option<(f64, bool)>,
    /// The tape's time, for the countdown.
    pub(crate) now: Option<Moment>,
    pub(crate) crosshair: Option<(f64, f64)>,
    /// What the crosshair is at, in words, while it is moved by keys.
    /// The bar and the price of the keys' crosshair.
    aimed: Option<(Moment, f64)>,
    /// What the crosshair of keys is at, in words.
    aim_words: Option<String>,
    /// What another chart's crosshair points at; seen while this one has none.
    pub(crate) linked: Option<LinkedPoint>,
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) time: BarScale,
    /// Prices that a trader pulled the axis to, in the scale's measure; otherwise it fits what is
    /// seen.
    pulled: Option<(f64, f64)>,
    follows: bool,
}

/// What a trader, or the tape, does to the chart.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// The room changed, in CSS pixels.
    Resize {
        /// Of the canvas.
        width: f64,
        /// Of the canvas.
        height: f64,
    },
    /// Other bars, of another symbol or span: the newest are shown.
    SetBars {
        /// Oldest first.
        bars: Vec<Bar>,
        /// What they are of.
        subject: Subject,
    },
    /// Newer bars: the first replaces the bar of its start, the others follow.
    Extend(Vec<Bar>),
    /// Older bars, put in front; none when there are no older ones. What is seen stays where it is.
    Prepend(Vec<Bar>),
    /// How the chart is set up.
    SetUp(ChartSetup),
    /// The other symbol's bars.
    Compare(Option<CompareSeries>),
    /// Newer bars of the other symbol, as for `Extend`.
    ExtendCompare(Vec<Bar>),
    /// Other levels.
    SetLevels(Vec<ChartLevel>),
    /// A level is shown more strongly: its name, and how strongly, 0 to 1.
    Pulse(Option<(String, f64)>),
    /// Today's VWAP from prints.
    SetVwap(SessionVwap),
    /// The last price, and whether it rose since the previous close.
    SetLast(Option<(f64, bool)>),
    /// The tape's time.
    SetNow(Option<Moment>),
    /// Moves the view by pixels.
    Pan {
        /// To the right.
        x: f64,
        /// Down.
        y: f64,
    },
    /// Changes the distance of bars; what lies at `x` stays.
    Zoom {
        /// From the left edge.
        x: f64,
        /// Greater than one brings bars nearer.
        factor: f64,
    },
    /// The same about the middle of the chart, or about the newest bar while that is followed.
    ZoomMiddle(f64),
    /// The same about the right edge, or about the newest bar while that is followed.
    ZoomRight(f64),
    /// Two fingers moved: what lies under them goes along, on an axis along which they are apart.
    Pinch {
        /// Where they were.
        from: Fingers,
        /// Where they are.
        to: Fingers,
    },
    /// Stretches the price axis about its middle.
    Stretch(f64),
    /// Moves the prices down by a part of their height: higher ones come in sight.
    Lift(f64),
    /// Prices fit what is seen again.
    Fit,
    /// Bars are as far apart as on a fresh chart again.
    FitTime,
    /// Everything as on a fresh chart.
    Reset,
    /// Back to the newest bar.
    Latest,
    /// To the oldest bar there is.
    Oldest,
    /// To the bar that holds a moment.
    GoTo(Moment),
    /// The bars from one moment to another.
    Window {
        /// At the left edge.
        from: Moment,
        /// At the right edge.
        to: Moment,
    },
    /// The prices from one to another, whatever fits what is seen.
    Prices {
        /// At the lower end.
        low: f64,
        /// At the upper end.
        high: f64,
    },
    /// A price comes to the middle.
    Centre(f64),
    /// Where the pointer is.
    Point(Option<(f64, f64)>),
    /// Keys take the crosshair, or put it away.
    Crosshair,
    /// Keys move the crosshair.
    Aim {
        /// Bars to the right.
        bars: f64,
        /// Up to the next round price about so many pixels away.
        up: f64,
    },
    /// What another chart's crosshair points at.
    PointLinked(Option<LinkedPoint>),
}

/// What another chart's crosshair points at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinkedPoint {
    /// The start of the bar.
    pub at: Moment,
    /// The price; nothing when it is another symbol's.
    pub price: Option<f64>,
}

impl Default for ChartState {
    fn default() -> Self {
        Self {
            series: Series::default(),
            is_whole: false,
            calendar: BarCalendar { span: BarSpan::M5, hours: BarHours::Regular },
            share: 1.0,
            averaged: None,
            subject: Subject { span: BarSpan::M5, has_volume: true },
            setup: ChartSetup::default(),
            studies: Vec::new(),
            compare: None,
            levels: Vec::new(),
            pulsing: None,
            drawings: Drawings::default(),
            tool: None,
            draft: None,
            grip: None,
            selected: None,
            chosen: None,
            session_vwap: Vec::new(),
            last: None,
            now: None,
            crosshair: None,
            aimed: None,
            aim_words: None,
            linked: None,
            width: 0.0,
            height: 0.0,
            time: BarScale { right: 0.0, spacing: SPACING_FIRST, edge: 0.0 },
            pulled: None,
            follows: true,
        }
    }
}

impl ChartState {
    /// Does it.
    pub fn apply(&mut self, action: Action) {
        match action {
            Action::Resize { width, height } => {
                // One that is not on the screen stays as it was seen.
                if 0.0 < width && 0.0 < height {
                    (self.width, self.height) = (width, height);
                    self.time.edge = (width - PRICE_AXIS).max(1.0);
                }
            }
            Action::SetBars { bars, subject } => self.set_bars(bars, subject),
            Action::Extend(newer) => {
                let room = self.newest_off();
                let place = self.series.extend(&newer);
                self.follow_bars(place);
                // New bars filled the room at the right.
                self.follows |= 0.0 < room && self.newest_off() <= 0.0;
            }
            Action::Prepend(older) => {
                self.is_whole |= older.is_empty();
                let count = self.series.prepend(&older);
                self.time.right += count as f64;
                self.know_hours();
                self.follow_bars(0);
            }
            Action::SetUp(setup) => self.set_up(setup),
            Action::Compare(other) => self.compare_with(other),
            Action::ExtendCompare(newer) => {
                if let Some((_, other)) = &mut self.compare {
                    other.extend(&newer);
                }
            }
            Action::SetLevels(levels) => self.levels = levels,
            Action::Pulse(level) => self.pulsing = level,
            Action::SetVwap(path) => {
                self.session_vwap = path;
                self.put_vwap();
            }
            Action::SetLast(last) => self.last = last,
            Action::SetNow(now) => self.now = now,
            Action::Pan { x, y } => self.pan(x, y),
            Action::Zoom { x, factor } => self.zoom(x, factor),
            Action::ZoomMiddle(factor) => self.zoom_about(self.time.edge / 2.0, factor),
            Action::ZoomRight(factor) => self.zoom_about(self.time.edge, factor),
            Action::Pinch { from, to } => self.pinch(from, to),
            Action::Stretch(factor) => self.stretch(factor),
            Action::Lift(part) => self.lift(part),
            Action::Fit => self.pulled = None,
            Action::FitTime => self.zoom_about(self.time.edge, SPACING_FIRST / self.time.spacing),
            Action::Reset => {
                self.pulled = None;
                self.time.spacing = SPACING_FIRST;
                self.follows = true;
            }
            Action::Latest => self.follows = true,
            Action::Oldest => self.go_to(self.moment_at(0.0)),
            Action::GoTo(at) => self.go_to(at),
            Action::Window { from, to } => self.show_window(from, to),
            Action::Prices { low, high } => self.show_prices(low, high),
            Action::Centre(price) => self.centre(price),
            Action::Point(at) => self.point(at),
            Action::Crosshair if self.is_aiming() => self.point(None),
            Action::Crosshair => self.aim(0.0, 0.0),
            Action::Aim { bars, up } => self.aim(bars, up),
            Action::PointLinked(point) => self.linked = point,
        }
        if self.follows {
            self.time.right = self.newest() + self.margin() / self.time.spacing;
        }
        self.hold_aim();
    }

    fn set_bars(&mut self, bars: Vec<Bar>, subject: Subject) {
        (self.series, self.is_whole) = (Series::new(bars), false);
        self.subject = subject;
        self.know_hours();
        if self.is_aiming() {
            self.point(None);
        }
        self.session_vwap = Vec::new();
        self.pulled = None;
        self.follows = true;
        self.averaged = None;
        let setup = self.setup.clone();
        self.studies.clear();
        self.set_up(setup);
    }

    fn set_up(&mut self, setup: ChartSetup) {
        if setup.scale != self.setup.scale {
            self.pulled = None;
        }
        let (before, known) = (std::mem::take(&mut self.studies), self.known());
        let is_shown =
            |study: Study| study.refusal(self.subject.span, self.subject.has_volume).is_none();
        let shown = setup.studies.iter().filter(|one| !one.is_hidden && is_shown(one.study));
        let bars = self.series.bars();
        self.studies = shown
            .map(|one| {
                let same = before.iter().find(|lines| lines.study == one.study);
                same.cloned().unwrap_or_else(|| StudyLines::new(one.study, bars, known))
            })
            .collect();
        self.setup = setup;
        self.put_vwap();
        match (self.setup.style == ChartStyle::HeikinAshi, &self.averaged) {
            (true, None) => {
                self.averaged = Some(Series::new(heikin_ashi(None, self.series.bars())));
            }
            (false, Some(_)) => self.averaged = None,
            _ => {}
        }
    }

    /// Bars changed from `place` on: what is computed from them follows.
    fn follow_bars(&mut self, place: usize) {
        let known = self.known();
        for lines in &mut self.studies {
            lines.follow(self.series.bars(), place, known);
        }
        if let Some(averaged) = &mut self.averaged {
            let before = place.checked_sub(1).and_then(|last| averaged.bars().get(last).copied());
            let newer = heikin_ashi(before, &self.series.bars()[place..]);
            if place == 0 {
                *averaged = Series::new(newer);
            } else {
                averaged.extend(&newer);
            }
        }
        self.put_vwap();
    }

    fn put_vwap(&mut self) {
        for lines in &mut self.studies {
            lines.put_vwap(self.series.bars(), &self.session_vwap);
        }
    }

    /// What the candles are of: the bars, or averages of them.
    pub(crate) fn drawn(&self) -> &Series {
        self.averaged.as_ref().unwrap_or(&self.series)
    }

    fn newest(&self) -> f64 {
        self.series.len() as f64 - 1.0
    }

    /// Pixels between the newest bar and the price axis: room for the labels.
    pub(crate) fn margin(&self) -> f64 {
        if self.levels.is_empty() {
            24.0
        } else if self.width < NARROW {
            88.0
        } else {
            168.0
        }
    }

    /// Where the labels of levels begin.
    pub(crate) fn label_left(&self) -> f64 {
        self.time.edge - self.margin() + 14.0
    }

    /// Bars in sight.
    pub(crate) fn visible(&self) -> Range<usize> {
        let count = self.series.len() as f64;
        let first = self.time.place(0.0).floor().clamp(0.0, count);
        let end = (self.time.place(self.time.edge).ceil() + 1.0).clamp(first, count);
        #[expect(clippy::cast_possible_truncation, reason = "clamped to the number of bars")]
        #[expect(clippy::cast_sign_loss, reason = "clamped to the number of bars")]
        let range = first as usize..end as usize;
        range
    }

    /// Bars that one column of pixels shows: a power of two.
    pub(crate) fn per_column(&self) -> usize {
        let mut per = 1;
        while (per as f64) * self.time.spacing < 1.0 && per < 1 << 24 {
            per *= 2;
        }
        per
    }

    /// The panes: prices first, then one for each study that needs one.
    pub(crate) fn panes(&self) -> Vec<Pane> {
        let wishes: Vec<u8> = self.pane_studies().map(|shown| shown.percent).collect();
        share(self.height, &wishes)
    }

    /// The studies with a pane of their own, in the order of their panes.
    pub(crate) fn pane_studies(&self) -> impl Iterator<Item = &crate::ShownStudy> {
        self.setup.studies.iter().filter(|one| one.study.has_pane() && !one.is_hidden)
    }

    pub(crate) fn price_pane(&self) -> Pane {
        self.panes()[0]
    }

    pub(crate) fn mode(&self) -> ScaleMode {
        // Two symbols have nothing in common but percentages.
        if self.compare.is_some() { ScaleMode::Percent } else { self.setup.scale }
    }

    /// The price scale: what a trader pulled it to, or what fits the bars in sight.
    pub(crate) fn prices(&self) -> PriceScale {
        let visible = self.visible();
        let mode = self.mode();
        let first = self.series.bars().get(visible.start);
        let base = first.map_or(1.0, |bar| bar.close.to_f64());
        let bottom = self.price_pane().bottom;
        let (top, bottom) = (HEAD.min(bottom - 1.0), bottom);
        let is_inverted = self.setup.is_inverted;
        let scale = |low, high| PriceScale { low, high, top, bottom, mode, is_inverted, base };
        if let Some((low, high)) = self.pulled {
            return scale(low, high);
        }
        let measure = |price| PriceScale::measure(mode, price);
        let Some((low, high)) = self.seen_prices(visible, base) else {
            return scale(measure(1.0), measure(2.0));
        };
        let (low, high) = (measure(low), measure(high));
        let spare = (high - low) * 0.07;
        scale(low - spare, high + spare)
    }

    /// The least and greatest price that should be seen.
    fn seen_prices(&self, visible: Range<usize>, base: f64) -> Option<(f64, f64)> {
        let (mut low, mut high) = self.drawn().extremes(visible.clone())?;
        if let Some((other, factor)) = self.compare_factor(visible.clone(), base) {
            let range = other.place_of(self.series.bars()[visible.start].start)
                ..other.place_of(self.series.bars()[visible.end - 1].start) + 1;
            if let Some((least, most)) = other.extremes(range) {
                (low, high) = (low.min(least * factor), high.max(most * factor));
            }
        }
        // A flat stretch still needs some height.
        let range = (high - low).max(high.abs() * 0.000_2).max(0.000_02);
        let (seen_low, seen_high) = (low, high);
        // Levels nearby are worth a little room.
        let reach = range * 0.35;
        for level in &self.levels {
            if seen_low - reach <= level.price && level.price <= seen_high + reach {
                (low, high) = (low.min(level.price), high.max(level.price));
            }
        }
        if high - low < range {
            let middle = f64::midpoint(low, high);
            (low, high) = ((middle - range / 2.0).max(middle / 2.0), middle + range / 2.0);
        }
        Some((low, high))
    }

    /// The other symbol, and what its prices are multiplied by to start where ours do.
    pub(crate) fn compare_factor(
        &self,
        visible: Range<usize>,
        base: f64,
    ) -> Option<(&Series, f64)> {
        let (_, other) = self.compare.as_ref()?;
        let start = self.series.bars().get(visible.start)?.start;
        let known = other.bars().get(other.place_of(start))?;
        Some((other, base / known.close.to_f64())).filter(|(_, factor)| factor.is_finite())
    }

    /// Everything to paint, from the back to the front.
    pub fn shapes(&self) -> Vec<Shape> {
        // Without bars there is no scale to draw a grid by.
        if self.width < 40.0 || self.height < TIME_AXIS + 34.0 || self.series.len() == 0 {
            return Vec::new();
        }
        layers::shapes(self)
    }
}

#[cfg(test)]
pub(crate) mod tests;
