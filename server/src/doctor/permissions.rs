//! Whether others than the desk's user can read what is private, or change it.

use std::path::{Path, PathBuf};

use super::Finding;
use crate::configuration::Configuration;

/// Something that is nobody else's.
#[derive(Clone, Debug)]
pub(super) struct Private {
    pub(super) path: PathBuf,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The data folder, or one in it.
    Folder,
    /// What the desk wrote.
    File,
    /// What somebody gave the desk, which often reads it by its group: a certificate's key, and
    /// settings, where passwords may stand.
    Given,
}

impl Kind {
    /// What others must not do, as bits of a mode.
    fn refused(self) -> u32 {
        match self {
            Self::Folder | Self::File => 0o077,
            Self::Given => 0o037,
        }
    }

    /// The mode that sets it right.
    fn right(self) -> &'static str {
        match self {
            Self::Folder => "700",
            Self::File => "600",
            Self::Given => "640",
        }
    }
}

/// What of the data folder is the desk's own begins so.
const OURS: [&str; 2] = ["volaris.", "setup-token"];

/// Everything private that is there, the folders first.
pub(super) fn private(configuration: &Configuration) -> std::io::Result<Vec<Private>> {
    let data = &configuration.data;
    let backups = data.join("backups");
    let mut all = Vec::new();
    for folder in [data, &backups].into_iter().filter(|folder| folder.exists()) {
        all.push(Private { path: folder.clone(), kind: Kind::Folder });
    }
    for path in files_in(data)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if OURS.iter().any(|ours| name.starts_with(ours)) {
            let kind = if name == "volaris.toml" { Kind::Given } else { Kind::File };
            all.push(Private { path, kind });
        }
    }
    let of_backups = files_in(&backups)?.into_iter();
    all.extend(of_backups.map(|path| Private { path, kind: Kind::File }));
    if let Some(files) = configuration.certificate.as_ref().filter(|files| files.key.exists()) {
        all.push(Private { path: files.key.clone(), kind: Kind::Given });
    }
    Ok(all)
}

/// The files in a folder, by name; none where there is no folder.
fn files_in(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let found = match std::fs::read_dir(folder) {
        Ok(found) => found,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut files = Vec::new();
    for one in found {
        let path = one?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Looks at each of them.
pub(super) fn look(all: &[Private]) -> Vec<Finding> {
    let modes: Vec<(&Private, u32)> =
        all.iter().filter_map(|one| Some((one, mode_of(&one.path)?))).collect();
    let found: Vec<Finding> = modes.iter().filter_map(|(one, mode)| finding(one, *mode)).collect();
    match (found.is_empty(), modes.len()) {
        (false, _) => found,
        (true, 0) => vec![Finding::well("permissions: there is nothing private yet")],
        (true, count) => vec![Finding::well(format!(
            "permissions: only those who should can read the {count} private files and folders"
        ))],
    }
}

/// What a mode lets others do that they must not, if it does.
fn finding(Private { path, kind }: &Private, mode: u32) -> Option<Finding> {
    let refused = mode & kind.refused();
    if refused == 0 {
        return None;
    }
    let may = if refused & 0o022 == 0 { "read" } else { "change" };
    let (mode, right, named) = (mode & 0o777, kind.right(), quoted(path));
    Some(Finding::ill(format!(
        "permissions: others can {may} {} (mode {mode:o}): run chmod {right} {named}",
        path.display()
    )))
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |sign: char| sign.is_alphanumeric() || "/._-+:@".contains(sign);
    match text.chars().all(is_plain) {
        true => text,
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

/// What a file or folder lets whom do; nothing where the system has no such thing.
#[cfg(unix)]
fn mode_of(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).ok().map(|facts| facts.permissions().mode())
}

#[cfg(not(unix))]
fn mode_of(_: &Path) -> Option<u32> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: Kind, mode: u32, expected: Option<&str>) {
        let found = finding(&Private { path: "/desk/one".into(), kind }, mode);
        assert_eq!(found.is_none(), expected.is_none(), "{mode:o}: {found:?}");
        let (Some(found), Some(expected)) = (found, expected) else { return };
        assert_eq!(found, Finding::ill(format!("permissions: others can {expected} /desk/one")));
    }

    #[test]
    fn what_others_can_read_or_change_is_found() {
        let file = "read /desk/one (mode 644): run chmod 600";
        check(Kind::File, 0o100_644, Some(file));
        check(Kind::File, 0o640, Some("read /desk/one (mode 640): run chmod 600"));
        check(Kind::File, 0o604, Some("read /desk/one (mode 604): run chmod 600"));
        check(Kind::File, 0o622, Some("change /desk/one (mode 622): run chmod 600"));
        check(Kind::Folder, 0o755, Some("read /desk/one (mode 755): run chmod 700"));
        check(Kind::Folder, 0o777, Some("change /desk/one (mode 777): run chmod 700"));
        check(Kind::Given, 0o644, Some("read /desk/one (mode 644): run chmod 640"));
        check(Kind::Given, 0o660, Some("change /desk/one (mode 660): run chmod 640"));
        for (kind, mode) in [(Kind::File, 0o100_600), (Kind::File, 0o400), (Kind::Folder, 0o700)] {
            check(kind, mode, None);
        }
        check(Kind::Given, 0o640, None);
    }

    #[test]
    fn a_remedy_can_be_pasted() {
        assert_eq!(quoted(Path::new("/var/lib/volaris.db")), "/var/lib/volaris.db");
        let spaced = quoted(Path::new("/Users/o'neil/Application Support/volaris.key"));
        assert_eq!(spaced, r"'/Users/o'\''neil/Application Support/volaris.key'");
    }
}
