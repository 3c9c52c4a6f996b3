//! Accounts, and where they are signed in.

use desk::{
    Account, AccountStore, ApiKey, ApiKeyStore, AuditEntry, AuditEvent, AuditStore, Errand,
    IdentityStore, Invitation, LinkedIdentity, MailKind, MailStore, OwnerId, Passkey, PasskeyStore,
    PeopleStore, ResetCode, Role, Scope, SignIn, TakenAway, Tier, WaitingMail, WatchlistStore,
};
use market::{Moment, Symbol};

use super::home::{Home, local, on_both};

on_both!(
    only_one_account_is_the_first,
    an_account_is_found_by_its_address_and_keeps_what_was_there,
    somebody_is_called_what_they_say,
    an_address_changes_from_what_it_was,
    a_sign_in_ends_by_itself_or_by_hand,
    a_code_counts_once,
    an_account_is_set_anew_at_once_or_not_at_all,
);

fn account(email: &str) -> Account {
    Account {
        id: String::new(),
        owner: local(),
        email: email.to_owned(),
        name: String::new(),
        password: "$argon2id$one".to_owned(),
        role: Role::Owner,
        tier: Tier::Lite,
        is_suspended: false,
        created_at: Moment(5),
    }
}

fn sign_in(hash: &str, account: &str, seen_at: i64) -> SignIn {
    SignIn {
        hash: hash.to_owned(),
        account: account.to_owned(),
        device: "Firefox on Linux".to_owned(),
        since: Moment(1),
        seen_at: Moment(seen_at),
        expires_at: Moment(seen_at + 100),
    }
}

async fn only_one_account_is_the_first(home: Home) {
    let store = home.open().await;
    assert!(!store.has_accounts().await.unwrap());
    let names: Vec<String> = (0..8).map(|number| format!("{number}@example.com")).collect();
    let accounts: Vec<Account> = names.iter().map(|name| account(name)).collect();
    let tries = accounts.iter().map(|account| store.add_first_account(account));
    let made = futures::future::join_all(tries).await;
    let made: Vec<String> = made.into_iter().filter_map(Result::unwrap).collect();
    assert_eq!(made.len(), 1, "{made:?}");
    assert!(store.has_accounts().await.unwrap());
    assert!(store.add_first_account(&account("late@example.com")).await.unwrap().is_none());
    let of = names.iter().map(|name| store.account_named(name));
    let found = futures::future::join_all(of).await.into_iter().filter_map(Result::unwrap);
    assert_eq!(found.map(|one| one.id).collect::<Vec<_>>(), made);
}

async fn an_account_is_found_by_its_address_and_keeps_what_was_there(home: Home) {
    let store = home.open().await;
    store.write_watchlist(&local(), "Mine", &[Symbol::SPX], 9).await.unwrap();
    let id = store.add_first_account(&account("ada@example.com")).await.unwrap().unwrap();
    let found = store.account_named("ada@example.com").await.unwrap().unwrap();
    assert_eq!(found, Account { id: id.clone(), ..account("ada@example.com") });
    assert_eq!(store.account(&id).await.unwrap(), Some(found.clone()));
    assert_eq!(store.watchlists(&found.owner).await.unwrap().len(), 1);
    for name in ["", "ADA@example.com", "ada@example.com ", "bob@example.com"] {
        assert_eq!(store.account_named(name).await.unwrap(), None, "{name:?}");
    }
    let (one, two) = ("$argon2id$one", "$argon2id$two");
    assert!(store.write_password(&id, one, two).await.unwrap());
    assert!(!store.write_password("nobody", "", two).await.unwrap());
    // Who knew the password before it was set anew changes nothing any more.
    assert!(!store.write_password(&id, one, "$argon2id$three").await.unwrap());
    let found = store.account(&id).await.unwrap().unwrap();
    assert_eq!(found.password, "$argon2id$two");
    // A hash that is renewed never takes the place of another password.
    for (from, is) in [("$argon2id$one", "$argon2id$two"), ("$argon2id$two", "$argon2id$new")] {
        store.write_password(&id, from, "$argon2id$new").await.unwrap();
        assert_eq!(store.account(&id).await.unwrap().unwrap().password, is);
    }
}

async fn somebody_is_called_what_they_say(home: Home) {
    let store = home.open().await;
    let id = store.add_first_account(&account("ada@example.com")).await.unwrap().unwrap();
    let name = async || store.account(&id).await.unwrap().unwrap().name;
    assert_eq!(name().await, "");
    assert!(store.write_name(&id, "Зоя \u{2014} Ada").await.unwrap());
    assert!(!store.write_name(&id, "Зоя \u{2014} Ada").await.unwrap(), "she is called so");
    assert!(!store.write_name("nobody", "Eve").await.unwrap());
    assert_eq!(name().await, "Зоя \u{2014} Ada");
    let found = store.account_named("ada@example.com").await.unwrap().unwrap();
    let people = store.people(Moment(5)).await.unwrap();
    assert_eq!((found.name, &*people[0].account.name), (name().await, "Зоя \u{2014} Ada"));
    assert!(store.write_name(&id, "").await.unwrap());
    assert_eq!(name().await, "");
}

