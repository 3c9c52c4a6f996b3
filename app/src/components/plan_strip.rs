//! Under a chain: the position that its bids and asks were pressed together to, with what it costs
//! and may bring.

use leptos::prelude::*;
use market::format;
use plan::Extreme;

use super::plan_head::PlanNow;
use crate::erased::{Erase, heard, memo, part};

/// What the strip shows and does.
#[derive(Clone, Copy)]
pub(crate) struct StripControls {
    /// The position as traders write it; empty without one.
    pub(crate) text: Memo<String>,
    /// The same as it stands; nothing until its quotes came.
    pub(crate) now: RwSignal<Option<PlanNow>>,
    /// Opens the builder with it.
    pub(crate) on_open: Callback<()>,
    /// Takes it away.
    pub(crate) on_clear: Callback<()>,
}

/// The strip; nothing without a position.
pub(crate) fn plan_strip(controls: StripControls) -> AnyView {
    let is_there = memo(move || !controls.text.read().is_empty());
    part(move || is_there.get().then(|| strip(controls)))
}

fn strip(controls: StripControls) -> AnyView {
    let StripControls { text, now, on_open, on_clear } = controls;
    let figure = |name: &'static str, of: fn(&PlanNow) -> Option<String>| {
        let text = memo(move || {
            let text = now.read().as_ref().and_then(of);
            text.unwrap_or_else(|| "–".to_owned())
        });
        view! { <div><dt>{name}</dt><dd>{part(move || text.get())}</dd></div> }.erase()
    };
    let name = memo(move || {
        let now = now.read();
        now.as_ref().map_or("Position", |now| now.strategy.name())
    });
    view! {
        <aside class="plan-strip" aria-label="Position">
            <p>
                <b>{part(move || name.get())}</b>
                " "
                {part(move || text.get())}
            </p>
            <dl>
                {figure("Price", |now| Some(price(now.paid?)))}
                {figure("Most", |now| Some(extreme(now.outlook.as_ref()?.most)))}
                {figure("Least", |now| Some(extreme(now.outlook.as_ref()?.least)))}
                {figure("Break-even", |now| {
                    let found = &now.outlook.as_ref()?.break_evens;
                    let texts: Vec<String> =
                        found.iter().map(|one| format::price(*one, 2)).collect();
                    Some(texts.join(" · "))
                })}
                {figure("Odds of profit", |now| {
                    Some(format!("{:.0}%", 100.0 * now.outlook.as_ref()?.profit_odds?))
                })}
                {figure("Delta", |now| Some(format::signed(now.value.greeks?.delta, 1)))}
                {figure("Theta", |now| Some(format::money(now.value.greeks?.theta)))}
            </dl>
            <span>
                <button type="button" on:click=heard(move |_| on_open.run(()))>
                    "Open plan"
                </button>
                <button type="button" on:click=heard(move |_| on_clear.run(()))>
                    "Clear"
                </button>
            </span>
        </aside>
    }
    .erase()
}

/// `$1,250 debit`, `$840 credit`.
pub(super) fn price(dollars: f64) -> String {
    let side = if dollars < 0.0 { "credit" } else { "debit" };
    format!("{} {side}", format::money(dollars.abs()).trim_start_matches('+'))
}

/// Dollars, or that there is no end.
pub(super) fn extreme(extreme: Extreme) -> String {
    match extreme {
        Extreme::Dollars(dollars) => format::money(dollars),
        Extreme::Unlimited => "unlimited".to_owned(),
    }
}
