//! Whether an account exists is not told by how long a refusal takes.

use std::time::Duration;

use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use tower::ServiceExt;

use super::authorization::{Site, account, asked, email};
use crate::clock::stopwatch;
use crate::passwords;

/// Tries in all, half of them for accounts that there are.
const TRIES: usize = 1_000;
/// Accounts that there are: each may be tried so often at once.
const KNOWN: usize = TRIES / 2 / 10;

fn try_of(n: usize, name: &str) -> Request<Body> {
    let form = format!("email={}&password=wrong+horse+battery", email(name).replace('@', "%40"));
    let mut request = asked(&Method::POST, "/account/sign-in", "text/html", None);
    let kind = http::HeaderValue::from_static("application/x-www-form-urlencoded");
    request.headers_mut().insert(header::CONTENT_TYPE, kind);
    // Each from a network of its own, or they would have to wait.
    let from = format!("10.{}.{}.1", n / 256, n % 256);
    let from = http::HeaderValue::from_str(&from).expect("an address");
    request.headers_mut().insert("x-forwarded-for", from);
    *request.body_mut() = Body::from(form);
    request
}

#[tokio::test]
async fn known_and_unknown_accounts_are_refused_as_fast() {
    let site = Site::behind_a_proxy().await;
    let password = passwords::hash("correct horse battery".to_owned()).await.expect("a hash");
    for n in 0..KNOWN {
        let account = account(&format!("known{n}"));
        site.join(desk::Account { password: password.clone(), ..account }).await;
    }
    let mut slower = 0_usize;
    let mut differences: Vec<f64> = Vec::with_capacity(TRIES / 2);
    for pair in 0..TRIES / 2 {
        let names = [format!("known{}", pair % KNOWN), format!("unknown{pair}")];
        let mut took = [Duration::ZERO; 2];
        // Who comes first changes, so that a machine that grows slower favours nobody.
        for side in if pair % 2 == 0 { [0, 1] } else { [1, 0] } {
            let request = try_of(2 * pair + side, &names[side]);
            let began = stopwatch();
            let answer = site.router.clone().oneshot(request).await.expect("an answer");
            took[side] = began.elapsed();
            assert_eq!(answer.status(), StatusCode::SEE_OTHER);
            let to = answer.headers().get(header::LOCATION).expect("a page").to_str();
            assert_eq!(to.expect("text"), "/sign-in?problem=wrong&next=%2F");
        }
        slower += usize::from(took[1] < took[0]);
        differences.push((took[0].as_secs_f64() - took[1].as_secs_f64()) * 1e3);
    }
    differences.sort_by(f64::total_cmp);
    let median = differences[differences.len() / 2];
    // Of two that are alike the known one is slower every other time: 4.5 deviations of 500 tosses
    // are a tenth. Less than half a millisecond nobody measures through a network.
    #[expect(clippy::cast_precision_loss, reason = "500")]
    let share = slower as f64 / differences.len() as f64;
    let is_alike = (share - 0.5).abs() < 0.1 || median.abs() < 0.5;
    assert!(is_alike, "known ones are slower {share} of the times, by {median} ms in the middle");
}
