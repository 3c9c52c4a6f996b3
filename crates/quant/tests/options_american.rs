//! American options against published tables and a tree.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use std::io::Write;
use std::path::Path;

use market::{
    Dividend, ExerciseStyle, Moment, Price, Quote, Right, Root, Series, SeriesQuotes, Span,
    StrikeQuotes, TradingDate,
};
use proptest::prelude::*;
use quant::options::{
    Black, ChainBook, DividendIn, DividendTable, ExerciseReason, IvAbsence, Premium,
    american_price, american_vol, early_exercise, implied_vol, leisen_reimer, years_between,
};

/// An option as QuantLib writes it, with its value: type, strike, spot, q, r, t, vol, value.
fn table(name: &str) -> Option<Vec<(Black, Right, f64)>> {
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/reference/quantlib");
    let Ok(text) = std::fs::read_to_string(root.join(name)) else {
        let _ = writeln!(std::io::stderr(), "skipped {name}: ../shared/data is not here");
        return None;
    };
    let read = |line: &str| {
        let cells: Vec<&str> = line.splitn(9, ',').collect();
        let right = if cells[0] == "Call" { Right::Call } else { Right::Put };
        let number = |place: usize| cells[place].parse::<f64>().unwrap();
        let [strike, spot, dividends, rate, years, volatility] = [1, 2, 3, 4, 5, 6].map(number);
        let forward = spot * libm::exp((rate - dividends) * years);
        (Black { spot, forward, strike, years, rate, volatility }, right, number(7))
    };
    Some(text.lines().skip(1).filter(|line| !line.is_empty()).map(read).collect())
}

/// What a tree of the reference's size says.
fn tree(option: &Black, right: Right) -> f64 {
    leisen_reimer(option, right, &[], 501)
}

/// Published approximations lie on both sides of the true value; ours is never above it, because
/// whoever exercises at its two flat boundaries gets exactly that.
#[test]
fn published_tables() {
    let files = [
        ("american_baw.csv", 37),
        ("american_bjerksund_stensland.csv", 8),
        ("american_ju_1999.csv", 47),
    ];
    for (name, count) in files {
        let Some(rows) = table(name) else { return };
        assert_eq!(rows.len(), count, "{name}");
        for (option, right, value) in rows {
            let own = american_price(&option, right);
            assert!(
                (own - value).abs() <= 0.004 + 0.019 * value,
                "{name} {option:?}: {own} {value}"
            );
            let tree = tree(&option, right);
            let is_plain = (0.1..2.0).contains(&option.volatility);
            assert!(
                !is_plain || (own..1.011 * own + 0.005).contains(&(tree + 0.001)),
                "{option:?}"
            );
        }
    }
}

/// R. Geske and H. E. Johnson, "The American put option valued analytically" (1984), table I: the
/// numerical values, 40 dollars of spot, 4.88 % simple interest.
#[test]
fn the_tree_against_geske_and_johnson() {
    for (strike, volatility, years, value) in [
        (35.0, 0.2, 0.0833, 0.0062),
        (35.0, 0.2, 0.3333, 0.1999),
        (35.0, 0.2, 0.5833, 0.4321),
        (40.0, 0.2, 0.0833, 0.8521),
        (40.0, 0.2, 0.3333, 1.5807),
        (40.0, 0.2, 0.5833, 1.9905),
        (45.0, 0.2, 0.3333, 5.0883),
        (45.0, 0.2, 0.5833, 5.2670),
        (40.0, 0.3, 0.5833, 3.1696),
        (45.0, 0.4, 0.5833, 7.3830),
    ] {
        let rate = 0.0488;
        let forward = 40.0 * libm::exp(rate * years);
        let put = Black { spot: 40.0, forward, strike, years, rate, volatility };
        let own = tree(&put, Right::Put);
        assert!((own - value).abs() <= 0.0015, "{put:?}: {own} {value}");
    }
}

