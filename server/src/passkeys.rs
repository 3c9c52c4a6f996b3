//! Passkeys: made and taken away in the settings, and signing in with one. A device asks for
//! its person's proof, so that one counts as both factors.

use std::sync::Arc;

use app::{PasskeyDoor, ShownPasskey, ShownPasskeys};
use axum::Router;
use axum::extract::{Extension, Form, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use desk::{Account, AuditEvent, Ceremony, Passkey, PasskeyReader};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use tower_sessions::Session;
use tracing::{info, warn};

use crate::accounts::{Accounts, back, own_path};
use crate::clock::now;
use crate::device::Device;
use crate::errands;
use crate::rest::{Problem, story};
use crate::sessions::Here;
use crate::settings::SECURITY;
use crate::shield::PageNonce;

/// What is served to whoever is not signed in.
pub(crate) const OPEN: [&str; 3] =
    [SCRIPT_PATH, "/account/sign-in/passkey", "/account/sign-in/passkey/begin"];
/// The one script on a page where a password is typed; decision 0005 has why.
const SCRIPT: &str = include_str!("../../frontend/passkeys.js");
const SCRIPT_PATH: &str = "/passkeys.js";
/// What browsers are sent out for.
const TO_OPEN: &str = "passkey";
const TO_MAKE: &str = "new-passkey";
/// Passkeys that an account may have.
const PASSKEYS_MAX: u32 = 20;
/// The longest name of one.
const NAME_MAX: usize = 60;

/// Routes of the forms and of their script.
pub(crate) fn routes() -> Router<Accounts> {
    Router::new()
        .route(SCRIPT_PATH, get(script))
        .route("/account/sign-in/passkey/begin", post(begin_opening))
        .route("/account/sign-in/passkey", post(open))
        .route("/account/passkeys/begin", post(begin_making))
        .route("/account/passkeys", post(make))
        .route("/account/passkeys/remove", post(remove))
}

fn reader(accounts: &Accounts) -> Option<&Arc<dyn PasskeyReader>> {
    accounts.doors.identities.passkeys.as_ref()
}

/// Whether a page may ask for passkeys: at the address alone that they are for.
pub(crate) fn door(
    accounts: &Accounts,
    (headers, nonce): (&HeaderMap, &PageNonce),
) -> Option<PasskeyDoor> {
    let origin = reader(accounts)?.origin();
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let is_here = host.is_some_and(|host| origin.split_once("://").is_some_and(|it| it.1 == host));
    Some(match is_here {
        true => PasskeyDoor::Here { script: SCRIPT_PATH, nonce: nonce.0.to_string() },
        false => PasskeyDoor::Elsewhere { origin: origin.to_owned() },
    })
}

/// The passkeys of an account, as its person sees them.
pub(crate) async fn shown(
    accounts: &Accounts,
    account: &Account,
    asked: (&HeaderMap, &PageNonce),
) -> Result<Option<ShownPasskeys>, Problem> {
    let Some(door) = door(accounts, asked) else { return Ok(None) };
    let all = accounts.doors.store.passkeys(&account.id).await?;
    let all = all.into_iter().map(|one| ShownPasskey {
        id: one.id,
        name: one.name,
        made_at: one.made_at,
        used_at: one.used_at,
    });
    let has_password = !account.password.is_empty();
    Ok(Some(ShownPasskeys { door, has_password, all: all.collect() }))
}

async fn script(State(accounts): State<Accounts>) -> Response {
    if reader(&accounts).is_none() {
        return StatusCode::NOT_FOUND.into_response();
    }
    let kind = (header::CONTENT_TYPE, "text/javascript; charset=utf-8");
    ([kind, (header::CACHE_CONTROL, "no-cache")], SCRIPT).into_response()
}

/// Why nothing was begun, for the script to lead to: a word, as those in addresses.
fn refused(word: &'static str) -> Response {
    let body = serde_json::json!({ "problem": word }).to_string();
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

async fn begun(
    accounts: &Accounts,
    what: &'static str,
    account: Option<&str>,
    Ceremony { options, secret }: Ceremony,
) -> Result<Response, Problem> {
    let cookie = errands::send_out(accounts, what, account, secret).await?;
    let kind = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    Ok((cookie, kind, options).into_response())
}

async fn begin_opening(
    State(accounts): State<Accounts>,
    device: Device,
) -> Result<Response, Problem> {
    let Some(reader) = reader(&accounts) else { return Ok(refused("passkey-gone")) };
    if !accounts.doors.identities.may_depart(&device) {
        return Ok(refused("wait"));
    }
    let ceremony = reader.begin_opening().map_err(|error| Problem::internal(&error))?;
    begun(&accounts, TO_OPEN, None, ceremony).await
}

#[derive(Deserialize)]
struct OpenForm {
    answer: String,
    #[serde(default)]
    next: String,
}

/// Signs in whose passkey answered.
async fn open(
    State(accounts): State<Accounts>,
    device: Device,
    headers: HeaderMap,
    session: Session,
    Form(form): Form<OpenForm>,
) -> Result<Response, Problem> {
    let next = own_path(&form.next);
    let again = |word| Ok(back("/sign-in", word, Some(next)));
    let Some(reader) = reader(&accounts) else { return again("passkey-gone") };
    let Some(errand) = errands::come_back(&accounts, TO_OPEN, &headers).await? else {
        return again("passkey-again");
    };
    let store = &accounts.doors.store;
    let claimed = match reader.claimed(&form.answer) {
        Ok(claimed) => claimed,
        Err(error) => {
            info!(story = story(&error), "a passkey's answer makes no sense");
            return again("passkey-refused");
        }
    };
    let passkey = store.passkey(&claimed.id).await?;
    let Some(passkey) = passkey.filter(|one| one.account == claimed.account) else {
        accounts.note("", AuditEvent::Refused, &device).await?;
        info!("somebody came with a passkey that is of nobody here");
        return again("passkey-refused");
    };
    let account = store.account(&passkey.account).await?;
    let account = account.filter(|account| !account.is_suspended);
    let outcome = reader.finish_opening(&errand.secret, &form.answer, &passkey);
    let (body, account) = match (outcome, account) {
        (Ok(body), Some(account)) => (body, account),
        (outcome, _) => {
            accounts.note(&passkey.account, AuditEvent::Refused, &device).await?;
            if let Err(error) = outcome {
                let story = story(&error);
                warn!(account = passkey.account, %story, "a passkey was refused: {story}");
            }
            return again("passkey-refused");
        }
    };
    if !store.use_passkey(&passkey, &body, now()).await? {
        return again("passkey-refused");
    }
    let look = accounts.admit(&account, (&session, &device, &headers)).await?;
    info!(account = passkey.account, "somebody signed in with a passkey");
    Ok((look, errands::over(&accounts)?, Redirect::to(next)).into_response())
}

#[derive(Deserialize)]
struct BeginForm {
    #[serde(default)]
    present: String,
}

/// Begins to make one, for who knows the password, or signed in a moment ago where there is none.
async fn begin_making(
    State(accounts): State<Accounts>,
    Extension(here): Extension<Here>,
    device: Device,
    Form(form): Form<BeginForm>,
) -> Result<Response, Problem> {
    let Some(reader) = reader(&accounts) else { return Ok(refused("passkey-gone")) };
    if let Err(word) = accounts.proves(&here, form.present, &device).await? {
        return Ok(refused(word));
    }
    let account = here.account;
    let known = accounts.doors.store.passkeys(&account.id).await?;
    let ceremony = reader.begin_making(&account, &known);
    let ceremony = ceremony.map_err(|error| Problem::internal(&error))?;
    begun(&accounts, TO_MAKE, Some(&account.id), ceremony).await
}

#[derive(Deserialize)]
struct MakeForm {
    name: String,
    answer: String,
}

/// Keeps what a device made.
async fn make(
    State(accounts): State<Accounts>,
    Extension(Here { account, .. }): Extension<Here>,
    device: Device,
    headers: HeaderMap,
    Form(form): Form<MakeForm>,
) -> Result<Response, Problem> {
    let again = |word| Ok(back(SECURITY, word, None));
    let Some(reader) = reader(&accounts) else { return again("passkey-gone") };
    let errand = errands::come_back(&accounts, TO_MAKE, &headers).await?;
    let errand = errand.filter(|errand| errand.account.as_ref() == Some(&account.id));
    let Some(errand) = errand else { return again("passkey-again") };
    let name = form.name.trim();
    if name.is_empty() || NAME_MAX < name.chars().count() || name.chars().any(char::is_control) {
        return again("passkey-name");
    }
    let (id, body) = match reader.finish_making(&errand.secret, &form.answer) {
        Ok(made) => made,
        Err(error) => {
            warn!(account = %account.id, story = story(&error), "a passkey was not made");
            return again("passkey-not-made");
        }
    };
    let (name, made_at) = (name.to_owned(), now());
    let passkey = Passkey { id, account: account.id.clone(), name, body, made_at, used_at: None };
    if !accounts.doors.store.add_passkey(&passkey, PASSKEYS_MAX).await? {
        return again("passkey-many");
    }
    accounts.note(&account.id, AuditEvent::PasskeyMade, &device).await?;
    info!(account = %account.id, "a passkey was made");
    Ok((errands::over(&accounts)?, Redirect::to(SECURITY)).into_response())
}

#[derive(Deserialize)]
struct RemoveForm {
    id: String,
}

/// Takes one away.
async fn remove(
    State(accounts): State<Accounts>,
    Extension(Here { account, .. }): Extension<Here>,
    device: Device,
    Form(form): Form<RemoveForm>,
) -> Result<Response, Problem> {
    if accounts.doors.store.remove_passkey(&account.id, &form.id).await? {
        accounts.note(&account.id, AuditEvent::PasskeyEnded, &device).await?;
    }
    Ok(Redirect::to(SECURITY).into_response())
}
