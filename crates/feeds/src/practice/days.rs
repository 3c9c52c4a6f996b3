//! What is the same for everybody who plays a practice market: where each day starts, and its bars.

use market::{Bar, Symbol, TradingDate, next_trading_day};

use super::SYMBOLS;
use super::day::{DayTape, RawBar, Scale};
use super::state::{DayStart, State};

/// The day before history begins, six years before playing starts.
const HISTORY_AFTER: (i16, i8, i8) = (2018, 1, 1);
/// What indices stand at when the day begins that playing starts on.
const SPX_ANCHOR: f64 = 5_070.0;
const NDX_ANCHOR: f64 = 17_900.0;

/// The days of a market, from the first of its history to the last of the calendar. Only where a
/// day starts is kept: its minutes are simulated again within a fraction of a millisecond.
#[derive(Debug)]
pub(super) struct Days {
    seed: u64,
    scale: Scale,
    starts: Vec<DayStart>,
    /// Bars of regular sessions, of every symbol by its place in [`SYMBOLS`].
    daily: [Vec<Bar>; 5],
}

impl Days {
    /// Simulates every day up to `last` once. Levels are then scaled so that `anchor` starts at
    /// those of its time.
    pub(super) fn new(seed: u64, anchor: TradingDate, last: TradingDate) -> Self {
        let (year, month, day) = HISTORY_AFTER;
        let before = TradingDate::new(year, month, day).expect("a date");
        let mut start = DayStart { day: next_trading_day(before), state: State::FIRST };
        let mut starts = Vec::with_capacity(2_600);
        let mut sessions: [Vec<RawBar>; 5] = Default::default();
        while start.day.date <= last {
            let (tape, next) = DayTape::simulate(seed, &start);
            for (symbol, sessions) in SYMBOLS.into_iter().zip(&mut sessions) {
                sessions.push(tape.session(symbol).expect("every symbol trades in a session"));
            }
            starts.push(start);
            start = next;
        }
        let state = starts.iter().find(|start| anchor <= start.day.date).unwrap_or(&start).state;
        let scale = Scale { spx: SPX_ANCHOR / state.spx, ndx: NDX_ANCHOR / state.ndx };
        let mut daily: [Vec<Bar>; 5] = Default::default();
        for ((symbol, sessions), daily) in SYMBOLS.into_iter().zip(sessions).zip(&mut daily) {
            let days = sessions.iter().zip(&starts);
            let bar = |(session, start): (&RawBar, &DayStart)| {
                session.scaled(start.day.open(), scale.of(symbol))
            };
            daily.extend(days.map(bar));
        }
        Self { seed, scale, starts, daily }
    }

    /// What it grew from.
    pub(super) fn seed(&self) -> u64 {
        self.seed
    }

    /// What levels are multiplied with.
    pub(super) fn scale(&self) -> Scale {
        self.scale
    }

    /// The minutes of `date`, if it is one of the days.
    pub(super) fn simulate(&self, date: TradingDate) -> Option<DayTape> {
        let place = self.starts.binary_search_by_key(&date, |start| start.day.date).ok()?;
        Some(DayTape::simulate(self.seed, &self.starts[place]).0)
    }

    /// The days from `first` to `last`, both included.
    pub(super) fn between(&self, first: TradingDate, last: TradingDate) -> &[DayStart] {
        let from = self.starts.partition_point(|start| start.day.date < first);
        let until = self.starts.partition_point(|start| start.day.date <= last);
        &self.starts[from.min(until)..until]
    }

    /// The days up to `date`, itself included, oldest first.
    pub(super) fn days_until(&self, date: TradingDate) -> &[DayStart] {
        &self.starts[..self.starts.partition_point(|start| start.day.date <= date)]
    }

    /// Bars of regular sessions before `before`, oldest first.
    pub(super) fn daily(&self, symbol: Symbol, before: TradingDate) -> &[Bar] {
        let Some(place) = SYMBOLS.iter().position(|known| *known == symbol) else { return &[] };
        let until = self.starts.partition_point(|start| start.day.date < before);
        &self.daily[place][..until]
    }
}