/// A call on shares that pay once is exercised just before, or held to its end: the tree finds the
/// better of both and something for waiting.
#[test]
fn a_dividend_is_worth_exercising_for() {
    let (spot, rate, years): (f64, f64, f64) = (600.0, 0.04, 30.0 / 365.0);
    let ex = 10.0 / 365.0;
    let dividends = [DividendIn { years: ex, points: 1.8 }];
    let escrowed = spot - 1.8 * libm::exp(-rate * ex);
    let call = |strike, years: f64| {
        let forward = if ex < years { escrowed } else { spot } * libm::exp(rate * years);
        Black { spot, forward, strike, years, rate, volatility: 0.15 }
    };
    let deep = leisen_reimer(&call(480.0, years), Right::Call, &dividends, 501);
    let (held, taken) =
        (call(480.0, years).price(Right::Call), spot - 480.0 * libm::exp(-rate * ex));
    assert!(held + 0.7 < deep && (deep - taken).abs() < 0.06, "{held} {taken} {deep}");
    let near = leisen_reimer(&call(600.0, years), Right::Call, &dividends, 501);
    let (held, taken) = (call(600.0, years).price(Right::Call), call(600.0, ex).price(Right::Call));
    assert!(held.max(taken) <= near + 2e-3 && near < held + 0.3, "{held} {taken} {near}");
    // A put waits for the dividend instead.
    let put =
        |dividends: &[DividendIn]| leisen_reimer(&call(640.0, years), Right::Put, dividends, 501);
    assert!(put(&dividends) >= 640.0 * libm::exp(-rate * ex) - escrowed - 1e-3);
}

/// An option that traders might look at: strike, days, volatility, dividend yield and rate.
fn any_option() -> impl Strategy<Value = (Black, Right)> {
    let right = prop::bool::ANY.prop_map(|call| if call { Right::Call } else { Right::Put });
    (right, 0.6..1.5, 0.05..900.0, 0.03..1.2, 0.0..0.08, 0.0..0.08).prop_map(
        |(right, moneyness, days, volatility, dividends, rate): (
            Right,
            f64,
            f64,
            f64,
            f64,
            f64,
        )| {
            let (spot, years) = (590.0, days / 365.0);
            let forward = spot * libm::exp((rate - dividends) * years);
            (Black { spot, forward, strike: spot * moneyness, years, rate, volatility }, right)
        },
    )
}

