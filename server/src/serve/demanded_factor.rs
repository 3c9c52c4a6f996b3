//! Where everybody has a second factor, who has none is led to set one up, and answered nothing
//! else.

use desk::{ApiKey, Role, Scope};
use http::{Method, StatusCode, header};
use sha2::{Digest, Sha256};
use tower::ServiceExt;

use super::authorization::{Site, ask, asked};
use super::every_route::every_closed_route;
use crate::clock::now;

/// What is answered before.
const STEPS: [&str; 5] = [
    "/account/first-password",
    "/account/second-factor",
    "/account/second-factor/begin",
    "/account/second-factor/confirm",
    "/account/sign-out",
];

#[tokio::test]
async fn without_a_second_factor_nothing_is_answered_where_everybody_has_one() {
    let site = Site::demanding().await;
    for role in Role::ALL {
        let cookie = site.cookie_of(role.as_str()).await;
        for (method, path) in every_closed_route() {
            if STEPS.contains(&path.as_str()) {
                continue;
            }
            let asked = |accept| asked(&method, &path, accept, Some(&cookie));
            let status = ask(&site.router, asked("*/*")).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{method} {path} of an {role}");
            let answer = site.router.clone().oneshot(asked("text/html")).await.expect("an answer");
            let is_led = method == Method::GET && !path.starts_with("/api/");
            let expected = if is_led { StatusCode::SEE_OTHER } else { StatusCode::FORBIDDEN };
            assert_eq!(answer.status(), expected, "{method} {path} of an {role}");
            if is_led {
                let to = answer.headers().get(header::LOCATION).expect("a page");
                assert_eq!(to, "/account/second-factor", "{path}");
            }
        }
        let page = asked(&Method::GET, "/account/second-factor", "text/html", Some(&cookie));
        assert_eq!(ask(&site.router, page).await, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_key_opens_once_its_account_has_a_second_factor() {
    let site = Site::demanding().await;
    let owner = site.store.people(now()).await.expect("people").remove(0).account;
    let key = "volaris_abcdefgh";
    let kept = ApiKey {
        id: String::new(),
        account: owner.id.clone(),
        name: "robot".to_owned(),
        scope: Scope::Read,
        hash: hex::encode(Sha256::digest(key)),
        tail: "efgh".to_owned(),
        made_at: now(),
        used_at: None,
    };
    site.store.add_api_key(&kept, 5).await.expect("kept").expect("a key");
    let answer = async || {
        let mut request = asked(&Method::GET, "/api/v1/symbols", "*/*", None);
        let bearer = http::HeaderValue::from_str(&format!("Bearer {key}")).expect("a header");
        request.headers_mut().insert(header::AUTHORIZATION, bearer);
        let answer = site.router.clone().oneshot(request).await.expect("an answer");
        let status = answer.status();
        let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.expect("a body");
        (status, String::from_utf8(body.to_vec()).expect("text"))
    };
    let (status, problem) = answer().await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(problem.contains("set one up at /account/second-factor"), "{problem}");
    // One that is not proved yet is none.
    site.store.begin_second_factor(&owner.id, "sealed").await.expect("begun");
    assert_eq!(answer().await.0, StatusCode::FORBIDDEN);
    site.store.confirm_second_factor(&owner.id, 1, &[]).await.expect("proved");
    assert_eq!(answer().await.0, StatusCode::OK);
    site.store.remove_second_factor(&owner.id).await.expect("removed");
    assert_eq!(answer().await.0, StatusCode::FORBIDDEN);
}
