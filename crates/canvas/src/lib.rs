//! Paints a chart's shapes. The only crate that touches a canvas.

use chart::{Align, Ink, Shape};
use js_sys::JsString;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// Colours of the theme, by ink.
#[derive(Clone, Debug, Default)]
pub struct Palette {
    colours: Vec<JsString>,
    fonts: [JsString; 2],
}

#[wasm_bindgen]
extern "C" {
    /// A context that takes texts which the browser already has: web-sys hands over a Rust text,
    /// which is decoded again on every call, a dozen times a frame.
    #[wasm_bindgen(extends = CanvasRenderingContext2d)]
    type Context;

    #[wasm_bindgen(method, setter, js_name = fillStyle)]
    fn set_fill(this: &Context, colour: &JsString);
    #[wasm_bindgen(method, setter, js_name = strokeStyle)]
    fn set_stroke(this: &Context, colour: &JsString);
    #[wasm_bindgen(method, setter, js_name = font)]
    fn set_letters(this: &Context, font: &JsString);
}

/// Inks and the custom properties that they are read from.
const INKS: [(Ink, &str); 19] = [
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
    (Ink::Study(0), "--study-1"),
    (Ink::Study(1), "--study-2"),
    (Ink::Study(2), "--study-3"),
    (Ink::Study(3), "--study-4"),
    (Ink::Study(4), "--study-5"),
    (Ink::Study(5), "--study-6"),
];

/// The custom property that holds an ink's colour.
pub fn property(ink: Ink) -> &'static str {
    INKS.iter().find(|(known, _)| *known == ink).map_or("--text", |(_, name)| name)
}

impl Palette {
    /// Reads the theme's colours where the canvas stands.
    pub fn read(canvas: &HtmlCanvasElement) -> Self {
        let style =
            web_sys::window().and_then(|window| window.get_computed_style(canvas).ok().flatten());
        let property = |name: &str| {
            style
                .as_ref()
                .and_then(|style| style.get_property_value(name).ok())
                .map(|value| value.trim().to_owned())
                .unwrap_or_default()
        };
        let colours = INKS.iter().map(|(_, name)| property(name).into()).collect();
        let family = property("--font");
        let fonts = ["400", "600"].map(|weight| format!("{weight} 11px {family}").into());
        Self { colours, fonts }
    }

    fn colour(&self, ink: Ink) -> Option<&JsString> {
        let place = INKS.iter().position(|(known, _)| *known == ink).unwrap_or(0);
        self.colours.get(place)
    }
}

/// Gives a canvas as many dots as the screen has under its `width` and `height`, which are in
/// pixels of which each has `density` dots. Where that is news, what was painted is gone.
pub fn fit(canvas: &HtmlCanvasElement, (width, height): (f64, f64), density: f64) {
    #[expect(clippy::cast_possible_truncation, reason = "a screen's dots")]
    #[expect(clippy::cast_sign_loss, reason = "a screen's dots")]
    let dots = |length: f64| (length * density).round() as u32;
    let (width, height) = (dots(width), dots(height));
    if (canvas.width(), canvas.height()) != (width, height) {
        canvas.set_width(width);
        canvas.set_height(height);
    }
}

/// Paints shapes, from the back to the front, sharp at any pixel density.
pub fn paint(canvas: &HtmlCanvasElement, shapes: &[Shape], palette: &Palette, density: f64) {
    let context = canvas.get_context("2d").ok().flatten();
    let Some(context) = context.map(JsCast::unchecked_into::<Context>) else { return };
    let _ = context.set_transform(density, 0.0, 0.0, density, 0.0, 0.0);
    let (width, height) = (f64::from(canvas.width()), f64::from(canvas.height()));
    context.clear_rect(0.0, 0.0, width / density, height / density);
    context.set_text_baseline("middle");
    let hair = density.round().max(1.0) / density;
    context.set_line_width(hair);
    context.set_line_join("round");
    // What the last painting left behind.
    let _ = context.set_line_dash(&js_sys::Array::new());
    let mut brush = Brush {
        context,
        palette,
        density,
        hair,
        ink: None,
        font: None,
        align: None,
        is_dashed: false,
        clips: false,
    };
    for shape in shapes {
        brush.paint(shape);
    }
    brush.clip(None);
}

/// A context that remembers what it was told, so that it is told once.
struct Brush<'a> {
    context: Context,
    palette: &'a Palette,
    density: f64,
    /// The width of a hairline: about a pixel, in whole dots of the screen.
    hair: f64,
    ink: Option<Ink>,
    font: Option<bool>,
    align: Option<Align>,
    is_dashed: bool,
    clips: bool,
}

