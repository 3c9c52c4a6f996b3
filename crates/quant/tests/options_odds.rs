//! Chances of touching a level and of ending beyond it.

use proptest::prelude::*;
use quant::options::Wander;

fn wander(carry: f64, volatility: f64, days: f64) -> Wander {
    Wander { spot: 5_000.0, forward: 5_000.0 * carry, volatility, years: days / 365.0 }
}

/// The chance of coming to `level`, by adding up over time the density of when a wander with drift
/// comes there first: away ÷ √(2πσ²t³) × exp(−(away − drift t)² ÷ 2σ²t).
fn by_time(wander: &Wander, level: f64) -> f64 {
    let away = libm::log(level / wander.spot);
    let variance = wander.volatility * wander.volatility;
    let drift = libm::log(wander.forward / wander.spot) / wander.years - 0.5 * variance;
    let steps = 200_000;
    let mut sum = 0.0;
    for step in 0..steps {
        // Times get denser towards now, where a near level is reached.
        let part = (f64::from(step) + 0.5) / f64::from(steps);
        let time = wander.years * part * part * part;
        let width = 3.0 * wander.years * part * part / f64::from(steps);
        let off = away - drift * time;
        let density = away.abs() / (core::f64::consts::TAU * variance * time * time * time).sqrt()
            * libm::exp(-off * off / (2.0 * variance * time));
        sum += density * width;
    }
    sum
}

#[test]
fn the_chance_of_touching_is_the_sum_over_the_times_of_first_touching() {
    for (carry, volatility, days) in
        [(1.0, 0.15, 1.0), (1.002, 0.12, 30.0), (0.95, 0.4, 200.0), (1.3, 0.2, 365.0)]
    {
        let wander = wander(carry, volatility, days);
        for deviations in [-2.5, -1.0, -0.3, 0.3, 1.0, 2.5] {
            let level = wander.spot * libm::exp(deviations * wander.deviation());
            let (own, sum) = (wander.touch(level).unwrap(), by_time(&wander, level));
            assert!((own - sum).abs() < 2e-6, "{carry} {volatility} {deviations}: {own} not {sum}");
        }
    }
}

#[test]
fn what_cannot_be_said_is_not_said() {
    let known = wander(1.0, 0.2, 1.0);
    for level in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!((known.touch(level), known.above(level)), (None, None));
    }
    for broken in [
        Wander { spot: 0.0, ..known },
        Wander { forward: f64::NAN, ..known },
        Wander { volatility: f64::NAN, ..known },
    ] {
        assert_eq!((broken.touch(5_000.0), broken.above(5_000.0)), (None, None));
    }
    // Nothing moves any more.
    let over = Wander { years: -0.1, ..known };
    assert_eq!((over.touch(5_000.0), over.touch(5_001.0)), (Some(1.0), Some(0.0)));
    assert_eq!((over.above(4_999.0), over.above(5_001.0)), (Some(1.0), Some(0.0)));
}

proptest! {
    #[test]
    fn touching_is_likelier_than_ending_beyond_and_rarer_the_further(
        carry in 0.5..2.0_f64,
        volatility in 0.01..3.0_f64,
        days in 0.001..1_000.0_f64,
        (near, further) in (0.0..2.0_f64, 1e-6..2.0_f64),
    ) {
        let wander = wander(carry, volatility, days);
        for side in [-1.0, 1.0] {
            let level = |away: f64| wander.spot * libm::exp(side * away);
            let touch = |away| wander.touch(level(away)).unwrap();
            let above = wander.above(level(near)).unwrap();
            let beyond = if 0.0 < side { above } else { 1.0 - above };
            prop_assert!((0.0..=1.0).contains(&touch(near)));
            prop_assert!(beyond <= touch(near) + 1e-12, "{beyond} {}", touch(near));
            prop_assert!(touch(near + further) <= touch(near) + 1e-12);
        }
    }
}
