//! The chart's layers, from the back to the front: sessions, grid, volume, candles, levels, labels,
//! last price, crosshair.

use market::{Bar, Phase, session_clock};
use quant::levels::LevelRole;

use super::labels::{Placed, Wanted, place};
use super::scale::PriceScale;
use super::state::{ChartState, NARROW, PRICE_AXIS, TIME_AXIS};
use super::{Align, Ink, Shape, time_axis};
use crate::format;

/// The height of a level's label.
const LABEL: f64 = 18.0;
/// The part of the plot's height that volume takes.
const VOLUME_PART: f64 = 0.16;

/// Height of a price's tag on the axis, in pixels.
const TAG_HEIGHT: f64 = 20.0;

/// Everything to paint.
pub(super) fn shapes(state: &ChartState) -> Vec<Shape> {
    let prices = state.prices();
    let mut shapes = Vec::with_capacity(1_024);
    sessions(state, &prices, &mut shapes);
    grid(state, &prices, &mut shapes);
    volume(state, &prices, &mut shapes);
    candles(state, &prices, &mut shapes);
    vwap(state, &prices, &mut shapes);
    last(state, &prices, &mut shapes);
    levels(state, &prices, &mut shapes);
    crosshair(state, &prices, &mut shapes);
    shapes
}

fn stroke(from: (f64, f64), to: (f64, f64), ink: Ink, is_dashed: bool) -> Shape {
    Shape::Stroke { from, to, ink, is_dashed }
}

fn text(x: f64, y: f64, text: String, ink: Ink, align: Align) -> Shape {
    Shape::Text { x, y, text, ink, align, is_bold: false }
}

/// Extended hours are tinted.
fn sessions(state: &ChartState, prices: &PriceScale, shapes: &mut Vec<Shape>) {
    let is_long = state.span.intraday().is_none();
    // Where a day is a few pixels wide, tints would be noise.
    if is_long || state.time.spacing * 390.0 < 60.0 {
        return;
    }
    let mut tinted: Option<(f64, f64)> = None;
    let mut until = market::Moment(i64::MIN);
    let mut is_regular = true;
    for place in state.visible() {
        let start = state.bars[place].start;
        if until <= start {
            let clock = session_clock(start);
            until = clock.ends;
            is_regular = clock.phase == Phase::Regular;
        }
        let x = state.time.x(place as f64);
        let half = state.time.spacing / 2.0;
        match (&mut tinted, is_regular) {
            (Some((_, to)), false) => *to = x + half,
            (None, false) => tinted = Some((x - half, x + half)),
            (Some(_), true) => shapes.extend(tinted.take().map(|tint| shade(tint, prices))),
            (None, true) => {}
        }
    }
    shapes.extend(tinted.map(|tint| shade(tint, prices)));
}

fn shade((from, to): (f64, f64), prices: &PriceScale) -> Shape {
    let height = prices.bottom;
    Shape::Fill { x: from, y: 0.0, width: to - from, height, ink: Ink::Session, opacity: 1.0 }
}

fn grid(state: &ChartState, prices: &PriceScale, shapes: &mut Vec<Shape>) {
    let edge = state.time.edge;
    let (ticks, decimals) = prices.ticks(46.0);
    let tag = state.last.map(|(price, _)| prices.y(price));
    for tick in ticks {
        let y = prices.y(tick);
        shapes.push(stroke((0.0, y), (edge, y), Ink::Line, false));
        // Half a number beside the last price's tag reads as another number.
        if tag.is_none_or(|tag| TAG_HEIGHT < (tag - y).abs()) {
            let words = format::price(tick, decimals);
            shapes.push(text(edge + 8.0, y, words, Ink::Faint, Align::Left));
        }
    }
    let words = time_axis::words(&state.bars, state.visible(), state.span, state.time.spacing);
    for word in words {
        let x = state.time.x(word.place as f64);
        if !(20.0..=edge - 20.0).contains(&x) {
            continue;
        }
        if word.is_major {
            shapes.push(stroke((x, 0.0), (x, prices.bottom), Ink::Line, false));
        }
        let ink = if word.is_major { Ink::Dim } else { Ink::Faint };
        shapes.push(text(x, prices.bottom + TIME_AXIS / 2.0, word.text, ink, Align::Middle));
    }
    shapes.push(stroke((0.0, prices.bottom), (state.width, prices.bottom), Ink::Line, false));
}

