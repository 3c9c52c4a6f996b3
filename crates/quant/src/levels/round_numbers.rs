//! Round numbers: prices that many orders rest at because they are easy to say.

use market::Price;

/// Minor round numbers that are worth a line each; with more of them only major ones are given.
const MINOR_MAX: i64 = 24;
/// Round numbers at most, however wild the ATR.
const ROUND_MAX: usize = 64;

/// Multiples of the minor step (and so of the major one) within two ATR of the previous close, in
/// ten-thousandths. Fixed for the day: they stand round the close, not round the last price, so
/// that no line appears or goes while a trader looks.
pub(super) fn near(close: f64, atr: f64, [minor, major]: [i64; 2]) -> Vec<i64> {
    let units = Price::UNITS as f64;
    #[expect(clippy::cast_possible_truncation, reason = "prices are at most ten million")]
    let (low, high) =
        (((close - 2.0 * atr) * units).ceil() as i64, ((close + 2.0 * atr) * units).floor() as i64);
    let step = if (high - low) / minor <= MINOR_MAX { minor } else { major };
    let first = (low.max(step) + step - 1) / step;
    (first..).map(|n| n * step).take_while(|units| *units <= high).take(ROUND_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::near;

    #[track_caller]
    fn check(close: f64, atr: f64, steps: [i64; 2], expected: &[i64]) {
        let dollars: Vec<i64> = near(close, atr, steps).iter().map(|one| one / 10_000).collect();
        assert_eq!(dollars, expected);
    }

    #[test]
    fn they_stand_within_two_atr_of_the_close() {
        let (index, fund) = ([250_000, 1_000_000], [10_000, 50_000]);
        check(4_000.0, 50.0, index, &[3900, 3925, 3950, 3975, 4000, 4025, 4050, 4075, 4100]);
        check(167.42, 1.2, fund, &[166, 167, 168, 169]);
        check(2.0, 1.5, fund, &[1, 2, 3, 4, 5]);
        // 80 minor ones would cover the chart: only multiples of a hundred are left.
        check(4_050.0, 500.0, index, &(31..=50).map(|n| n * 100).collect::<Vec<_>>());
        check(100.0, 0.0, fund, &[100]);
        check(100.5, 0.0, fund, &[]);
    }
}
