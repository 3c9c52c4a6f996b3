//! The live tape of one page: books that follow the server's prints, and how the link stands.
//!
//! The same Rust as on the server recomputes every level here. Screens read `version`, which moves
//! at most once a drawn frame however many prints came in.

mod books;
mod socket;

use api::{ServerWord, SnapshotWord, TapeView};
use leptos::prelude::*;
use market::{Moment, Series, Span, Symbol, TapeId};

pub(crate) use books::LiveBooks;

/// How the link to the server stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Link {
    /// The page is still starting.
    #[default]
    Starting,
    /// Prints come in.
    Open,
    /// The link broke; the next try comes by itself.
    Lost,
    /// The server speaks another version: the page must be loaded again.
    Outdated,
}

/// Something that the trader should know about the link, until the next one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refill {
    /// How long nothing was heard.
    pub(crate) missed: Span,
    /// How many prints were fetched afterwards; nothing when everything was loaded anew.
    pub(crate) prints: Option<u64>,
}

/// The live tape of this page.
#[derive(Clone, Copy)]
pub(crate) struct LiveTape {
    /// Moves when anything in the books did, at most once a drawn frame.
    pub(crate) version: RwSignal<u64>,
    /// How the tape stands, and this page's steady clock in milliseconds when it was said.
    pub(crate) status: RwSignal<Option<(TapeView, f64)>>,
    /// How the link stands.
    pub(crate) link: RwSignal<Link>,
    /// The last refill after a break.
    pub(crate) refill: RwSignal<Option<Refill>>,
    /// The symbols that the page shows.
    pub(crate) watched: RwSignal<Vec<Symbol>>,
    /// How often the link was opened.
    pub(crate) openings: StoredValue<u32>,
    books: StoredValue<LiveBooks>,
    /// The option series that the page shows.
    watched_chains: RwSignal<Vec<Series>>,
    /// What was said of them and not read yet: only the page that shows them knows how to.
    chain_words: StoredValue<Vec<Vec<u8>>>,
}

/// Words about chains that wait to be read; with more, the page asks for everything anew.
const CHAIN_WORDS_MAX: usize = 400;

impl LiveTape {
    /// A tape that is not connected yet.
    pub(crate) fn new() -> Self {
        Self {
            version: RwSignal::new(0),
            status: RwSignal::new(None),
            link: RwSignal::new(Link::default()),
            refill: RwSignal::new(None),
            watched: RwSignal::new(Vec::new()),
            openings: StoredValue::new(0),
            books: StoredValue::new(LiveBooks::default()),
            watched_chains: RwSignal::new(Vec::new()),
            chain_words: StoredValue::new(Vec::new()),
        }
    }

    /// Connects, and stays connected. Only in a browser.
    pub(crate) fn connect(self) {
        socket::connect(self);
    }

    /// Shows books that this device kept, `age` ago, until the server can be reached.
    pub(crate) fn show_kept(self, status: TapeView, snapshot: Box<SnapshotWord>, age: Span) {
        let age_ms = age.0 as f64 / 1_000.0;
        self.status.set(Some((status, steady_ms() - age_ms)));
        self.books.update_value(|books| {
            books.handle_word(ServerWord::Snapshot(snapshot));
        });
        self.version.update(|version| *version += 1);
    }

    /// Looks at the books, now and whenever they moved.
    pub(crate) fn with_books<T>(self, look: impl FnOnce(&LiveBooks) -> T) -> T {
        self.version.track();
        self.books.with_value(look)
    }

    /// Looks at the books as they are, without following them.
    pub(crate) fn peek_books<T>(self, look: impl FnOnce(&LiveBooks) -> T) -> T {
        self.books.with_value(look)
    }

    /// The name of the tape that plays; nothing until the server told.
    pub(crate) fn name(self) -> Option<TapeId> {
        self.status.read().as_ref().map(|(tape, _)| tape.tape.clone())
    }

    /// Asks the server for these symbols from now on.
    pub(crate) fn watch(self, symbols: Vec<Symbol>) {
        if self.watched.with_untracked(|watched| *watched != symbols) {
            self.watched.set(symbols);
        }
    }

    /// Asks the server for these series from now on; each begins with all its quotes.
    pub(crate) fn watch_chains(self, series: Vec<Series>) {
        self.chain_words.update_value(Vec::clear);
        self.watched_chains.set(series);
    }

    /// Asks for all quotes of the same series again: something was lost.
    pub(crate) fn ask_chains_anew(self) {
        self.watch_chains(self.watched_chains.get_untracked());
    }

    /// What was said of chains since this was asked before.
    pub(crate) fn take_chain_words(self) -> Vec<Vec<u8>> {
        self.chain_words.try_update_value(std::mem::take).unwrap_or_default()
    }

    /// Keeps a word about chains until it is read.
    fn hear_chain(self, word: Vec<u8>) {
        let is_full = self.chain_words.try_update_value(|words| {
            words.push(word);
            CHAIN_WORDS_MAX < words.len()
        });
        // A page that sleeps in the background reads nothing.
        if is_full == Some(true) {
            self.ask_chains_anew();
        }
    }

    /// The tape's time now, running on between the server's words.
    pub(crate) fn now(self) -> Option<Moment> {
        let status = self.status.get();
        status.map(|(tape, said_ms)| {
            if tape.is_paused || self.link.get() != Link::Open {
                return tape.at;
            }
            let passed_ms = (steady_ms() - said_ms).clamp(0.0, 5_000.0);
            #[expect(clippy::cast_possible_truncation, reason = "at most five seconds")]
            let passed = Span((passed_ms * 1_000.0) as i64 * i64::from(tape.speed));
            tape.at + passed
        })
    }
}

/// The browser's steady clock, in milliseconds; zero on the server.
pub(crate) fn steady_ms() -> f64 {
    if !cfg!(target_arch = "wasm32") {
        return 0.0;
    }
    window().performance().map_or(0.0, |clock| clock.now())
}
