//! The tour of a first visit: six places of the desk, a sentence or two each, under a minute. It is
//! offered once on a device, never starts by itself, and every step of it can be the last.

use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::opened::loaded_when;
use super::tab_bar::Pane;
use crate::contexts::preferences;
use crate::erased::{Erase, erased, follow, heard, memo, part};

/// A place of the desk, and what a newcomer should know of it.
struct Stop {
    /// What is lit up.
    place: &'static str,
    /// Which pane a phone must show for it.
    pane: Pane,
    name: &'static str,
    words: &'static str,
}

const STOPS: [Stop; 6] = [
    Stop {
        place: ".feed-badge",
        pane: Pane::Chart,
        name: "Where prices come from",
        words: "PRACTICE is a simulated market, never mixed with a real one. Press it to pause, \
                to change the pace, or to play a day that you imported. Beside it: how old the \
                last tick is.",
    },
    Stop {
        place: ".price-chart[data-active=true]",
        pane: Pane::Chart,
        name: "The chart",
        words: "Drag it, turn the wheel or pinch. Type letters for another symbol, digits and \
                Enter for another timeframe. A double click makes prices fit.",
    },
    Stop {
        place: ".drawing-bar",
        pane: Pane::Chart,
        name: "Drawings",
        words: "Lines, boxes, Fibonacci and risk boxes stay at their prices, on this chart and on \
                every other one of the symbol. Ctrl Z takes the last step back.",
    },
    Stop {
        place: ".desk__levels",
        pane: Pane::Levels,
        name: "Levels",
        words: "The price stands in the middle, the levels that traders watch around it, \
                recomputed with every tick. Press one to see it on the chart, its name for how it \
                is computed and from what.",
    },
    Stop {
        place: ".desk__watch",
        pane: Pane::Watch,
        name: "Watchlists",
        words: "Several lists, in your order, from a file or TradingView if you have one. Press a \
                symbol to see it on the chart.",
    },
    Stop {
        place: ".rail",
        pane: Pane::Chart,
        name: "Everything else",
        words: "Find (Ctrl K) does anything on the desk by its name. The ? key shows the keys, \
                and each can be another. Notices keep what was said, with a way back.",
    },
];

/// What the tour needs.
#[derive(Clone, Copy)]
pub(crate) struct TourControls {
    /// At which stop it is, while it is taken.
    pub(crate) stop: RwSignal<Option<usize>>,
    /// On a phone: which pane is seen.
    pub(crate) pane: RwSignal<Pane>,
}

/// The offer of a first visit, and the tour itself, which is loaded when it is taken.
#[component]
pub(crate) fn Tour(controls: TourControls) -> impl IntoView {
    let stop = controls.stop;
    let is_offered = move || !preferences().read().is_toured && stop.read().is_none();
    let begin = move |_: MouseEvent| stop.set(Some(0));
    let decline = move |_: MouseEvent| {
        preferences().update(|chosen| chosen.is_toured = true);
    };
    view! {
        {tour_offer(is_offered, begin, decline)}
        {loaded_when(move || stop.read().is_some(), move || tour(controls))}
    }
    .into_any()
}

/// The offer of a first visit. Not erased: with what stands beside it, it is one kind of view.
pub(crate) fn tour_offer(
    is_offered: impl Fn() -> bool + Send + Sync + 'static,
    begin: impl FnMut(MouseEvent) + 'static,
    decline: impl FnMut(MouseEvent) + 'static,
) -> impl IntoView {
    view! {
        <aside class="tour-offer" aria-label="New here?" hidden=erased(move || !is_offered())>
            <p>
                "New here? A tour of the desk takes less than a minute: where prices come from, \
                 levels, drawings and keys."
            </p>
            <button type="button" class="tour-offer__begin" on:click=heard(begin)>
                "Show me"
            </button>
            <button type="button" on:click=heard(decline)>
                "Not now"
            </button>
        </aside>
    }
}

#[lazy]
fn tour(controls: TourControls) -> AnyView {
    let TourControls { stop, pane } = controls;
    let next = NodeRef::<html::Button>::new();
    let place = memo(move || stop.get().filter(|place| *place < STOPS.len()));
    let end = move || {
        stop.set(None);
        preferences().update(|chosen| chosen.is_toured = true);
    };
    let go = Callback::new(move |to: Option<usize>| match to {
        Some(to) if to < STOPS.len() => stop.set(Some(to)),
        _ => end(),
    });
    follow(move || {
        light_up(None);
        let Some(place) = place.get() else { return };
        pane.set(STOPS[place].pane);
        request_animation_frame(move || {
            light_up(Some(STOPS[place].place));
            if let Some(next) = next.try_get_untracked().flatten() {
                let _ = next.focus();
            }
        });
    });
    // Wherever the focus is.
    let listening = window_event_listener(leptos::ev::keydown, move |event| {
        if event.key() == "Escape" && place.get_untracked().is_some() {
            end();
        }
    });
    on_cleanup(move || {
        listening.remove();
        light_up(None);
    });
    part(move || place.get().map(|place| tour_card(place, next, go)))
}

/// What is said of a stop, and the ways on: `go` hears of the next one, or of none when that was
/// the last.
pub(crate) fn tour_card(
    place: usize,
    next: NodeRef<html::Button>,
    go: Callback<Option<usize>>,
) -> AnyView {
    let Stop { name, words, .. } = STOPS[place];
    let is_last = place + 1 == STOPS.len();
    let way = move |label: &'static str, to: Option<usize>| {
        let take = heard(move |_: MouseEvent| go.run(to));
        view! { <button type="button" on:click=take>{label}</button> }.erase()
    };
    let skip = (!is_last).then(|| way("Skip the rest", None));
    let back = (0 < place).then(|| way("Back", place.checked_sub(1)));
    let on = heard(move |_: MouseEvent| go.run(Some(place + 1)));
    let handle_key = move |event: KeyboardEvent| {
        match event.key().as_str() {
            "ArrowRight" => go.run(Some(place + 1)),
            "ArrowLeft" => go.run(Some(place.saturating_sub(1))),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    // Several may stand on one page.
    let words_id = format!("tour-words-{place}");
    let described_by = words_id.clone();
    view! {
        <div
            class="tour"
            role="dialog"
            aria-label=name
            aria-describedby=described_by
            on:keydown=heard(handle_key)
        >
            <h2>{name}</h2>
            <p id=words_id>{words}</p>
            <footer>
                <span>{format!("{} of {}", place + 1, STOPS.len())}</span>
                {skip}
                {back}
                <button type="button" class="tour__next" node_ref=next on:click=on>
                    {if is_last { "Done" } else { "Next" }}
                </button>
            </footer>
        </div>
    }
    .erase()
}

/// Lights up one place of the desk, and no other.
fn light_up(place: Option<&str>) {
    let document = document();
    let lit = document.query_selector("[data-toured]").ok().flatten();
    if let Some(lit) = lit {
        let _ = lit.remove_attribute("data-toured");
    }
    let sought = place.and_then(|place| document.query_selector(place).ok().flatten());
    if let Some(found) = sought {
        let _ = found.set_attribute("data-toured", "true");
        if let Some(found) = found.dyn_ref::<web_sys::HtmlElement>() {
            found.scroll_into_view_with_bool(false);
        }
    }
}