async fn an_address_changes_from_what_it_was(home: Home) {
    let store = home.open().await;
    let ada = store.add_first_account(&account("ada@example.com")).await.unwrap().unwrap();
    let mut others = Vec::new();
    for email in ["bob@example.com", "cy@example.com"] {
        let asked = invitation(email, &ada);
        store.add_invitation(&asked).await.unwrap();
        let one = Account { owner: OwnerId::read(email.to_owned()), ..account(email) };
        others.push(store.join(&one, &asked.hash, Moment(5)).await.unwrap().unwrap());
    }
    store.add_invitation(&invitation("dee@example.com", &ada)).await.unwrap();
    let bob = &others[0];
    let write = async |from: &str, to: &str, now| {
        store.write_email(bob, from, to, Moment(now)).await.unwrap()
    };
    let was = "bob@example.com";
    assert!(!write("robert@example.com", "r@example.com", 5).await, "he has another");
    assert!(!write(was, "ada@example.com", 5).await, "it is hers");
    assert!(!write(was, "dee@example.com", 5).await, "somebody is invited by it");
    assert!(!store.write_email("nobody", was, "r@example.com", Moment(5)).await.unwrap());
    assert_eq!(store.account(bob).await.unwrap().unwrap().email, was);
    assert!(write(was, "robert@example.com", 5).await);
    assert_eq!(store.account_named(was).await.unwrap(), None);
    let found = store.account_named("robert@example.com").await.unwrap().unwrap();
    assert_eq!((&found.id, &*found.password), (bob, "$argon2id$one"));
    assert!(write("robert@example.com", "dee@example.com", 100).await, "the invitation ended");
    // Two take the same at once: one has it.
    let both = [(bob, "dee@example.com"), (&others[1], "cy@example.com")];
    let both = both.map(|(id, from)| store.write_email(id, from, "x@example.com", Moment(100)));
    let both = futures::future::join_all(both).await;
    let done: Vec<bool> = both.into_iter().map(Result::unwrap).collect();
    assert_ne!(done[0], done[1]);
}

fn invitation(email: &str, by: &str) -> Invitation {
    Invitation {
        hash: format!("hash of {email}"),
        email: email.to_owned(),
        role: Role::Member,
        by: by.to_owned(),
        made_at: Moment(5),
        expires_at: Moment(100),
    }
}

async fn a_sign_in_ends_by_itself_or_by_hand(home: Home) {
    let store = home.open().await;
    let id = store.add_first_account(&account("ada@example.com")).await.unwrap().unwrap();
    for one in [sign_in("a", &id, 10), sign_in("b", &id, 20), sign_in("c", &id, 30)] {
        store.add_sign_in(&one).await.unwrap();
    }
    let hashes = |all: Vec<SignIn>| all.into_iter().map(|one| one.hash).collect::<Vec<_>>();
    assert_eq!(hashes(store.sign_ins(&id, Moment(50)).await.unwrap()), ["c", "b", "a"]);
    assert_eq!(hashes(store.sign_ins(&id, Moment(110)).await.unwrap()), ["c", "b"]);
    assert_eq!(store.sign_in("a", Moment(109)).await.unwrap(), Some(sign_in("a", &id, 10)));
    assert_eq!(store.sign_in("a", Moment(110)).await.unwrap(), None);
    // Who asks again stays longer.
    assert!(store.touch_sign_in("a", Moment(40), Moment(140)).await.unwrap());
    assert_eq!(store.sign_in("a", Moment(110)).await.unwrap(), Some(sign_in("a", &id, 40)));
    assert!(store.remove_sign_in("a").await.unwrap());
    assert!(!store.remove_sign_in("a").await.unwrap());
    // What was ended does not come back, whoever is asking meanwhile.
    assert!(!store.touch_sign_in("a", Moment(50), Moment(150)).await.unwrap());
    assert_eq!(store.sign_in("a", Moment(50)).await.unwrap(), None);
    assert_eq!(store.remove_ended_sign_ins(Moment(120)).await.unwrap(), 1);
    store.add_sign_in(&sign_in("d", &id, 40)).await.unwrap();
    assert_eq!(store.remove_sign_ins(&id, Some("d")).await.unwrap(), 1);
    assert_eq!(hashes(store.sign_ins(&id, Moment(50)).await.unwrap()), ["d"]);
    assert_eq!(store.remove_sign_ins(&id, None).await.unwrap(), 1);
    let stranger = sign_in("e", "nobody", 1);
    assert!(store.add_sign_in(&stranger).await.is_err(), "an account is behind each");
}

