//! What a position consists of.

use std::fmt;

use market::{Contract, InstrumentKind, Moment, Symbol, instrument};

/// Legs of a position at most.
pub const LEGS_MAX: usize = 8;
/// Contracts or shares of a leg at most.
pub const QUANTITY_MAX: i64 = 1_000_000;

/// What a leg holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instrument {
    /// An option contract.
    Option(Contract),
    /// Shares of a fund.
    Shares(Symbol),
}

/// So many of one instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Contracts or shares; less than nothing where they are sold.
    pub quantity: i64,
    /// Of what.
    pub instrument: Instrument,
}

/// Up to eight legs on one underlying.
#[derive(Clone, Debug, PartialEq)]
pub struct Position {
    legs: Vec<Leg>,
    /// Dollars paid for all of it, less than nothing where they were received; nothing where the
    /// trader did not say.
    pub paid: Option<f64>,
}

/// Legs that are no position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPosition {
    /// No leg.
    #[error("a position has a leg at least")]
    Empty,
    /// Too many.
    #[error("a position has {LEGS_MAX} legs at most, this one has {0}")]
    TooManyLegs(usize),
    /// Nothing, or more than anybody trades.
    #[error("a leg has 1 to {QUANTITY_MAX} contracts or shares, not {0}")]
    Quantity(i64),
    /// Legs on different things.
    #[error("all legs are on one underlying, not on {0} and {1}")]
    Underlyings(Symbol, Symbol),
    /// Of which there are no shares.
    #[error("{0} is an index, which has no shares: write an expiry, strikes and a right behind it")]
    Index(Symbol),
    /// Of which something else than the underlying is delivered.
    #[error(
        "adjusted contracts deliver something else than the underlying: nothing here knows what"
    )]
    Adjusted,
}

impl Instrument {
    /// What moves it.
    pub fn underlying(self) -> Symbol {
        match self {
            Self::Option(contract) => contract.series.terms().underlying,
            Self::Shares(symbol) => symbol,
        }
    }

    /// Dollars for each point of its price.
    pub fn multiplier(self) -> f64 {
        match self {
            Self::Option(contract) => f64::from(contract.series.terms().multiplier),
            Self::Shares(_) => 1.0,
        }
    }

    /// What it is worth when it ends with the underlying at `spot`, in points; of shares, at any
    /// time.
    pub fn payoff(self, spot: f64) -> f64 {
        match self {
            Self::Option(contract) => contract.right.payoff(spot, contract.strike.to_f64()),
            Self::Shares(_) => spot,
        }
    }
}

impl fmt::Display for Instrument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option(contract) => contract.fmt(f),
            Self::Shares(symbol) => symbol.fmt(f),
        }
    }
}

/// An instrument that two of these legs are of: in a position they would become one, or nothing.
pub fn joined(legs: &[Leg]) -> Option<Instrument> {
    let mut rest = legs;
    while let Some((one, others)) = rest.split_first() {
        if others.iter().any(|other| other.instrument == one.instrument) {
            return Some(one.instrument);
        }
        rest = others;
    }
    None
}

impl Position {
    /// A position of these legs. Legs of the same instrument become one; those that cancel each
    /// other are gone.
    pub fn new(
        legs: impl IntoIterator<Item = Leg>,
        paid: Option<f64>,
    ) -> Result<Self, BadPosition> {
        let mut kept: Vec<Leg> = Vec::new();
        for leg in legs {
            if leg.quantity == 0 || QUANTITY_MAX < leg.quantity.abs() {
                return Err(BadPosition::Quantity(leg.quantity));
            }
            match kept.iter_mut().find(|one| one.instrument == leg.instrument) {
                Some(known) => known.quantity += leg.quantity,
                None => kept.push(leg),
            }
        }
        kept.retain(|leg| leg.quantity != 0);
        let first = kept.first().ok_or(BadPosition::Empty)?.instrument.underlying();
        if LEGS_MAX < kept.len() {
            return Err(BadPosition::TooManyLegs(kept.len()));
        }
        for leg in &kept {
            let other = leg.instrument.underlying();
            if other != first {
                return Err(BadPosition::Underlyings(first, other));
            }
            if QUANTITY_MAX < leg.quantity.abs() {
                return Err(BadPosition::Quantity(leg.quantity));
            }
            if let Instrument::Shares(symbol) = leg.instrument
                && instrument(symbol).kind == InstrumentKind::Index
            {
                return Err(BadPosition::Index(symbol));
            }
            if let Instrument::Option(contract) = leg.instrument
                && contract.series.terms().is_adjusted
            {
                return Err(BadPosition::Adjusted);
            }
        }
        Ok(Self { legs: kept, paid })
    }

    /// Its legs, in the order in which they were written.
    pub fn legs(&self) -> &[Leg] {
        &self.legs
    }

    /// What moves it.
    pub fn underlying(&self) -> Symbol {
        self.legs[0].instrument.underlying()
    }

    /// When the first of its options ends; nothing for shares alone.
    pub fn ends_at(&self) -> Option<Moment> {
        self.options().map(|contract| contract.series.expires_at()).min()
    }

    /// Whether all of its options end at once, so that what they pay then needs no model.
    pub fn ends_at_once(&self) -> bool {
        let first = self.ends_at();
        self.options().all(|contract| Some(contract.series.expires_at()) == first)
    }

    /// How often its smallest whole is held: 2 for two spreads, 50 for 50 shares alone. It divides
    /// the quantity of every leg, shares too, so that a part of a position loses none of them.
    pub fn units(&self) -> i64 {
        self.legs.iter().fold(0, |unit, leg| divisor(unit, leg.quantity.abs()))
    }

    /// Dollars that all of it gains when the price of one unit gains a point: 100 for each unit
    /// with an option in it, 1 for each share alone.
    pub fn dollars_a_point(&self) -> f64 {
        let points = self.legs.iter().map(|leg| leg.instrument.multiplier());
        points.fold(1.0, f64::max) * self.units() as f64
    }

    /// So many of its units, without what was paid.
    pub fn part(&self, units: i64) -> Result<Self, BadPosition> {
        let whole = self.units();
        let scaled = |leg: &Leg| Leg { quantity: leg.quantity / whole * units, ..*leg };
        Self::new(self.legs.iter().map(scaled), None)
    }

    /// The part of an amount of dollars that so many of its units have, to the cent.
    pub fn share_of(&self, dollars: f64, units: i64) -> f64 {
        (100.0 * dollars * units as f64 / self.units() as f64).round() / 100.0
    }

    /// The contracts of its options.
    pub fn options(&self) -> impl Iterator<Item = Contract> {
        self.legs.iter().filter_map(|leg| match leg.instrument {
            Instrument::Option(contract) => Some(contract),
            Instrument::Shares(_) => None,
        })
    }
}

fn divisor(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { divisor(b, a % b) }
}

impl fmt::Display for Position {
    /// As [`crate::read_position`] reads it, a leg an order, without what was paid.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, Leg { quantity, instrument }) in self.legs.iter().enumerate() {
            let between = if place == 0 { "" } else { "; " };
            write!(f, "{between}{quantity:+} {instrument}")?;
        }
        Ok(())
    }
}
