//! Signing in at an issuer, connecting it with an account, and taking it away again.

use app::{CodePage, LeavingPage, ShownElsewhere, code_document, leaving_document};
use axum::Router;
use axum::extract::{Extension, Form, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use desk::{
    Account, Arrival, AuditEvent, IdentityError, LinkedIdentity, OwnerId, Role, Tier, Vouched,
};
use http::{HeaderMap, HeaderValue, header};
use serde::{Deserialize, Serialize};
use tower_sessions::Session;
use tracing::{info, warn};

use crate::accounts::{Accounts, Told, back, own_path};
use crate::clock::now;
use crate::configuration::BACK;
use crate::device::Device;
use crate::rest::{Problem, story};
use crate::sessions::Here;
use crate::sessions::demanded_factor::SETTING_UP;
use crate::settings::SECURITY;
use crate::{errands, pages, passwords, second_factor};

/// What is served to whoever is not signed in.
pub(crate) const OPEN: [&str; 4] =
    ["/sign-in/issuer", BACK, "/sign-in/code", "/account/sign-in/code"];
/// What browsers are sent out for.
const AT_ISSUER: &str = "issuer";
const FOR_CODE: &str = "code";

/// Routes of the documents and their forms.
pub(crate) fn routes() -> Router<Accounts> {
    Router::new()
        .route("/sign-in/issuer", post(begin))
        .route(BACK, get(finish))
        .route("/sign-in/code", get(code_page))
        .route("/account/sign-in/code", post(take_code))
        .route("/account/connect", post(connect))
        .route("/account/disconnect", post(disconnect))
        .route("/account/first-password", post(first_password))
}

/// Who an account is elsewhere, as its person sees it; nothing where no issuer is set and none was.
pub(crate) async fn shown(
    accounts: &Accounts,
    account: &Account,
) -> Result<Option<ShownElsewhere>, Problem> {
    let linked = accounts.doors.store.identities(&account.id).await?;
    let name = accounts.doors.identities.name();
    let has_password = !account.password.is_empty();
    if name.is_none() && linked.is_empty() && has_password {
        return Ok(None);
    }
    let linked = linked.into_iter().map(|one| (one.issuer, one.linked_at)).collect();
    Ok(Some(ShownElsewhere { name, linked, has_password }))
}

/// What is kept while a browser is at the issuer.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// The issuer's part.
    secret: String,
    /// Where its person wanted to go.
    next: String,
}

#[derive(Deserialize)]
struct BeginForm {
    #[serde(default)]
    next: String,
}

/// Sends whoever wants to sign in to the issuer.
async fn begin(
    State(accounts): State<Accounts>,
    device: Device,
    headers: HeaderMap,
    Form(form): Form<BeginForm>,
) -> Result<Response, Problem> {
    if !accounts.doors.has_accounts() {
        return Ok(Redirect::to("/").into_response());
    }
    leave(&accounts, (&device, &headers), own_path(&form.next), None).await
}

#[derive(Deserialize)]
struct ConnectForm {
    #[serde(default)]
    present: String,
}

/// Sends who is signed in there, to be the same person from then on: it opens the account as the
/// password does, and takes it.
async fn connect(
    State(accounts): State<Accounts>,
    Extension(here): Extension<Here>,
    device: Device,
    headers: HeaderMap,
    Form(form): Form<ConnectForm>,
) -> Result<Response, Problem> {
    if let Err(word) = accounts.proves(&here, form.present, &device).await? {
        return Ok(back(SECURITY, word, None));
    }
    let account = here.account;
    leave(&accounts, (&device, &headers), SECURITY, Some(&account.id)).await
}

/// Where somebody is told what went wrong: in the settings, or where they sign in.
fn told_at(account: Option<&str>) -> &'static str {
    if account.is_some() { SECURITY } else { "/sign-in" }
}

