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

    /// Reads what [`fmt::Display`] writes, in that one spelling: `live:` and a vendor, `practice:`
    /// and a seed, `replay:` and an owner and a recording, words of letters, digits and `-`.
    fn from_str(text: &str) -> Result<Self, BadTape> {
        let bad = || BadTape(text.chars().take(48).collect());
        let is_word = |word: &str| {
            (1..=64).contains(&word.len())
                && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        // One tape has one name: no capitals in a vendor, no `+` or leading zeros in a seed.
        let is_vendor = |name: &str| is_word(name) && !name.bytes().any(|b| b.is_ascii_uppercase());
        let (kind, name) = text.split_once(':').ok_or_else(bad)?;
        match kind {
            "live" if is_vendor(name) => Ok(Self::Live { vendor: name.to_owned() }),
            "practice" => match name.parse::<u64>() {
                Ok(seed) if seed.to_string() == name => Ok(Self::Practice { seed }),
                _ => Err(bad()),
            },
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, tape: &TapeId) {
        assert_eq!(text.parse().as_ref(), Ok(tape));
        assert_eq!(tape.to_string(), text);
        let json = serde_json::to_string(tape).unwrap();
        assert_eq!(json, format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<TapeId>(&json).unwrap(), *tape);
    }

    #[test]
    fn three_kinds_of_tapes() {
        check("live:massive", &TapeId::Live { vendor: "massive".to_owned() });
        check("practice:0", &TapeId::Practice { seed: 0 });
        check("practice:18446744073709551615", &TapeId::Practice { seed: u64::MAX });
        let (owner, recording) = ("0192-ab".to_owned(), "2013-10-07".to_owned());
        check("replay:0192-ab/2013-10-07", &TapeId::Replay { owner, recording });
    }

    #[test]
    fn only_practice_is_not_real() {
        let is_real = |text: &str| text.parse::<TapeId>().unwrap().is_real();
        assert!(is_real("live:massive"));
        assert!(is_real("replay:me/2013-10-07"));
        assert!(!is_real("practice:7"));
    }

    #[test]
    fn what_is_no_tape_is_refused() {
        let long = format!("live:{}", "a".repeat(65));
        for text in [
            "",
            ":",
            "live",
            "live:",
            "Live:massive",
            "live:Massive",
            "live:a b",
            "live:a/b",
            "practice:",
            "practice:-1",
            "practice:+1",
            "practice:007",
            "practice:1.5",
            "practice:18446744073709551616",
            "replay:me",
            "replay:me/",
            "replay:/x",
            "replay:me/a/b",
            "replay:me/..",
            "paper:7",
            "live:é",
            &long,
        ] {
            assert!(text.parse::<TapeId>().is_err(), "{text}");
            let json = serde_json::to_string(text).unwrap();
            assert!(serde_json::from_str::<TapeId>(&json).is_err(), "{text}");
        }
        let refusal = "paper:7".parse::<TapeId>().unwrap_err().to_string();
        assert!(refusal.starts_with("`paper:7` is not a tape: expected live:vendor"), "{refusal}");
    }
}
