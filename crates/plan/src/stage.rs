//! How far a position that is kept has come.

use std::fmt;
use std::str::FromStr;

/// How far a position that is kept has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Nothing was traded yet.
    #[default]
    Planned,
    /// It is held.
    Open,
    /// It was held.
    Closed,
}

/// A word that is no stage.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no stage: expected planned, open or closed")]
pub struct BadStage(String);

impl Stage {
    /// Every stage, in the order in which a position comes through them.
    pub const ALL: [Self; 3] = [Self::Planned, Self::Open, Self::Closed];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }

    /// The name on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Planned => "Planned",
            Self::Open => "Open",
            Self::Closed => "Closed",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Stage {
    type Err = BadStage;

    fn from_str(word: &str) -> Result<Self, BadStage> {
        let bad = || BadStage(word.chars().take(24).collect());
        Self::ALL.into_iter().find(|one| one.as_str() == word).ok_or_else(bad)
    }
}
