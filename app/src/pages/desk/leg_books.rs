//! The series that a position's legs are of, as they move: quotes by the stream, Greeks on this
//! device.

use std::sync::Arc;

use api::{ChainWord, decode_chain};
use leptos::prelude::*;
use market::{Moment, Series, Symbol};
use quant::options::{ChainBook, RATE_DEFAULT};

use crate::live::{ChainReader, LiveTape};

/// The prices of underlyings, where they are known.
pub(super) type Spots<'a> = &'a dyn Fn(Symbol) -> Option<f64>;

/// Series that are followed.
#[derive(Clone, Copy)]
pub(super) struct LegBooks {
    tape: LiveTape,
    reader: ChainReader,
    followed: StoredValue<Vec<Followed>>,
    /// Of which epoch of the tape they are.
    epoch: StoredValue<Option<u64>>,
}

struct Followed {
    series: Series,
    /// The number of the last word about it.
    seq: u64,
    book: Option<ChainBook>,
    /// Whether the tape does not list it.
    is_gone: bool,
}

impl Followed {
    fn new(series: Series) -> Self {
        Self { series, seq: 0, book: None, is_gone: false }
    }
}

impl LegBooks {
    /// Follows nothing yet.
    pub(super) fn new(tape: LiveTape) -> Self {
        let reader = tape.chain_reader();
        let (followed, epoch) = (StoredValue::new(Vec::new()), StoredValue::new(None));
        Self { tape, reader, followed, epoch }
    }

    /// Follows these series from now on, beside `others` that whoever has these reads itself.
    pub(super) fn watch(self, series: &[Series], others: &[Series]) {
        let epoch = self.tape.status.read_untracked().as_ref().map(|(tape, _)| tape.epoch);
        let is_same = self.epoch.get_value() == epoch;
        self.epoch.set_value(epoch);
        self.followed.update_value(|followed| {
            // The server tells all of them anew; what is known of the same day stands until then.
            let mut before = std::mem::take(followed);
            before.retain(|_| is_same);
            let kept = |series: &Series| {
                let place = before.iter().position(|one| one.series == *series);
                place.map_or(Followed::new(*series), |place| before.swap_remove(place))
            };
            *followed = series.iter().map(kept).collect();
        });
        self.reader.watch(series.iter().chain(others).copied().collect());
    }

    /// Takes in everything that was said of chains since this was asked before, and new prices;
    /// tells whether anything is new.
    pub(super) fn hear_all(self, spot: Spots<'_>, at: Moment) -> bool {
        let mut is_new = false;
        for word in self.reader.take_words() {
            is_new |= decode_chain(&word).is_some_and(|word| self.hear(&word, spot));
        }
        self.tick(spot, at) || is_new
    }

    /// Takes a word about one of its series in; tells whether anything is new.
    pub(super) fn hear(self, word: &ChainWord, spot: Spots<'_>) -> bool {
        let heard = self.followed.try_update_value(|followed| {
            let (ChainWord::Quotes { quotes: market::SeriesQuotes { series, .. }, .. }
            | ChainWord::Changes { series, .. }
            | ChainWord::Gone { series, .. }) = word;
            let one = followed.iter_mut().find(|one| one.series == *series);
            let (Some(one), Some(spot)) = (one, spot(series.terms().underlying)) else {
                return false;
            };
            match word {
                ChainWord::Quotes { seq, at, quotes, .. } => {
                    (one.seq, one.is_gone) = (*seq, false);
                    one.book = Some(ChainBook::new(quotes.clone(), RATE_DEFAULT, spot, *at));
                }
                ChainWord::Changes { seq, at, changes, .. } if *seq == one.seq + 1 => {
                    one.seq = *seq;
                    if let Some(book) = &mut one.book {
                        book.handle_quotes(changes, spot, *at);
                    }
                }
                // Something was lost: nothing is known rather than what may be wrong.
                ChainWord::Changes { .. } => {
                    if one.book.take().is_some() {
                        self.reader.ask_anew();
                    }
                }
                ChainWord::Gone { .. } => (one.book, one.is_gone) = (None, true),
            }
            true
        });
        heard == Some(true)
    }

    /// An underlying printed, or time passed.
    pub(super) fn tick(self, spot: Spots<'_>, at: Moment) -> bool {
        let moved = self.followed.try_update_value(|followed| {
            let mut is_new = false;
            for book in followed.iter_mut().filter_map(|one| one.book.as_mut()) {
                let Some(spot) = spot(book.series().terms().underlying) else { continue };
                if book.spot().to_bits() != spot.to_bits() || book.at() < at {
                    book.handle_tick(spot, at);
                    is_new = true;
                }
            }
            is_new
        });
        moved == Some(true)
    }

    /// What was said of chains since this was asked before, for who reads some of it itself.
    pub(super) fn take_words(self) -> Vec<Arc<[u8]>> {
        self.reader.take_words()
    }

    /// Asks for everything anew: something was lost.
    pub(super) fn ask_anew(self) {
        self.reader.ask_anew();
    }

    /// Whether the server is asked for a series.
    pub(super) fn is_followed(self, series: Series) -> bool {
        self.reader.is_followed(series)
    }

    /// Whether the tape does not list a series that is followed.
    pub(super) fn is_gone(self, series: Series) -> bool {
        self.followed
            .with_value(|followed| followed.iter().any(|one| one.series == series && one.is_gone))
    }

    /// Looks at series as [`values`](super::written::values) does.
    pub(super) fn look(self) -> impl Fn(Series, &mut dyn FnMut(&ChainBook)) {
        move |series, see| {
            self.with(series, see);
        }
    }

    /// Looks at a series; nothing until it came.
    pub(super) fn with<T>(self, series: Series, look: impl FnOnce(&ChainBook) -> T) -> Option<T> {
        self.followed.with_value(|followed| {
            let one = followed.iter().find(|one| one.series == series)?;
            Some(look(one.book.as_ref()?))
        })
    }
}
