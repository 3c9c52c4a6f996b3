//! Drawings as shapes, and what lies under a hand.

use market::BarSpan;

use super::tags::{Tag, tags};
use super::{Anchor, Drawing, Tool};
use crate::labels::Taken;
use crate::layers::levels;
use crate::scale::PriceScale;
use crate::{ChartState, Ink, Shape};

/// Parts of a move that a Fibonacci retracement shows, in thousandths.
pub(super) const PARTS: [u16; 7] = [0, 236, 382, 500, 618, 786, 1_000];
/// Pixels within which a hand takes hold of a point, and of a line.
const POINT_REACH: f64 = 9.0;
const LINE_REACH: f64 = 6.0;

/// Pixels that lead from where lines end to the labels of levels.
const LEADER: f64 = 10.0;

pub(super) type Pixel = (f64, f64);

/// Where the drawings lie: computed once a frame.
pub(crate) struct View<'a> {
    pub(super) state: &'a ChartState,
    pub(super) prices: &'a PriceScale,
}

impl<'a> View<'a> {
    /// Those in sight, the one that is being drawn last.
    pub(super) fn drawings(&self) -> impl DoubleEndedIterator<Item = &'a Drawing> {
        in_hand_last(self.state).filter(|one| self.is_in_hand(one) || is_in_sight(self, one))
    }

    /// Whether it is selected, or being drawn.
    pub(super) fn is_in_hand(&self, one: &Drawing) -> bool {
        let draft = self.state.draft.as_ref();
        self.state.selected == Some(one.id) || draft.is_some_and(|draft| draft.drawing.id == one.id)
    }

    /// Where the room ends that the labels of levels leave: a line there would cross them.
    pub(super) fn free_right(&self) -> f64 {
        let ChartState { levels, time, .. } = self.state;
        if levels.is_empty() { time.edge } else { self.state.label_left() - LEADER }
    }

    pub(super) fn decimals(&self) -> usize {
        self.state.decimals()
    }

    fn pixel(&self, anchor: &Anchor) -> Pixel {
        (self.state.time.x(self.state.place_of(anchor.at)), self.prices.y(anchor.price))
    }

    pub(super) fn pixels(&self, drawing: &Drawing) -> Vec<Pixel> {
        drawing.points.iter().map(|point| self.pixel(point)).collect()
    }

    /// The straight lines of a drawing.
    fn lines(&self, drawing: &Drawing) -> Vec<(Pixel, Pixel)> {
        let at = self.pixels(drawing);
        let (edge, bottom) = (self.state.time.edge, self.prices.bottom);
        match (drawing.tool, at.as_slice()) {
            (Tool::Horizontal, [one]) => vec![((0.0, one.1), (self.free_right(), one.1))],
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
pub(super) fn retraced(drawing: &Drawing, part: u16) -> f64 {
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

/// Those that are shown on this timeframe, the one that is being drawn last.
fn in_hand_last(state: &ChartState) -> impl DoubleEndedIterator<Item = &Drawing> {
    shown(state).chain(state.draft.as_ref().map(|draft| &draft.drawing))
}

/// Which drawing lies at a point, and which of its points; the newest of several.
pub(crate) fn hit(state: &ChartState, x: f64, y: f64) -> Option<(u64, Option<usize>)> {
    let prices = state.prices();
    let view = View { state, prices: &prices };
    // A note is where its words found room.
    let notes = if shown(state).any(|one| one.tool == Tool::Note) {
        tags(&view, levels(state, &prices, &mut Vec::new()))
    } else {
        Vec::new()
    };
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
            (Tool::Note, [at]) => {
                let is_here = |tag: &&Tag| tag.id == drawing.id;
                near(at) || notes.iter().find(is_here).is_some_and(|tag| tag.holds(x, y))
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

/// Every drawing in sight, then the words on them, then the points of the selected one.
pub(crate) fn shapes(
    state: &ChartState,
    prices: &PriceScale,
    taken: Taken,
    shapes: &mut Vec<Shape>,
) {
    let view = View { state, prices };
    for drawing in view.drawings() {
        one(&view, drawing, shapes);
    }
    for tag in tags(&view, taken) {
        tag.push(shapes);
    }
    for drawing in view.drawings().filter(|one| view.is_in_hand(one)) {
        points(&view, drawing, shapes);
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

fn one(view: &View, drawing: &Drawing, shapes: &mut Vec<Shape>) {
    let ink = drawing.line_ink();
    let at = view.pixels(drawing);
    match (drawing.tool, at.as_slice()) {
        (Tool::Rectangle, [a, b]) => shapes.push(filled(*a, *b, ink, 0.12)),
        (Tool::Fibonacci, [a, b]) => {
            let (points, ink) = (vec![*a, *b], Ink::Faint);
            shapes.push(Shape::Path { points, ink, width: 1.0, is_dashed: true });
        }
        (Tool::Measure, [a, b]) => measure(drawing, (*a, *b), shapes),
        (Tool::Long | Tool::Short, [entry, target, stop]) => {
            shapes.push(filled(*entry, *target, Ink::Up, 0.14));
            shapes.push(filled(*entry, *stop, Ink::Down, 0.14));
        }
        // Where its words have no room, the mark alone says that it is there.
        (Tool::Note, [(x, y)]) => shapes.push(Shape::fill(*x, y - 10.0, 2.0, 20.0, ink, 1.0)),
        _ => {}
    }
    let width = f64::from(drawing.width) + if view.is_in_hand(drawing) { 0.5 } else { 0.0 };
    if drawing.tool != Tool::Measure {
        for (a, b) in view.lines(drawing) {
            let points = vec![a, b];
            shapes.push(Shape::Path { points, ink, width, is_dashed: drawing.is_dashed });
        }
    }
}

/// The points that a hand takes hold of; the one that keys move is filled.
fn points(view: &View, drawing: &Drawing, shapes: &mut Vec<Shape>) {
    let at = view.pixels(drawing);
    let square = |(x, y): &Pixel, size: f64| [x - 4.0, y - 4.0, size, size];
    let squares = at.iter().map(|at| square(at, 8.0)).collect();
    shapes.push(Shape::Fills { boxes: squares, ink: Ink::Panel, opacity: 1.0 });
    if let Some(chosen) = view.state.chosen_point().and_then(|point| at.get(point)) {
        let boxes = vec![square(chosen, 8.0)];
        shapes.push(Shape::Fills { boxes, ink: Ink::Accent, opacity: 1.0 });
    }
    let boxes = at.iter().map(|at| square(at, 9.0)).collect();
    shapes.push(Shape::Frames { boxes, ink: Ink::Accent });
}

fn filled(a: Pixel, b: Pixel, ink: Ink, opacity: f64) -> Shape {
    let (x, y) = (a.0.min(b.0), a.1.min(b.1));
    Shape::fill(x, y, (a.0 - b.0).abs(), (a.1 - b.1).abs(), ink, opacity)
}

/// The ground of what is measured, and how far it is both ways.
fn measure(drawing: &Drawing, (a, b): (Pixel, Pixel), shapes: &mut Vec<Shape>) {
    let [from, to] = drawing.points.as_slice() else { return };
    let ink = if to.price < from.price { Ink::Down } else { Ink::Up };
    shapes.push(filled(a, b, ink, 0.12));
    let middle = f64::midpoint(a.0, b.0);
    let lines = vec![[middle, a.1, middle, b.1], [a.0, b.1, b.0, b.1]];
    shapes.push(Shape::Strokes { lines, ink, is_dashed: false });
}
