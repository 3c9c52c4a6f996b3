//! One trade, or one published value of an index.

use serde::{Deserialize, Serialize};

use crate::{Moment, Price, Volume};

/// What the exchange said of a print beside its price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PrintMark {
    /// An ordinary trade or index value.
    #[default]
    Ordinary,
    /// The closing auction's price, or an index's final value: the session's official close.
    OfficialClose,
}

/// One trade, or one published value of an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Print {
    /// When it happened, by the exchange's clock.
    pub at: Moment,
    /// At what price.
    pub price: Price,
    /// Shares; zero for an index.
    pub size: Volume,
    /// What the exchange said of it.
    pub mark: PrintMark,
}
