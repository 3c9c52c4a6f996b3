//! How much of the desk somebody used on a day.

use std::fmt;
use std::str::FromStr;

use async_trait::async_trait;
use market::TradingDate;

use crate::StoreError;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Used {
    /// Screens that were opened.
    Screens,
    /// Minutes of live prices, of each page and program.
    LiveMinutes,
    /// Questions to the API.
    Questions,
}

impl Used {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Screens, Self::LiveMinutes, Self::Questions];

    /// The word that is kept.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Screens => "screens",
            Self::LiveMinutes => "live_minutes",
            Self::Questions => "questions",
        }
    }

    /// As a person reads it.
    pub fn told(self) -> &'static str {
        match self {
            Self::Screens => "Screens opened",
            Self::LiveMinutes => "Live minutes",
            Self::Questions => "Questions of programs",
        }
    }
}

impl fmt::Display for Used {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A word for nothing that is counted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is nothing that is counted")]
pub struct BadUsed(String);

impl FromStr for Used {
    type Err = BadUsed;

    fn from_str(word: &str) -> Result<Self, BadUsed> {
        let found = Self::ALL.into_iter().find(|one| one.as_str() == word);
        found.ok_or_else(|| BadUsed(word.to_owned()))
    }
}

/// How much of something an account used on a day of New York.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Usage {
    /// Who.
    pub account: String,
    /// When.
    pub day: TradingDate,
    /// What.
    pub what: Used,
    /// How much.
    pub count: u64,
}

/// What was used.
#[async_trait]
pub trait UsageStore: Send + Sync {
    /// Adds all of it to what is kept, or nothing; of an account that is gone nothing is kept.
    /// Gives how much each is then, in order.
    async fn add_usage(&self, used: &[Usage]) -> Result<Vec<u64>, StoreError>;

    /// How much of something an account used on a day.
    async fn used(&self, account: &str, day: TradingDate, what: Used) -> Result<u64, StoreError>;

    /// What everybody used since a day, by day, account and what.
    async fn usage_since(&self, day: TradingDate) -> Result<Vec<Usage>, StoreError>;
}
