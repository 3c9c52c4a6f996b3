//! A picture of the charts as they are seen: their paint, the words that the page writes over it,
//! and a line that says what it is and whose.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, DomRect, Element, HtmlCanvasElement, Node};

use crate::components::elements;

/// What is pictured, the charts in it, and the words over them.
const ALL: &str = ".charts";
const CHARTS: &str = ".price-chart__canvas";
const WORDS: &str = ".price-chart__head";
/// What of the words is for hands, or for those who cannot see.
const NOT_WORDS: &str = "button, .visually-hidden, [hidden]";
/// The height of the line under the charts, in pixels.
const FOOT: f64 = 28.0;

/// A picture on which is drawn.
struct Picture {
    context: CanvasRenderingContext2d,
    /// Where the charts stand on the page.
    area: DomRect,
    /// Dots of the picture to a pixel of the page.
    density: f64,
}

/// The address of a picture of all charts that are seen, with `title` under them; nothing where
/// there are none.
pub(super) fn picture(title: &str) -> Option<String> {
    let all = document().query_selector(ALL).ok().flatten()?;
    let area = all.get_bounding_client_rect();
    let charts = elements(all.query_selector_all(CHARTS)).filter_map(|one| one.dyn_into().ok());
    let charts: Vec<HtmlCanvasElement> = charts.filter(is_seen).collect();
    let first = charts.first()?;
    let density = f64::from(first.width()) / f64::from(first.client_width()).max(1.0);
    let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
    let (width, height) = (area.width() * density, (area.height() + FOOT) * density);
    #[expect(clippy::cast_possible_truncation, reason = "a screen's dots")]
    #[expect(clippy::cast_sign_loss, reason = "a screen's dots")]
    let dots = |length: f64| length.round() as u32;
    canvas.set_width(dots(width));
    canvas.set_height(dots(height));
    let context = canvas.get_context("2d").ok().flatten()?.dyn_into().ok()?;
    let picture = Picture { context, area, density };
    picture.context.set_fill_style_str(&style_of(first, "--line"));
    picture.context.fill_rect(0.0, 0.0, width, height);
    charts.iter().for_each(|chart| picture.draw_chart(chart));
    let words = elements(all.query_selector_all(WORDS)).filter(is_seen);
    words.for_each(|words| picture.write_all(&words));
    picture.sign(first, title, (width, height));
    canvas.to_data_url_with_type("image/png").ok()
}

impl Picture {
    /// A place of the page, in the picture.
    fn place(&self, rect: &DomRect) -> (f64, f64) {
        let place = |at: f64, from: f64| ((at - from) * self.density).round();
        (place(rect.x(), self.area.x()), place(rect.y(), self.area.y()))
    }

    fn draw_chart(&self, chart: &HtmlCanvasElement) {
        let (x, y) = self.place(&chart.get_bounding_client_rect());
        self.context.set_fill_style_str(&style_of(chart, "--panel"));
        self.context.fill_rect(x, y, f64::from(chart.width()), f64::from(chart.height()));
        let _ = self.context.draw_image_with_html_canvas_element(chart, x, y);
    }

    /// Writes the words of an element where they stand.
    fn write_all(&self, element: &Element) {
        self.context.set_text_baseline("middle");
        let nodes = element.child_nodes();
        for node in (0..nodes.length()).filter_map(|place| nodes.get(place)) {
            match node.dyn_ref::<Element>() {
                Some(inner) if inner.matches(NOT_WORDS).unwrap_or(false) => {}
                Some(inner) => self.write_all(inner),
                None => {
                    self.write(element, &node);
                }
            }
        }
    }

    fn write(&self, of: &Element, node: &Node) -> Option<()> {
        let words = node.node_value().filter(|words| !words.trim().is_empty())?;
        let range = document().create_range().ok()?;
        range.select_node(node).ok()?;
        let rect = range.get_bounding_client_rect();
        let (x, y) = self.place(&rect);
        let size = style_of(of, "font-size");
        let size: f64 = size.trim_end_matches("px").parse().ok()?;
        let (weight, family) = (style_of(of, "font-weight"), style_of(of, "font-family"));
        self.context.set_font(&format!("{weight} {}px {family}", size * self.density));
        self.context.set_fill_style_str(&style_of(of, "color"));
        self.context.fill_text(&words, x, y + rect.height() * self.density / 2.0).ok()
    }

    /// Writes what it is, and whose, under the charts.
    fn sign(&self, chart: &HtmlCanvasElement, title: &str, (width, height): (f64, f64)) {
        let Self { context, density, .. } = self;
        let foot = FOOT * density;
        context.set_fill_style_str(&style_of(chart, "--panel"));
        context.fill_rect(0.0, height - foot, width, foot);
        context.set_fill_style_str(&style_of(chart, "--dim"));
        context.set_font(&format!("{}px {}", 12.0 * density, style_of(chart, "--font")));
        let _ = context.fill_text(title, 10.0 * density, height - foot / 2.0);
    }
}

fn is_seen(element: &impl AsRef<Element>) -> bool {
    0 < element.as_ref().get_client_rects().length()
}

/// How an element looks: a property of its style, as the browser worked it out.
fn style_of(element: &Element, property: &str) -> String {
    let style = window().get_computed_style(element).ok().flatten();
    let value = style.and_then(|style| style.get_property_value(property).ok());
    value.unwrap_or_default().trim().to_owned()
}
