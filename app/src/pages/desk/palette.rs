//! The palette of the desk: beside all that can be done, what a trader kept and the days that can
//! be played, each by its name. Loaded when it first opens.

use api::{LayoutView, TapeCommand, read_recordings};
use leptos::prelude::*;
use leptos::task::spawn_local;
use market::TapeId;

use super::commands::Commands;
use crate::commands::Command;
use crate::components::{MenuStep, Named, PaletteControls, Pane, WatchWish, palette};
use crate::contexts::WatchColumn;
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
    let steps = steps(commands, &layouts).into_iter().map(Named::Step);
    layouts.into_iter().map(Named::Layout).chain(lists).chain(days).chain(steps).collect()
}

/// What can be done in menus as they stand.
fn steps(commands: Commands, layouts: &[LayoutView]) -> Vec<MenuStep> {
    let mut steps = vec![
        MenuStep::MakeList,
        MenuStep::RenameList,
        MenuStep::ImportList,
        MenuStep::ExportList,
        MenuStep::KeepLayout,
        MenuStep::SingleKeys,
    ];
    // The last one stays.
    steps.extend((1 < commands.data.watchlists.lists().len()).then_some(MenuStep::DeleteList));
    let is_replay = matches!(commands.data.tape.name(), Some(TapeId::Replay { .. }));
    steps.extend(is_replay.then_some(MenuStep::Seek));
    steps.extend(WatchColumn::ALL.map(MenuStep::Column));
    steps.extend(layouts.iter().cloned().map(MenuStep::ForgetLayout));
    steps
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
        Named::Step(step) => take_step(commands, step),
        Named::Day(date) => data.move_tape(TapeCommand::Recording(date), commands.choose_symbol),
    }
}

/// Does a step of a menu, or opens it for that.
fn take_step(commands: Commands, step: MenuStep) {
    let data = commands.data;
    match &step {
        MenuStep::MakeList | MenuStep::RenameList | MenuStep::ImportList => {
            commands.run(Command::WatchMenu);
        }
        MenuStep::DeleteList => data.watchlists.grant(WatchWish::Delete),
        MenuStep::ExportList => data.watchlists.grant(WatchWish::Export),
        MenuStep::Column(column) => {
            commands.bring(Pane::Watch, SidePane::Watch);
            data.preferences.update(|chosen| chosen.toggle_column(*column));
        }
        MenuStep::KeepLayout => commands.run(Command::Layouts),
        MenuStep::ForgetLayout(layout) => commands.layouts.on_remove.run(layout.clone()),
        MenuStep::Seek => commands.run(Command::Tape),
        MenuStep::SingleKeys => {
            let keymap = commands.keymap;
            keymap.update(|keymap| keymap.has_single_keys = !keymap.has_single_keys);
            let state = keymap.with_untracked(|keymap| {
                keymap.keep();
                if keymap.has_single_keys { "on" } else { "off" }
            });
            data.say(format!("Single keys are {state}."));
        }
    }
    step.lead();
}
