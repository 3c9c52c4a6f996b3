//! The smile of a series: its volatilities out of the money, and a smooth curve through them.
//!
//! The curve is Gatheral's SVI of total variance, fitted as Zeliade Systems describe ("Quasi-
//! explicit calibration of Gatheral's SVI model", 2009): for each middle and width the other three
//! are a least-squares line within the bounds that keep variance above nothing, and middle and
//! width are found by Nelder and Mead. Same points, same bits.

use market::Right;

use super::OpenSeries;
use crate::math::{INV_SQRT_2PI, exp, ln_ratio, norm_cdf};

/// A volatility out of the money.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SmilePoint {
    /// Points.
    pub strike: f64,
    /// Whose it is: of a put below the forward, of a call above.
    pub right: Right,
    /// ln(strike ÷ forward), in standard deviations at the money until the series ends.
    pub away: f64,
    /// A fraction a year.
    pub iv: f64,
    /// What the vendor says it is.
    pub vendor_iv: Option<f64>,
    /// Whether it stands too far from the curve to belong to it.
    pub is_outlier: bool,
}

/// The smile of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Smile {
    /// The underlying's price for delivery at its end.
    pub forward: f64,
    /// The volatility at the money, a fraction a year.
    pub at_the_money: f64,
    /// Years until it ends.
    pub years: f64,
    /// By strike, lowest first.
    pub points: Vec<SmilePoint>,
    /// Nothing where there are too few points.
    pub curve: Option<SmileCurve>,
}

/// Total variance as a part of that at the money, by `x` deviations from the forward:
/// a + d y + c √(y² + 1), where y = (x − m) ÷ s.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SmileCurve {
    a: f64,
    d: f64,
    c: f64,
    m: f64,
    s: f64,
}

/// Points beyond so many deviations say little, and far wings would rule the fit.
const AWAY_MAX: f64 = 6.0;
/// The fewest points that make a curve of five parameters.
const POINTS_MIN: usize = 8;
/// Steps of the search for middle and width.
const STEPS: usize = 90;
/// A point this many typical distances from the curve does not belong to it.
const OUTLIER: f64 = 5.0;
/// And at least so far, in parts of the volatility at the money.
const OUTLIER_MIN: f64 = 0.03;

impl Smile {
    /// The smile of what is open on a series, the underlying at `spot`, `years` before its end.
    /// Nothing without a volatility at the money.
    pub fn of(open: &OpenSeries, spot: f64, years: f64) -> Option<Self> {
        let at_the_money = open.iv_at_the_money.filter(|one| 0.0 < *one && 0.0 < years)?;
        let forward = spot * open.carry;
        let deviation = at_the_money * years.sqrt();
        let mut points: Vec<SmilePoint> = open
            .contracts
            .iter()
            .filter(|one| (one.right == Right::Call) == (forward <= one.strike))
            .filter_map(|one| {
                let away = ln_ratio(one.strike, forward) / deviation;
                let point = SmilePoint {
                    strike: one.strike,
                    right: one.right,
                    away,
                    iv: one.iv?,
                    vendor_iv: one.vendor_iv.map(f64::from),
                    is_outlier: false,
                };
                (away.abs() <= AWAY_MAX).then_some(point)
            })
            .collect();
        points.sort_by(|a, b| a.strike.total_cmp(&b.strike));
        let mut smile = Self { forward, at_the_money, years, points, curve: None };
        smile.curve = smile.fitted();
        if smile.mark_outliers() {
            smile.curve = smile.fitted();
            smile.mark_outliers();
        }
        Some(smile)
    }

    /// The curve's volatility at a strike, a fraction a year; nothing without a curve.
    pub fn iv(&self, strike: f64) -> Option<f64> {
        let deviation = self.at_the_money * self.years.sqrt();
        let part = self.curve?.part(ln_ratio(strike, self.forward) / deviation);
        Some(self.at_the_money * part.sqrt()).filter(|iv| iv.is_finite())
    }

    /// The strike that lies `away` deviations from the forward.
    pub fn strike_at(&self, away: f64) -> f64 {
        self.forward * exp(away * self.at_the_money * self.years.sqrt())
    }

    /// One standard deviation of the underlying, at `spot` now, until the series ends, in points:
    /// spot × volatility at the money × √years, as [`super::ExpectedMove`] has it.
    pub fn deviation(&self, spot: f64) -> f64 {
        spot * self.at_the_money * self.years.sqrt()
    }

    /// The chances of where the underlying stands at the series' end, by the curve; nothing without
    /// one.
    pub fn odds(&self) -> Option<SmileOdds> {
        SmileOdds::of(self)
    }

    fn fitted(&self) -> Option<SmileCurve> {
        let part = |one: &SmilePoint| one.iv * one.iv / (self.at_the_money * self.at_the_money);
        let points = self.points.iter().filter(|one| !one.is_outlier);
        let points: Vec<(f64, f64)> = points.map(|one| (one.away, part(one))).collect();
        (POINTS_MIN <= points.len()).then(|| SmileCurve::fit(&points))
    }

