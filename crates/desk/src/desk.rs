//! The desk: every question a trader can ask, and the tapes that answer most of them.

mod bars;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use market::{BarSpan, Moment, Price, Span, Symbol, TapeId, TradingDate, prior_trading_day};
use quant::levels::Books;

use crate::recording::{add_folded_days, days_of_prints, import_series, import_tape};
use crate::{
    DeskError, Limited, MarketFeed, OwnerId, RecordedDay, RecordedPart, RecordedPrices, Speed,
    Store, Tape, TapeMover, TapeState, TapeStep, Tiers, Trader,
};

/// Trading days before a recorded one whose minutes are loaded with it.
const RECORDED_MINUTE_DAYS: usize = 30;

impl OpenTape {
    pub(crate) fn new(tape: Tape) -> Self {
        Self { tape, was_asked: true, asked_at: None }
    }

    /// Whether it is moved, after it was seen whether somebody has to do with it.
    pub(crate) fn look(&mut self, now: Moment, is_heard: bool) -> bool {
        if std::mem::take(&mut self.was_asked) || is_heard {
            self.asked_at = Some(now);
        }
        self.is_awake(now)
    }

    fn is_awake(&self, now: Moment) -> bool {
        self.asked_at.is_none_or(|asked_at| now - asked_at < REST_AFTER)
    }
}

/// A tape that nobody listens to and nobody asked for so long stands still, until somebody does: it
/// goes on from there, as after a night with the lid closed.
const REST_AFTER: Span = Span::minutes(15);

/// The markets that a tape can play; the server decides which they are.
pub trait Markets: Send + Sync {
    /// A fresh practice market.
    fn practice(&self) -> Box<dyn MarketFeed>;

    /// A recorded day.
    fn recorded(
        &self,
        owner: &OwnerId,
        date: TradingDate,
        parts: Vec<RecordedPart>,
    ) -> Box<dyn MarketFeed>;
}

/// The desk.
pub struct Desk {
    store: Arc<dyn Store>,
    markets: Arc<dyn Markets>,
    tiers: Tiers,
    /// Another server that moves the tapes, where there are several.
    pub(crate) mover: Option<Arc<dyn TapeMover>>,
    /// The least number of the epochs that begin here.
    pub(crate) epoch_floor: AtomicU64,
    pub(crate) tapes: Mutex<BTreeMap<OwnerId, Arc<Mutex<OpenTape>>>>,
}

/// A trader's tape, and when somebody last had to do with it.
pub(crate) struct OpenTape {
    pub(crate) tape: Tape,
    /// Since it was last moved.
    was_asked: bool,
    /// By the wall; nothing before it was first moved.
    asked_at: Option<Moment>,
}

