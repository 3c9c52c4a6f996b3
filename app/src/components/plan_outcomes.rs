//! What a planned position brings by price and day: a table, coloured by profit and loss.

use leptos::prelude::*;
use market::{Moment, format};
use plan::Stand;

use super::plan_head::{PlanControls, PlanNow};
use super::plan_payoff::{days, reach};
use crate::erased::{Erase, memo, part};

/// Prices, each a row.
const ROWS: i32 = 17;
/// Days, each a column.
const COLUMNS: i32 = 6;

/// A table of outcomes.
#[derive(Clone, Debug, PartialEq)]
struct Outcomes {
    days: Vec<String>,
    rows: Vec<OutcomeRow>,
}

#[derive(Clone, Debug, PartialEq)]
struct OutcomeRow {
    price: String,
    away: String,
    /// Whether the underlying is nearest to this one.
    is_here: bool,
    /// Profit, and how much of the greatest there is it is, in per cent, less than nothing for a
    /// loss.
    profits: Vec<(String, i32)>,
}

impl Outcomes {
    fn of(now: &PlanNow, shift: f64) -> Option<Self> {
        let (scenario, paid) = (now.scenario.as_ref().ok()?, now.paid?);
        let (_, end) = days(now, 0.0)?;
        let at = |column: i32| -> Moment {
            let part = f64::from(column) / f64::from(COLUMNS - 1);
            days(now, part).map_or(end, |(day, _)| if column + 1 == COLUMNS { end } else { day })
        };
        let (low, high) = reach(now);
        let step = nice((high - low) / f64::from(ROWS));
        let middle = (now.spot / step).round();
        let prices: Vec<f64> = (0..ROWS)
            .rev()
            .map(|row| step * (middle + f64::from(row - ROWS / 2)))
            .filter(|price| 0.0 < *price)
            .collect();
        let profit = |spot: f64, column: i32| {
            scenario.worth(&Stand { spot, at: at(column), shift: 0.01 * shift }) - paid
        };
        let profits: Vec<Vec<f64>> = prices
            .iter()
            .map(|price| (0..COLUMNS).map(|column| profit(*price, column)).collect())
            .collect();
        let greatest = profits.iter().flatten().fold(1e-9, |sum: f64, one| sum.max(one.abs()));
        #[expect(clippy::cast_possible_truncation, reason = "at most a hundred")]
        let part = |profit: f64| (100.0 * profit / greatest).round() as i32;
        let rows = prices.iter().zip(&profits).map(|(price, profits)| OutcomeRow {
            price: format::price(*price, if step.fract() == 0.0 { 0 } else { 2 }),
            away: format::percent(100.0 * (price / now.spot - 1.0)),
            is_here: (price - now.spot).abs() <= 0.5 * step,
            profits: profits.iter().map(|one| (format::money(*one), part(*one))).collect(),
        });
        Some(Self {
            days: (0..COLUMNS).map(|column| day_text(now, at(column), column)).collect(),
            rows: rows.collect(),
        })
    }
}

/// The greatest of 1, 2, 2.5, 5, 10… hundredths and so on that is hardly above `step`.
fn nice(step: f64) -> f64 {
    let (mut unit, mut found) = (0.01, 0.01);
    while unit < 1e6 {
        for times in [1.0, 2.0, 2.5, 5.0] {
            if times * unit <= 1.15 * step {
                found = times * unit;
            }
        }
        unit *= 10.0;
    }
    found
}

fn day_text(now: &PlanNow, at: Moment, column: i32) -> String {
    let date = at.wall_time().date;
    match column {
        0 => "now".to_owned(),
        _ if column + 1 == COLUMNS => "expiry".to_owned(),
        _ if date == now.at.wall_time().date => format::minute(at),
        _ => {
            let (_, month, day) = date.year_month_day();
            format!("{month:02}-{day:02} {}", format::minute(at))
        }
    }
}

/// The table.
pub(crate) fn plan_outcomes(controls: PlanControls) -> AnyView {
    let outcomes = memo(move || Outcomes::of(controls.now.read().as_ref()?, controls.shift.get()));
    part(move || Some(table(outcomes.read().as_ref()?)))
}

fn table(outcomes: &Outcomes) -> AnyView {
    let head = |day: &String| view! { <th scope="col">{day.clone()}</th> }.erase();
    let row = |row: &OutcomeRow| {
        let cell = |(text, part): &(String, i32)| {
            let side = if *part < 0 { "var(--down)" } else { "var(--up)" };
            let strength = part.abs() * 55 / 100;
            let colour = format!("color-mix(in srgb, {side} {strength}%, var(--panel))");
            view! { <td style:background=colour>{text.clone()}</td> }.erase()
        };
        view! {
            <tr data-here=row.is_here.then_some("true")>
                <th scope="row">{row.price.clone()}</th>
                <td class="plan-outcomes__away">{row.away.clone()}</td>
                {row.profits.iter().map(cell).collect_view()}
            </tr>
        }
        .erase()
    };
    view! {
        <div
            class="plan-outcomes figures-table"
            tabindex="0"
            role="group"
            aria-label="Outcomes by price and day"
        >
            <table>
                <caption class="visually-hidden">"Profit by price and day"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Price"</th>
                        <th scope="col">"Away"</th>
                        {outcomes.days.iter().map(head).collect_view()}
                    </tr>
                </thead>
                <tbody>{outcomes.rows.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .erase()
}

#[cfg(test)]
mod tests {
    use super::nice;

    #[test]
    fn steps_are_those_that_people_count_in() {
        for (step, expected) in
            [(0.9, 1.0), (3.3, 2.5), (12.0, 10.0), (21.0, 20.0), (22.0, 25.0), (0.013, 0.01)]
        {
            assert!((nice(step) - expected).abs() < 1e-9, "{step}: {}", nice(step));
        }
    }
}
