//! The markets that a tape can play, chosen here and nowhere else.

use desk::{MarketFeed, Markets, OwnerId, RecordedPart};
use feeds::{PracticeMarket, RecordedMarket};
use market::TradingDate;

/// The practice market and recorded days.
pub(crate) struct OfflineMarkets {
    practice: PracticeMarket,
}

impl OfflineMarkets {
    /// Markets whose practice grows from `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        Self { practice: PracticeMarket::new(seed) }
    }
}

impl Markets for OfflineMarkets {
    fn practice(&self) -> Box<dyn MarketFeed> {
        Box::new(self.practice.clone())
    }

    fn recorded(
        &self,
        owner: &OwnerId,
        date: TradingDate,
        parts: Vec<RecordedPart>,
    ) -> Box<dyn MarketFeed> {
        Box::new(RecordedMarket::new(owner, date, parts))
    }
}
