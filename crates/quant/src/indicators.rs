//! Streaming indicators: one bar in, one value out. A batch is the same code in a loop, so both
//! give the same bits, on every target: only + − × ÷ √ and whole numbers are used.
//!
//! Averages that fade (EMA, and Wilder's in ATR and RSI) take `f64`. Windows and volume sums take
//! observed prices, which are whole numbers: their sums are exact, so a window slides in constant
//! time without ever drifting.

mod smoother;
mod ema;
mod atr;
mod rsi;
mod macd;
mod wide;
mod window;
mod bollinger;
mod vwap;
mod set;

pub use atr::{Atr, TrueRange};
pub use bollinger::{Bands, Bollinger};
pub use ema::Ema;
pub use macd::{Macd, MacdValue};
pub use rsi::Rsi;
pub use set::{IndicatorSet, IndicatorValues};
pub use vwap::{AnchoredVwap, VWAP_VOLUME_MAX, VwapSums, VwapValue};
pub use window::Sma;
