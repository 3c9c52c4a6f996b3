//! What dealers are taken to hold, as a screen or a program sees it.

use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;
use market::{Moment, Series, Symbol, TapeId, TradingDate};
use quant::options::{Dealers, ExposureBook, ExposureScope, OpenSeries, StrikeExposure, max_pain};
use serde::{Deserialize, Serialize};

use crate::ApiError;

/// What is open on an underlying, with the volatilities that its quotes imply.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenInterestView {
    /// Whose quotes they are; a practice tape is simulated.
    pub tape: TapeId,
    /// Of which underlying.
    pub symbol: Symbol,
    /// The tape's time.
    pub as_of: Moment,
    /// The underlying's price then.
    pub spot: Option<f64>,
    /// What money is taken to earn, a year.
    pub rate: f64,
    /// The date that open interest is of.
    pub of: Option<TradingDate>,
    /// Soonest first; none without options.
    pub series: Vec<OpenSeries>,
}

/// Exposure of dealers, for programs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExposureView {
    /// Whose quotes they are; a practice tape is simulated.
    pub tape: TapeId,
    /// The underlying.
    pub symbol: Symbol,
    /// The tape's time.
    pub as_of: Moment,
    /// The underlying's price.
    pub spot: f64,
    /// Which series count: `all`, `today`, or one by its name.
    pub scope: String,
    /// Which side dealers are taken to be on.
    pub dealers: String,
    /// The date that open interest is of.
    pub open_interest_of: Option<TradingDate>,
    /// Dollars for a move of 1 %, over all strikes.
    pub gamma: f64,
    /// Dollars, over all strikes.
    pub delta: f64,
    /// The strike with the greatest gamma of calls.
    pub call_wall: Option<f64>,
    /// The strike with the greatest gamma of puts.
    pub put_wall: Option<f64>,
    /// Where all gamma changes its sign, the nearest first; empty where it does not within 10 %.
    pub flips: Vec<f64>,
    /// Puts ÷ calls, by contracts traded today.
    pub put_call_volume: Option<f64>,
    /// Puts ÷ calls, by open interest.
    pub put_call_open_interest: Option<f64>,
    /// Of each series that counts, where holders would get least.
    pub max_pain: Vec<MaxPainView>,
    /// By strike, lowest first.
    pub strikes: Vec<StrikeExposureView>,
    /// All gamma over spots from 10 % below to 10 % above: pairs of spot and dollars.
    pub profile: Vec<(f64, f64)>,
}

/// Where holders of a series would get least.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct MaxPainView {
    /// Which series.
    pub series: Series,
    /// Points.
    pub strike: f64,
}

/// Exposure at one strike.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct StrikeExposureView {
    /// Points.
    pub strike: f64,
    /// Dollars for a move of 1 %.
    pub call_gamma: f64,
    /// Dollars for a move of 1 %.
    pub put_gamma: f64,
    /// Dollars.
    pub call_delta: f64,
    /// Dollars.
    pub put_delta: f64,
    /// Contracts.
    pub call_open_interest: u64,
    /// Contracts.
    pub put_open_interest: u64,
}

impl From<&StrikeExposure> for StrikeExposureView {
    fn from(one: &StrikeExposure) -> Self {
        Self {
            strike: one.strike,
            call_gamma: one.gamma[0],
            put_gamma: one.gamma[1],
            call_delta: one.delta[0],
            put_delta: one.delta[1],
            call_open_interest: one.open_interest[0],
            put_open_interest: one.open_interest[1],
        }
    }
}

/// What dealers are taken to hold, as programs see it; nothing before the underlying has a price.
pub fn exposure_view(
    open: &OpenInterestView,
    scope: ExposureScope,
    dealers: Dealers,
) -> Option<ExposureView> {
    let (spot, at) = (open.spot?, open.as_of);
    let book = ExposureBook::new(open.rate, spot, &open.series);
    let exposure = book.exposure(scope, dealers, spot, at);
    let profile = book.gamma_profile(scope, dealers, spot, at);
    let counts = open.series.iter().filter(|one| scope.counts(one.series, at));
    let max_pain =
        counts.filter_map(|one| Some(MaxPainView { series: one.series, strike: max_pain(one)? }));
    Some(ExposureView {
        tape: open.tape.clone(),
        symbol: open.symbol,
        as_of: at,
        spot,
        scope: scope.to_string(),
        dealers: dealers.to_string(),
        open_interest_of: open.of,
        gamma: exposure.gamma,
        delta: exposure.delta,
        call_wall: exposure.call_wall,
        put_wall: exposure.put_wall,
        flips: book.flips(scope, dealers, &profile, spot, at),
        put_call_volume: exposure.put_call_volume,
        put_call_open_interest: exposure.put_call_open_interest,
        max_pain: max_pain.collect(),
        strikes: exposure.strikes.iter().map(Into::into).collect(),
        profile,
    })
}

/// What is open on this symbol?
#[server(endpoint = "exposure/open", input = Postcard, output = Postcard)]
pub async fn read_open_interest(symbol: Symbol) -> Result<OpenInterestView, ApiError> {
    use crate::context::{answer, desk, trader};
    answer(desk()?.open_interest(&trader()?, symbol).await.map(|open| open.as_ref().into()))
}
