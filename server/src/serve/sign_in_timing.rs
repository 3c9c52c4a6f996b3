//! Whether an account exists is not told by how long a refusal takes.

use std::time::Duration;

use axum::body::Body;
use http::{Request, StatusCode, header};
use tower::ServiceExt;

use super::authorization::{Site, account, email};
use super::pairs::{Pairs, form, order};
use crate::clock::stopwatch;
use crate::passwords;

/// Tries in all, half of them for accounts that there are.
const TRIES: usize = 1_000;
/// Accounts that there are: each may be tried so often at once.
const KNOWN: usize = TRIES / 2 / 10;

fn try_of(n: usize, name: &str) -> Request<Body> {
    let email = email(name);
    form("/account/sign-in", &[("email", &email), ("password", "wrong horse battery")], n)
}

#[tokio::test]
async fn known_and_unknown_accounts_are_refused_as_fast() {
    let site = Site::behind_a_proxy().await;
    let password = passwords::hash("correct horse battery".to_owned()).await.expect("a hash");
    for n in 0..KNOWN {
        let account = account(&format!("known{n}"));
        site.join(desk::Account { password: password.clone(), ..account }).await;
    }
    let mut pairs = Pairs::default();
    for pair in 0..TRIES / 2 {
        let names = [format!("known{}", pair % KNOWN), format!("unknown{pair}")];
        let mut took = [Duration::ZERO; 2];
        for side in order(pair) {
            let request = try_of(2 * pair + side, &names[side]);
            let began = stopwatch();
            let answer = site.router.clone().oneshot(request).await.expect("an answer");
            took[side] = began.elapsed();
            assert_eq!(answer.status(), StatusCode::SEE_OTHER);
            let to = answer.headers().get(header::LOCATION).expect("a page").to_str();
            assert_eq!(to.expect("text"), "/sign-in?problem=wrong&next=%2F");
        }
        pairs.add(took);
    }
    pairs.check_alike();
}
