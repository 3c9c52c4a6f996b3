//! Relative strength index, Wilder's way.

use serde::{Deserialize, Serialize};

use super::smoother::Smoother;

/// RSI over n changes (Wilder, "New Concepts in Technical Trading Systems", 1978): averages of
/// rises and falls, the first ones plain means, then smoothed like [`super::Atr`];
/// 100 × rises/(rises + falls). Needs n + 1 closes.
///
/// With no change at all it is 50: neither side won. (TA-Lib says 0 there, TradingView 100.)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rsi {
    close_before: Option<f64>,
    rises: Smoother,
    falls: Smoother,
}

impl Rsi {
    /// An index over `length` changes, at least one.
    pub fn new(length: u32) -> Self {
        let average = Smoother::wilder(length);
        Self { close_before: None, rises: average.clone(), falls: average }
    }

    /// Takes a close in; gives the index, 0 to 100, once there are enough.
    #[inline]
    pub fn handle_close(&mut self, close: f64) -> Option<f64> {
        let change = close - self.close_before.replace(close)?;
        let (rise, fall) = rise_and_fall(change);
        let (rises, falls) = (self.rises.handle_value(rise), self.falls.handle_value(fall));
        Some(strength_index(rises?, falls?))
    }

    /// The averages of rises and falls, once there are enough closes.
    pub(super) fn known(&self) -> Option<(f64, f64)> {
        Some((self.rises.value()?, self.falls.value()?))
    }
}

#[inline]
pub(super) fn rise_and_fall(change: f64) -> (f64, f64) {
    // Not `f64::max`, which may give either zero.
    let rise = if 0.0 < change { change } else { 0.0 };
    let fall = if change < 0.0 { -change } else { 0.0 };
    (rise, fall)
}

#[inline]
pub(super) fn strength_index(rises: f64, falls: f64) -> f64 {
    let total = rises + falls;
    if 0.0 < total { 100.0 * (rises / total) } else { 50.0 }
}
