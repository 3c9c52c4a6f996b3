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

/// (ln((1+s)/(1−s)) − 2s) ÷ s³ in s², for ratios between √½ and √2, to 1e-17 of the logarithm.
const LN: [f64; 7] = [
    0.666_666_666_666_667,
    0.399_999_999_998_988_9,
    0.285_714_286_262_538_36,
    0.222_222_110_893_794_96,
    0.181_828_924_325_368_7,
    0.153_316_117_220_550_08,
    0.146_178_071_534_174_25,
];

/// N(−y) e^{y²/2} = P(y) ÷ Q(y) for y ≥ 0, to 6e-17 of its value. All coefficients are positive,
/// so that nothing cancels.
const TAIL_P: [f64; 11] = [
    0.5,
    0.835_583_068_680_875_1,
    0.691_603_775_403_276_2,
    0.366_630_484_271_463_5,
    0.136_613_727_312_070_42,
    0.037_226_401_809_618_91,
    0.007_504_068_074_214_813,
    0.001_106_556_721_686_954,
    0.000_114_708_220_133_868_78,
    7.605_023_255_825_559e-6,
    2.481_202_702_878_382_6e-7,
];
const TAIL_Q: [f64; 12] = [
    1.0,
    2.469_050_698_164_615_6,
    2.853_224_982_711_623,
    2.041_241_301_931_044_5,
    1.006_962_360_252_561,
    0.360_680_894_065_868_4,
    0.096_048_351_935_870_6,
    0.019_096_196_182_392_534,
    0.002_792_789_332_476_528_5,
    0.000_288_152_813_203_943,
    1.906_296_632_228_85e-5,
    6.219_452_850_125_46e-7,
];

/// 1 ÷ √(2π) − y N(−y) e^{y²/2} = P(y) ÷ Q(y) for y ≥ 0, to 8e-17 of its value.
const SLOPE_P: [f64; 11] = [
    0.398_942_280_401_432_7,
    0.560_096_679_900_234_5,
    0.398_553_416_407_666,
    0.185_034_175_690_456_38,
    0.061_358_428_864_932_36,
    0.015_093_171_274_358_693,
    0.002_782_409_164_416_058_5,
    0.000_379_838_944_328_853_1,
    3.689_270_141_493_183e-5,
    2.321_018_544_201_628_4e-6,
    7.297_646_127_698_475e-8,
];
const SLOPE_Q: [f64; 13] = [
    1.0,
    2.657_268_311_680_376,
    3.329_417_204_187_771_4,
    2.606_006_304_565_694_7,
    1.422_392_749_442_094_3,
    0.571_842_595_765_819_4,
    0.174_178_988_720_282_4,
    0.040_654_407_585_865_325,
    0.007_250_796_794_660_53,
    0.000_969_568_829_875_157,
    9.302_506_307_675_031e-5,
    5.817_930_708_846_868_4e-6,
    1.829_248_612_193_767_5e-7,
];

#[inline(always)]
fn polynomial<const N: usize>(coefficients: &[f64; N], x: f64) -> f64 {
    let mut sum = coefficients[N - 1];
    let mut place = N - 1;
    while 0 < place {
        place -= 1;
        sum = sum * x + coefficients[place];
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

/// ln(a ÷ b) of two positive normal numbers, to one unit in the last place even where they almost
/// agree, because their difference is taken before anything is rounded.
#[inline(always)]
pub fn ln_ratio(a: f64, b: f64) -> f64 {
    // `a ÷ b` is 2^power times something between √½ and √2.
    // Of the greatest a quarter is taken first: the power of two above them is no number.
    let is_huge = 4e307 < a / b;
    let (a, taken) = if is_huge { (0.25 * a, 2.0) } else { (a, 0.0) };
    let biased = (a / b).to_bits().wrapping_sub(SQRT_HALF_BITS).wrapping_add(1_024 << 52) >> 52;
    let power = f64::from_bits(biased | TWO_52_BITS) - (TWO_52 + 1_024.0) + taken;
    let scaled = b * f64::from_bits(biased.wrapping_sub(1) << 52);
    let s = (a - scaled) / (a + scaled);
    let z = s * s;
    power * LN_2_HIGH + (2.0 * s + (s * z * polynomial(&LN, z) + power * LN_2_LOW))
}

const SQRT_HALF_BITS: u64 = 0x3fe6_a09e_667f_3bcd;
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

/// How steeply [`scaled_tail`] falls at `y` from 0 up: 1 ÷ √(2π) − y × its value, without the
/// digits that this subtraction would lose.
#[inline(always)]
pub fn scaled_tail_slope(y: f64) -> f64 {
    polynomial(&SLOPE_P, y) / polynomial(&SLOPE_Q, y)
}

/// [`scaled_tail`] and [`scaled_tail_slope`] of one number at the price of one division.
#[inline(always)]
pub fn scaled_tail_and_slope(y: f64) -> (f64, f64) {
    let (below, below_slope) = (polynomial(&TAIL_Q, y), polynomial(&SLOPE_Q, y));
    let shared = 1.0 / (below * below_slope);
    let tail = polynomial(&TAIL_P, y) * (below_slope * shared);
    (tail, polynomial(&SLOPE_P, y) * (below * shared))
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
        fn ln_near_one_keeps_its_digits(part in -1e-3..1e-3_f64) {
            let a = 5_000.0 * (1.0 + part);
            let exact = libm::log1p((a - 5_000.0) / 5_000.0);
            prop_assert!(apart(ln_ratio(a, 5_000.0), exact) <= 2);
        }

        #[test]
        fn the_distribution_is_that_of_libm(x in -37.0..9.0_f64) {
            let libm = 0.5 * libm::erfc(-x * core::f64::consts::FRAC_1_SQRT_2);
            let own = norm_cdf(x);
            prop_assert!((own / libm - 1.0).abs() <= 3e-16 * (4.0 + x * x), "{own} {libm}");
        }

        #[test]
        fn the_slope_of_the_tail_is_that_of_its_values(y in 0.0..3.0_f64) {
            let near = INV_SQRT_2PI - y * scaled_tail(y);
            prop_assert!((scaled_tail_slope(y) - near).abs() < 2e-16 * (1.0 + y));
        }

        #[test]
        fn what_lies_below_a_quantile_is_its_chance(p in 1e-12..1.0_f64) {
            let x = norm_quantile(p);
            prop_assert!((norm_cdf(x) / p - 1.0).abs() < 1e-12, "{x}: {}", norm_cdf(x));
        }
    }
}
