//! Levels of a day whose recording begins after the open, or before it.
#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

#[path = "levels_made/tape.rs"]
mod tape;

use market::Symbol;
use quant::levels::{BookWriter, LevelId};
use tape::{at, begin, calm_days, print, spy};

/// What needs the session from its open on.
const FROM_OPEN: [LevelId; 10] = [
    LevelId::Open,
    LevelId::Woodie(0),
    LevelId::OpeningRangeHigh(5),
    LevelId::OpeningRangeLow(30),
    LevelId::InitialBalanceHigh,
    LevelId::HighOfDay,
    LevelId::LowOfDay,
    LevelId::Vwap(0),
    LevelId::PointOfControl,
    LevelId::ValueAreaHigh,
];

/// A day that is recorded from a clock on, played to its end.
fn play(from: &str, prints: &[&str]) -> BookWriter {
    let mut writer = begin(Symbol::SPY, calm_days(30));
    writer.set_recorded_from(Symbol::SPY, at(from));
    for clock in prints.iter().chain(&["16:20"]) {
        writer.handle_tick(Symbol::SPY, &print(clock, 101.5, 100));
    }
    writer
}

#[test]
fn a_session_that_is_heard_from_later_on_has_no_levels_of_its_part() {
    for (from, prints) in
        [("12:00", &["12:00:05", "12:01"][..]), ("09:40", &["09:40", "09:50", "15:59"])]
    {
        let writer = play(from, prints);
        let book = spy(&writer);
        for id in FROM_OPEN {
            assert_eq!(book.level(id), None, "{from}: {}", id.name());
        }
        assert_eq!((book.gap(), book.atr_used()), (None, None), "{from}");
        assert!(book.vwap_path().is_empty(), "{from}");
        let absent = writer.books().absent(Symbol::SPY);
        for name in ["Open, gap, HOD, LOD, opening ranges, Woodie", "VWAP, POC, VAH, VAL"] {
            let absence = absent.iter().find(|absence| absence.name == name).unwrap();
            assert_eq!(absence.why, format!("the recording begins at {from}"));
        }
        // What stands for today's close is known all the same.
        assert!(book.level(LevelId::DailyEma(9)).unwrap().price > 100.0);
    }
}

#[test]
fn a_session_that_is_recorded_from_its_open_or_before_has_them_all() {
    // A share that is seldom traded has a print before the open and none for a while after it.
    for (from, prints) in
        [("09:30", &["09:30:20", "09:40"][..]), ("08:00", &["08:00", "09:33", "12:00"])]
    {
        let writer = play(from, prints);
        let book = spy(&writer);
        for id in FROM_OPEN {
            assert!(book.level(id).is_some(), "{from}: {}", id.name());
        }
        assert_eq!(book.gap(), Some((1.5, false)), "{from}");
        let absent = writer.books().absent(Symbol::SPY);
        assert!(absent.iter().all(|absence| !absence.why.contains("recording")), "{absent:?}");
    }
}
