//! Where prices come from: the practice market, recorded days, imported files.
//!
//! Each implements or fills the desk's ports. Knows no SQL, no screen and no trader's tape.

mod import;
mod practice;
mod recorded;

pub use import::{
    BadStamps, BadZone, COLUMNS_MAX, ChainOptions, FILE_BYTES_MAX, GAPS_SHOWN_MAX, Gap,
    ImportError, ImportOptions, ImportReport, ImportZone, ImportedBars, ImportedChain,
    ImportedPrints, LINE_BYTES_MAX, LeftOut, LeftOutWhy, PrintDay, REFUSED_SHOWN_MAX, ROWS_MAX,
    Refused, Stamps, ZIP_ENTRIES_MAX, ZIP_RATIO_MAX, read_bars, read_chain, read_prints,
};
pub use practice::PracticeMarket;
pub use recorded::{RecordedMarket, minutes_of};
