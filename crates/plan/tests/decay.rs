//! What is left to decay on the last day.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use market::{Moment, Span, TradingDate};
use plan::{Instrument, LegValue, Position, decay_to_expiry, is_on_last_day, read_position};
use quant::options::{Black, IvAbsence, OptionGreeks, RATE_DEFAULT, years_between};

const SPOT: f64 = 5_000.0;

/// So many hours before the close of 27 February, when the day's series end.
fn before_the_close(hours: i64) -> Moment {
    Moment::new_york(TradingDate::new(2024, 2, 27).unwrap(), Span::hours(16 - hours))
}

fn quoted(mid: Option<f64>) -> LegValue {
    let iv = Err(IvAbsence::NoForward);
    LegValue { mid, bid: None, ask: mid, iv, greeks: None, model: None }
}

#[track_caller]
fn check(text: &str, mids: &[Option<f64>], hours: i64, expected: Option<f64>) {
    let position = read_position(text).unwrap();
    let known: Vec<LegValue> = mids.iter().map(|mid| quoted(*mid)).collect();
    let told = decay_to_expiry(&position, &known, (SPOT, before_the_close(hours)));
    let is_so = match (told, expected) {
        (Some(told), Some(expected)) => (told - expected).abs() < 1e-9,
        (told, expected) => told == expected,
    };
    assert!(is_so, "{text}, {hours} h: {told:?} for {expected:?}");
}

#[test]
fn what_is_left_of_the_last_day_by_hand() {
    let straddle = "-1 SPXW 27FEB24 5000C; -1 SPXW 27FEB24 5000P";
    check(straddle, &[Some(3.2), Some(3.19)], 1, Some(639.0));
    let bought = "2 SPXW 27FEB24 5000C; 2 SPXW 27FEB24 5000P";
    check(bought, &[Some(3.2), Some(3.19)], 1, Some(-1_278.0));
    // In the money: ten of the twelve points stay.
    check("-1 SPXW 27FEB24 4990C", &[Some(12.0)], 1, Some(200.0));
    check("1 SPXW 27FEB24 5010P", &[Some(12.0)], 1, Some(-200.0));
    // Below what it pays, it gains.
    check("1 SPXW 27FEB24 5010P", &[Some(9.5)], 1, Some(50.0));
    // What goes on does not count, nor do shares, and neither needs a price.
    check("-1 SPXW 27FEB24 5000C; 1 SPXW 1MAR24 5000C", &[Some(3.2), None], 1, Some(320.0));
    check("100 SPY; -1 SPY 27FEB24 5000C", &[None, Some(0.4)], 1, Some(40.0));
    // What ends needs one.
    check(straddle, &[Some(3.2), None], 1, None);
    // A day and more before, or over: nothing of it is left to tell.
    check("-1 SPXW 27FEB24 5000C", &[Some(3.2)], 25, Some(0.0));
    check("-1 SPXW 27FEB24 5000C", &[Some(3.2)], 0, Some(0.0));
}

#[test]
fn the_last_day_has_less_than_24_hours() {
    let position = read_position("1 SPXW 27FEB24 5000C").unwrap();
    let Instrument::Option(contract) = position.legs()[0].instrument else { unreachable!() };
    for (hours, expected) in [(25, false), (24, false), (23, true), (1, true), (0, false)] {
        assert_eq!(is_on_last_day(contract, before_the_close(hours)), expected, "{hours} h");
    }
    let second = before_the_close(24) + Span::seconds(1);
    assert!(is_on_last_day(contract, second));
}

/// A straddle at the money is worth about 0.8 × spot × volatility × √years, so that theta for the
/// time that is left is half of it: a day of theta is many times what can still decay.
#[test]
fn theta_for_a_day_says_more_than_can_decay() {
    for (hours, times) in [(1, 12.0), (2, 6.0), (4, 3.0), (6, 2.0)] {
        let at = before_the_close(hours);
        let position: Position =
            read_position("-1 SPXW 27FEB24 5000C; -1 SPXW 27FEB24 5000P").unwrap();
        let known: Vec<LegValue> = position
            .options()
            .map(|contract| {
                let years = years_between(at, contract.series.expires_at());
                let option = Black {
                    spot: SPOT,
                    forward: SPOT,
                    strike: 5_000.0,
                    years,
                    rate: RATE_DEFAULT,
                    volatility: 0.15,
                };
                let greeks = option.greeks(contract.right);
                let told = OptionGreeks {
                    price: greeks.price,
                    theta: greeks.theta,
                    ..OptionGreeks::default()
                };
                LegValue { greeks: Some(told), ..quoted(Some(greeks.price)) }
            })
            .collect();
        let decay = decay_to_expiry(&position, &known, (SPOT, at)).unwrap();
        let theta = plan::value(&position, &known).greeks.unwrap().theta;
        assert!(0.0 < decay && (theta / decay / times - 1.0).abs() < 0.02, "{theta} {decay}");
    }
}
