//! What the prints of a moment add up to, without losing anything that a level needs.

use market::{Bar, Moment, Price, Print, PrintMark, Volume};
use serde::{Deserialize, Serialize};

use crate::levels::{QuarantineEvent, TouchEvent};

/// Prints of one symbol within **one minute**, added up. Every figure is a whole number and adding
/// is associative: however prints are grouped, the sum has the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintStats {
    /// When the first of them happened.
    pub first_at: Moment,
    /// When the last of them happened.
    pub last_at: Moment,
    /// How many.
    pub count: u32,
    /// The first price.
    pub first: Price,
    /// The greatest price.
    pub high: Price,
    /// The least price.
    pub low: Price,
    /// The last price.
    pub last: Price,
    /// Σ size, in shares.
    pub volume: Volume,
    /// Σ 3 × price × size, in ten-thousandths × shares. Times three, because a bar's typical price
    /// is a third of a whole number.
    pub notional_x3: i128,
    /// Σ (3 × price)² × size, in ten-thousandths² × shares.
    pub square_x9: i128,
    /// The official close, when one of them was it.
    pub official_close: Option<Price>,
}

/// What is sent for one symbol at a time: sums over accepted prints, and what happened between.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// Accepted prints by minute, oldest first; none when only an event is told.
    pub stats: Vec<PrintStats>,
    /// Suspect prints held back, and those confirmed since.
    pub quarantine: Vec<QuarantineEvent>,
    /// Touches of levels, decided print by print where the prints were seen.
    pub touches: Vec<TouchEvent>,
}

impl PrintStats {
    /// One print. `typical_x3` stands for three times its price; a bar that is replayed puts its
    /// volume at its typical price.
    fn one(at: Moment, price: Price, size: Volume, typical_x3: i64) -> Self {
        let (size_wide, typical) = (i128::from(size), i128::from(typical_x3));
        Self {
            first_at: at,
            last_at: at,
            count: 1,
            first: price,
            high: price,
            low: price,
            last: price,
            volume: size,
            notional_x3: typical * size_wide,
            square_x9: typical * typical * size_wide,
            official_close: None,
        }
    }

    /// One trade.
    pub fn of_print(print: &Print) -> Self {
        let mut stats = Self::one(print.at, print.price, print.size, 3 * print.price.units());
        if print.mark == PrintMark::OfficialClose {
            stats.official_close = Some(print.price);
        }
        stats
    }

    /// A whole one-minute bar: its volume counts at the typical price (H+L+C)/3. Its last price is
    /// stamped at the minute's last microsecond.
    pub fn of_bar(bar: &Bar) -> Self {
        Self {
            first_at: bar.start,
            last_at: Moment(bar.start.0 + market::Span::MINUTE.0 - 1),
            count: 1,
            first: bar.open,
            high: bar.high,
            low: bar.low,
            last: bar.close,
            ..Self::one(bar.start, bar.close, bar.volume, bar.typical_x3())
        }
    }

    /// The start of the minute that these prints lie in.
    pub fn minute(&self) -> Moment {
        self.first_at.minute_start()
    }

    /// The one-minute bar that they make so far.
    pub fn bar(&self) -> Bar {
        Bar {
            start: self.minute(),
            open: self.first,
            high: self.high,
            low: self.low,
            close: self.last,
            volume: self.volume,
        }
    }

    /// Takes prints of the same minute in that were heard later. A late report (heard later, but of
    /// an earlier moment) adds to everything except the last price; of two official closes the
    /// first stands. Both rules are associative, so grouping cannot change the sum.
    pub fn absorb(&mut self, later: &Self) {
        debug_assert_eq!(self.minute(), later.minute(), "sums never span two minutes");
        if self.last_at <= later.last_at {
            self.last_at = later.last_at;
            self.last = later.last;
        }
        self.count += later.count;
        self.high = self.high.max(later.high);
        self.low = self.low.min(later.low);
        self.volume += later.volume;
        self.notional_x3 += later.notional_x3;
        self.square_x9 += later.square_x9;
        self.official_close = self.official_close.or(later.official_close);
    }
}

impl Bundle {
    /// Whether it tells nothing.
    pub fn is_empty(&self) -> bool {
        self.stats.is_empty() && self.quarantine.is_empty() && self.touches.is_empty()
    }

    /// Adds one print.
    pub fn push(&mut self, stats: PrintStats) {
        match self.stats.last_mut() {
            Some(last) if last.minute() == stats.minute() => last.absorb(&stats),
            _ => self.stats.push(stats),
        }
    }

    /// Takes a later bundle of the same symbol in.
    pub fn absorb(&mut self, later: &Self) {
        for stats in &later.stats {
            self.push(*stats);
        }
        self.quarantine.extend_from_slice(&later.quarantine);
        self.touches.extend_from_slice(&later.touches);
    }
}

/// One of the four prices that a recorded one-minute bar is played back as. Volume counts, at the
/// bar's typical price, with the last of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BarStep {
    /// When the price is shown, inside the bar's minute.
    pub at: Moment,
    /// The price: the bar's open, high, low or close.
    pub price: Price,
    /// The bar that is played back. Nobody beyond the book may look at it before the last step.
    pub bar: Bar,
    /// Whether this is the close, the bar's last step.
    pub is_last: bool,
}
