//! Where browser and server meet: one question a server function, and the live stream's words.
//!
//! The only crate that knows both sides, and the only `cfg(feature = "ssr")`. Knows no SQL, no
//! vendor and no HTML.

#![allow(
    missing_docs,
    unreachable_pub,
    reason = "the server macro makes a public struct of each question and its arguments"
)]

#[cfg(feature = "ssr")]
mod context;

mod bars;
mod chain;
mod drawings;
mod error;
mod exposure;
mod layout;
mod levels;
mod option_levels;
mod position;
mod positions;
mod recording;
mod stream;
mod symbol;
mod tape;
mod volatility;
mod volatility_days;
mod watchlist;

#[cfg(feature = "ssr")]
pub use context::provide;

pub use bars::{BarsView, ReadBars, read_bars};
pub use chain::{
    CHAIN_MARK, ChainView, ChainWord, ExpiriesView, ExpiryView, OptionView, ReadExpiries,
    StrikeView, chain_view, decode_chain, encode_chain, read_expiries,
};
pub use drawings::{DrawingWord, EditDrawings, ReadDrawings, edit_drawings, read_drawings};
pub use error::ApiError;
pub use exposure::{
    ExposureView, MaxPainView, OpenInterestView, ReadOpenInterest, StrikeExposureView,
    exposure_view, read_open_interest,
};
pub use layout::{
    LayoutView, ReadLayouts, RemoveLayout, WriteLayout, read_layouts, remove_layout, write_layout,
};
pub use levels::{
    AbsentView, LastView, LevelView, LevelsView, ReadLevels, levels_view, read_levels,
};
pub use market::TapeCommand;
pub use option_levels::{OptionLevelsView, ReadOptionLevels, read_option_levels};
pub use position::{ExtremeView, LegView, PayoffView, PositionView, position_view};
pub use positions::{
    BetaView, ChangePositions, EarlierLegView, EarlierView, KeptPositionView, PositionChange,
    ReadBetas, ReadEarlier, ReadPositions, change_positions, read_betas, read_earlier,
    read_positions,
};
pub use recording::{ReadRecordings, RecordingView, read_recordings};
pub use stream::{
    BOOKS_PATH, ClientWord, Gap, POSTCARD_TYPE, PROTOCOL_JSON, PROTOCOL_POSTCARD, Position, Resume,
    ServerWord, SnapshotWord, Update, decode_books, decode_client, decode_gap, decode_server,
    encode_books, encode_client, encode_gap, encode_server,
};
pub use symbol::{ReadSymbols, SymbolView, read_symbols};
pub use tape::{ControlTape, ReadTape, TapeView, control_tape, read_tape};
pub use volatility::{TermView, VolatilityView, volatility_view};
pub use volatility_days::{
    ReadVolatilityDays, VolatilityDayView, VolatilityDaysView, read_volatility_days,
};
pub use watchlist::{
    ChangeWatchlists, ReadWatchlists, WatchlistChange, WatchlistEdit, WatchlistView,
    WatchlistsView, change_watchlists, read_watchlists,
};

/// The REST API's description, OpenAPI 3.1.
pub const OPENAPI: &str = include_str!("openapi.json");
