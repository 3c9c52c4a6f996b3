//! Prices and volumes as vendors write them.

use market::{Price, Volume};

use super::report::Problem;

/// Shares in one bar; more is a damaged file.
const VOLUME_MAX: i64 = 1_000_000_000_000_000;

/// How the prices of a file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PriceForm {
    /// As decimals; commas that group thousands are read where they cannot be decimal commas.
    Decimal { has_groups: bool },
    /// As whole ten-thousandths.
    TenThousandths,
}

pub(super) fn price(name: &'static str, field: &[u8], form: PriceForm) -> Result<Price, Problem> {
    let quick = match form {
        PriceForm::Decimal { .. } => decimal_units(field),
        PriceForm::TenThousandths => whole(field),
    };
    if let Some(price) = quick.and_then(|units| Price::from_units(units).ok()) {
        return Ok(price);
    }
    slow_price(field, form).map_err(|why| Problem::new(name, field, why))
}

/// Ten-thousandths of a plain decimal, rounded half up; nothing for any other spelling.
fn decimal_units(field: &[u8]) -> Option<i64> {
    let dot = field.iter().position(|byte| *byte == b'.');
    let Some(dot) = dot else { return whole(field).map(|units| units * Price::UNITS) };
    let mut units = whole(&field[..dot])? * Price::UNITS;
    let fraction = &field[dot + 1..];
    if 18 < fraction.len() || !fraction.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut worth = Price::UNITS / 10;
    for digit in fraction.iter().take(4) {
        units += i64::from(digit - b'0') * worth;
        worth /= 10;
    }
    Some(units + i64::from(fraction.get(4).is_some_and(|digit| b'5' <= *digit)))
}

/// A whole number of one to twelve digits.
fn whole(field: &[u8]) -> Option<i64> {
    if !(1..=12).contains(&field.len()) {
        return None;
    }
    field.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0'))
    })
}

fn slow_price(field: &[u8], form: PriceForm) -> Result<Price, String> {
    let text = String::from_utf8_lossy(field);
    let text = text.trim();
    match form {
        PriceForm::TenThousandths => match text.parse::<i64>() {
            Ok(units) => Price::from_units(units).map_err(|bad| bad.to_string()),
            Err(_) => Err(format!("`{}` is not a price in ten-thousandths", shorten(text))),
        },
        PriceForm::Decimal { has_groups } => {
            let text = text.strip_prefix('$').unwrap_or(text);
            let plain = ungrouped(text, has_groups).unwrap_or_else(|| text.to_owned());
            plain.parse::<Price>().map_err(|bad| bad.to_string())
        }
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(24).collect()
}

/// Without the commas between thousands: `1,234.50`. `1,234` alone is read only where
/// `has_groups`: under another delimiter its comma may be a decimal one.
fn ungrouped(text: &str, has_groups: bool) -> Option<String> {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None if has_groups => (text, None),
        None => return None,
    };
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let is_first = (1..=3).contains(&first.trim_start_matches('-').len());
    if !is_first || !groups.all(|group| group.len() == 3) {
        return None;
    }
    let whole = whole.replace(',', "");
    Some(fraction.map_or_else(|| whole.clone(), |fraction| format!("{whole}.{fraction}")))
}

/// Shares. Vendors write them with decimals, with grouped thousands or in scientific notation.
pub(super) fn volume(field: &[u8]) -> Result<Volume, Problem> {
    match whole(field) {
        Some(volume) => Ok(volume),
        None => slow_volume(field).map_err(|why| Problem::new("volume", field, why)),
    }
}