    /// Marks what stands too far from the curve; tells whether anything does.
    fn mark_outliers(&mut self) -> bool {
        let Some(curve) = self.curve else { return false };
        let at_the_money = self.at_the_money;
        let off =
            |one: &SmilePoint| (one.iv / at_the_money - curve.part(one.away).max(0.0).sqrt()).abs();
        let mut all: Vec<f64> = self.points.iter().map(off).collect();
        all.sort_by(f64::total_cmp);
        let typical = all.get(all.len() / 2).copied().unwrap_or(0.0);
        let limit = (OUTLIER * typical).max(OUTLIER_MIN);
        let mut has_any = false;
        for point in &mut self.points {
            point.is_outlier = limit < off(point);
            has_any |= point.is_outlier;
        }
        has_any
    }
}

/// The chances of where an underlying stands when a series ends, as its smile prices them: the
/// slope of undiscounted puts over strikes (D. Breeden and R. Litzenberger, "Prices of
/// state-contingent claims implicit in option prices", 1978), kept from falling where a fitted
/// curve would let it.
#[derive(Clone, Debug, PartialEq)]
pub struct SmileOdds {
    forward: f64,
    /// One standard deviation at the money, of the logarithm.
    deviation: f64,
    /// The chance to stand below, at equal steps of deviations from −[`FAR`] to [`FAR`].
    below: Vec<f64>,
}

/// Deviations from the forward beyond which nothing is left.
const FAR: f64 = 10.0;
/// Steps to a deviation: between two of them the chance is a straight line, to 1e-6.
const STEPS_PER_DEVIATION: u32 = 200;

impl SmileOdds {
    fn of(smile: &Smile) -> Option<Self> {
        let curve = smile.curve?;
        let deviation = smile.at_the_money * smile.years.sqrt();
        let steps = 2 * 10 * STEPS_PER_DEVIATION;
        let mut most = 0.0;
        let mut below = Vec::with_capacity(steps as usize + 1);
        for step in 0..=steps {
            let away = -FAR + f64::from(step) / f64::from(STEPS_PER_DEVIATION);
            let chance = curve.below(away, deviation).clamp(0.0, 1.0);
            most = if most < chance { chance } else { most };
            below.push(most);
        }
        most.is_finite().then_some(Self { forward: smile.forward, deviation, below })
    }

    /// The chance to stand above `level`, in points; nothing where that is no price.
    pub fn above(&self, level: f64) -> Option<f64> {
        if !(0.0 < level && level.is_finite()) {
            return None;
        }
        let away = ln_ratio(level, self.forward) / self.deviation;
        let place = (away + FAR) * f64::from(STEPS_PER_DEVIATION);
        let last = (self.below.len() - 1) as f64;
        if place <= 0.0 {
            return Some(1.0);
        }
        if last <= place {
            return Some(0.0);
        }
        #[expect(clippy::cast_possible_truncation, reason = "within the steps")]
        #[expect(clippy::cast_sign_loss, reason = "within the steps")]
        let step = place as usize;
        let (a, b) = (self.below[step], self.below[step + 1]);
        Some(1.0 - (a + (b - a) * (place - step as f64)))
    }
}

impl SmileCurve {
    /// Total variance as a part of that at the money.
    pub fn part(&self, away: f64) -> f64 {
        let y = (away - self.m) / self.s;
        self.a + self.d * y + self.c * (y * y + 1.0).sqrt()
    }

    /// The chance to stand below a strike `away` deviations from the forward, one being
    /// `deviation`: N(−d2) + n(d2) √T ∂σ/∂ln K.
    fn below(&self, away: f64, deviation: f64) -> f64 {
        let y = (away - self.m) / self.s;
        let slope = (self.d + self.c * y / (y * y + 1.0).sqrt()) / self.s;
        // Where a fitted wing falls below nothing, there is nothing.
        let root = self.part(away).max(1e-6).sqrt();
        let d2 = -away / root - 0.5 * deviation * root;
        norm_cdf(-d2) + INV_SQRT_2PI * exp(-0.5 * d2 * d2) * 0.5 * slope / root
    }

