//! The prints of a minute: they fold to its bar exactly, but for a bad one now and then.

use desk::FeedEvent;
use market::{Moment, Print, PrintMark, Span, Symbol, Volume};

use super::SYMBOLS;
use super::chance::{Chance, Purpose};
use super::day::{DayTape, MinutePath, Scale};

/// Trades of a fund in its quietest and busiest minute.
const TRADES_MIN: f64 = 5.0;
const TRADES_MAX: f64 = 480.0;
/// Seconds between two values of an index, and of the volatility index.
const INDEX_EVERY: i64 = 1;
const VIX_EVERY: i64 = 15;

/// Everything that happens in a minute of the day, oldest first. Whether the feed is up is not
/// asked here.
pub(super) fn tell_minute(
    seed: u64,
    scale: Scale,
    tape: &DayTape,
    place: usize,
    told: &mut Vec<FeedEvent>,
) {
    let start = tape.start(place);
    let began = told.len();
    told.extend((0..60).map(|second| FeedEvent::Heartbeat { at: start + Span::seconds(second) }));
    for (number, symbol) in (0..).zip(SYMBOLS) {
        let mut tell = |print| told.push(FeedEvent::Print { symbol, print });
        let close = official_close(scale, tape, place, symbol);
        if let Some(close) = close {
            tell(close);
        }
        let Some(path) = tape.path(symbol, place, scale) else { continue };
        match symbol {
            Symbol::VIX => tell_quarters(&path, tell),
            Symbol::SPX | Symbol::NDX => {
                tell_seconds(&path, &mut chance(seed, start, number), tell)
            }
            _ => {
                let volume = path.volume - close.map_or(0, |close| close.size);
                tell_trades(&path, volume, &mut chance(seed, start, number), tell);
            }
        }
    }
    if let Some((symbol, print)) = bad_print(seed, scale, tape)
        && print.at.minute_start() == start
    {
        told.push(FeedEvent::Print { symbol, print });
    }
    // Stable: prints of one symbol at one moment keep their order.
    told[began..].sort_by_key(FeedEvent::at);
}

/// The stream of a symbol's prints in a minute.
fn chance(seed: u64, start: Moment, number: i64) -> Chance {
    Chance::new(seed, Purpose::Prints, start.0 / Span::MINUTE.0 * 8 + number)
}

/// The official close, in the minute from the bell on: an index's final value, a fund's closing
/// auction. It repeats the session's last price, so that no daily bar differs from its minutes.
fn official_close(scale: Scale, tape: &DayTape, place: usize, symbol: Symbol) -> Option<Print> {
    if place != tape.last_regular() + 1 {
        return None;
    }
    let last = tape.path(symbol, tape.last_regular(), scale)?;
    let size = match symbol {
        Symbol::SPY => tape.auction[0],
        Symbol::QQQ => tape.auction[1],
        _ => 0,
    };
    let mark = PrintMark::OfficialClose;
    Some(Print { at: tape.day.close(), price: last.price(last.last()), size, mark })
}

/// A print far off the market, alone and outside the session, on one day of two. No bar has it.
fn bad_print(seed: u64, scale: Scale, tape: &DayTape) -> Option<(Symbol, Print)> {
    let mut chance = Chance::new(seed, Purpose::BadPrint, i64::from(tape.day.date.epoch_days()));
    if chance.below(2) == 0 {
        return None;
    }
    let symbol = if chance.below(2) == 0 { Symbol::SPY } else { Symbol::QQQ };
    let after_bell = i64::try_from(tape.last_regular()).ok()? + 1;
    let first = if chance.below(3) == 0 { after_bell + 20 } else { 60 };
    let path = tape.path(symbol, usize::try_from(first + chance.below(200)).ok()?, scale)?;
    // Well beyond 3 % and six times the usual range, in quiet and in wild markets.
    let off = (18.0 * tape.usual_width * (1.0 + 0.3 * chance.part())).clamp(0.16, 0.45);
    let off = if chance.below(2) == 0 { -off } else { off };
    let at = path.start + Span(chance.below(Span::MINUTE.0));
    let price = path.price(path.last() * (1.0 + off));
    Some((symbol, Print { at, price, size: 100, mark: PrintMark::Ordinary }))
}

/// The volatility index: a value every 15 seconds.
fn tell_quarters(path: &MinutePath, mut tell: impl FnMut(Print)) {
    for (number, level) in (0..).zip(&path.knots[..path.told]) {
        tell(index_value(path, *level, Span::seconds(number * VIX_EVERY)));
    }
}

