//! Levels on tapes small enough to follow by hand.
#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

#[path = "levels_made/tape.rs"]
mod tape;

use market::{Bar, Moment, Print, PrintMark, Span, Symbol, TradingDate, trading_day};
use quant::levels::{
    BookWriter, CloseKind, ExtendedRange, Level, LevelId, LevelSource, Periods, ProxyHistory,
    QuarantineEvent, SessionStart, Standing, clusters,
};
use tape::{at, bar, begin, calm_days, price, print, spy, today};

const DAY: Periods = Periods::Day;

fn play(writer: &mut BookWriter, prints: &[(&str, f64)]) {
    for (clock, dollars) in prints {
        writer.handle_tick(Symbol::SPY, &print(clock, *dollars, 100));
    }
}

/// `98.5 forming`, `98.5 final` or `–`.
fn shown(writer: &BookWriter, symbol: Symbol, id: LevelId) -> String {
    let levels = writer.books().levels(symbol);
    match levels.iter().find(|level| level.id == id) {
        Some(Level { price, standing: Standing::Final, .. }) => format!("{price} final"),
        Some(Level { price, standing: Standing::Forming, .. }) => format!("{price} forming"),
        None => "–".to_owned(),
    }
}

#[track_caller]
fn check(writer: &BookWriter, expected: &[(LevelId, &str)]) {
    for (id, expected) in expected {
        assert_eq!(shown(writer, Symbol::SPY, *id), *expected, "{}", id.name());
    }
}

#[test]
fn each_part_of_the_day_has_its_levels() {
    let mut writer = begin(Symbol::SPY, calm_days(30));
    play(&mut writer, &[("05:00", 100.5), ("09:29:59", 99.5)]);
    check(
        &writer,
        &[
            (LevelId::PreMarketHigh, "100.5 forming"),
            (LevelId::PreMarketLow, "99.5 forming"),
            (LevelId::OvernightHigh, "–"),
            (LevelId::Open, "–"),
        ],
    );
    play(&mut writer, &[("09:30", 100.25), ("09:34:59", 101.5)]);
    check(
        &writer,
        &[
            (LevelId::PreMarketHigh, "100.5 final"),
            (LevelId::Open, "100.25 final"),
            (LevelId::OpeningRangeHigh(5), "101.5 forming"),
            (LevelId::HighOfDay, "101.5 forming"),
            // P = (101 + 98 + 2 × 100.25)/4
            (LevelId::Woodie(0), "99.875 final"),
        ],
    );
    play(&mut writer, &[("09:35", 102.0), ("10:30", 103.0), ("15:59:59", 98.0)]);
    check(
        &writer,
        &[
            (LevelId::OpeningRangeHigh(5), "101.5 final"),
            (LevelId::OpeningRangeHigh(15), "102 final"),
            (LevelId::InitialBalanceHigh, "102 final"),
            (LevelId::HighOfDay, "103 forming"),
            (LevelId::LowOfDay, "98 forming"),
        ],
    );
    play(&mut writer, &[("16:00", 97.0), ("16:14:59", 105.0)]);
    check(&writer, &[(LevelId::HighOfDay, "103 forming"), (LevelId::LowOfDay, "98 forming")]);
    play(&mut writer, &[("16:15", 96.0)]);
    check(&writer, &[(LevelId::HighOfDay, "103 final"), (LevelId::LowOfDay, "98 final")]);
    assert_eq!(spy(&writer).last().unwrap().0, price(96.0));
    assert_eq!(spy(&writer).atr_used(), Some(5.0 / 3.0));
}

#[test]
fn the_official_close_counts_after_the_bell() {
    let mut writer = begin(Symbol::SPY, calm_days(30));
    play(&mut writer, &[("09:30", 100.0), ("15:59", 101.0), ("16:00:01", 104.0)]);
    let close = Print { mark: PrintMark::OfficialClose, ..print("16:00:02", 101.5, 5_000) };
    let vwap = shown(&writer, Symbol::SPY, LevelId::Vwap(0)).replace("forming", "final");
    writer.handle_tick(Symbol::SPY, &close);
    check(
        &writer,
        &[
            (LevelId::HighOfDay, "101.5 final"),
            // Its shares were reported by the auction's own prints.
            (LevelId::Vwap(0), &vwap),
            // 100 on every day before: 100 + 0.2 × 1.5
            (LevelId::DailyEma(9), "100.3 final"),
        ],
    );
}

