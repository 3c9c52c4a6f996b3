//! Volume-weighted average price, from whole-number sums.

use market::{Bar, Moment, Price, Volume};
use serde::{Deserialize, Serialize};

use super::wide::{product, wide_f64};
use crate::PrintStats;

/// The greatest volume whose sums fit, at the greatest price: 2⁵⁰ shares, about 10¹⁵. Beyond it
/// there is no VWAP rather than a wrong one.
pub const VWAP_VOLUME_MAX: Volume = 1 << 50;

/// Three ten-thousandths: what sums of `3 × price` are counted in.
const UNITS_X3: f64 = 3.0 * Price::UNITS as f64;

/// 1.5 × 2⁵²: added to a smaller number, it leaves the nearest whole number in the low bits.
const WHOLE: f64 = 6_755_399_441_055_744.0;

/// Sums behind a VWAP. Whole numbers: adding prints in any grouping gives the same bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VwapSums {
    /// Σ size.
    pub volume: Volume,
    /// Σ 3 × price × size, price in ten-thousandths.
    pub notional_x3: i128,
    /// Σ (3 × price)² × size.
    pub square_x9: i128,
}

/// A VWAP and how far trades lay from it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct VwapValue {
    /// Σ(price × size)/Σ size, in dollars or points.
    pub vwap: f64,
    /// The volume-weighted population standard deviation of price round it.
    pub deviation: f64,
}

impl VwapSums {
    /// Takes prints in.
    pub fn absorb(&mut self, stats: &PrintStats) {
        self.add(stats.volume, stats.notional_x3, stats.square_x9);
    }

    /// Takes a bar in: all its volume counts at its typical price (H+L+C)/3.
    #[inline]
    pub fn handle_bar(&mut self, bar: &Bar) -> Option<VwapValue> {
        // Neither is negative, which spares the processor the signs.
        let (volume, typical) = (bar.volume.cast_unsigned(), bar.typical_x3().cast_unsigned());
        let notional = product(typical, volume);
        let square = times(notional, typical);
        self.add(bar.volume, notional.cast_signed(), square.cast_signed());
        self.value()
    }

    #[inline]
    fn add(&mut self, volume: Volume, notional_x3: i128, square_x9: i128) {
        self.volume = self.volume.checked_add(volume).unwrap_or_else(beyond_counting);
        self.notional_x3 = self.notional_x3.wrapping_add(notional_x3);
        self.square_x9 = self.square_x9.wrapping_add(square_x9);
    }

    /// VWAP and deviation; nothing before anything was traded, or beyond [`VWAP_VOLUME_MAX`].
    ///
    /// √(Σ v·p²/Σ v − VWAP²) loses all digits when the deviation is small against the price, so
    /// both sums are first centred, exactly, round the whole number `centre` next to the mean m:
    /// rest = Σ v(p − centre) and centred = Σ v(p − centre)². The rest of a mean is within half a
    /// unit, so VWAP = centre + rest/Σv never leaves [low, high]; and as |p − centre| ≤
    /// (p − centre)² for whole numbers, the variance centred/Σv − (rest/Σv)² keeps at least half of
    /// its first term: it cannot cancel, nor turn negative. Both results are within a few units in
    /// the last place.
    #[inline]
    pub fn value(&self) -> Option<VwapValue> {
        if self.volume <= 0 || VWAP_VOLUME_MAX < self.volume {
            return None;
        }
        let per_share = 1.0 / self.volume as f64;
        let shifted = wide_f64(self.notional_x3) * per_share + WHOLE;
        let centre = shifted.to_bits().wrapping_sub(WHOLE.to_bits());
        // Wrapping, because sums may come from a damaged snapshot; those of prints never wrap. The
        // rest is at most half the volume, so that its low 64 bits are all of it.
        #[expect(clippy::cast_possible_truncation, reason = "see above")]
        let rest =
            (self.notional_x3 as i64).wrapping_sub(centre.cast_signed().wrapping_mul(self.volume));
        let twice = self.notional_x3.wrapping_add(i128::from(rest));
        let off_centre = times(twice.cast_unsigned(), centre);
        let centred = self.square_x9.wrapping_sub(off_centre.cast_signed());
        let rest = rest as f64 * per_share;
        let rest_dollars = rest * (1.0 / UNITS_X3);
        let per_share_dollars = per_share * (1.0 / (UNITS_X3 * UNITS_X3));
        let variance = wide_f64(centred) * per_share_dollars - rest_dollars * rest_dollars;
        Some(VwapValue {
            vwap: (shifted - WHOLE + rest) / UNITS_X3,
            deviation: if 0.0 < variance { variance.sqrt() } else { 0.0 },
        })
    }

    /// Σ(price × size)/Σ size in dollars or points; nothing before anything was traded.
    pub fn vwap(&self) -> Option<f64> {
        Some(self.value()?.vwap)
    }

    /// The volume-weighted standard deviation of price round the VWAP.
    pub fn deviation(&self) -> Option<f64> {
        Some(self.value()?.deviation)
    }
}

/// `wide` × `factor`; bits beyond 128 are lost, which those of sums within limits never are.
#[inline]
fn times(wide: u128, factor: u64) -> u128 {
    #[expect(clippy::cast_possible_truncation, reason = "the halves of 128 bits")]
    let (high, low) = ((wide >> 64) as u64, wide as u64);
    product(low, factor).wrapping_add(u128::from(high.wrapping_mul(factor)) << 64)
}

/// More shares than a sum can count: there is no VWAP of them any more.
#[cold]
fn beyond_counting() -> Volume {
    Volume::MAX
}

impl VwapValue {
    /// The band `n` deviations above the VWAP, below for a negative `n`.
    pub fn band(&self, n: i8) -> f64 {
        self.vwap + f64::from(n) * self.deviation
    }
}

/// The VWAP of everything since a chosen bar. No value before that bar, or without volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnchoredVwap {
    /// The start of the first bar that counts.
    pub anchor: Moment,
    /// The sums since then.
    pub sums: VwapSums,
}

impl AnchoredVwap {
    /// Nothing yet, from `anchor` on.
    pub fn new(anchor: Moment) -> Self {
        Self { anchor, sums: VwapSums::default() }
    }

    /// Takes a bar in; one before the anchor is left out.
    #[inline]
    pub fn handle_bar(&mut self, bar: &Bar) -> Option<VwapValue> {
        if bar.start < self.anchor {
            return None;
        }
        self.sums.handle_bar(bar)
    }
}
