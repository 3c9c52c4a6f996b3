//! Reads the real bars and prints that lie beside the project; never copied into it.

use std::io::{Read, Write};
use std::path::PathBuf;

use market::{Bar, Moment, Price, Span, TradingDate, Volume};

/// The folder of real data; says that `test` is skipped where it is absent.
pub(crate) fn data(test: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    if folder.is_dir() {
        return Some(folder);
    }
    let _ = writeln!(std::io::stderr(), "skipped {test}: ../shared/data is not here");
    None
}

/// A file, which may be the only one inside a zip.
pub(crate) fn text(path: PathBuf) -> String {
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    if path.extension().is_none_or(|end| end != "zip") {
        return String::from_utf8(bytes).unwrap();
    }
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_index(0).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// The file of a zip whose name ends in `end`.
pub(crate) fn text_inside(path: PathBuf, end: &str) -> String {
    let file = std::fs::File::open(path).unwrap();
    let mut archive = zip::ZipArchive::new(file).unwrap();
    let place = (0..archive.len())
        .find(|place| archive.by_index(*place).unwrap().name().unwrap().ends_with(end))
        .unwrap();
    let mut text = String::new();
    archive.by_index(place).unwrap().read_to_string(&mut text).unwrap();
    text
}

pub(crate) fn date(text: &str) -> TradingDate {
    text.parse().unwrap()
}

/// `20131007` as a date.
pub(crate) fn short_date(text: &str) -> TradingDate {
    date(&format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..8]))
}

/// An instant from a New York date and a time such as `09:31` or `09:31:00`.
pub(crate) fn moment(date: TradingDate, clock: &str) -> Moment {
    let parts: Vec<i64> = clock.split(':').map(|part| part.parse().unwrap()).collect();
    let seconds = parts[0] * 3_600 + parts[1] * 60 + parts.get(2).unwrap_or(&0);
    Moment::new_york(date, Span::seconds(seconds))
}

/// A whole number, which some files write as `1674100.0`.
fn whole(text: &str) -> i64 {
    let (digits, zeros) = text.split_once('.').unwrap_or((text, ""));
    assert!(zeros.bytes().all(|byte| byte == b'0'), "{text} is not whole");
    digits.parse().unwrap()
}

pub(crate) fn units(text: &str) -> Price {
    Price::from_units(whole(text)).unwrap()
}

pub(crate) fn dollars(text: &str) -> Price {
    text.parse().unwrap()
}

fn bar(start: Moment, prices: [Price; 4], volume: Volume) -> Bar {
    let [open, high, low, close] = prices;
    Bar { start, open, high, low, close, volume }.checked().unwrap()
}

/// QuantConnect Lean minutes of an equity: ms since midnight in New York, ten-thousandths.
pub(crate) fn lean_equity_minutes(text: &str, date: TradingDate) -> Vec<Bar> {
    let midnight = Moment::new_york(date, Span::ZERO);
    text.lines()
        .map(|line| {
            let part: Vec<&str> = line.split(',').collect();
            let start = midnight + Span::millis(part[0].parse().unwrap());
            let prices = [part[1], part[2], part[3], part[4]].map(units);
            bar(start, prices, part[5].parse().unwrap())
        })
        .collect()
}

/// QuantConnect Lean minutes of a future: ms since midnight in **UTC**, points.
pub(crate) fn lean_future_minutes(text: &str, date: TradingDate) -> Vec<Bar> {
    let midnight = Moment(i64::from(date.epoch_days()) * Span::hours(24).0);
    text.lines()
        .map(|line| {
            let part: Vec<&str> = line.split(',').collect();
            let start = midnight + Span::millis(part[0].parse().unwrap());
            let prices = [part[1], part[2], part[3], part[4]].map(dollars);
            bar(start, prices, whole(part[5]))
        })
        .collect()
}

/// QuantConnect Lean minutes of an index: ms since midnight in **Chicago**, points.
pub(crate) fn lean_index_minutes(text: &str, date: TradingDate) -> Vec<Bar> {
    let midnight = Moment::new_york(date, Span::hours(1));
    text.lines()
        .map(|line| {
            let part: Vec<&str> = line.split(',').collect();
            let start = midnight + Span::millis(part[0].parse().unwrap());
            let prices = [part[1], part[2], part[3], part[4]].map(dollars);
            bar(start, prices, part[5].parse().unwrap())
        })
        .collect()
}

/// QuantConnect Lean daily bars, stamped with the regular open.
pub(crate) fn lean_daily(text: &str) -> Vec<Bar> {
    text.lines()
        .map(|line| {
            let part: Vec<&str> = line.split(',').collect();
            let prices = [part[1], part[2], part[3], part[4]].map(units);
            let volume = whole(part[5]);
            bar(moment(short_date(part[0]), "09:30"), prices, volume)
        })
        .collect()
}

/// `date[ time],open,high,low,close[,volume]` in New York time, in whatever order the rows are.
pub(crate) fn csv_bars(text: &str, shift: Span) -> Vec<Bar> {
    let mut bars: Vec<Bar> = text
        .lines()
        .filter(|line| line.starts_with(|letter: char| letter.is_ascii_digit()))
        .map(|line| {
            let part: Vec<&str> = line.split(',').collect();
            let (day, clock) = part[0].split_once(' ').unwrap_or((part[0], "09:30"));
            let prices = [part[1], part[2], part[3], part[4]].map(dollars);
            let volume = part.get(5).map_or(0, |volume| whole(volume));
            bar(moment(date(day), clock) + shift, prices, volume)
        })
        .collect();
    bars.sort_by_key(|bar| bar.start);
    bars
}
