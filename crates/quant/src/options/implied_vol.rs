//! The volatility that a price implies.
//!
//! In the terms of P. Jäckel, "Let's be rational" (2015): the price of the option that is out of
//! the money, in units of √(forward × strike), as a function of σ√T and of
//! x = |ln(forward ÷ strike)|. Its logarithm (or, for dear options, the logarithm of what is left
//! to the most it can be worth) is solved by Householder's third-order method, from the closed-form
//! start of D. Stefanica and R. Radoičić, "An explicit implied volatility formula" (2017). The
//! difference of two tails, of which little is left near the money, is a series instead, so that no
//! digit is lost to subtraction.

use market::Right;

use crate::math::{INV_SQRT_2PI, exp, ln, ln_ratio, scaled_tail, scaled_tail_slope};

/// A price whose volatility is sought.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Premium {
    /// The underlying's price for delivery at expiry, in points.
    pub forward: f64,
    /// Points.
    pub strike: f64,
    /// Calendar years to expiry.
    pub years: f64,
    /// Call or put.
    pub right: Right,
    /// Points at expiry: the price today × e^{rate × years}.
    pub undiscounted: f64,
}

/// Why an option has no implied volatility.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, serde::Serialize, serde::Deserialize,
)]
pub enum IvAbsence {
    /// Nobody bids.
    #[error("nobody bids")]
    NoBid,
    /// Nobody offers.
    #[error("nobody offers")]
    NoAsk,
    /// The bid is above the ask.
    #[error("the quote is crossed")]
    Crossed,
    /// The quote is older than it may be.
    #[error("the quote is older than 15 minutes")]
    Stale,
    /// Worth no more than what it would be exercised for.
    #[error("its mid is not above what it would be exercised for")]
    BelowIntrinsic,
    /// One that may be exercised at any time, and whose bid is no more than that brings: any
    /// volatility below some is worth as much.
    #[error("its bid is not above what exercising it brings now")]
    WorthExercise,
    /// Worth more than an option can be.
    #[error("its mid is above the most that an option can be worth")]
    AboveMaximum,
    /// No time is left.
    #[error("it expired")]
    Expired,
    /// There is no forward to measure it by.
    #[error("no forward: too few strikes near the money have two-sided quotes")]
    NoForward,
    /// A contract of which something else than the underlying is delivered.
    #[error("adjusted contracts deliver something else than the underlying")]
    Adjusted,
}

/// Less time than this, a hundredth of a millisecond, is none; more is no option's.
const YEARS_MIN: f64 = 3e-13;
const YEARS_MAX: f64 = 1_000.0;
/// What lies outside is no price of anything that options are listed on.
const PRICE_MIN: f64 = 1e-9;
const PRICE_MAX: f64 = 1e12;
/// A premium below this part of the strike has lost its digits.
const PREMIUM_MIN: f64 = 1e-280;
/// Steps after which the search ends whatever it found; seven are the most that any price needed.
const STEPS_MAX: usize = 16;
/// A step shorter than this part of σ√T leaves an error of its fourth power: the last that counts.
const STEP_LAST: f64 = 1e-4;

/// The volatility at which an option is worth this much, a fraction a year.
pub fn implied_vol(premium: &Premium) -> Result<f64, IvAbsence> {
    let target = Target::of(premium)?;
    Ok(target.solve(target.start()) / premium.years.sqrt())
}

/// The same, from a volatility that it was not long ago. Whatever that was, the answer is the cold
/// one but for its last digits.
pub fn implied_vol_from(premium: &Premium, before: f64) -> Result<f64, IvAbsence> {
    let target = Target::of(premium)?;
    let root = premium.years.sqrt();
    let before = before * root;
    let is_start = 0.0 < before && before < 10.0;
    let start = if is_start { before } else { target.start() };
    Ok(target.solve(start) / root)
}

