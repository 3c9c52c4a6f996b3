//! What an address shows that leads nowhere.

use crate::erased::Erase;
use leptos::prelude::*;
use leptos_meta::Title;

/// What an address shows that leads nowhere.
#[component]
pub(crate) fn MissingPage() -> impl IntoView {
    view! {
        <Title text="Not here · Volaris" />
        <main class="missing">
            <h1>"There is nothing at this address"</h1>
            <p>"The link may be old, or a letter may be missing."</p>
            <a class="missing__back" href="/chart/SPX">"Back to the SPX chart"</a>
        </main>
    }
    .erase()
}
