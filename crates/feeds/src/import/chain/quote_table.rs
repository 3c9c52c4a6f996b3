//! Cboe's quote table, as its site saves it.
//!
//! Three lines say what it is of and when it was written; then each row has an expiry, a call, a
//! strike and a put. What the table calls "Net" is the change of the last trade against the session
//! before.

use market::{
    Contract, Moment, Price, Quote, Right, Series, Span, StrikeQuotes, TradingDate,
    prior_trading_day, trading_day,
};

use super::{ImportedChain, Strikes, count, into_series, number, split_row};
use crate::import::archive::Part;
use crate::import::lines::lines;
use crate::import::number::{PriceForm, price};
use crate::import::report::{ImportReport, Problem, shown};
use crate::import::{ImportError, LINE_BYTES_MAX, unreadable};

/// Columns of the table.
const COLUMNS: usize = 22;
/// Where a side's contract stands; last, net, bid, ask, volume, IV, delta, gamma and open interest
/// follow.
const SIDES: [(Right, usize); 2] = [(Right::Call, 1), (Right::Put, 12)];
const STRIKE: usize = 11;
/// Index options are quoted a quarter of an hour after the index's last value.
const AFTER_CLOSE: Span = Span::minutes(15);
const DECIMAL: PriceForm = PriceForm::Decimal { has_groups: false };
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// What the lines above the table say.
struct Preamble {
    spot: Price,
    written: Moment,
}

/// Reads a quote table.
pub(super) fn read_table(part: Part<'_>) -> Result<ImportedChain, ImportError> {
    let mut rows = lines(part.text);
    let preamble = read_preamble(&mut rows)?;
    let (day, at) = session_of(preamble.written)?;
    let open_interest_of = prior_trading_day(day).date;
    let mut report = ImportReport::default();
    let mut known = Strikes::new();
    let mut fields = Vec::new();
    for (number, line) in rows {
        report.rows += 1;
        match read_row(line, at, &mut fields) {
            Ok((series, row)) => {
                let strikes = known.entry(series).or_default();
                match strikes.get(&row.strike) {
                    Some(before) if *before == row => report.duplicates += 1,
                    Some(_) => report.refuse(part.entry, number, || {
                        Problem::of_row(line, "this strike was told before, with other figures")
                    }),
                    None => {
                        strikes.insert(row.strike, row);
                        report.accepted += 1;
                    }
                }
            }
            Err(problem) => report.refuse(part.entry, number, || problem),
        }
    }
    let mut underlyings = known.keys().map(|series| series.terms().underlying);
    let symbol = underlyings.next().ok_or_else(|| unreadable("the table has no row to take"))?;
    if let Some(other) = underlyings.find(|other| *other != symbol) {
        return Err(unreadable(format!("the table is of {symbol} and {other}: of one, please")));
    }
    let series = into_series(known, open_interest_of);
    report.note(format!("Cboe quote table of {symbol}, as of {day}, {} series", series.len()));
    let spot = preamble.spot;
    Ok(ImportedChain { symbol, day, at, spot, series, report: report.finish() })
}

type Rows<'a> = dyn Iterator<Item = (u64, &'a [u8])> + 'a;

fn read_preamble<'a>(rows: &mut Rows<'a>) -> Result<Preamble, ImportError> {
    let mut next = |what: &str| {
        let (_, line) = rows.next().ok_or_else(|| unreadable(format!("{what} is missing")))?;
        if LINE_BYTES_MAX < line.len() {
            return Err(unreadable(format!("{what} is longer than {LINE_BYTES_MAX} bytes")));
        }
        Ok(String::from_utf8_lossy(line).into_owned())
    };
    let name = next("the line with the underlying's last price")?;
    let spot = name.split(',').find_map(|field| field.trim().strip_prefix("Last:"));
    let spot = spot.and_then(|text| price("Last", text.trim().as_bytes(), DECIMAL).ok());
    let no_spot = || {
        let line = shown(name.as_bytes());
        unreadable(format!("`{line}` has no `Last:` price: this is no quote table of Cboe's"))
    };
    let spot = spot.filter(|spot| 0 < spot.units()).ok_or_else(no_spot)?;
    let date = next("the line with the date")?;
    let no_date = || {
        let line = shown(date.as_bytes());
        unreadable(format!("`{line}` has no date such as June 11, 2022, 8:47 PM EDT"))
    };
    let written = written_at(&date).ok_or_else(no_date)?;
    let head = next("the line with the columns' names")?;
    let is_head = head.starts_with("Expiration Date,Calls,")
        && head.contains(",Strike,Puts,")
        && head.split(',').count() == COLUMNS;
    if !is_head {
        let line = shown(head.as_bytes());
        return Err(unreadable(format!("`{line}` are not the columns of a quote table of Cboe's")));
    }
    Ok(Preamble { spot, written })
}

