//! Positions that a trader keeps, for programs: each with what it is worth, and what moves all of
//! those that are open.

use api::{BetaView, KeptPositionView, PositionView, position_view};
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum::{Extension, Json};
use desk::{Answered, KeptPosition, NamedChange, PositionEdit, Stage, Trader, ValuedPosition};
use http::header::CACHE_CONTROL;
use http::{HeaderMap, StatusCode};
use market::{Moment, Symbol, TapeId};
use plan::{Position, WeightedGreeks, read_position};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Problem, Rest, symbol_of};

/// Which positions, `?stage=open`, and to which benchmark they are weighed, `&benchmark=SPX`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PositionsQuestion {
    stage: Option<String>,
    benchmark: Option<String>,
}

#[derive(Debug, Serialize)]
struct PositionsAnswer {
    /// Whose quotes they are valued at.
    tape: TapeId,
    as_of: Moment,
    benchmark: Symbol,
    benchmark_price: Option<f64>,
    betas: Vec<BetaView>,
    /// What moves those that are open, beta-weighted; those without a value are left out of it.
    weighted: Option<WeightedAnswer>,
    positions: Vec<PositionAnswer>,
}

#[derive(Debug, Serialize)]
struct WeightedAnswer {
    /// So many shares of the benchmark they are like.
    delta: f64,
    dollar_delta: f64,
    /// Dollar delta for 1 % of the benchmark.
    dollar_gamma: f64,
    theta: f64,
    vega: f64,
    /// Open positions of this tape that are not in it.
    not_counted: usize,
}

#[derive(Debug, Serialize)]
struct PositionAnswer {
    #[serde(flatten)]
    kept: KeptPositionView,
    /// Nothing for what is closed, of another tape, or cannot be valued.
    value: Option<PositionView>,
    /// Why there is none.
    value_absent: Option<String>,
}

