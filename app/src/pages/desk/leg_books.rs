//! The series that a position's legs are of, as they move: quotes by the stream, Greeks on this
//! device.

use api::{ChainWord, decode_chain};
use leptos::prelude::*;
use market::{Moment, Series, Symbol};
use quant::options::{ChainBook, RATE_DEFAULT};

use crate::live::{ChainReader, LiveTape};

/// Series that are followed.
#[derive(Clone, Copy)]
pub(super) struct LegBooks {
    tape: LiveTape,
    reader: ChainReader,
    followed: StoredValue<Vec<Followed>>,
    waiting: StoredValue<Waiting>,
    /// Of which epoch of the tape all of it is.
    epoch: StoredValue<u64>,
}

/// Words that were said and not taken in yet, in their order.
#[derive(Default)]
struct Waiting(Vec<ChainWord>);

/// Words that may wait; with more, the page asks for everything anew.
const WAITING_MAX: usize = 400;

impl Waiting {
    /// Takes those of an epoch out whose underlying has a price. What is of another epoch waits for
    /// the page's prices to come there, or is forgotten once they did: quotes beside the price of
    /// another day would imply volatilities that nobody paid.
    fn take(&mut self, epoch: u64, is_priced: &dyn Fn(Symbol) -> bool) -> Vec<ChainWord> {
        let last = self.0.iter().rposition(|word| word.epoch() == epoch);
        let mut taken = Vec::new();
        for (place, word) in std::mem::take(&mut self.0).into_iter().enumerate() {
            let is_ours = word.epoch() == epoch;
            if is_ours && is_priced(word.series().terms().underlying) {
                taken.push(word);
            } else if is_ours || last.is_none_or(|last| last < place) {
                self.0.push(word);
            }
        }
        taken
    }
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
        let waiting = StoredValue::new(Waiting::default());
        let epoch = StoredValue::new(tape.peek_books(|books| books.epoch()));
        Self { tape, reader, followed: StoredValue::new(Vec::new()), waiting, epoch }
    }

    /// Follows these series from now on, beside `others` that whoever has these reads itself.
    pub(super) fn watch(self, series: &[Series], others: &[Series]) {
        self.followed.update_value(|followed| {
            // The server tells all of them anew; what is known stands until then.
            let mut before = std::mem::take(followed);
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
    pub(super) fn hear_all(self, at: Moment) -> bool {
        let mut is_new = self.turn();
        for word in self.take_words() {
            is_new |= self.hear(&word);
        }
        self.tick(at) || is_new
    }

    /// The price that a series is valued at: its own underlying's, whatever the desk shows.
    fn spot(self, series: Series) -> Option<f64> {
        self.tape.peek_spot(series.terms().underlying)
    }

    /// Takes a word about one of its series in; tells whether anything is new.
    pub(super) fn hear(self, word: &ChainWord) -> bool {
        let heard = self.followed.try_update_value(|followed| {
            let series = word.series();
            let one = followed.iter_mut().find(|one| one.series == series);
            let (Some(one), Some(spot)) = (one, self.spot(series)) else {
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
    pub(super) fn tick(self, at: Moment) -> bool {
        let moved = self.followed.try_update_value(|followed| {
            let mut is_new = false;
            for book in followed.iter_mut().filter_map(|one| one.book.as_mut()) {
                let Some(spot) = self.spot(book.series()) else { continue };
                if book.spot().to_bits() != spot.to_bits() || book.at() < at {
                    book.handle_tick(spot, at);
                    is_new = true;
                }
            }
            is_new
        });
        moved == Some(true)
    }

    /// Forgets every quote when the page's prices came to another epoch; tells whether they did.
    pub(super) fn turn(self) -> bool {
        let epoch = self.tape.peek_books(|books| books.epoch());
        let is_other = self.epoch.try_update_value(|own| std::mem::replace(own, epoch) != epoch);
        if is_other != Some(true) {
            return false;
        }
        self.followed.update_value(|followed| {
            followed.iter_mut().for_each(|one| *one = Followed::new(one.series));
        });
        true
    }

    /// What was said of chains and can be taken in, for who reads some of it itself.
    pub(super) fn take_words(self) -> Vec<ChainWord> {
        let said = self.reader.take_words();
        let taken = self.waiting.try_update_value(|waiting| {
            waiting.0.extend(said.iter().filter_map(|word| decode_chain(word)));
            let is_priced = |symbol| self.tape.peek_spot(symbol).is_some();
            let taken = waiting.take(self.epoch.get_value(), &is_priced);
            let is_full = WAITING_MAX < waiting.0.len();
            if is_full {
                waiting.0.clear();
            }
            (taken, is_full)
        });
        let (taken, is_full) = taken.unwrap_or_default();
        if is_full {
            self.reader.ask_anew();
        }
        taken
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

#[cfg(test)]
mod tests {
    use super::*;

    fn word(root: &str, epoch: u64, seq: u64) -> ChainWord {
        let expires = market::TradingDate::new(2024, 3, 15).expect("a date");
        let series = Series { root: root.parse().expect("a root"), expires };
        ChainWord::Changes { epoch, seq, at: Moment(0), series, changes: Vec::new() }
    }

    fn numbers(taken: &[ChainWord]) -> Vec<u64> {
        let number = |word: &ChainWord| match word {
            ChainWord::Changes { seq, .. } => *seq,
            ChainWord::Quotes { .. } | ChainWord::Gone { .. } => 0,
        };
        taken.iter().map(number).collect()
    }

    #[test]
    fn quotes_wait_for_the_prices_of_their_epoch() {
        let mut waiting = Waiting(vec![word("SPXW", 7, 1), word("SPXW", 8, 2), word("SPXW", 8, 3)]);
        assert_eq!(numbers(&waiting.take(7, &|_| true)), [1]);
        assert_eq!(numbers(&waiting.take(7, &|_| true)), [0; 0]);
        assert_eq!(numbers(&waiting.take(8, &|_| true)), [2, 3]);
        assert!(waiting.0.is_empty());
    }

    #[test]
    fn quotes_of_an_epoch_that_is_over_are_forgotten() {
        let mut waiting = Waiting(vec![word("SPXW", 7, 1)]);
        // Whether it is over, or yet to come, is known when a word of the page's own comes.
        assert_eq!(numbers(&waiting.take(8, &|_| true)), [0; 0]);
        waiting.0.push(word("SPXW", 8, 2));
        assert_eq!(numbers(&waiting.take(8, &|_| true)), [2]);
        assert!(waiting.0.is_empty());
    }

    #[test]
    fn quotes_wait_for_the_price_of_their_underlying() {
        let mut waiting = Waiting(vec![word("SPXW", 7, 1), word("NDXP", 7, 2), word("SPXW", 7, 3)]);
        let is_spx = |symbol: Symbol| symbol.as_str() == "SPX";
        assert_eq!(numbers(&waiting.take(7, &is_spx)), [1, 3]);
        assert_eq!(numbers(&waiting.take(7, &|_| true)), [2]);
    }
}
