//! Tools beside the chart, and what can be done with the drawing that is selected.

use chart::Tool;
use leptos::prelude::*;

use super::drawing_menus::drawing_options;
use super::opened::loaded_when;
use super::{DrawingControls, DrawingWish};
use crate::erased::{Erase, erased, heard};

/// A tool's picture, in a square of sixteen.
pub(super) fn icon(tool: Tool) -> &'static str {
    match tool {
        Tool::Trend => "M3 13 13 3M2 14h2v-2H2zM12 4h2V2h-2z",
        Tool::Horizontal => "M1 8h5M10 8h5M7 7h2v2H7z",
        Tool::Vertical => "M8 1v5M8 10v5M7 7h2v2H7z",
        Tool::Ray => "M2 14 15 1M2 14h2v-2H2zM7 9h2V7H7z",
        Tool::Rectangle => "M2 4h12v8H2z",
        Tool::Fibonacci => "M2 3h12M2 7h12M2 10h12M2 13h12",
        Tool::Measure => "M2 11 11 2l3 3-9 9zM5 8l1 1M7 6l1 1M9 4l1 1",
        Tool::Note => "M3 3h10M8 3v10",
        Tool::Long => "M2 9h12M2 3h12v6H2zM8 7V4M6 6l2-2 2 2",
        Tool::Short => "M2 7h12M2 7h12v6H2zM8 9v3M6 10l2 2 2-2",
    }
}

/// Tools beside the chart.
#[component]
pub(crate) fn DrawingBar(controls: DrawingControls) -> impl IntoView {
    let tool = move |one: Tool| {
        let is_taken = move || (controls.tool.get() == Some(one)).to_string();
        let take = move |_: leptos::ev::MouseEvent| {
            let is_taken = controls.tool.get_untracked() == Some(one);
            controls.tool.set((!is_taken).then_some(one));
        };
        view! {
            <button
                type="button"
                class="drawing-bar__tool"
                aria-label=one.name()
                title=one.name()
                aria-pressed=erased(is_taken)
                on:click=heard(take)
            >
                <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
                    <path d=icon(one) fill="none" stroke="currentColor" stroke-width="1.2" />
                </svg>
            </button>
        }
        .erase()
    };
    view! {
        <div
            class="drawing-bar"
            role="toolbar"
            aria-label="Drawing tools"
            aria-orientation="vertical"
        >
            {Tool::ALL.map(tool).collect_view()}
        </div>
    }
    .erase()
}

/// What can be done with the drawing that is selected; loaded with the first one.
#[component]
pub(crate) fn DrawingOptions(controls: DrawingControls) -> impl IntoView {
    let is_needed = move || controls.selected.read().is_some();
    loaded_when(is_needed, move || drawing_options(controls))
}

impl DrawingControls {
    /// Deletes what is selected.
    pub(super) fn delete_selected(self) {
        let id = self.selected.with_untracked(|one| one.as_ref().map(|one| one.id));
        if let Some(id) = id {
            self.wish(DrawingWish::Delete(id));
        }
    }
}
