//! Reads ticks: every trade as the exchanges reported it, and which of them made the price.
//!
//! An exchange says of each trade under which conditions it was made. By experiment on SPY, 7 to 11
//! October 2013, these rules make the vendor's own daily bars out of its ticks:
//!
//! * The session opens with the primary exchange's official open and closes with its official
//!   close. The primary exchange is the one whose auction was the largest. What others traded at
//!   09:30 before the auction was done is left out, and so is what they call official.
//! * The official messages carry the shares of the whole auction, so its single fills, told as
//!   well, would count twice.
//! * A price that was averaged, derived, agreed on before or settled otherwise is no price of that
//!   moment. Nor is one that was reported late.
//! * What the vendor itself calls suspicious stays out.
//!
//! Left out is counted by day and reason. The vendor's daily volume has those shares, but of each
//! auction only the first fill; its prices have none of them.

use market::{Moment, Price, Print, PrintMark, TradingDate, Volume};

use super::archive::{Part, each_file};
use super::days::{Day, Days, clock_text};
use super::layout::{lean_prices, lean_zone};
use super::lean::{LeanName, Resolution};
use super::lines::{lines, split};
use super::number::{PriceForm, price, volume};
use super::report::{ImportReport, Problem, shown};
use super::stamp::millis_of;
use super::zone::ZoneClock;
use super::{ImportError, ImportOptions, LINE_BYTES_MAX, ROWS_MAX, unreadable};

/// How many rows pass before progress is told again.
const ROWS_BETWEEN: u64 = 1 << 16;

/// Cash, next day, seller's option, derived, stock with option, average, varied or prior price.
const NO_PRICE: u32 = 0x2 | 0x4 | 0x8 | 0x200 | 0x4_0000 | 0x10_0000 | 0x40_0000 | 0x200_0000;
/// Sold last or out of sequence: reported late.
const LATE: u32 = 0x800 | 0x4000;
/// Made outside the regular session.
const EXTENDED_HOURS: u32 = 0x2000;
/// A fill of an opening or closing auction.
const OPENING_FILL: u32 = 0x40;
const CLOSING_FILL: u32 = 0x80;
const OFFICIAL_OPEN: u32 = 0x400_0000;
const OFFICIAL_CLOSE: u32 = 0x100_0000;

/// Why a print was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LeftOutWhy {
    /// The vendor marked it as suspicious.
    Suspicious,
    /// It repeats shares of the auction, whose official print is there.
    RepeatsAuction,
    /// Another exchange than the primary one calls it official.
    OtherAuction,
    /// Its price was averaged, derived or agreed on before.
    NoPrice,
    /// It was made at 09:30 before the primary exchange had opened.
    BeforeOpen,
    /// It was reported after it happened.
    Late,
}

/// Prints of a day that were left out for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The reason.
    pub why: LeftOutWhy,
    /// How many prints.
    pub prints: u64,
    /// How many shares.
    pub shares: Volume,
}

/// What a day of prints came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrintDay {
    /// The date in New York.
    pub date: TradingDate,
    /// Prints taken.
    pub prints: u64,
    /// Their shares.
    pub shares: Volume,
    /// What was left out, by reason.
    pub left_out: Vec<LeftOut>,
}

/// Prints out of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedPrints {
    /// Oldest first; those of one moment in the order of the file.
    pub prints: Vec<Print>,
    /// Each day, in the order of the prints.
    pub days: Vec<PrintDay>,
    /// What was recognised and refused.
    pub report: ImportReport,
}

