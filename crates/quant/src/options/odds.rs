//! Chances of where the underlying goes, when its logarithm wanders at one volatility round the
//! forward. Such chances are what options cost ("risk-neutral"), not what will happen.

use super::ChainBook;
use crate::math::{exp, ln_ratio, norm_cdf};

/// An underlying that wanders until an expiry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wander {
    /// Its price now.
    pub spot: f64,
    /// Its price for delivery at the expiry.
    pub forward: f64,
    /// Its volatility, a fraction a year.
    pub volatility: f64,
    /// Calendar years until the expiry.
    pub years: f64,
}

impl Wander {
    /// Until a series ends, by its forward and its volatility at the money; nothing without them.
    pub fn until_end_of(book: &ChainBook) -> Option<Self> {
        Some(Self {
            spot: book.spot(),
            forward: book.forward()?,
            volatility: book.iv_at_the_money()?,
            years: book.years(),
        })
    }

    /// One standard deviation of its logarithm until the expiry, σ√T.
    pub fn deviation(&self) -> f64 {
        self.volatility * self.years.max(0.0).sqrt()
    }

    /// What its logarithm gains on average until then, ln(F ÷ S) − σ²T/2.
    fn drift(&self, deviation: f64) -> f64 {
        ln_ratio(self.forward, self.spot) - 0.5 * deviation * deviation
    }

    /// The chance that it stands above `level` at the expiry; nothing where its price, its
    /// volatility or `level` is no number above 0.
    pub fn above(&self, level: f64) -> Option<f64> {
        let (away, deviation) = self.way_to(level)?;
        if deviation == 0.0 {
            return Some(if away < ln_ratio(self.forward, self.spot) { 1.0 } else { 0.0 });
        }
        Some(norm_cdf((self.drift(deviation) - away) / deviation))
    }

    /// What a call struck at `level` has for a delta of its forward, N(d1): traders take it for the
    /// chance that [`Self::above`] tells, and it is a little more.
    pub fn delta_above(&self, level: f64) -> Option<f64> {
        let (away, deviation) = self.way_to(level)?;
        if deviation == 0.0 {
            return self.above(level);
        }
        let drift = self.drift(deviation) + deviation * deviation;
        Some(norm_cdf((drift - away) / deviation))
    }

    /// The chance that it comes to `level` at any time until the expiry: the reflection principle
    /// for a wander with drift (Shreve, "Stochastic Calculus for Finance II", 7.2). 1 where it
    /// stands there now; nothing as for [`Self::above`].
    pub fn touch(&self, level: f64) -> Option<f64> {
        let (away, deviation) = self.way_to(level)?;
        if away == 0.0 {
            return Some(1.0);
        }
        if deviation == 0.0 {
            return Some(0.0);
        }
        let drift = self.drift(deviation);
        // Seen from above a way down is a way up.
        let (way, drift) = if away < 0.0 { (-away, -drift) } else { (away, drift) };
        let there = norm_cdf((drift - way) / deviation);
        // By 4ab ≤ (a + b)² the exponential stays finite wherever the tail is more than nothing.
        let back = norm_cdf((-drift - way) / deviation);
        let reflected = exp(2.0 * drift * way / (deviation * deviation)) * back;
        Some((there + reflected).min(1.0))
    }

    /// ln(level ÷ spot), and the deviation.
    fn way_to(&self, level: f64) -> Option<(f64, f64)> {
        let is_price = |one: f64| 0.0 < one && one.is_finite();
        let deviation = self.deviation();
        let is_known = is_price(self.spot) && is_price(self.forward) && is_price(level);
        (is_known && deviation.is_finite()).then(|| (ln_ratio(level, self.spot), deviation))
    }
}

/// Where an underlying would stand if it did what it did before: over so many days, on every day
/// that there were so many after.
#[derive(Clone, Debug, PartialEq)]
pub struct PastMoves {
    /// What it gained as parts of its price, the least first.
    gains: Vec<f64>,
}

impl PastMoves {
    /// Fewer than these say nothing.
    pub const COUNT_MIN: usize = 60;

    /// Of daily closes, oldest first, over `days`; nothing with fewer than [`Self::COUNT_MIN`].
    pub fn of(closes: &[f64], days: usize) -> Option<Self> {
        if days == 0 {
            return None;
        }
        let ends = closes.get(days..)?;
        let gains = ends.iter().zip(closes).map(|(end, from)| end / from - 1.0);
        let mut gains: Vec<f64> = gains.filter(|gain| gain.is_finite()).collect();
        gains.sort_by(f64::total_cmp);
        (Self::COUNT_MIN <= gains.len()).then_some(Self { gains })
    }

    /// How many there were.
    pub fn count(&self) -> usize {
        self.gains.len()
    }

    /// How often it would have ended above `level`, from `spot`.
    pub fn above(&self, spot: f64, level: f64) -> f64 {
        let below = self.gains.partition_point(|gain| spot * (1.0 + gain) <= level);
        (self.gains.len() - below) as f64 / self.gains.len() as f64
    }
}
