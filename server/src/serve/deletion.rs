//! An account that is deleted: the log tells of it exactly where it was done.

use std::time::Duration;

use axum::response::Response;
use desk::{Account, AuditEvent, Role};
use http::header;
use tower::ServiceExt;

use super::authorization::{Site, account};
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
