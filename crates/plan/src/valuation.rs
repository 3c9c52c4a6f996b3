//! What a position is worth now, and what moves it: the sum of its legs.

use quant::options::{IvAbsence, OptionGreeks};

use crate::Position;

/// What is known of one leg's instrument.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LegValue {
    /// The middle of bid and ask, in points; nothing without both.
    pub mid: Option<f64>,
    /// What one would be sold at now, in points.
    pub bid: Option<f64>,
    /// What one would be bought at now, in points.
    pub ask: Option<f64>,
    /// The volatility that the middle implies, a fraction a year, or why there is none; of shares,
    /// nothing to imply.
    pub iv: Result<f64, IvAbsence>,
    /// Of one, in points; nothing without a volatility.
    pub greeks: Option<OptionGreeks>,
}

/// What moves a position, in dollars.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PositionGreeks {
    /// For each point of the underlying: so many shares it is like.
    pub delta: f64,
    /// Delta for each point.
    pub gamma: f64,
    /// For each calendar day.
    pub theta: f64,
    /// For each vol point.
    pub vega: f64,
    /// For each 1 % of rate.
    pub rho: f64,
}

/// What a position is worth now. A figure that a leg lacks, the whole lacks.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PositionValue {
    /// At the middle of every leg, in dollars.
    pub mid: Option<f64>,
    /// What closing it at once would bring, each leg at the worse side, in dollars.
    pub natural: Option<f64>,
    /// What moves it.
    pub greeks: Option<PositionGreeks>,
}

impl LegValue {
    /// Shares at their last price.
    pub fn shares(price: f64) -> Self {
        let greeks = OptionGreeks { price, delta: 1.0, ..OptionGreeks::default() };
        Self {
            mid: Some(price),
            bid: Some(price),
            ask: Some(price),
            iv: Err(IvAbsence::NoForward),
            greeks: Some(greeks),
        }
    }
}

/// The sum of a position's legs; `known` has what is known of each, in their order.
pub fn value(position: &Position, known: &[LegValue]) -> PositionValue {
    let mut sum = PositionValue {
        mid: Some(0.0),
        natural: Some(0.0),
        greeks: Some(PositionGreeks::default()),
    };
    for (leg, known) in position.legs().iter().zip(known) {
        let dollars = leg.quantity as f64 * leg.instrument.multiplier();
        let out = if leg.quantity < 0 { known.ask } else { known.bid };
        let add = |sum: Option<f64>, points: Option<f64>| Some(sum? + dollars * points?);
        sum.mid = add(sum.mid, known.mid);
        // Nobody bids for what is worthless: selling it brings nothing.
        let out = out.or((0 < leg.quantity && known.ask.is_some()).then_some(0.0));
        sum.natural = add(sum.natural, out);
        sum.greeks = sum.greeks.zip(known.greeks).map(|(sum, one)| PositionGreeks {
            delta: sum.delta + dollars * one.delta,
            gamma: sum.gamma + dollars * one.gamma,
            theta: sum.theta + dollars * one.theta,
            vega: sum.vega + dollars * one.vega,
            rho: sum.rho + dollars * one.rho,
        });
    }
    sum
}
