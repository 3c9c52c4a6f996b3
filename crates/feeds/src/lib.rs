//! Where prices come from: the practice market, recorded days, imported files.
//!
//! Each implements or fills the desk's ports. Knows no SQL, no screen and no trader's tape.

mod practice;
mod recorded;

pub use practice::PracticeMarket;
pub use recorded::RecordedMarket;
