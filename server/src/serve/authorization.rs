//! What is answered to whom: every route and server function there is, so that a new one cannot be
//! forgotten.

use std::collections::BTreeSet;

use axum::body::Body;
use http::{Method, Request, header};
use leptos::server_fn::axum::server_fn_paths;
use leptos_axum::generate_route_list;
use market::Moment;
use store::{Database, DatabaseUrl};
use tower::ServiceExt;

use super::*;
use crate::commands::Settings;
use crate::sessions::Peer;

/// Every address with its methods: what programs ask, what our screens ask, and the screens.
fn everything() -> Vec<(Method, String)> {
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
        "password",
    ];
    let forms = forms.into_iter().map(|name| (Method::POST, format!("/account/{name}")));
    of_programs.chain(of_screens).chain(pages).chain(ours).chain(forms).collect()
}

async fn ask(router: &Router, method: &Method, path: &str, accept: &str) -> StatusCode {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "localhost")
        .header(header::ACCEPT, accept)
        .header("sec-fetch-site", "same-origin")
        .extension(Peer("127.0.0.1:50000".parse().expect("an address")))
        .body(Body::empty())
        .expect("a request");
    router.clone().oneshot(request).await.expect("an answer").status()
}

#[tokio::test]
async fn without_a_sign_in_nothing_is_answered_but_the_sign_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = DatabaseUrl::File(folder.path().join("volaris.db"));
    let database = Database::open(&url).await.expect("a database");
    database.migrate().await.expect("its tables");
    let store: Arc<dyn Store> = Arc::new(database);
    let settings = Settings { data: Some(folder.path().to_owned()), ..Settings::default() };
    let configuration = Configuration::load(&settings).expect("a configuration");
    let account = desk::Account {
        id: String::new(),
        owner: Trader::local().owner().clone(),
        email: "ada@example.com".to_owned(),
        password: String::new(),
        created_at: Moment(0),
    };
    store.add_first_account(&account).await.expect("an account").expect("the first");
    let doors = Doors::open(&configuration, Arc::clone(&store)).await.expect("doors");
    let markets = Arc::new(OfflineMarkets::new(1));
    let desk = Arc::new(Desk::new(store, markets));
    let router =
        router(&configuration, (desk, doors), Arc::new(Listeners::default())).expect("routes");

    let everything = everything();
    let names: BTreeSet<&str> = everything.iter().map(|(_, path)| path.as_str()).collect();
    // The list is that of the code: these are in it by themselves.
    for known in ["/api/positions/change", "/api/v1/positions/1", "/chain/SPX", "/developers"] {
        assert!(names.contains(known), "{known} is not in {names:?}");
    }
    for (method, path) in &everything {
        let status = ask(&router, method, path, "*/*").await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {path}");
        let status = ask(&router, method, path, "text/html").await;
        let is_led = method == Method::GET && !path.starts_with("/api/");
        let expected = if is_led { StatusCode::SEE_OTHER } else { StatusCode::UNAUTHORIZED };
        assert_eq!(status, expected, "{method} {path}, for a person");
    }
    for path in ["/sign-in", "/health", "/ready", "/metrics"] {
        let status = ask(&router, &Method::GET, path, "text/html").await;
        assert_eq!(status, StatusCode::OK, "{path}");
    }
}
