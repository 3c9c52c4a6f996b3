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

use crate::math::{INV_SQRT_2PI, exp, ln, ln_ratio, scaled_tail, scaled_tail_and_slope};

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
/// A premium below this part of √(forward × strike) has lost its digits.
const PREMIUM_MIN: f64 = 1e-280;
/// Steps after which the search ends whatever it found; seven are the most that any price needed.
const STEPS_MAX: usize = 16;
/// A step shorter than this part of σ√T leaves an error of its sixth power: the last that counts.
const STEP_LAST: f64 = 1.5e-3;

/// The volatility at which an option is worth this much, a fraction a year.
pub fn implied_vol(premium: &Premium) -> Result<f64, IvAbsence> {
    let target = premium.target()?;
    Ok(target.solve(target.start()) / premium.years.sqrt())
}

/// The same, from a volatility that it was not long ago. Whatever that was, the answer is the cold
/// one but for its last digits.
pub fn implied_vol_from(premium: &Premium, before: f64) -> Result<f64, IvAbsence> {
    let target = premium.target()?;
    let root = premium.years.sqrt();
    let before = before * root;
    let start = if is_start(before) { before } else { target.start() };
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
        let mut lanes = Lanes::of(premiums, before);
        for (lane, premium) in premiums.iter().enumerate() {
            if lanes.s[lane].is_nan() {
                lanes.begin(lane, premium);
            }
        }
        lanes.search();
        solved.extend(premiums.iter().enumerate().map(|(lane, premium)| {
            let found = lanes.found[lane];
            if found.is_nan() { lanes.alone(lane, premium) } else { Ok(found / lanes.roots[lane]) }
        }));
    }
}

/// Options that are searched for side by side.
const LANES: usize = 8;
/// Steps that they take together; who needs more goes on alone.
const LANE_STEPS_MAX: usize = 5;

/// Searches side by side, without a branch, so that they become vector instructions.
struct Lanes {
    /// As a [`Target`] has them.
    x: [f64; LANES],
    ratio: [f64; LANES],
    price: [f64; LANES],
    left: [f64; LANES],
    /// Roots of the time to expiry.
    roots: [f64; LANES],
    start: [f64; LANES],
    /// Where each search is; not a number where there is none, or none any more.
    s: [f64; LANES],
    /// σ√T; not a number where none was found side by side.
    found: [f64; LANES],
}

impl Lanes {
    /// Begins at the volatilities of before, where there are any.
    #[inline(always)]
    fn of(premiums: &[Premium], before: &[f64]) -> Self {
        let none = [f64::NAN; LANES];
        let (mut forward, mut strike, mut sign, mut paid) = (none, none, none, none);
        let (mut years, mut known) = (none, none);
        for (lane, (premium, before)) in premiums.iter().zip(before).enumerate().take(LANES) {
            (forward[lane], strike[lane]) = (premium.forward, premium.strike);
            (sign[lane], paid[lane]) = (premium.right.sign(), premium.undiscounted);
            (years[lane], known[lane]) = (premium.years, *before);
        }
        let mut lanes = Self {
            x: none,
            ratio: none,
            price: none,
            left: none,
            roots: none,
            start: known,
            s: none,
            found: none,
        };
        lanes.measure(&forward, &strike, &sign, &paid, &years);
        lanes
    }

    #[inline(never)]
    fn measure(
        &mut self,
        forward: &[f64; LANES],
        strike: &[f64; LANES],
        sign: &[f64; LANES],
        paid: &[f64; LANES],
        years: &[f64; LANES],
    ) {
        for lane in 0..LANES {
            let target = Target::of(forward[lane], strike[lane], sign[lane], paid[lane]);
            self.x[lane] = target.x;
            self.ratio[lane] = target.ratio;
            self.price[lane] = target.price;
            self.left[lane] = target.left;
            self.roots[lane] = years[lane].sqrt();
            let start = self.start[lane] * self.roots[lane];
            self.start[lane] = start;
            let is_option = is_price(forward[lane])
                & is_price(strike[lane])
                & is_time(years[lane])
                & target.is_priced();
            let is_plain = is_option & is_start(start) & target.is_plain(start);
            self.s[lane] = if is_plain { start } else { f64::NAN };
        }
    }

    fn target(&self, lane: usize) -> Target {
        Target {
            x: self.x[lane],
            ratio: self.ratio[lane],
            price: self.price[lane],
            left: self.left[lane],
        }
    }

