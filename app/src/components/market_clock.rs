//! The exchange's clock: New York time, the session, and when it ends.

use crate::erased::{Erase, memo, part};
use leptos::prelude::*;
use market::{Moment, Phase, format, session_clock};

/// The exchange's clock.
#[component]
pub(crate) fn MarketClock(
    /// The tape's time, once it is known.
    #[prop(into)]
    now: Signal<Option<Moment>>,
) -> impl IntoView {
    let parts = memo(move || {
        now.get().map(|now| {
            let session = session_clock(now);
            let (name, next) = match session.phase {
                Phase::PreMarket => ("pre-market", "opens in"),
                Phase::Regular => ("regular session", "closes in"),
                Phase::AfterHours => ("after hours", "ends in"),
                Phase::Closed => ("closed", "pre-market in"),
            };
            let left = format::countdown(session.ends - now);
            let date = now.wall_time().date.to_string();
            (format::clock(now), date, name, next, left)
        })
    });
    let shown = move || match parts.get() {
        Some((time, date, name, next, left)) => view! {
            <time class="market-clock__time">{time}</time>
            <span class="market-clock__date">{date}</span>
            <span class="market-clock__zone">"New York"</span>
            <span class="market-clock__session">{name}</span>
            <span class="market-clock__left">{next} " " <b>{left}</b></span>
        }
        .erase(),
        None => view! { <span class="market-clock__zone">"market clock"</span> }.erase(),
    };
    view! { <div class="market-clock" role="timer" aria-label="Market clock">{part(shown)}</div> }
        .erase()
}
