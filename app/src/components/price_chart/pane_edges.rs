//! The lines above the panes of studies for those without a mouse: one of them has the focus, and
//! arrow keys move it. A mouse takes the same lines on the canvas. Loaded with the first pane.

use chart::{Action, ChartState, PaneEdge, ShownStudy, Study};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::super::opened::loaded_when;
use super::canvas::Chart;
use crate::erased::{Erase, erased, heard, memo, part};

/// Percent of the chart's height that an arrow key moves a line.
const STEP: u8 = 2;

/// The lines above the panes of studies.
pub(super) fn pane_edges(chart: Chart) -> AnyView {
    // Known with the first painting, never on the server.
    let is_needed = memo(move || {
        chart.painted.track();
        chart.state.with_value(|state| !state.pane_edges().is_empty())
    });
    loaded_when(move || is_needed.get(), move || edges(chart))
}

#[lazy]
fn edges(chart: Chart) -> AnyView {
    let edges = memo(move || {
        chart.painted.track();
        chart.state.with_value(ChartState::pane_edges)
    });
    let studies =
        memo(move || edges.with(|all| all.iter().map(|one| one.study).collect::<Vec<_>>()));
    let line = move |study: Study| edge(chart, edges, study);
    part(move || studies.get().into_iter().map(line).collect_view())
}

fn edge(chart: Chart, edges: Memo<Vec<PaneEdge>>, study: Study) -> AnyView {
    let own = memo(move || edges.with(|all| all.iter().find(|one| one.study == study).cloned()));
    let percent = move || own.with(|one| one.as_ref().map_or(0, |one| one.percent));
    let top = move || own.with(|one| one.as_ref().map(|one| format!("{:.0}px", one.top)));
    let (least, most) = ShownStudy::PERCENTS.into_inner();
    let handle_key = move |event: KeyboardEvent| {
        let now = untrack(percent);
        let percent = match event.key().as_str() {
            "ArrowUp" => (now + STEP).min(most),
            "ArrowDown" => now.saturating_sub(STEP).max(least),
            "Home" => least,
            "End" => most,
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        let mut setup = chart.state.with_value(|state| state.setup().clone());
        if let Some(shown) = setup.studies.iter_mut().find(|one| one.study == study) {
            shown.percent = percent;
            // At once: the next press goes on from here.
            chart.act(Action::SetUp(setup.clone()));
            chart.one.on_setup.run(setup);
        }
    };
    view! {
        <div
            class="pane-edge"
            role="separator"
            tabindex="0"
            aria-label=format!("Height of {}", study.label())
            aria-orientation="horizontal"
            aria-valuemin=least.to_string()
            aria-valuemax=most.to_string()
            aria-valuenow=erased(move || percent().to_string())
            aria-valuetext=erased(move || format!("{} %", percent()))
            style:top=erased(top)
            on:keydown=heard(handle_key)
        ></div>
    }
    .erase()
}
