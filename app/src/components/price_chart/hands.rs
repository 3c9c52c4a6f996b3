//! A trader's hands on the chart: mouse, wheel, fingers and keys become actions.

use leptos::ev::{KeyboardEvent, PointerEvent, WheelEvent};
use leptos::prelude::*;

use super::Chart;
use crate::chart::Action;

/// Pixels that an arrow key pans.
const KEY_PAN: f64 = 60.0;
/// The width of the price axis, where dragging stretches prices.
const PRICE_AXIS: f64 = 72.0;

/// Fingers and buttons that are down.
#[derive(Clone, Debug, Default)]
pub(super) struct Hands {
    pointers: Vec<(i32, f64, f64)>,
    is_on_axis: bool,
}

/// The hands of one chart.
#[derive(Clone, Copy)]
pub(super) struct Grip {
    pub(super) chart: Chart,
}

impl Grip {
    fn place(event: &PointerEvent) -> (f64, f64) {
        (f64::from(event.offset_x()), f64::from(event.offset_y()))
    }

    fn width(self) -> f64 {
        self.chart.canvas.get_untracked().map_or(0.0, |canvas| f64::from(canvas.client_width()))
    }

    fn set_dragging(self, is_dragging: bool) {
        if let Some(canvas) = self.chart.canvas.get_untracked() {
            let _ = canvas.set_attribute("data-dragging", &is_dragging.to_string());
        }
    }

    /// A finger or button went down.
    pub(super) fn down(self, event: &PointerEvent) {
        let (x, y) = Self::place(event);
        let is_on_axis = self.width() - PRICE_AXIS < x;
        if let Some(canvas) = self.chart.canvas.get_untracked() {
            let _ = canvas.set_pointer_capture(event.pointer_id());
        }
        self.chart.hands.update_value(|hands| {
            hands.pointers.retain(|(id, ..)| *id != event.pointer_id());
            hands.pointers.push((event.pointer_id(), x, y));
            hands.is_on_axis = is_on_axis;
        });
        self.set_dragging(true);
    }

    /// A finger or the mouse moved: one pans or stretches, two zoom.
    pub(super) fn moved(self, event: &PointerEvent) {
        let (x, y) = Self::place(event);
        let hands = self.chart.hands.get_value();
        let known = hands.pointers.iter().position(|(id, ..)| *id == event.pointer_id());
        let Some(place) = known else {
            self.chart.act(Action::Point(Some((x, y))));
            return;
        };
        let (_, before_x, before_y) = hands.pointers[place];
        let other = hands.pointers.iter().find(|(id, ..)| *id != event.pointer_id());
        match other {
            Some((_, other_x, other_y)) => {
                let apart = |x: f64, y: f64| (x - other_x).hypot(y - other_y).max(1.0);
                let factor = apart(x, y) / apart(before_x, before_y);
                self.chart.act(Action::Zoom { x: f64::midpoint(x, *other_x), factor });
            }
            None if hands.is_on_axis => {
                self.chart.act(Action::Stretch(1.0 + (y - before_y) / 200.0));
            }
            None => {
                self.chart.act(Action::Pan { x: x - before_x, y: y - before_y });
                self.chart.act(Action::Point(Some((x, y))));
            }
        }
        self.chart.hands.update_value(|hands| {
            if let Some(pointer) = hands.pointers.get_mut(place) {
                *pointer = (event.pointer_id(), x, y);
            }
        });
    }

    /// A finger or button went up.
    pub(super) fn up(self, event: &PointerEvent) {
        self.chart.hands.update_value(|hands| {
            hands.pointers.retain(|(id, ..)| *id != event.pointer_id());
        });
        self.set_dragging(false);
        if event.pointer_type() == "touch" {
            self.chart.act(Action::Point(None));
        }
    }

    /// The wheel zooms at the pointer, sideways it pans.
    pub(super) fn wheel(self, event: &WheelEvent) {
        event.prevent_default();
        let (x, y) = (event.delta_x(), event.delta_y());
        if y.abs() < x.abs() {
            self.chart.act(Action::Pan { x: -x, y: 0.0 });
            return;
        }
        let factor = (1.0 - y / 600.0).clamp(0.5, 2.0);
        self.chart.act(Action::Zoom { x: f64::from(event.offset_x()), factor });
    }

    /// Arrows pan, plus and minus zoom, 0 fits, End goes to the newest bar.
    pub(super) fn key(self, event: &KeyboardEvent) {
        let middle = self.width() / 2.0;
        let action = match event.key().as_str() {
            "ArrowLeft" => Action::Pan { x: KEY_PAN, y: 0.0 },
            "ArrowRight" => Action::Pan { x: -KEY_PAN, y: 0.0 },
            "ArrowUp" | "+" | "=" => Action::Zoom { x: middle, factor: 1.2 },
            "ArrowDown" | "-" => Action::Zoom { x: middle, factor: 1.0 / 1.2 },
            "0" => Action::Fit,
            "End" => Action::Latest,
            _ => return,
        };
        event.prevent_default();
        self.chart.act(action);
    }
}
