//! Above the positions: what all that is open comes to, and what it is weighed to.

use api::{ApiError, BetaView};
use leptos::prelude::*;
use market::{Moment, Symbol, format};
use plan::{Attribution, Stage, WeightedGreeks};

use super::figure::figure;
use super::menu::choice;
use super::positions_table::{PositionRow, PositionWish};
use crate::erased::{Erase, erased, heard, memo, part};

/// What all that is open comes to. Dollars.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct PositionsSum {
    /// How many there are.
    pub(crate) open: usize,
    /// What they have brought, fees taken off.
    pub(crate) profit: f64,
    /// Of how many that is known.
    pub(crate) with_profit: usize,
    /// What they brought since the previous close.
    pub(crate) today: Attribution,
    /// Of how many that is known.
    pub(crate) with_day: usize,
    /// What those that are closed have brought, fees taken off.
    pub(crate) realised: f64,
    /// What moves them, as if all were on the benchmark.
    pub(crate) weighted: WeightedGreeks,
    /// How many cannot be valued now, and are in none of it.
    pub(crate) not_counted: usize,
    /// How many are not in what moves them, as no beta to the benchmark is known.
    pub(crate) without_beta: usize,
    /// How many are not in it, as the benchmark has no price.
    pub(crate) without_price: usize,
}

/// What the positions show and do.
#[derive(Clone, Copy)]
pub(crate) struct PositionsControls {
    /// Every position that is kept, the oldest first.
    pub(crate) rows: RwSignal<Vec<PositionRow>>,
    /// What those that are open come to.
    pub(crate) sum: RwSignal<PositionsSum>,
    /// Which of them are listed.
    pub(crate) stage: RwSignal<Stage>,
    /// The identity of the one whose details are open.
    pub(crate) opened: RwSignal<Option<String>>,
    /// What positions are weighed to.
    pub(crate) benchmark: RwSignal<Symbol>,
    /// How much of its moves each underlying makes; nothing until the server told.
    pub(crate) betas: RwSignal<Option<Result<Vec<BetaView>, ApiError>>>,
    /// The tape's time.
    pub(crate) now: RwSignal<Option<Moment>>,
    /// Called with an identity and what should become of it.
    pub(crate) on_wish: Callback<(String, PositionWish)>,
    /// Called for a new position.
    pub(crate) on_new: Callback<()>,
}

/// What positions can be weighed to.
const BENCHMARKS: [Symbol; 2] = [Symbol::SPX, Symbol::SPY];

/// Which positions are listed, and what they are weighed to; stands in the bar above.
pub(crate) fn positions_tools(controls: PositionsControls) -> AnyView {
    let PositionsControls { rows, stage, opened, benchmark, on_new, .. } = controls;
    let stage_choice = move |one: Stage| {
        let count = memo(move || rows.read().iter().filter(|row| row.stage == one).count());
        view! {
            <button
                type="button"
                aria-pressed=move || (stage.get() == one).to_string()
                on:click=heard(move |_| {
                    stage.set(one);
                    opened.set(None);
                })
            >
                {one.name()} " " <small>{part(move || count.get().to_string())}</small>
            </button>
        }
        .erase()
    };
    let one_benchmark = move |one: Symbol| {
        choice(one.as_str(), move || benchmark.get() == one, move || benchmark.set(one))
    };
    // As they are looked at: what is held first.
    let stages = [Stage::Open, Stage::Planned, Stage::Closed];
    view! {
        <div class="positions-tools">
            <div class="positions-tools__choice" role="group" aria-label="Which positions">
                {stages.map(stage_choice).collect_view()}
            </div>
            <div class="positions-tools__choice" role="group" aria-label="Weighed to">
                {BENCHMARKS.map(one_benchmark).collect_view()}
            </div>
            <button type="button" on:click=heard(move |_| on_new.run(()))>
                "New"
            </button>
        </div>
    }
    .erase()
}

/// What all that is open comes to.
pub(crate) fn positions_head(controls: PositionsControls) -> AnyView {
    let PositionsControls { rows, sum, benchmark, betas, .. } = controls;
    let is_any = memo(move || 0 < sum.read().open);
    let left_out = memo(move || left_out(&sum.read(), benchmark.get(), betas.read().as_ref()));
    let held = memo(move || {
        let rows = rows.read();
        let held = rows.iter().filter(|row| row.stage == Stage::Open);
        let mut held: Vec<Symbol> =
            held.filter_map(|row| Some(row.position.as_ref()?.underlying())).collect();
        held.sort();
        held.dedup();
        held
    });
    let figures = move || {
        is_any.get().then(|| {
            view! {
                <div
                    class="chain-head__figures plan-head"
                    tabindex="0"
                    role="group"
                    aria-label="All that is open"
                >
                    <dl>{worth(sum)} {movers(sum)} {made_by(sum)}</dl>
                </div>
            }
            .erase()
        })
    };
    view! {
        {part(figures)}
        <p class="positions-head__betas" hidden=erased(move || !is_any.get())>
            {part(move || {
                let betas = betas.read();
                let known = betas.iter().flatten().flatten();
                beta_text(benchmark.get(), &known.collect::<Vec<_>>(), &held.read())
            })} " "
            <b>{part(move || left_out.get())}</b>
        </p>
    }
    .into_any()
}

