//! Levels: a line each, and labels that never cover one another.

use market::format;
use quant::levels::LevelRole;

use crate::labels::{Placed, Taken, Wanted, place};
use crate::scale::PriceScale;
use crate::state::{ChartLevel, ChartState, NARROW};
use crate::{Align, Ink, Shape};

/// The height of a level's label.
const LABEL: f64 = 18.0;

fn level_ink(level: &ChartLevel) -> Ink {
    match (level.color, level.role) {
        (Some(color), _) => Ink::Study(color % Ink::STUDIES),
        (None, LevelRole::Resistance) => Ink::Down,
        (None, LevelRole::Support) => Ink::Up,
        (None, LevelRole::Pivot) => Ink::Pivot,
        (None, LevelRole::Vwap) => Ink::Vwap,
    }
}

/// Lines and labels; gives the room that the labels take.
pub(crate) fn levels(state: &ChartState, prices: &PriceScale, shapes: &mut Vec<Shape>) -> Taken {
    let (top, bottom) = (prices.top, prices.bottom);
    let label_left = state.label_left();
    let mut wanted = Vec::new();
    let (mut above, mut below) = (Vec::new(), Vec::new());
    for (number, level) in state.levels.iter().enumerate() {
        let y = prices.y(level.price);
        if y < top {
            above.push(number);
        } else if bottom < y {
            below.push(number);
        } else {
            let (to, ink) = ((label_left - 10.0, y), level_ink(level));
            if let Some((_, strength)) =
                state.pulsing.as_ref().filter(|(name, _)| *name == level.name)
            {
                let opacity = 0.4 * strength.clamp(0.0, 1.0);
                shapes.push(Shape::fill(0.0, y - 7.0, to.0, 14.0, ink, opacity));
            }
            shapes.push(Shape::stroke((0.0, y), to, ink, level.is_computed));
            wanted.push(Wanted { y, level: number });
        }
    }
    let first = top + if above.is_empty() { 0.0 } else { LABEL };
    let last = bottom - if below.is_empty() { 0.0 } else { LABEL };
    let width = state.time.edge - label_left;
    let room = |y: f64| [label_left, y - LABEL / 2.0, width, LABEL];
    let mut taken = Taken::default();
    for label in place(wanted, LABEL, first, last.max(first + LABEL)) {
        push_label(state, &label, label_left, shapes);
        taken.0.push(room(label.y));
    }
    let ends = [("↑", &above, top + LABEL / 2.0), ("↓", &below, bottom - LABEL / 2.0)];
    for (arrow, off, y) in ends.into_iter().filter(|(_, off, _)| !off.is_empty()) {
        push_edge(state, arrow, off, (label_left, y), shapes);
        taken.0.push(room(y));
    }
    taken
}

/// A label with the lines that lead to it; one that names several shows the first one's price.
fn push_label(state: &ChartState, label: &Placed, left: f64, shapes: &mut Vec<Shape>) {
    let Some(first) = label.levels.first() else { return };
    let level = &state.levels[first.level];
    let ink = level_ink(level);
    for line in &label.levels {
        let own = level_ink(&state.levels[line.level]);
        shapes.push(Shape::stroke((left - 10.0, line.y), (left, label.y), own, false));
    }
    let names: Vec<&str> =
        label.levels.iter().map(|one| state.levels[one.level].name.as_str()).collect();
    let is_narrow = state.width < NARROW;
    let name = match (names.as_slice(), is_narrow) {
        ([one], _) => (*one).to_owned(),
        ([one, rest @ ..], true) => format!("{one} +{}", rest.len()),
        ([one, two], false) if one.chars().count() + two.chars().count() < 11 => {
            format!("{one} · {two}")
        }
        ([one, rest @ ..], false) => format!("{one} +{}", rest.len()),
        ([], _) => String::new(),
    };
    let width = state.time.edge - left - 2.0;
    let (y, height) = (label.y - LABEL / 2.0 + 1.0, LABEL - 2.0);
    shapes.push(Shape::fill(left, y, width, height, Ink::Panel, 1.0));
    shapes.push(Shape::frame(left, y, width, height, ink));
    shapes.push(Shape::Text {
        x: left + 5.0,
        y: label.y,
        text: name,
        ink,
        align: Align::Left,
        is_bold: true,
    });
    if is_narrow {
        return;
    }
    let words = price_words(level, names.len() == 1);
    shapes.push(Shape::text(left + width - 5.0, label.y, words, Ink::Dim, Align::Right));
}

/// A level's price as the ladder tells it, with its distance where it has the label to itself. In
/// the thousands there is no room for cents of both, and a tenth of a point is little.
fn price_words(level: &ChartLevel, is_alone: bool) -> String {
    let decimals = if level.price < 1_000.0 { format::decimals(level.price) } else { 1 };
    match level.points.filter(|_| is_alone) {
        Some(points) => {
            format!("{} {}", format::quote(level.price), format::signed(points, decimals))
        }
        None => format::price(level.price, decimals),
    }
}

/// Levels off the chart: the nearest by name, the others by number.
fn push_edge(
    state: &ChartState,
    arrow: &str,
    off: &[usize],
    (left, y): (f64, f64),
    shapes: &mut Vec<Shape>,
) {
    let middle = state.prices().price(f64::midpoint(state.prices().top, state.prices().bottom));
    let distance = |number: &usize| (state.levels[*number].price - middle).abs();
    let nearest = off.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)));
    let Some(nearest) = nearest else { return };
    let level = &state.levels[*nearest];
    let more = if 1 < off.len() { format!(" +{}", off.len() - 1) } else { String::new() };
    let words = if state.width < NARROW {
        format!("{arrow} {}", off.len())
    } else {
        format!("{arrow} {} {}{more}", level.name, format::quote(level.price))
    };
    shapes.push(Shape::text(left + 5.0, y, words, Ink::Faint, Align::Left));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The price on a label of one level, and on one that it shares.
    fn told(price: f64, points: f64) -> [String; 2] {
        let level = ChartLevel {
            name: "PDH".to_owned(),
            price,
            role: LevelRole::Resistance,
            points: Some(points),
            is_computed: false,
            color: None,
        };
        let mut state = ChartState::default();
        (state.levels, state.width) = (vec![level.clone(), level], 900.0);
        [1, 2].map(|count| {
            let levels = (0..count).map(|level| Wanted { y: 90.0, level }).collect();
            let mut shapes = Vec::new();
            push_label(&state, &Placed { y: 90.0, levels }, 700.0, &mut shapes);
            let words = shapes.into_iter().find_map(|shape| match shape {
                Shape::Text { text, align: Align::Right, .. } => Some(text),
                _ => None,
            });
            words.expect("a price")
        })
    }

    #[test]
    fn labels_tell_a_price_as_the_ladder_does() {
        for (price, points, alone, shared) in [
            (0.0125, 0.0004, "0.0125 +0.0004", "0.0125"),
            (1.54, 0.04, "1.54 +0.04", "1.54"),
            (505.27, -12.344, "505.27 \u{2212}12.34", "505.27"),
            (999.99, 100.25, "999.99 +100.25", "999.99"),
            // An index, of which a tenth of a point is enough.
            (5_132.88, 41.24, "5,132.88 +41.2", "5,132.9"),
        ] {
            assert_eq!(told(price, points), [alone, shared]);
            // None needs more room than an index.
            let index = ["5,132.88 +41.2", "5,132.9"];
            assert!(alone.chars().count() <= index[0].len() && shared.len() <= index[1].len());
        }
    }
}
