//! What funds pay on a date, in what a model makes of later days: against the chain of that day, by
//! hand, and against a tree.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use market::{
    Dividend, Moment, Price, Quote, Right, Series, SeriesQuotes, Span, StrikeQuotes, TradingDate,
};
use plan::{
    Instrument, LegValue, Position, RiskAxes, RiskBook, Scenario, ShiftTerm, Stand, Stickiness,
    read_position,
};
use quant::options::{
    Black, ChainBook, DividendIn, DividendTable, RATE_DEFAULT, american_price, leisen_reimer,
    years_between,
};

const SPOT: f64 = 510.0;
const VOLATILITY: f64 = 0.12;
/// What shares of SPY are paid that are held over the night to 8 March 2024.
const PAID: f64 = 1.75;

fn day(day: i8) -> TradingDate {
    TradingDate::new(2024, 3, day).unwrap()
}

/// The close of a day of March.
fn close(of: i8) -> Moment {
    Moment::new_york(day(of), Span::hours(16))
}

fn now() -> Moment {
    close(4)
}

fn dividends() -> Vec<Dividend> {
    vec![Dividend { ex_date: day(8), amount: Price::from_f64(PAID).unwrap() }]
}

/// A series as it is quoted with SPY at `spot`: every strike at one volatility.
fn chain(series: Series, spot: f64, at: Moment) -> ChainBook {
    let table = DividendTable::new(series.expires_at(), RATE_DEFAULT, &dividends());
    let quote = |strike: f64, right: Right| {
        let price = american_price(&black(&table, series, (spot, at), strike), right);
        Quote {
            bid: Price::from_f64(price - 0.01).ok(),
            ask: Price::from_f64(price + 0.01).ok(),
            at: Some(at),
            ..Quote::default()
        }
    };
    let strikes = (490..=530).map(|strike| StrikeQuotes {
        strike: Price::from_f64(f64::from(strike)).unwrap(),
        call: quote(f64::from(strike), Right::Call),
        put: quote(f64::from(strike), Right::Put),
    });
    let quotes = SeriesQuotes {
        series,
        open_interest_of: day(1),
        dividends: Some(dividends()),
        strikes: strikes.collect(),
    };
    ChainBook::new(quotes, RATE_DEFAULT, spot, at)
}

fn black(table: &DividendTable, series: Series, (spot, at): (f64, Moment), strike: f64) -> Black {
    let years = years_between(at, series.expires_at());
    let forward = table.forward(spot, at);
    Black { spot, forward, strike, years, rate: RATE_DEFAULT, volatility: VOLATILITY }
}

/// A position as the chains of now know it.
fn known(text: &str) -> (Position, Vec<LegValue>) {
    let position = read_position(text).unwrap();
    let of = |instrument: Instrument| match instrument {
        Instrument::Shares(_) => LegValue::shares(SPOT),
        Instrument::Option(contract) => {
            LegValue::of(&chain(contract.series, SPOT, now()), contract).unwrap()
        }
    };
    let legs = position.legs().iter().map(|leg| of(leg.instrument)).collect();
    (position, legs)
}

fn scenario(text: &str) -> Scenario {
    let (position, known) = known(text);
    Scenario::new(&position, &known, RATE_DEFAULT, now()).unwrap()
}

