//! Which parts of a painting are other than in the last frame. Most frames change one bar, the last
//! price and a few words: a painter that repaints those parts leaves the rest as it is.

use core::mem::discriminant;

use crate::{Align, Shape};

/// A box by its left, top, right and bottom edge, in CSS pixels.
pub type Edges = [f64; 4];

/// How far one of a shape's pieces reaches.
type Reach = fn(&[f64; 4]) -> Edges;

/// More than any screen.
const EVERYTHING: Edges = [-1e6, -1e6, 1e6, 1e6];
/// What grows to whatever is joined with it.
const NOTHING: Edges = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
/// What is painted beyond a shape's own edges at most: half a hairline, and what rounding to whole
/// dots moves.
const ROOM: f64 = 2.0;
/// Parts that are told apart. Each is painted by itself.
const PARTS_MAX: usize = 4;
/// Parts are joined where that adds no more than so many pixels.
const JOINED: f64 = 4_000.0;
/// Half the height of a text, marks above and below its letters included.
const TEXT_HALF: f64 = 10.0;

/// The parts of `width` and `height` in which `after` looks other than `before`. Outside of them
/// nothing changed.
pub fn damage(before: &[Shape], after: &[Shape], (width, height): (f64, f64)) -> Vec<Edges> {
    let (before, after) = without_same_ends(before, after);
    let mut parts = Vec::new();
    if before.len() == after.len() {
        for (before, after) in before.iter().zip(after).filter(|(before, after)| before != after) {
            compare(before, after, &mut parts);
        }
    } else {
        before.iter().chain(after).for_each(|shape| add(&mut parts, shape.reach()));
    }
    // A line may go on far beyond: a browser rounds what lies there to whole pixels, and more.
    for [left, top, right, bottom] in &mut parts {
        (*left, *top) = (left.max(0.0), top.max(0.0));
        (*right, *bottom) = (right.min(width), bottom.min(height));
    }
    parts.retain(|[left, top, right, bottom]| left < right && top < bottom);
    parts
}

/// How much two lists begin with alike, and how much of what is left they end with alike.
fn same_ends<T: PartialEq>(a: &[T], b: &[T]) -> (usize, usize) {
    let first = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[first..], &b[first..]);
    let last = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    (first, last)
}

/// Two lists without what both begin with, and without what both end with.
fn without_same_ends<'a, T: PartialEq>(a: &'a [T], b: &'a [T]) -> (&'a [T], &'a [T]) {
    let (first, last) = same_ends(a, b);
    (&a[first..a.len() - last], &b[first..b.len() - last])
}

/// What is different between two shapes in the same place of the list.
fn compare(before: &Shape, after: &Shape, parts: &mut Vec<Edges>) {
    if before.is_drawn_like(after) {
        if let (Some((a, reach)), Some((b, _))) = (before.pieces(), after.pieces()) {
            let (a, b) = without_same_ends(a, b);
            return a.iter().chain(b).for_each(|piece| add(parts, reach(piece)));
        }
        if let (Shape::Path { points: a, width, .. }, Shape::Path { points: b, .. }) =
            (before, after)
        {
            let points = with_neighbours(a, b);
            return points.iter().for_each(|points| add(parts, around(points, *width)));
        }
    }
    [before, after].iter().for_each(|shape| add(parts, shape.reach()));
}

/// The points in which two lines are different, and one more at each side: the line changes on its
/// way to them, too.
fn with_neighbours<'a>(a: &'a [(f64, f64)], b: &'a [(f64, f64)]) -> [&'a [(f64, f64)]; 2] {
    let (first, last) = same_ends(a, b);
    [a, b]
        .map(|points| &points[first.saturating_sub(1)..(points.len() - last + 1).min(points.len())])
}

/// Adds a part, or joins it with the one that grows least by it.
fn add(parts: &mut Vec<Edges>, new: Edges) {
    let size = |[left, top, right, bottom]: Edges| (right - left) * (bottom - top);
    let growth = |part: &Edges| size(join(part, &new)) - size(*part) - size(new);
    let is_full = parts.len() == PARTS_MAX;
    let nearest = parts.iter_mut().min_by(|a, b| growth(a).total_cmp(&growth(b)));
    match nearest {
        Some(part) if is_full || growth(part) <= JOINED => *part = join(part, &new),
        _ => parts.push(new),
    }
}

fn join(a: &Edges, b: &Edges) -> Edges {
    [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]
}

/// Whether two boxes have anything in common.
pub fn do_meet(a: &Edges, b: &Edges) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

