//! Average true range, Wilder's way.

use serde::{Deserialize, Serialize};

use super::smoother::Smoother;

/// The greatest of high − low, |high − previous close| and |low − previous close|.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TrueRange {
    close_before: Option<f64>,
}

impl TrueRange {
    /// Takes a bar in; the first one has no true range.
    #[inline]
    pub fn handle_bar(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        let before = self.close_before.replace(close)?;
        Some(true_range(high, low, before))
    }
}

/// The same as the greatest of the three, to the bit: from the greater of high and previous close
/// down to the lesser of low and previous close.
#[inline]
pub(super) fn true_range(high: f64, low: f64, close_before: f64) -> f64 {
    let top = if high < close_before { close_before } else { high };
    let bottom = if close_before < low { close_before } else { low };
    top - bottom
}

/// Average true range over n bars (Wilder, "New Concepts in Technical Trading Systems", 1978): the
/// first value is the mean of the first n true ranges, so it needs n + 1 bars; then
/// (previous × (n−1) + TR)/n.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Atr {
    range: TrueRange,
    average: Smoother,
}

impl Atr {
    /// An average over `length` true ranges, at least one.
    pub fn new(length: u32) -> Self {
        Self { range: TrueRange::default(), average: Smoother::wilder(length) }
    }

    /// Takes a bar in; gives the average once there are enough.
    #[inline]
    pub fn handle_bar(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        let range = self.range.handle_bar(high, low, close)?;
        self.average.handle_value(range)
    }

    /// The previous close and the average, once both are there.
    pub(super) fn known(&self) -> Option<(f64, f64)> {
        Some((self.range.close_before?, self.average.value()?))
    }

    /// The average, once there are enough bars.
    pub fn value(&self) -> Option<f64> {
        self.average.value()
    }

    /// How many bars are missing for a first value; n + 1 before the first bar.
    pub fn bars_missing(&self) -> u32 {
        let first_bar = u32::from(self.range.close_before.is_none());
        self.average.missing().saturating_add(first_bar)
    }
}
