//! The quarantine: prints and bars outside the regular session that are too far from the market to
//! be believed alone.
//!
//! A print further than max(3 %, 6 × ATR(14) of the day before) from the median of the session's
//! last twenty accepted prints is held back. It is believed once two further prints came within
//! 60 s and within 0.5 % of it, and counts from then on. Each print is judged for itself: after a
//! real jump the newest two wait until others followed or the median has moved.
//!
//! A bar's extreme is believed when the next bar's range reaches it. A bar of which no price can be
//! believed is held back as a whole, until the next bar's range overlaps its own.

use std::collections::VecDeque;

use market::{Bar, Moment, Price, Print, PrintMark, Span};
use serde::{Deserialize, Serialize};

use super::{LevelBook, QuarantineEvent};
use crate::{BarStep, PrintStats};

/// Accepted prints whose median a suspect is held against; of a bar its close counts.
const MEDIAN_PRINTS: usize = 20;
/// How far from the median a print may be, as a part of it.
const SUSPECT_PART: f64 = 0.03;
/// The same in ATR.
const SUSPECT_ATR: f64 = 6.0;
/// Prints that must follow close by before a suspect is believed.
const CONFIRMING_PRINTS: u8 = 2;
/// How soon they must follow.
const CONFIRM_WITHIN: Span = Span::seconds(60);
/// How close they must be, as a part of the suspect's price.
const CONFIRM_PART: f64 = 0.005;
/// Suspects that wait at once; the oldest gives up when there are more.
const HELD_MAX: usize = 64;

/// The quarantine of one symbol.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Quarantine {
    /// Which part of the day the median is of: true after the close.
    is_evening: bool,
    accepted: VecDeque<Price>,
    held: VecDeque<HeldPrint>,
    held_bar: Option<HeldBar>,
    /// The bar that is being played back in steps, judged at its first one.
    stepping: Option<JudgedBar>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct HeldPrint {
    print: Print,
    /// Further prints close by, so far.
    followers: u8,
}

/// A bar that is not believed, or not all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct HeldBar {
    bar: Bar,
    /// Whether none of its prices can be believed.
    is_whole: bool,
    high: Option<Price>,
    low: Option<Price>,
}

/// A bar and what of it is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct JudgedBar {
    start: Moment,
    believed: Option<Bar>,
    held: Option<HeldBar>,
}

/// What came through: sums, oldest first, and what happened to suspects.
#[derive(Debug, Default)]
pub(super) struct Passed {
    pub(super) stats: Vec<PrintStats>,
    pub(super) events: Vec<QuarantineEvent>,
}

impl Quarantine {
    /// Lets a print through, or holds it back.
    pub(super) fn handle_print(&mut self, book: &LevelBook, print: &Print) -> Passed {
        let mut passed = Passed::default();
        let minute = print.at.minute_start();
        if book.is_regular(minute) || print.mark == PrintMark::OfficialClose {
            passed.stats.push(PrintStats::of_print(print));
            return passed;
        }
        self.turn_to(minute, book);
        self.follow(print, &mut passed);
        if self.is_suspect(book, print.price) {
            if self.held.len() == HELD_MAX {
                self.held.pop_front();
            }
            self.held.push_back(HeldPrint { print: *print, followers: 0 });
            passed.events.push(QuarantineEvent::Held(*print));
        } else {
            self.accept(print.price);
            passed.stats.push(PrintStats::of_print(print));
        }
        passed
    }

    /// Believes the suspects that `print` follows as the second.
    fn follow(&mut self, print: &Print, passed: &mut Passed) {
        if self.held.is_empty() {
            return;
        }
        self.held.retain(|held| print.at - held.print.at <= CONFIRM_WITHIN);
        for held in &mut self.held {
            let suspect = held.print.price.units();
            let apart = (suspect - print.price.units()).abs() as f64;
            held.followers += u8::from(apart <= CONFIRM_PART * suspect as f64);
        }
        let is_confirmed = |held: &HeldPrint| CONFIRMING_PRINTS <= held.followers;
        let confirmed: Vec<Print> =
            self.held.iter().filter(|held| is_confirmed(held)).map(|held| held.print).collect();
        self.held.retain(|held| !is_confirmed(held));
        for held in confirmed {
            self.accept(held.price);
            passed.stats.push(PrintStats::of_print(&held));
            passed.events.push(QuarantineEvent::Confirmed { print: held, at: print.at });
        }
    }

    /// Lets a whole one-minute bar through, without what is not believed yet.
    pub(super) fn handle_bar(&mut self, book: &LevelBook, bar: &Bar) -> Passed {
        let mut passed = Passed::default();
        let judged = self.judge(book, bar, &mut passed);
        self.finish_bar(bar, &judged, &mut passed);
        passed
    }

