//! Nobody chooses a password that was in a breach, nor any at all while that cannot be looked up.

use http::{StatusCode, header};
use market::Moment;
use tower::ServiceExt;

use desk::{Invitation, Role};

use super::authorization::{Site, email};
use super::pairs::form;
use crate::codes;

const BREACHED: &str = "correct horse battery staple";
const GOOD: &str = "four unrelated words here";

#[tokio::test]
async fn a_password_of_the_list_is_nobodys() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("breached.txt");
    // SHA-1 of `BREACHED`, between two others.
    let list = "0000000000000000000000000000000000000000:1\r\n\
                ABF7AAD6438836DBE526AA231ABDE2D0EEF74D42:211\r\n\
                FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF:3\r\n";
    std::fs::write(&file, list).expect("a file");
    let set = file.clone();
    let site = Site::with(|configuration| configuration.breached_passwords = Some(set)).await;
    let invitation = Invitation {
        hash: codes::hash_of("a code"),
        email: email("bob"),
        role: Role::Member,
        by: site.store.account_named(&email("owner")).await.expect("read").expect("the owner").id,
        made_at: Moment(0),
        expires_at: Moment(i64::MAX),
    };
    site.store.add_invitation(&invitation).await.expect("an invitation");
    let join = async |password: &str| {
        let bob = email("bob");
        let fields = [("email", bob.as_str()), ("code", "a code"), ("password", password)];
        let asked = form("/account/join", &fields, 1);
        let answer = site.router.clone().oneshot(asked).await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        answer.headers()[header::LOCATION].to_str().expect("text").to_owned()
    };
    assert_eq!(join(BREACHED).await, "/join?problem=breached");
    assert_eq!(join("password").await, "/join?problem=common", "what was known before");
    // Cut in the middle of its last line, then gone.
    std::fs::write(&file, &list[..60]).expect("a file");
    assert_eq!(join(BREACHED).await, "/join?problem=unchecked");
    std::fs::remove_file(&file).expect("removed");
    assert_eq!(join(GOOD).await, "/join?problem=unchecked");
    std::fs::write(&file, list).expect("a file");
    assert!(!join(GOOD).await.contains("problem"));
    assert!(site.store.account_named(&email("bob")).await.expect("read").is_some());
}
