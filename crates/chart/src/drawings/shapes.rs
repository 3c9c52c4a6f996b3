//! Drawings as shapes, and what lies under a hand.

use market::{BarSpan, format};

use super::{Anchor, Drawing, Tool};
use crate::scale::PriceScale;
use crate::{Align, ChartState, Ink, Shape};

/// Parts of a move that a Fibonacci retracement shows, in thousandths.
const PARTS: [u16; 7] = [0, 236, 382, 500, 618, 786, 1_000];
/// Pixels within which a hand takes hold of a point, and of a line.
const POINT_REACH: f64 = 9.0;
const LINE_REACH: f64 = 6.0;

type Pixel = (f64, f64);

/// Where the drawings lie: computed once a frame.
struct View<'a> {
    state: &'a ChartState,
    prices: &'a PriceScale,
}

impl View<'_> {
    fn pixel(&self, anchor: &Anchor) -> Pixel {
        (self.state.time.x(self.state.place_of(anchor.at)), self.prices.y(anchor.price))
    }

    fn pixels(&self, drawing: &Drawing) -> Vec<Pixel> {
        drawing.points.iter().map(|point| self.pixel(point)).collect()
    }

    /// The straight lines of a drawing.
    fn lines(&self, drawing: &Drawing) -> Vec<(Pixel, Pixel)> {
        let at = self.pixels(drawing);
        let (edge, bottom) = (self.state.time.edge, self.prices.bottom);
        match (drawing.tool, at.as_slice()) {
            (Tool::Horizontal, [one]) => vec![((0.0, one.1), (edge, one.1))],
            (Tool::Vertical, [one]) => vec![((one.0, 0.0), (one.0, bottom))],
            (Tool::Trend | Tool::Measure, [a, b]) => vec![(*a, *b)],
            (Tool::Ray, [a, b]) => vec![(*a, beyond(*a, *b, edge))],
            (Tool::Rectangle, [a, b]) => frame(*a, *b),
            (Tool::Fibonacci, [a, b]) => {
                let row = |part: &u16| {
                    let y = self.prices.y(retraced(drawing, *part));
                    ((a.0.min(b.0), y), (a.0.max(b.0), y))
                };
                PARTS.iter().map(row).collect()
            }
            (Tool::Long | Tool::Short, [entry, target, stop]) => {
                let mut lines = frame(*entry, *target);
                lines.extend(frame(*entry, *stop));
                lines
            }
            _ => Vec::new(),
        }
    }
}

/// The price after a part of the way from the second point back to the first, in thousandths.
fn retraced(drawing: &Drawing, part: u16) -> f64 {
    let [from, to] = drawing.points.as_slice() else { return 0.0 };
    to.price + (from.price - to.price) * f64::from(part) / 1_000.0
}

/// Where a ray from `a` through `b` leaves the chart.
fn beyond(a: Pixel, b: Pixel, edge: f64) -> Pixel {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    if dx == 0.0 && dy == 0.0 {
        return b;
    }
    // Ten screens are beyond any edge; a steep ray is cut by its height.
    let far = 10.0 * edge.max(1_000.0) / dx.abs().max(dy.abs());
    (a.0 + dx * far.max(1.0), a.1 + dy * far.max(1.0))
}

fn frame(a: Pixel, b: Pixel) -> Vec<(Pixel, Pixel)> {
    let corners = [a, (b.0, a.1), b, (a.0, b.1), a];
    corners.windows(2).map(|pair| (pair[0], pair[1])).collect()
}

fn shown(state: &ChartState) -> impl DoubleEndedIterator<Item = &Drawing> {
    let span: BarSpan = state.subject.span;
    state.drawings.items().iter().filter(move |one| one.is_shown_on(span))
}

/// Which drawing lies at a point, and which of its points; the newest of several.
pub(crate) fn hit(state: &ChartState, x: f64, y: f64) -> Option<(u64, Option<usize>)> {
    let prices = state.prices();
    let view = View { state, prices: &prices };
    for drawing in shown(state).rev() {
        let points = view.pixels(drawing);
        let near = |point: &Pixel| (point.0 - x).hypot(point.1 - y) <= POINT_REACH;
        if 1 < points.len()
            && let Some(point) = points.iter().position(near)
        {
            return Some((drawing.id, Some(point)));
        }
        let is_on_line =
            view.lines(drawing).into_iter().any(|(a, b)| distance((x, y), a, b) <= LINE_REACH);
        let is_inside = match (drawing.tool, points.as_slice()) {
            (Tool::Note, [(left, middle)]) => {
                let width = 14.0 + 6.5 * drawing.text.chars().count().max(4) as f64;
                (*left..left + width).contains(&x) && (y - middle).abs() < 11.0
            }
            (Tool::Measure, [a, b]) => {
                (a.0.min(b.0)..a.0.max(b.0)).contains(&x)
                    && (a.1.min(b.1)..a.1.max(b.1)).contains(&y)
            }
            _ => false,
        };
        if is_on_line || is_inside {
            return Some((drawing.id, None));
        }
    }
    None
}

