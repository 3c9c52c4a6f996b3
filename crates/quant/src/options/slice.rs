//! A whole series at once: what does not change with the underlying is kept, and a tick costs a few
//! nanoseconds an option.

use market::Right;

use super::DAYS_PER_YEAR;
use super::black::{Chances, DEVIATION_MIN};
use crate::math::{INV_SQRT_2PI, exp, ln_ratio};

/// Options of one expiry. Each has a volatility of its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slice {
    blocks: Vec<Inputs>,
    count: usize,
    centre: f64,
}

/// What all options of a slice share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SliceMarket {
    /// The underlying's price, in points.
    pub spot: f64,
    /// Its price for delivery at expiry.
    pub forward: f64,
    /// Calendar years to expiry, of 365 days.
    pub years: f64,
    /// A year, continuously compounded.
    pub rate: f64,
}

/// Prices and Greeks of a slice, in the units of [`super::Greeks`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SliceGreeks {
    blocks: Vec<Outputs>,
    count: usize,
}

/// Price and Greeks of one option of a slice; not numbers where it has no volatility.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct OptionGreeks {
    /// Points.
    pub price: f64,
    /// For each point of spot.
    pub delta: f64,
    /// Delta for each point of spot.
    pub gamma: f64,
    /// Points for each calendar day.
    pub theta: f64,
    /// Points for each vol point.
    pub vega: f64,
    /// Points for each 1 % of rate.
    pub rho: f64,
}

/// Options that are computed together. Their numbers lie side by side, so that they become vector
/// instructions, two or four options to each.
const BLOCK: usize = 16;

/// What the options of a block bring.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Inputs {
    strikes: [f64; BLOCK],
    /// ln(strike ÷ centre): small numbers keep more digits than ln(strike).
    logs: [f64; BLOCK],
    inverse_strikes: [f64; BLOCK],
    signs: [f64; BLOCK],
    volatilities: [f64; BLOCK],
    inverse_volatilities: [f64; BLOCK],
}

/// What a block gives.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Outputs {
    price: [f64; BLOCK],
    delta: [f64; BLOCK],
    gamma: [f64; BLOCK],
    theta: [f64; BLOCK],
    vega: [f64; BLOCK],
    rho: [f64; BLOCK],
}

/// What a slice's market is worth to every option of it.
#[derive(Clone, Copy)]
struct Shared {
    log_forward: f64,
    forward: f64,
    root: f64,
    inverse_root: f64,
    discount: f64,
    discounted_forward: f64,
    share: f64,
    gamma_factor: f64,
    vega_factor: f64,
    decay_factor: f64,
    rate_by_day: f64,
    yield_by_day: f64,
    rho_factor: f64,
}

impl Inputs {
    /// A block that is not filled yet: one strike, no volatility.
    fn empty(centre: f64) -> Self {
        Self {
            strikes: [centre; BLOCK],
            logs: [0.0; BLOCK],
            inverse_strikes: [1.0 / centre; BLOCK],
            signs: [1.0; BLOCK],
            volatilities: [f64::NAN; BLOCK],
            inverse_volatilities: [f64::NAN; BLOCK],
        }
    }
}

impl Slice {
    /// Options of these strikes, in points, and rights, without volatilities; `centre` is a price
    /// near the underlying's.
    pub fn new(centre: f64, options: impl IntoIterator<Item = (f64, Right)>) -> Self {
        let mut slice = Self { blocks: Vec::new(), count: 0, centre };
        for (strike, right) in options {
            let place = slice.count % BLOCK;
            if place == 0 {
                slice.blocks.push(Inputs::empty(centre));
            }
            if let Some(block) = slice.blocks.last_mut() {
                block.strikes[place] = strike;
                block.logs[place] = ln_ratio(strike, centre);
                block.inverse_strikes[place] = 1.0 / strike;
                block.signs[place] = right.sign();
            }
            slice.count += 1;
        }
        slice
    }

    /// How many options it has.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Sets the volatility of an option; not a number for none.
    pub fn set_volatility(&mut self, place: usize, volatility: f64) {
        let block = &mut self.blocks[place / BLOCK];
        block.volatilities[place % BLOCK] = volatility;
        block.inverse_volatilities[place % BLOCK] = 1.0 / volatility;
    }

    /// Prices and Greeks of every option.
    pub fn greeks(&self, market: &SliceMarket, greeks: &mut SliceGreeks) {
        let shared = Shared::of(market, self.centre);
        greeks.count = self.count;
        greeks.blocks.resize(self.blocks.len(), Outputs::NONE);
        price_blocks(&shared, &self.blocks, &mut greeks.blocks);
    }
}

impl SliceGreeks {
    /// How many options it has.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Those of one option.
    pub fn of(&self, place: usize) -> OptionGreeks {
        let (block, place) = (&self.blocks[place / BLOCK], place % BLOCK);
        OptionGreeks {
            price: block.price[place],
            delta: block.delta[place],
            gamma: block.gamma[place],
            theta: block.theta[place],
            vega: block.vega[place],
            rho: block.rho[place],
        }
    }
}

