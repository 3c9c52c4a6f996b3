//! Touches: how often price came back to a level.
//!
//! A touch is a print, or a bar's range, within max(one price step, 0.02 ATR) of a level after
//! having been at least 0.15 ATR away; ATR is the day before's, and without it nothing is counted.
//! Levels that price itself pushes along are not touched while they move: the high and low of the
//! day, and ranges that are still forming. A print is held against the levels as it leaves them; a
//! level that jumped, against where it stood before: price comes to a level, not a level to price.

use market::{Moment, Price};
use serde::{Deserialize, Serialize};

use super::{Level, LevelBook, LevelId, Standing, TouchEvent};
use crate::PrintStats;

/// A print this near counts as a touch, in ATR; at least one price step.
const NEAR_ATR: f64 = 0.02;
/// Price must have been this far away before it can touch again, in ATR.
const AWAY_ATR: f64 = 0.15;
/// Levels that move and can be touched.
const MOVING: usize = 18;

/// Which levels price was far enough away from to touch them again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct TouchWatch {
    /// Levels that stand still, in the book's order: whether each can be touched.
    still: Vec<bool>,
    /// Levels that move, by [`place`]: whether each can be touched.
    moving: u32,
    /// Where each of them stood when it was last looked at.
    stood: [f64; MOVING],
    /// Prices between which nothing can happen to the levels that stand still.
    calm: Option<Calm>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Calm {
    low: f64,
    high: f64,
}

/// Distances that matter, in points.
#[derive(Clone, Copy)]
struct Reach {
    near: f64,
    away: f64,
}

/// What happens to a level when price comes by.
enum Passing {
    Touched,
    Away,
    Nothing,
}

impl TouchWatch {
    /// Counts what the price range of `stats` touches: the book's own levels and `borrowed` ones.
    pub(super) fn handle_stats(
        &mut self,
        book: &LevelBook,
        borrowed: &[Level],
        stats: &PrintStats,
        at: Moment,
        touches: &mut Vec<TouchEvent>,
    ) {
        let Some(atr) = book.atr() else { return };
        let step = book.instrument().price_step as f64 / Price::UNITS as f64;
        let reach = Reach { near: (NEAR_ATR * atr).max(step), away: AWAY_ATR * atr };
        let (low, high) = (stats.low.to_f64(), stats.high.to_f64());
        if self.still.len() < book.fixed.len() {
            self.still.resize(book.fixed.len(), false);
            self.calm = None;
        }
        let is_calm = self.calm.is_some_and(|calm| calm.low < low && high < calm.high);
        if !is_calm {
            self.calm = Some(self.sweep(book, reach, (low, high), at, touches));
        }
        for level in book.moving.iter().chain(borrowed) {
            let Some(place) = place(level) else { continue };
            let slot = 1 << place;
            let stood = std::mem::replace(&mut self.stood[place], level.price);
            let mut is_armed = self.moving & slot != 0;
            if reach.near < (level.price - stood).abs() {
                if let Passing::Touched = passing(stood, (low, high), reach, is_armed) {
                    touches.push(TouchEvent { id: level.id, at });
                }
                is_armed = false;
                self.moving &= !slot;
            }
            match passing(level.price, (low, high), reach, is_armed) {
                Passing::Touched => {
                    self.moving &= !slot;
                    touches.push(TouchEvent { id: level.id, at });
                }
                Passing::Away => self.moving |= slot,
                Passing::Nothing => {}
            }
        }
    }

    /// Looks at every level that stands still; gives the prices between which none needs a look.
    fn sweep(
        &mut self,
        book: &LevelBook,
        reach: Reach,
        range: (f64, f64),
        at: Moment,
        touches: &mut Vec<TouchEvent>,
    ) -> Calm {
        let mut calm = Calm { low: f64::MIN, high: f64::MAX };
        for (level, is_armed) in book.fixed.iter().zip(&mut self.still) {
            match passing(level.price, range, reach, *is_armed) {
                Passing::Touched => {
                    *is_armed = false;
                    touches.push(TouchEvent { id: level.id, at });
                }
                Passing::Away => *is_armed = true,
                Passing::Nothing => {}
            }
            if !*is_armed {
                calm.low = calm.low.max(level.price - reach.away);
                calm.high = calm.high.min(level.price + reach.away);
            } else if level.price < range.0 {
                calm.low = calm.low.max(level.price + reach.near);
            } else {
                calm.high = calm.high.min(level.price - reach.near);
            }
        }
        calm
    }
}

fn passing(level: f64, (low, high): (f64, f64), reach: Reach, is_armed: bool) -> Passing {
    let distance = (low - level).max(level - high).max(0.0);
    if is_armed && distance <= reach.near {
        Passing::Touched
    } else if !is_armed && reach.away <= distance {
        Passing::Away
    } else {
        Passing::Nothing
    }
}

/// The place of a level that moves and can be touched, among the [`MOVING`].
fn place(level: &Level) -> Option<usize> {
    Some(match level.id {
        LevelId::Vwap(n @ -3..=3) => usize::from((n + 3).unsigned_abs()),
        LevelId::DailyEma(9) => 7,
        LevelId::DailyEma(20) => 8,
        LevelId::DailyEma(50) => 9,
        LevelId::DailyEma(200) => 10,
        LevelId::WeeklyEma(50) => 11,
        LevelId::WeeklyEma(200) => 12,
        LevelId::PointOfControl => 13,
        LevelId::ValueAreaHigh => 14,
        LevelId::ValueAreaLow => 15,
        // An index's, through its fund.
        LevelId::PreMarketHigh if level.standing == Standing::Final => 16,
        LevelId::PreMarketLow if level.standing == Standing::Final => 17,
        _ => return None,
    })
}