/// From a point to a stretch of a line.
fn distance((x, y): Pixel, a: Pixel, b: Pixel) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = dx * dx + dy * dy;
    let part = if length == 0.0 { 0.0 } else { ((x - a.0) * dx + (y - a.1) * dy) / length };
    let part = part.clamp(0.0, 1.0);
    (a.0 + part * dx - x).hypot(a.1 + part * dy - y)
}

/// Every drawing in sight, the one in the hand last.
pub(crate) fn shapes(state: &ChartState, prices: &PriceScale, shapes: &mut Vec<Shape>) {
    let view = View { state, prices };
    let draft = state.draft.as_ref().map(|draft| &draft.drawing);
    for drawing in shown(state).chain(draft) {
        let is_selected = state.selected == Some(drawing.id) || draft == Some(drawing);
        if is_selected || is_in_sight(&view, drawing) {
            one(&view, drawing, is_selected, shapes);
        }
    }
}

fn is_in_sight(view: &View, drawing: &Drawing) -> bool {
    let at = view.pixels(drawing);
    let is_left = at.iter().all(|(x, _)| *x < -400.0);
    let is_right = at.iter().all(|(x, _)| view.state.time.edge + 400.0 < *x);
    match drawing.tool {
        Tool::Horizontal => true,
        Tool::Ray => {
            !(is_right && at.first().is_some_and(|a| at.last().is_some_and(|b| a.0 < b.0)))
        }
        _ => !is_left && !is_right,
    }
}

fn one(view: &View, drawing: &Drawing, is_selected: bool, shapes: &mut Vec<Shape>) {
    let ink = drawing.line_ink();
    let at = view.pixels(drawing);
    match (drawing.tool, at.as_slice()) {
        (Tool::Rectangle, [a, b]) => shapes.push(filled(*a, *b, ink, 0.12)),
        (Tool::Fibonacci, [a, b]) => fibonacci(view, drawing, (*a, *b), shapes),
        (Tool::Measure, [a, b]) => measure(view, drawing, (*a, *b), shapes),
        (Tool::Long | Tool::Short, [entry, target, stop]) => {
            shapes.push(filled(*entry, *target, Ink::Up, 0.14));
            shapes.push(filled(*entry, *stop, Ink::Down, 0.14));
            risk(view, drawing, &at, shapes);
        }
        (Tool::Note, [(x, y)]) => {
            let text = if drawing.text.is_empty() { "Note" } else { &drawing.text };
            let width = 14.0 + 6.5 * text.chars().count() as f64;
            shapes.push(Shape::fill(*x, y - 10.0, width, 20.0, Ink::Chip, 0.95));
            shapes.push(Shape::fill(*x, y - 10.0, 2.0, 20.0, ink, 1.0));
            shapes.push(Shape::text(x + 8.0, *y, text.to_owned(), Ink::Text, Align::Left));
        }
        _ => {}
    }
    let width = f64::from(drawing.width) + if is_selected { 0.5 } else { 0.0 };
    if !matches!(drawing.tool, Tool::Fibonacci | Tool::Measure) {
        for (a, b) in view.lines(drawing) {
            let points = vec![a, b];
            shapes.push(Shape::Path { points, ink, width, is_dashed: drawing.is_dashed });
        }
    }
    if let (Tool::Horizontal, [(_, y)]) = (drawing.tool, at.as_slice()) {
        let words = view.prices.word(drawing.points[0].price, decimals(view));
        let edge = view.state.time.edge;
        shapes.push(Shape::text(edge - 6.0, y - 8.0, words, ink, Align::Right));
    }
    if is_selected {
        let squares = at.iter().map(|(x, y)| [x - 4.0, y - 4.0, 8.0, 8.0]).collect();
        shapes.push(Shape::Fills { boxes: squares, ink: Ink::Panel, opacity: 1.0 });
        let squares = at.iter().map(|(x, y)| [x - 4.0, y - 4.0, 9.0, 9.0]).collect();
        shapes.push(Shape::Frames { boxes: squares, ink: Ink::Accent });
    }
}

