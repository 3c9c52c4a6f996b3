//! The settings: which parts there are for whom, and what each shows. What they change is in a file
//! of each part, or of what it is about.

mod appearance;
mod profile;
mod undo;

use app::{
    Happened, Saved, SettingsOf, SettingsPart, ShownData, ShownKey, ShownPrograms, ShownSecurity,
    SignedIn, settings_document,
};
use axum::Router;
use axum::extract::{Extension, FromRequestParts, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use desk::Account;
use http::HeaderMap;
use http::request::Parts;
use serde::Deserialize;

use crate::accounts::Accounts;
use crate::clock::now;
use crate::identity;
use crate::pages;
use crate::passkeys;
use crate::rest::Problem;
use crate::sessions::Here;
use crate::shield::PageNonce;
pub(crate) use appearance::look_of;

/// Where an account's person sees by what it opens.
pub(crate) const SECURITY: &str = "/settings/security";
/// So much of what happened stands on the page of an account's security.
const HAPPENED_MAX: u32 = 12;

/// Routes of the parts, and of what they alone change.
pub(crate) fn routes() -> Router<Accounts> {
    Router::new()
        .route("/account", get(lead_from_account))
        .route("/settings", get(lead))
        .route(SECURITY, get(security_page))
        .route("/settings/programs", get(programs_page))
        .route("/settings/data", get(data_page))
        .route("/settings/protect", get(protect_page))
        .merge(profile::routes())
        .merge(appearance::routes())
}

/// What an address says of what was tried or saved before.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Saying {
    problem: String,
    done: String,
    /// What was before.
    was: String,
}

impl Saying {
    fn word(&self) -> &str {
        if self.problem.is_empty() { &self.done } else { &self.problem }
    }
}

/// Parts of an account are for who has one: on a desk without, they lead to those that there are.
impl<S: Sync> FromRequestParts<S> for Here {
    type Rejection = Redirect;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Redirect> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Redirect::to("/settings"))
    }
}

/// Who looks, as the frame of the settings shows it.
pub(crate) fn settings_of(account: &Account) -> SettingsOf {
    SettingsOf { called: account.called(), leads: account.role.leads() }
}

fn page(
    headers: &HeaderMap,
    of: Option<&Account>,
    part: SettingsPart,
    said: &str,
    saved: Option<Saved>,
) -> Response {
    let of = of.map(settings_of);
    pages::document(headers, |files, preferences| {
        settings_document((files, preferences), of, part, said, saved)
    })
}

/// A part again, after something was saved, with what was before.
fn saved_at(path: &str, done: &str, was: &str) -> Response {
    let query = serde_urlencoded::to_string([("done", done), ("was", was)]).unwrap_or_default();
    Redirect::to(&format!("{path}?{query}#saved")).into_response()
}

async fn lead(here: Option<Extension<Here>>) -> Redirect {
    Redirect::to(if here.is_some() { "/settings/profile" } else { "/settings/appearance" })
}

/// The address that the desk's screens know, and that stood in forms before there were parts.
async fn lead_from_account(here: Option<Extension<Here>>, Query(told): Query<Saying>) -> Redirect {
    let word = told.word();
    let part = match (here.is_some(), word.is_empty()) {
        (false, _) => "/settings/protect",
        (true, true) => "/settings/profile",
        (true, false) => SECURITY,
    };
    if word.is_empty() {
        return Redirect::to(part);
    }
    let Saying { problem, done, .. } = &told;
    let query = serde_urlencoded::to_string([("problem", problem), ("done", done)]);
    Redirect::to(&format!("{part}?{}", query.unwrap_or_default()))
}

async fn security_page(
    Here { account, hash }: Here,
    State(accounts): State<Accounts>,
    Extension(nonce): Extension<PageNonce>,
    headers: HeaderMap,
    Query(told): Query<Saying>,
) -> Result<Response, Problem> {
    let store = &accounts.doors.store;
    let all = store.sign_ins(&account.id, now()).await?;
    let sign_ins = all.into_iter().map(|one| SignedIn {
        is_here: one.hash == hash,
        hash: one.hash,
        device: one.device,
        since: one.since,
        seen_at: one.seen_at,
    });
    let log = store.audit_of(&account.id, HAPPENED_MAX).await?;
    let happened = log.into_iter().map(|one| {
        let (at, is_own) = (one.at, one.account == account.id);
        if is_own {
            let (device, network) = (one.device, one.network);
            Happened { at, what: one.event.told(), device, network }
        } else {
            // Where who leads the desk sits is nobody else's business.
            let (device, network) = (String::new(), String::new());
            Happened { at, what: one.event.told_of(), device, network }
        }
    });
    let factor = store.second_factor(&account.id).await?;
    let factor = factor.filter(|factor| factor.is_confirmed);
    let shown = ShownSecurity {
        email: account.email.clone(),
        has_password: !account.password.is_empty(),
        recovery_left: factor.map(|factor| factor.recovery_left),
        elsewhere: identity::shown(&accounts, &account).await?,
        passkeys: passkeys::shown(&accounts, &account, (&headers, &nonce)).await?,
        sign_ins: sign_ins.collect(),
        happened: happened.collect(),
    };
    Ok(page(&headers, Some(&account), SettingsPart::Security(shown), told.word(), None))
}

async fn programs_page(
    Here { account, .. }: Here,
    State(accounts): State<Accounts>,
    headers: HeaderMap,
    Query(told): Query<Saying>,
) -> Result<Response, Problem> {
    let keys = accounts.doors.store.api_keys(&account.id).await?;
    let keys = keys.into_iter().map(|one| ShownKey {
        id: one.id,
        name: one.name,
        scope: one.scope.told(),
        tail: one.tail,
        made_at: one.made_at,
        used_at: one.used_at,
    });
    let has_password = !account.password.is_empty();
    let part = SettingsPart::Programs(ShownPrograms { keys: keys.collect(), has_password });
    Ok(page(&headers, Some(&account), part, told.word(), None))
}

async fn data_page(
    here: Option<Extension<Here>>,
    State(accounts): State<Accounts>,
    headers: HeaderMap,
    Query(told): Query<Saying>,
) -> Response {
    let account = here.map(|Extension(here)| here.account);
    let has_account = account.is_some();
    let may_restore = accounts.doors.may_restore().is_ok();
    let part = SettingsPart::Data(ShownData { has_account, may_restore });
    page(&headers, account.as_ref(), part, told.word(), None)
}

async fn protect_page(
    here: Option<Extension<Here>>,
    headers: HeaderMap,
    Query(told): Query<Saying>,
) -> Response {
    if here.is_some() {
        return Redirect::to("/settings/profile").into_response();
    }
    page(&headers, None, SettingsPart::Protect, told.word(), None)
}
