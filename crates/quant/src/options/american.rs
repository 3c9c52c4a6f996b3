//! Options that may be exercised at any time. Fast by Bjerksund and Stensland, "Closed form
//! valuation of American options" (2002), as in E. G. Haug, "The Complete Guide to Option Pricing
//! Formulas", second edition, 3.1.3; for reference by the tree of Leisen and Reimer, "Binomial
//! models for option valuation" (1996).
//!
//! The closed form takes dividends as a yield, those of [`Black::forward`]; the tree takes the
//! dates.

use market::Right;

use super::{Black, OptionGreeks};
use crate::math::{exp, ln_ratio, norm_cdf};

/// What the right to exercise early adds to the European value, and how that moves: all in the
/// units of [`OptionGreeks`]. The sum with the European figures is the American option's.
pub fn early_exercise(option: &Black, right: Right) -> OptionGreeks {
    let premium = |option: &Black| early_exercise_premium(option, right);
    let Black { spot, forward, years, rate, volatility, .. } = *option;
    let price = premium(option);
    if !may_pay(option, right) || price < PREMIUM_MIN * option.strike {
        return OptionGreeks { price, ..OptionGreeks::default() };
    }
    let step = spot * (0.05 * volatility * years.sqrt()).clamp(1e-4, 1e-2);
    let spot_moved =
        |by: f64| Black { spot: spot + by, forward: forward * (1.0 + by / spot), ..*option };
    let (down, up) = (premium(&spot_moved(-step)), premium(&spot_moved(step)));
    let carry = ln_ratio(forward, spot);
    let (later, closer) = (0.01 * years, 0.01 * volatility);
    let aged = |by: f64| {
        let forward = spot * exp(carry * (years + by) / years);
        premium(&Black { years: years + by, forward, ..*option })
    };
    let stirred = |by: f64| premium(&Black { volatility: volatility + by, ..*option });
    // Dividends stay, so that the forward grows with the rate.
    let lent = |by: f64| {
        premium(&Black { rate: rate + by, forward: forward * exp(by * years), ..*option })
    };
    OptionGreeks {
        price,
        delta: (up - down) / (2.0 * step),
        gamma: (up - 2.0 * price + down) / (step * step),
        theta: -(aged(later) - aged(-later)) / (2.0 * later) / super::DAYS_PER_YEAR,
        vega: (stirred(closer) - stirred(-closer)) / (2.0 * closer) / 100.0,
        rho: (lent(RATE_STEP) - lent(-RATE_STEP)) / (2.0 * RATE_STEP) / 100.0,
    }
}

/// The price of an American option, in points; not a number where the European one is none.
pub fn american_price(option: &Black, right: Right) -> f64 {
    option.price(right) + early_exercise_premium(option, right)
}

/// The volatility at which an American option is worth `price` points, a fraction a year.
/// `european` is the one at which a European option would be: never less, since the American one is
/// worth more. `before` is what it was not long ago, or not a number.
pub fn american_vol(option: &Black, right: Right, price: f64, european: f64, before: f64) -> f64 {
    let excess = |volatility| american_price(&Black { volatility, ..*option }, right) - price;
    let close = 1e-11 * option.spot;
    let (mut low, mut high, mut last) = (0.0, european, (european, excess(european)));
    if last.1 <= close {
        return european;
    }
    let vega = 100.0 * Black { volatility: european, ..*option }.greeks(right).vega;
    let guess = european - last.1 / vega;
    let mut next = if low < before && before < high { before } else { guess };
    for _ in 0..SECANTS_MAX {
        if !(low < next && next < high) {
            next = 0.5 * (low + high);
        }
        let over = excess(next);
        if 0.0 < over {
            high = next;
        } else {
            low = next;
        }
        let straight = next - over * (next - last.0) / (over - last.1);
        last = (next, over);
        if over.abs() <= close || high - low <= 1e-12 {
            break;
        }
        next = straight;
    }
    last.0
}

/// Forty halvings alone would be as good as a secant's last step.
const SECANTS_MAX: usize = 60;
const RATE_STEP: f64 = 1e-4;
/// A premium below this part of the strike moves nothing that is shown.
const PREMIUM_MIN: f64 = 1e-7;

