//! A recorded day plays in order, steps by minutes, and is the same however one gets somewhere.

use desk::{BarStore, TapeStep, import_series};
use market::{Bar, BarHours, BarSpan, Span, Symbol, fold_bars, trading_day};
use quant::levels::{LevelId, Periods};

use super::stage::{Chance, WALL, ada, seen, stage};

#[tokio::test]
async fn jumping_there_and_playing_there_are_the_same() {
    let stage = stage().await;
    let [_, date] = stage.record(&ada()).await;
    let open = trading_day(date).unwrap().open();
    let mut chance = Chance(17);
    for minutes in [3, 31, 70] {
        let goal = open + Span::minutes(minutes);
        stage.desk.play_recording(&ada(), date).await.unwrap();
        stage.desk.seek_tape(&ada(), open - Span::minutes(5));
        stage.desk.set_tape_speed(&ada(), 60).unwrap();
        let mut wall = WALL;
        let played = stage.desk.with_tape(&ada(), |tape| {
            tape.handle_wall(wall);
            while tape.state().at < goal {
                let left = Span((goal - tape.state().at).0 / 60);
                wall += left.min(Span::millis(1 + chance.below(1_500))).max(Span(1));
                assert_ne!(tape.handle_wall(wall), TapeStep::NewEpoch);
            }
            seen(tape)
        });
        stage.desk.seek_tape(&ada(), played.0);
        let jumped = stage.desk.with_tape(&ada(), |tape| seen(tape));
        assert_eq!(jumped, played, "{minutes} minutes into the day");
    }
}

#[tokio::test]
async fn a_step_is_a_minute_and_stands_still() {
    let stage = stage().await;
    let [_, date] = stage.record(&ada()).await;
    stage.desk.play_recording(&ada(), date).await.unwrap();
    let open = trading_day(date).unwrap().open();
    stage.desk.seek_tape(&ada(), open);
    for minute in 1..=5 {
        let state = stage.desk.step_tape(&ada(), Span::MINUTE).unwrap();
        assert_eq!(state.at, open + Span::minutes(minute));
        assert!(state.is_paused);
        stage.pass(&ada(), WALL + Span::minutes(minute), Span::seconds(3), &mut Chance(1));
        let after = stage.desk.tape_state(&ada()).await.unwrap();
        assert_eq!(after.at, state.at, "paused is paused");
        let bars = stage.desk.with_tape(&ada(), |tape| {
            let minutes = tape.books().minutes(Symbol::SPY);
            // The next minute's open is known at its very beginning.
            let is_over = |bar: &&Bar| open <= bar.start && bar.start + Span::MINUTE <= state.at;
            minutes.iter().filter(is_over).count()
        });
        assert_eq!(i64::try_from(bars).unwrap(), minute);
    }
}

#[tokio::test]
async fn a_day_ends_and_can_be_played_again() {
    let stage = stage().await;
    let [_, date] = stage.record(&ada()).await;
    stage.desk.play_recording(&ada(), date).await.unwrap();
    stage.desk.seek_tape(&ada(), trading_day(date).unwrap().close() - Span::minutes(2));
    stage.desk.set_tape_speed(&ada(), 600).unwrap();
    let mut chance = Chance(2);
    stage.pass(&ada(), WALL, Span::seconds(120), &mut chance);
    let state = stage.desk.tape_state(&ada()).await.unwrap();
    assert!(state.is_ended && state.is_paused, "{state:?}");
    let levels = stage.desk.with_tape(&ada(), |tape| tape.books().levels(Symbol::SPY).len());
    assert!(10 < levels, "the finished day's levels stay");
    let again = stage.desk.play_tape(&ada());
    assert!(!again.is_ended && !again.is_paused);
    assert!(again.at < state.at);
}

#[tokio::test]
async fn prints_and_minutes_play_side_by_side() {
    let stage = stage().await;
    let [_, date] = stage.record(&ada()).await;
    stage.desk.play_recording(&ada(), date).await.unwrap();
    let symbols = stage.desk.symbols(&ada()).await.unwrap();
    assert_eq!(symbols, [Symbol::QQQ, Symbol::SPY]);
    let open = trading_day(date).unwrap().open();
    stage.desk.seek_tape(&ada(), open + Span::minutes(10));
    stage.desk.with_tape(&ada(), |tape| {
        let ticks = super::stage::prints(date, 9);
        let until = open + Span::minutes(10);
        let last = ticks.iter().rfind(|print| print.at <= until).unwrap();
        let book = tape.books().book(Symbol::QQQ).unwrap();
        assert_eq!(book.last(), Some((last.price, last.at)));
        let volume: i64 = ticks.iter().filter(|print| print.at <= until).map(|one| one.size).sum();
        let minutes: i64 = tape.books().minutes(Symbol::QQQ).iter().map(|bar| bar.volume).sum();
        assert_eq!(minutes, volume);
    });
}

/// What the desk says of the previous day's close.
async fn prior_close_words(stage: &super::stage::Stage) -> String {
    stage.desk.with_tape(&ada(), |tape| {
        let id = LevelId::PriorClose(Periods::Day);
        tape.books().explain(Symbol::SPY, id).unwrap().note
    })
}

#[tokio::test]
async fn a_close_that_nobody_told_is_called_the_last_print() {
    let stage = stage().await;
    let [before, date] = stage.record(&ada()).await;
    stage.desk.play_recording(&ada(), date).await.unwrap();
    let words = prior_close_words(&stage).await;
    assert!(words.contains("official close is not known"), "{words}");
    // With the exchange's own daily bar it is known.
    let owner = ada().owner().clone();
    let series = import_series(&owner, Symbol::SPY, BarSpan::Day);
    let minutes = super::stage::minutes(before, 1);
    let daily = fold_bars(&minutes, BarSpan::Day, BarHours::Regular);
    stage.store.write_bars(&owner, &series, &daily).await.unwrap();
    stage.desk.play_recording(&ada(), date).await.unwrap();
    assert_eq!(prior_close_words(&stage).await, "The official close.");
}
