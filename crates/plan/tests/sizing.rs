//! How many to trade, and what a broker would want to see behind it.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

#[path = "made/chain.rs"]
mod made_chain;
#[path = "made/known.rs"]
mod made_known;

use made_chain::{SPOT, chain, now};
use made_known::known;
use plan::{Outlook, Risk, Scenario, Size, Stand, UnitLoss, WorstMove, read_position, value};
use proptest::prelude::*;
use quant::options::RATE_DEFAULT;

#[test]
fn as_many_are_traded_as_may_be_lost() {
    let size = Size::of(Risk::Part(0.02), 50_000.0, 340.0).unwrap();
    assert_eq!((size.units, size.loss), (2, 680.0));
    assert!((size.part - 0.0136).abs() < 1e-12);
    assert_eq!(Size::of(Risk::Dollars(1_020.0), 50_000.0, 340.0).unwrap().units, 3);
    assert_eq!(Size::of(Risk::Dollars(339.0), 50_000.0, 340.0).unwrap().units, 0, "none");
    for (risk, account, loss) in [
        (Risk::Part(0.02), 0.0, 340.0),
        (Risk::Part(0.02), f64::NAN, 340.0),
        (Risk::Part(-0.02), 50_000.0, 340.0),
        (Risk::Dollars(100.0), 50_000.0, 0.0),
        (Risk::Dollars(f64::INFINITY), 50_000.0, 1.0),
    ] {
        assert_eq!(Size::of(risk, account, loss), None, "{risk:?} {account} {loss}");
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
    assert_eq!(Size::of(Risk::Part(0.02), 50_000.0, one.dollars), None);
}

proptest! {
    #[test]
    fn never_more_is_lost_than_allowed(
        part in 0.001..0.2, account in 1_000.0..1e7, loss in 1.0..20_000.0,
    ) {
        let size = Size::of(Risk::Part(part), account, loss).unwrap();
        prop_assert!(size.loss <= part * account * (1.0 + 1e-8));
        let more = (size.units + 1) as f64 * loss;
        prop_assert!(part * account <= more * (1.0 + 1e-8) || size.units == 10_000);
    }
}
