//! What holds of every option, whatever its numbers.

use market::Right;
use proptest::prelude::*;
use quant::options::{
    Black, IvAbsence, OptionGreeks, Premium, Slice, SliceGreeks, SliceMarket, implied_vol,
    implied_vol_from,
};

prop_compose! {
    /// Options as they are listed: minutes to years, a strike within five deviations.
    fn options()(
        spot in 50.0..25_000.0_f64,
        years in prop_oneof![2e-6..1e-3_f64, 1e-3..3.0_f64],
        rate in -0.01..0.08_f64,
        dividends in 0.0..0.04_f64,
        volatility in 0.03..1.5_f64,
        away in -5.0..5.0_f64,
    ) -> Black {
        let forward = spot * libm::exp((rate - dividends) * years);
        let strike = forward * libm::exp(away * volatility * years.sqrt());
        Black { spot, forward, strike, years, rate, volatility }
    }
}

fn premium(option: &Black, right: Right) -> Premium {
    let Black { forward, strike, years, .. } = *option;
    let undiscounted = option.price(right) / option.discount();
    Premium { forward, strike, years, right, undiscounted }
}

fn check_close(own: f64, other: f64, scale: f64) -> Result<(), TestCaseError> {
    prop_assert!((own - other).abs() <= scale, "{} is not {}", own, other);
    Ok(())
}

