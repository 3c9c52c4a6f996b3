//! One trader's tape: plays a feed through the books and numbers every print.
//!
//! A state machine: wall time and commands come in, numbered slots come out. Nobody else's commands
//! reach it. Every jump begins a new epoch, whose books are rebuilt from what was known by then.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use market::{
    Moment, Phase, Series, SeriesQuotes, Span, Symbol, TapeId, TradingDay, instrument,
    prior_trading_day, session_clock,
};
use quant::Bundle;
use quant::levels::{BookWriter, Books, OptionLevels, ProxyHistory, SessionStart};

use crate::{FeedEvent, MarketFeed, OpenInterest, Speed, TapeBeat, TapeClock};

/// Slots that are remembered for a client that lost its connection: two minutes of them.
const RECENT_SLOTS_MAX: usize = 20 * 120;

/// How long a series' quotes are kept when nobody asks for them.
const QUOTED_FOR: Span = Span::minutes(5);

/// Days whose minutes tell how steady the ratio of an index to its fund is.
const PROXY_DAYS: usize = 5;
/// So long after the open a share that is seldom traded may not have traded yet.
const UNTRADED_MAX: Span = Span::minutes(5);

/// What one symbol did in a slot: print number `after + 1` to `seq`.
#[derive(Clone, Debug, PartialEq)]
pub struct SymbolSlot {
    /// Which symbol.
    pub symbol: Symbol,
    /// The last print that is not in it.
    pub after: u64,
    /// The last print that is.
    pub seq: u64,
    /// Sums and events.
    pub bundle: Bundle,
}

/// What happened since the previous slot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slot {
    /// By symbol; silent ones are left out.
    pub symbols: Vec<SymbolSlot>,
}

/// How a tape stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TapeState {
    /// Its name.
    pub tape: TapeId,
    /// Changes with every jump.
    pub epoch: u64,
    /// Where the epoch began: the first numbered print is the first after it.
    pub began_at: Moment,
    /// The tape's time.
    pub at: Moment,
    /// Tape seconds in a second.
    pub speed: Speed,
    /// Whether it stands still.
    pub is_paused: bool,
    /// Whether it reached its end.
    pub is_ended: bool,
    /// When the feed was last heard, in tape time.
    pub heard_at: Moment,
    /// How often the feed promises to be heard.
    pub heartbeat: Span,
    /// The first moment that can be played.
    pub first: Moment,
    /// The last.
    pub last: Moment,
}

/// What a stretch of wall time brought.
#[derive(Clone, Debug, PartialEq)]
pub enum TapeStep {
    /// Prints, or nothing.
    Slot(Slot),
    /// A new session began: everybody needs new books.
    NewEpoch,
}

/// The numbered prints of one symbol.
#[derive(Debug, Default)]
struct Reel {
    seq: u64,
    recent: VecDeque<SymbolSlot>,
}

/// One trader's tape.
pub struct Tape {
    feed: Box<dyn MarketFeed>,
    clock: TapeClock,
    writer: BookWriter,
    day: TradingDay,
    epoch: u64,
    /// The least number of the next.
    epoch_floor: u64,
    /// Where the epoch began: the first numbered print is the first after it.
    began_at: Moment,
    heard_at: Moment,
    played_to: Moment,
    is_ended: bool,
    reels: BTreeMap<Symbol, Reel>,
    told: Vec<FeedEvent>,
    /// Quotes of series as they stood when somebody asked last.
    quoted: BTreeMap<Series, (Moment, Arc<SeriesQuotes>)>,
    /// What was open on an underlying when somebody asked last.
    opened: BTreeMap<Symbol, Arc<OpenInterest>>,
    /// The levels that its options made then, and in which epoch.
    option_levels: BTreeMap<Symbol, (u64, OptionLevels)>,
}

impl Tape {
    /// A tape that stands at the feed's opening moment. `epoch` must differ from those of the tapes
    /// that this trader had before.
    pub fn new(feed: Box<dyn MarketFeed>, epoch: u64) -> Self {
        let at = feed.opening_moment();
        Self::begin(feed, epoch, at)
    }

