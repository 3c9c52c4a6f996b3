//! Mails wait until they are carried, and a code sets a password anew once.

use desk::{
    Account, AccountStore, AuditEntry, AuditEvent, AuditStore, MailKind, MailStore, PeopleStore,
    ResetCode, Role, SignIn, Tier, WaitingMail,
};
use market::Moment;
use store::Database;

use super::home::{Home, local, on_both};

on_both!(
    a_mail_waits_until_it_is_carried,
    of_two_servers_one_has_a_mail,
    a_mail_is_written_with_what_it_is_about_or_not_at_all,
    a_code_sets_a_password_anew_once,
    a_newer_code_ends_the_one_before,
    no_code_goes_to_an_address_of_before,
    what_ended_is_forgotten,
    a_browser_is_known_by_its_sign_ins,
);

async fn ada(store: &Database) -> String {
    let account = Account {
        id: String::new(),
        owner: local(),
        email: "ada@example.com".to_owned(),
        password: "old".to_owned(),
        role: Role::Owner,
        tier: Tier::Lite,
        is_suspended: false,
        created_at: Moment(5),
        name: String::new(),
    };
    store.add_first_account(&account).await.unwrap().unwrap()
}

fn entry(account: &str, event: AuditEvent, at: i64) -> AuditEntry {
    AuditEntry {
        at: Moment(at),
        account: account.to_owned(),
        event,
        about: String::new(),
        device: "Firefox on Linux".to_owned(),
        network: String::new(),
    }
}

fn mail(id: &str, account: &str, kind: MailKind, at: i64) -> WaitingMail {
    WaitingMail {
        id: id.to_owned(),
        account: account.to_owned(),
        kind,
        address: "ada@example.com".to_owned(),
        secret: format!("sealed {id}"),
        made_at: Moment(at),
        next_at: Moment(at),
        ends_at: Moment(at + 100),
        tries: 0,
    }
}

fn code(account: &str, hash: &str, at: i64) -> ResetCode {
    let (account, hash) = (account.to_owned(), hash.to_owned());
    ResetCode { account, hash, made_at: Moment(at), expires_at: Moment(at + 100) }
}

async fn add(store: &Database, one: &WaitingMail) {
    let entry = entry(&one.account, AuditEvent::FactorOn, one.made_at.0);
    store.add_audit_and_mail(&entry, one).await.unwrap();
}

async fn a_mail_waits_until_it_is_carried(home: Home) {
    let store = home.open().await;
    let ada = ada(&store).await;
    let (first, second) =
        (mail("a", &ada, MailKind::FactorOn, 10), mail("b", &ada, MailKind::FactorOff, 20));
    for one in [&second, &first] {
        add(&store, one).await;
    }
    assert_eq!(store.waiting_mails().await.unwrap(), 2);
    let take = async |now, until| store.take_mail(Moment(now), Moment(until)).await.unwrap();
    assert_eq!(take(9, 50).await, None, "none is due");
    let taken = take(30, 50).await;
    assert_eq!(taken, Some(WaitingMail { next_at: Moment(50), tries: 1, ..first.clone() }));
    assert_eq!(take(30, 50).await.map(|one| one.id).as_deref(), Some("b"));
    assert_eq!(take(30, 50).await, None, "both are being carried");
    // Whoever carried them died: they are due again.
    assert_eq!(take(50, 60).await.map(|one| (one.id, one.tries)), Some(("a".to_owned(), 2)));
    assert!(store.put_mail_off("a", Moment(90)).await.unwrap());
    assert!(store.remove_mail("b").await.unwrap());
    assert!(!store.remove_mail("b").await.unwrap());
    assert!(!store.put_mail_off("b", Moment(90)).await.unwrap());
    assert_eq!(take(89, 99).await, None);
    assert_eq!(take(90, 99).await.map(|one| one.tries), Some(3));
    assert_eq!(take(110, 120).await, None, "it ended");
    // What it says is sealed with another key; one that is gone is left out.
    assert_eq!(store.mail_secrets().await.unwrap(), [("a".to_owned(), "sealed a".to_owned())]);
    let reseal = [("a", "sealed a", "new"), ("b", "sealed b", "new"), ("a", "other", "newer")];
    let reseal = reseal.map(|(id, old, new)| (id.to_owned(), old.to_owned(), new.to_owned()));
    store.reseal_mails(&reseal).await.unwrap();
    assert_eq!(store.mail_secrets().await.unwrap(), [("a".to_owned(), "new".to_owned())]);
}

