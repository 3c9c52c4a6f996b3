//! Adds up what the test programs say, so that the last line of `cargo xtask test` is true.

use std::fmt;
use std::ops::AddAssign;

/// How many tests ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Counts {
    /// A step that is one check.
    pub(crate) const ONE_PASSED: Self = Self { passed: 1, failed: 0, skipped: 0 };
    /// A step that did not get as far as counting.
    pub(crate) const ONE_FAILED: Self = Self { passed: 0, failed: 1, skipped: 0 };
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} passed, {} failed", self.passed, self.failed)?;
        if 0 < self.skipped {
            write!(out, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

/// Reads the words `12 passed`, `1 failed` and the like, whatever stands between them.
pub(crate) fn in_words(line: &str) -> Option<Counts> {
    let words: Vec<&str> =
        line.split([' ', ',', ';', '.']).filter(|word| !word.is_empty()).collect();
    let before = |name: &str| {
        words.windows(2).find(|pair| pair[1] == name).and_then(|pair| pair[0].parse::<u64>().ok())
    };
    Some(Counts {
        passed: before("passed")?,
        failed: before("failed")?,
        skipped: before("skipped").or_else(|| before("ignored")).unwrap_or(0),
    })
}

/// Follows the output of Rust's test programs line by line.
///
/// A test without its data passes after saying `skipped <its name>: why`. That is told only with
/// `--show-output`, in the part about successes: it is counted there, and moved from passed.
#[derive(Debug, Default)]
pub(crate) struct LibtestReader {
    counts: Counts,
    is_in_successes: bool,
    skipped_in_program: u64,
}

impl LibtestReader {
    /// Takes one line. True if a person should see it.
    pub(crate) fn read(&mut self, line: &str) -> bool {
        match line {
            "successes:" => self.is_in_successes = true,
            "failures:" => self.is_in_successes = false,
            _ => {}
        }
        if line.starts_with("test result: ") {
            self.is_in_successes = false;
            let skipped = std::mem::take(&mut self.skipped_in_program);
            if let Some(mut counts) = in_words(line) {
                // More such lines than tests would mean that one test said it twice.
                let skipped = skipped.min(counts.passed);
                counts.passed -= skipped;
                counts.skipped += skipped;
                self.counts += counts;
            }
            return true;
        }
        if self.is_in_successes {
            let is_skipped = is_skip(line);
            self.skipped_in_program += u64::from(is_skipped);
            return is_skipped;
        }
        !(line.is_empty() || line.ends_with(" ... ok") || line.starts_with("running "))
    }

    /// Everything read so far.
    pub(crate) fn counts(&self) -> Counts {
        self.counts
    }

    /// A skipped test may have written past the capture, straight to the terminal.
    pub(crate) fn skip_told_elsewhere(&mut self, line: &str) {
        if is_skip(line) && 0 < self.counts.passed {
            self.counts.passed -= 1;
            self.counts.skipped += 1;
        }
    }
}

fn is_skip(line: &str) -> bool {
    line.strip_prefix("skipped ").is_some_and(|rest| rest.contains(": "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(output: &str, expected: &str) {
        let mut reader = LibtestReader::default();
        for line in output.lines() {
            reader.read(line);
        }
        assert_eq!(reader.counts().to_string(), expected);
    }

    #[test]
    fn results_of_all_programs_are_added() {
        check(
            "running 2 tests\ntest a ... ok\ntest b ... FAILED\n\nfailures:\n    b\n\n\
             test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n\
             test result: ok. 7 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out",
            "8 passed, 1 failed, 2 skipped",
        );
        check("", "0 passed, 0 failed");
    }

    #[test]
    fn a_test_that_skipped_itself_is_not_called_passed() {
        check(
            "test a ... ok\n\nsuccesses:\n\n---- a stdout ----\n\
             skipped a: ../shared/data is not here\n\n\nsuccesses:\n    a\n\n\
             test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out",
            "2 passed, 0 failed, 1 skipped",
        );
    }

    #[test]
    fn only_what_a_person_needs_is_shown() {
        let mut reader = LibtestReader::default();
        assert!(!reader.read("test a ... ok"));
        assert!(reader.read("test b ... FAILED"));
        assert!(reader.read("thread 'b' panicked at src/lib.rs:3:5:"));
    }

    #[test]
    fn the_browser_runners_last_line_is_read() {
        let counts = in_words("12 passed, 1 failed, 3 skipped").expect("three counts");
        assert_eq!(counts, Counts { passed: 12, failed: 1, skipped: 3 });
        assert_eq!(in_words("nothing was counted"), None);
    }
}