#[test]
fn nights_are_levels_only_where_there_is_night_trading() {
    let mut writer = begin(Symbol::SPY, calm_days(30));
    let evening = |hours: i64| at("00:00") - Span::hours(24 - hours);
    let late = |hours, dollars| Print { at: evening(hours), ..print("00:00", dollars, 1) };
    writer.handle_tick(Symbol::SPY, &late(17, 90.0));
    writer.handle_tick(Symbol::SPY, &late(19, 99.0));
    play(&mut writer, &[("04:00", 100.5)]);
    check(&writer, &[(LevelId::OvernightLow, "–"), (LevelId::PreMarketLow, "100.5 forming")]);
    let mut writer = begin(Symbol::SPY, calm_days(30));
    writer.handle_tick(Symbol::SPY, &late(19, 99.0));
    writer.handle_tick(Symbol::SPY, &late(22, 99.5));
    play(&mut writer, &[("04:00", 100.5), ("09:30", 105.0)]);
    check(&writer, &[(LevelId::OvernightLow, "99 final"), (LevelId::OvernightHigh, "100.5 final")]);
}

#[test]
fn a_gap_is_filled_when_price_comes_back_to_the_close() {
    let mut writer = begin(Symbol::SPY, calm_days(30));
    play(&mut writer, &[("09:00", 99.0), ("09:30", 101.0), ("09:31", 100.01)]);
    assert_eq!(spy(&writer).gap(), Some((1.0, false)));
    // From above to below without a print at 100: it was passed all the same.
    play(&mut writer, &[("09:32", 99.99)]);
    assert_eq!(spy(&writer).gap(), Some((1.0, true)));
    assert_eq!(spy(&writer).prior_close(), Some(100.0));
    let (points, percent) = spy(&writer).day_change().unwrap();
    assert!((points + 0.01).abs() < 1e-9 && (percent + 0.01).abs() < 1e-9);
}

#[test]
fn a_report_that_comes_too_late_moves_nothing_that_is_final() {
    let mut writer = begin(Symbol::SPY, calm_days(30));
    play(&mut writer, &[("09:20", 100.0), ("09:30", 100.0), ("09:36", 100.5)]);
    play(&mut writer, &[("09:29:59", 101.0), ("09:34:59", 99.0)]);
    check(
        &writer,
        &[
            (LevelId::PreMarketHigh, "100 final"),
            (LevelId::OpeningRangeLow(5), "100 final"),
            (LevelId::OpeningRangeLow(15), "99 forming"),
        ],
    );
    assert_eq!(spy(&writer).last(), Some((price(100.5), at("09:36"))));
}

#[test]
fn what_stands_before_the_first_print() {
    let mut start = SessionStart::new(today(), calm_days(30))
        .with_extended(ExtendedRange { high: price(101.75), low: price(98.5) });
    start.close = CloseKind::LastPrint;
    let mut writer = BookWriter::default();
    writer.handle_session_change(Symbol::SPY, &start).unwrap();
    check(
        &writer,
        &[
            (LevelId::PriorHigh(DAY), "101.75 final"),
            (LevelId::PriorLow(DAY), "98 final"),
            (LevelId::PriorClose(DAY), "100 final"),
            // Pivots stay regular: (101 + 98 + 100)/3 = 99.666…, R1 = 2P − 98
            (LevelId::DeMark(1), "102 final"),
            (LevelId::Camarilla(4), "101.65 final"),
            (LevelId::AtrUp, "103 final"),
            (LevelId::DailyEma(20), "100 forming"),
            (LevelId::DailyEma(50), "–"),
            (LevelId::Round(1_000_000), "100 final"),
            (LevelId::Round(1_070_000), "–"),
        ],
    );
    let note = writer.books().explain(Symbol::SPY, LevelId::PriorClose(DAY)).unwrap().note;
    assert!(note.starts_with("The last print"), "{note}");
    let absent = writer.books().absent(Symbol::SPY);
    let why = |name: &str| absent.iter().find(|one| one.name == name).unwrap().why.clone();
    assert_eq!(why("EMA50 D"), "50 daily bars without a gap are needed, 30 are known");
    assert_eq!(why("PMH, PML"), "there were no pre-market prints yet");
}

