//! The menu of watchlists: which there are, what a row tells, from and to other programs. Loaded
//! when it first opens.

use api::WatchlistView;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::menu::{choice, name_form};
use crate::contexts::{WatchColumn, preferences};
use crate::erased::{erased, heard, part};

/// What a trader wants of the watchlists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WatchWish {
    /// To look at another one.
    Choose(String),
    /// A new one.
    Make(String),
    /// Another name for the one that is looked at.
    Rename(String),
    /// To be rid of the one that is looked at.
    Delete,
    /// The tickers of a text on the one that is looked at.
    Import(String),
    /// The one that is looked at as a file.
    Export,
}

/// What the menu of watchlists tells and does.
#[derive(Clone, Copy)]
pub(crate) struct WatchMenuControls {
    /// Every list.
    pub(crate) lists: Signal<Vec<WatchlistView>>,
    /// The name of the one that is looked at.
    pub(crate) chosen: Signal<String>,
    /// Called with what is wanted.
    pub(crate) on_wish: Callback<WatchWish>,
}

/// The menu's content.
#[lazy]
pub(crate) fn watch_menu(controls: WatchMenuControls) -> AnyView {
    let WatchMenuControls { lists, chosen, on_wish } = controls;
    let list = move |list: WatchlistView| {
        let WatchlistView { name, symbols } = list;
        let wanted = name.clone();
        let own = name.clone();
        let is_chosen = move || *chosen.read() == own;
        let label = format!("{name} · {}", symbols.len());
        choice(label, is_chosen, move || on_wish.run(WatchWish::Choose(wanted.clone())))
    };
    let columns = WatchColumn::ALL.map(|column| {
        let is_shown = move || preferences().read().shows(column);
        choice(column.name(), is_shown, move || {
            preferences().update(|chosen| chosen.toggle_column(column));
        })
    });
    view! {
        <h2>"Watchlists"</h2>
        <div class="menu__choices" role="group" aria-label="Watchlists">
            {part(move || lists.get().into_iter().map(list).collect_view())}
        </div>
        {name_form("new-list", "New list", "Make", String::new, move |name| {
            on_wish.run(WatchWish::Make(name));
        })}
        <h2>{part(move || chosen.get())}</h2>
        {name_form(
            "list-name",
            "Another name",
            "Rename",
            move || chosen.get(),
            move |name| on_wish.run(WatchWish::Rename(name)),
        )}
        <div class="menu__choices">
            {import_button(on_wish)}
            <button type="button" on:click=heard(move |_| on_wish.run(WatchWish::Export))>
                "Export"
            </button>
            <button
                type="button"
                disabled=erased(move || lists.read().len() < 2)
                on:click=heard(move |_| on_wish.run(WatchWish::Delete))
            >
                "Delete"
            </button>
        </div>
        <p class="menu__note">"Tickers by line or comma; lists of TradingView too."</p>
        <h2>"A row tells"</h2>
        <div class="menu__choices" role="group" aria-label="A row tells">{columns}</div>
        <p class="menu__note">
            "The nearest level is one of the key levels. ATR used is today's range, as a part of \
             how far a day usually goes."
        </p>
    }
    .into_any()
}

/// Reads a file's text.
fn import_button(on_wish: Callback<WatchWish>) -> AnyView {
    let field = NodeRef::<html::Input>::new();
    let open = move |_| {
        if let Some(field) = field.get_untracked() {
            field.click();
        }
    };
    let read = move |_: leptos::ev::Event| {
        let Some(field) = field.get_untracked() else { return };
        let Some(file) = field.files().and_then(|files| files.item(0)) else { return };
        spawn_local(async move {
            let text = JsFuture::from(file.text()).await.ok();
            // The same file can be chosen again.
            field.set_value("");
            on_wish.run(WatchWish::Import(text.and_then(|it| it.as_string()).unwrap_or_default()));
        });
    };
    view! {
        <button type="button" on:click=heard(open)>"Import…"</button>
        <input
            node_ref=field
            type="file"
            class="visually-hidden"
            tabindex="-1"
            aria-label="A file of tickers"
            accept=".txt,.csv,text/plain,text/csv"
            on:change=heard(read)
        />
    }
    .into_any()
}