    /// A tape whose epoch began at a moment, and that stands there.
    fn begin(feed: Box<dyn MarketFeed>, epoch: u64, at: Moment) -> Self {
        let mut tape = Self {
            clock: TapeClock::new(at),
            writer: BookWriter::default(),
            day: book_day(at),
            epoch,
            epoch_floor: 0,
            began_at: at,
            heard_at: at,
            played_to: at,
            is_ended: false,
            reels: BTreeMap::new(),
            told: Vec::new(),
            quoted: BTreeMap::new(),
            opened: BTreeMap::new(),
            option_levels: BTreeMap::new(),
            feed,
        };
        tape.rebuild(at);
        tape
    }

    /// The feed behind it.
    pub fn feed(&self) -> &dyn MarketFeed {
        self.feed.as_ref()
    }

    /// The books as they are.
    pub fn books(&self) -> &Books {
        self.writer.books()
    }

    /// The trading day that the books are about.
    pub fn day(&self) -> TradingDay {
        self.day
    }

    /// Which epoch the sequences belong to.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The number of the symbol's last print.
    pub fn seq(&self, symbol: Symbol) -> u64 {
        self.reels.get(&symbol).map_or(0, |reel| reel.seq)
    }

    /// How it stands.
    pub fn state(&self) -> TapeState {
        let (first, last) = self.feed.range();
        TapeState {
            tape: self.feed.tape(),
            epoch: self.epoch,
            began_at: self.began_at,
            at: self.clock.at(),
            speed: self.clock.speed(),
            is_paused: self.clock.is_paused(),
            is_ended: self.is_ended,
            heard_at: self.heard_at,
            heartbeat: self.feed.heartbeat(),
            first,
            last,
        }
    }

    /// A tape that stands where another one does: its prints have the same numbers.
    pub fn beside(feed: Box<dyn MarketFeed>, beat: &TapeBeat) -> Self {
        let mut tape = Self::begin(feed, beat.epoch, beat.began_at);
        tape.follow(beat);
        tape
    }

    /// Whether it is the same market in the same epoch as one that stands elsewhere.
    pub(crate) fn is_beside(&self, beat: &TapeBeat) -> bool {
        self.epoch == beat.epoch && self.began_at == beat.began_at && self.feed.tape() == beat.tape
    }

    /// Runs or stands still as another tape does, without playing on.
    pub(crate) fn heed(&mut self, beat: &TapeBeat) {
        self.clock.forget_wall();
        self.clock.set_speed(beat.speed);
        if beat.is_paused {
            self.clock.pause();
        } else {
            self.clock.play();
        }
        self.is_ended = beat.is_ended;
    }

    /// Plays on to where another tape stands; nothing where that is in another epoch, or of another
    /// market.
    pub fn follow(&mut self, beat: &TapeBeat) -> Option<TapeStep> {
        if !self.is_beside(beat) {
            return None;
        }
        // A word that was overtaken by the next one says nothing new.
        if beat.at < self.played_to {
            return Some(TapeStep::Slot(Slot::default()));
        }
        self.heed(beat);
        if beat.at == self.played_to {
            return Some(TapeStep::Slot(Slot::default()));
        }
        self.clock.set_at(beat.at);
        Some(TapeStep::Slot(self.number(self.played_to, beat.at)))
    }

    /// Plays another market, from where that opens.
    pub(crate) fn change_feed(&mut self, feed: Box<dyn MarketFeed>) {
        let floor = self.epoch_floor;
        *self = Self::new(feed, self.next_epoch());
        self.epoch_floor = floor;
    }

    /// Epochs that begin from now on have at least this number.
    pub(crate) fn raise_epochs(&mut self, floor: u64) {
        self.epoch_floor = floor;
    }

    /// The number of the epoch that begins next.
    pub(crate) fn next_epoch(&self) -> u64 {
        (self.epoch + 1).max(self.epoch_floor)
    }

    /// The series on an underlying that are not over, soonest first; none without options on it.
    pub fn series(&mut self, underlying: Symbol) -> Vec<Series> {
        self.feed.series(underlying, self.clock.at())
    }

