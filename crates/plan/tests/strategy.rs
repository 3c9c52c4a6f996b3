//! Strategies by name: what is written is known again, and what is begun is what it is called.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

#[path = "made/chain.rs"]
mod made_chain;

use made_chain::chain;
use plan::{BadTemplate, Strategy, read_position, template};

#[test]
fn what_is_written_is_called_by_its_name() {
    for (text, strategy) in [
        ("1 SPXW 20NOV26 5900C", Strategy::LongCall),
        ("-3 SPXW 20NOV26 5900P", Strategy::ShortPut),
        ("100 SPY", Strategy::Shares),
        ("100 SPY; -1 SPY 15JAN27 600C", Strategy::CoveredCall),
        ("200 SPY; 2 SPY 15JAN27 500P", Strategy::ProtectivePut),
        ("100 SPY; 1 SPY 15JAN27 500P; -1 SPY 15JAN27 600C", Strategy::Collar),
        // Twice as many shares as are sold.
        ("200 SPY; -1 SPY 15JAN27 600C", Strategy::Custom),
        ("2 SPXW 20NOV26 5900/5910C", Strategy::BullCallSpread),
        ("-2 SPXW 20NOV26 5900/5910C", Strategy::BearCallSpread),
        ("-2 SPXW 20NOV26 5900/5890P", Strategy::BullPutSpread),
        ("2 SPXW 20NOV26 5900/5890P", Strategy::BearPutSpread),
        ("1 SPXW 20NOV26 5900C 5900P", Strategy::LongStraddle),
        ("-1 SPXW 20NOV26 5950C 5850P", Strategy::ShortStrangle),
        ("1 SPXW 20NOV26 5950C; -1 SPXW 20NOV26 5850P", Strategy::RiskReversal),
        ("1 SPXW 20NOV26 5900C; -2 SPXW 20NOV26 5950C", Strategy::Ratio),
        ("-2 SPXW 20NOV26 5900C; 4 SPXW 20NOV26 5950C", Strategy::BackSpread),
        ("-1 SPXW 13NOV26 5900C; 1 SPXW 20NOV26 5900C", Strategy::Calendar),
        ("-1 SPXW 13NOV26 5950C; 1 SPXW 20NOV26 5900C", Strategy::Diagonal),
        ("1 SPXW 20NOV26 5800/5900/6000C", Strategy::Butterfly),
        ("1 SPXW 20NOV26 5900/5850/5700P", Strategy::BrokenWing),
        ("-1 SPXW 20NOV26 5800P; -1 SPXW 20NOV26 6000/6010C", Strategy::JadeLizard),
        ("-3 SPXW 20NOV26 5750/5700P 6000/6050C", Strategy::IronCondor),
        ("-1 SPXW 20NOV26 5900/5850P 5900/5950C", Strategy::IronFly),
        ("1 SPXW 20NOV26 5800/5850/5950/6000C", Strategy::Condor),
        // Legs of uneven size.
        ("-1 SPXW 20NOV26 5750/5700P; -2 SPXW 20NOV26 6000/6050C", Strategy::Custom),
    ] {
        assert_eq!(Strategy::of(&read_position(text).unwrap()), strategy, "{text}");
    }
}

#[test]
fn whatever_is_offered_can_be_begun_and_is_what_it_is_called() {
    let (near, far) = (chain(9, 10), chain(37, 10));
    for strategy in Strategy::OFFERED {
        let begun = template(strategy, &near, Some(&far));
        if matches!(strategy, Strategy::CoveredCall | Strategy::Collar) {
            assert_eq!(begun, Err(BadTemplate::Shares));
            continue;
        }
        let position = begun.unwrap();
        assert_eq!(Strategy::of(&position), strategy, "{position}");
        // It is written as it is read.
        assert_eq!(read_position(&position.to_string()).unwrap().legs(), position.legs());
    }
}

#[test]
fn what_cannot_be_begun_says_why() {
    let near = chain(9, 10);
    assert_eq!(template(Strategy::Calendar, &near, None), Err(BadTemplate::Later));
    assert_eq!(template(Strategy::Custom, &near, None), Err(BadTemplate::Shape));
    // A calendar stands where both have a strike.
    let calendar = template(Strategy::Calendar, &near, Some(&chain(37, 25))).unwrap();
    assert_eq!(calendar.options().map(|one| one.strike.to_f64()).collect::<Vec<_>>(), [5e3; 2]);
    // Two strikes are no condor.
    let coarse = chain(9, 1_000);
    assert_eq!(template(Strategy::IronCondor, &coarse, None), Err(BadTemplate::Strikes));
}
