//! One seeded market, computed natively and in a browser, and folded into digests of every bit.
//!
//! A difference is located by the first checkpoint that differs. The same walk is timed by
//! `cargo xtask bench`.

mod digest;
mod walk;
mod chains;
mod timing;

pub use chains::chain_checkpoints;
pub use digest::checkpoints;
pub use timing::{BarRun, GreeksRun, IvRun, TickRun};
