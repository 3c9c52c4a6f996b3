//! The book of one symbol's session: follows prints and knows every level of its own.

use market::{Bar, Instrument, Moment, Price, Span, Symbol, TradingDay, instrument};
use serde::{Deserialize, Serialize};

use super::history::History;
use super::profile::{ValueArea, VolumeProfile};
use super::{
    BeyondCalendar, Level, LevelId, LevelSource, QuarantineEvent, SessionStart, Standing,
    TouchEvent, Touches,
};
use crate::indicators::{VwapSums, VwapValue};
use crate::{Bundle, PrintStats};

/// Opening ranges, in minutes; the last is the initial balance.
pub(super) const RANGE_MINUTES: [u8; 4] = [5, 15, 30, 60];
/// Quarantine events that are remembered for the screen.
const QUARANTINE_SHOWN_MAX: usize = 16;
/// Late reports of regular prints are waited for this long after the close, unless the official
/// close is known before.
const CLOSE_SETTLES_AFTER: Span = Span::minutes(15);

/// The extremes of a stretch of prints, its first and last price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Range {
    pub(super) open: Price,
    pub(super) high: Price,
    pub(super) low: Price,
    pub(super) last: Price,
    pub(super) last_at: Moment,
}

/// Where the parts of a day begin and end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Bounds {
    /// 18:00 of the evening before: futures' nights begin.
    pub(super) night: Moment,
    /// 20:00 of the evening before: who still trades, trades at night.
    pub(super) after_hours_close: Moment,
    pub(super) pre_market: Moment,
    pub(super) open: Moment,
    pub(super) close: Moment,
}

/// The book of one symbol's session.
///
/// A state machine over whole-number sums: the same prints give the same bits however they were
/// grouped. Levels that cannot move any more are kept; the others are computed after every bundle.
///
/// What moves when: ranges, VWAP and averages with every print; point of control and value area
/// when a minute ends. A level that is [`Standing::Final`] never moves again: a report that comes
/// too late for it is left out of it. Regular levels are final once the official close is known
/// and the bell was heard, or a quarter of an hour after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LevelBook {
    symbol: Symbol,
    day: TradingDay,
    pub(super) bounds: Bounds,
    pub(super) history: History,
    /// When the recording's first minute begins; nothing where the whole day is heard.
    recorded_from: Option<Moment>,
    pub(super) last: Option<(Price, Moment)>,
    pub(super) overnight: Option<Range>,
    pub(super) trades_at_night: bool,
    pub(super) pre_market: Option<Range>,
    pub(super) regular: Option<Range>,
    pub(super) ranges: [Option<Range>; 4],
    pub(super) official_close: Option<Price>,
    /// Whether regular levels cannot move any more. Turns true with a whole minute's sums, never
    /// between two prints of a minute: those may come to a follower as one sum.
    is_regular_final: bool,
    pub(super) vwap: VwapSums,
    vwap_path: Vec<(Moment, VwapValue)>,
    minutes: Vec<Bar>,
    /// When each minute's close was, in microseconds of the minute.
    closed_at: Vec<u32>,
    /// The last minute that the profile holds.
    profiled: Option<Moment>,
    profile: VolumeProfile,
    pub(super) value: Option<ValueArea>,
    pub(super) fixed: Vec<Level>,
    /// Which of the session's own levels moved from `moving` to `fixed`.
    pub(super) settled: [bool; 7],
    pub(super) moving: Vec<Level>,
    touched: Vec<(LevelId, Touches)>,
    quarantine: Vec<QuarantineEvent>,
}