/// The volatilities of many options at once, each from the one that it had before; where that is
/// not a number, from nothing. Several are searched for side by side, which costs a third of
/// searching for one after the other. `before` is as long as `premiums`.
pub fn implied_vols(
    premiums: &[Premium],
    before: &[f64],
    solved: &mut Vec<Result<f64, IvAbsence>>,
) {
    assert_eq!(premiums.len(), before.len(), "a volatility before, or none, for each option");
    solved.clear();
    for (premiums, before) in premiums.chunks(LANES).zip(before.chunks(LANES)) {
        let mut lanes = Lanes::NONE;
        for (lane, (premium, before)) in premiums.iter().zip(before).enumerate() {
            lanes.targets[lane] = Target::of(premium);
            let before = before * premium.years.sqrt();
            let is_start = 0.0 < before && before < 10.0;
            if let Ok(target) = lanes.targets[lane] {
                lanes.set(lane, &target, if is_start { before } else { target.start() });
            }
        }
        lanes.search();
        for (lane, premium) in premiums.iter().enumerate() {
            let target = lanes.targets[lane];
            solved.push(target.map(|target| {
                let found = if lanes.is_done[lane] {
                    lanes.s[lane]
                } else {
                    target.solve(lanes.start[lane])
                };
                found / premium.years.sqrt()
            }));
        }
    }
}

/// Options that are searched for side by side.
const LANES: usize = 8;
/// Steps that they take together; who needs more goes on alone.
const LANE_STEPS_MAX: usize = 5;

/// Searches side by side. A lane that is done, or that nobody needs, stays where it is.
struct Lanes {
    targets: [Result<Target, IvAbsence>; LANES],
    x: [f64; LANES],
    price: [f64; LANES],
    start: [f64; LANES],
    s: [f64; LANES],
    is_plain: [bool; LANES],
    is_done: [bool; LANES],
}

impl Lanes {
    const NONE: Self = Self {
        targets: [Err(IvAbsence::Expired); LANES],
        // Some option, so that nothing is divided by nothing.
        x: [0.01; LANES],
        price: [0.01; LANES],
        start: [0.03; LANES],
        s: [0.03; LANES],
        is_plain: [false; LANES],
        is_done: [false; LANES],
    };

    fn set(&mut self, lane: usize, target: &Target, start: f64) {
        self.start[lane] = start;
        if !target.is_dear() && 0.5 * start < 0.5 * SERIES_MAX {
            self.is_plain[lane] = true;
            (self.x[lane], self.price[lane], self.s[lane]) = (target.x, target.price, start);
        }
    }

    fn search(&mut self) {
        for _ in 0..LANE_STEPS_MAX {
            let widest = self.s.iter().fold(0.0_f64, |most, s| most.max(0.5 * s));
            let mut next = [0.0; LANES];
            if widest < NEAR_MAX {
                step_lanes::<NEAR_TERMS>(&self.x, &self.price, &self.s, &mut next);
            } else {
                step_lanes::<FAR_TERMS>(&self.x, &self.price, &self.s, &mut next);
            }
            let mut is_over = true;
            for (lane, next) in next.into_iter().enumerate() {
                if self.is_done[lane] || !self.is_plain[lane] {
                    continue;
                }
                // A step out of the series' reach is for those who go alone.
                if next.is_nan() || SERIES_MAX <= 0.5 * next {
                    self.is_plain[lane] = false;
                    continue;
                }
                self.is_done[lane] = (next - self.s[lane]).abs() < STEP_LAST * self.s[lane];
                self.s[lane] = next;
                is_over &= self.is_done[lane];
            }
            if is_over {
                return;
            }
        }
    }
}

#[inline(never)]
fn step_lanes<const TERMS: usize>(
    x: &[f64; LANES],
    price: &[f64; LANES],
    s: &[f64; LANES],
    next: &mut [f64; LANES],
) {
    for lane in 0..LANES {
        let (away, half) = (x[lane] / s[lane], 0.5 * s[lane]);
        let tails = tail_series::<TERMS>(away, half);
        next[lane] = bounded(s[lane], logarithmic_step(away, s[lane], tails, price[lane]));
    }
}

