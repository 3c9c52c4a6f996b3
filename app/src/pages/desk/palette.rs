//! The palette of the desk: beside all that can be done, what a trader kept and the days that can
//! be played, each by its name. Loaded when it first opens.

use api::{TapeCommand, read_recordings};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::commands::Commands;
use crate::components::{Named, PaletteControls, Pane, WatchWish, palette};
use crate::erased::derived;
use crate::panes::SidePane;

/// The palette of a desk.
#[lazy]
pub(super) fn desk_palette(commands: Commands) -> AnyView {
    palette(PaletteControls {
        opened: commands.palette,
        symbols: commands.data.symbols_signal(),
        named: derived(move || named(commands)),
        keymap: commands.keymap,
        on_open: Callback::new(move |()| ask(commands)),
        on_choose: Callback::new(move |command| commands.run(command)),
        on_show: Callback::new(move |one| show(commands, one)),
    })
}

/// What is known to have a name.
fn named(commands: Commands) -> Vec<Named> {
    let data = commands.data;
    let layouts = commands.layouts.kept.get().and_then(Result::ok).unwrap_or_default();
    let lists = data.watchlists.lists().into_iter().map(|list| Named::Watchlist(list.name));
    let days = data.recordings.get().into_iter().map(|day| Named::Day(day.date));
    layouts.into_iter().map(Named::Layout).chain(lists).chain(days).collect()
}

/// Asks for what may be kept or recorded since. Nothing is said where that fails, as without a
/// link: whoever opens the palette may want something else of it.
fn ask(commands: Commands) {
    commands.layouts.on_ask.run(());
    let recordings = commands.data.recordings;
    spawn_local(async move {
        if let Ok(days) = read_recordings().await {
            recordings.try_set(days);
        }
    });
}

/// Shows one of them, as choosing it in its menu does.
fn show(commands: Commands, one: Named) {
    let data = commands.data;
    match one {
        Named::Layout(layout) => {
            commands.pane.set(Pane::Chart);
            commands.layouts.on_open.run(layout);
        }
        Named::Watchlist(name) => {
            commands.bring(Pane::Watch, SidePane::Watch);
            data.watchlists.grant(WatchWish::Choose(name));
        }
        Named::Day(date) => data.move_tape(TapeCommand::Recording(date), commands.choose_symbol),
    }
}