    /// Lets one of the four prices of a bar through; with the last one its volume, and then the
    /// same was let through as by [`Self::handle_bar`].
    pub(super) fn handle_step(&mut self, book: &LevelBook, step: &BarStep) -> Passed {
        let mut passed = Passed::default();
        let known = self.stepping.filter(|known| known.start == step.bar.start);
        let judged = known.unwrap_or_else(|| self.judge(book, &step.bar, &mut passed));
        if step.is_last {
            self.finish_bar(&step.bar, &judged, &mut passed);
            return passed;
        }
        self.stepping = Some(judged);
        if let Some(believed) = judged.believed {
            let price = step.price.clamp(believed.low, believed.high);
            let quiet = Print { at: step.at, price, size: 0, mark: PrintMark::Ordinary };
            passed.stats.push(PrintStats::of_print(&quiet));
        }
        passed
    }

    fn judge(&mut self, book: &LevelBook, bar: &Bar, passed: &mut Passed) -> JudgedBar {
        let mut judged = JudgedBar { start: bar.start, believed: Some(*bar), held: None };
        if book.is_regular(bar.start) {
            return judged;
        }
        self.turn_to(bar.start, book);
        let prices = [bar.open, bar.high, bar.low, bar.close];
        let believed = || prices.into_iter().filter(|price| !self.is_suspect(book, *price));
        let (low, high) = (believed().min(), believed().max());
        judged.believed = low.zip(high).map(|(low, high)| Bar {
            high,
            low,
            open: bar.open.clamp(low, high),
            close: bar.close.clamp(low, high),
            ..*bar
        });
        if judged.believed == Some(*bar) {
            return judged;
        }
        let held = HeldBar {
            bar: *bar,
            is_whole: low.is_none(),
            high: (high < Some(bar.high)).then_some(bar.high),
            low: low.is_none_or(|low| bar.low < low).then_some(bar.low),
        };
        for price in held.suspects() {
            passed.events.push(QuarantineEvent::Held(held.print_of(price)));
        }
        judged.held = Some(held);
        judged
    }

    fn finish_bar(&mut self, bar: &Bar, judged: &JudgedBar, passed: &mut Passed) {
        self.stepping = None;
        if let Some(believed) = &judged.believed {
            passed.stats.push(PrintStats::of_bar(believed));
            self.accept(believed.close);
        }
        if let Some(held) = std::mem::replace(&mut self.held_bar, judged.held) {
            self.follow_bar(&held, bar, passed);
        }
    }

    /// Believes what of the bar before is reached by `next`.
    fn follow_bar(&mut self, held: &HeldBar, next: &Bar, passed: &mut Passed) {
        let at = next.start + Span::MINUTE - Span(1);
        let overlaps = held.bar.low <= next.high && next.low <= held.bar.high;
        if held.is_whole && overlaps {
            passed.stats.push(PrintStats::of_bar(&held.bar));
            self.accept(held.bar.close);
        }
        for price in held.suspects() {
            let is_reached = next.low <= price && price <= next.high;
            let print = held.print_of(price);
            if held.is_whole && overlaps {
                passed.events.push(QuarantineEvent::Confirmed { print, at });
            } else if !held.is_whole && is_reached {
                passed.stats.push(PrintStats::of_print(&print));
                passed.events.push(QuarantineEvent::Confirmed { print, at });
            }
        }
    }

    /// The median of the evening is not that of the morning.
    fn turn_to(&mut self, minute: Moment, book: &LevelBook) {
        let is_evening = book.bounds.close <= minute;
        if self.is_evening != is_evening {
            *self = Self { is_evening, stepping: self.stepping, ..Self::default() };
        }
    }

    fn accept(&mut self, price: Price) {
        if self.accepted.len() == MEDIAN_PRINTS {
            self.accepted.pop_front();
        }
        self.accepted.push_back(price);
    }

    fn is_suspect(&self, book: &LevelBook, price: Price) -> bool {
        let Some(median) = self.median(book) else { return false };
        let by_atr = book.atr().unwrap_or(0.0) * SUSPECT_ATR * Price::UNITS as f64;
        (SUSPECT_PART * median).max(by_atr) < (price.units() as f64 - median).abs()
    }

    /// The median of the last accepted prints, in ten-thousandths. The session's first print has
    /// none before it: the last regular price, today's or yesterday's, stands in.
    fn median(&self, book: &LevelBook) -> Option<f64> {
        let mut sorted = [0; MEDIAN_PRINTS];
        let count = self.accepted.len().min(MEDIAN_PRINTS);
        for (place, price) in sorted.iter_mut().zip(&self.accepted) {
            *place = price.units();
        }
        let sorted = &mut sorted[..count];
        sorted.sort_unstable();
        let middle = count / 2;
        match count {
            0 => {
                let today = book.regular_price().map(|(price, _)| price);
                today.or(book.prior_close()).map(|price| price * Price::UNITS as f64)
            }
            n if n % 2 == 1 => Some(sorted[middle] as f64),
            _ => Some((sorted[middle - 1] + sorted[middle]) as f64 / 2.0),
        }
    }
}

impl HeldBar {
    fn suspects(&self) -> impl Iterator<Item = Price> {
        let low = self.low.filter(|low| self.high != Some(*low));
        [self.high, low].into_iter().flatten()
    }

    fn print_of(&self, price: Price) -> Print {
        Print { at: self.bar.start, price, size: 0, mark: PrintMark::Ordinary }
    }
}