    /// Every contract of a series as it is quoted now; nothing when it is not listed.
    pub fn quotes(&mut self, series: Series) -> Option<Arc<SeriesQuotes>> {
        let at = self.clock.at();
        if let Some((quoted_at, quotes)) = self.quoted.get(&series)
            && *quoted_at == at
        {
            return Some(Arc::clone(quotes));
        }
        let quotes = self.feed.quotes(series, at).map(Arc::new);
        // Only those that are still looked at are worth keeping.
        self.quoted.retain(|_, (quoted_at, _)| at - *quoted_at < QUOTED_FOR && *quoted_at <= at);
        if let Some(quotes) = &quotes {
            self.quoted.insert(series, (at, Arc::clone(quotes)));
        }
        quotes
    }

    /// What was open on an underlying when somebody asked last, in this epoch.
    pub(crate) fn opened(&self, underlying: Symbol) -> Option<Arc<OpenInterest>> {
        let known = self.opened.get(&underlying)?;
        let is_ours = known.state.epoch == self.epoch && known.state.at <= self.clock.at();
        is_ours.then(|| Arc::clone(known))
    }

    /// Keeps that for whoever asks next.
    pub(crate) fn keep_opened(&mut self, open: Arc<OpenInterest>) {
        self.opened.insert(open.symbol, open);
    }

    /// The levels that options on an underlying made when somebody asked last, in this epoch.
    pub(crate) fn option_levels(&self, underlying: Symbol) -> Option<OptionLevels> {
        let (epoch, levels) = self.option_levels.get(&underlying)?;
        (*epoch == self.epoch).then_some(*levels)
    }

    /// Keeps those of an epoch for whoever asks next.
    pub(crate) fn keep_option_levels(&mut self, of: Symbol, epoch: u64, levels: OptionLevels) {
        self.option_levels.insert(of, (epoch, levels));
    }

    /// When the regular session before the tape's own closed.
    pub(crate) fn prior_close(&self) -> Moment {
        prior_trading_day(self.day.date).close()
    }

    /// Every contract of a series as it was quoted at an earlier moment; nothing where the feed
    /// does not know.
    pub(crate) fn quotes_at(&mut self, series: Series, at: Moment) -> Option<SeriesQuotes> {
        self.feed.quotes(series, at.min(self.clock.at()))
    }

    /// The series that ended first as seen at an earlier moment of today, with its quotes of then;
    /// nothing before that moment, and where the feed knows of none.
    pub(crate) fn first_quotes(
        &mut self,
        underlying: Symbol,
        at: Moment,
    ) -> Option<(Series, SeriesQuotes)> {
        if self.clock.at() < at {
            return None;
        }
        let series = *self.feed.series(underlying, at).first()?;
        Some((series, self.feed.quotes(series, at)?))
    }

    /// Wall time passed: plays on.
    pub fn handle_wall(&mut self, now: Moment) -> TapeStep {
        let until = self.clock.handle_wall(now);
        self.play_until(until)
    }

    /// Stands still.
    pub fn pause(&mut self) {
        self.clock.pause();
    }

    /// Goes on; from the start when it had ended.
    pub fn play(&mut self) {
        if self.is_ended {
            self.seek(self.feed.opening_moment());
        }
        self.clock.play();
    }

    /// Runs at another speed.
    pub fn set_speed(&mut self, speed: Speed) {
        self.clock.set_speed(speed);
    }

    /// Stands still and goes on by `by`.
    pub fn step(&mut self, by: Span) -> TapeStep {
        self.clock.pause();
        let until = self.clock.at() + by;
        self.clock.set_at(until);
        self.play_until(until)
    }

    /// Jumps to `to`, kept inside what can be played. Books are rebuilt from what was known then.
    pub fn seek(&mut self, to: Moment) {
        let (first, last) = self.feed.range();
        let to = to.clamp(first, last);
        self.epoch = self.next_epoch();
        self.rebuild(to);
    }

    /// Jumps to the next regular open; nothing moves where the tape ends before it.
    pub fn seek_next_open(&mut self) -> bool {
        let open = session_clock(self.clock.at()).next_open();
        let is_there = open < self.feed.range().1;
        if is_there {
            self.seek(open);
        }
        is_there
    }

