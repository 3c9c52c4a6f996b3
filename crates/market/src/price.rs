//! Observed prices and traded sizes: whole numbers, never floating point.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Contracts or shares traded; zero where the instrument has no volume (an index).
pub type Volume = i64;

/// An observed price: ten-thousandths of a dollar, or of a point for an index. More than zero and
/// at most [`Price::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Price(i64);

/// A number or text that is no price.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPrice {
    /// Zero, negative or beyond [`Price::MAX`].
    #[error("{0} is out of range: a price lies between 0.0001 and 10000000")]
    OutOfRange(String),
    /// Not a decimal number.
    #[error("`{0}` is not a price: expected a decimal number such as 5912.25")]
    NotANumber(String),
}

impl Price {
    /// Ten-thousandths in one dollar or point.
    pub const UNITS: i64 = 10_000;
    /// The greatest price: ten million dollars or points.
    pub const MAX: Self = Self(10_000_000 * Self::UNITS);

    /// The price of `units` ten-thousandths.
    pub fn from_units(units: i64) -> Result<Self, BadPrice> {
        if units <= 0 || Self::MAX.0 < units {
            return Err(BadPrice::OutOfRange(decimal(units)));
        }
        Ok(Self(units))
    }

    /// The nearest price to a number of dollars or points.
    pub fn from_f64(value: f64) -> Result<Self, BadPrice> {
        let units = (value * Self::UNITS as f64).round();
        if !(1.0..=Self::MAX.0 as f64).contains(&units) {
            return Err(BadPrice::OutOfRange(value.to_string()));
        }
        #[expect(clippy::cast_possible_truncation, reason = "the range was just checked")]
        Ok(Self(units as i64))
    }

    /// Ten-thousandths of a dollar or point.
    pub const fn units(self) -> i64 {
        self.0
    }

    /// Dollars or points, for derived figures and drawing.
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / Self::UNITS as f64
    }
}

fn decimal(units: i64) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let units = units.unsigned_abs();
    let (whole, fraction) = (units / 10_000, units % 10_000);
    let text = format!("{sign}{whole}.{fraction:04}");
    text.strip_suffix("00").unwrap_or(&text).to_owned()
}

impl fmt::Display for Price {
    /// At least two decimals, four only where they are used: `5912.25`, `0.0125`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&decimal(self.0))
    }
}

impl FromStr for Price {
    type Err = BadPrice;

    /// Reads a plain decimal, rounding half up beyond four decimals; scientific notation is
    /// accepted because vendors write it.
    fn from_str(text: &str) -> Result<Self, BadPrice> {
        let text = text.trim();
        let bad = || BadPrice::NotANumber(text.chars().take(24).collect());
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let is_plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if is_plain(whole) && is_plain(fraction) && !(whole.is_empty() && fraction.is_empty()) {
            if 12 < whole.len() {
                return Err(BadPrice::OutOfRange(text.chars().take(24).collect()));
            }
            let mut units: i64 = whole.bytes().fold(0, |sum, byte| sum * 10 + i64::from(byte - b'0'));
            for place in 0..4 {
                let digit = fraction.as_bytes().get(place).map_or(0, |byte| byte - b'0');
                units = units * 10 + i64::from(digit);
            }
            if fraction.as_bytes().get(4).is_some_and(|byte| b'5' <= *byte) {
                units += 1;
            }
            return Self::from_units(units);
        }
        let value: f64 = text.parse().map_err(|_| bad())?;
        if value.is_nan() {
            return Err(bad());
        }
        Self::from_f64(value)
    }
}

impl TryFrom<i64> for Price {
    type Error = BadPrice;

    fn try_from(units: i64) -> Result<Self, BadPrice> {
        Self::from_units(units)
    }
}

impl From<Price> for i64 {
    fn from(price: Price) -> Self {
        price.0
    }
}
