//! What the right to exercise early adds to the options of one series, kept between ticks.
//!
//! Worked out anew only when the underlying has left a twentieth of a per cent, a minute has passed
//! or an option's volatility changed, always at the middle of that step and the minute's beginning:
//! so it never depends on which ticks came before. Between them it moves by its own Greeks.

use std::fmt;
use std::sync::Arc;

use market::{Dividend, Moment, Right};

use super::american::early_exercise;
use super::clock::years_between;
use super::dividends::DividendTable;
use super::{Black, ChainBook, DAYS_PER_YEAR, OptionGreeks};
use crate::math::{exp, ln};

/// Why exercising an option in the money before its end may be worth more than holding it, and
/// what it gives up: what the other right at the same strike costs, and what has to be paid for.
/// Source: S. Natenberg, "Option Volatility and Pricing", on early exercise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ExerciseReason {
    /// A call, for the next dividend.
    Dividend {
        /// What is paid, and from when on it is not.
        dividend: Dividend,
        /// Points: the put, and interest on the strike from then on.
        given_up: f64,
    },
    /// A put, for interest on the strike.
    Interest {
        /// Points, until the end.
        interest: f64,
        /// Points: the call, and the dividends of the share.
        given_up: f64,
    },
}

impl fmt::Display for ExerciseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dividend { dividend: Dividend { ex_date, amount }, given_up } => {
                let amount = amount.to_f64();
                write!(f, "before {ex_date} it brings a dividend of {amount:.2}")?;
                write!(f, " and gives up {given_up:.2}")
            }
            Self::Interest { interest, given_up } => {
                write!(f, "now it brings interest of {interest:.2} and gives up {given_up:.2}")
            }
        }
    }
}

/// The spots that premiums are worked out at lie this far apart.
const SPOT_STEP: f64 = 0.000_5;

#[derive(Clone, Debug)]
pub(super) struct EarlyBook {
    table: Arc<DividendTable>,
    anchor: Anchor,
    premiums: Vec<Option<OptionGreeks>>,
}

/// Where premiums are worked out.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Anchor {
    spot: f64,
    at: Moment,
}

impl Anchor {
    fn near(spot: f64, at: Moment) -> Self {
        let steps = (ln(spot) / SPOT_STEP).round();
        Self { spot: exp(steps * SPOT_STEP), at: at.minute_start() }
    }
}

impl EarlyBook {
    pub(super) fn new(
        expires_at: Moment,
        rate: f64,
        dividends: &[Dividend],
        options: usize,
    ) -> Self {
        Self {
            table: Arc::new(DividendTable::new(expires_at, rate, dividends)),
            anchor: Anchor { spot: f64::NAN, at: Moment(0) },
            premiums: vec![None; options],
        }
    }

    /// What the underlying pays before the series ends.
    pub(super) fn table(&self) -> &DividendTable {
        &self.table
    }

    /// An option of this volatility changed: its premium is worked out anew.
    pub(super) fn forget(&mut self, place: usize) {
        self.premiums[place] = None;
    }

    /// Works out what the underlying's move or the time has made old. `option` tells strike, right
    /// and volatility of a place; not a number for none.
    pub(super) fn follow(
        &mut self,
        spot: f64,
        at: Moment,
        option: impl Fn(usize) -> (f64, Right, f64),
    ) {
        let anchor = Anchor::near(spot, at);
        let is_same = anchor == self.anchor;
        self.anchor = anchor;
        let DividendTable { rate, expires_at, .. } = *self.table;
        let forward = self.table.forward(anchor.spot, anchor.at);
        let years = years_between(anchor.at, expires_at);
        for (place, premium) in self.premiums.iter_mut().enumerate() {
            if is_same && premium.is_some() {
                continue;
            }
            let (strike, right, volatility) = option(place);
            *premium = (0.0 < volatility && 0.0 < years).then(|| {
                let spot = anchor.spot;
                let option = Black { spot, forward, strike, years, rate, volatility };
                early_exercise(&option, right)
            });
        }
    }

    /// European figures with what early exercise adds to them.
    pub(super) fn with_premium(
        &self,
        european: OptionGreeks,
        place: usize,
        least: f64,
        spot: f64,
        at: Moment,
    ) -> OptionGreeks {
        let Some(premium) = self.premiums[place] else { return european };
        let moved = spot - self.anchor.spot;
        let days = years_between(self.anchor.at, at) * DAYS_PER_YEAR;
        let added = premium.price
            + moved * (premium.delta + 0.5 * moved * premium.gamma)
            + days * premium.theta;
        OptionGreeks {
            price: (european.price + added.max(0.0)).max(least),
            delta: european.delta + premium.delta + moved * premium.gamma,
            gamma: european.gamma + premium.gamma,
            theta: european.theta + premium.theta,
            vega: european.vega + premium.vega,
            rho: european.rho + premium.rho,
        }
    }

    /// Why exercising an option now, or before the next dividend, may be worth more than holding
    /// it; `other` is what the other right at its strike costs, in points.
    pub(super) fn reason(
        &self,
        (strike, right): (f64, Right),
        other: f64,
        spot: f64,
        at: Moment,
    ) -> Option<ExerciseReason> {
        if right.payoff(spot, strike) <= 0.0 {
            return None;
        }
        let DividendTable { rate, expires_at, .. } = *self.table;
        let interest =
            |from: Moment| strike * (1.0 - exp(-rate * years_between(from, expires_at).max(0.0)));
        match right {
            Right::Call => {
                let (ex, dividend) = *self.table.due(at).next()?;
                let given_up = other + interest(ex);
                let pays = given_up < dividend.amount.to_f64();
                pays.then_some(ExerciseReason::Dividend { dividend, given_up })
            }
            Right::Put => {
                let (interest, given_up) = (interest(at), other + self.table.laid_by(at));
                (given_up < interest).then_some(ExerciseReason::Interest { interest, given_up })
            }
        }
    }
}

impl ChainBook {
    /// Why exercising a contract early may be worth more than holding it; nothing where it may not
    /// be, or the other right at its strike has no offer.
    pub fn exercise_reason(&self, place: usize, right: Right) -> Option<ExerciseReason> {
        let strike = &self.quotes().strikes[place];
        let other = strike.of(if right == Right::Call { Right::Put } else { Right::Call });
        let cost = other.mid().or(other.ask.map(|ask| ask.to_f64()))?;
        let option = (strike.strike.to_f64(), right);
        self.early.as_ref()?.reason(option, cost, self.spot(), self.at())
    }

    /// What the underlying pays before the series ends; nothing where contracts may not be
    /// exercised early: their forward has it.
    pub fn dividends(&self) -> Option<&Arc<DividendTable>> {
        self.early.as_ref().map(|early| &early.table)
    }

    /// Whether the forward lacks dividends because the feed did not tell them.
    pub fn lacks_dividends(&self) -> bool {
        self.early.is_some() && self.quotes().dividends.is_none()
    }
}