#[test]
fn what_is_not_known_is_said_and_not_guessed() {
    let mut daily = calm_days(60);
    daily.remove(59);
    let writer = begin(Symbol::SPY, daily.clone());
    assert_eq!(spy(&writer).levels().count(), 40 - 20, "week and month only");
    let absent = writer.books().absent(Symbol::SPY);
    let why = |name: &str| absent.iter().find(|one| one.name == name).unwrap().why.clone();
    assert_eq!(why("PDH, PDL, PDC, gap, pivots"), "the daily bar of 2024-02-05 is missing");
    assert_eq!(
        why("ATR, round numbers, touches"),
        "ATR needs 15 daily bars without a gap, 0 are known"
    );
    let writer = begin(Symbol::SPY, calm_days(9));
    let absent = writer.books().absent(Symbol::SPY);
    let why = |name: &str| absent.iter().find(|one| one.name == name).unwrap().why.clone();
    assert_eq!(
        why("PMoH, PMoL, PMoC, monthly pivots"),
        "6 of 21 daily bars of the month from 2024-01-01 are known"
    );
    assert!(spy(&writer).level(LevelId::PriorHigh(Periods::Week)).is_some());
}

#[test]
fn nothing_is_smoothed_across_a_gap() {
    // An old import, far below, that ends in the middle of a week; then 120 whole days.
    let mut daily = calm_days(400);
    daily.drain(250..280);
    for old in &mut daily[..250] {
        *old = Bar { start: old.start, ..bar("09:30", [49.0, 51.0, 48.0, 50.0], 1_000) };
    }
    let broken = begin(Symbol::SPY, daily);
    let alone = begin(Symbol::SPY, calm_days(120));
    assert_eq!(spy(&broken).atr(), Some(3.0));
    let of = |writer| spy(writer).levels().copied().collect::<Vec<Level>>();
    assert_eq!(of(&broken), of(&alone));
    assert!(spy(&broken).level(LevelId::DailyEma(50)).is_some());
}

#[test]
fn a_day_beyond_the_calendar_is_refused() {
    let date: TradingDate = "2031-03-04".parse().unwrap();
    let start = SessionStart::new(trading_day(date).unwrap(), Vec::new());
    let mut writer = BookWriter::default();
    let refusal = writer.handle_session_change(Symbol::SPY, &start).unwrap_err().to_string();
    assert!(refusal.starts_with("2031-03-04 is beyond the exchange calendar"), "{refusal}");
    assert!(writer.handle_tick(Symbol::SPY, &print("10:00", 100.0, 1)).is_empty());
}

fn held(events: &[QuarantineEvent]) -> Vec<String> {
    let cents = |print: &Print| print.price.to_string();
    events
        .iter()
        .map(|event| match event {
            QuarantineEvent::Held(print) => format!("held {}", cents(print)),
            QuarantineEvent::Confirmed { print, .. } => format!("confirmed {}", cents(print)),
        })
        .collect()
}

/// A month of days with ATR 0.3: further than max(3 %, 1.8) from the market is suspect.
fn quiet_days() -> Vec<Bar> {
    let quiet = |one: Bar| Bar { start: one.start, ..bar("09:30", [100.0, 100.2, 99.9, 100.0], 1) };
    calm_days(30).into_iter().map(quiet).collect()
}

