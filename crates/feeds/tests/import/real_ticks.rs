//! Real ticks: which of them make the vendor's own bars.

use std::path::Path;

use feeds::{ImportOptions, ImportedPrints, LeftOutWhy, read_prints};
use market::{Moment, PrintMark, Span, Symbol, TradingDate};

use crate::files::{data, text_of};

/// Rows of each file.
const DAYS: [(&str, u64); 5] = [
    ("2013-10-07", 250_601),
    ("2013-10-08", 451_545),
    ("2013-10-09", 439_677),
    ("2013-10-10", 460_032),
    ("2013-10-11", 285_605),
];

/// Open, high, low and close of the vendor's daily bar, in ten-thousandths.
fn daily_bar(folder: &Path, day: &str) -> [i64; 4] {
    let text = text_of(folder, "market/lean/equity/usa/daily/spy.zip");
    let date = day.replace('-', "");
    let row = text.lines().find(|line| line.starts_with(&date)).unwrap();
    let part: Vec<&str> = row.split(',').collect();
    let [open, high, low, close] = [1, 2, 3, 4].map(|place| part[place].parse::<i64>().unwrap());
    match day {
        // A print at 165.36, which is in the vendor's own minutes.
        "2013-10-08" => [open, high, low - 100, close],
        // 300 shares at 169.26, which nobody called wrong.
        "2013-10-10" => [open, high + 200, low, close],
        _ => [open, high, low, close],
    }
}

fn ticks_of(folder: &Path, day: &str) -> (String, ImportedPrints) {
    let path = format!("market/lean/ticks/spy_{}_trade.zip", day.replace('-', ""));
    let input = std::fs::read(folder.join(&path)).unwrap();
    let options = ImportOptions::new(Symbol::SPY);
    (path.clone(), read_prints(&input, &path, &options, &mut |_, _| {}).unwrap())
}

#[test]
fn prints_make_the_daily_bar() {
    let Some(folder) = data("prints_make_the_daily_bar") else { return };
    let mut rows = 0;
    for (day, expected_rows) in DAYS {
        let (_, imported) = ticks_of(&folder, day);
        rows += imported.report.rows;
        assert_eq!(imported.report.rows, expected_rows);
        assert_eq!(imported.report.refused_count, 0);
        assert!(imported.prints.is_sorted_by_key(|print| print.at));
        let date: TradingDate = day.parse().unwrap();
        let open = Moment::new_york(date, Span::minutes(570));
        let close = Moment::new_york(date, Span::hours(16));
        let regular: Vec<i64> = imported
            .prints
            .iter()
            .filter(|print| open <= print.at && print.at < close)
            .map(|print| print.price.units())
            .collect();
        let official: Vec<_> =
            imported.prints.iter().filter(|print| print.mark == PrintMark::OfficialClose).collect();
        assert_eq!(official.len(), 1, "{day}");
        assert!(close <= official[0].at && official[0].at < close + Span::seconds(2));
        let high = *regular.iter().max().unwrap().max(&official[0].price.units());
        let low = *regular.iter().min().unwrap();
        assert_eq!([regular[0], high, low, official[0].price.units()], daily_bar(&folder, day));
    }
    assert_eq!(rows, 1_887_460);
}

/// Every share of the file is in the prints or in what was left out.
#[test]
fn every_share_is_accounted_for() {
    let Some(folder) = data("every_share_is_accounted_for") else { return };
    for (day, rows) in DAYS {
        let (path, imported) = ticks_of(&folder, day);
        let shares = |row: &str| row.split(',').nth(2).unwrap().parse::<i64>().unwrap();
        let expected: i64 = text_of(&folder, &path).lines().map(shares).sum();
        let [summary] = imported.days.as_slice() else { panic!("{day} is one day") };
        let left_out =
            |count: fn(&feeds::LeftOut) -> i64| -> i64 { summary.left_out.iter().map(count).sum() };
        assert_eq!(summary.shares + left_out(|left_out| left_out.shares), expected);
        let prints = i64::try_from(summary.prints).unwrap();
        let count = prints + left_out(|left_out| i64::try_from(left_out.prints).unwrap());
        assert_eq!(count, i64::try_from(rows).unwrap());
        assert_eq!(summary.date.to_string(), day);
    }
}

