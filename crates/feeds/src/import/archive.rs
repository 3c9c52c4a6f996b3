//! Opens a file: itself, or what is inside a zip, never more of it than the limits allow.

use std::io::{Cursor, Read};

use super::report::shown;
use super::{FILE_BYTES_MAX, ImportError, ZIP_ENTRIES_MAX, ZIP_RATIO_MAX, lean, unreadable};

/// Below this size a great ratio means that a small file repeats itself, and harms nobody.
const RATIO_COUNTS_FROM: u64 = 1 << 20;

/// One text file.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    /// Its name: the file's with its folders, or the zip's.
    pub(super) file: &'a str,
    /// Its name inside the zip; empty for a plain file.
    pub(super) entry: &'a str,
    /// Its text, checked to be UTF-8, without a byte order mark.
    pub(super) text: &'a [u8],
}

impl Part<'_> {
    /// The name that tells most: of the entry, else of the file.
    pub(super) fn name(&self) -> &str {
        if self.entry.is_empty() { self.file } else { self.entry }
    }
}

type Reader<'a> = dyn FnMut(Part<'_>) -> Result<(), ImportError> + 'a;

/// Hands over every text file in `input`, one after another.
pub(super) fn each_file(
    input: &[u8],
    file: &str,
    read: &mut Reader<'_>,
) -> Result<(), ImportError> {
    if FILE_BYTES_MAX < input.len() {
        let limit = FILE_BYTES_MAX >> 20;
        let size = input.len() >> 20;
        return Err(unreadable(format!("the file has {size} MB, over {limit} MB: split it")));
    }
    if input.starts_with(b"PK\x03\x04") || input.starts_with(b"PK\x05\x06") {
        return each_entry(input, file, read);
    }
    let text = text_of(input, "the file")?;
    read(Part { file, entry: "", text })
}

fn each_entry(input: &[u8], file: &str, read: &mut Reader<'_>) -> Result<(), ImportError> {
    let damaged = |why: zip::result::ZipError| unreadable(format!("the zip is damaged: {why}"));
    let mut archive = zip::ZipArchive::new(Cursor::new(input)).map_err(damaged)?;
    if ZIP_ENTRIES_MAX < archive.len() {
        let count = archive.len();
        return Err(unreadable(format!("the zip has {count} files, over {ZIP_ENTRIES_MAX}")));
    }
    let mut names = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(damaged)?;
        let name = entry.name().map_err(damaged)?.into_owned();
        if !entry.is_dir() && is_table(&name) {
            names.push((index, name));
        }
    }
    if names.is_empty() {
        return Err(unreadable("the zip holds no CSV or text file"));
    }
    lean::check_one_instrument(names.iter().map(|(_, name)| name.as_str()))?;
    let mut total = 0;
    for (index, name) in names {
        let bytes = unpack(&mut archive.by_index(index).map_err(damaged)?, &name, &mut total)?;
        let text = text_of(&bytes, &format!("`{}`", shown(name.as_bytes())))?;
        read(Part { file, entry: &name, text })?;
    }
    Ok(())
}

fn is_table(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let is_text = [".csv", ".txt", ".tsv"].iter().any(|ending| lower.ends_with(ending));
    is_text && !lower.starts_with("__macosx/")
}

/// The sizes that a zip states are whatever its maker wrote: the bytes that come out are counted.
fn unpack(
    entry: &mut zip::read::ZipFile<'_, Cursor<&[u8]>>,
    name: &str,
    total: &mut u64,
) -> Result<Vec<u8>, ImportError> {
    let packed = entry.compressed_size().max(1);
    let by_ratio = packed.saturating_mul(ZIP_RATIO_MAX).max(RATIO_COUNTS_FROM);
    let left = FILE_BYTES_MAX as u64 - *total;
    let allowed = left.min(by_ratio);
    let mut bytes = Vec::new();
    let read = entry.take(allowed + 1).read_to_end(&mut bytes);
    read.map_err(|why| {
        unreadable(format!("`{}` of the zip is damaged: {why}", shown(name.as_bytes())))
    })?;
    let size = bytes.len() as u64;
    if allowed < size && by_ratio < left {
        return Err(unreadable(format!(
            "`{}` of the zip unpacks to more than {ZIP_RATIO_MAX} times its size",
            shown(name.as_bytes()),
        )));
    }
    if allowed < size {
        let limit = FILE_BYTES_MAX >> 20;
        return Err(unreadable(format!("the zip unpacks to more than {limit} MB: split it")));
    }
    *total += size;
    Ok(bytes)
}

/// The text of a file: UTF-8 without NULs; a byte order mark is taken off.
fn text_of<'a>(bytes: &'a [u8], what: &str) -> Result<&'a [u8], ImportError> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(unreadable(format!("{what} is UTF-16: save it as CSV in UTF-8")));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let nul = bytes.iter().position(|byte| *byte == 0);
    let broken = std::str::from_utf8(bytes).err().map(|error| error.valid_up_to());
    if let Some(at) = nul.into_iter().chain(broken).min() {
        let row = 1 + bytes[..at].iter().filter(|byte| **byte == b'\n').count();
        return Err(unreadable(format!("{what} is not text, from row {row} on: expected CSV")));
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(unreadable(format!("{what} is empty")));
    }
    Ok(bytes)
}