async fn of_two_servers_one_has_a_mail(home: Home) {
    let store = home.open().await;
    let ada = ada(&store).await;
    for n in 0..4 {
        add(&store, &mail(&n.to_string(), &ada, MailKind::FactorOn, n)).await;
    }
    // A server that finds another ahead asks again.
    let server = async || {
        let mut taken = Vec::new();
        for _ in 0..8 {
            taken.extend(store.take_mail(Moment(50), Moment(80)).await.unwrap());
        }
        taken.into_iter().map(|one| one.id).collect::<Vec<_>>()
    };
    let taken = futures::future::join_all((0..4).map(|_| server())).await;
    let mut taken: Vec<String> = taken.into_iter().flatten().collect();
    taken.sort_unstable();
    assert_eq!(taken, ["0", "1", "2", "3"], "each once");
}

async fn a_mail_is_written_with_what_it_is_about_or_not_at_all(home: Home) {
    let store = home.open().await;
    let ada = ada(&store).await;
    let one = mail("a", &ada, MailKind::PasswordChanged, 10);
    let written = entry(&ada, AuditEvent::PasswordChanged, 10);
    store.add_audit_and_mail(&written, &one).await.unwrap();
    assert_eq!(store.audit_of(&ada, 9).await.unwrap(), std::slice::from_ref(&written));
    // The same mail again cannot be: neither is its entry.
    store.add_audit_and_mail(&written, &one).await.unwrap_err();
    let of_nobody = mail("b", "nobody", MailKind::PasswordChanged, 10);
    store.add_audit_and_mail(&written, &of_nobody).await.unwrap_err();
    assert_eq!(store.check_audit().await.unwrap(), 1);
    assert_eq!(store.waiting_mails().await.unwrap(), 1);
    // Many at once: each with its entry.
    let names: Vec<String> = (0..16).map(|n| format!("n{n}")).collect();
    let mails: Vec<_> = names.iter().map(|id| mail(id, &ada, MailKind::FactorOn, 20)).collect();
    let all = mails.iter().map(|one| store.add_audit_and_mail(&written, one));
    for done in futures::future::join_all(all).await {
        done.unwrap();
    }
    assert_eq!(store.check_audit().await.unwrap(), 17);
    assert_eq!(store.waiting_mails().await.unwrap(), 17);
}

async fn a_code_sets_a_password_anew_once(home: Home) {
    let store = home.open().await;
    let ada = ada(&store).await;
    for hash in ["here", "there"] {
        let sign_in = SignIn {
            hash: hash.to_owned(),
            account: ada.clone(),
            device: String::new(),
            since: Moment(1),
            seen_at: Moment(1),
            expires_at: Moment(1_000),
        };
        store.add_sign_in(&sign_in).await.unwrap();
    }
    let sent = entry(&ada, AuditEvent::CodeSent, 10);
    let carries = mail("code", &ada, MailKind::ResetCode, 10);
    assert!(store.begin_reset(&code(&ada, "right", 10), &sent, &carries).await.unwrap());
    let finish = async |id: &str, hash: &str, account: &str, at: i64| {
        let entry = entry(account, AuditEvent::PasswordMailed, at);
        let told =
            WaitingMail { account: ada.clone(), ..mail(id, "", MailKind::PasswordReset, at) };
        store.finish_reset(hash, "new", &entry, &told).await.unwrap()
    };
    for (hash, account, at) in
        [("wrong", ada.as_str(), 20), ("right", "", 20), ("right", "bob", 20), ("right", &ada, 110)]
    {
        assert!(!finish("x", hash, account, at).await, "{hash} of {account} at {at}");
    }
    store.write_suspension(&ada, Role::Owner, true).await.unwrap();
    assert!(!finish("x", "right", &ada, 20).await, "she is shut out");
    store.write_suspension(&ada, Role::Owner, false).await.unwrap();
    assert_eq!(store.account(&ada).await.unwrap().unwrap().password, "old");
    assert_eq!(store.waiting_mails().await.unwrap(), 1, "nothing was written");
    // Many at once: one of them does it.
    let ids: Vec<String> = (0..8).map(|n| n.to_string()).collect();
    let tries = ids.iter().map(|id| finish(id, "right", &ada, 109));
    let done = futures::future::join_all(tries).await;
    assert_eq!(done.into_iter().filter(|done| *done).count(), 1);
    assert_eq!(store.account(&ada).await.unwrap().unwrap().password, "new");
    assert_eq!(store.sign_ins(&ada, Moment(2)).await.unwrap(), []);
    assert_eq!(store.waiting_mails().await.unwrap(), 2);
    let log = store.audit_of(&ada, 9).await.unwrap();
    let events: Vec<AuditEvent> = log.into_iter().map(|one| one.event).collect();
    assert_eq!(events, [AuditEvent::PasswordMailed, AuditEvent::CodeSent]);
    assert!(!finish("again", "right", &ada, 109).await, "it was used");
}

