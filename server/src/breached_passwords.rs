//! Passwords that were in a breach, by a list that lies beside the desk: a line for each, its SHA-1
//! in capital hexadecimal digits and how often it was found, sorted, as the downloader of Have I
//! Been Pwned writes it. Such a list has tens of gigabytes: it is looked up where it lies.

use std::cmp::Ordering;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::Context;
use sha1::{Digest, Sha1};

use crate::commands::say;
use crate::configuration::Configuration;
use crate::dashboard::bytes;

const DIGITS: usize = 40;
/// No line is longer: a hash, a colon, a count and the line's end.
const LINE_MAX: usize = 64;
/// Places that are looked at before a list is believed.
const PROBES: u64 = 32;

/// A place of a list that is not as it must be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadList {
    #[error("it cannot be read")]
    Read(#[from] io::Error),
    #[error("it is no file")]
    NoFile,
    #[error("it is empty")]
    Empty,
    #[error(
        "it ends too early: its hashes are spread evenly, and so many would come after its last \
         one that it was cut off: load it once more"
    )]
    Cut,
    #[error("it is shorter than it was at the start: start the desk anew when it is whole")]
    Shorter,
    #[error(
        "near byte {0} there is no line of 40 capital hexadecimal digits, alone or with `:` and a \
         number: load the list of SHA-1 hashes once more"
    )]
    Line(u64),
    #[error("the line near byte {0} is not after those before it: the list must be sorted by hash")]
    Order(u64),
}

impl BadList {
    /// Where in a sorted list somebody looked tells what they looked for: a log hears the million
    /// of bytes.
    fn roughly(self) -> Self {
        let near = |place| place - place % 1_000_000;
        match self {
            Self::Line(place) => Self::Line(near(place)),
            Self::Order(place) => Self::Order(near(place)),
            other => other,
        }
    }
}

/// A list that its owner named.
#[derive(Clone, Debug)]
pub(crate) struct BreachedPasswords {
    file: PathBuf,
    /// In bytes, as it was at the start.
    size: u64,
}

impl BreachedPasswords {
    /// The list that is set, if one is, and is what it should be.
    pub(crate) fn open(configuration: &Configuration) -> anyhow::Result<Option<Self>> {
        let Some(file) = configuration.breached_passwords.clone() else { return Ok(None) };
        let size = size_of(&file);
        let size = size.with_context(|| format!("`breached_passwords`, {}", file.display()))?;
        Ok(Some(Self { file, size }))
    }

    /// Whether a password is on it.
    pub(crate) async fn has(&self, password: &str) -> anyhow::Result<bool> {
        let (Self { file, size }, hash) = (self.clone(), hash_of(password));
        let look = move || {
            let mut list = File::open(&file)?;
            // One that is being written anew has not all that it had.
            if list.seek(SeekFrom::End(0))? < size {
                return Err(BadList::Shorter);
            }
            has(&mut list, &hash).map_err(BadList::roughly)
        };
        Ok(tokio::task::spawn_blocking(look).await??)
    }
}

/// Says how the list is, for `volaris doctor`; false where it is not well.
pub(crate) fn examine(configuration: &Configuration) -> bool {
    let Some(file) = &configuration.breached_passwords else { return true };
    let (told, is_well) = match size_of(file) {
        Ok(size) => (format!("{}, sorted", bytes(size)), true),
        Err(bad) => (format!("{}: {:#}", file.display(), anyhow::Error::from(bad)), false),
    };
    say(&format!("breached passwords: {told}"));
    is_well
}

fn size_of(file: &Path) -> Result<u64, BadList> {
    // A pipe would be waited for.
    if !std::fs::metadata(file)?.is_file() {
        return Err(BadList::NoFile);
    }
    check(&mut File::open(file)?)
}

type Hash = [u8; DIGITS];

