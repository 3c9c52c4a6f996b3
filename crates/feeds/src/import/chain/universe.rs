//! The universe files of QuantConnect's Lean: a day's contracts, a row each, with the middle of
//! their quotes at the close, open interest, volatility and Greeks.
//!
//! Rows name neither root nor day: `spxw/20230623.csv` does. The first row is the underlying's own.

use market::{
    Contract, Moment, Price, Quote, Right, Root, Series, StrikeQuotes, TradingDate,
    prior_trading_day, trading_day,
};

use super::{ChainOptions, ImportedChain, Strikes, count, into_series, number, split_row};
use crate::import::archive::Part;
use crate::import::lines::lines;
use crate::import::number::{PriceForm, price};
use crate::import::report::{ImportReport, Problem};
use crate::import::{ImportError, lean, unreadable};

const HEAD: &[u8] = b"#expiry,strike,right,open,high,low,close,volume,open_interest,\
    implied_volatility,delta,gamma,vega,theta,rho";
const COLUMNS: usize = 15;
const CLOSE: usize = 6;
const DECIMAL: PriceForm = PriceForm::Decimal { has_groups: false };
/// Volatilities below are Lean's word for none.
const IV_MIN: f64 = 1e-4;

/// Whether a file is one.
pub(super) fn is_universe(part: Part<'_>) -> bool {
    lines(part.text).next().is_some_and(|(_, line)| line == HEAD)
}

/// Reads one.
pub(super) fn read_universe(
    part: Part<'_>,
    options: ChainOptions,
) -> Result<ImportedChain, ImportError> {
    let (root, day) = named(part, options.root)?;
    let symbol = root.terms().underlying;
    let today = trading_day(day);
    let at = today.ok_or_else(|| unreadable(format!("no session was held on {day}")))?.close();
    let mut report = ImportReport::default();
    let mut known = Strikes::new();
    let (mut spot, mut fields) = (None, Vec::new());
    for (number, line) in lines(part.text).skip(1) {
        report.rows += 1;
        let problem = match read_row(line, (root, at), &mut fields) {
            Ok(Row::Underlying(price)) => {
                report.accepted += 1;
                spot = spot.or(Some(price));
                continue;
            }
            Ok(Row::Contract(contract, quote)) => match take(&mut known, contract, quote) {
                Taken::New => {
                    report.accepted += 1;
                    continue;
                }
                Taken::Same => {
                    report.duplicates += 1;
                    continue;
                }
                Taken::Other => {
                    Problem::of_row(line, "this contract was told before, with other figures")
                }
            },
            Err(problem) => problem,
        };
        report.refuse(part.entry, number, || problem);
    }
    let no_spot = || {
        unreadable(format!(
            "no row tells the price of {symbol} itself (the first should, without an expiry): \
             give it with --spot"
        ))
    };
    let spot = options.spot.or(spot).ok_or_else(no_spot)?;
    let series = into_series(known, prior_trading_day(day).date);
    if series.is_empty() {
        return Err(unreadable("the file has no contract to take"));
    }
    report.note(format!("Lean universe of {root}, as of {day}, {} series", series.len()));
    report.note("its close is the middle of a quote: bid and ask are both shown as that");
    Ok(ImportedChain { symbol, day, at, spot, series, report: report.finish() })
}

/// Whose contracts and of which day, as `spxw/20230623.csv` or `goog/universe_20151224.csv` says.
fn named(part: Part<'_>, told: Option<Root>) -> Result<(Root, TradingDate), ImportError> {
    let name = part.name();
    let mut folders = name.rsplit(['/', '\\']);
    let base = folders.next().unwrap_or_default();
    let word = base.rsplit('_').next().unwrap_or_default();
    let word = word.get(..8).filter(|_| word.len() <= 12).unwrap_or_default();
    let no_day = || {
        unreadable(format!(
            "`{base}` has no date: a universe of Lean's is named by its day, such as 20230623.csv"
        ))
    };
    let day = lean::lean_date(word).ok_or_else(no_day)?;
    let folder = || folders.next().and_then(|folder| folder.to_ascii_uppercase().parse().ok());
    let no_root = || {
        unreadable(format!(
            "`{name}` does not say whose contracts it has: give it with --root, such as SPXW"
        ))
    };
    Ok((told.or_else(folder).ok_or_else(no_root)?, day))
}

enum Row {
    Underlying(Price),
    Contract(Contract, Quote),
}

fn read_row<'a>(
    line: &'a [u8],
    (root, at): (Root, Moment),
    fields: &mut Vec<&'a [u8]>,
) -> Result<Row, Problem> {
    split_row(line, COLUMNS, fields)?;
    // Nobody quoted it.
    let is_zero = |field: &[u8]| !field.is_empty() && field.iter().all(|one| b"0.".contains(one));
    let close = match is_zero(fields[CLOSE]) {
        true => None,
        false => Some(price("close", fields[CLOSE], DECIMAL)?),
    };
    if fields[..3].iter().all(|field| field.is_empty()) {
        let none = || Problem::new("close", fields[CLOSE], "is no price of an underlying");
        return close.map(Row::Underlying).ok_or_else(none);
    }
    let text = std::str::from_utf8(fields[0]).ok();
    let expires = text.and_then(lean::lean_date);
    let expires =
        expires.ok_or_else(|| Problem::new("expiry", fields[0], "is no date such as 20230630"))?;
    let strike = price("strike", fields[1], DECIMAL)?;
    let right = match fields[2] {
        b"C" => Right::Call,
        b"P" => Right::Put,
        _ => return Err(Problem::new("right", fields[2], "is neither C nor P")),
    };
    let contract = Contract { series: Series { expires, root }, strike, right };
    Ok(Row::Contract(contract, read_quote(fields, close, at)?))
}

fn read_quote(fields: &[&[u8]], close: Option<Price>, at: Moment) -> Result<Quote, Problem> {
    // What Lean does not know it leaves empty.
    let known = |name, field: &[u8]| if field.is_empty() { Ok(0) } else { count(name, field) };
    let (volume, iv) = (known("volume", fields[7])?, number("implied_volatility", fields[9])?);
    // Told, and computed on this device instead.
    for (name, place) in ["delta", "gamma", "vega", "theta", "rho"].into_iter().zip(10..) {
        number(name, fields[place])?;
    }
    Ok(Quote {
        bid: close,
        ask: close,
        at: close.map(|_| at),
        last: close.filter(|_| 0 < volume),
        prior: None,
        volume,
        open_interest: known("open_interest", fields[8])?,
        vendor_iv: (IV_MIN < iv).then_some(iv),
    })
}

enum Taken {
    New,
    Same,
    Other,
}

fn take(known: &mut Strikes, contract: Contract, quote: Quote) -> Taken {
    let Contract { series, strike, right } = contract;
    let row = known.entry(series).or_default().entry(strike).or_insert(StrikeQuotes {
        strike,
        call: Quote::default(),
        put: Quote::default(),
    });
    let own = row.of_mut(right);
    match *own {
        before if before == Quote::default() => *own = quote,
        before if before == quote => return Taken::Same,
        _ => return Taken::Other,
    }
    Taken::New
}
