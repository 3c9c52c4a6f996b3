//! "How is this computed?": a level's definition, formula, inputs and age.

use super::ladder::touched_text;
use super::opened::{loaded_when, show_while};
use crate::erased::{Erase, heard, memo, part};
use api::LevelsView;
use leptos::html;
use leptos::prelude::*;
use market::{Moment, Symbol, format};
use quant::levels::{
    Explanation, InputValue, LevelGroup, LevelId, LevelSource, OptionLevels, Standing,
};

use crate::live::LiveTape;

/// What a sheet is about.
#[derive(Clone, Copy)]
pub(crate) struct LevelQuestion {
    /// The level that is asked about; the sheet is open while there is one.
    pub(crate) asked: RwSignal<Option<LevelId>>,
    /// Whose level.
    pub(crate) symbol: Memo<Symbol>,
    /// Where its inputs are.
    pub(crate) tape: LiveTape,
    /// Those of the levels that options make.
    pub(crate) options: Signal<Option<OptionLevels>>,
    /// The tape's time, to tell ages by.
    pub(crate) now: RwSignal<Option<Moment>>,
    /// The levels that are shown, with how often the price came to them.
    pub(crate) levels: Memo<Option<LevelsView>>,
    /// Called with the name and price of the level, to see it on the chart.
    pub(crate) on_show: Callback<(String, f64)>,
}

/// "How is this computed?" Loaded with the first question.
#[component]
pub(crate) fn LevelSheet(question: LevelQuestion) -> impl IntoView {
    let is_needed = move || question.asked.read().is_some();
    loaded_when(is_needed, move || level_sheet(question))
}

#[lazy]
fn level_sheet(question: LevelQuestion) -> AnyView {
    let LevelQuestion { asked, symbol, tape, options, now, levels, on_show } = question;
    let dialog = NodeRef::<html::Dialog>::new();
    show_while(dialog, move || asked.read().is_some(), || {});
    let explained = memo(move || {
        let id = asked.get()?;
        let symbol = symbol.get();
        if id.group() == LevelGroup::Options {
            return options.get()?.explain(id);
        }
        tape.with_books(|live| live.books().explain(symbol, id))
    });
    let show = move |_: leptos::ev::MouseEvent| {
        let told = asked.get_untracked().map(|id| id.name());
        let price = explained.with_untracked(|one| one.as_ref().and_then(|one| one.value));
        asked.set(None);
        if let Some(told) = told.zip(price) {
            on_show.run(told);
        }
    };
    let touched = move || {
        let id = asked.get()?;
        let levels = levels.read();
        let level = levels.as_ref()?.levels.iter().find(|level| level.id == id)?;
        let odds = level.touch_odds.zip(level.deviations).map(|(odds, away)| {
            let away = away.abs();
            format!(
                "{:.0} % odds of a touch before the next options end, {away:.2} σ away",
                100.0 * odds
            )
        });
        // Nobody counts touches of a wall, which moves from strike to strike.
        let is_counted = id.group() != LevelGroup::Options;
        let touched = touched_text(level.touches)
            .or_else(|| is_counted.then(|| "not touched today".to_owned()));
        let told: Vec<String> = touched.into_iter().chain(odds).collect();
        Some(told.join(" · "))
    };
    let body =
        part(move || explained.get().map(|one| view! { <Sheet one now=now.into() /> }.erase()));
    view! {
        <dialog
            node_ref=dialog
            class="level-sheet"
            aria-label="How is this computed?"
            on:close=heard(move |_| asked.set(None))
        >
            <form method="dialog">
                <button class="level-sheet__close" aria-label="Close">"×"</button>
            </form>
            {body}
            <p class="level-sheet__touched">{part(touched)}</p>
            <button type="button" class="level-sheet__show" on:click=heard(show)>
                "Show on the chart"
            </button>
        </dialog>
    }
    .erase()
}

#[component]
fn Sheet(one: Explanation, now: Signal<Option<Moment>>) -> impl IntoView {
    let decimals = one.value.map_or(2, format::decimals);
    let inputs = one.inputs.into_iter().map(move |input| {
        let value = match input.value {
            InputValue::Number(value) => format::price(value, decimals),
            InputValue::Text(text) => text,
        };
        let as_of = input.as_of.map(|at| stamp(at, now.get_untracked()));
        view! { <tr><th scope="row">{input.name}</th><td>{value}</td><td>{as_of}</td></tr> }.erase()
    });
    let standing = match one.standing {
        Standing::Final => "Final for today.",
        Standing::Forming => "Still forming: it can move until the session ends.",
    };
    let source = match one.source {
        LevelSource::Own => None,
        LevelSource::Via { proxy, ratio, band } => Some(format!(
            "Computed from {proxy} × {ratio:.5}{}: an index has no volume and no pre-market \
             of its own.",
            band.map_or(String::new(), |band| format!(", good to ±{band:.2} points"))
        )),
    };
    view! {
        <h2>{one.title}</h2>
        <p class="level-sheet__value">{one.value.map(format::quote)}</p>
        <p>{one.definition}</p>
        <p class="level-sheet__formula"><code>{one.formula}</code></p>
        <table class="level-sheet__inputs">
            <thead>
                <tr>
                    <th scope="col">"input"</th>
                    <th scope="col">"value"</th>
                    <th scope="col">"as of"</th>
                </tr>
            </thead>
            <tbody>{inputs.collect_view()}</tbody>
        </table>
        <p class="level-sheet__standing">{standing} " " {source} " " {one.note}</p>
    }
    .erase()
}

fn stamp(at: Moment, now: Option<Moment>) -> String {
    let date = at.wall_time().date;
    match now {
        Some(now) if now.wall_time().date == date => format::clock(at),
        _ => format!("{date} {}", format::minute(at)),
    }
}
