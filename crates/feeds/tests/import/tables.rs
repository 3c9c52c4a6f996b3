//! Ways of writing the same three minutes: all become the same bars.

use feeds::{ImportOptions, ImportedBars, read_bars};
use market::{Bar, BarHours, BarSpan, Moment, Price, Span, Symbol};

use crate::files::{read, read_text, zip_of};

/// Three minutes of 7 October 2013.
fn expected() -> Vec<Bar> {
    let date = "2013-10-07".parse().unwrap();
    let price = |text: &str| -> Price { text.parse().unwrap() };
    let rows = [
        ["1204.10", "1204.90", "1203.80", "1204.25"],
        ["1204.30", "1204.55", "1203.60", "1203.75"],
        ["1203.75", "1204.05", "1203.50", "1203.95"],
    ];
    (0..3)
        .zip(rows)
        .map(|(minute, [open, high, low, close])| Bar {
            start: Moment::new_york(date, Span::minutes(570 + minute)),
            open: price(open),
            high: price(high),
            low: price(low),
            close: price(close),
            volume: 410_200 + minute,
        })
        .collect()
}

#[track_caller]
fn check(text: &str) -> ImportedBars {
    let imported = read_text(text).unwrap();
    assert_eq!(imported.bars, expected(), "{text}\n{:#?}", imported.report);
    assert_eq!((imported.span, imported.hours), (BarSpan::M1, BarHours::Extended));
    assert_eq!((imported.report.rows, imported.report.accepted), (3, 3));
    imported
}

/// A file with each row's time as given.
fn with_times(times: [&str; 3]) -> String {
    let [first, second, third] = times;
    format!(
        "date,open,high,low,close,volume\n\
         {first},1204.10,1204.90,1203.80,1204.25,410200\n\
         {second},1204.30,1204.55,1203.60,1203.75,410201\n\
         {third},1203.75,1204.05,1203.50,1203.95,410202\n"
    )
}

/// As above, with `{}` for the minutes.
fn with_minutes(form: &str) -> String {
    let times = ["30", "31", "32"].map(|minute| form.replace("{}", minute));
    with_times([&times[0], &times[1], &times[2]])
}

#[test]
fn times() {
    for form in [
        "2013-10-07 09:{}:00",
        "2013-10-07 09:{}",
        "2013-10-07T09:{}:00",
        "2013-10-07T13:{}:00Z",
        "2013-10-07T09:{}:00-04:00",
        "2013-10-07 15:{}:00+02:00",
        "2013.10.07 09:{}:00",
        "2013/10/07 9:{}",
        "20131007 09:{}",
        "20131007 09{}00",
        "201310079{}",
        "\"2013-10-07 09:{}\"",
    ] {
        // One of them is too short to be a time and must not pass for one.
        if form == "201310079{}" {
            assert_eq!(read_text(&with_minutes(form)).unwrap().bars, []);
            continue;
        }
        check(&with_minutes(form));
    }
    // Seconds, milliseconds and microseconds since 1970.
    check(&with_times(["1381152600", "1381152660", "1381152720"]));
    check(&with_times(["1381152600000", "1381152660000", "1381152720000"]));
    check(&with_times(["1381152600000000", "1381152660000000", "1381152720000000"]));
}

