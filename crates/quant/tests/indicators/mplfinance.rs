//! mplfinance's Bollinger bands. They divide by n − 1, ours by n: the half widths differ by
//! √(n/(n−1)), the middle not at all.

use market::Price;
use quant::indicators::Bollinger;

use super::data::{check_from, run, table};

#[track_caller]
fn compare(name: &str, length: u16, columns: [&str; 2], bound: f64) {
    let Some(table) = table(name, &format!("market/mplfinance/{name}")) else { return };
    let price = |value: f64| Price::from_f64(value).expect("a price");
    let mut bollinger = Bollinger::new(length, 2.0);
    let bands = run(table.numbers("close"), |close| bollinger.handle_close(price(close)));
    let sample = (f64::from(length) / f64::from(length - 1)).sqrt();
    let [upper, lower] = columns.map(|column| table.column(column));
    let side = |sign: f64| -> Vec<Option<f64>> {
        let band = |bands: quant::indicators::Bands| {
            bands.middle + sign * sample * (bands.upper - bands.middle)
        };
        bands.iter().map(|bands| bands.map(band)).collect()
    };
    check_from(usize::from(length) - 1, &side(1.0), &upper, bound);
    check_from(usize::from(length) - 1, &side(-1.0), &lower, bound);
}

#[test]
fn minutes_of_the_index() {
    compare("SP500_20191106_IDayBollinger.csv", 25, ["Upper", "Lower"], 1e-9);
}

/// Closes of this file have six decimals and floating-point dust; observed prices have four.
#[test]
fn days_of_the_fund() {
    compare("SPY_20110701_20120630_Bollinger.csv", 20, ["UpperB", "LowerB"], 1e-5);
}