async fn a_code_counts_once(home: Home) {
    let store = home.open().await;
    let id = store.add_first_account(&account("ada@example.com")).await.unwrap().unwrap();
    assert!(store.second_factor(&id).await.unwrap().is_none());
    assert!(!store.confirm_second_factor(&id, 7, &[]).await.unwrap());
    assert!(store.begin_second_factor(&id, "one").await.unwrap());
    assert!(store.begin_second_factor(&id, "two").await.unwrap());
    let codes: Vec<String> = ["a", "b"].map(str::to_owned).into();
    assert!(store.confirm_second_factor(&id, 7, &codes).await.unwrap());
    assert!(!store.confirm_second_factor(&id, 8, &codes).await.unwrap());
    assert!(!store.begin_second_factor(&id, "three").await.unwrap(), "it counts already");
    let texts = |one: &str, other: &str| vec![(id.clone(), one.to_owned(), other.to_owned())];
    assert_eq!(store.second_factor_secrets().await.unwrap(), [(id.clone(), "two".to_owned())]);
    // All of them, or none.
    let both = [texts("two", "four"), texts("gone", "five")].concat();
    assert!(store.reseal_second_factors(&both).await.is_err());
    store.reseal_second_factors(&texts("two", "six")).await.unwrap();
    store.reseal_second_factors(&texts("six", "two")).await.unwrap();
    let found = store.second_factor(&id).await.unwrap().unwrap();
    assert_eq!((found.secret.as_str(), found.is_confirmed, found.recovery_left), ("two", true, 2));
    assert!(!store.use_step(&id, 7).await.unwrap(), "the code that proved it");
    let tries = (0..8).map(|_| store.use_step(&id, 8));
    let used =
        futures::future::join_all(tries).await.into_iter().filter(|one| *one.as_ref().unwrap());
    assert_eq!(used.count(), 1);
    assert!(!store.use_step(&id, 6).await.unwrap());
    assert!(store.use_recovery(&id, "a").await.unwrap());
    assert!(!store.use_recovery(&id, "a").await.unwrap());
    assert_eq!(store.second_factor(&id).await.unwrap().unwrap().recovery_left, 1);
    assert!(store.remove_second_factor(&id).await.unwrap());
    assert!(!store.remove_second_factor(&id).await.unwrap());
    assert!(!store.use_recovery(&id, "b").await.unwrap());
}

fn entry(account: &str, event: AuditEvent) -> AuditEntry {
    AuditEntry {
        at: Moment(10),
        account: account.to_owned(),
        event,
        about: String::new(),
        device: String::new(),
        network: String::new(),
    }
}

fn mail(id: &str, account: &str, kind: MailKind) -> WaitingMail {
    WaitingMail {
        id: id.to_owned(),
        account: account.to_owned(),
        kind,
        address: "ada@example.com".to_owned(),
        secret: "sealed".to_owned(),
        made_at: Moment(10),
        next_at: Moment(10),
        ends_at: Moment(99),
        tries: 0,
    }
}

/// Gives an account every way in that there is.
async fn open_in_every_way(store: &store::Database, account: &str, name: &str) {
    for device in ["here", "there"] {
        store.add_sign_in(&sign_in(&format!("{name} {device}"), account, 9)).await.unwrap();
    }
    let passkey = Passkey {
        id: name.to_owned(),
        account: account.to_owned(),
        name: "Phone".to_owned(),
        body: String::new(),
        made_at: Moment(1),
        used_at: None,
    };
    assert!(store.add_passkey(&passkey, 9).await.unwrap());
    for issuer in ["https://one.example", "https://two.example"] {
        let identity = LinkedIdentity {
            issuer: issuer.to_owned(),
            subject: name.to_owned(),
            account: account.to_owned(),
            linked_at: Moment(1),
        };
        assert!(store.link_identity(&identity).await.unwrap());
    }
    let key = ApiKey {
        id: String::new(),
        account: account.to_owned(),
        name: "Robot".to_owned(),
        scope: Scope::Read,
        hash: name.to_owned(),
        tail: "wxyz".to_owned(),
        made_at: Moment(1),
        used_at: None,
    };
    assert!(store.add_api_key(&key, 9).await.unwrap().is_some());
    let errand = Errand {
        hash: name.to_owned(),
        account: Some(account.to_owned()),
        what: "code".to_owned(),
        secret: String::new(),
        expires_at: Moment(99),
    };
    store.add_errand(&errand, Moment(0)).await.unwrap();
    assert!(store.begin_second_factor(account, "sealed").await.unwrap());
    assert!(store.confirm_second_factor(account, 1, &["code".to_owned()]).await.unwrap());
    let code = ResetCode {
        account: account.to_owned(),
        hash: name.to_owned(),
        made_at: Moment(1),
        expires_at: Moment(99),
    };
    let sent = entry(account, AuditEvent::CodeSent);
    let address = format!("{name}@example.com");
    let carries = WaitingMail { address, ..mail(name, account, MailKind::ResetCode) };
    assert!(store.begin_reset(&code, &sent, &carries).await.unwrap());
}