fn volume(state: &ChartState, prices: &PriceScale, shapes: &mut Vec<Shape>) {
    let most = state.bars[state.visible()].iter().map(|bar| bar.volume).max().unwrap_or(0);
    if most == 0 {
        return;
    }
    let room = (prices.bottom - prices.top) * VOLUME_PART;
    let width = (state.time.spacing * 0.7).max(1.0);
    for column in columns(state) {
        let height = column.volume as f64 / most as f64 * room;
        shapes.push(Shape::Fill {
            x: column.x - width / 2.0,
            y: prices.bottom - height,
            width,
            height,
            ink: ink_of(column.open, column.close),
            opacity: 0.32,
        });
    }
}

/// What one column of pixels shows: one bar, or all that share it.
struct Column {
    x: f64,
    open: f64,
    high: f64,
    low: f64,
    close: f64,
    volume: i64,
}

/// The visible bars, those within one pixel taken together.
fn columns(state: &ChartState) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    let mut pixel = f64::NEG_INFINITY;
    for place in state.visible() {
        let bar: &Bar = &state.bars[place];
        let x = state.time.x(place as f64);
        let shares = state.time.spacing < 1.0 && x.floor() <= pixel;
        match columns.last_mut() {
            Some(last) if shares => {
                last.high = last.high.max(bar.high.to_f64());
                last.low = last.low.min(bar.low.to_f64());
                last.close = bar.close.to_f64();
                last.volume = last.volume.max(bar.volume);
            }
            _ => {
                pixel = x.floor();
                columns.push(Column {
                    x,
                    open: bar.open.to_f64(),
                    high: bar.high.to_f64(),
                    low: bar.low.to_f64(),
                    close: bar.close.to_f64(),
                    volume: bar.volume,
                });
            }
        }
    }
    columns
}

fn ink_of(open: f64, close: f64) -> Ink {
    if close < open { Ink::Down } else { Ink::Up }
}

/// Hollow when the bar rose, filled when it fell: shape tells it as well as colour.
fn candles(state: &ChartState, prices: &PriceScale, shapes: &mut Vec<Shape>) {
    let width = (state.time.spacing * 0.66).floor().max(1.0);
    for column in columns(state) {
        let ink = ink_of(column.open, column.close);
        let (high, low) = (prices.y(column.high), prices.y(column.low));
        let top = prices.y(column.open.max(column.close));
        let bottom = prices.y(column.open.min(column.close));
        if width < 3.0 {
            shapes.push(stroke((column.x, high), (column.x, low.max(high + 1.0)), ink, false));
            continue;
        }
        shapes.push(stroke((column.x, high), (column.x, top), ink, false));
        shapes.push(stroke((column.x, bottom), (column.x, low), ink, false));
        let (x, height) = (column.x - width / 2.0, (bottom - top).max(1.0));
        if ink == Ink::Up && 1.0 < height {
            shapes.push(Shape::Frame { x, y: top, width, height, ink });
        } else {
            shapes.push(Shape::Fill { x, y: top, width, height, ink, opacity: 1.0 });
        }
    }
}

fn vwap(state: &ChartState, prices: &PriceScale, shapes: &mut Vec<Shape>) {
    let (from, values) = &state.vwap;
    let visible = state.visible();
    let points: Vec<(f64, f64)> = values
        .iter()
        .enumerate()
        .map(|(n, value)| (from + n, value))
        .filter(|(place, _)| visible.contains(place))
        .map(|(place, value)| (state.time.x(place as f64), prices.y(*value)))
        .collect();
    if 1 < points.len() {
        shapes.push(Shape::Path { points, ink: Ink::Vwap });
    }
}

fn role_ink(role: LevelRole) -> Ink {
    match role {
        LevelRole::Resistance => Ink::Down,
        LevelRole::Support => Ink::Up,
        LevelRole::Pivot => Ink::Pivot,
        LevelRole::Vwap => Ink::Vwap,
    }
}

