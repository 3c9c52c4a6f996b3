//! Whoever asks.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Account, Tier};

/// Whose rows these are. The personal desk has one, [`OwnerId::LOCAL`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OwnerId(String);

/// Somebody who may use the desk. What touches a trader's things cannot be called without one.
/// `cargo xtask tidy` knows the few who may make one: whoever answers takes the request's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trader {
    owner: OwnerId,
    /// What limits them, where the desk has tiers; nothing for who leads it.
    tier: Option<Tier>,
}

impl OwnerId {
    /// What the rows of a desk without accounts carry.
    pub const LOCAL: &'static str = "local";

    /// The owner of everything on a desk without accounts.
    pub fn local() -> Self {
        Self(Self::LOCAL.to_owned())
    }

    /// The owner of rows that carry this text.
    pub fn read(text: String) -> Self {
        Self(text)
    }

    /// The text that rows carry.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OwnerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Trader {
    /// The person in front of the machine, while no accounts exist. The server only answers on the
    /// loopback address then.
    pub fn local() -> Self {
        Self { owner: OwnerId::local(), tier: None }
    }

    /// Somebody who signed in.
    pub fn signed_in(account: &Account) -> Self {
        let tier = (!account.role.leads()).then_some(account.tier);
        Self { owner: account.owner.clone(), tier }
    }

    /// Somebody whom another server of this desk let in, and asks for.
    pub fn vouched_for(owner: OwnerId) -> Self {
        Self { owner, tier: None }
    }

    /// A second trader, for tests that prove that nobody moves another's tape or sees their rows.
    pub fn named_for_test(name: &str) -> Self {
        Self { owner: OwnerId(name.to_owned()), tier: None }
    }

    /// What limits this trader, where the desk has tiers.
    pub fn tier(&self) -> Option<Tier> {
        self.tier
    }

    /// Whose rows this trader may see.
    pub fn owner(&self) -> &OwnerId {
        &self.owner
    }
}
