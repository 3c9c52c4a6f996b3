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
