//! The price chart, as data: bars and levels come in, shapes come out. Only `painter` knows a
//! canvas; everything else is arithmetic and is tested without a browser.

mod scale;
mod time_axis;
mod labels;
mod state;
mod layers;
mod painter;

pub(crate) use painter::{Palette, paint};
pub(crate) use state::{Action, ChartLevel, ChartState};

/// What a shape is drawn in; the theme says which colour that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    Up,
    Down,
    Text,
    Dim,
    Faint,
    Line,
    Accent,
    Pivot,
    Vwap,
    Session,
    Panel,
    Chip,
    OnAccent,
}

/// Where a text stands beside its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Middle,
    Right,
}

/// Something to paint. Lengths are CSS pixels.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    /// A filled box, a part of it seen through.
    Fill { x: f64, y: f64, width: f64, height: f64, ink: Ink, opacity: f64 },
    /// The outline of a box.
    Frame { x: f64, y: f64, width: f64, height: f64, ink: Ink },
    /// A straight line; dashed or not.
    Stroke { from: (f64, f64), to: (f64, f64), ink: Ink, is_dashed: bool },
    /// A line through many points.
    Path { points: Vec<(f64, f64)>, ink: Ink },
    /// A word or number, vertically centred on `y`.
    Text { x: f64, y: f64, text: String, ink: Ink, align: Align, is_bold: bool },
}