/// How far the paint of a box `[x, y, width, height]` reaches.
pub fn reach_of_box([x, y, width, height]: &[f64; 4]) -> Edges {
    around(&[(*x, *y), (x + width, y + height)], 0.0)
}

/// How far the paint of a hairline `[x, y, x, y]` reaches.
pub fn reach_of_line([from_x, from_y, to_x, to_y]: &[f64; 4]) -> Edges {
    around(&[(*from_x, *from_y), (*to_x, *to_y)], 0.0)
}

/// The box around points, with room for a line of `width` through them.
fn around(points: &[(f64, f64)], width: f64) -> Edges {
    let [left, top, right, bottom] =
        points.iter().fold(NOTHING, |all, (x, y)| join(&all, &[*x, *y, *x, *y]));
    let room = ROOM + width / 2.0;
    [left - room, top - room, right + room, bottom + room]
}

impl Shape {
    /// Whether what is different between the two may be told piece by piece, or point by point. The
    /// dashes of a path go on from wherever it changes.
    fn is_drawn_like(&self, other: &Self) -> bool {
        let style = |shape: &Self| match shape {
            Self::Fills { ink, opacity, .. } => Some((*ink, *opacity, false)),
            Self::Frames { ink, .. } => Some((*ink, 0.0, false)),
            Self::Strokes { ink, is_dashed, .. } => Some((*ink, 0.0, *is_dashed)),
            Self::Path { ink, width, is_dashed: false, .. } => Some((*ink, *width, false)),
            _ => None,
        };
        discriminant(self) == discriminant(other)
            && style(self).is_some_and(|mine| style(other) == Some(mine))
    }

    /// The boxes or lines that it consists of, and how far one of them reaches.
    fn pieces(&self) -> Option<(&[[f64; 4]], Reach)> {
        match self {
            Self::Fills { boxes, .. } | Self::Frames { boxes, .. } => Some((boxes, reach_of_box)),
            Self::Strokes { lines, .. } => Some((lines, reach_of_line)),
            _ => None,
        }
    }

    /// How far its paint reaches at most. A clip changes everything that follows.
    pub fn reach(&self) -> Edges {
        match self {
            Self::Path { points, width, .. } => around(points, *width),
            Self::Area { points, base, .. } => {
                let line = around(points, 0.0);
                join(&line, &[line[0], base - ROOM, line[2], base + ROOM])
            }
            Self::Text { x, y, text, align, .. } => {
                let Some(width) = width_at_most(text) else { return EVERYTHING };
                let left = match align {
                    Align::Left => *x,
                    Align::Middle => x - width / 2.0,
                    Align::Right => x - width,
                };
                reach_of_box(&[left, y - TEXT_HALF, width, 2.0 * TEXT_HALF])
            }
            Self::Fills { boxes, .. } | Self::Frames { boxes, .. } => all_of(boxes, reach_of_box),
            Self::Strokes { lines, .. } => all_of(lines, reach_of_line),
            Self::Clip(_) => EVERYTHING,
        }
    }
}

fn all_of(pieces: &[[f64; 4]], reach: Reach) -> Edges {
    pieces.iter().fold(NOTHING, |all, piece| join(&all, &reach(piece)))
}

