//! A position for programs: posted as a trader writes it, answered with what it is worth, what
//! moves it and what it may bring. Nothing is kept.

use api::position_view;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use desk::Trader;
use http::header::CACHE_CONTROL;
use plan::read_position;
use serde::Deserialize;

use super::{Problem, Rest};

/// `{"position": "-2 SPXW 20NOV26 5900/5890P @1.25"}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PositionQuestion {
    position: String,
}

/// Values a position.
pub(crate) async fn value(
    State(rest): State<Rest>,
    Extension(trader): Extension<Trader>,
    question: Result<Json<PositionQuestion>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(question) = question.map_err(|error| Problem::malformed(&error.body_text()))?;
    let position = read_position(&question.position)
        .map_err(|error| Problem::malformed(&format!("`position`, {error}")))?;
    let valued = rest.desk.value_position(&trader, &position).await?;
    let now = (&valued.state.tape, valued.state.at, valued.spot);
    let sum = (&valued.value, valued.outlook.as_ref());
    let view = position_view(&position, &valued.legs, sum, now);
    Ok(([(CACHE_CONTROL, "no-store")], Json(view)).into_response())
}
