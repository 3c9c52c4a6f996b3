//! A market out of whole numbers alone: the same seed is the same market on every machine.

use market::{
    Bar, Moment, Price, Print, PrintMark, Span, Symbol, TradingDate, TradingDay, next_trading_day,
    prior_trading_day, trading_day,
};

/// Symbol, price at the start in ten-thousandths, and shares of a print.
pub(crate) const SYMBOLS: [(Symbol, i64, i64); 5] = [
    (Symbol::SPY, 4_940_000, 100),
    (Symbol::SPX, 49_400_000, 0),
    (Symbol::QQQ, 4_280_000, 100),
    (Symbol::NDX, 175_000_000, 0),
    (Symbol::VIX, 139_000, 0),
];
/// Daily bars before the first day.
const HISTORY_DAYS: usize = 900;
/// Prints of one symbol from its first to twenty minutes after the close.
const DAY_PRINTS: i64 = 20_000;

/// A linear congruential generator (Knuth's MMIX constants).
#[derive(Clone, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, bound: i64) -> i64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33).cast_signed() % bound
    }
}

pub(crate) fn first_day() -> TradingDay {
    let date: TradingDate = "2024-02-06".parse().expect("a date");
    trading_day(date).expect("a Tuesday")
}

/// The day after the next weekend or holiday.
pub(crate) fn day_after(day: TradingDay) -> TradingDay {
    next_trading_day(day.date)
}

fn price(units: i64) -> Price {
    Price::from_units(units.max(100)).expect("at least a cent")
}

/// Daily bars before the first day, oldest first; the last one closes at `level`.
pub(crate) fn history(chance: &mut Chance, level: i64) -> Vec<Bar> {
    let mut bars = Vec::with_capacity(HISTORY_DAYS);
    let mut day = prior_trading_day(first_day().date);
    let mut close = level;
    for _ in 0..HISTORY_DAYS {
        let open = close + chance.below(level / 100) - level / 200;
        let high = close.max(open) + chance.below(level / 150);
        let low = close.min(open) - chance.below(level / 150);
        let [open, high, low] = [open, high, low].map(price);
        let volume = 40_000_000 + chance.below(90_000_000);
        bars.push(Bar { start: day.open(), open, high, low, close: price(close), volume });
        close = open.units();
        day = prior_trading_day(day.date);
    }
    bars.reverse();
    bars
}

/// One symbol's walk through its days.
#[derive(Clone, Debug)]
pub(crate) struct Walk {
    units: i64,
    shares: i64,
    at: Moment,
    step: Span,
}

impl Walk {
    /// From the pre-market's open, or from the open where there is no pre-market.
    pub(crate) fn new(day: &TradingDay, level: i64, shares: i64) -> Self {
        let mut walk = Self { units: level, shares, at: Moment(0), step: Span::ZERO };
        walk.begin(day);
        walk
    }

    pub(crate) fn begin(&mut self, day: &TradingDay) {
        self.at = if self.shares == 0 { day.open() } else { day.pre_market_open() };
        self.step = Span((Self::end(day) - self.at).0 / DAY_PRINTS);
    }

    /// Whether the day's last print is behind it.
    pub(crate) fn is_over(&self, day: &TradingDay) -> bool {
        Self::end(day) < self.at
    }

    fn end(day: &TradingDay) -> Moment {
        day.close() + Span::minutes(20)
    }

    /// The next print: mostly a cent or two from the last, now and then late, absurd or official.
    pub(crate) fn next(&mut self, chance: &mut Chance) -> Print {
        let tick =
            if self.units < 1_000_000 { 100 } else { self.units / 100_000 / 100 * 100 + 100 };
        self.units = (self.units + (chance.below(5) - 2) * tick).max(10_000);
        self.at += Span(1 + chance.below(2 * self.step.0));
        let (mut at, mut units, mut mark) = (self.at, self.units, PrintMark::Ordinary);
        match chance.below(2_000) {
            0 => units = units * 93 / 100,
            1 => units = units * 108 / 100,
            2 => at = at - Span::seconds(90),
            3 => mark = PrintMark::OfficialClose,
            _ => {}
        }
        let size = self.shares * (1 + chance.below(40));
        Print { at, price: price(units), size, mark }
    }
}
