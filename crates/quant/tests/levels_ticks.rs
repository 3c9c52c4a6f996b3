//! Every real print of SPY, 7 to 11 October 2013: streaming, grouped, saved and restored.
#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

#[path = "levels_real/files.rs"]
#[expect(dead_code, reason = "the loaders of bars serve the other test")]
mod files;

use files::{data, date, lean_daily, lean_equity_minutes, text, units};
use market::{Bar, Moment, Print, PrintMark, Span, Symbol, TradingDate, trading_day};
use quant::Bundle;
use quant::levels::{BookWriter, Books, LevelBook, LevelId, SessionStart};

const OCTOBER: [&str; 5] = ["2013-10-07", "2013-10-08", "2013-10-09", "2013-10-10", "2013-10-11"];
/// Sale conditions in the files: prices that are no market price at that moment.
const AVERAGE_OR_DERIVED: u32 = 0x0010_0200;
/// The primary exchange's opening print.
const OFFICIAL_OPEN: u32 = 0x0400_0000;
/// The primary exchange's closing print.
const OFFICIAL_CLOSE: u32 = 0x0100_0000;

struct Tick {
    print: Print,
    is_primary: bool,
    conditions: u32,
}

fn ticks(folder: &std::path::Path, day: TradingDate) -> Vec<Tick> {
    let midnight = Moment::new_york(day, Span::ZERO);
    let file = format!("market/lean/ticks/spy_{}_trade.zip", day.to_string().replace('-', ""));
    text(folder.join(file))
        .lines()
        .map(|line| {
            let part: Vec<&str> = line.split(',').collect();
            let conditions = u32::from_str_radix(part[4], 16).unwrap();
            let is_primary = part[3] == "P";
            let is_close = is_primary && conditions & OFFICIAL_CLOSE != 0;
            let print = Print {
                at: midnight + Span::millis(part[0].parse().unwrap()),
                price: units(part[1]),
                size: part[2].parse().unwrap(),
                mark: if is_close { PrintMark::OfficialClose } else { PrintMark::Ordinary },
            };
            Tick { print, is_primary, conditions }
        })
        .collect()
}

fn daily(folder: &std::path::Path) -> Vec<Bar> {
    lean_daily(&text(folder.join("market/lean/equity/usa/daily/spy.zip")))
}

fn begin(day: TradingDate, daily: &[Bar]) -> BookWriter {
    let mut writer = BookWriter::default();
    let start = SessionStart::new(trading_day(day).unwrap(), daily.to_vec());
    writer.handle_session_change(Symbol::SPY, &start).unwrap();
    writer
}

/// Somebody who follows in groups of up to `group` prints, and is saved and restored now and then.
struct Follower {
    books: Books,
    group: u64,
    left: u64,
    seed: u64,
    waiting: Bundle,
}

impl Follower {
    fn new(books: &Books, group: u64) -> Self {
        let waiting = Bundle::default();
        Self { books: books.clone(), group, left: 1, seed: group, waiting }
    }

    fn handle_bundle(&mut self, bundle: &Bundle) {
        self.waiting.absorb(bundle);
        self.left -= 1;
        if self.left == 0 {
            self.books.handle_bundle(Symbol::SPY, &std::mem::take(&mut self.waiting));
            self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            self.left = 1 + (self.seed >> 33) % self.group;
            if (self.seed >> 40).is_multiple_of(1_000) {
                self.books = restored(&self.books);
            }
        }
    }
}

fn restored<T: serde::Serialize + serde::de::DeserializeOwned>(state: &T) -> T {
    postcard::from_bytes(&postcard::to_allocvec(state).unwrap()).unwrap()
}

