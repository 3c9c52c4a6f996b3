//! Whether there is room for what will be kept.

use std::path::Path;

use super::Finding;
use crate::dashboard::{bytes, disk_left};

/// Below so much a database may not be able to finish what it writes.
const DISK_MIN: u64 = 200_000_000;

/// Looks at the disk that the data folder is on, or will be.
pub(super) fn look(data: &Path) -> Finding {
    let place = data.ancestors().find(|folder| folder.exists());
    finding(place.and_then(disk_left))
}

/// What so many bytes mean; nothing where the system does not tell.
fn finding(left: Option<u64>) -> Finding {
    let Some(left) = left else {
        return Finding::well("disk: the system does not tell how much is left");
    };
    let told = bytes(left);
    if left < DISK_MIN {
        return Finding::ill(format!("disk: {told} left: make room, or nothing more can be kept"));
    }
    Finding::well(format!("disk: {told} left"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_is_nearly_full_is_found() {
        for (left, told) in [(0, "0.0 kB left: make room"), (10_000_000, "10.0 MB left: make room")]
        {
            let found = finding(Some(left));
            assert!(!found.is_well && found.text.contains(told), "{found:?}");
        }
        assert!(!finding(Some(DISK_MIN - 1)).is_well);
        assert_eq!(finding(Some(DISK_MIN)), Finding::well("disk: 200.0 MB left"));
        assert!(finding(None).is_well);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_disk_of_a_folder_that_is_not_there_is_that_of_the_one_above() {
        let folder = tempfile::tempdir().expect("a folder");
        let found = look(&folder.path().join("not/made/yet"));
        assert!(found.text.contains("B left"), "{found:?}");
    }
}
