//! Beside the chart: each study's name and values, and what can be done with it.

use crate::erased::{Erase, erased, heard, memo, part};
use ::canvas::property;
use chart::{ChartSetup, ChartState, Legend, Study};
use leptos::prelude::*;
use market::{Symbol, format};

use super::canvas::Chart;

/// Each study's name and values, and what can be done with it.
#[component]
pub(super) fn Legends(chart: Chart, on_edit: Callback<Study>) -> impl IntoView {
    let legends = memo(move || {
        chart.painted.track();
        chart.state.with_value(ChartState::legends)
    });
    let studies =
        memo(move || legends.with(|all| all.iter().map(|one| one.study).collect::<Vec<_>>()));
    let compared = memo(move || {
        chart.painted.track();
        chart.state.with_value(ChartState::compared)
    });
    view! {
        <ul class="legends" aria-label="Studies">
            {part(move || compared.get().map(|told| compared_row(chart, told)))}
            <For each=move || studies.get() key=|study| *study let:study>
                {row(chart, legends, study, on_edit)}
            </For>
        </ul>
    }
    .erase()
}

/// The symbol that is compared.
fn compared_row(chart: Chart, (symbol, percent): (Symbol, Option<f64>)) -> AnyView {
    let remove = move |_: leptos::ev::MouseEvent| {
        let mut setup = chart.one.setup.get_untracked();
        setup.compare = None;
        chart.one.on_setup.run(setup);
    };
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

fn row(
    chart: Chart,
    legends: Memo<Vec<Legend>>,
    study: Study,
    on_edit: Callback<Study>,
) -> AnyView {
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
            {acts(chart, study, is_hidden, on_edit)}
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
fn acts(chart: Chart, study: Study, is_hidden: Memo<bool>, on_edit: Callback<Study>) -> AnyView {
    let change = move |change: fn(&mut ChartSetup, Study)| {
        let mut setup = chart.one.setup.get_untracked();
        change(&mut setup, study);
        chart.one.on_setup.run(setup);
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
        let edit = Box::new(move || on_edit.run(study));
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