#[test]
fn day_and_month() {
    // As the seventh of October it was a Monday; as the tenth of July a Wednesday.
    let refusal = read_text(&with_minutes("10/07/2013 9:{}")).unwrap_err().to_string();
    assert_eq!(
        refusal,
        "dates such as `10/7/2013` may be month first or day first: write them as `2013-10-07`",
    );
    // A day above twelve decides, wherever it stands.
    let more = "10/15/2013 9:30,1204.10,1204.90,1203.80,1204.25,1\n";
    let text = format!("{}{more}", with_minutes("10/07/2013 9:{}"));
    assert_eq!(read_text(&text).unwrap().bars[..3], expected());
    let more = "15.10.2013 9:30,1204.10,1204.90,1203.80,1204.25,1\n";
    let text = format!("{}{more}", with_minutes("07.10.2013 9:{}"));
    let imported = read_text(&text).unwrap();
    assert_eq!(imported.bars[..3], expected());
    assert!(imported.report.notes.contains(&"dates are written day first".to_owned()));
    // So does a day on which the exchange was closed: 11 May 2019 was a Saturday.
    let row = |day: u32| format!("11/{day}/2019,5,6,4,5,1\n");
    let text = format!("date,open,high,low,close,volume\n{}{}{}", row(5), row(6), row(7));
    let imported = read_text(&text).unwrap();
    assert_eq!(imported.bars[0].start.to_string(), "2019-11-05T14:30:00Z");
    assert!(imported.report.notes.contains(&"dates are written month first".to_owned()));
}

#[test]
fn shapes() {
    let plain = with_minutes("2013-10-07 09:{}");
    check(&format!("\u{feff}{plain}"));
    check(&plain.replace('\n', "\r\n"));
    check(&plain.replace(',', ";"));
    check(&plain.replace(',', "\t"));
    check(&plain.replace('\n', "\n\n"));
    check(plain.trim_end());
    check(&plain.replace(',', ", "));
    check(plain.split_once('\n').unwrap().1);
    check(&plain.replace("date,open,high,low,close", "Candlestick.Time,O,H,L,Last"));
    check(&plain.replace("date,open,high,low,close", "<DATE>,<OPEN>,<HIGH>,<LOW>,<CLOSE>"));
}

#[test]
fn columns_in_any_order() {
    check(
        "Symbol,Close/Last,Volume,Low,High,Open,Time,Date\n\
         SPY,$1204.25,\"410,200\",$1203.80,$1204.90,\"1,204.10\",09:30:00,2013-10-07\n\
         SPY,$1203.75,\"410,201\",$1203.60,$1204.55,\"1,204.30\",09:31:00,2013-10-07\n\
         SPY,$1203.95,410202.0,$1203.50,$1204.05,\"1,203.75\",09:32:00,2013-10-07\n",
    );
    // Date and time apart, and no header.
    let imported = check(
        "2013.10.07,09:30,1204.10,1204.90,1203.80,1204.25,410200\n\
         2013.10.07,09:31,1204.30,1204.55,1203.60,1203.75,410201\n\
         2013.10.07,09:32,1203.75,1204.05,1203.50,1203.95,410202\n",
    );
    assert_eq!(
        imported.report.notes,
        [
            "there is no header: read by position as time, open, high, low, close, volume",
            "fields are separated by `,`",
            "times are read as America/New_York",
            "each bar lasts 1m",
            "times mark the start of a bar",
        ],
    );
}

#[test]
fn inside_a_zip() {
    let plain = with_minutes("2013-10-07 09:{}");
    let rows: Vec<&str> = plain.lines().collect();
    let one = format!("{}\n{}\n{}\n", rows[0], rows[1], rows[2]);
    let other = format!("{}\n{}\n", rows[0], rows[3]);
    let zip = zip_of(&[
        ("2013/b.csv", other.as_bytes()),
        ("2013/a.txt", one.as_bytes()),
        ("readme.md", b"\0\0"),
    ]);
    let options = ImportOptions { span: Some(BarSpan::M1), ..ImportOptions::new(Symbol::SPY) };
    let imported = read(&zip, "spy.zip", &options).unwrap();
    assert_eq!(imported.bars, expected());
    assert!(imported.report.notes.contains(&"rows are not in order of time: sorted".to_owned()));
}

