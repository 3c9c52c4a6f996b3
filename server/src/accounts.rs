//! Signing in and out, and making the first account. Plain forms, so that they work before the
//! page's code came, and password managers know them.

use std::path::Path;
use std::sync::Arc;

use app::{AccountPage, account_document};
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse, IntoResponseParts, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use desk::{Account, AuditEntry, AuditEvent, Desk, OwnerId, Role, Tier, Trader, email_of};
use http::header::HOST;
use http::{HeaderMap, HeaderName, StatusCode};
use market::{Moment, Span};
use serde::Deserialize;
use tower_sessions::Session;
use tracing::{info, warn};

use crate::clock::now;
use crate::configuration::Configuration;
use crate::device::Device;
use crate::pages;
use crate::passwords::{self, BadPassword, Verdict};
use crate::rest::Problem;
use crate::restore::Restoring;
use crate::second_factor;
use crate::sessions::{self, Doors, Here};
use crate::shield::PageNonce;
use crate::tape_loop::Listeners;
use crate::vault::Vault;
use crate::{
    announcements, api_keys, belongings, dashboard, identity, mail, passkeys, password_reset,
    people, settings, typed_email,
};

/// Whoever signed in no longer ago than this need not prove it again.
const FRESH: Span = Span::minutes(10);

/// What signing in needs.
#[derive(Clone)]
pub(crate) struct Accounts {
    pub(crate) doors: Doors,
    pub(crate) vault: Arc<Vault>,
    pub(crate) desk: Arc<Desk>,
    pub(crate) listeners: Arc<Listeners>,
    pub(crate) restoring: Restoring,
    /// Where everything is kept.
    pub(crate) data: Arc<Path>,
    /// When the server began.
    pub(crate) began: Moment,
}

impl Accounts {
    /// Nobody has tried anything yet.
    pub(crate) fn new(
        configuration: &Configuration,
        (desk, doors): (Arc<Desk>, Doors),
        (listeners, restoring): (Arc<Listeners>, Restoring),
        vault: Arc<Vault>,
    ) -> Self {
        Self {
            doors,
            vault,
            desk,
            listeners,
            restoring,
            data: configuration.data.as_path().into(),
            began: now(),
        }
    }

    /// Writes down what happened to an account.
    pub(crate) async fn note(
        &self,
        account: &str,
        event: AuditEvent,
        device: &Device,
    ) -> Result<(), Problem> {
        self.note_about((account, ""), event, device).await
    }

    /// Writes down what somebody did with another account.
    pub(crate) async fn note_about(
        &self,
        (account, about): (&str, &str),
        event: AuditEvent,
        device: &Device,
    ) -> Result<(), Problem> {
        let entry = self.entry((account, about), event, device);
        let Doors { mails, store, .. } = &self.doors;
        Ok(mail::write_down(mails.as_ref(), store.as_ref(), &entry).await?)
    }

    /// What is written down of something that happens now.
    pub(crate) fn entry(
        &self,
        (account, about): (&str, &str),
        event: AuditEvent,
        device: &Device,
    ) -> AuditEntry {
        AuditEntry {
            at: now(),
            account: account.to_owned(),
            event,
            about: about.to_owned(),
            device: device.name.clone(),
            network: device.network.clone(),
        }
    }

    /// Whether what is typed can be read on the way: from another machine, without https.
    pub(crate) fn is_plain(&self, headers: &HeaderMap) -> bool {
        let host = headers.get(HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_here = ["localhost", "127.0.0.1", "[::1]"].iter().any(|name| {
            host.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
        });
        !self.doors.is_https && !is_here
    }

    /// Where this desk is, as its asker has it.
    pub(crate) fn address(&self, headers: &HeaderMap) -> String {
        let scheme = if self.doors.is_https { "https" } else { "http" };
        let host = headers.get(HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
        format!("{scheme}://{host}")
    }

    /// What is kept of a password that somebody chose; a word of why it cannot be one otherwise.
    pub(crate) async fn choose(
        &self,
        password: String,
        about: &str,
    ) -> Result<Result<String, &'static str>, Problem> {
        let chosen = passwords::choose(password, about, self.doors.breached.as_deref()).await?;
        Ok(chosen.map_err(BadPassword::word))
    }

    /// Whether who is signed in knows the password as well; a word of what was wrong otherwise.
    pub(crate) async fn knows(
        &self,
        account: &Account,
        password: String,
        device: &Device,
    ) -> Result<Result<(), &'static str>, Problem> {
        if account.password.is_empty() {
            return Ok(Err("no-password"));
        }
        if !self.may_prove(account, device).await? {
            return Ok(Err("wait"));
        }
        if passwords::compare(password, Some(account.password.clone())).await? == Verdict::Wrong {
            self.note(&account.id, AuditEvent::Refused, device).await?;
            return Ok(Err("present"));
        }
        Ok(Ok(()))
    }

