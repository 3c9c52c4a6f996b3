//! The lead moves within ten seconds, and the market goes on.

use std::time::{Duration, Instant};

use market::TapeCommand;

use super::stage::{Between, Page, Server, control, tape, until};

/// What is promised.
const MOVES_WITHIN: Duration = Duration::from_secs(10);

/// Waits until a page hears prints; gives how long that took.
async fn hear_prints(page: &mut Page) -> Duration {
    let began = Instant::now();
    page.updates.clear();
    while page.updates.is_empty() {
        page.hear(Duration::from_millis(100)).await;
        assert!(began.elapsed() < Duration::from_secs(60), "no print came");
    }
    began.elapsed()
}

async fn check_moved(between: &Between, survivor: &Server, page: &mut Page) {
    let began = Instant::now();
    between.wait_for_leader(survivor).await;
    hear_prints(page).await;
    let took = began.elapsed();
    assert!(took < MOVES_WITHIN, "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_that_is_killed_is_followed_by_the_other() {
    let between = Between::new();
    let [mut here, there] = between.start_two().await;
    control(&there, TapeCommand::Speed(10), "").await.unwrap();
    let mut page = Page::open(&there).await;
    hear_prints(&mut page).await;
    let before = tape(&there, "").await.unwrap();
    here.child.kill().unwrap();
    check_moved(&between, &there, &mut page).await;
    let after = tape(&there, "").await.unwrap();
    assert_eq!((after.epoch, after.speed), (before.epoch, 10), "it goes on, nothing jumped");
    assert!(before.at < after.at);
    // Another one comes, and shows what the first one showed.
    let third = between.start();
    until(async || tape(&third, "").await.is_some_and(|tape| tape.epoch == before.epoch)).await;
    control(&third, TapeCommand::Pause, "").await.unwrap();
    until(async || tape(&there, "").await.unwrap().is_paused).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_that_stands_still_gives_way_and_follows() {
    let between = Between::new();
    let [here, there] = between.start_two().await;
    let mut page = Page::open(&there).await;
    hear_prints(&mut page).await;
    here.signal("-STOP");
    check_moved(&between, &there, &mut page).await;
    control(&there, TapeCommand::NextOpen, "").await.unwrap();
    let epoch = tape(&there, "").await.unwrap().epoch;
    here.signal("-CONT");
    // It wakes up, still thinks that it leads, and does not disturb.
    until(async || tape(&here, "").await.is_some_and(|tape| tape.epoch == epoch)).await;
    hear_prints(&mut page).await;
    assert_eq!(tape(&there, "").await.unwrap().epoch, epoch);
    control(&here, TapeCommand::Pause, "").await.unwrap();
    until(async || tape(&there, "").await.unwrap().is_paused).await;
}
