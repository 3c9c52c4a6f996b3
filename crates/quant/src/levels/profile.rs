//! Volume profile: how much was traded at which price, and where most of it was.

use market::{Bar, Volume};
use serde::{Deserialize, Serialize};

/// Rows that a profile keeps; a wider day is kept in coarser steps.
const ROWS_MAX: i64 = 4_096;
/// The part of all volume that the value area holds, in percent.
const VALUE_PERCENT: i128 = 70;

/// Volume by price, from one-minute bars: each bar's volume is spread evenly over its range.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VolumeProfile {
    /// Ten-thousandths in a row.
    step: i64,
    /// The lowest row's number: price ÷ step.
    first_row: i64,
    rows: Vec<Volume>,
    total: Volume,
}

/// Where most volume was.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ValueArea {
    /// Point of control: the row with most volume.
    pub poc: f64,
    /// Value area high.
    pub high: f64,
    /// Value area low.
    pub low: f64,
    /// Shares in the point of control's row.
    pub most: Volume,
    /// Shares in the value area.
    pub held: Volume,
    /// All shares.
    pub total: Volume,
}

impl VolumeProfile {
    /// An empty profile in rows of `price_step` ten-thousandths.
    pub fn new(price_step: i64) -> Self {
        Self { step: price_step.max(1), first_row: 0, rows: Vec::new(), total: 0 }
    }

    /// All volume in it.
    pub fn total(&self) -> Volume {
        self.total
    }

    /// Spreads a bar's volume over its range; what does not divide goes to the lowest rows, a share
    /// each, so that nothing is lost.
    pub fn handle_bar(&mut self, bar: &Bar) {
        if bar.volume <= 0 {
            return;
        }
        let (mut low, mut high) = (bar.low.units() / self.step, bar.high.units() / self.step);
        while !self.make_room(low, high) {
            self.coarsen();
            (low, high) = (bar.low.units() / self.step, bar.high.units() / self.step);
        }
        let count = high - low + 1;
        let (each, rest) = (bar.volume / count, bar.volume % count);
        let place = usize::try_from(low - self.first_row).expect("room was made");
        for (row, number) in self.rows[place..].iter_mut().zip(0..count) {
            *row += each + i64::from(number < rest);
        }
        self.total += bar.volume;
    }

    fn make_room(&mut self, low: i64, high: i64) -> bool {
        if self.rows.is_empty() {
            self.first_row = low;
        }
        let end = self.first_row + i64::try_from(self.rows.len()).unwrap_or(ROWS_MAX);
        let (first, end) = (self.first_row.min(low), end.max(high + 1));
        let Ok(count) = usize::try_from(end - first) else { return false };
        if ROWS_MAX < end - first {
            return false;
        }
        let before = usize::try_from(self.first_row - first).unwrap_or(0);
        self.rows.splice(0..0, std::iter::repeat_n(0, before));
        self.rows.resize(count, 0);
        self.first_row = first;
        true
    }

    fn coarsen(&mut self) {
        let mut coarse: Vec<Volume> = Vec::with_capacity(self.rows.len() / 2 + 1);
        let first = self.first_row.div_euclid(2);
        for (row, number) in self.rows.iter().zip(self.first_row..) {
            let place = usize::try_from(number.div_euclid(2) - first).unwrap_or(0);
            coarse.resize(coarse.len().max(place + 1), 0);
            coarse[place] += row;
        }
        self.step *= 2;
        self.first_row = first;
        self.rows = coarse;
    }

    /// Point of control and the value area: 70 % of volume, grown from the point of control by the
    /// greater sum of the next two rows above or below (the CBOT's way); equal sums grow upwards.
    /// Of rows with equal volume the one nearest the middle of the range is the point of control,
    /// the lower of two equally near.
    pub fn value_area(&self) -> Option<ValueArea> {
        let most = *self.rows.iter().max()?;
        if most <= 0 {
            return None;
        }
        let middle = self.rows.len() - 1;
        let poc = (0..self.rows.len())
            .filter(|row| self.rows[*row] == most)
            .min_by_key(|row| (2 * row).abs_diff(middle))?;
        let (mut low, mut high) = (poc, poc);
        let mut held = most;
        let wanted = i128::from(self.total) * VALUE_PERCENT;
        while i128::from(held) * 100 < wanted {
            let above: Volume = self.rows[high + 1..].iter().take(2).sum();
            let below: Volume = self.rows[..low].iter().rev().take(2).sum();
            let can_rise = high + 1 < self.rows.len();
            if can_rise && (low == 0 || below <= above) {
                high = (high + 2).min(self.rows.len() - 1);
                held += above;
            } else {
                low = low.saturating_sub(2);
                held += below;
            }
        }
        Some(ValueArea {
            poc: self.price(poc),
            high: self.price(high),
            low: self.price(low),
            most,
            held,
            total: self.total,
        })
    }

    fn price(&self, row: usize) -> f64 {
        let number = self.first_row + i64::try_from(row).unwrap_or(0);
        (number * self.step) as f64 / 10_000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use market::{Moment, Price};
    use proptest::prelude::*;

    fn bar(low: i64, high: i64, volume: i64) -> Bar {
        let price = |units| Price::from_units(units).expect("a price");
        Bar {
            start: Moment(0),
            open: price(low),
            high: price(high),
            low: price(low),
            close: price(high),
            volume,
        }
    }

    #[test]
    fn volume_is_spread_and_the_value_area_holds_seventy_percent() {
        let mut profile = VolumeProfile::new(100);
        profile.handle_bar(&bar(10_000, 10_400, 50));
        profile.handle_bar(&bar(10_200, 10_200, 100));
        let area = profile.value_area().expect("there was volume");
        assert_eq!(profile.total(), 150);
        assert!((area.poc - 1.02).abs() < 1e-12);
        // 110 at the middle is 73 % already.
        assert!((area.low - 1.02).abs() < 1e-12 && (area.high - 1.02).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_the_area_has_its_order(
            bars in prop::collection::vec((1i64..2_000_000, 0i64..60_000, 0i64..1_000_000), 1..60)
        ) {
            let mut profile = VolumeProfile::new(100);
            let mut total = 0;
            for (low, range, volume) in bars {
                profile.handle_bar(&bar(low, low + range, volume));
                total += volume;
            }
            prop_assert_eq!(profile.total(), total);
            prop_assert_eq!(profile.rows.iter().sum::<i64>(), total);
            prop_assert!(profile.rows.len() <= 4_096);
            if let Some(area) = profile.value_area() {
                prop_assert!(area.low <= area.poc && area.poc <= area.high);
            }
        }
    }
}
