//! What positions would be worth elsewhere, and what they may bring, against the formula, against a
//! dense search, and against integration.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

#[path = "made/chain.rs"]
mod made_chain;
#[path = "made/known.rs"]
mod made_known;

use made_chain::{HALF, SPOT, chain, now};
use made_known::known;
use market::{Moment, Span};
use plan::{
    Extreme, Instrument, Leg, LegModel, LegValue, Outlook, Position, Scenario, Stand,
    read_position, value,
};
use proptest::prelude::*;
use quant::options::{ChainBook, RATE_DEFAULT, Wander, years_between};

fn modelled(text: &str, books: &[ChainBook]) -> (Position, Vec<LegValue>, Scenario) {
    let position = read_position(text).unwrap();
    let known = known(&position, books);
    let scenario = Scenario::new(&position, &known, RATE_DEFAULT, now()).unwrap();
    (position, known, scenario)
}

#[test]
fn here_and_now_it_is_worth_what_is_quoted() {
    let books = [chain(9, 10), chain(37, 10)];
    for text in [
        "1 SPXW 7MAR24 5000C",
        "-3 SPXW 7MAR24 4900/4850P 5100/5150C",
        "-1 SPXW 7MAR24 5000C; 1 SPXW 4APR24 5000C",
    ] {
        let (position, known, scenario) = modelled(text, &books);
        let mid = value(&position, &known).mid.unwrap();
        let own = scenario.worth(&Stand { spot: SPOT, at: now(), shift: 0.0 });
        assert!((own - mid).abs() < 0.01, "{text}: {own} {mid}");
        // And its first derivative is its delta.
        let delta = value(&position, &known).greeks.unwrap().delta;
        let beside = |by: f64| scenario.worth(&Stand { spot: SPOT + by, at: now(), shift: 0.0 });
        let slope = (beside(0.01) - beside(-0.01)) / 0.02;
        assert!((slope - delta).abs() < 1e-3, "{text}: {slope} {delta}");
        let stirred = |shift: f64| scenario.worth(&Stand { spot: SPOT, at: now(), shift });
        let vega = value(&position, &known).greeks.unwrap().vega;
        let slope = (stirred(1e-4) - stirred(-1e-4)) / 2e-2;
        assert!((slope - vega).abs() < 1e-3 * vega.abs() + 1e-3, "{text}: {slope} {vega}");
    }
}

#[test]
fn at_its_end_it_pays_what_the_textbook_says() {
    let books = [chain(9, 10)];
    let text = "-1 SPXW 7MAR24 4900/4850P 5100/5150C @6.4";
    let (position, _, scenario) = modelled(text, &books);
    let end = position.ends_at().unwrap();
    let profits = scenario.profits(-640.0, (4_700.0, 5_300.0), 60, &at(end));
    let payoff = plan::Payoff::of(&position, -640.0).unwrap();
    for (spot, profit) in &profits {
        assert!((profit - payoff.at(*spot)).abs() < 1e-6, "{spot}");
    }
    assert!(profits.iter().any(|(spot, _)| *spot == 4_850.0), "the strikes are among them");
    let found = scenario.break_evens(-640.0, (4_000.0, 6_000.0), &at(end));
    for (own, exact) in found.iter().zip(payoff.break_evens()) {
        assert!((own - exact).abs() < 1e-4);
    }
    assert_eq!(found.len(), 2);
}

fn at(end: Moment) -> Stand {
    Stand { spot: SPOT, at: end, shift: 0.0 }
}

#[test]
fn a_calendar_is_judged_when_its_first_leg_ends() {
    let books = [chain(9, 10), chain(37, 10)];
    let (position, known, scenario) = modelled("-1 SPXW 7MAR24 5000C; 1 SPXW 4APR24 5000C", &books);
    let paid = value(&position, &known).mid.unwrap();
    let outlook = Outlook::new(&position, Some(&scenario), paid, SPOT, None).unwrap();
    assert!(outlook.is_modelled);
    assert_eq!(outlook.ends_at, position.ends_at().unwrap());
    let (Extreme::Dollars(most), Extreme::Dollars(least)) = (outlook.most, outlook.least) else {
        panic!("a calendar has both ends: {outlook:?}");
    };
    // A dense search from three tenths of spot to twice.
    let stand = |spot| Stand { spot, at: outlook.ends_at, shift: 0.0 };
    let profits = (30_000..=200_000).map(|place| {
        let spot = f64::from(place) / 20.0;
        scenario.worth(&stand(spot)) - paid
    });
    let (low, high) =
        profits.fold((f64::MAX, f64::MIN), |(low, high), one| (low.min(one), high.max(one)));
    assert!((most - high).abs() < 0.5, "{most} {high}");
    assert!((least - low).abs() < 1.0, "{least} {low}");
    // No more is lost than was paid, but for the interest on the strike.
    assert!(least < 0.0 && -paid - 20.0 < least, "{least} {paid}");
    assert_eq!(outlook.break_evens.len(), 2);
    assert!(outlook.break_evens[0] < 5_000.0 && 5_000.0 < outlook.break_evens[1]);
    // Without a model nothing is said.
    assert_eq!(Outlook::new(&position, None, paid, SPOT, None), None);
}

