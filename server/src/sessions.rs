//! Who asks: the only place where a request becomes somebody.

pub(crate) mod demanded_factor;
mod peers;
mod setup_token;
mod sign_ins;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Redirect, Response};
use desk::{Account, Limited, Store, Tiers, Trader, Used};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use ipnet::IpNet;
use market::{Moment, Span};
use serde::{Deserialize, Serialize};
use tower_sessions::cookie::SameSite;
use tower_sessions::{Expiry, Session, SessionManagerLayer};
use tracing::{error, warn};

use crate::breached_passwords::BreachedPasswords;
use crate::clock::now;
use crate::configuration::Configuration;
use crate::device::Device;
use crate::identity::{self, Identities};
use crate::mail::Mails;
use crate::pace::{self, Pace};
use crate::rest::Problem;
use crate::usage::Counts;
use crate::vault::Vault;
use crate::{announcements, api_keys, assets, passkeys};
use peers::peer_of;
pub(crate) use peers::{Peer, is_at_the_machine, is_direct};
pub(crate) use setup_token::SetupToken;
use sign_ins::SignIns;

/// Where the server listens, and whether people have accounts on it.
#[derive(Clone)]
pub(crate) struct Doors {
    listen: SocketAddr,
    /// Whether people come by https.
    pub(crate) is_https: bool,
    proxies: Arc<[IpNet]>,
    /// What whoever makes the first account from elsewhere must know.
    pub(crate) setup: Arc<SetupToken>,
    /// Whether its settings let others reach it: then that is told before somebody comes.
    is_open: bool,
    pub(crate) store: Arc<dyn Store>,
    /// Whether other servers may serve the same desk.
    is_shared: bool,
    /// What each tier may have.
    pub(crate) tiers: Arc<Tiers>,
    /// What everybody uses.
    pub(crate) counts: Counts,
    /// Who writes mails, where they are sent.
    pub(crate) mails: Option<Mails>,
    /// Whether everybody has a second factor.
    pub(crate) demands_factor: bool,
    /// Passwords that nobody may choose.
    pub(crate) breached: Option<Arc<BreachedPasswords>>,
    /// Who vouches for people, and for their programs.
    pub(crate) identities: Identities,
    has_accounts: Arc<AtomicBool>,
    pace: Pace,
}

/// What a browser that is signed in stands for.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    account: String,
    device: String,
    since: Moment,
    seen_at: Moment,
}

/// Who is signed in with a browser that asks.
#[derive(Clone, Debug)]
pub(crate) struct Here {
    pub(crate) account: Account,
    /// Of its secret.
    pub(crate) hash: String,
}

/// By what somebody is known.
#[derive(Clone, Debug)]
pub(crate) struct SignedBy {
    /// The account.
    pub(crate) account: String,
    secret: Secret,
}

/// What somebody has that nobody else knows, as a hash of it.
#[derive(Clone, Debug)]
enum Secret {
    /// A browser's.
    Browser(String),
    /// A program's key.
    Key(String),
    /// Of an issuer's token nothing is kept but when it ends.
    Token(Moment),
}

/// The name of the only thing in a session.
const KEPT: &str = "sign_in";
/// Somebody who does not ask for so long is signed out.
const IDLE_MAX: Span = Span::hours(14 * 24);
/// And whoever asks all the time, after so long.
const STAY_MAX: Span = Span::hours(90 * 24);
/// How often it is looked for what other servers did.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_secs(2);
/// How long somebody waits for that.
const LOOK_MAX: std::time::Duration = std::time::Duration::from_millis(250);
/// How long a page waits for its news.
const NEWS_MAX: std::time::Duration = std::time::Duration::from_secs(2);
/// How exactly it is known when somebody asked last.
const SEEN_EVERY: Span = Span::hours(1);

