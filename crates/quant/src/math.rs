//! Transcendental functions out of + − × ÷ alone, so that native and WASM agree to the last bit.
//!
//! No branch depends on a number, so that a loop over many options becomes vector instructions.
//! Coefficients are our own fits (Remez-like, 60 digits); each function says how far it may be off.

use core::f64::consts::LOG2_E;

/// 1 ÷ √(2π), the height of the standard normal density.
pub const INV_SQRT_2PI: f64 = 0.398_942_280_401_432_7;

const LN_2_HIGH: f64 = 0.693_147_180_559_890_3;
const LN_2_LOW: f64 = 5.497_923_018_708_371e-14;
/// Adding it to a number below 2^51 leaves the nearest whole number in the lowest bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// Below this [`exp`] is nothing: its result could no longer be written with all digits.
pub const EXP_MIN: f64 = -708.0;
/// Above this [`exp`] stays where it is.
pub const EXP_MAX: f64 = 709.0;

/// (e^r − 1 − r) ÷ r² on |r| ≤ ½ ln 2, to 2e-17 of e^r.
const EXP: [f64; 10] = [
    0.5,
    0.166_666_666_666_666_69,
    0.041_666_666_666_624_13,
    0.008_333_333_333_330_062,
    0.001_388_888_891_721_371_7,
    0.000_198_412_698_630_536_18,
    2.480_152_129_595_437_6e-5,
    2.755_726_845_999_706_4e-6,
    2.762_008_844_540_974_6e-7,
    2.510_038_549_551_032e-8,
];

/// (ln((1+s)/(1−s)) − 2s) ÷ s³ in s², for ratios between 2^−0.586 and 2^0.586, to 2e-17 of the
/// logarithm.
const LN: [f64; 7] = [
    0.666_666_666_666_729,
    0.399_999_999_960_588_6,
    0.285_714_294_135_194_3,
    0.222_221_370_242_494_6,
    0.181_864_162_344_631_4,
    0.152_489_899_398_172_25,
    0.153_774_813_741_053_6,
];

/// The tail N(−y) e^{y²/2} = P(y) ÷ Q(y), and 1 ÷ √(2π) − y × that = S(y) ÷ Q(y), for y ≥ 0: one
/// fit of both, to 3e-17 of their values. With rounded coefficients it is 1.1e-16. All of them are
/// positive, so that nothing cancels.
const TAIL_P: [f64; 12] = [
    0.5,
    0.948_171_231_932_785_9,
    0.887_528_275_270_727_4,
    0.534_991_471_299_447,
    0.229_284_468_446_007_1,
    0.073_138_198_331_709_48,
    0.017_709_121_855_287_883,
    0.003_260_165_624_204_709_4,
    0.000_448_933_483_945_632_7,
    4.433_496_465_427_441e-5,
    2.857_340_608_619_295e-6,
    9.289_023_027_692_282e-8,
];
const TAIL_S: [f64; 11] = [
    0.398_942_280_401_432_7,
    0.574_841_073_140_391_3,
    0.418_101_833_556_570_43,
    0.198_144_103_458_706_2,
    0.067_054_343_252_466_09,
    0.016_839_828_284_697_25,
    0.003_172_424_597_327_921_6,
    0.000_443_218_802_727_236_95,
    4.414_918_419_372_607_5e-5,
    2.857_340_608_619_284e-6,
    9.289_023_027_692_282e-8,
];
const TAIL_Q: [f64; 13] = [
    1.0,
    2.694_227_024_668_432,
    3.424_738_696_822_393,
    2.721_377_081_509_094_5,
    1.509_105_061_379_077_3,
    0.616_942_121_258_853_8,
    0.191_282_365_088_629_9,
    0.045_501_170_344_114_6,
    0.008_282_688_927_013_435,
    0.001_132_471_655_046_541_7,
    0.000_111_364_117_234_819_39,
    7.162_290_759_816_476e-6,
    2.328_412_776_491_193_4e-7,
];

