//! Changes between dark and light.

use crate::erased::{Erase, erased, heard};
use leptos::prelude::*;

use crate::contexts::Theme;

/// Changes between dark and light.
#[component]
pub(crate) fn ThemeSwitch(
    /// What is shown.
    #[prop(into)]
    theme: Signal<Theme>,
    /// Called with the other one.
    #[prop(into)]
    on_choose: Callback<Theme>,
) -> impl IntoView {
    let label = move || format!("Use the {} theme", theme.get().other().as_str());
    view! {
        <button
            type="button"
            class="theme-switch"
            aria-label=erased(label)
            title=label
            on:click=heard(move |_| on_choose.run(theme.get_untracked().other()))
        >
            <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
                <circle
                    cx="8"
                    cy="8"
                    r="5.5"
                    fill="none"
                    stroke="currentColor"
                    stroke-width="1.5"
                />
                <path d="M8 2.5a5.5 5.5 0 0 1 0 11z" fill="currentColor" />
            </svg>
        </button>
    }
    .erase()
}
