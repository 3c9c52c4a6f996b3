//! How often the smallest whole of a position is held, what one of it costs, and parts of it.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use plan::{BadPosition, Leg, Position, read_position};
use proptest::prelude::*;

#[track_caller]
fn check(text: &str, units: i64, dollars_a_point: f64) {
    let position = read_position(text).unwrap();
    assert_eq!((position.units(), position.dollars_a_point()), (units, dollars_a_point), "{text}");
}

#[test]
fn one_is_a_share_or_the_smallest_whole_with_its_options() {
    check("50 SPY", 50, 50.0);
    check("-200 SPY", 200, 200.0);
    check("1 SPY", 1, 1.0);
    check("-2 SPXW 15MAR24 5000/4950P", 2, 200.0);
    check("3 SPY 15MAR24 500/510/520C", 3, 300.0);
    check("200 SPY; -2 SPY 15MAR24 520C", 2, 200.0);
    // No third of a hundred shares is whole.
    check("100 SPY; -3 SPY 15MAR24 520C", 1, 100.0);
    check("250 SPY; -2 SPY 15MAR24 520C", 2, 200.0);
}

#[test]
fn a_part_has_its_part_of_the_money() {
    let position = read_position("-3 SPXW 27FEB24 5100/5110C").unwrap();
    let one = position.part(1).unwrap();
    assert_eq!(one.to_string(), "-1 SPXW 27FEB24 5100C; +1 SPXW 27FEB24 5110C");
    assert_eq!(position.part(2).unwrap().units(), 2);
    assert_eq!(position.part(0), Err(BadPosition::Quantity(0)));
    assert_eq!(position.share_of(-100.0, 1), -33.33);
    assert_eq!(position.share_of(-600.0, 3), -600.0);
    let shares = read_position("50 SPY").unwrap();
    assert_eq!(shares.part(20).unwrap().to_string(), "+20 SPY");
    assert_eq!(shares.share_of(25_500.0, 20), 10_200.0);
}

/// Shares and two calls on them, which are often of more than one unit.
fn covered() -> impl Strategy<Value = Position> {
    let quantity = || prop_oneof![-40_i64..0, 1_i64..=40];
    (quantity(), quantity(), quantity(), 1_i64..=12).prop_map(|(shares, near, far, times)| {
        let written = "1 SPY; 1 SPY 15MAR24 520C; 1 SPY 15MAR24 530C";
        let legs = read_position(written).unwrap().legs().to_vec().into_iter();
        let legs = legs.zip([shares, near, far]);
        let legs = legs.map(|(leg, quantity)| Leg { quantity: times * quantity, ..leg });
        Position::new(legs, None).unwrap()
    })
}

proptest! {
    /// All units are the whole; what is closed and what is left are all that there was.
    #[test]
    fn nothing_is_lost_between_parts(position in covered(), closed in 0.0..1.0) {
        let whole = position.units();
        prop_assert_eq!(&position.part(whole).unwrap(), &position);
        #[expect(clippy::cast_possible_truncation, reason = "a part of a few hundred")]
        let closed = (closed * whole as f64) as i64;
        if 0 < closed {
            let gone = position.part(closed).unwrap();
            let rest = position.part(whole - closed).unwrap();
            prop_assert_eq!((gone.units(), rest.units()), (closed, whole - closed));
            for ((gone, rest), leg) in gone.legs().iter().zip(rest.legs()).zip(position.legs()) {
                prop_assert_eq!(gone.quantity + rest.quantity, leg.quantity);
            }
        }
    }
}
