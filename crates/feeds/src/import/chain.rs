//! A whole option chain in one file.

mod quote_table;
mod universe;

use std::collections::BTreeMap;

use market::{Moment, Price, Root, Series, SeriesQuotes, StrikeQuotes, Symbol, TradingDate};

use super::archive::each_file;
use super::lines::split;
use super::report::{ImportReport, Problem};
use super::{ImportError, LINE_BYTES_MAX, unreadable};

/// A chain as a file has it.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportedChain {
    /// The underlying.
    pub symbol: Symbol,
    /// The session that the quotes are of.
    pub day: TradingDate,
    /// When they stood: the session's close, or when the file was written, if that was before.
    pub at: Moment,
    /// The underlying's price.
    pub spot: Price,
    /// Every series, soonest first.
    pub series: Vec<SeriesQuotes>,
    /// What was taken and refused.
    pub report: ImportReport,
}

/// What the trader says about a file whose own rows do not: of Lean's universes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ChainOptions {
    /// Whose contracts; else its folder's name.
    pub root: Option<Root>,
    /// The underlying's price; else that of its first row.
    pub spot: Option<Price>,
}

/// Rows by series and strike.
type Strikes = BTreeMap<Series, BTreeMap<Price, StrikeQuotes>>;

/// Reads a quote table of Cboe's, or a universe of Lean's: its first line tells which. A universe
/// is named by its day (`spxw/20230623.csv`), so that `file_name` should have its folder.
///
/// # Errors
///
/// When the file as a whole cannot be trusted. Single rows are refused in the report instead.
pub fn read_chain(
    input: &[u8],
    file_name: &str,
    options: ChainOptions,
) -> Result<ImportedChain, ImportError> {
    let mut found = None;
    each_file(input, file_name, &mut |part| {
        if found.is_some() {
            return Err(unreadable("the zip holds several files: import one chain at a time"));
        }
        found = Some(match universe::is_universe(part) {
            true => universe::read_universe(part, options)?,
            false => quote_table::read_table(part)?,
        });
        Ok(())
    })?;
    found.ok_or_else(|| unreadable("the file is empty"))
}

/// Splits a row into so many fields.
fn split_row<'a>(
    line: &'a [u8],
    columns: usize,
    fields: &mut Vec<&'a [u8]>,
) -> Result<(), Problem> {
    if LINE_BYTES_MAX < line.len() {
        return Err(Problem::of_row(line, format!("is longer than {LINE_BYTES_MAX} bytes")));
    }
    if !split(line, b',', fields) || fields.len() != columns {
        let why = format!("has {} fields, not {columns}", fields.len());
        let remedy = "if it is the last one, the file was cut: save it again";
        return Err(Problem::of_row(line, why).with_remedy(remedy));
    }
    Ok(())
}

fn count(name: &'static str, field: &[u8]) -> Result<u32, Problem> {
    let bad = || Problem::new(name, field, "is no whole number of contracts");
    String::from_utf8_lossy(field).parse().map_err(|_| bad())
}

fn number(name: &'static str, field: &[u8]) -> Result<f64, Problem> {
    let found = String::from_utf8_lossy(field).parse().ok().filter(|one: &f64| one.is_finite());
    found.ok_or_else(|| Problem::new(name, field, "is no number"))
}

/// Series, soonest first.
fn into_series(strikes: Strikes, open_interest_of: TradingDate) -> Vec<SeriesQuotes> {
    let of_series = |(series, strikes): (Series, BTreeMap<Price, StrikeQuotes>)| SeriesQuotes {
        series,
        open_interest_of,
        dividends: None,
        strikes: strikes.into_values().collect(),
    };
    let mut series: Vec<SeriesQuotes> = strikes.into_iter().map(of_series).collect();
    series.sort_by_key(|one| (one.series.expires_at(), one.series));
    series
}
