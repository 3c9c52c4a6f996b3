//! A letter that waits for the mail server goes with the invitation that it tells of.

use axum::body::Body;
use http::{HeaderValue, Request, StatusCode, header};
use market::Span;
use testkit::mail_server::{MailServer, Manner, Speaks};
use tower::ServiceExt;

use super::authorization::{Site, ask, email};
use super::pairs::form;

/// What a leader sends from the page of people.
fn led(path: &str, fields: &[(&str, &str)], cookie: &str) -> Request<Body> {
    let mut request = form(path, fields, 1);
    request.headers_mut().insert(header::COOKIE, HeaderValue::from_str(cookie).expect("a header"));
    request
}

#[tokio::test]
async fn who_is_not_asked_in_any_more_gets_no_letter() {
    let server = MailServer::start(Speaks::Plain).expect("a server");
    let site = Site::mailing(&server).await;
    let mails = site.mails.clone().expect("mails");
    let owner = site.cookie_of("owner").await;
    let invite = async |name: &str| {
        let email = email(name);
        let fields = [("email", email.as_str()), ("role", "member"), ("by_mail", "on")];
        let asked = ask(&site.router, led("/people/invite", &fields, &owner)).await;
        assert_eq!(asked, StatusCode::OK, "{name}");
    };
    let take_back = async |name: &str| {
        let email = email(name);
        let asked = led("/people/uninvite", &[("email", email.as_str())], &owner);
        let answer = site.router.clone().oneshot(asked).await.expect("an answer");
        assert_eq!(answer.headers()[header::LOCATION], "/people", "{name}");
    };
    let waiting = async || site.store.waiting_mails().await.expect("a count");
    for name in ["bob", "cy", "dee"] {
        invite(name).await;
    }
    // The mail server is away.
    server.will([Manner::HangsUp; 3]);
    mails.carry_now().await;
    assert_eq!((server.connections(), waiting().await), (3, 3));
    take_back("bob").await;
    assert_eq!(waiting().await, 2);
    invite("cy").await;
    assert_eq!(waiting().await, 2, "the newer one is in the place of the other");
    // It is there again.
    mails.carry_in(Span::minutes(1)).await;
    let mut told: Vec<String> = server.taken().into_iter().flat_map(|one| one.to).collect();
    told.sort_unstable();
    assert_eq!(told, [email("cy"), email("dee")]);
    // A letter that was read is nobody's to take back: its code is worth nothing, that is all.
    take_back("dee").await;
    assert_eq!(waiting().await, 0);
}
