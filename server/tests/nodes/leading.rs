//! The lead moves within ten seconds, and the market goes on.

use std::time::{Duration, Instant};

use market::TapeCommand;
use testkit::postgres::PostgresServer;

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
    let [here, there] = between.start_two().await;
    control(&there, TapeCommand::Speed(10), "").await.unwrap();
    let mut page = Page::open(&there).await;
    hear_prints(&mut page).await;
    let before = tape(&there, "").await.unwrap();
    drop(here);
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

#[tokio::test(flavor = "multi_thread")]
async fn a_market_that_only_the_dead_leader_showed_goes_on_elsewhere() {
    let between = Between::new();
    let here = between.start();
    between.wait_for_leader(&here).await;
    let there = between.start();
    control(&here, TapeCommand::NextOpen, "").await.unwrap();
    let mut page = Page::open(&here).await;
    page.hear_for(Duration::from_secs(3)).await;
    let before = tape(&here, "").await.unwrap();
    drop(here);
    // Nobody looked there before, and nobody leads yet.
    let after = tape(&there, "").await.unwrap();
    assert_eq!(after.epoch, before.epoch);
    let mut page = Page::open(&there).await;
    check_moved(&between, &there, &mut page).await;
    let later = tape(&there, "").await.unwrap();
    assert_eq!(later.epoch, before.epoch, "nothing jumped");
    assert!(after.at < later.at);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_reach_the_others_does_not_lead() {
    let between = Between::new();
    // Nobody listens at the port of TCP's multiplexer.
    let alone = between.start_with("nats://127.0.0.1:1");
    let there = between.start();
    assert!(between.wait_for_leader(&there).await < MOVES_WITHIN);
    assert_eq!(alone.get("/health", "").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_stops_nobodys_prices() {
    let postgres = PostgresServer::start().unwrap_or_else(|why| panic!("{why}"));
    let between = Between::on(postgres.fresh_database().unwrap());
    let [here, there] = between.start_two().await;
    let (mut one, mut other) = (Page::open(&here).await, Page::open(&there).await);
    tokio::join!(hear_prints(&mut one), hear_prints(&mut other));
    postgres.cut_off().unwrap();
    // Longer than it takes to notice that nobody leads.
    let notice = Duration::from_secs(6);
    tokio::join!(one.hear_for(notice), other.hear_for(notice));
    tokio::join!(hear_prints(&mut one), hear_prints(&mut other));
    control(&there, TapeCommand::Speed(10), "").await.unwrap();
    postgres.start_again().unwrap();
    until(async || here.get("/ready", "").await.status == 200).await;
    tokio::join!(hear_prints(&mut one), hear_prints(&mut other));
    assert_eq!(tape(&here, "").await.unwrap().speed, 10);
}
