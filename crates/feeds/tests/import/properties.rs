//! What holds for any file.

use std::fmt::Write as _;

use feeds::{ImportOptions, read_bars, read_prints};
use market::{Bar, BarSpan, Price, Span, Symbol, TradingDate, trading_day};
use proptest::prelude::*;
use proptest::sample::SizeRange;

use crate::files::{read, read_text, zip_of};

/// Minutes of a regular day in any year, some of them missing.
fn bars() -> impl Strategy<Value = Vec<Bar>> {
    let figures = (1..1_000_000_000_i64, 0..50_000_i64, 0..50_000_i64, 0..=100_i64, 0..=100_i64);
    let rows = prop::collection::btree_map(0..390_i64, (figures, 0..10_000_000_i64), 5..60);
    (7_305..20_000_i32, rows).prop_map(|(date, rows)| {
        let mut date = TradingDate::from_epoch_days(date);
        while trading_day(date).is_none_or(|day| day.is_half_day()) {
            date = date.plus_days(1);
        }
        let open = trading_day(date).unwrap().open();
        let price = |units: i64| Price::from_units(units).unwrap();
        let bar = |(minute, ((low, up, _, at, end), volume))| {
            let high = low + up;
            let within = |percent: i64| low + up * percent / 100;
            Bar {
                start: open + Span::minutes(minute),
                open: price(within(at)),
                high: price(high),
                low: price(low),
                close: price(within(end)),
                volume,
            }
        };
        rows.into_iter().map(bar).collect()
    })
}

/// A way of writing a table.
#[derive(Clone, Debug)]
struct Style {
    /// Where time, open, high, low, close and volume stand, and one column that says nothing.
    order: Vec<usize>,
    delimiter: char,
    line_end: &'static str,
    has_quotes: bool,
    is_reversed: bool,
    has_mark: bool,
}

fn styles() -> impl Strategy<Value = Style> {
    (
        Just((0..7).collect::<Vec<usize>>()).prop_shuffle(),
        prop::sample::select(vec![',', ';', '\t']),
        prop::sample::select(vec!["\n", "\r\n"]),
        any::<[bool; 3]>(),
    )
        .prop_map(|(order, delimiter, line_end, [has_quotes, is_reversed, has_mark])| Style {
            order,
            delimiter,
            line_end,
            has_quotes,
            is_reversed,
            has_mark,
        })
}

fn written(bars: &[Bar], style: &Style) -> String {
    let mut rows =
        vec![["Time", "Open", "High", "Low", "Close", "Volume", "Note"].map(String::from)];
    for bar in bars {
        let wall = bar.start.wall_time();
        let minutes = wall.since_midnight.whole_seconds() / 60;
        let mut time = wall.date.to_string();
        write!(time, " {:02}:{:02}:00", minutes / 60, minutes % 60).unwrap();
        let Bar { open, high, low, close, volume, .. } = bar;
        let figures = [open, high, low, close].map(Price::to_string);
        let [open, high, low, close] = figures;
        rows.push([time, open, high, low, close, volume.to_string(), "x".to_owned()]);
    }
    if style.is_reversed {
        rows[1..].reverse();
    }
    let mut text = String::from(if style.has_mark { "\u{feff}" } else { "" });
    for row in rows {
        let quote = if style.has_quotes { "\"" } else { "" };
        let field = |place: &usize| format!("{quote}{}{quote}", row[*place]);
        let fields: Vec<String> = style.order.iter().map(field).collect();
        text += &fields.join(&style.delimiter.to_string());
        text += style.line_end;
    }
    text
}

fn options() -> ImportOptions {
    ImportOptions {
        span: Some(BarSpan::M1),
        stamps: feeds::Stamps::Start,
        ..ImportOptions::new(Symbol::SPY)
    }
}

fn bytes(size: impl Into<SizeRange>) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), size)
}

/// Texts that look like a row of bars and like a tick.
const ROW: &str = "([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9/]{6,10}|[0-9]{8,13})( [0-9:]{4,8})?\
                   (,[0-9.eE\"-]{0,8}){4,6}\n";