/// The sum of `coefficients[k]` x^k, four of them at a time (Estrin's scheme): a chain of
/// operations that wait for each other a third as long as Horner's, for two multiplications.
#[inline(always)]
fn polynomial<const N: usize>(coefficients: &[f64; N], x: f64) -> f64 {
    let x2 = x * x;
    let x4 = x2 * x2;
    let pair = |place: usize| coefficients[place] + coefficients[place + 1] * x;
    let mut place = (N - 1) / 4 * 4;
    let mut sum = match N - place {
        1 => coefficients[place],
        2 => pair(place),
        3 => pair(place) + coefficients[place + 2] * x2,
        _ => pair(place) + pair(place + 2) * x2,
    };
    while 0 < place {
        place -= 4;
        sum = sum * x4 + (pair(place) + pair(place + 2) * x2);
    }
    sum
}

/// e^x, to one unit in the last place; 0 below [`EXP_MIN`], that of [`EXP_MAX`] above it.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    let kept = if x < EXP_MIN { EXP_MIN } else { x };
    let kept = if EXP_MAX < kept { EXP_MAX } else { kept };
    let shifted = kept * LOG2_E + ROUNDER;
    let power = shifted - ROUNDER;
    let rest = (kept - power * LN_2_HIGH) - power * LN_2_LOW;
    let series = 1.0 + (rest + rest * rest * polynomial(&EXP, rest));
    // The power of two, written straight into the exponent.
    let scale = f64::from_bits((shifted.to_bits() << 52).wrapping_add(1.0_f64.to_bits()));
    let result = series * scale;
    if x < EXP_MIN { 0.0 } else { result }
}

/// ln(a ÷ b) of two positive normal numbers whose ratio is one too, to one unit in the last place
/// even where they almost agree, because their difference is taken before anything is rounded.
#[inline(always)]
pub fn ln_ratio(a: f64, b: f64) -> f64 {
    // What lies between their bits is the logarithm of their ratio to base 2, to 0.086: without its
    // nearest whole number, the power, it is one of a ratio that the series serves.
    let apart = a.to_bits().wrapping_sub(b.to_bits());
    let biased = apart.wrapping_add(HALF_STEP).wrapping_add(1_024 << 52) >> 52;
    let power = f64::from_bits(biased | TWO_52_BITS) - (TWO_52 + 1_024.0);
    // Of the greatest a quarter is taken, of both sides: their sum, or the power of two above them,
    // would be no number.
    let (a, below) = if (TWO_1022 <= a) | (1_023.0 < power) { (0.25 * a, 3) } else { (a, 1) };
    let unit = f64::from_bits(biased.wrapping_sub(below) << 52);
    let scaled = b * unit;
    let s = (a - scaled) / (a + scaled);
    let z = s * s;
    power * LN_2_HIGH + (2.0 * s + (s * z * polynomial(&LN, z) + power * LN_2_LOW))
}

/// Half of what a power of two is in the bits of a number.
const HALF_STEP: u64 = 1 << 51;
const TWO_1022: f64 = f64::from_bits(2_045 << 52);
const TWO_52: f64 = 4_503_599_627_370_496.0;
const TWO_52_BITS: u64 = TWO_52.to_bits();

/// ln x of a positive normal number, to one unit in the last place.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    ln_ratio(x, 1.0)
}

/// The chance that a standard normal number exceeds `y`, divided by e^{−y²/2}; for `y` from 0 up.
/// Also known as Mills' ratio ÷ √(2π), or erfcx(y ÷ √2) ÷ 2.
#[inline(always)]
pub fn scaled_tail(y: f64) -> f64 {
    polynomial(&TAIL_P, y) / polynomial(&TAIL_Q, y)
}

