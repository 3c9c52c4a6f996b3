//! Keys that programs ask with in the place of a person.

use std::fmt;
use std::str::FromStr;

use async_trait::async_trait;
use market::Moment;

use crate::{Account, StoreError};

/// What a program may do with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Ask, and listen.
    Read,
    /// Change what is kept as well.
    Write,
}

impl Scope {
    /// All of them, the least first.
    pub const ALL: [Self; 2] = [Self::Read, Self::Write];

    /// The word that is kept.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }

    /// As a person reads it.
    pub fn told(self) -> &'static str {
        match self {
            Self::Read => "Reads",
            Self::Write => "Reads and changes",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A word that is no scope's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no scope: there are read and write")]
pub struct BadScope(String);

impl FromStr for Scope {
    type Err = BadScope;

    fn from_str(word: &str) -> Result<Self, BadScope> {
        let found = Self::ALL.into_iter().find(|one| one.as_str() == word);
        found.ok_or_else(|| BadScope(word.to_owned()))
    }
}

/// A key; what it is was told once and is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Its identity (UUIDv7); empty for one that has none yet.
    pub id: String,
    /// Whose.
    pub account: String,
    /// What its owner calls it.
    pub name: String,
    /// What may be done with it.
    pub scope: Scope,
    /// SHA-256 of it, in hexadecimal digits.
    pub hash: String,
    /// Its last signs, by which its owner knows it.
    pub tail: String,
    /// When it was made.
    pub made_at: Moment,
    /// When it was last asked with, to the minute; nothing before the first time.
    pub used_at: Option<Moment>,
}

/// The keys of accounts.
#[async_trait]
pub trait ApiKeyStore: Send + Sync {
    /// Keeps a new key; nothing where the account has `most` already. Gives its identity.
    async fn add_api_key(&self, key: &ApiKey, most: u32) -> Result<Option<String>, StoreError>;

    /// An account's keys, the newest first.
    async fn api_keys(&self, account: &str) -> Result<Vec<ApiKey>, StoreError>;

    /// The key of this hash, with whose it is.
    async fn api_key(&self, hash: &str) -> Result<Option<(ApiKey, Account)>, StoreError>;

    /// It was asked with.
    async fn touch_api_key(&self, id: &str, used_at: Moment) -> Result<(), StoreError>;

    /// Ends an account's key; false where there was none.
    async fn remove_api_key(&self, account: &str, id: &str) -> Result<bool, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_read_as_it_is_written() {
        for scope in Scope::ALL {
            assert_eq!(scope.to_string().parse(), Ok(scope));
        }
        assert!("admin".parse::<Scope>().is_err());
    }
}
