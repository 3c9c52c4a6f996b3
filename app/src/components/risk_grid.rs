//! What all that is open would gain if the market moved: by price and volatility, at a moment that
//! can be chosen.

use leptos::prelude::*;
use market::{Moment, Symbol, format};
use plan::{RiskGrid, ShiftTerm, Stickiness};

use crate::erased::{Erase, erased, heard, memo, part};

/// What is varied, and how.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RiskChoice {
    /// How far the market moves at most: 0.1 is 10 %.
    pub(crate) reach: f64,
    /// How far volatility moves at most: 0.1 is ten vol points.
    pub(crate) shift: f64,
    /// Which of the moments, from now to the last end.
    pub(crate) time: usize,
    /// What a strike's volatility does when the underlying moves.
    pub(crate) stickiness: Stickiness,
    /// How a shift reaches the expiries.
    pub(crate) term: ShiftTerm,
    /// Whether each underlying makes its beta of the move; else all make the same.
    pub(crate) is_weighed: bool,
}

impl Default for RiskChoice {
    fn default() -> Self {
        Self {
            reach: 0.05,
            shift: 0.10,
            time: 0,
            stickiness: Stickiness::Strike,
            term: ShiftTerm::Parallel,
            is_weighed: true,
        }
    }
}

/// What the positions would gain.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RiskNow {
    /// By price and volatility, at the moment that is chosen.
    pub(crate) grid: RiskGrid,
    /// By price alone: now, at the moment that is chosen, and when the last option ends.
    pub(crate) lines: RiskGrid,
    /// When options end.
    pub(crate) ends: Vec<Moment>,
    /// The tape's time.
    pub(crate) at: Moment,
    /// What the market is.
    pub(crate) benchmark: Symbol,
    /// Its price.
    pub(crate) price: Option<f64>,
    /// How many positions are in it.
    pub(crate) counted: usize,
    /// How many are open.
    pub(crate) open: usize,
}

/// Every so many of the grid's prices and volatilities stand in the table.
const EVERY: [usize; 2] = [4, 2];
/// The drawing's size, in its own units.
const SIZE: (f64, f64) = (1_000.0, 200.0);

/// The table, its drawing, and what can be chosen.
pub(crate) fn risk_grid(now: RwSignal<Option<RiskNow>>, choice: RwSignal<RiskChoice>) -> AnyView {
    let told = memo(move || now.read().as_ref().map(|now| (now.counted, now.open)));
    let left_out = move || match told.get() {
        Some((counted, open)) if counted < open => {
            Some(format!(" {counted} of {open} positions are in it."))
        }
        _ => None,
    };
    view! {
        <section class="risk-grid" aria-label="Scenarios">
            <h2>"If the market moved"</h2>
            {choices(choice)}
            {day_slider(now, choice)}
            {part(move || now.read().as_ref().map(drawing))}
            {part(move || now.read().as_ref().map(|now| table(now, choice.get())))}
            <p class="risk-grid__note">
                "Dollars against what the model makes of it now: each option with its own \
                 volatility, American ones with early exercise; what ends on the way is worth what \
                 it pays there."
                {part(left_out)}
            </p>
        </section>
    }
    .erase()
}

/// Something that can be chosen: its name, what it means, whether it is so, and how it becomes so.
type Choice = (&'static str, &'static str, fn(&RiskChoice) -> bool, fn(&mut RiskChoice));

