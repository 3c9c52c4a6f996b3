//! A tape that one server moves and another shows: the same prints under the same numbers.

use desk::{Desk, SymbolSlot, TapeBeat, TapeStep, Trader};
use market::{Moment, Span, Symbol, TapeCommand, TapeId};

use super::stage::{Chance, Stage, WALL, ada, bob, seen, stage};

/// Where Ada's tape stands.
fn beat(desk: &Desk) -> TapeBeat {
    TapeBeat::new(ada().owner().clone(), &desk.with_tape(&ada(), |tape| tape.state()))
}

#[track_caller]
fn check_same(there: &Desk, here: &Desk) {
    let of = |desk: &Desk| {
        let look = |tape: &mut desk::Tape| {
            let seqs: Vec<u64> = tape.feed().symbols().iter().map(|one| tape.seq(*one)).collect();
            (tape.state(), seqs, seen(tape))
        };
        desk.with_tape(&ada(), look)
    };
    let (there, here) = (of(there), of(here));
    assert_eq!(there.0, here.0);
    assert_eq!(there.1, here.1, "the numbers of prints");
    assert_eq!(there.2, here.2, "the books");
}

/// What a random trader does next.
fn command(chance: &mut Chance, now: Moment) -> TapeCommand {
    match chance.below(8) {
        0 => TapeCommand::Pause,
        1 => TapeCommand::Speed(60),
        2 => TapeCommand::Seek(now + Span::minutes(chance.below(4_000) - 2_000)),
        3 => TapeCommand::NextOpen,
        4 => TapeCommand::Step(Span::minutes(1 + chance.below(30))),
        5 => TapeCommand::Practice,
        6 => TapeCommand::Speed(600),
        _ => TapeCommand::Play,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_follows_shows_the_same_prints_whatever_is_lost_on_the_way() {
    let (there, here) = (stage().await, stage().await);
    let mut chance = Chance(11);
    let mut wall = WALL;
    there.desk.with_tape(&ada(), |tape| tape.handle_wall(wall));
    // Somebody looked there for a while before anybody did here.
    for _ in 0..50 {
        wall += Span::millis(50);
        there.desk.with_tape(&ada(), |tape| tape.handle_wall(wall));
    }
    here.desk.show(&beat(&there.desk)).await.unwrap();
    check_same(&there.desk, &here.desk);
    for _ in 0..60 {
        let at = there.desk.with_tape(&ada(), |tape| tape.state().at);
        there.desk.move_here(&ada(), command(&mut chance, at)).await.unwrap();
        let mut late = beat(&there.desk);
        for _ in 0..chance.below(12) {
            wall += Span::millis(50);
            there.desk.with_tape(&ada(), |tape| tape.handle_wall(wall));
            match chance.below(4) {
                // Lost.
                0 => {}
                // Overtaken by the next.
                1 => late = beat(&there.desk),
                2 => {
                    let now = beat(&there.desk);
                    here.desk.follow(&now).await.unwrap().unwrap();
                    if late.epoch == now.epoch {
                        here.desk.follow(&late).await.unwrap().unwrap();
                    }
                    // What is late tells of a pause that is over as well: the next word mends it.
                    here.desk.follow(&now).await.unwrap().unwrap();
                }
                _ => drop(here.desk.follow(&beat(&there.desk)).await.unwrap().unwrap()),
            }
        }
        here.desk.follow(&beat(&there.desk)).await.unwrap().unwrap();
        check_same(&there.desk, &here.desk);
    }
}

/// Everything that was numbered between two looks.
fn slots(step: TapeStep) -> Vec<SymbolSlot> {
    match step {
        TapeStep::Slot(slot) => slot.symbols,
        TapeStep::NewEpoch => panic!("nothing jumped"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_goes_to_another_server_is_refilled_there() {
    let (there, here) = (stage().await, stage().await);
    let mut wall = WALL;
    there.desk.with_tape(&ada(), |tape| tape.handle_wall(wall));
    here.desk.show(&beat(&there.desk)).await.unwrap();
    let mut heard = Vec::new();
    for _ in 0..400 {
        wall += Span::millis(50);
        heard.extend(slots(there.desk.with_tape(&ada(), |tape| tape.handle_wall(wall))));
        let (step, _) = here.desk.follow(&beat(&there.desk)).await.unwrap().unwrap();
        // Word for word what the listeners of the other server are told.
        let told = slots(step);
        assert_eq!(heard[heard.len() - told.len()..], told);
    }
    // It knows half of SPY's prints from there, and gets the rest here.
    let of_spy: Vec<&SymbolSlot> = heard.iter().filter(|one| one.symbol == Symbol::SPY).collect();
    let half = of_spy.len() / 2;
    let known = of_spy[half].after;
    let refilled = here.desk.with_tape(&ada(), |tape| tape.refill(Symbol::SPY, known)).unwrap();
    assert_eq!(refilled.iter().collect::<Vec<_>>(), of_spy[half..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_leads_next_goes_on_from_where_it_stands() {
    let (there, here) = (stage().await, stage().await);
    let mut wall = WALL;
    there.desk.with_tape(&ada(), |tape| tape.handle_wall(wall));
    there.desk.move_here(&ada(), TapeCommand::Speed(10)).await.unwrap();
    for _ in 0..40 {
        wall += Span::millis(50);
        there.desk.with_tape(&ada(), |tape| tape.handle_wall(wall));
    }
    let last = beat(&there.desk);
    here.desk.move_on(&last).await.unwrap();
    // The other one is gone; some seconds later this one leads, whatever its clock says.
    let elsewhere = wall - Span::hours(3);
    let state = here.desk.with_tape(&ada(), |tape| {
        tape.handle_wall(elsewhere);
        tape.handle_wall(elsewhere + Span::millis(50));
        tape.state()
    });
    assert_eq!((state.epoch, state.speed), (last.epoch, last.speed));
    assert_eq!(state.at, last.at + Span::millis(500));
    // It does not go back to what somebody else has.
    here.desk.move_on(&last).await.unwrap();
    assert_eq!(here.desk.with_tape(&ada(), |tape| tape.state().at), state.at);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_day_is_followed_by_who_has_it_and_nothing_else_is() {
    let (there, here) = (stage().await, stage().await);
    let days = there.record(&ada()).await;
    here.record(&ada()).await;
    there.desk.move_here(&ada(), TapeCommand::Recording(days[1])).await.unwrap();
    there.desk.with_tape(&ada(), |tape| tape.handle_wall(WALL));
    there.desk.with_tape(&ada(), |tape| tape.handle_wall(WALL + Span::seconds(1)));
    here.desk.show(&beat(&there.desk)).await.unwrap();
    check_same(&there.desk, &here.desk);
    // Nobody here looks at Bob's.
    let of_bob = TapeBeat { owner: bob().owner().clone(), ..beat(&there.desk) };
    assert_eq!(here.desk.follow(&of_bob).await.unwrap(), None);
    assert!(here.desk.show(&of_bob).await.is_err(), "nothing of his is recorded");
    let practice = TapeId::Practice { seed: 99 };
    let other = TapeBeat { tape: practice, ..beat(&there.desk) };
    let why = here.desk.show(&other).await.unwrap_err().to_string();
    assert!(why.contains("practice_seed"), "{why}");
    check_same(&there.desk, &here.desk);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_looks_at_is_not_told_of() {
    let Stage { desk, .. } = stage().await;
    desk.with_tape(&ada(), |tape| tape.state());
    let nobody = |_: &desk::OwnerId| false;
    assert_eq!(desk.awake_tapes(WALL, nobody).len(), 1);
    assert_eq!(desk.awake_tapes(WALL + Span::minutes(14), nobody).len(), 1);
    assert!(desk.awake_tapes(WALL + Span::minutes(16), nobody).is_empty());
    let heard = |owner: &desk::OwnerId| owner == Trader::named_for_test("ada").owner();
    assert_eq!(desk.awake_tapes(WALL + Span::minutes(17), heard).len(), 1);
}