impl Doors {
    /// Looks whether there are accounts.
    pub(crate) async fn open(
        configuration: &Configuration,
        store: Arc<dyn Store>,
        vault: &Arc<Vault>,
    ) -> anyhow::Result<Self> {
        let has_accounts = AtomicBool::new(store.has_accounts().await?);
        let (setup, is_open) = (SetupToken::new(configuration), configuration.is_open());
        // One that an earlier server left behind opens nothing.
        setup.forget();
        if is_open {
            setup.offer(&has_accounts)?;
        }
        Ok(Self {
            listen: configuration.listen,
            is_https: configuration.is_https(),
            proxies: configuration.proxies.as_slice().into(),
            setup: Arc::new(setup),
            is_open,
            is_shared: configuration.is_shared(),
            tiers: Arc::new(configuration.tiers.clone()),
            counts: Counts::new(Arc::clone(&store)),
            mails: Mails::open(configuration, Arc::clone(&store), vault)?,
            demands_factor: configuration.require_second_factor,
            breached: BreachedPasswords::open(configuration)?.map(Arc::new),
            identities: Identities::open(configuration)?,
            store,
            has_accounts: Arc::new(has_accounts),
            pace: Pace::new(),
        })
    }

    /// The same, at another pace.
    #[cfg(test)]
    pub(crate) fn paced(self, pace: Pace) -> Self {
        Self { pace, ..self }
    }

    /// Whether anybody has an account: then nobody is let in without.
    pub(crate) fn has_accounts(&self) -> bool {
        self.has_accounts.load(Ordering::Acquire)
    }

    /// Whether a stream may go on: it began before there were accounts only while there are none,
    /// and ends with what was signed in. A database that is away ends nothing.
    pub(crate) async fn is_signed_in(&self, by: Option<&SignedBy>) -> bool {
        let Some(SignedBy { account, secret }) = by else { return !self.has_accounts() };
        if matches!(self.lacks_factor(account).await, Ok(true)) {
            return false;
        }
        match secret {
            Secret::Browser(hash) => !matches!(self.store.sign_in(hash, now()).await, Ok(None)),
            Secret::Key(hash) => {
                !matches!(api_keys::is_open(self.store.as_ref(), hash).await, Ok(false))
            }
            Secret::Token(ends) => {
                let is_shut_out = |found: &Account| found.is_suspended;
                let found = self.store.account(account).await;
                now() < *ends
                    && !matches!(found, Ok(found) if found.as_ref().is_none_or(is_shut_out))
            }
        }
    }

    /// Counts what somebody used. Where that cannot be known it is nobody's trouble.
    pub(crate) async fn count(&self, account: &str, what: Used) {
        if let Err(problem) = self.counts.add(account, what, now(), None).await {
            let story = crate::rest::story(&problem);
            warn!(%story, "what was used could not be counted: {story}");
        }
    }

    /// Counts a question of a program, or refuses it where a tier has no more today.
    async fn count_question(&self, account: &Account) -> Result<(), Problem> {
        let (tier, what) = (Trader::signed_in(account).tier(), Limited::Questions);
        let limit = self.tiers.limit(tier, what);
        if self.counts.add(&account.id, Used::Questions, now(), limit).await? {
            return Ok(());
        }
        let wanted = limit.unwrap_or(0) + 1;
        Ok(self.tiers.check(tier, what, wanted)?)
    }

    /// Looks again whether anybody has an account, after one was deleted, or made elsewhere.
    pub(crate) async fn look_for_accounts(&self) -> Result<(), desk::StoreError> {
        // An answer says nothing of an account that is made while it is waited for.
        let had_accounts = self.has_accounts();
        if self.store.has_accounts().await? {
            self.close();
        } else if had_accounts && self.has_accounts.swap(false, Ordering::AcqRel) && self.is_open {
            self.offer_setup();
        }
        Ok(())
    }

    /// Sees to it that somebody who has the token can set the desk up from elsewhere; whether they
    /// can.
    fn offer_setup(&self) -> bool {
        let offered = self.setup.offer(&self.has_accounts);
        if let Err(problem) = &offered {
            error!("nobody can set this desk up from elsewhere: {problem:#}");
        }
        offered.is_ok()
    }

    /// Looks every now and then for what other servers did, until the task is dropped.
    pub(crate) async fn look_around(self) {
        if !self.is_shared {
            return;
        }
        let mut beats = tokio::time::interval(LOOK_EVERY);
        loop {
            beats.tick().await;
            if let Err(problem) = self.look_for_accounts().await {
                let story = crate::rest::story(&problem);
                warn!(%story, "whether there are accounts cannot be known: {story}");
            }
        }
    }

    /// From now on nobody is let in without an account.
    pub(crate) fn close(&self) {
        self.has_accounts.store(true, Ordering::Release);
        self.setup.forget();
    }

    /// Lets nobody to these routes before it is known who asks.
    pub(crate) fn guard(&self, routes: Router) -> Router {
        let known = routes.layer(from_fn_with_state(self.clone(), identify)).layer(self.sessions());
        known.layer(map_response(end_securely))
    }

