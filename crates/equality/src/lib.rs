//! One seeded market, computed natively and in a browser, and folded into digests of every bit.
//!
//! A difference is located by the first checkpoint that differs. The same walk is timed by
//! `cargo xtask bench`.

mod digest;
mod walk;
mod timing;

pub use digest::checkpoints;
pub use timing::{BarRun, TickRun};