/// [`scaled_tail`] of two numbers at the price of one division, which costs as much as either.
#[inline(always)]
pub fn scaled_tails(a: f64, b: f64) -> (f64, f64) {
    let (below_a, below_b) = (polynomial(&TAIL_Q, a), polynomial(&TAIL_Q, b));
    let shared = 1.0 / (below_a * below_b);
    (polynomial(&TAIL_P, a) * (below_b * shared), polynomial(&TAIL_P, b) * (below_a * shared))
}

/// [`scaled_tail`] and how steeply it falls at `y` from 0 up: 1 ÷ √(2π) − y × its value, without
/// the digits that this subtraction would lose.
#[inline(always)]
pub fn scaled_tail_and_slope(y: f64) -> (f64, f64) {
    let shared = 1.0 / polynomial(&TAIL_Q, y);
    (polynomial(&TAIL_P, y) * shared, polynomial(&TAIL_S, y) * shared)
}

/// Nothing of the distribution lies beyond this that a number could hold.
const TAIL_END: f64 = 40.0;

/// The chance that a standard normal number is below `x`, to 1e-15 of itself near the middle and
/// to 1e-13 of itself where it is as small as 1e-300.
#[inline(always)]
pub fn norm_cdf(x: f64) -> f64 {
    let y = x.abs();
    let y = if TAIL_END < y { TAIL_END } else { y };
    let tail = exp(-0.5 * y * y) * scaled_tail(y);
    if 0.0 < x { 1.0 - tail } else { tail }
}