/// A position whose every option has one volatility and no dividend; nothing of it was quoted.
fn modelled_by(text: &str, volatility: f64) -> (Position, Scenario) {
    let position = read_position(text).unwrap();
    let of = |leg: &Leg| {
        let Instrument::Option(contract) = leg.instrument else { return LegValue::shares(SPOT) };
        let years = years_between(now(), contract.series.expires_at());
        let carry = libm::exp(0.03 * years);
        let model = LegModel { volatility, is_borrowed: false, carry, dividends: None };
        LegValue { model: Some(model), ..LegValue::shares(0.0) }
    };
    let known: Vec<LegValue> = position.legs().iter().map(of).collect();
    let scenario = Scenario::new(&position, &known, RATE_DEFAULT, now()).unwrap();
    (position, scenario)
}

#[test]
fn the_most_and_the_least_reach_down_to_nothing_and_to_far_strikes() {
    // From the end of the first, 7 March, a European put of 4 April waits 28 days for its strike.
    let later = libm::exp(-RATE_DEFAULT * (28.0 - 1.0 / 24.0) / 365.0);
    for (text, spot, most, least) in [
        // What lies at nothing.
        ("-1 SPY 7MAR24 490P; 1 SPY 4APR24 520C", 510.0, None, Some(-49_000.0)),
        ("1 SPY 7MAR24 490P; -1 SPY 4APR24 520C", 510.0, Some(49_000.0), None),
        ("1 SPY 7MAR24 520C; -1 SPY 4APR24 490P", 510.0, None, Some(-49_000.0)),
        ("-1 SPXW 7MAR24 4900P; 1 SPXW 4APR24 5100C", SPOT, None, Some(-490_000.0)),
        ("1 SPXW 7MAR24 5100C; -1 SPXW 4APR24 4900P", SPOT, None, Some(-490_000.0 * later)),
        ("-1 SPXW 7MAR24 5100C; 1 SPXW 4APR24 4900P", SPOT, Some(490_000.0 * later), None),
        // Far strikes: a spread is as wide as it is, less the interest on what comes later.
        ("-1 SPY 7MAR24 490C; 1 SPY 4APR24 1500C", 510.0, None, Some(-101_000.0)),
        ("1 SPY 7MAR24 100P; -1 SPY 4APR24 60P", 510.0, Some(4_000.0), None),
    ] {
        let (position, scenario) = modelled_by(text, 0.2);
        let outlook = Outlook::new(&position, Some(&scenario), 0.0, spot, None).unwrap();
        for (own, exact) in [(outlook.most, most), (outlook.least, least)] {
            let Some(exact) = exact else { continue };
            let Extreme::Dollars(own) = own else { panic!("{text}: {outlook:?}") };
            assert!((own / exact - 1.0).abs() < 0.005, "{text}: {own} {exact}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever is held over several ends, nothing lies beyond the most and the least, and both are
    /// found by a dense search.
    #[test]
    fn nothing_lies_beyond_the_most_and_the_least(
        legs in prop::collection::vec(
            (prop_oneof![-3_i64..0, 1_i64..4], 2..30_u32, any::<bool>(), any::<bool>()),
            2..5,
        ),
        is_early: bool,
        paid in -20_000.0..20_000.0,
    ) {
        let (root, unit, spot) = if is_early { ("SPY", 50, 500.0) } else { ("SPXW", 500, SPOT) };
        let orders: Vec<String> = legs
            .iter()
            .map(|(quantity, place, is_call, is_first)| {
                let expiry = if *is_first { "7MAR24" } else { "4APR24" };
                let right = if *is_call { 'C' } else { 'P' };
                format!("{quantity} {root} {expiry} {}{right}", place * unit)
            })
            .collect();
        let Ok(position) = read_position(&orders.join("; ")) else { return Ok(()) };
        if position.ends_at_once() {
            return Ok(());
        }
        let (position, scenario) = modelled_by(&position.to_string(), 0.3);
        let outlook = Outlook::new(&position, Some(&scenario), paid, spot, None).unwrap();
        let stand = |spot| Stand { spot, at: outlook.ends_at, shift: 0.0 };
        let strikes = position.options().map(|one| 1.5 * one.strike.to_f64());
        let highest = strikes.fold(2.0 * spot, f64::max);
        let profits: Vec<f64> = (1..=4_000)
            .map(|place| scenario.worth(&stand(highest * f64::from(place) / 4_000.0)) - paid)
            .collect();
        let high = profits.iter().copied().fold(f64::MIN, f64::max);
        let low = profits.iter().copied().fold(f64::MAX, f64::min);
        // The dense search stops a step before nothing, and may miss a corner by half of one: at
        // most three contracts of a hundred for each of four legs.
        let step = 1_200.0 * highest / 4_000.0;
        for (extreme, far, sign) in [(outlook.most, high, 1.0), (outlook.least, low, -1.0)] {
            let Extreme::Dollars(own) = extreme else { continue };
            let beyond = sign * (own - far);
            prop_assert!((-0.01..step).contains(&beyond), "{position}: {own} {far}");
        }
    }
}

#[test]
fn what_grows_without_end_is_unlimited() {
    let books = [chain(9, 10), chain(37, 10)];
    let (position, known, scenario) = modelled("-1 SPXW 7MAR24 5000C; 2 SPXW 4APR24 5100C", &books);
    let paid = value(&position, &known).mid.unwrap();
    let outlook = Outlook::new(&position, Some(&scenario), paid, SPOT, None).unwrap();
    assert_eq!(outlook.most, Extreme::Unlimited);
    let (position, known, scenario) = modelled("-2 SPXW 7MAR24 5000C; 1 SPXW 4APR24 5000C", &books);
    let paid = value(&position, &known).mid.unwrap();
    let outlook = Outlook::new(&position, Some(&scenario), paid, SPOT, None).unwrap();
    assert_eq!(outlook.least, Extreme::Unlimited);
}

#[test]
fn an_option_without_a_volatility_is_named() {
    let books = [chain(9, 10)];
    let position = read_position("1 SPXW 7MAR24 5000C; -1 SPXW 7MAR24 6000C").unwrap();
    let mut known = known(&position, &books);
    known[1].model = None;
    let refused = Scenario::new(&position, &known, RATE_DEFAULT, now()).unwrap_err();
    assert_eq!(refused, position.legs()[1].instrument);
    // What is over has none either.
    let over = now() + Span::hours(24 * 30);
    assert!(Scenario::new(&position, &known, RATE_DEFAULT, over).is_err());
}

/// The chance of a profit by adding up the density of the close over some thousand spots.
fn by_density(payoff: &plan::Payoff, wander: &Wander) -> f64 {
    let deviation = wander.deviation();
    let mean = libm::log(wander.forward) - 0.5 * deviation * deviation;
    let steps = 40_000;
    let mut sum = 0.0;
    for step in 0..steps {
        let away = -8.0 + 16.0 * (f64::from(step) + 0.5) / f64::from(steps);
        let density = libm::exp(-0.5 * away * away) / core::f64::consts::TAU.sqrt();
        let spot = libm::exp(mean + away * deviation);
        if 0.0 < payoff.at(spot) {
            sum += density * 16.0 / f64::from(steps);
        }
    }
    sum
}

proptest! {
    #[test]
    fn the_chance_of_a_profit_is_the_sum_of_its_density(
        legs in prop::collection::vec(
            (prop_oneof![-3_i64..0, 1_i64..4], 0..40_i32, any::<bool>()),
            1..5,
        ),
    ) {
        let book = chain(9, 10);
        let orders: Vec<String> = legs
            .iter()
            .map(|(quantity, place, is_call)| {
                let right = if *is_call { 'C' } else { 'P' };
                format!("{quantity} SPXW 7MAR24 {}{right}", 4_800 + 10 * place)
            })
            .collect();
        let Ok(position) = read_position(&orders.join("; ")) else { return Ok(()) };
        let known = known(&position, std::slice::from_ref(&book));
        let paid = value(&position, &known).mid.unwrap();
        let wander = Wander::until_end_of(&book).unwrap();
        let outlook = Outlook::new(&position, None, paid, SPOT, Some(wander)).unwrap();
        let payoff = plan::Payoff::of(&position, paid).unwrap();
        let sum = by_density(&payoff, &wander);
        let own = outlook.profit_odds.unwrap();
        prop_assert!((own - sum).abs() < 5e-4, "{position} {own} {sum}");
        prop_assert!((0.0..=1.0).contains(&own));
    }
}

#[test]
fn a_deep_contract_borrows_the_volatility_of_the_other_right() {
    let book = chain(9, 10);
    let position = read_position("1 SPXW 7MAR24 4000C").unwrap();
    let contract = position.options().next().unwrap();
    let known = LegValue::of(&book, contract).unwrap();
    assert!(known.bid.unwrap() < known.mid.unwrap() && HALF < known.mid.unwrap());
    if let Some(model) = known.model {
        assert_eq!(model.is_borrowed, known.iv.is_err());
    }
    let unlisted = read_position("1 SPXW 7MAR24 4001C").unwrap();
    assert_eq!(LegValue::of(&book, unlisted.options().next().unwrap()), None);
    let years = years_between(now(), contract.series.expires_at());
    assert!(0.0 < years);
}
