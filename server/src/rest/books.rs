//! What a stream would begin with, for a device that keeps it to be read without the server.

use api::{ClientWord, POSTCARD_TYPE, encode_books};
use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use desk::Trader;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use market::Symbol;
use serde::Deserialize;

use super::{Problem, Rest, symbol_of};
use crate::stream::{snapshot_of, with_proxies};

/// Of what: `?symbols=SPX,SPY`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BooksQuestion {
    symbols: String,
}

/// How the tape stands, and its books.
pub(crate) async fn read(
    State(rest): State<Rest>,
    Extension(trader): Extension<Trader>,
    question: Result<Query<BooksQuestion>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(question) = question.map_err(|error| Problem::malformed(&error.body_text()))?;
    let symbols: Vec<Symbol> =
        question.symbols.split(',').map(symbol_of).collect::<Result<_, _>>()?;
    if ClientWord::SYMBOLS_MAX < symbols.len() {
        return Err(Problem::malformed("`symbols` names too many: at most 64"));
    }
    let bytes = rest.desk.with_tape(&trader, |tape| {
        encode_books(&tape.state().into(), &snapshot_of(tape, &with_proxies(&symbols)))
    });
    Ok(([(CONTENT_TYPE, POSTCARD_TYPE), (CACHE_CONTROL, "no-store")], bytes).into_response())
}
