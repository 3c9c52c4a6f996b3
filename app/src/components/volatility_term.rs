//! Volatility at the money by expiry: the term structure, and what it asks between two expiries.

use leptos::prelude::*;
use market::{Series, format};
use quant::options::Smile;

use crate::erased::{Erase, part};

/// The drawing's own units; it is stretched to the room there is.
const WIDTH: f64 = 1_000.0;
const HEIGHT: f64 = 260.0;
const DAYS_A_YEAR: f64 = 365.0;
/// Days that are named below, where they are in sight.
const TICKS: [f64; 8] = [1.0, 7.0, 30.0, 60.0, 120.0, 240.0, 365.0, 730.0];
/// Two expiries nearer than this say nothing about the time between them.
const APART_MIN: f64 = 0.9;

/// An expiry.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Point {
    series: Series,
    /// Until it ends.
    days: f64,
    /// At the money, by calendar days.
    iv: f64,
    /// What is asked from the expiry before until this one; nothing where that is too near, or
    /// where the later one's whole variance is less.
    forward: Option<f64>,
}

/// The expiries, soonest first.
fn points(smiles: &[(Series, Smile)]) -> Vec<Point> {
    let mut points: Vec<Point> = Vec::with_capacity(smiles.len());
    for (series, smile) in smiles {
        let (days, iv) = (DAYS_A_YEAR * smile.years, smile.at_the_money);
        let before = points.iter().rev().find(|one| APART_MIN <= days - one.days);
        let forward = before.and_then(|before| {
            // Variances of disjoint times add up.
            let between = iv * iv * days - before.iv * before.iv * before.days;
            (0.0 < between).then(|| (between / (days - before.days)).sqrt())
        });
        points.push(Point { series: *series, days, iv, forward });
    }
    points
}

/// The drawing; time stands by its square root, so that the first weeks have room.
pub(super) fn volatility_term(smiles: Memo<Vec<(Series, Smile)>>) -> AnyView {
    part(move || {
        let points = points(&smiles.read());
        match points.as_slice() {
            [] | [_] => {
                let why = "There are too few expiries for a curve.";
                view! { <p class="volatility-curves__none">{why}</p> }.erase()
            }
            points => drawing(points),
        }
    })
}

fn drawing(points: &[Point]) -> AnyView {
    let last = points.last().map_or(1.0, |one| one.days).sqrt();
    // The scale stands at the left.
    let x = |days: f64| 0.06 + 0.92 * days.sqrt() / last;
    let all = || points.iter().flat_map(|one| [Some(one.iv), one.forward]).flatten();
    let (low, high) = (all().fold(f64::MAX, f64::min), all().fold(0.0, f64::max));
    let y = |iv: f64| 0.04 + 0.92 * (high - iv) / (high - low).max(1e-6);
    let at = |days: f64, iv: f64| format!("{:.1},{:.1}", WIDTH * x(days), HEIGHT * y(iv));
    let line: Vec<String> = points.iter().map(|one| at(one.days, one.iv)).collect();
    let steps: Vec<String> = points
        .windows(2)
        .filter_map(|pair| {
            let forward = pair[1].forward?;
            Some(format!("M{}H{:.1}", at(pair[0].days, forward), WIDTH * x(pair[1].days)))
        })
        .collect();
    let dots = points.iter().map(|one| {
        let Point { series, days, iv, forward } = one;
        let mut title = format!("{series}: {:.2} % over {days:.1} days", 100.0 * iv);
        if let Some(forward) = forward {
            title += &format!(", {:.2} % since the expiry before", 100.0 * forward);
        }
        let (left, top) = (percent(x(*days)), percent(y(*iv)));
        view! { <i data-kind="call" title=title style:left=left style:top=top></i> }.erase()
    });
    let ticks = TICKS.into_iter().filter(|days| days.sqrt() <= last).map(|days| {
        let name = format!("{days:.0} d");
        view! { <span style:left=percent(x(days))>{name}</span> }.erase()
    });
    let scale = |iv: f64| format!("{} %", format::price(100.0 * iv, 1));
    view! {
        <div class="volatility-smile">
            <div class="volatility-smile__place">
                <svg
                    viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                    preserveAspectRatio="none"
                    role="img"
                    aria-label="Volatility at the money by expiry"
                >
                    <path class="volatility-curves__put" d=steps.concat() />
                    <path class="volatility-smile__curve" d=format!("M{}", line.join("L")) />
                </svg>
                {dots.collect_view()}
                <span class="volatility-smile__scale" data-end="high">{scale(high)}</span>
                <span class="volatility-smile__scale" data-end="low">{scale(low)}</span>
            </div>
            <div class="volatility-smile__axis" aria-hidden="true">{ticks.collect_view()}</div>
        </div>
    }
    .erase()
}

fn percent(part: f64) -> String {
    format!("{:.2}%", 100.0 * part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smile(days: f64, at_the_money: f64) -> (Series, Smile) {
        let series = "SPXW-2024-02-27".parse().expect("a series");
        let years = days / DAYS_A_YEAR;
        (series, Smile { forward: 1.0, at_the_money, years, points: Vec::new(), curve: None })
    }

    #[test]
    fn between_two_expiries_stands_what_is_left_of_the_variance() {
        let of = |smiles: &[(f64, f64)]| {
            let smiles: Vec<_> = smiles.iter().map(|(days, iv)| smile(*days, *iv)).collect();
            points(&smiles).into_iter().map(|one| one.forward).collect::<Vec<_>>()
        };
        assert_eq!(of(&[(10.0, 0.2)]), [None]);
        // 0.04 · 10 and 0.0625 · 20 leave 0.85 for ten days.
        let told = of(&[(10.0, 0.2), (20.0, 0.25)])[1].expect("a volatility");
        assert!((told - 0.085_f64.sqrt()).abs() < 1e-12, "{told}");
        assert!((of(&[(10.0, 0.2), (20.0, 0.2)])[1].expect("flat") - 0.2).abs() < 1e-12);
        // Less variance until later than until sooner: nothing can be said.
        assert_eq!(of(&[(10.0, 0.3), (11.0, 0.2)])[1], None);
        // Morning and evening of one day are one expiry here.
        let told = of(&[(9.0, 0.2), (10.0, 0.2), (10.3, 0.2)]);
        assert!((told[2].expect("over 1.3 days") - 0.2).abs() < 1e-12);
    }
}
