//! The symbols a trader keeps an eye on, in lists.

use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;
use market::Symbol;
use serde::{Deserialize, Serialize};

use crate::ApiError;

/// One list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchlistView {
    /// Its name, of which there is no other.
    pub name: String,
    /// Its symbols in the trader's order.
    pub symbols: Vec<Symbol>,
}

/// Every list, and the one that is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchlistsView {
    /// By name; at least one.
    pub lists: Vec<WatchlistView>,
    /// The name of one of them.
    pub chosen: String,
}

/// What somebody did to a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchlistEdit {
    /// Its name.
    pub name: String,
    /// What they saw in it.
    pub before: Vec<Symbol>,
    /// What they made of it.
    pub after: Vec<Symbol>,
}

/// What becomes of the lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WatchlistChange {
    /// Symbols of a list come, go and move, whatever else was changed in it since; it is made where
    /// nothing was in it and there is none of that name.
    Edit(WatchlistEdit),
    /// A list gets another name.
    Rename {
        /// What it is called.
        name: String,
        /// What it will be called.
        to: String,
    },
    /// A list is gone; the last one stays.
    Remove(String),
    /// A list is looked at from now on.
    Choose(String),
}

/// What are my watchlists?
#[server(endpoint = "watchlists/read", input = Postcard, output = Postcard)]
pub async fn read_watchlists() -> Result<WatchlistsView, ApiError> {
    use crate::context::{answer, desk, trader};
    answer(desk()?.watchlists(&trader()?).await.map(Into::into))
}

/// Changes my watchlists one after the other, up to the first that cannot be; gives what they are
/// then.
#[server(endpoint = "watchlists/change", input = Postcard, output = Postcard)]
pub async fn change_watchlists(changes: Vec<WatchlistChange>) -> Result<WatchlistsView, ApiError> {
    use crate::context::{answer, desk, trader};
    let (desk, trader) = (desk()?, trader()?);
    for change in changes {
        let done = match change {
            WatchlistChange::Edit(WatchlistEdit { name, before, after }) => {
                let edit = desk::WatchlistEdit { before: &before, after: &after };
                desk.edit_watchlist(&trader, &name, edit).await
            }
            WatchlistChange::Rename { name, to } => {
                desk.rename_watchlist(&trader, &name, &to).await
            }
            WatchlistChange::Remove(name) => desk.remove_watchlist(&trader, &name).await,
            WatchlistChange::Choose(name) => desk.choose_watchlist(&trader, &name).await,
        };
        answer(done)?;
    }
    answer(desk.watchlists(&trader).await.map(Into::into))
}

#[cfg(feature = "ssr")]
impl From<(Vec<desk::Watchlist>, String)> for WatchlistsView {
    fn from((lists, chosen): (Vec<desk::Watchlist>, String)) -> Self {
        let view = |desk::Watchlist { name, symbols }| WatchlistView { name, symbols };
        Self { lists: lists.into_iter().map(view).collect(), chosen }
    }
}
