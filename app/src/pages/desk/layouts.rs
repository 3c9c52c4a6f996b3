//! Layouts: how many charts, what they share, and those kept under a name.

use api::{LayoutView, read_layouts, remove_layout, write_layout};
use chart::Layout;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Route;
use super::data::DeskData;
use super::link::copy_link;
use crate::components::{DrawingControls, LayoutControls, ToastText};

/// What the menu of layouts does.
pub(super) fn layout_controls(
    route: Route,
    data: DeskData,
    drawings: DrawingControls,
    is_open: RwSignal<bool>,
) -> LayoutControls {
    let kept = RwSignal::new(None);
    LayoutControls {
        layout: route.layout,
        kept,
        on_arrange: Callback::new(move |count| route.change(true, |layout| layout.arrange(count))),
        on_link: Callback::new(move |links| route.change(true, |layout| layout.link(links))),
        on_open: Callback::new(move |one: LayoutView| {
            let (layout, bad) = Layout::from_text(&one.text);
            is_open.set(false);
            route.change(true, |shown| *shown = layout);
            data.say(match bad {
                Some(bad) => format!("{}: {bad}.", one.name),
                None => format!("{} is shown.", one.name),
            });
        }),
        on_keep: Callback::new(move |name: String| {
            let text = route.layout.read_untracked().to_string();
            change_kept(kept, data, KeptChange::Keep { name, text });
        }),
        on_remove: Callback::new(move |one| change_kept(kept, data, KeptChange::Remove(one))),
        on_copy: Callback::new(move |()| copy_link(route, data, drawings)),
        on_ask: Callback::new(move |()| change_kept(kept, data, KeptChange::None)),
    }
}

type Kept = RwSignal<Option<Result<Vec<LayoutView>, String>>>;

/// What becomes of the kept layouts.
enum KeptChange {
    /// They are only asked for.
    None,
    /// One is kept; another of that name is replaced.
    Keep { name: String, text: String },
    /// One is forgotten.
    Remove(LayoutView),
}

fn change_kept(kept: Kept, data: DeskData, change: KeptChange) {
    spawn_local(async move { do_change_kept(kept, data, change).await });
}

/// Changes what is kept, tells so with a way back, and shows what is kept then. Loaded with the
/// first change: the first page needs none of it.
#[lazy]
async fn do_change_kept(kept: Kept, data: DeskData, change: KeptChange) {
    let is_change = !matches!(change, KeptChange::None);
    let (done, way_back) = match change {
        KeptChange::None => (Ok(String::new()), None),
        KeptChange::Keep { name, text } => {
            let before = kept.with_untracked(|kept| {
                let kept = kept.as_ref()?.as_ref().ok()?;
                kept.iter().find(|one| one.name == name).cloned()
            });
            let words = match before {
                None => format!("{name} is kept."),
                Some(_) => format!("{name} is kept; the one of that name is replaced."),
            };
            let written = write_layout(name, text).await;
            (written.map(|_| words).map_err(|error| format!("not kept: {error}")), before)
        }
        KeptChange::Remove(one) => {
            let removed = remove_layout(one.id.clone()).await;
            let words = format!("{} is deleted.", one.name);
            (removed.map(|()| words).map_err(|error| format!("not deleted: {error}")), Some(one))
        }
    };
    let answer = read_layouts().await;
    let words = |error: api::ApiError| format!("The kept layouts could not be read: {error}.");
    // What is known stays where it is only asked what there is, as without a link.
    let is_known = kept.try_with_untracked(|kept| matches!(kept, Some(Ok(_))));
    if is_change || answer.is_ok() || is_known != Some(true) {
        kept.try_set(Some(answer.map_err(words)));
    }
    match (done, way_back) {
        (Err(why), _) => data.say(format!("The layout was {why}.")),
        (Ok(words), None) if words.is_empty() => {}
        (Ok(words), None) => data.say(words),
        (Ok(words), Some(LayoutView { name, text, .. })) => {
            let undo = move || {
                let (name, text) = (name.clone(), text.clone());
                change_kept(kept, data, KeptChange::Keep { name, text });
            };
            data.toast.set(Some(ToastText::with_undo(words, undo)));
        }
    }
}
