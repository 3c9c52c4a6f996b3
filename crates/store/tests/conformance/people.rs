//! Roles, invitations, and who is shut out.

use desk::{
    Account, AccountStore, AuditEntry, AuditEvent, AuditStore, IdentityStore, Invitation,
    LinkedIdentity, MailKind, MailStore, NotJoined, OwnerId, PeopleStore, Role, SignIn, Tier,
    WaitingMail,
};
use market::Moment;

use super::home::{Home, local, on_both};

on_both!(
    somebody_joins_once_as_what_they_were_asked_to_be,
    an_invitation_is_for_one_address_and_ends,
    a_letter_goes_with_its_invitation,
    an_address_that_is_taken_uses_no_invitation_up,
    roles_change_from_what_they_were,
    a_desk_is_handed_over_whole_or_not_at_all,
    who_is_shut_out_is_signed_out,
    who_leads_no_more_has_asked_nobody_in,
);

const NOW: Moment = Moment(100);

fn account(email: &str) -> Account {
    Account {
        id: String::new(),
        owner: OwnerId::read(format!("owner of {email}")),
        email: email.to_owned(),
        name: String::new(),
        password: "$argon2id$one".to_owned(),
        role: Role::Member,
        tier: Tier::Lite,
        is_suspended: false,
        created_at: NOW,
    }
}

async fn first(store: &store::Database) -> String {
    let ada = Account { owner: local(), role: Role::Owner, ..account("ada@example.com") };
    store.add_first_account(&ada).await.unwrap().unwrap()
}

fn invitation(email: &str, by: &str, role: Role) -> Invitation {
    Invitation {
        hash: format!("hash of {email}"),
        email: email.to_owned(),
        role,
        by: by.to_owned(),
        made_at: NOW,
        expires_at: Moment(200),
    }
}

async fn somebody_joins_once_as_what_they_were_asked_to_be(home: Home) {
    let store = home.open().await;
    let ada = first(&store).await;
    let asked = invitation("bob@example.com", &ada, Role::Admin);
    assert!(store.add_invitation(&asked).await.unwrap());
    assert_eq!(store.invitations(NOW).await.unwrap(), std::slice::from_ref(&asked));
    let tries: Vec<Account> = (0..8)
        .map(|n| Account { owner: OwnerId::read(format!("bob {n}")), ..account("bob@example.com") })
        .collect();
    let joined = tries.iter().map(|bob| store.join(bob, &asked.hash, NOW));
    let joined = futures::future::join_all(joined).await;
    let joined: Vec<String> = joined.into_iter().filter_map(|one| one.unwrap().ok()).collect();
    assert_eq!(joined.len(), 1, "{joined:?}");
    let bob = store.account(&joined[0]).await.unwrap().unwrap();
    assert_eq!((bob.role, bob.is_suspended), (Role::Admin, false));
    assert_eq!(store.invitations(NOW).await.unwrap(), []);
    let again = invitation("bob@example.com", &ada, Role::Member);
    assert!(!store.add_invitation(&again).await.unwrap(), "he is here");
    let people = store.people(NOW).await.unwrap();
    let names: Vec<&str> = people.iter().map(|one| one.account.email.as_str()).collect();
    assert_eq!(names, ["ada@example.com", "bob@example.com"]);
    assert_eq!(people[1].account, bob);
}

async fn an_invitation_is_for_one_address_and_ends(home: Home) {
    let store = home.open().await;
    let ada = first(&store).await;
    let asked = invitation("bob@example.com", &ada, Role::Member);
    store.add_invitation(&asked).await.unwrap();
    let (bob, eve) = (account("bob@example.com"), account("eve@example.com"));
    let refused = Err(NotJoined::NotInvited);
    assert_eq!(store.join(&eve, &asked.hash, NOW).await.unwrap(), refused);
    assert_eq!(store.join(&bob, "another hash", NOW).await.unwrap(), refused);
    assert_eq!(store.join(&bob, &asked.hash, Moment(200)).await.unwrap(), refused, "it ended");
    // A newer one takes its place.
    let newer = Invitation { hash: "newer".to_owned(), ..asked.clone() };
    assert!(store.add_invitation(&newer).await.unwrap());
    assert_eq!(store.join(&bob, &asked.hash, NOW).await.unwrap(), refused);
    assert_eq!(store.invitations(NOW).await.unwrap(), [newer]);
    assert!(!store.remove_invitation("bob@example.com", Role::Admin).await.unwrap());
    assert!(store.remove_invitation("bob@example.com", Role::Member).await.unwrap());
    assert_eq!(store.join(&bob, "newer", NOW).await.unwrap(), refused, "it was taken back");
    store.add_invitation(&asked).await.unwrap();
    assert_eq!(store.invitations(Moment(200)).await.unwrap(), []);
    assert_eq!(store.invitations(NOW).await.unwrap(), [], "what ended is forgotten");
    let by_nobody = invitation("eve@example.com", "nobody", Role::Member);
    assert!(store.add_invitation(&by_nobody).await.is_err());
}

