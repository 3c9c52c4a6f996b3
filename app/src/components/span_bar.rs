//! Chooses how long a bar lasts.

use crate::erased::{Erase, erased, heard};
use leptos::prelude::*;
use market::BarSpan;

/// Chooses how long a bar lasts.
#[component]
pub(crate) fn SpanBar(
    /// What is shown.
    #[prop(into)]
    span: Signal<BarSpan>,
    /// Called with another one.
    #[prop(into)]
    on_choose: Callback<BarSpan>,
) -> impl IntoView {
    let choice = move |one: BarSpan| {
        view! {
            <button
                type="button"
                class="span-bar__choice"
                aria-pressed=erased(move || (span.get() == one).to_string())
                aria-label=format!("{one}, {}", spoken(one))
                on:click=heard(move |_| on_choose.run(one))
            >
                {one.as_str()}
            </button>
        }
        .erase()
    };
    view! {
        <div class="span-bar" role="group" aria-label="Timeframe">
            {BarSpan::ALL.map(choice).collect_view()}
        </div>
    }
    .erase()
}

/// `1m` and `1M` sound the same.
fn spoken(span: BarSpan) -> &'static str {
    match span {
        BarSpan::M1 => "1 minute",
        BarSpan::M5 => "5 minutes",
        BarSpan::M15 => "15 minutes",
        BarSpan::M30 => "30 minutes",
        BarSpan::H1 => "1 hour",
        BarSpan::H4 => "4 hours",
        BarSpan::Day => "1 day",
        BarSpan::Week => "1 week",
        BarSpan::Month => "1 month",
    }
}
