//! Grid, axes, the last price with its countdown, and the crosshair.

use market::{bucket_end, format};

use crate::panes::{PRICE_AXIS, TIME_AXIS};
use crate::scale::PriceScale;
use crate::state::{ChartState, Region};
use crate::time_axis::{self, Begins};
use crate::{Align, Ink, Shape};

/// Height of a price's tag on the axis, in pixels.
const TAG_HEIGHT: f64 = 20.0;
/// The same with a countdown under the price.
const TAG_WITH_COUNTDOWN: f64 = 34.0;

pub(super) fn grid(state: &ChartState, prices: &PriceScale, bottom: f64, shapes: &mut Vec<Shape>) {
    let edge = state.time.edge;
    let tag = state.last.map(|(price, _)| prices.y(price));
    let clear = if left_of_bar(state).is_some() { TAG_WITH_COUNTDOWN } else { TAG_HEIGHT };
    let mut lines = Vec::with_capacity(32);
    let mut told = Vec::with_capacity(32);
    for (tick, words) in prices.ticks(46.0) {
        let y = prices.y(tick);
        lines.push([0.0, y, edge, y]);
        // Half a number beside the last price's tag reads as another number.
        if tag.is_none_or(|tag| clear < (tag - y).abs()) && y < prices.bottom - 6.0 {
            told.push(Shape::text(edge + 8.0, y, words, Ink::Faint, Align::Left));
        }
    }
    let (span, spacing) = (state.subject.span, state.time.spacing);
    for word in time_axis::words(state.series.bars(), state.visible(), span, spacing) {
        let x = state.time.x(word.place as f64);
        if !(20.0..=edge - 20.0).contains(&x) {
            continue;
        }
        let is_major = word.begins == Begins::Day;
        if is_major {
            lines.push([x, 0.0, x, bottom]);
        }
        let ink = if is_major { Ink::Dim } else { Ink::Faint };
        told.push(Shape::text(x, bottom + TIME_AXIS / 2.0, word.text, ink, Align::Middle));
    }
    lines.push([0.0, bottom, state.width, bottom]);
    shapes.push(Shape::Strokes { lines, ink: Ink::Line, is_dashed: false });
    shapes.append(&mut told);
}

/// What is left until the newest bar ends: `02:14`, `1:05:30`, `2d 4h`.
fn left_of_bar(state: &ChartState) -> Option<String> {
    let (now, bar) = (state.now?, state.series.bars().last()?);
    let ends = bucket_end(bar.start, state.subject.span);
    if now < bar.start || ends <= now {
        return None;
    }
    let seconds = (ends - now).whole_seconds();
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    Some(match hours {
        24.. => format!("{}d {}h", hours / 24, hours % 24),
        0 => format!("{minutes:02}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    })
}

pub(super) fn last(state: &ChartState, prices: &PriceScale, shapes: &mut Vec<Shape>) {
    let Some((price, _)) = state.last else { return };
    let y = prices.y(price);
    if y < prices.top || prices.bottom < y {
        return;
    }
    let edge = state.time.edge;
    shapes.push(Shape::stroke((0.0, y), (edge, y), Ink::Accent, true));
    let left = left_of_bar(state);
    let height = if left.is_some() { TAG_WITH_COUNTDOWN } else { TAG_HEIGHT };
    let top = (y - TAG_HEIGHT / 2.0).min(prices.bottom - height).max(0.0);
    shapes.push(Shape::fill(edge, top, PRICE_AXIS, height, Ink::Accent, 1.0));
    shapes.push(Shape::Text {
        x: edge + 7.0,
        y: top + TAG_HEIGHT / 2.0,
        text: prices.word(price, state.decimals()),
        ink: Ink::OnAccent,
        align: Align::Left,
        is_bold: true,
    });
    if let Some(left) = left {
        let y = top + TAG_HEIGHT + 5.0;
        shapes.push(Shape::text(edge + 7.0, y, left, Ink::OnAccent, Align::Left));
    }
}

pub(super) fn crosshair(
    state: &ChartState,
    prices: &PriceScale,
    bottom: f64,
    shapes: &mut Vec<Shape>,
) {
    let Some(place) = state.pointed() else { return };
    let edge = state.time.edge;
    let x = state.time.x(place as f64);
    let bar = &state.series.bars()[place];
    shapes.push(Shape::stroke((x, 0.0), (x, bottom), Ink::Dim, true));
    let words = time_axis::tag(bar, state.subject.span);
    let (width, top) = (128.0, bottom + 3.0);
    let left = (x - width / 2.0).clamp(0.0, (edge - width).max(0.0));
    let height = TIME_AXIS - 6.0;
    shapes.push(Shape::fill(left, top, width, height, Ink::Chip, 1.0));
    let middle = (left + width / 2.0, top + height / 2.0);
    shapes.push(Shape::text(middle.0, middle.1, words, Ink::Text, Align::Middle));
    let linked = || {
        let y = prices.y(state.linked?.price?);
        (0.0 <= y && y < prices.bottom).then_some((0.0, y))
    };
    let Some((pointer_x, y)) = state.crosshair.or_else(linked) else { return };
    let (y, words) = match state.region(pointer_x, y) {
        Region::Prices | Region::PriceAxis | Region::Edge(_) if y < prices.bottom => {
            let pulled = state.pull(bar, y).map(|price| prices.y(price));
            let y = pulled.unwrap_or(y);
            (y, prices.word(prices.price(y), state.decimals()))
        }
        Region::Pane(study) => {
            let place = state.pane_studies().position(|shown| shown.study == study);
            let panes = state.panes();
            let lines = state.studies.iter().find(|lines| lines.study == study);
            let scale = place.zip(lines).and_then(|(place, lines)| {
                super::studies::pane_scale(state, panes.get(place + 1)?, lines)
            });
            let Some(scale) = scale else { return };
            (y, format::price(scale.price(y), state.decimals_of(study)))
        }
        _ => return,
    };
    shapes.push(Shape::stroke((0.0, y), (edge, y), Ink::Dim, true));
    let height = TAG_HEIGHT;
    shapes.push(Shape::fill(edge, y - height / 2.0, PRICE_AXIS, height, Ink::Chip, 1.0));
    shapes.push(Shape::text(edge + 7.0, y, words, Ink::Text, Align::Left));
}
