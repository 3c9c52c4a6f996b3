//! A trader's hands on the chart: mouse, wheel, fingers and keys become actions.

use chart::{Action, ChartState, Region};
use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent, WheelEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::canvas::Chart;

/// Pixels that an arrow key moves the crosshair up; one with Shift.
const KEY_UP: f64 = 8.0;
/// A hand that lets go faster than this, in pixels a millisecond, throws the chart.
const THROW_LEAST: f64 = 0.25;
/// The part of its speed that a thrown chart keeps each millisecond.
const THROW_KEEPS: f64 = 0.996;
/// Milliseconds that a finger rests before it takes the crosshair.
const REST_MS: u64 = 350;
/// Pixels that a finger trembles while it rests.
const REST_PIXELS: f64 = 8.0;
/// Milliseconds after which a hand that no longer moved does not throw.
const THROW_PAUSE_MS: f64 = 50.0;

/// Fingers and buttons that are down.
#[derive(Clone, Debug, Default)]
pub(super) struct Hands {
    pointers: Vec<(i32, f64, f64)>,
    /// What was taken hold of.
    region: Option<Region>,
    /// Pixels a millisecond to the right, and when it was so.
    speed: (f64, f64),
    /// Whether it is a drawing that was taken hold of, or is being drawn.
    draws: bool,
    /// Counts throws; an older one stops when it is not the last.
    throws: u32,
    /// Whether a finger moves the crosshair instead of the chart.
    aim: Aim,
}

/// Whether a finger has the crosshair, which it takes by resting.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Aim {
    #[default]
    No,
    /// It rests there since it went down.
    Rests((f64, f64)),
    Has,
}

impl Hands {
    /// A finger or button is down no more. Gives what was held; nothing when it never was down, as
    /// the other buttons of a mouse are not: they end nothing.
    fn let_go(&mut self, id: i32) -> Option<Self> {
        let held = self.clone();
        self.pointers.retain(|(known, ..)| *known != id);
        if self.pointers.len() == held.pointers.len() {
            return None;
        }
        // What two fingers did is no throw of the one that is left.
        self.speed.0 = 0.0;
        self.aim = Aim::No;
        self.draws = false;
        Some(held)
    }
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

    fn region(self, (x, y): (f64, f64)) -> Region {
        self.chart.state.with_value(|state| state.region(x, y))
    }

    /// What the pointer looks like, for the style sheet.
    fn show_grip(self, grip: &str) {
        if let Some(canvas) = self.chart.canvas.get_untracked()
            && canvas.get_attribute("data-grip").as_deref() != Some(grip)
        {
            let _ = canvas.set_attribute("data-grip", grip);
        }
    }

    /// A finger or button went down.
    pub(super) fn down(self, event: &PointerEvent) {
        // The other buttons of a mouse are for menus.
        if event.button() != 0 {
            return;
        }
        let (x, y) = Self::place(event);
        let region = self.chart.state.with_value(|state| match event.pointer_type().as_str() {
            "touch" => state.finger_region(x, y),
            _ => state.region(x, y),
        });
        if let Some(canvas) = self.chart.canvas.get_untracked() {
            let _ = canvas.set_pointer_capture(event.pointer_id());
        }
        // A second finger zooms, whatever the first one does: what that drew stays where it is.
        let (first, drew) =
            self.chart.hands.with_value(|hands| (hands.pointers.first().copied(), hands.draws));
        if let Some((_, x, y)) = first.filter(|_| drew) {
            self.chart.release_drawing((x, y));
        }
        let is_first = first.is_none();
        let draws = is_first && region == Region::Prices && self.chart.press_drawing(event, (x, y));
        self.chart.hands.update_value(|hands| {
            hands.pointers.retain(|(id, ..)| *id != event.pointer_id());
            hands.pointers.push((event.pointer_id(), x, y));
            hands.draws = draws;
            hands.region = Some(region);
            hands.speed = (0.0, event.time_stamp());
            hands.throws += 1;
            hands.aim = Aim::No;
        });
        if !draws && matches!(region, Region::Prices | Region::Pane(_)) {
            self.show_grip("drag");
            if is_first && event.pointer_type() == "touch" {
                self.rest((x, y));
            }
        }
    }

    /// A finger that stays where it went down takes the crosshair.
    fn rest(self, place: (f64, f64)) {
        let press = self.chart.hands.try_update_value(|hands| {
            hands.aim = Aim::Rests(place);
            hands.throws
        });
        let take = move || {
            let is_taken = self.chart.hands.try_update_value(|hands| {
                let rests = Some(hands.throws) == press && hands.aim == Aim::Rests(place);
                if rests {
                    hands.aim = Aim::Has;
                }
                rests
            });
            if is_taken == Some(true) {
                self.chart.act(Action::Point(Some(place)));
            }
        };
        set_timeout(take, std::time::Duration::from_millis(REST_MS));
    }