impl LevelBook {
    /// The book of a session that begins. Refuses a day that the calendar is not sure of.
    pub fn new(symbol: Symbol, start: &SessionStart) -> Result<Self, BeyondCalendar> {
        if start.day.is_provisional {
            return Err(BeyondCalendar(start.day.date));
        }
        let day = start.day;
        let known = instrument(symbol);
        let history = History::new(start);
        let fixed = history
            .levels(known.round_steps)
            .into_iter()
            .map(|(id, price, as_of)| own(id, price, Standing::Final, as_of))
            .collect();
        let evening = day.date.plus_days(-1);
        let mut book = Self {
            symbol,
            day,
            bounds: Bounds {
                night: Moment::new_york(evening, Span::hours(18)),
                after_hours_close: Moment::new_york(evening, Span::hours(20)),
                pre_market: day.pre_market_open(),
                open: day.open(),
                close: day.close(),
            },
            history,
            recorded_from: None,
            last: None,
            overnight: None,
            trades_at_night: false,
            pre_market: None,
            regular: None,
            ranges: [None; 4],
            official_close: None,
            is_regular_final: false,
            vwap: VwapSums::default(),
            vwap_path: Vec::new(),
            minutes: Vec::new(),
            closed_at: Vec::new(),
            profiled: None,
            profile: VolumeProfile::new(known.price_step),
            value: None,
            fixed,
            settled: [false; 7],
            moving: Vec::new(),
            touched: Vec::new(),
            quarantine: Vec::new(),
        };
        book.refresh();
        Ok(book)
    }

    /// Says when the first minute of a recorded day begins. Where that is after the open, what the
    /// session did before is not known, and there are no levels of a part of it.
    pub(super) fn set_recorded_from(&mut self, from: Moment) {
        self.recorded_from = Some(from);
    }

    /// When the recording begins, where that is after the open.
    pub(super) fn begins_late(&self) -> Option<Moment> {
        self.recorded_from.filter(|from| self.bounds.open < *from)
    }

    /// Follows what the server saw: sums, quarantine and touches.
    pub fn handle_bundle(&mut self, bundle: &Bundle) {
        for stats in &bundle.stats {
            self.handle_stats(stats);
        }
        for event in &bundle.quarantine {
            if self.quarantine.len() == QUARANTINE_SHOWN_MAX {
                self.quarantine.remove(0);
            }
            self.quarantine.push(*event);
        }
        self.refresh();
        for touch in &bundle.touches {
            self.handle_touch(touch);
        }
    }

    /// Takes prints of one minute in. Prints of the day before are not this book's business.
    fn handle_stats(&mut self, stats: &PrintStats) {
        let minute = stats.minute();
        let Bounds { night, after_hours_close, pre_market, open, close } = self.bounds;
        if minute < night {
            return;
        }
        let known = self.instrument();
        if minute < open {
            if !self.is_reached(open) {
                widen(&mut self.overnight, stats);
                self.trades_at_night |= after_hours_close <= minute && minute < pre_market;
                if pre_market <= minute && known.has_extended_hours() {
                    widen(&mut self.pre_market, stats);
                }
            }
        } else if minute < close && !self.is_regular_final {
            self.widen_regular(stats, minute);
            if known.has_volume() && self.begins_late().is_none() {
                self.vwap.absorb(stats);
                self.mark_vwap(minute);
            }
        }
        let closing = close - Span::MINUTE <= minute && minute < close + CLOSE_SETTLES_AFTER;
        if closing && !self.is_regular_final {
            self.official_close = self.official_close.or(stats.official_close);
        }
        self.is_regular_final |= close <= minute && self.official_close.is_some()
            || close + CLOSE_SETTLES_AFTER <= minute;
        self.put_minute(stats, known.has_volume());
        if self.last.is_none_or(|(_, at)| at <= stats.last_at) {
            self.last = Some((stats.last, stats.last_at));
        }
    }

    fn widen_regular(&mut self, stats: &PrintStats, minute: Moment) {
        widen(&mut self.regular, stats);
        if self.begins_late().is_some() {
            return;
        }
        let open = self.bounds.open;
        for (place, minutes) in RANGE_MINUTES.into_iter().enumerate() {
            let end = open + Span::minutes(i64::from(minutes));
            if minute < end && !self.is_reached(end) {
                widen(&mut self.ranges[place], stats);
            }
        }
    }

