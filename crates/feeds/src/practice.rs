//! The practice market: a simulation that is always open on its own exchange clock.
//!
//! A function of its seed and of time: the same seed is the same market on every machine, and any
//! minute can be asked for without those before it on the same day having been played. Its history
//! needs no storage. Nothing in it is real, and every screen says so.

mod chance;
mod day;
mod path;
mod prints;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use desk::{FeedEvent, MarketFeed};
use market::{
    Bar, BarHours, BarSpan, Moment, Span, Symbol, TapeId, TradingDate, TradingDay, fold_bars,
    next_trading_day, prior_trading_day, session_clock, trading_day,
};

use day::DayTape;
use path::{DayStart, older_days};

/// What it trades.
pub(crate) const SYMBOLS: [Symbol; 5] =
    [Symbol::SPX, Symbol::NDX, Symbol::SPY, Symbol::QQQ, Symbol::VIX];
/// How often it is heard from.
const HEARTBEAT: Span = Span::seconds(1);
/// Trading days of minutes before the day that playing starts on.
const MINUTE_DAYS: usize = 32;
/// Days whose minutes are kept; older ones are simulated again when they are asked for.
const DAYS_KEPT_MAX: usize = 48;

/// The day that playing starts on: an ordinary Tuesday, a week after a holiday.
const FIRST_DAY: (i16, i8, i8) = (2024, 2, 27);

/// The practice market. A clone is another player of the same market.
#[derive(Clone)]
pub struct PracticeMarket {
    seed: u64,
    known: Arc<Mutex<Known>>,
}

/// What was simulated so far.
struct Known {
    /// Daily bars of the days before minutes begin, by symbol.
    older: BTreeMap<Symbol, Vec<Bar>>,
    /// Where each day with minutes starts, in order.
    starts: Vec<DayStart>,
    /// Daily bars of the days with minutes that are over, by day.
    daily: BTreeMap<TradingDate, BTreeMap<Symbol, Bar>>,
    /// Minutes of the days asked for last.
    days: BTreeMap<TradingDate, Arc<DayTape>>,
}

fn first_day() -> TradingDay {
    let (year, month, day) = FIRST_DAY;
    let date = TradingDate::new(year, month, day).expect("a date of the calendar");
    trading_day(date).expect("the exchange was open on it")
}

impl PracticeMarket {
    /// The market that grows from `seed`.
    pub fn new(seed: u64) -> Self {
        let mut first = first_day();
        for _ in 0..MINUTE_DAYS {
            first = prior_trading_day(first.date);
        }
        let (older, start) = older_days(seed, first);
        let known =
            Known { older, starts: vec![start], daily: BTreeMap::new(), days: BTreeMap::new() };
        Self { seed, known: Arc::new(Mutex::new(known)) }
    }

    /// The minutes of `date`, if it is a trading day that has them.
    fn day(&self, date: TradingDate) -> Option<Arc<DayTape>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.day(self.seed, date)
    }

    fn minute_days(&self, from: Moment, until: Moment) -> Vec<Arc<DayTape>> {
        let (first, last) = self.range();
        let mut date = from.max(first).wall_time().date;
        let end = until.min(last).wall_time().date;
        let mut days = Vec::new();
        while date <= end {
            days.extend(self.day(date));
            date = next_trading_day(date).date;
        }
        days
    }
}

impl Known {
    fn day(&mut self, seed: u64, date: TradingDate) -> Option<Arc<DayTape>> {
        if let Some(day) = self.days.get(&date) {
            return Some(Arc::clone(day));
        }
        let place = match self.starts.binary_search_by_key(&date, |start| start.day.date) {
            Ok(place) => place,
            Err(place) if place < self.starts.len() => return None,
            // Every day starts where the one before it ended.
            Err(_) => {
                while self.starts.last()?.day.date < date {
                    let last = self.starts.last()?.clone();
                    self.keep(seed, &last);
                }
                self.starts.binary_search_by_key(&date, |start| start.day.date).ok()?
            }
        };
        let start = self.starts[place].clone();
        Some(self.keep(seed, &start))
    }

    /// Simulates a day and keeps what later days need of it.
    fn keep(&mut self, seed: u64, start: &DayStart) -> Arc<DayTape> {
        let (tape, next) = DayTape::simulate(seed, start);
        let tape = Arc::new(tape);
        if self.starts.last().is_some_and(|last| last.day.date == start.day.date) {
            self.starts.push(next);
        }
        let daily = SYMBOLS.into_iter().filter_map(|symbol| {
            let day = fold_bars(tape.minutes(symbol), BarSpan::Day, BarHours::Regular);
            Some((symbol, *day.first()?))
        });
        self.daily.insert(start.day.date, daily.collect());
        if DAYS_KEPT_MAX <= self.days.len() {
            self.days.pop_first();
        }
        self.days.insert(start.day.date, Arc::clone(&tape));
        tape
    }
}

impl MarketFeed for PracticeMarket {
    fn tape(&self) -> TapeId {
        TapeId::Practice { seed: self.seed }
    }

    fn symbols(&self) -> Vec<Symbol> {
        SYMBOLS.to_vec()
    }

    fn heartbeat(&self) -> Span {
        HEARTBEAT
    }

    fn range(&self) -> (Moment, Moment) {
        let mut first = first_day();
        for _ in 0..MINUTE_DAYS - 2 {
            first = prior_trading_day(first.date);
        }
        let end = TradingDate::new(market::CALENDAR_LAST, 12, 31).expect("a date");
        (first.pre_market_open(), prior_trading_day(end.plus_days(1)).after_hours_close())
    }

    fn opening_moment(&self) -> Moment {
        first_day().open() + Span::minutes(60)
    }

    fn daily_bars(&self, symbol: Symbol, before: TradingDate) -> Vec<Bar> {
        // Simulates up to the day before, so that its bar is known.
        let _ = self.day(prior_trading_day(before).date);
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let older = known.older.get(&symbol).into_iter().flatten().copied();
        let newer = known.daily.range(..before).filter_map(|(_, day)| day.get(&symbol)).copied();
        let midnight = Moment::new_york(before, Span::ZERO);
        older.chain(newer).filter(|bar| bar.start < midnight).collect()
    }

    fn minute_bars(&self, symbol: Symbol, from: Moment, until: Moment) -> Vec<Bar> {
        let mut bars = Vec::new();
        for day in self.minute_days(from, until) {
            let inside = |bar: &&Bar| from <= bar.start && bar.start + Span::MINUTE <= until;
            bars.extend(day.minutes(symbol).iter().filter(inside));
        }
        bars
    }

    fn events(&mut self, after: Moment, until: Moment, told: &mut Vec<FeedEvent>) {
        for day in self.minute_days(after - Span::minutes(1), until) {
            prints::tell(self.seed, &day, after, until, told);
        }
    }

    fn next_event_after(&self, at: Moment) -> Option<Moment> {
        let (first, last) = self.range();
        if last <= at {
            return None;
        }
        let at = at.max(first - Span(1));
        let clock = session_clock(at);
        let day = clock.day;
        if day.after_hours_close() <= at {
            return Some(next_trading_day(day.date).pre_market_open());
        }
        if at < day.pre_market_open() {
            return Some(day.pre_market_open());
        }
        // A heartbeat comes with every second.
        Some(Moment((at.0.div_euclid(1_000_000) + 1) * 1_000_000))
    }
}
