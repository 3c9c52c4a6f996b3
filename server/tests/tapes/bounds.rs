//! Commands and questions that make no sense: told, and nothing moves.

use market::{BarSpan, Moment, Span, Symbol};

use super::stage::{ada, day, seen, stage};

#[tokio::test]
async fn senseless_commands_are_told_and_harmless() {
    let stage = stage().await;
    let before = stage.desk.with_tape(&ada(), |tape| (tape.epoch(), seen(tape)));
    let desk = &stage.desk;
    for times in [0, 601, u16::MAX] {
        let told = desk.set_tape_speed(&ada(), times).unwrap_err().to_string();
        assert!(told.contains(&times.to_string()) && told.contains("1 to 600"), "{told}");
    }
    for by in [Span::ZERO, Span(-1), Span::hours(8), Span(i64::MAX), Span(i64::MIN)] {
        let told = desk.step_tape(&ada(), by).unwrap_err().to_string();
        assert!(told.contains("at most seven hours"), "{told}");
    }
    let told = desk.play_recording(&ada(), day("2013-10-07")).await.unwrap_err().to_string();
    assert!(told.contains("2013-10-07"), "{told}");
    let after = desk.with_tape(&ada(), |tape| (tape.epoch(), seen(tape)));
    assert_eq!(before, after);
}

#[tokio::test]
async fn jumps_stay_inside_what_can_be_played() {
    let stage = stage().await;
    let state = stage.desk.tape_state(&ada()).await.unwrap();
    for (to, expected) in [
        (Moment(i64::MIN), state.first),
        (state.first - Span(1), state.first),
        (Moment(i64::MAX), state.last),
    ] {
        let at = stage.desk.seek_tape(&ada(), to).at;
        assert_eq!(at, expected);
    }
    // At the very end of the calendar there is no next open to wait for.
    let ended = stage.desk.seek_tape_to_next_open(&ada());
    assert!(ended.at <= state.last, "{ended:?}");
}

#[tokio::test]
async fn questions_about_nothing_are_answered_in_words() {
    let stage = stage().await;
    let desk = &stage.desk;
    let unknown: Symbol = "NONE".parse().unwrap();
    let told = desk.chart_bars(&ada(), unknown, BarSpan::M1, None).await.unwrap_err().to_string();
    assert_eq!(told, "`NONE` is not on this tape");
    let (year_1, year_9999) = (Moment(i64::MIN), Moment(i64::MAX));
    let backwards = desk.bars(&ada(), Symbol::SPX, BarSpan::M1, year_9999, year_1).await;
    assert!(backwards.unwrap_err().to_string().contains("swap them"));
    let same = desk.bars(&ada(), Symbol::SPX, BarSpan::M1, year_1, year_1).await;
    assert!(same.is_err());
    for span in BarSpan::ALL {
        let all = desk.bars(&ada(), Symbol::SPX, span, year_1, year_9999).await.unwrap();
        assert!(!all.bars.is_empty() && all.bars.len() <= 20_000, "{span}: {}", all.bars.len());
        assert!(all.bars.is_sorted_by_key(|bar| bar.start));
    }
    let none = desk.bars(&ada(), Symbol::SPX, BarSpan::M1, year_1, year_1 + Span(1)).await.unwrap();
    assert!(none.bars.is_empty());
}

#[tokio::test]
async fn a_watchlist_has_bounds_and_no_repeats() {
    let stage = stage().await;
    let first = stage.desk.watchlist(&ada()).await.unwrap();
    assert_eq!(first[0], Symbol::SPX);
    let kept = stage
        .desk
        .write_watchlist(&ada(), vec![Symbol::VIX, Symbol::SPX, Symbol::VIX])
        .await
        .unwrap();
    assert_eq!(kept, [Symbol::VIX, Symbol::SPX]);
    let letters = (b'A'..=b'Z').flat_map(|a| (b'A'..=b'Z').map(move |b| [a, b]));
    let many: Vec<Symbol> = letters
        .map(|pair| pair.map(char::from).iter().collect::<String>().parse().unwrap())
        .collect();
    let told = stage.desk.write_watchlist(&ada(), many).await.unwrap_err().to_string();
    assert!(told.contains("at most"), "{told}");
    assert_eq!(stage.desk.watchlist(&ada()).await.unwrap(), kept, "what was there stays");
}
