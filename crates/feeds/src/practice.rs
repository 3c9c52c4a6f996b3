//! The practice market: a simulation on its own exchange clock. **Nothing in it is real**, and its
//! tape says so wherever a number of it goes.
//!
//! A function of its seed and of time: the same seed is the same market on every machine, any
//! minute can be asked for whatever was played before, and nothing needs storage.
//!
//! How it works: [`state`] is where the market stands and how chance moves it, [`day`] draws the
//! path of a day through five points of every minute, and both a minute's bar and its prints
//! ([`prints`]) come from these points, so that one folds to the other. [`days`] knows where each
//! day starts. [`drops`] decides when the feed is not heard. Options on the indices are listed by
//! [`listing`], valued on a [`surface`] and quoted by [`quotes`].

mod chance;
mod state;
mod day;
mod days;
mod prints;
mod listing;
mod surface;
mod quotes;
mod drops;

use std::sync::Arc;

use desk::{FeedEvent, MarketFeed};
use market::{
    Bar, CALENDAR_LAST, Moment, Series, SeriesQuotes, Span, Symbol, TapeId, TradingDate,
    TradingDay, next_trading_day, prior_trading_day, trading_day,
};

use day::DayTape;
use days::Days;
use drops::{drops_of, is_down, told_until};
use prints::tell_minute;
use quotes::OptionDay;

/// What it trades.
const SYMBOLS: [Symbol; 5] = [Symbol::SPX, Symbol::NDX, Symbol::SPY, Symbol::QQQ, Symbol::VIX];
/// How often it is heard from.
const HEARTBEAT: Span = Span::seconds(1);
/// The day that playing starts on: an ordinary Tuesday, a week after a holiday.
const OPENING_DAY: (i16, i8, i8) = (2024, 2, 27);
/// How far into the opening day's session playing starts.
const OPENING_INTO: Span = Span::minutes(60);
/// Trading days before the opening day that can be played, too.
const PLAYABLE_BEFORE: usize = 30;
/// Trading days whose minutes are given at once, the newest of them when more are asked for.
const MINUTE_DAYS_MAX: usize = 260;

/// The practice market. A clone is the same market for another player.
#[derive(Debug)]
pub struct PracticeMarket {
    days: Arc<Days>,
    first: TradingDay,
    opening: TradingDay,
    last: TradingDay,
    /// The day that is being played.
    tape: Option<Arc<DayTape>>,
    /// The minute that is being played: its place in the day, and everything that happens in it.
    minute: Option<(Moment, Vec<FeedEvent>)>,
    /// The options of the two days that were asked for last, the newest question's last: what is
    /// held is compared with the evening before.
    options: Vec<OptionDay>,
}

impl Clone for PracticeMarket {
    /// The same market for another player, who has asked for nothing yet.
    fn clone(&self) -> Self {
        Self {
            days: Arc::clone(&self.days),
            tape: self.tape.clone(),
            minute: None,
            options: Vec::new(),
            ..*self
        }
    }
}

impl PracticeMarket {
    /// The market that grows from `seed`. Simulates every day of it once, which takes a fraction of
    /// a second; clones share that.
    pub fn new(seed: u64) -> Self {
        let (year, month, day) = OPENING_DAY;
        let date = TradingDate::new(year, month, day).expect("a date");
        let opening = trading_day(date).expect("a Tuesday that was no holiday");
        let first = (0..PLAYABLE_BEFORE).fold(opening, |day, _| prior_trading_day(day.date));
        let new_year = TradingDate::new(CALENDAR_LAST + 1, 1, 1).expect("a date");
        let last = prior_trading_day(new_year);
        let days = Arc::new(Days::new(seed, opening.date, last.date));
        Self { days, first, opening, last, tape: None, minute: None, options: Vec::new() }
    }

    /// Makes `day` the day that is being played.
    fn turn_to(&mut self, day: &TradingDay) -> Option<Arc<DayTape>> {
        if self.tape.as_ref().is_none_or(|tape| tape.day.date != day.date) {
            self.tape = self.days.simulate(day.date).map(Arc::new);
        }
        self.tape.clone()
    }

    /// Appends what happened on one day in `(after, until]` and was not withheld.
    fn tell_day(
        &mut self,
        day: &TradingDay,
        after: Moment,
        until: Moment,
        told: &mut Vec<FeedEvent>,
    ) {
        let drops = drops_of(self.days.seed(), day);
        let (after, until) = (told_until(&drops, after), told_until(&drops, until));
        let Some(tape) = self.turn_to(day) else { return };
        for place in tape.places(after, until) {
            let start = tape.start(place);
            if self.minute.as_ref().is_none_or(|(known, _)| *known != start) {
                let mut events = self.minute.take().map(|(_, events)| events).unwrap_or_default();
                events.clear();
                tell_minute(self.days.seed(), self.days.scale(), &tape, place, &mut events);
                // Nobody hears of a heartbeat that was missed.
                events.retain(
                    |event| !matches!(event, FeedEvent::Heartbeat { at } if is_down(&drops, *at)),
                );
                self.minute = Some((start, events));
            }
            let Some((_, events)) = &self.minute else { continue };
            let from = events.partition_point(|event| event.at() <= after);
            let to = events.partition_point(|event| event.at() <= until);
            told.extend_from_slice(&events[from..to]);
        }
    }
}