#[test]
fn grouped_prints_make_the_same_bits_on_every_real_tick() {
    let Some(folder) = data("grouped_prints_make_the_same_bits_on_every_real_tick") else { return };
    let daily = daily(&folder);
    let (mut count, mut touches) = (0, 0);
    for day in OCTOBER.map(date) {
        let mut writer = begin(day, &daily);
        let mut followers = [2, 60, 9_000].map(|group| Follower::new(writer.books(), group));
        for (n, tick) in ticks(&folder, day).iter().enumerate() {
            let bundle = writer.handle_tick(Symbol::SPY, &tick.print);
            followers.iter_mut().for_each(|one| one.handle_bundle(&bundle));
            if n % 50_021 == 50_020 {
                writer = restored(&writer);
            }
            count += 1;
            touches += bundle.touches.len();
        }
        let expected = postcard::to_allocvec(writer.books()).unwrap();
        for follower in &mut followers {
            follower.books.handle_bundle(Symbol::SPY, &follower.waiting);
            assert!(follower.books == *writer.books(), "{day} in groups of {}", follower.group);
            assert_eq!(postcard::to_allocvec(&follower.books).unwrap(), expected);
        }
        let book = writer.books().book(Symbol::SPY).unwrap();
        check_pre_market(&folder, day, book);
    }
    assert_eq!(count, 1_887_460);
    assert!(0 < touches);
}

#[track_caller]
fn check(book: &LevelBook, id: LevelId, expected: f64) {
    let level = book.level(id).unwrap();
    assert!((level.price - expected).abs() < 1e-9, "{} {} {expected}", id.name(), level.price);
}

/// Before the open every print of the files counts towards a bar, whatever its conditions.
fn check_pre_market(folder: &std::path::Path, day: TradingDate, book: &LevelBook) {
    let lean = folder.join("market/lean/equity/usa/minute/spy");
    let file = lean.join(format!("{}_trade.zip", day.to_string().replace('-', "")));
    let open = trading_day(day).unwrap().open();
    let before = lean_equity_minutes(&text(file), day);
    let before = before.iter().filter(|bar| bar.start < open);
    check(book, LevelId::PreMarketHigh, before.clone().map(|bar| bar.high).max().unwrap().to_f64());
    check(book, LevelId::PreMarketLow, before.map(|bar| bar.low).min().unwrap().to_f64());
    assert!(book.quarantine().is_empty());
}

/// What makes prints into the vendor's daily bar: without average-price and derived prices (they
/// are volume only), from the primary exchange's official open to its official close.
#[test]
fn prints_make_the_daily_bar() {
    let Some(folder) = data("prints_make_the_daily_bar") else { return };
    let daily = daily(&folder);
    for day in OCTOBER.map(date) {
        let mut writer = begin(day, &daily);
        let open = trading_day(day).unwrap().open();
        let ticks = ticks(&folder, day);
        let is_open = |tick: &Tick| tick.is_primary && tick.conditions & OFFICIAL_OPEN != 0;
        let opened = ticks.iter().find(|tick| is_open(tick)).unwrap().print.at;
        for tick in &ticks {
            let is_early = open <= tick.print.at
                && (tick.print.at < opened || tick.print.at == opened && !is_open(tick));
            if tick.conditions & AVERAGE_OR_DERIVED == 0 && !is_early {
                writer.handle_tick(Symbol::SPY, &tick.print);
            }
        }
        let book = writer.books().book(Symbol::SPY).unwrap();
        let bar = daily.iter().find(|bar| bar.start == open).unwrap();
        check(book, LevelId::Open, bar.open.to_f64());
        // The vendor left one print out of each of these two extremes; its own minutes of the 8th
        // have it.
        let (high, low) = match day.to_string().as_str() {
            "2013-10-08" => (bar.high.to_f64(), bar.low.to_f64() - 0.01),
            "2013-10-10" => (bar.high.to_f64() + 0.02, bar.low.to_f64()),
            _ => (bar.high.to_f64(), bar.low.to_f64()),
        };
        check(book, LevelId::HighOfDay, high);
        check(book, LevelId::LowOfDay, low);
        // The averages stand on the official close, whatever was traded after it.
        let closes: Vec<f64> = daily
            .iter()
            .take_while(|bar| bar.start <= open)
            .map(|bar| bar.close.to_f64())
            .collect();
        let first = closes[..9].iter().sum::<f64>() / 9.0;
        let ema = closes[9..].iter().fold(first, |before, close| before + (close - before) * 0.2);
        check(book, LevelId::DailyEma(9), ema);
    }
}
