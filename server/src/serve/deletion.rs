//! An account that is deleted: the log tells of it exactly where it was done, and nothing warns.

use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use desk::{Account, AuditEvent, Role};
use http::{Method, StatusCode, header};
use tower::ServiceExt;
use tracing_subscriber::fmt;

use super::authorization::{Site, account, ask, asked};
use super::pairs::form;
use crate::{passwords, sessions};

const PASSWORD: &str = "correct horse battery";

/// Somebody with a password: their identity and their cookie.
async fn join(site: &Site, name: &str) -> (String, String) {
    let password = passwords::hash(PASSWORD.to_owned()).await.expect("a hash");
    let id = site.join(Account { password, role: Role::Admin, ..account(name) }).await;
    let cookie = sessions::cookie_for_test(&site.store, &id).await;
    (id, cookie)
}

async fn delete(site: &Site, cookie: &str) -> Response {
    let mut request = form("/account/delete", &[("present", PASSWORD)], 1);
    request.headers_mut().insert(header::COOKIE, cookie.parse().expect("a cookie"));
    site.router.clone().oneshot(request).await.expect("an answer")
}

fn led_to(answer: &Response) -> &str {
    answer.headers().get(header::LOCATION).expect("a page").to_str().expect("text")
}

async fn deletions(site: &Site, id: &str) -> usize {
    let log = site.store.audit_of(id, 20).await.expect("a log");
    log.iter().filter(|entry| entry.event == AuditEvent::Deleted).count()
}

/// Whether a browser takes a cookie of this name away for an answer.
fn takes_away(answer: &Response, name: &str) -> bool {
    let told = answer.headers().get(header::SET_COOKIE).map(|told| told.to_str().expect("text"));
    let Some((named, how)) = told.and_then(|told| told.split_once("=;")) else { return false };
    let has = |part: &str| how.split(';').any(|one| one.trim() == part);
    // RFC 6265bis, 4.1.3.2: what is not secure is no cookie of such a name.
    let is_heard = !name.starts_with("__Host-") || has("Secure");
    named == name && has("Max-Age=0") && has("Path=/") && is_heard
}

/// Somebody has their account deleted, whose browser has a cookie of this name.
async fn check_quiet(site: Site, name: &str) {
    let (id, cookie) = join(&site, "ada").await;
    let cookie = cookie.replacen("sid", name, 1);
    let file = tempfile::NamedTempFile::new().expect("a file");
    let lines = Arc::new(file.reopen().expect("a file"));
    let subscriber = fmt().with_writer(lines).with_max_level(tracing::Level::DEBUG).finish();
    // This test has one thread: whatever it asks for is done there.
    let _heard = tracing::subscriber::set_default(subscriber);
    let answer = delete(&site, &cookie).await;
    assert_eq!((answer.status(), led_to(&answer)), (StatusCode::SEE_OTHER, "/sign-in"));
    assert_eq!(deletions(&site, &id).await, 1);
    assert_eq!(site.store.account(&id).await.expect("read"), None);
    // As her browser goes on, with whatever cookie it was left.
    let cookie = (!takes_away(&answer, name)).then_some(cookie.as_str());
    let page = asked(&Method::GET, "/sign-in", "text/html", cookie);
    assert_eq!(ask(&site.router, page).await, StatusCode::OK);
    let told = std::fs::read_to_string(file.path()).expect("lines");
    assert!(told.contains("an account was deleted with all that it kept"), "{told}");
    assert!(!told.contains("WARN") && !told.contains("ERROR"), "{name}: {told}");
}

#[tokio::test]
async fn who_is_gone_is_in_the_log_and_nothing_warns() {
    check_quiet(Site::open().await, "sid").await;
    let by_https = Site::with(|configuration| {
        configuration.address = Some("https://localhost".parse().expect("an address"));
    });
    check_quiet(by_https.await, "__Host-sid").await;
}

/// Whoever is handed the desk over while their password is looked at is its owner when all is to
/// go, and stays.
#[tokio::test]
async fn who_cannot_go_at_the_last_moment_is_not_in_the_log() {
    let site = Site::open().await;
    let mut owner = site.store.account_named(&account("owner").email).await.expect("read");
    for (name, after_ms) in [("ada", 5), ("grace", 20), ("mary", 60)] {
        let (id, cookie) = join(&site, name).await;
        let before = owner.take().expect("an owner").id;
        let hand_over = async {
            tokio::time::sleep(Duration::from_millis(after_ms)).await;
            site.store.hand_over(&before, &id).await.expect("an answer")
        };
        let (answer, is_handed_over) = tokio::join!(delete(&site, &cookie), hand_over);
        let stays = site.store.account(&id).await.expect("read");
        assert_eq!(stays.is_some(), is_handed_over, "{name}");
        let (page, many) =
            if is_handed_over { ("/settings/data?problem=owner", 0) } else { ("/sign-in", 1) };
        assert_eq!((led_to(&answer), deletions(&site, &id).await), (page, many), "{name}");
        owner = match stays {
            Some(stays) => Some(stays),
            None => site.store.account(&before).await.expect("read"),
        };
    }
}
