//! What opens: loaded the first time it is needed, shown as a dialog while it should be.

use std::cell::Cell;
use std::rc::Rc;

use leptos::html;
use leptos::prelude::*;

use crate::contexts::is_in_place;
use crate::erased::{awaited, follow, part};

/// A part of the screen that is loaded when it is first needed, and then stays.
pub(crate) fn loaded_when<Part>(
    is_needed: impl Fn() -> bool + Send + Sync + 'static,
    load: impl Fn() -> Part + Copy + Send + Sync + 'static,
) -> AnyView
where
    Part: Future<Output = AnyView> + Send + 'static,
{
    let was_needed =
        Memo::new(move |was: Option<&bool>| was.copied().unwrap_or_default() || is_needed());
    part(move || was_needed.get().then(|| awaited(|| ().into_any(), load)))
}

/// Shows a dialog while `is_open`, and calls `shown` each time it comes up.
pub(super) fn show_while(
    dialog: NodeRef<html::Dialog>,
    is_open: impl Fn() -> bool + 'static,
    shown: impl Fn() + Copy + 'static,
) {
    let is_in_place = is_in_place();
    let is_wanted = Rc::new(Cell::new(false));
    follow(move || {
        is_wanted.set(is_open());
        let Some(dialog) = dialog.get() else { return };
        let is_wanted = is_wanted.clone();
        // Only what is in the document can be shown, and this may be about to come into it; by
        // then it may have been closed again.
        request_animation_frame(move || match (is_wanted.get(), dialog.open()) {
            (true, false) => {
                if is_in_place {
                    dialog.set_open(true);
                } else {
                    let _ = dialog.show_modal();
                }
                shown();
            }
            (false, true) => dialog.close(),
            _ => {}
        });
    });
}
