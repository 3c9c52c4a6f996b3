//! What a trader draws on a symbol's chart.

use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;
use market::Symbol;
use serde::{Deserialize, Serialize};

use crate::ApiError;

/// A drawing to keep, or one that is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawingWord {
    /// Its name among those of its symbol.
    pub id: u64,
    /// The drawing as one line, see `chart::Drawing`; nothing when it is gone.
    pub body: Option<String>,
}

/// What did I draw on this symbol's chart? Each as one line.
#[server(endpoint = "drawings/read", input = Postcard, output = Postcard)]
pub async fn read_drawings(symbol: Symbol) -> Result<Vec<String>, ApiError> {
    use crate::context::{answer, desk, trader};
    answer(desk()?.drawings(&trader()?, symbol).await)
}

/// Keeps and removes drawings: all or nothing.
#[server(endpoint = "drawings/edit", input = Postcard, output = Postcard)]
pub async fn edit_drawings(symbol: Symbol, edits: Vec<DrawingWord>) -> Result<(), ApiError> {
    use crate::context::{answer, desk, trader};
    let edit = |word: DrawingWord| desk::DrawingEdit { id: word.id, body: word.body };
    let edits = edits.into_iter().map(edit).collect();
    answer(desk()?.edit_drawings(&trader()?, symbol, edits).await)
}
