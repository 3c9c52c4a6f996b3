//! Which symbols the tape has.

use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;
use market::{InstrumentKind, Symbol, instrument};
use serde::{Deserialize, Serialize};

use crate::ApiError;

/// A symbol that can be looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SymbolView {
    /// Its ticker.
    pub symbol: Symbol,
    /// Its full name.
    pub name: String,
    /// Index, fund or share.
    pub kind: InstrumentKind,
    /// The fund that stands in for it where it has no volume or pre-market.
    pub proxy: Option<Symbol>,
}

impl From<Symbol> for SymbolView {
    fn from(symbol: Symbol) -> Self {
        let known = instrument(symbol);
        Self { symbol, name: known.name.to_owned(), kind: known.kind, proxy: known.proxy }
    }
}

/// Which symbols does my tape have?
#[server(endpoint = "symbols/read", input = Postcard, output = Postcard)]
pub async fn read_symbols() -> Result<Vec<SymbolView>, ApiError> {
    use crate::context::{answer, desk, trader};
    answer(desk()?.symbols(&trader()?).await.map(|list| list.into_iter().map(Into::into).collect()))
}
