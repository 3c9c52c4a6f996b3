//! Black's formula on the forward, which is Black, Scholes and Merton's with the carry inside it,
//! for European options. Sources: F. Black, "The pricing of commodity contracts" (1976); E. G.
//! Haug, "The Complete Guide to Option Pricing Formulas", for the Greeks.

use market::Right;

use super::DAYS_PER_YEAR;
use crate::math::{INV_SQRT_2PI, exp, ln_ratio, scaled_tails};

/// What a European option is priced from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Black {
    /// The underlying's price today, in points.
    pub spot: f64,
    /// Its price for delivery at expiry: the carry `ln(forward ÷ spot) ÷ years` holds rate and
    /// dividends.
    pub forward: f64,
    /// Points.
    pub strike: f64,
    /// Calendar years to expiry, of 365 days.
    pub years: f64,
    /// A year, continuously compounded: 0.04 is 4 %.
    pub rate: f64,
    /// A fraction a year: 0.14 is 14 %.
    pub volatility: f64,
}

/// A price and what moves it, of one share of a contract.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Greeks {
    /// Points.
    pub price: f64,
    /// Points for each point of **spot**, the carry yield fixed.
    pub delta: f64,
    /// Delta for each point of spot.
    pub gamma: f64,
    /// Points for each **calendar day** that passes; spot, volatility and carry yield fixed.
    pub theta: f64,
    /// Points for each **vol point** (0.01 of volatility).
    pub vega: f64,
    /// Points for each **1 %** of rate, spot and dividends fixed.
    pub rho: f64,
    /// Delta for each vol point.
    pub vanna: f64,
    /// Delta for each calendar day that passes.
    pub charm: f64,
    /// Vega for each vol point.
    pub vomma: f64,
}

/// The least σ√T that is divided by: below it, an option is worth what it would be exercised for.
pub(super) const DEVIATION_MIN: f64 = 1e-9;

/// N(d1) and N(d2) seen from the right of an option, from a single exponential.
#[derive(Clone, Copy)]
pub(super) struct Chances {
    /// N(w d1), where w is 1 for a call and −1 for a put.
    pub(super) n1: f64,
    /// N(w d2).
    pub(super) n2: f64,
    /// e^{−d1²/2}: the density at d1, times √(2π).
    pub(super) bell: f64,
}

impl Chances {
    /// `ratio` is forward ÷ strike, `sign` is 1 for a call and −1 for a put. The density at d2 is
    /// that at d1 times `ratio`.
    #[inline(always)]
    pub(super) fn of(d1: f64, d2: f64, ratio: f64, sign: f64) -> Self {
        let bell = exp(-0.5 * d1 * d1);
        let (tail1, tail2) = scaled_tails(d1.abs(), d2.abs());
        let (tail1, tail2) = (bell * tail1, bell * ratio * tail2);
        let n1 = if 0.0 < sign * d1 { 1.0 - tail1 } else { tail1 };
        let n2 = if 0.0 < sign * d2 { 1.0 - tail2 } else { tail2 };
        Self { n1, n2, bell }
    }
}

impl Black {
    /// The price in points.
    pub fn price(&self, right: Right) -> f64 {
        self.greeks(right).price
    }

    /// e^{−rT}: what a point at expiry is worth today.
    pub fn discount(&self) -> f64 {
        exp(-self.rate * self.years)
    }

    /// The price and everything that moves it. Not a number where volatility is none.
    pub fn greeks(&self, right: Right) -> Greeks {
        let Self { spot, forward, strike, years, rate, volatility } = *self;
        let root = years.sqrt();
        let deviation = volatility * root;
        let deviation = if deviation < DEVIATION_MIN { DEVIATION_MIN } else { deviation };
        let sign = right.sign();
        let d1 = ln_ratio(forward, strike) / deviation + 0.5 * deviation;
        let d2 = d1 - deviation;
        let Chances { n1, n2, bell } = Chances::of(d1, d2, forward / strike, sign);
        let density = INV_SQRT_2PI * bell;
        let discount = self.discount();
        // e^{−qT}: what a share for delivery at expiry is worth in shares of today.
        let share = discount * forward / spot;
        let carry = ln_ratio(forward, spot) / years;
        let yield_rate = rate - carry;
        let vega = discount * forward * density * root;
        let theta = -vega * volatility / (2.0 * years) - sign * rate * strike * discount * n2
            + sign * yield_rate * forward * discount * n1;
        let drift = (2.0 * carry * years - d2 * deviation) / (2.0 * years * deviation);
        Greeks {
            price: sign * discount * (forward * n1 - strike * n2),
            delta: sign * share * n1,
            gamma: share * density / (spot * deviation),
            theta: theta / DAYS_PER_YEAR,
            vega: vega / 100.0,
            rho: sign * strike * years * discount * n2 / 100.0,
            vanna: -share * density * d2 / volatility / 100.0,
            charm: (sign * yield_rate * share * n1 - share * density * drift) / DAYS_PER_YEAR,
            vomma: vega * d1 * d2 / volatility / 10_000.0,
        }
    }
}
