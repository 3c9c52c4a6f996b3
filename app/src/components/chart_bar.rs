//! Above the chart: its style, its studies, what it is compared with, a date to go to. What is in
//! the menus is loaded when the first of them opens.

use chart::{ChartSetup, Study};
use leptos::prelude::*;
use market::{Moment, Symbol};

use super::Menu;
use super::chart_menus::{chart_menu, study_menu};

/// What the menus of a chart act on.
#[derive(Clone, Copy)]
pub(crate) struct ChartControls {
    /// How the chart is set up.
    pub(crate) setup: Memo<ChartSetup>,
    /// Called with another set-up.
    pub(crate) on_setup: Callback<ChartSetup>,
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
    let chart_open = RwSignal::new(false);
    let studies_open = RwSignal::new(false);
    // A study's settings open where studies are chosen.
    Effect::new(move || {
        if controls.edited.get().is_some() {
            studies_open.set(true);
        }
    });
    Effect::new(move || {
        if !studies_open.get() {
            controls.edited.set(None);
        }
    });
    let style = Signal::derive(move || controls.setup.read().style.name().to_owned());
    view! {
        <Menu id="chart-menu" label=style title="Chart" is_open=chart_open>
            <Suspense fallback=loading>
                {move || Suspend::new(async move { chart_menu(controls).await })}
            </Suspense>
        </Menu>
        <Menu
            id="study-menu"
            label=Signal::derive(|| "Indicators".to_owned())
            title="Indicators"
            is_open=studies_open
        >
            <Suspense fallback=loading>
                {move || Suspend::new(async move { study_menu(controls).await })}
            </Suspense>
        </Menu>
    }
    .into_any()
}

fn loading() -> AnyView {
    view! { <p class="menu__note">"Loading…"</p> }.into_any()
}
