//! What options say of volatility, for programs.

use api::{VolatilityDaysView, volatility_view};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use desk::{DeskError, Trader};
use http::header::CACHE_CONTROL;

use super::{Problem, Rest, symbol_of};

/// By expiry, of thirty days, of puts against calls.
pub(crate) async fn read(
    State(rest): State<Rest>,
    Extension(trader): Extension<Trader>,
    Path(symbol): Path<String>,
) -> Result<Response, Problem> {
    let symbol = symbol_of(&symbol)?;
    let (expiries, books) = rest.desk.chain_books(&trader, symbol).await?;
    if expiries.series.is_empty() {
        return Err(DeskError::NoOptions { symbol }.into());
    }
    let state = expiries.state;
    let view = volatility_view(&books, &state.tape, symbol, state.at, expiries.spot);
    Ok(([(CACHE_CONTROL, "no-store")], Json(view)).into_response())
}

/// Day by day, and where it stands among the days of a year.
pub(crate) async fn read_days(
    State(rest): State<Rest>,
    Extension(trader): Extension<Trader>,
    Path(symbol): Path<String>,
) -> Result<Response, Problem> {
    let symbol = symbol_of(&symbol)?;
    let found = rest.desk.volatility_days(&trader, symbol).await?;
    let is_empty = found.days.is_empty() && found.missing == 0;
    // A day without a chain may stand among others with one.
    if is_empty && rest.desk.expiries(&trader, symbol).await?.series.is_empty() {
        return Err(DeskError::NoOptions { symbol }.into());
    }
    let view = VolatilityDaysView::of(found);
    Ok(([(CACHE_CONTROL, "no-store")], Json(view)).into_response())
}
