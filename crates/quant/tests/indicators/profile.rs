//! The volume profile against the plainest arithmetic: a map of prices, grown by hand.

use std::collections::BTreeMap;

use market::{Bar, Moment, Price};
use proptest::prelude::*;
use quant::levels::VolumeProfile;

const STEP: i64 = 100;

fn bar(low: i64, high: i64, volume: i64) -> Bar {
    let price = |units| Price::from_units(units).expect("a price");
    let (low, high) = (price(low), price(high));
    Bar { start: Moment(0), open: low, high, low, close: high, volume }
}

/// Share by share, lowest row first; then POC and the value area by the two-row method.
fn by_hand(bars: &[Bar]) -> Option<[i64; 5]> {
    let mut rows: BTreeMap<i64, i64> = BTreeMap::new();
    for bar in bars.iter().filter(|bar| 0 < bar.volume) {
        let (low, high) = (bar.low.units() / STEP, bar.high.units() / STEP);
        let count = high - low + 1;
        for row in low..=high {
            let extra = i64::from(row - low < bar.volume % count);
            *rows.entry(row).or_default() += bar.volume / count + extra;
        }
    }
    let (first, last) = (*rows.first_key_value()?.0, *rows.last_key_value()?.0);
    let at = |row: i64| rows.get(&row).copied().unwrap_or(0);
    let most = (first..=last).map(at).max()?;
    let poc = (first..=last)
        .filter(|row| at(*row) == most)
        .min_by_key(|row| ((2 * row - first - last).abs(), *row))?;
    let total: i64 = rows.values().sum();
    let (mut low, mut high, mut held) = (poc, poc, most);
    while held * 10 < total * 7 {
        let above = at(high + 1) + at(high + 2);
        let below = at(low - 1) + at(low - 2);
        if high < last && (low == first || below <= above) {
            high = (high + 2).min(last);
            held += above;
        } else {
            low = (low - 2).max(first);
            held += below;
        }
    }
    Some([poc, low, high, held, total])
}

proptest! {
    #[test]
    fn point_of_control_and_value_area(
        bars in prop::collection::vec((1_i64..60_000, 0_i64..4_000, 0_i64..2_000), 1..50)
    ) {
        let bars: Vec<Bar> = bars
            .iter()
            .map(|(low, range, volume)| bar(1_000_000 + low, 1_000_000 + low + range, *volume))
            .collect();
        let mut profile = VolumeProfile::new(STEP);
        for bar in &bars {
            profile.handle_bar(bar);
        }
        let area = profile.value_area().map(|area| {
            let row = |price: f64| Price::from_f64(price).expect("a price").units() / STEP;
            [row(area.poc), row(area.low), row(area.high), area.held, area.total]
        });
        prop_assert_eq!(area, by_hand(&bars));
    }
}
