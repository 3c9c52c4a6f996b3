//! How far a number may be trusted to be the newest.

use serde::{Deserialize, Serialize};

use crate::{Moment, Span};

/// How far a number may be trusted to be the newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Freshness {
    /// The feed is heard from.
    Live,
    /// Nothing was heard for longer than the feed promises.
    Stale {
        /// Time since the feed was last heard from.
        age: Span,
    },
    /// The market is closed; nothing is expected.
    Closed {
        /// When it closed.
        since: Moment,
    },
}

impl Freshness {
    /// Silence beyond the feed's own promise that is still forgiven.
    pub const GRACE: Span = Span::seconds(5);

    /// Judges a feed that promises to be heard from every `heartbeat`, was last heard from `age`
    /// ago, and whose market closed at `closed_since`, if it is closed.
    pub fn judge(age: Span, heartbeat: Span, closed_since: Option<Moment>) -> Self {
        match closed_since {
            Some(since) => Self::Closed { since },
            None if age <= heartbeat + Self::GRACE => Self::Live,
            None => Self::Stale { age },
        }
    }
}
