//! "How is this computed?": a level's definition with its inputs as they are.

use market::{Moment, Price, Span, Symbol};
use serde::{Deserialize, Serialize};

use super::{
    Books, CloseKind, Level, LevelBook, LevelId, LevelSource, OpenHighLowClose, Periods,
    QuarantineEvent, Standing, definitions, proxy,
};
use crate::indicators::Ema;

/// How a level is computed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// Which level.
    pub id: LevelId,
    /// Its name in full.
    pub title: String,
    /// What it is, in words.
    pub definition: String,
    /// How it is computed.
    pub formula: String,
    /// From what, as it is now.
    pub inputs: Vec<Input>,
    /// What comes of it.
    pub value: Option<f64>,
    /// Whether it can still move today.
    pub standing: Standing,
    /// Whose prints it was computed from.
    pub source: LevelSource,
    /// What else should be known.
    pub note: String,
}

/// One input of a level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// Its name in the formula.
    pub name: String,
    /// Its value.
    pub value: InputValue,
    /// Its age.
    pub as_of: Option<Moment>,
}

/// The value of an input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum InputValue {
    /// In dollars, points or shares.
    Number(f64),
    /// Anything else.
    Text(String),
}

impl Explanation {
    /// Of a level, computed from these inputs.
    pub(super) fn of(level: &Level, inputs: Vec<Input>, note: String) -> Self {
        let definition = definitions::of(level.id);
        Self {
            id: level.id,
            title: definition.title,
            definition: definition.words,
            formula: definition.formula,
            inputs,
            value: Some(level.price),
            standing: level.standing,
            source: level.source,
            note,
        }
    }
}

pub(super) fn number(name: &str, value: f64, as_of: Option<Moment>) -> Input {
    Input { name: name.to_owned(), value: InputValue::Number(value), as_of }
}

pub(super) fn text(name: &str, value: String) -> Input {
    Input { name: name.to_owned(), value: InputValue::Text(value), as_of: None }
}

pub(super) fn explain(books: &Books, symbol: Symbol, id: LevelId) -> Option<Explanation> {
    let book = books.book(symbol)?;
    let level = books.levels(symbol).into_iter().find(|level| level.id == id)?;
    let (mut inputs, note) = match (level.source, books.pair(symbol)) {
        (LevelSource::Via { proxy, ratio, .. }, Some((_, fund, _))) => {
            let ratio_as_of = match id {
                LevelId::PreMarketHigh | LevelId::PreMarketLow => proxy::frozen_as_of(book),
                _ => proxy::ratio_as_of(book, fund),
            };
            let mut inputs = own_inputs(fund, id);
            if let Some(level) = fund.level(id) {
                inputs.push(number(&format!("{proxy} {}", id.name()), level.price, None));
            }
            inputs.push(Input {
                name: format!("{symbol} ÷ {proxy}"),
                // The two decimals of a price would be a point of the index.
                value: InputValue::Text(format!("{ratio:.5}")),
                as_of: ratio_as_of,
            });
            (inputs, note(fund, id))
        }
        _ => (own_inputs(book, id), note(book, id)),
    };
    inputs.dedup();
    Some(Explanation::of(&level, inputs, note))
}

fn note(book: &LevelBook, id: LevelId) -> String {
    match id {
        LevelId::CprTop | LevelId::CprBottom => match book.history.is_range_narrow {
            Some(true) => "Today's range is narrow.".to_owned(),
            Some(false) => "Today's range is not narrow.".to_owned(),
            None => "Narrow or not is known after 21 days.".to_owned(),
        },
        LevelId::PriorClose(Periods::Day) => match book.history.close {
            CloseKind::Official => "The official close.".to_owned(),
            CloseKind::LastPrint => {
                "The last print before the bell: the official close is not known.".to_owned()
            }
        },
        LevelId::PriorHigh(Periods::Day) | LevelId::PriorLow(Periods::Day) => {
            match book.history.extended {
                Some(_) => "Extended hours are included.".to_owned(),
                None => "Extended hours are not included.".to_owned(),
            }
        }
        LevelId::Open => match book.gap() {
            Some((gap, is_filled)) => {
                let filled = if is_filled { "filled" } else { "not filled" };
                format!("Gap to the prior close: {gap:+.2}, {filled}.")
            }
            None => String::new(),
        },
        LevelId::PreMarketHigh | LevelId::PreMarketLow => {
            let is_held = |event: &&QuarantineEvent| matches!(event, QuarantineEvent::Held(_));
            match book.quarantine().iter().filter(is_held).count() {
                0 => String::new(),
                1 => "A print too far from the market was held back today.".to_owned(),
                count => format!("{count} prints too far from the market were held back today."),
            }
        }
        LevelId::HighOfDay | LevelId::LowOfDay => "Not counted as touched: price pushes it.".into(),
        _ => String::new(),
    }
}