proptest! {
    #[test]
    fn put_and_call_are_at_parity(option in options()) {
        let [call, put] = Right::ALL.map(|right| option.greeks(right));
        let Black { spot, forward, strike, years, .. } = option;
        let discount = option.discount();
        let scale = spot.max(strike);
        check_close(call.price - put.price, discount * (forward - strike), 1e-13 * scale)?;
        check_close(call.delta - put.delta, discount * forward / spot, 1e-13)?;
        check_close(call.rho - put.rho, strike * years * discount / 100.0, 1e-13 * scale * years)?;
        prop_assert_eq!(call.gamma.to_bits(), put.gamma.to_bits());
        prop_assert_eq!(call.vega.to_bits(), put.vega.to_bits());
        prop_assert_eq!(call.vanna.to_bits(), put.vanna.to_bits());
        prop_assert_eq!(call.vomma.to_bits(), put.vomma.to_bits());
    }

    #[test]
    fn prices_lie_between_intrinsic_and_the_most_an_option_can_be(option in options()) {
        let Black { forward, strike, spot, .. } = option;
        let discount = option.discount();
        for right in Right::ALL {
            let greeks = option.greeks(right);
            let most = discount * if right == Right::Call { forward } else { strike };
            let (least, slack) = (right.payoff(forward, strike), 1e-13 * spot.max(strike));
            prop_assert!(discount * least - slack <= greeks.price);
            prop_assert!(greeks.price <= most + slack);
            prop_assert!(0.0 <= greeks.gamma && 0.0 <= greeks.vega);
            prop_assert!(0.0 <= right.sign() * greeks.delta);
            prop_assert!(right.sign() * greeks.delta <= discount * forward / spot + 1e-15);
        }
    }

    #[test]
    fn calls_fall_with_the_strike_and_bend_upwards(option in options(), step in 1e-3..0.05_f64) {
        let at = |part: f64| {
            Black { strike: option.strike * part, ..option }.price(Right::Call)
        };
        let (low, middle, high) = (at(1.0 - step), at(1.0), at(1.0 + step));
        let slack = 1e-13 * option.spot.max(option.strike);
        prop_assert!(middle <= low + slack && high <= middle + slack);
        prop_assert!(2.0 * middle <= low + high + slack);
    }

    #[test]
    fn both_rights_rise_with_volatility_and_time(option in options()) {
        for right in Right::ALL {
            let price = |option: Black| option.price(right) / option.discount();
            let more = Black { volatility: option.volatility * 1.1, ..option };
            let longer = Black { years: option.years * 1.1, ..option };
            let slack = 1e-13 * option.spot.max(option.strike);
            prop_assert!(price(option) <= price(more) + slack);
            prop_assert!(price(option) <= price(longer) + slack);
        }
    }

    #[test]
    fn greeks_are_the_slopes_of_the_price(option in options()) {
        let option = Black { years: option.years.max(0.01), ..option };
        let carry = quant::math::ln_ratio(option.forward, option.spot) / option.years;
        let moved = |spot: f64, years: f64, volatility: f64| {
            let forward = option.spot * spot * libm::exp(carry * option.years * years);
            Black {
                spot: option.spot * spot,
                forward,
                years: option.years * years,
                volatility: option.volatility * volatility,
                ..option
            }
        };
        for right in Right::ALL {
            let own = option.greeks(right);
            let h = 1e-4;
            let slope = |of: &dyn Fn(f64) -> f64| (of(1.0 + h) - of(1.0 - h)) / (2.0 * h);
            let by_spot = |part: f64| moved(part, 1.0, 1.0).greeks(right);
            let by_time = |part: f64| moved(1.0, part, 1.0).greeks(right);
            let by_vol = |part: f64| moved(1.0, 1.0, part).greeks(right);
            let (spot, days) = (option.spot, option.years * 365.0);
            let points = option.volatility * 100.0;
            // A difference of prices keeps some twelve digits, over a step of 1e-4 some eight; its
            // own error is the third derivative times the step's square.
            let scale = option.spot.max(option.strike) * 1e-2;
            let near = 3e-5 / (option.volatility * option.years.sqrt()).min(1.0).powi(3);
            check_close(own.delta * spot, slope(&|part| by_spot(part).price), near * scale)?;
            check_close(own.gamma * spot, slope(&|part| by_spot(part).delta), near)?;
            check_close(own.theta * days, -slope(&|part| by_time(part).price), near * scale)?;
            check_close(own.vega * points, slope(&|part| by_vol(part).price), near * scale)?;
            check_close(own.vanna * points, slope(&|part| by_vol(part).delta), near)?;
            check_close(own.charm * days, -slope(&|part| by_time(part).delta), near)?;
            let vomma = slope(&|part| by_vol(part).vega);
            check_close(own.vomma * points, vomma, near * scale)?;
        }
    }

    #[test]
    fn a_price_implies_the_volatility_it_came_from(option in options(), warm in 0.3..3.0_f64) {
        for right in Right::ALL {
            let premium = premium(&option, right);
            let Ok(own) = implied_vol(&premium) else { continue };
            // As well as a price that is written with sixteen digits can tell.
            let vega = option.greeks(right).vega * 100.0 / option.discount();
            let told = 8.0 * f64::EPSILON * (option.forward + option.strike) / vega;
            prop_assume!(told < 0.1);
            let near = told + 1e-13;
            check_close(own, option.volatility, near)?;
            let again = implied_vol_from(&premium, warm * option.volatility).unwrap();
            check_close(again, option.volatility, near)?;
        }
    }

    #[test]
    fn any_numbers_give_a_volatility_or_a_reason(
        forward in prop::num::f64::ANY,
        strike in prop::num::f64::ANY,
        years in prop::num::f64::ANY,
        undiscounted in prop::num::f64::ANY,
        before in prop::num::f64::ANY,
        is_call: bool,
    ) {
        let right = if is_call { Right::Call } else { Right::Put };
        let premium = Premium { forward, strike, years, right, undiscounted };
        let solved = [implied_vol(&premium), implied_vol_from(&premium, before)];
        for own in solved.into_iter().flatten() {
            prop_assert!(own.is_finite() && 0.0 < own, "{:?}: {}", premium, own);
        }
    }

    #[test]
    fn cheap_and_dear_options_find_their_volatility(
        away in 0.0..8.0_f64,
        chance in prop_oneof![-270.0..-1.0_f64, -1.0..-1e-6_f64],
        is_dear: bool,
    ) {
        let strike = 100.0 * libm::exp(away);
        let part = libm::exp10(if is_dear { chance.max(-12.0) } else { chance });
        let undiscounted = if is_dear { 100.0 * (1.0 - part) } else { 100.0 * part };
        let premium =
            Premium { forward: 100.0, strike, years: 1.0, right: Right::Call, undiscounted };
        let own = implied_vol(&premium).unwrap();
        let option =
            Black { spot: 100.0, forward: 100.0, strike, years: 1.0, rate: 0.0, volatility: own };
        let price = option.price(Right::Call);
        check_close(price, undiscounted, 1e-12 * undiscounted + 3e-14)?;
    }

    #[test]
    fn a_slice_is_its_options_one_by_one(
        option in options(),
        parts in prop::collection::vec((0.5..1.6_f64, any::<bool>(), 0.05..1.0_f64), 0..80),
    ) {
        let Black { spot, forward, years, rate, .. } = option;
        let right = |is_call| if is_call { Right::Call } else { Right::Put };
        let listed = parts.iter().map(|(part, is_call, _)| (part * spot, right(*is_call)));
        let mut slice = Slice::new(spot, listed);
        for (place, (_, _, volatility)) in parts.iter().enumerate() {
            slice.set_volatility(place, *volatility);
        }
        let mut all = SliceGreeks::default();
        slice.greeks(&SliceMarket { spot, forward, years, rate }, &mut all);
        prop_assert_eq!(all.len(), parts.len());
        for (place, (part, is_call, volatility)) in parts.iter().enumerate() {
            let one = Black { strike: part * spot, volatility: *volatility, ..option };
            let one = one.greeks(right(*is_call));
            let own = all.of(place);
            check_close(own.price, one.price, 1e-13 * spot)?;
            check_close(own.delta, one.delta, 1e-11)?;
            check_close(own.gamma, one.gamma, 1e-9 * one.gamma + 1e-15)?;
            check_close(own.theta, one.theta, 1e-9 * one.theta.abs() + 1e-12 * spot)?;
            check_close(own.vega, one.vega, 1e-9 * one.vega + 1e-15 * spot)?;
            check_close(own.rho, one.rho, 1e-12 * spot)?;
        }
    }
}

