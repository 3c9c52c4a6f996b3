//! Positions together: what moves all of them, told in shares of one benchmark, and what made a
//! day's profit.

use crate::{LegValue, Position, PositionGreeks};

/// What moves positions on different underlyings, as if all of them were on one benchmark.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct WeightedGreeks {
    /// So many shares of the benchmark they are like: Σ β · delta · spot ÷ the benchmark's price.
    pub delta: f64,
    /// The same in dollars: what is gained when the benchmark doubles, if nothing bent.
    pub dollar_delta: f64,
    /// What dollar delta gains when the benchmark gains 1 %: Σ β² · gamma · spot² ÷ 100.
    pub dollar_gamma: f64,
    /// Dollars for each calendar day.
    pub theta: f64,
    /// Dollars for each vol point.
    pub vega: f64,
}

/// What made a profit between two moments, in dollars. The parts add up to the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Attribution {
    /// Delta then × what the underlying gained since.
    pub delta: f64,
    /// ½ gamma then × the same squared.
    pub gamma: f64,
    /// Theta then × calendar days since.
    pub theta: f64,
    /// Vega then × vol points since, each leg its own.
    pub vega: f64,
    /// What is left: what bends further, rates, dividends, quotes that moved within bid and ask,
    /// and all of a leg that had no volatility.
    pub rest: f64,
    /// All of it.
    pub whole: f64,
}

/// A moment at which legs are known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LegsAt<'a> {
    /// In the order of the position's legs.
    pub legs: &'a [LegValue],
    /// The underlying's price, in points.
    pub spot: f64,
}

impl WeightedGreeks {
    /// Adds those of a position, its underlying at `spot` with `beta` to a benchmark that stands at
    /// `benchmark`.
    pub fn add(&mut self, greeks: &PositionGreeks, (spot, beta): (f64, f64), benchmark: f64) {
        let dollars = beta * greeks.delta * spot;
        self.dollar_delta += dollars;
        self.delta += dollars / benchmark;
        self.dollar_gamma += beta * beta * greeks.gamma * spot * spot / 100.0;
        self.theta += greeks.theta;
        self.vega += greeks.vega;
    }
}

impl Attribution {
    /// What made the profit of `position` from `before` to `now`, `days` of the calendar later;
    /// nothing where a leg lacked a price.
    pub fn of(position: &Position, before: LegsAt<'_>, now: LegsAt<'_>, days: f64) -> Option<Self> {
        let moved = now.spot - before.spot;
        let mut sum = Self::default();
        for ((leg, then), now) in position.legs().iter().zip(before.legs).zip(now.legs) {
            let dollars = leg.quantity as f64 * leg.instrument.multiplier();
            sum.whole += dollars * (now.mid? - then.mid?);
            let Some(greeks) = then.greeks else { continue };
            let stirred = match (then.iv, now.iv) {
                (Ok(then), Ok(now)) => 100.0 * (now - then),
                // Shares have none; an option that lost its own leaves the rest to tell.
                _ => 0.0,
            };
            sum.delta += dollars * greeks.delta * moved;
            sum.gamma += dollars * 0.5 * greeks.gamma * moved * moved;
            sum.theta += dollars * greeks.theta * days;
            sum.vega += dollars * greeks.vega * stirred;
        }
        sum.rest = sum.whole - sum.delta - sum.gamma - sum.theta - sum.vega;
        Some(sum)
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            delta: self.delta + other.delta,
            gamma: self.gamma + other.gamma,
            theta: self.theta + other.theta,
            vega: self.vega + other.vega,
            rest: self.rest + other.rest,
            whole: self.whole + other.whole,
        }
    }
}
