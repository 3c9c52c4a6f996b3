//! What is answered to whom, of every route and server function there is.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::body::Body;
use desk::{Account, Invitation, OwnerId, Role};
use http::{Method, Request, header};
use market::Moment;
use metrics_exporter_prometheus::PrometheusBuilder;
use tower::ServiceExt;

use super::every_route::every_closed_route;
use super::*;
use crate::commands::Settings;
use crate::desk_of_ada::{ada, new_store};
use crate::mail::Mails;
use crate::pace::Pace;
use crate::sessions::{self, Peer};

/// What no answer takes: unit tests share a core by the dozen, and are slow for that alone.
const PATIENCE: Duration = Duration::from_secs(600);

/// How many have asked, of those who are not signed in.
static STRANGERS: AtomicU32 = AtomicU32::new(2);

pub(super) fn asked(
    method: &Method,
    path: &str,
    accept: &str,
    cookie: Option<&str>,
) -> Request<Body> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "localhost")
        .header(header::ACCEPT, accept)
        .header("sec-fetch-site", "same-origin");
    let mut last = 1;
    match cookie {
        Some(cookie) => request = request.header(header::COOKIE, cookie),
        // Who is not signed in would have to wait, were all of them at one address.
        None => last = STRANGERS.fetch_add(1, Ordering::Relaxed),
    }
    let from = Ipv4Addr::from_bits(Ipv4Addr::new(127, 0, 0, 0).to_bits() + last);
    let request = request.extension(Peer((from, 50_000).into()));
    request.body(Body::empty()).expect("a request")
}

pub(super) async fn ask(router: &Router, request: Request<Body>) -> StatusCode {
    router.clone().oneshot(request).await.expect("an answer").status()
}

/// A desk whose owner has an account.
pub(super) struct Site {
    _folder: tempfile::TempDir,
    pub(super) store: Arc<dyn Store>,
    /// Who carries its mail, if anybody does.
    pub(super) mails: Option<Mails>,
    pub(super) router: Router,
}

impl Site {
    pub(super) async fn open() -> Self {
        Self::with(|_| {}).await
    }

    /// The same, whose figures these networks may read.
    async fn watched_by(watchers: &[&str]) -> Self {
        let networks = watchers.iter().map(|text| text.parse().expect("a network"));
        Self::with(|configuration| configuration.watchers = networks.collect()).await
    }

    /// The same, whose word for who asks is taken from this machine.
    pub(super) async fn behind_a_proxy() -> Self {
        let proxy = "127.0.0.0/8".parse().expect("a network");
        Self::with(|configuration| configuration.proxies = vec![proxy]).await
    }

    /// The same, which sends mail there.
    pub(super) async fn mailing(server: &testkit::mail_server::MailServer) -> Self {
        let (mail, proxy) = (server.address(), "127.0.0.0/8".parse().expect("a network"));
        Self::with(|configuration| {
            let read = notify::MailServer::read(&mail, "Desk <desk@example.com>");
            configuration.mail = Some(read.expect("a mail server"));
            configuration.proxies = vec![proxy];
        })
        .await
    }

    /// The same, which asks everybody for a second factor.
    pub(super) async fn demanding() -> Self {
        Self::with(|configuration| configuration.require_second_factor = true).await
    }

    /// The same, whose strangers are answered fifty times and not once more.
    pub(super) async fn that_gives_no_more() -> Self {
        Self::paced(|_| {}, Pace::without_more()).await
    }

    pub(super) async fn with(change: impl FnOnce(&mut Configuration)) -> Self {
        Self::paced(change, Pace::new()).await
    }

    async fn paced(change: impl FnOnce(&mut Configuration), pace: Pace) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = new_store(folder.path()).await;
        let settings = Settings { data: Some(folder.path().to_owned()), ..Settings::default() };
        let mut configuration = Configuration::load(&settings).expect("a configuration");
        change(&mut configuration);
        store.add_first_account(&account("owner")).await.expect("an account").expect("the first");
        let vault = Arc::new(Vault::open(&configuration).expect("a vault"));
        let doors = Doors::open(&configuration, Arc::clone(&store), &vault).await.expect("doors");
        let doors = doors.paced(pace);
        let markets = Arc::new(OfflineMarkets::new(1));
        let desk = Arc::new(Desk::new(Arc::clone(&store), markets));
        let kept = PrometheusBuilder::new().build_recorder().handle();
        let mails = doors.mails.clone();
        let restoring = Restoring::new(&configuration);
        let inner = Inner { desk, doors, vault, restoring };
        let router = router(&configuration, inner, Arc::default(), kept, PATIENCE);
        Self { _folder: folder, store, mails, router }
    }

    /// Lets somebody join, and signs them in; gives their cookie.
    pub(super) async fn cookie_of(&self, name: &str) -> String {
        let owner = self.store.account_named(&email("owner")).await.expect("an answer");
        let owner = owner.expect("the owner");
        let id = match name.parse() {
            Ok(Role::Owner) => owner.id,
            role => {
                let role = role.unwrap_or(Role::Member);
                self.join(Account { role, ..account(name) }).await
            }
        };
        sessions::cookie_for_test(&self.store, &id).await
    }

    /// Lets somebody join; gives their identity.
    pub(super) async fn join(&self, account: Account) -> String {
        let owner = self.store.account_named(&email("owner")).await.expect("an answer");
        let invitation = Invitation {
            hash: account.email.clone(),
            email: account.email.clone(),
            role: account.role,
            by: owner.expect("the owner").id,
            made_at: Moment(0),
            expires_at: Moment(1),
        };
        self.store.add_invitation(&invitation).await.expect("an invitation");
        let joined = self.store.join(&account, &account.email, Moment(0)).await;
        joined.expect("an answer").expect("an account")
    }
}

