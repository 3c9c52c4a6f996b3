//! How the trader's tape stands, and moving it.

use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;
use market::{Moment, Span, TapeId, TradingDate};
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

/// What a trader can do to their own tape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TapeCommand {
    /// Stand still.
    Pause,
    /// Go on.
    Play,
    /// So many tape seconds in a second: 1, 10 or 60.
    Speed(u16),
    /// Go on by this much and stand still.
    Step(Span),
    /// Jump to a moment.
    Seek(Moment),
    /// Jump to the next regular open.
    NextOpen,
    /// Play the practice market.
    Practice,
    /// Play a recorded day.
    Recording(TradingDate),
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
    answer(command.carry_out(desk()?.as_ref(), &trader()?).await.map(Into::into))
}
