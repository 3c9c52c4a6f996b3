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

    fn solve(&self, start: f64) -> f64 {
        let mut s = start;
        let is_dear = 0.5 * self.ratio.sqrt() < self.price;
        for _ in 0..STEPS_MAX {
            let step = if is_dear { self.dear_step(s) } else { self.step(s) };
            // No step leads out of the positive numbers, nor far away at once.
            let next = (s + step).clamp(0.2 * s, 4.0 * s + 0.1);
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
        let tails = tail_difference(away, half);
        let wrong = ln_ratio(tails, self.price) - 0.5 * (away * away + half * half);
        householder(away, s, wrong, INV_SQRT_2PI / tails)
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

/// The scaled tail at `away − half` less that at `away + half`.
#[inline(always)]
fn tail_difference(away: f64, half: f64) -> f64 {
    if SERIES_MAX < half {
        return any_tail(away - half) - scaled_tail(away + half);
    }
    // The Taylor series round `away`, whose terms follow from the tail's differential equation
    // R' = y R − 1 ÷ √2π: with m(k) = (−1)^k R^(k) ÷ k!, m(k + 1) = (m(k − 1) − y m(k)) ÷ (k + 1).
    let mut even = scaled_tail(away);
    let mut odd = scaled_tail_slope(away);
    let (mut sum, mut power) = (odd, 1.0);
    let square = half * half;
    let mut order = 2.0;
    while order < 20.0 {
        even = (even - away * odd) / order;
        odd = (odd - away * even) / (order + 1.0);
        power *= square;
        let term = odd * power;
        sum += term;
        if term < 1e-18 {
            break;
        }
        order += 2.0;
    }
    2.0 * half * sum
}