/// The letter of an invitation, or another.
fn letter(id: &str, of: &Invitation, kind: MailKind) -> WaitingMail {
    WaitingMail {
        id: id.to_owned(),
        account: of.by.clone(),
        kind,
        address: of.email.clone(),
        secret: "sealed".to_owned(),
        made_at: NOW,
        next_at: NOW,
        ends_at: Moment(200),
        tries: 0,
    }
}

/// What is written down of an invitation.
fn invited(by: &str) -> AuditEntry {
    AuditEntry {
        at: NOW,
        account: by.to_owned(),
        event: AuditEvent::Invited,
        about: String::new(),
        device: String::new(),
        network: String::new(),
    }
}

async fn a_letter_goes_with_its_invitation(home: Home) {
    let store = home.open().await;
    let ada = first(&store).await;
    let entry = invited(&ada);
    let bob = invitation("bob@example.com", &ada, Role::Member);
    let cy = invitation("cy@example.com", &ada, Role::Member);
    let send = async |id: &str, of: &Invitation| {
        let letter = letter(id, of, MailKind::Invitation);
        store.add_invitation_and_mail(of, &entry, &letter).await
    };
    let waiting = async || {
        let secrets = store.mail_secrets().await.unwrap();
        secrets.into_iter().map(|(id, _)| id).collect::<Vec<_>>()
    };
    // What else is on its way to him stays on its way.
    let other = letter("0 other", &bob, MailKind::EmailChanged);
    store.add_audit_and_mail(&entry, &other).await.unwrap();
    assert!(send("1 bob", &bob).await.unwrap());
    assert!(send("2 cy", &cy).await.unwrap());
    assert_eq!(waiting().await, ["0 other", "1 bob", "2 cy"]);
    let newer = Invitation { hash: "newer".to_owned(), ..bob.clone() };
    assert!(send("3 newer", &newer).await.unwrap());
    assert_eq!(waiting().await, ["0 other", "2 cy", "3 newer"]);
    // All or nothing: there is such a letter.
    send("2 cy", &bob).await.unwrap_err();
    assert_eq!(store.check_audit().await.unwrap(), 4);
    assert!(store.invitations(NOW).await.unwrap().contains(&newer));
    assert_eq!(waiting().await, ["0 other", "2 cy", "3 newer"]);
    assert!(!store.remove_invitation(&bob.email, Role::Admin).await.unwrap());
    assert_eq!(waiting().await, ["0 other", "2 cy", "3 newer"], "it was not taken back");
    // All are being carried: his is not tried again.
    while store.take_mail(NOW, Moment(150)).await.unwrap().is_some() {}
    assert!(store.remove_invitation(&bob.email, Role::Member).await.unwrap());
    assert_eq!(waiting().await, ["0 other", "2 cy"]);
    assert!(!store.put_mail_off("3 newer", NOW).await.unwrap());
    // One that is not sent replaces one that is.
    assert!(send("4 bob", &bob).await.unwrap());
    assert!(store.add_invitation(&newer).await.unwrap());
    assert_eq!(waiting().await, ["0 other", "2 cy"]);
    // Whoever was told the code needs no letter.
    store.join(&account(&cy.email), &cy.hash, NOW).await.unwrap().unwrap();
    assert_eq!(waiting().await, ["0 other"]);
    assert!(!send("5 cy", &cy).await.unwrap(), "he is here");
    assert_eq!(waiting().await, ["0 other"]);
    assert!(send("6 bob", &bob).await.unwrap());
    let identity = LinkedIdentity {
        issuer: "https://issuer.example".to_owned(),
        subject: "1".to_owned(),
        account: String::new(),
        linked_at: NOW,
    };
    let joined = store.join_by_identity(&account(&bob.email), &identity, false, NOW).await;
    assert!(joined.unwrap().is_some());
    assert_eq!(waiting().await, ["0 other"]);
}

