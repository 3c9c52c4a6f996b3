//! Finds the real files, makes small ones, and reads either.

use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use feeds::{ImportError, ImportOptions, ImportedBars, read_bars};
use market::{Moment, Symbol};

/// The folder of real files; nothing, and a line that says so, where it is not here.
pub(crate) fn data(test: &str) -> Option<PathBuf> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    if folder.is_dir() {
        return Some(folder.to_owned());
    }
    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    {
        eprintln!("skipped {test}: ../shared/data is not here");
    }
    None
}

pub(crate) fn symbol(text: &str) -> Symbol {
    text.parse().unwrap()
}

pub(crate) fn read(
    input: &[u8],
    name: &str,
    options: &ImportOptions,
) -> Result<ImportedBars, ImportError> {
    read_bars(input, name, options, &mut |_, _| {})
}

/// A small file of SPY, as plain as a file can be.
pub(crate) fn read_text(text: &str) -> Result<ImportedBars, ImportError> {
    read(text.as_bytes(), "spy.csv", &ImportOptions::new(Symbol::SPY))
}

/// A real file as it stands.
pub(crate) fn read_file(folder: &Path, path: &str, symbol: Symbol) -> ImportedBars {
    let input = std::fs::read(folder.join(path)).unwrap();
    read(&input, path, &ImportOptions::new(symbol)).unwrap()
}

/// The text of a real file: itself, or the first entry of a zip.
pub(crate) fn text_of(folder: &Path, path: &str) -> String {
    let bytes = std::fs::read(folder.join(path)).unwrap();
    if !bytes.starts_with(b"PK") {
        return String::from_utf8(bytes).unwrap();
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_index(0).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// A zip of the files named.
pub(crate) fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A moment as a clock in New York shows it: `2013-10-07 09:30`.
pub(crate) fn wall(at: Moment) -> String {
    let wall = at.wall_time();
    let minutes = wall.since_midnight.whole_seconds() / 60;
    format!("{} {:02}:{:02}", wall.date, minutes / 60, minutes % 60)
}
