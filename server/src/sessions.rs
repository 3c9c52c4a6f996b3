//! Who asks: the only place where a request becomes somebody.

pub(crate) mod demanded_factor;
mod setup_token;
mod sign_ins;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use desk::{Account, Limited, Store, Tiers, Trader, Used};
use http::{HeaderMap, HeaderName, Method, StatusCode, header};
use ipnet::IpNet;
use market::{Moment, Span};
use serde::{Deserialize, Serialize};
use tower_sessions::cookie::SameSite;
use tower_sessions::{Expiry, Session, SessionManagerLayer};
use tracing::warn;

use crate::api_keys::{self, Pace};
use crate::breached_passwords::BreachedPasswords;
use crate::clock::now;
use crate::configuration::Configuration;
use crate::device::{Device, is_in};
use crate::identity::{self, Identities};
use crate::mail::Mails;
use crate::rest::Problem;
use crate::usage::Counts;
use crate::vault::Vault;
use crate::{announcements, assets, passkeys};
pub(crate) use setup_token::SetupToken;
use sign_ins::SignIns;

/// Who a connection comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Where the server listens, and whether people have accounts on it.
#[derive(Clone)]
pub(crate) struct Doors {
    listen: SocketAddr,
    /// Whether people come by https.
    pub(crate) is_https: bool,
    proxies: Arc<[IpNet]>,
    /// What whoever makes the first account from elsewhere must know.
    pub(crate) setup: Option<Arc<SetupToken>>,
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
/// How exactly it is known when somebody asked last.
const SEEN_EVERY: Span = Span::hours(1);

impl Doors {
    /// Looks whether there are accounts.
    pub(crate) async fn open(
        configuration: &Configuration,
        store: Arc<dyn Store>,
        vault: &Arc<Vault>,
    ) -> anyhow::Result<Self> {
        let has_accounts = store.has_accounts().await?;
        let setup = match configuration.is_open() && !has_accounts {
            true => Some(Arc::new(SetupToken::make(configuration)?)),
            false => None,
        };
        Ok(Self {
            listen: configuration.listen,
            is_https: configuration.is_https(),
            proxies: configuration.proxies.as_slice().into(),
            setup,
            is_shared: configuration.is_shared(),
            tiers: Arc::new(configuration.tiers.clone()),
            counts: Counts::new(Arc::clone(&store)),
            mails: Mails::open(configuration, Arc::clone(&store), vault)?,
            demands_factor: configuration.require_second_factor,
            breached: BreachedPasswords::open(configuration)?.map(Arc::new),
            identities: Identities::open(configuration)?,
            store,
            has_accounts: Arc::new(AtomicBool::new(has_accounts)),
            pace: Pace::new(),
        })
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
        match self.store.has_accounts().await? {
            true => self.close(),
            false => self.has_accounts.store(false, Ordering::Release),
        }
        Ok(())
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
        if let Some(setup) = &self.setup {
            setup.forget();
        }
    }

    /// Lets nobody to these routes before it is known who asks.
    pub(crate) fn guard(&self, routes: Router) -> Router {
        routes.layer(from_fn_with_state(self.clone(), identify)).layer(self.sessions())
    }

