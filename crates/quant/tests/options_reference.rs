//! Options against values that others published, and against 40 digits.
//!
//! The files are read in place from `../shared/data/reference`; where that folder is absent the
//! tests say so and pass.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use std::io::Write;
use std::path::Path;

use market::{Contract, Moment, Right, Span, TradingDate};
use quant::options::{
    Black, Greeks, OptionGreeks, Premium, Slice, SliceGreeks, SliceMarket, implied_vol,
    implied_vol_from, implied_vols, years_between,
};

/// The rows of a file without its header; nothing where the folder is absent.
fn rows(name: &str) -> Option<Vec<Vec<String>>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/reference");
    let Ok(text) = std::fs::read_to_string(root.join(name)) else {
        let _ = writeln!(std::io::stderr(), "skipped {name}: ../shared/data is not here");
        return None;
    };
    let cells = |line: &str| line.split(',').map(str::to_owned).collect();
    Some(text.lines().skip(1).filter(|line| !line.is_empty()).map(cells).collect())
}

fn number(text: &str) -> f64 {
    match text.split_once('/') {
        Some((above, below)) => number(above) / number(below),
        None => text.parse().unwrap(),
    }
}

fn right(text: &str) -> Right {
    match text {
        "Call" | "1" => Right::Call,
        "Put" | "0" => Right::Put,
        other => panic!("`{other}` is no right"),
    }
}

/// An option as Haug and QuantLib write it: type, strike, spot, q, r, t, vol.
fn haug(row: &[String]) -> (Black, Right) {
    let [strike, spot, dividends, rate, years, volatility] =
        [1, 2, 3, 4, 5, 6].map(|place: usize| number(&row[place]));
    let forward = spot * libm::exp((rate - dividends) * years);
    (Black { spot, forward, strike, years, rate, volatility }, right(&row[0]))
}

#[test]
fn european_prices_of_haugs_book() {
    let Some(rows) = rows("quantlib/haug_european_values.csv") else { return };
    assert_eq!(rows.len(), 43);
    for row in rows {
        let (option, right) = haug(&row);
        let price = option.price(right);
        assert!((price - number(&row[7])).abs() <= number(&row[8]), "{row:?}: {price}");
    }
}

#[test]
fn greeks_of_haugs_book() {
    let Some(rows) = rows("quantlib/haug_greek_values.csv") else { return };
    assert_eq!(rows.len(), 11);
    for row in rows {
        let (option, right) = haug(&row);
        let greeks = option.greeks(right);
        let share = greeks.delta * option.spot;
        let own = match row[9].as_str() {
            "delta" => greeks.delta,
            "gamma" => greeks.gamma,
            "vega" => greeks.vega * 100.0,
            "theta" => greeks.theta * 365.0,
            "theta per day" => greeks.theta,
            "rho" => greeks.rho * 100.0,
            "elasticity" => share / greeks.price,
            // What a dividend yield takes from a share for delivery at expiry.
            "dividendRho" => -share * option.years,
            other => panic!("`{other}` is no Greek"),
        };
        let digits = row[7].split_once('.').map_or(0, |(_, digits)| digits.len());
        let half = 0.5 * 10_f64.powi(-i32::try_from(digits).unwrap());
        // Some rows are rounded as the book's own steps are.
        assert!((own - number(&row[7])).abs() <= 2.0 * half, "{row:?}: {own}");
    }
}

struct Exact {
    option: Black,
    right: Right,
    price: f64,
    delta: f64,
    gamma: f64,
    vega: f64,
    theta: f64,
    rho: f64,
}

fn exact_greeks() -> Option<Vec<Exact>> {
    let rows = rows("mpmath/bsm_greeks_4096.csv")?;
    assert_eq!(rows.len(), 4_096);
    let read = |row: Vec<String>| {
        let [spot, strike, years, volatility, rate, dividends] =
            [0, 1, 2, 3, 4, 5].map(|place: usize| number(&row[place]));
        let forward = spot * libm::exp((rate - dividends) * years);
        let [price, delta, gamma, vega, theta, rho] =
            [7, 8, 9, 10, 11, 12].map(|place: usize| number(&row[place]));
        Exact {
            option: Black { spot, forward, strike, years, rate, volatility },
            right: right(&row[6]),
            price,
            delta,
            gamma,
            vega: vega / 100.0,
            theta: theta / 365.0,
            rho: rho / 100.0,
        }
    };
    Some(rows.into_iter().map(read).collect())
}

fn assert_exact(own: &Greeks, exact: &Exact) {
    let spot = exact.option.spot;
    let story = format!("{:?} {:?}: {own:?}", exact.option, exact.right);
    assert!((own.price - exact.price).abs() <= 1e-14 * spot, "price {}: {story}", exact.price);
    assert!((own.delta - exact.delta).abs() <= 1e-12, "delta {}: {story}", exact.delta);
    for (name, own, exact) in [
        ("gamma", own.gamma, exact.gamma),
        ("vega", own.vega, exact.vega),
        ("theta", own.theta, exact.theta),
        ("rho", own.rho, exact.rho),
    ] {
        assert!((own - exact).abs() <= 1e-10 * exact.abs() + 1e-12, "{name} {exact}: {story}");
    }
}

#[test]
fn prices_and_greeks_to_forty_digits() {
    let Some(rows) = exact_greeks() else { return };
    for exact in rows {
        assert_exact(&exact.option.greeks(exact.right), &exact);
    }
}

