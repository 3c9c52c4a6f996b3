//! The crosshair moved by keys, bar by bar and from one round price to the next, and what is said
//! of it to those who cannot see it.

use market::{Price, format};

use super::ChartState;
use crate::scale::nice_step;
use crate::time_axis;

/// Pixels from the sides that the crosshair keeps, as far as bars allow.
const SIDE: f64 = 20.0;

impl ChartState {
    /// What the crosshair of the keys is at, in words; nothing while there is none.
    pub fn aimed(&self) -> Option<&str> {
        self.aim_words.as_deref()
    }

    /// Whether keys have the crosshair.
    pub fn is_aiming(&self) -> bool {
        self.aimed.is_some()
    }

    /// A pointer has the crosshair, or nobody.
    pub(super) fn point(&mut self, at: Option<(f64, f64)>) {
        (self.crosshair, self.aimed, self.aim_words) = (at, None, None);
    }

    /// The keys' crosshair stays with its bar and its price, wherever these go.
    pub(super) fn hold_aim(&mut self) {
        if let Some((at, price)) = self.aimed {
            self.crosshair = Some((self.time.x(self.place_of(at)), self.prices().y(price)));
        }
    }

    /// Moves the crosshair by bars and pixels, for those who draw without a mouse; from the middle
    /// of the chart when it was nowhere. Gives where it is.
    pub fn keyboard_crosshair(&mut self, bars: f64, up: f64) -> (f64, f64) {
        let pane = self.price_pane();
        let (x, y) = self.crosshair.unwrap_or((self.time.edge / 2.0, pane.bottom / 2.0));
        // On the middle of a bar, so that a step is a bar.
        let place = self.time.place(x).round() + bars;
        let x = self.time.x(place).clamp(0.0, self.time.edge);
        let y = (y - up).clamp(1.0, (pane.bottom - 1.0).max(1.0));
        self.point(Some((x, y)));
        self.aim_words = self.nearest(x).zip(self.at(x, y)).map(|(nearest, (_, price))| {
            // A drawing may end where no bar is yet.
            self.words_at(nearest, price, nearest as f64 + 0.5 < self.time.place(x))
        });
        (x, y)
    }

    /// Moves the keys' crosshair by bars, and up to the next round price that is about so many
    /// pixels away. It begins at the newest bar in sight, at its close.
    pub(super) fn aim(&mut self, bars: f64, up: f64) {
        let Some(newest) = self.series.len().checked_sub(1) else { return };
        let known = self.crosshair.filter(|_| self.is_aiming());
        let from = known.map_or(self.time.edge, |(x, _)| x);
        let Some(place) = self.nearest(from) else { return };
        #[expect(clippy::cast_possible_truncation, reason = "clamped to the number of bars")]
        #[expect(clippy::cast_sign_loss, reason = "clamped to the number of bars")]
        let place = (place as f64 + bars).clamp(0.0, newest as f64) as usize;
        let bar = self.series.bars()[place];
        let price = known.map_or(bar.close.to_f64(), |(_, y)| self.stepped(y, up));
        // It takes the view along.
        let x = self.time.x(place as f64);
        let side = SIDE.min(self.time.spacing / 2.0);
        let inside = x.clamp(side, (self.time.edge - side).max(side));
        if x != inside {
            self.pan(inside - x, 0.0);
        }
        let bottom = self.price_pane().bottom;
        let y = self.prices().y(price).clamp(1.0, (bottom - 1.0).max(1.0));
        let x = self.time.x(place as f64);
        let price = self.at(x, y).map_or(price, |(_, price)| price);
        self.aimed = Some((bar.start, price));
        self.aim_words = Some(self.words_at(place, price, false));
    }

    /// A bar and a price in words.
    fn words_at(&self, place: usize, price: f64, is_after: bool) -> String {
        let told = |price: f64| format::price(price, self.decimals());
        let bar = self.series.bars()[place];
        let tag = time_axis::tag(&bar, self.subject.span);
        if is_after {
            return format!("After {tag}, at {}", told(price));
        }
        let [open, high, low, close] =
            [bar.open, bar.high, bar.low, bar.close].map(|price: Price| told(price.to_f64()));
        let price = told(price);
        format!("{tag}, at {price}. Open {open}, high {high}, low {low}, close {close}")
    }

