//! The only file that touches a canvas.

use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::{Align, Ink, Shape};

/// Colours of the theme, by ink.
#[derive(Clone, Debug, Default)]
pub(crate) struct Palette {
    colours: Vec<String>,
    font: String,
}

/// Inks and the custom properties that they are read from.
const INKS: [(Ink, &str); 13] = [
    (Ink::Up, "--up"),
    (Ink::Down, "--down"),
    (Ink::Text, "--text"),
    (Ink::Dim, "--dim"),
    (Ink::Faint, "--faint"),
    (Ink::Line, "--line"),
    (Ink::Accent, "--accent"),
    (Ink::Pivot, "--pivot"),
    (Ink::Vwap, "--vwap"),
    (Ink::Session, "--session"),
    (Ink::Panel, "--panel"),
    (Ink::Chip, "--chip"),
    (Ink::OnAccent, "--bg"),
];

impl Palette {
    /// Reads the theme's colours where the canvas stands.
    pub(crate) fn read(canvas: &HtmlCanvasElement) -> Self {
        let style =
            web_sys::window().and_then(|window| window.get_computed_style(canvas).ok().flatten());
        let property = |name: &str| {
            style
                .as_ref()
                .and_then(|style| style.get_property_value(name).ok())
                .map(|value| value.trim().to_owned())
                .unwrap_or_default()
        };
        let colours = INKS.iter().map(|(_, name)| property(name)).collect();
        Self { colours, font: property("--font") }
    }

    fn colour(&self, ink: Ink) -> &str {
        let place = INKS.iter().position(|(known, _)| *known == ink).unwrap_or(0);
        self.colours.get(place).map_or("", String::as_str)
    }
}

/// Paints shapes, from the back to the front, sharp at any pixel density.
pub(crate) fn paint(canvas: &HtmlCanvasElement, shapes: &[Shape], palette: &Palette, density: f64) {
    let context = canvas.get_context("2d").ok().flatten();
    let Some(context) = context.and_then(|one| one.dyn_into::<CanvasRenderingContext2d>().ok())
    else {
        return;
    };
    let _ = context.set_transform(density, 0.0, 0.0, density, 0.0, 0.0);
    let (width, height) = (f64::from(canvas.width()), f64::from(canvas.height()));
    context.clear_rect(0.0, 0.0, width / density, height / density);
    context.set_text_baseline("middle");
    context.set_line_width(1.0);
    // What the last painting left behind.
    let _ = context.set_line_dash(&js_sys::Array::new());
    let mut brush = Brush { context, palette, density, ink: None, font: None, is_dashed: false };
    for shape in shapes {
        brush.paint(shape);
    }
}

/// A context that remembers what it was told, so that it is told once.
struct Brush<'a> {
    context: CanvasRenderingContext2d,
    palette: &'a Palette,
    density: f64,
    ink: Option<Ink>,
    font: Option<bool>,
    is_dashed: bool,
}

impl Brush<'_> {
    /// The nearest pixel edge, and half a pixel further for hairlines.
    fn crisp(&self, value: f64) -> f64 {
        ((value * self.density).floor() + 0.5) / self.density
    }

    fn edge(&self, value: f64) -> f64 {
        (value * self.density).round() / self.density
    }

    fn take(&mut self, ink: Ink) {
        if self.ink != Some(ink) {
            let colour = self.palette.colour(ink);
            self.context.set_fill_style_str(colour);
            self.context.set_stroke_style_str(colour);
            self.ink = Some(ink);
        }
    }

    fn dash(&mut self, is_dashed: bool) {
        if self.is_dashed != is_dashed {
            let pattern = js_sys::Array::new();
            if is_dashed {
                pattern.push(&JsValue::from_f64(4.0));
                pattern.push(&JsValue::from_f64(3.0));
            }
            let _ = self.context.set_line_dash(&pattern);
            self.is_dashed = is_dashed;
        }
    }

    fn paint(&mut self, shape: &Shape) {
        match shape {
            Shape::Fill { x, y, width, height, ink, opacity } => {
                self.take(*ink);
                self.context.set_global_alpha(*opacity);
                let (left, top) = (self.edge(*x), self.edge(*y));
                let least = 1.0 / self.density;
                let right = self.edge(x + width).max(left + least);
                let bottom = self.edge(y + height).max(top + least);
                self.context.fill_rect(left, top, right - left, bottom - top);
                self.context.set_global_alpha(1.0);
            }
            Shape::Frame { x, y, width, height, ink } => {
                self.take(*ink);
                self.dash(false);
                let (left, top) = (self.crisp(*x), self.crisp(*y));
                let (right, bottom) = (self.crisp(x + width - 1.0), self.crisp(y + height - 1.0));
                self.context.stroke_rect(left, top, right - left, bottom - top);
            }
            Shape::Stroke { from, to, ink, is_dashed } => {
                self.take(*ink);
                self.dash(*is_dashed);
                self.context.begin_path();
                self.context.move_to(self.crisp(from.0), self.crisp(from.1));
                self.context.line_to(self.crisp(to.0), self.crisp(to.1));
                self.context.stroke();
            }
            Shape::Path { points, ink } => {
                self.take(*ink);
                self.dash(false);
                self.context.begin_path();
                for (place, (x, y)) in points.iter().enumerate() {
                    if place == 0 {
                        self.context.move_to(*x, *y);
                    } else {
                        self.context.line_to(*x, *y);
                    }
                }
                self.context.stroke();
            }
            Shape::Text { x, y, text, ink, align, is_bold } => {
                self.take(*ink);
                if self.font != Some(*is_bold) {
                    let weight = if *is_bold { "600" } else { "400" };
                    self.context.set_font(&format!("{weight} 11px {}", self.palette.font));
                    self.font = Some(*is_bold);
                }
                self.context.set_text_align(match align {
                    Align::Left => "left",
                    Align::Middle => "center",
                    Align::Right => "right",
                });
                let _ = self.context.fill_text(text, *x, self.edge(*y));
            }
        }
    }
}
