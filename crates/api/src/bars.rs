//! Bars of a chart.

use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;
use market::{Bar, BarHours, BarSpan, Moment, Symbol};
use serde::{Deserialize, Serialize};

use crate::ApiError;

/// Bars of a chart, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BarsView {
    /// Of what.
    pub symbol: Symbol,
    /// How long each lasts.
    pub span: BarSpan,
    /// Which hours they cover.
    pub hours: BarHours,
    /// Which epoch of the tape they belong to.
    pub epoch: u64,
    /// A page of finished bars, oldest first, none of the tape's current day: today's are folded
    /// from the live books.
    pub bars: Vec<Bar>,
}

/// Which bars came before `before`, or before today? No bars when there are no older ones.
#[server(endpoint = "bars/read", input = Postcard, output = Postcard)]
pub async fn read_bars(
    symbol: Symbol,
    span: BarSpan,
    before: Option<Moment>,
) -> Result<BarsView, ApiError> {
    use crate::context::{answer, desk, trader};
    answer(desk()?.chart_bars(&trader()?, symbol, span, before).await.map(Into::into))
}
