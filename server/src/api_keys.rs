//! Keys that programs ask with: made and ended in the settings, sent as `Authorization:
//! Bearer`.

use app::AccountPage;
use axum::Router;
use axum::extract::{Extension, Form, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use desk::{Account, ApiKey, AuditEvent, Limited, Scope, Store, StoreError, Trader};
use http::{HeaderMap, Method, StatusCode, header};
use market::Span;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tracing::info;

use crate::accounts::{Accounts, back, page};
use crate::clock::now;
use crate::device::Device;
use crate::passwords;
use crate::rest::Problem;
use crate::sessions::Here;

/// What every key begins with, so that one that was published by mistake is found.
const BEGINNING: &str = "volaris_";
/// Its last signs that stay readable.
const TAIL_SIGNS: usize = 4;
/// Keys that an account may have.
const KEYS_MAX: u32 = 20;
/// The longest name of one.
const NAME_MAX: usize = 60;
/// How exactly it is known when a key was last asked with.
const USED_EVERY: Span = Span::minutes(1);

/// What is kept of a key. Nobody guesses its 130 bits, so that it needs no slow hash.
fn hash_of(key: &str) -> String {
    hex::encode(Sha256::digest(key))
}

/// The key that a request brings.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let told = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = told.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(key.trim())
}

/// Whether it is a key of ours, whatever became of it.
pub(crate) fn is_key(bearer: &str) -> bool {
    bearer.starts_with(BEGINNING)
}

/// Whether programs may ask for it with a key.
pub(crate) fn is_for_programs(path: &str) -> bool {
    path.starts_with("/api/v1/") || path.starts_with("/api/levels/") || path == "/stream"
}

/// What the desk's own pages ask by themselves.
const OF_PAGES: [&str; 5] =
    ["/stream", "/api/v1/tape", "/api/v1/market/status", api::BOOKS_PATH, "/api/levels/read"];

/// Whether it is one that is counted.
pub(crate) fn is_question(path: &str) -> bool {
    is_for_programs(path) && !OF_PAGES.contains(&path)
}

/// Whether it changes what is kept. A position that is only valued is sent as well.
pub(crate) fn is_change(method: &Method, path: &str) -> bool {
    !matches!(*method, Method::GET | Method::HEAD) && path != "/api/v1/position"
}

/// Who asks with a key; nothing where a request brings none.
pub(crate) async fn program(
    store: &dyn Store,
    headers: &HeaderMap,
    (method, path): (&Method, &str),
) -> Result<Option<(Account, String)>, Problem> {
    if !is_for_programs(path) {
        return Ok(None);
    }
    let Some(key) = bearer(headers) else { return Ok(None) };
    let found = match is_key(key) {
        true => store.api_key(&hash_of(key)).await?,
        false => None,
    };
    let Some((key, account)) = found.filter(|(_, account)| !account.is_suspended) else {
        let why = "this key was ended, or never was one: make one under Programs in the settings";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, why));
    };
    if key.scope == Scope::Read && is_change(method, path) {
        let why = "this key reads and changes nothing: make one that does, under Programs in the \
                   settings";
        return Err(Problem::new(StatusCode::FORBIDDEN, why));
    }
    let at = now();
    if key.used_at.is_none_or(|used| USED_EVERY < at - used) {
        store.touch_api_key(&key.id, at).await?;
    }
    Ok(Some((account, key.hash)))
}

/// Whether a key still opens; for a stream that goes on.
pub(crate) async fn is_open(store: &dyn Store, hash: &str) -> Result<bool, StoreError> {
    Ok(store.api_key(hash).await?.is_some_and(|(_, account)| !account.is_suspended))
}

/// Routes of the forms.
pub(crate) fn routes() -> Router<Accounts> {
    Router::new().route("/account/keys", post(make)).route("/account/keys/end", post(end))
}

#[derive(Deserialize)]
struct KeyForm {
    name: String,
    scope: String,
    #[serde(default)]
    present: String,
}

