//! What dealers are taken to hold, for programs.

use api::{OpenInterestView, exposure_view};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use desk::{DeskError, Trader};
use http::header::CACHE_CONTROL;
use quant::options::{BadExposure, Dealers, ExposureScope};
use serde::Deserialize;

use super::{Problem, Rest, symbol_of};

/// Which series count, `?scope=all`, `today` or `SPXW-2024-02-27`, and which side dealers are taken
/// to be on, `&dealers=long-calls-short-puts`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExposureQuestion {
    scope: Option<String>,
    dealers: Option<String>,
}

/// Gamma and delta by strike, walls, flips, max pain and put–call ratios.
pub(crate) async fn read(
    State(rest): State<Rest>,
    Extension(trader): Extension<Trader>,
    Path(symbol): Path<String>,
    question: Result<Query<ExposureQuestion>, QueryRejection>,
) -> Result<Response, Problem> {
    let symbol = symbol_of(&symbol)?;
    let Query(question) = question.map_err(|error| Problem::malformed(&error.body_text()))?;
    let malformed = |error: BadExposure| Problem::malformed(&error.to_string());
    let scope = question.scope.as_deref().unwrap_or_default();
    let scope: ExposureScope = scope.parse().map_err(malformed)?;
    let dealers = question.dealers.as_deref().unwrap_or_default();
    let dealers: Dealers = dealers.parse().map_err(malformed)?;
    let open = rest.desk.open_interest(&trader, symbol).await?;
    if open.spot.is_some() && open.series.is_empty() {
        return Err(DeskError::NoOptions { symbol }.into());
    }
    if let ExposureScope::One(series) = scope
        && !open.series.iter().any(|one| one.series == series)
    {
        return Err(DeskError::NotSeries { series }.into());
    }
    let view = exposure_view(&OpenInterestView::from(open.as_ref()), scope, dealers);
    let view = view.ok_or_else(Problem::no_price)?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(view)).into_response())
}