async fn an_account_is_set_anew_at_once_or_not_at_all(home: Home) {
    let store = home.open().await;
    let ada = store.add_first_account(&account("ada@example.com")).await.unwrap().unwrap();
    let asked = invitation("bob@example.com", &ada);
    store.add_invitation(&asked).await.unwrap();
    let bob = Account { owner: OwnerId::read("bob".to_owned()), ..account("bob@example.com") };
    let bob = store.join(&bob, &asked.hash, Moment(5)).await.unwrap().unwrap();
    for (id, name) in [(&ada, "ada"), (&bob, "bob")] {
        open_in_every_way(&store, id, name).await;
    }
    let ways = async |id: &str| {
        (
            store.sign_ins(id, Moment(5)).await.unwrap().len(),
            store.passkeys(id).await.unwrap().len(),
            store.identities(id).await.unwrap().len(),
            store.api_keys(id).await.unwrap().len(),
            store.second_factor(id).await.unwrap().map(|factor| factor.recovery_left),
            store.account(id).await.unwrap().unwrap().password,
        )
    };
    let before = (2, 1, 2, 1, Some(1), "$argon2id$one".to_owned());
    let reset = entry(&ada, AuditEvent::PasswordReset);
    let told = |id: &str| mail(id, &ada, MailKind::PasswordReset);
    let off = |id: &str| mail(id, &ada, MailKind::FactorOff);
    // The last that is written cannot be: nothing is.
    let of_nobody = WaitingMail { account: "nobody".to_owned(), ..off("x") };
    store.reset_account("two", true, &reset, &[told("t"), of_nobody]).await.unwrap_err();
    let nobody = entry("nobody", AuditEvent::PasswordReset);
    assert_eq!(store.reset_account("two", true, &nobody, &[]).await.unwrap(), None);
    assert_eq!(ways(&ada).await, before);
    assert_eq!((store.waiting_mails().await.unwrap(), store.check_audit().await.unwrap()), (2, 2));

    let taken = TakenAway { sign_ins: 2, passkeys: 1, identities: 2, keys: 1, factor: false };
    let mails = [told("t"), off("o")];
    assert_eq!(store.reset_account("two", false, &reset, &mails).await.unwrap(), Some(taken));
    assert_eq!(ways(&ada).await, (0, 0, 0, 0, Some(1), "two".to_owned()));
    assert_eq!(store.take_errand("ada", "code", Moment(5)).await.unwrap(), None);
    let late = entry(&ada, AuditEvent::PasswordMailed);
    assert!(!store.finish_reset("ada", "three", &late, &told("l")).await.unwrap(), "it ended");
    // The letter with her code went as well, and nobody's factor was turned off.
    assert_eq!(store.waiting_mails().await.unwrap(), 2);
    let events = async || {
        let log = store.audit_of(&ada, 6).await.unwrap();
        log.into_iter().map(|one| one.event).collect::<Vec<_>>()
    };
    use AuditEvent::{CodeSent, Disconnected, FactorOff, KeyEnded, PasskeyEnded, PasswordReset};
    let written = [KeyEnded, Disconnected, Disconnected, PasskeyEnded, PasswordReset, CodeSent];
    assert_eq!(events().await, written, "the newest first");

    // With the factor, while others write to the log as well.
    let mails = [told("t2"), off("o2")];
    let others = (0..8).map(|_| store.add_audit(&late));
    let (taken, others) = futures::future::join(
        store.reset_account("three", true, &reset, &mails),
        futures::future::join_all(others),
    )
    .await;
    let nothing = TakenAway { sign_ins: 0, passkeys: 0, identities: 0, keys: 0, factor: true };
    assert_eq!(taken.unwrap(), Some(nothing));
    assert!(others.iter().all(Result::is_ok));
    assert_eq!(ways(&ada).await, (0, 0, 0, 0, None, "three".to_owned()));
    assert_eq!(store.waiting_mails().await.unwrap(), 4);
    assert_eq!(store.check_audit().await.unwrap(), 2 + 5 + 8 + 2);
    let log = store.audit_of(&ada, 10).await.unwrap();
    assert_eq!(log.iter().filter(|one| one.event == FactorOff).count(), 1);
    assert_eq!(ways(&bob).await, before, "he is another");
    assert!(store.take_errand("bob", "code", Moment(5)).await.unwrap().is_some());
}
