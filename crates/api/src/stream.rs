//! The words of the live stream: one WebSocket a page.
//!
//! A browser says which symbols it shows and up to which sequence it already knows them. The server
//! answers with a status and a snapshot of the books, then at most twenty updates a second. An
//! update carries sums over all prints since the previous one, so that nothing is lost however many
//! prints are told at once. Sequences count prints per (tape, symbol, epoch); a new epoch (another
//! tape, a seek, a new session) always begins with a snapshot.

use market::{Moment, Series, Symbol};
use quant::Bundle;
use quant::levels::Books;
use serde::{Deserialize, Serialize};

use crate::TapeView;

/// Our own screens' subprotocol.
pub const PROTOCOL_POSTCARD: &str = "volaris.v1.postcard";
/// Other programs' subprotocol.
pub const PROTOCOL_JSON: &str = "volaris.v1.json";

/// Up to where somebody knows a symbol's prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Which symbol.
    pub symbol: Symbol,
    /// The number of the last print known.
    pub seq: u64,
}

/// What a client says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClientWord {
    /// Show these symbols from now on, and those that stand in for them.
    Watch {
        /// Which symbols; at most [`ClientWord::SYMBOLS_MAX`].
        symbols: Vec<Symbol>,
        /// What a page that lost its link knows already: when nothing jumped meanwhile, updates go
        /// on without a snapshot and the page fetches what it missed.
        resume: Option<Resume>,
    },
    /// Show these series from now on, in [`crate::ChainWord`]s; each begins with all its quotes.
    WatchChains {
        /// Which series; at most [`ClientWord::CHAINS_MAX`].
        series: Vec<Series>,
    },
}

/// What a page knows already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resume {
    /// Of which epoch.
    pub epoch: u64,
    /// Up to which print of each symbol.
    pub positions: Vec<Position>,
}

/// What the server says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ServerWord {
    /// How the tape stands: first of all, once a second, and whenever it is changed.
    Status(TapeView),
    /// The books as they are: after a watch, and at the start of an epoch.
    Snapshot(Box<SnapshotWord>),
    /// What happened since the previous update.
    Updates {
        /// Which epoch the sequences belong to.
        epoch: u64,
        /// The tape's time.
        at: Moment,
        /// By symbol.
        updates: Vec<Update>,
    },
    /// The client's words were not understood, or asked for too much.
    Refused {
        /// What is wrong and what to do.
        why: String,
    },
}

/// Books of the watched symbols, and where their sequences stand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SnapshotWord {
    /// Which epoch.
    pub epoch: u64,
    /// The tape's time.
    pub at: Moment,
    /// Up to which print each symbol is in the books.
    pub positions: Vec<Position>,
    /// The books.
    pub books: Books,
}

/// What happened to one symbol: prints number `after + 1` to `seq`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Update {
    /// Which symbol.
    pub symbol: Symbol,
    /// The last print that is not in it.
    pub after: u64,
    /// The last print that is.
    pub seq: u64,
    /// Their sums and events.
    pub bundle: Bundle,
}

/// The answer to a refill: everything that was missed, or that too much was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Gap {
    /// What was missed, oldest first.
    Refilled {
        /// Which epoch.
        epoch: u64,
        /// By symbol.
        updates: Vec<Update>,
    },
    /// The epoch changed, or the tape no longer remembers: take a snapshot.
    TooLong,
}

/// The media type of postcard, the stream's own format, which the page asks for elsewhere too.
pub const POSTCARD_TYPE: &str = "application/x-postcard";

impl ClientWord {
    /// Symbols that one page may watch.
    pub const SYMBOLS_MAX: usize = 64;
    /// Series that one page may watch.
    pub const CHAINS_MAX: usize = 24;
}

/// Reads a client's words; the error says what is wrong with them.
pub fn decode_client(bytes: &[u8], is_json: bool) -> Result<ClientWord, String> {
    let word: ClientWord = if is_json {
        serde_json::from_slice(bytes).map_err(|error| format!("not understood: {error}"))?
    } else {
        postcard::from_bytes(bytes).map_err(|error| format!("not understood: {error}"))?
    };
    let (what, most, limit) = match &word {
        ClientWord::Watch { symbols, resume } => {
            let known = resume.as_ref().map_or(0, |resume| resume.positions.len());
            ("symbols", symbols.len().max(known / 2), ClientWord::SYMBOLS_MAX)
        }
        ClientWord::WatchChains { series } => ("series", series.len(), ClientWord::CHAINS_MAX),
    };
    if limit < most {
        return Err(format!("{most} {what} are too many: watch at most {limit}"));
    }
    Ok(word)
}

/// Writes the server's words.
pub fn encode_server(word: &ServerWord, is_json: bool) -> Vec<u8> {
    if is_json {
        serde_json::to_vec(word).expect("words have no maps with odd keys")
    } else {
        postcard::to_allocvec(word).expect("a vector grows as needed")
    }
}

/// Writes a browser's words.
pub fn encode_client(word: &ClientWord) -> Vec<u8> {
    postcard::to_allocvec(word).expect("a vector grows as needed")
}

/// Reads the answer to a refill; for browsers.
pub fn decode_gap(bytes: &[u8]) -> Option<Gap> {
    postcard::from_bytes(bytes).ok()
}

/// Writes the answer to a refill, for browsers; programs get JSON.
pub fn encode_gap(gap: &Gap) -> Vec<u8> {
    postcard::to_allocvec(gap).expect("a vector grows as needed")
}

/// The address of [`encode_books`]: what a device keeps to be read without the server.
pub const BOOKS_PATH: &str = "/api/v1/books";

/// Writes how the tape stands and its books, which a stream would begin with.
pub fn encode_books(status: &TapeView, snapshot: &SnapshotWord) -> Vec<u8> {
    postcard::to_allocvec(&(status, snapshot)).expect("a vector grows as needed")
}

/// Reads what [`encode_books`] wrote; for browsers.
pub fn decode_books(bytes: &[u8]) -> Option<(TapeView, Box<SnapshotWord>)> {
    postcard::from_bytes(bytes).ok()
}

/// Reads the server's words; for browsers.
pub fn decode_server(bytes: &[u8]) -> Option<ServerWord> {
    postcard::from_bytes(bytes).ok()
}
