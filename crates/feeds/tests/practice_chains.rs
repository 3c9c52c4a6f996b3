//! The practice market's options: whole chains, and quotes that imply the volatility they were made
//! from.

use std::collections::{BTreeMap, BTreeSet};

use desk::{FeedEvent, MarketFeed};
use feeds::PracticeMarket;
use market::{Price, Right, Series, Span, Symbol, next_trading_day};
use quant::options::{ChainBook, RATE_DEFAULT};

#[test]
fn every_underlying_has_whole_chains() {
    let mut market = PracticeMarket::new(7);
    let at = market.opening_moment();
    for (underlying, series_min, contracts) in [
        (Symbol::SPX, 30, 8_500..11_500),
        (Symbol::NDX, 15, 3_000..7_000),
        (Symbol::SPY, 22, 5_000..8_500),
        (Symbol::QQQ, 22, 5_000..8_500),
    ] {
        let series = market.series(underlying, at);
        assert!(series_min <= series.len(), "{underlying}: {}", series.len());
        let (mut count, mut silent, mut crossed, mut stale) = (0, 0, 0, 0);
        for series in series {
            let quotes = market.quotes(series, at).unwrap();
            assert_eq!(market.clone().quotes(series, at).as_ref(), Some(&quotes), "{series}");
            assert!(quotes.strikes.is_sorted_by_key(|strike| strike.strike));
            for strike in &quotes.strikes {
                for quote in [strike.call, strike.put] {
                    let quoted = quote.at.unwrap();
                    assert!(quoted <= at && quote.ask.is_some(), "{series} {quote:?}");
                    count += 1;
                    silent += i32::from(quote.bid.is_none());
                    crossed += i32::from(quote.bid.is_some() && quote.mid().is_none());
                    stale += i32::from(Span::minutes(15) < at - quoted);
                }
            }
        }
        assert!(contracts.contains(&count), "{underlying}: {count} contracts");
        assert!(count / 50 < silent && silent < count / 3, "{underlying}: {silent} without bids");
        assert!(0 < stale && stale < count / 50, "{underlying}: {stale} stale");
        assert!(crossed < count / 500, "{underlying}: {crossed} crossed");
    }
    assert!(market.series(Symbol::VIX, at).is_empty());
}

/// Whoever holds a contract overnight, or for weeks, finds it in the chain again.
#[test]
fn what_is_listed_once_stays() {
    let mut market = PracticeMarket::new(7);
    let mut at = market.opening_moment();
    let mut known: BTreeMap<Series, BTreeSet<Price>> = BTreeMap::new();
    for _ in 0..12 {
        let mut listed = BTreeMap::new();
        for underlying in [Symbol::SPX, Symbol::SPY] {
            for series in market.series(underlying, at) {
                let quotes = market.quotes(series, at).unwrap();
                let strikes: BTreeSet<Price> =
                    quotes.strikes.iter().map(|one| one.strike).collect();
                let gone = known.get(&series).and_then(|before| before.difference(&strikes).next());
                assert_eq!(gone, None, "{series} at {at}");
                listed.insert(series, strikes);
            }
        }
        known = listed;
        at = next_trading_day(at.wall_time().date).open() + Span::hours(2);
    }
}

/// A fund's options may be exercised early: their forward has the dividends on their dates.
#[test]
fn a_funds_chain_implies_the_volatility_that_it_was_made_from() {
    let mut market = PracticeMarket::new(7);
    let at = market.opening_moment() + Span::hours(1);
    for fund in [Symbol::SPY, Symbol::QQQ] {
        let (mut flagged, mut paid) = (0, 0);
        let mut told = Vec::new();
        market.clone().events(at - Span::minutes(1), at, &mut told);
        let mut prints = told.iter().filter_map(FeedEvent::price).filter(|(of, _)| *of == fund);
        let spot = prints.next_back().unwrap().1.to_f64();
        for series in market.series(fund, at) {
            let quotes = market.quotes(series, at).unwrap();
            let dividends = quotes.dividends.clone().unwrap();
            assert!(dividends.iter().all(|one| one.ex_date <= series.expires), "{dividends:?}");
            paid = paid.max(dividends.len());
            let book = ChainBook::new(quotes, RATE_DEFAULT, spot, at);
            let carried = spot * libm::exp(0.04 * book.years());
            assert!(book.forward().unwrap() <= carried, "{series}");
            let mut off = Vec::new();
            for place in 0..book.strike_count() {
                for right in Right::ALL {
                    let option = book.option(place, right);
                    flagged += i32::from(book.exercise_reason(place, right).is_some());
                    let (Ok(iv), Some(vendor)) = (option.iv, option.quote.vendor_iv) else {
                        continue;
                    };
                    let greeks = option.greeks.unwrap();
                    let strike = book.quotes().strikes[place].strike.to_f64();
                    assert!(
                        right.payoff(spot, strike) <= greeks.price + 1e-9,
                        "{series} {greeks:?}"
                    );
                    if (0.1..0.9).contains(&greeks.delta.abs()) {
                        off.push((iv - vendor).abs());
                    }
                }
            }
            off.sort_by(f64::total_cmp);
            assert!(10 < off.len(), "{series}: {} volatilities", off.len());
            assert!(off[off.len() / 2] < 0.004, "{series}: off by {}", off[off.len() / 2]);
            assert!(!book.lacks_dividends());
        }
        assert!(0 < flagged && 4 < paid, "{fund}: {flagged} {paid}");
    }
}

#[test]
fn a_chain_implies_the_volatility_that_it_was_made_from() {
    let mut market = PracticeMarket::new(7);
    let opening = market.opening_moment();
    for at in [opening, opening + Span::hours(4)] {
        let minute = market.minute_bars(Symbol::SPX, at, at + Span::MINUTE)[0];
        let series = market.series(Symbol::SPX, at);
        for series in series {
            let quotes = market.quotes(series, at).unwrap();
            let spot = minute.open.to_f64();
            let book = ChainBook::new(quotes, RATE_DEFAULT, spot, at);
            let forward = book.forward().unwrap();
            let carried = spot * libm::exp((0.04 - 0.013) * book.years());
            assert!((forward / carried - 1.0).abs() < 1e-3, "{series}: {forward} {carried}");
            let mut off = Vec::new();
            for place in 0..book.strike_count() {
                for right in Right::ALL {
                    let option = book.option(place, right);
                    let (Ok(iv), Some(vendor)) = (option.iv, option.quote.vendor_iv) else {
                        continue;
                    };
                    let delta = option.greeks.unwrap().delta.abs();
                    if (0.1..0.9).contains(&delta) {
                        off.push((iv - vendor).abs());
                    }
                }
            }
            off.sort_by(f64::total_cmp);
            assert!(10 < off.len(), "{series}: {} volatilities", off.len());
            let median = off[off.len() / 2];
            assert!(median < 0.004, "{series}: off by {median}");
            let expected = book.expected_move().unwrap();
            // A straddle is worth about four fifths of a deviation.
            let ratio = expected.straddle / expected.deviation;
            assert!((0.6..0.76).contains(&ratio), "{series}: {expected:?}");
        }
    }
}