    /// The next round price that lies about `up` pixels over `y`.
    fn stepped(&self, y: f64, up: f64) -> f64 {
        let prices = self.prices();
        let price = prices.price(y);
        let away = prices.price(y - up) - price;
        if away == 0.0 {
            return price;
        }
        let tick = libm::pow(10.0, -(self.decimals() as f64));
        let step = nice_step(away.abs()).max(tick);
        // A price that is round already goes on to the next one.
        let next = if 0.0 < away {
            (price / step + 1e-6).floor() + 1.0
        } else {
            (price / step - 1e-6).ceil() - 1.0
        };
        next * step
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::chart;
    use crate::{Action, ChartSetup, ChartState};

    fn pointed(state: &ChartState) -> (usize, f64) {
        let (at, price) = state.pointed_at().expect("a crosshair");
        (state.bars().iter().position(|bar| bar.start == at).expect("a bar"), price)
    }

    fn aim(state: &mut ChartState, bars: f64, up: f64) -> (usize, f64) {
        state.apply(Action::Aim { bars, up });
        pointed(state)
    }

    #[test]
    fn keys_begin_at_the_newest_bar_and_step_bar_by_bar() {
        let mut state = chart(500);
        state.apply(Action::Crosshair);
        let close = state.bars()[499].close.to_f64();
        let (place, price) = pointed(&state);
        assert_eq!(place, 499);
        assert!((price - close).abs() < 1e-6);
        for place in (490..499).rev() {
            assert_eq!(aim(&mut state, -1.0, 0.0).0, place);
        }
        assert_eq!(aim(&mut state, 1.0, 0.0).0, 491);
        // The words are of the bar, and stay away with the crosshair.
        let high = market::format::price(state.bars()[491].high.to_f64(), 2);
        let words = state.aimed().expect("words").to_owned();
        assert!(words.contains(&format!("high {high}")), "{words}");
        state.apply(Action::Crosshair);
        assert_eq!((state.aimed(), state.pointed_at()), (None, None));
    }

    #[test]
    fn a_step_up_is_the_next_round_price_and_is_seen() {
        for is_inverted in [false, true] {
            let mut state = chart(500);
            state.apply(Action::SetUp(ChartSetup { is_inverted, ..ChartSetup::default() }));
            state.apply(Action::Crosshair);
            let mut before = aim(&mut state, 0.0, 8.0).1;
            let step = (aim(&mut state, 0.0, 8.0).1 - before).abs();
            before = pointed(&state).1;
            for up in [8.0, 8.0, -8.0, -8.0] {
                let after = aim(&mut state, 0.0, up).1;
                let wanted = if is_inverted { -up } else { up };
                assert!(((after - before) - step * wanted.signum()).abs() < 1e-6);
                assert!((after / step - (after / step).round()).abs() < 1e-6, "{after} {step}");
                before = after;
            }
            // By one pixel it is finer, and never finer than a tick.
            state.apply(Action::Stretch(1e-4));
            let fine = aim(&mut state, 0.0, 1.0).1;
            let next = aim(&mut state, 0.0, 1.0).1;
            assert!(((next - fine).abs() - 0.01).abs() < 1e-6 || next == fine, "{fine} {next}");
        }
    }

    #[test]
    fn the_view_comes_along_and_ends_where_bars_do() {
        let mut state = chart(500);
        state.apply(Action::Crosshair);
        let (place, price) = aim(&mut state, -400.0, 0.0);
        assert_eq!(place, 99);
        assert!(!state.follows());
        let (x, _) = state.crosshair.expect("a crosshair");
        assert!((0.0..=state.time.edge).contains(&x));
        assert!((price - state.bars()[499].close.to_f64()).abs() < 1.0, "{price}");
        assert_eq!(aim(&mut state, -9_000.0, 0.0).0, 0);
        assert_eq!(aim(&mut state, -1.0, 0.0).0, 0);
        assert_eq!(aim(&mut state, 9_000.0, 0.0).0, 499);
    }

    #[test]
    fn it_stays_with_its_bar_and_price_when_these_go() {
        let mut state = chart(500);
        state.apply(Action::Crosshair);
        aim(&mut state, -20.0, 8.0);
        let (at, price) = state.pointed_at().expect("a crosshair");
        let stays = |state: &ChartState| {
            let (at_now, price_now) = state.pointed_at().expect("a crosshair");
            assert_eq!(at_now, at);
            assert!((price_now - price).abs() < 1e-6, "{price_now} is not {price}");
        };
        state.apply(Action::Extend(super::super::tests::bars(503).split_off(499)));
        stays(&state);
        for action in
            [Action::ZoomMiddle(1.7), Action::Stretch(1.3), Action::Pan { x: 30.0, y: 9.0 }]
        {
            state.apply(action);
            stays(&state);
        }
        assert_eq!(aim(&mut state, -1.0, 0.0).0, 478);
    }

    #[test]
    fn what_keys_draw_at_is_said() {
        let mut state = chart(500);
        let (x, _) = state.keyboard_crosshair(0.0, 0.0);
        let bar = state.bars()[state.nearest(x).expect("a bar")];
        let tag = crate::time_axis::tag(&bar, state.subject.span);
        assert!(state.aimed().is_some_and(|words| words.starts_with(&tag)), "{:?}", state.aimed());
        assert!(!state.is_aiming());
        state.keyboard_crosshair(9_000.0, 0.0);
        assert!(state.aimed().is_some_and(|words| words.starts_with("After ")));
        state.apply(Action::Point(None));
        assert_eq!(state.aimed(), None);
    }

    #[test]
    fn a_pointer_takes_the_crosshair_over() {
        let mut state = chart(500);
        state.apply(Action::Crosshair);
        state.apply(Action::Point(Some((300.0, 200.0))));
        assert_eq!(state.aimed(), None);
        assert!(state.pointed_at().is_some());
        // The key begins anew, and an empty chart has none.
        state.apply(Action::Crosshair);
        assert_eq!(pointed(&state).0, 499);
        let mut empty = chart(0);
        empty.apply(Action::Crosshair);
        assert_eq!(empty.aimed(), None);
    }
}