    /// As `knows`; who has no password must have signed in a moment ago.
    pub(crate) async fn proves(
        &self,
        here: &Here,
        password: String,
        device: &Device,
    ) -> Result<Result<(), &'static str>, Problem> {
        if !here.account.password.is_empty() {
            return self.knows(&here.account, password, device).await;
        }
        Ok(if self.is_fresh(here).await? { Ok(()) } else { Err("stale") })
    }

    /// Whether somebody signed in no longer than ten minutes ago.
    pub(crate) async fn is_fresh(&self, here: &Here) -> Result<bool, Problem> {
        let sign_in = self.doors.store.sign_in(&here.hash, now()).await?;
        Ok(sign_in.is_some_and(|one| now() - one.since < FRESH))
    }

    /// Signs the browser of somebody in who proved who they are, whichever way. Its answer takes
    /// along how they want new browsers to look.
    pub(crate) async fn admit(
        &self,
        account: &Account,
        (session, device, headers): (&Session, &Device, &HeaderMap),
    ) -> Result<impl IntoResponseParts + use<>, Problem> {
        self.doors.store.remove_ended_sign_ins(now()).await?;
        sessions::sign_in(session, &account.id, device).await?;
        // Kept before it is looked at once more: who sets the password anew or is shut out either
        // finds this browser among those that are signed out, or is found here.
        session.save().await?;
        let known = self.doors.store.account(&account.id).await?;
        if known.is_none_or(|known| known.is_suspended || known.password != account.password) {
            session.flush().await?;
            let why = "the account changed while you signed in: do so once more";
            return Err(Problem::new(StatusCode::CONFLICT, why));
        }
        self.note(&account.id, AuditEvent::SignedIn, device).await?;
        Ok(settings::look_of(self, account, headers).await?)
    }

    /// Makes the first account, whose browser has signed in.
    async fn make_first(
        &self,
        form: NewAccount,
        path: &str,
        session: &Session,
        device: &Device,
    ) -> Result<Response, Problem> {
        let again = |word| self.again(path, (word, None), &form.email);
        let Ok(email) = email_of(&form.email) else { return again("email") };
        let password = match self.choose(form.password, &email).await? {
            Ok(password) => password,
            Err(word) => return again(word),
        };
        let account = Account {
            id: String::new(),
            // What was kept before there were accounts is its own.
            owner: OwnerId::local(),
            email,
            name: String::new(),
            password,
            role: Role::Owner,
            tier: Tier::Lite,
            is_suspended: false,
            created_at: now(),
        };
        if self.restoring.is_waiting() {
            let why = "a backup takes the place of what is here: wait a few seconds";
            return Err(Problem::new(StatusCode::CONFLICT, why));
        }
        let Some(id) = self.doors.store.add_first_account(&account).await? else {
            return Err(Problem::new(StatusCode::CONFLICT, "this desk has an account: sign in"));
        };
        self.doors.close();
        self.note(&id, AuditEvent::Protected, device).await?;
        info!("the desk is protected: its first account was made");
        sessions::sign_in(session, &id, device).await?;
        Ok(Redirect::to("/account").into_response())
    }
}

/// Routes of the forms.
pub(crate) fn routes(accounts: Accounts) -> Router {
    Router::new()
        .route("/sign-in", get(sign_in_page))
        .route("/set-up", get(setup_page))
        .route("/account/set-up", post(set_up))
        .route("/account/protect", post(protect))
        .route("/account/sign-in", post(sign_in))
        .route("/account/sign-out", post(sign_out))
        .route("/account/sign-out-others", post(sign_out_others))
        .route("/account/end", post(end))
        .route("/account/password", post(change_password))
        .route("/account/second-factor", get(second_factor::show))
        .route("/account/second-factor/begin", post(second_factor::begin))
        .route("/account/second-factor/confirm", post(second_factor::confirm))
        .route("/account/second-factor/remove", post(second_factor::remove))
        .merge(settings::routes())
        .merge(password_reset::routes())
        .merge(people::routes())
        .merge(identity::routes())
        .merge(passkeys::routes())
        .merge(api_keys::routes())
        .merge(belongings::routes())
        .merge(announcements::routes())
        .merge(dashboard::routes())
        .with_state(accounts)
}

/// What an address says of what was tried before.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Told {
    pub(crate) problem: String,
    pub(crate) done: String,
    next: String,
}

impl Told {
    /// What is said above the page.
    pub(crate) fn word(&self) -> &str {
        if self.problem.is_empty() { &self.done } else { &self.problem }
    }
}

pub(crate) fn page(headers: &HeaderMap, page: AccountPage, said: &str) -> Response {
    pages::document(headers, |files, preferences| account_document(files, preferences, page, said))
}

