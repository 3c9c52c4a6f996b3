//! The values that TA-Lib's own regression test expects on its 252 daily bars. It states two to
//! four decimals, so the bound is half of the last one (plus a hair, where it cut instead).

use market::Price;
use quant::indicators::{Atr, Bollinger, Ema, Rsi, Sma, TrueRange};

use super::data::{Table, run, table, text};

const FOLDER: &str = "reference/ta_regtest";

fn bars(test: &str) -> Option<Table> {
    table(test, &format!("{FOLDER}/daily_252.csv"))
}

/// The lines of an expectation file as cells; a comment names which output is meant and is dropped.
fn expectations(file: &str) -> Vec<Vec<String>> {
    let text = text(file, &format!("{FOLDER}/{file}")).expect("the folder is here");
    let line = |line: &str| {
        let mut line = line.to_owned();
        while let (Some(from), Some(to)) = (line.find("/*"), line.find("*/")) {
            line.replace_range(from..to + 2, " ");
        }
        let inner = line.trim().trim_start_matches('{').trim_end_matches('}').trim();
        inner.split(',').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>()
    };
    text.lines()
        .filter(|one| one.starts_with("{ 0,") || one.starts_with("{ 1,"))
        .map(line)
        .collect()
}

/// `252-15` and the like.
fn number(cell: &str) -> usize {
    match cell.split_once('-') {
        Some((from, less)) => number(from) - number(less),
        None => cell.trim().parse().expect("a number"),
    }
}

#[track_caller]
fn check(actual: Option<f64>, expected: &str, line: &[String]) {
    let decimals = expected.split_once('.').map_or(0, |(_, digits)| digits.len());
    let bound = 1.01 * (0..decimals).fold(1.0, |bound, _| bound / 10.0);
    let expected: f64 = expected.parse().expect("a number");
    let actual = actual.expect("it has warmed up");
    assert!((actual - expected).abs() <= bound, "{actual} where {line:?}");
}

#[test]
fn rsi_14() {
    let Some(bars) = bars("rsi_14") else { return };
    let mut rsi = Rsi::new(14);
    let values = run(bars.numbers("close"), |close| rsi.handle_close(close));
    let mut compared = 0;
    for line in expectations("expected_rsi.txt") {
        // Classic, no unstable period; its other rows start later or count Metastock's extra bar.
        let is_ours = line[1] == "TA_RSI_TEST" && line[2..5] == ["0", "0", "251"];
        if !is_ours || line[5] != "14" || line[6] != "TA_COMPATIBILITY_DEFAULT" {
            continue;
        }
        check(values[number(&line[8]) + number(&line[10])], &line[9], &line);
        compared += 1;
    }
    assert_eq!(compared, 4);
}

#[test]
fn moving_averages() {
    let Some(bars) = bars("moving_averages") else { return };
    let closes = bars.numbers("close");
    let mut compared = 0;
    for line in expectations("expected_ma.txt") {
        let is_whole = line[2..5] == ["0", "0", "251"] && line[8] == "TA_SUCCESS";
        if !is_whole || line[7] != "TA_COMPATIBILITY_DEFAULT" || line[1] != "TA_ANY_MA_TEST" {
            continue;
        }
        let length: u16 = line[5].parse().expect("a length");
        let (mut sma, mut ema) = (Sma::new(length), Ema::new(length.into()));
        let values = match line[6].as_str() {
            "TA_MAType_SMA" => {
                run(&closes, |close| sma.handle_close(Price::from_f64(*close).expect("a price")))
            }
            "TA_MAType_EMA" => run(&closes, |close| ema.handle_close(*close)),
            _ => continue,
        };
        check(values[number(&line[9]) + number(&line[11])], &line[10], &line);
        compared += 1;
    }
    assert_eq!(compared, 17);
}

#[test]
fn bollinger_of_a_simple_average() {
    let Some(bars) = bars("bollinger_of_a_simple_average") else { return };
    let mut bollinger = Bollinger::new(20, 2.0);
    let price = |close| Price::from_f64(close).expect("a price");
    let values = run(bars.numbers("close"), |close| bollinger.handle_close(price(close)));
    let mut compared = 0;
    for line in expectations("expected_bbands.txt") {
        if line[6] != "TA_MAType_SMA" || line[4..6] != ["2.0", "2.0"] {
            continue;
        }
        let at = |place: usize| values[number(&line[9]) + number(&line[place])];
        check(at(11).map(|bands| bands.upper), &line[12], &line);
        check(at(13).map(|bands| bands.middle), &line[14], &line);
        check(at(15).map(|bands| bands.lower), &line[16], &line);
        compared += 1;
    }
    assert_eq!(compared, 2);
}

#[test]
fn true_range_and_atr() {
    let Some(bars) = bars("true_range_and_atr") else { return };
    let rows: Vec<_> = ["high", "low", "close"].map(|name| bars.numbers(name)).into();
    let row = |place: usize| (rows[0][place], rows[1][place], rows[2][place]);
    let mut compared = 0;
    for line in expectations("expected_trange.txt") {
        if line[1..4] != ["0", "0", "251"] {
            continue;
        }
        let length = line[5].parse().expect("a length");
        let (mut range, mut atr) = (TrueRange::default(), Atr::new(length));
        let values = run((0..252).map(row), |(high, low, close)| {
            if line[4] == "0" {
                range.handle_bar(high, low, close)
            } else {
                atr.handle_bar(high, low, close)
            }
        });
        check(values[number(&line[9]) + number(&line[7])], &line[8], &line);
        compared += 1;
    }
    assert_eq!(compared, 15);
}

/// TA-Lib begins the fast average so that its first value falls together with the slow one's first:
/// it is seeded with closes 15 to 26, ours with closes 1 to 12. Fed that way our parts give its
/// figures; the usual way they differ at first and meet later.
#[test]
fn macd_differs_by_where_the_fast_average_begins() {
    let Some(bars) = bars("macd") else { return };
    let closes = bars.numbers("close");
    let (mut fast, mut slow, mut signal) = (Ema::new(12), Ema::new(26), Ema::new(9));
    let mut values = Vec::new();
    for (row, close) in closes.iter().enumerate() {
        let fast = if row < 14 { None } else { fast.handle_close(*close) };
        let line = slow.handle_close(*close).zip(fast).map(|(slow, fast)| fast - slow);
        values.push(line.map(|line| (line, signal.handle_close(line))));
    }
    let mut compared = 0;
    for line in expectations("expected_macd.txt") {
        if line[1] != "TA_MACD_TEST" || line[4] != "12" {
            continue;
        }
        let at = |place: usize| values[number(&line[9]) + number(&line[place])];
        check(at(11).map(|(line, _)| line), &line[12], &line);
        check(at(13).and_then(|(_, signal)| signal), &line[14], &line);
        compared += 1;
    }
    assert_eq!(compared, 1);
    let mut ours = quant::indicators::Macd::new(12, 26, 9);
    let last = run(closes, |close| ours.handle_close(close)).pop().flatten().expect("warm");
    let theirs = values.pop().flatten().expect("warm").0;
    assert!((last.line - theirs).abs() < 1e-9);
}