fn hash_of(password: &str) -> Hash {
    let mut digits = [0; DIGITS];
    hex::encode_to_slice(Sha1::digest(password), &mut digits).expect("two digits a byte");
    digits.make_ascii_uppercase();
    digits
}

/// A line of a list.
struct Line {
    start: u64,
    hash: Hash,
    /// Where the next one starts.
    next: u64,
}

/// The first line that starts at a place or after it, which there is unless the list ends before.
fn line_from(list: &mut (impl Read + Seek), place: u64) -> Result<Option<Line>, BadList> {
    // The sign before tells whether a line starts here.
    let from = place.saturating_sub(1);
    let mut block = Vec::with_capacity(2 * LINE_MAX);
    list.seek(SeekFrom::Start(from))?;
    list.take(2 * LINE_MAX as u64).read_to_end(&mut block)?;
    let is_whole = block.len() < 2 * LINE_MAX;
    let skipped = match place {
        0 => 0,
        _ => match block.iter().position(|sign| *sign == b'\n') {
            Some(end) => end + 1,
            None if is_whole => return Ok(None),
            None => return Err(BadList::Line(place)),
        },
    };
    let start = from + skipped as u64;
    let rest = &block[skipped..];
    if rest.is_empty() {
        return Ok(None);
    }
    let end = match rest.iter().position(|sign| *sign == b'\n') {
        Some(end) => end + 1,
        None if is_whole => rest.len(),
        None => return Err(BadList::Line(start)),
    };
    let hash = read_line(&rest[..end]).ok_or(BadList::Line(start))?;
    Ok(Some(Line { start, hash, next: start + end as u64 }))
}

fn read_line(line: &[u8]) -> Option<Hash> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let (hash, rest) = line.split_first_chunk::<DIGITS>()?;
    let is_digit = |sign: &u8| matches!(sign, b'0'..=b'9' | b'A'..=b'F');
    let is_count = |count: &[u8]| !count.is_empty() && count.iter().all(u8::is_ascii_digit);
    let is_well = rest.is_empty() || rest.strip_prefix(b":").is_some_and(is_count);
    (is_well && hash.iter().all(is_digit)).then_some(*hash)
}

/// Whether a hash is in a list: halves what is left of it, whatever its lines' lengths.
fn has(list: &mut (impl Read + Seek), hash: &Hash) -> Result<bool, BadList> {
    // A line of it, if there is one, starts from `low` on and before `high`, and is between these.
    let (mut low, mut high) = (0, list.seek(SeekFrom::End(0))?);
    let (mut below, mut above) = (None, None);
    if high == 0 {
        return Err(BadList::Empty);
    }
    while low < high {
        let middle = low + (high - low) / 2;
        let Some(line) = line_from(list, middle)?.filter(|line| line.start < high) else {
            high = middle;
            continue;
        };
        if below.is_some_and(|below| line.hash <= below)
            || above.is_some_and(|above| above <= line.hash)
        {
            return Err(BadList::Order(line.start));
        }
        match line.hash.cmp(hash) {
            Ordering::Equal => return Ok(true),
            Ordering::Less => (low, below) = (line.next, Some(line.hash)),
            Ordering::Greater => (high, above) = (middle, Some(line.hash)),
        }
    }
    Ok(false)
}

