//! Whole numbers of 128 bits, quick on both targets.

/// `a` × `b`.
#[inline]
pub(super) fn product(a: u64, b: u64) -> u128 {
    // Native processors have an instruction for it. WASM has none and calls a routine, which takes
    // longer than all the rest of an indicator.
    if cfg!(target_family = "wasm") { by_halves(a, b) } else { u128::from(a) * u128::from(b) }
}

/// `a` × `b` with signs.
#[inline]
pub(super) fn signed_product(a: i64, b: i64) -> i128 {
    if cfg!(target_family = "wasm") {
        let size = by_halves(a.unsigned_abs(), b.unsigned_abs()).cast_signed();
        return if (a ^ b) < 0 { -size } else { size };
    }
    i128::from(a) * i128::from(b)
}

/// As on paper, with digits of 32 bits.
#[inline]
fn by_halves(a: u64, b: u64) -> u128 {
    let (a_high, a_low) = (a >> 32, a & 0xffff_ffff);
    let (b_high, b_low) = (b >> 32, b & 0xffff_ffff);
    if a_high | b_high == 0 {
        return u128::from(a_low * b_low);
    }
    let low = a_low * b_low;
    let middle = a_high * b_low + (low >> 32);
    let other = a_low * b_high + (middle & 0xffff_ffff);
    let high = a_high * b_high + (middle >> 32) + (other >> 32);
    u128::from(high) << 64 | u128::from(other << 32 | low & 0xffff_ffff)
}

/// The nearest `f64`, or one beside it. In two halves when it does not fit in 64 bits, which is
/// several times faster than the language's own conversion.
#[inline]
pub(super) fn wide_f64(whole: i128) -> f64 {
    #[expect(clippy::cast_possible_truncation, reason = "the halves of 128 bits")]
    let (high, low) = ((whole >> 64) as i64, whole as u64);
    if high == low.cast_signed() >> 63 {
        return low.cast_signed() as f64;
    }
    let low = low as f64;
    high as f64 * 18_446_744_073_709_551_616.0 + low
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn by_halves_is_the_product(a in any::<u64>(), b in any::<u64>(), shift in 0_u32..64) {
            for (a, b) in [(a, b), (a >> shift, b), (a, b >> shift), (a >> shift, b >> shift)] {
                prop_assert_eq!(by_halves(a, b), u128::from(a) * u128::from(b));
            }
        }

        #[test]
        fn a_wide_number_is_near(whole in any::<i128>(), shift in 0_u32..127) {
            let whole = whole >> shift;
            let nearest = whole as f64;
            prop_assert!((wide_f64(whole) - nearest).abs() <= nearest.abs() * f64::EPSILON);
        }
    }

    #[test]
    fn the_greatest_products_fit() {
        assert_eq!(by_halves(u64::MAX, u64::MAX), u128::from(u64::MAX) * u128::from(u64::MAX));
        assert_eq!(signed_product(i64::MIN, i64::MIN), 1 << 126);
        assert_eq!(signed_product(-3, 5), -15);
        assert_eq!(wide_f64(-5).to_bits(), (-5.0_f64).to_bits());
    }
}