async fn sign_in_page(
    State(accounts): State<Accounts>,
    here: Option<Extension<Here>>,
    Extension(nonce): Extension<PageNonce>,
    headers: HeaderMap,
    Query(told): Query<Told>,
) -> Response {
    let next = own_path(&told.next);
    if here.is_some() || !accounts.doors.has_accounts() {
        return Redirect::to(next).into_response();
    }
    let is_plain = accounts.is_plain(&headers);
    let issuer = accounts.doors.identities.name();
    let passkey = passkeys::door(&accounts, (&headers, &nonce));
    let has_mail = accounts.doors.mails.is_some();
    let next = next.to_owned();
    page(&headers, AccountPage::SignIn { next, is_plain, issuer, passkey, has_mail }, told.word())
}

async fn setup_page(
    State(accounts): State<Accounts>,
    headers: HeaderMap,
    Query(told): Query<Told>,
) -> Response {
    if accounts.doors.has_accounts() || !accounts.doors.setup.is_offered() {
        return Redirect::to("/").into_response();
    }
    let is_plain = accounts.is_plain(&headers);
    let may_restore = accounts.doors.may_restore().is_ok();
    page(&headers, AccountPage::SetUp { is_plain, may_restore }, &told.problem)
}

impl Accounts {
    /// A page again, with what was wrong, and with the e-mail address that was typed.
    pub(crate) fn again(
        &self,
        path: &str,
        (problem, next): (&str, Option<&str>),
        email: &str,
    ) -> Result<Response, Problem> {
        Ok((typed_email::keep(self, email)?, back(path, problem, next)).into_response())
    }
}

/// A page again, with what was wrong.
pub(crate) fn back(path: &str, problem: &str, next: Option<&str>) -> Response {
    let mut query = vec![("problem", problem)];
    query.extend(next.map(|next| ("next", next)));
    let query = serde_urlencoded::to_string(query).unwrap_or_default();
    Redirect::to(&format!("{path}?{query}")).into_response()
}

impl BadPassword {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Long => "long",
            Self::Common => "common",
            Self::Breached => "breached",
            Self::Unchecked => "unchecked",
        }
    }
}

#[derive(Deserialize)]
struct NewAccount {
    email: String,
    password: String,
}

/// Whoever sits at the machine makes the first account, and has signed in.
async fn protect(
    State(accounts): State<Accounts>,
    Extension(_at_the_machine): Extension<Trader>,
    device: Device,
    session: Session,
    Form(form): Form<NewAccount>,
) -> Result<Response, Problem> {
    accounts.make_first(form, "/settings/protect", &session, &device).await
}

#[derive(Deserialize)]
struct SetUpForm {
    token: String,
    email: String,
    password: String,
}

/// Whoever knows the token makes it from elsewhere.
async fn set_up(
    State(accounts): State<Accounts>,
    device: Device,
    session: Session,
    Form(form): Form<SetUpForm>,
) -> Result<Response, Problem> {
    let SetUpForm { token, email, password } = form;
    if !accounts.may_try_token(&device).await? {
        return accounts.again("/set-up", ("wait", None), &email);
    }
    if accounts.doors.has_accounts() || !accounts.doors.setup.is(&token) {
        warn!("somebody tried to set the desk up with a wrong token");
        return accounts.again("/set-up", ("token", None), &email);
    }
    let form = NewAccount { email, password };
    accounts.make_first(form, "/set-up", &session, &device).await
}

#[derive(Deserialize)]
struct SignInForm {
    email: String,
    password: String,
    /// Of a second factor, where the account has one.
    #[serde(default)]
    code: String,
    #[serde(default)]
    next: String,
}

async fn sign_in(
    State(accounts): State<Accounts>,
    device: Device,
    session: Session,
    headers: HeaderMap,
    Form(form): Form<SignInForm>,
) -> Result<Response, Problem> {
    let next = own_path(&form.next);
    let again = |word| accounts.again("/sign-in", (word, Some(next)), &form.email);
    // What is no address is nobody's, and takes as long.
    let email = email_of(&form.email).unwrap_or_default();
    if !accounts.may_try(&email, &device).await? {
        warn!("too many tries to sign in");
        return again("wait");
    }
    let store = &accounts.doors.store;
    let account = store.account_named(&email).await?;
    let id = account.as_ref().map(|account| account.id.clone()).unwrap_or_default();
    let kept = account.as_ref().map(|account| account.password.clone());
    let (verdict, account) = match (passwords::compare(form.password, kept).await?, account) {
        (verdict, Some(account)) if verdict != Verdict::Wrong && !account.is_suspended => {
            (verdict, account)
        }
        // Who is shut out is told no more than who does not know the password.
        _ => {
            second_factor::take_as_long(&form.code).await?;
            accounts.note(&id, AuditEvent::Refused, &device).await?;
            info!("somebody could not be signed in");
            return again("wrong");
        }
    };
    let is_recovery = match accounts.opens(&account, &form.code).await? {
        Ok(is_recovery) => is_recovery,
        Err(word) => {
            accounts.note(&id, AuditEvent::Refused, &device).await?;
            info!("somebody had the password and no code");
            return again(word);
        }
    };
    if is_recovery {
        accounts.note(&id, AuditEvent::RecoveryUsed, &device).await?;
    }
    let look = accounts.admit(&account, (&session, &device, &headers)).await?;
    if let Verdict::Renewed(password) = verdict {
        store.write_password(&account.id, &account.password, &password).await?;
    }
    info!(account = %account.id, "somebody signed in");
    Ok((look, Redirect::to(next)).into_response())
}

