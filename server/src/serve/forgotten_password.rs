//! Whether an account exists is told neither by the answer to who asks for a code, nor by its time,
//! nor by the answer to a code; and a code is good once, for half an hour.

use std::time::Duration;

use axum::body::Body;
use desk::{AuditEvent, Role};
use http::{HeaderMap, Method, Request, StatusCode, header};
use testkit::mail_server::{MailServer, Speaks};
use tower::ServiceExt;

use super::authorization::{Site, account, asked, email};
use super::pairs::{Pairs, form, order};
use crate::clock::{now, stopwatch};
use crate::{passwords, sessions};

const OLD: &str = "correct horse battery";
const NEW: &str = "staple a letter box";
/// Pairs of questions, one of each for an account that there is.
const PAIRS: usize = 500;
/// Accounts that there are: each may be tried so often at once.
const KNOWN: usize = PAIRS / 10;

/// What is answered: status, head and body.
async fn answer(site: &Site, request: Request<Body>) -> (StatusCode, HeaderMap, Vec<u8>) {
    let answer = site.router.clone().oneshot(request).await.expect("an answer");
    let (mut parts, body) = answer.into_parts();
    // New in every answer, whoever asks.
    parts.headers.remove("content-security-policy");
    // What was typed, for whoever typed it, whoever it is.
    if let header::Entry::Occupied(cookies) = parts.headers.entry(header::SET_COOKIE) {
        let (_, all) = cookies.remove_entry_mult();
        let others: Vec<_> = all.filter(|one| !one.as_bytes().starts_with(b"typed=")).collect();
        parts.headers.extend(others.into_iter().map(|one| (header::SET_COOKIE, one)));
    }
    let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
    (parts.status, parts.headers, body.to_vec())
}

fn led_to(head: &HeaderMap) -> &str {
    head.get(header::LOCATION).expect("a page").to_str().expect("text")
}