fn levels(state: &ChartState, prices: &PriceScale, shapes: &mut Vec<Shape>) {
    let (top, bottom) = (prices.top, prices.bottom);
    let label_left = state.time.edge - state.margin() + 14.0;
    let mut wanted = Vec::new();
    let (mut above, mut below) = (Vec::new(), Vec::new());
    for (number, level) in state.levels.iter().enumerate() {
        let y = prices.y(level.price);
        if y < top {
            above.push(number);
        } else if bottom < y {
            below.push(number);
        } else {
            let to = (label_left - 10.0, y);
            shapes.push(stroke((0.0, y), to, role_ink(level.role), level.is_computed));
            wanted.push(Wanted { y, level: number });
        }
    }
    let first = top + if above.is_empty() { 0.0 } else { LABEL };
    let last = bottom - if below.is_empty() { 0.0 } else { LABEL };
    for label in place(wanted, LABEL, first, last.max(first + LABEL)) {
        push_label(state, &label, label_left, shapes);
    }
    push_edge(state, "↑", &above, (label_left, top + LABEL / 2.0), shapes);
    push_edge(state, "↓", &below, (label_left, bottom - LABEL / 2.0), shapes);
}

/// A label with the lines that lead to it; one that names several shows the first one's price.
fn push_label(state: &ChartState, label: &Placed, left: f64, shapes: &mut Vec<Shape>) {
    let Some(first) = label.levels.first() else { return };
    let level = &state.levels[first.level];
    let ink = role_ink(level.role);
    for line in &label.levels {
        let own = role_ink(state.levels[line.level].role);
        shapes.push(stroke((left - 10.0, line.y), (left, label.y), own, false));
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
    shapes.push(Shape::Fill { x: left, y, width, height, ink: Ink::Panel, opacity: 1.0 });
    shapes.push(Shape::Frame { x: left, y, width, height, ink });
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
    let distance = level.points.filter(|_| names.len() == 1);
    let words = match distance {
        Some(distance) => {
            format!("{} {}", format::price(level.price, 2), format::signed(distance, 1))
        }
        None => format::price(level.price, 1),
    };
    shapes.push(text(left + width - 5.0, label.y, words, Ink::Dim, Align::Right));
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
        format!("{arrow} {} {}{more}", level.name, format::price(level.price, 2))
    };
    shapes.push(text(left + 5.0, y, words, Ink::Faint, Align::Left));
}

fn last(state: &ChartState, prices: &PriceScale, shapes: &mut Vec<Shape>) {
    let Some((price, _)) = state.last else { return };
    let y = prices.y(price);
    if y < prices.top || prices.bottom < y {
        return;
    }
    let edge = state.time.edge;
    shapes.push(stroke((0.0, y), (edge, y), Ink::Accent, true));
    push_tag(edge, y, format::price(price, 2), shapes);
}

fn push_tag(edge: f64, y: f64, words: String, shapes: &mut Vec<Shape>) {
    let (width, height) = (PRICE_AXIS, TAG_HEIGHT);
    shapes.push(Shape::Fill {
        x: edge,
        y: y - height / 2.0,
        width,
        height,
        ink: Ink::Accent,
        opacity: 1.0,
    });
    shapes.push(Shape::Text {
        x: edge + 7.0,
        y,
        text: words,
        ink: Ink::OnAccent,
        align: Align::Left,
        is_bold: true,
    });
}

fn crosshair(state: &ChartState, prices: &PriceScale, shapes: &mut Vec<Shape>) {
    let (Some((_, y)), Some(place)) = (state.crosshair, state.pointed()) else { return };
    let edge = state.time.edge;
    let x = state.time.x(place as f64);
    shapes.push(stroke((x, 0.0), (x, prices.bottom), Ink::Dim, true));
    let words = time_axis::tag(&state.bars[place], state.span);
    let (width, top) = (128.0, prices.bottom + 3.0);
    let left = (x - width / 2.0).clamp(0.0, (edge - width).max(0.0));
    let height = TIME_AXIS - 6.0;
    shapes.push(Shape::Fill { x: left, y: top, width, height, ink: Ink::Chip, opacity: 1.0 });
    shapes.push(text(left + width / 2.0, top + height / 2.0, words, Ink::Text, Align::Middle));
    if y < prices.bottom {
        shapes.push(stroke((0.0, y), (edge, y), Ink::Dim, true));
        let (top, height) = (y - 10.0, 20.0);
        let width = PRICE_AXIS;
        shapes.push(Shape::Fill { x: edge, y: top, width, height, ink: Ink::Chip, opacity: 1.0 });
        let words = format::price(prices.price(y), 2);
        shapes.push(text(edge + 7.0, y, words, Ink::Text, Align::Left));
    }
}