const TICK: &str = "[0-9]{1,8},[0-9]{1,9},[0-9]{1,6},[A-Z],[0-9a-f]{1,8},[01]";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Bars that were written in any way come back to the last figure; a zip changes nothing.
    #[test]
    fn what_was_written_is_read(bars in bars(), style in styles()) {
        let text = written(&bars, &style);
        let imported = read(text.as_bytes(), "spy.csv", &options()).unwrap();
        prop_assert_eq!(&imported.bars, &bars, "{:#?}", imported.report);
        prop_assert_eq!(imported.report.refused_count, 0);
        let zip = zip_of(&[("spy.csv", text.as_bytes())]);
        prop_assert_eq!(read(&zip, "spy.zip", &options()).unwrap().bars, bars);
    }

    /// Reading a file twice over gives the same bars, and says how many rows were there already.
    #[test]
    fn importing_again_changes_nothing(bars in bars(), style in styles()) {
        let text = written(&bars, &style);
        let once = read(text.as_bytes(), "spy.csv", &options()).unwrap();
        prop_assert_eq!(&read(text.as_bytes(), "spy.csv", &options()).unwrap(), &once);
        let zip = zip_of(&[("a.csv", text.as_bytes()), ("b.csv", text.as_bytes())]);
        let twice = read(&zip, "spy.zip", &options()).unwrap();
        prop_assert_eq!(twice.bars, once.bars);
        prop_assert_eq!(twice.report.duplicates, bars.len() as u64);
    }

    /// A byte that was changed on the way moves no other row.
    #[test]
    fn a_changed_byte_harms_one_row(bars in bars(), at in any::<prop::sample::Index>(), to: u8) {
        let style = Style {
            order: (0..7).collect(),
            delimiter: ',',
            line_end: "\n",
            has_quotes: false,
            is_reversed: false,
            has_mark: false,
        };
        let mut text = written(&bars, &style).into_bytes();
        let header = text.iter().position(|byte| *byte == b'\n').unwrap();
        let place = header + 1 + at.index(text.len() - header - 1);
        prop_assume!(text[place] != b'\n' && to != b'\n');
        text[place] = to;
        if let Ok(imported) = read(&text, "spy.csv", &options()) {
            let kept = bars.iter().filter(|bar| imported.bars.contains(bar)).count();
            // A changed time may fall on another row's, and then both are refused.
            prop_assert!(bars.len() <= kept + 2);
        }
    }

    #[test]
    fn no_bytes_stop_the_importer(input in bytes(0..400), name in "[a-z0-9_/.]{0,30}") {
        let _ = read(&input, &name, &ImportOptions::new(Symbol::SPY));
        let _ = read_prints(&input, &name, &ImportOptions::new(Symbol::SPY), &mut |_, _| {});
    }

    #[test]
    fn no_text_stops_the_importer(
        rows in ROW,
        count in 1..20_usize,
        header in prop::sample::select(vec!["", "date,open,high,low,close,volume\n"]),
    ) {
        let text = format!("{header}{}", rows.repeat(count));
        if let Ok(imported) = read_text(&text) {
            let report = &imported.report;
            let told = report.accepted + report.duplicates + report.refused_count;
            prop_assert_eq!(report.rows, told);
            prop_assert!(imported.bars.is_sorted_by(|one, next| one.start < next.start));
            prop_assert!(imported.bars.iter().all(|bar| bar.checked().is_ok()));
        }
    }

    #[test]
    fn no_zip_stops_the_importer(at in any::<prop::sample::Index>(), to: u8, cut in 0..200_usize) {
        let mut zip = zip_of(&[("20131007_spy_minute_trade.csv", b"34200000,1,1,1,1,1\n")]);
        let place = at.index(zip.len());
        zip[place] = to;
        zip.truncate(zip.len().saturating_sub(cut));
        let _ = read(&zip, "20131007_trade.zip", &ImportOptions::new(Symbol::SPY));
    }

    #[test]
    fn no_ticks_stop_the_importer(
        rows in prop::collection::vec(TICK, 0..40),
    ) {
        let text = rows.join("\n");
        let name = "20131007_spy_trade_tick.csv";
        let options = ImportOptions::new(Symbol::SPY);
        if let Ok(imported) = read_prints(text.as_bytes(), name, &options, &mut |_, _| {}) {
            prop_assert_eq!(imported.prints.len() as u64, imported.report.accepted);
            prop_assert!(imported.prints.is_sorted_by_key(|print| print.at));
        }
    }
}

#[test]
fn the_importer_is_told_where_it_stands() {
    let mut told = 0;
    let text = b"time,open,high,low,close\n2013-10-07 09:30,5,7,4,6\n2013-10-07 09:31,5,7,4,6\n";
    let tell = &mut |rows, _| told = rows;
    read_bars(text, "spx.csv", &ImportOptions::new(Symbol::SPX), tell).unwrap();
    assert_eq!(told, 2);
}
