//! What an option costs in price and Greeks, and in implied volatility, beside the crates
//! `blackscholes` (single precision), `quant-opts` and `implied-vol` on the same options.
//!
//! Ours gives price, delta, gamma, theta, vega and rho of a whole series at once.

use std::hint::black_box;
use std::time::Duration;

use blackscholes::{Greeks as _, Pricing as _};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use implied_vol::{DefaultSpecialFn, ImpliedBlackVolatility};
use market::Right;
use quant::options::{
    Black, Premium, Slice, SliceGreeks, SliceMarket, early_exercise, implied_vol, implied_vol_from,
    implied_vols, leisen_reimer,
};
use quant_opts::{BlackScholes, MarketData, OptionStyle, OptionType, VanillaOption};

const SPOT: f64 = 5_912.25;
const RATE: f64 = 0.04;
const YEARS: f64 = 9.0 / 365.0;

/// Both rights of 200 strikes, 5 points apart, with a skew.
fn chain() -> Vec<(Black, Right)> {
    let forward = SPOT * libm::exp((RATE - 0.013) * YEARS);
    let option = |place: u32| {
        let strike = 5_400.0 + 5.0 * f64::from(place / 2);
        let volatility = 0.14 - 0.6 * (strike / forward - 1.0);
        let right = if place.is_multiple_of(2) { Right::Call } else { Right::Put };
        (Black { spot: SPOT, forward, strike, years: YEARS, rate: RATE, volatility }, right)
    };
    (0..400).map(option).collect()
}

/// The same options for a peer that computes in single precision.
#[expect(clippy::cast_possible_truncation, reason = "that is what single precision is")]
fn single_precision(chain: &[(Black, Right)]) -> Vec<blackscholes::Inputs> {
    chain
        .iter()
        .map(|(one, right)| {
            let kind = match right {
                Right::Call => blackscholes::OptionType::Call,
                Right::Put => blackscholes::OptionType::Put,
            };
            blackscholes::Inputs::new(
                kind,
                SPOT as f32,
                one.strike as f32,
                None,
                RATE as f32,
                0.013,
                YEARS as f32,
                Some(one.volatility as f32),
            )
        })
        .collect()
}

fn greeks(criterion: &mut Criterion) {
    let chain = chain();
    let mut group = criterion.benchmark_group("price and 5 Greeks");
    group.throughput(Throughput::Elements(chain.len() as u64));
    group.measurement_time(Duration::from_secs(2));

    let mut slice = Slice::new(SPOT, chain.iter().map(|(one, right)| (one.strike, *right)));
    for (place, (one, _)) in chain.iter().enumerate() {
        slice.set_volatility(place, one.volatility);
    }
    let first = chain[0].0;
    let market = SliceMarket { spot: SPOT, forward: first.forward, years: YEARS, rate: RATE };
    let mut all = SliceGreeks::default();
    group.bench_function("volaris, a whole series", |bencher| {
        bencher.iter(|| slice.greeks(black_box(&market), black_box(&mut all)));
    });
    group.bench_function("volaris, one by one", |bencher| {
        bencher.iter(|| {
            chain.iter().map(|(one, right)| black_box(one).greeks(*right).price).sum::<f64>()
        });
    });

    let listed: Vec<_> = chain
        .iter()
        .map(|(one, right)| {
            let kind = if *right == Right::Call { OptionType::Call } else { OptionType::Put };
            let option = VanillaOption::new(OptionStyle::European, kind, one.strike, YEARS);
            (option, one.volatility)
        })
        .collect();
    let quotes = MarketData::new(SPOT, RATE, 0.013);
    group.bench_function("quant-opts", |bencher| {
        bencher.iter(|| {
            for (option, volatility) in &listed {
                let price = BlackScholes::price(option, &quotes, *volatility);
                let greeks = BlackScholes::greeks(option, &quotes, *volatility);
                let _ = black_box((price, greeks));
            }
        });
    });

    let inputs = single_precision(&chain);
    group.bench_function("blackscholes (f32)", |bencher| {
        bencher.iter(|| {
            for one in &inputs {
                let _ = black_box((
                    one.calc_price(),
                    one.calc_delta(),
                    one.calc_gamma(),
                    one.calc_theta(),
                    one.calc_vega(),
                    one.calc_rho(),
                ));
            }
        });
    });
    group.finish();
}

fn implied(criterion: &mut Criterion) {
    let premiums: Vec<(Premium, f64)> = chain()
        .into_iter()
        .filter_map(|(one, right)| {
            let Black { forward, strike, years, volatility, .. } = one;
            let is_outside = (right == Right::Call) == (forward < strike);
            let undiscounted = one.price(right) / one.discount();
            let premium = Premium { forward, strike, years, right, undiscounted };
            (is_outside && 0.01 < undiscounted).then_some((premium, volatility))
        })
        .collect();
    let mut group = criterion.benchmark_group("implied volatility");
    group.throughput(Throughput::Elements(premiums.len() as u64));
    group.measurement_time(Duration::from_secs(2));
    group.bench_function("volaris, cold", |bencher| {
        bencher.iter(|| {
            premiums.iter().filter_map(|(one, _)| implied_vol(black_box(one)).ok()).sum::<f64>()
        });
    });
    let (options, volatilities): (Vec<Premium>, Vec<f64>) = premiums.iter().copied().unzip();
    for (name, part) in [
        ("volaris, many, cold", f64::NAN),
        ("volaris, many, a tick later", 1.001),
        ("volaris, many, unchanged", 1.0),
    ] {
        let before: Vec<f64> = volatilities.iter().map(|one| part * one).collect();
        let mut solved = Vec::new();
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                implied_vols(black_box(&options), black_box(&before), &mut solved);
                solved.len()
            });
        });
    }
    for (name, part) in [("volaris, warm, a tick later", 1.001), ("volaris, warm, far off", 1.2)] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let solve = |(one, before): &(Premium, f64)| {
                    implied_vol_from(black_box(one), part * before).ok()
                };
                premiums.iter().filter_map(solve).sum::<f64>()
            });
        });
    }
    group.bench_function("implied-vol", |bencher| {
        bencher.iter(|| {
            let solve = |(one, _): &(Premium, f64)| {
                let one = black_box(one);
                ImpliedBlackVolatility::builder()
                    .option_price(one.undiscounted)
                    .forward(one.forward)
                    .strike(one.strike)
                    .expiry(one.years)
                    .is_call(one.right == Right::Call)
                    .build()?
                    .calculate::<DefaultSpecialFn>()
            };
            premiums.iter().filter_map(solve).sum::<f64>()
        });
    });
    group.finish();
}

/// The closed form beside the tree that it stands for.
fn american(criterion: &mut Criterion) {
    let chain = chain();
    let mut group = criterion.benchmark_group("early exercise");
    group.throughput(Throughput::Elements(chain.len() as u64));
    group.bench_function("volaris, premium and its Greeks", |bencher| {
        let premium = |(one, right): &(Black, Right)| early_exercise(black_box(one), *right).price;
        bencher.iter(|| chain.iter().map(premium).sum::<f64>());
    });
    group.sample_size(10).throughput(Throughput::Elements(1));
    group.bench_function("a tree of 501 steps", |bencher| {
        bencher.iter(|| leisen_reimer(black_box(&chain[200].0), Right::Put, &[], 501));
    });
    group.finish();
}

criterion_group!(benches, greeks, implied, american);
criterion_main!(benches);
