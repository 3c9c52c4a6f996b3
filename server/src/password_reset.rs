//! A password that was forgotten is set anew, by a code that comes by mail; on the machine itself
//! by `volaris account reset`.

mod on_the_machine;

use app::{ResetPage, password_reset_document};
use axum::Router;
use axum::extract::{Extension, Form, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use desk::{AuditEvent, MailKind, ResetCode, email_of};
use http::HeaderMap;
use market::Span;
use serde::Deserialize;
use tracing::{info, warn};

use crate::accounts::{Accounts, Told};
use crate::device::Device;
use crate::mail::{Letter, Mails};
use crate::rest::Problem;
use crate::sessions::Here;
use crate::{codes, pages, typed_email};
pub(crate) use on_the_machine::reset;

/// Letters and digits of a code: 80 bits.
const CODE_SIGNS: usize = 16;
/// How long a code is good.
const CODE_FOR: Span = Span::minutes(30);

/// Routes of the documents and their forms.
pub(crate) fn routes() -> Router<Accounts> {
    Router::new()
        .route("/forgot", get(forgot_page))
        .route("/reset", get(reset_page))
        .route("/account/forgot", post(ask))
        .route("/account/reset", post(set_anew))
}

async fn forgot_page(
    accounts: State<Accounts>,
    here: Option<Extension<Here>>,
    headers: HeaderMap,
    told: Query<Told>,
) -> Response {
    page((accounts, here.is_some()), &headers, &told, |is_plain| ResetPage::Forgot { is_plain })
}

async fn reset_page(
    accounts: State<Accounts>,
    here: Option<Extension<Here>>,
    headers: HeaderMap,
    told: Query<Told>,
) -> Response {
    page((accounts, here.is_some()), &headers, &told, |is_plain| ResetPage::Reset { is_plain })
}

/// One of the two; for who is signed in there is the account's, and where no mail is sent the
/// sign-in says what to do.
fn page(
    (State(accounts), is_here): (State<Accounts>, bool),
    headers: &HeaderMap,
    told: &Told,
    make: impl FnOnce(bool) -> ResetPage,
) -> Response {
    if is_here {
        return Redirect::to("/account").into_response();
    }
    if accounts.doors.mails.is_none() {
        return Redirect::to("/sign-in").into_response();
    }
    let page = make(accounts.is_plain(headers));
    pages::document(headers, |files, preferences| {
        password_reset_document(files, preferences, page, told.word())
    })
}

#[derive(Deserialize)]
struct ForgotForm {
    email: String,
}

/// Has a code sent, where there is an account of that address. Whether there is one is told by
/// nothing: it is looked for after the answer.
async fn ask(
    State(accounts): State<Accounts>,
    device: Device,
    headers: HeaderMap,
    Form(form): Form<ForgotForm>,
) -> Result<Response, Problem> {
    let Some(mails) = accounts.doors.mails.clone() else {
        return Ok(Redirect::to("/sign-in").into_response());
    };
    let again = |word| accounts.again("/forgot", (word, None), &form.email);
    let Ok(email) = email_of(&form.email) else { return again("email") };
    // Not those of the sign-in: whoever asks for codes of others keeps nobody from signing in.
    if !accounts.may_try_at(&format!("a code of {email}"), &device).await? {
        warn!("too many codes were asked for");
        return again("wait");
    }
    let desk = mails.address(accounts.address(&headers));
    let typed = typed_email::keep(&accounts, &form.email)?;
    tokio::spawn(async move {
        if let Err(error) = send_code(&accounts, &mails, (&email, &desk), &device).await {
            let story = crate::rest::story(error.as_ref());
            warn!(%story, "a code could not be sent: {story}");
        }
    });
    Ok((typed, Redirect::to("/reset?done=sent")).into_response())
}

/// Sends a code to whom an address belongs, where it belongs to anybody.
async fn send_code(
    accounts: &Accounts,
    mails: &Mails,
    (email, desk): (&str, &str),
    device: &Device,
) -> anyhow::Result<()> {
    let store = &accounts.doors.store;
    let account = store.account_named(email).await?.filter(|account| !account.is_suspended);
    let Some(account) = account else {
        info!("a code was asked for of an address that has no account");
        return Ok(());
    };
    if !mails.may_send_code(&account.id).await? {
        warn!(account = %account.id, "too many codes were asked for of one account");
        return Ok(());
    }
    let code = codes::fresh(CODE_SIGNS);
    let entry = accounts.entry((&account.id, ""), AuditEvent::CodeSent, device);
    let kept = ResetCode {
        account: account.id.clone(),
        hash: codes::hash_of(&code),
        made_at: entry.at,
        expires_at: entry.at + CODE_FOR,
    };
    let letter = Letter::reset_code(&entry, &account.email, &code, desk);
    let to = (account.email.as_str(), account.id.as_str());
    let mail = mails.waiting(&letter, to, entry.at, Some(CODE_FOR))?;
    if !store.begin_reset(&kept, &entry, &mail).await? {
        info!(account = %account.id, "a code was asked for of an address that was just changed");
        return Ok(());
    }
    mails.ring();
    info!(account = %account.id, "a code to set a password anew is sent");
    Ok(())
}

#[derive(Deserialize)]
struct ResetForm {
    email: String,
    code: String,
    password: String,
}

/// Another password, for who knows the code; every browser is signed out, and a second factor is
/// asked for at the next sign-in as before.
async fn set_anew(
    State(accounts): State<Accounts>,
    device: Device,
    Form(form): Form<ResetForm>,
) -> Result<Response, Problem> {
    let again = |word| accounts.again("/reset", (word, None), &form.email);
    let Some(mails) = &accounts.doors.mails else {
        return Ok(Redirect::to("/sign-in").into_response());
    };
    let Ok(email) = email_of(&form.email) else { return again("email") };
    if !accounts.may_try_at(&format!("reset {email}"), &device).await? {
        warn!("too many tries to set a password anew");
        return again("wait");
    }
    // Before anything is known of the account: whoever it is waits as long.
    let password = match accounts.choose(form.password, &email).await? {
        Ok(password) => password,
        Err(word) => return again(word),
    };
    let store = &accounts.doors.store;
    let account = store.account_named(&email).await?;
    // No code is nobody's: where there is no account it is looked for all the same.
    let id = account.map(|account| account.id).unwrap_or_default();
    let entry = accounts.entry((&id, ""), AuditEvent::PasswordMailed, &device);
    let mail = mails.letter(MailKind::PasswordReset, &entry, &email)?;
    if !store.finish_reset(&codes::hash_of(&form.code), &password, &entry, &mail).await? {
        accounts.note(&id, AuditEvent::Refused, &device).await?;
        info!("somebody had no code to set a password anew");
        return again("reset-code");
    }
    mails.ring();
    info!(account = %id, "a password was set anew by a code from a mail");
    Ok(Redirect::to("/sign-in?done=reset").into_response())
}
