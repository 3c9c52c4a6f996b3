//! Observed prices and traded sizes: whole numbers, never floating point.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Contracts or shares traded; zero where the instrument has no volume (an index).
pub type Volume = i64;

/// An observed price: ten-thousandths of a dollar, or of a point for an index. More than zero and
/// at most [`Price::MAX`].
///
/// Figures beyond four decimals are rounded half up, once, at the door; what rounds to zero is no
/// price.
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

    /// The nearest price to a number of dollars or points. `value` times ten thousand is rounded to
    /// a whole number, halves up. Text is better read by [`Price::from_str`], which sees every
    /// digit.
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

    /// Reads a decimal such as `5912.25`, rounding half up beyond four decimals. A leading `+` and
    /// scientific notation are accepted because vendors write them; every digit counts, none
    /// passes through floating point.
    fn from_str(text: &str) -> Result<Self, BadPrice> {
        let text = text.trim();
        let shown = || text.chars().take(TEXT_SHOWN_MAX).collect();
        let number = match text.strip_prefix('-') {
            Some(rest) => Decimal::of(rest).map(|_| None),
            None => Decimal::of(text.strip_prefix('+').unwrap_or(text)).map(|n| n.units()),
        };
        match number {
            None => Err(BadPrice::NotANumber(shown())),
            Some(units) => units
                .and_then(|units| Self::from_units(units).ok())
                .ok_or_else(|| BadPrice::OutOfRange(shown())),
        }
    }
}

/// How much of a refused text its refusal repeats.
const TEXT_SHOWN_MAX: usize = 24;
/// Longer texts are no prices; 1 / 3 with every digit that a double can hold has far fewer.
const TEXT_MAX: usize = 100;

/// A decimal number taken apart: `whole.fraction × 10^exponent`, without its sign.
struct Decimal<'a> {
    whole: &'a [u8],
    fraction: &'a [u8],
    exponent: i32,
}

impl<'a> Decimal<'a> {
    fn of(text: &'a str) -> Option<Self> {
        if TEXT_MAX < text.len() {
            return None;
        }
        let (digits, exponent) = match text.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let are_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !are_digits(whole) || !are_digits(fraction) || whole.len() + fraction.len() == 0 {
            return None;
        }
        Some(Self { whole: whole.as_bytes(), fraction: fraction.as_bytes(), exponent })
    }

