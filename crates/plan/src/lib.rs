//! Positions of options and shares: how a trader writes them, what they pay at expiry, where they
//! break even, and what moves them. Pure: no I/O, no clock, no randomness.

mod carry;
mod leg;
mod notation;
mod payoff;
mod risk;
mod scenario;
mod outlook;
mod order;
mod sizing;
mod portfolio;
mod stage;
mod strategy;
mod valuation;
mod decay;

pub use decay::{decay_to_expiry, is_on_last_day};
pub use leg::{BadPosition, Instrument, LEGS_MAX, Leg, Position, QUANTITY_MAX, joined};
pub use notation::{NotationError, read_position};
pub use order::{BadOrder, OrderFormat};
pub use outlook::Outlook;
pub use payoff::{Extreme, Payoff};
pub use portfolio::{Attribution, LegsAt, WeightedGreeks};
pub use risk::{GRID, RiskAxes, RiskBook, RiskGrid, ShiftTerm, Stickiness};
pub use scenario::{Scenario, Stand};
pub use sizing::{Risk, Size, UnitLoss, WorstMove};
pub use stage::{BadStage, Stage};
pub use strategy::{BadTemplate, Strategy, template};
pub use valuation::{LegModel, LegValue, PositionGreeks, PositionValue, value};