    /// Begins from nothing, if it is an option.
    fn begin(&mut self, lane: usize, premium: &Premium) {
        let target = self.target(lane);
        if premium.absence(&target).is_err() || is_start(self.start[lane]) {
            return;
        }
        let start = target.start();
        self.start[lane] = start;
        if target.is_plain(start) {
            self.s[lane] = start;
        }
    }

    /// One after the other: what cannot be found, or not together with others.
    #[cold]
    fn alone(&self, lane: usize, premium: &Premium) -> Result<f64, IvAbsence> {
        let target = self.target(lane);
        premium.absence(&target)?;
        Ok(target.solve(self.start[lane]) / self.roots[lane])
    }

    fn search(&mut self) {
        for _ in 0..LANE_STEPS_MAX {
            let widest = self.s.iter().fold(0.0_f64, |most, s| if most < *s { *s } else { most });
            if widest == 0.0 {
                return;
            }
            let mut next = [0.0; LANES];
            if 0.5 * widest < NEAR_MAX {
                step_lanes::<NEAR_TERMS>(&self.x, &self.price, &self.s, &mut next);
            } else {
                step_lanes::<FAR_TERMS>(&self.x, &self.price, &self.s, &mut next);
            }
            settle(&next, &mut self.s, &mut self.found);
        }
    }
}

/// Ends the searches whose last step it was, and those that leave the series' reach: they are for
/// who goes alone.
#[inline(never)]
fn settle(next: &[f64; LANES], s: &mut [f64; LANES], found: &mut [f64; LANES]) {
    for lane in 0..LANES {
        let (before, next) = (s[lane], next[lane]);
        let (moved, last) = ((next - before).abs(), STEP_LAST * before);
        let within = if 0.5 * next < SERIES_MAX { next } else { f64::NAN };
        found[lane] = if moved < last { within } else { found[lane] };
        s[lane] = if moved < last { f64::NAN } else { within };
    }
}

