//! Where bars and prices lie in pixels, and back.

use market::format;

/// Bars beside each other at equal distances; nights and weekends take no room.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct BarScale {
    /// The place at the right edge, counted in bars from the first one.
    pub(crate) right: f64,
    /// Pixels from bar to bar.
    pub(crate) spacing: f64,
    /// The right edge in pixels.
    pub(crate) edge: f64,
}

/// How prices become heights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScaleMode {
    /// Equal points are equal heights.
    #[default]
    Linear,
    /// Equal percentages are equal heights.
    Log,
    /// As linear, told in percent of the first bar in sight.
    Percent,
}

/// Prices from the bottom up, or from the top down when inverted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PriceScale {
    /// The lower end, in the mode's own measure: see [`PriceScale::measure`].
    pub(crate) low: f64,
    /// The upper end, in the mode's own measure.
    pub(crate) high: f64,
    /// The top in pixels.
    pub(crate) top: f64,
    /// The bottom in pixels.
    pub(crate) bottom: f64,
    /// How prices become heights.
    pub(crate) mode: ScaleMode,
    /// Great prices lie at the bottom.
    pub(crate) is_inverted: bool,
    /// What percentages are of.
    pub(crate) base: f64,
}

impl ScaleMode {
    /// Every mode.
    pub const ALL: [Self; 3] = [Self::Linear, Self::Log, Self::Percent];

    /// The word in an address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Log => "log",
            Self::Percent => "percent",
        }
    }
}

impl BarScale {
    /// The greatest distance between bars, in pixels.
    pub(crate) const SPACING_MAX: f64 = 120.0;

    /// Where the middle of bar number `place` lies.
    pub(crate) fn x(&self, place: f64) -> f64 {
        self.edge - (self.right - place) * self.spacing
    }

    /// Which bar lies at `x`.
    pub(crate) fn place(&self, x: f64) -> f64 {
        self.right - (self.edge - x) / self.spacing
    }

    /// Changes the distance, never under `least`; the bar at `x` stays where it is.
    pub(crate) fn zoom(&mut self, x: f64, factor: f64, least: f64) {
        let place = self.place(x);
        self.spacing = (self.spacing * factor).clamp(least, Self::SPACING_MAX);
        self.right = place + (self.edge - x) / self.spacing;
    }
}

impl PriceScale {
    /// A price in the mode's own measure: logarithms for [`ScaleMode::Log`], else the price.
    pub(crate) fn measure(mode: ScaleMode, price: f64) -> f64 {
        match mode {
            ScaleMode::Log => libm::log(price.max(1e-9)),
            ScaleMode::Linear | ScaleMode::Percent => price,
        }
    }

    fn price_of(&self, measure: f64) -> f64 {
        match self.mode {
            ScaleMode::Log => libm::exp(measure.min(600.0)),
            ScaleMode::Linear | ScaleMode::Percent => measure,
        }
    }

    /// Where a price lies.
    pub(crate) fn y(&self, price: f64) -> f64 {
        let part = (Self::measure(self.mode, price) - self.low) / (self.high - self.low);
        let part = if self.is_inverted { 1.0 - part } else { part };
        self.bottom - part * (self.bottom - self.top)
    }

    /// Which part of the way from the lower end to the upper one lies at `y`.
    pub(crate) fn part(&self, y: f64) -> f64 {
        let part = (self.bottom - y) / (self.bottom - self.top);
        if self.is_inverted { 1.0 - part } else { part }
    }

    /// What lies at `y`, in the mode's own measure.
    pub(crate) fn measure_at(&self, y: f64) -> f64 {
        self.low + self.part(y) * (self.high - self.low)
    }

    /// Which price lies at `y`.
    pub(crate) fn price(&self, y: f64) -> f64 {
        self.price_of(self.measure_at(y))
    }

    /// The least and the greatest price.
    pub(crate) fn ends(&self) -> (f64, f64) {
        (self.price_of(self.low), self.price_of(self.high))
    }

    /// How a price is told on the axis: `5,091.63`, or `+1.25%` of the first bar in sight.
    pub(crate) fn word(&self, price: f64, decimals: usize) -> String {
        match self.mode {
            ScaleMode::Percent => format::percent(100.0 * (price / self.base - 1.0)),
            ScaleMode::Linear | ScaleMode::Log => format::price(price, decimals),
        }
    }

