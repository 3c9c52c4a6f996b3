//! Pivots: five kinds and the central range, each from one earlier period.

use market::{Bar, Price};
use serde::{Deserialize, Serialize};

/// Open, high, low and close of a period, in dollars or points.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenHighLowClose {
    /// The first price.
    pub open: f64,
    /// The greatest.
    pub high: f64,
    /// The least.
    pub low: f64,
    /// The last.
    pub close: f64,
}

/// Pivots as pairs of a number (0 is P, +n is Rn, −n is Sn) and a price.
pub type PivotSet = Vec<(i8, f64)>;

impl From<&Bar> for OpenHighLowClose {
    fn from(bar: &Bar) -> Self {
        let [open, high, low, close] = [bar.open, bar.high, bar.low, bar.close].map(Price::to_f64);
        Self { open, high, low, close }
    }
}

impl OpenHighLowClose {
    /// P = (H+L+C)/3.
    pub fn pivot(&self) -> f64 {
        (self.high + self.low + self.close) / 3.0
    }

    /// Standard: R1 = 2P−L, S1 = 2P−H, R2 = P+(H−L), S2 = P−(H−L), R3 = H+2(P−L), S3 = L−2(H−P).
    pub fn standard(&self) -> PivotSet {
        let (p, h, l) = (self.pivot(), self.high, self.low);
        vec![
            (3, h + 2.0 * (p - l)),
            (2, p + (h - l)),
            (1, 2.0 * p - l),
            (0, p),
            (-1, 2.0 * p - h),
            (-2, p - (h - l)),
            (-3, l - 2.0 * (h - p)),
        ]
    }

    /// Fibonacci: P ± 0.382, 0.618, 1.000 × (H−L).
    pub fn fibonacci(&self) -> PivotSet {
        let (p, range) = (self.pivot(), self.high - self.low);
        [(1, 0.382), (2, 0.618), (3, 1.0)]
            .into_iter()
            .flat_map(|(n, part): (i8, f64)| [(n, p + part * range), (-n, p - part * range)])
            .collect()
    }

    /// Camarilla: C ± (H−L) × 1.1/12, /6, /4, /2.
    pub fn camarilla(&self) -> PivotSet {
        let (c, range) = (self.close, (self.high - self.low) * 1.1);
        [(1, 12.0), (2, 6.0), (3, 4.0), (4, 2.0)]
            .into_iter()
            .flat_map(|(n, part): (i8, f64)| [(n, c + range / part), (-n, c - range / part)])
            .collect()
    }

    /// Woodie, with today's open: P = (H+L+2O)/4, R1 = 2P−L, S1 = 2P−H, R2 = P+H−L, S2 = P−H+L.
    pub fn woodie(&self, today_open: f64) -> PivotSet {
        let (h, l) = (self.high, self.low);
        let p = (h + l + 2.0 * today_open) / 4.0;
        vec![(2, p + h - l), (1, 2.0 * p - l), (0, p), (-1, 2.0 * p - h), (-2, p - h + l)]
    }

    /// DeMark: X = H+2L+C if C<O, 2H+L+C if C>O, else H+L+2C; P = X/4, R1 = X/2−L, S1 = X/2−H.
    pub fn demark(&self) -> PivotSet {
        let Self { open: o, high: h, low: l, close: c } = *self;
        let x = if c < o {
            h + 2.0 * l + c
        } else if o < c {
            2.0 * h + l + c
        } else {
            h + l + 2.0 * c
        };
        vec![(1, x / 2.0 - l), (0, x / 4.0), (-1, x / 2.0 - h)]
    }

    /// Central pivot range, bottom then top: BC = (H+L)/2, TC = 2P−BC, swapped so that TC ≥ BC.
    pub fn central_range(&self) -> (f64, f64) {
        let one = (self.high + self.low) / 2.0;
        let other = 2.0 * self.pivot() - one;
        (one.min(other), one.max(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(set: &[(i8, f64)], expected: &[(i8, f64)]) {
        for (n, price) in expected {
            let found = set.iter().find(|(m, _)| m == n).expect("the pivot exists").1;
            assert!((found - price).abs() < 1e-9, "{n}: {found} is not {price}");
        }
        assert_eq!(set.len(), expected.len());
    }

    const DAY: OpenHighLowClose =
        OpenHighLowClose { open: 101.0, high: 110.0, low: 100.0, close: 105.0 };

    #[test]
    fn each_kind_follows_its_definition() {
        check(
            &DAY.standard(),
            &[(3, 120.0), (2, 115.0), (1, 110.0), (0, 105.0), (-1, 100.0), (-2, 95.0), (-3, 90.0)],
        );
        check(
            &DAY.fibonacci(),
            &[(1, 108.82), (2, 111.18), (3, 115.0), (-1, 101.18), (-2, 98.82), (-3, 95.0)],
        );
        let camarilla = DAY.camarilla();
        assert!(camarilla.contains(&(4, 105.0 + 5.5)) && camarilla.contains(&(-4, 105.0 - 5.5)));
        check(&DAY.woodie(104.0), &[(2, 114.5), (1, 109.0), (0, 104.5), (-1, 99.0), (-2, 94.5)]);
        check(&DAY.demark(), &[(1, 112.5), (0, 106.25), (-1, 102.5)]);
        let fell = OpenHighLowClose { open: 106.0, ..DAY };
        check(&fell.demark(), &[(1, 107.5), (0, 103.75), (-1, 97.5)]);
        let flat = OpenHighLowClose { open: 105.0, ..DAY };
        check(&flat.demark(), &[(1, 110.0), (0, 105.0), (-1, 100.0)]);
    }

    #[test]
    fn the_central_range_is_never_upside_down() {
        let low_close = OpenHighLowClose { close: 101.0, ..DAY };
        let (bottom, top) = low_close.central_range();
        assert!(bottom < top);
        assert!((top - 105.0).abs() < 1e-12);
    }
}