/// Whether exercising before the end can ever be worth it: of a call for the dividends, of a put
/// for the interest.
fn may_pay(option: &Black, right: Right) -> bool {
    let Black { spot, forward, years, rate, .. } = *option;
    match right {
        Right::Call => ln_ratio(forward, spot) < rate * years,
        Right::Put => 0.0 < rate,
    }
}

/// What the right to exercise early adds to the European value, in points.
pub fn early_exercise_premium(option: &Black, right: Right) -> f64 {
    let european = option.price(right);
    if !may_pay(option, right) {
        // Exercising is still a right: it pays where interest is negative enough.
        return floor(0.0, right.payoff(option.spot, option.strike) - european);
    }
    let Black { spot, forward, strike, years, rate, volatility } = *option;
    let carry = ln_ratio(forward, spot) / years;
    let value = match right {
        Right::Call => Call { spot, strike, years, rate, carry, volatility }.value(),
        // A put is a call on cash, paid for with shares.
        Right::Put => Call {
            spot: strike,
            strike: spot,
            years,
            rate: rate - carry,
            carry: -carry,
            volatility,
        }
        .value(),
    };
    // Each is worth at least what it brings now or when held to the end; numbers out of range say
    // no more than that.
    let least = floor(0.0, right.payoff(spot, strike) - european);
    if value.is_finite() { floor(least, value - european) } else { least }
}

/// The greater of the two; not a number where the second is none.
fn floor(least: f64, value: f64) -> f64 {
    if value < least { least } else { value }
}

/// A call whose carry is below the rate, so that exercising it early may pay.
struct Call {
    spot: f64,
    strike: f64,
    years: f64,
    rate: f64,
    carry: f64,
    volatility: f64,
}

/// The share of the life after which the exercise boundary falls, (√5 − 1) ÷ 2. The correlation of
/// the price then with the price at the end is its root.
const FIRST_PART: f64 = 0.618_033_988_749_894_8;

impl Call {
    /// Bjerksund and Stensland's two flat boundaries: exercised at the first touch of `late` up to
    /// the time t₁, of `early` after it. Haug names them I₂ and I₁.
    fn value(&self) -> f64 {
        let Self { spot, strike, years, rate, carry, volatility } = *self;
        let variance = volatility * volatility;
        let half = 0.5 - carry / variance;
        let root = (half * half + 2.0 * rate / variance).sqrt();
        // The same root of the quadratic, written so that nothing cancels.
        let beta = if 0.0 < half { half + root } else { 2.0 * rate / variance / (root - half) };
        let perpetual = beta / (beta - 1.0) * strike;
        let at_end = floor(strike, rate / (rate - carry) * strike);
        let first = FIRST_PART * years;
        let boundary = |years: f64| {
            let fall = -(carry * years + 2.0 * volatility * years.sqrt()) * strike * strike
                / ((perpetual - at_end) * at_end);
            at_end + (perpetual - at_end) * (1.0 - exp(fall))
        };
        let (early, late) = (boundary(years - first), boundary(years));
        if late <= spot {
            return spot - strike;
        }
        let touch = |boundary: f64| (boundary - strike) * exp(beta * ln_ratio(spot, boundary));
        let power = |gamma: f64| Power::of(self, gamma, first);
        let (by_beta, by_one, by_none) = (power(beta), power(1.0), power(0.0));
        let share = |years: f64| spot * exp((carry - rate) * years);
        let cash = |years: f64| strike * exp(-rate * years);
        let (late_touch, early_touch) = (touch(late), touch(early));
        let before = late_touch * (1.0 - by_beta.before(late, late))
            + share(first) * (by_one.before(late, late) - by_one.before(early, late))
            - cash(first) * (by_none.before(late, late) - by_none.before(early, late))
            + early_touch * by_beta.before(early, late);
        let (kept, paid) = (share(years), cash(years));
        let mut corners = Corners::default();
        corners.add(0, -early_touch, by_beta.after(early, early, late));
        corners.add(1, kept, by_one.after(early, early, late));
        corners.add(2, -kept, by_one.after(strike, early, late));
        corners.add(3, -paid, by_none.after(early, early, late));
        corners.add(4, paid, by_none.after(strike, early, late));
        before + corners.sum()
    }
}

