//! One market, whichever server shows it.

use std::time::Duration;

use market::{Span, Symbol, TapeCommand};

use super::stage::{Between, Page, Server, control, tape, until};

/// So many updates that are equal are no luck.
const SAME_MIN: usize = 20;

/// Both pages were told the same prints under the same numbers.
fn count_same(one: &Page, other: &Page) -> usize {
    let both = one
        .updates
        .iter()
        .filter_map(|(key, update)| other.updates.get(key).map(|of_other| (update, of_other)));
    // What a page that came in between was told first has more in it.
    let same = both.filter(|(update, of_other)| update.after == of_other.after);
    same.map(|(update, of_other)| assert_eq!(update, of_other)).count()
}

/// Hears on both until so many prints were told in the same words.
async fn hear_same(one: &mut Page, other: &mut Page) {
    let mut rounds = 0;
    while one.epoch != other.epoch || count_same(one, other) < SAME_MIN {
        let moment = Duration::from_millis(500);
        tokio::join!(one.hear_for(moment), other.hear_for(moment));
        rounds += 1;
        assert!(rounds < 120, "{} and {} prints", one.updates.len(), other.updates.len());
    }
}

async fn are_one(here: &Server, there: &Server) -> bool {
    let (Some(one), Some(other)) = (tape(here, "").await, tape(there, "").await) else {
        return false;
    };
    (one.tape, one.epoch, one.speed, one.is_paused)
        == (other.tape, other.epoch, other.speed, other.is_paused)
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_on_both_hear_the_same_prints_and_move_one_tape() {
    let between = Between::new();
    let [here, there] = between.start_two().await;
    let (mut one, mut other) = (Page::open(&here).await, Page::open(&there).await);
    hear_same(&mut one, &mut other).await;
    // A page that goes from one to the other is refilled there.
    let last = one.updates.keys().filter(|(symbol, _)| *symbol == Symbol::SPY).nth(1).unwrap();
    let path = format!("/api/v1/tape?epoch={}&after=SPY:{}", one.epoch, last.1);
    let refilled = there.get(&path, "").await.text();
    assert!(refilled.contains("Refilled"), "{refilled}");

    // Whatever one does is done on both, whichever of them leads.
    for (server, command) in [
        (&there, TapeCommand::Speed(60)),
        (&here, TapeCommand::NextOpen),
        (&there, TapeCommand::Step(Span::minutes(5))),
        (&there, TapeCommand::Play),
        (&here, TapeCommand::Speed(10)),
    ] {
        let done = control(server, command, "").await.unwrap();
        let shown = tape(server, "").await.unwrap();
        assert_eq!((done.epoch, done.is_paused), (shown.epoch, shown.is_paused), "{command:?}");
        until(async || are_one(&here, &there).await).await;
    }
    hear_same(&mut one, &mut other).await;
    // What makes no sense is told as if it were asked there.
    assert_eq!(control(&there, TapeCommand::Speed(0), "").await, Err(400));
    let nothing = "2024-02-22".parse().unwrap();
    assert_eq!(control(&there, TapeCommand::Recording(nothing), "").await, Err(404));
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_do_not_hear_each_other_find_each_other_again() {
    let between = Between::new();
    let [here, there] = between.start_two().await;
    let mut page = Page::open(&there).await;
    page.hear_for(Duration::from_secs(1)).await;
    between.nats.cut_off().unwrap();
    // Whoever follows says that it cannot move the tape, and shows nothing that moves.
    until(async || control(&there, TapeCommand::Pause, "").await == Err(503)).await;
    while page.hear(Duration::from_millis(500)).await {}
    control(&here, TapeCommand::Speed(60), "").await.unwrap();
    between.nats.start_again().unwrap();
    until(async || are_one(&here, &there).await).await;
    until(async || control(&there, TapeCommand::Pause, "").await.is_ok()).await;
    until(async || are_one(&here, &there).await).await;
    assert!(tape(&here, "").await.unwrap().is_paused);
}
