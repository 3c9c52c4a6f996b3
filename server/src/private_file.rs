//! Files and folders that only the desk's user can read.

use std::fs::{DirBuilder, OpenOptions};
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
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    // On a full disk half of one would stand in the way of the next.
    if written.is_err() {
        let _ = std::fs::remove_file(path);
    }
    written
}

/// As `write`, for a file that the desk does not start without: at no moment is half of it there.
pub(crate) fn write_whole(path: &Path, text: &str) -> std::io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".half");
    let half = Path::new(&name);
    // Of a start that was cut short.
    match std::fs::remove_file(half) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    write(half, text)?;
    // A second name is refused where one is there; a rename would take its place.
    match std::fs::hard_link(half, path) {
        // The first name goes once a cut of the power leaves the second.
        Ok(()) => sync_folder_of(path).and_then(|()| std::fs::remove_file(half)),
        // Not every folder has second names: exFAT, and some that are on another machine.
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists && !path.exists() => {
            std::fs::rename(half, path).and_then(|()| sync_folder_of(path))
        }
        refused => {
            std::fs::remove_file(half)?;
            refused
        }
    }
}

/// Writes the names in a file's folder to the disk. Some systems do so on their own, and folders on
/// another machine may refuse to.
fn sync_folder_of(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::io::ErrorKind::{InvalidInput, Unsupported};
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let synced = std::fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all();
        if let Err(error) = synced
            && !matches!(error.kind(), InvalidInput | Unsupported)
        {
            return Err(error);
        }
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Makes a folder, when it is not there.
pub(crate) fn make_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_must_be_there_is_there_whole_or_not_at_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("volaris.key");
        // A start that was cut short left half of one.
        std::fs::write(folder.path().join("volaris.key.half"), "12").expect("written");
        write_whole(&path, "1234").expect("written");
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "1234\n");
        let error = write_whole(&path, "5678").expect_err("one is there");
        assert_eq!(error.kind(), std::io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "1234\n");
        let names = std::fs::read_dir(folder.path()).expect("listed").count();
        assert_eq!(names, 1, "nothing is left beside it");
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(
                &std::fs::metadata(&path).expect("there").permissions(),
            );
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}