async fn an_address_that_is_taken_uses_no_invitation_up(home: Home) {
    let store = home.open().await;
    let ada = first(&store).await;
    let asked = invitation("bob@example.com", &ada, Role::Admin);
    store.add_invitation(&asked).await.unwrap();
    // An account of that address, made by another way in the same moment.
    home.tamper(
        "insert into account (id, owner, email, password, created_at, role) \
         values ('b', 'other', 'bob@example.com', '', 1, 'member')",
    )
    .await;
    let bob = account("bob@example.com");
    let tries = (0..4).map(|_| store.join(&bob, &asked.hash, NOW));
    for joined in futures::future::join_all(tries).await {
        assert_eq!(joined.unwrap(), Err(NotJoined::Taken));
    }
    assert_eq!(store.invitations(NOW).await.unwrap(), std::slice::from_ref(&asked));
    assert_eq!(store.account("b").await.unwrap().unwrap().role, Role::Member, "as it was");
    let of_nobody = store.join(&bob, "another hash", NOW).await.unwrap();
    assert_eq!(of_nobody, Err(NotJoined::NotInvited), "who has no code learns nothing");
    home.tamper("delete from account where id = 'b'").await;
    store.join(&bob, &asked.hash, NOW).await.unwrap().unwrap();
}

async fn roles_change_from_what_they_were(home: Home) {
    let store = home.open().await;
    let ada = first(&store).await;
    assert!(!store.write_role(&ada, Role::Member, Role::Admin).await.unwrap(), "she is the owner");
    let asked = invitation("bob@example.com", &ada, Role::Member);
    store.add_invitation(&asked).await.unwrap();
    let bob = store.join(&account("bob@example.com"), &asked.hash, NOW).await.unwrap().unwrap();
    assert!(store.write_role(&bob, Role::Member, Role::Admin).await.unwrap());
    assert!(!store.write_role(&bob, Role::Member, Role::Admin).await.unwrap());
    assert!(!store.write_suspension(&bob, Role::Member, true).await.unwrap(), "he is an admin");
    assert!(!store.write_tier(&bob, Role::Member, Tier::Pro).await.unwrap());
    assert!(store.write_tier(&bob, Role::Admin, Tier::Pro).await.unwrap());
    assert!(!store.write_tier(&bob, Role::Admin, Tier::Pro).await.unwrap());
    assert_eq!(store.account(&bob).await.unwrap().unwrap().tier, Tier::Pro);
    assert_eq!(store.account(&bob).await.unwrap().unwrap().role, Role::Admin);
}

async fn a_desk_is_handed_over_whole_or_not_at_all(home: Home) {
    let store = home.open().await;
    let ada = first(&store).await;
    let mut others = Vec::new();
    for name in ["bob", "cy"] {
        let email = format!("{name}@example.com");
        let asked = invitation(&email, &ada, Role::Member);
        store.add_invitation(&asked).await.unwrap();
        others.push(store.join(&account(&email), &asked.hash, NOW).await.unwrap().unwrap());
    }
    let roles = async || {
        let people = store.people(NOW).await.unwrap();
        people.into_iter().map(|one| one.account.role).collect::<Vec<_>>()
    };
    use Role::{Admin, Member, Owner};
    let (bob, cy) = (&others[0], &others[1]);
    for (from, to) in [(bob, &ada), (bob, cy), (&ada, &ada), (&ada, &"nobody".to_owned())] {
        assert!(!store.hand_over(from, to).await.unwrap(), "{from} {to}");
        assert_eq!(roles().await, [Owner, Member, Member]);
    }
    store.write_suspension(bob, Member, true).await.unwrap();
    assert!(!store.hand_over(&ada, bob).await.unwrap(), "he is shut out");
    store.write_suspension(bob, Member, false).await.unwrap();
    // To both at once: one is.
    let both = [bob, cy].map(|to| store.hand_over(&ada, to));
    let both = futures::future::join_all(both).await;
    let done: Vec<bool> = both.into_iter().map(Result::unwrap).collect();
    assert_ne!(done[0], done[1]);
    let mut after = roles().await;
    after.sort_unstable();
    assert_eq!(after, [Member, Admin, Owner]);
}