    /// Lets a backup come through the browser, or says what to do in its place.
    pub(crate) fn may_restore(&self) -> Result<(), &'static str> {
        if self.is_shared {
            Err("this desk's database is a server's: stop the desk and run volaris restore")
        } else if self.has_accounts() {
            Err("this desk has accounts: its owner stops it and runs volaris restore")
        } else {
            Ok(())
        }
    }

    /// Gives every request its session, which reads nothing before somebody asks for it.
    fn sessions(&self) -> SessionManagerLayer<SignIns> {
        let idle = tower_sessions::cookie::time::Duration::microseconds(IDLE_MAX.0);
        SessionManagerLayer::new(SignIns(Arc::clone(&self.store)))
            .with_name(if self.is_https { BY_HTTPS } else { "sid" })
            .with_same_site(SameSite::Lax)
            .with_secure(self.is_https)
            .with_expiry(Expiry::OnInactivity(idle))
    }
}

/// The session's cookie by https: no neighbour can set one that is called so.
const BY_HTTPS: &str = "__Host-sid";

/// A browser ends a cookie of that name only where its end is `Secure` as well, which
/// tower-sessions leaves out up to 0.15 (its pull request 268): it would bring what opens nothing
/// any more.
async fn end_securely(mut answer: Response) -> Response {
    for (name, value) in answer.headers_mut() {
        let ended = value.as_bytes().strip_prefix(BY_HTTPS.as_bytes());
        if name == header::SET_COOKIE && ended.is_some_and(|rest| rest.starts_with(b"=;")) {
            let secure = [value.as_bytes(), b"; Secure"].concat();
            if let Ok(secure) = HeaderValue::from_bytes(&secure) {
                *value = secure;
            }
        }
    }
    answer
}

/// What is served to whoever is not signed in.
const OPEN: [&str; 8] = [
    "/sign-in",
    "/account/sign-in",
    "/join",
    "/account/join",
    "/forgot",
    "/account/forgot",
    "/reset",
    "/account/reset",
];
/// What is served to whoever may set the desk up.
const SETUP: [&str; 3] = ["/set-up", "/account/set-up", "/account/restore"];

/// Finds out who asks, for whatever answers; nobody else gets further than the sign-in.
async fn identify(
    State(doors): State<Doors>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<Peer>().copied();
    if let Some(peer) = peer {
        let told = peer_of(&doors.proxies, peer, request.headers());
        request.extensions_mut().insert(told);
    }
    if !doors.has_accounts() && doors.is_shared {
        // Another server may have made the first one a moment ago. A database that is away stops
        // nobody's prices: what somebody keeps is in it, and nothing of that is answered.
        let _ = tokio::time::timeout(LOOK_MAX, doors.look_for_accounts()).await;
    }
    if !doors.has_accounts() {
        return match without_accounts(&doors, peer, &mut request).await {
            Some(refusal) => refusal,
            None => next.run(request).await,
        };
    }
    // What a page is made of is everybody's, and comes while the database is away.
    if assets::has(request.uri().path()) {
        return next.run(request).await;
    }
    let (account, by) = match known(&doors, &session, &mut request).await {
        Ok(Some(known)) => known,
        Err(problem) if !problem.is_of_a_stranger() => return problem.into_response(),
        _ if !doors.pace.may_stranger_ask(request.extensions().get()) => {
            return pace::too_fast_for_strangers(&request);
        }
        Err(problem) => return problem.into_response(),
        Ok(None) if is_open(request.uri().path()) => return next.run(request).await,
        Ok(None) => return turn_away(&request),
    };
    let trader = Trader::signed_in(&account);
    if let Some(refusal) = doors.pace.refusal(trader.owner(), request.uri().path()) {
        return refusal;
    }
    let asked = (request.uri().path(), is_for_a_person(&request));
    match demanded_factor::refusal(&doors, &account.id, asked).await {
        Ok(None) => {}
        Ok(Some(refusal)) => return refusal,
        Err(problem) => return Problem::from(problem).into_response(),
    }
    if api_keys::is_question(request.uri().path()) {
        if let Err(problem) = doors.count_question(&account).await {
            return problem.into_response();
        }
    } else if is_for_a_person(&request) {
        doors.count(&account.id, Used::Screens).await;
        add_news(&doors, &trader, &mut request).await;
    }
    request.extensions_mut().insert(trader);
    request.extensions_mut().insert(by);
    next.run(request).await
}