#[test]
fn a_later_day_is_worth_what_its_chain_will_say() {
    for (text, at) in [
        // Before it is paid all of it is still to come, and after it nothing.
        ("1 SPY 11MAR24 510P", close(7)),
        ("1 SPY 11MAR24 510C", close(7)),
        ("1 SPY 22MAR24 510P", close(14)),
        ("1 SPY 22MAR24 510C", close(14)),
        // Whatever ends before it has none of it.
        ("1 SPY 7MAR24 510P", close(5)),
    ] {
        let scenario = scenario(text);
        let contract = read_position(text).unwrap().options().next().unwrap();
        let strike = contract.strike.to_f64();
        for spot in [500.0, SPOT, 520.0] {
            let own = scenario.worth(&Stand { spot, at, shift: 0.0 }) / 100.0;
            let book = chain(contract.series, spot, at);
            let mid = LegValue::of(&book, contract).unwrap().mid.unwrap();
            // The volatility is that of prices in cents.
            assert!((own - mid).abs() < 0.01, "{text} {spot}: {own} {mid}");
        }
        // A tree pays it on its day; the closed form spreads what is left over what is left.
        let table = DividendTable::new(contract.series.expires_at(), RATE_DEFAULT, &dividends());
        let option = black(&table, contract.series, (SPOT, at), strike);
        let years = years_between(at, Moment::new_york(day(8), Span::minutes(570)));
        let due = [DividendIn { years, points: PAID }];
        let tree = leisen_reimer(&option, contract.right, &due[..usize::from(0.0 < years)], 501);
        let own = scenario.worth(&Stand { spot: SPOT, at, shift: 0.0 }) / 100.0;
        assert!((own - tree).abs() < 0.09, "{text}: {own} {tree}");
    }
}

#[test]
fn here_and_now_it_is_the_chain_s_forward() {
    for text in ["1 SPY 11MAR24 510P", "1 SPY 22MAR24 505C", "-1 SPY 7MAR24 515P"] {
        let (position, known) = known(text);
        let scenario = Scenario::new(&position, &known, RATE_DEFAULT, now()).unwrap();
        let contract = position.options().next().unwrap();
        let book = chain(contract.series, SPOT, now());
        let forward = book.forward().unwrap();
        let volatility = known[0].model.as_ref().unwrap().volatility;
        let table = DividendTable::new(contract.series.expires_at(), RATE_DEFAULT, &dividends());
        let option = black(&table, contract.series, (SPOT, now()), contract.strike.to_f64());
        let price = american_price(&Black { forward, volatility, ..option }, contract.right);
        let own = scenario.worth(&Stand { spot: SPOT, at: now(), shift: 0.0 });
        let dollars = 100.0 * position.legs()[0].quantity as f64;
        assert!((own - dollars * price).abs() < 1e-7, "{text}: {own} {price}");
    }
}

#[test]
fn a_grid_pays_it_on_its_day() {
    let text = "-2 SPY 11MAR24 505P; 1 SPY 22MAR24 510C; 100 SPY";
    let (position, known) = known(text);
    let scenario = Scenario::new(&position, &known, RATE_DEFAULT, now()).unwrap();
    let mut book = RiskBook::new(RATE_DEFAULT, now());
    book.add(&position, &known, (SPOT, 1.0), |_| None).unwrap();
    let axes = RiskAxes::new(0.08, 0.05, (now(), close(14)));
    let grid = book.grid(axes.clone(), Stickiness::Strike, ShiftTerm::Parallel);
    let before = scenario.worth(&Stand { spot: SPOT, at: now(), shift: 0.0 });
    // Where early exercise is worked out, and not only laid between.
    for (time, at) in axes.times.iter().enumerate() {
        for (shift, by) in axes.shifts.iter().enumerate().step_by(4) {
            for (place, moved) in axes.moves.iter().enumerate().step_by(2) {
                let spot = SPOT * (1.0 + moved);
                let own = scenario.worth(&Stand { spot, at: *at, shift: *by }) - before;
                let found = grid.row(time, shift)[place];
                assert!((found - own).abs() < 0.01, "{time} {shift} {place}: {found} {own}");
            }
        }
    }
}

#[test]
fn a_share_that_is_worth_less_than_it_pays_has_a_forward() {
    let scenario = scenario("1 SPY 11MAR24 510P; -1 SPY 22MAR24 500C");
    let mut last = f64::INFINITY;
    for spot in [0.01, 0.5, 1.0, 1.75, 2.0, 4.0, 50.0] {
        let worth = scenario.worth(&Stand { spot, at: close(7), shift: 0.0 }) / 100.0;
        // What it brings now, and no more than what is paid brings it down until the end.
        assert!((510.0 - spot - 1e-9..510.0).contains(&worth), "{spot}: {worth}");
        assert!(worth < last);
        last = worth;
    }
}
