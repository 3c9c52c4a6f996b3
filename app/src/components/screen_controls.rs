//! What can be pressed or filled in on the screen that is open, by name: the palette lists it
//! beside what can be done everywhere, so that every button is a few letters away.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlElement;

/// Screens beside the charts, whose own commands have words and keys of their own, and what can be
/// done with a drawing that is selected, or with a study of the active chart.
const SCREENS: &str = ".desk__chart :is(.chain, .plan, .volatility, .exposure, .positions-tools, \
                       .risk-grid), .drawing-options, \
                       .price-chart[data-active=true] .legend__acts";
const CONTROLS: &str = "button, a[href], summary, select, textarea, input";
/// What tells `SPX` in one row of buttons from `SPX` in another.
const GROUP: &str = "[role=group][aria-label], .drawing-options";
/// What is there once for each row of a table is found in the table.
const ROWS: &str = "tbody, [role=row], [role=dialog]";

/// What can be pressed or filled in, with the name that it has on the screen; of several that are
/// called the same, the first.
pub(super) fn screen_controls() -> Vec<(String, HtmlElement)> {
    let mut found: Vec<(String, HtmlElement)> = Vec::new();
    for screen in elements(document().query_selector_all(SCREENS)) {
        for control in elements(screen.query_selector_all(CONTROLS)) {
            if let Some(name) = name_of(&control)
                && found.iter().all(|(known, _)| *known != name)
            {
                found.push((name, control));
            }
        }
    }
    found
}

/// Presses a button, or brings the focus into a field.
pub(super) fn use_control(control: &HtmlElement) {
    control.scroll_into_view_with_bool(false);
    let _ = control.focus();
    if !is_field(control) {
        control.click();
    }
}

/// Elements that a selector found.
pub(crate) fn elements(
    found: Result<web_sys::NodeList, JsValue>,
) -> impl Iterator<Item = HtmlElement> {
    let found = found.ok();
    let count = found.as_ref().map_or(0, web_sys::NodeList::length);
    (0..count).filter_map(move |place| found.as_ref()?.get(place)?.dyn_into().ok())
}

fn is_field(control: &HtmlElement) -> bool {
    let is_ticked = control.matches("[type=checkbox], [type=radio]").unwrap_or(false);
    !is_ticked && control.matches("select, textarea, input").unwrap_or(false)
}

/// What a control is called for those who cannot see it; nothing where it cannot be used now.
fn name_of(control: &HtmlElement) -> Option<String> {
    let is_usable = 0 < control.get_client_rects().length()
        && !control.matches(":disabled").unwrap_or(false)
        && control.closest(ROWS).ok().flatten().is_none();
    if !is_usable {
        return None;
    }
    let words = control.get_attribute("aria-label").unwrap_or_else(|| {
        let label = control.closest("label").ok().flatten();
        // Not what can be chosen in the field.
        let first = label.and_then(|label| label.query_selector("span").ok().flatten());
        words_in(first.as_ref().and_then(JsCast::dyn_ref).unwrap_or(control))
    });
    let group = control.closest(GROUP).ok().flatten();
    let group = group.and_then(|group| group.get_attribute("aria-label"));
    let words: Vec<&str> = words.split_whitespace().collect();
    let words = words.join(" ");
    (!words.is_empty()).then(|| match group {
        Some(group) => format!("{group}: {words}"),
        None => words,
    })
}

/// As they are read, or as they are written where they are not seen.
fn words_in(element: &HtmlElement) -> String {
    let seen = element.inner_text();
    if seen.trim().is_empty() { element.text_content().unwrap_or_default() } else { seen }
}
