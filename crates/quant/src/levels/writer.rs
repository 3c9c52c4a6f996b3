//! Writes books where prints are first seen, and says what others need to follow.

use std::collections::BTreeMap;

use market::{Bar, Moment, Print, Symbol};
use serde::{Deserialize, Serialize};

use super::quarantine::{Passed, Quarantine};
use super::touch::TouchWatch;
use super::{BeyondCalendar, Books, Level, LevelBook, ProxyHistory, SessionStart};
use crate::{BarStep, Bundle};

/// Writes [`Books`] from prints. Its state can be saved and restored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BookWriter {
    books: Books,
    gates: BTreeMap<Symbol, Gate>,
}

/// What stands between the prints of a symbol and its book.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Gate {
    quarantine: Quarantine,
    touches: TouchWatch,
}

impl BookWriter {
    /// The books as they are.
    pub fn books(&self) -> &Books {
        &self.books
    }

    /// Begins a session of `symbol`. Refuses a day that the calendar is not sure of; the book then
    /// stays as it was.
    pub fn handle_session_change(
        &mut self,
        symbol: Symbol,
        start: &SessionStart,
    ) -> Result<(), BeyondCalendar> {
        self.books.handle_session_change(symbol, start)?;
        self.gates.insert(symbol, Gate::default());
        Ok(())
    }

    /// Says when the recording of `symbol` begins on the day that is played back. Nothing before
    /// [`Self::handle_session_change`].
    pub fn set_recorded_from(&mut self, symbol: Symbol, from: Moment) {
        self.books.set_recorded_from(symbol, from);
    }

    /// Says how an index hangs on its fund.
    pub fn set_proxy_history(&mut self, index: Symbol, history: &ProxyHistory) {
        self.books.set_proxy_history(index, history);
    }

    /// Says what dividend the fund behind `index` goes ex today, in dollars a share; 0 when it is
    /// known that there is none. Nothing before [`Self::set_proxy_history`].
    pub fn set_ex_dividend(&mut self, index: Symbol, dollars: f64) {
        self.books.set_ex_dividend(index, dollars);
    }

    /// Takes a print in; gives what others need to follow.
    pub fn handle_tick(&mut self, symbol: Symbol, print: &Print) -> Bundle {
        let by_print = Touching::Prints;
        self.let_in(symbol, by_print, |gate, book| gate.quarantine.handle_print(book, print))
    }

    /// Takes a whole one-minute bar in.
    pub fn handle_bar(&mut self, symbol: Symbol, bar: &Bar) -> Bundle {
        self.let_in(symbol, Touching::Prints, |gate, book| gate.quarantine.handle_bar(book, bar))
    }

    /// Takes one of the four prices of a bar that is played back in. With the last one the books
    /// are as [`Self::handle_bar`] makes them; touches too are counted then, by the bar's range.
    pub fn handle_bar_step(&mut self, symbol: Symbol, step: &BarStep) -> Bundle {
        let touching = if step.is_last { Touching::Prints } else { Touching::Nothing };
        self.let_in(symbol, touching, |gate, book| gate.quarantine.handle_step(book, step))
    }

    fn let_in(
        &mut self,
        symbol: Symbol,
        touching: Touching,
        pass: impl FnOnce(&mut Gate, &LevelBook) -> Passed,
    ) -> Bundle {
        let Some(book) = self.books.book_mut(symbol) else { return Bundle::default() };
        let gate = self.gates.entry(symbol).or_default();
        let passed = pass(gate, book);
        let mut told = Bundle { quarantine: passed.events, ..Bundle::default() };
        // One by one for touches, in one sum where they share a minute for everybody else.
        for stats in &passed.stats {
            told.push(*stats);
        }
        book.handle_bundle(&told);
        let Some(at) = passed.stats.iter().map(|stats| stats.last_at).max() else { return told };
        if touching == Touching::Prints {
            let borrowed: Vec<Level> = self.books.borrowed(symbol);
            let Some(book) = self.books.book(symbol) else { return told };
            for stats in &passed.stats {
                gate.touches.handle_stats(book, &borrowed, stats, at, &mut told.touches);
            }
        }
        if let Some(book) = self.books.book_mut(symbol) {
            for touch in &told.touches {
                book.handle_touch(touch);
            }
        }
        told
    }
}

/// Whether prices that come in can touch levels already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Touching {
    /// Each by itself.
    Prints,
    /// Not before the bar is whole.
    Nothing,
}
