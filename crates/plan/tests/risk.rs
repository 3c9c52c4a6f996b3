//! The grid of a book of positions, against pricing every leg at every point by itself.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

#[path = "made/chain.rs"]
mod made_chain;
#[path = "made/known.rs"]
mod made_known;

use made_chain::{SPOT, chain, now};
use made_known::known;
use market::{ExerciseStyle, Right, Series, Span};
use plan::{
    Instrument, LegModel, LegValue, RiskAxes, RiskBook, Scenario, ShiftTerm, Stand, Stickiness,
    read_position, value,
};
use proptest::prelude::*;
use quant::options::{Black, RATE_DEFAULT, Smile, american_price, years_between};

fn axes(reach: f64) -> RiskAxes {
    RiskAxes::new(reach, 0.05, (now(), now() + Span::hours(24 * 8)))
}

fn no_smile(_: Series) -> Option<Smile> {
    None
}

#[test]
fn a_grid_is_what_its_positions_gain_one_by_one() {
    let books = [chain(9, 10), chain(37, 10)];
    let texts = [
        "-3 SPXW 7MAR24 4900/4850P 5100/5150C",
        "-1 SPXW 7MAR24 5000C; 1 SPXW 4APR24 5000C",
        // Part of it cancels what is held above.
        "2 SPXW 7MAR24 4900P",
    ];
    let mut book = RiskBook::new(RATE_DEFAULT, now());
    let mut scenarios = Vec::new();
    for text in texts {
        let position = read_position(text).unwrap();
        let known = known(&position, &books);
        book.add(&position, &known, (SPOT, 1.2), no_smile).unwrap();
        scenarios.push(Scenario::new(&position, &known, RATE_DEFAULT, now()).unwrap());
    }
    assert_eq!(book.legs(), 6, "the same contract is one leg");
    assert_eq!(book.ends().len(), 2);
    // Past the end of the first.
    let axes = RiskAxes::new(0.1, 0.05, (now(), now() + Span::hours(24 * 12)));
    let grid = book.grid(axes.clone(), Stickiness::Strike, ShiftTerm::Parallel);
    let worth = |stand: Stand| scenarios.iter().map(|one| one.worth(&stand)).sum::<f64>();
    let before = worth(Stand { spot: SPOT, at: now(), shift: 0.0 });
    for (time, at) in axes.times.iter().enumerate() {
        for (shift, by) in axes.shifts.iter().enumerate() {
            for (place, moved) in axes.moves.iter().enumerate() {
                let spot = SPOT * (1.0 + 1.2 * moved);
                let own = worth(Stand { spot, at: *at, shift: *by }) - before;
                let found = grid.row(time, shift)[place];
                assert!((found - own).abs() < 4.0e-5, "{time} {shift} {place}: {found} {own}");
            }
        }
    }
    let worst = grid.worst(0).unwrap();
    assert!(worst.0 < 0.0 && (worst.0 - grid.row(0, worst.1)[worst.2]).abs() < 1.0);
    assert!(-worst.0 <= grid.reach(0));
}

#[test]
fn here_and_now_nothing_is_gained_and_a_point_more_is_delta() {
    let books = [chain(9, 10)];
    let position = read_position("5 SPXW 7MAR24 5000C").unwrap();
    let known = known(&position, &books);
    let mut book = RiskBook::new(RATE_DEFAULT, now());
    book.add(&position, &known, (SPOT, 1.0), no_smile).unwrap();
    let grid = book.grid(axes(0.000_2), Stickiness::Strike, ShiftTerm::Parallel);
    let (row, moves) = (grid.row(0, 10), &grid.axes().moves);
    assert!(row[20].abs() < 1e-6);
    let slope = (row[21] - row[19]) / (SPOT * (moves[21] - moves[19]));
    let delta = value(&position, &known).greeks.unwrap().delta;
    assert!((slope - delta).abs() < 1e-3, "{slope} {delta}");
    let vega = value(&position, &known).greeks.unwrap().vega;
    let stirred = (grid.row(0, 11)[20] - grid.row(0, 9)[20]) / (2.0 * 0.5);
    assert!((stirred / vega - 1.0).abs() < 1e-2, "{stirred} {vega}");
}

#[test]
fn a_shift_reaches_what_ends_soon_most_where_it_is_weighed() {
    let books = [chain(9, 10)];
    let position = read_position("1 SPXW 7MAR24 5000C").unwrap();
    let mut book = RiskBook::new(RATE_DEFAULT, now());
    book.add(&position, &known(&position, &books), (SPOT, 1.0), no_smile).unwrap();
    let grid = |term| book.grid(axes(0.1), Stickiness::Strike, term);
    let (plain, weighed) = (grid(ShiftTerm::Parallel), grid(ShiftTerm::RootTime));
    let years = years_between(now(), position.ends_at().unwrap());
    let times = (30.0 / 365.0 / years).sqrt();
    let ratio = weighed.row(0, 11)[20] / plain.row(0, 11)[20];
    assert!((ratio - times).abs() < 0.02, "{ratio} {times}");
    // At most three times, or a day before the end nothing would be left.
    let (last, edge) = (weighed.row(10, 20)[20], plain.row(10, 20)[20]);
    assert!(edge < last && last.is_finite());
}

