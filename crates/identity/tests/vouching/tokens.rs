//! Keys that are published: kept, asked for seldom, and followed when they change.

use desk::{IdentityError, TokenReader};
use identity::{TokenKeys, TokenSettings, Tokens};
use market::{Moment, Span};
use serde_json::json;

use super::server::{Server, Signer, at_once, set};

const START: Moment = Moment(1_800_000_000_000_000);
const ISSUER: &str = "https://issuer.example";

fn tokens(keys: TokenKeys) -> Result<Tokens, IdentityError> {
    Tokens::open(TokenSettings {
        issuer: ISSUER.to_owned(),
        audience: "desk".to_owned(),
        keys,
        emails_are_verified: false,
    })
}

fn published(server: &Server) -> Tokens {
    tokens(TokenKeys::Published(format!("{}/keys", server.address))).unwrap()
}

fn claims(ends: Moment) -> serde_json::Value {
    json!({ "iss": ISSUER, "aud": "desk", "sub": "1", "exp": ends.0 / 1_000_000 })
}

#[tokio::test]
async fn a_new_key_is_found_and_asked_for_once_a_minute() {
    let (server, first, second) = (Server::start(), Signer::new("1"), Signer::new("2"));
    server.put("/keys", set(&[&first]));
    let tokens = published(&server);
    let ends = START + Span::hours(9);
    let reads = async |signer: &Signer, after: Span| {
        tokens.read(&signer.sign(&claims(ends)), START + after).await.is_ok()
    };
    assert!(reads(&first, Span(0)).await);
    server.put("/keys", set(&[&second]));
    // A minute has to pass, however many ask.
    for seconds in [1, 30, 59] {
        assert!(!reads(&second, Span::seconds(seconds)).await, "{seconds}");
    }
    assert!(reads(&first, Span::seconds(59)).await);
    assert_eq!(server.asked("/keys"), 1);
    assert!(reads(&second, Span::seconds(60)).await);
    assert_eq!(server.asked("/keys"), 2);
    // The one that was taken out of the set signs nothing any more.
    assert!(!reads(&first, Span::seconds(61)).await);
    assert!(!reads(&first, Span::seconds(200)).await);
}

#[tokio::test]
async fn last_keys_count_an_hour_while_the_issuer_is_away() {
    let (server, signer) = (Server::start(), Signer::new("1"));
    let tokens = published(&server);
    let token = signer.sign(&claims(START + Span::hours(9)));
    let at = async |after: Span| tokens.read(&token, START + after).await;
    assert!(matches!(at(Span(0)).await, Err(IdentityError::Away { .. })));
    server.put("/keys", set(&[&signer]));
    assert!(at(Span::minutes(1)).await.is_ok());
    server.take("/keys");
    assert!(at(Span::minutes(30)).await.is_ok());
    assert!(at(Span::minutes(60)).await.is_ok());
    assert!(matches!(at(Span::minutes(62)).await, Err(IdentityError::Away { .. })));
}

#[tokio::test]
async fn keys_that_do_not_come_are_waited_for_once_by_all() {
    let (server, signer) = (Server::start(), Signer::new("1"));
    let tokens = published(&server);
    let token = signer.sign(&claims(START + Span::hours(9)));
    server.hold();
    let crowd = at_once((0..16).map(|_| tokens.read(&token, START)));
    let (read, ()) = tokio::join!(crowd, async {
        server.until_asked("/keys", 1).await;
        server.release();
    });
    for one in read {
        assert!(matches!(one, Err(IdentityError::Away { .. })));
    }
    assert_eq!(server.asked("/keys"), 1);
}

#[tokio::test]
async fn who_leaves_makes_no_token_a_bad_one() {
    let (server, signer) = (Server::start(), Signer::new("1"));
    let tokens = published(&server);
    let token = signer.sign(&claims(START + Span::hours(9)));
    server.put("/keys", set(&[&signer]));
    server.hold();
    tokio::select! {
        biased;
        _ = tokens.read(&token, START) => panic!("nothing was answered"),
        () = server.until_asked("/keys", 1) => server.release(),
    }
    // Whoever comes next has the keys that the other one asked for.
    assert!(tokens.read(&token, START).await.is_ok());
    server.until_asked("/keys", 1).await;
}

#[tokio::test]
async fn half_a_minute_of_a_wrong_clock_is_borne() {
    let (server, signer) = (Server::start(), Signer::new("1"));
    server.put("/keys", set(&[&signer]));
    let tokens = published(&server);
    let mut told = claims(START);
    for (after, expected) in [(0, true), (29, true), (30, false), (31, false)] {
        let read = tokens.read(&signer.sign(&told), START + Span::seconds(after)).await;
        assert_eq!(read.is_ok(), expected, "{after} s after its end");
    }
    told["nbf"] = json!(START.0 / 1_000_000 - 10);
    for (before, expected) in [(30, true), (40, true), (41, false)] {
        let read = tokens.read(&signer.sign(&told), START - Span::seconds(before)).await;
        assert_eq!(read.is_ok(), expected, "{before} s before its end");
    }
}

#[test]
fn what_protects_nothing_is_no_setting() {
    assert!(tokens(TokenKeys::Secret("x".repeat(31))).is_err());
    assert!(tokens(TokenKeys::Secret("x".repeat(32))).is_ok());
    assert!(tokens(TokenKeys::Published("http://issuer.example/keys".to_owned())).is_err());
    assert!(tokens(TokenKeys::Published("https://issuer.example/keys".to_owned())).is_ok());
}