proptest! {
    #[test]
    fn it_is_worth_both_choices_and_no_more_than_the_thing((option, right) in any_option()) {
        let price = american_price(&option, right);
        prop_assert!(option.price(right) <= price);
        prop_assert!(right.payoff(option.spot, option.strike) <= price * (1.0 + 1e-15));
        let most = if right == Right::Call { option.spot } else { option.strike };
        prop_assert!(price <= most * (1.0 + 1e-9), "{} {}", price, most);
    }

    #[test]
    fn more_volatility_is_worth_more((option, right) in any_option(), by in 0.001..0.3) {
        let more = Black { volatility: option.volatility + by, ..option };
        prop_assert!(american_price(&option, right) <= american_price(&more, right) + 1e-6);
    }

    #[test]
    fn without_dividends_a_call_is_european((option, _) in any_option()) {
        let forward = option.spot * libm::exp(option.rate * option.years);
        let call = Black { forward, ..option };
        let premium = early_exercise(&call, Right::Call);
        prop_assert!(premium.price < 1e-9 && premium.delta.abs() < 1e-9, "{:?}", premium);
    }

    #[test]
    fn its_figures_are_numbers_and_its_delta_a_share((option, right) in any_option()) {
        let (own, more) = (option.greeks(right), early_exercise(&option, right));
        let delta = right.sign() * (own.delta + more.delta);
        prop_assert!((-1e-3..1.0 + 1e-3).contains(&delta), "{} {:?}", delta, more);
        prop_assert!(-1e-3 <= own.vega + more.vega);
        for figure in [more.price, more.gamma, more.theta, more.vega, more.rho] {
            prop_assert!(figure.is_finite(), "{:?}", more);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Of the funds that the desk is for, to 0.2 % of the strike.
    #[test]
    fn the_closed_form_is_near_the_tree(
        (right, moneyness, days, volatility) in
            (any::<bool>(), 0.8..1.25, 1.0..800.0, 0.06..0.35),
        (dividends, rate) in (0.0..0.03, 0.0..0.06),
    ) {
        let right = if right { Right::Call } else { Right::Put };
        let (spot, years): (f64, f64) = (590.0, days / 365.0);
        let forward = spot * libm::exp((rate - dividends) * years);
        let option = Black { spot, forward, strike: spot * moneyness, years, rate, volatility };
        let (own, tree) = (american_price(&option, right), tree(&option, right));
        let apart = (own - tree) / option.strike;
        prop_assert!((-0.002..0.000_15).contains(&apart), "{} {}", own, tree);
    }
}

const SPOT: f64 = 500.0;
const RATE: f64 = 0.04;

fn now() -> Moment {
    Moment::new_york(TradingDate::new(2024, 2, 27).unwrap(), Span::hours(11))
}

fn dividends() -> Vec<Dividend> {
    let pays = |month| Dividend {
        ex_date: TradingDate::new(2024, month, 15).unwrap(),
        amount: Price::from_f64(1.65).unwrap(),
    };
    vec![pays(3), pays(7)]
}

/// SPY's options of so many days, quoted a hundredth of a cent round what they are worth at 15 %.
fn quotes(days: i32, dividends: Option<Vec<Dividend>>) -> SeriesQuotes {
    let open_interest_of = TradingDate::new(2024, 2, 26).unwrap();
    let series = Series { expires: open_interest_of.plus_days(1 + days), root: Root::SPY };
    assert_eq!(series.terms().style, ExerciseStyle::American);
    let years = years_between(now(), series.expires_at());
    let table = DividendTable::new(series.expires_at(), RATE, dividends.as_deref().unwrap_or(&[]));
    let forward = table.forward(SPOT, now());
    let strikes = (0..41).map(|step| {
        let strike = 400.0 + 5.0 * f64::from(step);
        let quote = |right| {
            let option = Black { spot: SPOT, forward, strike, years, rate: RATE, volatility: 0.15 };
            let price = american_price(&option, right);
            let price = |by: f64| Price::from_f64(price + by).ok().filter(|one| 0 < one.units());
            Quote { bid: price(-1e-4), ask: price(1e-4), at: Some(now()), ..Quote::default() }
        };
        let [call, put] = Right::ALL.map(quote);
        StrikeQuotes { strike: Price::from_f64(strike).unwrap(), call, put }
    });
    SeriesQuotes { series, open_interest_of, dividends, strikes: strikes.collect() }
}

#[test]
fn a_book_finds_the_volatility_behind_american_quotes() {
    for days in [1, 17, 45, 300] {
        let quotes = quotes(days, Some(dividends()));
        let book = ChainBook::new(quotes.clone(), RATE, SPOT, now());
        let table = DividendTable::new(quotes.series.expires_at(), RATE, &dividends());
        assert_eq!(book.forward(), Some(table.forward(SPOT, now()) / SPOT * SPOT));
        let mut found = 0;
        for (place, strike) in quotes.strikes.iter().enumerate() {
            for right in Right::ALL {
                let option = book.option(place, right);
                let payoff = right.payoff(SPOT, strike.strike.to_f64());
                let Ok(iv) = option.iv else { continue };
                let greeks = option.greeks.unwrap();
                assert!(payoff <= greeks.price + 1e-9);
                assert!(
                    (greeks.price - option.quote.mid().unwrap()).abs() < 2e-3,
                    "{days} {place}"
                );
                if 0.02 < greeks.vega {
                    assert!((iv - 0.15).abs() < 0.01, "{days} {place} {right:?}: {iv}");
                    found += 1;
                }
            }
        }
        assert!(5 < found, "{days}: {found}");
        assert!((book.iv_at_the_money().unwrap() - 0.15).abs() < 5e-4);
    }
}

/// What is worth no more than exercising it says nothing about volatility; both rights say when
/// holding them costs more than it brings.
#[test]
fn exercising_early_has_reasons() {
    let book = ChainBook::new(quotes(17, Some(dividends())), RATE, SPOT, now());
    let place = |strike: f64| {
        let strikes = &book.quotes().strikes;
        strikes.iter().position(|one| one.strike.to_f64() == strike).unwrap()
    };
    let call = book.exercise_reason(place(420.0), Right::Call).unwrap();
    let ExerciseReason::Dividend { dividend, given_up } = call else { panic!("{call:?}") };
    assert_eq!(dividend, dividends()[0]);
    assert!(given_up < 0.2, "{given_up}");
    assert_eq!(book.exercise_reason(place(500.0), Right::Call), None);
    // Before a dividend a put waits: interest of two weeks is less.
    assert_eq!(book.exercise_reason(place(600.0), Right::Put), None);
    let after = ChainBook::new(quotes(300, Some(Vec::new())), RATE, SPOT, now());
    let put = after.exercise_reason(place(600.0), Right::Put).unwrap();
    assert!(matches!(put, ExerciseReason::Interest { interest, .. } if 15.0 < interest), "{put:?}");
    assert_eq!(after.exercise_reason(place(420.0), Right::Call), None);
    let deep = after.option(place(600.0), Right::Put);
    let floor = after.option(place(600.0), Right::Put).quote.mid().unwrap();
    assert!(floor < 100.001 && deep.iv == Err(IvAbsence::WorthExercise), "{floor} {:?}", deep.iv);
    assert!(!after.lacks_dividends());
    assert!(ChainBook::new(quotes(17, None), RATE, SPOT, now()).lacks_dividends());
}

#[test]
fn a_volatility_is_found_from_anywhere() {
    let years = 0.4;
    let forward = SPOT * libm::exp(0.03 * years);
    for strike in [420.0, 480.0, 500.0, 520.0, 560.0] {
        for volatility in [0.05, 0.15, 0.6] {
            let put = Black { spot: SPOT, forward, strike, years, rate: RATE, volatility };
            let price = american_price(&put, Right::Put);
            let undiscounted = price * libm::exp(RATE * years);
            let premium = Premium { forward, strike, years, right: Right::Put, undiscounted };
            let Ok(european) = implied_vol(&premium) else { continue };
            assert!(volatility <= european + 1e-9);
            if price <= Right::Put.payoff(SPOT, strike) + 1e-9 || price < 1e-6 {
                continue;
            }
            for before in [f64::NAN, 0.01, volatility, 0.9 * european, 3.0] {
                let found = american_vol(&put, Right::Put, price, european, before);
                assert!(
                    (found - volatility).abs() < 1e-7,
                    "{strike} {volatility} {before}: {found}"
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever ticks came between, the figures are those of the last; and what is carried from a
    /// tick's neighbourhood is what would have been worked out at it.
    #[test]
    fn a_tick_gives_what_it_gives_alone(
        days in 1_i32..400,
        ticks in prop::collection::vec((480.0..520.0, 1_i64..600), 1..6),
    ) {
        let mut book = ChainBook::new(quotes(days, Some(dividends())), RATE, SPOT, now());
        let mut alone = book.clone();
        let mut at = now();
        for (spot, seconds) in &ticks {
            at += Span::seconds(*seconds);
            book.handle_tick(*spot, at);
        }
        let spot = ticks.last().unwrap().0;
        alone.handle_tick(spot, at);
        for place in 0..book.strike_count() {
            for right in Right::ALL {
                let (option, other) = (book.option(place, right), alone.option(place, right));
                prop_assert_eq!(option, other);
                let (Ok(volatility), Some(greeks)) = (option.iv, option.greeks) else { continue };
                let strike = book.quotes().strikes[place].strike.to_f64();
                let (forward, years) = (book.forward().unwrap(), book.years());
                let exact = Black { spot, forward, strike, years, rate: RATE, volatility };
                let apart = greeks.price - american_price(&exact, right);
                // Half of what the price can be written with.
                prop_assert!(apart.abs() < 5e-3, "{} {:?} {}", strike, right, apart);
                let own = exact.greeks(right).delta + early_exercise(&exact, right).delta;
                let apart = (greeks.delta - own).abs();
                prop_assert!(apart < 0.02, "{} {} {}", strike, greeks.delta, own);
            }
        }
    }
}
