//! Which key does what, and how to change it. Loaded when it first opens.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

use super::opened::{loaded_when, show_while};
use super::palette::{name, spoken_key};
use crate::commands::Command;
use crate::contexts::is_in_place;
use crate::erased::{Erase, erased, heard, part};
use crate::keymap::{Keymap, key_name};

/// Which key does what; loaded when it first opens.
#[component]
pub(crate) fn KeySheet(
    /// Whether it is open.
    is_open: RwSignal<bool>,
    /// Which key does what.
    keymap: RwSignal<Keymap>,
) -> impl IntoView {
    loaded_when(move || is_open.get(), move || key_sheet(is_open, keymap))
}

#[lazy]
fn key_sheet(is_open: RwSignal<bool>, keymap: RwSignal<Keymap>) -> AnyView {
    let dialog = NodeRef::<html::Dialog>::new();
    // The command whose new key is waited for.
    let waiting = RwSignal::new(None::<Command>);
    show_while(dialog, move || is_open.get(), move || waiting.set(None));
    // Keys that are shown among other things are nobody's.
    if !is_in_place() {
        Effect::watch(move || keymap.get(), |keymap, _, _| keymap.keep(), false);
    }
    let take_key = move |event: KeyboardEvent| {
        let Some(command) = waiting.get_untracked() else { return };
        if event.key() == "Tab" {
            return;
        }
        event.prevent_default();
        event.stop_propagation();
        let Some(key) = key_name(&event) else { return };
        waiting.set(None);
        if key != "escape" {
            keymap.update(|keymap| keymap.bind(key, command));
        }
    };
    // A second press takes it back: a finger has no Escape.
    let wait = move |command: Command| {
        waiting.update(|now| *now = (*now != Some(command)).then_some(command));
    };
    let row = move |command: Command| {
        let label = move || match (waiting.get() == Some(command), keymap.read().key(command)) {
            (true, _) => "Press a key…".to_owned(),
            (false, Some(key)) => spoken_key(key),
            (false, None) => "none".to_owned(),
        };
        let title = name(command);
        view! {
            <li>
                <span>{title.clone()}</span>
                <button
                    type="button"
                    title=format!("Change the key of: {title}")
                    on:click=heard(move |_| wait(command))
                >
                    <kbd>{part(label)}</kbd>
                    <span class="visually-hidden">{format!(", change the key of {title}")}</span>
                </button>
            </li>
        }
        .erase()
    };
    let flip = move |_: leptos::ev::MouseEvent| {
        keymap.update(|keymap| keymap.has_single_keys = !keymap.has_single_keys);
    };
    view! {
        <dialog
            node_ref=dialog
            class="key-sheet"
            aria-label="Keyboard shortcuts"
            on:cancel=heard(move |_: leptos::ev::Event| is_open.set(false))
            on:keydown=heard(take_key)
        >
            <button
                type="button"
                class="key-sheet__close"
                aria-label="Close"
                on:click=heard(move |_| is_open.set(false))
            >
                "×"
            </button>
            <h2>"Keyboard"</h2>
            <p>
                "Type letters to find a symbol, digits for a timeframe, then Enter. Arrows, Home, \
                 End and other single keys that move the chart count while it has the focus. With \
                 the crosshair or a tool in the hand arrows aim, with Shift finely; Enter sets a \
                 point, Escape lets go. Arrows move a selected drawing; Enter, or ] and [, choose \
                 one of its points to move alone, Delete deletes it."
            </p>
            <div class="key-sheet__row">
                <button
                    type="button"
                    aria-pressed=erased(move || keymap.read().has_single_keys.to_string())
                    on:click=heard(flip)
                >
                    "Single keys"
                </button>
                <button
                    type="button"
                    on:click=heard(move |_| keymap.set(Keymap::default()))
                >
                    "All as usual"
                </button>
            </div>
            <ul>{Command::all().into_iter().map(row).collect_view()}</ul>
        </dialog>
    }
    .erase()
}
