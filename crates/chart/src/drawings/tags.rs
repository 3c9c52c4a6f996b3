//! The words on drawings: each where it covers no other label, on or beside what it tells about,
//! or nowhere. What is in the hand has the first choice, then what is newest.

use market::format;

use super::shapes::{PARTS, Pixel, View, retraced};
use super::{Drawing, Tool};
use crate::labels::Taken;
use crate::{Align, Ink, Shape};

/// The width of a letter, about.
const LETTER: f64 = 6.5;
/// The height of words.
const WORDS: f64 = 13.0;
/// How often words are moved on, up and down, until there is room.
const ROWS: i8 = 3;
/// Pixels from a point to its words above which a line leads there.
const LEADER: f64 = 8.0;
/// The most drawings with words beside those in the hand: more cover the chart, and cost a frame.
const TOLD_MAX: usize = 200;
/// The height of a note.
const NOTE: f64 = 20.0;
/// The width of a note beside its words.
const NOTE_EDGES: f64 = 14.0;

/// How words stand on the chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// As they are, on a line.
    OnLine,
    /// The same, at its right end.
    AtEnd,
    /// On a ground of their own, so that bars behind do not cut them.
    OnGround,
    /// The same with a mark of the drawing's colour: the words are the drawing.
    Note,
}

/// Words on a drawing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tag {
    /// Whose they are.
    pub(crate) id: u64,
    /// Where they stand: `[x, y, width, height]`.
    pub(crate) area: [f64; 4],
    /// The point of the drawing that they tell about.
    pub(crate) of: Pixel,
    manner: Manner,
    words: String,
    ink: Ink,
}

/// Words that look for a place: the first of `areas` that is free.
struct Wish {
    tag: Tag,
    areas: Vec<[f64; 4]>,
}

/// The words on all drawings in sight.
pub(crate) fn tags(view: &View, mut taken: Taken) -> Vec<Tag> {
    let (edge, bottom) = (view.state.time.edge, view.prices.bottom);
    let is_on_chart = |[x, y, width, height]: &[f64; 4]| {
        // Half of a label is still read; one whose middle is off the prices is not there.
        0.0 < x + width && x + width <= edge && (0.0..=bottom).contains(&(y + height / 2.0))
    };
    let (mut drawings, others): (Vec<&Drawing>, Vec<&Drawing>) =
        view.drawings().rev().filter(has_words).partition(|one| view.is_in_hand(one));
    drawings.extend(others.into_iter().take(TOLD_MAX));
    let mut tags = Vec::new();
    for Wish { tag, areas } in drawings.into_iter().flat_map(|one| wishes(view, one)) {
        let areas = areas.into_iter().filter(is_on_chart);
        tags.extend(taken.first_free(areas).map(|area| Tag { area, ..tag }));
    }
    tags
}

fn has_words(drawing: &&Drawing) -> bool {
    !matches!(drawing.tool, Tool::Vertical | Tool::Trend | Tool::Ray | Tool::Rectangle)
}

fn wishes(view: &View, drawing: &Drawing) -> Vec<Wish> {
    let at = view.pixels(drawing);
    match (drawing.tool, at.as_slice()) {
        (Tool::Horizontal, [at]) => line(view, drawing, at.1).into_iter().collect(),
        (Tool::Fibonacci, [a, b]) => fibonacci(view, drawing, (a.0.min(b.0), a.0.max(b.0))),
        (Tool::Measure, [a, b]) => vec![measure(view, drawing, (*a, *b))],
        (Tool::Note, [at]) => vec![note(view, drawing, *at)],
        (Tool::Long | Tool::Short, [entry, target, stop]) => {
            risk(view, drawing, [*entry, *target, *stop])
        }
        _ => Vec::new(),
    }
}

/// The width of words, about; other scripts' letters are wider.
fn width_of(words: &str) -> f64 {
    words.chars().map(|letter| if letter.is_ascii() { LETTER } else { 1.7 * LETTER }).sum()
}

