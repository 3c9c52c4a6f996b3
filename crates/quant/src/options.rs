//! Options: prices, Greeks and implied volatility, one contract or a whole series at once.
//!
//! Volatility is a fraction a year (0.14 is 14 %), time is in calendar years of 365 days, prices
//! are in points of one share of the contract, whatever its multiplier.

mod american;
mod black;
mod dividends;
mod early;
mod exposure;
mod implied_vol;
mod odds;
mod row;
mod slice;
mod smile;
mod volatility;
mod chain;
mod clock;

pub use american::{
    DividendIn, american_price, american_vol, early_exercise, early_exercise_premium, leisen_reimer,
};
pub use black::{Black, Greeks};
pub use chain::{ChainBook, ChainOption, ExpectedMove, QUOTE_AGE_MAX, RATE_DEFAULT};
pub use clock::{trading_years_between, years_between};
pub use dividends::{Delivery, DividendTable};
pub use early::ExerciseReason;
pub use exposure::{
    BadExposure, Dealers, Exposure, ExposureBook, ExposureScope, OpenContract, OpenSeries,
    StrikeExposure, max_pain,
};
pub use implied_vol::{IvAbsence, Premium, implied_vol, implied_vol_from, implied_vols};
pub use odds::{PastMoves, Wander};
pub use row::{PriceRow, RowOption};
pub use slice::{OptionGreeks, Slice, SliceGreeks, SliceMarket};
pub use smile::{Smile, SmileCurve, SmileOdds, SmilePoint};
pub use volatility::{
    RANK_DAYS, Skew, Strip, StripQuote, THIRTY_DAYS, VolatilityDay, VolatilityRank,
    constant_maturity, skew, strip, strip_quotes,
};

/// Calendar days in a year, by which theta and charm are told.
pub const DAYS_PER_YEAR: f64 = 365.0;
