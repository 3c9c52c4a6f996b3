//! Mails are carried once, tried again with growing pauses, and given up after a day.

use std::path::Path;
use std::sync::Arc;

use desk::{AuditEntry, AuditEvent, MailKind, Store};
use testkit::mail_server::{MailServer, Manner, Speaks};

use super::*;
use crate::commands::Settings;
use crate::configuration::Configuration;
use crate::desk_of_ada::{ada, new_store};
use crate::vault::Vault;

/// 2024-02-23 09:30 in New York.
const NOON: Moment = Moment(1_708_698_600_000_000);

struct Desk {
    _folder: tempfile::TempDir,
    store: Arc<dyn Store>,
    mails: Mails,
    account: String,
}

fn configuration(folder: &Path, server: &MailServer) -> Configuration {
    let settings = Settings { data: Some(folder.to_owned()), ..Settings::default() };
    let mut configuration = Configuration::load(&settings).expect("a configuration");
    let read = notify::MailServer::read(&server.address(), "Desk <desk@example.com>");
    configuration.mail = Some(read.expect("a mail server"));
    configuration
}

impl Desk {
    async fn open(server: &MailServer) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = new_store(folder.path()).await;
        let id = store.add_first_account(&ada()).await.expect("an answer").expect("an account");
        let configuration = configuration(folder.path(), server);
        let vault = Arc::new(Vault::open(&configuration).expect("a vault"));
        let mails = Mails::open(&configuration, Arc::clone(&store), &vault).expect("mails");
        Self { _folder: folder, store, mails: mails.expect("a mail server"), account: id }
    }

    async fn note(&self, event: AuditEvent, device: &str) {
        let entry = AuditEntry {
            at: NOON,
            account: self.account.clone(),
            event,
            about: String::new(),
            device: device.to_owned(),
            network: "192.0.2.7".to_owned(),
        };
        self.mails.note(&entry).await.expect("written");
    }

    async fn carry_at(&self, seconds: i64) {
        let at = NOON + Span(seconds * 1_000_000);
        self.mails.carry_due(|| at).await.expect("looked at");
    }

    async fn waiting(&self) -> u64 {
        self.store.waiting_mails().await.expect("a count")
    }
}

#[tokio::test]
async fn who_must_know_is_told_by_mail_and_of_the_rest_nobody() {
    let server = MailServer::start(Speaks::Plain).expect("a server");
    let desk = Desk::open(&server).await;
    use AuditEvent::{
        Connected, Ended, Exported, FactorOff, FactorOn, KeyMade, PasskeyMade, PasswordChanged,
        PasswordReset, Protected, SignedIn,
    };
    desk.note(Protected, "Firefox on Linux").await;
    for event in [SignedIn, Ended, Exported] {
        desk.note(event, "Firefox on Linux").await;
    }
    assert_eq!(desk.waiting().await, 0, "a browser that is known");
    desk.note(SignedIn, "Safari on iPhone").await;
    desk.note(SignedIn, "Safari on iPhone").await;
    let changes =
        [PasswordChanged, PasswordReset, FactorOn, FactorOff, Connected, PasskeyMade, KeyMade];
    for event in changes {
        desk.note(event, "Firefox on Linux").await;
    }
    assert_eq!(desk.waiting().await, 8);
    desk.carry_at(0).await;
    let taken = server.taken();
    let subjects: Vec<&str> = taken
        .iter()
        .filter_map(|mail| mail.text.lines().find_map(|line| line.strip_prefix("Subject: ")))
        .collect();
    // Those of one moment come in any order.
    for expected in [
        "A sign-in from another kind of browser at Volaris",
        "Your Volaris password was changed",
        "Your Volaris password was set anew",
        "A second factor was turned on at Volaris",
        "Your second factor was turned off at Volaris",
        "A sign-in elsewhere opens your Volaris account",
        "A passkey opens your Volaris account",
        "A program has a key of your Volaris account",
    ] {
        assert!(subjects.contains(&expected), "{expected} is not in {subjects:?}");
    }
    assert!(taken.iter().all(|mail| mail.to == ["ada@example.com"]), "{taken:?}");
    assert_eq!(desk.waiting().await, 0, "what was carried is gone");
    assert_eq!(desk.store.check_audit().await.expect("a count"), 13);
}

