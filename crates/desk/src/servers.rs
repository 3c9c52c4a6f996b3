//! The port by which several servers are one desk, and one of them leads.

use async_trait::async_trait;
use market::Moment;

use crate::StoreError;

/// What the servers of a desk know together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskFacts {
    /// What the desk is called among its servers: no other desk has the same name.
    pub name: String,
    /// Something sealed with the desk's key; empty until somebody sealed it.
    pub key_check: String,
    /// Who led last; empty before anybody did.
    pub leader: String,
    /// Since when.
    pub led_since: Moment,
}

/// Who leads: what is done once for all servers is done by the one that does.
#[async_trait]
pub trait ServerStore: Send + Sync {
    /// What is known of the desk.
    async fn desk_facts(&self) -> Result<DeskFacts, StoreError>;

    /// Keeps something sealed in the place of what was kept `before`; false where that is not there
    /// any more.
    async fn write_key_check(&self, before: &str, after: &str) -> Result<bool, StoreError>;

    /// Leads from now on under a name, if nobody else does. Of several at once one does.
    async fn try_lead(&self, name: &str, now: Moment) -> Result<Option<Box<dyn Lead>>, StoreError>;
}

/// That a server leads. It ends with this, and when its process dies.
#[async_trait]
pub trait Lead: Send {
    /// Counts those who led: whoever came later has the greater one.
    fn term(&self) -> u64;

    /// Whether it still does.
    async fn holds(&mut self) -> bool;
}