const CHOICES: [(&str, &[Choice]); 5] = [
    (
        "How far the market moves",
        &[
            (
                "±2%",
                "The market moves 2 % at most",
                |one| one.reach == 0.02,
                |one| one.reach = 0.02,
            ),
            (
                "±5%",
                "The market moves 5 % at most",
                |one| one.reach == 0.05,
                |one| one.reach = 0.05,
            ),
            (
                "±10%",
                "The market moves 10 % at most",
                |one| one.reach == 0.1,
                |one| one.reach = 0.1,
            ),
            (
                "±20%",
                "The market moves 20 % at most",
                |one| one.reach == 0.2,
                |one| one.reach = 0.2,
            ),
        ],
    ),
    (
        "How far volatility moves",
        &[
            ("±5 vol", "Five vol points", |one| one.shift == 0.05, |one| one.shift = 0.05),
            ("±10 vol", "Ten vol points", |one| one.shift == 0.1, |one| one.shift = 0.1),
            ("±20 vol", "Twenty vol points", |one| one.shift == 0.2, |one| one.shift = 0.2),
        ],
    ),
    (
        "What the smile does",
        &[
            (
                "Sticky strike",
                "A strike keeps its volatility when the underlying moves",
                |one| one.stickiness == Stickiness::Strike,
                |one| one.stickiness = Stickiness::Strike,
            ),
            (
                "Sticky delta",
                "The smile goes with the underlying",
                |one| one.stickiness == Stickiness::Delta,
                |one| one.stickiness = Stickiness::Delta,
            ),
        ],
    ),
    (
        "How expiries follow",
        &[
            (
                "Parallel",
                "A shift of volatility is the same for all expiries",
                |one| one.term == ShiftTerm::Parallel,
                |one| one.term = ShiftTerm::Parallel,
            ),
            (
                "√time",
                "A shift is that of thirty days; what ends sooner moves more, by √(30 ÷ days)",
                |one| one.term == ShiftTerm::RootTime,
                |one| one.term = ShiftTerm::RootTime,
            ),
        ],
    ),
    (
        "How underlyings follow",
        &[
            (
                "By beta",
                "Each underlying makes its beta of the move",
                |one| one.is_weighed,
                |one| one.is_weighed = true,
            ),
            (
                "All alike",
                "Every underlying makes the same move",
                |one| !one.is_weighed,
                |one| one.is_weighed = false,
            ),
        ],
    ),
];

fn choices(choice: RwSignal<RiskChoice>) -> AnyView {
    let one = move |(name, title, is_so, choose): &Choice| {
        let (is_so, choose) = (*is_so, *choose);
        view! {
            <button
                type="button"
                title=*title
                aria-pressed=erased(move || is_so(&choice.read()).to_string())
                on:click=heard(move |_| choice.update(choose))
            >
                {*name}
            </button>
        }
        .erase()
    };
    let group = |(label, of): (&'static str, &'static [Choice])| {
        view! {
            <div class="positions-tools__choice" role="group" aria-label=label>
                {of.iter().map(one).collect_view()}
            </div>
        }
        .erase()
    };
    view! { <div class="risk-grid__choices">{CHOICES.map(group).collect_view()}</div> }.erase()
}

/// The moment that is chosen.
fn day_slider(now: RwSignal<Option<RiskNow>>, choice: RwSignal<RiskChoice>) -> AnyView {
    let last = plan::GRID[2] - 1;
    let text = memo(move || {
        let now = now.read();
        let now = now.as_ref()?;
        let at = *now.grid.axes().times.first()?;
        let over = now.ends.iter().filter(|end| **end <= at).count();
        let over = if over == 0 {
            String::new()
        } else {
            format!(", {over} of {} expiries over", now.ends.len())
        };
        Some(match choice.get().time {
            0 => "now".to_owned(),
            _ => format!("{} {}{over}", at.wall_time().date, format::minute(at)),
        })
    });
    let slide = move |event: leptos::ev::Event| {
        if let Ok(time) = event_target_value(&event).parse::<usize>() {
            choice.update(|choice| choice.time = time.min(last));
        }
    };
    view! {
        <label class="risk-grid__day">
            <span>"Day " <b>{part(move || text.get())}</b></span>
            <input
                type="range"
                min="0"
                max=last.to_string()
                step="1"
                prop:value=erased(move || choice.get().time.to_string())
                on:input=heard(slide)
            />
        </label>
    }
    .erase()
}

