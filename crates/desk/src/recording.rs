//! Recorded days: what a trader imported and can play back.

use std::collections::BTreeMap;

use market::{
    Bar, BarHours, BarSpan, Moment, Price, Print, SeriesQuotes, Span, Symbol, TapeId, TradingDate,
    TradingDay, fold_bars, trading_day,
};
use quant::levels::CloseKind;

use crate::{Adjustment, BarSeries, OwnerId};

/// A share that is seldom traded may lack the first and last minutes of a whole session; where more
/// of an end is missing, the day was as likely recorded in part, whose extremes are not the day's.
const UNTRADED_MAX: Span = Span::minutes(30);

/// One symbol of a recorded day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordedSymbol {
    /// Of what.
    pub symbol: Symbol,
    /// One-minute bars on that day.
    pub bars: u64,
    /// Prints on that day; none when only bars were imported.
    pub prints: u64,
}

/// A trading day of which minute bars or prints were imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedDay {
    /// The date in New York.
    pub date: TradingDate,
    /// What was recorded, by symbol.
    pub symbols: Vec<RecordedSymbol>,
}

/// What a recorded day is played from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordedPrices {
    /// One-minute bars, oldest first.
    Minutes(Vec<Bar>),
    /// Prints, oldest first.
    Prints(Vec<Print>),
}

/// Quotes of every series on an underlying, as they stood at one moment of a day.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedChain {
    /// When.
    pub at: Moment,
    /// Soonest first.
    pub series: Vec<SeriesQuotes>,
}

/// One symbol of a day about to be played, with what came before it.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedPart {
    /// Of what.
    pub symbol: Symbol,
    /// Regular-session bars of earlier days, oldest first.
    pub daily: Vec<Bar>,
    /// What the close of the last of them is.
    pub close: CloseKind,
    /// One-minute bars of earlier days, oldest first.
    pub minutes: Vec<Bar>,
    /// The day itself.
    pub day: RecordedPrices,
    /// Options on it.
    pub chain: Option<RecordedChain>,
}

/// The tape that imported rows carry.
pub fn import_tape(owner: &OwnerId) -> TapeId {
    TapeId::Replay { owner: owner.as_str().to_owned(), recording: "import".to_owned() }
}

/// The series that imported bars are written to. One source for every file, so that importing a
/// better file later revises the bars of a worse one instead of standing beside them.
pub fn import_series(owner: &OwnerId, symbol: Symbol, span: BarSpan) -> BarSeries {
    let hours = if span.intraday().is_some() { BarHours::Extended } else { BarHours::Regular };
    BarSeries {
        tape: import_tape(owner),
        symbol,
        source: "import".to_owned(),
        span,
        hours,
        adjustment: Adjustment::Raw,
    }
}

/// The days from `first` and before `date` of which there are prints of a symbol and no daily bar.
pub(crate) fn days_of_prints(
    days: &[RecordedDay],
    symbol: Symbol,
    first: TradingDate,
    date: TradingDate,
    daily: &[Bar],
) -> Vec<TradingDate> {
    let has_prints = |one: &RecordedSymbol| one.symbol == symbol && 0 < one.prints;
    let is_known = |date: TradingDate| daily.iter().any(|bar| bar.start.wall_time().date == date);
    let days = days.iter().filter(|day| first <= day.date && day.date < date);
    let of_prints = days.filter(|day| day.symbols.iter().any(has_prints)).map(|day| day.date);
    of_prints.filter(|date| !is_known(*date)).collect()
}

/// Days of which only minutes were imported are folded from them, unless they were recorded in
/// part: levels of an afternoon would be wrong. The official close comes after the last regular
/// minute, so it is told apart. Gives what the last day's close is.
pub(crate) fn add_folded_days(
    daily: &mut Vec<Bar>,
    minutes: &[Bar],
    closes: &BTreeMap<TradingDate, Price>,
) -> CloseKind {
    let mut kind = CloseKind::Official;
    for mut bar in fold_bars(minutes, BarSpan::Day, BarHours::Regular) {
        let Some(day) = trading_day(bar.start.wall_time().date) else { continue };
        let Err(place) = daily.binary_search_by_key(&bar.start, |bar| bar.start) else { continue };
        if !is_whole(minutes, &day) {
            continue;
        }
        let official = closes.get(&day.date);
        if let Some(close) = official {
            // Its shares stay out: a vendor's last minute may have them.
            bar.absorb(&Bar::of_print(day.close(), *close, 0));
        }
        if place == daily.len() {
            kind = if official.is_some() { CloseKind::Official } else { CloseKind::LastPrint };
        }
        daily.insert(place, bar);
    }
    kind
}

/// Whether minutes reach from the open of a session to its close.
fn is_whole(minutes: &[Bar], day: &TradingDay) -> bool {
    let (open, close) = (day.open(), day.close());
    let from = minutes.partition_point(|bar| bar.start < open);
    let until = minutes.partition_point(|bar| bar.start < close);
    let regular = minutes.get(from..until).unwrap_or_default();
    let (Some(first), Some(last)) = (regular.first(), regular.last()) else { return false };
    first.start - open <= UNTRADED_MAX && close - (last.start + Span::MINUTE) <= UNTRADED_MAX
}

