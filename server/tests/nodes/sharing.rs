//! What is the same on both: sign-ins, what is kept, and limits.

use std::process::Stdio;

use super::stage::{Between, KEY, Page, until};

const FORM: &str = "email=ada%40example.com&password=correct+horse+battery";

#[tokio::test(flavor = "multi_thread")]
async fn accounts_sign_ins_and_what_is_kept_are_the_same_on_both() {
    let between = Between::new();
    let [here, there] = between.start_two().await;
    // Before there are accounts both answer whoever sits at the machine.
    assert_eq!(there.get("/api/v1/positions", "").await.status, 200);
    let made = here.send("/account/protect", FORM, "").await;
    let cookie = made.cookie();
    // From this moment nobody gets in elsewhere either.
    assert_eq!(there.get("/api/v1/positions", "").await.status, 401);
    let none = there.get("/api/v1/positions", &cookie).await.text();
    assert!(none.contains("\"positions\":[]"), "{none}");
    let position = br#"{"position":"1 SPXW 15MAR24 5000C","stage":"planned","name":"kept here"}"#;
    let headers = format!("cookie: {cookie}\r\ncontent-type: application/json\r\n");
    let kept = here.ask("POST /api/v1/positions", &headers, position).await;
    assert_eq!(kept.status, 201, "{}", kept.text());
    assert!(there.get("/api/v1/positions", &cookie).await.text().contains("kept here"));
    // Who signs out there is signed out here.
    there.send("/account/sign-out", "", &cookie).await;
    assert_eq!(here.get("/api/v1/positions", &cookie).await.status, 401);
    // And once the last account is deleted, both are open to the machine again.
    let cookie = there.send("/account/sign-in", FORM, "").await.cookie();
    let gone = there.send("/account/delete", "present=correct+horse+battery", &cookie).await;
    assert_eq!(gone.status, 303, "{}", gone.text());
    until(async || here.get("/api/v1/positions", "").await.status == 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tries_to_sign_in_and_open_streams_are_counted_together() {
    let between = Between::new();
    let [here, there] = between.start_two().await;
    // Four streams of one trader at most, wherever they are.
    let mut pages = Vec::new();
    for server in [&here, &there, &here, &there] {
        pages.push(Page::open(server).await);
    }
    until(async || {
        let mut one_more = Page::open(&here).await;
        one_more.hear(std::time::Duration::from_secs(5)).await;
        one_more.refused.is_some_and(|why| why.contains("too many streams"))
    })
    .await;
    drop(pages);
    here.send("/account/protect", FORM, "").await;
    let wrong = "email=ada%40example.com&password=wrong+horse+battery";
    for n in 0..10 {
        let server = if n % 2 == 0 { &here } else { &there };
        let told = server.send("/account/sign-in", wrong, "").await.head;
        assert!(told.contains("problem=wrong"), "{n}: {told}");
    }
    for server in [&here, &there] {
        let told = server.send("/account/sign-in", FORM, "").await.head;
        assert!(told.contains("problem=wait"), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_another_key_does_not_start() {
    let between = Between::new();
    let here = between.start();
    assert_eq!(here.get("/health", "").await.status, 200);
    let folder = tempfile::tempdir().unwrap();
    let other = KEY.replace('0', "f");
    let mut command = between.command(folder.path());
    command.args(["--listen", "127.0.0.1:0"]).env("VOLARIS_KEY", other).stdin(Stdio::null());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && told.contains("copy volaris.key"), "{told}");
}
