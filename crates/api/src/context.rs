//! How a server function finds the desk and whoever asks, and sets the status of its answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::StatusCode;
use desk::{
    ChartBars, Desk, DeskError, Expiries, OpenInterest, RecordedDay, SymbolSlot, TapeState, Trader,
};
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;
use market::Moment;

use crate::{
    ApiError, BarsView, ExpiriesView, ExpiryView, OpenInterestView, RecordingView, TapeView, Update,
};

/// Gives the server functions of one request what they need.
pub fn provide(desk: Arc<Desk>, trader: Trader, now: Moment) {
    provide_context(desk);
    provide_context(trader);
    provide_context(now);
}

/// The desk behind every question.
pub(crate) fn desk() -> Result<Arc<Desk>, ApiError> {
    use_context().ok_or_else(|| ApiError::Internal { reference: "no desk".to_owned() })
}

/// Whoever asks.
pub(crate) fn trader() -> Result<Trader, ApiError> {
    use_context().ok_or_else(|| ApiError::Internal { reference: "no trader".to_owned() })
}

/// When the question came, outside of any tape.
pub(crate) fn now() -> Result<Moment, ApiError> {
    use_context().ok_or_else(|| ApiError::Internal { reference: "no clock".to_owned() })
}

/// Turns the desk's answer into the screen's, and sets the HTTP status in one place.
pub(crate) fn answer<T>(answered: Result<T, DeskError>) -> Result<T, ApiError> {
    answered.map_err(|error| {
        let refusal = ApiError::from(error);
        if let Some(response) = use_context::<ResponseOptions>() {
            let status = StatusCode::from_u16(refusal.status());
            response.set_status(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
        }
        refusal
    })
}

impl From<&OpenInterest> for OpenInterestView {
    fn from(open: &OpenInterest) -> Self {
        Self {
            tape: open.state.tape.clone(),
            symbol: open.symbol,
            as_of: open.state.at,
            spot: open.spot,
            rate: open.rate,
            of: open.of,
            series: open.series.clone(),
        }
    }
}

impl From<DeskError> for ApiError {
    fn from(problem: DeskError) -> Self {
        match problem {
            DeskError::NotListed { symbol, listed } => {
                let listed: Vec<&str> = listed.iter().map(market::Symbol::as_str).collect();
                Self::NotListed { symbol, listed: listed.join(", ") }
            }
            DeskError::NotRecorded { date } => Self::NotRecorded { date },
            DeskError::NoOptions { symbol } => Self::NoOptions { symbol },
            DeskError::NotSeries { series } => Self::NotSeries { series },
            DeskError::Malformed(why) => Self::Malformed { why },
            limited @ DeskError::OverLimit { .. } => Self::OverLimit { why: limited.to_string() },
            DeskError::NotMoved => Self::Unreachable,
            unknown @ DeskError::NoSuchTape { .. } => Self::failed(&unknown),
            DeskError::Store(problem) => Self::failed(&problem),
        }
    }
}

impl ApiError {
    /// Something broke on our side: the story goes to the log, its number to the screen.
    pub fn failed(problem: &dyn std::error::Error) -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let reference = format!("V{:06}", LAST.fetch_add(1, Ordering::Relaxed) + 1);
        let mut story = problem.to_string();
        let mut cause = problem.source();
        while let Some(problem) = cause {
            story += &format!(": {problem}");
            cause = problem.source();
        }
        tracing::error!(%reference, %story, "an answer failed under {reference}: {story}");
        Self::Internal { reference }
    }
}

impl From<TapeState> for TapeView {
    fn from(state: TapeState) -> Self {
        Self {
            tape: state.tape,
            epoch: state.epoch,
            at: state.at,
            speed: state.speed.times(),
            is_paused: state.is_paused,
            is_ended: state.is_ended,
            heard_at: state.heard_at,
            heartbeat: state.heartbeat,
            first: state.first,
            last: state.last,
        }
    }
}

impl From<Expiries> for ExpiriesView {
    fn from(expiries: Expiries) -> Self {
        Self {
            tape: expiries.state.tape,
            symbol: expiries.symbol,
            as_of: expiries.state.at,
            expiries: expiries.series.into_iter().map(ExpiryView::of).collect(),
        }
    }
}

impl From<SymbolSlot> for Update {
    fn from(slot: SymbolSlot) -> Self {
        Self { symbol: slot.symbol, after: slot.after, seq: slot.seq, bundle: slot.bundle }
    }
}

impl From<ChartBars> for BarsView {
    fn from(bars: ChartBars) -> Self {
        Self {
            symbol: bars.symbol,
            span: bars.span,
            hours: bars.hours,
            epoch: bars.epoch,
            bars: bars.bars,
        }
    }
}

impl From<RecordedDay> for RecordingView {
    fn from(day: RecordedDay) -> Self {
        let symbols = day.symbols.iter().map(|one| (one.symbol, one.bars, one.prints)).collect();
        Self { date: day.date, symbols }
    }
}