/// Reads the ticks of a QuantConnect Lean file, or of several in a zip: time, price, size,
/// exchange, conditions, suspicion.
///
/// # Errors
///
/// When the file as a whole cannot be trusted. Single rows are refused in the report instead.
pub fn read_prints(
    input: &[u8],
    file_name: &str,
    options: &ImportOptions,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<ImportedPrints, ImportError> {
    let mut imported =
        ImportedPrints { prints: Vec::new(), days: Vec::new(), report: ImportReport::default() };
    let mut bytes = 0;
    each_file(input, file_name, &mut |part| {
        read_part(part, options, &mut imported, &mut |rows, done| progress(rows, bytes + done))?;
        bytes += part.text.len() as u64;
        Ok(())
    })?;
    imported.prints.sort_by_key(|print| print.at);
    imported.days.sort_by_key(|day| day.date);
    progress(imported.report.rows, bytes);
    imported.report = imported.report.finish();
    Ok(imported)
}

/// A row that holds a possible print.
#[derive(Clone, Copy)]
struct Tick {
    at: Moment,
    price: Price,
    size: Volume,
    exchange: u8,
    conditions: u32,
    is_suspicious: bool,
}

fn read_part(
    part: Part<'_>,
    options: &ImportOptions,
    imported: &mut ImportedPrints,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), ImportError> {
    let name = LeanName::of(part.name()).filter(|name| name.resolution == Resolution::Tick);
    let Some(name) = name else {
        let why = "ticks are read from files named like `20131007_spy_trade_tick.csv`";
        return Err(unreadable(format!(
            "`{}` holds no ticks: {why}",
            shown(part.name().as_bytes())
        )));
    };
    name.check(part.name(), options.symbol)?;
    if imported.days.iter().any(|day| day.date == name.date) {
        return Err(unreadable(format!("two files of the zip hold {}", name.date)));
    }
    let zone = lean_zone(&part, options);
    let form = lean_prices(&part, options);
    let mut clock = ZoneClock::new(&zone);
    let mut days = Days::default();
    let (mut fields, mut ticks) = (Vec::new(), Vec::new());
    let report = &mut imported.report;
    for (row, line) in lines(part.text) {
        report.rows += 1;
        if ROWS_MAX < report.rows {
            return Err(unreadable(format!("the file has over {ROWS_MAX} rows: split it")));
        }
        let tick = tick(line, name.date, form, &mut clock, &mut fields);
        match tick.and_then(|tick| inside_hours(tick, &mut days)) {
            Ok(tick) => ticks.push(tick),
            Err(problem) => report.refuse(part.entry, row, || problem),
        }
        if report.rows.is_multiple_of(ROWS_BETWEEN) {
            let done = line.as_ptr().addr() - part.text.as_ptr().addr();
            progress(report.rows, done as u64);
        }
    }
    report.note(format!("times are read as {zone}"));
    if form == PriceForm::TenThousandths {
        report.note("prices are whole ten-thousandths");
    }
    if 2 * ticks.len() < lines(part.text).count() {
        let (kept, zone) = (ticks.len(), zone.to_string());
        return Err(ImportError::Zone(format!(
            "only {kept} rows are ticks of trading hours in New York when read as {zone}: pass the \
             file's own zone with `--zone`",
        )));
    }
    take_day(&ticks, name.date, days, imported);
    Ok(())
}

fn tick<'a>(
    line: &'a [u8],
    date: TradingDate,
    form: PriceForm,
    clock: &mut ZoneClock,
    fields: &mut Vec<&'a [u8]>,
) -> Result<Tick, Problem> {
    if LINE_BYTES_MAX < line.len() {
        return Err(Problem::of_row(line, format!("the row is over {LINE_BYTES_MAX} bytes")));
    }
    if !split(line, b',', fields) {
        return Err(Problem::of_row(line, "a quote is not closed"));
    }
    let [time, at, size, exchange, conditions, suspicion] = **fields else {
        return Err(Problem::of_row(line, format!("{} fields, expected 6", fields.len())));
    };
    let stamp = millis_of(date, time)?;
    let code = std::str::from_utf8(conditions).ok();
    let code = match code {
        Some("") => Some(0),
        code => code.and_then(|code| u32::from_str_radix(code, 16).ok()),
    };
    let Some(code) = code else {
        let why = format!("`{}` is no sale condition: expected a hex number", shown(conditions));
        return Err(Problem::new("conditions", conditions, why));
    };
    let is_suspicious = match suspicion {
        b"0" | b"" => false,
        b"1" => true,
        _ => {
            let why = format!("`{}` is neither 0 nor 1", shown(suspicion));
            return Err(Problem::new("suspicious", suspicion, why));
        }
    };
    Ok(Tick {
        at: clock.moment(stamp.date, stamp.micros),
        price: price("price", at, form)?,
        size: volume(size)?,
        exchange: exchange.first().copied().unwrap_or(b' '),
        conditions: code,
        is_suspicious,
    })
}

