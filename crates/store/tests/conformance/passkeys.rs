//! Passkeys: one of an identity, and a count that two sign-ins at once cannot both move.

use desk::{AccountStore, Passkey, PasskeyStore};
use market::Moment;

use super::home::{Home, account_of, on_both};

on_both!(a_passkey_is_kept_used_and_taken_away);

async fn a_passkey_is_kept_used_and_taken_away(home: Home) {
    let store = home.open().await;
    let ada = store.add_first_account(&account_of("ada")).await.unwrap().unwrap();
    let one = |id: &str, made_at: i64| Passkey {
        id: id.to_owned(),
        account: ada.clone(),
        name: "Phone".to_owned(),
        body: "count 0".to_owned(),
        made_at: Moment(made_at),
        used_at: None,
    };
    assert!(store.add_passkey(&one("a", 2), 2).await.unwrap());
    assert!(!store.add_passkey(&one("a", 3), 2).await.unwrap(), "it is there");
    assert!(store.add_passkey(&one("b", 1), 2).await.unwrap());
    assert!(!store.add_passkey(&one("c", 3), 2).await.unwrap(), "these are enough");
    assert_eq!(store.passkeys(&ada).await.unwrap(), [one("b", 1), one("a", 2)]);
    assert!(store.passkeys("nobody").await.unwrap().is_empty());
    assert_eq!(store.passkey("a").await.unwrap(), Some(one("a", 2)));
    assert_eq!(store.passkey("c").await.unwrap(), None);
    let known = one("a", 2);
    let tries = (0..8).map(|_| store.use_passkey(&known, "count 1", Moment(9)));
    let used = futures::future::join_all(tries).await;
    assert_eq!(used.into_iter().filter(|one| *one.as_ref().unwrap()).count(), 1);
    let found = store.passkey("a").await.unwrap().unwrap();
    assert_eq!((found.body.as_str(), found.used_at), ("count 1", Some(Moment(9))));
    assert!(!store.remove_passkey("nobody", "a").await.unwrap(), "it is hers");
    assert!(store.remove_passkey(&ada, "a").await.unwrap());
    assert!(!store.remove_passkey(&ada, "a").await.unwrap());
    let strange = Passkey { account: "nobody".to_owned(), ..one("d", 4) };
    assert!(store.add_passkey(&strange, 2).await.is_err(), "an account is behind each");
}
