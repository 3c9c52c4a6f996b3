//! Keys of programs: known by their hash, to their owner alone.

use desk::{Account, AccountStore, ApiKey, ApiKeyStore, Role, Scope, Tier};
use market::Moment;

use super::home::{Home, local, on_both};

on_both!(a_key_is_found_by_its_hash_until_it_ends, an_account_has_so_many_keys);

fn key(account: &str, name: &str) -> ApiKey {
    ApiKey {
        id: String::new(),
        account: account.to_owned(),
        name: name.to_owned(),
        scope: Scope::Read,
        hash: format!("hash of {name}"),
        tail: "wxyz".to_owned(),
        made_at: Moment(7),
        used_at: None,
    }
}

async fn first(store: &store::Database) -> Account {
    let ada = Account {
        id: String::new(),
        owner: local(),
        email: "ada@example.com".to_owned(),
        name: String::new(),
        password: "$argon2id$one".to_owned(),
        role: Role::Owner,
        tier: Tier::Lite,
        is_suspended: false,
        created_at: Moment(5),
    };
    let id = store.add_first_account(&ada).await.unwrap().unwrap();
    Account { id, ..ada }
}

async fn a_key_is_found_by_its_hash_until_it_ends(home: Home) {
    let store = home.open().await;
    let ada = first(&store).await;
    assert_eq!(store.api_keys(&ada.id).await.unwrap(), []);
    let id = store.add_api_key(&key(&ada.id, "robot"), 5).await.unwrap().unwrap();
    let kept = ApiKey { id: id.clone(), ..key(&ada.id, "robot") };
    let found = store.api_key("hash of robot").await.unwrap();
    assert_eq!(found, Some((kept.clone(), ada.clone())));
    assert_eq!(store.api_key("robot").await.unwrap(), None);
    store.touch_api_key(&id, Moment(90)).await.unwrap();
    let used = ApiKey { used_at: Some(Moment(90)), ..kept };
    assert_eq!(store.api_keys(&ada.id).await.unwrap(), [used]);
    assert!(!store.remove_api_key("somebody else", &id).await.unwrap());
    assert!(store.remove_api_key(&ada.id, &id).await.unwrap());
    assert!(!store.remove_api_key(&ada.id, &id).await.unwrap());
    assert_eq!(store.api_key("hash of robot").await.unwrap(), None);
    let stranger = key("nobody", "stray");
    assert!(store.add_api_key(&stranger, 5).await.is_err(), "an account is behind each");
}

async fn an_account_has_so_many_keys(home: Home) {
    let store = home.open().await;
    let ada = first(&store).await;
    for name in ["a", "b"] {
        assert!(store.add_api_key(&key(&ada.id, name), 2).await.unwrap().is_some());
    }
    assert_eq!(store.add_api_key(&key(&ada.id, "c"), 2).await.unwrap(), None);
    let names = store.api_keys(&ada.id).await.unwrap();
    assert_eq!(names.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["b", "a"]);
    // As many when all are asked for at once.
    let add = async |n: usize| store.add_api_key(&key(&ada.id, &format!("{n}")), 5).await.unwrap();
    let added = futures::future::join_all((0..20).map(add)).await;
    assert_eq!(added.iter().flatten().count(), 3, "{added:?}");
    assert_eq!(store.api_keys(&ada.id).await.unwrap().len(), 5);
}
