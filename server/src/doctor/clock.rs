//! Whether this machine knows what time it is: beside the database's own clock, where that is on a
//! server, and after what was written down. Nobody else is asked.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use desk::StoreError;
use market::{Moment, Span};
use store::Database;

use super::Finding;
use crate::clock::now;
use crate::rest::story;

/// How far two clocks may be apart. Codes of second factors count half a minute to either side.
const SKEW_MAX: Span = Span::minutes(1);

/// Something that tells of a moment that has been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trace {
    /// A row of the database.
    Row,
    /// A file, by when it was changed.
    File(PathBuf),
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Row => f.write_str("the database"),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

/// When something was written last, and what tells so.
pub(super) type Written = (Moment, Trace);

/// Which of the files was changed last.
pub(super) fn last_of<'a>(files: impl IntoIterator<Item = &'a Path>) -> Option<Written> {
    let written = |file: &Path| {
        let at = std::fs::metadata(file).ok()?.modified().ok()?;
        let micros = at.duration_since(UNIX_EPOCH).ok()?.as_micros();
        Some((Moment(i64::try_from(micros).ok()?), Trace::File(file.to_owned())))
    };
    files.into_iter().filter_map(written).max_by_key(|(at, _)| *at)
}

/// Looks at the clock: beside the database, where that opens, and after what was written last in
/// the data folder.
pub(super) async fn look(database: Option<&Database>, of_files: Option<Written>) -> Vec<Finding> {
    let Some(database) = database else { return findings(now(), None, of_files) };
    match ask(database).await {
        Ok((of_rows, theirs)) => {
            let of_rows = of_rows.map(|at| (at, Trace::Row));
            let last = of_files.into_iter().chain(of_rows).max_by_key(|(at, _)| *at);
            findings(now(), theirs, last)
        }
        Err(error) => vec![Finding::ill(format!("clock: {}", story(&error)))],
    }
}

/// What was written into a database last, and what its own clock shows.
async fn ask(database: &Database) -> Result<(Option<Moment>, Option<Moment>), StoreError> {
    // Tables of another version may not have what is asked for.
    let is_present = database.version().await? == database.version_known();
    let last = if is_present { database.newest_moment().await? } else { None };
    Ok((last, database.clock().await?))
}

/// What this machine's clock is like, beside another one that shows `theirs`, and after what was
/// written `last`.
fn findings(now: Moment, theirs: Option<Moment>, last: Option<Written>) -> Vec<Finding> {
    let mut found = Vec::new();
    let shown = to_the_second(now);
    if let Some(theirs) = theirs {
        let ahead = now - theirs;
        let (apart, side) = match ahead < Span::ZERO {
            true => (Span(-ahead.0), "behind"),
            false => (ahead, "ahead of"),
        };
        found.push(if SKEW_MAX < apart {
            let seconds = apart.whole_seconds();
            Finding::ill(format!(
                "clock: {shown}, {seconds} s {side} the database's: set both by the network"
            ))
        } else {
            Finding::well(format!("clock: {shown}, as the database's"))
        });
    }
    match last {
        Some((at, trace)) if now + SKEW_MAX < at => {
            let (seconds, at) = ((at - now).whole_seconds(), to_the_second(at));
            found.push(Finding::ill(format!(
                "clock: {shown}, {seconds} s before the last that was written down, {at} by \
                 {trace}: set it by the network"
            )));
        }
        _ if theirs.is_some() => {}
        Some((at, trace)) => found.push(Finding::well(format!(
            "clock: {shown}, later than all that was written down, last {} by {trace}; compare it \
             with another one, since nothing here tells a clock that is ahead",
            to_the_second(at)
        ))),
        None => found.push(Finding::well(format!(
            "clock: {shown}; there is nothing to compare it with: look whether that is right"
        ))),
    }
    found
}

fn to_the_second(at: Moment) -> Moment {
    Moment(Span::seconds(Span(at.0).whole_seconds()).0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2025-11-26T17:00:00Z, and a bit.
    const NOON: Moment = Moment(1_764_176_400_000_007);

    #[track_caller]
    fn check(theirs: Option<Span>, last: Option<Span>, expected: &[(bool, &str)]) {
        let last = last.map(|since| (NOON + since, Trace::Row));
        let found = findings(NOON, theirs.map(|apart| NOON + apart), last);
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, (is_well, told)) in found.iter().zip(expected) {
            assert!(found.is_well == *is_well && found.text.contains(told), "{found:?}: {told}");
        }
    }

    #[test]
    fn a_clock_that_is_not_the_databases_is_found() {
        let minutes = |n| Some(Span::minutes(n));
        check(minutes(5), None, &[(false, "300 s behind the database's: set both")]);
        check(minutes(-5), None, &[(false, "300 s ahead of the database's: set both")]);
        for near in [Span::ZERO, Span::seconds(-59), Span::seconds(59)] {
            check(Some(near), None, &[(true, "2025-11-26T17:00:00Z, as the database's")]);
        }
    }

    #[test]
    fn a_clock_before_what_was_written_down_is_found() {
        let minutes = |n| Some(Span::minutes(n));
        let behind = "300 s before the last that was written down, 2025-11-26T17:05:00Z by the";
        check(None, minutes(5), &[(false, behind)]);
        // One that is ahead is no better known for what was written before.
        check(None, minutes(-5), &[(true, "last 2025-11-26T16:55:00Z by the database; compare")]);
        check(None, Some(Span::seconds(59)), &[(true, "later than all")]);
        check(None, None, &[(true, "nothing to compare it with")]);
        // Another server of the desk may be what is wrong.
        check(minutes(0), minutes(5), &[(true, "as the database's"), (false, behind)]);
        check(minutes(0), minutes(-5), &[(true, "as the database's")]);
    }

    #[test]
    fn the_file_that_was_changed_last_tells() {
        let folder = tempfile::tempdir().expect("a folder");
        let [old, new, gone] = ["a", "b", "c"].map(|name| folder.path().join(name));
        for (path, seconds) in [(&old, 1_764_176_400), (&new, 1_764_176_700)] {
            let file = std::fs::File::create(path).expect("a file");
            let at = UNIX_EPOCH + std::time::Duration::from_secs(seconds);
            file.set_modified(at).expect("its time");
        }
        let last = last_of([new.as_path(), &old, &gone]);
        assert_eq!(last, Some((Moment(1_764_176_700_000_000), Trace::File(new))));
        assert_eq!(last_of([gone.as_path()]), None);
    }
}