/// As long as nobody has an account: makes who sits at the machine its trader, and lets others no
/// further than the set-up; nothing, or what is answered in its place.
async fn without_accounts(
    doors: &Doors,
    peer: Option<Peer>,
    request: &mut Request,
) -> Option<Response> {
    if let Some(trader) = local(doors.listen, peer, request.headers()) {
        add_news(doors, &trader, request).await;
        request.extensions_mut().insert(trader);
        return None;
    }
    let path = request.uri().path();
    if assets::has(path) {
        return None;
    }
    if !doors.pace.may_stranger_ask(request.extensions().get()) {
        return Some(pace::too_fast_for_strangers(request));
    }
    let is_setup = SETUP.contains(&path);
    if !is_setup && !is_for_a_person(request) {
        return Some(no_accounts());
    }
    // Who is alone at their machine never needs one: it is made for the first who comes to this.
    if !doors.offer_setup() {
        let why = "the set-up token could not be written: this desk's log says why";
        return Some(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, why).into_response());
    }
    (!is_setup).then(|| Redirect::to("/set-up").into_response())
}

/// Puts what is to be read above a page beside the question for it.
async fn add_news(doors: &Doors, trader: &Trader, request: &mut Request) {
    if is_for_a_person(request) {
        let news = tokio::time::timeout(NEWS_MAX, announcements::news(doors, trader)).await;
        request.extensions_mut().insert(news.unwrap_or_default());
    }
}

/// Who asks, by the key of a program or by the browser.
async fn known(
    doors: &Doors,
    session: &Session,
    request: &mut Request,
) -> Result<Option<(Account, SignedBy)>, Problem> {
    let asked = (request.method(), request.uri().path());
    let (identities, store) = (&doors.identities, doors.store.as_ref());
    if let Some((account, ends)) = identities.program(store, request.headers(), asked).await? {
        let by = SignedBy { account: account.id.clone(), secret: Secret::Token(ends) };
        return Ok(Some((account, by)));
    }
    let program = api_keys::program(doors.store.as_ref(), request.headers(), asked).await?;
    if let Some((account, hash)) = program {
        let by = SignedBy { account: account.id.clone(), secret: Secret::Key(hash) };
        return Ok(Some((account, by)));
    }
    let Some(here) = here(doors, session).await? else { return Ok(None) };
    let (account, secret) = (here.account.id.clone(), Secret::Browser(here.hash.clone()));
    let known = (here.account.clone(), SignedBy { account, secret });
    request.extensions_mut().insert(here);
    Ok(Some(known))
}

/// Signs somebody in with the browser that asks, under a new secret.
pub(crate) async fn sign_in(
    session: &Session,
    account: &str,
    device: &Device,
) -> Result<(), tower_sessions::session::Error> {
    let (since, device) = (now(), device.name.clone());
    // Whoever planted or knew the old one has nothing. Flushing would keep it for the next.
    session.cycle_id().await?;
    let kept = Kept { account: account.to_owned(), device, since, seen_at: since };
    session.insert(KEPT, kept).await
}

/// Who is signed in with this browser.
async fn here(doors: &Doors, session: &Session) -> Result<Option<Here>, Problem> {
    // A database that is away signs nobody out.
    let Some(kept) = session.get::<Kept>(KEPT).await? else { return Ok(None) };
    let account = doors.store.account(&kept.account).await?;
    let Some(account) = account.filter(|account| !account.is_suspended) else { return Ok(None) };
    let now = now();
    let hash = session.id().map(sign_ins::hash_of).unwrap_or_default();
    if SEEN_EVERY < now - kept.seen_at {
        let _ = session.insert(KEPT, Kept { seen_at: now, ..kept }).await;
    }
    Ok(Some(Here { account, hash }))
}

fn is_open(path: &str) -> bool {
    OPEN.contains(&path) || identity::OPEN.contains(&path) || passkeys::OPEN.contains(&path)
}

fn no_accounts() -> Response {
    Problem::new(
        StatusCode::FORBIDDEN,
        "this desk has no accounts: it answers only to the machine that it runs on, without a \
         proxy in between",
    )
    .into_response()
}

