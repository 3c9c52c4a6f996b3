//! A line between panes: dragged, moved by arrow keys, or sent home by a double click.

use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::contexts::preferences;
use crate::erased::{Erase, erased, heard};
use crate::panes::{Divider, Panes};

/// A line between panes.
pub(crate) fn pane_divider(divider: Divider) -> AnyView {
    let step = move || preferences().read().panes.step(divider);
    let move_to = move |step: u8| {
        // Nothing is written for a hand that trembles.
        if untrack(|| preferences().read().panes.step(divider)) != step.min(divider.last()) {
            preferences().update(|chosen| chosen.panes.move_to(divider, step));
        }
    };
    let drag = move |event: PointerEvent| {
        let line = event.current_target().and_then(|it| it.dyn_into::<web_sys::Element>().ok());
        let Some(line) = line.filter(|line| line.has_pointer_capture(event.pointer_id())) else {
            return;
        };
        if let Some(size) = size_at(divider, &line, &event) {
            move_to(divider.step_at(size));
        }
    };
    let hold = move |event: PointerEvent| {
        let line = event.current_target().and_then(|it| it.dyn_into::<web_sys::Element>().ok());
        if let Some(line) = line.filter(|_| event.button() == 0) {
            let _ = line.set_pointer_capture(event.pointer_id());
        }
    };
    let handle_key = move |event: KeyboardEvent| {
        let now = untrack(step);
        let to = match (divider, event.key().as_str()) {
            (Divider::Side, "ArrowLeft") | (Divider::Split, "ArrowDown") => now + 1,
            (Divider::Side, "ArrowRight") | (Divider::Split, "ArrowUp") => now.saturating_sub(1),
            (_, "Home") => 0,
            (_, "End") => divider.last(),
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        move_to(to);
    };
    let (name, label, orientation) = match divider {
        Divider::Side => ("side", "Width of levels and watchlist", "vertical"),
        Divider::Split => ("split", "Height of the levels", "horizontal"),
    };
    view! {
        <div
            class="pane-divider"
            data-divider=name
            role="separator"
            tabindex="0"
            aria-label=label
            aria-orientation=orientation
            aria-valuemin="0"
            aria-valuemax=divider.last().to_string()
            aria-valuenow=erased(move || step().to_string())
            title="Drag, or arrow keys; a double click sends it home"
            on:pointerdown=heard(hold)
            on:pointermove=heard(drag)
            on:keydown=heard(handle_key)
            on:dblclick=heard(move |_: MouseEvent| move_to(Panes::default().step(divider)))
        ></div>
    }
    .erase()
}

/// How wide the panes at the side would be with the line under the pointer, or which part of their
/// height the ladder's.
fn size_at(divider: Divider, line: &web_sys::Element, event: &PointerEvent) -> Option<f64> {
    let desk = line.closest(".desk").ok()??;
    match divider {
        Divider::Side => {
            Some(desk.get_bounding_client_rect().right() - f64::from(event.client_x()))
        }
        Divider::Split => {
            let top = desk.query_selector(".desk__levels").ok()??.get_bounding_client_rect().top();
            let height = desk.get_bounding_client_rect().bottom() - top;
            Some((f64::from(event.client_y()) - top) / height)
        }
    }
}
