//! Where bars and prices lie in pixels, and back.

/// Bars beside each other at equal distances; nights and weekends take no room.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct BarScale {
    /// The place at the right edge, counted in bars from the first one.
    pub(super) right: f64,
    /// Pixels from bar to bar.
    pub(super) spacing: f64,
    /// The right edge in pixels.
    pub(super) edge: f64,
}

/// Prices from the bottom up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct PriceScale {
    /// The price at the bottom.
    pub(super) low: f64,
    /// The price at the top.
    pub(super) high: f64,
    /// The top in pixels.
    pub(super) top: f64,
    /// The bottom in pixels.
    pub(super) bottom: f64,
}

impl BarScale {
    /// The least and greatest distance between bars, in pixels.
    pub(super) const SPACING: (f64, f64) = (0.05, 60.0);

    /// Where the middle of bar number `place` lies.
    pub(super) fn x(&self, place: f64) -> f64 {
        self.edge - (self.right - place) * self.spacing
    }

    /// Which bar lies at `x`.
    pub(super) fn place(&self, x: f64) -> f64 {
        self.right - (self.edge - x) / self.spacing
    }

    /// Changes the distance; the bar at `x` stays where it is.
    pub(super) fn zoom(&mut self, x: f64, factor: f64) {
        let place = self.place(x);
        let (least, most) = Self::SPACING;
        self.spacing = (self.spacing * factor).clamp(least, most);
        self.right = place + (self.edge - x) / self.spacing;
    }
}

impl PriceScale {
    /// Where a price lies.
    pub(super) fn y(&self, price: f64) -> f64 {
        self.bottom - (price - self.low) / (self.high - self.low) * (self.bottom - self.top)
    }

    /// Which price lies at `y`.
    pub(super) fn price(&self, y: f64) -> f64 {
        self.low + (self.bottom - y) / (self.bottom - self.top) * (self.high - self.low)
    }

    /// Round prices to draw lines at, at least `gap` pixels apart, and the decimals they need.
    pub(super) fn ticks(&self, gap: f64) -> (Vec<f64>, usize) {
        let height = (self.bottom - self.top).max(1.0);
        let step = nice_step((self.high - self.low) * gap / height);
        let first = (self.low / step).ceil();
        let mut ticks = Vec::new();
        let mut n = first;
        while n * step <= self.high && ticks.len() < 64 {
            ticks.push(n * step);
            n += 1.0;
        }
        (ticks, decimals(step))
    }
}

/// The least of 1, 2, 2.5 or 5 times a power of ten that is not less than `least`.
pub(super) fn nice_step(least: f64) -> f64 {
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

    proptest! {
        #[test]
        fn the_bar_under_the_pointer_stays_under_it(
            x in 0.0..1000.0_f64, factor in 0.2..5.0_f64, spacing in 0.1..50.0_f64,
            right in -100.0..500_000.0_f64,
        ) {
            let mut scale = BarScale { right, spacing, edge: 900.0 };
            let place = scale.place(x);
            scale.zoom(x, factor);
            prop_assert!((scale.x(place) - x).abs() < 1e-6);
        }

        #[test]
        fn prices_survive_the_way_there_and_back(
            low in 0.0001..100_000.0_f64, range in 0.0001..10_000.0_f64, part in 0.0..1.0_f64,
        ) {
            let scale = PriceScale { low, high: low + range, top: 10.0, bottom: 610.0 };
            let price = low + part * range;
            prop_assert!((scale.price(scale.y(price)) - price).abs() <= 1e-9 * (low + range));
            let (ticks, _) = scale.ticks(40.0);
            prop_assert!(ticks.len() <= 16);
            prop_assert!(ticks.iter().all(|tick| low <= *tick && *tick <= low + range));
        }
    }
}