#[cfg(test)]
mod tests {
    use market::Price;

    use super::*;

    /// The bars of minutes of a day, each a cent higher than the one before it, from 100.00.
    fn minutes(date: &str, from: i64, until: i64) -> Vec<Bar> {
        let midnight = Moment::new_york(date.parse().unwrap(), Span::ZERO);
        let bar = |minute: i64| {
            let price = Price::from_units(1_000_000 + 100 * (minute - from)).unwrap();
            Bar::of_print(midnight + Span::minutes(minute), price, 100)
        };
        (from..until).map(bar).collect()
    }

    /// Whether a day is folded from its minutes between these two of it.
    #[track_caller]
    fn check(date: &str, [from, until]: [i64; 2], is_folded: bool) {
        let mut daily = Vec::new();
        add_folded_days(&mut daily, &minutes(date, from, until), &BTreeMap::new());
        assert_eq!(daily.len(), usize::from(is_folded), "{date}: {from} to {until}");
    }

    #[test]
    fn a_day_that_was_recorded_in_part_is_not_folded() {
        let clock = |hours: i64, minutes: i64| 60 * hours + minutes;
        check("2024-07-02", [clock(9, 30), clock(16, 0)], true);
        check("2024-07-02", [clock(4, 0), clock(20, 0)], true);
        check("2024-07-02", [clock(10, 0), clock(15, 30)], true);
        check("2024-07-02", [clock(10, 1), clock(16, 0)], false);
        check("2024-07-02", [clock(9, 30), clock(15, 29)], false);
        check("2024-07-02", [clock(12, 0), clock(20, 0)], false);
        check("2024-07-02", [clock(4, 0), clock(12, 0)], false);
        // A half day is whole at 13:00.
        check("2024-07-03", [clock(9, 30), clock(13, 0)], true);
        check("2024-07-03", [clock(9, 30), clock(12, 29)], false);
    }

    #[test]
    fn a_day_in_part_leaves_the_close_of_the_day_before_it() {
        let (monday, tuesday) = (minutes("2024-07-01", 570, 960), minutes("2024-07-02", 720, 960));
        let mut daily = Vec::new();
        let both = [monday, tuesday].concat();
        assert_eq!(add_folded_days(&mut daily, &both, &BTreeMap::new()), CloseKind::LastPrint);
        let official = fold_bars(&both[..390], BarSpan::Day, BarHours::Regular);
        assert_eq!(daily, official);
        // The exchange's own bar stands, and its close is official.
        assert_eq!(add_folded_days(&mut daily, &both, &BTreeMap::new()), CloseKind::Official);
        assert_eq!(daily, official);
    }

    #[test]
    fn the_official_close_of_a_day_of_ticks_is_its_close() {
        let dates = ["2024-07-01", "2024-07-02"];
        let both = dates.map(|date| minutes(date, 570, 965)).concat();
        // Above all of the day but for the minutes after the bell, which do not count.
        let close = Price::from_units(1_039_200).unwrap();
        let fold = |told: &[&str]| {
            let mut daily = Vec::new();
            let closes = told.iter().map(|date| (date.parse().unwrap(), close)).collect();
            let kind = add_folded_days(&mut daily, &both, &closes);
            let told = daily.iter().map(|bar| (bar.high.units(), bar.close.units()));
            (kind, told.collect::<Vec<_>>())
        };
        let (of_minute, of_auction) = ((1_038_900, 1_038_900), (1_039_200, 1_039_200));
        assert_eq!(fold(&[]), (CloseKind::LastPrint, vec![of_minute; 2]));
        assert_eq!(fold(&dates), (CloseKind::Official, vec![of_auction; 2]));
        // The kind is the last day's.
        assert_eq!(fold(&dates[..1]), (CloseKind::LastPrint, vec![of_auction, of_minute]));
        assert_eq!(fold(&dates[1..]), (CloseKind::Official, vec![of_minute, of_auction]));
    }

    #[test]
    fn prints_are_looked_through_only_for_days_that_nothing_else_tells() {
        let date = |text: &str| text.parse::<TradingDate>().unwrap();
        let day = |text: &str, symbol, prints| RecordedDay {
            date: date(text),
            symbols: vec![RecordedSymbol { symbol, bars: 390, prints }],
        };
        let days = [
            day("2024-07-03", Symbol::SPY, 9),
            day("2024-07-02", Symbol::SPY, 9),
            day("2024-07-01", Symbol::SPY, 0),
            day("2024-06-28", Symbol::QQQ, 9),
            day("2024-06-27", Symbol::SPY, 9),
            day("2024-06-26", Symbol::SPY, 9),
            day("2024-06-25", Symbol::SPY, 9),
        ];
        let daily = fold_bars(&minutes("2024-06-27", 570, 960), BarSpan::Day, BarHours::Regular);
        let [first, until] = ["2024-06-26", "2024-07-03"].map(date);
        let found = days_of_prints(&days, Symbol::SPY, first, until, &daily);
        assert_eq!(found, ["2024-07-02", "2024-06-26"].map(date));
    }
}
