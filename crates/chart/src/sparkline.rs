//! The day of a symbol in a few square centimetres.

use std::fmt::Write;

use market::{Bar, TradingDay};

/// A day's closes as a line, in a square of one by one whose origin is at the top left: `x` is the
/// part of the regular session that is over, so that half a day is half a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Sparkline {
    /// Points from left to right, at most [`Sparkline::POINTS_MAX`].
    pub points: Vec<(f64, f64)>,
    /// Where the previous close is, if there is one.
    pub base: Option<f64>,
}

impl Sparkline {
    /// More than a narrow column has pixels for would only be slow.
    pub const POINTS_MAX: usize = 64;

    /// The line of a day's minutes, those outside the regular session left out; nothing before its
    /// first minute. The previous close is always in the picture.
    pub fn new(minutes: &[Bar], day: TradingDay, prior_close: Option<f64>) -> Option<Self> {
        let (open, close) = (day.open(), day.close());
        let length = (close - open).0 as f64;
        let mut points: Vec<(f64, f64)> = Vec::new();
        let mut column_before = None;
        let columns = Self::POINTS_MAX as f64;
        for bar in minutes.iter().filter(|bar| open <= bar.start && bar.start < close) {
            let x = ((bar.start - open).0 as f64 / length).clamp(0.0, 1.0);
            let column = (x * columns).floor();
            let point = (x, bar.close.to_f64());
            // The last close of a column stands for it.
            match points.last_mut() {
                Some(last) if column_before == Some(column) => *last = point,
                _ => points.push(point),
            }
            column_before = Some(column);
        }
        let prices = || points.iter().map(|(_, price)| *price).chain(prior_close);
        let (low, high) = (prices().reduce(f64::min)?, prices().reduce(f64::max)?);
        if points.is_empty() {
            return None;
        }
        // A day that stands still is a line in the middle.
        let y = |price: f64| if low < high { (high - price) / (high - low) } else { 0.5 };
        let base = prior_close.map(y);
        for (_, price) in &mut points {
            *price = y(*price);
        }
        Some(Self { points, base })
    }

    /// The line as the data of an SVG path in a box of `width` by `height`.
    pub fn path(&self, width: f64, height: f64) -> String {
        let mut path = String::with_capacity(self.points.len() * 12);
        for (place, (x, y)) in self.points.iter().enumerate() {
            path.push(if place == 0 { 'M' } else { 'L' });
            let _ = write!(path, "{:.1} {:.1}", x * width, y * height);
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use market::{Price, Span, Volume, trading_day};
    use proptest::prelude::*;

    fn day() -> TradingDay {
        trading_day("2024-02-23".parse().expect("a date")).expect("a trading day")
    }

    fn bar(minute: i64, close: i64) -> Bar {
        let close = Price::from_units(close).expect("a price");
        let start = day().open() + Span::minutes(minute);
        Bar { start, open: close, high: close, low: close, close, volume: Volume::default() }
    }

    #[test]
    fn half_a_day_is_half_a_line_and_the_previous_close_is_in_the_picture() {
        let minutes: Vec<Bar> =
            (-30..195).map(|minute| bar(minute, 1_000_000 + minute * 100)).collect();
        let line = Sparkline::new(&minutes, day(), Some(99.0)).expect("a line");
        assert!(line.points.len() <= Sparkline::POINTS_MAX);
        assert_eq!(line.base, Some(1.0), "below all of the day");
        let (x, y) = *line.points.last().expect("points");
        assert!((0.45..0.5).contains(&x) && y == 0.0, "{x} {y}");
        assert!(line.path(64.0, 20.0).starts_with('M'));
    }

    #[test]
    fn nothing_before_the_open_and_a_still_day_in_the_middle() {
        assert_eq!(Sparkline::new(&[bar(-1, 1_000_000)], day(), Some(100.0)), None);
        let still = Sparkline::new(&[bar(0, 1_000_000)], day(), None).expect("a line");
        assert_eq!((still.points, still.base), (vec![(0.0, 0.5)], None));
    }

    proptest! {
        #[test]
        fn every_point_is_in_the_square(
            closes in prop::collection::vec(1..1_000_000_000_i64, 1..390),
            prior in prop::option::of(0.0001..100_000.0),
        ) {
            let minutes: Vec<Bar> =
                (0..).zip(&closes).map(|(minute, close)| bar(minute, *close)).collect();
            let line = Sparkline::new(&minutes, day(), prior).expect("a line");
            prop_assert!(line.points.len() <= Sparkline::POINTS_MAX);
            prop_assert!(line.points.is_sorted_by(|a, b| a.0 < b.0));
            for (x, y) in &line.points {
                prop_assert!((0.0..=1.0).contains(x) && (0.0..=1.0).contains(y));
            }
        }
    }
}
