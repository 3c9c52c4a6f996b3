//! What options said of volatility day by day, and where it stands among the days of a year, for
//! screens and programs.

use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;
use market::{Moment, Symbol, TapeId, TradingDate};
use serde::{Deserialize, Serialize};

use crate::ApiError;

/// What options on an underlying said of volatility, day by day. Volatilities are fractions a year.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VolatilityDaysView {
    /// Whose quotes they are; a practice tape is simulated.
    pub tape: TapeId,
    /// The underlying.
    pub symbol: Symbol,
    /// The tape's time.
    pub as_of: Moment,
    /// The volatility at the money of thirty days, now.
    pub iv30: Option<f64>,
    /// (put − call) ÷ at the money, at deltas of 25 %, of thirty days, now.
    pub skew30: Option<f64>,
    /// (now − least) ÷ (most − least) of `iv30`, 0 to 1; nothing without days to compare with.
    pub rank: Option<f64>,
    /// The part of the days on which `iv30` was below what it is now.
    pub percentile: Option<f64>,
    /// Days that are not worked out yet: ask again.
    pub missing: usize,
    /// At the closes of days before the tape's, oldest first; at most 252.
    pub days: Vec<VolatilityDayView>,
}

/// What they said at one close.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct VolatilityDayView {
    /// The day.
    pub day: TradingDate,
    /// The volatility at the money of thirty days.
    pub iv30: f64,
    /// (put − call) ÷ at the money, at deltas of 25 %, of thirty days.
    pub skew30: Option<f64>,
}

#[cfg(feature = "ssr")]
impl VolatilityDaysView {
    /// What the desk found.
    pub fn of(found: desk::VolatilityDays) -> Self {
        let past: Vec<f64> = found.days.iter().map(|(_, said)| said.iv30).collect();
        let rank = found.now.and_then(|now| quant::options::VolatilityRank::of(now.iv30, &past));
        let day = |(day, said): (TradingDate, desk::VolatilityDay)| VolatilityDayView {
            day,
            iv30: said.iv30,
            skew30: said.skew30,
        };
        Self {
            tape: found.state.tape,
            symbol: found.symbol,
            as_of: found.state.at,
            iv30: found.now.map(|now| now.iv30),
            skew30: found.now.and_then(|now| now.skew30),
            rank: rank.map(|rank| rank.rank),
            percentile: rank.map(|rank| rank.percentile),
            missing: found.missing,
            days: found.days.into_iter().map(day).collect(),
        }
    }
}

/// What did options on `symbol` say of volatility on the days before, and what do they say now?
#[server(endpoint = "volatility/days", input = Postcard, output = Postcard)]
pub async fn read_volatility_days(symbol: Symbol) -> Result<VolatilityDaysView, ApiError> {
    use crate::context::{answer, desk, trader};
    let found = answer(desk()?.volatility_days(&trader()?, symbol).await)?;
    Ok(VolatilityDaysView::of(found))
}
