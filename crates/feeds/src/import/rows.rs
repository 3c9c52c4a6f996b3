//! Reads rows: each becomes a bar with the time it was stamped with, or a refusal.

use market::{Bar, Moment, Span};

use super::archive::Part;
use super::layout::{Columns, Layout, RowClock};
use super::lines::{lines, split};
use super::number::{PriceForm, price, volume};
use super::report::{ImportReport, Problem, shown};
use super::stamp::{Stamp, date_and_time, millis_of, stamp};
use super::zone::ZoneClock;
use super::{ImportError, ImportOptions, LINE_BYTES_MAX, ROWS_MAX, unreadable};

/// How many rows pass before progress is told again.
const ROWS_BETWEEN: u64 = 1 << 16;

/// How many rows room is made for before they are seen.
const ROWS_RESERVED_MAX: usize = 1 << 20;

/// A row that holds a possible bar. Its start is as stamped until it is known what stamps mean.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) bar: Bar,
    /// The date that the row shows, by its own clock.
    pub(super) date: i32,
    /// Whether the row shows midnight, or no time of day at all.
    pub(super) is_midnight: bool,
    /// Which of [`Read::entries`] it stands in.
    pub(super) entry: u16,
    pub(super) row: u32,
}

/// Everything that was read, before it is put together.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) found: Vec<Found>,
    /// Names of the zip's entries, or one empty name.
    pub(super) entries: Vec<String>,
    pub(super) zone: String,
    pub(super) is_lean: bool,
    pub(super) is_seconds: bool,
    pub(super) report: ImportReport,
}

impl Read {
    pub(super) fn refuse(&mut self, found: &Found, problem: impl FnOnce() -> Problem) {
        let entry = &self.entries[usize::from(found.entry)];
        self.report.refuse(entry, u64::from(found.row), problem);
    }
}

/// Reads one file after another.
pub(super) struct Reading<'a> {
    options: &'a ImportOptions,
    progress: &'a mut dyn FnMut(u64, u64),
    bytes: u64,
    read: Read,
}

impl<'a> Reading<'a> {
    pub(super) fn new(options: &'a ImportOptions, progress: &'a mut dyn FnMut(u64, u64)) -> Self {
        Self { options, progress, bytes: 0, read: Read::default() }
    }

    pub(super) fn read_part(&mut self, part: Part<'_>) -> Result<(), ImportError> {
        let layout = Layout::of(&part, self.options, &mut self.read.report)?;
        let is_first = self.read.entries.is_empty();
        if !is_first && self.read.is_seconds != layout.is_seconds {
            return Err(unreadable("the zip holds minutes and seconds: import one of them"));
        }
        self.read.zone = layout.zone.to_string();
        self.read.is_lean = layout.is_lean;
        self.read.is_seconds = layout.is_seconds;
        let entry = u16::try_from(self.read.entries.len()).expect("a zip has few entries");
        self.read.entries.push(part.entry.to_owned());
        let mut clock = ZoneClock::new(&layout.zone);
        let mut fields = Vec::with_capacity(layout.columns.count);
        let rows = lines(part.text).skip(usize::from(layout.has_header));
        // Most rows are of about forty bytes; a file of another kind shall not cost memory.
        self.read.found.reserve((part.text.len() / 40).min(ROWS_RESERVED_MAX));
        for (row, line) in rows {
            self.read.report.rows += 1;
            if ROWS_MAX < self.read.report.rows {
                return Err(unreadable(format!("the file has over {ROWS_MAX} rows: split it")));
            }
            match found(line, &layout, &mut clock, &mut fields) {
                Ok(found) => {
                    let row = u32::try_from(row).expect("files have fewer bytes than that");
                    self.read.found.push(Found { entry, row, ..found });
                }
                Err(problem) => self.read.report.refuse(part.entry, row, || problem),
            }
            if self.read.report.rows.is_multiple_of(ROWS_BETWEEN) {
                let done = line.as_ptr().addr() - part.text.as_ptr().addr();
                (self.progress)(self.read.report.rows, self.bytes + done as u64);
            }
        }
        self.bytes += part.text.len() as u64;
        Ok(())
    }

    pub(super) fn finish(self) -> Result<Read, ImportError> {
        if self.read.report.rows == 0 {
            return Err(unreadable("the file has a header and no rows"));
        }
        (self.progress)(self.read.report.rows, self.bytes);
        Ok(self.read)
    }
}

fn found<'a>(
    line: &'a [u8],
    layout: &Layout,
    clock: &mut ZoneClock,
    fields: &mut Vec<&'a [u8]>,
) -> Result<Found, Problem> {
    if LINE_BYTES_MAX < line.len() {
        return Err(Problem::of_row(line, format!("the row is over {LINE_BYTES_MAX} bytes")));
    }
    if !split(line, layout.delimiter, fields) {
        return Err(Problem::of_row(line, "a quote is not closed"));
    }
    let columns = &layout.columns;
    let rest_is_blank = |rest: &[&[u8]]| rest.iter().all(|field| field.is_empty());
    if fields.len() < columns.count || !rest_is_blank(&fields[columns.count..]) {
        let (count, expected) = (fields.len(), columns.count);
        return Err(Problem::of_row(line, format!("{count} fields, expected {expected}")));
    }
    let time = fields[columns.time];
    let stamp = match layout.clock {
        RowClock::Stamp(order) => stamp(time, order)?,
        RowClock::DateAndTime(order) => date_and_time(time, fields[columns.time_of_day], order)?,
        RowClock::Millis(date) => millis_of(date, time)?,
    };
    let bar = bar(fields, columns, layout.prices, moment(&stamp, clock))?;
    Ok(Found { bar, date: stamp.date, is_midnight: stamp.micros == 0, entry: 0, row: 0 })
}

fn moment(stamp: &Stamp, clock: &mut ZoneClock) -> Moment {
    match stamp.offset {
        Some(offset) => {
            let midnight = i64::from(stamp.date) * Span::hours(24).0;
            Moment(midnight + stamp.micros - offset.0)
        }
        None => clock.moment(stamp.date, stamp.micros),
    }
}

fn bar(
    fields: &[&[u8]],
    columns: &Columns,
    form: PriceForm,
    start: Moment,
) -> Result<Bar, Problem> {
    let bar = Bar {
        start,
        open: price("open", fields[columns.open], form)?,
        high: price("high", fields[columns.high], form)?,
        low: price("low", fields[columns.low], form)?,
        close: price("close", fields[columns.close], form)?,
        volume: columns.volume.map_or(Ok(0), |column| volume(fields[column]))?,
    };
    bar.checked().map_err(|bad| {
        let (name, column) = match bad {
            market::BadBar::HighBelowLow { .. } => ("high", columns.high),
            market::BadBar::OpenOutside { .. } => ("open", columns.open),
            market::BadBar::CloseOutside { .. } => ("close", columns.close),
            market::BadBar::NegativeVolume(_) => ("volume", columns.volume.unwrap_or_default()),
        };
        Problem::new(name, fields[column], bad.to_string())
    })
}

/// A row as the trader knows it: `row 7`, or `row 7 of spy.csv`.
pub(super) fn row_name(read: &Read, found: &Found) -> String {
    match read.entries[usize::from(found.entry)].as_str() {
        "" => format!("row {}", found.row),
        entry => format!("row {} of `{}`", found.row, shown(entry.as_bytes())),
    }
}
