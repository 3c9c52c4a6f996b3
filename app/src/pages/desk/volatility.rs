//! Volatility in the middle of the desk: the smile of a series, and the surface of all of them.
//! Loaded when somebody looks at it.

use api::VolatilityDaysView;
use leptos::prelude::*;
use market::{Series, Symbol, format, instrument};
use quant::options::{RANK_DAYS, Smile, THIRTY_DAYS, constant_maturity, years_between};

use super::commands::{Commands, save};
use super::open_interest::{OpenInterestAnswer, complaint, open_interest};
use super::volatility_days::volatility_days;
use super::{loaded_pane, nothing_there};
use crate::components::{
    SmileOf, VolatilityControls, VolatilityDaysSignal, figure, volatility_curves, volatility_table,
};
use crate::contexts::live_tape;
use crate::erased::{Erase, heard, memo, part};

/// Deviations from the forward within which volatilities are compared with the feed's: beyond, a
/// nickel is a vol point.
const NEAR: f64 = 2.0;

/// Volatility in the middle of the desk.
pub(super) fn volatility_pane(commands: Commands) -> AnyView {
    loaded_pane(move || volatility(commands))
}

/// The smiles of what is open, soonest first.
fn smiles(open: OpenInterestAnswer) -> Memo<Vec<(Series, Smile)>> {
    memo(move || {
        let open = open.told.read();
        let Some(Ok(open)) = open.as_ref() else { return Vec::new() };
        let Some(spot) = open.spot else { return Vec::new() };
        let smile = |one: &quant::options::OpenSeries| {
            let years = years_between(open.as_of, one.series.expires_at());
            Some((one.series, Smile::of(one, spot, years)?))
        };
        open.series.iter().filter_map(smile).collect()
    })
}

#[lazy]
fn volatility(commands: Commands) -> AnyView {
    let route = commands.route;
    let symbol = route.symbol;
    let tape = live_tape();
    let open = open_interest(tape, symbol);
    let smiles = smiles(open);
    let shown = memo(move || {
        let smiles = smiles.read();
        let asked = route.address.read().series;
        let is_there = |series: &Series| smiles.iter().any(|(one, _)| one == series);
        asked.filter(is_there).or(smiles.first().map(|(one, _)| *one))
    });
    let smile = memo(move || {
        let (smiles, shown) = (smiles.read(), shown.get()?);
        smiles.iter().find(|(one, _)| *one == shown).map(|(_, smile)| smile.clone())
    });
    let of_shown = memo(move || {
        let (smile, style) = (smile.get()?, shown.get()?.terms().style);
        let open = open.told.read();
        let spot = open.as_ref()?.as_ref().ok()?.spot?;
        Some(SmileOf { style, spot, smile })
    });
    let days = volatility_days(open);
    let controls = VolatilityControls {
        smiles,
        spot: memo(move || open.told.read().as_ref()?.as_ref().ok()?.spot),
        shown,
        on_choose: Callback::new(move |series| route.choose_smile(series)),
    };
    let complaint = memo(move || complaint(open, tape, symbol.get()));
    let is_there = memo(move || !smiles.read().is_empty());
    let body = move || match (complaint.get(), is_there.get()) {
        (Some(why), _) => nothing_there(why, route),
        (None, true) => view! {
            {figures(smiles, smile, days)}
            {volatility_curves(of_shown, smiles, days)}
            {volatility_table(controls)}
        }
        .into_any(),
        (None, false) => view! { <div class="skeleton skeleton--chain"></div> }.erase(),
    };
    view! {
        <section class="volatility" aria-label="Volatility">
            <div class="desk__chart-bar">
                <b class="desk__symbol">{part(move || symbol.get().to_string())}</b>
                <span class="desk__name">{part(move || instrument(symbol.get()).name)}</span>
                <div class="chain-head__tools">
                    <button
                        type="button"
                        title="Save every volatility as a table"
                        on:click=heard(move |_| save_volatility(symbol, smiles))
                    >
                        "CSV"
                    </button>
                </div>
            </div>
            {part(body)}
        </section>
    }
    .erase()
}

