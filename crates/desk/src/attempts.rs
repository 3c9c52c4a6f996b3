//! The port that counts attempts at secrets, whichever server they come to.

use async_trait::async_trait;
use market::{Moment, Span};

use crate::StoreError;

/// How often something may be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// So often at once.
    pub burst: u32,
    /// And once more after so long.
    pub every: Span,
}

/// Attempts, by what they are counted for.
#[async_trait]
pub trait AttemptStore: Send + Sync {
    /// Counts an attempt under each of the names, of which each has its quota; false, and nothing
    /// is counted, where one of them has none left. Names are kept as hashes.
    async fn try_once(&self, names: &[(String, Quota)], now: Moment) -> Result<bool, StoreError>;

    /// Forgets what has its whole quota again.
    async fn forget_attempts(&self, now: Moment) -> Result<(), StoreError>;
}
