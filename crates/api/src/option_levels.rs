//! Levels that options on a symbol make.

use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;
use market::Symbol;
use quant::levels::OptionLevels;
use serde::{Deserialize, Serialize};

use crate::ApiError;

/// Levels that options on a symbol make, as a screen gets them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct OptionLevelsView {
    /// Of what.
    pub symbol: Symbol,
    /// The epoch of the tape that they belong to: of no other.
    pub epoch: u64,
    /// The levels; nothing where the tape has no options on it.
    pub levels: Option<OptionLevels>,
}

/// Which levels do options on this symbol make?
#[server(endpoint = "option-levels/read", input = Postcard, output = Postcard)]
pub async fn read_option_levels(symbol: Symbol) -> Result<OptionLevelsView, ApiError> {
    use crate::context::{answer, desk, trader};
    let known = answer(desk()?.option_levels(&trader()?, symbol).await);
    known.map(|(epoch, levels)| OptionLevelsView { symbol, epoch, levels })
}
