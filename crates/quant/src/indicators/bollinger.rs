//! Bollinger bands.

use market::Price;
use serde::{Deserialize, Serialize};

use super::window::Window;

/// Bollinger bands over n closes: their mean ± `width` **population** standard deviations (divided
/// by n, as in "Bollinger on Bollinger Bands", 2001). No value before n closes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bollinger {
    window: Window,
    width: f64,
}

/// One value of [`Bollinger`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bands {
    /// Mean + width × deviation.
    pub upper: f64,
    /// The mean.
    pub middle: f64,
    /// Mean − width × deviation.
    pub lower: f64,
}

impl Bollinger {
    /// Bands over `length` closes, at least one, `width` deviations wide: usually 20 and 2.
    pub fn new(length: u16, width: f64) -> Self {
        Self { window: Window::new(length), width }
    }

    /// Takes a close in; gives the bands once there are enough.
    #[inline]
    pub fn handle_close(&mut self, close: Price) -> Option<Bands> {
        if !self.window.handle_close(close) {
            return None;
        }
        let middle = self.window.mean();
        let half = self.width * self.window.deviation();
        Some(Bands { upper: middle + half, middle, lower: middle - half })
    }
}
