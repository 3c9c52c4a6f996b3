//! Paints a chart's shapes. The only crate that touches a canvas.

use chart::{Align, Edges, Ink, Shape, damage, do_meet, reach_of_box, reach_of_line};
use js_sys::JsString;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// Colours of the theme, by ink.
#[derive(Clone, Debug, Default)]
struct Palette {
    colours: Vec<JsString>,
    fonts: [JsString; 2],
}

#[wasm_bindgen]
extern "C" {
    /// A context that takes texts which the browser already has: web-sys hands over a Rust text,
    /// which is decoded again on every call, a dozen times a frame.
    #[wasm_bindgen(extends = CanvasRenderingContext2d)]
    #[derive(Debug)]
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
    fn read(canvas: &HtmlCanvasElement) -> Self {
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

/// Paints frames upon a canvas, and remembers the last one: of the next, only what changed is
/// painted.
#[derive(Debug)]
pub struct Painter {
    canvas: HtmlCanvasElement,
    context: Context,
    palette: Palette,
    density: f64,
    /// What is on the canvas; nothing while that is unknown.
    shapes: Option<Vec<Shape>>,
}

/// The part of a canvas above which all of it is painted anew, at once.
const PART_MAX: f64 = 0.6;

impl Painter {
    /// Of a canvas, in the theme's colours; nothing where the browser has no canvas.
    pub fn new(canvas: HtmlCanvasElement) -> Option<Self> {
        let context = canvas.get_context("2d").ok().flatten()?.unchecked_into();
        let palette = Palette::read(&canvas);
        Some(Self { canvas, context, palette, density: 1.0, shapes: None })
    }

    /// Whether it paints upon that canvas.
    pub fn is_of(&self, canvas: &HtmlCanvasElement) -> bool {
        self.canvas == *canvas
    }

    /// What is on the canvas is not known any more: the browser may have lost it.
    pub fn forget(&mut self) {
        self.shapes = None;
    }

    /// Paints shapes, from the back to the front, upon `width` and `height` in pixels of which each
    /// has `density` dots; sharp at any density.
    pub fn paint(&mut self, shapes: Vec<Shape>, (width, height): (f64, f64), density: f64) {
        if self.fit((width, height), density) {
            self.shapes = None;
        }
        self.begin();
        // The last of its dots may be more than half of one.
        let [width, height] =
            [self.canvas.width(), self.canvas.height()].map(|dots| f64::from(dots) / density);
        let parts = self.shapes.as_deref().map(|before| damage(before, &shapes, (width, height)));
        let area = |[left, top, right, bottom]: &Edges| (right - left) * (bottom - top);
        let is_small =
            |parts: &Vec<Edges>| parts.iter().map(area).sum::<f64>() < PART_MAX * width * height;
        match parts.filter(is_small) {
            Some(parts) => parts.into_iter().for_each(|part| self.paint_part(&shapes, part)),
            None => {
                self.context.clear_rect(0.0, 0.0, width, height);
                self.brush(None).paint_all(&shapes);
            }
        }
        self.shapes = Some(shapes);
    }

    /// Gives the canvas as many dots as the screen has under it. Whether what was painted is gone.
    fn fit(&mut self, (width, height): (f64, f64), density: f64) -> bool {
        #[expect(clippy::cast_possible_truncation, reason = "a screen's dots")]
        #[expect(clippy::cast_sign_loss, reason = "a screen's dots")]
        let dots = |length: f64| (length * density).round() as u32;
        let (width, height) = (dots(width), dots(height));
        let is_other = (self.canvas.width(), self.canvas.height()) != (width, height);
        if is_other {
            self.canvas.set_width(width);
            self.canvas.set_height(height);
        }
        core::mem::replace(&mut self.density, density) != density || is_other
    }

    fn begin(&self) {
        let Self { context, density, .. } = self;
        let _ = context.set_transform(*density, 0.0, 0.0, *density, 0.0, 0.0);
        context.set_text_baseline("middle");
        context.set_line_width(self.hair());
        context.set_line_join("round");
        // What the last painting left behind.
        let _ = context.set_line_dash(&js_sys::Array::new());
    }

    /// The width of a hairline: about a pixel, in whole dots of the screen.
    fn hair(&self) -> f64 {
        self.density.round().max(1.0) / self.density
    }

    /// Paints what of the shapes reaches into a part, and leaves what is around it.
    fn paint_part(&self, shapes: &[Shape], part: Edges) {
        // Whole dots: half of one would be seen through.
        let [left, top] = [part[0], part[1]].map(|at| (at * self.density).floor() / self.density);
        let [right, bottom] =
            [part[2], part[3]].map(|at| (at * self.density).ceil() / self.density);
        let (wide, tall) = (right - left, bottom - top);
        self.context.save();
        self.context.begin_path();
        self.context.rect(left, top, wide, tall);
        self.context.clip();
        self.context.clear_rect(left, top, wide, tall);
        self.brush(Some([left, top, right, bottom])).paint_all(shapes);
        self.context.restore();
    }

    fn brush(&self, part: Option<Edges>) -> Brush<'_> {
        Brush {
            context: &self.context,
            palette: &self.palette,
            density: self.density,
            hair: self.hair(),
            part,
            ink: None,
            font: None,
            align: None,
            is_dashed: false,
            clips: false,
        }
    }
}

/// A context that remembers what it was told, so that it is told once.
struct Brush<'a> {
    context: &'a Context,
    palette: &'a Palette,
    density: f64,
    hair: f64,
    /// What does not reach into it is not painted.
    part: Option<Edges>,
    ink: Option<Ink>,
    font: Option<bool>,
    align: Option<Align>,
    is_dashed: bool,
    clips: bool,
}

impl Brush<'_> {
    fn paint_all(mut self, shapes: &[Shape]) {
        for shape in shapes {
            self.paint(shape);
        }
        self.clip(None);
    }

    fn is_seen(&self, reach: Edges) -> bool {
        self.part.is_none_or(|part| do_meet(&part, &reach))
    }

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
            // Their pieces are looked at one by one, where they are painted.
            Shape::Fills { .. } | Shape::Frames { .. } | Shape::Strokes { .. } | Shape::Clip(_) => {
            }
            _ if self.is_seen(shape.reach()) => {}
            _ => return,
        }
        match shape {
            Shape::Fills { boxes, ink, opacity } => self.fill(boxes, *ink, *opacity),
            Shape::Frames { boxes, ink } => {
                self.take(*ink);
                self.dash(false);
                for one in boxes.iter().filter(|one| self.is_seen(reach_of_box(one))) {
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
        for one in boxes.iter().filter(|one| self.is_seen(reach_of_box(one))) {
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
            for line in lines.iter().filter(|line| self.is_seen(reach_of_line(line))) {
                let [from_x, from_y, to_x, to_y] = line;
                let (left, wide) = self.along(*from_x, *to_x);
                let (top, tall) = self.along(*from_y, *to_y);
                self.context.fill_rect(left, top, wide, tall);
            }
            return;
        }
        self.dash(is_dashed);
        self.context.begin_path();
        for line in lines.iter().filter(|line| self.is_seen(reach_of_line(line))) {
            let [from_x, from_y, to_x, to_y] = line;
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
