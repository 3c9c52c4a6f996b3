//! One trader's commands move that trader's tape and no other's.

use desk::OwnerId;
use market::{Span, Symbol};

use super::stage::{Chance, WALL, ada, bob, seen, stage};

#[tokio::test]
async fn commands_of_one_trader_move_nobody_else() {
    let (busy, quiet) = (stage().await, stage().await);
    let days = busy.record(&ada()).await;
    let mut chance = Chance(3);
    // On the busy desk ada does everything there is while bob's tape runs.
    for round in 0_i64..8 {
        let wall = WALL + Span::seconds(4 * round);
        match round {
            1 => drop(busy.desk.set_tape_speed(&ada(), 60).unwrap()),
            2 => drop(busy.desk.seek_tape_to_next_open(&ada())),
            3 => drop(busy.desk.play_recording(&ada(), days[1]).await.unwrap()),
            4 => drop(busy.desk.step_tape(&ada(), Span::minutes(30)).unwrap()),
            5 => drop(busy.desk.play_practice(&ada())),
            6 => drop(busy.desk.pause_tape(&ada())),
            _ => {}
        }
        busy.pass(&ada(), wall, Span::seconds(4), &mut chance);
        busy.pass(&bob(), wall, Span::seconds(4), &mut chance);
        quiet.pass(&bob(), wall, Span::seconds(4), &mut chance);
    }
    let look = |stage: &super::stage::Stage| stage.desk.with_tape(&bob(), |tape| seen(tape));
    assert_eq!(look(&busy), look(&quiet), "bob's tape does not know that ada exists");
    let of = |trader| busy.desk.with_tape(&trader, |tape| (tape.epoch(), tape.state().is_paused));
    assert_eq!(of(bob()), (1, false));
    assert!(3 < of(ada()).0 && of(ada()).1);
}

#[tokio::test]
async fn a_recording_is_its_owners() {
    let stage = stage().await;
    let days = stage.record(&ada()).await;
    assert_eq!(stage.desk.recordings(&ada()).await.unwrap().len(), 2);
    assert!(stage.desk.recordings(&bob()).await.unwrap().is_empty());
    let refused = stage.desk.play_recording(&bob(), days[0]).await.unwrap_err();
    assert_eq!(refused.to_string(), "nothing is recorded on 2024-02-22");
    let state = stage.desk.with_tape(&bob(), |tape| tape.state());
    assert!(state.tape.to_string().starts_with("practice"), "bob's tape stays what it was");
    assert!(stage.desk.symbols(&bob()).await.unwrap().contains(&Symbol::SPX));
}

#[tokio::test]
async fn a_tape_that_nobody_looks_at_rests_where_it_is() {
    let stage = stage().await;
    let at = |trader| stage.desk.with_tape(&trader, |tape| tape.state().at);
    let (begin, mut second) = (at(ada()), 0);
    assert_eq!(at(bob()), begin);
    let mut moved_in = |seconds: i64, is_heard: &dyn Fn(&OwnerId) -> bool| {
        let mut moved = 0;
        for _ in 0..seconds {
            second += 1;
            stage.desk.move_tapes(WALL + Span::seconds(second), is_heard, |owner, _, _| {
                moved += i32::from(owner == ada().owner());
            });
        }
        moved
    };
    let (nobody, hers) = (|_: &OwnerId| false, |owner: &OwnerId| owner == ada().owner());
    assert_eq!(moved_in(900, &nobody), 900, "for a quarter of an hour");
    assert_eq!(moved_in(3_600, &nobody), 0);
    assert_eq!(at(ada()), begin + Span::seconds(899), "the first beat starts the clock");
    // She was asked about just now: on it goes, from there.
    assert_eq!(moved_in(1, &nobody), 1);
    assert!(at(ada()) <= begin + Span::seconds(901));
    assert_eq!(moved_in(3_600, &hers), 3_600, "somebody listens");
    assert_eq!(moved_in(1_000, &nobody), 899);
}
