//! One day of the practice market, minute by minute.

use std::collections::BTreeMap;

use market::{Bar, Moment, Span, Symbol, TradingDay, next_trading_day};

use super::SYMBOLS;
use super::chance::Chance;
use super::path::{DAYS, DayStart, NIGHT_PART, State, cents, daily_volume};

/// The part of a day's variance in extended hours, before and after the session together.
const EXTENDED_PART: f64 = 0.08;
/// The part of a day's volume in extended hours.
const EXTENDED_VOLUME: f64 = 0.03;

/// Minutes of every symbol on one day.
pub(super) struct DayTape {
    /// The day.
    pub(super) day: TradingDay,
    minutes: BTreeMap<Symbol, Vec<Bar>>,
}

/// Minutes of a day: how many before the open, in the session, and after it.
struct Shape {
    pre: usize,
    regular: usize,
    post: usize,
}

impl Shape {
    fn of(day: &TradingDay) -> Self {
        let minutes = |span: Span| usize::try_from(span.0 / Span::MINUTE.0).unwrap_or(0);
        Self {
            pre: minutes(day.open() - day.pre_market_open()),
            regular: minutes(day.close() - day.open()),
            post: minutes(day.after_hours_close() - day.close()),
        }
    }

    fn is_regular(&self, minute: usize) -> bool {
        (self.pre..self.pre + self.regular).contains(&minute)
    }

    /// How busy a minute is beside the others of its part: a U through the session.
    fn weight(&self, minute: usize) -> f64 {
        if !self.is_regular(minute) {
            return 1.0;
        }
        let place = (minute - self.pre) as f64 / (self.regular - 1) as f64;
        let from_middle = 2.0 * place - 1.0;
        0.55 + 1.7 * from_middle * from_middle * from_middle * from_middle
    }
}

impl DayTape {
    /// One-minute bars of a symbol, oldest first.
    pub(super) fn minutes(&self, symbol: Symbol) -> &[Bar] {
        self.minutes.get(&symbol).map_or(&[], Vec::as_slice)
    }

    /// Simulates a day; gives where the next one starts.
    pub(super) fn simulate(seed: u64, start: &DayStart) -> (Self, DayStart) {
        let day = start.day;
        let name = u64::try_from(day.date.epoch_days()).unwrap_or(0);
        let mut chance = Chance::new(seed, [3, name, 0]);
        let shape = Shape::of(&day);
        let mut state = start.state.clone();
        let volatility = state.volatility();
        // Half of the night's news is known by four in the morning.
        state.step(NIGHT_PART / 2.0, &mut chance);
        let total = shape.pre + shape.regular + shape.post;
        let weights: f64 =
            (0..total).filter(|minute| shape.is_regular(*minute)).map(|m| shape.weight(m)).sum();
        let mut minutes: BTreeMap<Symbol, Vec<Bar>> = BTreeMap::new();
        let mut closes: BTreeMap<Symbol, f64> = BTreeMap::new();
        let busy = libm::exp(0.22 * chance.normal() + 0.4 * (volatility / 0.155 - 1.0).min(1.5));
        let mut at_close = None;
        for minute in 0..total {
            let is_regular = shape.is_regular(minute);
            if minute == shape.pre {
                // The opening auction finds what the night left over.
                state.step(NIGHT_PART / 2.0, &mut chance);
                closes.clear();
            }
            let start_of = day.pre_market_open() + Span::minutes(minute as i64);
            let before = state.clone();
            let part = if is_regular {
                (1.0 - NIGHT_PART - EXTENDED_PART) * shape.weight(minute) / weights
            } else {
                EXTENDED_PART / (shape.pre + shape.post) as f64
            };
            state.step(part, &mut chance);
            state.spy_basis += 0.000_004 * chance.normal() - 0.002 * state.spy_basis;
            state.qqq_basis += 0.000_005 * chance.normal() - 0.002 * state.qqq_basis;
            let share = shape.weight(minute) / weights;
            for symbol in SYMBOLS {
                let is_fund = 0.0 < daily_volume(symbol);
                if !is_regular && !is_fund {
                    continue;
                }
                let open = *closes.entry(symbol).or_insert_with(|| before.price(symbol));
                let width = width_of(symbol, &state, part);
                let mut bar = minute_bar(start_of, open, state.price(symbol), width, &mut chance);
                bar.volume = if is_fund {
                    let share = if is_regular {
                        share * (1.0 - EXTENDED_VOLUME)
                    } else {
                        EXTENDED_VOLUME / (shape.pre + shape.post) as f64
                    };
                    volume(daily_volume(symbol) * busy * share, &mut chance)
                } else {
                    0
                };
                closes.insert(symbol, bar.close.to_f64());
                minutes.entry(symbol).or_default().push(bar);
            }
            if minute + 1 == shape.pre + shape.regular {
                at_close = Some(state.clone());
            }
        }
        let mut next = state;
        if let Some(at_close) = at_close {
            // Volatility is handed on as it stood at the close.
            next.log_volatility = at_close.log_volatility;
        }
        next.rest(&mut chance);
        let next = DayStart { day: next_trading_day(day.date), state: next };
        (Self { day, minutes }, next)
    }
}

/// How far a minute reaches beyond its open and close, in dollars or points.
fn width_of(symbol: Symbol, state: &State, part: f64) -> f64 {
    let relative = state.volatility() * (part / DAYS).sqrt();
    let factor = match symbol {
        Symbol::NDX | Symbol::QQQ => 1.2,
        Symbol::VIX => 3.2,
        _ => 1.0,
    };
    state.price(symbol) * relative * factor * 0.5
}

fn minute_bar(start: Moment, open: f64, close: f64, width: f64, chance: &mut Chance) -> Bar {
    let (open, close) = (cents(open), cents(close));
    let above = cents(open.max(close).to_f64() + width * chance.normal().abs());
    let below = cents((open.min(close).to_f64() - width * chance.normal().abs()).max(0.01));
    Bar {
        start,
        open,
        high: above.max(open).max(close),
        low: below.min(open).min(close),
        close,
        volume: 0,
    }
}

/// Shares of a minute, in whole hundreds.
fn volume(expected: f64, chance: &mut Chance) -> i64 {
    let drawn = expected * libm::exp(0.35 * chance.normal() - 0.06);
    #[expect(clippy::cast_possible_truncation, reason = "far below 2^63")]
    let hundreds = (drawn / 100.0).round().max(1.0) as i64;
    hundreds * 100
}
