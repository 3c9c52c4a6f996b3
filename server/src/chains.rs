//! The series that one page watches: what it was told of each, and what it must be told now.
//!
//! What is told is the difference to what was told before, whenever that was, so that a page that
//! is behind misses nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use api::ChainWord;
use desk::Tape;
use market::{Series, SeriesQuotes};

/// The series that one page watches.
#[derive(Default)]
pub(crate) struct WatchedChains {
    epoch: u64,
    told: BTreeMap<Series, Told>,
}

/// What a page knows of a series.
#[derive(Clone)]
enum Told {
    /// Nothing yet.
    Nothing,
    /// Its quotes, by so many words.
    Quotes(u64, Arc<SeriesQuotes>),
    /// That it is not listed.
    Gone,
}

impl WatchedChains {
    /// Watches these from now on; each is told whole.
    pub(crate) fn watch(&mut self, series: Vec<Series>) {
        self.told = series.into_iter().map(|series| (series, Told::Nothing)).collect();
    }

    /// Whether none is watched.
    pub(crate) fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    /// What the page must be told, as the tape stands.
    pub(crate) fn news(&mut self, tape: &mut Tape) -> Vec<ChainWord> {
        let (epoch, at) = (tape.epoch(), tape.state().at);
        if epoch != self.epoch {
            self.epoch = epoch;
            self.told.values_mut().for_each(|told| *told = Told::Nothing);
        }
        let mut words = Vec::new();
        for (series, told) in &mut self.told {
            let series = *series;
            let Some(quotes) = tape.quotes(series) else {
                if !matches!(told, Told::Gone) {
                    words.push(ChainWord::Gone { epoch, series });
                }
                *told = Told::Gone;
                continue;
            };
            let (seq, changes) = match told {
                Told::Quotes(seq, before) => (*seq + 1, quotes.changes_since(before)),
                Told::Nothing | Told::Gone => (1, None),
            };
            match changes {
                Some(changes) if changes.is_empty() => continue,
                Some(changes) => words.push(ChainWord::Changes { epoch, seq, at, series, changes }),
                None => {
                    let quotes = quotes.as_ref().clone();
                    words.push(ChainWord::Quotes { epoch, seq, at, quotes });
                }
            }
            *told = Told::Quotes(seq, quotes);
        }
        words
    }
}
