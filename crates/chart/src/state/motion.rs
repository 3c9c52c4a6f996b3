//! How the view moves: by a hand, a wheel, two fingers or keys.

use market::Moment;

use super::ChartState;
use crate::panes::HEAD;
use crate::scale::PriceScale;

/// Where two fingers are, in pixels.
pub type Fingers = [(f64, f64); 2];

/// Pixels from its place within which the newest bar, dragged towards it, is followed again.
const SNAP: f64 = 6.0;
/// The same where a zoom brought it there: what lies under the pointer may not jump.
const STILL: f64 = 1e-3;
/// Two fingers that are nearer than this to one another along an axis, in pixels, do not scale it.
const PINCH_LEAST: f64 = 24.0;

impl ChartState {
    /// The least distance of bars: all of them just fit.
    pub(super) fn spacing_least(&self) -> f64 {
        (self.time.edge * 0.9 / (self.series.len() as f64 + 1.0)).clamp(1e-4, 0.5)
    }

    /// Changes the distance of bars; what lies at `x` stays, and the newest bar is followed on
    /// only where it stayed as well.
    pub(super) fn zoom(&mut self, x: f64, factor: f64) {
        if !factor.is_finite() || factor <= 0.0 {
            return;
        }
        self.time.zoom(x, factor, self.spacing_least());
        self.keep_in_sight();
        self.follows = self.newest_off().abs() < STILL;
    }

    /// Zooms without a pointer: about the newest bar while it is followed, else about `x`.
    pub(super) fn zoom_about(&mut self, x: f64, factor: f64) {
        let follows = self.follows;
        let x = if follows { self.time.edge - self.margin() } else { x };
        self.zoom(x, factor);
        self.follows |= follows;
    }

    /// Two fingers moved: the bars under them go along. So do the prices, where they do not fit
    /// what is seen, or where the fingers are one above the other.
    pub(super) fn pinch(&mut self, from: Fingers, to: Fingers) {
        let prices = self.prices();
        let is_tall = (from[1].0 - from[0].0).abs() < (from[1].1 - from[0].1).abs();
        if let Some(factor) = pinched(from[1].0 - from[0].0, to[1].0 - to[0].0) {
            // Where bars cannot come nearer, those under the finger that is more still stay.
            let moved = |n: usize| (to[n].0 - from[n].0).abs();
            let still = usize::from(moved(1) < moved(0));
            self.time.zoom(from[still].0, factor, self.spacing_least());
            self.time.right -= (to[still].0 - from[still].0) / self.time.spacing;
            self.keep_in_sight();
            self.follows = self.newest_off().abs() < STILL;
        }
        let is_free = self.pulled.is_some() || is_tall;
        if is_free && pinched(from[1].1 - from[0].1, to[1].1 - to[0].1).is_some() {
            let [first, second] = from.map(|(_, y)| prices.measure_at(y));
            let [first_part, second_part] = to.map(|(_, y)| prices.part(y));
            let range = (second - first) / (second_part - first_part);
            let low = first - first_part * range;
            self.pull_prices(low, low + range);
        }
    }

    pub(super) fn pan(&mut self, x: f64, y: f64) {
        let before = self.newest_off().abs();
        self.time.right -= x / self.time.spacing;
        self.keep_in_sight();
        let off = self.newest_off().abs();
        // Only towards its place: a slow hand could never take it away otherwise.
        // What goes up or down alone says nothing of time.
        if x != 0.0 || y == 0.0 {
            self.follows = off < SNAP && off <= before;
        }
        let height = (self.price_pane().bottom - HEAD).max(1.0);
        let sign = if self.setup.is_inverted { -1.0 } else { 1.0 };
        if let Some((low, high)) = &mut self.pulled {
            let move_by = sign * y / height * (*high - *low);
            *low += move_by;
            *high += move_by;
        }
    }

    /// Moves the prices down by a part of their height, whether they fitted what is seen or not.
    pub(super) fn lift(&mut self, part: f64) {
        let PriceScale { low, high, top, bottom, .. } = self.prices();
        self.pull_prices(low, high);
        self.pan(0.0, part * (bottom - top));
    }

