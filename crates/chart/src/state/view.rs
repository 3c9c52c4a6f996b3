//! What a page asks the chart: what lies where, and what is told beside it.

use market::{Bar, BarSpan, Moment, Span, format};

use super::ChartState;
use crate::panes::PRICE_AXIS;
use crate::studies::{Known, StudyLines};
use crate::{Ink, Study};

/// What lies under a pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Region {
    /// The prices.
    Prices,
    /// The pane of a study.
    Pane(Study),
    /// The price axis: dragging stretches it.
    PriceAxis,
    /// The time axis: dragging zooms.
    TimeAxis,
    /// The line above a study's pane: dragging changes its height.
    Edge(Study),
}

/// A study's line in the legend.
#[derive(Clone, Debug, PartialEq)]
pub struct Legend {
    /// Which study.
    pub study: Study,
    /// Whether it is drawn.
    pub is_hidden: bool,
    /// Why it cannot be.
    pub refusal: Option<&'static str>,
    /// The top of its own pane in pixels, if it has one.
    pub top: Option<f64>,
    /// Its values at the bar under the pointer, else at the newest.
    pub values: Vec<LegendValue>,
}

/// The line above a study's pane.
#[derive(Clone, Debug, PartialEq)]
pub struct PaneEdge {
    /// Whose pane begins under it.
    pub study: Study,
    /// Where it is, in pixels.
    pub top: f64,
    /// The height of the pane that the trader wants, in percent of the chart's.
    pub percent: u8,
}

/// A number of a legend.
#[derive(Clone, Debug, PartialEq)]
pub struct LegendValue {
    /// The colour of its line.
    pub ink: Ink,
    /// The number.
    pub text: String,
}

/// Pixels on either side of a pane's edge that take hold of it.
const GRIP: f64 = 5.0;
/// The same for a finger, which is less sure.
const FINGER_GRIP: f64 = 14.0;
/// Pixels within which a magnetic crosshair jumps.
const MAGNET: f64 = 18.0;

impl ChartState {
    /// The colour of the compared symbol.
    pub const COMPARE_INK: Ink = Ink::Study(4);

    /// Whether the newest bar is kept in sight.
    pub fn follows(&self) -> bool {
        self.follows
    }

    /// Whether there is anything to show.
    pub fn is_empty(&self) -> bool {
        self.series.len() == 0
    }

    /// The bars.
    pub fn bars(&self) -> &[Bar] {
        self.series.bars()
    }

    /// How the chart is set up.
    pub fn setup(&self) -> &crate::ChartSetup {
        &self.setup
    }

    /// What lies at a point.
    pub fn region(&self, x: f64, y: f64) -> Region {
        self.region_within(x, y, GRIP)
    }

    /// What a finger at a point means.
    pub fn finger_region(&self, x: f64, y: f64) -> Region {
        self.region_within(x, y, FINGER_GRIP)
    }

    fn region_within(&self, x: f64, y: f64, grip: f64) -> Region {
        let panes = self.panes();
        let bottom = panes.last().map_or(0.0, |pane| pane.bottom);
        if bottom < y {
            return Region::TimeAxis;
        }
        let lower = || panes.iter().skip(1).zip(self.pane_studies());
        for (pane, shown) in lower() {
            if (y - pane.top).abs() <= grip {
                return Region::Edge(shown.study);
            }
        }
        let mut inside = lower().filter(|(pane, _)| pane.top < y && y <= pane.bottom);
        if let Some((_, shown)) = inside.next() {
            return Region::Pane(shown.study);
        }
        if self.width - PRICE_AXIS < x { Region::PriceAxis } else { Region::Prices }
    }

    /// The lines above the panes of studies, in their order.
    pub fn pane_edges(&self) -> Vec<PaneEdge> {
        let panes = self.panes();
        let lower = panes.iter().skip(1).zip(self.pane_studies());
        let edge = |(pane, shown): (&crate::panes::Pane, &crate::ShownStudy)| PaneEdge {
            study: shown.study,
            top: pane.top,
            percent: shown.percent,
        };
        lower.map(edge).collect()
    }

