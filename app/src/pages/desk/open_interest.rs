//! What is open on the symbol in the middle of the desk: asked of the server every minute of the
//! tape.

use api::{ApiError, OpenInterestView, read_open_interest};
use leptos::prelude::*;
use leptos::task::spawn_local;
use market::{Span, Symbol};

use super::answer::Answer;
use super::{no_options, unpriced};
use crate::contexts::installation;
use crate::erased::{follow, memo};
use crate::live::{LiveTape, steady_ms};

/// Between two questions at least, whatever the tape's pace.
const ASKED_EVERY_MS: f64 = 10_000.0;

/// What is asked: about which symbol, in which epoch of the tape.
pub(super) type OpenInterestQuestion = (Symbol, Option<u64>);

/// What is open, or why that is not known; nothing until the server told.
pub(super) type OpenInterestAnswer =
    Answer<OpenInterestQuestion, Result<OpenInterestView, ApiError>>;

/// Why nothing that is open on a symbol can be shown; nothing when it can.
pub(super) fn complaint(
    open: OpenInterestAnswer,
    tape: LiveTape,
    symbol: Symbol,
) -> Option<String> {
    match open.told.read().as_ref()? {
        Err(error) => Some(error.to_string()),
        // Nothing is told of options then.
        Ok(open) if open.spot.is_none() => unpriced(tape, symbol),
        Ok(open) => open.series.is_empty().then(|| no_options(symbol)),
    }
}

/// Asks what is open: for each symbol, after each jump of the tape, every minute of it, and
/// where that did not come.
pub(super) fn open_interest(tape: LiveTape, symbol: Memo<Symbol>) -> OpenInterestAnswer {
    let open: OpenInterestAnswer = Answer::new();
    let epoch = tape.epoch();
    let minute = memo(move || tape.with_books(|books| books.at().0.div_euclid(Span::MINUTE.0)));
    let is_priced = memo(move || tape.stand(symbol.get()).is_some());
    let asked = StoredValue::new(None);
    let asked_ms = StoredValue::new(0.0);
    let installation = installation();
    follow(move || {
        let question = (symbol.get(), epoch.get());
        open.retry.follow();
        if open.turn_to(question) {
            asked.set_value(None);
        }
        let _ = minute.get();
        let is_answered = installation.answers(tape);
        // Before the first price nothing is told of options: with it they are asked for at once.
        let is_first = is_priced.get()
            && open
                .told
                .with_untracked(|open| matches!(open, Some(Ok(open)) if open.spot.is_none()));
        let is_same = asked.get_value() == Some(question) && !is_first;
        // A tape may run through an hour in a minute: nobody's volatilities are that new.
        if (question.1.is_none() && !installation.is_kept())
            || !is_answered
            || (is_same && steady_ms() - asked_ms.get_value() < ASKED_EVERY_MS)
        {
            return;
        }
        asked.set_value(Some(question));
        asked_ms.set_value(steady_ms());
        spawn_local(async move {
            open.take_or_fail(question, read_open_interest(question.0).await);
        });
    });
    open
}
