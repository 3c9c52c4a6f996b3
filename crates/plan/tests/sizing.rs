//! How many to trade, and what a broker would want to see behind it.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

#[path = "made/chain.rs"]
mod made_chain;
#[path = "made/known.rs"]
mod made_known;

use made_chain::{SPOT, chain, now};
use made_known::known;
use plan::{
    Outlook, Position, Risk, Scenario, Size, Stand, UnitLoss, WorstMove, read_position, value,
};
use proptest::prelude::*;
use quant::options::RATE_DEFAULT;

fn spread() -> Position {
    read_position("-1 SPXW 7MAR24 4900/4850P").unwrap()
}

#[test]
fn as_many_are_traded_as_may_be_lost() {
    let size = Size::of(&spread(), Risk::Part(0.02), 50_000.0, 340.0).unwrap();
    assert_eq!((size.units, size.loss), (2, 680.0));
    assert!((size.part - 0.0136).abs() < 1e-12);
    let by = |dollars| Size::of(&spread(), Risk::Dollars(dollars), 50_000.0, 340.0).unwrap();
    assert_eq!(by(1_020.0).units, 3);
    assert_eq!(by(339.0).units, 0, "none");
    for (risk, account, loss) in [
        (Risk::Part(0.02), 0.0, 340.0),
        (Risk::Part(0.02), f64::NAN, 340.0),
        (Risk::Part(-0.02), 50_000.0, 340.0),
        (Risk::Dollars(100.0), 50_000.0, 0.0),
        (Risk::Dollars(f64::INFINITY), 50_000.0, 1.0),
    ] {
        assert_eq!(Size::of(&spread(), risk, account, loss), None, "{risk:?} {account} {loss}");
    }
}

#[test]
fn no_more_are_told_than_a_leg_has() {
    for (text, most) in [
        ("1 SPY", 1_000_000),
        ("-50 SPY", 1_000_000),
        ("1 SPY 15MAR24 520C", 10_000),
        ("-3 SPXW 7MAR24 4900/4850P", 10_000),
        ("-1 SPXW 7MAR24 4900P; 2 SPXW 7MAR24 4850P", 5_000),
        ("-2 SPXW 7MAR24 4900P; 3 SPXW 7MAR24 4850P", 3_333),
        ("100 SPY; -1 SPY 15MAR24 520C", 10_000),
        ("250 SPY; -2 SPY 15MAR24 520C", 8_000),
        // No whole is smaller than these.
        ("500001 SPY; -1 SPY 15MAR24 520C", 1),
        ("-9973 SPXW 7MAR24 4900P; 10007 SPXW 7MAR24 4850P", 1),
    ] {
        let position = read_position(text).unwrap();
        let size = |units: i64| {
            let dollars = 10.0 * units as f64 + 5.0;
            Size::of(&position, Risk::Dollars(dollars), 1e9, 10.0).unwrap()
        };
        for (allowed, told, is_most) in
            [(most - 1, most - 1, false), (most, most, false), (most + 1, most, true)]
        {
            let size = size(allowed);
            assert_eq!((size.units, size.is_most), (told, is_most), "{text}, {allowed} allowed");
            assert_eq!(size.loss, 10.0 * told as f64, "{text}");
        }
        // So many can be planned.
        assert_eq!(position.part(most).unwrap().units(), most, "{text}");
    }
}

#[test]
fn the_worst_move_is_found_and_stands_for_what_has_no_end() {
    let books = [chain(9, 10)];
    let stand = Stand { spot: SPOT, at: now(), shift: 0.0 };
    for (text, by, is_endless) in [
        ("-2 SPXW 7MAR24 4900/4850P", -0.08, false),
        ("-1 SPXW 7MAR24 5100C", 0.06, true),
        ("-1 SPXW 7MAR24 4900P", -0.08, false),
    ] {
        let position = read_position(text).unwrap();
        let known = known(&position, &books);
        let scenario = Scenario::new(&position, &known, RATE_DEFAULT, now()).unwrap();
        let worst = WorstMove::of(&scenario, &stand);
        assert!((worst.by - by).abs() < 1e-12, "{text}: {worst:?}");
        let there = scenario.worth(&Stand { spot: SPOT * (1.0 + by), ..stand });
        assert!((scenario.worth(&stand) - there - worst.loss).abs() < 1e-6);
        let paid = value(&position, &known).mid.unwrap();
        let outlook = Outlook::new(&position, Some(&scenario), paid, SPOT, None).unwrap();
        let one = UnitLoss::of(&outlook, Some(worst), position.units()).unwrap();
        assert_eq!(one.is_endless, is_endless, "{text}");
        if is_endless {
            assert!((one.dollars - worst.loss).abs() < 1e-9);
            assert_eq!(UnitLoss::of(&outlook, None, position.units()), None);
        } else {
            // A move now never loses more than the end can.
            assert!(worst.loss <= one.dollars * position.units() as f64 + 1.0, "{text}");
        }
    }
    let bought = read_position("1 SPXW 7MAR24 5000C").unwrap();
    let known = known(&bought, &books);
    let scenario = Scenario::new(&bought, &known, RATE_DEFAULT, now()).unwrap();
    assert!(WorstMove::of(&scenario, &stand).by < 0.0);
}

#[test]
fn what_no_move_loses_may_still_have_no_end() {
    let position = read_position("1 SPXW 7MAR24 5000C; -2 SPXW 7MAR24 5900C").unwrap();
    let outlook = Outlook::new(&position, None, 0.0, SPOT, None).unwrap();
    let calm = WorstMove { loss: 0.0, by: 0.0 };
    let one = UnitLoss::of(&outlook, Some(calm), 1).unwrap();
    assert_eq!(one, UnitLoss { dollars: 0.0, is_endless: true });
    // No size follows from that.
    assert_eq!(Size::of(&position, Risk::Part(0.02), 50_000.0, one.dollars), None);
}

proptest! {
    #[test]
    fn never_more_is_lost_than_allowed(
        part in 0.001..0.2, account in 1_000.0..1e7, loss in 1.0..20_000.0,
    ) {
        let size = Size::of(&spread(), Risk::Part(part), account, loss).unwrap();
        prop_assert!(size.loss <= part * account * (1.0 + 1e-8));
        let more = (size.units + 1) as f64 * loss;
        prop_assert!(part * account <= more * (1.0 + 1e-8) || size.is_most);
    }
}
