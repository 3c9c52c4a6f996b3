//! Commands and questions that make no sense: told, and nothing moves.

use market::{BarSpan, Moment, Span, Symbol, trading_day};

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
    let told = stage.desk.seek_tape_to_next_open(&ada()).unwrap_err().to_string();
    assert_eq!(told, "there is no later open on this tape");
    assert_eq!(stage.desk.tape_state(&ada()).await.unwrap().at, state.last);
}

#[tokio::test]
async fn a_recorded_day_has_one_open() {
    let stage = stage().await;
    let days = stage.record(&ada()).await;
    let state = stage.desk.play_recording(&ada(), days[1]).await.unwrap();
    let open = trading_day(days[1]).unwrap().open();
    stage.desk.seek_tape(&ada(), state.first);
    assert!(state.first < open);
    assert_eq!(stage.desk.seek_tape_to_next_open(&ada()).unwrap().at, open);
    // The next one is another day's: the tape stays where it is, and as it is.
    let before = stage.desk.seek_tape(&ada(), open + Span::minutes(7));
    assert!(stage.desk.seek_tape_to_next_open(&ada()).is_err());
    let after = stage.desk.tape_state(&ada()).await.unwrap();
    assert_eq!((after.at, after.epoch), (before.at, before.epoch));
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
        let (_, all) = desk.bars(&ada(), Symbol::SPX, span, year_1, year_9999).await.unwrap();
        assert!(!all.bars.is_empty() && all.bars.len() <= 20_000, "{span}: {}", all.bars.len());
        assert!(all.bars.is_sorted_by_key(|bar| bar.start));
    }
    let soon = year_1 + Span(1);
    let (_, none) = desk.bars(&ada(), Symbol::SPX, BarSpan::M1, year_1, soon).await.unwrap();
    assert!(none.bars.is_empty());
}

#[tokio::test]
async fn watchlists_have_bounds_and_no_repeats() {
    let stage = stage().await;
    let desk = &stage.desk;
    let kept = async || desk.watchlists(&ada()).await.unwrap();
    let first = kept().await;
    assert_eq!((first.0[0].symbols[0], first.1.as_str()), (Symbol::SPX, "Main"));
    let twice = [Symbol::VIX, Symbol::SPX, Symbol::VIX];
    desk.write_watchlist(&ada(), " Fear ", &twice).await.unwrap();
    let (lists, chosen) = kept().await;
    assert_eq!(lists[0].symbols, [Symbol::VIX, Symbol::SPX]);
    assert_eq!(lists[1], first.0[0], "a second list does not take the first one's place");
    assert_eq!(chosen, "Fear", "nothing was chosen: the first by name");

    desk.choose_watchlist(&ada(), "Main").await.unwrap();
    desk.rename_watchlist(&ada(), "Main", "Indices").await.unwrap();
    assert_eq!(kept().await.1, "Indices", "what is looked at keeps being looked at");
    let before = kept().await;
    let letters = (b'A'..=b'Z').flat_map(|a| (b'A'..=b'Z').map(move |b| [a, b]));
    let many: Vec<Symbol> = letters
        .map(|pair| pair.map(char::from).iter().collect::<String>().parse().unwrap())
        .collect();
    let long = "n".repeat(41);
    let refused = [
        (desk.write_watchlist(&ada(), "Fear", &many).await, "at most 50"),
        (desk.write_watchlist(&ada(), &long, &[]).await, "1 to 40 letters"),
        (desk.write_watchlist(&ada(), "a\nb", &[]).await, "1 to 40 letters"),
        (desk.rename_watchlist(&ada(), "Fear", "Indices").await, "already"),
        (desk.rename_watchlist(&ada(), "Greed", "Calm").await, "no watchlist Greed"),
        (desk.remove_watchlist(&ada(), "Greed").await, "no watchlist Greed"),
        (desk.choose_watchlist(&ada(), "Greed").await, "no watchlist Greed"),
    ];
    for (told, part) in refused {
        let told = told.unwrap_err().to_string();
        assert!(told.contains(part), "{told}");
    }
    assert_eq!(kept().await, before, "what was there stays");

    desk.remove_watchlist(&ada(), "Indices").await.unwrap();
    assert_eq!(kept().await.1, "Fear");
    let told = desk.remove_watchlist(&ada(), "Fear").await.unwrap_err().to_string();
    assert!(told.contains("last"), "{told}");
    for n in 1..20 {
        desk.write_watchlist(&ada(), &format!("{n}"), &[]).await.unwrap();
    }
    let told = desk.write_watchlist(&ada(), "more", &[]).await.unwrap_err().to_string();
    assert!(told.contains("20 watchlists"), "{told}");
}
