//! Real minutes folded: SPY of October 2013 and the half day of SPX in 2023, where the data folder
//! is there.

use std::io::{Read, Write};
use std::path::PathBuf;

use market::{Bar, BarHours, BarSpan, Moment, Price, Span, TradingDate, Volume, fold_bars};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/market/lean");

/// The one file inside a zip archive.
fn unzip(test: &str, path: &str) -> Option<String> {
    let path = PathBuf::from(DATA).join(path);
    let Ok(file) = std::fs::File::open(&path) else {
        let _ = writeln!(std::io::stderr(), "skipped {test}: ../shared/data is not here");
        return None;
    };
    let mut archive = zip::ZipArchive::new(file).expect("the archive is whole");
    let mut text = String::new();
    let mut inner = archive.by_index(0).expect("the archive holds one file");
    inner.read_to_string(&mut text).expect("the file is text");
    Some(text)
}

/// Rows of milliseconds since midnight, four prices in units of `price_unit`, and a volume; the
/// clock on the wall is `behind` New York's.
fn minutes(text: &str, date: &str, behind: Span, price_unit: f64) -> Vec<Bar> {
    let date: TradingDate = date.parse().expect("a date");
    let price = |text: &str| {
        let value: f64 = text.parse().expect("the rows hold numbers");
        Price::from_f64(value * price_unit).expect("the rows hold prices")
    };
    text.lines()
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let millis = cells[0].parse().expect("the rows begin with a time");
            let volume: f64 = cells[5].parse().expect("the rows end with a volume");
            Bar {
                start: Moment::new_york(date, Span::millis(millis) + behind),
                open: price(cells[1]),
                high: price(cells[2]),
                low: price(cells[3]),
                close: price(cells[4]),
                volume: whole(volume),
            }
            .checked()
            .expect("the rows hold bars")
        })
        .collect()
}

#[expect(clippy::cast_possible_truncation, reason = "shares of one minute are whole numbers")]
fn whole(volume: f64) -> Volume {
    volume as Volume
}

fn figures(bar: &Bar) -> [String; 5] {
    let Bar { open, high, low, close, volume, .. } = bar;
    [open.to_string(), high.to_string(), low.to_string(), close.to_string(), volume.to_string()]
}

fn clock(bar: &Bar) -> i64 {
    bar.start.wall_time().since_midnight.whole_seconds() / 60
}

#[test]
fn spy_minutes_add_up_to_the_published_day() {
    let name = "spy_minutes_add_up_to_the_published_day";
    let Some(text) = unzip(name, "equity/usa/minute/spy/20131007_trade.zip") else { return };
    let bars = minutes(&text, "2013-10-07", Span::ZERO, 1e-4);
    for span in [BarSpan::Day, BarSpan::Week] {
        let folded = fold_bars(&bars, span, BarHours::Regular);
        assert_eq!(folded.len(), 1);
        assert_eq!(figures(&folded[0]), ["167.43", "168.45", "167.25", "167.42", "81489219"]);
        assert_eq!(folded[0].start.to_string(), "2013-10-07T13:30:00Z");
    }
    let extended = fold_bars(&bars, BarSpan::Day, BarHours::Extended);
    assert_eq!(extended.len(), 1);
    let volume: Volume = bars.iter().map(|bar| bar.volume).sum();
    assert_eq!(extended[0].volume, volume);
    assert!(81_489_219 < volume);
    let hours = fold_bars(&bars, BarSpan::H4, BarHours::Extended);
    let before_open = hours.iter().filter(|bar| clock(bar) < 9 * 60 + 30);
    let (highs, lows): (Vec<_>, Vec<_>) = before_open.map(|bar| (bar.high, bar.low)).unzip();
    assert_eq!(highs.iter().max().map(Price::to_string).as_deref(), Some("168.08"));
    assert_eq!(lows.iter().min().map(Price::to_string).as_deref(), Some("167.16"));
}

#[test]
fn spy_week_is_the_same_from_minutes_and_from_days() {
    let name = "spy_week_is_the_same_from_minutes_and_from_days";
    let mut bars = Vec::new();
    for day in 7..=11 {
        let path = format!("equity/usa/minute/spy/201310{day:02}_trade.zip");
        let Some(text) = unzip(name, &path) else { return };
        bars.extend(minutes(&text, &format!("2013-10-{day:02}"), Span::ZERO, 1e-4));
    }
    let days = fold_bars(&bars, BarSpan::Day, BarHours::Regular);
    assert_eq!(days.len(), 5);
    let regular = bars.iter().filter(|bar| (9 * 60 + 30..16 * 60).contains(&clock(bar)));
    let volume: Volume = regular.map(|bar| bar.volume).sum();
    for span in [BarSpan::Week, BarSpan::Month] {
        let from_minutes = fold_bars(&bars, span, BarHours::Regular);
        assert_eq!(from_minutes, fold_bars(&days, span, BarHours::Regular));
        assert_eq!(from_minutes.len(), 1);
        assert_eq!(from_minutes[0].volume, volume);
    }
    // The month's own first trading day was Tuesday the 1st, of which there are no minutes here.
    let month = fold_bars(&bars, BarSpan::Month, BarHours::Regular);
    assert_eq!(month[0].start.to_string(), "2013-10-01T13:30:00Z");
    for (span, count) in [(BarSpan::M5, 78), (BarSpan::M30, 13), (BarSpan::H1, 7), (BarSpan::H4, 2)]
    {
        assert_eq!(fold_bars(&bars, span, BarHours::Regular).len(), 5 * count, "{span}");
    }
}

#[test]
fn an_index_on_a_half_day_has_210_minutes() {
    let name = "an_index_on_a_half_day_has_210_minutes";
    let Some(text) = unzip(name, "index/usa/minute/spx/20230703_trade.zip") else { return };
    // Written by Chicago's clock, an hour behind New York's.
    let bars = minutes(&text, "2023-07-03", Span::hours(1), 1.0);
    assert_eq!(bars.len(), 210);
    let folded = fold_bars(&bars, BarSpan::M1, BarHours::Regular);
    assert_eq!(folded, bars);
    let hours = fold_bars(&bars, BarSpan::H1, BarHours::Regular);
    assert_eq!(hours.iter().map(clock).collect::<Vec<_>>(), [570, 630, 690, 750]);
    assert_eq!(fold_bars(&bars, BarSpan::H4, BarHours::Regular).len(), 1);
}