    /// Gives every request its session, which reads nothing before somebody asks for it.
    fn sessions(&self) -> SessionManagerLayer<SignIns> {
        let idle = tower_sessions::cookie::time::Duration::microseconds(IDLE_MAX.0);
        SessionManagerLayer::new(SignIns(Arc::clone(&self.store)))
            .with_name(if self.is_https { "__Host-sid" } else { "sid" })
            .with_same_site(SameSite::Lax)
            .with_secure(self.is_https)
            .with_expiry(Expiry::OnInactivity(idle))
    }
}

/// What a proxy adds. Whoever stands behind one only looks as if they sat at this machine.
const FORWARDED: [HeaderName; 6] = [
    HeaderName::from_static("forwarded"),
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-real-ip"),
    HeaderName::from_static("via"),
];

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
const SETUP: [&str; 2] = ["/set-up", "/account/set-up"];

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
        let path = request.uri().path();
        match local(doors.listen, peer, request.headers()) {
            Some(trader) => {
                add_news(&doors, &trader, &mut request).await;
                request.extensions_mut().insert(trader);
            }
            None if doors.setup.is_none() => return no_accounts(),
            None if SETUP.contains(&path) || assets::has(path) => {}
            None if is_for_a_person(&request) => return Redirect::to("/set-up").into_response(),
            None => return no_accounts(),
        }
        return next.run(request).await;
    }
    let (account, by) = match known(&doors, &session, &mut request).await {
        Ok(Some(known)) => known,
        Ok(None) if is_open(request.uri().path()) => return next.run(request).await,
        Ok(None) => return turn_away(&request),
        Err(problem) => return problem.into_response(),
    };
    let trader = Trader::signed_in(&account);
    if !doors.pace.may_ask(trader.owner(), request.uri().path()) {
        return api_keys::too_fast();
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

/// Puts what is to be read above a page beside the question for it.
async fn add_news(doors: &Doors, trader: &Trader, request: &mut Request) {
    if is_for_a_person(request) {
        let path = request.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        let store = doors.store.as_ref();
        let news = announcements::news(store, trader, doors.has_accounts(), path).await;
        request.extensions_mut().insert(news);
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
async fn here(doors: &Doors, session: &Session) -> Result<Option<Here>, desk::StoreError> {
    // A session that cannot be read was told to the log by its store.
    let Ok(Some(kept)) = session.get::<Kept>(KEPT).await else { return Ok(None) };
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
    OPEN.contains(&path)
        || identity::OPEN.contains(&path)
        || passkeys::OPEN.contains(&path)
        || assets::has(path)
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

/// Who asks, by the word of proxies that are trusted: the last that none of them speaks for.
fn peer_of(proxies: &[IpNet], peer: Peer, headers: &HeaderMap) -> Peer {
    let told = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let told: Vec<&str> = told.flat_map(|value| value.split(',')).map(str::trim).collect();
    let mut known = peer.0.ip();
    for text in told.into_iter().rev() {
        let Some(address) = text.parse().ok().filter(|_| is_in(proxies, known)) else { break };
        known = address;
    }
    Peer(SocketAddr::new(known, peer.0.port()))
}

/// The person in front of the machine.
fn local(listen: SocketAddr, peer: Option<Peer>, headers: &HeaderMap) -> Option<Trader> {
    (listen.ip().is_loopback() && is_at_the_machine(peer, headers)).then(Trader::local)
}

/// Whether somebody asks from this machine, and not through a proxy on it.
pub(crate) fn is_at_the_machine(peer: Option<Peer>, headers: &HeaderMap) -> bool {
    let is_here = peer.is_some_and(|Peer(address)| address.ip().to_canonical().is_loopback());
    is_here && is_direct(headers)
}

/// Whether nobody speaks for somebody else.
pub(crate) fn is_direct(headers: &HeaderMap) -> bool {
    FORWARDED.iter().all(|name| !headers.contains_key(name))
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
    use super::*;

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

    #[test]
    fn proxies_speak_for_others_as_far_as_they_are_trusted() {
        let proxies: Vec<IpNet> =
            ["127.0.0.1/32", "10.0.0.0/8"].map(|text| text.parse().expect("a network")).into();
        let ask = |peer: &str, told: &[&'static str]| {
            let name = HeaderName::from_static("x-forwarded-for");
            let told = told.iter().map(|text| (name.clone(), http::HeaderValue::from_static(text)));
            let mut headers = HeaderMap::new();
            told.for_each(|(name, value)| {
                headers.append(name, value);
            });
            peer_of(&proxies, Peer(address(peer)), &headers).0.ip().to_string()
        };
        assert_eq!(ask("127.0.0.1:1", &[]), "127.0.0.1");
        assert_eq!(ask("127.0.0.1:1", &["203.0.113.7"]), "203.0.113.7");
        assert_eq!(ask("127.0.0.1:1", &["203.0.113.7, 10.1.2.3"]), "203.0.113.7");
        assert_eq!(ask("127.0.0.1:1", &["203.0.113.7", "10.1.2.3"]), "203.0.113.7");
        // What somebody wrote there before the first proxy is their own word.
        assert_eq!(ask("127.0.0.1:1", &["192.0.2.1, 203.0.113.7"]), "203.0.113.7");
        assert_eq!(ask("192.0.2.9:1", &["203.0.113.7"]), "192.0.2.9");
        assert_eq!(ask("127.0.0.1:1", &["203.0.113.7, nonsense"]), "127.0.0.1");
    }
}
