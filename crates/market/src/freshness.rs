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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_forgiven_up_to_the_promise_and_the_grace() {
        let promise = Span::seconds(10);
        let judge = |age| Freshness::judge(age, promise, None);
        let limit = Span::seconds(15);
        assert_eq!(judge(Span::ZERO), Freshness::Live);
        assert_eq!(judge(limit), Freshness::Live);
        assert_eq!(judge(limit + Span(1)), Freshness::Stale { age: limit + Span(1) });
        // A feed whose clock runs ahead of ours is not stale.
        assert_eq!(judge(Span::seconds(-3)), Freshness::Live);
    }

    #[test]
    fn nothing_is_expected_while_the_market_is_closed() {
        let since = Moment(1_381_176_000_000_000);
        for age in [Span::ZERO, Span::hours(60)] {
            let judged = Freshness::judge(age, Span::seconds(1), Some(since));
            assert_eq!(judged, Freshness::Closed { since });
        }
    }
}
