//! What options said of volatility on the days before: asked of the server until it has worked out
//! all of them.

use api::read_volatility_days;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::answer::Answer;
use super::open_interest::OpenInterestAnswer;
use crate::components::VolatilityDaysSignal;
use crate::erased::follow;

/// The days before what is open, asked for again whenever that was, and where they did not come.
pub(super) fn volatility_days(open: OpenInterestAnswer) -> VolatilityDaysSignal {
    let days = Answer::new();
    let asked = StoredValue::new(None);
    follow(move || {
        days.retry.follow();
        let is_open = matches!(open.told.read().as_ref(), Some(Ok(_)));
        let Some(question) = open.question() else { return };
        days.turn_to(question);
        if !is_open || asked.get_value() == Some(question) {
            return;
        }
        asked.set_value(Some(question));
        spawn_local(async move {
            loop {
                let answer = read_volatility_days(question.0).await;
                let missing = answer.as_ref().map_or(0, |view| view.missing);
                if !days.take_or_fail(question, answer) || missing == 0 {
                    break;
                }
            }
            asked.try_update_value(|asked| {
                if *asked == Some(question) {
                    *asked = None;
                }
            });
        });
    });
    days.told
}
