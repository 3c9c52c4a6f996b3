//! Where prices come from, and how old the newest is.

use crate::erased::{Erase, erased, part};
use leptos::prelude::*;
use market::{Freshness, Span, TapeId, format};

use crate::live::Link;

/// Where prices come from, and how old the newest is.
#[component]
pub(crate) fn FeedBadge(
    /// The tape, once it is known.
    #[prop(into)]
    tape: Signal<Option<TapeId>>,
    /// Tape seconds in a second, and whether it stands still.
    #[prop(into)]
    pace: Signal<(u16, bool)>,
    /// How the page's link stands.
    #[prop(into)]
    link: Signal<Link>,
    /// How far the feed may be trusted.
    #[prop(into)]
    freshness: Signal<Option<Freshness>>,
    /// How long ago the server was last heard.
    #[prop(into)]
    heard_age: Signal<Option<Span>>,
    /// The age of the newest print of the symbol on the screen.
    #[prop(into)]
    print_age: Signal<Option<Span>>,
    /// The address of the panel that the badge opens.
    panel_id: &'static str,
) -> impl IntoView {
    let name = move || match tape.get() {
        Some(TapeId::Practice { .. }) => ("PRACTICE", "simulated".to_owned()),
        Some(TapeId::Replay { recording, .. }) => ("RECORDED", recording),
        Some(TapeId::Live { vendor }) => ("LIVE", vendor),
        None => ("PRACTICE", "starting".to_owned()),
    };
    let pace = move || match pace.get() {
        (_, true) => "paused".to_owned(),
        (times, false) => format!("{times}×"),
    };
    let state = move || match (link.get(), freshness.get()) {
        (Link::Lost | Link::Outdated, _) => "lost",
        (Link::Starting, _) | (_, None) => "starting",
        (Link::Open, Some(Freshness::Live)) => "live",
        (Link::Open, Some(Freshness::Stale { .. })) => "stale",
        (Link::Open, Some(Freshness::Closed { .. })) => "closed",
    };
    let words = move || match (link.get(), freshness.get()) {
        (Link::Lost, _) => match heard_age.get() {
            Some(age) => format!("link lost {} ago, trying again", format::age(age)),
            None => "link lost, trying again".to_owned(),
        },
        (Link::Outdated, _) => "new version: reload".to_owned(),
        (Link::Starting, _) | (_, None) => "connecting".to_owned(),
        (Link::Open, Some(Freshness::Stale { age })) => {
            format!("no word for {}", format::age(age))
        }
        (Link::Open, Some(Freshness::Closed { .. })) => "market closed".to_owned(),
        (Link::Open, Some(Freshness::Live)) => match print_age.get() {
            Some(age) => format!("tick {}", format::age(age)),
            None => "no tick yet".to_owned(),
        },
    };
    view! {
        <button
            type="button"
            class="feed-badge"
            data-kind=erased(move || name().0.to_ascii_lowercase())
            popovertarget=panel_id
            title="Tape controls"
        >
            <b>{part(move || name().0)}</b>
            <span class="feed-badge__detail">{part(move || name().1)}</span>
            <span class="feed-badge__pace">{part(pace)}</span>
        </button>
        <span class="feed-age" data-state=erased(state)>{part(words)}</span>
    }
    .erase()
}

/// That everything is this device's copy.
pub(crate) fn offline_note(
    is_offline: impl Fn() -> bool + Send + Sync + 'static,
    words: impl Fn() -> Option<String> + Send + Sync + 'static,
) -> AnyView {
    view! {
        <p class="top-bar__offline" role="status" hidden=erased(move || !is_offline())>
            {part(words)}
        </p>
    }
    .erase()
}

/// How old what this device kept is, and what becomes of it.
pub(crate) fn offline_words(age: Span) -> String {
    let age = format::age(age);
    format!("Offline. Prices and levels are {age} old; they go on with the server.")
}
