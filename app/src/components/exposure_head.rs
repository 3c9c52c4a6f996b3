//! Above a table of exposure: what counts, which side dealers are taken to be on, and the sums.

use leptos::prelude::*;
use market::{Series, format};
use quant::options::{Dealers, Exposure, ExposureScope};

use super::figure::figure;
use super::menu::{Menu, choice};
use crate::erased::{Erase, derived, heard, memo, part};

/// What counts, and which side dealers are taken to be on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ExposureChoice {
    /// Which series count.
    pub(crate) scope: ExposureScope,
    /// The assumption.
    pub(crate) dealers: Dealers,
}

/// Exposure as it stands now.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ExposureNow {
    /// The underlying's price.
    pub(crate) spot: f64,
    /// By strike, with sums and walls.
    pub(crate) exposure: Exposure,
    /// All gamma over spots round this one.
    pub(crate) profile: Vec<(f64, f64)>,
    /// Where it changes its sign, the nearest first.
    pub(crate) flips: Vec<f64>,
    /// Where holders of the series that ends first would get least.
    pub(crate) max_pain: Option<f64>,
}

/// What the head shows and does.
#[derive(Clone, Copy)]
pub(crate) struct ExposureControls {
    /// As it stands; nothing before it is known.
    pub(crate) now: RwSignal<Option<ExposureNow>>,
    /// What was chosen.
    pub(crate) choice: Memo<ExposureChoice>,
    /// Called with another choice.
    pub(crate) on_choose: Callback<ExposureChoice>,
    /// The series that there are, soonest first.
    pub(crate) series: Signal<Vec<Series>>,
    /// What open interest is of, in words.
    pub(crate) of: Signal<String>,
    /// Saves the table.
    pub(crate) on_save: Callback<()>,
}

fn scope_name(scope: ExposureScope) -> String {
    match scope {
        ExposureScope::All => "All expiries".to_owned(),
        ExposureScope::Today => "Ends today".to_owned(),
        ExposureScope::One(series) => series.to_string(),
    }
}

fn dealers_name(dealers: Dealers) -> &'static str {
    match dealers {
        Dealers::LongCallsShortPuts => "Dealers: long calls, short puts",
        Dealers::ShortBoth => "Dealers: short both",
        Dealers::ShortCallsLongPuts => "Dealers: short calls, long puts",
    }
}

/// What counts, and the assumption; stands in the bar above.
pub(crate) fn exposure_tools(controls: ExposureControls) -> AnyView {
    let ExposureControls { choice: chosen, on_choose, series, on_save, .. } = controls;
    let (are_scopes_open, are_dealers_open) = (RwSignal::new(false), RwSignal::new(false));
    let choose = move |change: &dyn Fn(&mut ExposureChoice)| {
        let mut other = chosen.get_untracked();
        change(&mut other);
        on_choose.run(other);
    };
    let scope = move |one: ExposureScope| {
        let act = move || {
            are_scopes_open.set(false);
            choose(&|choice| choice.scope = one);
        };
        choice(scope_name(one), move || chosen.get().scope == one, act)
    };
    let dealers = move |one: Dealers| {
        let act = move || {
            are_dealers_open.set(false);
            choose(&|choice| choice.dealers = one);
        };
        choice(dealers_name(one), move || chosen.get().dealers == one, act)
    };
    let scopes = move || {
        let listed = series.get().into_iter().map(ExposureScope::One);
        let all = [ExposureScope::All, ExposureScope::Today].into_iter().chain(listed);
        view! {
            <div class="menu__choices exposure__scopes">{all.map(scope).collect_view()}</div>
        }
        .erase()
    };
    view! {
        <div class="chain-head__tools">
            <Menu
                id="scope-menu"
                label=derived(move || scope_name(chosen.get().scope))
                icon="M2 4h12M4 8h8M6 12h4"
                title="What counts"
                is_open=are_scopes_open
            >
                {move || scopes()}
            </Menu>
            <Menu
                id="dealers-menu"
                label=derived(move || dealers_name(chosen.get().dealers).to_owned())
                icon="M8 2v12M3 5h10M3 5l-2 5h4zM13 5l-2 5h4z"
                title="Which side dealers are taken to be on"
                is_open=are_dealers_open
            >
                {move || view! {
                    <div class="menu__choices">{Dealers::ALL.map(dealers).collect_view()}</div>
                }.erase()}
            </Menu>
            <button
                type="button"
                title="Save every strike as a table"
                on:click=heard(move |_| on_save.run(()))
            >
                "CSV"
            </button>
        </div>
    }
    .erase()
}

/// The sums, walls and flip.
pub(crate) fn exposure_figures(controls: ExposureControls) -> AnyView {
    let ExposureControls { now, of, choice: chosen, .. } = controls;
    let told = move |figure: fn(&ExposureNow) -> Option<String>| {
        memo(move || {
            let told = now.read().as_ref().and_then(figure);
            told.unwrap_or_else(|| "–".to_owned())
        })
    };
    let assumption = move || {
        let ExposureChoice { scope, dealers } = chosen.get();
        let (scope, dealers) = (scope_name(scope), dealers_name(dealers));
        format!("{scope}. {dealers}: an assumption, nobody tells who holds what. {}", of.get())
    };
    view! {
        <div class="chain-head__figures" tabindex="0" role="group" aria-label="Exposure">
        <dl>
            {figure(
                "Gamma per 1 %",
                "What dealers have to sell when the underlying rises by 1 %, and buy when it \
                 falls; below nothing the other way round",
                told(|now| Some(format::dollars(now.exposure.gamma))),
            )}
            {figure(
                "Flip",
                "Where that changes its sign when the underlying moves and each volatility stays",
                told(flip),
            )}
            {figure(
                "Call wall",
                "The strike with the most gamma of calls",
                told(|now| away(now.exposure.call_wall?, now.spot)),
            )}
            {figure(
                "Put wall",
                "The strike with the most gamma of puts",
                told(|now| away(now.exposure.put_wall?, now.spot)),
            )}
            {figure(
                "Max pain",
                "The close at which holders of the series that ends first would get least",
                told(|now| away(now.max_pain?, now.spot)),
            )}
            {figure(
                "Delta",
                "The underlying that dealers hold through these options",
                told(|now| Some(format::dollars(now.exposure.delta))),
            )}
            {figure(
                "Put/call OI",
                "Open puts for each open call",
                told(|now| now.exposure.put_call_open_interest.map(|one| format!("{one:.2}"))),
            )}
            {figure(
                "Put/call volume",
                "Puts traded today for each call",
                told(|now| now.exposure.put_call_volume.map(|one| format!("{one:.2}"))),
            )}
        </dl>
        <p class="exposure__assumption">{part(assumption)}</p>
        </div>
    }
    .erase()
}

/// `5,062.10 · −0.57%`, and how many there are.
fn flip(now: &ExposureNow) -> Option<String> {
    let Some(nearest) = now.flips.first() else {
        return Some("none within 10 %".to_owned());
    };
    let mut text = away(*nearest, now.spot)?;
    if let Some(more @ 1..) = now.flips.len().checked_sub(1) {
        text += &format!(", {more} more");
    }
    Some(text)
}

fn away(price: f64, spot: f64) -> Option<String> {
    let away = 100.0 * (price / spot - 1.0);
    let decimals = if price.fract() == 0.0 { 0 } else { 2 };
    Some(format!("{} · {}", format::price(price, decimals), format::percent(away)))
}