fn decimals(view: &View) -> usize {
    usize::from(view.state.subject.decimals)
}

fn filled(a: Pixel, b: Pixel, ink: Ink, opacity: f64) -> Shape {
    let (x, y) = (a.0.min(b.0), a.1.min(b.1));
    Shape::fill(x, y, (a.0 - b.0).abs(), (a.1 - b.1).abs(), ink, opacity)
}

fn fibonacci(view: &View, drawing: &Drawing, (a, b): (Pixel, Pixel), shapes: &mut Vec<Shape>) {
    let ink = drawing.line_ink();
    let (left, right) = (a.0.min(b.0), a.0.max(b.0));
    shapes.push(Shape::Path { points: vec![a, b], ink: Ink::Faint, width: 1.0, is_dashed: true });
    let mut told_at = f64::NEG_INFINITY;
    for part in PARTS {
        let price = retraced(drawing, part);
        let y = view.prices.y(price);
        let width = f64::from(drawing.width);
        let points = vec![(left, y), (right, y)];
        shapes.push(Shape::Path { points, ink, width, is_dashed: drawing.is_dashed });
        // Where lines are close, a number on every one would cover the next.
        if 13.0 <= (y - told_at).abs() {
            told_at = y;
            let told = format::price(price, decimals(view));
            let words = format!("{:.3}  {told}", f64::from(part) / 1_000.0);
            shapes.push(Shape::text(left + 4.0, y - 7.0, words, ink, Align::Left));
        }
    }
}

/// `+12.40 (+0.24%) · 14 bars · 1 h 10 m`.
fn measure(view: &View, drawing: &Drawing, (a, b): (Pixel, Pixel), shapes: &mut Vec<Shape>) {
    let [from, to] = drawing.points.as_slice() else { return };
    let by = to.price - from.price;
    let ink = if by < 0.0 { Ink::Down } else { Ink::Up };
    shapes.push(filled(a, b, ink, 0.12));
    let middle = f64::midpoint(a.0, b.0);
    let lines = vec![[middle, a.1, middle, b.1], [a.0, b.1, b.0, b.1]];
    shapes.push(Shape::Strokes { lines, ink, is_dashed: false });
    let bars = (view.state.place_of(to.at) - view.state.place_of(from.at)).round();
    let passed = market::Span((to.at - from.at).0.abs());
    let words = format!(
        "{} ({}) · {} bars · {}",
        format::signed(by, decimals(view)),
        format::percent(100.0 * by / from.price),
        format::price(bars, 0),
        format::countdown(passed)
    );
    let y = if by < 0.0 { b.1 + 14.0 } else { b.1 - 14.0 };
    tag(middle, y, words, shapes);
}

/// A text with a ground of its own, so that bars behind do not cut it.
fn tag(x: f64, y: f64, words: String, shapes: &mut Vec<Shape>) {
    let width = 10.0 + 6.3 * words.chars().count() as f64;
    shapes.push(Shape::fill(x - width / 2.0, y - 9.0, width, 18.0, Ink::Chip, 0.95));
    shapes.push(Shape::text(x, y, words, Ink::Text, Align::Middle));
}

/// Target and stop in points and percent, and how many times the risk the target is.
fn risk(view: &View, drawing: &Drawing, at: &[Pixel], shapes: &mut Vec<Shape>) {
    let ([entry, target, stop], [_, top, bottom]) = (drawing.points.as_slice(), at) else { return };
    let (gain, loss) = (target.price - entry.price, stop.price - entry.price);
    let words = |name: &str, price: f64, by: f64| {
        format!(
            "{name} {}  {} ({})",
            format::price(price, decimals(view)),
            format::signed(by, decimals(view)),
            format::percent(100.0 * by / entry.price)
        )
    };
    let middle = f64::midpoint(at[0].0, top.0);
    let outside = |y: f64| if y < at[0].1 { y - 12.0 } else { y + 12.0 };
    tag(middle, outside(top.1), words("Target", target.price, gain), shapes);
    tag(middle, outside(bottom.1), words("Stop", stop.price, loss), shapes);
    let times = if loss == 0.0 { 0.0 } else { (gain / loss).abs() };
    tag(middle, at[0].1, format!("{times:.2} R"), shapes);
}