/// Looks at the beginning, the end and places between; gives the size in bytes.
fn check(list: &mut (impl Read + Seek)) -> Result<u64, BadList> {
    let size = list.seek(SeekFrom::End(0))?;
    let mut before: Option<Line> = None;
    let last = size.saturating_sub(LINE_MAX as u64);
    for probe in 0..=PROBES {
        let place = u64::try_from(u128::from(last) * u128::from(probe) / u128::from(PROBES));
        let Some(line) = line_from(list, place.expect("less than the size"))? else { continue };
        let is_after = |before: &Line| before.start == line.start || before.hash < line.hash;
        if !before.as_ref().is_none_or(is_after) {
            return Err(BadList::Order(line.start));
        }
        before = Some(line);
    }
    // To the very end: a file that was cut off is not whole.
    let mut line = before.ok_or(BadList::Empty)?;
    while let Some(next) = line_from(list, line.next)? {
        if next.hash <= line.hash {
            return Err(BadList::Order(next.start));
        }
        line = next;
    }
    // Sixty-four times as far from the end as from each other: that never happens by chance.
    let lines = size / LINE_MAX as u64 + 1;
    let last = std::str::from_utf8(&line.hash[..16]).unwrap_or_default();
    let left = u64::MAX - u64::from_str_radix(last, 16).unwrap_or_default();
    if (u64::MAX / lines).saturating_mul(64) < left {
        return Err(BadList::Cut);
    }
    Ok(size)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    /// Counts how often it is read.
    struct Counted {
        list: Cursor<Vec<u8>>,
        reads: u32,
    }

    impl Read for Counted {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.list.read(buffer)
        }
    }

    impl Seek for Counted {
        fn seek(&mut self, place: SeekFrom) -> io::Result<u64> {
            self.reads += 1;
            self.list.seek(place)
        }
    }

    fn digits(number: u64) -> Hash {
        let text = format!("{number:016X}{:024X}", 0);
        *text.as_bytes().first_chunk().expect("forty digits")
    }

    /// A list with lines of many lengths.
    fn written(numbers: &BTreeSet<u64>, end: &str, has_counts: bool, is_ended: bool) -> Vec<u8> {
        let lines = numbers.iter().map(|number| {
            let hash = String::from_utf8(digits(*number).to_vec()).expect("digits");
            let count = "7".repeat(1 + usize::try_from(number % 9).expect("small"));
            if has_counts { format!("{hash}:{count}") } else { hash }
        });
        let mut text = lines.collect::<Vec<_>>().join(end);
        if is_ended {
            text += end;
        }
        text.into_bytes()
    }

    #[test]
    fn a_password_is_found_by_its_hash() {
        // Of "password", by RFC 3174's function; as the list of Have I Been Pwned has it.
        assert_eq!(&hash_of("password"), b"5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8");
        let list = "0000000000000000000000000000000000000001\r\n\
                    5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:52256179\r\n\
                    FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF:1";
        let mut list = Cursor::new(list);
        check(&mut list).expect("well");
        assert!(has(&mut list, &hash_of("password")).expect("read"));
        assert!(!has(&mut list, &hash_of("Password")).expect("read"));
    }

    #[test]
    fn a_list_that_is_none_is_told_by_its_place() {
        let told = |text: &str| check(&mut Cursor::new(text)).map_err(|bad| bad.to_string());
        let one = "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8";
        let error = |text: &str| told(text).expect_err("it is no list");
        assert!(error("").contains("empty"));
        assert!(error("password\n").contains("byte 0"));
        assert!(error(&one.to_lowercase()).contains("byte 0"));
        assert!(error(&format!("{one}:\n")).contains("byte 0"));
        assert!(error(&format!("{one}\n{}", &one[..30])).contains("byte 41"), "cut off");
        assert!(error(&format!("{one}\n{one}\n")).contains("sorted"));
        assert!(error(&format!("{one}\n\n{one}\n")).contains("byte 41"));
        assert!(error(&"5".repeat(1_000)).contains("byte"));
        let size = one.len() as u64;
        assert_eq!(told(one), Ok(size));
        assert!(matches!(has(&mut Cursor::new("x\n"), &hash_of("x")), Err(BadList::Line(0))));
    }

    #[test]
    fn a_long_list_is_looked_up_by_few_reads() {
        const STEP: u64 = u64::MAX / 100_000;
        let numbers: BTreeSet<u64> = (0..100_000).map(|number| number * STEP).collect();
        let mut list =
            Counted { list: Cursor::new(written(&numbers, "\r\n", true, true)), reads: 0 };
        check(&mut list).expect("well");
        for number in [0, 1, 49_999 * STEP, 50_000 * STEP + 1, 99_999 * STEP, u64::MAX] {
            list.reads = 0;
            let found = has(&mut list, &digits(number)).expect("read");
            assert_eq!(found, numbers.contains(&number), "{number}");
            assert!(list.reads < 32, "{} reads", list.reads);
        }
        // Half of it, to the end of a line.
        let all = list.list.into_inner();
        let half = all.len() / 2;
        let end = half + all[half..].iter().position(|sign| *sign == b'\n').expect("a line") + 1;
        assert!(matches!(check(&mut Cursor::new(&all[..end])), Err(BadList::Cut)));
    }

    #[test]
    fn a_list_in_disorder_is_told_by_whoever_meets_it() {
        let lines = |numbers: &[u64]| {
            let hashes =
                numbers.iter().map(|one| String::from_utf8(digits(*one).to_vec()).unwrap());
            hashes.collect::<Vec<_>>().join("\n").into_bytes()
        };
        // The middle is met first, then what should be before it.
        let mut list = Cursor::new(lines(&[80, 10, 20, 50, 60, 70, 90]));
        assert!(matches!(has(&mut list, &digits(5)), Err(BadList::Order(0))));
        let mut list = Cursor::new(lines(&[10, 20, 30, 50, 60, 70, 40]));
        assert!(matches!(has(&mut list, &digits(95)), Err(BadList::Order(_))));
    }

    #[tokio::test]
    async fn a_list_that_shrinks_lets_nothing_through() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("list");
        let hash = String::from_utf8(hash_of("password").to_vec()).expect("digits");
        std::fs::write(&file, format!("{:040}\n{hash}\n", 0)).expect("written");
        let size = size_of(&file).expect("well");
        let list = BreachedPasswords { file: file.clone(), size };
        assert!(list.has("password").await.expect("read"));
        // As a load that begins anew leaves it: cut between two lines.
        std::fs::write(&file, format!("{:040}\n", 0)).expect("written");
        assert!(list.has("password").await.is_err());
        assert!(matches!(size_of(folder.path()), Err(BadList::NoFile)));
    }

    #[test]
    fn a_log_hears_no_place() {
        let told = BadList::Line(41_234_567).roughly().to_string();
        assert!(told.contains("byte 41000000 "), "{told}");
    }

    proptest! {
        #[test]
        fn what_is_on_a_list_is_found_and_nothing_else(
            numbers in prop::collection::btree_set(0_u64..500, 1..60),
            asked in 0_u64..500,
            is_windows: bool,
            has_counts: bool,
            is_ended: bool,
        ) {
            let end = if is_windows { "\r\n" } else { "\n" };
            let mut list = Cursor::new(written(&numbers, end, has_counts, is_ended));
            prop_assert!(check(&mut list).is_ok());
            let is_found = has(&mut list, &digits(asked)).expect("read");
            prop_assert_eq!(is_found, numbers.contains(&asked));
            for number in &numbers {
                prop_assert!(has(&mut list, &digits(*number)).expect("read"));
            }
        }

        #[test]
        fn no_bytes_break_it(bytes in prop::collection::vec(any::<u8>(), 0..400), asked: u64) {
            let mut list = Cursor::new(bytes);
            let _ = check(&mut list);
            let _ = has(&mut list, &digits(asked));
        }

        #[test]
        fn no_damage_breaks_it(
            numbers in prop::collection::btree_set(0_u64..500, 1..60),
            place: prop::sample::Index,
            sign: u8,
            asked in 0_u64..500,
        ) {
            let mut bytes = written(&numbers, "\n", true, true);
            let place = place.index(bytes.len());
            bytes[place] = sign;
            let mut list = Cursor::new(bytes);
            let _ = check(&mut list);
            let _ = has(&mut list, &digits(asked));
        }
    }
}
