//! Files that are wrong in a known way, and what is said of each.

use feeds::{
    FILE_BYTES_MAX, ImportOptions, ImportZone, REFUSED_SHOWN_MAX, Refused, Stamps, ZIP_ENTRIES_MAX,
    read_prints,
};
use market::{BarSpan, Symbol};

use crate::files::{read, read_text, wall, zip_of};

const HEADER: &str = "time,open,high,low,close,volume\n";

/// Rows of one minute each, from 09:30 on.
fn minutes(count: u32) -> String {
    let mut text = HEADER.to_owned();
    for minute in 570..570 + count {
        let (hour, minute) = (minute / 60, minute % 60);
        text += &format!("2013-10-07 {hour:02}:{minute:02},5,7,4,6,10\n");
    }
    text
}

/// A file that is refused as a whole.
#[track_caller]
fn refused(text: &str, expected: &str) {
    assert_eq!(read_text(text).unwrap_err().to_string(), expected);
}

/// One row too many behind three good ones, and why it is refused.
#[track_caller]
fn row_refused(row: &str, field: Option<&str>, expected: &str) -> Refused {
    let imported = read_text(&format!("{}{row}\n", minutes(3))).unwrap();
    let report = imported.report;
    assert_eq!((report.rows, report.accepted, report.refused_count), (4, 3, 1), "{report:#?}");
    assert_eq!(imported.bars.len(), 3);
    let refused = report.refused[0].clone();
    assert_eq!((refused.row, refused.field), (5, field));
    assert_eq!(refused.why, expected);
    refused
}

#[test]
fn kind_1_wrong_columns() {
    refused(
        "time,open,high,close\n2013-10-07 09:30,5,7,6\n",
        "the file has no column for the low: it has `time`, `open`, `high`, `close`",
    );
    refused(
        "open,high,low,close\n5,7,4,6\n",
        "the file has no column for the date: it has `open`, `high`, `low`, `close`",
    );
    refused(
        "time,open,high,low,close,last\n2013-10-07 09:30,5,7,4,6,6\n",
        "two columns could be the close: `close` and `last`",
    );
    refused(
        "2013-10-07 09:30,5,7,4,6,10,1,2\n",
        "the file has no header, and its 8 columns are not time, open, high, low, close and \
         volume: add a header",
    );
    refused(
        "what is this\n",
        "the file has one column, `what is this`: expected fields separated by `,`, `;` or tabs",
    );
    refused(&format!("time{}\n", ",x".repeat(64)), "the file has 65 columns, over 64");
    refused(&"x,".repeat(3_000), "row 1 is longer than 4096 bytes");
    refused(&HEADER.replace("time", "\"time"), "the first row has a quote that is not closed");
    row_refused("2013-10-07 09:33,5,7,4", None, "4 fields, expected 6");
    row_refused("2013-10-07 09:33,5,7,4,6,10,1", None, "7 fields, expected 6");
    row_refused("2013-10-07 09:33,\"5,7,4,6,10", None, "a quote is not closed");
    let long = format!("2013-10-07 09:33,5,7,4,6,{}", "1".repeat(5_000));
    row_refused(&long, None, "the row is over 4096 bytes");
}

#[test]
fn kind_2_bad_numbers() {
    let row = |open: &str, volume: &str| format!("2013-10-07 09:33,{open},7,4,6,{volume}");
    let not_a_price = "is not a price: expected a decimal number such as 5912.25";
    let range = "is out of range: a price lies between 0.0001 and 10000000";
    for open in ["abc", "", "nan", "5.6.7", "5,6"] {
        let expected = format!("`{open}` {not_a_price}");
        let refused = row_refused(&row(&format!("\"{open}\""), "10"), Some("open"), &expected);
        assert_eq!(refused.value, open);
    }
    for open in ["0", "-5", "0.00", "99999999"] {
        row_refused(&row(open, "10"), Some("open"), &format!("{open} {range}"));
    }
    let not_a_volume = "is not a volume: expected a whole number such as 81489219";
    for volume in ["x", "", "1.2.3"] {
        row_refused(&row("5", volume), Some("volume"), &format!("`{volume}` {not_a_volume}"));
    }
    row_refused(&row("5", "-10"), Some("volume"), "volume -10 is negative");
    let no_time = "is no time: expected one like `2013-10-07 09:30`";
    for time in ["", "yesterday", "2013-10-32 09:33", "2013-10-07 25:00"] {
        let row = format!("{time},5,7,4,6,10");
        row_refused(&row, Some("time"), &format!("`{time}` {no_time}"));
    }
}