#[tokio::test]
async fn what_was_not_taken_is_tried_again_with_growing_pauses() {
    let server = MailServer::start(Speaks::Plain).expect("a server");
    let desk = Desk::open(&server).await;
    desk.note(AuditEvent::PasswordChanged, "Firefox on Linux").await;
    server.will([Manner::IsBusy, Manner::RefusesSender, Manner::HangsUp, Manner::HangsUpInside]);
    // So many seconds later it is tried so often, all in all.
    for (seconds, tries) in
        [(0, 1), (9, 1), (10, 2), (39, 2), (40, 3), (99, 3), (100, 4), (399, 4), (400, 5)]
    {
        desk.carry_at(seconds).await;
        assert_eq!(server.connections(), tries, "after {seconds} s");
    }
    assert_eq!(server.taken().len(), 1);
    assert_eq!(desk.waiting().await, 0);
}

#[tokio::test]
async fn what_is_never_taken_is_given_up_after_a_day() {
    let server = MailServer::start(Speaks::Plain).expect("a server");
    let desk = Desk::open(&server).await;
    desk.note(AuditEvent::PasswordChanged, "Firefox on Linux").await;
    server.will([Manner::RefusesSender; 40]);
    let day = 24 * 3_600;
    for seconds in (0..day).step_by(10) {
        desk.carry_at(seconds).await;
    }
    let tries = server.connections();
    assert!((10..=20).contains(&tries), "{tries} tries in a day");
    assert_eq!(desk.waiting().await, 1);
    desk.carry_at(day).await;
    assert_eq!((desk.waiting().await, server.connections()), (0, tries));
}

#[tokio::test]
async fn a_mail_outlives_the_server_and_is_sealed_meanwhile() {
    let server = MailServer::start(Speaks::Plain).expect("a server");
    let desk = Desk::open(&server).await;
    desk.note(AuditEvent::FactorOff, "Firefox on Linux").await;
    let secrets = desk.store.mail_secrets().await.expect("secrets");
    assert!(secrets.iter().all(|(_, sealed)| hex::decode(sealed).is_ok()), "{secrets:?}");
    // Another process, on what the first left behind.
    let configuration = configuration(desk._folder.path(), &server);
    let vault = Arc::new(Vault::open(&configuration).expect("a vault"));
    let later = Mails::open(&configuration, Arc::clone(&desk.store), &vault).expect("mails");
    later.expect("a mail server").carry_due(|| NOON).await.expect("looked at");
    assert!(server.taken()[0].text.contains("The second factor was turned off"));
}

#[tokio::test]
async fn what_cannot_be_a_mail_is_given_up_at_once() {
    let server = MailServer::start(Speaks::Plain).expect("a server");
    let desk = Desk::open(&server).await;
    let entry = AuditEntry {
        at: NOON,
        account: desk.account.clone(),
        event: AuditEvent::FactorOn,
        about: String::new(),
        device: String::new(),
        network: String::new(),
    };
    let to = "ada@example.com\r\nBcc: eve@example.com";
    let mail = desk.mails.letter(MailKind::FactorOn, &entry, to).expect("a letter");
    desk.mails.send(&entry, &mail).await.expect("written");
    // Nor what was sealed with another key.
    let other = WaitingMail {
        id: "other".to_owned(),
        address: "ada@example.com".to_owned(),
        ..desk.mails.letter(MailKind::FactorOn, &entry, to).expect("a letter")
    };
    desk.mails.send(&entry, &other).await.expect("written");
    assert_eq!(desk.waiting().await, 2);
    desk.carry_at(0).await;
    assert_eq!((desk.waiting().await, server.connections()), (0, 0));
}

#[test]
fn pauses_grow_and_stay() {
    let seconds = |tries| pause_after(tries).0 / 1_000_000;
    let grown: Vec<i64> = (1..=10).map(seconds).collect();
    assert!(grown.is_sorted(), "{grown:?}");
    assert_eq!((grown[0], grown[9], seconds(u64::MAX)), (10, 7_200, 7_200));
}