/// `Date: August 20, 2023 at 10:42 PM EDT`, with and without the commas.
fn written_at(line: &str) -> Option<Moment> {
    let (_, rest) = line.split_once("Date:")?;
    let words: Vec<&str> =
        rest.split([' ', ',', '"']).filter(|word| !word.is_empty() && *word != "at").collect();
    let [month, day, year, time, half, zone, ..] = words.as_slice() else { return None };
    let month = MONTHS.iter().position(|name| name == month)?;
    let month = i8::try_from(month + 1).ok()?;
    let date = TradingDate::new(year.parse().ok()?, month, day.parse().ok()?).ok()?;
    let (hours, minutes) = time.split_once(':')?;
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    let is_time = (1..=12).contains(&hours) && (0..60).contains(&minutes);
    let hours = match *half {
        "AM" => hours % 12,
        "PM" => hours % 12 + 12,
        _ => return None,
    };
    let is_new_york = ["EST", "EDT"].contains(zone);
    (is_time && is_new_york)
        .then(|| Moment::new_york(date, Span::hours(hours) + Span::minutes(minutes)))
}

/// The session that quotes written then are of, and when they stood.
fn session_of(written: Moment) -> Result<(TradingDate, Moment), ImportError> {
    let date = written.wall_time().date;
    let today = trading_day(date).filter(|day| day.open() <= written);
    let day = today.unwrap_or_else(|| prior_trading_day(date));
    let at = written.min(day.close() + AFTER_CLOSE);
    if at < day.open() {
        return Err(unreadable(format!("nothing was traded on or before {date}")));
    }
    Ok((day.date, at))
}

fn read_row<'a>(
    line: &'a [u8],
    at: Moment,
    fields: &mut Vec<&'a [u8]>,
) -> Result<(Series, StrikeQuotes), Problem> {
    split_row(line, COLUMNS, fields)?;
    let strike = price("Strike", fields[STRIKE], DECIMAL)?;
    let mut row = StrikeQuotes { strike, call: Quote::default(), put: Quote::default() };
    let mut series = None;
    for (right, place) in SIDES {
        let name = String::from_utf8_lossy(fields[place]);
        let contract = Contract::from_occ(&name)
            .map_err(|bad| Problem::new("contract", fields[place], bad.to_string()))?;
        if (contract.strike, contract.right) != (strike, right) {
            let why = format!("is not the {} at {strike}", right.letter());
            return Err(Problem::new("contract", fields[place], why));
        }
        if *series.get_or_insert(contract.series) != contract.series {
            let why = "is of another series than the call in its row";
            return Err(Problem::new("contract", fields[place], why));
        }
        *row.of_mut(right) = read_quote(&fields[place + 1..], at)?;
    }
    let series = series.expect("two sides");
    if expiry(fields[0]) != Some(series.expires) {
        let why = format!("is not {}, as the contracts say", series.expires);
        return Err(Problem::new("Expiration Date", fields[0], why));
    }
    Ok((series, row))
}

/// Last, net, bid, ask, volume, IV, delta, gamma, open interest; 0 is nothing.
fn read_quote(fields: &[&[u8]], at: Moment) -> Result<Quote, Problem> {
    let some = |name, place: usize| {
        let is_nothing = fields[place].iter().all(|byte| b"0.".contains(byte));
        let is_told = !is_nothing || fields[place].is_empty();
        is_told.then(|| price(name, fields[place], DECIMAL)).transpose()
    };
    let (last, net) = (some("Last Sale", 0)?, number("Net", fields[1])?);
    let (bid, ask) = (some("Bid", 2)?, some("Ask", 3)?);
    let (volume, iv) = (count("Volume", fields[4])?, number("IV", fields[5])?);
    // Told, and computed on this device instead.
    let _ = (number("Delta", fields[6])?, number("Gamma", fields[7])?);
    let prior = last.and_then(|last| Price::from_f64(last.to_f64() - net).ok());
    Ok(Quote {
        bid,
        ask,
        at: (bid.is_some() || ask.is_some()).then_some(at),
        // The table keeps the last trade of earlier days.
        last: last.filter(|_| 0 < volume),
        prior: prior.filter(|prior| 0 < prior.units() && net != 0.0),
        volume,
        open_interest: count("Open Interest", fields[8])?,
        vendor_iv: (0.0 < iv).then_some(iv),
    })
}

/// `Mon Feb 07 2022`.
fn expiry(field: &[u8]) -> Option<TradingDate> {
    let text = std::str::from_utf8(field).ok()?;
    let [_, month, day, year] = text.split(' ').collect::<Vec<_>>().try_into().ok()?;
    let month = MONTHS.iter().position(|name| name.starts_with(month))?;
    TradingDate::new(year.parse().ok()?, i8::try_from(month + 1).ok()?, day.parse().ok()?).ok()
}
