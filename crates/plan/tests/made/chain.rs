//! Chains made by the formula: every quote stands round the price at one volatility.

use market::{
    Moment, Price, Quote, Right, Root, Series, SeriesQuotes, Span, StrikeQuotes, TradingDate,
};
use quant::options::{Black, ChainBook, RATE_DEFAULT, years_between};

pub(crate) const SPOT: f64 = 5_000.0;
pub(crate) const VOLATILITY: f64 = 0.16;
/// Half of what bid and ask are apart.
pub(crate) const HALF: f64 = 0.05;

pub(crate) fn today() -> TradingDate {
    TradingDate::new(2024, 2, 27).unwrap()
}

pub(crate) fn now() -> Moment {
    Moment::new_york(today(), Span::hours(11))
}

/// SPXW `days` from now, with a strike every `step` points from 4,000 to 6,000.
pub(crate) fn chain(days: i32, step: i32) -> ChainBook {
    let series = Series { expires: today().plus_days(days), root: Root::SPXW };
    let years = years_between(now(), series.expires_at());
    let quote = |strike: f64, right: Right| {
        let forward = SPOT * libm::exp(0.03 * years);
        let option = Black {
            spot: SPOT,
            forward,
            strike,
            years,
            rate: RATE_DEFAULT,
            volatility: VOLATILITY,
        };
        let price = option.price(right);
        Quote {
            bid: Price::from_f64(price - HALF).ok().filter(|_| HALF < price),
            ask: Price::from_f64(price + HALF).ok(),
            at: Some(now()),
            last: None,
            prior: None,
            volume: 0,
            open_interest: 10,
            vendor_iv: None,
        }
    };
    let strikes = (0..=2_000 / step).map(|place| {
        let strike = f64::from(4_000 + step * place);
        StrikeQuotes {
            strike: Price::from_f64(strike).unwrap(),
            call: quote(strike, Right::Call),
            put: quote(strike, Right::Put),
        }
    });
    let quotes = SeriesQuotes {
        series,
        open_interest_of: today(),
        dividends: None,
        strikes: strikes.collect(),
    };
    ChainBook::new(quotes, RATE_DEFAULT, SPOT, now())
}
