//! Seeded option chains: what their quotes imply, natively and in a browser.

use market::{
    Dividend, ExerciseStyle, Moment, Price, Quote, QuoteChange, Right, Root, Series, SeriesQuotes,
    Span, StrikeQuotes, TradingDate,
};
use quant::math::norm_quantile;
use quant::options::{Black, ChainBook};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::digest::Digest;
use crate::walk::{Chance, first_day};

/// Chains between two checkpoints.
const CHECKPOINT_CHAINS: u32 = 500;
/// Strikes of a chain at most.
const STRIKES_MAX: i64 = 24;
/// Ticks and changed quotes that follow each chain.
const MOVES: usize = 6;

/// Quotes `count` chains of `seed`, moves each a little, and answers with a digest every 500 chains
/// and one at the end: every volatility and Greek of every contract after every move.
#[wasm_bindgen]
pub fn chain_checkpoints(seed: u64, count: u32) -> Vec<u64> {
    let mut chance = Chance::new(seed);
    let mut digest = Digest::new();
    let mut seen = Vec::new();
    for number in 1..=count {
        let (mut book, mut spot) = chain(&mut chance);
        take(&mut digest, &book);
        for _ in 0..MOVES {
            spot *= 1.0 + part(&mut chance, -0.002, 0.002);
            let at = book.at() + Span::millis(1 + chance.below(5_000));
            if chance.below(2) == 0 {
                book.handle_tick(spot, at);
            } else {
                let change = change(&mut chance, &book, at);
                book.handle_quotes(&[change], spot, at);
            }
            take(&mut digest, &book);
        }
        if number % CHECKPOINT_CHAINS == 0 || number == count {
            seen.push(digest.word());
        }
    }
    seen
}

/// Somewhere between two numbers, in millionths of the way.
fn part(chance: &mut Chance, low: f64, high: f64) -> f64 {
    low + (high - low) * chance.below(1_000_000) as f64 / 1e6
}

fn take(digest: &mut Digest, book: &ChainBook) {
    let mut figure = |figure: Option<f64>| digest.take(figure.map_or(1, f64::to_bits));
    figure(book.forward());
    figure(book.iv_at_the_money());
    figure(book.iv_by_trading_time());
    figure(book.expected_move().map(|expected| expected.straddle));
    for place in 0..book.strike_count() {
        for right in Right::ALL {
            let option = book.option(place, right);
            figure(option.iv.ok());
            if let Some(greeks) = option.greeks {
                figure(Some(greeks.price));
                figure(Some(greeks.delta));
                figure(Some(greeks.gamma));
                figure(Some(greeks.theta));
                figure(Some(greeks.vega));
                figure(Some(greeks.rho));
            }
        }
    }
}

/// A chain of minutes to years, quoted from volatilities with a skew and some noise.
fn chain(chance: &mut Chance) -> (ChainBook, f64) {
    let spot = part(chance, 50.0, 20_000.0);
    let days = [0, 1, 7, 30, 91, 365, 730];
    let days = days[usize::try_from(chance.below(7)).expect("one of seven")];
    let today = first_day();
    let at = today.open() + Span::seconds(chance.below(6 * 3_600));
    let series = series(chance, today.date.plus_days(days));
    let is_early = series.terms().style == ExerciseStyle::American;
    let dividends = is_early.then(|| {
        let ex_date = today.date.plus_days(1 + days / 2);
        let amount = Price::from_f64(spot * part(chance, 0.001, 0.01)).expect("a price");
        vec![Dividend { ex_date, amount }]
    });
    let years = quant::options::years_between(at, series.expires_at());
    let rate = part(chance, 0.0, 0.06);
    let forward = spot * (1.0 + part(chance, -0.02, 0.04) * years);
    let middle = part(chance, 0.08, 0.9);
    let width = middle * years.sqrt();
    let count = 3 + chance.below(STRIKES_MAX - 3);
    let strikes = (0..count).map(|step| {
        // Even in chance, so that strikes lie close together near the money.
        let away = norm_quantile((step as f64 + 0.5) / count as f64);
        let strike = Price::from_f64(spot * (1.0 + 0.9 * (width * away).clamp(-0.9, 3.0)));
        let strike = strike.expect("a price");
        let volatility = middle * (1.0 - 0.1 * away + part(chance, 0.0, 0.02));
        let option = Black { spot, forward, strike: strike.to_f64(), years, rate, volatility };
        let [call, put] = Right::ALL.map(|right| quote(chance, option.price(right), at));
        StrikeQuotes { strike, call, put }
    });
    let strikes = strikes.collect();
    let quotes = SeriesQuotes { series, open_interest_of: today.date, dividends, strikes };
    (ChainBook::new(quotes, rate, spot, at), spot)
}

/// One of four may be exercised early.
fn series(chance: &mut Chance, expires: TradingDate) -> Series {
    let root = if chance.below(4) == 0 { Root::SPY } else { Root::SPXW };
    Series { expires, root }
}

/// A quote round a price: mostly two-sided, now and then silent, crossed or old.
fn quote(chance: &mut Chance, price: f64, at: Moment) -> Quote {
    let half = 0.01 + price * part(chance, 0.0, 0.01);
    let (mut bid, mut ask) =
        (Price::from_f64(price - half).ok(), Price::from_f64(price + half).ok());
    let mut quoted_at = at;
    match chance.below(60) {
        0 => bid = None,
        1 => std::mem::swap(&mut bid, &mut ask),
        2 => quoted_at = at - Span::minutes(30),
        _ => {}
    }
    Quote { bid, ask, at: Some(quoted_at), ..Quote::default() }
}

fn change(chance: &mut Chance, book: &ChainBook, at: Moment) -> QuoteChange {
    let count = i64::try_from(book.strike_count()).expect("a few");
    let place = chance.below(count);
    let right = Right::ALL[usize::try_from(chance.below(2)).expect("one of two")];
    let option = book.option(usize::try_from(place).expect("a place"), right);
    let before = option.quote.mid().unwrap_or(1.0);
    let price = before * part(chance, 0.97, 1.03);
    let place = u32::try_from(place).expect("a place");
    QuoteChange { place, right, quote: quote(chance, price, at) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_seed_is_another_digest_and_most_contracts_have_figures() {
        let digests = chain_checkpoints(7, 700);
        assert_eq!(digests.len(), 2);
        assert_eq!(digests, chain_checkpoints(7, 700));
        assert_ne!(digests[0], chain_checkpoints(8, 500)[0]);
        let mut chance = Chance::new(7);
        let (mut known, mut all) = (0, 0);
        for _ in 0..200 {
            let (book, _) = chain(&mut chance);
            for place in 0..book.strike_count() {
                for right in Right::ALL {
                    all += 1;
                    known += i32::from(book.option(place, right).greeks.is_some());
                }
            }
        }
        assert!(3 * all < 4 * known, "{known} of {all}");
    }
}
