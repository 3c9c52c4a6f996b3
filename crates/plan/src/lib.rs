//! Positions of options and shares: how a trader writes them, what they pay at expiry, where they
//! break even, and what moves them. Pure: no I/O, no clock, no randomness.

mod leg;
mod notation;
mod payoff;
mod valuation;

pub use leg::{BadPosition, Instrument, LEGS_MAX, Leg, Position, QUANTITY_MAX};
pub use notation::{NotationError, read_position};
pub use payoff::{Extreme, Payoff};
pub use valuation::{LegValue, PositionGreeks, PositionValue, value};