#[inline(never)]
fn step_lanes<const TERMS: usize>(
    x: &[f64; LANES],
    price: &[f64; LANES],
    s: &[f64; LANES],
    next: &mut [f64; LANES],
) {
    // In stages, each short enough that a processor works at several of their vectors at once.
    let (mut away, mut tails, mut wrong) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
    let mut slopes = [0.0; LANES];
    for lane in 0..LANES {
        away[lane] = x[lane] / s[lane];
        (tails[lane], slopes[lane]) = scaled_tail_and_slope(away[lane]);
    }
    for lane in 0..LANES {
        let start = (tails[lane], slopes[lane]);
        tails[lane] = tail_series::<TERMS>(start, away[lane], 0.5 * s[lane]);
    }
    for lane in 0..LANES {
        wrong[lane] = ln_ratio(tails[lane], price[lane])
            - 0.5 * (away[lane] * away[lane] + 0.25 * s[lane] * s[lane]);
    }
    for lane in 0..LANES {
        let (away, wrong, tails) = (away[lane], wrong[lane], tails[lane]);
        next[lane] = bounded(s[lane], householder(away, s[lane], wrong, tails, INV_SQRT_2PI));
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
    householder(away, s, wrong, tails, INV_SQRT_2PI)
}

/// Whether a volatility's σ√T is one to begin with.
#[inline(always)]
fn is_start(s: f64) -> bool {
    (0.0 < s) & (s < 10.0)
}

#[inline(always)]
fn is_time(years: f64) -> bool {
    (YEARS_MIN..=YEARS_MAX).contains(&years)
}

#[inline(always)]
fn is_price(price: f64) -> bool {
    (PRICE_MIN..=PRICE_MAX).contains(&price)
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

impl Premium {
    fn target(&self) -> Result<Target, IvAbsence> {
        let Self { forward, strike, right, undiscounted, .. } = *self;
        let target = Target::of(forward, strike, right.sign(), undiscounted);
        self.absence(&target).map(|()| target)
    }

    /// Whether its numbers are those of an option that has a volatility, and else why not.
    #[inline(always)]
    fn absence(&self, target: &Target) -> Result<(), IvAbsence> {
        let Self { forward, strike, years, .. } = *self;
        if !is_time(years) {
            return Err(IvAbsence::Expired);
        }
        if !(is_price(forward) && is_price(strike)) {
            return Err(IvAbsence::NoForward);
        }
        if target.price.is_nan() || target.price <= PREMIUM_MIN {
            return Err(IvAbsence::BelowIntrinsic);
        }
        if target.left <= 0.0 {
            return Err(IvAbsence::AboveMaximum);
        }
        Ok(())
    }
}

impl Target {
    /// Numbers that may be those of no option; `sign` is a [`Right`]'s.
    #[inline(always)]
    fn of(forward: f64, strike: f64, sign: f64, undiscounted: f64) -> Self {
        let inside = sign * (forward - strike);
        let outside = undiscounted - if 0.0 < inside { inside } else { 0.0 };
        let least = if forward < strike { forward } else { strike };
        let most = if forward < strike { strike } else { forward };
        let inverse = 1.0 / (least * most).sqrt();
        let share = least * inverse;
        Self {
            x: ln_ratio(most, least),
            ratio: share * share,
            price: outside * inverse,
            left: (least - outside) * inverse,
        }
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

    /// Whether it costs something, and less than the most.
    #[inline(always)]
    fn is_priced(&self) -> bool {
        (PREMIUM_MIN < self.price) & (0.0 < self.left)
    }

    /// Whether it costs more than half of what it can.
    #[inline(always)]
    fn is_dear(&self) -> bool {
        self.ratio < 4.0 * self.price * self.price
    }

    /// Whether the series serves a search that begins there.
    #[inline(always)]
    fn is_plain(&self, start: f64) -> bool {
        !self.is_dear() & (start < SERIES_MAX)
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
        householder(away, s, wrong, tails, -INV_SQRT_2PI)
    }
}

/// Householder's step of the third order towards the zero of a logarithm that is `wrong`, of a
/// price of `tails` whose slope is `vega`, both in the same units, at σ√T = `s`. A short one is
/// carried on to the fifth order by the series of the inverse function, so that the search from a
/// volatility of a tick ago ends with its first step.
#[inline(always)]
fn householder(away: f64, s: f64, wrong: f64, tails: f64, vega: f64) -> f64 {
    let inverse = 1.0 / s;
    let square = away * away;
    let slope = vega / tails;
    let newton = -wrong * tails * (1.0 / vega);
    // The logarithm of vega, derived once to four times.
    let bend = square * inverse - 0.25 * s;
    let far = square * inverse * inverse;
    let (curved, twisted) = (-3.0 * far - 0.25, 12.0 * far * inverse);
    // Derivatives of the price from the second on, in units of the first.
    let third = bend * bend + curved;
    let fourth = bend * (third + 2.0 * curved) + twisted;
    let fifth = bend * (fourth + 3.0 * (bend * curved + twisted)) + 3.0 * curved * curved
        - 60.0 * far * inverse * inverse;
    // Of its logarithm, likewise.
    let a2 = bend - slope;
    let a3 = third - slope * (3.0 * bend - 2.0 * slope);
    let a4 =
        fourth - slope * (4.0 * third + 3.0 * bend * bend - slope * (12.0 * bend - 6.0 * slope));
    let a5 = fifth
        - slope
            * (5.0 * fourth + 10.0 * bend * third
                - slope
                    * (20.0 * third + 30.0 * bend * bend - slope * (60.0 * bend - 24.0 * slope)));
    let step =
        newton * (1.0 + 0.5 * a2 * newton) / (1.0 + newton * (a2 + a3 * newton * (1.0 / 6.0)));
    // What the series of the inverse function has in its fourth and fifth term beyond that.
    let rest = a2 * (a3 * (1.0 / 6.0) - 0.125 * a2 * a2) - a4 * (1.0 / 24.0);
    let last =
        a2 * a2 * (0.375 * a2 * a2 - (13.0 / 24.0) * a3) + a3 * a3 * (1.0 / 18.0) + 0.125 * a2 * a4
            - a5 * (1.0 / 120.0);
    let power = newton * newton * (newton * newton);
    if newton.abs() < SHORT * s { step + power * (rest + newton * last) } else { step }
}

/// A step shorter than this part of σ√T is short: terms of higher order make it better, not worse.
const SHORT: f64 = 0.02;

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
        tail_series::<NEAR_TERMS>(scaled_tail_and_slope(away), away, half)
    } else {
        tail_series::<FAR_TERMS>(scaled_tail_and_slope(away), away, half)
    }
}

/// The same by the Taylor series round `away`, whose terms follow from the tail's differential
/// equation R' = y R − 1 ÷ √2π: with m(k) = (−1)^k R^(k) ÷ k!,
/// m(k + 1) = (m(k − 1) − y m(k)) ÷ (k + 1).
#[inline(always)]
fn tail_series<const TERMS: usize>(start: (f64, f64), away: f64, half: f64) -> f64 {
    let (mut even, mut odd) = start;
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
