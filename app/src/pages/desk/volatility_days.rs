//! What options said of volatility on the days before: asked of the server until it has worked out
//! all of them.

use api::read_volatility_days;
use leptos::prelude::*;
use leptos::task::spawn_local;
use market::Symbol;

use super::open_interest::OpenInterestSignal;
use crate::components::VolatilityDaysSignal;
use crate::erased::follow;

/// The days of a symbol, asked for again whenever what is open was.
pub(super) fn volatility_days(
    symbol: Memo<Symbol>,
    open: OpenInterestSignal,
) -> VolatilityDaysSignal {
    let days = VolatilityDaysSignal::new(None);
    let asked = StoredValue::new(None);
    follow(move || {
        let question = symbol.get();
        let is_open = matches!(open.read().as_ref(), Some(Ok(_)));
        let is_asked = asked.get_value() == Some(question);
        if !is_open || is_asked {
            return;
        }
        asked.set_value(Some(question));
        let is_other = days.with_untracked(|days| {
            let known = days.as_ref().and_then(|answer| answer.as_ref().ok());
            known.is_none_or(|view| view.symbol != question)
        });
        if is_other {
            days.set(None);
        }
        spawn_local(async move {
            loop {
                let answer = read_volatility_days(question).await;
                // Somebody may look at another symbol by now, or at something else altogether.
                if symbol.try_get_untracked() != Some(question) {
                    return;
                }
                let missing = answer.as_ref().map_or(0, |view| view.missing);
                if days.try_set(Some(answer)).is_some() || missing == 0 {
                    break;
                }
            }
            asked.try_set_value(None);
        });
    });
    days
}