    /// Round prices to draw lines at, at least `gap` pixels apart, and how each is told.
    pub(crate) fn ticks(&self, gap: f64) -> Vec<(f64, String)> {
        let (low, high) = self.ends();
        let height = (self.bottom - self.top).max(1.0);
        if self.mode == ScaleMode::Log && low * 1.5 < high {
            return self.wide_ticks(low, high, gap);
        }
        // Where logarithms are nearly straight, the tightest steps are at the top.
        let spare = if self.mode == ScaleMode::Log { high / low.max(1e-9) } else { 1.0 };
        let percent = match self.mode {
            ScaleMode::Percent => self.base / 100.0,
            ScaleMode::Linear | ScaleMode::Log => 1.0,
        };
        let origin = if self.mode == ScaleMode::Percent { self.base } else { 0.0 };
        let (low, high) = ((low - origin) / percent, (high - origin) / percent);
        let step = nice_step((high - low) * gap * spare / height);
        let mut ticks = Vec::new();
        let mut n = (low / step).ceil();
        while n * step <= high && ticks.len() < 64 {
            let price = origin + n * step * percent;
            let words = match self.mode {
                ScaleMode::Percent => {
                    format!("{}%", format::signed(n * step, decimals(step).max(2)))
                }
                ScaleMode::Linear | ScaleMode::Log => format::price(price, decimals(step)),
            };
            ticks.push((price, words));
            n += 1.0;
        }
        ticks
    }

    /// Ticks where steps of one size would crowd at one end: each step is as round as the room
    /// above the last tick allows.
    fn wide_ticks(&self, low: f64, high: f64, gap: f64) -> Vec<(f64, String)> {
        let mut ticks: Vec<(f64, String)> = Vec::new();
        // The lowest price gets a tick near it, not one exactly there.
        let mut at = low;
        while ticks.len() < 64 {
            let up = if self.is_inverted { gap } else { -gap };
            let room = self.price(self.y(at) + up) - at;
            let step = nice_step(room);
            let mut next = ((at / step).floor() + 1.0) * step;
            if (self.y(next) - self.y(at)).abs() < gap {
                next += step;
            }
            if !next.is_finite() || high < next || next <= at {
                break;
            }
            ticks.push((next, format::price(next, decimals(step))));
            at = next;
        }
        ticks
    }
}

/// The least of 1, 2, 2.5 or 5 times a power of ten that is not less than `least`.
pub(crate) fn nice_step(least: f64) -> f64 {
    if !least.is_finite() || least <= 0.0 {
        return 1.0;
    }
    let mut power = 1e-8;
    while power * 10.0 <= least && power < 1e12 {
        power *= 10.0;
    }
    [1.0, 2.0, 2.5, 5.0]
        .into_iter()
        .map(|n| n * power)
        .find(|step| least <= *step)
        .unwrap_or(10.0 * power)
}

