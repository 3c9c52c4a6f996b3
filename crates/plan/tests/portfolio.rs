//! What moves positions together, and what made a profit.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

#[path = "made/chain.rs"]
mod made_chain;
#[path = "made/known.rs"]
mod made_known;

use made_chain::{SPOT, chain, now};
use made_known::known;
use market::Span;
use plan::{Attribution, LegValue, LegsAt, PositionGreeks, WeightedGreeks, read_position};
use proptest::prelude::*;

#[test]
fn a_fund_that_moves_as_the_index_does_is_like_a_part_of_it() {
    let shares = PositionGreeks { delta: 1_000.0, gamma: 2.0, theta: -5.0, vega: 9.0, rho: 0.0 };
    let mut sum = WeightedGreeks::default();
    sum.add(&shares, (500.0, 1.0), 5_000.0);
    assert_eq!(sum.delta, 100.0, "1,000 shares at a tenth of the price");
    assert_eq!(sum.dollar_delta, 500_000.0);
    // 1 % of 500 is 5 points: 10 shares more, of 500 dollars.
    assert_eq!(sum.dollar_gamma, 5_000.0);
    sum.add(&shares, (500.0, -2.0), 5_000.0);
    assert_eq!((sum.delta, sum.dollar_delta), (-100.0, -500_000.0));
    assert_eq!((sum.dollar_gamma, sum.theta, sum.vega), (25_000.0, -10.0, 18.0));
}

#[test]
fn what_cannot_be_told_is_not() {
    let position = read_position("1 SPXW 7MAR24 5000C; -1 SPXW 7MAR24 5100C").unwrap();
    let known = known(&position, &[chain(9, 10)]);
    let whole = LegsAt { legs: &known, spot: SPOT };
    let with = |changed: LegValue| [known[0].clone(), changed];
    let bare = with(LegValue { mid: None, ..known[1].clone() });
    let calm = with(LegValue { greeks: None, ..known[1].clone() });
    assert!(Attribution::of(&position, whole, LegsAt { legs: &bare, spot: SPOT }, 0.0).is_none());
    // A leg that had no volatility is all rest.
    let then = LegsAt { legs: &calm, spot: SPOT };
    let dearer = with(LegValue { mid: known[1].mid.map(|mid| mid + 2.0), ..known[1].clone() });
    let found = Attribution::of(&position, then, LegsAt { legs: &dearer, spot: SPOT }, 0.0);
    let found = found.unwrap();
    assert!((found.whole + 200.0).abs() < 1e-9 && (found.rest + 200.0).abs() < 1e-9);
    assert_eq!((found.delta, found.vega), (0.0, 0.0));
    let own = Attribution::of(&position, whole, whole, 0.0).unwrap();
    assert_eq!(own, Attribution::default());
}

proptest! {
    /// The parts are the whole, and for a small move little of it is left.
    #[test]
    fn parts_add_up(by in -0.004..0.004, minutes in 0_i64..14) {
        let position = read_position("-2 SPXW 7MAR24 4900/4850P 5100/5150C").unwrap();
        let mut books = [chain(9, 10)];
        let before = known(&position, &books);
        let spot = SPOT * (1.0 + by);
        books[0].handle_tick(spot, now() + Span::minutes(minutes));
        // What a model makes of the quotes there is what they would become.
        let after: Vec<LegValue> = known(&position, &books)
            .into_iter()
            .map(|one| LegValue { mid: one.greeks.map(|greeks| greeks.price), ..one })
            .collect();
        let days = minutes as f64 / 1_440.0;
        let then = LegsAt { legs: &before, spot: SPOT };
        let now = LegsAt { legs: &after, spot };
        let found = Attribution::of(&position, then, now, days).unwrap();
        let parts = found.delta + found.gamma + found.theta + found.vega + found.rest;
        prop_assert!((parts - found.whole).abs() < 1e-9);
        let moved = found.delta.abs() + found.gamma.abs() + found.theta.abs();
        prop_assert!(found.rest.abs() <= 0.1 * moved + 1.0, "{found:?}");
        let twice = found.plus(found);
        prop_assert!((twice.whole - 2.0 * found.whole).abs() < 1e-9);
    }
}
