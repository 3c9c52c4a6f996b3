//! The REST API, version 1, for programs: levels, bars, symbols, market status, missed prints.

mod books;
mod chain;
mod exposure;
mod gap;
mod levels;
mod position;
mod positions;
mod problem;
mod volatility;

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Extension, Json, Router};
use desk::{Desk, Trader};
use http::HeaderMap;
use market::{BarSpan, Moment, Phase, Span, Symbol, session_clock};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub(crate) use levels::LevelsCache;
pub(crate) use problem::{Problem, story};

/// What the API needs.
#[derive(Clone)]
pub(crate) struct Rest {
    /// Who answers.
    pub(crate) desk: Arc<Desk>,
    /// Level answers that were just given.
    pub(crate) levels: Arc<LevelsCache>,
}

/// Routes of the API.
pub(crate) fn routes(rest: Rest) -> Router {
    let v1 = Router::new()
        .route("/levels/{symbol}", get(levels::read))
        .route("/bars/{symbol}", get(read_bars))
        .route("/expiries/{symbol}", get(chain::read_expiries))
        .route("/chain/{symbol}", get(chain::read))
        .route("/exposure/{symbol}", get(exposure::read))
        .route("/volatility/{symbol}", get(volatility::read))
        .route("/volatility/{symbol}/days", get(volatility::read_days))
        .route("/position", post(position::value))
        .route("/positions", get(positions::read).post(positions::add))
        .route("/positions/{id}", put(positions::replace).delete(positions::remove))
        .route("/symbols", get(read_symbols))
        .route("/market/status", get(read_market_status))
        .route("/books", get(books::read))
        .route("/tape", get(gap::read))
        .route("/openapi.json", get(read_openapi));
    Router::new()
        .route("/api/levels/{symbol}", get(levels::read))
        .nest("/api/v1", v1)
        .with_state(rest)
}

/// The symbol in a request's path.
pub(crate) fn symbol_of(text: &str) -> Result<Symbol, Problem> {
    text.parse().map_err(|error: market::BadSymbol| Problem::malformed(&error.to_string()))
}

async fn read_openapi() -> Response {
    let kind = [(http::header::CONTENT_TYPE, "application/vnd.oai.openapi+json;version=3.1")];
    (kind, api::OPENAPI).into_response()
}

async fn read_symbols(
    State(rest): State<Rest>,
    Extension(trader): Extension<Trader>,
) -> Result<Response, Problem> {
    let listed = rest.desk.symbols(&trader).await?;
    let views: Vec<api::SymbolView> = listed.into_iter().map(Into::into).collect();
    Ok(Json(views).into_response())
}

/// Which bars are asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BarsQuestion {
    span: Option<String>,
    from: Option<String>,
    to: Option<String>,
}

#[derive(Debug, Serialize)]
struct BarsAnswer {
    tape: String,
    symbol: Symbol,
    span: BarSpan,
    /// `[start, open, high, low, close, volume]`, the start in seconds since 1970.
    bars: Vec<(i64, f64, f64, f64, f64, i64)>,
}

async fn read_bars(
    State(rest): State<Rest>,
    Extension(trader): Extension<Trader>,
    Path(symbol): Path<String>,
    question: Result<Query<BarsQuestion>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let symbol = symbol_of(&symbol)?;
    let Query(question) = question.map_err(|error| Problem::malformed(&error.body_text()))?;
    let span: BarSpan = match &question.span {
        Some(text) => {
            text.parse().map_err(|error: market::BadSpan| Problem::malformed(&error.to_string()))?
        }
        None => BarSpan::M5,
    };
    let from = moment_of("from", question.from.as_deref(), Moment(0))?;
    let to = moment_of("to", question.to.as_deref(), Moment(i64::MAX / 2))?;
    let (state, found) = rest.desk.bars(&trader, symbol, span, from, to).await?;
    let bars = found.bars.iter().map(|bar| {
        let start = bar.start.0.div_euclid(1_000_000);
        let [open, high, low, close] =
            [bar.open, bar.high, bar.low, bar.close].map(market::Price::to_f64);
        (start, open, high, low, close, bar.volume)
    });
    let answer = BarsAnswer { tape: state.tape.to_string(), symbol, span, bars: bars.collect() };
    let body = serde_json::to_vec(&answer).map_err(|error| Problem::internal(&error))?;
    let tag = format!("\"{}\"", hex::encode(&Sha256::digest(&body)[..16]));
    Ok(levels::tagged(&headers, &tag, body))
}

/// Reads an instant: RFC 3339, a date in New York, or seconds since 1970.
fn moment_of(name: &str, text: Option<&str>, otherwise: Moment) -> Result<Moment, Problem> {
    let Some(text) = text else { return Ok(otherwise) };
    let absurd = || {
        Problem::malformed(&format!(
            "`{name}` is `{text}`: expected a date as 2024-02-05, an instant as \
             2024-02-05T14:30:00Z, or seconds since 1970, between 1970 and 2200"
        ))
    };
    if let Ok(date) = text.parse() {
        return Ok(Moment::new_york(date, Span::ZERO));
    }
    if let Ok(seconds) = text.parse::<i64>() {
        let is_sane = (0..=7_258_118_400).contains(&seconds);
        return if is_sane { Ok(Moment(seconds * 1_000_000)) } else { Err(absurd()) };
    }
    let moment: Moment = text.parse().map_err(|_| absurd())?;
    if (0..=7_258_118_400_000_000).contains(&moment.0) { Ok(moment) } else { Err(absurd()) }
}

#[derive(Debug, Serialize)]
struct MarketStatus {
    #[serde(flatten)]
    tape: api::TapeView,
    /// The part of the exchange's day that the tape is in.
    phase: Phase,
    /// When it ends.
    phase_ends: Moment,
    /// The trading day.
    day: market::TradingDate,
    is_half_day: bool,
}

async fn read_market_status(
    State(rest): State<Rest>,
    Extension(trader): Extension<Trader>,
) -> Result<Response, Problem> {
    let state = rest.desk.tape_state(&trader).await?;
    let clock = session_clock(state.at);
    let status = MarketStatus {
        phase: clock.phase,
        phase_ends: clock.ends,
        day: clock.day.date,
        is_half_day: clock.day.is_half_day(),
        tape: state.into(),
    };
    let headers = [(http::header::CACHE_CONTROL, "no-store")];
    Ok((headers, Json(status)).into_response())
}