    fn mark_vwap(&mut self, minute: Moment) {
        let Some(vwap) = self.vwap.value() else { return };
        match self.vwap_path.last_mut() {
            Some((last, value)) if minute <= *last => *value = vwap,
            _ => self.vwap_path.push((minute, vwap)),
        }
    }

    fn put_minute(&mut self, stats: &PrintStats, has_volume: bool) {
        let minute = stats.minute();
        let bar = stats.bar();
        let closed_at = u32::try_from((stats.last_at - minute).0).unwrap_or_default();
        // Nearly always the newest minute is meant; a search finds the others.
        let place = match self.minutes.last() {
            Some(last) if last.start == minute => Ok(self.minutes.len() - 1),
            Some(last) if last.start < minute => Err(self.minutes.len()),
            _ => self.minutes.binary_search_by_key(&minute, |bar| bar.start),
        };
        match place {
            Ok(place) => {
                let known = &mut self.minutes[place];
                // A minute's close is its newest price, not the one that was reported last.
                let is_newest = self.closed_at[place] <= closed_at;
                let close = if is_newest { bar.close } else { known.close };
                known.absorb(&Bar { close, ..bar });
                self.closed_at[place] = self.closed_at[place].max(closed_at);
            }
            Err(place) => {
                if place == self.minutes.len()
                    && let Some(done) = self.minutes.last().copied()
                {
                    self.profile_minute(&done, has_volume);
                }
                self.minutes.insert(place, bar);
                self.closed_at.insert(place, closed_at);
            }
        }
        // A whole bar is stamped with the last instant of its minute: it is over.
        if stats.last_at + Span(1) == minute + Span::MINUTE
            && let Some(done) = self.minutes.last().copied()
            && done.start == minute
        {
            self.profile_minute(&done, has_volume);
        }
    }

    /// Puts a minute that is over into the volume profile; later reports of it are left out.
    fn profile_minute(&mut self, done: &Bar, has_volume: bool) {
        let is_known = self.profiled.is_some_and(|known| done.start <= known);
        let is_counted = has_volume && self.begins_late().is_none();
        if is_counted && !is_known && self.is_regular(done.start) {
            self.profile.handle_bar(done);
            self.value = self.profile.value_area();
            self.profiled = Some(done.start);
        }
    }

    pub(super) fn handle_touch(&mut self, touch: &TouchEvent) {
        let place = match self.touched.binary_search_by_key(&touch.id, |(id, _)| *id) {
            Ok(place) => place,
            Err(place) => {
                self.touched.insert(place, (touch.id, Touches::default()));
                place
            }
        };
        let touches = &mut self.touched[place].1;
        *touches = Touches { count: touches.count + 1, last_at: Some(touch.at) };
        let counted = *touches;
        let mut levels = self.fixed.iter_mut().chain(&mut self.moving);
        if let Some(level) = levels.find(|level| level.id == touch.id) {
            level.touches = counted;
        }
    }

    /// Of what.
    pub fn symbol(&self) -> Symbol {
        self.symbol
    }

    /// Of which day.
    pub fn day(&self) -> TradingDay {
        self.day
    }

    /// The symbol's own levels: those that stand still first, then those that still move.
    pub fn levels(&self) -> impl Iterator<Item = &Level> {
        self.fixed.iter().chain(&self.moving)
    }

    /// The level of that name.
    pub fn level(&self, id: LevelId) -> Option<&Level> {
        self.levels().find(|level| level.id == id)
    }

    /// One-minute bars of today from accepted prints, oldest first; the last one may be forming.
    pub fn minutes(&self) -> &[Bar] {
        &self.minutes
    }

    /// VWAP as it stood at the end of each regular minute, oldest first; the last one may still be
    /// forming.
    pub fn vwap_path(&self) -> &[(Moment, VwapValue)] {
        &self.vwap_path
    }