pub(super) fn email(name: &str) -> String {
    format!("{name}@example.com")
}

pub(super) fn account(name: &str) -> Account {
    Account { owner: OwnerId::read(name.to_owned()), email: email(name), ..ada() }
}

#[tokio::test]
async fn without_a_sign_in_nothing_is_answered_but_the_sign_in() {
    let Site { router, .. } = &Site::open().await;
    let routes = every_closed_route();
    let names: BTreeSet<&str> = routes.iter().map(|(_, path)| path.as_str()).collect();
    // The list is that of the code: these are in it by themselves.
    for known in ["/api/positions/change", "/api/v1/positions/1", "/chain/SPX", "/developers"] {
        assert!(names.contains(known), "{known} is not in {names:?}");
    }
    for (method, path) in &routes {
        let status = ask(router, asked(method, path, "*/*", None)).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {path}");
        let status = ask(router, asked(method, path, "text/html", None)).await;
        let is_led = method == Method::GET && !path.starts_with("/api/");
        let expected = if is_led { StatusCode::SEE_OTHER } else { StatusCode::UNAUTHORIZED };
        assert_eq!(status, expected, "{method} {path}, for a person");
    }
    for path in ["/sign-in", "/join", "/health", "/ready", "/metrics"] {
        let status = ask(router, asked(&Method::GET, path, "text/html", None)).await;
        assert_eq!(status, StatusCode::OK, "{path}");
    }
    // Where no mail is sent these lead to the sign-in, which says what to do.
    for (method, path) in [(Method::GET, "/forgot"), (Method::GET, "/reset")] {
        let status = ask(router, asked(&method, path, "text/html", None)).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{path}");
    }
}

#[tokio::test]
async fn everybody_is_answered_what_their_role_may_ask() {
    let site = Site::open().await;
    for role in Role::ALL {
        let cookie = site.cookie_of(role.as_str()).await;
        for (method, path) in every_closed_route() {
            // It would end the sign-in that asks.
            if path == "/account/sign-out" {
                continue;
            }
            let status = ask(&site.router, asked(&method, &path, "*/*", Some(&cookie))).await;
            assert_ne!(status, StatusCode::UNAUTHORIZED, "{method} {path} of an {role}");
            let is_refused = path.starts_with("/people") && !role.leads();
            let expected = if is_refused { StatusCode::FORBIDDEN } else { status };
            assert_eq!(status, expected, "{method} {path} of an {role}");
            let is_let_in = is_refused || status != StatusCode::FORBIDDEN;
            assert!(is_let_in, "{method} {path} of an {role}: {status}");
        }
    }
}

#[tokio::test]
async fn figures_are_for_the_machine() {
    let site = Site::watched_by(&["10.0.0.0/8"]).await;
    let from = async |address: &str, forwarded: bool| {
        let mut request = asked(&Method::GET, "/metrics", "*/*", None);
        request.extensions_mut().insert(Peer(address.parse().expect("an address")));
        if forwarded {
            let value = http::HeaderValue::from_static("127.0.0.1");
            request.headers_mut().insert("x-forwarded-for", value);
        }
        ask(&site.router, request).await
    };
    assert_eq!(from("127.0.0.1:5000", false).await, StatusCode::OK);
    assert_eq!(from("127.0.0.1:5000", true).await, StatusCode::FORBIDDEN);
    assert_eq!(from("192.0.2.7:5000", false).await, StatusCode::FORBIDDEN);
    assert_eq!(from("10.1.2.3:5000", false).await, StatusCode::OK);
    assert_eq!(from("10.1.2.3:5000", true).await, StatusCode::FORBIDDEN, "through a proxy");
}

#[tokio::test]
async fn who_is_shut_out_is_asked_to_sign_in() {
    let site = Site::open().await;
    let cookie = site.cookie_of("member").await;
    let status = || ask(&site.router, asked(&Method::GET, "/api/v1/symbols", "*/*", Some(&cookie)));
    assert_eq!(status().await, StatusCode::OK);
    let member = site.store.account_named(&email("member")).await.expect("an answer");
    let member = member.expect("an account").id;
    site.store.write_suspension(&member, Role::Member, true).await.expect("written");
    assert_eq!(status().await, StatusCode::UNAUTHORIZED);
    // What was ended does not come back with the person.
    site.store.write_suspension(&member, Role::Member, false).await.expect("written");
    assert_eq!(status().await, StatusCode::UNAUTHORIZED);
}