    fn fit(points: &[(f64, f64)]) -> Self {
        // Nelder and Mead over the middle and the logarithm of the width.
        let try_at = |at: [f64; 2]| {
            let (m, s) = (at[0], exp(at[1]).clamp(0.02, 20.0));
            let curve = Self::line(points, m, s);
            (curve.misses(points), curve)
        };
        let mut simplex = [[0.0, 0.0], [0.8, 0.3], [-0.5, 0.9]].map(|at| (try_at(at), at));
        for _ in 0..STEPS {
            simplex.sort_by(|a, b| a.0.0.total_cmp(&b.0.0));
            let [best, second, worst] = simplex;
            let middle = [0, 1].map(|axis| 0.5 * (best.1[axis] + second.1[axis]));
            let towards =
                |by: f64| [0, 1].map(|axis| middle[axis] + by * (middle[axis] - worst.1[axis]));
            let step = |by: f64| {
                let at = towards(by);
                (try_at(at), at)
            };
            let reflected = step(1.0);
            simplex[2] = if reflected.0.0 < best.0.0 {
                let further = step(2.0);
                if further.0.0 < reflected.0.0 { further } else { reflected }
            } else if reflected.0.0 < second.0.0 {
                reflected
            } else {
                let nearer = step(if reflected.0.0 < worst.0.0 { 0.5 } else { -0.5 });
                if nearer.0.0 < worst.0.0.min(reflected.0.0) {
                    nearer
                } else {
                    for corner in &mut simplex[1..] {
                        let at = [0, 1].map(|axis| 0.5 * (best.1[axis] + corner.1[axis]));
                        *corner = (try_at(at), at);
                    }
                    continue;
                }
            };
        }
        simplex.sort_by(|a, b| a.0.0.total_cmp(&b.0.0));
        simplex[0].0.1
    }

    /// The best line for a middle and a width, within the bounds: c ≥ 0, |d| ≤ c, a ≥ −c.
    fn line(points: &[(f64, f64)], m: f64, s: f64) -> Self {
        let with = |[a, d, c]: [f64; 3]| Self { a, d, c, m, s };
        let rows = || {
            points.iter().map(|(away, part)| {
                let y = (away - m) / s;
                ([1.0, y, (y * y + 1.0).sqrt()], *part)
            })
        };
        let free = least_squares(rows(), [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
        let is_allowed =
            |one: &[f64; 3]| 0.0 <= one[2] && one[1].abs() <= one[2] && 0.0 <= one[0] + one[2];
        if let Some(free) = free.filter(is_allowed) {
            return with(free);
        }
        // On an edge: d = ±c, where a wing is flat, or a level line.
        let edges = [[0.0, 1.0, 1.0], [0.0, -1.0, 1.0]].map(|along| {
            least_squares(rows(), [[1.0, 0.0, 0.0], along, [0.0; 3]]).filter(is_allowed)
        });
        let mean = points.iter().map(|(_, part)| part).sum::<f64>() / points.len() as f64;
        let level = with([mean, 0.0, 0.0]);
        let found = edges.into_iter().flatten().map(with);
        found.chain([level]).fold(level, |best, one| {
            if one.misses(points) < best.misses(points) { one } else { best }
        })
    }

    /// The sum of squares that the curve misses by.
    fn misses(&self, points: &[(f64, f64)]) -> f64 {
        let miss = |(away, part): &(f64, f64)| {
            // In volatility, not in variance: far puts would rule the fit.
            let off = (self.part(*away).max(0.0).sqrt() - part.sqrt()) / (1.0 + away.abs());
            off * off
        };
        points.iter().map(miss).sum()
    }
}

/// The least squares of rows ([1, y, z], value) along up to three directions; nothing where they
/// cannot be told apart. A direction of zeros is left out.
fn least_squares(
    rows: impl Iterator<Item = ([f64; 3], f64)>,
    along: [[f64; 3]; 3],
) -> Option<[f64; 3]> {
    let used: Vec<[f64; 3]> = along.into_iter().filter(|one| *one != [0.0; 3]).collect();
    let count = used.len();
    let mut system = vec![vec![0.0; count + 1]; count];
    for (row, value) in rows {
        // As far as the wings, so that they do not rule the fit; in variance, as it is linear.
        let weight = 1.0 / (1.0 + row[1] * row[1]) / (0.1 + value);
        let at = |direction: &[f64; 3]| -> f64 {
            direction.iter().zip(row).map(|(one, part)| one * part).sum()
        };
        let parts: Vec<f64> = used.iter().map(at).collect();
        for (i, equation) in system.iter_mut().enumerate() {
            for (j, entry) in equation.iter_mut().enumerate() {
                *entry += weight * parts[i] * if j < count { parts[j] } else { value };
            }
        }
    }
    for pivot in 0..count {
        let largest = (pivot..count)
            .max_by(|a, b| system[*a][pivot].abs().total_cmp(&system[*b][pivot].abs()));
        system.swap(pivot, largest?);
        if system[pivot][pivot].abs() < 1e-12 {
            return None;
        }
        for row in 0..count {
            if row != pivot {
                let part = system[row][pivot] / system[pivot][pivot];
                let equation = system[pivot].clone();
                for (entry, taken) in system[row].iter_mut().zip(equation) {
                    *entry -= part * taken;
                }
            }
        }
    }
    let mut found = [0.0; 3];
    for (row, direction) in used.iter().enumerate() {
        let times = system[row][count] / system[row][row];
        for (sum, one) in found.iter_mut().zip(direction) {
            *sum += times * one;
        }
    }
    Some(found)
}
