//! What those who lead the desk tell everybody on it.

use async_trait::async_trait;
use market::Moment;

use crate::{DeskError, StoreError};

/// The most letters of one.
const LETTERS_MAX: usize = 400;

/// Something that everybody is told, until they closed it or it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// Its identity (UUIDv7); empty for one that has none yet.
    pub id: String,
    /// The text.
    pub text: String,
    /// The account that said it.
    pub by: String,
    /// When.
    pub made_at: Moment,
    /// When it ends.
    pub ends_at: Moment,
}

/// What can be announced: a line or some; an error in words where it is none.
pub fn announced(text: &str) -> Result<String, DeskError> {
    let text = text.replace("\r\n", "\n").trim().to_owned();
    let is_plain = text.chars().all(|one| one == '\n' || !one.is_control());
    if is_plain && (1..=LETTERS_MAX).contains(&text.chars().count()) {
        return Ok(text);
    }
    Err(DeskError::Malformed(format!("an announcement has 1 to {LETTERS_MAX} letters")))
}

/// What is announced.
#[async_trait]
pub trait AnnouncementStore: Send + Sync {
    /// Those that did not end by `now`, the newest first.
    async fn announcements(&self, now: Moment) -> Result<Vec<Announcement>, StoreError>;

    /// Keeps one, and forgets those that ended before it; gives its identity.
    async fn add_announcement(&self, one: &Announcement) -> Result<String, StoreError>;

    /// Takes one back; false where there is none.
    async fn remove_announcement(&self, id: &str) -> Result<bool, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_announcement_is_some_lines_of_text() {
        assert_eq!(announced(" Maintenance\r\nat 20:00 ").unwrap(), "Maintenance\nat 20:00");
        let long = "a".repeat(401);
        for text in ["", " \n", "a\u{7}b", long.as_str()] {
            assert!(announced(text).is_err(), "{text:?}");
        }
    }
}