#[test]
fn a_bad_print_before_the_open_is_held_until_two_others_follow() {
    let mut writer = begin(Symbol::SPY, quiet_days());
    play(&mut writer, &[("05:00", 100.0), ("05:01", 103.0), ("05:02", 96.9)]);
    check(
        &writer,
        &[(LevelId::PreMarketHigh, "103 forming"), (LevelId::PreMarketLow, "100 forming")],
    );
    // One follower within the minute and one after it are not two.
    play(&mut writer, &[("05:02:30", 97.0), ("05:03:01", 96.8)]);
    check(&writer, &[(LevelId::PreMarketLow, "100 forming")]);
    assert_eq!(held(spy(&writer).quarantine()), ["held 96.90", "held 97.00", "held 96.80"]);
    // Two within the minute of 97.00, not further than 0.485 from it.
    play(&mut writer, &[("05:03:02", 97.48)]);
    check(&writer, &[(LevelId::PreMarketLow, "97 forming")]);
    let events = held(spy(&writer).quarantine());
    assert_eq!(events[3..], ["confirmed 97.00"]);
    // Regular prints are never held.
    play(&mut writer, &[("09:30", 80.0)]);
    check(&writer, &[(LevelId::LowOfDay, "80 forming")]);
}

#[test]
fn a_bars_bad_extreme_is_believed_when_the_next_bar_reaches_it() {
    let mut writer = begin(Symbol::SPY, quiet_days());
    let mut hear = |bar: Bar| {
        writer.handle_bar(Symbol::SPY, &bar);
        let level = |id| shown(&writer, Symbol::SPY, id);
        (level(LevelId::PreMarketHigh), level(LevelId::PreMarketLow))
    };
    let told = |high: &str, low: &str| (format!("{high} forming"), format!("{low} forming"));
    assert_eq!(hear(bar("05:00", [100.0, 100.0, 99.5, 100.0], 10)), told("100", "99.5"));
    // The real case: a low 16 % under the market.
    assert_eq!(hear(bar("05:01", [100.0, 101.0, 84.0, 100.5], 10)), told("101", "99.5"));
    assert_eq!(hear(bar("05:02", [100.5, 100.6, 100.5, 100.6], 10)), told("101", "99.5"));
    // A real fall: the next bar reaches the low, and waits for its own next one.
    assert_eq!(hear(bar("05:03", [100.6, 100.6, 75.0, 90.0], 10)), told("101", "99.5"));
    assert_eq!(hear(bar("05:04", [90.0, 90.0, 74.0, 89.0], 10)), told("101", "75"));
    // A bar of one bad print: none of it is believed until the next overlaps it.
    assert_eq!(hear(bar("05:05", [150.0, 150.0, 150.0, 150.0], 10)), told("101", "75"));
    assert_eq!(hear(bar("05:06", [150.0, 151.0, 149.0, 150.0], 10)), told("150", "75"));
    let starts: Vec<Moment> = spy(&writer).minutes().iter().map(|bar| bar.start).collect();
    assert!(starts.is_sorted() && starts.contains(&at("05:05")) && !starts.contains(&at("05:06")));
}