/// Decimals that tell multiples of `step` apart.
fn decimals(step: f64) -> usize {
    (0..8)
        .zip(std::iter::successors(Some(step), |scaled| Some(scaled * 10.0)))
        .find(|(_, scaled)| (scaled - scaled.round()).abs() < 1e-6 * scaled)
        .map_or(8, |(decimals, _)| decimals)
        .max(usize::from(step < 100.0) * 2 * usize::from(step < 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn steps_are_nice() {
        for (least, step) in [(0.3, 0.5), (1.0, 1.0), (1.1, 2.0), (2.2, 2.5), (30.0, 50.0)] {
            assert!((nice_step(least) / step - 1.0).abs() < 1e-9, "{least}: {}", nice_step(least));
        }
        assert_eq!(decimals(0.05), 2);
        assert_eq!(decimals(2.5), 1);
        assert_eq!(decimals(50.0), 0);
        assert_eq!(decimals(0.0001), 4);
    }

    /// Whether a number is 1, 2, 2.5 or 5 times a power of ten.
    fn is_nice(step: f64) -> bool {
        let power = libm::pow(10.0, (libm::log10(step) + 1e-9).floor());
        [1.0, 2.0, 2.5, 5.0].into_iter().any(|n| (step / power / n - 1.0).abs() < 1e-6)
    }

    #[test]
    fn a_price_of_any_size_can_be_read_on_the_axis() {
        for (low, high, first, last) in [
            (0.0001, 0.0009, "0.0002", "0.0008"),
            (0.0120, 0.0131, "0.01200", "0.01300"),
            (0.82, 0.99, "0.85", "0.95"),
            (4_900.0, 5_120.0, "4,900", "5,100"),
            (99_000.0, 100_000.0, "99,000", "100,000"),
        ] {
            let (mode, is_inverted, base) = (ScaleMode::Linear, false, low);
            let scale = PriceScale { low, high, top: 0.0, bottom: 300.0, mode, is_inverted, base };
            let ticks = scale.ticks(60.0);
            let words: Vec<&str> = ticks.iter().map(|(_, words)| words.as_str()).collect();
            assert_eq!((words[0], words[words.len() - 1]), (first, last), "{words:?}");
        }
    }

    proptest! {
        #[test]
        fn the_least_nice_step_is_found(least in 1e-7..1e9_f64) {
            let step = nice_step(least);
            prop_assert!(is_nice(step), "{least}: {step}");
            // From one to the next it is at most two and a half times.
            prop_assert!(least <= step && step < 2.5 * least * (1.0 + 1e-9), "{least}: {step}");
        }

        /// From the least price to a hundred thousand, on scales of any height.
        #[test]
        fn ticks_rise_by_nice_steps_within_the_window(
            power in -4.0..5.0_f64, part in 0.000_02..2.0_f64, gap in 20.0..90.0_f64,
            height in 60.0..2_000.0_f64, is_inverted: bool,
            mode in prop::sample::select(vec![ScaleMode::Linear, ScaleMode::Log]),
        ) {
            let low = libm::pow(10.0, power);
            let high = low * (1.0 + part);
            let measure = |price| PriceScale::measure(mode, price);
            let scale = PriceScale {
                low: measure(low), high: measure(high), top: 0.0, bottom: height,
                mode, is_inverted, base: low,
            };
            let ticks = scale.ticks(gap);
            let slack = 1e-9 * high;
            prop_assert!(ticks.len() as f64 <= height / gap + 1.0, "{} ticks", ticks.len());
            for pair in ticks.windows(2) {
                prop_assert!(pair[0].0 < pair[1].0, "{pair:?}");
            }
            prop_assert!(ticks.iter().all(|(at, _)| low - slack <= *at && *at <= high + slack));
            let steps: Vec<f64> = ticks.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
            // Wide logarithms have a step of their own at each height.
            if mode == ScaleMode::Linear || high <= low * 1.5 {
                let error = 1e-9 * high;
                prop_assert!(steps.windows(2).all(|two| (two[0] - two[1]).abs() <= error));
                if let Some(step) = steps.first() {
                    let is_exact = 1e-6 * step <= error;
                    prop_assert!(is_exact || is_nice(*step), "{step}");
                }
            }
        }

        #[test]
        fn the_bar_under_the_pointer_stays_under_it(
            x in 0.0..1000.0_f64, factor in 0.2..5.0_f64, spacing in 0.1..50.0_f64,
            right in -100.0..500_000.0_f64,
        ) {
            let mut scale = BarScale { right, spacing, edge: 900.0 };
            let place = scale.place(x);
            scale.zoom(x, factor, 0.001);
            prop_assert!((scale.x(place) - x).abs() < 1e-6);
        }

        #[test]
        fn prices_survive_the_way_there_and_back(
            low in 0.0001..100_000.0_f64, range in 0.0001..10_000.0_f64, part in 0.0..1.0_f64,
            mode in prop::sample::select(ScaleMode::ALL.to_vec()), is_inverted: bool,
        ) {
            let measure = |price| PriceScale::measure(mode, price);
            let (high, base) = (low + range, low);
            let scale = PriceScale {
                low: measure(low), high: measure(high), top: 10.0, bottom: 610.0,
                mode, is_inverted, base,
            };
            let price = low + part * range;
            let slack = 1e-9 * high * (1.0 + high / range);
            prop_assert!((scale.price(scale.y(price)) - price).abs() <= slack);
            let ticks = scale.ticks(40.0);
            prop_assert!(ticks.len() <= 16, "{} ticks", ticks.len());
            for pair in ticks.windows(2) {
                let apart = (scale.y(pair[1].0) - scale.y(pair[0].0)).abs();
                prop_assert!(40.0 - 1e-6 <= apart, "{apart}: {pair:?}");
                prop_assert_ne!(&pair[0].1, &pair[1].1);
            }
            let slack = 1e-9 * high;
            prop_assert!(ticks.iter().all(|(at, _)| low - slack <= *at && *at <= high + slack));
        }
    }
}
