//! Every kind of answer has the whole shield, to the last header.

use axum::body::{Body, to_bytes};
use http::header::{self, HeaderMap, HeaderName};
use http::{HeaderValue, Method, Request, StatusCode};
use tower::ServiceExt;

use super::authorization::{Site, asked};
use super::to_https;
use crate::commands::Settings;
use crate::configuration::Configuration;
use crate::pages::files;
use crate::shield::FEATURES;

/// What is allowed, but for the nonce.
const POLICY: [&str; 13] = [
    "default-src 'none'",
    "script-src 'nonce-' 'strict-dynamic' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "media-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
];
/// The others, each once and so.
const OTHERS: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];
/// What an answer may have besides: what it is, how long it is good, and what belongs to it.
const OF_ANSWERS: [HeaderName; 10] = [
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::CONTENT_ENCODING,
    header::CACHE_CONTROL,
    header::ETAG,
    header::LOCATION,
    header::VARY,
    header::ALLOW,
    header::SET_COOKIE,
    HeaderName::from_static("clear-site-data"),
];

fn only<'a>(headers: &'a HeaderMap, name: &str, told: &str) -> &'a str {
    let mut all = headers.get_all(name).iter();
    let first = all.next().unwrap_or_else(|| panic!("{told} has no {name}"));
    assert!(all.next().is_none(), "{told} has {name} twice");
    first.to_str().expect("text")
}

/// Fails unless all of it is there, and nothing that is not known; gives the nonce.
fn check(headers: &HeaderMap, is_https: bool, told: &str) -> String {
    let policy = only(headers, "content-security-policy", told);
    let (_, rest) = policy.split_once("'nonce-").expect("a nonce");
    let nonce = rest.split('\'').next().unwrap_or_default();
    // 128 bits and more, in base 64.
    assert!(22 <= nonce.len(), "{told}: {nonce}");
    assert_eq!(policy.replace(nonce, ""), POLICY.join("; "), "{told}");
    for (name, value) in OTHERS {
        assert_eq!(only(headers, name, told), value, "{told}: {name}");
    }
    let off: Vec<String> = FEATURES.iter().map(|feature| format!("{feature}=()")).collect();
    assert_eq!(only(headers, "permissions-policy", told), off.join(", "), "{told}");
    let mut known = vec!["content-security-policy", "permissions-policy"];
    known.extend(OTHERS.map(|(name, _)| name));
    if is_https {
        let year = only(headers, "strict-transport-security", told);
        assert_eq!(year, "max-age=31536000; includeSubDomains", "{told}");
        known.push("strict-transport-security");
    }
    for name in headers.keys() {
        let is_known = known.contains(&name.as_str()) || OF_ANSWERS.contains(name);
        assert!(is_known, "{told} has {name} as well: is it meant?");
    }
    nonce.to_owned()
}

fn with(mut request: Request<Body>, name: HeaderName, value: &'static str) -> Request<Body> {
    request.headers_mut().insert(name, HeaderValue::from_static(value));
    request
}

/// A question of each kind, and what it is answered.
fn questions(cookie: &str) -> Vec<(&'static str, Request<Body>, StatusCode)> {
    let get = |path: &str, cookie| asked(&Method::GET, path, "text/html", cookie);
    let program = |path: &str, cookie| asked(&Method::GET, path, "*/*", cookie);
    let me = Some(cookie);
    let sent = |method: Method| asked(&method, "/chart/SPX", "*/*", me);
    let forged = with(
        asked(&Method::POST, "/settings/appearance", "*/*", me),
        HeaderName::from_static("sec-fetch-site"),
        "cross-site",
    );
    let large = with(
        asked(&Method::POST, "/settings/appearance", "*/*", me),
        header::CONTENT_LENGTH,
        "1000000",
    );
    vec![
        ("a page", get("/chart/SPX", me), StatusCode::OK),
        ("a document", get("/sign-in", None), StatusCode::OK),
        ("a page that is somewhere else", get("/", me), StatusCode::SEE_OTHER),
        ("an answer to a program", program("/api/v1/symbols", me), StatusCode::OK),
        ("the script of passkeys", program("/passkeys.js", None), of_passkeys()),
        ("its health", program("/health", None), StatusCode::OK),
        ("its figures", program("/metrics", None), StatusCode::OK),
        ("who is to sign in", get("/chart/SPX", None), StatusCode::SEE_OTHER),
        ("a program that is nobody's", program("/api/v1/symbols", None), StatusCode::UNAUTHORIZED),
        ("a page that is not there", get("/nothing", me), StatusCode::NOT_FOUND),
        ("a file that is not there", program("/pkg/gone.js", me), StatusCode::NOT_FOUND),
        ("a folder", program("/pkg/", me), StatusCode::NOT_FOUND),
        ("what its sources keep", program("/.git/HEAD", me), StatusCode::NOT_FOUND),
        ("nothing of programs", program("/api/nothing", me), StatusCode::NOT_FOUND),
        ("what makes no sense", program("/api/v1/bars/SPX?span=7", me), StatusCode::BAD_REQUEST),
        ("what is not for members", get("/people", me), StatusCode::FORBIDDEN),
        ("another site's form", forged, StatusCode::FORBIDDEN),
        ("too much", large, StatusCode::PAYLOAD_TOO_LARGE),
        ("a stream without a handshake", program("/stream", me), StatusCode::BAD_REQUEST),
        ("another method", sent(Method::PATCH), StatusCode::METHOD_NOT_ALLOWED),
        ("a trace", sent(Method::TRACE), StatusCode::METHOD_NOT_ALLOWED),
        (
            "a stranger's name",
            with(get("/chart/SPX", me), header::HOST, "evil.example"),
            StatusCode::MISDIRECTED_REQUEST,
        ),
    ]
}

