//! QuantConnect Lean's reference files, within what they round: half of the last decimal, and a
//! little more where they were computed from prices finer than those they show.

use market::{Bar, Price};
use quant::indicators::{Atr, Bollinger, Ema, Macd, Rsi, Sma, TrueRange, VwapSums};

use super::data::{Table, check, check_from, run, table};

fn file(test: &str, name: &str) -> Option<Table> {
    table(test, &format!("reference/lean/indicators/{name}"))
}

fn price(value: f64) -> Price {
    Price::from_f64(value).expect("a price")
}

fn prices(bar: &Bar) -> [f64; 3] {
    [bar.high, bar.low, bar.close].map(Price::to_f64)
}

#[test]
fn averages_and_strength_of_500_days() {
    let name = "spy_with_indicators.txt";
    let Some(table) = file("averages_and_strength_of_500_days", name) else { return };
    let closes = table.numbers("close");
    let mut sma = Sma::new(14);
    let actual = run(&closes, |close| sma.handle_close(price(*close)));
    check(&actual, &table.column("SMA14"), 0.006_1);
    let mut ema = Ema::new(14);
    let actual = run(&closes, |close| ema.handle_close(*close));
    check(&actual, &table.column("EMA14"), 0.006_1);
    let mut rsi = Rsi::new(14);
    let actual = run(&closes, |close| rsi.handle_close(*close));
    check(&actual, &table.column("RSI 14 Wilder"), 0.000_006_1);
}

/// Their averages are seeded like ours and the line begins at the same close. They used closes with
/// more decimals than the file shows: five figures agree.
#[test]
fn macd_line_of_500_days() {
    let Some(table) = file("macd_line_of_500_days", "spy_with_indicators.txt") else { return };
    let mut macd = Macd::new(12, 26, 9);
    let actual = run(table.numbers("close"), |close| macd.handle_close(close).map(|all| all.line));
    check(&actual, &table.column("MACD 12 26"), 0.000_2);
}

#[test]
fn ema_14_of_thirty_years_of_months() {
    let Some(table) = file("ema_14_of_thirty_years_of_months", "spy_ema.csv") else { return };
    let mut ema = Ema::new(14);
    let actual = run(table.numbers("close"), |close| ema.handle_close(close));
    check(&actual, &table.column("EMA14"), 1e-9);
}

#[test]
fn macd_of_thirty_years_of_months() {
    let Some(table) = file("macd_of_thirty_years_of_months", "spy_with_macd.txt") else { return };
    let mut macd = Macd::new(12, 26, 9);
    let values = run(table.numbers("close"), |close| macd.handle_close(close));
    let lines: Vec<_> = values.iter().map(|value| value.map(|all| all.line)).collect();
    let signals: Vec<_> = values.iter().map(|value| value.and_then(|all| all.signal)).collect();
    let gaps: Vec<_> = values.iter().map(|value| value.and_then(|all| all.histogram)).collect();
    let first = table.column("MACD").iter().position(Option::is_some).expect("some");
    check_from(first, &lines, &table.column("MACD"), 0.000_006_1);
    check_from(first, &signals, &table.column("Signal"), 0.000_006_1);
    check_from(first, &gaps, &table.column("Histogram"), 0.000_010_1);
}

#[test]
fn true_range_of_500_days() {
    let Some(table) = file("true_range_of_500_days", "spy_tr.txt") else { return };
    let mut range = TrueRange::default();
    let actual = run(&table.bars(), |bar| {
        let [high, low, close] = prices(bar);
        range.handle_bar(high, low, close)
    });
    check(&actual, &table.column("TR"), 1e-9);
}

/// Lean counts the first bar's high − low as a true range; we say that it has none. A made-up bar
/// before it that closes inside its range gives it just that.
#[test]
fn wilder_atr_differs_by_the_first_bar() {
    let Some(table) = file("wilder_atr_differs_by_the_first_bar", "spy_atr_wilder.txt") else {
        return;
    };
    let bars = table.bars();
    let mut atr = Atr::new(14);
    let [high, low, close] = prices(&bars[0]);
    assert_eq!(atr.handle_bar(high, low, close), None);
    let actual = run(&bars, |bar| {
        let [high, low, close] = prices(bar);
        atr.handle_bar(high, low, close)
    });
    check(&actual, &table.column("Average True Range 14"), 0.000_006_1);
}

#[test]
fn bollinger_20_2() {
    let Some(table) = file("bollinger_20_2", "spy_bollinger_bands.txt") else { return };
    let mut bollinger = Bollinger::new(20, 2.0);
    let bands = run(table.numbers("close"), |close| bollinger.handle_close(price(close)));
    let middle: Vec<_> = bands.iter().map(|bands| bands.map(|bands| bands.middle)).collect();
    check(&middle, &table.column("Moving Average 20"), 0.000_061);
    let upper: Vec<_> = bands.iter().map(|bands| bands.map(|bands| bands.upper)).collect();
    check(&upper, &table.column("Bollinger Bands® 20 2 Top"), 0.000_061);
    let lower: Vec<_> = bands.iter().map(|bands| bands.map(|bands| bands.lower)).collect();
    check(&lower, &table.column("Bollinger Bands® 20 2 Bottom"), 0.000_061);
}

/// Theirs is the VWAP of the last 50 bars: ours, begun anew 50 bars back. And their price of a bar
/// is (O+H+L+C)/4, ours (H+L+C)/3: a bar given as four prints of its volume is theirs.
#[test]
fn vwap_of_50_bars() {
    let Some(table) = file("vwap_of_50_bars", "spy_with_vwap.txt") else { return };
    let bars = table.bars();
    let vwap = |end: usize| {
        let window = &bars[(end + 1).checked_sub(50)?..=end];
        let prints = window.iter().flat_map(|bar| {
            [bar.open, bar.high, bar.low, bar.close]
                .map(|price| Bar::of_print(bar.start, price, bar.volume))
        });
        let mut sums = VwapSums::default();
        run(prints, |bar| sums.handle_bar(&bar)).pop()?.map(|value| value.vwap)
    };
    let actual: Vec<_> = (0..bars.len()).map(vwap).collect();
    check(&actual, &table.column("Moving VWAP 50"), 0.000_061);
}