    /// How many pixels the newest bar is to the left of where it is followed.
    pub(super) fn newest_off(&self) -> f64 {
        (self.time.right - self.newest()) * self.time.spacing - self.margin()
    }

    /// Some bar always stays in sight.
    pub(super) fn keep_in_sight(&mut self) {
        let seen = (self.time.edge / self.time.spacing - 3.0).max(1.0);
        self.time.right = self.time.right.clamp(2.0_f64.min(self.newest()), self.newest() + seen);
    }

    pub(super) fn stretch(&mut self, factor: f64) {
        let PriceScale { low, high, .. } = self.prices();
        let (middle, half) = (f64::midpoint(low, high), (high - low) / 2.0 * factor);
        self.pull_prices(middle - half, middle + half);
    }

    /// Prices stay between these from now on, in the scale's own measure.
    pub(super) fn pull_prices(&mut self, low: f64, high: f64) {
        let half = (high - low) / 2.0;
        if low.is_finite() && half.is_finite() && 1e-9 < half && half < 1e9 {
            self.pulled = Some((low, high));
        }
    }

    pub(super) fn centre(&mut self, price: f64) {
        let PriceScale { low, high, mode, .. } = self.prices();
        let (middle, half) = (PriceScale::measure(mode, price), (high - low) / 2.0);
        if middle.is_finite() {
            self.pulled = Some((middle - half, middle + half));
        }
    }

    pub(super) fn go_to(&mut self, at: Moment) {
        let place = self.series.place_of(at) as f64;
        self.time.right = place + self.time.edge / 2.0 / self.time.spacing;
        self.keep_in_sight();
        self.follows = false;
    }
}

/// By how much two fingers scale an axis along which they were `before` apart and are `after`.
fn pinched(before: f64, after: f64) -> Option<f64> {
    let are_apart = PINCH_LEAST <= before.abs() && PINCH_LEAST <= after.abs();
    (are_apart && 0.0 < before * after).then_some(after / before)
}

#[cfg(test)]
mod tests {
    use super::super::tests::chart;
    use super::*;
    use crate::scale::BarScale;
    use crate::{Action, ChartSetup, ScaleMode};
    use proptest::prelude::*;

    const BARS: i64 = 3_000;

    /// Whether the view is against one of its ends, where nothing can stay under a finger.
    fn is_clamped(state: &ChartState) -> bool {
        let (least, right, spacing) = (state.spacing_least(), state.time.right, state.time.spacing);
        let seen = (state.time.edge / spacing - 3.0).max(1.0);
        spacing <= least + 1e-9
            || BarScale::SPACING_MAX - 1e-9 <= spacing
            || right <= 2.0 + 1e-9
            || state.newest() + seen - 1e-9 <= right
    }

    fn inverted(scale: ScaleMode, is_inverted: bool) -> Action {
        Action::SetUp(ChartSetup { scale, is_inverted, ..ChartSetup::default() })
    }

