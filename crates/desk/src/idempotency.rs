//! Changes that a program names, so that asking again, after an answer that never came, does
//! nothing again.

use market::{Moment, Span};

use crate::DeskError;

/// How long a name is known: long enough for every program to have given up.
pub const NAMED_FOR: Span = Span::hours(24);
/// The longest name.
const NAME_MAX: usize = 255;

/// A change's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedChange {
    /// What the program calls it.
    pub name: String,
    /// SHA-256 of what it asks, in hexadecimal digits.
    pub asked: String,
    /// When.
    pub at: Moment,
}

impl NamedChange {
    /// A change of this name, whose question has this hash; an error in words where that is no
    /// name.
    pub fn new(name: &str, asked: String, at: Moment) -> Result<Self, DeskError> {
        let is_name = (1..=NAME_MAX).contains(&name.len())
            && name.bytes().all(|byte| (b'!'..=b'~').contains(&byte));
        if is_name {
            return Ok(Self { name: name.to_owned(), asked, at });
        }
        let why = "an idempotency key has 1 to 255 letters, digits and signs, and no space";
        Err(DeskError::Malformed(why.to_owned()))
    }
}

/// What became of a change that was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// It was done; the identities of what was written, in order.
    Now(Vec<String>),
    /// It was done before, as asked now.
    Before(Vec<String>),
    /// Something else was done by this name.
    Otherwise,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_word() {
        let of = |name: &str| NamedChange::new(name, String::new(), Moment(0)).is_ok();
        assert!(of("a") && of("8f14e45f-ceea-467f-a8ab-1f3c2d4e5f60") && of(&"x".repeat(255)));
        for name in ["", "a b", "\u{e9}", "a\n", &"x".repeat(256)] {
            assert!(!of(name), "{name:?}");
        }
    }
}
