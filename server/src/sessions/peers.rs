//! Where somebody comes from: this machine, another one, or whoever a proxy speaks for.

use std::net::SocketAddr;

use http::{HeaderMap, HeaderName};
use ipnet::IpNet;

use crate::device::is_in;

/// Who a connection comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// What a proxy adds. Whoever stands behind one only looks as if they sat at this machine.
pub(super) const FORWARDED: [HeaderName; 6] = [
    HeaderName::from_static("forwarded"),
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-real-ip"),
    HeaderName::from_static("via"),
];

/// Who asks, by the word of proxies that are trusted: the last that none of them speaks for.
pub(super) fn peer_of(proxies: &[IpNet], peer: Peer, headers: &HeaderMap) -> Peer {
    // A proxy writes behind whatever somebody sent, letters of no alphabet included.
    let lines = headers.get_all("x-forwarded-for").iter();
    let told: Vec<&[u8]> =
        lines.flat_map(|line| line.as_bytes().split(|one| *one == b',')).collect();
    let mut known = peer.0.ip();
    for bytes in told.into_iter().rev() {
        let text = str::from_utf8(bytes.trim_ascii()).unwrap_or_default();
        let Some(address) = text.parse().ok().filter(|_| is_in(proxies, known)) else { break };
        known = address;
    }
    Peer(SocketAddr::new(known, peer.0.port()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_speak_for_others_as_far_as_they_are_trusted() {
        let proxies: Vec<IpNet> =
            ["127.0.0.1/32", "10.0.0.0/8"].map(|text| text.parse().expect("a network")).into();
        let ask = |peer: &str, told: &[&str]| {
            let name = HeaderName::from_static("x-forwarded-for");
            let told = told.iter().map(|text| (name.clone(), text.parse().expect("a value")));
            let mut headers = HeaderMap::new();
            told.for_each(|(name, value)| {
                headers.append(name, value);
            });
            let peer = Peer(peer.parse().expect("an address"));
            peer_of(&proxies, peer, &headers).0.ip().to_string()
        };
        assert_eq!(ask("127.0.0.1:1", &[]), "127.0.0.1");
        assert_eq!(ask("127.0.0.1:1", &["203.0.113.7"]), "203.0.113.7");
        assert_eq!(ask("127.0.0.1:1", &["203.0.113.7, 10.1.2.3"]), "203.0.113.7");
        assert_eq!(ask("127.0.0.1:1", &["203.0.113.7", "10.1.2.3"]), "203.0.113.7");
        // What somebody wrote there before the first proxy is their own word.
        assert_eq!(ask("127.0.0.1:1", &["192.0.2.1, 203.0.113.7"]), "203.0.113.7");
        assert_eq!(ask("192.0.2.9:1", &["203.0.113.7"]), "192.0.2.9");
        assert_eq!(ask("127.0.0.1:1", &["203.0.113.7, nonsense"]), "127.0.0.1");
        // Nobody hides behind the proxy by letters that it passes on.
        assert_eq!(ask("127.0.0.1:1", &["\u{e9}, 203.0.113.7"]), "203.0.113.7");
    }
}