    /// Everything of `symbol` after print number `after`; nothing when that is too long ago.
    pub fn refill(&self, symbol: Symbol, after: u64) -> Option<Vec<SymbolSlot>> {
        let reel = self.reels.get(&symbol)?;
        if reel.seq == after {
            return Some(Vec::new());
        }
        let from = reel.recent.iter().position(|slot| slot.after == after)?;
        Some(reel.recent.iter().skip(from).cloned().collect())
    }

    fn play_until(&mut self, until: Moment) -> TapeStep {
        if self.is_ended || until <= self.played_to {
            return TapeStep::Slot(Slot::default());
        }
        let Some(next) = self.feed.next_event_after(self.played_to) else {
            self.end();
            return TapeStep::Slot(Slot::default());
        };
        // Nights, weekends and holidays are not sat through.
        if session_clock(until).phase == Phase::Closed && until < next {
            self.clock.set_at(next);
        }
        if book_day(self.clock.at()).date != self.day.date {
            self.epoch = self.next_epoch();
            self.rebuild(self.clock.at());
            return TapeStep::NewEpoch;
        }
        let until = self.clock.at();
        let slot = self.number(self.played_to, until);
        TapeStep::Slot(slot)
    }

    fn end(&mut self) {
        self.is_ended = true;
        self.clock.pause();
    }

    fn play_events(&mut self, after: Moment, until: Moment) -> BTreeMap<Symbol, (u64, Bundle)> {
        let mut told = std::mem::take(&mut self.told);
        self.feed.events(after, until, &mut told);
        let mut heard: BTreeMap<Symbol, (u64, Bundle)> = BTreeMap::new();
        for event in told.drain(..) {
            let (symbol, bundle) = match event {
                FeedEvent::Print { symbol, print } => {
                    (symbol, self.writer.handle_tick(symbol, &print))
                }
                FeedEvent::Step { symbol, step } => {
                    (symbol, self.writer.handle_bar_step(symbol, &step))
                }
                FeedEvent::Heartbeat { at } => {
                    self.heard_at = self.heard_at.max(at);
                    continue;
                }
            };
            self.heard_at = self.heard_at.max(event.at());
            let entry = heard.entry(symbol).or_default();
            entry.0 += 1;
            entry.1.absorb(&bundle);
        }
        self.told = told;
        self.played_to = until;
        heard
    }

    fn number(&mut self, after: Moment, until: Moment) -> Slot {
        let heard = self.play_events(after, until);
        let mut slot = Slot::default();
        for (symbol, (count, bundle)) in heard {
            let reel = self.reels.entry(symbol).or_default();
            let numbered = SymbolSlot { symbol, after: reel.seq, seq: reel.seq + count, bundle };
            reel.seq = numbered.seq;
            if reel.recent.len() == RECENT_SLOTS_MAX {
                reel.recent.pop_front();
            }
            reel.recent.push_back(numbered.clone());
            slot.symbols.push(numbered);
        }
        slot
    }

    fn rebuild(&mut self, at: Moment) {
        self.day = book_day(at);
        self.began_at = at;
        self.writer = BookWriter::default();
        self.reels.clear();
        self.is_ended = false;
        self.heard_at = at;
        self.clock.set_at(at);
        self.begin_session();
        let start = self.day.pre_market_open() - Span(1);
        if start < at {
            self.play_events(start, at);
        }
        self.played_to = at;
    }

    fn begin_session(&mut self) {
        for symbol in self.feed.symbols() {
            let daily = self.feed.daily_bars(symbol, self.day.date);
            let mut start = SessionStart::new(self.day, daily);
            start.close = self.feed.close_kind(symbol, self.day.date);
            // The tape's range lies inside the calendar, so a provisional day cannot come up.
            let _ = self.writer.handle_session_change(symbol, &start);
            if let Some(from) = self.recorded_from(symbol) {
                self.writer.set_recorded_from(symbol, from);
            }
        }
        for index in self.feed.symbols() {
            if let Some(history) = self.proxy_history(index) {
                self.writer.set_proxy_history(index, &history);
            }
        }
    }

