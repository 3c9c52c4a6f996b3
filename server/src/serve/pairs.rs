//! Whether two kinds of question are answered as fast: asked in pairs, one of each.

use std::time::Duration;

use axum::body::Body;
use http::{HeaderValue, Method, Request, header};

use super::authorization::asked;

/// How long the answers of each pair took.
#[derive(Default)]
pub(super) struct Pairs {
    slower: usize,
    differences_ms: Vec<f64>,
}

/// A form from a network of its own, or they would have to wait.
pub(super) fn form(path: &str, fields: &[(&str, &str)], from: usize) -> Request<Body> {
    let mut request = asked(&Method::POST, path, "text/html", None);
    let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
    request.headers_mut().insert(header::CONTENT_TYPE, kind);
    let network = format!("10.{}.{}.1", from / 256, from % 256);
    let network = HeaderValue::from_str(&network).expect("an address");
    request.headers_mut().insert("x-forwarded-for", network);
    *request.body_mut() = Body::from(serde_urlencoded::to_string(fields).expect("a form"));
    request
}

/// Who comes first changes from pair to pair, so that a machine that grows slower favours nobody.
pub(super) fn order(pair: usize) -> [usize; 2] {
    if pair.is_multiple_of(2) { [0, 1] } else { [1, 0] }
}

impl Pairs {
    /// Takes in how long a known one and an unknown one took.
    pub(super) fn add(&mut self, [known, unknown]: [Duration; 2]) {
        self.slower += usize::from(unknown < known);
        self.differences_ms.push((known.as_secs_f64() - unknown.as_secs_f64()) * 1e3);
    }

    /// Fails where one kind is told from the other by its time.
    #[track_caller]
    pub(super) fn check_alike(mut self) {
        self.differences_ms.sort_by(f64::total_cmp);
        let median = self.differences_ms[self.differences_ms.len() / 2];
        // Of two that are alike the known one is slower every other time: 4.5 deviations of 500
        // tosses are a tenth. Less than half a millisecond nobody measures through a network.
        #[expect(clippy::cast_precision_loss, reason = "500")]
        let share = self.slower as f64 / self.differences_ms.len() as f64;
        let is_alike = (share - 0.5).abs() < 0.1 || median.abs() < 0.5;
        assert!(
            is_alike,
            "known ones are slower {share} of the times, by {median} ms in the middle"
        );
    }
}
