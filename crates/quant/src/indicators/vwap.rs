//! Volume-weighted average price, from whole-number sums.

use market::{Bar, Moment, Price, Volume};
use serde::{Deserialize, Serialize};

use super::window::wide_f64;
use crate::PrintStats;

/// The greatest volume that the sums are exact for, at the greatest price: 10¹⁵ shares. Beyond it
/// there is no VWAP rather than a wrong one.
pub const VWAP_VOLUME_MAX: Volume = 1_000_000_000_000_000;

/// Three ten-thousandths: what sums of `3 × price` are counted in.
const UNITS_X3: f64 = 3.0 * Price::UNITS as f64;

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
        self.volume = self.volume.saturating_add(stats.volume);
        self.notional_x3 = self.notional_x3.wrapping_add(stats.notional_x3);
        self.square_x9 = self.square_x9.wrapping_add(stats.square_x9);
    }

    /// Takes a bar in: all its volume counts at its typical price (H+L+C)/3.
    #[inline]
    pub fn handle_bar(&mut self, bar: &Bar) -> Option<VwapValue> {
        let (volume, typical) = (i128::from(bar.volume), i128::from(bar.typical_x3()));
        let notional = typical * volume;
        self.volume = self.volume.saturating_add(bar.volume);
        self.notional_x3 = self.notional_x3.wrapping_add(notional);
        self.square_x9 = self.square_x9.wrapping_add(notional.wrapping_mul(typical));
        self.value()
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
        #[expect(clippy::cast_possible_truncation, reason = "a price, and any near one would do")]
        let centre = (wide_f64(self.notional_x3) * per_share + 0.5) as i64;
        // Wrapping, because sums may come from a damaged snapshot; those of prints never wrap. The
        // rest is at most half the volume, so that its low 64 bits are all of it.
        #[expect(clippy::cast_possible_truncation, reason = "see above")]
        let rest = (self.notional_x3 as i64).wrapping_sub(centre.wrapping_mul(self.volume));
        let twice = self.notional_x3.wrapping_add(i128::from(rest));
        let centred = self.square_x9.wrapping_sub(i128::from(centre).wrapping_mul(twice));
        let rest = rest as f64 * per_share;
        let variance = wide_f64(centred) * per_share - rest * rest;
        Some(VwapValue {
            vwap: (centre as f64 + rest) / UNITS_X3,
            deviation: if 0.0 < variance { variance.sqrt() * (1.0 / UNITS_X3) } else { 0.0 },
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
    pub fn handle_bar(&mut self, bar: &Bar) -> Option<VwapValue> {
        if bar.start < self.anchor {
            return None;
        }
        self.sums.handle_bar(bar)
    }
}