/// The price of a line, upon its right end.
fn line(view: &View, drawing: &Drawing, y: f64) -> Option<Wish> {
    let middle = y - 8.0;
    if !(view.prices.top..=view.prices.bottom).contains(&middle) {
        return None;
    }
    let words = view.prices.word(drawing.points[0].price, view.decimals());
    let (width, right) = (width_of(&words), view.state.label_left() - 14.0);
    let area = [right - width, middle - WORDS / 2.0, width, WORDS];
    let (manner, ink) = (Manner::AtEnd, drawing.line_ink());
    let tag = Tag { id: drawing.id, area, of: (right, y), manner, words, ink };
    Some(Wish { tag, areas: vec![area] })
}

/// A price on every line, at its left end, its right or in its middle.
fn fibonacci(view: &View, drawing: &Drawing, (left, right): (f64, f64)) -> Vec<Wish> {
    // Its lines end at its points: out of sight, there is nothing to put a price on.
    if right < 0.0 || view.free_right() < left {
        return Vec::new();
    }
    let (left, right) = (left.max(0.0), right.min(view.free_right()).max(left));
    let row = |part: u16| {
        let price = retraced(drawing, part);
        let y = view.prices.y(price);
        let told = format::price(price, view.decimals());
        let words = format!("{:.3}  {told}", f64::from(part) / 1_000.0);
        let width = width_of(&words);
        let middle = f64::midpoint(left, right) - width / 2.0;
        let area = |x: f64| [x, y - 7.0 - WORDS / 2.0, width, WORDS];
        let areas = [left + 4.0, (right - 4.0 - width).max(left + 4.0), middle].map(area).to_vec();
        let (manner, ink) = (Manner::OnLine, drawing.line_ink());
        let of = (left, y);
        Wish { tag: Tag { id: drawing.id, area: areas[0], of, manner, words, ink }, areas }
    };
    PARTS.into_iter().map(row).collect()
}

/// `+12.40 (+0.24%) · 14 bars · 1 h 10 m`.
fn measure(view: &View, drawing: &Drawing, (a, b): (Pixel, Pixel)) -> Wish {
    let (from, to) = (drawing.points[0], drawing.points[1]);
    let by = to.price - from.price;
    let bars = (view.state.place_of(to.at) - view.state.place_of(from.at)).round();
    let passed = market::Span((to.at - from.at).0.abs());
    let words = format!(
        "{} ({}) · {} bars · {}",
        format::signed(by, view.decimals()),
        format::percent(100.0 * by / from.price),
        format::price(bars, 0),
        format::countdown(passed)
    );
    // Outside of what is measured, on an inverted scale as well.
    let off = if a.1 < b.1 { 14.0 } else { -14.0 };
    beside(view, drawing, (f64::midpoint(a.0, b.0), b.1), off, words)
}

/// Target and stop in points and percent, and how many times the risk the target is.
fn risk(view: &View, drawing: &Drawing, [entry, top, bottom]: [Pixel; 3]) -> Vec<Wish> {
    let [from, target, stop] = drawing.points.as_slice() else { return Vec::new() };
    let (gain, loss) = (target.price - from.price, stop.price - from.price);
    let words = |name: &str, price: f64, by: f64| {
        format!(
            "{name} {}  {} ({})",
            format::price(price, view.decimals()),
            format::signed(by, view.decimals()),
            format::percent(100.0 * by / from.price)
        )
    };
    let middle = f64::midpoint(entry.0, top.0);
    let outside = |y: f64| if y < entry.1 { -12.0 } else { 12.0 };
    let beside = |y: f64, off: f64, words| beside(view, drawing, (middle, y), off, words);
    let times = if loss == 0.0 { 0.0 } else { (gain / loss).abs() };
    vec![
        beside(top.1, outside(top.1), words("Target", target.price, gain)),
        beside(bottom.1, outside(bottom.1), words("Stop", stop.price, loss)),
        beside(entry.1, 0.0, format!("{times:.2} R")),
    ]
}

