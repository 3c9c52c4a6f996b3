//! The calendar against a published one, date by date, where the data folder is there.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;

use market::{CALENDAR_FIRST, CALENDAR_LAST, Span, TradingDate, trading_day};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");

fn read(test: &str, path: &str) -> Option<String> {
    let path = PathBuf::from(DATA).join(path);
    if !path.exists() {
        let _ = writeln!(std::io::stderr(), "skipped {test}: ../shared/data is not here");
        return None;
    }
    Some(std::fs::read_to_string(path).expect("the file was just seen"))
}

fn date(text: &str) -> TradingDate {
    text.parse().expect("the files hold dates")
}

fn clock(text: &str) -> Span {
    let (hours, minutes) = text.split_once(':').expect("the files hold times as 09:30");
    let number = |text: &str| text.parse::<i64>().expect("the files hold times as 09:30");
    Span::minutes(number(hours) * 60 + number(minutes))
}

fn known_dates() -> impl Iterator<Item = TradingDate> {
    let first = TradingDate::new(CALENDAR_FIRST, 1, 1).expect("a date").epoch_days();
    let last = TradingDate::new(CALENDAR_LAST, 12, 31).expect("a date").epoch_days();
    (first..=last).map(TradingDate::from_epoch_days)
}

#[test]
fn every_date_from_1990_to_2027_is_as_published() {
    let name = "every_date_from_1990_to_2027_is_as_published";
    let path = "calendars/xnys_sessions_1990_2027_exchange_calendars.csv";
    let Some(text) = read(name, path) else { return };
    let published: BTreeMap<TradingDate, (Span, Span)> = text
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            (date(cells[0]), (clock(cells[1]), clock(cells[2])))
        })
        .collect();
    assert_eq!(published.len(), 9_569);
    for date in known_dates() {
        let ours = trading_day(date);
        assert!(ours.is_none_or(|day| day.date == date && !day.is_provisional), "{date}");
        let ours = ours.map(|day| (day.open_since_midnight, day.close_since_midnight));
        assert_eq!(ours, published.get(&date).copied(), "{date}");
    }
}

#[test]
fn every_closed_weekday_is_as_published() {
    let name = "every_closed_weekday_is_as_published";
    let path = "calendars/xnys_weekday_holidays_1990_2027.csv";
    let Some(text) = read(name, path) else { return };
    let published: BTreeSet<TradingDate> = text.lines().skip(1).map(date).collect();
    let ours: BTreeSet<TradingDate> =
        known_dates().filter(|date| date.weekday() <= 5 && trading_day(*date).is_none()).collect();
    assert_eq!(ours, published);
    assert_eq!(ours.len(), 346);
}

#[test]
fn a_second_source_agrees_on_holidays() {
    let name = "a_second_source_agrees_on_holidays";
    let path = "reference/quantlib/nyse_holidays_expected.csv";
    let Some(text) = read(name, path) else { return };
    let mut complete = BTreeSet::new();
    for line in text.lines().skip(1) {
        let (day, set) = line.split_once(',').expect("two columns");
        let day = date(day);
        if CALENDAR_FIRST <= day.year_month_day().0 {
            assert_eq!(trading_day(day), None, "{day}");
        }
        if set == "holidays_2004_2006_complete" {
            complete.insert(day);
        }
    }
    // That list holds the rules' holidays only: the funeral of June 2004 stands among the specials.
    let ours: BTreeSet<TradingDate> = known_dates()
        .filter(|date| (2004..=2006).contains(&date.year_month_day().0))
        .filter(|date| date.weekday() <= 5 && trading_day(*date).is_none())
        .filter(|day| *day != date("2004-06-11") || complete.contains(day))
        .collect();
    assert_eq!(ours, complete);
}
