//! "How is this computed?": a level's definition, formula, inputs and age.

use leptos::html;
use leptos::prelude::*;
use market::Moment;
use quant::levels::{Explanation, InputValue, LevelSource, Standing};

use crate::format;

/// "How is this computed?"
#[component]
pub(crate) fn LevelSheet(
    /// What is explained; the sheet is open while there is something.
    #[prop(into)]
    explained: Signal<Option<Explanation>>,
    /// Whether it should be open.
    #[prop(into)]
    is_open: Signal<bool>,
    /// The tape's time, to tell ages by.
    #[prop(into)]
    now: Signal<Option<Moment>>,
    /// Called when the trader closes it.
    #[prop(into)]
    on_close: Callback<()>,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move || {
        let Some(dialog) = dialog.get() else { return };
        match (is_open.get(), dialog.open()) {
            (true, false) => {
                let _ = dialog.show_modal();
            }
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let body = move || explained.get().map(|one| view! { <Sheet one now /> });
    view! {
        <dialog
            node_ref=dialog
            class="level-sheet"
            aria-label="How is this computed?"
            on:close=move |_| on_close.run(())
        >
            <form method="dialog">
                <button class="level-sheet__close" aria-label="Close">"×"</button>
            </form>
            {body}
        </dialog>
    }
    .into_any()
}

#[component]
fn Sheet(one: Explanation, now: Signal<Option<Moment>>) -> impl IntoView {
    let inputs = one.inputs.into_iter().map(|input| {
        let value = match input.value {
            InputValue::Number(value) => format::price(value, 2),
            InputValue::Text(text) => text,
        };
        let as_of = input.as_of.map(|at| stamp(at, now.get_untracked()));
        view! { <tr><th scope="row">{input.name}</th><td>{value}</td><td>{as_of}</td></tr> }
    });
    let standing = match one.standing {
        Standing::Final => "Final for today.",
        Standing::Forming => "Still forming: it can move until the session ends.",
    };
    let source = match one.source {
        LevelSource::Own => None,
        LevelSource::Via { proxy, ratio, band } => Some(format!(
            "Computed from {proxy} × {ratio:.5}{}.",
            band.map_or(String::new(), |band| format!(", good to ±{band:.2} points"))
        )),
    };
    view! {
        <h2>{one.title}</h2>
        <p class="level-sheet__value">{one.value.map(|value| format::price(value, 2))}</p>
        <p>{one.definition}</p>
        <p class="level-sheet__formula"><code>{one.formula}</code></p>
        <table class="level-sheet__inputs">
            <thead>
                <tr>
                    <th scope="col">"input"</th>
                    <th scope="col">"value"</th>
                    <th scope="col">"as of"</th>
                </tr>
            </thead>
            <tbody>{inputs.collect_view()}</tbody>
        </table>
        <p class="level-sheet__standing">{standing} " " {source} " " {one.note}</p>
    }
    .into_any()
}

fn stamp(at: Moment, now: Option<Moment>) -> String {
    let date = at.wall_time().date;
    match now {
        Some(now) if now.wall_time().date == date => format::clock(at),
        _ => format!("{date} {}", format::minute(at)),
    }
}