#[test]
fn whole_slices_to_forty_digits() {
    let Some(rows) = exact_greeks() else { return };
    let mut greeks = SliceGreeks::default();
    for exact in rows {
        let Black { spot, forward, strike, years, rate, volatility } = exact.option;
        // Among others, at any place; measured from a strike in the middle of the chain.
        let others = [0.9, 0.99, 1.0, 1.01, 1.1, 1.5].map(|part| (part * spot, Right::Call));
        let options = others.iter().copied().cycle().take(37).chain([(strike, exact.right)]);
        let mut slice = Slice::new((spot / 5.0).round() * 5.0, options);
        for place in 0..slice.len() {
            slice.set_volatility(place, volatility);
        }
        slice.greeks(&SliceMarket { spot, forward, years, rate }, &mut greeks);
        assert_eq!(greeks.len(), 38);
        let OptionGreeks { price, delta, gamma, theta, vega, rho } = greeks.of(37);
        let own = Greeks { price, delta, gamma, theta, vega, rho, ..Greeks::default() };
        assert_exact(&own, &exact);
    }
}

#[test]
fn implied_volatilities_to_what_a_double_can_hold() {
    let Some(mut all) = rows("mpmath/iv_4096.csv") else { return };
    assert_eq!(all.len(), 4_096);
    let trap = rows("mpmath/iv_trap_jaeckel_crate.csv").unwrap();
    all.extend(trap.into_iter().map(|mut row| {
        row[6] = "4.4e-16".to_owned();
        row
    }));
    let (mut premiums, mut exacts) = (Vec::new(), Vec::new());
    for row in all {
        let [forward, strike, years, undiscounted] =
            [0, 1, 2, 3].map(|place: usize| number(&row[place]));
        let premium = Premium { forward, strike, years, right: right(&row[4]), undiscounted };
        let (exact, attainable) = (number(&row[5]), number(&row[6]));
        premiums.push(premium);
        exacts.push((exact, attainable));
        let cold = implied_vol(&premium).unwrap();
        let check = |own: f64, way: &str| {
            let off = (own / exact - 1.0).abs() / attainable;
            assert!(off <= 3.0, "{way} {premium:?}: {own} is not {exact}, off by {off}");
        };
        check(cold, "cold");
        for start in [0.5, 0.9, 0.9987, 0.999, 0.999_999, 1.0, 1.0013, 1.01, 1.3, 3.0] {
            check(implied_vol_from(&premium, start * exact).unwrap(), "warm");
        }
    }
    let mut solved = Vec::new();
    for start in [f64::NAN, 0.5, 0.9987, 0.999, 1.0, 1.0013, 1.3] {
        let before: Vec<f64> = exacts.iter().map(|(exact, _)| start * exact).collect();
        implied_vols(&premiums, &before, &mut solved);
        assert_eq!(solved.len(), premiums.len());
        for ((own, (exact, attainable)), premium) in solved.iter().zip(&exacts).zip(&premiums) {
            let off = (own.unwrap() / exact - 1.0).abs() / attainable;
            assert!(off <= 3.0, "many from {start} {premium:?}: {own:?} is not {exact}");
        }
    }
}

/// Interactive Brokers' model, on 4 August 2023, with its own rate and clock.
#[test]
fn greeks_of_interactive_brokers_to_two_percent() {
    let day = TradingDate::new(2023, 8, 4).unwrap();
    let mut checked = 0;
    for expiry in ["230811", "230901"] {
        for (side, right) in [("C", Right::Call), ("P", Right::Put)] {
            for strike in [4_300, 4_500, 4_700] {
                let name = format!("SPX{expiry}{side}{strike:05}000.csv");
                let Some(rows) = rows(&format!("lean/ib_model_greeks/{name}")) else { return };
                let occ = format!("SPXW{expiry}{side}{strike:05}000");
                let expires = Contract::from_occ(&occ).unwrap().series.expires_at();
                for row in rows {
                    let clock = row[0].split_once(' ').unwrap().1;
                    let mut parts = clock.split(':').map(number);
                    let [hours, minutes, seconds] = [(); 3].map(|()| parts.next().unwrap());
                    // The file's times are UTC; New York was four hours behind.
                    let since_midnight = (hours - 4.0) * 3_600.0 + minutes * 60.0 + seconds;
                    #[expect(clippy::cast_possible_truncation, reason = "within a day")]
                    let at = Moment::new_york(day, Span((since_midnight * 1e6) as i64));
                    let [price, volatility, delta, gamma, vega, spot] =
                        [1, 2, 3, 4, 5, 7].map(|place: usize| number(&row[place]));
                    let (years, rate) = (years_between(at, expires), 0.052);
                    let forward = spot * libm::exp((rate - 0.015) * years);
                    let strike = f64::from(strike);
                    let own =
                        Black { spot, forward, strike, years, rate, volatility }.greeks(right);
                    for (what, own, theirs, least) in [
                        ("price", own.price, price, 0.5),
                        ("delta", own.delta, delta, 0.01),
                        ("gamma", own.gamma, gamma, 0.0001),
                        ("vega", own.vega, vega, 0.05),
                    ] {
                        let near = 0.02 * theirs.abs() + least;
                        assert!((own - theirs).abs() <= near, "{name} {what}: {own} {row:?}");
                        checked += 1;
                    }
                }
            }
        }
    }
    assert!(800 < checked, "{checked} figures");
}
