//! The last n closes and their exact sums, behind the simple average and Bollinger bands.

use market::Price;
use serde::{Deserialize, Serialize};

use super::wide::{signed_product, wide_f64};

/// The last n closes.
///
/// Closes are whole numbers, so adding the new one and taking the old one away is exact: the sums
/// are always those of the closes in the window, however long the series and wherever it was saved
/// and restored. (With `f64` a running sum drifts, and summing the window anew costs n steps.)
/// At most 65,535 closes of at most 10¹¹: the sum stays under 2⁵³, n × Σx² under 2¹⁰⁶.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedWindow", into = "SavedWindow")]
pub(super) struct Window {
    length: u16,
    /// A ring: once full, the next close takes the oldest one's place.
    closes: Vec<Price>,
    oldest: usize,
    sum: i64,
    /// n × Σx² − (Σx)²: n² × the variance.
    spread: i128,
    /// n × ten-thousandths, and one divided by it.
    divisor: f64,
    scale: f64,
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
        let divisor = f64::from(length) * Price::UNITS as f64;
        Self { length, closes, oldest: 0, sum: 0, spread: 0, divisor, scale: 1.0 / divisor }
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
            // n(new² − old²) − ((Σ+change)² − Σ²), with `change` taken out.
            let per_change =
                i64::from(self.length) * (close.units() + dropped) - (2 * self.sum + change);
            self.sum += change;
            self.spread += signed_product(change, per_change);
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
        self.add_up();
        self.closes.len() == usize::from(self.length)
    }

    /// Sums the closes of a full window anew: when it has just filled, or was saved and comes back.
    fn add_up(&mut self) {
        if self.closes.len() < usize::from(self.length) {
            return;
        }
        self.sum = self.closes.iter().map(|close| close.units()).sum();
        let wide = self.closes.iter().map(|close| i128::from(close.units()));
        let squares: i128 = wide.map(|units| units * units).sum();
        self.spread = i128::from(self.length) * squares - i128::from(self.sum).pow(2);
    }

    /// The mean of a full window in dollars or points, rounded once.
    #[inline]
    pub(super) fn mean(&self) -> f64 {
        self.sum as f64 / self.divisor
    }

    /// The population standard deviation of a full window, √(n × Σx² − (Σx)²)/n. The argument of
    /// the root is exact and never negative.
    #[inline]
    pub(super) fn deviation(&self) -> f64 {
        wide_f64(self.spread).sqrt() * self.scale
    }
}

impl TryFrom<SavedWindow> for Window {
    type Error = BadWindow;

    fn try_from(saved: SavedWindow) -> Result<Self, BadWindow> {
        let SavedWindow { length, closes, oldest } = saved;
        let held = closes.len();
        let is_full = held == usize::from(length);
        let is_place = oldest == 0 || is_full && usize::from(oldest) < held;
        if length == 0 || usize::from(length) < held || !is_place {
            return Err(BadWindow { length, held, oldest });
        }
        let mut window = Self { closes, oldest: usize::from(oldest), ..Self::new(length) };
        window.add_up();
        Ok(window)
    }
}

impl From<Window> for SavedWindow {
    fn from(window: Window) -> Self {
        let oldest = u16::try_from(window.oldest).expect("a place inside at most 65,535");
        Self { length: window.length, closes: window.closes, oldest }
    }
}

/// Simple moving average: the mean of the last n closes. No value before n closes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
