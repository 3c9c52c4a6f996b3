//! The last n closes and their exact sums, behind the simple average and Bollinger bands.

use market::Price;
use serde::{Deserialize, Serialize};

/// The last n closes.
///
/// Closes are whole numbers, so adding the new one and taking the old one away is exact: the sums
/// are always those of the closes in the window, however long the series and wherever it was saved
/// and restored. (With `f64` a running sum drifts, and summing the window anew costs n steps.)
/// At most 65,535 closes of at most 10¹¹: the sum stays under 2⁵³, n × squares under 2¹⁰⁸.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "SavedWindow", into = "SavedWindow")]
pub(super) struct Window {
    length: u16,
    /// A ring: once full, the next close takes the oldest one's place.
    closes: Vec<Price>,
    oldest: usize,
    sum: i64,
    squares: i128,
}

/// What is saved of a window: its sums follow from the closes.
#[derive(Clone, Serialize, Deserialize)]
struct SavedWindow {
    length: u16,
    closes: Vec<Price>,
    oldest: u16,
}

/// A saved window that cannot have been one: more closes than its length, or a place outside.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a window of {length} closes cannot hold {held}, the oldest at place {oldest}")]
struct BadWindow {
    length: u16,
    held: usize,
    oldest: u16,
}

impl Window {
    /// A window of `length` closes, at least one.
    pub(super) fn new(length: u16) -> Self {
        let length = length.max(1);
        let closes = Vec::with_capacity(usize::from(length));
        Self { length, closes, oldest: 0, sum: 0, squares: 0 }
    }

    /// Takes a close in and drops the oldest of a full window; says whether it is full now.
    #[inline]
    pub(super) fn handle_close(&mut self, close: Price) -> bool {
        if self.closes.len() < usize::from(self.length) {
            return self.fill(close);
        }
        if let Some(place) = self.closes.get_mut(self.oldest) {
            let dropped = std::mem::replace(place, close).units();
            let change = close.units() - dropped;
            self.sum += change;
            // The difference of two squares, with one multiplication.
            self.squares += i128::from(change) * i128::from(close.units() + dropped);
        }
        self.oldest += 1;
        if self.closes.len() <= self.oldest {
            self.oldest = 0;
        }
        true
    }

    #[cold]
    fn fill(&mut self, close: Price) -> bool {
        self.closes.push(close);
        self.sum += close.units();
        self.squares += square(close);
        self.closes.len() == usize::from(self.length)
    }

    /// The mean of a full window in dollars or points, rounded once.
    #[inline]
    pub(super) fn mean(&self) -> f64 {
        self.sum as f64 / self.divisor()
    }

    /// The population standard deviation of a full window: √(n × Σx² − (Σx)²)/n. The argument of
    /// the root is exact and never negative.
    #[inline]
    pub(super) fn deviation(&self) -> f64 {
        let spread =
            i128::from(self.length) * self.squares - i128::from(self.sum) * i128::from(self.sum);
        wide_f64(spread).sqrt() * (1.0 / self.divisor())
    }

    fn divisor(&self) -> f64 {
        f64::from(self.length) * Price::UNITS as f64
    }
}

fn square(price: Price) -> i128 {
    i128::from(price.units()) * i128::from(price.units())
}

/// A whole number as `f64`, within one unit in the last place. In two halves when it does not fit
/// in 64 bits, which is several times faster than the language's own conversion.
#[inline]
pub(super) fn wide_f64(whole: i128) -> f64 {
    #[expect(clippy::cast_possible_truncation, reason = "the halves of 128 bits")]
    let (high, low) = ((whole >> 64) as i64, whole as u64);
    if high == low.cast_signed() >> 63 {
        return low.cast_signed() as f64;
    }
    let low = low as f64;
    high as f64 * 18_446_744_073_709_551_616.0 + low
}

impl TryFrom<SavedWindow> for Window {
    type Error = BadWindow;

    fn try_from(saved: SavedWindow) -> Result<Self, BadWindow> {
        let SavedWindow { length, closes, oldest } = saved;
        let held = closes.len();
        let is_oldest_inside = oldest == 0 || usize::from(oldest) < held;
        if length == 0 || usize::from(length) < held || !is_oldest_inside {
            return Err(BadWindow { length, held, oldest });
        }
        let sum = closes.iter().map(|close| close.units()).sum();
        let squares = closes.iter().copied().map(square).sum();
        Ok(Self { length, closes, oldest: usize::from(oldest), sum, squares })
    }
}

impl From<Window> for SavedWindow {
    fn from(window: Window) -> Self {
        let oldest = u16::try_from(window.oldest).expect("a place inside at most 65,535");
        Self { length: window.length, closes: window.closes, oldest }
    }
}

/// Simple moving average: the mean of the last n closes. No value before n closes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sma {
    window: Window,
}

impl Sma {
    /// An average over `length` closes, at least one.
    pub fn new(length: u16) -> Self {
        Self { window: Window::new(length) }
    }

    /// Takes a close in; gives the average once there are enough.
    pub fn handle_close(&mut self, close: Price) -> Option<f64> {
        self.window.handle_close(close).then(|| self.window.mean())
    }
}
