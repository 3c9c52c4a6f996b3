//! The live tape of one page: books that follow the server's prints, and how the link stands.
//!
//! The same Rust as on the server recomputes every level here. Screens read `version`, which moves
//! at most once a drawn frame however many prints came in.

mod books;
mod socket;

use std::sync::Arc;

use api::{ClientWord, ServerWord, SnapshotWord, TapeView};
use leptos::prelude::*;
use market::{Moment, Series, Span, Symbol, TapeId};

use crate::erased::memo;

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
    /// Why the server would not let this page listen, when it last did not.
    pub(crate) refused: RwSignal<String>,
    /// The symbols that the page shows.
    pub(crate) watched: RwSignal<Vec<Symbol>>,
    /// How often the link was opened.
    pub(crate) openings: StoredValue<u32>,
    books: StoredValue<LiveBooks>,
    /// The option series that somebody on the page shows.
    watched_chains: RwSignal<Vec<Series>>,
    /// Who shows them, by number.
    chain_readers: StoredValue<Vec<(u32, Reading)>>,
}

/// What one reader of chains shows.
#[derive(Default)]
struct Reading {
    series: Vec<Series>,
    /// What was said and not read yet: only those who show chains know how to.
    words: Vec<Arc<[u8]>>,
}

/// Somebody on the page who shows chains. Each reads every word for itself, of its own series and
/// of others'.
#[derive(Clone, Copy)]
pub(crate) struct ChainReader {
    tape: LiveTape,
    number: u32,
}

/// Words about chains that wait for a reader; with more, the page asks for everything anew.
const CHAIN_WORDS_MAX: usize = 400;

impl LiveTape {
    /// A tape that is not connected yet.
    pub(crate) fn new() -> Self {
        Self {
            version: RwSignal::new(0),
            status: RwSignal::new(None),
            link: RwSignal::new(Link::default()),
            refill: RwSignal::new(None),
            refused: RwSignal::default(),
            watched: RwSignal::new(Vec::new()),
            openings: StoredValue::new(0),
            books: StoredValue::new(LiveBooks::default()),
            watched_chains: RwSignal::new(Vec::new()),
            chain_readers: StoredValue::new(Vec::new()),
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

    /// An underlying's last price and the tape's time, now and whenever the books moved.
    pub(crate) fn stand(self, symbol: Symbol) -> Option<(f64, Moment)> {
        self.with_books(|books| Some((books.spot(symbol)?, books.at())))
    }

    /// Whether an underlying is watched and has no price yet, as an index before the open.
    pub(crate) fn is_unpriced(self, symbol: Symbol) -> bool {
        self.with_books(|books| books.has(symbol) && books.spot(symbol).is_none())
    }

    /// An underlying's last price, without following it.
    pub(crate) fn peek_spot(self, symbol: Symbol) -> Option<f64> {
        self.peek_books(|books| books.spot(symbol))
    }

    /// Which epoch of the tape the books are of; nothing until the server told. How the tape stands
    /// is told a moment before the books of a jump come: what is asked goes with the books.
    pub(crate) fn epoch(self) -> Memo<Option<u64>> {
        memo(move || self.with_books(|books| (0 < books.snapshots()).then(|| books.epoch())))
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

    /// Somebody new who shows chains, for as long as what calls this is on the page.
    pub(crate) fn chain_reader(self) -> ChainReader {
        let number = self.chain_readers.try_update_value(|readers| {
            let number = readers.last().map_or(0, |(last, _)| last + 1);
            readers.push((number, Reading::default()));
            number
        });
        let reader = ChainReader { tape: self, number: number.unwrap_or_default() };
        on_cleanup(move || {
            let gone = self.chain_readers.try_update_value(|readers| {
                readers.retain(|(one, _)| Some(*one) != number);
            });
            if gone.is_some() {
                self.ask_chains();
            }
        });
        reader
    }

    /// Asks the server for what is shown from now on, who came last first; each series begins with
    /// all its quotes.
    fn ask_chains(self) {
        let mut series: Vec<Series> = Vec::new();
        self.chain_readers.with_value(|readers| {
            for one in readers.iter().rev().flat_map(|(_, reading)| &reading.series) {
                if !series.contains(one) {
                    series.push(*one);
                }
            }
        });
        series.truncate(ClientWord::CHAINS_MAX);
        self.watched_chains.set(series);
    }

    /// Keeps a word about chains until everybody has read it.
    fn hear_chain(self, word: Vec<u8>) {
        let word: Arc<[u8]> = word.into();
        let is_full = self.chain_readers.try_update_value(|readers| {
            let mut is_full = false;
            for (_, reading) in readers {
                if reading.series.is_empty() {
                    continue;
                }
                reading.words.push(Arc::clone(&word));
                if CHAIN_WORDS_MAX < reading.words.len() {
                    reading.words.clear();
                    is_full = true;
                }
            }
            is_full
        });
        // A page that sleeps in the background reads nothing.
        if is_full == Some(true) {
            self.ask_chains();
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

impl ChainReader {
    /// Shows these series from now on.
    pub(crate) fn watch(self, series: Vec<Series>) {
        self.tape.chain_readers.update_value(|readers| {
            if let Some((_, reading)) = readers.iter_mut().find(|(one, _)| *one == self.number) {
                reading.series = series;
            }
        });
        self.tape.ask_chains();
    }

    /// Asks for all quotes of the same series again: something was lost.
    pub(crate) fn ask_anew(self) {
        self.tape.ask_chains();
    }

    /// What was said since this was asked before.
    pub(crate) fn take_words(self) -> Vec<Arc<[u8]>> {
        let words = self.tape.chain_readers.try_update_value(|readers| {
            let own = readers.iter_mut().find(|(one, _)| *one == self.number);
            own.map(|(_, reading)| std::mem::take(&mut reading.words))
        });
        words.flatten().unwrap_or_default()
    }

    /// Whether the server is asked for a series that is shown: it tells no page of too many.
    pub(crate) fn is_followed(self, series: Series) -> bool {
        let asked = |watched: &Vec<Series>| {
            watched.len() < ClientWord::CHAINS_MAX || watched.contains(&series)
        };
        self.tape.watched_chains.with_untracked(asked)
    }
}

/// The browser's steady clock, in milliseconds; zero on the server.
pub(crate) fn steady_ms() -> f64 {
    if !cfg!(target_arch = "wasm32") {
        return 0.0;
    }
    window().performance().map_or(0.0, |clock| clock.now())
}
