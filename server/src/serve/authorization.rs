//! What is answered to whom: every route and server function there is, so that a new one cannot be
//! forgotten.

use std::collections::BTreeSet;

use axum::body::Body;
use desk::{Account, Invitation, OwnerId, Role, Tier};
use http::{Method, Request, header};
use leptos::server_fn::axum::server_fn_paths;
use leptos_axum::generate_route_list;
use market::Moment;
use metrics_exporter_prometheus::PrometheusBuilder;
use store::{Database, DatabaseUrl};
use tower::ServiceExt;

use super::*;
use crate::commands::Settings;
use crate::mail::Mails;
use crate::sessions::{self, Peer};

/// Every address with its methods: what programs ask, what our screens ask, and the screens.
pub(super) fn everything() -> Vec<(Method, String)> {
    let document: serde_json::Value = serde_json::from_str(api::OPENAPI).expect("the document");
    let paths = document["paths"].as_object().expect("paths");
    let of_programs = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().expect("methods");
        methods.keys().map(move |method| {
            let method = method.to_ascii_uppercase().parse().expect("a method");
            (method, path.replace("{symbol}", "SPX").replace("{id}", "1"))
        })
    });
    let of_screens = server_fn_paths().map(|(path, method)| (method, path.to_owned()));
    let pages = generate_route_list(app::App);
    let pages = pages.iter().flat_map(|route| {
        let named = app::desk_paths(route.path()).into_iter().chain([route.path().to_owned()]);
        named.map(|path| (Method::GET, path.replace(":symbol", "SPX").replace("{symbol}", "SPX")))
    });
    let ours = [
        "/",
        "/stream",
        "/api/levels/SPX",
        "/account",
        "/account/second-factor",
        "/set-up",
        "/account/export",
        "/people",
        "/people/log",
        "/people/usage",
        "/people/announcements",
        "/nothing",
        "/api/nothing",
    ];
    let ours = ours.into_iter().map(|path| (Method::GET, path.to_owned()));
    let forms = [
        "second-factor/begin",
        "second-factor/confirm",
        "second-factor/remove",
        "protect",
        "set-up",
        "sign-out",
        "sign-out-others",
        "end",
        "keys",
        "keys/end",
        "delete",
        "news",
        "password",
        "connect",
        "disconnect",
        "first-password",
        "passkeys",
        "passkeys/begin",
        "passkeys/remove",
    ];
    let forms = forms.into_iter().map(|name| (Method::POST, format!("/account/{name}")));
    let of_leaders = [
        "invite",
        "uninvite",
        "role",
        "suspend",
        "resume",
        "hand-over",
        "tier",
        "announce",
        "unannounce",
    ];
    let of_leaders = of_leaders.map(|name| (Method::POST, format!("/people/{name}")));
    let all = of_programs.chain(of_screens).chain(pages).chain(ours).chain(forms);
    all.chain(of_leaders).chain(of_settings()).collect()
}

/// The settings: their parts, and what these alone change.
fn of_settings() -> impl Iterator<Item = (Method, String)> {
    let parts = ["", "/profile", "/appearance", "/security", "/programs", "/data", "/protect"];
    let forms = [
        "/profile/name",
        "/profile/email",
        "/profile/email/undo",
        "/appearance",
        "/appearance/keep",
    ];
    let parts = parts.into_iter().map(|part| (Method::GET, part));
    let all = parts.chain(forms.into_iter().map(|form| (Method::POST, form)));
    all.map(|(method, path)| (method, format!("/settings{path}")))
}

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
        .header("sec-fetch-site", "same-origin")
        .extension(Peer("127.0.0.1:50000".parse().expect("an address")));
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
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
        let proxy = "127.0.0.1/32".parse().expect("a network");
        Self::with(|configuration| configuration.proxies = vec![proxy]).await
    }

    /// The same, which sends mail there.
    pub(super) async fn mailing(server: &testkit::mail_server::MailServer) -> Self {
        let (mail, proxy) = (server.address(), "127.0.0.1/32".parse().expect("a network"));
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

    pub(super) async fn with(change: impl FnOnce(&mut Configuration)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = DatabaseUrl::File(folder.path().join("volaris.db"));
        let database = Database::open(&url).await.expect("a database");
        database.migrate().await.expect("its tables");
        let store: Arc<dyn Store> = Arc::new(database);
        let settings = Settings { data: Some(folder.path().to_owned()), ..Settings::default() };
        let mut configuration = Configuration::load(&settings).expect("a configuration");
        change(&mut configuration);
        store.add_first_account(&account("owner")).await.expect("an account").expect("the first");
        let vault = Arc::new(Vault::open(&configuration).expect("a vault"));
        let doors = Doors::open(&configuration, Arc::clone(&store), &vault).await.expect("doors");
        let markets = Arc::new(OfflineMarkets::new(1));
        let desk = Arc::new(Desk::new(Arc::clone(&store), markets));
        let kept = PrometheusBuilder::new().build_recorder().handle();
        let mails = doors.mails.clone();
        let inner = Inner { desk, doors, vault };
        let router = router(&configuration, inner, Arc::default(), kept);
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
    Account {
        id: String::new(),
        owner: OwnerId::read(name.to_owned()),
        email: email(name),
        name: String::new(),
        password: String::new(),
        role: Role::Owner,
        tier: Tier::Lite,
        is_suspended: false,
        created_at: Moment(0),
    }
}

#[tokio::test]
async fn without_a_sign_in_nothing_is_answered_but_the_sign_in() {
    let Site { router, .. } = &Site::open().await;
    let everything = everything();
    let names: BTreeSet<&str> = everything.iter().map(|(_, path)| path.as_str()).collect();
    // The list is that of the code: these are in it by themselves.
    for known in ["/api/positions/change", "/api/v1/positions/1", "/chain/SPX", "/developers"] {
        assert!(names.contains(known), "{known} is not in {names:?}");
    }
    for (method, path) in &everything {
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
        for (method, path) in everything() {
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