impl PracticeMarket {
    /// The options of the day that `at` lies in; after the last bell those of the next day, whose
    /// quotes are the evening's.
    fn option_day(&mut self, at: Moment) -> Option<&mut OptionDay> {
        let date = at.wall_time().date;
        let today = trading_day(date).filter(|day| at < day.after_hours_close());
        let date = today.map_or_else(|| next_trading_day(date).date, |day| day.date);
        match self.options.iter().position(|options| options.day().date == date) {
            Some(place) => self.options[place..].rotate_left(1),
            None => {
                let played = self.tape.as_ref().filter(|tape| tape.day.date == date).cloned();
                let tape = played.or_else(|| self.days.simulate(date).map(Arc::new))?;
                let options = OptionDay::new(&self.days, tape)?;
                if self.options.len() == 2 {
                    self.options.remove(0);
                }
                self.options.push(options);
            }
        }
        self.options.last_mut()
    }
}

impl MarketFeed for PracticeMarket {
    fn tape(&self) -> TapeId {
        TapeId::Practice { seed: self.days.seed() }
    }

    fn symbols(&self) -> Vec<Symbol> {
        SYMBOLS.to_vec()
    }

    fn heartbeat(&self) -> Span {
        HEARTBEAT
    }

    /// From the pre-market of the thirtieth trading day before the opening one to the end of the
    /// calendar.
    fn range(&self) -> (Moment, Moment) {
        (self.first.pre_market_open(), self.last.after_hours_close())
    }

    fn opening_moment(&self) -> Moment {
        self.opening.open() + OPENING_INTO
    }

    fn daily_bars(&self, symbol: Symbol, before: TradingDate) -> Vec<Bar> {
        self.days.daily(symbol, before).to_vec()
    }

    /// At most the newest [`MINUTE_DAYS_MAX`] days of what is asked for.
    fn minute_bars(&self, symbol: Symbol, from: Moment, until: Moment) -> Vec<Bar> {
        let mut bars = Vec::new();
        let days = self.days.between(from.wall_time().date, until.wall_time().date);
        for start in &days[days.len().saturating_sub(MINUTE_DAYS_MAX)..] {
            let date = start.day.date;
            let played = self.tape.as_ref().filter(|tape| tape.day.date == date);
            let Some(tape) = played.cloned().or_else(|| self.days.simulate(date).map(Arc::new))
            else {
                continue;
            };
            let is_asked_for = |bar: &Bar| from <= bar.start && bar.start + Span::MINUTE <= until;
            bars.extend(tape.bars(symbol, self.days.scale()).filter(is_asked_for));
        }
        bars
    }

    fn events(&mut self, after: Moment, until: Moment, told: &mut Vec<FeedEvent>) {
        let days = Arc::clone(&self.days);
        for start in days.between(after.wall_time().date, until.wall_time().date) {
            self.tell_day(&start.day, after, until, told);
        }
    }

    fn series(&mut self, underlying: Symbol, at: Moment) -> Vec<Series> {
        self.option_day(at).map_or_else(Vec::new, |options| options.series(underlying, at))
    }

    fn quotes(&mut self, series: Series, at: Moment) -> Option<SeriesQuotes> {
        let seed = self.days.seed();
        let options = self.option_day(at)?;
        let heard = told_until(&drops_of(seed, options.day()), at);
        options.quotes(series, heard)
    }

    fn elsewhere(&self) -> Option<Box<dyn MarketFeed>> {
        Some(Box::new(self.clone()))
    }

    /// While the feed is down: when it is heard again.
    fn next_event_after(&self, at: Moment) -> Option<Moment> {
        let (first, last) = self.range();
        let at = at.max(first - Span(1));
        if last <= at {
            return None;
        }
        let date = at.wall_time().date;
        let today = trading_day(date).filter(|day| at < day.after_hours_close());
        let day = today.unwrap_or_else(|| next_trading_day(date));
        if at < day.pre_market_open() {
            return Some(day.pre_market_open());
        }
        // A heartbeat comes with every second, but for drops and the end of the day.
        let soon = at + HEARTBEAT;
        let mut told = Vec::new();
        self.clone().events(at, soon, &mut told);
        if let Some(event) = told.first() {
            // What was withheld is told when the feed is up again.
            let drops = drops_of(self.days.seed(), &day);
            let is_withheld = |drop: &&drops::Drop| drop.down <= event.at() && event.at() < drop.up;
            return Some(drops.iter().find(is_withheld).map_or(event.at(), |drop| drop.up));
        }
        let drops = drops_of(self.days.seed(), &day);
        if let Some(drop) = drops.iter().find(|drop| at < drop.up && drop.down <= soon) {
            return Some(drop.up);
        }
        let next = next_trading_day(day.date).pre_market_open();
        (next < last).then_some(next)
    }
}
