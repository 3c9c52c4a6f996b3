//! Arrangements of charts that a trader keeps under a name.

use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;
use serde::{Deserialize, Serialize};

use crate::ApiError;

/// A layout as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayoutView {
    /// Its identity.
    pub id: String,
    /// What the trader calls it.
    pub name: String,
    /// The layout in words, see `chart::Layout`.
    pub text: String,
}

/// Which layouts did I keep? By name.
#[server(endpoint = "layout/read", input = Postcard, output = Postcard)]
pub async fn read_layouts() -> Result<Vec<LayoutView>, ApiError> {
    use crate::context::{answer, desk, trader};
    let view = |one: desk::StoredLayout| LayoutView { id: one.id, name: one.name, text: one.body };
    let kept = answer(desk()?.layouts(&trader()?).await)?;
    Ok(kept.into_iter().map(view).collect())
}

/// Keeps a layout under a name; the one that had it is replaced. Gives its identity.
#[server(endpoint = "layout/write", input = Postcard, output = Postcard)]
pub async fn write_layout(name: String, text: String) -> Result<String, ApiError> {
    use crate::context::{answer, desk, now, trader};
    answer(desk()?.write_layout(&trader()?, &name, &text, now()?).await)
}

/// Removes a layout.
#[server(endpoint = "layout/remove", input = Postcard, output = Postcard)]
pub async fn remove_layout(id: String) -> Result<(), ApiError> {
    use crate::context::{answer, desk, trader};
    answer(desk()?.remove_layout(&trader()?, &id).await).map(|_| ())
}
