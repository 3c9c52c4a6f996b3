//! The list of what happened to accounts only grows, and tells when somebody changed it.

use desk::{AuditEntry, AuditEvent, AuditStore, StoreError};
use market::Moment;

use super::home::{Home, on_both};

on_both!(
    what_happened_is_told_newest_first,
    writers_at_once_take_turns,
    nothing_is_changed_or_taken_away,
    what_was_changed_behind_the_desk_is_noticed,
);

fn entry(at: i64, account: &str, event: AuditEvent) -> AuditEntry {
    AuditEntry {
        at: Moment(at),
        account: account.to_owned(),
        event,
        device: "Firefox on Linux".to_owned(),
        network: "192.0.2.7".to_owned(),
        about: String::new(),
    }
}

async fn what_happened_is_told_newest_first(home: Home) {
    let store = home.open().await;
    assert_eq!(store.check_audit().await.unwrap(), 0);
    let first = entry(5, "ada", AuditEvent::SignedIn);
    let second = entry(6, "", AuditEvent::Refused);
    let third = entry(7, "ada", AuditEvent::SignedOut);
    for one in [&first, &second, &third] {
        store.add_audit(one).await.unwrap();
    }
    assert_eq!(store.audit_of("ada", 10).await.unwrap(), [third.clone(), first.clone()]);
    assert_eq!(store.audit_of("ada", 1).await.unwrap(), std::slice::from_ref(&third));
    assert_eq!(store.audit_of("bob", 10).await.unwrap(), []);
    // What somebody else did with an account is told there as well.
    let fourth = AuditEntry { about: "bob".to_owned(), ..entry(8, "ada", AuditEvent::Suspended) };
    store.add_audit(&fourth).await.unwrap();
    assert_eq!(store.audit_of("bob", 10).await.unwrap(), std::slice::from_ref(&fourth));
    let newest = store.audit_before(u64::MAX, 2).await.unwrap();
    assert_eq!(newest, [(4, fourth), (3, third)]);
    assert_eq!(store.audit_before(2, 2).await.unwrap(), [(1, first)]);
    assert_eq!(store.check_audit().await.unwrap(), 4);
}

async fn writers_at_once_take_turns(home: Home) {
    let store = home.open().await;
    let entries: Vec<AuditEntry> =
        (0..40).map(|at| entry(at, "ada", AuditEvent::Refused)).collect();
    let added = futures::future::join_all(entries.iter().map(|one| store.add_audit(one))).await;
    assert!(added.iter().all(Result::is_ok), "{added:?}");
    assert_eq!(store.check_audit().await.unwrap(), 40);
}

async fn nothing_is_changed_or_taken_away(home: Home) {
    let store = home.open().await;
    store.add_audit(&entry(5, "ada", AuditEvent::SignedIn)).await.unwrap();
    for statement in ["update audit set device = 'x'", "delete from audit"] {
        let refused = home.try_to(statement).await.unwrap_err();
        assert!(refused.contains("only grows"), "{refused}");
    }
    assert_eq!(store.check_audit().await.unwrap(), 1);
}

async fn what_was_changed_behind_the_desk_is_noticed(home: Home) {
    let store = home.open().await;
    for at in 0..4 {
        store.add_audit(&entry(at, "ada", AuditEvent::SignedIn)).await.unwrap();
    }
    // Who has the whole database can take the lock away.
    let is_file = matches!(home.url, store::DatabaseUrl::File(_));
    home.tamper(if is_file {
        "drop trigger audit_stays"
    } else {
        "drop trigger audit_stays on audit"
    })
    .await;
    // That the newest is gone the count alone tells.
    if is_file {
        home.tamper("drop trigger audit_remains").await;
    }
    home.tamper("delete from audit where seq = 4").await;
    assert_eq!(store.check_audit().await.unwrap(), 3);
    // What is in the middle tells, unless every later seal is made anew: that needs no key.
    home.tamper("update audit set account_id = 'eve' where seq = 2").await;
    let found = store.check_audit().await.unwrap_err();
    let StoreError::Damaged { table: "audit", why } = found else { panic!("{found}") };
    assert!(why.contains("entry 2"), "{why}");
}
