//! Reads what stands in `../shared/data`.

use std::fs;
use std::path::PathBuf;

use market::{Bar, Moment, Price, Span};

/// A table with a header line; cells are text.
pub(super) struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// The text of a file; nothing, and a word about it, when the folder is not here.
pub(super) fn text(test: &str, path: &str) -> Option<String> {
    let folder: PathBuf = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data").into();
    if !folder.is_dir() {
        #[expect(clippy::print_stderr, reason = "a test that did not run says so")]
        {
            eprintln!("skipped {test}: ../shared/data is not here");
        }
        return None;
    }
    let path = folder.join(path);
    Some(fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

pub(super) fn table(test: &str, path: &str) -> Option<Table> {
    let text = text(test, path)?;
    let mut lines = text.trim_start_matches('\u{feff}').lines().filter(|line| !line.is_empty());
    let cells = |line: &str| line.split(',').map(|cell| cell.trim().to_owned()).collect();
    let header = cells(lines.next()?);
    Some(Table { header, rows: lines.map(cells).collect() })
}

impl Table {
    /// A column by name, whatever its case; an empty or `NaN` cell is nothing.
    pub(super) fn column(&self, name: &str) -> Vec<Option<f64>> {
        let place = self.header.iter().position(|head| head.eq_ignore_ascii_case(name));
        let place = place.unwrap_or_else(|| panic!("no column `{name}` in {:?}", self.header));
        let number = |row: &Vec<String>| row[place].parse().ok().filter(|one: &f64| !one.is_nan());
        self.rows.iter().map(number).collect()
    }

    pub(super) fn numbers(&self, name: &str) -> Vec<f64> {
        self.column(name).into_iter().map(|cell| cell.expect("a number")).collect()
    }

    /// One bar a row, a minute apart.
    pub(super) fn bars(&self) -> Vec<Bar> {
        let price = |value: f64| Price::from_f64(value).expect("a price");
        let [open, high, low, close] = ["open", "high", "low", "close"]
            .map(|name| self.numbers(name).into_iter().map(price).collect::<Vec<Price>>());
        let has_volume = self.header.iter().any(|head| head.eq_ignore_ascii_case("volume"));
        let volume = if has_volume { self.numbers("volume") } else { vec![0.0; open.len()] };
        #[expect(clippy::cast_possible_truncation, reason = "volumes of the files are whole")]
        (0_i32..)
            .zip(0..open.len())
            .map(|(minute, row)| Bar {
                start: Moment(0) + Span::minutes(i64::from(minute)),
                open: open[row],
                high: high[row],
                low: low[row],
                close: close[row],
                volume: volume[row] as i64,
            })
            .collect()
    }
}

/// Runs a series through an indicator.
pub(super) fn run<T, V>(
    inputs: impl IntoIterator<Item = T>,
    step: impl FnMut(T) -> Option<V>,
) -> Vec<Option<V>> {
    inputs.into_iter().map(step).collect()
}

/// Every value within `bound` of what was published, and missing where that is missing.
#[track_caller]
pub(super) fn check(actual: &[Option<f64>], expected: &[Option<f64>], bound: f64) {
    assert_eq!(actual.len(), expected.len());
    let known = expected.iter().flatten().count();
    assert!(0 < known, "nothing was compared");
    for (row, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        match (actual, expected) {
            (Some(actual), Some(expected)) => {
                let apart = (actual - expected).abs();
                assert!(apart <= bound, "row {row}: {actual} is {apart} from {expected}");
            }
            (None, None) => {}
            _ => panic!("row {row}: {actual:?} where {expected:?} was published"),
        }
    }
}

/// The same from `row` on only: what was published before is still warming up, or not shown.
#[track_caller]
pub(super) fn check_from(row: usize, actual: &[Option<f64>], expected: &[Option<f64>], bound: f64) {
    check(&actual[row..], &expected[row..], bound);
}