/// Where a symbol stands second by second of a minute, as its prints tell; empty when it does not
/// trade.
pub(super) fn levels_by_second(
    seed: u64,
    scale: Scale,
    tape: &DayTape,
    place: usize,
    symbol: Symbol,
) -> Vec<f64> {
    let number = (0..).zip(SYMBOLS).find(|(_, one)| *one == symbol);
    let Some((path, (number, _))) = tape.path(symbol, place, scale).zip(number) else {
        return Vec::new();
    };
    let mut prints = Vec::with_capacity(60);
    let chance = &mut chance(seed, path.start, number);
    match symbol {
        Symbol::SPX | Symbol::NDX => tell_seconds(&path, chance, |print| prints.push(print)),
        _ => tell_trades(&path, path.volume, chance, |print| prints.push(print)),
    }
    let mut prints = prints.into_iter().peekable();
    let mut level = path.price(path.knots[0]).to_f64();
    let mut level_after = |until| {
        while let Some(print) = prints.next_if(|print: &Print| print.at <= until) {
            level = print.price.to_f64();
        }
        level
    };
    (0..60).map(|second| level_after(path.start + Span::seconds(second))).collect()
}

/// An index: a value every second.
fn tell_seconds(path: &MinutePath, chance: &mut Chance, mut tell: impl FnMut(Print)) {
    for (number, level) in (0..).zip(levels(path, 60, chance)) {
        tell(index_value(path, level, Span::seconds(number * INDEX_EVERY)));
    }
}

fn index_value(path: &MinutePath, level: f64, into: Span) -> Print {
    let (at, price) = (path.start + into, path.price(level));
    Print { at, price, size: 0, mark: PrintMark::Ordinary }
}

/// A fund's trades: the more shares a minute has, the more of them, and the larger.
fn tell_trades(
    path: &MinutePath,
    volume: Volume,
    chance: &mut Chance,
    mut tell: impl FnMut(Print),
) {
    #[expect(clippy::cast_possible_truncation, reason = "clamped")]
    let count = (0.57 * (volume as f64).sqrt()).clamp(TRADES_MIN, TRADES_MAX) as i64;
    let levels = levels(path, count, chance);
    let sizes = sizes(volume, count, chance);
    let stretch = Span::MINUTE.0 / count;
    for (number, (level, size)) in (0..).zip(levels.into_iter().zip(sizes)) {
        // One trade in each equal stretch of the minute, somewhere within it.
        let at = path.start + Span(stretch * number + chance.below(stretch));
        tell(Print { at, price: path.price(level), size, mark: PrintMark::Ordinary });
    }
}

/// Where the market stands at each of `count` prints, at least five: at its knots exactly, between
/// them on the way with some noise, never beyond the minute's extremes.
fn levels(path: &MinutePath, count: i64, chance: &mut Chance) -> Vec<f64> {
    let (low, high) = path.extremes();
    let noise = 0.25 * (high - low);
    let mut levels = Vec::with_capacity(usize::try_from(count).unwrap_or(0));
    let place = |knot: i64| (knot * (count - 1) + 2) / 4;
    for (knot, ends) in (0..).zip(path.knots.windows(2)) {
        let (from, until) = (place(knot), place(knot + 1));
        levels.push(ends[0]);
        for number in from + 1..until {
            let part = (number - from) as f64 / (until - from) as f64;
            let width = noise * (part * (1.0 - part)).sqrt();
            let level = ends[0] + (ends[1] - ends[0]) * part + width * chance.bell();
            // What would leave the range turns back into it.
            let level = if level < low { 2.0 * low - level } else { level };
            let level = if high < level { 2.0 * high - level } else { level };
            levels.push(level.clamp(low, high));
        }
    }
    levels.push(path.last());
    levels
}

/// `count` sizes that add up to `volume`: few large, many small, most in round lots.
fn sizes(volume: Volume, count: i64, chance: &mut Chance) -> Vec<Volume> {
    let weights: Vec<f64> = (0..count).map(|_| libm::exp(0.9 * chance.bell())).collect();
    let total: f64 = weights.iter().sum();
    let spare = volume - count;
    let mut left = volume;
    let mut sizes: Vec<Volume> = weights
        .iter()
        .map(|weight| {
            #[expect(clippy::cast_possible_truncation, reason = "a part of the volume")]
            let shares = 1 + (spare as f64 * weight / total) as Volume;
            let lots = if shares < 100 { shares } else { shares / 100 * 100 };
            left -= lots;
            lots
        })
        .collect();
    // What rounding left over goes to the largest.
    if let Some(largest) = sizes.iter_mut().max_by_key(|size| **size) {
        *largest += left;
    }
    sizes
}
