//! All that belongs to somebody: theirs to take along, and to have deleted.

use std::io;

use async_trait::async_trait;

use crate::{Account, AuditEntry, OwnerId, StoreError, Trader};

/// Whose things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Belongs {
    /// Whose rows.
    pub owner: OwnerId,
    /// The account; empty on a desk without any.
    pub account: String,
}

impl Belongs {
    /// To somebody with an account.
    pub fn to_account(account: &Account) -> Self {
        Self { owner: account.owner.clone(), account: account.id.clone() }
    }

    /// To the person in front of the machine.
    pub fn to_trader(trader: &Trader) -> Self {
        Self { owner: trader.owner().clone(), account: String::new() }
    }
}

/// What stands at one place of a table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Nothing.
    Nothing,
    /// Text.
    Text(&'a str),
    /// A whole number.
    Whole(i64),
    /// Any number.
    Real(f64),
}

/// Takes tables, one after the other.
pub trait TableTaker: Send {
    /// A table follows.
    fn begin(&mut self, table: &'static str, columns: &[&'static str]) -> io::Result<()>;

    /// One of its rows.
    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()>;

    /// It is over.
    fn end(&mut self) -> io::Result<()>;
}

/// All that belongs to somebody.
#[async_trait]
pub trait BelongingsStore: Send + Sync {
    /// Gives all of it, as it stands at one moment; hashes and secrets stay.
    async fn give_belongings(
        &self,
        of: &Belongs,
        taker: &mut dyn TableTaker,
    ) -> Result<(), StoreError>;

    /// Takes all of it away at once, the account as well; what was written down of it stays in the
    /// audit log, where `entry` comes in the same moment: of what is gone nothing else tells. Gives
    /// how many rows there were; nothing, and nothing is taken nor written down, where the account
    /// is the owner's and there are others. Of what came after an account was gone nothing is
    /// written down either.
    async fn remove_belongings(
        &self,
        of: &Belongs,
        entry: &AuditEntry,
    ) -> Result<Option<u64>, StoreError>;
}
