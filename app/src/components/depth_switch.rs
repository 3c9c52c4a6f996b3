//! Chooses how many levels are shown.

use crate::erased::{Erase, erased, heard};
use leptos::prelude::*;

use crate::contexts::Depth;

/// Chooses how many levels are shown.
#[component]
pub(crate) fn DepthSwitch(
    /// What is chosen.
    #[prop(into)]
    depth: Signal<Depth>,
    /// Called with another choice.
    #[prop(into)]
    on_choose: Callback<Depth>,
) -> impl IntoView {
    let choice = move |one: Depth| {
        view! {
            <button
                type="button"
                class="depth-switch__choice"
                aria-pressed=erased(move || (depth.get() == one).to_string())
                on:click=heard(move |_| on_choose.run(one))
            >
                {one.as_str()}
            </button>
        }
        .erase()
    };
    view! {
        <div class="depth-switch" role="group" aria-label="Levels shown">
            {Depth::ALL.map(choice).collect_view()}
        </div>
    }
    .erase()
}