    /// A finger or the mouse moved: one drags what it took hold of, two zoom.
    pub(super) fn moved(self, event: &PointerEvent) {
        let (x, y) = Self::place(event);
        let hands = self.chart.hands.get_value();
        let known = hands.pointers.iter().position(|(id, ..)| *id == event.pointer_id());
        if known.is_some() && event.pointer_type() == "mouse" && event.buttons() & 1 == 0 {
            // It was let go where nobody told: over a menu of the system.
            return self.up(event);
        }
        let Some(place) = known else {
            self.show_grip(match self.region((x, y)) {
                Region::PriceAxis => "prices",
                Region::TimeAxis => "time",
                Region::Edge(_) => "edge",
                Region::Prices | Region::Pane(_) => "",
            });
            if !self.chart.drag_drawing((x, y)) {
                self.chart.act(Action::Point(Some((x, y))));
            }
            return;
        };
        self.chart.hands.update_value(|hands| {
            if let Some(pointer) = hands.pointers.get_mut(place) {
                *pointer = (event.pointer_id(), x, y);
            }
        });
        if hands.draws {
            self.chart.drag_drawing((x, y));
            return;
        }
        match hands.aim {
            Aim::Has => return self.chart.act(Action::Point(Some((x, y)))),
            Aim::Rests((from_x, from_y)) if (x - from_x).hypot(y - from_y) < REST_PIXELS => return,
            Aim::Rests(_) => self.chart.hands.update_value(|hands| hands.aim = Aim::No),
            Aim::No => {}
        }
        let (_, before_x, before_y) = hands.pointers[place];
        let other = hands.pointers.iter().find(|(id, ..)| *id != event.pointer_id());
        match (other, hands.region) {
            (Some(&(_, other_x, other_y)), _) => {
                let fingers = |x: f64, y: f64| [(other_x, other_y), (x, y)];
                let (from, to) = (fingers(before_x, before_y), fingers(x, y));
                self.chart.act(Action::Pinch { from, to });
            }
            (None, Some(Region::PriceAxis)) => {
                self.chart.act(Action::Stretch((1.0 + (y - before_y) / 200.0).max(0.1)));
            }
            (None, Some(Region::TimeAxis)) => {
                let factor = (1.0 + (x - before_x) / 300.0).max(0.1);
                self.chart.act(Action::ZoomRight(factor));
            }
            (None, Some(Region::Edge(study))) => {
                let mut setup = self.chart.state.with_value(|state| state.setup().clone());
                let percent = self.chart.state.with_value(|state| state.pane_percent(study, y));
                let shown = setup.studies.iter_mut().find(|shown| shown.study == study);
                if let (Some(shown), Some(percent)) = (shown, percent) {
                    shown.percent = percent;
                    self.chart.act(Action::SetUp(setup));
                }
            }
            (None, _) => {
                self.chart.act(Action::Pan { x: x - before_x, y: y - before_y });
                self.chart.act(Action::Point(Some((x, y))));
            }
        }
        self.chart.hands.update_value(|hands| {
            let passed = (event.time_stamp() - hands.speed.1).max(1.0);
            // A finger's single steps are uneven: the last ones count together.
            let speed = f64::midpoint(hands.speed.0, (x - before_x) / passed);
            hands.speed = (speed, event.time_stamp());
        });
    }

    /// A finger or button went up.
    pub(super) fn up(self, event: &PointerEvent) {
        let id = event.pointer_id();
        let held = self.chart.hands.try_update_value(|hands| hands.let_go(id));
        let Some(hands) = held.flatten() else { return };
        self.show_grip("");
        if hands.aim == Aim::Has {
            // The crosshair stays where the finger left it, until the next one.
            return;
        }
        if hands.draws {
            self.chart.release_drawing(Self::place(event));
        }
        if event.pointer_type() == "touch" {
            self.chart.act(Action::Point(None));
        }
        if let Some(Region::Edge(_)) = hands.region {
            self.chart.one.on_setup.run(self.chart.state.with_value(|state| state.setup().clone()));
        }
        let (speed, at) = hands.speed;
        let is_thrown = hands.pointers.len() == 1
            && !hands.draws
            && matches!(hands.region, Some(Region::Prices | Region::Pane(_)))
            && event.time_stamp() - at < THROW_PAUSE_MS
            && THROW_LEAST < speed.abs();
        if is_thrown && !is_motion_reduced() {
            self.glide(hands.throws, speed.clamp(-6.0, 6.0), crate::live::steady_ms());
        } else if !hands.draws {
            // A hand that only trembled leaves the newest bar where it is followed.
            self.chart.act(Action::Pan { x: 0.0, y: 0.0 });
        }
    }

    /// The pointer is elsewhere. A finger is so whenever it goes up.
    pub(super) fn left(self, event: &PointerEvent) {
        if event.pointer_type() != "touch" {
            self.chart.act(Action::Point(None));
        }
    }

