//! An issuer that changes its keys while people are on their way.

use desk::{Arrival, IdentityError, IdentityProvider, Vouched};
use identity::{Issuer, IssuerSettings};
use market::{Moment, Span};
use serde_json::{Value, json};

use super::server::{Server, Signer, at_once, set};

const START: Moment = Moment(1_800_000_000_000_000);
const DISCOVERY: &str = "/.well-known/openid-configuration";
/// People who sign in at the same time.
const CROWD: usize = 16;

fn open(server: &Server) -> Issuer {
    let issuer = server.address.clone();
    let places = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    });
    server.put(DISCOVERY, places);
    Issuer::open(IssuerSettings {
        name: "Mock".to_owned(),
        issuer,
        client_id: "desk".to_owned(),
        client_secret: None,
        back: "http://127.0.0.1:3000/sign-in/back".to_owned(),
    })
    .unwrap()
}

/// Leaves and comes back at one moment; `change` is done to what the issuer says.
async fn walk(
    (server, issuer, signer): (&Server, &Issuer, &Signer),
    now: Moment,
    change: impl Fn(&mut Value),
) -> Result<Vouched, IdentityError> {
    let departure = issuer.begin(now).await?;
    let part = |name: &str| {
        let found = departure.address.split(['?', '&']).find_map(|one| one.strip_prefix(name));
        found.unwrap().to_owned()
    };
    let seconds = now.0 / 1_000_000;
    let mut claims = json!({
        "iss": server.address, "aud": "desk", "sub": "1", "iat": seconds, "exp": seconds + 60,
        "nonce": part("nonce="), "email": "Ada@Example.com", "email_verified": "true",
    });
    change(&mut claims);
    let told =
        json!({ "access_token": "a", "token_type": "Bearer", "id_token": signer.sign(&claims) });
    server.put("/token", told);
    let arrival = Arrival { code: "c".to_owned(), state: part("state="), ..Arrival::default() };
    issuer.finish(&departure.secret, &arrival, now).await
}

#[tokio::test]
async fn a_key_that_is_new_is_looked_for() {
    let (server, first, second) = (Server::start(), Signer::new("1"), Signer::new("2"));
    server.put("/keys", set(&[&first]));
    let issuer = open(&server);
    let ada = walk((&server, &issuer, &first), START, |_| {}).await.unwrap();
    assert_eq!((ada.issuer.as_str(), ada.subject.as_str()), (server.address.as_str(), "1"));
    assert_eq!(ada.email.as_deref(), Some("ada@example.com"));
    server.put("/keys", set(&[&second]));
    let later = |seconds| START + Span::seconds(seconds);
    let early = walk((&server, &issuer, &second), later(30), |_| {}).await;
    assert!(matches!(early, Err(IdentityError::Untrusted(_))));
    assert_eq!(server.asked("/keys"), 1, "no more than once a minute");
    assert!(walk((&server, &issuer, &second), later(90), |_| {}).await.is_ok());
    assert_eq!(server.asked("/keys"), 2);
}

#[tokio::test]
async fn clocks_may_be_half_a_minute_apart() {
    let (server, signer) = (Server::start(), Signer::new("1"));
    server.put("/keys", set(&[&signer]));
    let issuer = open(&server);
    let seconds = START.0 / 1_000_000;
    for (name, offset, expected) in [
        ("exp", -29, true),
        ("exp", -30, false),
        ("iat", 30, true),
        ("iat", 31, false),
        ("iat", -600, true),
        ("iat", -601, false),
    ] {
        let walked = walk((&server, &issuer, &signer), START, |claims| {
            claims[name] = json!(seconds + offset);
        });
        assert_eq!(walked.await.is_ok(), expected, "{name} {offset}");
    }
}

#[tokio::test]
async fn an_issuer_is_who_it_says_and_where_nobody_listens() {
    let server = Server::start();
    server.put("/keys", json!({ "keys": [] }));
    let issuer = open(&server);
    let mut places = json!({
        "issuer": server.address,
        "authorization_endpoint": "http://evil.example/authorize",
        "token_endpoint": format!("{}/token", server.address),
        "jwks_uri": format!("{}/keys", server.address),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    });
    server.put(DISCOVERY, places.clone());
    assert!(matches!(issuer.begin(START).await, Err(IdentityError::Untrusted(_))));
    places["authorization_endpoint"] = json!(format!("{}/authorize", server.address));
    places["issuer"] = json!("https://evil.example");
    server.put(DISCOVERY, places.clone());
    assert!(matches!(issuer.begin(START).await, Err(IdentityError::Untrusted(_))));
    server.take(DISCOVERY);
    assert!(matches!(issuer.begin(START).await, Err(IdentityError::Away { .. })));
    places["issuer"] = json!(server.address);
    server.put(DISCOVERY, places);
    assert!(issuer.begin(START).await.is_ok());
}

#[tokio::test]
async fn an_issuer_that_does_not_answer_is_waited_for_once_by_all() {
    let server = Server::start();
    server.put("/keys", json!({ "keys": [] }));
    let issuer = open(&server);
    server.hold();
    server.take(DISCOVERY);
    // All of them wait when it turns out that nothing comes.
    let crowd = at_once((0..CROWD).map(|_| issuer.begin(START)));
    let (begun, ()) = tokio::join!(crowd, async {
        server.until_asked(DISCOVERY, 1).await;
        server.release();
    });
    assert_eq!(begun.len(), CROWD);
    for one in begun {
        assert!(matches!(one, Err(IdentityError::Away { .. })));
    }
    assert_eq!(server.asked(DISCOVERY), 1, "one attempt is everybody's");
    // Whoever comes later tries again, at once.
    assert!(matches!(issuer.begin(START).await, Err(IdentityError::Away { .. })));
    assert_eq!(server.asked(DISCOVERY), 2);
    let issuer = open(&server);
    let begun = at_once((0..CROWD).map(|_| issuer.begin(START))).await;
    assert!(begun.iter().all(Result::is_ok));
    assert_eq!((server.asked(DISCOVERY), server.asked("/keys")), (3, 1), "so is what it tells");
}

#[tokio::test]
async fn who_leaves_takes_nothing_from_those_who_wait() {
    let server = Server::start();
    server.put("/keys", json!({ "keys": [] }));
    let issuer = open(&server);
    server.hold();
    let leaves = async {
        tokio::select! {
            biased;
            _ = issuer.begin(START) => panic!("nothing was answered"),
            () = server.until_asked(DISCOVERY, 1) => server.release(),
        }
    };
    // Whoever leaves is the one who began.
    let stay = at_once((0..CROWD).map(|_| issuer.begin(START)));
    let ((), stays) = tokio::join!(leaves, stay);
    assert!(stays.iter().all(Result::is_ok));
    assert_eq!(server.asked(DISCOVERY), 1);
}
