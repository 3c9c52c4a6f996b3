//! The prints of a day: they fold to its minutes exactly, but for a bad one now and then.

use desk::FeedEvent;
use market::{Bar, Moment, Price, Print, PrintMark, Span, Symbol};

use super::SYMBOLS;
use super::chance::Chance;
use super::day::DayTape;

/// Times a day that the feed drops out.
const DROPS: usize = 2;

/// Appends what is told in `(after, until]`: what happened, but while the feed is down nothing, and
/// once it is up again everything that was withheld.
pub(super) fn tell(
    seed: u64,
    tape: &DayTape,
    after: Moment,
    until: Moment,
    told: &mut Vec<FeedEvent>,
) {
    let drops = drops(seed, tape);
    let mut from = after;
    let mut to = until;
    for (down, up) in drops {
        if down <= after && after < up {
            from = down - Span(1);
        }
        if down <= until && until < up {
            to = down - Span(1);
        }
    }
    let day = &tape.day;
    let first = from.max(day.pre_market_open() - Span(1));
    let last = to.min(day.after_hours_close());
    let mut minute = first.minute_start();
    while minute <= last {
        let began = told.len();
        tell_minute(seed, tape, minute, told);
        let mut kept = began;
        for place in began..told.len() {
            let at = told[place].at();
            let is_beat = matches!(told[place], FeedEvent::Heartbeat { .. });
            // Nobody hears of a heartbeat that was missed.
            let is_missed =
                is_beat && (at <= after || drops.iter().any(|(down, up)| *down <= at && at < *up));
            if from < at && at <= to && !is_missed {
                told.swap(kept, place);
                kept += 1;
            }
        }
        told.truncate(kept);
        minute += Span::MINUTE;
    }
}

/// When the feed is down, as `[down, up)`.
fn drops(seed: u64, tape: &DayTape) -> [(Moment, Moment); 2] {
    let mut drops = [(Moment(0), Moment(0)); DROPS];
    let session = tape.day.close() - tape.day.open();
    for (drop, number) in drops.iter_mut().zip(0_i64..) {
        let name = u64::try_from(tape.day.date.epoch_days()).unwrap_or(0);
        let mut chance = Chance::new(seed, [4, name, number.unsigned_abs()]);
        // One in each half of the session, never in its first or last ten minutes.
        let half = session.0 / 2;
        let spare = Span::minutes(10).0;
        let down = tape.day.open()
            + Span(half * number + spare + chance.below(half - 2 * spare - 15_000_000));
        *drop = (down, down + Span::seconds(8 + chance.below(8)));
    }
    drops
}

fn tell_minute(seed: u64, tape: &DayTape, minute: Moment, told: &mut Vec<FeedEvent>) {
    let began = told.len();
    for second in 0..60 {
        told.push(FeedEvent::Heartbeat { at: minute + Span::seconds(second) });
    }
    for symbol in SYMBOLS {
        let bars = tape.minutes(symbol);
        let Ok(place) = bars.binary_search_by_key(&minute, |bar| bar.start) else { continue };
        let is_last = bars[place].start + Span::MINUTE == tape.day.close();
        tell_prints(seed, symbol, &bars[place], is_last, told);
    }
    if let Some((symbol, print)) = bad_print(seed, tape)
        && print.at.minute_start() == minute
    {
        told.push(FeedEvent::Print { symbol, print });
    }
    // Stable: prints of one symbol at one moment keep their order.
    told[began..].sort_by_key(FeedEvent::at);
}

/// A print far off the market, before the open, on two days of three.
fn bad_print(seed: u64, tape: &DayTape) -> Option<(Symbol, Print)> {
    let name = u64::try_from(tape.day.date.epoch_days()).unwrap_or(0);
    let mut chance = Chance::new(seed, [5, name, 0]);
    if chance.below(3) == 0 {
        return None;
    }
    let symbol = if chance.below(2) == 0 { Symbol::SPY } else { Symbol::QQQ };
    let bars = tape.minutes(symbol);
    let place = usize::try_from(60 + chance.below(200)).ok()?;
    let bar = bars.get(place)?;
    let factor = if chance.below(2) == 0 { 0.88 } else { 1.12 };
    let price = Price::from_f64((bar.close.to_f64() * factor * 100.0).round() / 100.0).ok()?;
    let at = bar.start + Span::seconds(30);
    Some((symbol, Print { at, price, size: 100, mark: PrintMark::Ordinary }))
}

