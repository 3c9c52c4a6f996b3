//! How the trader's tape stands, and moving it.

use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;
use market::{Moment, Span, TapeCommand, TapeId};
use serde::{Deserialize, Serialize};

use crate::ApiError;

/// How the tape stands. Everything a clock on the screen needs to run on by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TapeView {
    /// Its name.
    pub tape: TapeId,
    /// Changes with every jump; sequences start again.
    pub epoch: u64,
    /// The tape's time.
    pub at: Moment,
    /// Tape seconds that pass in a second.
    pub speed: u16,
    /// Whether it stands still.
    pub is_paused: bool,
    /// Whether it reached its end.
    pub is_ended: bool,
    /// When the feed was last heard, in tape time.
    pub heard_at: Moment,
    /// How often the feed promises to be heard.
    pub heartbeat: Span,
    /// The first moment that can be played.
    pub first: Moment,
    /// The last.
    pub last: Moment,
}

/// How does my tape stand?
#[server(endpoint = "tape/read", input = Postcard, output = Postcard)]
pub async fn read_tape() -> Result<TapeView, ApiError> {
    use crate::context::{answer, desk, trader};
    answer(desk()?.tape_state(&trader()?).await.map(Into::into))
}

/// Moves my tape, and nobody else's.
#[server(endpoint = "tape/control", input = Postcard, output = Postcard)]
pub async fn control_tape(command: TapeCommand) -> Result<TapeView, ApiError> {
    use crate::context::{answer, desk, trader};
    answer(desk()?.control_tape(&trader()?, command).await.map(Into::into))
}