/// A figure of what is open.
fn of_sum(
    sum: RwSignal<PositionsSum>,
    name: &'static str,
    title: &'static str,
    text: fn(&PositionsSum) -> Option<String>,
) -> AnyView {
    figure(name, title, memo(move || text(&sum.read()).unwrap_or_else(|| "–".to_owned())))
}

/// Dollars of today, where they are known.
fn day(sum: &PositionsSum, of: fn(&Attribution) -> f64) -> Option<String> {
    (0 < sum.with_day).then(|| format::money(of(&sum.today)))
}

fn worth(sum: RwSignal<PositionsSum>) -> AnyView {
    view! {
        {of_sum(sum, "Profit", "At the middle, less what was paid and fees", |sum| {
            (0 < sum.with_profit).then(|| format::money(sum.profit))
        })}
        {of_sum(sum, "Today", "Since the previous close, or since it was opened", |sum| {
            day(sum, |day| day.whole)
        })}
        {of_sum(sum, "Realised", "By all that is closed, fees taken off", |sum| {
            Some(format::money(sum.realised))
        })}
    }
    .into_any()
}

/// A figure of what moves them; nothing where none of them is weighed.
fn mover(sum: &PositionsSum, told: impl Fn(&WeightedGreeks) -> String) -> Option<String> {
    let left_out = sum.not_counted + sum.without_beta + sum.without_price;
    (left_out < sum.open).then(|| told(&sum.weighted))
}

fn movers(sum: RwSignal<PositionsSum>) -> AnyView {
    view! {
        {of_sum(
            sum,
            "Delta",
            "Shares of the benchmark that it is like: beta × delta × spot ÷ its price",
            |sum| mover(sum, |one| format::signed(one.delta, 1)),
        )}
        {of_sum(sum, "Delta $", "The same in dollars", |sum| {
            mover(sum, |one| format::dollars(one.dollar_delta))
        })}
        {of_sum(sum, "Gamma $ 1%", "Delta in dollars for 1 % of the benchmark", |sum| {
            mover(sum, |one| format::dollars(one.dollar_gamma))
        })}
        {of_sum(sum, "Theta", "Dollars for each calendar day that passes", |sum| {
            mover(sum, |one| format::money(one.theta))
        })}
        {of_sum(sum, "Vega", "Dollars for each vol point, all expiries alike", |sum| {
            mover(sum, |one| format::money(one.vega))
        })}
    }
    .into_any()
}

fn made_by(sum: RwSignal<PositionsSum>) -> AnyView {
    view! {
        {of_sum(sum, "by delta", "Of today's: delta then × the move", |sum| {
            day(sum, |day| day.delta)
        })}
        {of_sum(sum, "by gamma", "Of today's: ½ gamma then × the move²", |sum| {
            day(sum, |day| day.gamma)
        })}
        {of_sum(sum, "by theta", "Of today's: theta then × days", |sum| {
            day(sum, |day| day.theta)
        })}
        {of_sum(sum, "by vega", "Of today's: vega then × vol points", |sum| {
            day(sum, |day| day.vega)
        })}
        {of_sum(sum, "the rest", "Of today's: what bends further, and quotes", |sum| {
            day(sum, |day| day.rest)
        })}
    }
    .into_any()
}

/// What is not in the figures, and why that is; betas that are on their way are not missed.
fn left_out(
    sum: &PositionsSum,
    benchmark: Symbol,
    betas: Option<&Result<Vec<BetaView>, ApiError>>,
) -> Option<String> {
    let some = |count: usize, what: &str| match count {
        0 => None,
        1 => Some(format!("1 position {what}")),
        count => Some(format!("{count} positions {what}")),
    };
    let valued = sum.open - sum.not_counted;
    let told = [
        some(sum.not_counted, "cannot be valued: see why below."),
        some(sum.without_price, &format!("not weighed, as {benchmark} has no price yet.")),
        betas.and_then(|betas| match betas {
            Ok(_) => some(sum.without_beta, &format!("with no beta to {benchmark}.")),
            Err(error) => some(sum.without_beta, &format!("not weighed: {error}.")),
        }),
        some(valued - sum.with_day.min(valued), "with no value of the day before."),
    ];
    let told: Vec<String> = told.into_iter().flatten().collect();
    (!told.is_empty()).then(|| format!("Not counted: {}", told.join(" ")))
}

/// `Beta to SPX over 63 days: NDX 1.21 (r 0.93), SPY …`, of what is held.
fn beta_text(benchmark: Symbol, betas: &[&BetaView], held: &[Symbol]) -> Option<String> {
    let is_told = |one: &&&BetaView| one.symbol != benchmark && held.contains(&one.symbol);
    let told: Vec<String> = betas
        .iter()
        .filter(is_told)
        .map(|one| format!("{} {:.2} (r {:.2})", one.symbol, one.beta, one.correlation))
        .collect();
    let told = told.join(", ").replace('-', "\u{2212}");
    let days = betas.first().filter(|_| !told.is_empty())?.days;
    Some(format!("Beta to {benchmark} over {days} days: {told}."))
}
