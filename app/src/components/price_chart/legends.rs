//! Beside the chart: each study's name and values, and what can be done with it.

use crate::erased::{Erase, erased, heard, memo, part};
use ::canvas::property;
use chart::{ChartSetup, ChartState, Legend, Study};
use leptos::prelude::*;
use market::{Symbol, format};

use super::OneChart;
use super::canvas::Chart;

/// What legends tell and do.
#[derive(Clone, Copy)]
pub(crate) struct LegendControls {
    /// What is told of each study.
    pub(crate) legends: Memo<Vec<Legend>>,
    /// The symbol that is compared, and how far it went, in percent.
    pub(crate) compared: Memo<Option<(Symbol, Option<f64>)>>,
    /// How the chart is set up.
    pub(crate) setup: Memo<ChartSetup>,
    /// Called with another set-up.
    pub(crate) on_setup: Callback<ChartSetup>,
    /// Called with the study whose numbers are to be changed.
    pub(crate) on_edit: Callback<Study>,
}

impl LegendControls {
    /// Those of a chart.
    pub(super) fn of(chart: Chart, on_edit: Callback<Study>) -> Self {
        let legends = memo(move || {
            chart.painted.track();
            chart.state.with_value(ChartState::legends)
        });
        let compared = memo(move || {
            chart.painted.track();
            chart.state.with_value(ChartState::compared)
        });
        let OneChart { setup, on_setup, .. } = chart.one;
        Self { legends, compared, setup, on_setup, on_edit }
    }

    fn change(self, change: impl FnOnce(&mut ChartSetup)) {
        let mut setup = self.setup.get_untracked();
        change(&mut setup);
        self.on_setup.run(setup);
    }
}

/// Each study's name and values, and what can be done with it.
#[component]
pub(crate) fn Legends(controls: LegendControls) -> impl IntoView {
    let LegendControls { legends, compared, .. } = controls;
    let studies =
        memo(move || legends.with(|all| all.iter().map(|one| one.study).collect::<Vec<_>>()));
    view! {
        <ul class="legends" aria-label="Studies">
            {part(move || compared.get().map(|told| compared_row(controls, told)))}
            <For each=move || studies.get() key=|study| *study let:study>
                {row(controls, study)}
            </For>
        </ul>
    }
    .erase()
}

/// The symbol that is compared.
fn compared_row(controls: LegendControls, (symbol, percent): (Symbol, Option<f64>)) -> AnyView {
    let remove = move |_: leptos::ev::MouseEvent| controls.change(|setup| setup.compare = None);
    let ink = format!("var({})", property(ChartState::COMPARE_INK));
    view! {
        <li class="legend">
            <span class="legend__name">{symbol.to_string()}</span>
            <span class="legend__values" style:color=ink>{percent.map(format::percent)}</span>
            <span class="legend__acts">
                <button
                    type="button"
                    aria-label=format!("Stop comparing with {symbol}")
                    on:click=heard(remove)
                >
                    "×"
                </button>
            </span>
        </li>
    }
    .erase()
}

fn row(controls: LegendControls, study: Study) -> AnyView {
    let legends = controls.legends;
    let legend =
        memo(move || legends.with(|all| all.iter().find(|one| one.study == study).cloned()));
    let is_hidden = memo(move || legend.with(|one| one.as_ref().is_some_and(|one| one.is_hidden)));
    let top = move || legend.with(|one| one.as_ref()?.top).map(|top| format!("{top:.0}px"));
    view! {
        <li
            class="legend"
            data-pane=study.has_pane().to_string()
            data-hidden=erased(move || is_hidden.get().to_string())
            style:top=erased(top)
        >
            <span class="legend__name">{study.label()}</span>
            <span class="legend__values">{part(move || legend.get().map(values))}</span>
            {acts(controls, study, is_hidden)}
        </li>
    }
    .erase()
}

/// The values of a study, or why there are none.
fn values(legend: Legend) -> AnyView {
    if let Some(refusal) = legend.refusal {
        return view! { <span class="legend__refusal">{refusal}</span> }.erase();
    }
    let value = |value: chart::LegendValue| {
        let ink = format!("var({})", property(value.ink));
        view! { <span style:color=ink>{value.text}</span> }.erase()
    };
    legend.values.into_iter().map(value).collect_view().into_any()
}

/// What can be done with a study.
fn acts(controls: LegendControls, study: Study, is_hidden: Memo<bool>) -> AnyView {
    let change = move |change: fn(&mut ChartSetup, Study)| {
        controls.change(|setup| change(setup, study));
    };
    let label = study.label();
    let button = |words: String, icon: &'static str, run: Box<dyn Fn()>| {
        view! {
            <button
                type="button"
                aria-label=words.clone()
                title=words
                on:click=heard(move |_| run())
            >
                {icon}
            </button>
        }
        .erase()
    };
    let mut acts = Vec::with_capacity(4);
    if study.has_settings() {
        let edit = Box::new(move || controls.on_edit.run(study));
        acts.push(button(format!("Settings of {label}"), "⚙", edit));
    }
    if study.has_pane() {
        let up = Box::new(move || change(|setup, study| setup.move_study(study, true)));
        acts.push(button(format!("Move {label} up"), "↑", up));
        let down = Box::new(move || change(|setup, study| setup.move_study(study, false)));
        acts.push(button(format!("Move {label} down"), "↓", down));
    }
    let remove = Box::new(move || change(ChartSetup::remove));
    acts.push(button(format!("Remove {label}"), "×", remove));
    view! {
        <span class="legend__acts">
            <button
                type="button"
                aria-label=format!("Show {label}")
                aria-pressed=erased(move || (!is_hidden.get()).to_string())
                title="Show or hide"
                on:click=heard(move |_| change(ChartSetup::toggle))
            >
                "◉"
            </button>
            {acts}
        </span>
    }
    .erase()
}
