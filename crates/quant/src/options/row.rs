//! One option over a row of prices of its underlying at once: what a grid of scenarios is made of.

use market::Right;

use super::black::{Chances, DEVIATION_MIN};
use crate::math::{exp, ln_ratio};

/// Prices that are computed together, so that they become vector instructions. Three of these are
/// the 41 prices of a grid with one to spare.
const BLOCK: usize = 14;

type Block = [f64; BLOCK];

/// A row of an underlying's prices for delivery when a series ends.
#[derive(Clone, Debug, PartialEq)]
pub struct PriceRow {
    forwards: Vec<Block>,
    /// ln(forward ÷ the first).
    logs: Vec<Block>,
    first: f64,
    root: f64,
    discount: f64,
}

/// An option over a row of prices.
#[derive(Clone, Copy, Debug)]
pub struct RowOption<'a> {
    row: &'a PriceRow,
    strike: f64,
    /// ln(strike ÷ the row's first forward).
    log: f64,
    sign: f64,
}

impl PriceRow {
    /// `forwards` in points, `years` before the series ends, `rate` a year.
    pub fn new(forwards: &[f64], years: f64, rate: f64) -> Self {
        let first = forwards.first().copied().unwrap_or(1.0);
        let blocks = |of: &dyn Fn(f64) -> f64| -> Vec<Block> {
            let block = |part: &[f64]| {
                std::array::from_fn(|place| match part.get(place) {
                    Some(forward) => of(*forward),
                    // What is over is worked out and thrown away.
                    None => of(first),
                })
            };
            forwards.chunks(BLOCK).map(block).collect()
        };
        Self {
            forwards: blocks(&|forward| forward),
            logs: blocks(&|forward| ln_ratio(forward, first)),
            first,
            root: years.sqrt(),
            discount: exp(-rate * years),
        }
    }

    /// An option of this strike, in points.
    pub fn option(&self, strike: f64, right: Right) -> RowOption<'_> {
        RowOption { row: self, strike, log: ln_ratio(strike, self.first), sign: right.sign() }
    }
}

impl RowOption<'_> {
    /// Adds `times` the European price to each of `sums`, in the order of the row, each with a
    /// volatility of its own.
    pub fn add_prices(&self, volatilities: &[f64], times: f64, sums: &mut [f64]) {
        let parts = volatilities.chunks(BLOCK).zip(sums.chunks_mut(BLOCK));
        for ((forwards, logs), (volatilities, sums)) in
            self.row.forwards.iter().zip(&self.row.logs).zip(parts)
        {
            let mut block = [1.0; BLOCK];
            block[..volatilities.len()].copy_from_slice(volatilities);
            let prices = self.prices(forwards, logs, &block);
            for (sum, price) in sums.iter_mut().zip(prices) {
                *sum += times * price;
            }
        }
    }

    /// The formula of [`super::Black::price`].
    #[inline(always)]
    fn prices(&self, forwards: &Block, logs: &Block, volatilities: &Block) -> Block {
        let (sign, log, root) = (self.sign, self.log, self.row.root);
        let (held, paid) = (sign * self.row.discount, sign * self.row.discount * self.strike);
        let inverse_strike = 1.0 / self.strike;
        let mut prices = [0.0; BLOCK];
        for place in 0..BLOCK {
            let deviation = volatilities[place] * root;
            let deviation = if deviation < DEVIATION_MIN { DEVIATION_MIN } else { deviation };
            let d1 = (logs[place] - log) / deviation + 0.5 * deviation;
            let d2 = d1 - deviation;
            let chances = Chances::of(d1, d2, forwards[place] * inverse_strike, sign);
            prices[place] = held * forwards[place] * chances.n1 - paid * chances.n2;
        }
        prices
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Black;
    use super::*;

    proptest! {
        /// A row is worth what its options are worth one by one.
        #[test]
        fn a_row_is_its_prices(
            spots in prop::collection::vec(100.0..8_000.0, 1..50),
            away in 0.5..2.0,
            is_call: bool,
            volatility in 0.01..2.0,
            years in 0.000_1..3.0,
        ) {
            let right = if is_call { Right::Call } else { Right::Put };
            let forwards: Vec<f64> = spots.iter().map(|spot| 1.01 * spot).collect();
            let strike = away * spots[0];
            let row = PriceRow::new(&forwards, years, 0.04);
            let volatilities: Vec<f64> =
                (0..spots.len()).map(|place| volatility + 0.001 * place as f64).collect();
            let mut sums = vec![7.0; spots.len()];
            row.option(strike, right).add_prices(&volatilities, 3.0, &mut sums);
            for (place, spot) in spots.iter().enumerate() {
                let (forward, volatility) = (forwards[place], volatilities[place]);
                let black = Black { spot: *spot, forward, strike, years, rate: 0.04, volatility };
                let price = 7.0 + 3.0 * black.price(right);
                prop_assert!((sums[place] - price).abs() <= 1e-9 * spot, "{} {price}", sums[place]);
            }
        }
    }
}