#[test]
fn an_option_without_a_volatility_has_no_numbers() {
    let mut slice = Slice::new(100.0, [(95.0, Right::Put), (105.0, Right::Call)]);
    slice.set_volatility(1, 0.2);
    let mut all = SliceGreeks::default();
    let market = SliceMarket { spot: 100.0, forward: 100.0, years: 0.1, rate: 0.0 };
    slice.greeks(&market, &mut all);
    let figures = |place| {
        let OptionGreeks { price, delta, gamma, theta, vega, rho } = all.of(place);
        [price, delta, gamma, theta, vega, rho]
    };
    assert!(figures(0).iter().all(|figure| figure.is_nan()), "{:?}", all.of(0));
    assert!(figures(1).iter().all(|figure| figure.is_finite()), "{:?}", all.of(1));
}

#[test]
fn what_has_no_volatility_says_why() {
    let good = Premium {
        forward: 100.0,
        strike: 105.0,
        years: 0.1,
        right: Right::Call,
        undiscounted: 1.0,
    };
    assert!(implied_vol(&good).is_ok());
    for (premium, why) in [
        (Premium { years: 0.0, ..good }, IvAbsence::Expired),
        (Premium { years: f64::NAN, ..good }, IvAbsence::Expired),
        (Premium { undiscounted: 0.0, ..good }, IvAbsence::BelowIntrinsic),
        (Premium { strike: 95.0, undiscounted: 5.0, ..good }, IvAbsence::BelowIntrinsic),
        (Premium { undiscounted: 100.0, ..good }, IvAbsence::AboveMaximum),
        (Premium { undiscounted: f64::INFINITY, ..good }, IvAbsence::AboveMaximum),
        (Premium { undiscounted: f64::NAN, ..good }, IvAbsence::BelowIntrinsic),
        (Premium { strike: 0.0, ..good }, IvAbsence::NoForward),
        (Premium { forward: f64::NAN, ..good }, IvAbsence::NoForward),
    ] {
        assert_eq!(implied_vol(&premium), Err(why), "{premium:?}");
    }
}
