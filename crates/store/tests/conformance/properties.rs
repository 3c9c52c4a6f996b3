//! Whatever can be kept comes back as it was.

use desk::BarStore;
use market::{Bar, Moment, Price};
use proptest::prelude::*;

use super::home::{Home, local, minutes_of, on_both};

on_both!(any_bars_come_back);

/// Bars of any prices and moments, one for each start, oldest first.
fn any_bars() -> impl Strategy<Value = Vec<Bar>> {
    // Moments that New York's calendar can name; prices of every size.
    let start = -2_000_000_000_000_000_i64..4_000_000_000_000_000;
    let units = prop_oneof![1..100_000_000_i64, 1..=Price::MAX.units()];
    let bar = (units.clone(), units.clone(), units.clone(), units, 0..=i64::MAX);
    prop::collection::btree_map(start, bar, 0..60).prop_map(|bars| {
        let bar = |(start, (a, b, c, d, volume))| {
            let mut sorted: [i64; 4] = [a, b, c, d];
            sorted.sort_unstable();
            let price = |units| Price::from_units(units).expect("within bounds");
            let [low, open, close, high] = sorted.map(price);
            Bar { start: Moment(start), open, high, low, close, volume }
        };
        bars.into_iter().map(bar).collect()
    })
}

async fn any_bars_come_back(home: Home) {
    let store = home.open().await;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for round in 0_u8..24 {
        let tree = any_bars().new_tree(&mut runner).expect("bars");
        let written = proptest::strategy::ValueTree::current(&tree);
        let letters: String = [b'A' + round, b'Z'].map(char::from).iter().collect();
        let series = minutes_of(letters.parse().expect("a ticker"));
        store.write_bars(&local(), &series, &written).await.unwrap();
        let (from, until) = (Moment(i64::MIN), Moment(i64::MAX));
        let read = store.read_bars(&local(), &series, from, until, u32::MAX).await.unwrap();
        assert_eq!(read, written);
    }
}
