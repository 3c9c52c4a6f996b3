//! The work that a benchmark in the browser repeats; the page holds the clock.

use market::{Bar, Contract, Moment, Price, Print, Right, Root, Series, Span, Symbol, TradingDate};
use plan::{
    Instrument, Leg, LegModel, LegValue, Position, RiskAxes, RiskBook, ShiftTerm, Stickiness,
};
use quant::indicators::IndicatorSet;
use quant::levels::{BookWriter, SessionStart};
use quant::options::{Black, IvAbsence, Premium, Slice, SliceGreeks, SliceMarket, implied_vols};
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

/// Options of one expiry, ready to be priced.
#[wasm_bindgen]
#[derive(Clone, Debug)]
pub struct GreeksRun {
    slice: Slice,
    market: SliceMarket,
    greeks: SliceGreeks,
    ticks: u32,
}

#[wasm_bindgen]
impl GreeksRun {
    /// `count` contracts, both rights of each strike, near the money and far.
    #[wasm_bindgen(constructor)]
    pub fn new(count: u32) -> Self {
        let strikes = (0..count / 2).map(|place| 4_000.0 + 2_000.0 * part_of(place, count / 2));
        let options = strikes.flat_map(|strike| Right::ALL.map(|right| (strike, right)));
        let mut slice = Slice::new(5_000.0, options);
        for place in 0..slice.len() {
            slice.set_volatility(place, 0.12 + 1e-6 * place as f64);
        }
        let market =
            SliceMarket { spot: 5_000.0, forward: 5_003.0, years: 9.0 / 365.0, rate: 0.04 };
        Self { slice, market, greeks: SliceGreeks::default(), ticks: 0 }
    }

    /// The underlying prints: every price and Greek follows.
    pub fn run(&mut self) -> f64 {
        self.ticks += 1;
        self.market.spot = 5_000.0 + f64::from(self.ticks % 40);
        self.market.forward = self.market.spot + 3.0;
        self.slice.greeks(&self.market, &mut self.greeks);
        self.greeks.of(self.slice.len() / 2).delta
    }
}

/// Forty legs over five expiries, ready to be stressed.
#[wasm_bindgen]
#[derive(Clone, Debug)]
pub struct RiskRun {
    book: RiskBook,
    axes: RiskAxes,
}

#[wasm_bindgen]
impl RiskRun {
    /// Eight legs to each of five positions, no contract twice: on SPX, or on SPY, whose options
    /// may be exercised early.
    #[wasm_bindgen(constructor)]
    pub fn new(is_american: bool) -> Self {
        let (root, unit) = if is_american { (Root::SPY, 0.1) } else { (Root::SPXW, 1.0) };
        let today = TradingDate::new(2024, 2, 27).expect("a day");
        let now = Moment::new_york(today, Span::hours(11));
        let mut book = RiskBook::new(0.04, now);
        for ends in [3, 10, 17, 24, 52] {
            let series = Series { expires: today.plus_days(ends), root };
            let leg = |place: i64| {
                let strike =
                    Price::from_f64(unit * (4_800.0 + 50.0 * place as f64)).expect("a strike");
                let right = if place < 4 { Right::Put } else { Right::Call };
                let contract = Contract { series, strike, right };
                let quantity = if place % 2 == 0 { -1 } else { 1 };
                Leg { quantity, instrument: Instrument::Option(contract) }
            };
            let position = Position::new((0..8).map(leg), None).expect("a position");
            let model =
                LegModel { volatility: 0.16, is_borrowed: false, carry: 1.001, dividends: None };
            let known = vec![LegValue { model: Some(model), ..LegValue::shares(0.0) }; 8];
            let stand = (5_000.0 * unit, 1.0);
            book.add(&position, &known, stand, |_| None).expect("a volatility");
        }
        let until = *book.ends().last().expect("five");
        Self { book, axes: RiskAxes::new(0.1, 0.1, (now, until)) }
    }

    /// Everything that the legs would gain: 41 prices, 21 shifts, 12 moments.
    pub fn run(&self) -> f64 {
        let grid = self.book.grid(self.axes.clone(), Stickiness::Strike, ShiftTerm::Parallel);
        grid.row(6, 10)[20]
    }

    /// At the first of the moments alone, when no leg is over: as each step of a slider asks.
    pub fn run_moment(&self) -> f64 {
        let axes = RiskAxes { times: vec![self.axes.times[0]], ..self.axes.clone() };
        self.book.grid(axes, Stickiness::Strike, ShiftTerm::Parallel).row(0, 10)[20]
    }
}

/// Prices, ready to be asked for their volatility.
#[wasm_bindgen]
#[derive(Clone, Debug)]
pub struct IvRun {
    premiums: Vec<Premium>,
    before: Vec<f64>,
    solved: Vec<Result<f64, IvAbsence>>,
}

#[wasm_bindgen]
impl IvRun {
    /// `count` options out of the money. Each was at `nearness` times its volatility before; at
    /// none when that is not a number.
    #[wasm_bindgen(constructor)]
    pub fn new(count: u32, nearness: f64) -> Self {
        let (mut premiums, mut before) = (Vec::new(), Vec::new());
        for place in 0..count {
            let strike = 4_700.0 + 500.0 * part_of(place, count);
            let (forward, years) = (5_003.0, 30.0 / 365.0);
            let volatility = 0.12 + 0.05 * part_of(place * 7 % count, count);
            let right = if strike < forward { Right::Put } else { Right::Call };
            let option = Black { spot: 5_000.0, forward, strike, years, rate: 0.0, volatility };
            let undiscounted = option.price(right);
            premiums.push(Premium { forward, strike, years, right, undiscounted });
            before.push(nearness * volatility);
        }
        Self { premiums, before, solved: Vec::new() }
    }

    /// Finds every volatility.
    pub fn run(&mut self) -> f64 {
        implied_vols(&self.premiums, &self.before, &mut self.solved);
        self.solved.iter().flatten().sum()
    }
}

fn part_of(place: u32, count: u32) -> f64 {
    f64::from(place) / f64::from(count.max(1))
}
