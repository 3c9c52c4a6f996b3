//! Which days were recorded and can be played.

use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;
use market::{Symbol, TradingDate};
use serde::{Deserialize, Serialize};

use crate::ApiError;

/// A day that can be played.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingView {
    /// The date in New York.
    pub date: TradingDate,
    /// What was recorded, with the number of bars and of prints.
    pub symbols: Vec<(Symbol, u64, u64)>,
}

/// Which days did I import?
#[server(endpoint = "recordings/read", input = Postcard, output = Postcard)]
pub async fn read_recordings() -> Result<Vec<RecordingView>, ApiError> {
    use crate::context::{answer, desk, trader};
    answer(
        desk()?.recordings(&trader()?).await.map(|days| days.into_iter().map(Into::into).collect()),
    )
}