async fn leave(
    accounts: &Accounts,
    (device, headers): (&Device, &HeaderMap),
    next: &str,
    account: Option<&str>,
) -> Result<Response, Problem> {
    let identities = &accounts.doors.identities;
    let Some(provider) = &identities.provider else {
        return Ok(Redirect::to(told_at(account)).into_response());
    };
    if !identities.may_depart(device) {
        warn!("too many tries to sign in at the issuer");
        return Ok(back(told_at(account), "wait", Some(next)));
    }
    let departure = match provider.begin(now()).await {
        Ok(departure) => departure,
        Err(error) => return Ok(back(told_at(account), word_of(&error), Some(next))),
    };
    let kept = Kept { secret: departure.secret, next: next.to_owned() };
    let kept = serde_json::to_string(&kept).map_err(|error| Problem::internal(&error))?;
    let cookie = errands::send_out(accounts, AT_ISSUER, account, kept).await?;
    // A form leads nowhere else, by its content policy; a page may.
    let refresh = HeaderValue::try_from(format!("0; url={}", departure.address));
    let refresh = refresh.map_err(|error| Problem::internal(&error))?;
    let page = LeavingPage { name: provider.name().to_owned(), address: departure.address };
    let document =
        pages::document(headers, |files, preferences| leaving_document(files, preferences, page));
    Ok((cookie, [(header::REFRESH, refresh)], document).into_response())
}

/// What is told of a mistake, after its story went to the log.
fn word_of(error: &IdentityError) -> &'static str {
    let story = story(error);
    match error {
        IdentityError::Away { .. } => {
            warn!(%story, "nobody can sign in at the issuer: {story}");
            "issuer-away"
        }
        IdentityError::GivenUp(_) => {
            info!(%story, "somebody came back from the issuer without its word: {story}");
            "issuer-given-up"
        }
        IdentityError::Untrusted(_) => {
            warn!(%story, "an issuer's word was refused: {story}");
            "issuer-untrusted"
        }
    }
}

/// What stands in the address that an issuer sends back to.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Back {
    code: String,
    state: String,
    iss: String,
    error: String,
}

/// Who came back from the issuer is signed in, or connected.
async fn finish(
    State(accounts): State<Accounts>,
    here: Option<Extension<Here>>,
    device: Device,
    headers: HeaderMap,
    session: Session,
    Query(Back { code, state, iss, error }): Query<Back>,
) -> Result<Response, Problem> {
    let provider = accounts.doors.identities.provider.clone();
    let Some(provider) = provider.filter(|_| accounts.doors.has_accounts()) else {
        return Ok(Redirect::to("/").into_response());
    };
    let errand = errands::come_back(&accounts, AT_ISSUER, &headers).await?;
    let kept = errand.as_ref().and_then(|errand| serde_json::from_str(&errand.secret).ok());
    let (Some(errand), Some(kept)) = (errand, kept) else {
        info!("somebody came back from the issuer who was not sent there, or too late");
        return Ok(back("/sign-in", "issuer-again", None));
    };
    let Kept { secret, next } = kept;
    let arrival = Arrival { code, state, issuer: iss, error };
    let of = errand.account.as_deref();
    let outcome = match provider.finish(&secret, &arrival, now()).await {
        Ok(vouched) => match of {
            Some(account) => {
                let is_same = here.is_some_and(|Extension(here)| here.account.id == *account);
                let linked = link(&accounts, vouched, account, is_same).await?;
                linked.map(|()| None).map_err(|word| (word, account.to_owned()))
            }
            None => account_of(&accounts, vouched, &device).await?.map(Some),
        },
        Err(error) => Err((word_of(&error), of.unwrap_or_default().to_owned())),
    };
    let answer = match outcome {
        Ok(Some(account)) => {
            let_in(&accounts, account, (&session, &device, &headers), &next).await?
        }
        Ok(None) => {
            accounts.note(of.unwrap_or_default(), AuditEvent::Connected, &device).await?;
            (errands::over(&accounts)?, Redirect::to(SECURITY)).into_response()
        }
        Err((word, about)) => {
            if word != "issuer-away" && word != "issuer-given-up" {
                accounts.note(&about, AuditEvent::TurnedAway, &device).await?;
            }
            let answer = back(told_at(of), word, of.is_none().then_some(next.as_str()));
            (errands::over(&accounts)?, answer).into_response()
        }
    };
    Ok(answer)
}