    /// The percentage of the height that a pane gets when its edge is dragged to `y`.
    pub fn pane_percent(&self, study: Study, y: f64) -> Option<u8> {
        let panes = self.panes();
        let place = self.pane_studies().position(|shown| shown.study == study)?;
        let (pane, last) = (panes.get(place + 1)?, panes.last()?);
        let percent = (100.0 * (pane.bottom - y) / last.bottom.max(1.0)).round();
        let (least, most) = crate::ShownStudy::PERCENTS.into_inner();
        let percent = percent.clamp(least.into(), most.into());
        #[expect(clippy::cast_possible_truncation, reason = "clamped")]
        #[expect(clippy::cast_sign_loss, reason = "clamped")]
        let percent = percent as u8;
        Some(percent)
    }

    /// The bar under the pointer, else the one that another chart's crosshair points at.
    pub(crate) fn pointed(&self) -> Option<usize> {
        match self.crosshair {
            Some((x, _)) => self.nearest(x),
            None => self.holding(self.linked?.at),
        }
    }

    /// The bar during which a moment was, if there is one.
    fn holding(&self, at: Moment) -> Option<usize> {
        let bar = self.series.bars().get(self.series.place_of(at))?;
        (bar.start <= at && at < bar.start + self.bar_length()).then(|| self.series.place_of(at))
    }

    /// How long a bar lasts, nights aside.
    fn bar_length(&self) -> Span {
        match self.subject.span {
            BarSpan::Week => Span::hours(7 * 24),
            BarSpan::Month => Span::hours(30 * 24),
            span => span.intraday().unwrap_or(Span::hours(24)),
        }
    }

    /// The bar nearest to `x`; nothing without bars.
    pub(super) fn nearest(&self, x: f64) -> Option<usize> {
        let last = self.series.len().checked_sub(1)?;
        let place = self.time.place(x).round().clamp(0.0, last as f64);
        #[expect(clippy::cast_possible_truncation, reason = "clamped to the number of bars")]
        #[expect(clippy::cast_sign_loss, reason = "clamped to the number of bars")]
        let place = place as usize;
        Some(place)
    }

    /// The moment and price at a point of the prices; the magnet pulls towards what was traded.
    pub fn at(&self, x: f64, y: f64) -> Option<(Moment, f64)> {
        let bar = self.series.bars()[self.nearest(x)?];
        let price = self.pull(&bar, y).unwrap_or_else(|| self.prices().price(y));
        Some((bar.start, price))
    }

    /// What a magnetic crosshair at `y` jumps to, if anything of the bar is near.
    pub(crate) fn pull(&self, bar: &Bar, y: f64) -> Option<f64> {
        if !self.setup.is_magnetic {
            return None;
        }
        let prices = self.prices();
        let traded = [bar.open, bar.high, bar.low, bar.close].map(market::Price::to_f64);
        let apart = |price: &f64| (prices.y(*price) - y).abs();
        let nearest = traded.into_iter().min_by(|a, b| apart(a).total_cmp(&apart(b)))?;
        (apart(&nearest) <= MAGNET).then_some(nearest)
    }

    /// How wide and how high it is, in pixels.
    pub fn size(&self) -> (f64, f64) {
        (self.width, self.height)
    }

    /// What the crosshair points at: the bar's start and the price.
    pub fn pointed_at(&self) -> Option<(Moment, f64)> {
        let (x, y) = self.crosshair?;
        self.at(x, y)
    }

    /// The level whose line is under the crosshair.
    pub fn pointed_level(&self) -> Option<&str> {
        let (x, y) = self.crosshair?;
        if self.region(x, y) != Region::Prices {
            return None;
        }
        let prices = self.prices();
        let apart = |level: &&super::ChartLevel| (prices.y(level.price) - y).abs();
        let nearest = self.levels.iter().min_by(|a, b| apart(a).total_cmp(&apart(b)))?;
        (apart(&nearest) <= GRIP).then_some(nearest.name.as_str())
    }

    /// Where the bar that holds a moment, and a price, lie in pixels.
    pub fn point_of(&self, at: Moment, price: f64) -> (f64, f64) {
        (self.time.x(self.series.place_of(at) as f64), self.prices().y(price))
    }

    /// How many bars are missing at the left edge: when positive, older ones are wanted.
    pub fn missing_left(&self) -> f64 {
        if self.series.len() == 0 { 0.0 } else { -self.time.place(-2.0 * self.time.edge) }
    }

