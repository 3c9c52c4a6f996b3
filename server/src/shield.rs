//! What stands before every request: host check, security headers, a nonce a page.

use std::sync::{Arc, LazyLock};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{StatusCode, Uri};

use crate::rest::Problem;

/// The nonce of one page's scripts.
#[derive(Clone)]
pub(crate) struct PageNonce(pub(crate) leptos::nonce::Nonce);

/// Names that browsers may call this server by.
#[derive(Clone)]
pub(crate) struct Hosts(Arc<Vec<String>>);

impl Hosts {
    /// These names, ports apart.
    pub(crate) fn new(names: Vec<String>) -> Self {
        Self(Arc::new(names))
    }

    fn knows(&self, authority: &str) -> bool {
        let name = match authority.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => authority,
        };
        self.0.iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}

/// Refuses requests for any other name: a page of a stranger whose name resolves to this machine
/// could otherwise read the desk.
pub(crate) async fn check_host(
    State(hosts): State<Hosts>,
    request: Request,
    next: Next,
) -> Response {
    let named = authority(request.headers(), request.uri());
    if named.is_some_and(|name| hosts.knows(&name)) {
        return next.run(request).await;
    }
    Problem::new(
        StatusCode::MISDIRECTED_REQUEST,
        "this desk is not called that: open it as http://localhost, or add the name to `hosts`",
    )
    .into_response()
}

/// The name and port that the client called.
pub(crate) fn authority(headers: &HeaderMap, uri: &Uri) -> Option<String> {
    let named = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    named.map(str::to_owned).or_else(|| uri.authority().map(ToString::to_string))
}

/// Whether a WebSocket handshake comes from our own page, or from no page at all.
pub(crate) fn is_own_origin(headers: &HeaderMap, uri: &Uri) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let (Ok(origin), Some(host)) = (origin.to_str(), authority(headers, uri)) else { return false };
    let named = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    named.is_some_and(|named| named.eq_ignore_ascii_case(&host))
}

const FIXED_HEADERS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// What the machine or its person is asked for by browsers that have it: none of it is for our
/// pages, nor for who gets a script into one. Not here is what a page of ours does, which is to
/// copy (`clipboard-write`) and to ask for a passkey (`publickey-credentials-get` and `-create`);
/// what is no power but a way of loading; and names that Chromium does not know (as `bluetooth` and
/// `web-share` on a desktop), of each of which it would complain on every page.
pub(crate) const FEATURES: [&str; 31] = [
    "accelerometer",
    "autoplay",
    "camera",
    "captured-surface-control",
    "clipboard-read",
    "compute-pressure",
    "digital-credentials-get",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "gamepad",
    "geolocation",
    "gyroscope",
    "hid",
    "identity-credentials-get",
    "idle-detection",
    "keyboard-map",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "otp-credentials",
    "payment",
    "picture-in-picture",
    "screen-wake-lock",
    "serial",
    "storage-access",
    "sync-xhr",
    "usb",
    "window-management",
    "xr-spatial-tracking",
];

/// All of them off.
static PERMISSIONS: LazyLock<HeaderValue> = LazyLock::new(|| {
    let off = FEATURES.map(|feature| format!("{feature}=()")).join(", ");
    HeaderValue::try_from(off).expect("names of letters")
});

/// Gives every answer its security headers, and every page a nonce of its own.
pub(crate) async fn protect(
    State(is_https): State<bool>,
    mut request: Request,
    next: Next,
) -> Response {
    let nonce = leptos::nonce::Nonce::new();
    request.extensions_mut().insert(PageNonce(nonce.clone()));
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in FIXED_HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(HeaderName::from_static("permissions-policy"), PERMISSIONS.clone());
    if is_https {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; \
         style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; \
         manifest-src 'self'; worker-src 'self'; media-src 'self'; form-action 'self'; \
         base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_known_with_and_without_a_port() {
        let hosts = Hosts::new(vec!["localhost".to_owned(), "[::1]".to_owned()]);
        for name in ["localhost", "LOCALHOST:3000", "[::1]:3000", "[::1]"] {
            assert!(hosts.knows(name), "{name}");
        }
        for name in ["evil.example", "localhost.evil.example:3000", "", "127.0.0.1"] {
            assert!(!hosts.knows(name), "{name}");
        }
    }

    #[test]
    fn only_our_own_page_may_open_a_stream() {
        let uri = Uri::from_static("/stream");
        let check = |origin: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("localhost:3000"));
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            }
            is_own_origin(&headers, &uri)
        };
        assert!(check(None));
        assert!(check(Some("http://localhost:3000")));
        assert!(!check(Some("http://localhost:4000")));
        assert!(!check(Some("http://evil.example")));
        assert!(!check(Some("null")));
    }
}