/// More than a text of eleven pixels' height is wide; nothing where letters may be of any width and
/// height, as in a note in some scripts.
fn width_at_most(text: &str) -> Option<f64> {
    let width = |letter: char| match letter {
        ' '..='~' => Some(12.0),
        // Latin and Greek letters; dashes, arrows, and mathematical signs.
        '\u{a0}'..='\u{24f}' | '\u{391}'..='\u{3c9}' => Some(16.0),
        // Not the marks between the two, which stand above each other.
        '\u{2010}'..='\u{20cf}' | '\u{2100}'..='\u{22ff}' => Some(16.0),
        _ => None,
    };
    text.chars().map(width).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ink;
    use proptest::prelude::*;

    const SIZE: (f64, f64) = (1_000.0, 600.0);

    fn text(x: f64, text: &str) -> Shape {
        Shape::text(x, 50.0, text.to_owned(), Ink::Text, Align::Left)
    }

    #[test]
    fn nothing_is_repainted_where_nothing_changed() {
        let shapes = [Shape::fill(1.0, 2.0, 3.0, 4.0, Ink::Up, 1.0), text(1.0, "7,100")];
        assert_eq!(damage(&shapes, &shapes, SIZE), Vec::<Edges>::new());
    }

    #[test]
    fn one_box_of_many_and_one_word_are_repainted_alone() {
        let frame = |height: f64, word: &str| {
            let boxes = (0..100).map(|n| [f64::from(n) * 10.0, 100.0, 6.0, 50.0]);
            let mut boxes: Vec<_> = boxes.collect();
            boxes[60][3] = height;
            [Shape::Fills { boxes, ink: Ink::Up, opacity: 1.0 }, text(5.0, word)]
        };
        let parts = damage(&frame(50.0, "10"), &frame(70.0, "11"), SIZE);
        assert_eq!(parts, [[598.0, 98.0, 608.0, 172.0], [3.0, 38.0, 31.0, 62.0]]);
    }

    fn path(points: &[(f64, f64)], is_dashed: bool) -> [Shape; 1] {
        [Shape::Path { points: points.to_vec(), ink: Ink::Accent, width: 2.0, is_dashed }]
    }

    #[test]
    fn a_line_is_repainted_from_the_point_before_the_change_to_the_one_after() {
        let points: Vec<_> = (0..50).map(|n| (f64::from(n) * 10.0, 20.0)).collect();
        let mut other = points.clone();
        other[30].1 = 60.0;
        let told = |a, b, is_dashed| damage(&path(a, is_dashed), &path(b, is_dashed), SIZE);
        assert_eq!(told(&points, &other, false), [[287.0, 17.0, 313.0, 63.0]]);
        // A line that grew, or lost its end or its beginning.
        let grown = [[377.0, 17.0, 493.0, 23.0]];
        assert_eq!(told(&points[..39], &points, false), grown);
        assert_eq!(told(&points, &points[..39], false), grown);
        assert_eq!(told(&points[10..], &points, false), [[0.0, 17.0, 103.0, 23.0]]);
        assert_eq!(told(&[], &points, false), [[0.0, 17.0, 493.0, 23.0]]);
        // Its dashes go on from there to its end, wherever that changes.
        assert_eq!(told(&points, &other, true), [[0.0, 17.0, 493.0, 63.0]]);
    }

    #[test]
    fn a_line_that_goes_far_beyond_is_repainted_where_it_is_seen() {
        let line = |y: f64| path(&[(-1e9, y), (500.0, y)], false);
        let told = [[0.0, 17.0, 503.0, 23.0], [0.0, 37.0, 503.0, 43.0]];
        assert_eq!(damage(&line(20.0), &line(40.0), SIZE), told);
        assert_eq!(damage(&line(-90.0), &line(-70.0), SIZE), Vec::<Edges>::new());
        let line = |y: f64| path(&[(10.0, y), (f64::INFINITY, 9.0)], false);
        assert!(damage(&line(20.0), &line(40.0), SIZE).contains(&[7.0, 6.0, 1_000.0, 43.0]));
    }

    #[test]
    fn another_look_of_the_same_place_repaints_it() {
        let fill = |ink, opacity| [Shape::fill(10.0, 10.0, 20.0, 20.0, ink, opacity)];
        let line = |ink, is_dashed| [Shape::stroke((10.0, 10.0), (30.0, 30.0), ink, is_dashed)];
        let frame = [Shape::frame(10.0, 10.0, 20.0, 20.0, Ink::Up)];
        for (before, after) in [
            (fill(Ink::Up, 1.0), fill(Ink::Down, 1.0)),
            (fill(Ink::Up, 1.0), fill(Ink::Up, 0.5)),
            (fill(Ink::Up, 0.0), frame.clone()),
            (line(Ink::Up, false), line(Ink::Down, false)),
            (line(Ink::Up, false), line(Ink::Up, true)),
            (line(Ink::Up, false), fill(Ink::Up, 0.0)),
        ] {
            assert_eq!(damage(&before, &after, SIZE), [[8.0, 8.0, 32.0, 32.0]], "{after:?}");
        }
        // What covers what.
        let [fill, frame] = [fill(Ink::Down, 1.0), frame].map(|[shape]| shape);
        let swapped = damage(&[fill.clone(), frame.clone()], &[frame, fill], SIZE);
        assert_eq!(swapped, [[8.0, 8.0, 32.0, 32.0]]);
    }

    #[test]
    fn letters_of_any_size_and_another_clip_repaint_everything() {
        for (before, after) in [
            (text(1.0, "a"), text(1.0, "\u{fdfd}")),
            (text(1.0, "e\u{301}"), text(1.0, "e")),
            (text(1.0, "e\u{20d7}"), text(1.0, "e")),
            (Shape::Clip(None), Shape::Clip(Some([0.0, 0.0, 1.0, 1.0]))),
        ] {
            assert_eq!(damage(&[before], &[after], SIZE), [[0.0, 0.0, 1_000.0, 600.0]]);
        }
        for plain in ["7,112.50", "−3.2 · σ 0.4 …", "Überschuss", "→ x²"] {
            assert!(width_at_most(plain).is_some_and(|width| width < 300.0), "{plain}");
        }
    }

    prop_compose! {
        fn a_shape()(
            kind in 0..6_u8,
            places in prop::collection::vec((0_i32..20, 0_i32..20), 1..6),
            (ink, is_dashed) in (prop::sample::select(vec![Ink::Up, Ink::Down]), any::<bool>()),
        ) -> Shape {
            let points: Vec<_> = places
                .iter()
                .map(|(x, y)| (f64::from(*x) * 50.0, f64::from(*y) * 30.0))
                .collect();
            let pieces = || points.iter().map(|(x, y)| [*x, *y, x + 20.0, y + 5.0]).collect();
            match kind {
                0 => Shape::Fills { boxes: pieces(), ink, opacity: 1.0 },
                1 => Shape::Frames { boxes: pieces(), ink },
                2 => Shape::Strokes { lines: pieces(), ink, is_dashed },
                3 => Shape::Path { points, ink, width: 1.5, is_dashed },
                4 => Shape::Area { points, base: 590.0, ink, opacity: 0.2 },
                _ => text(points[0].0, &"7".repeat(points.len())),
            }
        }
    }

    /// What is drawn, piece by piece: how, and within which edges.
    fn drawn(shape: &Shape) -> Vec<(String, Edges)> {
        let all = |pieces: &[[f64; 4]], reach: Reach, how: String| {
            pieces.iter().map(|one| (format!("{how} {one:?}"), reach(one))).collect()
        };
        let kind = discriminant(shape);
        match shape {
            Shape::Fills { boxes, ink, .. } | Shape::Frames { boxes, ink } => {
                all(boxes, reach_of_box, format!("{kind:?} {ink:?}"))
            }
            Shape::Strokes { lines, ink, is_dashed } => {
                all(lines, reach_of_line, format!("{kind:?} {ink:?} {is_dashed}"))
            }
            Shape::Path { points, ink, width, is_dashed: false } => {
                let part = |two: &[(f64, f64)]| {
                    (format!("{kind:?} {ink:?} {width} {two:?}"), around(two, *width))
                };
                points.windows(2).map(part).collect()
            }
            whole => vec![(format!("{whole:?}"), whole.reach())],
        }
    }

    proptest! {
        /// Whatever is drawn in one frame and not in the other lies in what is repainted.
        #[test]
        fn all_that_changed_is_repainted(
            before in prop::collection::vec(a_shape(), 0..12),
            places in prop::collection::vec((0..12_usize, prop::option::of(a_shape())), 0..4),
            moved in prop::option::of((0..12_usize, 0..6_usize)),
        ) {
            let mut after = before.clone();
            for (place, shape) in places {
                match shape {
                    Some(shape) if place < after.len() => after[place] = shape,
                    Some(shape) => after.push(shape),
                    None if place < after.len() => drop(after.remove(place)),
                    None => {}
                }
            }
            // One point of one line.
            if let Some((shape, point)) = moved
                && let Some(Shape::Path { points, .. }) = after.get_mut(shape)
                && let Some(point) = points.get_mut(point)
            {
                point.1 += 15.0;
            }
            let parts = damage(&before, &after, SIZE);
            prop_assert!(parts.len() <= PARTS_MAX);
            prop_assert!(before != after || parts.is_empty());
            let is_inside = |[left, top, right, bottom]: Edges| {
                let (left, top) = (left.max(0.0), top.max(0.0));
                let (right, bottom) = (right.min(SIZE.0), bottom.min(SIZE.1));
                let is_in = |part: &Edges| {
                    part[0] <= left && part[1] <= top && right <= part[2] && bottom <= part[3]
                };
                parts.iter().any(is_in) || right <= left || bottom <= top
            };
            for (here, there) in [(&before, &after), (&after, &before)] {
                let theirs: Vec<_> = there.iter().flat_map(drawn).collect();
                for piece in here.iter().flat_map(drawn) {
                    prop_assert!(theirs.contains(&piece) || is_inside(piece.1), "{}", piece.0);
                }
            }
        }
    }
}