    /// Whether a study begins with an older bar than there are, and is told once there are so many
    /// of them, by estimate.
    pub fn lacks_older(&self, bars_most: usize) -> bool {
        let more = bars_most as f64 - self.series.len() as f64;
        self.studies.iter().filter_map(StudyLines::lacks).any(|at| -self.place_of(at) < more)
    }

    /// What studies have to know of the bars.
    pub(super) fn known(&self) -> Known {
        let first = self.series.bars().first().map_or(Moment(i64::MAX), |bar| bar.start);
        let since = if self.is_whole { Moment(i64::MIN) } else { first };
        Known { span: self.subject.span, first, since }
    }

    /// The compared symbol, and how far it went since the left edge, in percent, by the bar under
    /// the pointer, else by the newest.
    pub fn compared(&self) -> Option<(market::Symbol, Option<f64>)> {
        let (symbol, _) = self.compare.as_ref()?;
        let base = self.prices().base;
        let percent = self.compare_factor(self.visible(), base).and_then(|(other, factor)| {
            let at = self.series.bars().get(self.told_place()?)?.start;
            let bar = other.bars().get(other.place_of(at)).filter(|bar| bar.start <= at)?;
            Some(100.0 * (bar.close.to_f64() * factor / base - 1.0))
        });
        Some((*symbol, percent))
    }

    /// When the first bar of the compared symbol starts.
    pub fn compare_first(&self) -> Option<Moment> {
        self.compare.as_ref().and_then(|(_, other)| other.bars().first()).map(|bar| bar.start)
    }

    /// The bar that the data line tells of: the one under the pointer, else the newest, and the
    /// close before it.
    pub fn told(&self) -> Option<(Bar, Option<f64>)> {
        let place = self.told_place()?;
        let bars = self.series.bars();
        let before = place.checked_sub(1).map(|place| bars[place].close.to_f64());
        Some((bars[place], before))
    }

    fn told_place(&self) -> Option<usize> {
        self.pointed().or_else(|| self.series.len().checked_sub(1))
    }

    /// The studies and their values, in the trader's order.
    pub fn legends(&self) -> Vec<Legend> {
        let Some(place) = self.told_place() else { return Vec::new() };
        let panes = self.panes();
        let legend = |shown: &crate::ShownStudy| {
            let study = shown.study;
            let pane = self.pane_studies().position(|one| one.study == study);
            let lacks = || {
                let lines = self.studies.iter().find(|lines| lines.study == study)?;
                lines.lacks().map(|_| "needs older bars")
            };
            let refusal = study.refusal(self.subject.span, self.subject.has_volume);
            Legend {
                study,
                is_hidden: shown.is_hidden,
                refusal: refusal.or_else(lacks),
                top: pane.and_then(|pane| panes.get(pane + 1)).map(|pane| pane.top),
                values: self.legend_values(study, place),
            }
        };
        // Volume is on every fresh chart: that an index has none is no news.
        let is_told =
            |one: &&crate::ShownStudy| one.study != Study::Volume || self.subject.has_volume;
        self.setup.studies.iter().filter(is_told).map(legend).collect()
    }

    /// Decimals of prices: as many as the newest has.
    pub(crate) fn decimals(&self) -> usize {
        self.series.bars().last().map_or(2, |bar| format::decimals(bar.close.to_f64()))
    }

    /// Decimals of a study's values: as many as its prices have. RSI is no price.
    pub(crate) fn decimals_of(&self, study: Study) -> usize {
        if matches!(study, Study::Rsi(_)) { 2 } else { self.decimals() }
    }

    fn legend_values(&self, study: Study, place: usize) -> Vec<LegendValue> {
        let bar = self.series.bars()[place];
        let Some(lines) = self.studies.iter().find(|lines| lines.study == study) else {
            return Vec::new();
        };
        if study == Study::Volume {
            let ink = if bar.close < bar.open { Ink::Down } else { Ink::Up };
            let text = format::price(bar.volume as f64, 0);
            return vec![LegendValue { ink, text }];
        }
        let decimals = self.decimals_of(study);
        let shown = (0..lines.lines().len()).filter_map(|line| {
            let value = lines.value(line, place)?;
            let ink = crate::layers::line_ink(self, study, line);
            Some(LegendValue { ink, text: format::price(value, decimals) })
        });
        shown.collect()
    }
}
