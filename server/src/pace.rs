//! How fast somebody may ask: a trader the API, their screens what they show, and a network
//! whatever is served to those who are not signed in.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use app::AccountPage;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use desk::OwnerId;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use http::{StatusCode, header};

use crate::accounts::page;
use crate::device::network_of;
use crate::rest::Problem;
use crate::sessions::{Peer, is_for_a_person};

/// Questions to the API that a trader may ask at once, and how many more each second.
const QUESTIONS: u32 = 300;
const QUESTIONS_A_SECOND: u32 = 30;
/// What a trader's open screens may ask at once, and how much more each second: a dozen windows of
/// four charts that are all loaded anew, and no program that asks as screens do, of which some
/// answers keep a tape busy for long.
const SCREENS: u32 = 600;
const SCREENS_A_SECOND: u32 = 60;
/// What a network may ask at once without being signed in, and how much more each second: people at
/// one address who sign in at the opening bell, and nobody who looks for something.
const STRANGERS: u32 = 50;
const STRANGERS_A_SECOND: u32 = 10;
/// Buckets that are kept before those that are full again are forgotten.
const BUCKETS_MAX: usize = 10_000;

/// A bucket of tokens for each who asks, full at first.
#[derive(Clone)]
pub(crate) struct Buckets<K: Clone + Eq + Hash>(Arc<DefaultKeyedRateLimiter<K>>);

impl<K: Clone + Eq + Hash> Buckets<K> {
    /// So many tokens in each, of which one comes back every so often.
    pub(crate) fn new(most: u32, every: Duration) -> Self {
        let most = NonZeroU32::new(most).expect("not zero");
        let quota = Quota::with_period(every).expect("a while").allow_burst(most);
        Self(Arc::new(RateLimiter::keyed(quota)))
    }

    /// Takes a token out of somebody's; whether there was one.
    pub(crate) fn take(&self, who: &K) -> bool {
        if BUCKETS_MAX < self.0.len() {
            self.0.retain_recent();
        }
        self.0.check_key(who).is_ok()
    }
}

/// Who asked how much, just now.
#[derive(Clone)]
pub(crate) struct Pace {
    traders: Buckets<OwnerId>,
    screens: Buckets<OwnerId>,
    strangers: Buckets<String>,
}

impl Pace {
    /// Nobody has asked anything yet.
    pub(crate) fn new() -> Self {
        let second = Duration::from_secs(1);
        Self {
            traders: Buckets::new(QUESTIONS, second / QUESTIONS_A_SECOND),
            screens: Buckets::new(SCREENS, second / SCREENS_A_SECOND),
            strangers: Buckets::new(STRANGERS, second / STRANGERS_A_SECOND),
        }
    }

    /// The same, which lets a stranger ask no more while a test runs, however slowly it does.
    #[cfg(test)]
    pub(crate) fn without_more() -> Self {
        let hours = Duration::from_secs(100 * 3_600);
        Self { strangers: Buckets::new(STRANGERS, hours), ..Self::new() }
    }

    /// What somebody is answered who asks too fast; nothing where they may ask once more.
    pub(crate) fn refusal(&self, owner: &OwnerId, path: &str) -> Option<Response> {
        if path.starts_with("/api/v1/") || path.starts_with("/api/levels/") {
            let why = "too many questions: 300 at once, then 30 a second";
            return (!self.traders.take(owner)).then(|| too_fast(why));
        }
        if path.starts_with("/api/") {
            let why = "too many questions of screens: 600 at once, then 60 a second";
            return (!self.screens.take(owner)).then(|| too_fast(why));
        }
        None
    }

    /// Whether somebody who is not signed in may ask once more.
    pub(crate) fn may_stranger_ask(&self, peer: Option<&Peer>) -> bool {
        let network = peer.map(|Peer(address)| network_of(address.ip())).unwrap_or_default();
        self.strangers.take(&network)
    }
}

/// The answer to a trader who asks too fast.
fn too_fast(why: &str) -> Response {
    ([(header::RETRY_AFTER, "1")], Problem::new(StatusCode::TOO_MANY_REQUESTS, why)).into_response()
}

/// The answer to a stranger who asks too fast.
pub(crate) fn too_fast_for_strangers(request: &Request) -> Response {
    let status = StatusCode::TOO_MANY_REQUESTS;
    let wait = [(header::RETRY_AFTER, "5")];
    if is_for_a_person(request) {
        return (status, wait, page(request.headers(), AccountPage::TooFast, "")).into_response();
    }
    let why = "too many questions without being signed in: 50 at once, then 10 a second";
    (wait, Problem::new(status, why)).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    fn owner(name: &str) -> OwnerId {
        OwnerId::read(name.to_owned())
    }

    /// Gives nobody anything back while a test runs, however slowly it does.
    fn pace() -> Pace {
        let hours = Duration::from_secs(100 * 3_600);
        Pace {
            traders: Buckets::new(QUESTIONS, hours),
            screens: Buckets::new(SCREENS, hours),
            ..Pace::new()
        }
    }

    #[tokio::test]
    async fn programs_and_screens_are_paced_each_for_themselves_and_so_is_everybody() {
        let pace = pace();
        let (ada, bob) = (owner("ada"), owner("bob"));
        for (most, path, other, told) in [
            (QUESTIONS, "/api/v1/levels/SPX", "/api/levels/read", "300 at once, then 30"),
            (SCREENS, "/api/option-levels/read", "/api/bars/read", "600 at once, then 60"),
        ] {
            for n in 0..most {
                let path = if n % 2 == 0 { path } else { other };
                assert!(pace.refusal(&ada, path).is_none(), "{path}, the {n}th");
            }
            for path in [path, other] {
                let refusal = pace.refusal(&ada, path).expect("a refusal");
                assert_eq!(refusal.status(), StatusCode::TOO_MANY_REQUESTS, "{path}");
                assert_eq!(refusal.headers()[header::RETRY_AFTER], "1", "{path}");
                let text = to_bytes(refusal.into_body(), 1 << 20).await.expect("a text");
                let text = String::from_utf8_lossy(&text).into_owned();
                assert!(text.contains(told), "{text}");
                assert!(pace.refusal(&bob, path).is_none(), "{path} of another");
            }
        }
        // Whoever is told to wait still has their pages, and the stream.
        for path in ["/chart/SPX", "/stream", "/settings/appearance", "/apis"] {
            assert!(pace.refusal(&ada, path).is_none(), "{path}");
        }
    }
}
