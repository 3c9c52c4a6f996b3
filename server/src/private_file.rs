//! Files that only the desk's user can read.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

/// Writes a line to one that is not there yet.
pub(crate) fn write(path: &Path, text: &str) -> std::io::Result<()> {
    write_bytes(path, format!("{text}\n").as_bytes())
}

/// Writes one that is not there yet.
pub(crate) fn write_bytes(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