    /// The last price and when it was.
    pub fn last(&self) -> Option<(Price, Moment)> {
        self.last
    }

    /// ATR(14) of the days before today, in points.
    pub fn atr(&self) -> Option<f64> {
        self.history.atr
    }

    /// (HOD − LOD) ÷ ATR.
    pub fn atr_used(&self) -> Option<f64> {
        let (high, low) = self.day_extremes()?;
        Some((high.to_f64() - low.to_f64()) / self.history.atr?).filter(|used| used.is_finite())
    }

    /// The previous close.
    pub fn prior_close(&self) -> Option<f64> {
        Some(self.history.day.as_ref().ok()?.prices.close)
    }

    /// Last price − previous close, in points and in percent of it.
    pub fn day_change(&self) -> Option<(f64, f64)> {
        let (last, close) = (self.last?.0.to_f64(), self.prior_close()?);
        Some((last - close, 100.0 * (last - close) / close))
    }

    /// Today's open − previous close, and whether a regular price reached the close since.
    pub fn gap(&self) -> Option<(f64, bool)> {
        let (range, close) = (self.regular_from_open()?, self.prior_close()?);
        let gap = range.open.to_f64() - close;
        let is_filled =
            if gap < 0.0 { close <= range.high.to_f64() } else { range.low.to_f64() <= close };
        Some((gap, is_filled))
    }

    /// Prints that were held back today, newest last.
    pub fn quarantine(&self) -> &[QuarantineEvent] {
        &self.quarantine
    }

    /// The start of the last minute that the profile holds.
    pub(super) fn profiled(&self) -> Option<Moment> {
        self.profiled
    }

    /// Whether `minute` lies in the regular session.
    pub(super) fn is_regular(&self, minute: Moment) -> bool {
        self.bounds.open <= minute && minute < self.bounds.close
    }

    /// Whether a print at `moment` or later was seen.
    pub(super) fn is_reached(&self, moment: Moment) -> bool {
        self.last.is_some_and(|(_, at)| moment <= at)
    }

    /// Whether regular levels cannot move any more.
    pub(super) fn is_regular_final(&self) -> bool {
        self.is_regular_final
    }

    /// The regular session so far, where all of it was heard.
    pub(super) fn regular_from_open(&self) -> Option<Range> {
        self.regular.filter(|_| self.begins_late().is_none())
    }

    /// Today's regular extremes; an official close after the bell counts, other prints do not.
    pub(super) fn day_extremes(&self) -> Option<(Price, Price)> {
        let range = self.regular_from_open()?;
        let official = self.official_close.unwrap_or(range.last);
        Some((range.high.max(official), range.low.min(official)))
    }

    /// What is known of the instrument.
    pub(super) fn instrument(&self) -> Instrument {
        instrument(self.symbol)
    }

    pub(super) fn touches(&self, id: LevelId) -> Touches {
        match self.touched.binary_search_by_key(&id, |(known, _)| *known) {
            Ok(place) => self.touched[place].1,
            Err(_) => Touches::default(),
        }
    }
}

pub(super) fn own(id: LevelId, price: f64, standing: Standing, as_of: Moment) -> Level {
    debug_assert!(price.is_finite(), "{id:?} is {price}");
    Level { id, price, standing, source: LevelSource::Own, as_of, touches: Touches::default() }
}

fn widen(range: &mut Option<Range>, stats: &PrintStats) {
    match range {
        Some(range) => {
            range.high = range.high.max(stats.high);
            range.low = range.low.min(stats.low);
            if range.last_at <= stats.last_at {
                range.last = stats.last;
                range.last_at = stats.last_at;
            }
        }
        None => {
            *range = Some(Range {
                open: stats.first,
                high: stats.high,
                low: stats.low,
                last: stats.last,
                last_at: stats.last_at,
            });
        }
    }
}
