//! Names of tapes: whose prints a number was computed from.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The name of a tape. Streams, bars, levels and stored rows carry it, so that practice prices can
/// never be mistaken for real ones.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum TapeId {
    /// A vendor's prints as they happen.
    Live {
        /// The vendor's name, lower case.
        vendor: String,
    },
    /// The simulated market.
    Practice {
        /// What it grew from: the same seed is the same market.
        seed: u64,
    },
    /// A recorded day that somebody plays back.
    Replay {
        /// Whose replay it is.
        owner: String,
        /// Which recording, as `2013-10-07`.
        recording: String,
    },
}

/// A text that names no tape.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a tape: expected live:vendor, practice:seed or replay:owner/recording")]
pub struct BadTape(String);

impl TapeId {
    /// Whether real money could have traded at these prices.
    pub fn is_real(&self) -> bool {
        !matches!(self, Self::Practice { .. })
    }
}

impl fmt::Display for TapeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Live { vendor } => write!(f, "live:{vendor}"),
            Self::Practice { seed } => write!(f, "practice:{seed}"),
            Self::Replay { owner, recording } => write!(f, "replay:{owner}/{recording}"),
        }
    }
}

impl FromStr for TapeId {
    type Err = BadTape;

    fn from_str(text: &str) -> Result<Self, BadTape> {
        let bad = || BadTape(text.chars().take(48).collect());
        let is_word = |word: &str| {
            (1..=64).contains(&word.len())
                && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        let (kind, name) = text.split_once(':').ok_or_else(bad)?;
        match kind {
            "live" if is_word(name) => Ok(Self::Live { vendor: name.to_owned() }),
            "practice" => Ok(Self::Practice { seed: name.parse().map_err(|_| bad())? }),
            "replay" => match name.split_once('/') {
                Some((owner, recording)) if is_word(owner) && is_word(recording) => {
                    Ok(Self::Replay { owner: owner.to_owned(), recording: recording.to_owned() })
                }
                _ => Err(bad()),
            },
            _ => Err(bad()),
        }
    }
}

impl TryFrom<String> for TapeId {
    type Error = BadTape;

    fn try_from(text: String) -> Result<Self, BadTape> {
        text.parse()
    }
}

impl From<TapeId> for String {
    fn from(tape: TapeId) -> Self {
        tape.to_string()
    }
}