/// What a power γ of the price is worth as long as no boundary is touched: Haug's φ and ψ without
/// the factor e^{λT} S^γ.
struct Power<'a> {
    call: &'a Call,
    first: f64,
    /// σ²γ-drift of ln S: b + (γ − ½) σ².
    drift: f64,
    /// The power of the mirrored paths.
    kappa: f64,
}

impl<'a> Power<'a> {
    fn of(call: &'a Call, gamma: f64, first: f64) -> Self {
        let variance = call.volatility * call.volatility;
        let drift = call.carry + (gamma - 0.5) * variance;
        Self { call, first, drift, kappa: 2.0 * drift / variance }
    }

    /// Below `bar` at t₁, never above `late` until then.
    fn before(&self, bar: f64, late: f64) -> f64 {
        let deviation = self.call.volatility * self.first.sqrt();
        let away = -(ln_ratio(self.call.spot, bar) + self.drift * self.first) / deviation;
        let to_late = ln_ratio(late, self.call.spot);
        norm_cdf(away) - exp(self.kappa * to_late) * norm_cdf(away - 2.0 * to_late / deviation)
    }

    /// Below `bar` at the end, never above `late` until t₁ nor above `early` after it: the paths
    /// themselves and their three mirror images.
    fn after(&self, bar: f64, early: f64, late: f64) -> [Corner; 4] {
        let Call { spot, years, volatility, .. } = *self.call;
        let (at_first, at_end) = (volatility * self.first.sqrt(), volatility * years.sqrt());
        let (drift_first, drift_end) = (self.drift * self.first, self.drift * years);
        let to_early = ln_ratio(spot, early);
        let to_late = ln_ratio(late, spot);
        let to_bar = ln_ratio(spot, bar);
        let corner = |moved: f64, towards: f64, mirrored: f64, sign: f64| Corner {
            weight: sign * exp(-self.kappa * mirrored),
            a: -(moved + towards * drift_first) / at_first,
            b: -(to_bar - 2.0 * mirrored + drift_end) / at_end,
            correlated: towards,
        };
        let behind = 2.0 * to_late + to_early;
        [
            corner(to_early, 1.0, 0.0, 1.0),
            corner(behind, 1.0, -to_late, -1.0),
            corner(to_early, -1.0, to_early, -1.0),
            corner(behind, -1.0, to_late + to_early, 1.0),
        ]
    }
}

/// A part of the plane of two normal numbers of correlation `correlated` × √[`FIRST_PART`]: the
/// first below `a`, the second below `b`.
struct Corner {
    weight: f64,
    a: f64,
    b: f64,
    /// 1 or −1.
    correlated: f64,
}

/// All corners of a price side by side, so that they become vector instructions.
#[derive(Default)]
struct Corners {
    weights: [f64; CORNERS],
    a: [f64; CORNERS],
    b: [f64; CORNERS],
    correlated: [f64; CORNERS],
}

const CORNERS: usize = 20;

impl Corners {
    fn add(&mut self, fourth: usize, weight: f64, corners: [Corner; 4]) {
        for (place, corner) in corners.into_iter().enumerate() {
            let place = 4 * fourth + place;
            self.weights[place] = weight * corner.weight;
            self.a[place] = corner.a;
            self.b[place] = corner.b;
            self.correlated[place] = corner.correlated;
        }
    }

    /// Their chances, each times its weight. A chance is right to 4e-11: Plackett's integral over
    /// the arc of the correlation, by Gauss and Legendre with eight points, as in A. Genz,
    /// "Numerical computation of rectangular bivariate and trivariate normal and t probabilities"
    /// (2004). The correlation is always the same, so that the points are constants.
    #[inline(never)]
    fn sum(&self) -> f64 {
        let mut chances = [0.0; CORNERS];
        for (point, sine) in ARC_SINES.into_iter().enumerate() {
            for (place, chance) in chances.iter_mut().enumerate() {
                let (a, b) = (self.a[place], self.b[place]);
                let angle = 2.0 * a * b * self.correlated[place] * sine;
                *chance += ARC_WEIGHTS[point] * exp((angle - a * a - b * b) * ARC_HALVES[point]);
            }
        }
        for (place, chance) in chances.iter_mut().enumerate() {
            let both = norm_cdf(self.a[place]) * norm_cdf(self.b[place]);
            *chance = self.weights[place] * (both + self.correlated[place] * *chance);
        }
        let mut sum = 0.0;
        for chance in chances {
            sum += chance;
        }
        sum
    }
}

