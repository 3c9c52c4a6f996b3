//! Books that follow the server's words. A state machine without a browser, tested without one.

use std::collections::BTreeMap;

use api::{Gap, Position, ServerWord, Update};
use market::{Moment, Symbol};
use quant::levels::Books;

/// Books that follow the server's words.
#[derive(Clone, Debug, Default)]
pub(crate) struct LiveBooks {
    books: Books,
    epoch: u64,
    at: Moment,
    known: BTreeMap<Symbol, u64>,
    /// Updates that came before what they build on; they wait for the refill.
    waiting: Vec<Update>,
    snapshots: u64,
}

/// What a word of the server asks of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heed {
    /// Nothing.
    Fine,
    /// Prints are missing: fetch them.
    Missing,
}

impl LiveBooks {
    /// The books.
    pub(crate) fn books(&self) -> &Books {
        &self.books
    }

    /// Whether `symbol` is in them.
    pub(crate) fn has(&self, symbol: Symbol) -> bool {
        self.known.contains_key(&symbol) && self.books.book(symbol).is_some()
    }

    /// The last price of `symbol`; nothing before its first.
    pub(crate) fn spot(&self, symbol: Symbol) -> Option<f64> {
        let (price, _) = self.books.book(symbol)?.last()?;
        Some(price.to_f64())
    }

    /// Which epoch they belong to.
    pub(crate) fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The tape's time at the last word.
    pub(crate) fn at(&self) -> Moment {
        self.at
    }

    /// How many snapshots were taken; charts load their bars anew when it moves.
    pub(crate) fn snapshots(&self) -> u64 {
        self.snapshots
    }

    /// Up to which print each symbol is known.
    pub(crate) fn positions(&self) -> Vec<Position> {
        self.known.iter().map(|(symbol, seq)| Position { symbol: *symbol, seq: *seq }).collect()
    }

    /// Takes the server's word in.
    pub(crate) fn handle_word(&mut self, word: ServerWord) -> Heed {
        match word {
            ServerWord::Snapshot(snapshot) => {
                self.books = snapshot.books;
                self.epoch = snapshot.epoch;
                self.at = snapshot.at;
                self.known =
                    snapshot.positions.iter().map(|known| (known.symbol, known.seq)).collect();
                self.waiting.clear();
                self.snapshots += 1;
                Heed::Fine
            }
            ServerWord::Updates { epoch, at, updates } if epoch == self.epoch => {
                self.at = self.at.max(at);
                self.waiting.extend(updates);
                self.settle()
            }
            _ => Heed::Fine,
        }
    }

    /// Takes the answer to a refill in; gives the number of prints and whether some are missing
    /// still, or nothing when only a snapshot helps.
    pub(crate) fn handle_gap(&mut self, gap: Gap) -> Option<(u64, Heed)> {
        match gap {
            Gap::Refilled { epoch, updates } if epoch == self.epoch => {
                let before: u64 = self.known.values().sum();
                // What was fetched is older than what waits.
                let newer = std::mem::replace(&mut self.waiting, updates);
                self.settle();
                self.waiting.extend(newer);
                let heed = self.settle();
                Some((self.known.values().sum::<u64>() - before, heed))
            }
            Gap::Refilled { .. } | Gap::TooLong => None,
        }
    }

    /// Applies whatever follows on what is known, and drops what is known already.
    fn settle(&mut self) -> Heed {
        let waiting = std::mem::take(&mut self.waiting);
        for update in waiting {
            match self.known.get_mut(&update.symbol) {
                // Not watched, or known already.
                None => {}
                Some(known) if update.seq <= *known => {}
                Some(known) if update.after == *known => {
                    self.books.handle_bundle(update.symbol, &update.bundle);
                    *known = update.seq;
                }
                Some(_) => self.waiting.push(update),
            }
        }
        if self.waiting.is_empty() { Heed::Fine } else { Heed::Missing }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(after: u64, seq: u64) -> Update {
        Update { symbol: Symbol::SPY, after, seq, bundle: quant::Bundle::default() }
    }

    /// Books of the fourth epoch that know ten prints.
    fn books() -> LiveBooks {
        LiveBooks { epoch: 4, known: [(Symbol::SPY, 10)].into(), ..LiveBooks::default() }
    }

    fn told(after: u64, seq: u64) -> ServerWord {
        ServerWord::Updates { epoch: 4, at: Moment(1), updates: vec![update(after, seq)] }
    }

    #[test]
    fn a_gap_is_filled_by_what_was_fetched_and_what_waits() {
        let mut books = books();
        assert_eq!(books.handle_word(told(20, 25)), Heed::Missing);
        let gap = Gap::Refilled { epoch: 4, updates: vec![update(10, 16), update(16, 20)] };
        assert_eq!(books.handle_gap(gap), Some((15, Heed::Fine)));
        assert_eq!(books.positions(), [Position { symbol: Symbol::SPY, seq: 25 }]);
    }

    /// The gap is asked for on another connection than the updates come by: it may be answered
    /// before the server heard that updates are wanted.
    #[test]
    fn prints_between_the_answer_and_the_first_update_are_asked_for_again() {
        let mut books = books();
        let early = Gap::Refilled { epoch: 4, updates: vec![update(10, 16)] };
        assert_eq!(books.handle_gap(early.clone()), Some((6, Heed::Fine)));
        let mut books = self::books();
        assert_eq!(books.handle_word(told(20, 25)), Heed::Missing);
        assert_eq!(books.handle_gap(early), Some((6, Heed::Missing)));
        assert_eq!(books.positions(), [Position { symbol: Symbol::SPY, seq: 16 }]);
        let rest = Gap::Refilled { epoch: 4, updates: vec![update(16, 20)] };
        assert_eq!(books.handle_gap(rest), Some((9, Heed::Fine)));
        assert_eq!(books.positions(), [Position { symbol: Symbol::SPY, seq: 25 }]);
    }

    #[test]
    fn only_a_snapshot_helps_after_an_epoch_or_too_long() {
        let mut books = books();
        assert_eq!(books.handle_gap(Gap::TooLong), None);
        assert_eq!(books.handle_gap(Gap::Refilled { epoch: 5, updates: Vec::new() }), None);
    }
}
