//! Numbers and times as traders read them: thousands separated, a true minus, New York time.

use crate::{Moment, Span};

/// `4,329.58`, `−0.25`; without a minus where nothing is left of it: `0.00`.
pub fn price(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    group(&text, value < 0.0 && !is_zero(&text))
}

/// Decimals that a price is told with: cents from a dollar on; below, shares trade in hundredths of
/// a cent.
pub fn decimals(price: f64) -> usize {
    // Where it would be told as 1.00.
    if price.abs() < 0.999_95 && price != 0.0 { 4 } else { 2 }
}

/// `4,329.58`, `0.0125`: a price with the decimals of its size.
pub fn quote(value: f64) -> String {
    price(value, decimals(value))
}

/// `+12.40`, `−1.08`, `0.00`.
pub fn signed(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let number = group(&text, false);
    match (is_zero(&text), value < 0.0) {
        (true, _) => number,
        (false, true) => format!("\u{2212}{number}"),
        (false, false) => format!("+{number}"),
    }
}

/// `+0.43%`.
pub fn percent(value: f64) -> String {
    format!("{}%", signed(value, 2))
}

/// `+$1.24bn`, `−$845m`, `$0`: dollars to three digits, as far as anybody reads them.
pub fn dollars(value: f64) -> String {
    let size = value.abs();
    let (part, unit) = match size {
        size if size < 999.5 => (size, ""),
        size if size < 999_500.0 => (size / 1e3, "k"),
        size if size < 999_500_000.0 => (size / 1e6, "m"),
        _ => (size / 1e9, "bn"),
    };
    let decimals = match part {
        part if 99.95 <= part || unit.is_empty() => 0,
        part if 9.995 <= part => 1,
        _ => 2,
    };
    let text = group(&format!("{part:.decimals$}"), false);
    match (is_zero(&text), value < 0.0) {
        (true, _) => "$0".to_owned(),
        (false, true) => format!("\u{2212}${text}{unit}"),
        (false, false) => format!("+${text}{unit}"),
    }
}

/// `+$1,250`, `−$9,160`, `+$4.20`: dollars, with cents where they are fewer than a hundred.
pub fn money(value: f64) -> String {
    let decimals = if value.abs() < 99.995 { 2 } else { 0 };
    let text = signed(value, decimals);
    match text.strip_prefix(['+', '\u{2212}']) {
        Some(digits) => format!("{}${digits}", &text[..text.len() - digits.len()]),
        None => format!("${text}"),
    }
}

/// Whether a number without its sign is told as nothing.
fn is_zero(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0' | b'.'))
}

fn group(digits: &str, is_negative: bool) -> String {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut text = String::with_capacity(digits.len() + 6);
    if is_negative {
        text.push('\u{2212}');
    }
    for (place, digit) in whole.chars().enumerate() {
        if place != 0 && (whole.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// `10:30:07`, New York time.
pub fn clock(at: Moment) -> String {
    let seconds = at.wall_time().since_midnight.whole_seconds();
    format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// `10:30`, New York time.
pub fn minute(at: Moment) -> String {
    clock(at).chars().take(5).collect()
}

/// `2 d 4 h`, `5 h 28 m`, `2 m 14 s`, `14 s`.
pub fn countdown(left: Span) -> String {
    let seconds = left.whole_seconds().max(0);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} m {:02} s", seconds % 60),
        (0, _, _) => format!("{hours} h {minutes:02} m"),
        _ => format!("{days} d {hours} h"),
    }
}

/// `0.3 s`, `12 s`, `4 m`.
pub fn age(age: Span) -> String {
    let millis = age.whole_millis().max(0);
    match millis {
        0..10_000 => format!("{}.{} s", millis / 1_000, millis / 100 % 10),
        10_000..100_000 => format!("{} s", millis / 1_000),
        _ => format!("{} m", millis / 60_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_traders_write_them() {
        assert_eq!(price(4_329.576, 2), "4,329.58");
        assert_eq!(price(999.999, 2), "1,000.00");
        assert_eq!(price(1_234_567.0, 0), "1,234,567");
        assert_eq!(price(0.0001, 4), "0.0001");
        assert_eq!(signed(-1.08, 2), "\u{2212}1.08");
        assert_eq!(signed(12.4, 2), "+12.40");
        assert_eq!(signed(-0.001, 2), "0.00");
        assert_eq!(percent(-0.428), "\u{2212}0.43%");
    }

    #[test]
    fn a_price_of_any_size_is_told() {
        for (value, text) in [
            (0.0001, "0.0001"),
            (0.0099, "0.0099"),
            (0.01, "0.0100"),
            (0.8125, "0.8125"),
            (0.999_9, "0.9999"),
            (0.999_96, "1.00"),
            (1.0, "1.00"),
            (1.005_1, "1.01"),
            (505.27, "505.27"),
            (5_091.625, "5,091.62"),
            (100_000.0, "100,000.00"),
            (0.0, "0.00"),
            (-0.25, "\u{2212}0.2500"),
        ] {
            assert_eq!(quote(value), text);
        }
    }

    #[test]
    fn what_is_told_as_nothing_has_no_sign() {
        for (value, decimals, text) in [
            (-0.003, 2, "0.00"),
            (-0.000_4, 3, "0.000"),
            (-0.4, 0, "0"),
            (-0.0, 2, "0.00"),
            (-0.000_04, 4, "0.0000"),
            (-0.006, 2, "\u{2212}0.01"),
            (-0.000_6, 3, "\u{2212}0.001"),
            (-0.000_06, 4, "\u{2212}0.0001"),
            (-0.000_006, 5, "\u{2212}0.00001"),
            (-1_234.5, 1, "\u{2212}1,234.5"),
            (f64::NEG_INFINITY, 2, "\u{2212}inf"),
        ] {
            assert_eq!(price(value, decimals), text, "{value} {decimals}");
        }
    }

    #[test]
    fn dollars_have_three_digits() {
        for (value, text) in [
            (0.0, "$0"),
            (-0.4, "$0"),
            (812.3, "+$812"),
            (-999.6, "\u{2212}$1.00k"),
            (12_345.0, "+$12.3k"),
            (999_499.0, "+$999k"),
            (999_700.0, "+$1.00m"),
            (-845_100_000.0, "\u{2212}$845m"),
            (1_236_000_000.0, "+$1.24bn"),
            (2_345_000_000_000.0, "+$2,345bn"),
        ] {
            assert_eq!(dollars(value), text);
        }
    }

    #[test]
    fn times_read_as_people_say_them() {
        assert_eq!(countdown(Span::seconds(134)), "2 m 14 s");
        assert_eq!(countdown(Span::minutes(328)), "5 h 28 m");
        assert_eq!(countdown(Span::hours(52)), "2 d 4 h");
        assert_eq!(countdown(Span::seconds(-3)), "0 s");
        assert_eq!(age(Span::millis(340)), "0.3 s");
        assert_eq!(age(Span::seconds(12)), "12 s");
        assert_eq!(age(Span::minutes(4)), "4 m");
    }
}
