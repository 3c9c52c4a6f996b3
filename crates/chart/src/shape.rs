//! Shapes: what a painter paints.

/// What a shape is drawn in; the theme says which colour that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// A bar that rose.
    Up,
    /// A bar that fell.
    Down,
    /// Text that matters.
    Text,
    /// Secondary text.
    Dim,
    /// The least important text.
    Faint,
    /// Hairlines and the grid.
    Line,
    /// The last price, selection and focus.
    Accent,
    /// Levels on neither side.
    Pivot,
    /// The volume-weighted average price.
    Vwap,
    /// The tint of extended hours.
    Session,
    /// The ground of the chart.
    Panel,
    /// The ground of a tag.
    Chip,
    /// Text on the accent.
    OnAccent,
    /// One of the colours that tell studies apart: 0 to 5.
    Study(u8),
}

impl Ink {
    /// How many colours tell studies apart.
    pub const STUDIES: u8 = 6;
}

/// Where a text stands beside its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// The point is at its left end.
    Left,
    /// The point is in its middle.
    Middle,
    /// The point is at its right end.
    Right,
}

/// Something to paint. Lengths are CSS pixels.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Filled boxes `[x, y, width, height]`, seen through in part.
    Fills {
        /// The boxes.
        boxes: Vec<[f64; 4]>,
        /// Their colour.
        ink: Ink,
        /// 0 to 1.
        opacity: f64,
    },
    /// Outlines of boxes `[x, y, width, height]`.
    Frames {
        /// The boxes.
        boxes: Vec<[f64; 4]>,
        /// Their colour.
        ink: Ink,
    },
    /// Straight hairlines `[x, y, x, y]`; several of them go along the axes alone, since a slanted
    /// one would be painted by another way with all of them.
    Strokes {
        /// The lines.
        lines: Vec<[f64; 4]>,
        /// Their colour.
        ink: Ink,
        /// Dashed or not.
        is_dashed: bool,
    },
    /// A line through many points.
    Path {
        /// The points.
        points: Vec<(f64, f64)>,
        /// Its colour.
        ink: Ink,
        /// Its width.
        width: f64,
        /// Dashed or not.
        is_dashed: bool,
    },
    /// The area between a line and a height.
    Area {
        /// The line.
        points: Vec<(f64, f64)>,
        /// The height.
        base: f64,
        /// Its colour.
        ink: Ink,
        /// 0 to 1.
        opacity: f64,
    },
    /// A word or number, vertically centred on `y`.
    Text {
        /// Where.
        x: f64,
        /// Where.
        y: f64,
        /// What.
        text: String,
        /// Its colour.
        ink: Ink,
        /// Which part of it stands at `x`.
        align: Align,
        /// Heavier than usual.
        is_bold: bool,
    },
    /// Everything that follows stays inside `[x, y, width, height]`, until the next of these.
    Clip(Option<[f64; 4]>),
}

impl Shape {
    pub(crate) fn fill(x: f64, y: f64, width: f64, height: f64, ink: Ink, opacity: f64) -> Self {
        Self::Fills { boxes: vec![[x, y, width, height]], ink, opacity }
    }

    pub(crate) fn frame(x: f64, y: f64, width: f64, height: f64, ink: Ink) -> Self {
        Self::Frames { boxes: vec![[x, y, width, height]], ink }
    }

    pub(crate) fn stroke(from: (f64, f64), to: (f64, f64), ink: Ink, is_dashed: bool) -> Self {
        Self::Strokes { lines: vec![[from.0, from.1, to.0, to.1]], ink, is_dashed }
    }

    pub(crate) fn text(x: f64, y: f64, text: String, ink: Ink, align: Align) -> Self {
        Self::Text { x, y, text, ink, align, is_bold: false }
    }
}