/// Makes a key, which is shown once, for who knows the password: a browser that was left open is
/// shut again, and a key would go on opening.
async fn make(
    State(accounts): State<Accounts>,
    Extension(here): Extension<Here>,
    Extension(trader): Extension<Trader>,
    device: Device,
    headers: HeaderMap,
    Form(form): Form<KeyForm>,
) -> Result<Response, Problem> {
    let name = form.name.trim();
    if name.is_empty() || NAME_MAX < name.chars().count() || name.chars().any(char::is_control) {
        return Ok(back("/settings/programs", "key-name", None));
    }
    if let Err(word) = accounts.proves(&here, form.present, &device).await? {
        return Ok(back("/settings/programs", word, None));
    }
    let Here { account, .. } = here;
    let scope =
        form.scope.parse().map_err(|bad: desk::BadScope| Problem::malformed(&bad.to_string()))?;
    let limit = accounts.doors.tiers.limit(trader.tier(), Limited::ApiKeys);
    let limit = limit.and_then(|limit| u32::try_from(limit).ok()).filter(|most| *most < KEYS_MAX);
    let secret = format!("{BEGINNING}{}", passwords::fresh());
    let key = ApiKey {
        id: String::new(),
        account: account.id.clone(),
        name: name.to_owned(),
        scope,
        hash: hash_of(&secret),
        tail: secret[secret.len() - TAIL_SIGNS..].to_owned(),
        made_at: now(),
        used_at: None,
    };
    // Counted and kept in one: of two at once none is too many.
    if accounts.doors.store.add_api_key(&key, limit.unwrap_or(KEYS_MAX)).await?.is_none() {
        let why = if limit.is_some() { "key-limit" } else { "keys" };
        return Ok(back("/settings/programs", why, None));
    }
    accounts.note(&account.id, AuditEvent::KeyMade, &device).await?;
    info!(account = %account.id, %scope, "a key for programs was made");
    let address = accounts.address(&headers);
    let example = format!("curl -H 'authorization: Bearer {secret}' {address}/api/v1/levels/SPX");
    Ok(page(&headers, AccountPage::Key { key: secret, example }, ""))
}

#[derive(Deserialize)]
struct EndForm {
    id: String,
}

/// Ends a key.
async fn end(
    State(accounts): State<Accounts>,
    Extension(Here { account, .. }): Extension<Here>,
    device: Device,
    Form(form): Form<EndForm>,
) -> Result<Response, Problem> {
    if accounts.doors.store.remove_api_key(&account.id, &form.id).await? {
        accounts.note(&account.id, AuditEvent::KeyEnded, &device).await?;
    }
    Ok(Redirect::to("/settings/programs").into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pages_ask_by_themselves_is_no_question_of_a_program() {
        for path in ["/api/v1/levels/SPX", "/api/levels/SPX", "/api/v1/positions"] {
            assert!(is_question(path), "{path}");
        }
        for path in leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path).chain(OF_PAGES)
        {
            assert!(!is_question(path), "{path}");
        }
    }

    #[test]
    fn a_key_is_what_follows_the_word_bearer() {
        let of = |text: &'static str| {
            let value = http::HeaderValue::from_static(text);
            let headers: HeaderMap = [(header::AUTHORIZATION, value)].into_iter().collect();
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(of("Bearer volaris_a").as_deref(), Some("volaris_a"));
        assert_eq!(of("bearer  volaris_a ").as_deref(), Some("volaris_a"));
        assert_eq!(of("Basic dm9sYXJpcw=="), None);
        assert_eq!(of("volaris_a"), None);
        assert_eq!(bearer(&HeaderMap::new()), None);
    }

    #[test]
    fn what_only_asks_changes_nothing() {
        for (method, path, expected) in [
            (Method::GET, "/api/v1/positions", false),
            (Method::POST, "/api/v1/position", false),
            (Method::POST, "/api/v1/positions", true),
            (Method::PUT, "/api/v1/positions/1", true),
            (Method::DELETE, "/api/v1/positions/1", true),
        ] {
            assert_eq!(is_change(&method, path), expected, "{method} {path}");
        }
        for (path, expected) in [
            ("/api/v1/levels/SPX", true),
            ("/stream", true),
            ("/account", false),
            ("/api/positions/change", false),
            ("/people", false),
        ] {
            assert_eq!(is_for_programs(path), expected, "{path}");
        }
    }
}
