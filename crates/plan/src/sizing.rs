//! How many to trade, and what a broker would want to see behind it.

use crate::{Extreme, Leg, Outlook, Position, QUANTITY_MAX, Scenario, Stand};

/// What a trader is ready to lose.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Risk {
    /// So much of the account, a fraction: 0.02 is 2 %.
    Part(f64),
    /// Dollars.
    Dollars(f64),
}

/// How many units of a position to trade.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// Units: none where one already loses too much.
    pub units: i64,
    /// What they lose, in dollars: so many times the [`UnitLoss`].
    pub loss: f64,
    /// The same as a part of the account.
    pub part: f64,
    /// Whether more would be allowed: these are the most that are told.
    pub is_most: bool,
}

/// What a position loses at most between −8 % and +6 % at once, where it loses most, and there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WorstMove {
    /// Dollars, not less than nothing.
    pub loss: f64,
    /// What the underlying gains there, a fraction.
    pub by: f64,
}

/// What one unit of a position loses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UnitLoss {
    /// Dollars, not less than nothing: what it loses at most, or where there is no end to that what
    /// the worst move loses.
    pub dollars: f64,
    /// Whether there is no end to what it may lose.
    pub is_endless: bool,
}

/// The most shares of a leg that are told, as many as one can have. A contract counts as the shares
/// that it is for: ten thousand contracts are as many as a million shares.
const SHARES_MAX: f64 = QUANTITY_MAX as f64;

impl Size {
    /// How many units of a position lose at most what `risk` allows, when one loses `loss_of_one`
    /// dollars; nothing without an account, and where nothing can be lost.
    pub fn of(position: &Position, risk: Risk, account: f64, loss_of_one: f64) -> Option<Self> {
        let allowed = match risk {
            Risk::Part(part) => part * account,
            Risk::Dollars(dollars) => dollars,
        };
        let is_known = [allowed, account, loss_of_one].iter().all(|one| one.is_finite());
        if !is_known || account <= 0.0 || allowed <= 0.0 || loss_of_one <= 0.0 {
            return None;
        }
        let (allowed, most) = ((allowed / loss_of_one + 1e-9).floor(), units_max(position));
        let units = allowed.min(most);
        let loss = units * loss_of_one;
        #[expect(clippy::cast_possible_truncation, reason = "at most a million")]
        let size =
            Self { units: units as i64, loss, part: loss / account, is_most: most < allowed };
        Some(size)
    }
}

/// The most units whose legs have no more than [`SHARES_MAX`]; one at least, which is there.
fn units_max(position: &Position) -> f64 {
    let of_leg = |leg: &Leg| {
        let in_one = (leg.quantity.abs() / position.units()) as f64;
        (SHARES_MAX / (in_one * leg.instrument.multiplier())).floor()
    };
    position.legs().iter().map(of_leg).fold(SHARES_MAX, f64::min).max(1.0)
}

impl WorstMove {
    /// The moves that a portfolio margin account is charged for on a broad index: ten steps from
    /// −8 % to +6 % (Options Clearing Corporation, customer portfolio margin), volatility as it is.
    const MOVES: (f64, f64) = (-0.08, 0.06);
    const STEPS: u32 = 10;

    /// Of a position that `scenario` knows, at `stand`.
    pub fn of(scenario: &Scenario, stand: &Stand) -> Self {
        let now = scenario.worth(stand);
        let (low, high) = Self::MOVES;
        let mut worst = Self { loss: 0.0, by: 0.0 };
        for step in 0..=Self::STEPS {
            let by = low + (high - low) * f64::from(step) / f64::from(Self::STEPS);
            let there = scenario.worth(&Stand { spot: stand.spot * (1.0 + by), ..*stand });
            if worst.loss < now - there {
                worst = Self { loss: now - there, by };
            }
        }
        worst
    }
}

impl UnitLoss {
    /// Of a position that is held as so many `units`; nothing where nothing can be lost, and where
    /// there is no end to it and no move is known.
    pub fn of(outlook: &Outlook, worst: Option<WorstMove>, units: i64) -> Option<Self> {
        let (loss, is_endless) = match outlook.least {
            Extreme::Dollars(least) => (-least, false),
            Extreme::Unlimited => (worst?.loss, true),
        };
        let is_loss = is_endless || 0.0 < loss;
        is_loss.then(|| Self { dollars: loss / units as f64, is_endless })
    }
}
