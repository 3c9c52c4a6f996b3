//! Nothing later than the tape's time is ever known: levels, bars, charts.

use desk::Tape;
use market::{BarSpan, Moment, Span, Symbol};

use super::stage::{Chance, Stage, ada, stage};

/// Everything that the desk would show is from before now.
async fn knows_nothing_later(stage: &Stage, symbol: Symbol) {
    let (at, day) = stage.desk.with_tape(&ada(), |tape| (tape.state().at, tape.day()));
    stage.desk.with_tape(&ada(), |tape| {
        if let Some((_, last)) = tape.books().book(symbol).and_then(|book| book.last()) {
            assert!(last <= at, "{symbol}: a print of {last} at {at}");
        }
        let minutes = tape.books().minutes(symbol);
        assert!(minutes.iter().all(|bar| bar.start <= at), "{symbol}: a bar after {at}");
    });
    for span in BarSpan::ALL {
        let chart = stage.desk.chart_bars(&ada(), symbol, span, None).await.unwrap();
        let earlier = |start: Moment| start.wall_time().date < day.date;
        assert!(chart.bars.iter().all(|bar| earlier(bar.start)), "{symbol} {span} at {at}");
        let ever = (Moment(i64::MIN), Moment(i64::MAX));
        let (_, all) = stage.desk.bars(&ada(), symbol, span, ever.0, ever.1).await.unwrap();
        assert!(all.bars.iter().all(|bar| bar.start <= at), "{symbol} {span} at {at}");
    }
}

/// The high of the day by the tape's own level.
fn high_of_day(tape: &Tape, symbol: Symbol) -> Option<f64> {
    let levels = tape.books().levels(symbol);
    levels.iter().find(|one| one.id == quant::levels::LevelId::HighOfDay).map(|one| one.price)
}

#[tokio::test]
async fn random_jumps_on_the_practice_market() {
    let stage = stage().await;
    let mut chance = Chance(11);
    let state = stage.desk.tape_state(&ada()).await.unwrap();
    let reach = Span::hours(24 * 40);
    for _ in 0..12 {
        let to = state.first + Span(chance.below(reach.0));
        stage.desk.seek_tape(&ada(), to);
        knows_nothing_later(&stage, Symbol::SPX).await;
        knows_nothing_later(&stage, Symbol::SPY).await;
    }
}

#[tokio::test]
async fn the_edges_of_sessions() {
    let stage = stage().await;
    let day = stage.desk.with_tape(&ada(), |tape| tape.day());
    let edges = [day.pre_market_open(), day.open(), day.close(), day.after_hours_close()];
    for edge in edges {
        for by in [Span(-1), Span::ZERO, Span(1), Span::MINUTE] {
            stage.desk.seek_tape(&ada(), edge + by);
            knows_nothing_later(&stage, Symbol::SPY).await;
            knows_nothing_later(&stage, Symbol::NDX).await;
        }
    }
}

#[tokio::test]
async fn a_recorded_high_is_known_when_its_minute_is_and_not_before() {
    let stage = stage().await;
    let [_, date] = stage.record(&ada()).await;
    stage.desk.play_recording(&ada(), date).await.unwrap();
    let minutes = super::stage::minutes(date, 2);
    let day = market::trading_day(date).unwrap();
    let regular: Vec<_> = minutes.iter().filter(|bar| day.open() <= bar.start).collect();
    for until in [1, 2, 17, 180, 389, 390] {
        // The moment at which the last of so many minutes is over.
        stage.desk.seek_tape(&ada(), day.open() + Span::minutes(until));
        let count = usize::try_from(until).unwrap();
        let expected = regular[..count].iter().map(|bar| bar.high).max().unwrap();
        let told = stage.desk.with_tape(&ada(), |tape| high_of_day(tape, Symbol::SPY));
        assert_eq!(told, Some(expected.to_f64()), "after {until} minutes");
        knows_nothing_later(&stage, Symbol::SPY).await;
    }
}