    /// Ten-thousandths, rounded half up; nothing when they are beyond every price.
    fn units(&self) -> Option<i64> {
        // The digits up to four behind the shifted point count, and the next one rounds. Shifts
        // beyond twice the longest text change nothing but how long this would take.
        let text_max = i32::try_from(TEXT_MAX).expect("a small number");
        let whole = i32::try_from(self.whole.len()).expect("texts are short");
        let kept = whole + self.exponent.clamp(-2 * text_max, 2 * text_max) + 4;
        let mut digits = self.whole.iter().chain(self.fraction).map(|byte| i64::from(byte - b'0'));
        let mut units = 0;
        for _ in 0..kept {
            units = units * 10 + digits.next().unwrap_or(0);
            if Price::MAX.0 < units {
                return None;
            }
        }
        // With fewer than no digits kept, the number is below a tenth of a ten-thousandth.
        let rounding = if kept < 0 { 0 } else { digits.next().unwrap_or(0) };
        Some(units + i64::from(5 <= rounding))
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a text is read as, and how that is printed again.
    #[track_caller]
    fn check(text: &str, units: i64, printed: &str) {
        let price: Price = text.parse().unwrap();
        assert_eq!(price.units(), units, "{text}");
        assert_eq!(price.to_string(), printed);
    }

    #[track_caller]
    fn refused(text: &str, why: &str) {
        assert_eq!(text.parse::<Price>().unwrap_err().to_string(), why);
    }

    #[test]
    fn plain_decimals() {
        check("5912.25", 59_122_500, "5912.25");
        check("5912", 59_120_000, "5912.00");
        check("5912.", 59_120_000, "5912.00");
        check(".5", 5_000, "0.50");
        check("0.0001", 1, "0.0001");
        check("0.0125", 125, "0.0125");
        check("0.0120", 120, "0.0120");
        check("+1.5", 15_000, "1.50");
        check(" 167.43\t", 1_674_300, "167.43");
        check("000000000000000167.43", 1_674_300, "167.43");
        check("10000000", Price::MAX.units(), "10000000.00");
    }

    #[test]
    fn halves_go_up() {
        check("1.00004", 10_000, "1.00");
        check("1.00005", 10_001, "1.0001");
        check("1.000049999999999999999999999", 10_000, "1.00");
        check("0.00005", 1, "0.0001");
        check("1.99995", 20_000, "2.00");
        check("9999999.99995", Price::MAX.units(), "10000000.00");
        // The nearest double lies below the half; its text does not.
        check("4447.00015", 44_470_002, "4447.0002");
        check("444700.015e-2", 44_470_002, "4447.0002");
    }

    #[test]
    fn scientific_notation() {
        check("1.6743e2", 1_674_300, "167.43");
        check("1.6743E+02", 1_674_300, "167.43");
        check("16743e-2", 1_674_300, "167.43");
        check("1e7", Price::MAX.units(), "10000000.00");
        check("1e-4", 1, "0.0001");
        check("5e-5", 1, "0.0001");
        check("0.000000000001e12", 10_000, "1.00");
    }

    #[test]
    fn out_of_range() {
        let range = "is out of range: a price lies between 0.0001 and 10000000";
        for text in [
            "0",
            "0.0",
            "0.00004",
            "4.9e-5",
            "1e-300",
            "1e-2000000000",
            "0e2000000000",
            "-5.25",
            "-0",
            "-1e3",
            "10000000.0001",
            "10000000.00005",
            "1e8",
            "1e400",
            "1e2000000000",
            "99999999999999999999999",
        ] {
            refused(text, &format!("{text} {range}"));
        }
        refused(&"9".repeat(99), &format!("{} {range}", "9".repeat(24)));
        assert!(Price::from_units(0).is_err());
        assert!(Price::from_units(i64::MIN).is_err());
        assert!(Price::from_units(Price::MAX.units() + 1).is_err());
        assert_eq!(Price::from_units(-12_345).unwrap_err().to_string(), format!("-1.2345 {range}"));
    }

    #[test]
    fn garbage() {
        for text in [
            "",
            ".",
            "+",
            "-",
            "e",
            "e5",
            ".e5",
            "1e",
            "1e+",
            "1e1.5",
            "1e99999999999",
            "1.2.3",
            "1,234.5",
            "1_000",
            "$5",
            "5%",
            "0x10",
            "nan",
            "NaN",
            "inf",
            "-inf",
            "infinity",
            "--5",
            "+-5",
            "-+5",
            "++5",
            "1 000",
            "５",
            "−5",
            "null",
            "N/A",
            "1e5e5",
        ] {
            refused(
                text,
                &format!("`{text}` is not a price: expected a decimal number such as 5912.25"),
            );
        }
        assert!("1".repeat(1 << 20).parse::<Price>().unwrap_err().to_string().len() < 100);
    }

    #[test]
    fn numbers() {
        assert_eq!(Price::from_f64(167.43).unwrap().units(), 1_674_300);
        assert_eq!(Price::from_f64(0.000_05).unwrap().units(), 1);
        assert_eq!(Price::from_f64(1e7).unwrap(), Price::MAX);
        for value in [0.0, -0.0, 0.000_049, -1.0, 1.000_000_1e7, f64::NAN, f64::INFINITY] {
            assert!(Price::from_f64(value).is_err(), "{value}");
        }
    }

    #[test]
    fn serde_uses_the_same_door() {
        let price: Price = serde_json::from_str("1674300").unwrap();
        assert_eq!(serde_json::to_string(&price).unwrap(), "1674300");
        for text in ["0", "-1", "100000000001", "1.5", "\"1.5\"", "null"] {
            assert!(serde_json::from_str::<Price>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_width_pads() {
        let price = Price::from_units(125_000).unwrap();
        assert_eq!(format!("{price:>8}|{price:<6}|"), "   12.50|12.50 |");
    }

    proptest! {
        #[test]
        fn every_price_comes_back_from_its_text(units in 1..=Price::MAX.units()) {
            let price = Price::from_units(units).unwrap();
            prop_assert_eq!(price.to_string().parse::<Price>(), Ok(price));
            prop_assert_eq!(Price::from_f64(price.to_f64()), Ok(price));
        }

        #[test]
        fn further_digits_round_half_up(units in 1..99_999_999_999_i64, more in 0..1_000_i64) {
            let text = format!("{}.{:04}{more:03}", units / 10_000, units % 10_000);
            let expected = Price::from_units((units * 1_000 + more + 500).div_euclid(1_000));
            prop_assert_eq!(&text.parse::<Price>(), &expected);
            let scientific = format!("{}{more:03}e-7", units);
            prop_assert_eq!(&scientific.parse::<Price>(), &expected);
        }

        #[test]
        fn no_text_stops_the_reader(text in "\\PC*") {
            let _ = text.parse::<Price>();
        }

        #[test]
        fn no_number_like_text_stops_the_reader(text in "[-+]?[0-9.eE+-]{0,40}") {
            if let Ok(price) = text.parse::<Price>() {
                let value: f64 = text.parse().unwrap();
                prop_assert!((price.to_f64() - value).abs() <= 0.000_051);
            }
        }
    }
}
