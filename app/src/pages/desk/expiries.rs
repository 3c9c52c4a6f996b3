//! Which series there are on the symbol in the middle of the desk: asked of the server.

use api::{ApiError, read_expiries};
use leptos::prelude::*;
use leptos::task::spawn_local;
use market::{Series, Symbol};

use super::answer::Answer;
use super::{no_options, unpriced};
use crate::contexts::installation;
use crate::erased::follow;
use crate::live::{Link, LiveTape};

/// The series that there are, or why there are none; nothing until the server told.
#[derive(Clone, Copy)]
pub(super) struct Expiries {
    tape: LiveTape,
    symbol: Memo<Symbol>,
    answer: Answer<Symbol, Result<Vec<Series>, ApiError>>,
}

impl Expiries {
    /// Asks for the series of the symbol, again whenever the tape jumped to another time, and
    /// where they did not come.
    pub(super) fn of(tape: LiveTape, symbol: Memo<Symbol>) -> Self {
        let answer = Answer::new();
        let epoch = tape.epoch();
        let asked = StoredValue::new(None);
        let installation = installation();
        follow(move || {
            let (symbol, epoch) = (symbol.get(), epoch.get());
            answer.retry.follow();
            if answer.turn_to(symbol) {
                asked.set_value(None);
            }
            let is_open = tape.link.get() == Link::Open;
            // A series has its quotes by the stream: a device keeps none.
            if !is_open && installation.is_kept() {
                answer.take(symbol, Err(ApiError::Unreachable));
                asked.set_value(None);
            }
            if epoch.is_none() || !is_open || asked.get_value() == Some((symbol, epoch)) {
                return;
            }
            asked.set_value(Some((symbol, epoch)));
            spawn_local(async move {
                let series = read_expiries(symbol).await;
                let series = series
                    .map(|view| view.expiries.into_iter().map(|expiry| expiry.series).collect());
                let is_error = series.is_err();
                if answer.take_or_fail(symbol, series) && is_error {
                    asked.try_set_value(None);
                }
            });
        });
        Self { tape, symbol, answer }
    }

    /// The series, soonest first; none until the server told.
    pub(super) fn listed(self) -> Vec<Series> {
        match self.answer.told.read().as_ref() {
            Some(Ok(listed)) => listed.clone(),
            _ => Vec::new(),
        }
    }

    /// A series ended.
    pub(super) fn forget(self, series: Series) {
        self.answer.told.update(|told| {
            if let Some(Ok(listed)) = told {
                listed.retain(|one| *one != series);
            }
        });
    }

    /// Why there is nothing to see; nothing when there is.
    pub(super) fn complaint(self) -> Option<String> {
        let symbol = self.symbol.get();
        match self.answer.told.read().as_ref() {
            Some(Err(error)) => Some(error.to_string()),
            Some(Ok(listed)) if listed.is_empty() => Some(no_options(symbol)),
            _ => unpriced(self.tape, symbol),
        }
    }
}