/// sin θ of the points of the arc.
const ARC_SINES: [f64; 8] = [
    0.774_925_269_756_769_7,
    0.726_072_967_501_688_4,
    0.636_510_519_431_705,
    0.510_049_194_378_285_9,
    0.360_976_620_774_055_8,
    0.212_948_281_326_414_47,
    0.091_833_798_276_069_45,
    0.017_959_076_513_848_007,
];
/// ½ ÷ cos² θ of them.
const ARC_HALVES: [f64; 8] = [
    1.251_593_195_869_877,
    1.057_489_248_505_898,
    0.840_541_878_405_991_6,
    0.675_812_829_776_137_5,
    0.574_913_612_823_569,
    0.523_750_498_411_222_9,
    0.504_252_587_219_733_8,
    0.500_161_316_243_689_9,
];
/// Their weights, with the arc's length and 1 ÷ 2π.
const ARC_WEIGHTS: [f64; 8] = [
    0.007_286_667_981_681_888,
    0.016_007_509_570_586_807,
    0.022_581_341_743_420_28,
    0.026_106_831_222_349_615,
    0.026_106_831_222_349_615,
    0.022_581_341_743_420_28,
    0.016_007_509_570_586_807,
    0.007_286_667_981_681_888,
];

/// What is paid to holders of shares, and not to holders of options.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DividendIn {
    /// Years until the shares are traded without it.
    pub years: f64,
    /// Points.
    pub points: f64,
}

/// The price of an American option by a tree of so many steps (odd; 501 for reference), in points;
/// not a number where volatility is so low or so high that a tree has no such steps.
/// Dividends are paid on their dates out of cash laid by: what moves is the price without them, of
/// which [`Black::forward`] is the forward.
pub fn leisen_reimer(option: &Black, right: Right, dividends: &[DividendIn], steps: u16) -> f64 {
    let Black { spot, forward, strike, years, rate, volatility } = *option;
    let laid_by = |from: f64| -> f64 {
        let due = dividends.iter().filter(|one| from < one.years && one.years <= years);
        due.map(|one| one.points * exp(-rate * (one.years - from))).sum()
    };
    let start = spot - laid_by(0.0);
    let count = f64::from(steps);
    let deviation = volatility * years.sqrt();
    let d1 = ln_ratio(forward, strike) / deviation + 0.5 * deviation;
    let (up_share, up) = (peizer_pratt(d1, count), peizer_pratt(d1 - deviation, count));
    let step = years / count;
    let grown = exp(ln_ratio(forward, start) / count);
    let (rise, fall) = (grown * up_share / up, grown * (1.0 - up_share) / (1.0 - up));
    let discount = exp(-rate * step);
    let (up, down) = (discount * up, discount * (1.0 - up));
    let ratio = rise / fall;
    // So calm or so wild that no tree has such steps.
    if !(0.0 < fall && ratio.is_finite()) {
        return f64::NAN;
    }
    let mut lowest = start * exp(count * ln_ratio(fall, 1.0));
    let mut values: Vec<f64> = Vec::with_capacity(usize::from(steps) + 1);
    let mut price = lowest;
    for _ in 0..=steps {
        values.push(right.payoff(price, strike));
        price *= ratio;
    }
    for left in (0..steps).rev() {
        lowest /= fall;
        let cash = laid_by(f64::from(left) * step);
        let mut price = lowest;
        for place in 0..=usize::from(left) {
            let held = down * values[place] + up * values[place + 1];
            values[place] = held.max(right.payoff(price + cash, strike));
            price *= ratio;
        }
    }
    values[0]
}

/// The chance of a step up that the normal distribution's `z` asks for: Peizer and Pratt's second
/// inversion.
fn peizer_pratt(z: f64, count: f64) -> f64 {
    let part = z / (count + 1.0 / 3.0 + 0.1 / (count + 1.0));
    let away = 0.5 * (1.0 - exp(-part * part * (count + 1.0 / 6.0))).sqrt();
    if z < 0.0 { 0.5 - away } else { 0.5 + away }
}
