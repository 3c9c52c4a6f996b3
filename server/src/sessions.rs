//! Who asks: the only place where a request becomes somebody.

use std::net::SocketAddr;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use desk::Trader;
use http::{HeaderMap, HeaderName, StatusCode};

use crate::rest::Problem;

/// Who a connection comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Where the server listens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Doors {
    pub(crate) listen: SocketAddr,
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

/// Finds out who asks, for whatever answers; nobody else gets further.
pub(crate) async fn identify(
    State(doors): State<Doors>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<Peer>().copied();
    let Some(trader) = local(doors, peer, request.headers()) else {
        return Problem::new(
            StatusCode::FORBIDDEN,
            "this desk has no accounts: it answers only to the machine that it runs on, without a \
             proxy in between",
        )
        .into_response();
    };
    request.extensions_mut().insert(trader);
    next.run(request).await
}

/// The person in front of the machine.
fn local(doors: Doors, peer: Option<Peer>, headers: &HeaderMap) -> Option<Trader> {
    let is_here = doors.listen.ip().is_loopback()
        && peer.is_some_and(|Peer(address)| address.ip().to_canonical().is_loopback());
    let is_direct = FORWARDED.iter().all(|name| !headers.contains_key(name));
    (is_here && is_direct).then(Trader::local)
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
            local(Doors { listen: address(listen) }, peer, &headers).is_some()
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
}