fn sign_in(hash: &str, account: &str, seen_at: i64) -> SignIn {
    SignIn {
        hash: hash.to_owned(),
        account: account.to_owned(),
        device: String::new(),
        since: NOW,
        seen_at: Moment(seen_at),
        expires_at: Moment(200),
    }
}

async fn who_is_shut_out_is_signed_out(home: Home) {
    let store = home.open().await;
    let ada = first(&store).await;
    let asked = invitation("bob@example.com", &ada, Role::Member);
    store.add_invitation(&asked).await.unwrap();
    let bob = store.join(&account("bob@example.com"), &asked.hash, NOW).await.unwrap().unwrap();
    for (hash, account, seen_at) in [("a", &ada, 110), ("b", &bob, 120), ("c", &bob, 130)] {
        store.add_sign_in(&sign_in(hash, account, seen_at)).await.unwrap();
    }
    let seen = async |now| {
        let people = store.people(now).await.unwrap();
        people.into_iter().map(|one| (one.seen_at, one.sign_ins)).collect::<Vec<_>>()
    };
    assert_eq!(seen(NOW).await, [(Some(Moment(110)), 1), (Some(Moment(130)), 2)]);
    assert!(store.write_suspension(&bob, Role::Member, true).await.unwrap());
    assert!(!store.write_suspension(&bob, Role::Member, true).await.unwrap());
    assert!(store.account(&bob).await.unwrap().unwrap().is_suspended);
    assert_eq!(seen(NOW).await, [(Some(Moment(110)), 1), (None, 0)]);
    // Nor does anybody sign him in whose password was compared before.
    assert!(store.add_sign_in(&sign_in("d", &bob, 100)).await.is_err());
    assert!(store.write_suspension(&bob, Role::Member, false).await.unwrap());
    assert!(!store.account(&bob).await.unwrap().unwrap().is_suspended);
    assert_eq!(seen(Moment(200)).await, [(None, 0), (None, 0)]);
}

async fn who_leads_no_more_has_asked_nobody_in(home: Home) {
    let store = home.open().await;
    let ada = first(&store).await;
    let asked = invitation("bob@example.com", &ada, Role::Admin);
    store.add_invitation(&asked).await.unwrap();
    let bob = store.join(&account("bob@example.com"), &asked.hash, NOW).await.unwrap().unwrap();
    let hers = invitation("dee@example.com", &ada, Role::Member);
    store.add_invitation(&hers).await.unwrap();
    let entry = invited(&bob);
    let his = invitation("eve@example.com", &bob, Role::Member);
    let invite = async |id: &str| {
        let letter = letter(id, &his, MailKind::Invitation);
        store.add_invitation_and_mail(&his, &entry, &letter).await.unwrap()
    };
    assert!(invite("1").await);
    assert!(store.write_suspension(&bob, Role::Admin, true).await.unwrap());
    assert_eq!(store.invitations(NOW).await.unwrap(), std::slice::from_ref(&hers));
    assert_eq!(store.waiting_mails().await.unwrap(), 0, "its letter stays here");
    let eve = account("eve@example.com");
    let refused = Err(NotJoined::NotInvited);
    assert_eq!(store.join(&eve, &his.hash, NOW).await.unwrap(), refused);
    assert!(store.write_suspension(&bob, Role::Admin, false).await.unwrap());
    assert!(invite("2").await);
    assert!(store.write_role(&bob, Role::Admin, Role::Member).await.unwrap());
    assert_eq!(store.invitations(NOW).await.unwrap(), std::slice::from_ref(&hers));
    assert_eq!(store.join(&eve, &his.hash, NOW).await.unwrap(), refused);
}