fn own_inputs(book: &LevelBook, id: LevelId) -> Vec<Input> {
    match id {
        LevelId::PriorHigh(which) | LevelId::PriorLow(which) | LevelId::PriorClose(which) => {
            let mut inputs = period_inputs(book, which);
            if let Some(extended) = book.history.extended.filter(|_| which == Periods::Day) {
                inputs.push(number("H with extended hours", extended.high.to_f64(), None));
                inputs.push(number("L with extended hours", extended.low.to_f64(), None));
            }
            inputs
        }
        LevelId::Pivot(which, _) => period_inputs(book, which),
        LevelId::Fibonacci(_)
        | LevelId::Camarilla(_)
        | LevelId::DeMark(_)
        | LevelId::CprTop
        | LevelId::CprBottom => period_inputs(book, Periods::Day),
        LevelId::Woodie(_) => {
            let mut inputs = period_inputs(book, Periods::Day);
            if let Some(range) = &book.regular {
                let open = range.open.to_f64();
                inputs.push(number("today's open", open, Some(book.bounds.open)));
            }
            inputs
        }
        LevelId::AtrUp | LevelId::AtrDown | LevelId::Round(_) => close_inputs(book),
        LevelId::DailyEma(n) => average_inputs(book, &book.history.daily, n),
        LevelId::WeeklyEma(n) => average_inputs(book, &book.history.weekly, n),
        LevelId::Vwap(_) => vwap_inputs(book),
        LevelId::PointOfControl | LevelId::ValueAreaHigh | LevelId::ValueAreaLow => {
            profile_inputs(book)
        }
        _ => range_inputs(book, id),
    }
}

fn period_inputs(book: &LevelBook, which: Periods) -> Vec<Input> {
    let Ok(period) = book.history.period(which) else { return Vec::new() };
    let at = Some(period.as_of);
    let OpenHighLowClose { open, high, low, close } = period.prices;
    vec![number("O", open, at), number("H", high, at), number("L", low, at), number("C", close, at)]
}

fn close_inputs(book: &LevelBook) -> Vec<Input> {
    let Ok(day) = &book.history.day else { return Vec::new() };
    let mut inputs = vec![number("PDC", day.prices.close, Some(day.as_of))];
    if let Some(atr) = book.atr() {
        inputs.push(number("ATR(14)", atr, Some(day.as_of)));
    }
    inputs
}

/// The average of the closes before, and the price that stands for the forming close.
fn average_inputs(book: &LevelBook, averages: &[Ema], length: u16) -> Vec<Input> {
    let Ok(day) = &book.history.day else { return Vec::new() };
    let average = averages.iter().find(|one| one.length() == u32::from(length));
    let mut inputs = vec![number("n", f64::from(length), None)];
    if let Some(before) = average.and_then(Ema::value) {
        inputs.push(number("EMA₋₁", before, Some(day.as_of)));
    }
    if let Some((price, at)) = book.regular_price() {
        inputs.push(number("close so far", price, Some(at)));
    }
    inputs
}

fn profile_inputs(book: &LevelBook) -> Vec<Input> {
    let Some(area) = book.value else { return Vec::new() };
    let at = book.profiled();
    vec![
        number("POC", area.poc, at),
        number("shares at POC", area.most as f64, at),
        number("shares in the value area", area.held as f64, at),
        number("shares in all", area.total as f64, at),
    ]
}

/// When the stretch of an extreme begins and ends, and its extreme so far.
fn range_inputs(book: &LevelBook, id: LevelId) -> Vec<Input> {
    let bounds = &book.bounds;
    let after_open = |minutes: u8| (bounds.open, bounds.open + Span::minutes(i64::from(minutes)));
    let (from, until) = match id {
        LevelId::PreMarketHigh | LevelId::PreMarketLow => (bounds.pre_market, bounds.open),
        LevelId::OvernightHigh | LevelId::OvernightLow => (bounds.night, bounds.open),
        LevelId::OpeningRangeHigh(n) | LevelId::OpeningRangeLow(n) => after_open(n),
        LevelId::InitialBalanceHigh | LevelId::InitialBalanceLow => after_open(60),
        _ => (bounds.open, bounds.close),
    };
    let mut inputs = vec![text("from", clock(from)), text("until", clock(until))];
    if let Some(level) = book.level(id) {
        inputs.push(number(&id.name(), level.price, Some(level.as_of)));
    }
    inputs
}

/// `09:30` in New York.
fn clock(at: Moment) -> String {
    let minutes = at.wall_time().since_midnight.whole_seconds() / 60;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

fn vwap_inputs(book: &LevelBook) -> Vec<Input> {
    let at = book.regular.map(|range| range.last_at);
    let turnover = book.vwap.notional_x3 as f64 / 3.0 / Price::UNITS as f64;
    let mut inputs = vec![
        number("Σ size", book.vwap.volume as f64, at),
        number("Σ(price × size)", turnover, at),
    ];
    if let Some(deviation) = book.vwap.deviation() {
        inputs.push(number("deviation", deviation, at));
    }
    inputs
}