    proptest! {
        /// From any window, one that follows the newest bar as well.
        #[test]
        fn the_bar_under_the_pointer_stays_under_it(
            first in 0.1..8.0_f64, pan in prop::option::of(-400.0..20_000.0_f64),
            x in 0.0..928.0_f64, factor in 0.2..5.0_f64,
        ) {
            let mut state = chart(BARS);
            state.apply(Action::ZoomMiddle(first));
            if let Some(x) = pan {
                state.apply(Action::Pan { x, y: 0.0 });
            }
            let place = state.time.place(x);
            state.apply(Action::Zoom { x, factor });
            let off = (state.time.x(place) - x).abs();
            prop_assert!(off <= STILL || is_clamped(&state), "{off} pixels off");
        }

        /// Many small steps of a wheel come to what one great one does.
        #[test]
        fn a_slow_wheel_keeps_the_bar_as_well(x in 0.0..800.0_f64, steps in 1..60_u32) {
            let mut state = chart(BARS);
            let place = state.time.place(x);
            for _ in 0..steps {
                state.apply(Action::Zoom { x, factor: 1.002 });
            }
            let off = (state.time.x(place) - x).abs();
            prop_assert!(off <= STILL * f64::from(steps), "{off} pixels off");
        }

        /// One finger still, or both moving: what is under each stays under it.
        #[test]
        fn bars_and_prices_under_two_fingers_stay_under_them(
            pan in 0.0..15_000.0_f64,
            scale in prop::sample::select(ScaleMode::ALL.to_vec()), is_inverted: bool,
            from in [(40.0..400.0_f64, 60.0..250.0_f64), (450.0..900.0_f64, 300.0..560.0_f64)],
            by in [(-12.0..12.0_f64, -12.0..12.0_f64), (-12.0..12.0_f64, -12.0..12.0_f64)],
            is_one_still: bool,
        ) {
            let mut state = chart(BARS);
            state.apply(inverted(scale, is_inverted));
            state.apply(Action::Pan { x: pan, y: 0.0 });
            // The axis was pulled: prices do not fit by themselves.
            state.apply(Action::Stretch(1.5));
            // They stay 26 pixels apart along both axes: nearer, they scale nothing.
            let by = if is_one_still { [(0.0, 0.0), by[1]] } else { by };
            let to = [0, 1].map(|n| (from[n].0 + by[n].0, from[n].1 + by[n].1));
            let held = from.map(|(x, y)| (state.time.place(x), state.prices().price(y)));
            state.apply(Action::Pinch { from, to });
            for (n, (place, price)) in held.into_iter().enumerate() {
                let (x, y) = (state.time.x(place), state.prices().y(price));
                prop_assert!((y - to[n].1).abs() < 1e-6, "finger {n}: {y} is not {}", to[n].1);
                let off = (x - to[n].0).abs();
                prop_assert!(off < STILL || is_clamped(&state), "finger {n}: {off} off");
            }
        }

        /// However far they go: the bar of the still one stays, also where bars cannot be nearer.
        #[test]
        fn a_still_finger_keeps_its_bar(
            still in 300.0..600.0_f64, start in 30.0..260.0_f64, end in 25.0..890.0_f64,
        ) {
            let mut state = chart(BARS);
            state.apply(Action::Pan { x: 9_000.0, y: 0.0 });
            let place = state.time.place(still);
            let steps = 20;
            let at = |step: i32| still + start + (end - start) * f64::from(step) / f64::from(steps);
            for step in 0..steps {
                let fingers = |step| [(still, 200.0), (at(step), 210.0)];
                let (from, to) = (fingers(step), fingers(step + 1));
                state.apply(Action::Pinch { from, to });
            }
            prop_assert!((state.time.x(place) - still).abs() < 1e-6);
            prop_assert!(state.pulled.is_none(), "prices go on fitting what is seen");
        }
    }

    #[test]
    fn fingers_one_above_the_other_stretch_prices_alone() {
        let mut state = chart(BARS);
        state.apply(Action::Pan { x: 500.0, y: 0.0 });
        let (time, prices) = (state.time, state.prices());
        let held = [150.0, 300.0].map(|y| prices.price(y));
        let (from, to) = ([(400.0, 150.0), (410.0, 300.0)], [(400.0, 150.0), (415.0, 400.0)]);
        state.apply(Action::Pinch { from, to });
        assert_eq!(state.time, time);
        let shown = held.map(|price| state.prices().y(price));
        assert!((shown[0] - 150.0).abs() < 1e-9 && (shown[1] - 400.0).abs() < 1e-9, "{shown:?}");
    }

    #[test]
    fn fingers_that_meet_or_cross_change_nothing() {
        let mut state = chart(BARS);
        state.apply(Action::Pan { x: 500.0, y: 0.0 });
        let time = state.time;
        for (before, after) in [(30.0, 0.0), (30.0, -30.0), (0.0, 30.0), (10.0, 40.0), (0.0, 0.0)] {
            let fingers = |apart: f64| [(400.0, 200.0), (400.0 + apart, 200.0)];
            let (from, to) = (fingers(before), fingers(after));
            state.apply(Action::Pinch { from, to });
            assert_eq!(state.time, time, "{before} {after}");
        }
        let nowhere = [(f64::NAN, f64::NAN), (f64::INFINITY, 0.0)];
        state.apply(Action::Pinch { from: nowhere, to: nowhere });
        assert_eq!(state.time, time);
    }

