//! What is open, at the side of the desk, where there is room for it. What shows it is loaded when
//! something is.

use leptos::prelude::*;

use super::commands::Commands;
use super::loaded_later;
use super::valued_positions::ValuedPositions;
use crate::centre::Centre;
use crate::commands::Command;
use crate::components::{ListControls, positions_list};
use crate::contexts::preferences;
use crate::erased::{awaited, memo, part};
use crate::panes::SidePane;

/// The narrowest page with panes at its side, in pixels; the style sheet knows it too.
const WIDTH_MIN: f64 = 900.0;

/// The positions that are open; nothing where none is, on a phone, and beside the same in full.
pub(super) fn open_positions(commands: Commands) -> AnyView {
    loaded_later(|| ().into_any(), move || where_open(commands))
}

/// Asks whether one is open; what shows them is loaded then.
#[lazy]
fn where_open(commands: Commands) -> AnyView {
    let kept = commands.data.kept;
    kept.ask_whether_open();
    let is_wide = RwSignal::new(false);
    let look = move || {
        let width = window().inner_width().ok().and_then(|width| width.as_f64());
        is_wide.set(width.is_some_and(|width| WIDTH_MIN <= width));
    };
    look();
    let listening = window_event_listener(leptos::ev::resize, move |_| look());
    on_cleanup(move || listening.remove());
    let is_shown = memo(move || {
        is_wide.get() && kept.has_open.get() && commands.route.centre.get() != Centre::Positions
    });
    part(move || is_shown.get().then(|| awaited(|| ().into_any(), move || list(commands))))
}

#[lazy]
fn list(commands: Commands) -> AnyView {
    let ValuedPositions { rows, sum, .. } = ValuedPositions::new(commands);
    positions_list(ListControls {
        rows,
        sum,
        now: commands.data.now,
        is_folded: memo(|| !preferences().read().panes.shows(SidePane::Positions)),
        on_fold: Callback::new(move |()| commands.run(Command::Pane(SidePane::Positions))),
        on_choose: Callback::new(move |id| {
            commands.opened_position.set(Some(id));
            commands.route.show(Centre::Positions);
        }),
    })
}
