//! Prints that a page missed while its stream was down.

use api::{Gap, POSTCARD_TYPE, Update, encode_gap};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use desk::Trader;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde::Deserialize;

use super::{Problem, Rest, symbol_of};

/// Up to where the page knows: `?epoch=3&after=SPX:120,SPY:4711`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GapQuestion {
    epoch: u64,
    after: String,
    #[serde(default)]
    format: Format,
}

/// How the prints are written.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    #[default]
    Json,
    /// As the stream of our own page has them.
    Postcard,
}

/// Everything after the named prints, or word that it is too much and a snapshot is due.
pub(crate) async fn read(
    State(rest): State<Rest>,
    Extension(trader): Extension<Trader>,
    question: Result<Query<GapQuestion>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(question) = question.map_err(|error| Problem::malformed(&error.body_text()))?;
    let mut known = Vec::new();
    for pair in question.after.split(',').filter(|pair| !pair.is_empty()) {
        let (symbol, seq) = pair.split_once(':').ok_or_else(|| {
            Problem::malformed(&format!("`after` has `{pair}`: expected a pair as SPX:120"))
        })?;
        let seq: u64 = seq.parse().map_err(|_| {
            Problem::malformed(&format!("`after` has `{pair}`: `{seq}` is not a print's number"))
        })?;
        known.push((symbol_of(symbol)?, seq));
    }
    if api::ClientWord::SYMBOLS_MAX < known.len() {
        return Err(Problem::malformed("`after` names too many symbols: at most 64"));
    }
    let gap = rest.desk.with_tape(&trader, |tape| {
        if tape.epoch() != question.epoch {
            return Gap::TooLong;
        }
        let mut updates: Vec<Update> = Vec::new();
        for (symbol, after) in known {
            match tape.refill(symbol, after) {
                Some(slots) => updates.extend(slots.into_iter().map(Update::from)),
                None if tape.seq(symbol) == after => {}
                None => return Gap::TooLong,
            }
        }
        Gap::Refilled { epoch: question.epoch, updates }
    });
    let answer = match question.format {
        Format::Json => Json(gap).into_response(),
        Format::Postcard => ([(CONTENT_TYPE, POSTCARD_TYPE)], encode_gap(&gap)).into_response(),
    };
    Ok(([(CACHE_CONTROL, "no-store")], answer).into_response())
}
