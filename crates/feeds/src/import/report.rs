//! What an import tells: rows refused and why, what is missing, what was recognised.

use market::{Moment, Span};

/// Refused rows that a report lists; the rest is counted.
pub const REFUSED_SHOWN_MAX: usize = 100;
/// Gaps that a report lists; the rest is counted.
pub const GAPS_SHOWN_MAX: usize = 100;
/// How much of a refused value is repeated.
const VALUE_SHOWN_MAX: usize = 40;

/// A row that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The entry of the zip that it stands in; empty for a plain file.
    pub entry: String,
    /// Its line in the file, counted from one.
    pub row: u64,
    /// The column it was refused for.
    pub field: Option<&'static str>,
    /// What stands there.
    pub value: String,
    /// Why it was refused.
    pub why: String,
    /// What to do about it, if anything is known.
    pub remedy: Option<String>,
}

/// Bars that the regular session should have and the file has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The start of the first missing bar.
    pub from: Moment,
    /// The start of the last missing bar.
    pub last: Moment,
    /// How many are missing.
    pub bars: u64,
}

/// What an import tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Rows read, without headers and empty lines.
    pub rows: u64,
    /// Rows taken.
    pub accepted: u64,
    /// Rows that repeat another one to the last figure.
    pub duplicates: u64,
    /// Rows refused.
    pub refused_count: u64,
    /// The first [`REFUSED_SHOWN_MAX`] of them, in the order of the file.
    pub refused: Vec<Refused>,
    /// Bars missing from regular sessions between the first bar and the last.
    pub missing: u64,
    /// The first [`GAPS_SHOWN_MAX`] stretches of them.
    pub gaps: Vec<Gap>,
    /// What was recognised: delimiter, header, zone, stamps.
    pub notes: Vec<String>,
}

/// Why a field is refused, before it is known where it stood.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub(super) field: Option<&'static str>,
    pub(super) value: String,
    pub(super) why: String,
    pub(super) remedy: Option<String>,
}

impl Problem {
    pub(super) fn new(field: &'static str, value: &[u8], why: impl Into<String>) -> Self {
        Self { field: Some(field), value: shown(value), why: why.into(), remedy: None }
    }

    pub(super) fn of_row(value: &[u8], why: impl Into<String>) -> Self {
        Self { field: None, value: shown(value), why: why.into(), remedy: None }
    }

    pub(super) fn with_remedy(self, remedy: impl Into<String>) -> Self {
        Self { remedy: Some(remedy.into()), ..self }
    }
}

/// The beginning of what stands in a file, for a message.
pub(super) fn shown(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(&value[..value.len().min(4 * VALUE_SHOWN_MAX)]);
    text.trim().chars().take(VALUE_SHOWN_MAX).collect()
}

impl ImportReport {
    /// Counts a refused row; its text is made only while it can still be listed.
    pub(super) fn refuse(&mut self, entry: &str, row: u64, problem: impl FnOnce() -> Problem) {
        self.refused_count += 1;
        // Refusals come in passes, each in the order of the file or of time: a list that is a few
        // times too long keeps the first of every pass, and is cut at the end.
        if self.refused.len() < 4 * REFUSED_SHOWN_MAX {
            let Problem { field, value, why, remedy } = problem();
            self.refused.push(Refused { entry: entry.to_owned(), row, field, value, why, remedy });
        }
    }

    pub(super) fn missing(&mut self, from: Moment, bars: u64, span: Span) {
        self.missing += bars;
        if self.gaps.len() < GAPS_SHOWN_MAX {
            let steps = i64::try_from(bars).expect("a session has few bars") - 1;
            self.gaps.push(Gap { from, last: from + Span(span.0 * steps), bars });
        }
    }

    pub(super) fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        // Each file of a zip says the same.
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Puts the refusals in the order of the file.
    pub(super) fn finish(mut self) -> Self {
        self.refused.sort_by(|left, right| (&left.entry, left.row).cmp(&(&right.entry, right.row)));
        self.refused.truncate(REFUSED_SHOWN_MAX);
        self
    }
}