#[test]
fn days_begin_with_the_session() {
    for times in [
        ["2013-10-07", "2013-10-08", "2013-10-09"],
        ["2013-10-07 00:00:00", "2013-10-08 00:00:00", "2013-10-09 00:00:00"],
        ["1381104000", "1381190400", "1381276800"],
        ["20131009", "20131008", "20131007"],
    ] {
        let imported = read_text(&with_times(times)).unwrap();
        assert_eq!((imported.span, imported.hours), (BarSpan::Day, BarHours::Regular));
        let starts: Vec<String> = imported.bars.iter().map(|bar| bar.start.to_string()).collect();
        let expected = ["2013-10-07", "2013-10-08", "2013-10-09"].map(|d| format!("{d}T13:30:00Z"));
        assert_eq!(starts, expected);
    }
}

#[test]
fn a_half_day_stamped_with_ends() {
    let mut text = String::from("time,open,high,low,close\n");
    for minute in 571..=780 {
        text += &format!("2023-07-03 {:02}:{:02},5,6,4,5\n", minute / 60, minute % 60);
    }
    let imported = read_text(&text).unwrap();
    assert_eq!(imported.bars.len(), 210);
    assert_eq!(imported.bars[0].start.to_string(), "2023-07-03T13:30:00Z");
    assert_eq!((imported.report.missing, imported.report.gaps.len()), (0, 0));
}

/// Two days of minutes from before the open to after the close; `bell` is the row whose bar begins
/// at 09:30, in minutes since midnight.
fn extended_days(from: i64, until: i64, bell: i64, has_volume: bool) -> String {
    let mut text = String::from("time,open,high,low,close,volume\n");
    for day in ["2013-10-07", "2013-10-08"] {
        for minute in from..=until {
            let volume = if minute < bell || bell + 390 <= minute { 900 } else { 40_000 };
            let volume = if has_volume { volume } else { 0 };
            text += &format!("{day} {:02}:{:02},5,6,4,5,{volume}\n", minute / 60, minute % 60);
        }
    }
    text
}

#[test]
fn extended_days_stamped_with_ends() {
    let first = |text: &str| {
        let imported = read_text(text).unwrap();
        let at = imported.bars[0].start.wall_time().since_midnight.whole_seconds() / 60;
        let note = imported.report.notes.iter().find(|note| note.contains("mark the")).unwrap();
        (at, note.contains("end of a bar"))
    };
    // 04:01 to 19:45 and 09:01 to 16:30, the first regular minute stamped 09:31.
    assert_eq!(first(&extended_days(241, 1_185, 571, true)), (240, true));
    assert_eq!(first(&extended_days(541, 990, 571, true)), (540, true));
    // The same stretches of a seldom traded share by starts, and a whole day.
    assert_eq!(first(&extended_days(241, 1_185, 570, true)), (241, false));
    assert_eq!(first(&extended_days(541, 989, 570, true)), (541, false));
    assert_eq!(first(&extended_days(240, 1_199, 570, true)), (240, false));
    // Without volume nothing tells them apart: starts, as most files are.
    assert_eq!(first(&extended_days(541, 990, 571, false)), (541, false));
    // A whole day of ends was known by its own ends before.
    assert_eq!(first(&extended_days(241, 1_200, 571, false)), (240, true));
}

#[test]
fn progress_is_told() {
    let mut text = String::from("time,open,high,low,close\n");
    for row in 0..70_000 {
        let (day, minute) = (row / 390, 570 + row % 390);
        let date = market::TradingDate::new(2010, 1, 4).unwrap().plus_days(day);
        text += &format!("{date} {:02}:{:02},5,6,4,5\n", minute / 60, minute % 60);
    }
    let mut told = Vec::new();
    let options = ImportOptions::new(Symbol::SPX);
    let tell = &mut |rows, bytes| told.push((rows, bytes));
    read_bars(text.as_bytes(), "spx.csv", &options, tell).unwrap();
    assert_eq!(told.len(), 2);
    assert_eq!(told[0].0, 65_536);
    assert_eq!(told[1], (70_000, text.len() as u64));
    assert!(told[0].1 < told[1].1);
}