/// Words `off` a point, on its other side, or some rows on; left of the levels' labels if need be.
fn beside(view: &View, drawing: &Drawing, of: Pixel, off: f64, words: String) -> Wish {
    let (width, height) = (10.0 + width_of(&words), 18.0);
    let middle = of.0 - width / 2.0;
    let inside = middle.min(view.free_right() - width - 4.0).max(2.0);
    let is_seen = (0.0..=view.state.time.edge).contains(&of.0);
    let sides = [middle, if is_seen { inside } else { middle }];
    let row = |n: i8| {
        let by = if off < 0.0 { -height } else { height } * f64::from(n);
        [of.1 + off + by, of.1 - off - by]
    };
    let mut areas = Vec::new();
    for y in (0..=ROWS).flat_map(row) {
        areas.extend(sides.map(|x| [x, y - height / 2.0, width, height]));
    }
    let (manner, ink) = (Manner::OnGround, Ink::Text);
    Wish { tag: Tag { id: drawing.id, area: areas[0], of, manner, words, ink }, areas }
}

/// A note at its point, to the right or to the left, or some rows on; shortened if neither side has
/// room for it.
fn note(view: &View, drawing: &Drawing, of: Pixel) -> Wish {
    let text = if drawing.text.is_empty() { "Note" } else { &drawing.text };
    let room = (view.free_right() - of.0).max(of.0) - NOTE_EDGES;
    let words = if width_of(text) <= room { text.to_owned() } else { shortened(text, room) };
    let width = NOTE_EDGES + width_of(&words);
    let mut areas = Vec::new();
    for row in 0..=ROWS {
        for side in [1.0, -1.0] {
            let y = of.1 - side * f64::from(row) * (NOTE + 2.0) - NOTE / 2.0;
            areas.extend([of.0, of.0 - width].map(|x| [x, y, width, NOTE]));
        }
    }
    let (manner, ink) = (Manner::Note, drawing.line_ink());
    Wish { tag: Tag { id: drawing.id, area: areas[0], of, manner, words, ink }, areas }
}

/// As much of a text as there is room for.
fn shortened(text: &str, room: f64) -> String {
    let mut width = 1.7 * LETTER;
    let fits = |letter: &char| {
        width += width_of(letter.encode_utf8(&mut [0; 4]));
        width <= room
    };
    let mut words: String = text.chars().take_while(fits).collect();
    words.push('…');
    words
}

impl Tag {
    /// Whether a point is on them.
    pub(crate) fn holds(&self, x: f64, y: f64) -> bool {
        let [left, top, width, height] = self.area;
        (left..left + width).contains(&x) && (top..top + height).contains(&y)
    }

    /// The words, with what leads to them where they stand apart.
    pub(crate) fn push(self, shapes: &mut Vec<Shape>) {
        let [x, y, width, height] = self.area;
        let middle = y + height / 2.0;
        let (left, right) = (x, x + width);
        if !matches!(self.manner, Manner::OnLine | Manner::AtEnd) {
            let nearest = (self.of.0.clamp(left, right), self.of.1.clamp(y, y + height));
            if LEADER < (nearest.0 - self.of.0).hypot(nearest.1 - self.of.1) {
                shapes.push(Shape::stroke(self.of, nearest, Ink::Dim, false));
            }
            shapes.push(Shape::fill(x, y, width, height, Ink::Chip, 0.95));
        }
        let (x, ink, align) = match self.manner {
            Manner::OnLine => (left, self.ink, Align::Left),
            Manner::AtEnd => (self.of.0, self.ink, Align::Right),
            Manner::OnGround => (left + width / 2.0, self.ink, Align::Middle),
            Manner::Note => {
                // The mark is on the side of the point.
                let is_flipped = self.of.0 == right;
                let mark = if is_flipped { right - 2.0 } else { left };
                shapes.push(Shape::fill(mark, y, 2.0, height, self.ink, 1.0));
                (left + if is_flipped { 6.0 } else { 8.0 }, Ink::Text, Align::Left)
            }
        };
        shapes.push(Shape::text(x, middle, self.words, ink, align));
    }
}

#[cfg(test)]
mod tests;