fn of_passkeys() -> StatusCode {
    if cfg!(feature = "passkeys") { StatusCode::OK } else { StatusCode::NOT_FOUND }
}

#[tokio::test]
async fn every_kind_of_answer_has_the_whole_shield() {
    let site = Site::open().await;
    let cookie = site.cookie_of("member").await;
    let mut nonces = Vec::new();
    // Where the browser's part was built.
    let files = [files().script, files().wasm, files().style].into_iter();
    let files = files.filter(|path| !path.is_empty()).map(|path| {
        ("a file of the page", asked(&Method::GET, &path, "*/*", None), StatusCode::OK)
    });
    for (told, request, expected) in questions(&cookie).into_iter().chain(files) {
        let answer = site.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = answer.into_parts();
        assert_eq!(parts.status, expected, "{told}");
        let nonce = check(&parts.headers, false, told);
        assert!(!nonces.contains(&nonce), "{told}: a nonce is of one answer");
        let body = to_bytes(body, usize::MAX).await.expect("a body");
        if told == "a page" {
            let script = format!("nonce=\"{nonce}\"");
            assert!(String::from_utf8_lossy(&body).contains(&script), "its scripts have it");
        }
        nonces.push(nonce);
    }
}

#[tokio::test]
async fn what_comes_without_tls_has_it_as_well() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = Settings { data: Some(folder.path().to_owned()), ..Settings::default() };
    let configuration = Configuration::load(&settings).expect("a configuration");
    let router = to_https(&configuration);
    for (accept, host, expected) in [
        ("*/*", "localhost", StatusCode::UPGRADE_REQUIRED),
        ("text/html", "localhost", StatusCode::PERMANENT_REDIRECT),
        ("text/html", "evil.example", StatusCode::MISDIRECTED_REQUEST),
    ] {
        let request = asked(&Method::GET, "/chart/SPX", accept, None);
        let request = with(request, header::HOST, host);
        let answer = router.clone().oneshot(request).await.expect("an answer");
        assert_eq!(answer.status(), expected, "{host}");
        check(answer.headers(), false, host);
    }
}

#[tokio::test]
async fn by_https_browsers_keep_to_it() {
    let address = "https://localhost".parse().expect("an address");
    let site = Site::with(|configuration| configuration.address = Some(address)).await;
    for (path, host) in [("/sign-in", "localhost"), ("/sign-in", "evil.example")] {
        let request = with(asked(&Method::GET, path, "text/html", None), header::HOST, host);
        let answer = site.router.clone().oneshot(request).await.expect("an answer");
        check(answer.headers(), true, host);
    }
}

#[tokio::test]
async fn people_read_why_there_is_no_page_and_programs_are_told_as_ever() {
    let site = Site::open().await;
    let member = site.cookie_of("member").await;
    let (words, problem) = ("text/html; charset=utf-8", "application/problem+json");
    for (path, accept, host, status, kind, why) in [
        ("/people", "text/html", "localhost", 403, words, "Only the owner and admins"),
        ("/people", "application/json", "localhost", 403, problem, "only the owner and admins"),
        ("/api/v1/levels/ZZZ", "text/html", "localhost", 404, problem, "is not on this tape"),
        ("/people", "text/html", "evil.example", 421, words, "This desk is not called"),
        ("/people", "*/*", "evil.example", 421, problem, "this desk is not called"),
    ] {
        let request = asked(&Method::GET, path, accept, Some(&member));
        let request = with(request, header::HOST, host);
        let answer = site.router.clone().oneshot(request).await.expect("an answer");
        check(answer.headers(), false, path);
        assert_eq!(answer.status().as_u16(), status, "{path} {accept} {host}");
        assert_eq!(answer.headers()[header::CONTENT_TYPE], kind, "{path} {accept} {host}");
        let body = to_bytes(answer.into_body(), usize::MAX).await.expect("the whole of it");
        let body = String::from_utf8_lossy(&body);
        assert!(body.contains(why), "{why} is not in {body}");
    }
}