/// The `x` below which a standard normal number lies with chance `p`, to 1e-14; −∞ and ∞ at the
/// ends. Halley's method on the logarithm of the tail, from the tail's asymptote.
pub fn norm_quantile(p: f64) -> f64 {
    if !(0.0 < p && p < 1.0) {
        return if p == 0.0 {
            f64::NEG_INFINITY
        } else if p == 1.0 {
            f64::INFINITY
        } else {
            f64::NAN
        };
    }
    let tail = p.min(1.0 - p);
    // Exact in the middle and on the way to infinity; between them off by less than 0.2.
    let far = (-2.0 * ln(2.0 * tail)).sqrt();
    let mut y = far * (0.62 + 0.38 * far / (far + 3.0));
    for _ in 0..6 {
        // In the logarithm the tail is almost straight, so that no step leaves the line.
        let own = scaled_tail(y);
        let wrong = ln_ratio(own, tail) - 0.5 * y * y;
        let slope = INV_SQRT_2PI / own;
        let step = wrong / slope;
        // Halley's correction: the logarithm of the tail bends by slope × (y − slope).
        y += step / (1.0 + 0.5 * step * (slope - y));
        y = y.max(0.0);
    }
    if p < 0.5 { -y } else { y }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// How many representable numbers lie between two.
    fn apart(a: f64, b: f64) -> u64 {
        a.to_bits().abs_diff(b.to_bits())
    }

    #[test]
    fn the_ends() {
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp(-1e9), 0.0);
        assert_eq!(exp(f64::NEG_INFINITY), 0.0);
        assert_eq!(exp(1e9), exp(EXP_MAX));
        assert_eq!(ln(1.0), 0.0);
        assert_eq!(norm_cdf(0.0), 0.5);
        assert_eq!(norm_cdf(40.0), 1.0);
        assert_eq!(norm_cdf(-40.0), 0.0);
        assert_eq!(norm_cdf(f64::INFINITY), 1.0);
        assert_eq!(norm_quantile(0.5), 0.0);
        assert_eq!(norm_quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(norm_quantile(1.0), f64::INFINITY);
        assert!(norm_quantile(-0.1).is_nan() && norm_quantile(f64::NAN).is_nan());
        assert!(exp(f64::NAN).is_nan());
    }

    #[test]
    fn logarithms_at_the_ends_of_the_numbers() {
        let greatest = [f64::MAX, 0.75 * f64::MAX, 1.032_078_653_416_421e308, TWO_1022, 2e307];
        for a in greatest {
            assert!(apart(ln(a), libm::log(a)) <= 1, "{a}: {}", ln(a));
            for b in greatest {
                let exact = libm::log(a / b);
                assert!((ln_ratio(a, b) - exact).abs() <= 4e-16, "{a} {b}: {}", ln_ratio(a, b));
            }
        }
        for a in [f64::MIN_POSITIVE, 1.3 * f64::MIN_POSITIVE, 1.6 * f64::MIN_POSITIVE] {
            assert!(apart(ln(a), libm::log(a)) <= 1, "{a}: {}", ln(a));
        }
    }

    #[test]
    fn the_normal_distribution_against_published_digits() {
        // Abramowitz and Stegun, table 26.1 and 26.2, and erfc to 40 digits by mpmath.
        for (x, below) in [
            (1.0, 0.841_344_746_068_542_9),
            (-1.0, 0.158_655_253_931_457_05),
            (-2.0, 0.022_750_131_948_179_21),
            (2.5, 0.993_790_334_674_224),
            (-5.0, 2.866_515_718_791_939e-7),
            (-10.0, 7.619_853_024_160_527e-24),
            (-20.0, 2.753_624_118_606_233_7e-89),
            (-37.0, 5.725_571_222_524_577e-300),
        ] {
            let own = norm_cdf(x);
            assert!((own / below - 1.0).abs() < 2e-13, "{x}: {own} is not {below}");
            assert!((own - below).abs() < 2e-16, "{x}: {own} is not {below}");
        }
    }

    proptest! {
        #[test]
        fn exp_is_that_of_libm(x in -707.9..708.9_f64) {
            prop_assert!(apart(exp(x), libm::exp(x)) <= 1, "{} {}", exp(x), libm::exp(x));
        }

        #[test]
        fn ln_is_that_of_libm(x in prop::num::f64::POSITIVE) {
            prop_assume!(x.is_normal());
            // Each is within one unit of the truth, so that they may lie two apart.
            prop_assert!(apart(ln(x), libm::log(x)) <= 2, "{} {}", ln(x), libm::log(x));
        }

        #[test]
        fn ln_of_a_ratio_is_that_of_libm(
            a in prop::num::f64::POSITIVE,
            b in prop::num::f64::POSITIVE,
        ) {
            prop_assume!(a.is_normal() && b.is_normal() && (a / b).is_normal());
            let exact = libm::log(a / b);
            // The ratio that libm is given was rounded.
            prop_assert!((ln_ratio(a, b) - exact).abs() <= 2.3e-16 * (1.0 + 2.0 * exact.abs()));
        }

        #[test]
        fn ln_near_one_keeps_its_digits(part in -1e-3..1e-3_f64) {
            let a = 5_000.0 * (1.0 + part);
            let exact = libm::log1p((a - 5_000.0) / 5_000.0);
            // Each is within one unit, and the part that libm is given was rounded.
            prop_assert!(apart(ln_ratio(a, 5_000.0), exact) <= 3);
        }

        #[test]
        fn the_distribution_is_that_of_libm(x in -37.0..9.0_f64) {
            let libm = 0.5 * libm::erfc(-x * core::f64::consts::FRAC_1_SQRT_2);
            let own = norm_cdf(x);
            prop_assert!((own / libm - 1.0).abs() <= 3e-16 * (4.0 + x * x), "{own} {libm}");
        }

        #[test]
        fn the_slope_of_the_tail_is_that_of_its_values(y in 0.0..3.0_f64) {
            let (tail, slope) = scaled_tail_and_slope(y);
            let near = INV_SQRT_2PI - y * scaled_tail(y);
            prop_assert!((slope - near).abs() < 2.5e-16 * (1.0 + y));
            prop_assert!(apart(tail, scaled_tail(y)) <= 2);
        }

        #[test]
        fn what_lies_below_a_quantile_is_its_chance(p in 1e-12..1.0_f64) {
            let x = norm_quantile(p);
            prop_assert!((norm_cdf(x) / p - 1.0).abs() < 1e-12, "{x}: {}", norm_cdf(x));
        }
    }
}
