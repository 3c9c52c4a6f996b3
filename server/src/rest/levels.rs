//! Levels of a symbol for programs, answered from memory while nothing moved.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use api::levels_view;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use desk::{OwnerId, Trader, check_listed};
use http::{HeaderMap, StatusCode, header};
use market::{Symbol, instrument};

use super::{Problem, Rest, symbol_of};

/// The newest answer for each symbol to each trader, by the tag of what it was computed from: they
/// have tapes of their own, whose numbers may be the same. With too many it begins anew.
#[derive(Default)]
pub(crate) struct LevelsCache {
    answers: Mutex<BTreeMap<(OwnerId, Symbol), (String, Bytes)>>,
}

/// Answers that are kept.
const ANSWERS_MAX: usize = 1_024;

impl LevelsCache {
    fn get(&self, of: &(OwnerId, Symbol), tag: &str) -> Option<Bytes> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, body) = answers.get(of)?;
        (known == tag).then(|| body.clone())
    }

    fn put(&self, of: (OwnerId, Symbol), tag: String, body: Bytes) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if ANSWERS_MAX <= answers.len() && !answers.contains_key(&of) {
            answers.clear();
        }
        answers.insert(of, (tag, body));
    }
}

/// The levels of a symbol as they stand.
pub(crate) async fn read(
    State(rest): State<Rest>,
    Extension(trader): Extension<Trader>,
    Path(symbol): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let symbol = symbol_of(&symbol)?;
    let proxy = instrument(symbol).proxy.unwrap_or(symbol);
    let (looked_in, options) = rest.desk.option_levels(&trader, symbol).await?;
    let (tag, view) = rest.desk.with_tape(&trader, |tape| {
        check_listed(tape, symbol)?;
        // The tape may have jumped meanwhile.
        let options = options.filter(|_| looked_in == tape.epoch());
        let looked = options.map_or(0, |options| options.as_of.0);
        let (epoch, own, funds) = (tape.epoch(), tape.seq(symbol), tape.seq(proxy));
        // Whoever signs in with the same browser may have a tape of the same numbers.
        let owner = trader.owner();
        let tag = format!("\"{owner}-{epoch}-{own}-{funds}-{looked}\"");
        if let Some(body) = rest.levels.get(&(owner.clone(), symbol), &tag) {
            return Ok((tag, Err(body)));
        }
        let state = tape.state();
        Ok::<_, desk::DeskError>((
            tag,
            Ok(levels_view(tape.books(), options.as_ref(), symbol, &state.tape, state.at)),
        ))
    })?;
    let body = match view {
        Err(body) => body,
        Ok(view) => {
            let body = serde_json::to_vec(&view).map_err(|error| Problem::internal(&error))?;
            let body = Bytes::from(body);
            rest.levels.put((trader.owner().clone(), symbol), tag.clone(), body.clone());
            body
        }
    };
    Ok(tagged(&headers, &tag, body))
}

/// A JSON answer with its tag; nothing but the tag for a client that has it already.
pub(super) fn tagged(headers: &HeaderMap, tag: &str, body: impl Into<Bytes>) -> Response {
    let fixed = [
        (header::ETAG, tag.to_owned()),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
        (header::CONTENT_TYPE, "application/json".to_owned()),
    ];
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let is_known = known.is_some_and(|known| {
        known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag || one.trim() == "*")
    });
    if is_known {
        return (StatusCode::NOT_MODIFIED, fixed).into_response();
    }
    (fixed, body.into()).into_response()
}
