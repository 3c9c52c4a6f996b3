//! The state that days hand on to each other, and the years before minutes begin.

use std::collections::BTreeMap;

use market::{Bar, Price, Symbol, TradingDate, TradingDay, next_trading_day, trading_day};

use super::SYMBOLS;
use super::chance::Chance;

/// Trading days in a year.
pub(super) const DAYS: f64 = 252.0;
/// The yearly volatility that the market comes back to.
const VOLATILITY: f64 = 0.155;
/// How the Nasdaq-100 moves beside the S&P 500: what is common, and what is its own.
const NDX_COMMON: f64 = 1.12;
const NDX_OWN: f64 = 0.45;
/// Parts of a day in the years before minutes begin.
const COARSE_STEPS: u32 = 13;
/// The part of a day's variance that falls on the night before it.
pub(super) const NIGHT_PART: f64 = 0.22;
/// What indices stand at when the minutes begin.
const SPX_FIRST: f64 = 5_060.0;
const NDX_FIRST: f64 = 17_900.0;
/// Index ÷ fund, about which it wanders.
const SPY_RATIO: f64 = 10.025;
const QQQ_RATIO: f64 = 41.05;

/// What the market stands at between two moments.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct State {
    pub(super) spx: f64,
    pub(super) ndx: f64,
    /// Yearly volatility, logarithm.
    pub(super) log_volatility: f64,
    /// Wandering of index ÷ fund, as a small part of it.
    pub(super) spy_basis: f64,
    pub(super) qqq_basis: f64,
}

/// Where a day starts.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct DayStart {
    pub(super) day: TradingDay,
    /// As it stood at the close before.
    pub(super) state: State,
}

impl State {
    fn first() -> Self {
        Self {
            spx: 1.0,
            ndx: 1.0,
            log_volatility: libm::log(VOLATILITY),
            spy_basis: 0.0,
            qqq_basis: 0.0,
        }
    }

    /// Yearly volatility.
    pub(super) fn volatility(&self) -> f64 {
        libm::exp(self.log_volatility)
    }

    /// Moves prices through a part of a day's variance.
    pub(super) fn step(&mut self, part: f64, chance: &mut Chance) {
        let width = self.volatility() * (part / DAYS).sqrt();
        let common = chance.fat() * width;
        let own = chance.fat() * width * NDX_OWN;
        let drift = 0.09 / DAYS * part;
        self.spx *= libm::exp(common + drift);
        self.ndx *= libm::exp(NDX_COMMON * common + own + 1.3 * drift);
        // Falls raise volatility while they happen: what a VIX does.
        self.log_volatility -= 3.2 * common;
    }

    /// What a night does to volatility and to the bases.
    pub(super) fn rest(&mut self, chance: &mut Chance) {
        let pull = libm::log(VOLATILITY) - self.log_volatility;
        self.log_volatility += 0.06 * pull + 0.045 * chance.normal();
        self.log_volatility = self.log_volatility.clamp(libm::log(0.08), libm::log(0.70));
        self.spy_basis = 0.97 * self.spy_basis + 0.000_15 * chance.normal();
        self.qqq_basis = 0.97 * self.qqq_basis + 0.000_18 * chance.normal();
    }

    /// What a symbol stands at, in dollars or points.
    pub(super) fn price(&self, symbol: Symbol) -> f64 {
        match symbol {
            Symbol::SPX => self.spx,
            Symbol::NDX => self.ndx,
            Symbol::SPY => self.spx / (SPY_RATIO * (1.0 + self.spy_basis)),
            Symbol::QQQ => self.ndx / (QQQ_RATIO * (1.0 + self.qqq_basis)),
            // Options are dearer than what happens after.
            _ => 100.0 * self.volatility() * 1.08,
        }
    }
}

/// A price in whole cents.
pub(super) fn cents(value: f64) -> Price {
    let cents = (value * 100.0).round().max(1.0);
    Price::from_f64(cents / 100.0).expect("simulated prices stay in range")
}

/// Shares that a fund trades on an ordinary day.
pub(super) fn daily_volume(symbol: Symbol) -> f64 {
    match symbol {
        Symbol::SPY => 72_000_000.0,
        Symbol::QQQ => 44_000_000.0,
        _ => 0.0,
    }
}

/// Daily bars of six years before `first`, and where `first` starts.
pub(super) fn older_days(seed: u64, first: TradingDay) -> (BTreeMap<Symbol, Vec<Bar>>, DayStart) {
    let begin = TradingDate::new(2018, 1, 2).expect("a date of the calendar");
    let mut day = trading_day(begin).expect("the exchange was open on it");
    let mut state = State::first();
    let mut days: Vec<(TradingDay, Vec<State>)> = Vec::with_capacity(1_600);
    while day.date < first.date {
        let name = u64::try_from(day.date.epoch_days()).unwrap_or(0);
        let mut chance = Chance::new(seed, [1, name, 0]);
        let mut states = Vec::with_capacity(COARSE_STEPS as usize + 1);
        state.step(NIGHT_PART, &mut chance);
        states.push(state.clone());
        for _ in 0..COARSE_STEPS {
            state.step((1.0 - NIGHT_PART) / f64::from(COARSE_STEPS), &mut chance);
            states.push(state.clone());
        }
        state.rest(&mut chance);
        days.push((day, states));
        day = next_trading_day(day.date);
    }
    // The years end where the minutes begin.
    let (spx, ndx) = (SPX_FIRST / state.spx, NDX_FIRST / state.ndx);
    state.spx *= spx;
    state.ndx *= ndx;
    let mut older: BTreeMap<Symbol, Vec<Bar>> = BTreeMap::new();
    for (day, mut states) in days {
        for state in &mut states {
            state.spx *= spx;
            state.ndx *= ndx;
        }
        let name = u64::try_from(day.date.epoch_days()).unwrap_or(0);
        for symbol in SYMBOLS {
            let bar = daily_bar(seed, name, symbol, day, &states);
            older.entry(symbol).or_default().push(bar);
        }
    }
    (older, DayStart { day: first, state })
}

fn daily_bar(seed: u64, name: u64, symbol: Symbol, day: TradingDay, states: &[State]) -> Bar {
    let mut prices = states.iter().map(|state| cents(state.price(symbol)));
    let open = prices.next().expect("a day has an open");
    let mut bar = Bar::of_print(day.open(), open, 0);
    for price in prices {
        bar.absorb(&Bar::of_print(day.open(), price, 0));
    }
    let mut chance = Chance::new(seed, [2, name, u64::from(symbol.as_str().as_bytes()[0])]);
    let busy = libm::exp(0.25 * chance.normal());
    #[expect(clippy::cast_possible_truncation, reason = "far below 2^63")]
    let volume = (daily_volume(symbol) * busy) as i64;
    Bar { volume, ..bar }
}