#[test]
fn sticky_delta_carries_the_smile_along() {
    let contracts = (0..=80).map(|place| {
        let strike = 4_000.0 + 25.0 * f64::from(place);
        let right = if strike < SPOT { Right::Put } else { Right::Call };
        // Puts cost more than calls.
        let iv = Some(0.16 - 0.4 * (strike / SPOT - 1.0));
        quant::options::OpenContract {
            strike,
            right,
            iv,
            vendor_iv: None,
            open_interest: 1,
            volume: 0,
        }
    });
    let books = [chain(9, 10)];
    let series = books[0].series();
    let open = quant::options::OpenSeries {
        series,
        carry: 1.0,
        iv_at_the_money: Some(0.16),
        contracts: contracts.collect(),
    };
    let smile = Smile::of(&open, SPOT, years_between(now(), series.expires_at())).unwrap();
    let position = read_position("1 SPXW 7MAR24 5000C").unwrap();
    let mut book = RiskBook::new(RATE_DEFAULT, now());
    let known = known(&position, &books);
    book.add(&position, &known, (SPOT, 1.0), |_| Some(smile.clone())).unwrap();
    let grid = |stickiness| book.grid(axes(0.02), stickiness, ShiftTerm::Parallel);
    let (strike, delta) = (grid(Stickiness::Strike), grid(Stickiness::Delta));
    // Higher up, the strike lies lower in the smile, where volatility is higher.
    assert!(strike.row(0, 10)[30] < delta.row(0, 10)[30]);
    assert!(delta.row(0, 10)[10] < strike.row(0, 10)[10]);
    assert!((strike.row(0, 10)[20] - delta.row(0, 10)[20]).abs() < 1e-9);
    let stirred = smile.iv(5_000.0 / 1.01).unwrap() - smile.iv(5_000.0).unwrap();
    assert!((stirred - 0.004).abs() < 5e-4, "{stirred}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Between the anchors of early exercise nothing is far from the price.
    #[test]
    fn american_legs_are_near_their_price(
        away in 0.85..1.15,
        is_call: bool,
        volatility in 0.12..0.5,
        carry in -0.02..0.03,
        reach in 0.02..0.2,
    ) {
        let spot = 500.0;
        let right = if is_call { "C" } else { "P" };
        let strike: f64 = f64::round(spot * away);
        let text = format!("1 SPY 19APR24 {strike}{right}");
        let position = read_position(&text).unwrap();
        let Instrument::Option(contract) = position.legs()[0].instrument else { panic!() };
        prop_assert_eq!(contract.series.terms().style, ExerciseStyle::American);
        let years = years_between(now(), contract.series.expires_at());
        let model = LegModel {
            volatility,
            is_borrowed: false,
            carry: libm::exp(carry * years),
            dividends: None,
        };
        let known = LegValue { model: Some(model), ..LegValue::shares(0.0) };
        let mut book = RiskBook::new(RATE_DEFAULT, now());
        book.add(&position, &[known], (spot, 1.0), no_smile).unwrap();
        let axes = RiskAxes::new(reach, 0.05, (now(), contract.series.expires_at()));
        let grid = book.grid(axes.clone(), Stickiness::Strike, ShiftTerm::Parallel);
        let price = |spot: f64, at, shift: f64| {
            let years = years_between(at, contract.series.expires_at());
            let forward = spot * libm::exp(carry * years);
            let volatility = (volatility + shift).max(0.001);
            let black = Black { spot, forward, strike, years, rate: RATE_DEFAULT, volatility };
            american_price(&black, contract.right)
        };
        let before = price(spot, now(), 0.0);
        for (time, at) in axes.times.iter().enumerate().take(11) {
            for (shift, by) in axes.shifts.iter().enumerate() {
                for (place, moved) in axes.moves.iter().enumerate() {
                    let own = 100.0 * (price(spot * (1.0 + moved), *at, *by) - before);
                    let found = grid.row(time, shift)[place];
                    // Where it was worked out, to the cent; between, to 0.05 % of the
                    // 50,000 dollars that the shares of a contract cost (1,500 of
                    // these cases stayed within 0.04 %).
                    let is_known = place % 2 == 0 && shift % 4 == 0;
                    let allowed = if is_known { 0.01 } else { 25.0 };
                    prop_assert!(
                        (found - own).abs() < allowed,
                        "{text} {time} {shift} {place}: {found} {own}"
                    );
                }
            }
        }
    }
}