/// A step from `s`, but never out of the positive numbers nor far away at once.
#[inline(always)]
fn bounded(s: f64, step: f64) -> f64 {
    let (next, least, most) = (s + step, 0.2 * s, 4.0 * s + 0.1);
    let next = if next < least { least } else { next };
    if most < next { most } else { next }
}

/// Householder's step on the logarithm of a price that is `tails` × e^{−(away² + s²/4)/2}.
#[inline(always)]
fn logarithmic_step(away: f64, s: f64, tails: f64, price: f64) -> f64 {
    let wrong = ln_ratio(tails, price) - 0.5 * (away * away + 0.25 * s * s);
    householder(away, s, wrong, INV_SQRT_2PI / tails)
}

/// What is sought, without units.
#[derive(Clone, Copy)]
struct Target {
    /// |ln(forward ÷ strike)|.
    x: f64,
    /// min ÷ max of forward and strike, e^{−x}.
    ratio: f64,
    /// The price of the option that is out of the money, in √(forward × strike).
    price: f64,
    /// The most that it can be, less the price.
    left: f64,
}

impl Target {
    fn of(premium: &Premium) -> Result<Self, IvAbsence> {
        let Premium { forward, strike, years, right, undiscounted } = *premium;
        if !(YEARS_MIN..=YEARS_MAX).contains(&years) {
            return Err(IvAbsence::Expired);
        }
        let is_price = |price: f64| (PRICE_MIN..=PRICE_MAX).contains(&price);
        if !(is_price(forward) && is_price(strike)) {
            return Err(IvAbsence::NoForward);
        }
        let intrinsic = right.payoff(forward, strike);
        let outside = undiscounted - intrinsic;
        if outside.is_nan() || outside <= PREMIUM_MIN * strike {
            return Err(IvAbsence::BelowIntrinsic);
        }
        let (least, most) = if forward < strike { (forward, strike) } else { (strike, forward) };
        let left = least - outside;
        if left <= 0.0 {
            return Err(IvAbsence::AboveMaximum);
        }
        let unit = (least * most).sqrt();
        let x = ln_ratio(most, least);
        Ok(Self { x, ratio: least / most, price: outside / unit, left: left / unit })
    }

    /// σ√T to within a sixth or so, by taking √(1 − e^{−2x²/π}) for the normal distribution.
    fn start(&self) -> f64 {
        const KAPPA: f64 = core::f64::consts::FRAC_2_PI;
        let Self { x, ratio, .. } = *self;
        // The price in units of the greater of forward and strike.
        let alpha = self.price * ratio.sqrt();
        let (up, down) = (exp((1.0 - KAPPA) * x), exp(-(1.0 - KAPPA) * x));
        let (wide, narrow) = (exp(KAPPA * x), exp(-KAPPA * x));
        let r = 2.0 * alpha + 1.0 - ratio;
        let a = (up - down) * (up - down);
        let b = 4.0 * (wide + narrow) - 2.0 / ratio * (up + down) * (ratio * ratio + 1.0 - r * r);
        let c = 16.0 / (ratio * ratio)
            * alpha
            * (alpha + 1.0 - ratio)
            * (ratio - alpha)
            * (1.0 + alpha);
        let beta = 2.0 * c / (b + (b * b + 4.0 * a * c).sqrt());
        if !(1e-290 < beta && beta < 1.0) {
            // Far outside: the price is about e^{−x²/2s²}.
            return x / (-2.0 * ln(self.price.max(1e-300))).sqrt().max(1e-3) + 1e-6;
        }
        let gamma = -ln(beta) / KAPPA;
        let (plus, minus) = ((gamma + x).max(0.0).sqrt(), (gamma - x).max(0.0).sqrt());
        // What the option is worth where d1 is nothing.
        let turn = ratio * (0.5 - scaled_tail((2.0 * x).sqrt()));
        if alpha <= turn { 2.0 * x / (plus + minus) } else { plus + minus }
    }

    /// Whether it costs more than half of what it can.
    fn is_dear(&self) -> bool {
        0.5 * self.ratio.sqrt() < self.price
    }