    /// When the first minute of a day begins that was recorded from later than its open. Other
    /// markets are heard from the open, and a share that did not trade at first opens with its
    /// first print.
    fn recorded_from(&self, symbol: Symbol) -> Option<Moment> {
        if !matches!(self.feed.tape(), TapeId::Replay { .. }) {
            return None;
        }
        let midnight = Moment::new_york(self.day.date, Span::ZERO);
        let minutes = self.feed.minute_bars(symbol, midnight, midnight + Span::hours(24));
        minutes.first().map(|bar| bar.start).filter(|first| self.day.open() + UNTRADED_MAX < *first)
    }

    fn proxy_history(&self, index: Symbol) -> Option<ProxyHistory> {
        let proxy = instrument(index).proxy?;
        if !self.feed.symbols().contains(&proxy) {
            return None;
        }
        let mut first = self.day.date;
        for _ in 0..PROXY_DAYS {
            first = prior_trading_day(first).date;
        }
        let from = Moment::new_york(first, Span::ZERO);
        let until = Moment::new_york(self.day.date, Span::ZERO);
        Some(ProxyHistory {
            proxy,
            index_minutes: self.feed.minute_bars(index, from, until),
            proxy_minutes: self.feed.minute_bars(proxy, from, until),
        })
    }
}

/// The trading day whose levels are shown at `at`: after the last bell they stay until the next
/// day's pre-market begins.
fn book_day(at: Moment) -> TradingDay {
    let clock = session_clock(at);
    match clock.phase {
        Phase::Closed => prior_trading_day(clock.day.date),
        _ => clock.day,
    }
}

#[cfg(test)]
mod tests {
    use market::{Bar, Price, TradingDate};

    use super::*;

    /// One minute of SPY, live or recorded.
    struct OneMinute(TapeId, Moment);

    impl MarketFeed for OneMinute {
        fn tape(&self) -> TapeId {
            self.0.clone()
        }

        fn symbols(&self) -> Vec<Symbol> {
            vec![Symbol::SPY]
        }

        fn heartbeat(&self) -> Span {
            Span::seconds(1)
        }

        fn range(&self) -> (Moment, Moment) {
            (self.1, self.1 + Span::MINUTE)
        }

        fn opening_moment(&self) -> Moment {
            self.1 + Span::MINUTE
        }

        fn daily_bars(&self, _symbol: Symbol, _before: TradingDate) -> Vec<Bar> {
            Vec::new()
        }

        fn minute_bars(&self, _symbol: Symbol, from: Moment, until: Moment) -> Vec<Bar> {
            let bar = Bar::of_print(self.1, Price::from_units(5_000_000).unwrap(), 100);
            let is_asked = from <= self.1 && self.1 + Span::MINUTE <= until;
            is_asked.then_some(bar).into_iter().collect()
        }

        fn events(&mut self, after: Moment, until: Moment, told: &mut Vec<FeedEvent>) {
            let price = Price::from_units(5_000_000).unwrap();
            let mark = market::PrintMark::Ordinary;
            let print = market::Print { at: self.1, price, size: 100, mark };
            if after < self.1 && self.1 <= until {
                told.push(FeedEvent::Print { symbol: Symbol::SPY, print });
            }
        }

        fn next_event_after(&self, at: Moment) -> Option<Moment> {
            (at < self.1).then_some(self.1)
        }
    }

    #[test]
    fn only_a_recording_that_begins_late_has_no_open() {
        let date = "2024-02-23".parse().unwrap();
        let recorded = TapeId::Replay { owner: "ada".to_owned(), recording: "day".to_owned() };
        let live = TapeId::Live { vendor: "vendor".to_owned() };
        for (tape, minute, has_open) in [
            (&recorded, 720, false),
            (&recorded, 580, false),
            (&recorded, 574, true),
            (&live, 720, true),
        ] {
            let at = Moment::new_york(date, Span::minutes(minute));
            let tape = Tape::new(Box::new(OneMinute(tape.clone(), at)), 1);
            let book = tape.books().book(Symbol::SPY).unwrap();
            assert_eq!(book.last().map(|(_, at)| at), Some(at));
            assert_eq!(book.level(quant::levels::LevelId::Open).is_some(), has_open, "{minute}");
        }
    }
}
