//! Exponential moving average.

use serde::{Deserialize, Serialize};

use super::smoother::Smoother;

/// Exponential moving average over n closes: k = 2/(n+1), previous + k × (close − previous), seeded
/// with the mean of the first n closes (as TA-Lib and Stock.Indicators do). No value before n
/// closes; it forgets the seed slowly: after 4n closes under 0.04 % of it is left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ema {
    average: Smoother,
}

impl Ema {
    /// An average over `length` closes, at least one.
    pub fn new(length: u32) -> Self {
        Self { average: Smoother::exponential(length) }
    }

    /// Takes a close in; gives the average once there are enough.
    #[inline]
    pub fn handle_close(&mut self, close: f64) -> Option<f64> {
        self.average.handle_value(close)
    }

    /// The average, once there are enough closes.
    pub fn value(&self) -> Option<f64> {
        self.average.value()
    }

    /// What the average would be if the forming bar closed at `close`.
    pub fn peek(&self, close: f64) -> Option<f64> {
        self.average.peek(close)
    }

    /// Over how many closes.
    pub fn length(&self) -> u32 {
        self.average.length()
    }

    /// How many closes are missing for a first value.
    pub fn missing(&self) -> u32 {
        self.average.missing()
    }
}
