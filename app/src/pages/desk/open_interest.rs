//! What is open on the symbol in the middle of the desk: asked of the server every minute of the
//! tape.

use api::{ApiError, OpenInterestView, read_open_interest};
use leptos::prelude::*;
use leptos::task::spawn_local;
use market::{Span, Symbol};

use crate::contexts::installation;
use crate::erased::{follow, memo};
use crate::live::{LiveTape, steady_ms};

/// Between two questions at least, whatever the tape's pace.
const ASKED_EVERY_MS: f64 = 10_000.0;

/// What is open, or why that is not known; nothing until the server told.
pub(super) type OpenInterestSignal = RwSignal<Option<Result<OpenInterestView, ApiError>>>;

/// Asks what is open: for each symbol, after each jump of the tape, and every minute of it.
pub(super) fn open_interest(tape: LiveTape, symbol: Memo<Symbol>) -> OpenInterestSignal {
    let open = RwSignal::new(None);
    let epoch = memo(move || tape.status.read().as_ref().map(|(tape, _)| tape.epoch));
    let minute = memo(move || tape.with_books(|books| books.at().0.div_euclid(Span::MINUTE.0)));
    let asked = StoredValue::new(None);
    let asked_ms = StoredValue::new(0.0);
    let installation = installation();
    follow(move || {
        let question = (symbol.get(), epoch.get());
        let _ = minute.get();
        let is_answered = installation.answers(tape);
        let is_same = asked.get_value() == Some(question);
        // A tape may run through an hour in a minute: nobody's volatilities are that new.
        if !is_answered || (is_same && steady_ms() - asked_ms.get_value() < ASKED_EVERY_MS) {
            return;
        }
        let is_other = asked.get_value().is_none_or(|(symbol, _)| symbol != question.0);
        asked.set_value(Some(question));
        asked_ms.set_value(steady_ms());
        if is_other {
            open.set(None);
        }
        spawn_local(async move {
            let answer = read_open_interest(question.0).await;
            // Somebody may look at another symbol by now, or at something else altogether.
            if symbol.try_get_untracked() == Some(question.0) {
                if answer.is_err() {
                    // The next link is asked at once.
                    asked_ms.try_set_value(f64::NEG_INFINITY);
                }
                open.try_set(Some(answer));
            }
        });
    });
    open
}