#[test]
fn kind_3_bars_that_cannot_be() {
    let row = |figures: &str| format!("2013-10-07 09:33,{figures},10");
    row_refused(&row("5,4,6,5"), Some("high"), "high 4.00 is below low 6.00");
    row_refused(&row("8,7,4,6"), Some("open"), "open 8.00 is outside 4.00 to 7.00");
    row_refused(&row("5,7,4,3"), Some("close"), "close 3.00 is outside 4.00 to 7.00");
}

#[test]
fn kind_4_duplicate_and_unsorted_rows() {
    let rows = minutes(4);
    let mut lines: Vec<&str> = rows.lines().collect();
    lines[1..].rotate_left(2);
    lines.push(lines[2]);
    let imported = read_text(&lines.join("\n")).unwrap();
    assert_eq!(imported.bars, read_text(&rows).unwrap().bars);
    let report = &imported.report;
    assert_eq!((report.rows, report.accepted, report.duplicates), (5, 4, 1));
    assert!(report.notes.contains(&"rows are not in order of time: sorted".to_owned()));
    // Rows that contradict each other: neither is believed.
    let text = format!("{}2013-10-07 09:31,5,7,4,6,11\n", minutes(4));
    let imported = read_text(&text).unwrap();
    assert_eq!(imported.bars.len(), 3);
    let told: Vec<(u64, &str)> =
        imported.report.refused.iter().map(|row| (row.row, row.why.as_str())).collect();
    let other = |row: u32| format!("row {row} has other figures for 2013-10-07 09:31");
    assert_eq!(told, [(3, other(6).as_str()), (6, other(3).as_str())]);
    let zip = zip_of(&[("a.csv", minutes(4).as_bytes()), ("b.csv", text.as_bytes())]);
    let imported = read(&zip, "spy.zip", &ImportOptions::new(Symbol::SPY)).unwrap();
    let last = &imported.report.refused[imported.report.refused.len() - 1];
    assert_eq!((last.entry.as_str(), last.row), ("b.csv", 6));
    assert_eq!(last.why, "row 3 of `a.csv` has other figures for 2013-10-07 09:31");
}

#[test]
fn kind_5_a_wrong_zone() {
    let in_hours = |hours: i32| {
        let day = minutes(390);
        let mut text = String::new();
        for line in day.lines() {
            let shifted = line.split_once(' ').and_then(|(date, rest)| {
                let (hour, rest) = rest.split_once(':')?;
                let hour: i32 = hour.parse().ok()?;
                Some(format!("{date} {:02}:{rest}\n", hour + hours))
            });
            text += &shifted.unwrap_or_else(|| format!("{line}\n"));
        }
        text
    };
    let not_the_hours = |from: &str, until: &str, remedy: &str| {
        format!(
            "days last from {from} to {until} when read as America/New_York, which are not the \
             exchange's hours: pass the file's own zone, perhaps with `--zone {remedy}`"
        )
    };
    refused(&in_hours(-1), &not_the_hours("08:30", "15:00", "America/Chicago"));
    refused(&in_hours(4), &not_the_hours("13:30", "20:00", "UTC"));
    refused(&in_hours(-3), &not_the_hours("06:30", "13:00", "America/Los_Angeles"));
    refused(&in_hours(6), &not_the_hours("15:30", "22:00", "Europe/Berlin"));
    // Said, they are right.
    let options = ImportOptions {
        zone: Some("America/Chicago".parse().unwrap()),
        ..ImportOptions::new(Symbol::SPY)
    };
    let imported = read(in_hours(-1).as_bytes(), "spy.csv", &options).unwrap();
    assert_eq!(imported.bars, read_text(&minutes(390)).unwrap().bars);
    // Too short to have a shape, too far off to be traded.
    let night = minutes(3).replace(" 09:", " 22:");
    refused(
        &night,
        "3 of 3 rows fall outside 04:00 to 20:00 of trading days in New York, read as \
         America/New_York: pass the file's own zone with `--zone`",
    );
    let refused = row_refused(
        "2013-10-07 03:59,5,7,4,6,10",
        Some("time"),
        "the exchange was closed at 03:59 in New York",
    );
    assert_eq!(refused.remedy.as_deref(), Some("is `--zone` right?"));
    row_refused(
        "2013-10-05 09:30,5,7,4,6,10",
        Some("time"),
        "the exchange was closed on 2013-10-05",
    );
    assert!("Chicago".parse::<ImportZone>().is_err());
}

