//! A desk on real parts, and two days of minutes and ticks to record.

use std::sync::Arc;

use desk::{
    BarStore, Desk, MarketFeed, Markets, OwnerId, PrintStore, RecordedPart, Tape, TapeStep, Trader,
    import_series, import_tape,
};
use feeds::{PracticeMarket, RecordedMarket};
use market::{
    Bar, BarSpan, Moment, Price, Print, PrintMark, Span, Symbol, TradingDate, trading_day,
};
use store::{Database, DatabaseUrl};

const SEED: u64 = 7;
/// Some moment on the wall; the tapes' own time has nothing to do with it.
pub(crate) const WALL: Moment = Moment(1_790_000_000_000_000);

/// Knuth's MMIX constants.
#[derive(Clone, Debug)]
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn below(&mut self, bound: i64) -> i64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33).cast_signed() % bound
    }
}

/// Markets of which one is there for practice.
pub(crate) struct Practice<Feed>(pub(crate) Feed);

impl<Feed: MarketFeed + Clone + Sync + 'static> Markets for Practice<Feed> {
    fn practice(&self) -> Box<dyn MarketFeed> {
        Box::new(self.0.clone())
    }

    fn recorded(
        &self,
        owner: &OwnerId,
        date: TradingDate,
        parts: Vec<RecordedPart>,
    ) -> Box<dyn MarketFeed> {
        Box::new(RecordedMarket::new(owner, date, parts))
    }
}

/// A desk and what it stands on.
pub(crate) struct Stage {
    pub(crate) desk: Desk,
    pub(crate) store: Arc<Database>,
    _folder: tempfile::TempDir,
}

pub(crate) async fn stage() -> Stage {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::File(folder.path().join("volaris.db"));
    let store = Database::open(&url).await.unwrap();
    store.migrate().await.unwrap();
    let store = Arc::new(store);
    let markets = Arc::new(Practice(PracticeMarket::new(SEED)));
    Stage { desk: Desk::new(Arc::clone(&store) as _, markets), store, _folder: folder }
}

pub(crate) fn ada() -> Trader {
    Trader::named_for_test("ada")
}

pub(crate) fn bob() -> Trader {
    Trader::named_for_test("bob")
}

pub(crate) fn day(text: &str) -> TradingDate {
    text.parse().unwrap()
}

fn price(units: i64) -> Price {
    Price::from_units(units).unwrap()
}

/// The minutes of a day from 08:00 to 16:00, a seeded walk in cents.
pub(crate) fn minutes(date: TradingDate, seed: u64) -> Vec<Bar> {
    let mut chance = Chance(seed);
    let open = trading_day(date).unwrap().open() - Span::minutes(90);
    let mut units = 5_060_000;
    let bar = |minute: i64| {
        let before = units;
        units += 100 * (chance.below(21) - 10);
        let high = before.max(units) + 100 * chance.below(6);
        let low = before.min(units) - 100 * chance.below(6);
        let [open_price, high, low, close] = [before, high, low, units].map(price);
        let start = open + Span::minutes(minute);
        let volume = 1_000 + chance.below(5_000);
        Bar { start, open: open_price, high, low, close, volume }
    };
    (0..480).map(bar).collect()
}

/// A print every second of the first half hour of a day.
pub(crate) fn prints(date: TradingDate, seed: u64) -> Vec<Print> {
    let mut chance = Chance(seed);
    let open = trading_day(date).unwrap().open();
    let mut units = 4_280_000;
    let print = |second: i64| {
        units += 100 * (chance.below(5) - 2);
        let at = open + Span::seconds(second);
        Print { at, price: price(units), size: 100, mark: PrintMark::Ordinary }
    };
    (0..1_800).map(print).collect()
}

impl Stage {
    /// Gives a trader two days of SPY minutes and, on the second, QQQ ticks.
    pub(crate) async fn record(&self, trader: &Trader) -> [TradingDate; 2] {
        let days = [day("2024-02-22"), day("2024-02-23")];
        let owner = trader.owner();
        let series = import_series(owner, Symbol::SPY, BarSpan::M1);
        for (seed, date) in (1..).zip(days) {
            self.store.write_bars(owner, &series, &minutes(date, seed)).await.unwrap();
        }
        let tape = import_tape(owner);
        let ticks = prints(days[1], 9);
        self.store.write_prints(owner, &tape, Symbol::QQQ, days[1], &ticks).await.unwrap();
        days
    }

    /// Lets so much wall time pass for a trader, in random stretches.
    pub(crate) fn pass(&self, trader: &Trader, from: Moment, passed: Span, chance: &mut Chance) {
        let mut wall = from;
        self.desk.with_tape(trader, |tape| tape.handle_wall(wall));
        while wall < from + passed {
            wall = (wall + Span::millis(1 + chance.below(900))).min(from + passed);
            self.desk.with_tape(trader, |tape| tape.handle_wall(wall));
        }
    }
}

/// Everything about a tape that a trader could see.
pub(crate) fn seen(tape: &Tape) -> (Moment, quant::levels::Books) {
    (tape.state().at, tape.books().clone())
}

/// The numbered slots of a step.
pub(crate) fn slots(step: TapeStep) -> Vec<desk::SymbolSlot> {
    match step {
        TapeStep::Slot(slot) => slot.symbols,
        TapeStep::NewEpoch => panic!("the tape does not cross a day here"),
    }
}