fn inside_hours(tick: Tick, days: &mut Days) -> Result<Tick, Problem> {
    let day = days.around(tick.at);
    let is_open = day
        .trading
        .is_some_and(|hours| hours.pre_market_open <= tick.at && tick.at < hours.after_hours_close);
    if is_open {
        return Ok(tick);
    }
    let text = clock_text(day.since_midnight(tick.at));
    let why = match day.trading {
        Some(_) => format!("the exchange was closed at {text} in New York"),
        None => format!("the exchange was closed on {}", day.date),
    };
    Err(Problem::new("time", text.as_bytes(), why).with_remedy("is `--zone` right?"))
}

/// The official prints of the exchange with the largest auction, by their place in the file.
struct Auctions {
    exchange: Option<u8>,
    open: Option<usize>,
    close: Option<usize>,
}

impl Auctions {
    fn of(ticks: &[Tick]) -> Self {
        let largest = |mark: u32| {
            let marked = ticks.iter().filter(|tick| tick.conditions & mark != 0);
            marked.max_by_key(|tick| tick.size).map(|tick| tick.exchange)
        };
        let exchange = largest(OFFICIAL_CLOSE).or_else(|| largest(OFFICIAL_OPEN));
        let first = |mark: u32| {
            ticks
                .iter()
                .position(|tick| Some(tick.exchange) == exchange && tick.conditions & mark != 0)
        };
        Self { exchange, open: first(OFFICIAL_OPEN), close: first(OFFICIAL_CLOSE) }
    }

    /// Why the print at `place` is left out, if it is.
    fn why(&self, place: usize, tick: &Tick, day: &Day) -> Option<LeftOutWhy> {
        let has = |mark: u32| tick.conditions & mark != 0;
        let is_primary = Some(tick.exchange) == self.exchange;
        if tick.is_suspicious {
            return Some(LeftOutWhy::Suspicious);
        }
        if self.open == Some(place) || self.close == Some(place) {
            return None;
        }
        if has(OFFICIAL_OPEN | OFFICIAL_CLOSE) {
            return Some(if is_primary {
                LeftOutWhy::RepeatsAuction
            } else {
                LeftOutWhy::OtherAuction
            });
        }
        let is_fill =
            self.open.is_some() && has(OPENING_FILL) || self.close.is_some() && has(CLOSING_FILL);
        if is_primary && is_fill {
            return Some(LeftOutWhy::RepeatsAuction);
        }
        if has(NO_PRICE) {
            return Some(LeftOutWhy::NoPrice);
        }
        let is_regular =
            day.trading.is_some_and(|hours| hours.open <= tick.at && tick.at < hours.close);
        if is_regular && self.open.is_some_and(|open| place < open) {
            return Some(LeftOutWhy::BeforeOpen);
        }
        let is_late = has(LATE) || is_regular && has(EXTENDED_HOURS);
        is_late.then_some(LeftOutWhy::Late)
    }
}

fn take_day(ticks: &[Tick], date: TradingDate, mut days: Days, imported: &mut ImportedPrints) {
    let auctions = Auctions::of(ticks);
    let mut summary = PrintDay { date, prints: 0, shares: 0, left_out: Vec::new() };
    for (place, tick) in ticks.iter().enumerate() {
        let Some(why) = auctions.why(place, tick, &days.around(tick.at)) else {
            let is_close = auctions.close == Some(place);
            let mark = if is_close { PrintMark::OfficialClose } else { PrintMark::Ordinary };
            let Tick { at, price, size, .. } = *tick;
            imported.prints.push(Print { at, price, size, mark });
            summary.prints += 1;
            summary.shares = summary.shares.saturating_add(size);
            continue;
        };
        let place = summary.left_out.iter().position(|left_out| left_out.why == why);
        let place = place.unwrap_or_else(|| {
            summary.left_out.push(LeftOut { why, prints: 0, shares: 0 });
            summary.left_out.len() - 1
        });
        let left_out = &mut summary.left_out[place];
        left_out.prints += 1;
        left_out.shares = left_out.shares.saturating_add(tick.size);
    }
    summary.left_out.sort_by_key(|left_out| left_out.why);
    imported.report.accepted += summary.prints;
    imported.days.push(summary);
}