#[test]
fn kind_6_a_gap() {
    let text: String = minutes(10)
        .lines()
        .filter(|line| !line.contains("09:33") && !line.contains("09:34"))
        .map(|line| format!("{line}\n"))
        .collect();
    let imported = read_text(&text).unwrap();
    assert_eq!(imported.bars.len(), 8);
    let [gap] = imported.report.gaps.as_slice() else { panic!("there is one gap") };
    assert_eq!((imported.report.missing, gap.bars), (2, 2));
    assert_eq!([wall(gap.from), wall(gap.last)], ["2013-10-07 09:33", "2013-10-07 09:34"]);
    // A day that is not there is one too, but no weekend is.
    let text = format!(
        "{HEADER}2013-10-04,5,7,4,6,1\n2013-10-07,5,7,4,6,1\n2013-10-08,5,7,4,6,1\n\
         2013-10-10,5,7,4,6,1\n"
    );
    let imported = read_text(&text).unwrap();
    let [gap] = imported.report.gaps.as_slice() else { panic!("there is one gap") };
    assert_eq!(wall(gap.from), "2013-10-09 09:30");
}

#[test]
fn kind_7_empty() {
    for text in ["", "\n\n  \r\n", "\u{feff}"] {
        refused(text, "the file is empty");
    }
    refused(HEADER, "the file has a header and no rows");
    let zip = zip_of(&[("spy.csv", b"")]);
    let refusal = read(&zip, "spy.zip", &ImportOptions::new(Symbol::SPY)).unwrap_err();
    assert_eq!(refusal.to_string(), "`spy.csv` is empty");
}

#[test]
fn kind_8_binary() {
    let options = ImportOptions::new(Symbol::SPY);
    let refusal = |input: &[u8]| read(input, "spy.csv", &options).unwrap_err().to_string();
    assert_eq!(
        refusal(b"\x89PNG\r\n\x1a\n\0\0\0"),
        "the file is not text, from row 1 on: expected CSV"
    );
    let mut broken = minutes(2).into_bytes();
    broken.extend(b"2013-10-07 09:32,5\xff\n");
    assert_eq!(refusal(&broken), "the file is not text, from row 4 on: expected CSV");
    let wide: Vec<u8> = minutes(2).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let wide = [b"\xff\xfe".as_slice(), &wide].concat();
    assert_eq!(refusal(&wide), "the file is UTF-16: save it as CSV in UTF-8");
    let zeros = vec![b'1'; FILE_BYTES_MAX + 1];
    assert_eq!(refusal(&zeros), "the file has 512 MB, over 512 MB: split it");
}