#[test]
fn a_touch_needs_distance_first() {
    let touches = |prices: &[f64]| {
        let mut writer = begin(Symbol::SPY, calm_days(30));
        let mut told = 0;
        for (n, dollars) in prices.iter().enumerate() {
            let clock = format!("10:{n:02}");
            let bundle = writer.handle_tick(Symbol::SPY, &print(&clock, *dollars, 0));
            told += bundle.touches.iter().filter(|one| one.id == LevelId::PriorHigh(DAY)).count();
        }
        let level = spy(&writer).level(LevelId::PriorHigh(DAY)).unwrap();
        assert_eq!(level.touches.count as usize, told);
        told
    };
    // PDH is 101, ATR 3: near is 0.06, away is 0.45.
    assert_eq!(touches(&[101.0]), 0, "never was away");
    assert_eq!(touches(&[100.56, 101.0]), 0, "0.44 is not away");
    assert_eq!(touches(&[100.55, 100.93]), 0, "0.07 is not near");
    assert_eq!(touches(&[100.55, 100.95, 101.02]), 1);
    assert_eq!(touches(&[100.5, 101.0, 100.8, 101.0]), 1, "was not away between");
    assert_eq!(touches(&[100.5, 101.0, 101.45, 101.05, 100.0, 101.0]), 3, "from both sides");
    assert_eq!(touches(&[100.0, 102.0]), 0, "no print came near it");
    let mut writer = begin(Symbol::SPY, calm_days(30));
    writer.handle_bar(Symbol::SPY, &bar("10:00", [100.0, 100.2, 99.9, 100.1], 1));
    writer.handle_bar(Symbol::SPY, &bar("10:01", [100.1, 102.0, 100.1, 102.0], 1));
    let level = spy(&writer).level(LevelId::PriorHigh(DAY)).unwrap();
    assert_eq!(level.touches.count, 1, "a bar's range passed over it");
    let mut writer = begin(Symbol::SPY, calm_days(14));
    play(&mut writer, &[("10:00", 100.0), ("10:01", 101.0)]);
    assert!(spy(&writer).levels().all(|level| level.touches.count == 0), "no ATR, no touches");
}

#[test]
fn a_level_that_jumps_to_price_is_not_touched() {
    let mut writer = begin(Symbol::SPY, calm_days(30));
    let mut hear = |clock: &str, dollars, size| {
        let bundle = writer.handle_tick(Symbol::SPY, &print(clock, dollars, size));
        bundle.touches.iter().filter(|one| one.id == LevelId::PointOfControl).count()
    };
    // Near is 0.06, away is 0.45. The fullest row is at 100, and price goes away from it.
    assert_eq!(hear("09:30", 100.0, 1_000), 0);
    assert_eq!(hear("09:31", 101.0, 5_000), 0);
    assert_eq!(hear("09:32", 101.0, 1), 0, "the minute ended: the fullest row came to price");
    assert_eq!(hear("09:32:30", 101.0, 1), 0);
    assert_eq!(hear("09:33", 102.0, 1), 0);
    assert_eq!(hear("09:33:30", 101.0, 1), 1, "price came back to it");
    assert_eq!(hear("09:34", 102.0, 9_000), 0);
    assert_eq!(hear("09:35", 101.0, 1), 1, "it left as price came to where it stood");
    assert_eq!(hear("09:36", 102.0, 1), 1, "price came to where it stands now");
}

fn index_and_fund(ratio: f64, day: &[Bar]) -> BookWriter {
    let mut writer = begin(Symbol::SPY, day.to_vec());
    let times = |bar: &Bar| {
        let scaled = |one: market::Price| price(one.to_f64() * ratio);
        let [open, high, low, close] = [bar.open, bar.high, bar.low, bar.close].map(scaled);
        Bar { open, high, low, close, volume: 0, ..*bar }
    };
    let index: Vec<Bar> = day.iter().map(times).collect();
    writer.handle_session_change(Symbol::SPX, &SessionStart::new(today(), index)).unwrap();
    let minutes = |closes: &[f64]| -> Vec<Bar> {
        (0..)
            .zip(closes)
            .map(|(n, close)| Bar {
                start: Moment(day[0].start.0 + n * Span::MINUTE.0),
                ..bar("09:30", [*close; 4], 0)
            })
            .collect()
    };
    let history = ProxyHistory {
        proxy: Symbol::SPY,
        index_minutes: minutes(&[1_000.0, 1_001.0, 1_002.0]),
        proxy_minutes: minutes(&[100.0, 100.0, 100.0]),
    };
    writer.set_proxy_history(Symbol::SPX, &history);
    writer
}

fn via(writer: &BookWriter, id: LevelId) -> (f64, f64, Option<f64>) {
    let levels = writer.books().levels(Symbol::SPX);
    let level = levels.iter().find(|level| level.id == id).unwrap();
    match level.source {
        LevelSource::Via { proxy: Symbol::SPY, ratio, band } => (level.price, ratio, band),
        _ => panic!("{} is the index's own", id.name()),
    }
}