fn slow_volume(field: &[u8]) -> Result<Volume, String> {
    let text = String::from_utf8_lossy(field);
    let text = text.trim();
    let plain = ungrouped(text, true).unwrap_or_else(|| text.to_owned());
    let looks_right = plain.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
    match plain.parse::<f64>() {
        Ok(volume) if !looks_right || volume.is_nan() => Err(not_a_volume(text)),
        Ok(volume) if volume < 0.0 => Err(format!("volume {} is negative", shorten(text))),
        Ok(volume) if VOLUME_MAX as f64 <= volume => {
            Err(format!("volume {} is out of range: at most {VOLUME_MAX}", shorten(text)))
        }
        #[expect(clippy::cast_possible_truncation, reason = "the range was just checked")]
        Ok(volume) => Ok(volume.round() as i64),
        Err(_) => Err(not_a_volume(text)),
    }
}

fn not_a_volume(text: &str) -> String {
    format!("`{}` is not a volume: expected a whole number such as 81489219", shorten(text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PLAIN: PriceForm = PriceForm::Decimal { has_groups: true };
    const FOREIGN: PriceForm = PriceForm::Decimal { has_groups: false };

    #[track_caller]
    fn check(text: &str, form: PriceForm, expected: Result<i64, &str>) {
        let read = price("open", text.as_bytes(), form);
        let read = read.as_ref().map(|price| price.units()).map_err(|problem| &*problem.why);
        assert_eq!(read, expected, "{text}");
    }

    #[test]
    fn prices_as_vendors_write_them() {
        check("147.100006", PLAIN, Ok(1_471_000));
        check("5,912.25", PLAIN, Ok(59_122_500));
        check("5,912.25", FOREIGN, Ok(59_122_500));
        check("1,234,567", PLAIN, Ok(12_345_670_000));
        check("$5,912.25", PLAIN, Ok(59_122_500));
        check("1.5e2", PLAIN, Ok(1_500_000));
        check("4447.00015", PLAIN, Ok(44_470_002));
        check("1674300", PriceForm::TenThousandths, Ok(1_674_300));
        let no_price = "is not a price: expected a decimal number such as 5912.25";
        check("5,912", FOREIGN, Err(&format!("`5,912` {no_price}")));
        check("5912,25", PLAIN, Err(&format!("`5912,25` {no_price}")));
        check("", PLAIN, Err(&format!("`` {no_price}")));
        check("nan", PLAIN, Err(&format!("`nan` {no_price}")));
        check("16.7", PriceForm::TenThousandths, Err("`16.7` is not a price in ten-thousandths"));
        let range = "is out of range: a price lies between 0.0001 and 10000000";
        check("0", PLAIN, Err(&format!("0 {range}")));
        check("-263.16", PLAIN, Err(&format!("-263.16 {range}")));
        check("0", PriceForm::TenThousandths, Err(&format!("0.00 {range}")));
    }

    #[test]
    fn volumes_as_vendors_write_them() {
        for (text, expected) in [
            ("81489219", Ok(81_489_219)),
            ("81,489,219", Ok(81_489_219)),
            ("1234.0", Ok(1_234)),
            ("795.150377", Ok(795)),
            ("1.2E+06", Ok(1_200_000)),
            ("0", Ok(0)),
            ("-5", Err("volume -5 is negative".to_owned())),
            ("1e16", Err("volume 1e16 is out of range: at most 1000000000000000".to_owned())),
            ("12,34", Err(not_a_volume("12,34"))),
            ("inf", Err(not_a_volume("inf"))),
            ("nan", Err(not_a_volume("nan"))),
            ("", Err(not_a_volume(""))),
        ] {
            let read = volume(text.as_bytes()).map_err(|problem| problem.why);
            assert_eq!(read, expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_quick_way_agrees_with_the_slow_one(text in "[0-9]{1,9}(\\.[0-9]{0,12})?") {
            let quick = price("open", text.as_bytes(), PLAIN).ok();
            prop_assert_eq!(quick, text.parse::<Price>().ok());
        }

        #[test]
        fn no_bytes_stop_the_readers(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = price("open", &bytes, PLAIN);
            let _ = price("open", &bytes, PriceForm::TenThousandths);
            let _ = volume(&bytes);
        }
    }
}
