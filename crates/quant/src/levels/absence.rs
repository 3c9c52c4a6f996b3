//! What cannot be computed, and why: a level that is missing says so.

use market::{Moment, Symbol, TradingDate, instrument};
use serde::{Deserialize, Serialize};

use super::history::{ATR_DAYS, PeriodGap};
use super::proxy::is_possible_ex_date;
use super::{Books, LevelBook, Periods};

/// Something that cannot be computed, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absence {
    /// What.
    pub name: String,
    /// Why, and what would help.
    pub why: String,
}

/// What is missing from a book, in the order of the screen's groups.
pub(super) fn of_book(books: &Books, book: &LevelBook) -> Vec<Absence> {
    let mut absent = Vec::new();
    let mut say = |name: &str, why: String| absent.push(Absence { name: name.to_owned(), why });
    say_periods(book, &mut say);
    say_atr(book, &mut say);
    say_averages(book, &mut say);
    let symbol = book.symbol();
    let known = instrument(symbol);
    if known.has_extended_hours() && book.pre_market.is_none() {
        let why = if book.is_reached(book.bounds.open) {
            "there were no pre-market prints on this tape"
        } else {
            "there were no pre-market prints yet"
        };
        say("PMH, PML", why.to_owned());
    }
    if book.regular.is_none() {
        say(
            "Open, HOD, LOD, opening ranges, Woodie",
            "the regular session has no print yet".into(),
        );
    } else if let Some(from) = book.begins_late() {
        say("Open, gap, HOD, LOD, opening ranges, Woodie", why_late(from));
    }
    if !known.has_volume() {
        say_index(books, book, &mut say);
    } else if let (Some(from), Some(_)) = (book.begins_late(), book.regular) {
        say("VWAP, POC, VAH, VAL", why_late(from));
    } else if book.vwap.vwap().is_none() {
        say("VWAP", "nothing was traded in the regular session yet".to_owned());
    } else if book.value.is_none() {
        say("POC, VAH, VAL", "the first minute is not over yet".to_owned());
    }
    absent
}

fn say_periods(book: &LevelBook, say: &mut dyn FnMut(&str, String)) {
    for (which, name, what) in [
        (Periods::Day, "PDH, PDL, PDC, gap, pivots", "the daily bar"),
        (Periods::Week, "PWH, PWL, PWC, weekly pivots", "the week from"),
        (Periods::Month, "PMoH, PMoL, PMoC, monthly pivots", "the month from"),
    ] {
        if let Err(PeriodGap { first, known, needed }) = book.history.period(which) {
            let why = match which {
                Periods::Day => format!("{what} of {} is missing", prior_date(book)),
                _ => format!("{known} of {needed} daily bars of {what} {first} are known"),
            };
            say(name, why);
        }
    }
}

fn prior_date(book: &LevelBook) -> TradingDate {
    market::prior_trading_day(book.day().date).date
}

fn say_atr(book: &LevelBook, say: &mut dyn FnMut(&str, String)) {
    let (needed, days) = (ATR_DAYS + 1, book.history.days);
    if book.atr().is_none() {
        say(
            "ATR, round numbers, touches",
            format!("ATR needs {needed} daily bars without a gap, {days} are known"),
        );
    }
}

fn say_averages(book: &LevelBook, say: &mut dyn FnMut(&str, String)) {
    let (days, weeks) = (book.history.days, book.history.weeks);
    for average in &book.history.daily {
        let length = average.length();
        if days < length {
            say(
                &format!("EMA{length} D"),
                format!("{length} daily bars without a gap are needed, {days} are known"),
            );
        }
    }
    for average in &book.history.weekly {
        let length = average.length();
        if weeks < length {
            say(
                &format!("EMA{length} W"),
                format!("{length} weeks without a gap are needed, {weeks} are known"),
            );
        }
    }
}

fn say_index(books: &Books, book: &LevelBook, say: &mut dyn FnMut(&str, String)) {
    let symbol = book.symbol();
    say("POC, VAH, VAL", "an index has no volume".to_owned());
    let what = "PMH, PML, VWAP";
    let Some(proxy) = instrument(symbol).proxy else {
        let why = format!("{symbol} has no volume and no pre-market, and no fund stands in for it");
        return say(what, why);
    };
    match books.pair(symbol) {
        None => say(
            what,
            format!("an index has no volume and no pre-market, and {proxy} is not on this tape"),
        ),
        Some((index, fund, link)) => {
            if link.frozen_ratio(index, fund).is_none() {
                say("PMH, PML", why_not_frozen(proxy, index));
            } else if fund.pre_market.is_none() {
                say("PMH, PML", format!("{proxy} has no pre-market prints"));
            }
            if let (Some(from), Some(_)) = (fund.begins_late(), fund.regular) {
                say("VWAP", format!("{}, {proxy}'s", why_late(from)));
            } else if link.live_ratio(index, fund).is_none() || fund.vwap.vwap().is_none() {
                say("VWAP", format!("{proxy} or {symbol} has no regular prints in common yet"));
            }
        }
    }
}

/// What a session did before its recording begins is not known.
fn why_late(from: Moment) -> String {
    format!("the recording begins at {}", market::format::minute(from))
}

fn why_not_frozen(proxy: Symbol, index: &LevelBook) -> String {
    if is_possible_ex_date(proxy, index.day().date) {
        return format!("{proxy} may have gone ex dividend today, by an unknown amount");
    }
    format!("the previous close of {} or {proxy} is not known", index.symbol())
}
