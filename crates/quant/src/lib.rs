//! Levels, indicators and their arithmetic, the same bits native and in the browser.
//!
//! Pure: prints, bars and session changes come in, levels and indicator values come out. Knows no
//! feed, clock, file or screen. Observed prices are whole ten-thousandths; sums over prints are
//! whole numbers, so that adding them in any grouping gives the same bits; only the last step
//! towards a level is floating point, with nothing but + − × ÷ and √.

pub mod indicators;
pub mod levels;
pub mod math;
pub mod options;

mod beta;
mod bundle;

pub use beta::Beta;
pub use bundle::{BarStep, Bundle, PrintStats};
