//! Who is vouched for elsewhere: by the issuer's name of them, one account each, and errands that
//! come back once.

use desk::{
    AccountStore, AuditEntry, AuditEvent, AuditStore, Errand, IdentityStore, Invitation,
    LinkedIdentity, PeopleStore, Role,
};
use market::Moment;

use super::home::{Home, account_of, on_both};

on_both!(
    an_errand_comes_back_once,
    somebody_elsewhere_is_one_account_here,
    who_was_asked_in_joins_by_their_address,
);

fn linked(subject: &str, account: &str) -> LinkedIdentity {
    LinkedIdentity {
        issuer: "https://issuer.example".to_owned(),
        subject: subject.to_owned(),
        account: account.to_owned(),
        linked_at: Moment(9),
    }
}

fn errand(hash: &str, account: Option<&str>, expires_at: i64) -> Errand {
    Errand {
        hash: hash.to_owned(),
        account: account.map(str::to_owned),
        what: "issuer".to_owned(),
        secret: "{}".to_owned(),
        expires_at: Moment(expires_at),
    }
}

async fn an_errand_comes_back_once(home: Home) {
    let store = home.open().await;
    let ada = store.add_first_account(&account_of("ada")).await.unwrap().unwrap();
    for one in [errand("a", None, 10), errand("b", Some(&ada), 20), errand("c", None, 30)] {
        store.add_errand(&one, Moment(0)).await.unwrap();
    }
    assert_eq!(store.take_errand("a", "code", Moment(5)).await.unwrap(), None, "for another thing");
    assert_eq!(store.take_errand("a", "issuer", Moment(10)).await.unwrap(), None, "too late");
    let tries = (0..8).map(|_| store.take_errand("b", "issuer", Moment(19)));
    let found = futures::future::join_all(tries).await.into_iter().filter_map(Result::unwrap);
    assert_eq!(found.collect::<Vec<_>>(), [errand("b", Some(&ada), 20)]);
    // Those that are too late are forgotten with the next.
    store.add_errand(&errand("d", None, 90), Moment(30)).await.unwrap();
    assert_eq!(store.take_errand("c", "issuer", Moment(1)).await.unwrap(), None);
    assert!(store.take_errand("d", "issuer", Moment(1)).await.unwrap().is_some());
    assert!(store.add_errand(&errand("e", Some("nobody"), 90), Moment(0)).await.is_err());
}

async fn somebody_elsewhere_is_one_account_here(home: Home) {
    let store = home.open().await;
    let ada = store.add_first_account(&account_of("ada")).await.unwrap().unwrap();
    let bob = store
        .join_by_identity(&account_of("bob"), &linked("2", ""), true, Moment(1))
        .await
        .unwrap()
        .unwrap();
    assert!(store.link_identity(&linked("1", &ada)).await.unwrap());
    assert!(!store.link_identity(&linked("1", &ada)).await.unwrap(), "they are already");
    assert!(!store.link_identity(&linked("2", &ada)).await.unwrap(), "he is Bob");
    assert!(!store.link_identity(&linked("3", &ada)).await.unwrap(), "she is somebody there");
    assert_eq!(store.identities(&ada).await.unwrap(), [linked("1", &ada)]);
    assert!(!store.changed_email(&ada).await.unwrap());
    let changed = AuditEntry {
        at: Moment(9),
        account: ada.clone(),
        event: AuditEvent::EmailChanged,
        about: String::new(),
        device: String::new(),
        network: String::new(),
    };
    store.add_audit(&changed).await.unwrap();
    assert!(store.changed_email(&ada).await.unwrap());
    assert!(!store.changed_email(&bob).await.unwrap(), "it is hers");
    let of = async |issuer: &str, subject: &str| {
        let found = store.account_of_identity(issuer, subject).await.unwrap();
        found.map(|account| account.id)
    };
    assert_eq!(of("https://issuer.example", "1").await, Some(ada.clone()));
    assert_eq!(of("https://issuer.example", "2").await, Some(bob.clone()));
    assert_eq!(of("https://issuer.example", "3").await, None);
    assert_eq!(of("https://other.example", "1").await, None, "each issuer has its own names");
    assert!(store.unlink_identity(&ada, "https://issuer.example").await.unwrap());
    assert!(!store.unlink_identity(&ada, "https://issuer.example").await.unwrap());
    assert_eq!(of("https://issuer.example", "1").await, None);
    assert_eq!(of("https://issuer.example", "2").await, Some(bob));
}

async fn who_was_asked_in_joins_by_their_address(home: Home) {
    let store = home.open().await;
    let ada = store.add_first_account(&account_of("ada")).await.unwrap().unwrap();
    let invitation = Invitation {
        hash: "h".to_owned(),
        email: "cy@example.com".to_owned(),
        role: Role::Admin,
        by: ada.clone(),
        made_at: Moment(0),
        expires_at: Moment(100),
    };
    let join = async |name: &str, subject: &str, is_open: bool, now: i64| {
        let (account, identity) = (account_of(name), linked(subject, ""));
        store.join_by_identity(&account, &identity, is_open, Moment(now)).await.unwrap()
    };
    assert_eq!(join("cy", "1", false, 50).await, None, "nobody asked them in");
    store.add_invitation(&invitation).await.unwrap();
    assert_eq!(join("dee", "1", false, 50).await, None, "it is for another");
    assert_eq!(join("cy", "1", false, 100).await, None, "it has ended");
    let cy = join("cy", "1", false, 50).await.unwrap();
    let found = store.account(&cy).await.unwrap().unwrap();
    assert_eq!((found.email.as_str(), found.role), ("cy@example.com", Role::Admin));
    assert_eq!(store.identities(&cy).await.unwrap().len(), 1);
    assert!(store.invitations(Moment(50)).await.unwrap().is_empty(), "it is used up");
    // Neither a second account of an address, nor a second one of somebody elsewhere.
    assert_eq!(join("cy", "2", true, 50).await, None);
    assert_eq!(join("dee", "1", true, 50).await, None);
    assert_eq!(store.account_named("dee@example.com").await.unwrap(), None);
    let dee = join("dee", "2", true, 50).await.unwrap();
    assert_eq!(store.account(&dee).await.unwrap().unwrap().role, Role::Member);
}
