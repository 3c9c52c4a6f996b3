//! Words by which a tape is moved.

use serde::{Deserialize, Serialize};

use crate::{Moment, Span, TradingDate};

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