#[test]
fn an_index_borrows_from_its_fund() {
    let mut writer = index_and_fund(10.0, &calm_days(30));
    play(&mut writer, &[("08:00", 100.5)]);
    let (high, ratio, band) = via(&writer, LevelId::PreMarketHigh);
    assert_eq!((high, ratio), (1_005.0, 10.0));
    // The ratio of the history is 10, 10.01, 10.02: its sample deviation is 0.01.
    assert!((band.unwrap() - 0.01 * 100.5).abs() < 1e-9);
    let index = |writer: &mut BookWriter, clock: &str, dollars| {
        writer.handle_tick(Symbol::SPX, &print(clock, dollars, 0));
    };
    for (n, basis) in (0..8).zip([10.5, 10.1, 10.2, 10.3, 10.4, 10.5, 10.6, 99.0]) {
        play(&mut writer, &[(&format!("09:3{n}"), 100.0)]);
        index(&mut writer, &format!("09:3{n}"), 100.0 * basis);
        let (vwap, ratio, _) = via(&writer, LevelId::Vwap(0));
        // Frozen until 09:35; then the median of the five minutes before the forming one.
        let expected = match n {
            0..=4 => 10.0,
            5 => 10.3,
            6 => 10.3,
            _ => 10.4,
        };
        assert!((ratio - expected).abs() < 1e-12, "09:3{n}: {ratio}");
        assert!((vwap - 100.0 * expected).abs() < 1e-9);
    }
    assert_eq!(via(&writer, LevelId::PreMarketHigh).1, 10.0, "the past keeps its ratio");
    let path = writer.books().vwap_path(Symbol::SPX);
    assert_eq!(path.len(), 8);
    assert!((path[7].1.vwap - via(&writer, LevelId::Vwap(0)).0).abs() < 1e-9);
    // Touches of what is borrowed are counted on the index's own prints.
    index(&mut writer, "09:38", 1_000.0);
    index(&mut writer, "09:39", 1_005.0);
    let levels = writer.books().levels(Symbol::SPX);
    let high = levels.iter().find(|level| level.id == LevelId::PreMarketHigh).unwrap();
    assert_eq!(high.touches.count, 1);
    assert!(writer.books().nearest(Symbol::SPX).unwrap().1.abs() < 1e-9);
}

#[test]
fn a_dividend_lowers_the_close_that_the_ratio_is_taken_from() {
    let mut writer = index_and_fund(10.0, &calm_days(30));
    play(&mut writer, &[("08:00", 100.0)]);
    writer.set_ex_dividend(Symbol::SPX, 1.5);
    assert!((via(&writer, LevelId::PreMarketHigh).1 - 1_000.0 / 98.5).abs() < 1e-12);
    let alone = begin(Symbol::SPX, calm_days(30));
    let absent = alone.books().absent(Symbol::SPX);
    let vwap = absent.iter().find(|one| one.name.contains("VWAP")).unwrap();
    assert!(vwap.why.ends_with("SPY is not on this tape"), "{}", vwap.why);
}

#[test]
fn close_levels_share_a_label() {
    let mut writer = begin(Symbol::SPY, calm_days(30));
    play(&mut writer, &[("09:30", 100.0)]);
    let levels: Vec<Level> = spy(&writer).levels().copied().collect();
    let groups = clusters(&levels, spy(&writer).atr());
    assert_eq!(groups.iter().map(|group| group.ids.len()).sum::<usize>(), levels.len());
    for group in &groups {
        assert!(group.low <= group.high && group.high - group.low <= 0.05 * 3.0);
    }
    for pair in groups.windows(2) {
        assert!(pair[1].high < pair[0].low && 0.05 * 3.0 < pair[0].high - pair[1].high);
    }
    let close = groups.iter().find(|group| group.ids.contains(&LevelId::PriorClose(DAY))).unwrap();
    assert!(close.ids.contains(&LevelId::Round(1_000_000)));
    let mut backwards = levels.clone();
    backwards.reverse();
    assert_eq!(clusters(&backwards, spy(&writer).atr()), groups);
}
