//! Above the chart: its style, its studies, what it is compared with, a date to go to. What is in
//! the menus is loaded when the first of them opens.

use crate::erased::{Erase, derived, follow};
use chart::{ChartSetup, Study};
use leptos::prelude::*;
use market::{BarSpan, Moment, Symbol};

use super::chart_menus::{chart_menu, study_menu};
use super::drawing_menus::drawing_menu;
use super::layout_menu::{LayoutControls, layout_menu};
use super::menu::loaded;
use super::{DrawingControls, Menu};

/// What the menus of a chart act on.
#[derive(Clone, Copy)]
pub(crate) struct ChartControls {
    /// How the chart is set up.
    pub(crate) setup: Memo<ChartSetup>,
    /// Called with another set-up.
    pub(crate) on_setup: Callback<ChartSetup>,
    /// Which of the menus are open.
    pub(crate) menus: ChartMenus,
    /// What is drawn on it.
    pub(crate) drawings: DrawingControls,
    /// How many charts there are, and those that were kept.
    pub(crate) layouts: LayoutControls,
    /// How long its bars last.
    pub(crate) span: Memo<BarSpan>,
    /// The symbol of the chart.
    pub(crate) symbol: Memo<Symbol>,
    /// What can be compared.
    pub(crate) symbols: Signal<Vec<Symbol>>,
    /// The study whose numbers are changed, while they are.
    pub(crate) edited: RwSignal<Option<Study>>,
    /// The tape's time: nothing later can be gone to.
    pub(crate) now: Signal<Option<Moment>>,
    /// Called with a moment to go to.
    pub(crate) on_go: Callback<Moment>,
}

/// Which of the menus are open.
#[derive(Clone, Copy)]
pub(crate) struct ChartMenus {
    /// Style, scale, dates.
    pub(crate) chart: RwSignal<bool>,
    /// Whether the first of them was opened for its date.
    pub(crate) goes: RwSignal<bool>,
    /// Indicators.
    pub(crate) studies: RwSignal<bool>,
    /// Drawings.
    pub(crate) drawings: RwSignal<bool>,
    /// Layouts.
    pub(crate) layouts: RwSignal<bool>,
}

impl ChartMenus {
    /// All of them closed.
    pub(crate) fn new() -> Self {
        let closed = || RwSignal::new(false);
        Self {
            chart: closed(),
            goes: closed(),
            studies: closed(),
            drawings: closed(),
            layouts: closed(),
        }
    }
}

impl ChartControls {
    /// Changes the set-up.
    pub(crate) fn change(self, change: impl FnOnce(&mut ChartSetup)) {
        let mut setup = self.setup.get_untracked();
        change(&mut setup);
        self.on_setup.run(setup);
    }
}

/// The menus above a chart.
#[component]
pub(crate) fn ChartBar(controls: ChartControls) -> impl IntoView {
    let ChartMenus { chart: chart_open, studies: studies_open, drawings: drawings_open, .. } =
        controls.menus;
    // A study's settings open where studies are chosen.
    follow(move || {
        if controls.edited.get().is_some() {
            studies_open.set(true);
        }
    });
    follow(move || {
        if !studies_open.get() {
            controls.edited.set(None);
        }
    });
    follow(move || {
        if !chart_open.get() {
            controls.menus.goes.set(false);
        }
    });
    // A tool in the hand wants the chart free.
    follow(move || {
        if controls.drawings.tool.get().is_some() {
            drawings_open.set(false);
        }
    });
    let style = derived(move || controls.setup.read().style.name().to_owned());
    view! {
        <Menu
            id="chart-menu"
            label=style
            icon="M4 3v10M2.5 5h3v5h-3zM11 2v11M9.5 4h3v6h-3z"
            title="Chart"
            is_open=chart_open
        >
            {loaded(move || chart_menu(controls))}
        </Menu>
        <Menu
            id="study-menu"
            label=Signal::derive(|| "Indicators".to_owned())
            icon="M1 12l4-5 3 3 6-8M1 15h14"
            title="Indicators"
            is_open=studies_open
        >
            {loaded(move || study_menu(controls))}
        </Menu>
        <Menu
            id="drawing-menu"
            label=derived(|| "Draw".to_owned())
            icon="M2 14l1-4 8-8 3 3-8 8zM10 3l3 3"
            title="Draw"
            is_open=drawings_open
        >
            {loaded(move || drawing_menu(controls.drawings, controls.span))}
        </Menu>
        <Menu
            id="layout-menu"
            label=derived(|| "Layout".to_owned())
            icon="M2 3h12v10H2zM8 3v10M2 8h12"
            title="Layout"
            is_open=controls.menus.layouts
        >
            {loaded(move || layout_menu(controls.layouts))}
        </Menu>
    }
    .erase()
}