    #[test]
    fn following_ends_with_a_zoom_at_the_pointer_and_comes_back_with_the_bar() {
        let newer = |count: i64, from: usize| {
            Action::Extend(super::super::tests::bars(count).split_off(from))
        };
        let mut state = chart(BARS);
        let right = state.time.x(2_999.0);
        // The same zoom back brings the newest bar to its place.
        state.apply(Action::Zoom { x: 300.0, factor: 0.5 });
        assert!(!state.follows());
        state.apply(Action::Zoom { x: 300.0, factor: 2.0 });
        assert!(state.follows());
        // At the newest bar itself it never ends; without a pointer neither.
        state.apply(Action::Zoom { x: right, factor: 1.3 });
        state.apply(Action::ZoomMiddle(0.7));
        state.apply(Action::ZoomRight(1.1));
        state.apply(Action::FitTime);
        assert!(state.follows() && (state.time.x(2_999.0) - right).abs() < 1e-6);
        // Farther away there is room at the right: new bars fill it, and are followed then.
        state.apply(Action::Zoom { x: 880.0, factor: 0.8 });
        let off = state.newest_off() / state.time.spacing;
        assert!(0.5 < off && off < 3.0, "{off} bars");
        state.apply(newer(BARS + 1, 2_999));
        assert_eq!(state.follows(), off <= 1.0);
        state.apply(newer(BARS + 4, 3_000));
        assert!(state.follows());
        // Nearer, the newest bar is out of its place, and nothing brings the view along.
        state.apply(Action::Zoom { x: 300.0, factor: 1.5 });
        state.apply(newer(BARS + 9, 3_003));
        assert!(!state.follows());
    }

    #[test]
    fn a_slow_hand_takes_the_newest_bar_away_and_brings_it_back() {
        let mut state = chart(BARS);
        for _ in 0..10 {
            state.apply(Action::Pan { x: 1.0, y: 0.0 });
        }
        assert!(!state.follows());
        assert!((state.newest_off() + 10.0).abs() < 1e-6, "{}", state.newest_off());
        for _ in 0..5 {
            state.apply(Action::Pan { x: -1.0, y: 0.0 });
        }
        assert!(state.follows(), "near its place it is caught");
        // Who lets go where it is hardly away has it followed as well.
        state.apply(Action::Pan { x: 2.0, y: 0.0 });
        assert!(!state.follows());
        state.apply(Action::Pan { x: 0.0, y: 0.0 });
        assert!(state.follows());
        // Up and down says nothing about time, not even on a steep way to the side.
        state.apply(Action::Pan { x: 0.0, y: 5.0 });
        assert!(state.follows());
        for _ in 0..10 {
            state.apply(Action::Pan { x: 1.0, y: 0.0 });
            state.apply(Action::Pan { x: 0.0, y: 1.0 });
        }
        assert!(!state.follows());
        assert!((state.newest_off() + 10.0).abs() < 1e-6, "{}", state.newest_off());
    }

    #[test]
    fn keys_move_prices_whether_they_fitted_or_not() {
        for is_inverted in [false, true] {
            let mut state = chart(BARS);
            state.apply(inverted(ScaleMode::Linear, is_inverted));
            let before = state.prices();
            let price = before.price(200.0);
            state.apply(Action::Lift(0.1));
            let moved = state.prices().y(price) - 200.0;
            assert!((moved - 0.1 * (before.bottom - before.top)).abs() < 1e-6, "{moved}");
            assert!((state.prices().high - state.prices().low) - (before.high - before.low) < 1e-9);
            state.apply(Action::Lift(-0.1));
            assert!((state.prices().y(price) - 200.0).abs() < 1e-6);
            assert!(state.follows());
            state.apply(Action::Fit);
            assert_eq!(state.prices(), before);
        }
    }
}
