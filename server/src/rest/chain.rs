//! Options for programs: which series there are, and a whole series with what its quotes imply.

use api::{ExpiriesView, chain_view};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use desk::{DeskError, Trader};
use http::header::CACHE_CONTROL;
use market::BadContract;
use serde::Deserialize;

use super::{Problem, Rest, symbol_of};

/// The series on a symbol.
pub(crate) async fn read_expiries(
    State(rest): State<Rest>,
    Extension(trader): Extension<Trader>,
    Path(symbol): Path<String>,
) -> Result<Response, Problem> {
    let expiries = rest.desk.expiries(&trader, symbol_of(&symbol)?).await?;
    let view = ExpiriesView::from(expiries);
    Ok(([(CACHE_CONTROL, "no-store")], Json(view)).into_response())
}

/// Which series: `?expiry=SPXW-2024-02-27`, or the one that ends first.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChainQuestion {
    expiry: Option<String>,
}

/// A whole series with what its quotes imply.
pub(crate) async fn read(
    State(rest): State<Rest>,
    Extension(trader): Extension<Trader>,
    Path(symbol): Path<String>,
    question: Result<Query<ChainQuestion>, QueryRejection>,
) -> Result<Response, Problem> {
    let symbol = symbol_of(&symbol)?;
    let Query(question) = question.map_err(|error| Problem::malformed(&error.body_text()))?;
    let expiries = rest.desk.expiries(&trader, symbol).await?;
    let first = *expiries.series.first().ok_or(DeskError::NoOptions { symbol })?;
    let series = match &question.expiry {
        Some(text) => {
            let malformed = |error: BadContract| Problem::malformed(&error.to_string());
            text.parse().map_err(malformed)?
        }
        None => first,
    };
    if !expiries.series.contains(&series) {
        return Err(DeskError::NotSeries { series }.into());
    }
    let quoted = rest.desk.quotes(&trader, series).await?;
    let book = quoted.book().ok_or_else(Problem::no_price)?;
    let view = chain_view(&book, &quoted.state.tape);
    Ok(([(CACHE_CONTROL, "no-store")], Json(view)).into_response())
}
