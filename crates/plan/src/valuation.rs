//! What a position is worth now, and what moves it: the sum of its legs.

use std::sync::Arc;

use market::{Contract, Right};
use quant::options::{ChainBook, ChainOption, DividendTable, IvAbsence, OptionGreeks};

use crate::Position;

/// What is known of one leg's instrument.
#[derive(Clone, Debug, PartialEq)]
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
    /// What a model values it with elsewhere; nothing for shares, and where nothing is known.
    pub model: Option<LegModel>,
}

/// What a model needs to value an option where the market does not stand.
#[derive(Clone, Debug, PartialEq)]
pub struct LegModel {
    /// A fraction a year.
    pub volatility: f64,
    /// Whether it is that of the other right at the same strike, because its own price says
    /// nothing: the two differ by less than what is bid and asked.
    pub is_borrowed: bool,
    /// The forward, as a part of spot.
    pub carry: f64,
    /// What is paid on dates until the end, which the forward of another moment has only where they
    /// are still to come; nothing where nobody tells dates, and what the forward gains on spot is
    /// spread evenly.
    pub dividends: Option<Arc<DividendTable>>,
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
    /// A contract of a series, as it is quoted; nothing when it is not listed.
    pub fn of(book: &ChainBook, contract: Contract) -> Option<Self> {
        let strikes = &book.quotes().strikes;
        let place = strikes.binary_search_by_key(&contract.strike, |one| one.strike).ok()?;
        let option = book.option(place, contract.right);
        let other = if contract.right == Right::Call { Right::Put } else { Right::Call };
        let model = |option: &ChainOption<'_>, is_borrowed: bool| {
            let carry = book.forward()? / book.spot();
            let dividends = book.dividends().cloned();
            Some(LegModel { volatility: option.iv.ok()?, is_borrowed, carry, dividends })
        };
        let model = model(&option, false).or_else(|| model(&book.option(place, other), true));
        Some(Self {
            mid: option.quote.mid(),
            bid: option.quote.bid.map(|bid| bid.to_f64()),
            ask: option.quote.ask.map(|ask| ask.to_f64()),
            iv: option.iv,
            greeks: option.greeks,
            model,
        })
    }

    /// Shares at their last price.
    pub fn shares(price: f64) -> Self {
        let greeks = OptionGreeks { price, delta: 1.0, ..OptionGreeks::default() };
        Self {
            mid: Some(price),
            bid: Some(price),
            ask: Some(price),
            iv: Err(IvAbsence::NoForward),
            greeks: Some(greeks),
            model: None,
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