    /// A thrown chart goes on by itself, slower and slower.
    fn glide(self, throw: u32, speed: f64, at: f64) {
        request_animation_frame(move || {
            let is_last = self.chart.hands.try_with_value(|hands| hands.throws == throw);
            let now = crate::live::steady_ms();
            let passed = (now - at).clamp(0.0, 100.0);
            let speed = speed * power(THROW_KEEPS, passed);
            if is_last == Some(true) && 0.02 < speed.abs() {
                self.chart.act(Action::Pan { x: speed * passed, y: 0.0 });
                self.glide(throw, speed, now);
            }
        });
    }

    /// The wheel zooms at the pointer, sideways or with Shift it pans.
    pub(super) fn wheel(self, event: &WheelEvent) {
        event.prevent_default();
        self.chart.hands.update_value(|hands| hands.throws += 1);
        // Some mice tell lines instead of pixels.
        let unit = if event.delta_mode() == 1 { 30.0 } else { 1.0 };
        let (x, y) = (event.delta_x() * unit, event.delta_y() * unit);
        if y.abs() < x.abs() || event.shift_key() {
            let by = if x == 0.0 { y } else { x };
            self.chart.act(Action::Pan { x: -by, y: 0.0 });
            return;
        }
        let factor = (1.0 - y / 600.0).clamp(0.5, 2.0);
        self.chart.act(Action::Zoom { x: f64::from(event.offset_x()), factor });
    }

    /// Two clicks fit what they are on.
    pub(super) fn double(self, event: &MouseEvent) {
        let point = (f64::from(event.offset_x()), f64::from(event.offset_y()));
        if self.chart.state.with_value(|state| state.selected().is_some()) {
            return;
        }
        match self.region(point) {
            Region::TimeAxis => self.chart.act(Action::FitTime),
            Region::Prices | Region::PriceAxis | Region::Pane(_) | Region::Edge(_) => {
                self.chart.act(Action::Fit);
            }
        }
    }

    /// A menu is asked for. Between the points of a drawing, the second button of a mouse gives it
    /// up instead; a finger that rests there does not.
    pub(super) fn menu(self, event: &web_sys::Event) {
        let is_button = event.unchecked_ref::<MouseEvent>().button() == 2;
        let is_up = self.chart.hands.with_value(|hands| hands.pointers.is_empty());
        if is_button && is_up && self.chart.give_up_drawing() {
            event.prevent_default();
        }
    }

    /// Keys that draw, or move the crosshair while they have it. All others are in the keymap.
    pub(super) fn key(self, event: &KeyboardEvent) {
        if self.chart.drawing_key(event) || self.aiming_key(event) {
            event.prevent_default();
            event.stop_propagation();
        }
    }

    /// A key while the crosshair is moved by keys. True when it was for that.
    fn aiming_key(self, event: &KeyboardEvent) -> bool {
        let is_aiming = self.chart.state.with_value(ChartState::is_aiming);
        if !is_aiming || event.ctrl_key() || event.meta_key() || event.alt_key() {
            return false;
        }
        let up = if event.shift_key() { 1.0 } else { KEY_UP };
        let (bars, up) = match event.key().as_str() {
            "ArrowLeft" => (-1.0, 0.0),
            "ArrowRight" => (1.0, 0.0),
            "ArrowUp" => (0.0, up),
            "ArrowDown" => (0.0, -up),
            "Escape" => {
                self.chart.act(Action::Crosshair);
                return true;
            }
            _ => return false,
        };
        self.chart.act(Action::Aim { bars, up });
        true
    }
}

/// `base` to the power of a number of milliseconds, in whole steps: exact enough for a glide.
fn power(base: f64, millis: f64) -> f64 {
    #[expect(clippy::cast_possible_truncation, reason = "at most a hundred")]
    let steps = millis.round() as i32;
    base.powi(steps)
}

/// Whether somebody wants screens that stand still.
pub(crate) fn is_motion_reduced() -> bool {
    let query = window().match_media("(prefers-reduced-motion: reduce)").ok().flatten();
    query.is_some_and(|query| query.matches())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mouse's only id: its buttons share it.
    const MOUSE: i32 = 1;

    #[test]
    fn a_button_that_did_not_go_down_on_the_chart_ends_nothing() {
        let drawing =
            Hands { pointers: vec![(MOUSE, 300.0, 200.0)], draws: true, ..<_>::default() };
        let mut hands = drawing.clone();
        let held = hands.let_go(MOUSE).expect("it was down");
        assert!(held.draws && !hands.draws, "the first of two clicks is over");
        // The right button, which is never taken down, comes up between the two.
        assert!(hands.let_go(MOUSE).is_none());
        // So does another finger's end while this one still draws.
        let mut hands = drawing;
        assert!(hands.let_go(MOUSE + 1).is_none() && hands.draws);
    }
}
