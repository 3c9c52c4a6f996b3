//! How fast somebody may ask: a trader the API, and a network whatever is served to those who are
//! not signed in.

use std::num::NonZeroU32;
use std::sync::Arc;

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
/// What a network may ask at once without being signed in, and how much more each second: people at
/// one address who sign in at the opening bell, and nobody who looks for something.
const STRANGERS: u32 = 50;
const STRANGERS_A_SECOND: u32 = 10;
/// Networks that are remembered before those are forgotten that have waited long enough.
const NETWORKS_MAX: usize = 10_000;

/// Who asked how much, just now.
#[derive(Clone)]
pub(crate) struct Pace {
    traders: Arc<DefaultKeyedRateLimiter<OwnerId>>,
    strangers: Arc<DefaultKeyedRateLimiter<String>>,
}

impl Pace {
    /// Nobody has asked anything yet.
    pub(crate) fn new() -> Self {
        let quota = |at_once, a_second| {
            let of = |number| NonZeroU32::new(number).expect("not zero");
            Quota::per_second(of(a_second)).allow_burst(of(at_once))
        };
        Self {
            traders: Arc::new(RateLimiter::keyed(quota(QUESTIONS, QUESTIONS_A_SECOND))),
            strangers: Arc::new(RateLimiter::keyed(quota(STRANGERS, STRANGERS_A_SECOND))),
        }
    }

    /// The same, which lets a stranger ask no more while a test runs, however slowly it does.
    #[cfg(test)]
    pub(crate) fn without_more() -> Self {
        let hours = std::time::Duration::from_secs(100 * 3_600);
        let quota = Quota::with_period(hours).expect("a while");
        let quota = quota.allow_burst(NonZeroU32::new(STRANGERS).expect("not zero"));
        Self { strangers: Arc::new(RateLimiter::keyed(quota)), ..Self::new() }
    }

    /// Whether somebody may ask once more.
    pub(crate) fn may_ask(&self, owner: &OwnerId, path: &str) -> bool {
        !path.starts_with("/api/v1/") || self.traders.check_key(owner).is_ok()
    }

    /// Whether somebody who is not signed in may ask once more.
    pub(crate) fn may_stranger_ask(&self, peer: Option<&Peer>) -> bool {
        if NETWORKS_MAX < self.strangers.len() {
            self.strangers.retain_recent();
        }
        let network = peer.map(|Peer(address)| network_of(address.ip())).unwrap_or_default();
        self.strangers.check_key(&network).is_ok()
    }
}

/// The answer to a trader who asks too fast.
pub(crate) fn too_fast() -> Response {
    let why = "too many questions: 300 at once, then 30 a second";
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