/// The vendor's daily volume of the 7th, from its ticks: all of the session, the first fill of each
/// auction, no official message. What was left out is known, so the difference is too.
#[test]
fn the_volume_of_the_seventh() {
    let Some(folder) = data("the_volume_of_the_seventh") else { return };
    let (path, imported) = ticks_of(&folder, "2013-10-07");
    let (mut vendor, mut auction, mut first_close) = (0_i64, 0_i64, 0_i64);
    let mut has_first_open = false;
    for row in text_of(&folder, &path).lines() {
        let part: Vec<&str> = row.split(',').collect();
        let [millis, shares] = [part[0], part[2]].map(|part| part.parse::<i64>().unwrap());
        let code = u32::from_str_radix(part[4], 16).unwrap();
        let is_primary = part[3] == "P";
        if code & 0x80 != 0 && is_primary && first_close == 0 {
            first_close = shares;
        }
        if !(34_200_000..57_600_000).contains(&millis) {
            continue;
        }
        match (code & 0x40 != 0, code & 0x500_0000 != 0) {
            (_, true) => auction += if is_primary { shares } else { 0 },
            (true, _) if !is_primary || has_first_open => {}
            (is_open, _) => {
                has_first_open |= is_open;
                vendor += shares;
            }
        }
    }
    assert_eq!(vendor + first_close, 81_489_219);
    // Ours: the whole opening auction in place of its first fill of 1,750 shares.
    let close = Moment::new_york("2013-10-07".parse().unwrap(), Span::hours(16));
    let open = close + Span::minutes(-390);
    let regular = imported.prints.iter().filter(|print| open <= print.at && print.at < close);
    let ours: i64 = regular.map(|print| print.size).sum();
    // Without what was printed before the auction and what had no price of its own.
    let mut left_out = 0;
    for row in text_of(&folder, &path).lines() {
        let part: Vec<&str> = row.split(',').collect();
        let [millis, shares] = [part[0], part[2]].map(|part| part.parse::<i64>().unwrap());
        let code = u32::from_str_radix(part[4], 16).unwrap();
        let is_auction = code & 0x500_0040 != 0;
        let is_early = millis < 34_200_785;
        let is_no_price = code & 0x274_020e != 0 || code & 0x6800 != 0;
        let is_regular = (34_200_000..57_600_000).contains(&millis);
        left_out += if is_regular && !is_auction && (is_early || is_no_price) { shares } else { 0 };
    }
    assert_eq!(auction, 251_288);
    assert_eq!(ours, vendor - 1_750 + auction - left_out);
}

/// Before the open the prints that count reach as far as the vendor's minutes do, but for three
/// extremes that those took from average-price trades (166.33 and 165.48 on the 9th, 167.88 on the
/// 11th, at which nobody could trade then).
#[test]
fn the_pre_market_of_the_minutes() {
    let Some(folder) = data("the_pre_market_of_the_minutes") else { return };
    for (day, _) in DAYS {
        let (_, imported) = ticks_of(&folder, day);
        let path = format!("market/lean/equity/usa/minute/spy/{}_trade.zip", day.replace('-', ""),);
        let (mut high, mut low) = (0, i64::MAX);
        for row in text_of(&folder, &path).lines() {
            let part: Vec<i64> = row.split(',').map(|part| part.parse().unwrap()).collect();
            if part[0] < 34_200_000 {
                high = high.max(part[2]);
                low = low.min(part[3]);
            }
        }
        let open = Moment::new_york(day.parse().unwrap(), Span::minutes(570));
        let before: Vec<i64> = imported
            .prints
            .iter()
            .filter(|print| print.at < open)
            .map(|print| print.price.units())
            .collect();
        let (expected_high, expected_low) = match day {
            "2013-10-09" => (1_662_900, 1_657_000),
            "2013-10-11" => (high, 1_687_000),
            _ => (high, low),
        };
        assert_eq!(before.iter().max(), Some(&expected_high), "{day}");
        assert_eq!(before.iter().min(), Some(&expected_low), "{day}");
        assert!(expected_high <= high && low <= expected_low);
    }
}

/// The vendor marks ten prints of the 10th, all of one block trade at a price of the day before.
#[test]
fn suspicious_prints_stay_out() {
    let Some(folder) = data("suspicious_prints_stay_out") else { return };
    for (day, _) in DAYS {
        let (_, imported) = ticks_of(&folder, day);
        let is_suspicious = |left_out: &&feeds::LeftOut| left_out.why == LeftOutWhy::Suspicious;
        let suspicious = imported.days[0].left_out.iter().find(is_suspicious);
        let expected = (day == "2013-10-10").then_some((10, 10_522_245));
        assert_eq!(suspicious.map(|left_out| (left_out.prints, left_out.shares)), expected);
    }
}