#[test]
fn kind_9_zip_bombs() {
    let options = ImportOptions::new(Symbol::SPY);
    let refusal = |input: &[u8]| read(input, "spy.zip", &options).unwrap_err().to_string();
    let blanks = vec![b' '; 32 << 20];
    assert_eq!(
        refusal(&zip_of(&[("spy.csv", &blanks)])),
        "`spy.csv` of the zip unpacks to more than 200 times its size",
    );
    let names: Vec<String> = (0..=ZIP_ENTRIES_MAX).map(|n| format!("{n}.csv")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
    assert_eq!(refusal(&zip_of(&files)), "the zip has 1001 files, over 1000");
    assert_eq!(refusal(&zip_of(&[])), "the zip holds no CSV or text file");
    assert_eq!(refusal(&zip_of(&[("a.exe", b"MZ")])), "the zip holds no CSV or text file");
    let whole = zip_of(&[("spy.csv", minutes(390).as_bytes())]);
    assert!(refusal(&whole[..whole.len() / 2]).starts_with("the zip is damaged: "));
    let mut damaged = whole.clone();
    damaged[60] ^= 0xff;
    assert!(refusal(&damaged).starts_with("`spy.csv` of the zip is damaged: "));
}

#[test]
fn kind_10_and_11_byte_order_mark_and_line_ends() {
    let expected = read_text(&minutes(5)).unwrap();
    let marked = format!("\u{feff}{}", minutes(5));
    assert_eq!(read_text(&marked).unwrap(), expected);
    assert_eq!(read_text(&minutes(5).replace('\n', "\r\n")).unwrap(), expected);
    assert_eq!(read_text(&format!("{marked}\r\n\r\n").replace('\n', "\r\n")).unwrap(), expected);
}

#[test]
fn kind_12_mixed_stamps() {
    // A row between two minutes is the start of neither.
    let refused = row_refused(
        "2013-10-07 09:33:30,5,7,4,6,10",
        Some("time"),
        "2013-10-07 09:33:30 is no start of a bar of 1m",
    );
    let remedy = "say what times mark with `--stamps start` or `--stamps end`";
    assert_eq!(refused.remedy.as_deref(), Some(remedy));
    // One day by starts, one by ends.
    let mut text = minutes(390);
    for minute in 571..=960 {
        text += &format!("2013-10-08 {:02}:{:02},5,7,4,6,10\n", minute / 60, minute % 60);
    }
    let expected = "1 days begin at 09:30 and 1 a bar later, up to the close: say what times mark \
                    with `--stamps start` or `--stamps end`";
    assert_eq!(read_text(&text).unwrap_err().to_string(), expected);
    let options = ImportOptions { stamps: Stamps::Start, ..ImportOptions::new(Symbol::SPY) };
    assert_eq!(read(text.as_bytes(), "spy.csv", &options).unwrap().bars.len(), 780);
}

#[test]
fn spans_that_the_rows_contradict() {
    let with = |text: &str, span: BarSpan| {
        let options = ImportOptions { span: Some(span), ..ImportOptions::new(Symbol::SPY) };
        read(text.as_bytes(), "spy.csv", &options).unwrap_err().to_string()
    };
    let text = minutes(10);
    assert_eq!(with(&text, BarSpan::M5), "rows are 1m apart, so they are no bars of 5m");
    assert_eq!(
        with(&text, BarSpan::Day),
        "the file has several rows a day: they are no bars of 1D",
    );
    assert_eq!(
        with(&text, BarSpan::Week),
        "weeks and months are folded from days: import daily bars",
    );
    let days = format!("{HEADER}2013-10-07,5,7,4,6,1\n2013-10-08,5,7,4,6,1\n");
    assert_eq!(
        with(&days, BarSpan::M1),
        "rows have dates and no times, so they are no bars of 1m: pass `--span 1D`",
    );
    let one = format!("{HEADER}2013-10-07 09:30,5,7,4,6,1\n");
    refused(&one, "a single row does not tell how long it lasts: pass `--span`");
    refused(
        &format!("{HEADER}2013-10-05,5,7,4,6,1\n2013-10-06,5,7,4,6,1\n2013-10-07,5,7,4,6,1\n"),
        "the exchange was closed on the days of 2 of 3 rows: these are no bars of a market in New \
         York",
    );
}

#[test]
fn a_report_lists_the_first_refusals_and_counts_the_rest() {
    let mut text = minutes(3);
    text += &"2013-10-07 09:33,5,7,4\n".repeat(1_000);
    let report = read_text(&text).unwrap().report;
    assert_eq!((report.refused_count, report.refused.len()), (1_000, REFUSED_SHOWN_MAX));
    assert_eq!((report.refused[0].row, report.refused[99].row), (5, 104));
}

#[test]
fn ticks_that_cannot_be() {
    let name = "20131007_spy_trade_tick.csv";
    let options = ImportOptions::new(Symbol::SPY);
    let read =
        |text: &str, name: &str| read_prints(text.as_bytes(), name, &options, &mut |_, _| {});
    let good = "34200000,1674300,100,P,1,0\n";
    let check = |row: &str, field: Option<&str>, why: &str| {
        let report = read(&format!("{good}{row}\n{good}"), name).unwrap().report;
        let refused = &report.refused[0];
        assert_eq!((refused.row, refused.field, refused.why.as_str()), (2, field, why));
        assert_eq!((report.rows, report.accepted, report.refused_count), (3, 2, 1));
    };
    check("34200000,1674300,100,P,1", None, "5 fields, expected 6");
    let no_time = "`86400000` is no time: expected milliseconds since midnight";
    check("86400000,1674300,100,P,1,0", Some("time"), no_time);
    let closed = "the exchange was closed at 20:00 in New York";
    check("72000000,1674300,100,P,1,0", Some("time"), closed);
    let no_price = "`16743x0` is not a price in ten-thousandths";
    check("34200000,16743x0,100,P,1,0", Some("price"), no_price);
    check(
        "34200000,1674300,x,P,1,0",
        Some("volume"),
        "`x` is not a volume: expected a whole number such as 81489219",
    );
    let no_code = "`xyz` is no sale condition: expected a hex number";
    check("34200000,1674300,100,P,xyz,0", Some("conditions"), no_code);
    check("34200000,1674300,100,P,1,2", Some("suspicious"), "`2` is neither 0 nor 1");
    assert_eq!(
        read(good, "spy.csv").unwrap_err().to_string(),
        "`spy.csv` holds no ticks: ticks are read from files named like \
         `20131007_spy_trade_tick.csv`",
    );
    assert_eq!(
        read(good, "20131007_qqq_trade_tick.csv").unwrap_err().to_string(),
        "`20131007_qqq_trade_tick.csv` holds `qqq`, not `SPY`: is `--symbol` right?",
    );
}