/// Prints of one minute: first the open, last the close, the high and the low somewhere between,
/// the others on a line through them with some noise.
fn tell_prints(seed: u64, symbol: Symbol, bar: &Bar, is_last: bool, told: &mut Vec<FeedEvent>) {
    let minute = u64::try_from(bar.start.0 / Span::MINUTE.0).unwrap_or(0);
    let mut chance = Chance::new(
        seed,
        [
            6,
            minute,
            u64::from(symbol.as_str().as_bytes()[0]) << 8
                | u64::from(symbol.as_str().as_bytes()[2]),
        ],
    );
    let count = count(symbol, bar, &mut chance);
    let prices = prices(bar, count, &mut chance);
    let sizes = sizes(bar.volume, count, &mut chance);
    for (number, (price, size)) in prices.into_iter().zip(sizes).enumerate() {
        // One print in each equal stretch of the minute, somewhere within it.
        let stretch = Span::MINUTE.0 / count as i64;
        let within = match symbol {
            Symbol::SPY | Symbol::QQQ => chance.below(stretch - 1),
            _ => stretch / 2,
        };
        let at = bar.start + Span(stretch * number as i64 + within);
        let is_close = is_last && number + 1 == count;
        let mark = if is_close { PrintMark::OfficialClose } else { PrintMark::Ordinary };
        told.push(FeedEvent::Print { symbol, print: Print { at, price, size, mark } });
    }
}

fn count(symbol: Symbol, bar: &Bar, chance: &mut Chance) -> usize {
    let count = match symbol {
        Symbol::VIX => 4,
        Symbol::SPX | Symbol::NDX => 60,
        // A busy minute has more and larger prints; a hundred shares is the least.
        _ => (bar.volume / 1_500 + chance.below(10)).clamp(1, 240).min(bar.volume / 100),
    };
    usize::try_from(count).unwrap_or(1).max(1)
}

fn prices(bar: &Bar, count: usize, chance: &mut Chance) -> Vec<Price> {
    // With room for fewer than four, the extremes go first: a range must not be told too narrow.
    if count < 4 {
        return match count {
            1 => vec![bar.close],
            2 => vec![bar.open, bar.close],
            _ => vec![bar.open, if bar.close < bar.open { bar.low } else { bar.high }, bar.close],
        };
    }
    let inner = count as i64 - 2;
    let one = usize::try_from(1 + chance.below(inner)).unwrap_or(1);
    let other = usize::try_from(1 + chance.below(inner - 1)).unwrap_or(1);
    let other = if one <= other { other + 1 } else { other };
    let (first, second) = (one.min(other), one.max(other));
    let is_low_first = bar.open <= bar.close;
    let (at_first, at_second) =
        if is_low_first { (bar.low, bar.high) } else { (bar.high, bar.low) };
    let anchors = [(0, bar.open), (first, at_first), (second, at_second), (count - 1, bar.close)];
    let noise = (bar.high.units() - bar.low.units()) as f64 * 0.06;
    let mut prices = Vec::with_capacity(count);
    for pair in anchors.windows(2) {
        let ((from, begin), (to, end)) = (pair[0], pair[1]);
        for place in from..to {
            let part = (place - from) as f64 / (to - from) as f64;
            let line = begin.units() as f64 + (end.units() - begin.units()) as f64 * part;
            let moved = if place == from { line } else { line + noise * chance.normal() };
            let cents = (moved / 100.0).round() * 100.0;
            let units = cents.clamp(bar.low.units() as f64, bar.high.units() as f64);
            prices.push(Price::from_f64(units / Price::UNITS as f64).unwrap_or(bar.close));
        }
    }
    prices.push(bar.close);
    prices
}

/// Sizes that add up to the minute's volume, in hundreds.
fn sizes(volume: i64, count: usize, chance: &mut Chance) -> Vec<i64> {
    if volume == 0 {
        return vec![0; count];
    }
    let weights: Vec<f64> = (0..count).map(|_| libm::exp(0.9 * chance.normal())).collect();
    let total: f64 = weights.iter().sum();
    let spare = volume / 100 - count as i64;
    let mut left = spare;
    let mut sizes: Vec<i64> = weights
        .iter()
        .map(|weight| {
            #[expect(clippy::cast_possible_truncation, reason = "a part of the volume")]
            let share = ((spare as f64 * weight / total) as i64).clamp(0, left);
            left -= share;
            100 * (1 + share)
        })
        .collect();
    if let Some(last) = sizes.last_mut() {
        *last += 100 * left + volume % 100;
    }
    sizes
}
