//! Reads files of bars and prints that a trader has, in whatever shape they came.
//!
//! Bytes go in, bars and a report come out. Nothing is invented, and nothing is repaired in
//! silence: a row that cannot be right is refused with its line, and what was recognised (columns,
//! zone, stamps) is said in the report's notes. Knows no file system, database or clock.

mod report;

mod number;
mod stamp;
mod zone;

mod archive;
mod chain;
mod layout;
mod lean;
mod lines;
mod rows;

mod assemble;
mod days;
mod gaps;
mod span;
mod stamps;

mod prints;

use market::{Bar, BarHours, BarSpan, Symbol};

pub use chain::{ChainOptions, ImportedChain, read_chain};
pub use prints::{ImportedPrints, LeftOut, LeftOutWhy, PrintDay, read_prints};
pub use report::{GAPS_SHOWN_MAX, Gap, ImportReport, REFUSED_SHOWN_MAX, Refused};
pub use stamps::{BadStamps, Stamps};
pub use zone::{BadZone, ImportZone};

/// Bytes of a file, and of everything inside a zip together.
pub const FILE_BYTES_MAX: usize = 512 << 20;
/// Files inside a zip.
pub const ZIP_ENTRIES_MAX: usize = 1_000;
/// How many times larger than its zip a file may be; prices shrink to a tenth.
pub const ZIP_RATIO_MAX: u64 = 200;
/// Rows in one import: eighty years of the minutes of regular sessions.
pub const ROWS_MAX: u64 = 8_000_000;
/// Columns of a row.
pub const COLUMNS_MAX: usize = 64;
/// Bytes of a row.
pub const LINE_BYTES_MAX: usize = 4_096;

/// What the trader says about a file; what is left open is found out from the file.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// Of what the bars are.
    pub symbol: Symbol,
    /// Which clock wrote the times. New York unless the file is known to be another's.
    pub zone: Option<ImportZone>,
    /// Whether times mark the start or the end of a bar.
    pub stamps: Stamps,
    /// How long each bar lasts.
    pub span: Option<BarSpan>,
}

impl ImportOptions {
    /// Everything but the symbol is found out.
    pub fn new(symbol: Symbol) -> Self {
        Self { symbol, zone: None, stamps: Stamps::Detect, span: None }
    }
}

/// Bars out of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedBars {
    /// Oldest first, one for each start.
    pub bars: Vec<Bar>,
    /// How long each lasts.
    pub span: BarSpan,
    /// Which hours they may lie in: extended for bars within a day, regular for days.
    pub hours: BarHours,
    /// What was recognised, refused and missing.
    pub report: ImportReport,
}

/// Why a file as a whole is not imported. Nothing of it was taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// It holds single prints: [`read_prints`] reads those.
    #[error("`{file}` holds ticks, not bars: import it as ticks")]
    Ticks {
        /// The file, or the entry of the zip.
        file: String,
    },
    /// Its times cannot be the exchange's: another zone is needed.
    #[error("{0}")]
    Zone(String),
    /// Anything else: damaged, too large, without the columns that bars need.
    #[error("{0}")]
    Unreadable(String),
}

pub(crate) fn unreadable(why: impl Into<String>) -> ImportError {
    ImportError::Unreadable(why.into())
}

/// Reads the bars of a CSV file, or of the CSV files in a zip. `progress` is told now and then how
/// many rows and bytes are done.
///
/// # Errors
///
/// When the file as a whole cannot be trusted. Single rows are refused in the report instead.
pub fn read_bars(
    input: &[u8],
    file_name: &str,
    options: &ImportOptions,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<ImportedBars, ImportError> {
    if matches!(options.span, Some(BarSpan::Week | BarSpan::Month)) {
        return Err(unreadable("weeks and months are folded from days: import daily bars"));
    }
    let mut reading = rows::Reading::new(options, progress);
    archive::each_file(input, file_name, &mut |part| reading.read_part(part))?;
    assemble::assemble(reading.finish()?, options)
}