/// An address of this desk, and of no other.
pub(crate) fn own_path(next: &str) -> &str {
    let is_own = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && next.bytes().all(|byte| (b'!'..=b'~').contains(&byte));
    if is_own { next } else { "/" }
}

/// What was kept in the browser goes as well.
pub(crate) const CLEAR: [(HeaderName, &str); 1] =
    [(HeaderName::from_static("clear-site-data"), "\"cache\", \"storage\"")];

async fn sign_out(
    State(accounts): State<Accounts>,
    Extension(here): Extension<Here>,
    device: Device,
    session: Session,
) -> Result<Response, Problem> {
    accounts.note(&here.account.id, AuditEvent::SignedOut, &device).await?;
    session.flush().await?;
    Ok((CLEAR, Redirect::to("/sign-in")).into_response())
}

#[derive(Deserialize)]
struct OthersForm {
    present: String,
}

/// Every other browser is signed out, by who knows the password.
async fn sign_out_others(
    State(accounts): State<Accounts>,
    Extension(here): Extension<Here>,
    device: Device,
    Form(form): Form<OthersForm>,
) -> Result<Response, Problem> {
    if let Err(word) = accounts.knows(&here.account, form.present, &device).await? {
        return Ok(back("/account", word, None));
    }
    let store = &accounts.doors.store;
    store.remove_sign_ins(&here.account.id, Some(&here.hash)).await?;
    accounts.note(&here.account.id, AuditEvent::EndedOthers, &device).await?;
    Ok(Redirect::to(settings::SECURITY).into_response())
}

#[derive(Deserialize)]
struct EndForm {
    hash: String,
    present: String,
}

/// One of the browsers is signed out, by who knows the password.
async fn end(
    State(accounts): State<Accounts>,
    Extension(here): Extension<Here>,
    device: Device,
    Form(form): Form<EndForm>,
) -> Result<Response, Problem> {
    if let Err(word) = accounts.knows(&here.account, form.present, &device).await? {
        return Ok(back("/account", word, None));
    }
    let store = &accounts.doors.store;
    let own = store.sign_ins(&here.account.id, now()).await?;
    if own.iter().any(|one| one.hash == form.hash) {
        store.remove_sign_in(&form.hash).await?;
        accounts.note(&here.account.id, AuditEvent::Ended, &device).await?;
    }
    Ok(Redirect::to(settings::SECURITY).into_response())
}

#[derive(Deserialize)]
struct PasswordForm {
    present: String,
    password: String,
}

/// Another password; every other browser is signed out.
async fn change_password(
    State(accounts): State<Accounts>,
    Extension(here): Extension<Here>,
    device: Device,
    Form(form): Form<PasswordForm>,
) -> Result<Response, Problem> {
    let Here { account, hash } = here;
    if let Err(word) = accounts.knows(&account, form.present, &device).await? {
        return Ok(back(settings::SECURITY, word, None));
    }
    let password = match accounts.choose(form.password, &account.email).await? {
        Ok(password) => password,
        Err(word) => return Ok(back(settings::SECURITY, word, None)),
    };
    let store = &accounts.doors.store;
    // Somebody set it anew meanwhile.
    if !store.write_password(&account.id, &account.password, &password).await? {
        return Ok(back(settings::SECURITY, "present", None));
    }
    store.remove_sign_ins(&account.id, Some(&hash)).await?;
    accounts.note(&account.id, AuditEvent::PasswordChanged, &device).await?;
    info!(account = %account.id, "a password was changed");
    Ok(Redirect::to(&format!("{}?done=password", settings::SECURITY)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_to_another_site() {
        for path in ["/chart/SPX?span=5m", "/", "/account"] {
            assert_eq!(own_path(path), path);
        }
        for path in ["", "//evil.example", "https://evil.example", "/\\evil", "/a\nb", "chart"] {
            assert_eq!(own_path(path), "/");
        }
    }
}
