//! What an address shows that leads nowhere.

use crate::erased::Erase;
use crate::page_title::page_title;
use leptos::prelude::*;

/// What an address shows that leads nowhere.
#[component]
pub(crate) fn MissingPage() -> impl IntoView {
    page_title(|| "Not here · Volaris".to_owned());
    view! {
        <main class="missing">
            <h1>"There is nothing at this address"</h1>
            <p>"The link may be old, or a letter may be missing."</p>
            <a class="missing__back" href="/chart/SPX">"Back to the SPX chart"</a>
        </main>
    }
    .erase()
}