async fn a_newer_code_ends_the_one_before(home: Home) {
    let store = home.open().await;
    let ada = ada(&store).await;
    add(&store, &mail("other", &ada, MailKind::FactorOn, 5)).await;
    for (hash, at) in [("first", 10), ("second", 20)] {
        let sent = entry(&ada, AuditEvent::CodeSent, at);
        let carries = mail(hash, &ada, MailKind::ResetCode, at);
        assert!(store.begin_reset(&code(&ada, hash, at), &sent, &carries).await.unwrap());
    }
    // What carries the first one is not carried any more.
    let secrets = store.mail_secrets().await.unwrap();
    let ids: Vec<&str> = secrets.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, ["other", "second"]);
    let done = entry(&ada, AuditEvent::PasswordMailed, 30);
    let told = mail("told", &ada, MailKind::PasswordReset, 30);
    assert!(!store.finish_reset("first", "new", &done, &told).await.unwrap());
    // Nor is any, once the password was changed in another way.
    let before = store.account(&ada).await.unwrap().unwrap().password;
    assert!(store.write_password(&ada, &before, "other").await.unwrap());
    assert!(!store.finish_reset("second", "new", &done, &told).await.unwrap());
    assert_eq!(store.account(&ada).await.unwrap().unwrap().password, "other");
}

async fn no_code_goes_to_an_address_of_before(home: Home) {
    let store = home.open().await;
    let ada = ada(&store).await;
    let sent = entry(&ada, AuditEvent::CodeSent, 10);
    let begin = async |hash: &str, address: &str| {
        let carries = mail(hash, &ada, MailKind::ResetCode, 10);
        let carries = WaitingMail { address: address.to_owned(), ..carries };
        store.begin_reset(&code(&ada, hash, 10), &sent, &carries).await.unwrap()
    };
    let finish = async |hash: &str| {
        let done = entry(&ada, AuditEvent::PasswordMailed, 20);
        let told = mail(&format!("told {hash}"), &ada, MailKind::PasswordReset, 20);
        store.finish_reset(hash, "new", &done, &told).await.unwrap()
    };
    assert!(begin("hers", "ada@example.com").await);
    assert!(!begin("other", "bob@example.com").await);
    assert_eq!(store.check_audit().await.unwrap(), 1, "nothing was written");
    let secrets = store.mail_secrets().await.unwrap();
    assert_eq!(secrets, [("hers".to_owned(), "sealed hers".to_owned())], "nor taken away");
    assert!(!finish("other").await);
    assert!(finish("hers").await);
    // While the address is changed: whichever is first, the code is worth nothing afterwards.
    let mut address = "ada@example.com".to_owned();
    for n in 0..32 {
        let (hash, next) = (format!("n{n}"), format!("ada{n}@example.com"));
        let change = store.write_email(&ada, &address, &next, Moment(10));
        let (changed, _) = futures::future::join(change, begin(&hash, &address)).await;
        assert!(changed.unwrap());
        assert!(!finish(&hash).await, "{hash}");
        address = next;
    }
    // Nobody waits for somebody who waits for them.
    let all = (0..16).map(|n| format!("many{n}"));
    let all = all.map(async |hash| {
        assert!(begin(&hash, &address).await);
        finish(&hash).await;
        let before = store.account(&ada).await.unwrap().unwrap().password;
        // Another one may have been quicker.
        store.write_password(&ada, &before, "other").await.unwrap();
    });
    futures::future::join_all(all).await;
    assert!(begin("last", &address).await);
    assert!(finish("last").await);
}

async fn what_ended_is_forgotten(home: Home) {
    let store = home.open().await;
    let ada = ada(&store).await;
    let sent = entry(&ada, AuditEvent::CodeSent, 10);
    let carries = mail("code", &ada, MailKind::ResetCode, 10);
    assert!(store.begin_reset(&code(&ada, "right", 10), &sent, &carries).await.unwrap());
    add(&store, &mail("later", &ada, MailKind::FactorOn, 50)).await;
    assert_eq!(store.remove_ended_mails(Moment(109)).await.unwrap(), []);
    assert_eq!(store.remove_ended_mails(Moment(110)).await.unwrap(), [MailKind::ResetCode]);
    assert_eq!(store.waiting_mails().await.unwrap(), 1);
    let done = entry(&ada, AuditEvent::PasswordMailed, 20);
    let told = mail("told", &ada, MailKind::PasswordReset, 20);
    assert!(!store.finish_reset("right", "new", &done, &told).await.unwrap(), "it is gone");
}

async fn a_browser_is_known_by_its_sign_ins(home: Home) {
    let store = home.open().await;
    let ada = ada(&store).await;
    let knows =
        async |account: &str, device: &str| store.knows_device(account, device).await.unwrap();
    store.add_audit(&entry(&ada, AuditEvent::Refused, 10)).await.unwrap();
    assert!(!knows(&ada, "Firefox on Linux").await, "it was refused");
    store.add_audit(&entry(&ada, AuditEvent::SignedIn, 20)).await.unwrap();
    assert!(knows(&ada, "Firefox on Linux").await);
    assert!(!knows(&ada, "Safari on iPhone").await);
    assert!(!knows("bob", "Firefox on Linux").await);
}