    fn solve(&self, start: f64) -> f64 {
        let mut s = start;
        let is_dear = self.is_dear();
        for _ in 0..STEPS_MAX {
            let step = if is_dear { self.dear_step(s) } else { self.step(s) };
            let next = bounded(s, step);
            let is_last = (next - s).abs() < STEP_LAST * s;
            s = next;
            if is_last {
                break;
            }
        }
        s
    }

    /// On the logarithm of the price.
    #[inline(always)]
    fn step(&self, s: f64) -> f64 {
        let (away, half) = (self.x / s, 0.5 * s);
        logarithmic_step(away, s, tail_difference(away, half), self.price)
    }

    /// On the logarithm of what is left to the most that an option can be worth.
    #[inline(always)]
    fn dear_step(&self, s: f64) -> f64 {
        let (away, half) = (self.x / s, 0.5 * s);
        let tails = any_tail(half - away) + scaled_tail(half + away);
        let wrong = ln_ratio(tails, self.left) - 0.5 * (away * away + half * half);
        householder(away, s, wrong, -INV_SQRT_2PI / tails)
    }
}

/// Householder's step of the third order towards the zero of a logarithm that is `wrong` and has
/// `slope`, both of a function whose own slope is the vega of σ√T = `s`.
#[inline(always)]
fn householder(away: f64, s: f64, wrong: f64, slope: f64) -> f64 {
    // Second and third derivative of the price, in units of the first.
    let bend = away * away / s - 0.25 * s;
    let twist = bend * bend - 3.0 * away * away / (s * s) - 0.25;
    let newton = -wrong / slope;
    let second = bend - slope;
    let third = twist - 3.0 * slope * bend + 2.0 * slope * slope;
    newton * (1.0 + 0.5 * second * newton) / (1.0 + newton * (second + third * newton / 6.0))
}

/// [`scaled_tail`] on the whole line.
#[inline(always)]
fn any_tail(y: f64) -> f64 {
    if y < 0.0 { exp(0.5 * y * y) - scaled_tail(-y) } else { scaled_tail(y) }
}

/// Above this half-width the difference of two tails keeps enough digits.
const SERIES_MAX: f64 = 0.35;
/// Below this half-width a few terms of the series are enough, below [`SERIES_MAX`] some more: what
/// is left out is less than 1e-17.
const NEAR_MAX: f64 = 0.05;
const NEAR_TERMS: usize = 5;
const FAR_TERMS: usize = 9;
/// 1 ÷ k.
const INVERSES: [f64; 2 * FAR_TERMS] = {
    let mut inverses = [0.0; 2 * FAR_TERMS];
    let mut k = 1;
    while k < inverses.len() {
        inverses[k] = 1.0 / k as f64;
        k += 1;
    }
    inverses
};

/// The scaled tail at `away − half` less that at `away + half`.
#[inline(always)]
fn tail_difference(away: f64, half: f64) -> f64 {
    if SERIES_MAX < half {
        any_tail(away - half) - scaled_tail(away + half)
    } else if half < NEAR_MAX {
        tail_series::<NEAR_TERMS>(away, half)
    } else {
        tail_series::<FAR_TERMS>(away, half)
    }
}

/// The same by the Taylor series round `away`, whose terms follow from the tail's differential
/// equation R' = y R − 1 ÷ √2π: with m(k) = (−1)^k R^(k) ÷ k!,
/// m(k + 1) = (m(k − 1) − y m(k)) ÷ (k + 1).
#[inline(always)]
fn tail_series<const TERMS: usize>(away: f64, half: f64) -> f64 {
    let mut even = scaled_tail(away);
    let mut odd = scaled_tail_slope(away);
    let (mut sum, mut power) = (odd, 1.0);
    let square = half * half;
    let mut term = 1;
    while term < TERMS {
        even = (even - away * odd) * INVERSES[2 * term];
        odd = (odd - away * even) * INVERSES[2 * term + 1];
        power *= square;
        sum += odd * power;
        term += 1;
    }
    2.0 * half * sum
}
