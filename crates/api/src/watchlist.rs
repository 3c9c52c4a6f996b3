//! The symbols a trader keeps an eye on.

use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;
use market::Symbol;

use crate::ApiError;

/// What is on my watchlist?
#[server(endpoint = "watchlist/read", input = Postcard, output = Postcard)]
pub async fn read_watchlist() -> Result<Vec<Symbol>, ApiError> {
    use crate::context::{answer, desk, trader};
    answer(desk()?.watchlist(&trader()?).await)
}

/// Puts these on my watchlist, in this order, and nothing else.
#[server(endpoint = "watchlist/write", input = Postcard, output = Postcard)]
pub async fn write_watchlist(symbols: Vec<Symbol>) -> Result<Vec<Symbol>, ApiError> {
    use crate::context::{answer, desk, trader};
    answer(desk()?.write_watchlist(&trader()?, symbols).await)
}