/// Whether somebody looks at the answer.
pub(crate) fn is_for_a_person(request: &Request) -> bool {
    let accepts = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    request.method() == Method::GET
        && accepts.is_some_and(|kinds| kinds.contains("text/html"))
        && !request.uri().path().starts_with("/api/")
}

/// A person is led to the sign-in, and back to where they wanted to go; a program is told.
fn turn_away(request: &Request) -> Response {
    if !is_for_a_person(request) {
        return Problem::new(StatusCode::UNAUTHORIZED, "sign in first").into_response();
    }
    let wanted = request.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let query = serde_urlencoded::to_string([("next", wanted)]).unwrap_or_default();
    Redirect::to(&format!("/sign-in?{query}")).into_response()
}

/// The person in front of the machine.
fn local(listen: SocketAddr, peer: Option<Peer>, headers: &HeaderMap) -> Option<Trader> {
    (listen.ip().is_loopback() && is_at_the_machine(peer, headers)).then(Trader::local)
}

/// Signs somebody in without asking for anything; gives the cookie.
#[cfg(test)]
pub(crate) async fn cookie_for_test(store: &Arc<dyn Store>, account: &str) -> String {
    let id = tower_sessions::session::Id::default();
    let sign_in = desk::SignIn {
        hash: sign_ins::hash_of(id),
        account: account.to_owned(),
        device: String::new(),
        since: now(),
        seen_at: now(),
        expires_at: now() + IDLE_MAX,
    };
    store.add_sign_in(&sign_in).await.expect("a sign-in");
    format!("sid={id}")
}

#[cfg(test)]
mod tests {
    use desk::{AuditEntry, AuditEvent, Belongs};
    use http::HeaderName;

    use super::peers::FORWARDED;
    use super::*;
    use crate::commands::Settings;
    use crate::desk_of_ada::{ada, new_store};

    fn address(text: &str) -> SocketAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn only_who_sits_at_the_machine_needs_no_account() {
        let ask = |listen: &str, peer: Option<&str>, header: Option<HeaderName>| {
            let value = http::HeaderValue::from_static("127.0.0.1");
            let headers = header.map(|name| (name, value)).into_iter().collect();
            let peer = peer.map(|peer| Peer(address(peer)));
            local(address(listen), peer, &headers).is_some()
        };
        let (here, near) = ("127.0.0.1:3000", Some("127.0.0.1:50000"));
        assert!(ask(here, near, None));
        assert!(ask("[::1]:3000", Some("[::1]:50000"), None));
        assert!(ask("[::1]:3000", Some("[::ffff:127.0.0.1]:50000"), None));
        assert!(!ask("0.0.0.0:3000", near, None));
        assert!(!ask(here, Some("192.168.1.4:50000"), None));
        assert!(!ask(here, None, None));
        for name in FORWARDED {
            assert!(!ask(here, near, Some(name.clone())), "{name}");
        }
    }

    #[tokio::test]
    async fn a_desk_whose_last_account_is_deleted_offers_a_token_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = new_store(folder.path()).await;
        let id = store.add_first_account(&ada()).await.expect("written").expect("the first");
        let settings = Settings {
            data: Some(folder.path().to_owned()),
            listen: Some("0.0.0.0:3000".to_owned()),
            ..Settings::default()
        };
        let configuration = Configuration::load(&settings).expect("a configuration");
        let vault = Arc::new(Vault::open(&configuration).expect("a vault"));
        let file = folder.path().join("setup-token");
        std::fs::write(&file, "of a server that was killed").expect("written");
        let doors = Doors::open(&configuration, Arc::clone(&store), &vault).await.expect("doors");
        let setup = Arc::clone(&doors.setup);
        assert!(!file.exists() && !setup.is(""), "nothing is offered where somebody has one");
        let all = Belongs::to_account(&Account { id, ..ada() });
        let entry = AuditEntry {
            at: now(),
            account: all.account.clone(),
            event: AuditEvent::Deleted,
            about: String::new(),
            device: String::new(),
            network: String::new(),
        };
        store.remove_belongings(&all, &entry).await.expect("removed");
        doors.look_for_accounts().await.expect("looked");
        let token = std::fs::read_to_string(&file).expect("a token");
        assert!(setup.is(&token) && !doors.has_accounts());
        doors.look_for_accounts().await.expect("looked");
        assert!(setup.is(&token), "it stays the same");
        doors.close();
        assert!(!setup.is(&token) && !file.exists(), "it opens nothing any more");
    }
}