/// Every position, the oldest first.
pub(crate) async fn read(
    State(rest): State<Rest>,
    Extension(trader): Extension<Trader>,
    question: Result<Query<PositionsQuestion>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(question) = question.map_err(|error| Problem::malformed(&error.body_text()))?;
    let stage: Option<Stage> = question
        .stage
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|error: plan::BadStage| Problem::malformed(&error.to_string()))?;
    let benchmark = symbol_of(question.benchmark.as_deref().unwrap_or("SPX"))?;
    let state = rest.desk.tape_state(&trader).await?;
    let betas = rest.desk.betas(&trader, benchmark).await?;
    let price = rest.desk.expiries(&trader, benchmark).await?.spot;
    let mut kept = rest.desk.positions(&trader).await?;
    kept.retain(|one| stage.is_none_or(|stage| stage == one.stage));
    let asked: Vec<Result<Position, String>> =
        kept.iter().map(|one| asked(one, &state.tape)).collect();
    let known: Vec<Position> = asked.iter().filter_map(|one| one.as_ref().ok().cloned()).collect();
    let mut answers = rest.desk.value_positions(&trader, &known).await.into_iter();
    let of = |symbol| betas.of.iter().find(|(one, _)| *one == symbol).map(|(_, of)| of.beta);
    let mut positions = Vec::with_capacity(kept.len());
    let (mut weighted, mut not_counted) = (WeightedGreeks::default(), 0);
    for (kept, asked) in kept.into_iter().zip(asked) {
        let is_open = kept.stage == Stage::Open && kept.tape == state.tape;
        let valued = asked.and_then(|position| {
            let valued = answers.next().expect("an answer to each question");
            let valued = valued.map_err(|error| error.to_string())?;
            Ok((view(&position, &valued), valued.value))
        });
        let counted = valued
            .as_ref()
            .ok()
            .and_then(|(view, value)| Some((value.greeks?, view.spot, of(view.symbol)?, price?)));
        match counted {
            Some((greeks, spot, beta, price)) if is_open => {
                weighted.add(&greeks, (spot, beta), price);
            }
            _ => not_counted += usize::from(is_open),
        }
        let (value, value_absent) = match valued {
            Ok((view, _)) => (Some(view), None),
            Err(why) => (None, Some(why)),
        };
        positions.push(PositionAnswer { kept: kept.into(), value, value_absent });
    }
    let WeightedGreeks { delta, dollar_delta, dollar_gamma, theta, vega } = weighted;
    let weighted = price.map(|_| WeightedAnswer {
        delta,
        dollar_delta,
        dollar_gamma,
        theta,
        vega,
        not_counted,
    });
    let answer = PositionsAnswer {
        tape: state.tape,
        as_of: state.at,
        benchmark,
        benchmark_price: price,
        betas: betas.of.into_iter().map(BetaView::of).collect(),
        weighted,
        positions,
    };
    Ok(([(CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

/// What is to be valued, or why that cannot be.
fn asked(kept: &KeptPosition, tape: &TapeId) -> Result<Position, String> {
    if kept.stage == Stage::Closed {
        return Err("it is closed".to_owned());
    }
    if kept.tape != *tape {
        return Err(format!("it is of another tape, {}", kept.tape));
    }
    let mut position = read_position(&kept.legs).map_err(|error| error.to_string())?;
    position.paid = kept.paid.map(|units| units as f64 / 10_000.0);
    Ok(position)
}

fn view(position: &Position, valued: &ValuedPosition) -> PositionView {
    let sum = (&valued.value, valued.outlook.as_ref());
    let now = (&valued.state.tape, valued.state.at, valued.spot);
    position_view(position, &valued.legs, sum, now)
}

/// A position to keep: `{"position": "-1 SPXW 27FEB24 5100/5110C", "stage": "open", "paid": -125}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PositionToKeep {
    position: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    stage: Option<String>,
    paid: Option<f64>,
    received: Option<f64>,
    #[serde(default)]
    fees: f64,
    opened_at: Option<Moment>,
    closed_at: Option<Moment>,
}

impl PositionToKeep {
    fn view(self, id: String, tape: TapeId) -> KeptPositionView {
        KeptPositionView {
            id,
            tape,
            name: self.name,
            position: self.position,
            stage: self.stage.unwrap_or_else(|| Stage::Planned.to_string()),
            paid: self.paid,
            received: self.received,
            fees: self.fees,
            opened_at: self.opened_at,
            closed_at: self.closed_at,
            changed_at: Moment(0),
        }
    }
}

type Asked = Result<Json<PositionToKeep>, JsonRejection>;

/// Keeps a new one, of the tape that plays.
pub(crate) async fn add(
    State(rest): State<Rest>,
    Extension(trader): Extension<Trader>,
    headers: HeaderMap,
    asked: Asked,
) -> Result<Response, Problem> {
    let Json(asked) = asked.map_err(|error| Problem::malformed(&error.body_text()))?;
    let tape = rest.desk.tape_state(&trader).await?.tape;
    let Some(name) = headers.get(IDEMPOTENCY_KEY) else {
        let kept = write(&rest, &trader, asked.view(String::new(), tape)).await?;
        return Ok((StatusCode::CREATED, Json(kept)).into_response());
    };
    // The tape may be another one by the time that it asks again.
    let hash = hex::encode(Sha256::digest(format!("{asked:?}")));
    let change = NamedChange::new(name.to_str().unwrap_or_default(), hash, crate::clock::now())?;
    let edit = asked.view(String::new(), tape).edit().map_err(Problem::from)?;
    let (ids, is_again) = match rest.desk.edit_positions_once(&trader, vec![edit], &change).await? {
        Answered::Now(ids) => (ids, false),
        Answered::Before(ids) => (ids, true),
        Answered::Otherwise => {
            let why = "this idempotency key was used for another position: take a new one";
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, why));
        }
    };
    let kept = find(&rest, &trader, ids.first().map_or("", String::as_str)).await?;
    let told = is_again.then(|| vec![("idempotent-replayed", "true")]);
    Ok((StatusCode::CREATED, AppendHeaders(told.unwrap_or_default()), Json(kept)).into_response())
}

/// By what a program names a change, so that asking again does nothing again.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Replaces one.
pub(crate) async fn replace(
    State(rest): State<Rest>,
    Extension(trader): Extension<Trader>,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Response, Problem> {
    let Json(asked) = asked.map_err(|error| Problem::malformed(&error.body_text()))?;
    let known = find(&rest, &trader, &id).await?;
    let kept = write(&rest, &trader, asked.view(id, known.tape)).await?;
    Ok(Json(kept).into_response())
}

/// Forgets one.
pub(crate) async fn remove(
    State(rest): State<Rest>,
    Extension(trader): Extension<Trader>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    find(&rest, &trader, &id).await?;
    let now = crate::clock::now();
    let edits = vec![PositionEdit::Remove(id)];
    rest.desk.edit_positions(&trader, edits, now).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn write(
    rest: &Rest,
    trader: &Trader,
    view: KeptPositionView,
) -> Result<KeptPositionView, Problem> {
    let edit = view.edit().map_err(Problem::from)?;
    let now = crate::clock::now();
    let ids = rest.desk.edit_positions(trader, vec![edit], now).await?;
    find(rest, trader, ids.first().map_or("", String::as_str)).await
}

async fn find(rest: &Rest, trader: &Trader, id: &str) -> Result<KeptPositionView, Problem> {
    let kept = rest.desk.positions(trader).await?;
    let found = kept.into_iter().find(|one| one.id == id).map(Into::into);
    let none = || Problem::new(StatusCode::NOT_FOUND, "there is no position of this identity");
    found.ok_or_else(none)
}