/// Connects who was signed in when they left, and still is.
async fn link(
    accounts: &Accounts,
    Vouched { issuer, subject, .. }: Vouched,
    account: &str,
    is_same: bool,
) -> Result<Result<(), &'static str>, Problem> {
    if !is_same {
        info!("somebody came back from the issuer to connect an account that is not signed in");
        return Ok(Err("issuer-again"));
    }
    let linked_at = now();
    let identity = LinkedIdentity { issuer, subject, account: account.to_owned(), linked_at };
    if !accounts.doors.store.link_identity(&identity).await? {
        return Ok(Err("issuer-taken"));
    }
    info!(account, "an account was connected with the issuer");
    Ok(Ok(()))
}

/// Why somebody is not let in, and whose account that is about where it is known.
type TurnedAway = (&'static str, String);

/// The account of somebody: the one that they are linked with; else by their address, which is
/// proved, one that it opens where the owner allows that, or a new one where they were asked in.
async fn account_of(
    accounts: &Accounts,
    vouched: Vouched,
    device: &Device,
) -> Result<Result<Account, TurnedAway>, Problem> {
    let (store, identities) = (&accounts.doors.store, &accounts.doors.identities);
    let Vouched { issuer, subject, email } = vouched;
    // Who is shut out is told no more than who was never here.
    let stranger = |about: &str| {
        info!("the issuer vouched for somebody who may not come in");
        Ok(Err(("issuer-stranger", about.to_owned())))
    };
    if let Some(account) = store.account_of_identity(&issuer, &subject).await? {
        return if account.is_suspended { stranger(&account.id) } else { Ok(Ok(account)) };
    }
    let Some(email) = email else { return Ok(Err(("issuer-unverified", String::new()))) };
    let identity = |account: &str| LinkedIdentity {
        issuer: issuer.clone(),
        subject: subject.clone(),
        account: account.to_owned(),
        linked_at: now(),
    };
    let Some(account) = store.account_named(&email).await? else {
        let is_open = email
            .split_once('@')
            .is_some_and(|(_, domain)| identities.domains.iter().any(|one| one == domain));
        let account = fresh(email);
        let joined = store.join_by_identity(&account, &identity(""), is_open, now()).await?;
        let Some(id) = joined else {
            // Of two at once the other one made the account.
            let made = store.account_of_identity(&issuer, &subject).await?;
            return made.map_or_else(|| stranger(""), |account| Ok(Ok(account)));
        };
        accounts.note(&id, AuditEvent::Joined, device).await?;
        info!(account = %id, "somebody joined whom the issuer vouched for");
        let Some(account) = store.account(&id).await? else { return stranger(&id) };
        return Ok(Ok(account));
    };
    if account.is_suspended {
        return stranger(&account.id);
    }
    let is_linked = identities.links_by_email
        && super::opens_by_email(store.as_ref(), &account, &issuer).await?
        && store.link_identity(&identity(&account.id)).await?;
    if !is_linked {
        let word = if account.password.is_empty() { "issuer-ask" } else { "issuer-connect" };
        return Ok(Err((word, account.id)));
    }
    accounts.note(&account.id, AuditEvent::Connected, device).await?;
    Ok(Ok(account))
}

/// An account without a password, for whom the issuer vouches.
fn fresh(email: String) -> Account {
    Account {
        id: String::new(),
        owner: OwnerId::read(passwords::fresh()),
        email,
        name: String::new(),
        password: String::new(),
        // An invitation knows better.
        role: Role::Member,
        tier: Tier::Lite,
        is_suspended: false,
        created_at: now(),
    }
}

/// Signs somebody in for whom the issuer vouches, after a code where the account asks for one.
async fn let_in(
    accounts: &Accounts,
    account: Account,
    browser: (&Session, &Device, &HeaderMap),
    next: &str,
) -> Result<Response, Problem> {
    if second_factor::is_on(accounts.doors.store.as_ref(), &account.id).await? {
        let next = next.to_owned();
        let cookie = errands::send_out(accounts, FOR_CODE, Some(&account.id), next).await?;
        return Ok((cookie, Redirect::to("/sign-in/code")).into_response());
    }
    let look = accounts.admit(&account, browser).await?;
    info!(account = %account.id, "somebody signed in at the issuer");
    Ok((look, errands::over(accounts)?, Redirect::to(own_path(next))).into_response())
}

async fn code_page(
    State(accounts): State<Accounts>,
    headers: HeaderMap,
    Query(told): Query<Told>,
) -> Response {
    let Some(name) = accounts.doors.identities.name() else {
        return Redirect::to("/sign-in").into_response();
    };
    pages::document(&headers, |files, preferences| {
        code_document(files, preferences, CodePage { name }, &told.problem)
    })
}

#[derive(Deserialize)]
struct CodeForm {
    code: String,
}

/// The code of who came back from the issuer.
async fn take_code(
    State(accounts): State<Accounts>,
    device: Device,
    headers: HeaderMap,
    session: Session,
    Form(form): Form<CodeForm>,
) -> Result<Response, Problem> {
    let store = &accounts.doors.store;
    let errand = errands::come_back(&accounts, FOR_CODE, &headers).await?;
    let account = match errand.as_ref().and_then(|errand| errand.account.as_ref()) {
        Some(id) => store.account(id).await?.filter(|account| !account.is_suspended),
        None => None,
    };
    let (Some(errand), Some(account)) = (errand, account) else {
        return Ok(back("/sign-in", "issuer-again", None));
    };
    let opened = match accounts.may_try(&account.email, &device).await? {
        true => accounts.opens(&account, &form.code).await?,
        false => Err("wait"),
    };
    let is_recovery = match opened {
        Ok(is_recovery) => is_recovery,
        Err(word) => {
            let word = if word == "wrong" { "code-again" } else { word };
            if word != "wait" {
                accounts.note(&account.id, AuditEvent::Refused, &device).await?;
            }
            let next = errand.secret;
            let cookie = errands::send_out(&accounts, FOR_CODE, Some(&account.id), next).await?;
            return Ok((cookie, back("/sign-in/code", word, None)).into_response());
        }
    };
    if is_recovery {
        accounts.note(&account.id, AuditEvent::RecoveryUsed, &device).await?;
    }
    let look = accounts.admit(&account, (&session, &device, &headers)).await?;
    info!(account = %account.id, "somebody signed in at the issuer, with a code");
    Ok((look, errands::over(&accounts)?, Redirect::to(own_path(&errand.secret))).into_response())
}

#[derive(Deserialize)]
struct DisconnectForm {
    issuer: String,
    #[serde(default)]
    present: String,
}

/// Takes the issuer away, where something else still opens the account.
async fn disconnect(
    State(accounts): State<Accounts>,
    Extension(Here { account, .. }): Extension<Here>,
    device: Device,
    Form(form): Form<DisconnectForm>,
) -> Result<Response, Problem> {
    if account.password.is_empty() {
        return Ok(back(SECURITY, "issuer-last", None));
    }
    if let Err(word) = accounts.knows(&account, form.present, &device).await? {
        return Ok(back(SECURITY, word, None));
    }
    if accounts.doors.store.unlink_identity(&account.id, &form.issuer).await? {
        accounts.note(&account.id, AuditEvent::Disconnected, &device).await?;
    }
    Ok(Redirect::to(SECURITY).into_response())
}

#[derive(Deserialize)]
struct FirstPasswordForm {
    password: String,
}

/// Gives an account its first password, for who signed in at the issuer a moment ago.
async fn first_password(
    State(accounts): State<Accounts>,
    Extension(here): Extension<Here>,
    device: Device,
    Form(form): Form<FirstPasswordForm>,
) -> Result<Response, Problem> {
    let is_fresh = accounts.is_fresh(&here).await?;
    let Here { account, hash } = here;
    let store = &accounts.doors.store;
    let path = if accounts.doors.lacks_factor(&account.id).await? { SETTING_UP } else { SECURITY };
    if !account.password.is_empty() || !is_fresh {
        return Ok(back(path, "stale", None));
    }
    let password = match accounts.choose(form.password, &account.email).await? {
        Ok(password) => password,
        Err(word) => return Ok(back(path, word, None)),
    };
    if !store.write_password(&account.id, &account.password, &password).await? {
        return Ok(back(path, "stale", None));
    }
    store.remove_sign_ins(&account.id, Some(&hash)).await?;
    accounts.note(&account.id, AuditEvent::PasswordChanged, &device).await?;
    info!(account = %account.id, "an account was given its first password");
    Ok(Redirect::to(&format!("{path}?done=password")).into_response())
}
