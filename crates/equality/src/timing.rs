//! The work that a benchmark in the browser repeats; the page holds the clock.

use market::{Bar, Print, Symbol};
use quant::indicators::IndicatorSet;
use quant::levels::{BookWriter, SessionStart};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::walk::{Chance, SYMBOLS, Walk, first_day, history};

/// Prints of SPY in the middle of a day, ready to be played.
#[wasm_bindgen]
#[derive(Clone, Debug)]
pub struct TickRun {
    before: BookWriter,
    writer: BookWriter,
    prints: Vec<Print>,
}

#[wasm_bindgen]
impl TickRun {
    /// As many prints, after 12,000 that warm the day up.
    #[wasm_bindgen(constructor)]
    pub fn new(count: u32) -> Self {
        let mut chance = Chance::new(7);
        let day = first_day();
        let (symbol, level, shares) = SYMBOLS[0];
        let mut writer = BookWriter::default();
        let start = SessionStart::new(day, history(&mut chance, level));
        writer.handle_session_change(symbol, &start).expect("the calendar has 2024");
        let mut walk = Walk::new(&day, level, shares);
        for _ in 0..12_000 {
            writer.handle_tick(symbol, &walk.next(&mut chance));
        }
        let print = |_| walk.next(&mut chance);
        let prints = (0..count).map(print).collect();
        Self { before: writer.clone(), writer, prints }
    }

    /// Goes back to the start; not to be timed.
    pub fn reset(&mut self) {
        self.writer = self.before.clone();
    }

    /// Plays every print: all levels follow each.
    pub fn run(&mut self) -> f64 {
        for print in &self.prints {
            self.writer.handle_tick(Symbol::SPY, print);
        }
        self.writer.books().book(Symbol::SPY).and_then(|book| book.atr()).unwrap_or_default()
    }
}

/// Daily bars, ready to go through the fourteen indicator figures.
#[wasm_bindgen]
#[derive(Clone, Debug)]
pub struct BarRun {
    bars: Vec<Bar>,
}

#[wasm_bindgen]
impl BarRun {
    /// 900 different bars, `rounds` times over.
    #[wasm_bindgen(constructor)]
    pub fn new(rounds: u32) -> Self {
        let bars = history(&mut Chance::new(7), SYMBOLS[0].1);
        let count = bars.len() * usize::try_from(rounds).unwrap_or(1);
        Self { bars: bars.into_iter().cycle().take(count).collect() }
    }

    /// How many bars a run has.
    pub fn count(&self) -> u32 {
        u32::try_from(self.bars.len()).unwrap_or(u32::MAX)
    }

    /// Puts every bar through a fresh set of indicators.
    pub fn run(&self) -> f64 {
        let mut set = IndicatorSet::default();
        let mut last = None;
        for bar in &self.bars {
            // As a chart uses them: every value is read.
            last = std::hint::black_box(Some(set.handle_bar(bar)));
        }
        last.and_then(|values| values.ema_9).unwrap_or_default()
    }
}