/// Profit by price: now, then, and at the last end.
fn drawing(now: &RiskNow) -> AnyView {
    let (width, height) = SIZE;
    let rows = [0, 1, 2].map(|time| now.lines.row(time, 0));
    let every = || rows.iter().flat_map(|row| row.iter().copied());
    let most = every().fold(0.0, f64::max);
    let least = every().fold(0.0, f64::min);
    let span = (most - least).max(1.0);
    let (most, least) = (most + 0.06 * span, least - 0.06 * span);
    let across = |place: usize| width * place as f64 / (rows[0].len() - 1) as f64;
    let down = |dollars: f64| height * (most - dollars) / (most - least);
    let path = |row: &[f64]| {
        let points = row.iter().enumerate();
        let points = points.map(|(place, one)| format!("{:.1},{:.2}", across(place), down(*one)));
        format!("M{}", points.collect::<Vec<_>>().join("L"))
    };
    let zero = format!("{:.2}", down(0.0));
    let middle = format!("{:.1}", 0.5 * width);
    let reach = now.lines.axes().moves.last().copied().unwrap_or(0.0);
    let far = |sign: f64| {
        let away = format::percent(100.0 * sign * reach);
        match now.price {
            Some(price) => {
                format!("{away} · {}", format::price(price * (1.0 + sign * reach), 0))
            }
            None => away,
        }
    };
    view! {
        <figure class="risk-grid__drawing">
            <svg
                viewBox=format!("0 0 {width} {height}")
                preserveAspectRatio="none"
                role="img"
                aria-label="Profit by where the market goes"
            >
                <line class="risk-grid__zero" x1="0" x2=width y1=zero.clone() y2=zero />
                <line class="risk-grid__here" x1=middle.clone() x2=middle y1="0" y2=height />
                <path class="risk-grid__end" d=path(rows[2]) />
                <path class="risk-grid__then" d=path(rows[1]) />
                <path class="risk-grid__now" d=path(rows[0]) />
            </svg>
            <span data-end="most">{format::money(most)}</span>
            <span data-end="least">{format::money(least)}</span>
            <figcaption>
                <span>{far(-1.0)}</span>
                <span>
                    <i data-line="now">"now"</i> <i data-line="then">"chosen day"</i>
                    <i data-line="end">"last expiry"</i>
                </span>
                <span>{far(1.0)}</span>
            </figcaption>
        </figure>
    }
    .into_any()
}

/// By price across and volatility down.
fn table(now: &RiskNow, choice: RiskChoice) -> AnyView {
    let grid = &now.grid;
    let axes = grid.axes();
    let reach = grid.reach(0).max(1.0);
    let columns: Vec<usize> = (0..axes.moves.len()).step_by(EVERY[0]).collect();
    let head = |place: &usize| {
        let away = axes.moves[*place];
        let price = now.price.map(|price| format::price(price * (1.0 + away), 0));
        let is_here = away.abs() < 1e-12;
        view! {
            <th scope="col" data-here=is_here.then_some("true")>
                {format::signed(100.0 * away, if choice.reach < 0.04 { 1 } else { 0 })} "%"
                <small>{price}</small>
            </th>
        }
        .erase()
    };
    let row = |shift: usize| {
        let profits = grid.row(0, shift);
        let cell = |place: &usize| {
            let profit = profits[*place];
            let side = if profit < 0.0 { "var(--down)" } else { "var(--up)" };
            let strength = (55.0 * profit.abs() / reach).round();
            let colour = format!("color-mix(in srgb, {side} {strength}%, var(--panel))");
            view! { <td style:background=colour>{format::money(profit)}</td> }.erase()
        };
        let by = 100.0 * axes.shifts[shift];
        let is_here = by.abs() < 1e-9;
        view! {
            <tr data-here=is_here.then_some("true")>
                <th scope="row">{format::signed(by, 0)} " vol"</th>
                {columns.iter().map(cell).collect_view()}
            </tr>
        }
        .erase()
    };
    let rows = (0..axes.shifts.len()).rev().step_by(EVERY[1]);
    let worst = grid.worst(0).map(|(dollars, shift, place)| {
        format!(
            "The most that is lost here: {} at {} and {} vol.",
            format::money(dollars),
            format::percent(100.0 * axes.moves[place]),
            format::signed(100.0 * axes.shifts[shift], 0),
        )
    });
    view! {
        <div
            class="risk-grid__table figures-table"
            tabindex="0"
            role="group"
            aria-label="Profit by price and volatility"
        >
            <table>
                <caption class="visually-hidden">"Profit by price and volatility"</caption>
                <thead>
                    <tr>
                        <th scope="col">{now.benchmark.as_str()}</th>
                        {columns.iter().map(head).collect_view()}
                    </tr>
                </thead>
                <tbody>{rows.map(row).collect_view()}</tbody>
            </table>
        </div>
        <p class="risk-grid__worst">{worst}</p>
    }
    .into_any()
}
