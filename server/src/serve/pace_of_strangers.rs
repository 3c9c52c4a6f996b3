//! Who is not signed in is answered so often and no oftener; nobody else waits for them.

use api::ApiError;
use axum::body::{Body, to_bytes};
use http::{HeaderValue, Method, Request, StatusCode, header};
use leptos::server_fn::error::FromServerFnError;
use tower::ServiceExt;

use super::authorization::{Site, ask, asked};
use crate::pages::files;
use crate::sessions::Peer;

const NEAR: &str = "127.0.0.1:50000";

fn from(peer: &str, mut request: Request<Body>) -> Request<Body> {
    request.extensions_mut().insert(Peer(peer.parse().expect("an address")));
    request
}

fn page(accept: &str) -> Request<Body> {
    asked(&Method::GET, "/sign-in", accept, None)
}

#[tokio::test]
async fn a_network_that_is_not_signed_in_waits_after_fifty() {
    let site = Site::that_gives_no_more().await;
    let cookie = site.cookie_of("member").await;
    for _ in 0..50 {
        assert_eq!(ask(&site.router, from(NEAR, page("*/*"))).await, StatusCode::OK);
    }
    let (in_words, html) = (from(NEAR, page("*/*")), from(NEAR, page("text/html")));
    for (request, told) in [(in_words, "without being signed in"), (html, "Wait ten seconds")] {
        let answer = site.router.clone().oneshot(request).await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
        assert!(answer.headers().contains_key(header::RETRY_AFTER));
        let text = to_bytes(answer.into_body(), 1 << 20).await.expect("a text");
        let text = String::from_utf8_lossy(&text).into_owned();
        assert!(text.contains(told), "{text}");
    }
    // What a page is made of, another network, and who is signed in there.
    let style = asked(&Method::GET, &files().document_style, "*/*", None);
    let mine = asked(&Method::GET, "/api/v1/symbols", "*/*", Some(&cookie));
    for request in [from(NEAR, style), from("127.0.0.2:1", page("*/*")), from(NEAR, mine)] {
        assert_eq!(ask(&site.router, request).await, StatusCode::OK);
    }
}

/// As any other refusal of a server function: a trader would read what a decoder stumbled over.
#[tokio::test]
async fn a_screen_that_is_refused_beforehand_can_read_why() {
    let site = Site::that_gives_no_more().await;
    let asks = || {
        let mut request = asked(&Method::POST, "/api/tape/read", "*/*", None);
        let kind = HeaderValue::from_static("application/x-postcard");
        request.headers_mut().insert(header::CONTENT_TYPE, kind);
        from(NEAR, request)
    };
    let mut told = Vec::new();
    for _ in 0..51 {
        let answer = site.router.clone().oneshot(asks()).await.expect("an answer");
        let status = answer.status();
        let bytes = to_bytes(answer.into_body(), 1 << 20).await.expect("bytes");
        told.push((status, ApiError::de(bytes).to_string()));
    }
    assert_eq!(told[0].0, StatusCode::UNAUTHORIZED);
    assert!(told[0].1.contains("sign in"), "{told:?}");
    assert_eq!(told[50].0, StatusCode::TOO_MANY_REQUESTS);
    assert!(told[50].1.starts_with("too many questions"), "{told:?}");
}

#[tokio::test]
async fn who_brings_a_key_that_opens_nothing_is_a_stranger() {
    let site = Site::that_gives_no_more().await;
    let with_key = || {
        let mut request = asked(&Method::GET, "/api/v1/symbols", "*/*", None);
        let key = HeaderValue::from_static("Bearer volaris_that_never_was");
        request.headers_mut().insert(header::AUTHORIZATION, key);
        from(NEAR, request)
    };
    for _ in 0..50 {
        assert_eq!(ask(&site.router, with_key()).await, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(ask(&site.router, with_key()).await, StatusCode::TOO_MANY_REQUESTS);
}