/// Of thirty days, of the first expiries, and of the smile that is drawn.
fn figures(
    smiles: Memo<Vec<(Series, Smile)>>,
    smile: Memo<Option<Smile>>,
    days: VolatilityDaysSignal,
) -> AnyView {
    let percent = |iv: f64| format!("{:.2} %", 100.0 * iv);
    let told = |of: Option<String>| of.unwrap_or_else(|| "–".to_owned());
    let terms = memo(move || {
        let smiles = smiles.read();
        smiles.iter().map(|(_, one)| (one.years, one.at_the_money)).collect::<Vec<_>>()
    });
    let thirty = memo(move || told(constant_maturity(&terms.read(), THIRTY_DAYS).map(percent)));
    let among = move |of: fn(&VolatilityDaysView) -> Option<f64>| {
        memo(move || match days.read().as_ref() {
            Some(Ok(view)) => told(of(view).map(|part| among_days(part, view.days.len()))),
            _ => told(None),
        })
    };
    let (rank, percentile) = (among(|view| view.rank), among(|view| view.percentile));
    let ratio = memo(move || {
        let terms = terms.read();
        told(match terms.as_slice() {
            [(_, front), (_, next), ..] => Some(format!("{:.3}", front / next)),
            _ => None,
        })
    });
    let of_smile =
        move |of: fn(&Smile) -> String| memo(move || told(smile.read().as_ref().map(of)));
    view! {
        <div class="chain-head__figures" tabindex="0" role="group" aria-label="In figures">
            <dl>
                {figure("IV30", "Of thirty days, between the expiries round them", thirty)}
                {figure(
                    "IV rank",
                    "(now − least) ÷ (most − least) of IV30, over the last 252 days",
                    rank,
                )}
                {figure("IV percentile", "On how many of these days it was below", percentile)}
                {figure("Front ÷ next", "Of the first expiry and the second", ratio)}
                {figure("At the money", "Of the expiry that is drawn", of_smile(|one| {
                    format!("{:.2} %", 100.0 * one.at_the_money)
                }))}
                {figure("Forward", "The underlying's price for delivery then", of_smile(|one| {
                    format::price(one.forward, 2)
                }))}
                {figure("Strikes", "With a volatility, out of the money", of_smile(|one| {
                    one.points.len().to_string()
                }))}
                {figure(
                    "Feed's, apart",
                    "The middle of the differences between our volatilities and the feed's, in vol \
                     points",
                    memo(move || told(smile.read().as_ref().and_then(apart))),
                )}
                {figure("Off the curve", "Volatilities that stand too far from it", of_smile(|one| {
                    one.points.iter().filter(|point| point.is_outlier).count().to_string()
                }))}
            </dl>
        </div>
    }
    .erase()
}

/// The median distance of a smile's volatilities from the feed's, in vol points.
fn apart(smile: &Smile) -> Option<String> {
    let points = smile.points.iter().filter(|one| one.away.abs() <= NEAR);
    let mut all: Vec<f64> =
        points.filter_map(|one| Some((one.iv - one.vendor_iv?).abs())).collect();
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).map(|apart| format!("{:.2}", 100.0 * apart))
}

/// `37`, of a hundred; `37 (84 of 252 days)` where fewer than a year are known.
fn among_days(part: f64, days: usize) -> String {
    let whole = format!("{:.0}", 100.0 * part);
    if days < RANK_DAYS { format!("{whole} ({days} of {RANK_DAYS} days)") } else { whole }
}

/// Saves every volatility, with the curve's.
fn save_volatility(symbol: Memo<Symbol>, smiles: Memo<Vec<(Series, Smile)>>) {
    let mut text = "series,strike,right,away,iv,vendor,curve,off".to_owned();
    for (series, smile) in smiles.get_untracked() {
        for point in &smile.points {
            let vendor = point.vendor_iv.map_or(String::new(), |iv| format!("{iv:.4}"));
            let curve = smile.iv(point.strike).map_or(String::new(), |iv| format!("{iv:.6}"));
            text += &format!(
                "\r\n{},{},{},{:.4},{:.6},{vendor},{curve},{}",
                series.slug(),
                point.strike,
                point.right.letter(),
                point.away,
                point.iv,
                point.is_outlier
            );
        }
    }
    text += "\r\n";
    save(&format!("volaris-volatility-{}.csv", symbol.get_untracked()), "text/csv", &text);
}
