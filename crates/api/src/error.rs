//! Why a question was not answered, in words that are safe to show.

use leptos::server_fn::codec::PostcardEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use market::{Series, Symbol, TradingDate};
use serde::{Deserialize, Serialize};

/// Why a question was not answered. Refusals say what to do; a failure is a reference number whose
/// story is in the server's log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum ApiError {
    /// The tape has no such symbol.
    #[error("`{symbol}` is not on this tape: it has {listed}")]
    NotListed {
        /// What was asked for.
        symbol: Symbol,
        /// What there is, for reading.
        listed: String,
    },
    /// No recording of that day.
    #[error("nothing is recorded on {date}: import bars or ticks of that day first")]
    NotRecorded {
        /// The day.
        date: TradingDate,
    },
    /// The question makes no sense.
    #[error("{why}")]
    Malformed {
        /// What is wrong with it and what to do.
        why: String,
    },
    /// The tier of whoever asks does not have so much.
    #[error("{why}")]
    OverLimit {
        /// What it has, and what to do.
        why: String,
    },
    /// The tape has no options on it.
    #[error("there are no options on `{symbol}` on this tape: look at SPX or NDX")]
    NoOptions {
        /// What was asked for.
        symbol: Symbol,
    },
    /// The tape has options on it, but none that end then.
    #[error("`{series}` is not listed now: choose one of the expiries")]
    NotSeries {
        /// What was asked for.
        series: Series,
    },
    /// The browser could not reach the server.
    #[error("the desk's server did not answer: see whether it still runs")]
    Unreachable,
    /// The browser got an answer that is in no words of ours.
    #[error(
        "what came back is no answer of the desk's server: a proxy's, or too much was asked at \
         once; try again in a minute"
    )]
    Unreadable,
    /// Something broke on our side.
    #[error("the desk could not answer; the log has the story under {reference}")]
    Internal {
        /// What to look for in the log.
        reference: String,
    },
}

impl ApiError {
    /// The HTTP status that goes with it.
    pub fn status(&self) -> u16 {
        match self {
            Self::NotListed { .. }
            | Self::NotRecorded { .. }
            | Self::NoOptions { .. }
            | Self::NotSeries { .. } => 404,
            Self::Malformed { .. } => 400,
            Self::OverLimit { .. } => 403,
            Self::Unreadable => 502,
            Self::Unreachable => 503,
            Self::Internal { .. } => 500,
        }
    }

    /// Whether the same question may be answered a while later.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Unreadable | Self::Unreachable | Self::Internal { .. })
    }
}

impl FromServerFnError for ApiError {
    type Encoder = PostcardEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) => Self::Unreachable,
            // On the server it is a question, not an answer.
            ServerFnErrorErr::Deserialization(_) if cfg!(not(feature = "ssr")) => Self::Unreadable,
            ServerFnErrorErr::Args(why)
            | ServerFnErrorErr::MissingArg(why)
            | ServerFnErrorErr::Deserialization(why) => Self::Malformed { why },
            other => Self::Internal { reference: other.to_string() },
        }
    }
}