/// Has the mails carried, and gives the code of the newest.
async fn code(site: &Site, server: &MailServer, many: usize) -> String {
    // It is written down after the answer.
    for _ in 0..2_000 {
        if server.taken().len() == many {
            break;
        }
        site.mails.clone().expect("mails").carry_now().await;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let taken = server.taken();
    assert_eq!(taken.len(), many, "{taken:?}");
    let lines = taken.last().expect("a mail").text.lines();
    let is_code = |line: &&str| line.len() == 19 && line.split('-').all(|four| four.len() == 4);
    lines.map(str::trim).find(is_code).expect("a code").to_owned()
}

async fn with_ada(server: &MailServer) -> (Site, String) {
    let site = Site::mailing(server).await;
    let password = passwords::hash(OLD.to_owned()).await.expect("a hash");
    let role = Role::Member;
    let id = site.join(desk::Account { password, role, ..account("ada") }).await;
    (site, id)
}

fn set_anew(name: &str, code: &str, from: usize) -> Request<Body> {
    let email = email(name);
    form("/account/reset", &[("email", &email), ("code", code), ("password", NEW)], from)
}

#[tokio::test]
async fn a_code_sets_a_password_anew_once_and_ends_every_sign_in() {
    let server = MailServer::start(Speaks::Plain).expect("a server");
    let (site, id) = with_ada(&server).await;
    let cookie = site.cookie_of("owner").await;
    let hers = sessions::cookie_for_test(&site.store, &id).await;
    let status = async |cookie: &str| {
        let request = asked(&Method::GET, "/api/v1/symbols", "*/*", Some(cookie));
        answer(&site, request).await.0
    };
    assert_eq!(status(&hers).await, StatusCode::OK);
    let ask = || form("/account/forgot", &[("email", " Ada@Example.com")], 1);
    assert_eq!(led_to(&answer(&site, ask()).await.1), "/reset?done=sent");
    let first = code(&site, &server, 1).await;
    answer(&site, ask()).await;
    let second = code(&site, &server, 2).await;
    assert_ne!(first, second);
    for (name, code, why) in [
        ("ada", first.as_str(), "a newer one ended it"),
        ("ada", "abcd-efgh-jkmn-pqrs", "it is none"),
        ("ada", "", "it is none"),
        ("owner", second.as_str(), "it is another's"),
    ] {
        let (_, head, _) = answer(&site, set_anew(name, code, 1)).await;
        assert_eq!(led_to(&head), "/reset?problem=reset-code", "{why}");
    }
    let weak = [("email", "ada@example.com"), ("code", &second), ("password", "password1")];
    let (_, head, _) = answer(&site, form("/account/reset", &weak, 1)).await;
    assert_eq!(led_to(&head), "/reset?problem=common", "the code is not used up by it");
    // However it is written.
    let typed = second.to_uppercase().replace('-', " ");
    let (_, head, _) = answer(&site, set_anew("ada", &typed, 1)).await;
    assert_eq!(led_to(&head), "/sign-in?done=reset");
    assert_eq!(status(&hers).await, StatusCode::UNAUTHORIZED, "she is signed out");
    assert_eq!(status(&cookie).await, StatusCode::OK, "and nobody else");
    let (_, head, _) = answer(&site, set_anew("ada", &second, 1)).await;
    assert_eq!(led_to(&head), "/reset?problem=reset-code", "it was used");
    let log = site.store.audit_of(&id, 20).await.expect("a log");
    let events: Vec<AuditEvent> = log.into_iter().map(|entry| entry.event).collect();
    for event in [AuditEvent::CodeSent, AuditEvent::PasswordMailed, AuditEvent::Refused] {
        assert!(events.contains(&event), "{event} is not in {events:?}");
    }
    let signing = async |password: &str| {
        let fields = [("email", "ada@example.com"), ("password", password)];
        let (_, head, _) = answer(&site, form("/account/sign-in", &fields, 2)).await;
        led_to(&head).to_owned()
    };
    assert_eq!(signing(NEW).await, "/");
    assert_eq!(signing(OLD).await, "/sign-in?problem=wrong&next=%2F");
}

#[tokio::test]
async fn a_code_ends_after_half_an_hour() {
    let server = MailServer::start(Speaks::Plain).expect("a server");
    let (site, _) = with_ada(&server).await;
    answer(&site, form("/account/forgot", &[("email", "ada@example.com")], 1)).await;
    let code = code(&site, &server, 1).await;
    // As the desk's own loop finds it, half an hour later.
    let later = now() + market::Span::minutes(31);
    site.store.remove_ended_mails(later).await.expect("forgotten");
    let (_, head, _) = answer(&site, set_anew("ada", &code, 1)).await;
    assert_eq!(led_to(&head), "/reset?problem=reset-code");
}

#[tokio::test]
async fn nobodys_letter_box_is_filled_by_others() {
    let server = MailServer::start(Speaks::Plain).expect("a server");
    let (site, id) = with_ada(&server).await;
    let mut led = Vec::new();
    // Four elsewhere, then one place alone.
    for from in [1, 2, 3, 4].into_iter().chain([9; 12]) {
        let request = form("/account/forgot", &[("email", "ada@example.com")], from);
        led.push(led_to(&answer(&site, request).await.1).to_owned());
    }
    // The same as for an address that nobody has: who asks too often waits, and nobody else.
    assert!(led[..14].iter().all(|to| to == "/reset?done=sent"), "{led:?}");
    assert!(led[14..].iter().all(|to| to == "/forgot?problem=wait"), "{led:?}");
    let request = form("/account/forgot", &[("email", "ada@example.com")], 5);
    assert_eq!(led_to(&answer(&site, request).await.1), "/reset?done=sent");
    let mut sent = 0;
    for _ in 0..2_000 {
        let log = site.store.audit_of(&id, 50).await.expect("a log");
        sent = log.iter().filter(|entry| entry.event == AuditEvent::CodeSent).count();
        if sent == 5 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(sent, 5, "five at once, and one every twelve minutes");
    assert_eq!(site.store.waiting_mails().await.expect("a count"), 1, "the newest alone");
}

#[tokio::test]
async fn known_and_unknown_addresses_are_answered_alike_and_as_fast() {
    let server = MailServer::start(Speaks::Plain).expect("a server");
    let site = Site::mailing(&server).await;
    for n in 0..KNOWN {
        let role = Role::Member;
        site.join(desk::Account { role, ..account(&format!("known{n}")) }).await;
    }
    let mut pairs = Pairs::default();
    for pair in 0..PAIRS {
        let names = [format!("known{}", pair % KNOWN), format!("unknown{pair}")];
        let mut took = [Duration::ZERO; 2];
        let mut answers = Vec::new();
        for side in order(pair) {
            let email = email(&names[side]);
            let request = form("/account/forgot", &[("email", &email)], 2 * pair + side);
            let began = stopwatch();
            let answered = answer(&site, request).await;
            took[side] = began.elapsed();
            assert_eq!(led_to(&answered.1), "/reset?done=sent");
            answers.push(answered);
            // What is done for a known one afterwards is not the next one's time.
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        assert_eq!(answers[0], answers[1], "to the byte");
        pairs.add(took);
    }
    pairs.check_alike();
    // A wrong code is answered alike as well.
    let wrong = async |name: &str, from| answer(&site, set_anew(name, "abcd", from)).await;
    assert_eq!(wrong("known0", 3_000).await, wrong("unknown0", 3_001).await);
}