/// A poisoned lock means that a thread died while it held it; what it guards is a state machine
/// whose steps are whole, so it is still good.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Desk {
    /// A desk on these parts.
    pub fn new(store: Arc<dyn Store>, markets: Arc<dyn Markets>) -> Self {
        Self {
            store,
            markets,
            tiers: Tiers::default(),
            mover: None,
            epoch_floor: AtomicU64::new(0),
            tapes: Mutex::default(),
        }
    }

    /// The same, where traders have tiers.
    #[must_use]
    pub fn with_tiers(mut self, tiers: Tiers) -> Self {
        self.tiers = tiers;
        self
    }

    /// Where each tape stands that somebody moved or asked not long ago, and how many rest.
    pub fn tape_states(&self, now: Moment) -> (Vec<TapeState>, usize) {
        let tapes: Vec<_> = lock(&self.tapes).values().cloned().collect();
        let awake = tapes.iter().filter_map(|open| {
            let open = lock(open);
            open.is_awake(now).then(|| open.tape.state())
        });
        let awake: Vec<_> = awake.collect();
        let resting = tapes.len() - awake.len();
        (awake, resting)
    }

    /// Refuses what would be number `wanted` of something, where the trader's tier has less.
    pub fn check_limit(
        &self,
        trader: &Trader,
        what: Limited,
        wanted: usize,
    ) -> Result<(), DeskError> {
        self.tiers.check(trader.tier(), what, wanted as u64)
    }

    /// The most of something that the trader may keep, and what they read who have so much, see
    /// [`Tiers::most`].
    pub(crate) fn most(
        &self,
        trader: &Trader,
        what: Limited,
        cap: u32,
        told: String,
    ) -> (u32, DeskError) {
        self.tiers.most(trader.tier(), what, cap, told)
    }

    pub(crate) fn store(&self) -> &dyn Store {
        self.store.as_ref()
    }

    /// Whether storage answers.
    pub async fn check_ready(&self) -> Result<(), DeskError> {
        Ok(self.store.ping().await?)
    }

    /// Forgets the tape of who is deleted: what it plays is theirs, and the next person to be here
    /// may have their place.
    pub fn forget(&self, owner: &OwnerId) {
        lock(&self.tapes).remove(owner);
    }

    /// Somebody's tape; opened on the practice market the first time.
    fn tape_of(&self, owner: &OwnerId) -> Arc<Mutex<OpenTape>> {
        let mut tapes = lock(&self.tapes);
        let open = || Arc::new(Mutex::new(OpenTape::new(Tape::new(self.markets.practice(), 1))));
        Arc::clone(tapes.entry(owner.clone()).or_insert_with(open))
    }

    /// Looks at the trader's tape. The closure must be quick: the tape stands still meanwhile.
    pub fn with_tape<T>(&self, trader: &Trader, look: impl FnOnce(&mut Tape) -> T) -> T {
        self.with_tape_of(trader.owner(), look)
    }

    /// The same, for the servers of a desk among themselves.
    pub(crate) fn with_tape_of<T>(&self, owner: &OwnerId, look: impl FnOnce(&mut Tape) -> T) -> T {
        let open = self.tape_of(owner);
        let mut open = lock(&open);
        open.was_asked = true;
        open.tape.raise_epochs(self.epoch_floor.load(Ordering::Acquire));
        look(&mut open.tape)
    }

    pub(crate) fn open_tapes(&self) -> Vec<(OwnerId, Arc<Mutex<OpenTape>>)> {
        lock(&self.tapes).iter().map(|(owner, open)| (owner.clone(), open.clone())).collect()
    }

    /// Wall time passed: moves every tape that somebody listens to or asked not long ago.
    pub fn move_tapes(
        &self,
        now: Moment,
        is_heard: impl Fn(&OwnerId) -> bool,
        mut moved: impl FnMut(&OwnerId, TapeStep, TapeState),
    ) {
        let floor = self.epoch_floor.load(Ordering::Acquire);
        for (owner, open) in self.open_tapes() {
            let mut open = lock(&open);
            if open.look(now, is_heard(&owner)) {
                open.tape.raise_epochs(floor);
                let step = open.tape.handle_wall(now);
                let state = open.tape.state();
                drop(open);
                moved(&owner, step, state);
            }
        }
    }

    /// How the trader's tape stands.
    pub async fn tape_state(&self, trader: &Trader) -> Result<TapeState, DeskError> {
        Ok(self.with_tape(trader, |tape| tape.state()))
    }

    /// Stands still.
    pub fn pause_tape(&self, trader: &Trader) -> TapeState {
        self.with_tape(trader, |tape| {
            tape.pause();
            tape.state()
        })
    }

    /// Goes on.
    pub fn play_tape(&self, trader: &Trader) -> TapeState {
        self.with_tape(trader, |tape| {
            tape.play();
            tape.state()
        })
    }

    /// Runs at another speed.
    pub fn set_tape_speed(&self, trader: &Trader, times: u16) -> Result<TapeState, DeskError> {
        let speed = Speed::new(times).ok_or_else(|| {
            DeskError::Malformed(format!(
                "a tape cannot run at `{times}`×: choose 1 to {}",
                Speed::MAX
            ))
        })?;
        Ok(self.with_tape(trader, |tape| {
            tape.set_speed(speed);
            tape.state()
        }))
    }

    /// Jumps.
    pub fn seek_tape(&self, trader: &Trader, to: Moment) -> TapeState {
        self.with_tape(trader, |tape| {
            tape.seek(to);
            tape.state()
        })
    }

    /// Stands still and goes on by `by`, in a new epoch so that everybody sees the same.
    pub fn step_tape(&self, trader: &Trader, by: Span) -> Result<TapeState, DeskError> {
        if by <= Span::ZERO || Span::hours(7) < by {
            return Err(DeskError::Malformed(
                "a step is longer than nothing and at most seven hours".to_owned(),
            ));
        }
        Ok(self.with_tape(trader, |tape| {
            tape.pause();
            tape.seek(tape.state().at + by);
            tape.state()
        }))
    }

    /// Jumps to the next regular open, if the tape has one.
    pub fn seek_tape_to_next_open(&self, trader: &Trader) -> Result<TapeState, DeskError> {
        self.with_tape(trader, |tape| {
            let is_there = tape.seek_next_open();
            let none = || DeskError::Malformed("there is no later open on this tape".to_owned());
            is_there.then(|| tape.state()).ok_or_else(none)
        })
    }

    /// Plays the practice market.
    pub fn play_practice(&self, trader: &Trader) -> TapeState {
        let feed = self.markets.practice();
        self.with_tape(trader, |tape| {
            tape.change_feed(feed);
            tape.state()
        })
    }

    /// Plays a recorded day of the trader's own.
    pub async fn play_recording(
        &self,
        trader: &Trader,
        date: TradingDate,
    ) -> Result<TapeState, DeskError> {
        let feed = self.recording(trader.owner(), date).await?;
        Ok(self.with_tape(trader, |tape| {
            tape.change_feed(feed);
            tape.state()
        }))
    }

    /// The market of a recorded day.
    pub(crate) async fn recording(
        &self,
        owner: &OwnerId,
        date: TradingDate,
    ) -> Result<Box<dyn MarketFeed>, DeskError> {
        let parts = self.recorded_parts(owner, date).await?;
        Ok(self.markets.recorded(owner, date, parts))
    }

    pub(crate) fn practice(&self) -> Box<dyn MarketFeed> {
        self.markets.practice()
    }

    async fn recorded_parts(
        &self,
        owner: &OwnerId,
        date: TradingDate,
    ) -> Result<Vec<RecordedPart>, DeskError> {
        let days = self.store.recorded_days(owner).await?;
        let day =
            days.iter().find(|day| day.date == date).ok_or(DeskError::NotRecorded { date })?;
        let mut parts = Vec::with_capacity(day.symbols.len());
        for recorded in &day.symbols {
            let symbol = recorded.symbol;
            let minutes = import_series(owner, symbol, BarSpan::M1);
            let midnight = Moment::new_york(date, Span::ZERO);
            let day = if recorded.prints == 0 {
                let until = midnight + Span::hours(24);
                RecordedPrices::Minutes(
                    self.store.read_bars(owner, &minutes, midnight, until, u32::MAX).await?,
                )
            } else {
                let tape = import_tape(owner);
                RecordedPrices::Prints(self.store.read_prints(owner, &tape, symbol, date).await?)
            };
            let mut first = date;
            for _ in 0..RECORDED_MINUTE_DAYS {
                first = prior_trading_day(first).date;
            }
            let from = Moment::new_york(first, Span::ZERO);
            let minutes = self.store.read_bars(owner, &minutes, from, midnight, u32::MAX).await?;
            let series = import_series(owner, symbol, BarSpan::Day);
            let mut daily =
                self.store.read_bars(owner, &series, Moment(i64::MIN), midnight, u32::MAX).await?;
            let unknown = days_of_prints(&days, symbol, first, date, &daily);
            let closes = self.official_closes(owner, symbol, unknown).await?;
            let close = add_folded_days(&mut daily, &minutes, &closes);
            let tape = import_tape(owner);
            let chain = self.store.read_chain(owner, &tape, symbol, date).await?;
            parts.push(RecordedPart { symbol, daily, close, minutes, day, chain });
        }
        Ok(parts)
    }

    /// The official closes among the prints of some days.
    async fn official_closes(
        &self,
        owner: &OwnerId,
        symbol: Symbol,
        dates: Vec<TradingDate>,
    ) -> Result<BTreeMap<TradingDate, Price>, DeskError> {
        let tape = import_tape(owner);
        let mut closes = BTreeMap::new();
        for date in dates {
            let close = self.store.read_official_close(owner, &tape, symbol, date).await?;
            closes.extend(close.map(|price| (date, price)));
        }
        Ok(closes)
    }

    /// Days that the trader can play back, newest first.
    pub async fn recordings(&self, trader: &Trader) -> Result<Vec<RecordedDay>, DeskError> {
        Ok(self.store.recorded_days(trader.owner()).await?)
    }

    /// Looks at the books of the trader's tape for one symbol: `view` makes of them what the asker
    /// wants to see.
    pub async fn ask_levels<T>(
        &self,
        trader: &Trader,
        symbol: Symbol,
        view: impl FnOnce(&Books, Symbol, &TapeId, Moment) -> T,
    ) -> Result<T, DeskError> {
        self.with_tape(trader, |tape| {
            check_listed(tape, symbol)?;
            let state = tape.state();
            Ok(view(tape.books(), symbol, &state.tape, state.at))
        })
    }

    /// What the trader's tape has.
    pub async fn symbols(&self, trader: &Trader) -> Result<Vec<Symbol>, DeskError> {
        Ok(self.with_tape(trader, |tape| tape.feed().symbols()))
    }
}

/// Refuses a symbol that the tape has no prints of, and says which it has.
pub fn check_listed(tape: &Tape, symbol: Symbol) -> Result<(), DeskError> {
    let listed = tape.feed().symbols();
    if listed.contains(&symbol) { Ok(()) } else { Err(DeskError::NotListed { symbol, listed }) }
}
