//! Moving average convergence and divergence.

use serde::{Deserialize, Serialize};

use super::Ema;

/// MACD (Appel): fast EMA − slow EMA, its own EMA as the signal, and the difference of the two.
///
/// Each EMA is seeded with its own first mean: with 12, 26 and 9 the line begins at the 26th close
/// and the signal at the 34th. (TA-Lib begins the fast EMA later, at the slow one's first closes,
/// so its early values differ and converge.)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Macd {
    fast: Ema,
    slow: Ema,
    signal: Ema,
}

/// One value of [`Macd`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MacdValue {
    /// Fast − slow.
    pub line: f64,
    /// The line's EMA, once there are enough lines.
    pub signal: Option<f64>,
    /// Line − signal.
    pub histogram: Option<f64>,
}

impl Macd {
    /// The usual 12, 26 and 9, or others.
    pub fn new(fast: u32, slow: u32, signal: u32) -> Self {
        Self { fast: Ema::new(fast), slow: Ema::new(slow), signal: Ema::new(signal) }
    }

    /// Takes a close in; gives the line once both averages have a value.
    #[inline]
    pub fn handle_close(&mut self, close: f64) -> Option<MacdValue> {
        let (fast, slow) = (self.fast.handle_close(close), self.slow.handle_close(close));
        let line = fast? - slow?;
        let signal = self.signal.handle_close(line);
        Some(MacdValue { line, signal, histogram: signal.map(|signal| line - signal) })
    }

    /// The fast, the slow and the signal's average, once all are there.
    pub(super) fn known(&self) -> Option<[f64; 3]> {
        Some([self.fast.value()?, self.slow.value()?, self.signal.value()?])
    }
}
