//! Who guesses waits; who is guessed at does not.

use axum::body::Body;
use desk::Role;
use http::{Request, header};
use tower::ServiceExt;

use super::authorization::{Site, account};
use super::pairs::form;
use crate::passwords;

const OLD: &str = "correct horse battery";
const NEW: &str = "staple a letter box";

/// Where an answer leads, and the cookie that it gives.
async fn led(site: &Site, request: Request<Body>) -> (String, Option<String>) {
    let answer = site.router.clone().oneshot(request).await.expect("an answer");
    let told = |name| answer.headers().get(name).map(|value| value.to_str().expect("text"));
    let cookie = told(header::SET_COOKIE).and_then(|text| text.split(';').next());
    (told(header::LOCATION).unwrap_or_default().to_owned(), cookie.map(str::to_owned))
}

async fn sign_in(site: &Site, password: &str, from: usize) -> (String, Option<String>) {
    let fields = [("email", "ada@example.com"), ("password", password)];
    led(site, form("/account/sign-in", &fields, from)).await
}

#[tokio::test]
async fn who_guesses_from_one_place_leaves_tries_to_others() {
    let site = Site::behind_a_proxy().await;
    let password = passwords::hash(OLD.to_owned()).await.expect("a hash");
    site.join(desk::Account { password, role: Role::Member, ..account("ada") }).await;
    let (to, cookie) = sign_in(&site, OLD, 2).await;
    assert_eq!(to, "/");
    for tried in 0..14 {
        let (to, _) = sign_in(&site, "x", 1).await;
        let expected = if tried < 10 { "wrong" } else { "wait" };
        assert_eq!(to, format!("/sign-in?problem={expected}&next=%2F"), "{tried}");
    }
    // She signs in elsewhere, and whoever is signed in proves who they are.
    assert_eq!(sign_in(&site, OLD, 3).await.0, "/");
    let change = [("present", OLD), ("password", NEW)];
    let mut request = form("/account/password", &change, 4);
    let cookie = cookie.expect("a cookie").parse().expect("a value");
    request.headers_mut().insert(header::COOKIE, cookie);
    assert_eq!(led(&site, request).await.0, "/settings/security?done=password");
    // From many places at once no more than a hundred are free.
    let mut free = 0;
    for from in 10..30 {
        for _ in 0..10 {
            free += usize::from(!sign_in(&site, "x", from).await.0.contains("wait"));
        }
    }
    assert!((80..100).contains(&free), "{free}");
}