impl Outputs {
    const NONE: Self = Self {
        price: [0.0; BLOCK],
        delta: [0.0; BLOCK],
        gamma: [0.0; BLOCK],
        theta: [0.0; BLOCK],
        vega: [0.0; BLOCK],
        rho: [0.0; BLOCK],
    };
}

impl Shared {
    fn of(market: &SliceMarket, centre: f64) -> Self {
        let SliceMarket { spot, forward, years, rate } = *market;
        let discount = exp(-rate * years);
        let carry = ln_ratio(forward, spot) / years;
        let (share, root) = (discount * forward / spot, years.sqrt());
        let vega = discount * forward * INV_SQRT_2PI * root;
        Self {
            log_forward: ln_ratio(forward, centre),
            forward,
            root,
            inverse_root: 1.0 / root,
            discount,
            discounted_forward: discount * forward,
            share,
            gamma_factor: share / spot * INV_SQRT_2PI,
            vega_factor: vega / 100.0,
            decay_factor: vega * 0.5 / years / DAYS_PER_YEAR,
            rate_by_day: rate / DAYS_PER_YEAR,
            yield_by_day: (rate - carry) / DAYS_PER_YEAR,
            rho_factor: years / 100.0,
        }
    }
}

/// Every block, four options to an instruction where the machine can: the same operations in the
/// same order, so that the bits are the same.
fn price_blocks(shared: &Shared, inputs: &[Inputs], outputs: &mut [Outputs]) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        #[expect(unsafe_code, reason = "the only call that needs AVX2, after asking for it")]
        // SAFETY: the processor has just said that it has AVX2.
        return unsafe { price_blocks_by_four(shared, inputs, outputs) };
    }
    price_each_block(shared, inputs, outputs);
}

/// Built for AVX2 without its fused multiply-add, which would round differently.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn price_blocks_by_four(shared: &Shared, inputs: &[Inputs], outputs: &mut [Outputs]) {
    price_each_block(shared, inputs, outputs);
}

#[inline(always)]
fn price_each_block(shared: &Shared, inputs: &[Inputs], outputs: &mut [Outputs]) {
    for (inputs, outputs) in inputs.iter().zip(outputs) {
        price_block(shared, inputs, outputs);
    }
}

/// The formulas of [`super::Black::greeks`], without what an option has in common with its slice.
#[inline(always)]
fn price_block(shared: &Shared, inputs: &Inputs, outputs: &mut Outputs) {
    let shared = *shared;
    for place in 0..BLOCK {
        let sign = inputs.signs[place];
        let volatility = inputs.volatilities[place];
        let deviation = volatility * shared.root;
        let inverse = inputs.inverse_volatilities[place] * shared.inverse_root;
        let inverse = if 1.0 / DEVIATION_MIN < inverse { 1.0 / DEVIATION_MIN } else { inverse };
        let d1 = (shared.log_forward - inputs.logs[place]) * inverse + 0.5 * deviation;
        let d2 = d1 - deviation;
        let ratio = shared.forward * inputs.inverse_strikes[place];
        let chances = Chances::of(d1, d2, ratio, sign);
        let held = sign * chances.n1;
        let paid = sign * chances.n2 * (shared.discount * inputs.strikes[place]);
        let held_forward = shared.discounted_forward * held;
        outputs.price[place] = held_forward - paid;
        outputs.delta[place] = shared.share * held;
        outputs.gamma[place] = shared.gamma_factor * chances.bell * inverse;
        outputs.theta[place] = shared.yield_by_day * held_forward
            - shared.rate_by_day * paid
            - shared.decay_factor * chances.bell * volatility;
        outputs.vega[place] = shared.vega_factor * chances.bell;
        outputs.rho[place] = shared.rho_factor * paid;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever the machine of this test can do, the plain path gives the same bits.
        #[test]
        fn wider_instructions_change_no_bit(
            options in prop::collection::vec((10.0..9_000.0, any::<bool>(), 0.01..3.0), 1..70),
            spot in 100.0..8_000.0,
            years in 0.000_1..3.0,
        ) {
            let rights = options.iter().map(|(strike, is_call, _)| {
                (*strike, if *is_call { Right::Call } else { Right::Put })
            });
            let mut slice = Slice::new(spot, rights);
            for (place, (_, _, volatility)) in options.iter().enumerate() {
                slice.set_volatility(place, *volatility);
            }
            let market = SliceMarket { spot, forward: 1.01 * spot, years, rate: 0.04 };
            let mut wide = SliceGreeks::default();
            slice.greeks(&market, &mut wide);
            let mut plain = vec![Outputs::NONE; slice.blocks.len()];
            price_each_block(&Shared::of(&market, slice.centre), &slice.blocks, &mut plain);
            let plain = SliceGreeks { blocks: plain, count: slice.count };
            for place in 0..slice.len() {
                let bits = |of: &SliceGreeks| {
                    let OptionGreeks { price, delta, gamma, theta, vega, rho } = of.of(place);
                    [price, delta, gamma, theta, vega, rho].map(f64::to_bits)
                };
                prop_assert_eq!(bits(&wide), bits(&plain));
            }
        }
    }
}