impl Brush<'_> {
    /// The middle of a hairline there that covers whole dots.
    fn crisp(&self, value: f64) -> f64 {
        self.edge(value - self.hair / 2.0) + self.hair / 2.0
    }

    fn edge(&self, value: f64) -> f64 {
        (value * self.density).round() / self.density
    }

    /// The left, top, right and bottom edge of a box, which is a dot wide and high at least.
    fn edges(&self, [x, y, width, height]: &[f64; 4]) -> [f64; 4] {
        let (left, top, dot) = (self.edge(*x), self.edge(*y), 1.0 / self.density);
        let (right, bottom) = (self.edge(x + width), self.edge(y + height));
        [left, top, right.max(left + dot), bottom.max(top + dot)]
    }

    fn take(&mut self, ink: Ink) {
        if self.ink != Some(ink) {
            if let Some(colour) = self.palette.colour(ink) {
                self.context.set_fill(colour);
                self.context.set_stroke(colour);
            }
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

    /// Lets go of the last clip, which also forgets what was told since, and takes another.
    fn clip(&mut self, area: Option<[f64; 4]>) {
        if self.clips {
            self.context.restore();
            (self.ink, self.font, self.align, self.is_dashed) = (None, None, None, false);
        }
        self.clips = area.is_some();
        if let Some([x, y, width, height]) = area {
            self.dash(false);
            self.context.save();
            self.context.begin_path();
            self.context.rect(x, y, width, height);
            self.context.clip();
        }
    }

    fn paint(&mut self, shape: &Shape) {
        match shape {
            Shape::Fills { boxes, ink, opacity } => self.fill(boxes, *ink, *opacity),
            Shape::Frames { boxes, ink } => {
                self.take(*ink);
                self.dash(false);
                for one in boxes {
                    let ([left, top, right, bottom], hair) = (self.edges(one), self.hair);
                    let (wide, tall) = (right - left - hair, bottom - top - hair);
                    self.context.stroke_rect(left + hair / 2.0, top + hair / 2.0, wide, tall);
                }
            }
            Shape::Strokes { lines, ink, is_dashed } => self.stroke(lines, *ink, *is_dashed),
            Shape::Path { points, ink, width, is_dashed } => {
                self.take(*ink);
                self.dash(*is_dashed);
                self.context.set_line_width(*width);
                self.trace(points);
                self.context.stroke();
                self.context.set_line_width(self.hair);
            }
            Shape::Area { points, base, ink, opacity } => {
                let (Some(first), Some(last)) = (points.first(), points.last()) else { return };
                self.take(*ink);
                self.trace(points);
                self.context.line_to(last.0, *base);
                self.context.line_to(first.0, *base);
                self.context.close_path();
                self.context.set_global_alpha(*opacity);
                self.context.fill();
                self.context.set_global_alpha(1.0);
            }
            Shape::Text { x, y, text, ink, align, is_bold } => {
                self.write(text, (*x, *y), *ink, *align, *is_bold);
            }
            Shape::Clip(area) => self.clip(*area),
        }
    }

    fn fill(&mut self, boxes: &[[f64; 4]], ink: Ink, opacity: f64) {
        self.take(ink);
        self.context.set_global_alpha(opacity);
        for one in boxes {
            let [left, top, right, bottom] = self.edges(one);
            self.context.fill_rect(left, top, right - left, bottom - top);
        }
        self.context.set_global_alpha(1.0);
    }

    /// Hairlines. One along an axis is a box of a pixel: sharp at any density and at both ends, and
    /// a single call where a stroke takes two.
    fn stroke(&mut self, lines: &[[f64; 4]], ink: Ink, is_dashed: bool) {
        self.take(ink);
        let is_straight =
            |[from_x, from_y, to_x, to_y]: &[f64; 4]| from_x == to_x || from_y == to_y;
        if !is_dashed && lines.iter().all(is_straight) {
            for [from_x, from_y, to_x, to_y] in lines {
                let (left, wide) = self.along(*from_x, *to_x);
                let (top, tall) = self.along(*from_y, *to_y);
                self.context.fill_rect(left, top, wide, tall);
            }
            return;
        }
        self.dash(is_dashed);
        self.context.begin_path();
        for [from_x, from_y, to_x, to_y] in lines {
            self.context.move_to(self.crisp(*from_x), self.crisp(*from_y));
            self.context.line_to(self.crisp(*to_x), self.crisp(*to_y));
        }
        self.context.stroke();
    }

    /// Where a hairline begins on one axis, and how far it goes: around its place, or a dot long.
    fn along(&self, from: f64, to: f64) -> (f64, f64) {
        if from == to {
            return (self.edge(from - self.hair / 2.0), self.hair);
        }
        let (begin, end) = (self.edge(from.min(to)), self.edge(from.max(to)));
        (begin, (end - begin).max(1.0 / self.density))
    }

    fn trace(&mut self, points: &[(f64, f64)]) {
        self.context.begin_path();
        for (place, (x, y)) in points.iter().enumerate() {
            if place == 0 {
                self.context.move_to(*x, *y);
            } else {
                self.context.line_to(*x, *y);
            }
        }
    }

    fn write(&mut self, text: &str, (x, y): (f64, f64), ink: Ink, align: Align, is_bold: bool) {
        self.take(ink);
        if self.font != Some(is_bold) {
            self.context.set_letters(&self.palette.fonts[usize::from(is_bold)]);
            self.font = Some(is_bold);
        }
        if self.align != Some(align) {
            self.context.set_text_align(match align {
                Align::Left => "left",
                Align::Middle => "center",
                Align::Right => "right",
            });
            self.align = Some(align);
        }
        let _ = self.context.fill_text(text, x, self.edge(y));
    }
}
