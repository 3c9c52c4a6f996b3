//! A position as an order that a trader takes to a broker. Nothing here sends anything.

use std::fmt::Write as _;

use market::{Contract, Right, Series, Settlement, Symbol, strike_text};

use crate::{Instrument, LegValue, Position, Strategy};

/// Who should understand an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderFormat {
    /// The exchange's names of the contracts, a leg a line.
    Occ,
    /// A line as thinkorswim reads it from the clipboard.
    Thinkorswim,
    /// The body of an order of tastytrade's API.
    Tastytrade,
    /// A basket file of Interactive Brokers' Trader Workstation: a leg a row.
    InteractiveBrokers,
    /// Legs and limit, for programs.
    Json,
}

/// Why a position cannot be written as an order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadOrder {
    /// There is no limit to write.
    #[error("the price is not known: say what you want to pay, or wait for quotes")]
    NoPrice,
    /// A strike that the exchange's names have no room for.
    #[error("{0} has no name at the exchange")]
    NoName(String),
    /// The shape has no word there.
    #[error("thinkorswim has no word for this shape: enter its legs there, or take another format")]
    NoWord,
    /// More legs than there may be.
    #[error("tastytrade takes {TASTYTRADE_LEGS_MAX} legs in one order at most, this one has {0}")]
    TooManyLegs(usize),
}

/// Legs of one order at tastytrade.
const TASTYTRADE_LEGS_MAX: usize = 4;

impl OrderFormat {
    /// Every format, as a menu lists them.
    pub const ALL: [Self; 5] =
        [Self::Occ, Self::Thinkorswim, Self::Tastytrade, Self::InteractiveBrokers, Self::Json];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Occ => "OCC names",
            Self::Thinkorswim => "thinkorswim",
            Self::Tastytrade => "tastytrade",
            Self::InteractiveBrokers => "IBKR basket",
            Self::Json => "JSON",
        }
    }

    /// The order that opens `position`, a limit for the day at what it has as paid. `known` is what
    /// is known of its legs, in their order: a basket has a limit for each.
    pub fn write(self, position: &Position, known: &[LegValue]) -> Result<String, BadOrder> {
        // In points of one unit; less than nothing for a credit.
        let point = position.dollars_a_point();
        let limit = || position.paid.map(|paid| paid / point).ok_or(BadOrder::NoPrice);
        match self {
            Self::Occ => occ(position),
            Self::Thinkorswim => thinkorswim(position, limit()?),
            Self::Tastytrade => tastytrade(position, limit()?),
            Self::InteractiveBrokers => basket(position, known),
            Self::Json => json(position, limit()?),
        }
    }
}

/// The exchange's name, or the ticker of shares.
fn name_of(instrument: Instrument) -> Result<String, BadOrder> {
    match instrument {
        Instrument::Option(contract) => {
            contract.occ().ok_or_else(|| BadOrder::NoName(contract.to_string()))
        }
        Instrument::Shares(symbol) => Ok(symbol.to_string()),
    }
}

fn side(quantity: i64) -> &'static str {
    if quantity < 0 { "SELL" } else { "BUY" }
}

fn occ(position: &Position) -> Result<String, BadOrder> {
    let mut text = String::new();
    for leg in position.legs() {
        let (side, name) = (side(leg.quantity), name_of(leg.instrument)?);
        let _ = writeln!(text, "{side} {} {name}", leg.quantity.abs());
    }
    Ok(text)
}

/// `SELL -2 VERTICAL SPX 100 (Weeklys) 15 MAR 24 5000/4950 PUT @4.20 LMT`.
fn thinkorswim(position: &Position, limit: f64) -> Result<String, BadOrder> {
    let legs = position.legs().iter().map(|leg| match leg.instrument {
        Instrument::Option(contract) => Ok((leg.quantity, contract)),
        Instrument::Shares(_) => Err(BadOrder::NoWord),
    });
    let mut legs: Vec<(i64, Contract)> = legs.collect::<Result<_, _>>()?;
    let word = arranged(Strategy::of(position), &mut legs).ok_or(BadOrder::NoWord)?;
    // Whoever buys a shape buys the leg that is listed first.
    let (quantity, first) = legs[0];
    let (sign, price) = if quantity < 0 { ('-', -limit) } else { ('+', limit) };
    let parts = |of: &dyn Fn(&Contract) -> String| {
        let mut parts: Vec<String> = legs.iter().map(|(_, one)| of(one)).collect();
        parts.dedup();
        parts.join("/")
    };
    let words = [
        format!("{} {sign}{}", side(quantity), position.units()),
        word.to_owned(),
        format!("{} 100", first.series.terms().underlying),
        if is_weekly(&first) { "(Weeklys)".to_owned() } else { String::new() },
        parts(&date),
        parts(&|one| strike_text(one.strike)),
        parts(&|one| if one.right == Right::Call { "CALL" } else { "PUT" }.to_owned()),
        format!("@{price:.2} LMT"),
    ];
    let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
    Ok(words.join(" "))
}

/// Puts the legs of a shape in thinkorswim's order; gives its word for the shape.
fn arranged(strategy: Strategy, legs: &mut [(i64, Contract)]) -> Option<&'static str> {
    match strategy {
        Strategy::LongCall | Strategy::LongPut | Strategy::ShortCall | Strategy::ShortPut => {
            Some("")
        }
        // The leg that costs more comes first, bought for a debit, sold for a credit.
        Strategy::BullCallSpread | Strategy::BearCallSpread => {
            legs.sort_by_key(|(_, one)| one.strike);
            Some("VERTICAL")
        }
        Strategy::BullPutSpread | Strategy::BearPutSpread => {
            legs.sort_by_key(|(_, one)| std::cmp::Reverse(one.strike));
            Some("VERTICAL")
        }
        Strategy::LongStraddle | Strategy::ShortStraddle => {
            outwards(legs);
            Some("STRADDLE")
        }
        Strategy::LongStrangle | Strategy::ShortStrangle => {
            outwards(legs);
            Some("STRANGLE")
        }
        Strategy::IronCondor => {
            outwards(legs);
            Some("IRON CONDOR")
        }
        Strategy::Butterfly => {
            legs.sort_by_key(|(_, one)| one.strike);
            Some("BUTTERFLY")
        }
        Strategy::Condor => {
            legs.sort_by_key(|(_, one)| one.strike);
            Some("CONDOR")
        }
        Strategy::Calendar => {
            legs.sort_by_key(|(_, one)| std::cmp::Reverse(one.series.expires_at()));
            Some("CALENDAR")
        }
        Strategy::Diagonal => {
            legs.sort_by_key(|(_, one)| std::cmp::Reverse(one.series.expires_at()));
            Some("DIAGONAL")
        }
        _ => None,
    }
}

/// Calls upwards, then puts downwards.
fn outwards(legs: &mut [(i64, Contract)]) {
    legs.sort_by_key(|(_, one)| match one.right {
        Right::Call => (0, one.strike.units()),
        Right::Put => (1, -one.strike.units()),
    });
}

/// As [`market::TradingDate::weekday`] counts.
const FRIDAY: i32 = 5;

const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/// `15 MAR 24`.
fn date(one: &Contract) -> String {
    let (year, month, day) = one.series.expires.year_month_day();
    let month = MONTHS[usize::from(month.unsigned_abs()) - 1];
    format!("{day} {month} {:02}", year % 100)
}

/// Whether it is not one of the series of third Fridays that an underlying had first. Where the
/// exchange is closed on that Friday they end the trading day before, and are named after it.
fn is_weekly(one: &Contract) -> bool {
    let (series, terms) = (one.series, one.series.terms());
    if series.root.as_str() != terms.underlying.as_str() {
        return true;
    }
    let friday = series.expires.week_start().plus_days(FRIDAY - 1);
    let (_, _, day) = friday.year_month_day();
    let monthly = Series { expires: friday, ..series };
    let is_monthly = (15..=21).contains(&day) && series.last_day() == monthly.last_day();
    // The root alone tells those of an index: SPX beside SPXW.
    terms.settlement == Settlement::Pm && !is_monthly
}

/// The body that tastytrade's API documents for an order of several legs.
fn tastytrade(position: &Position, limit: f64) -> Result<String, BadOrder> {
    if TASTYTRADE_LEGS_MAX < position.legs().len() {
        return Err(BadOrder::TooManyLegs(position.legs().len()));
    }
    let effect = if limit < 0.0 { "Credit" } else { "Debit" };
    let mut legs = Vec::new();
    for leg in position.legs() {
        let kind = match leg.instrument {
            Instrument::Option(_) => "Equity Option",
            Instrument::Shares(_) => "Equity",
        };
        let action = if leg.quantity < 0 { "Sell to Open" } else { "Buy to Open" };
        let (name, quantity) = (name_of(leg.instrument)?, leg.quantity.abs());
        legs.push(format!(
            "    {{ \"instrument-type\": \"{kind}\", \"symbol\": \"{name}\", \
             \"quantity\": {quantity}, \"action\": \"{action}\" }}"
        ));
    }
    Ok(format!(
        "{{\n  \"time-in-force\": \"Day\",\n  \"order-type\": \"Limit\",\n  \
         \"price\": \"{:.2}\",\n  \"price-effect\": \"{effect}\",\n  \"legs\": [\n{}\n  ]\n}}\n",
        limit.abs(),
        legs.join(",\n"),
    ))
}

/// A basket file with the fields that Interactive Brokers documents, each leg a limit order at its
/// middle.
fn basket(position: &Position, known: &[LegValue]) -> Result<String, BadOrder> {
    let mut text = "Action,Quantity,Symbol,SecType,LastTradingDayOrContractMonth,Strike,Right,\
                    Exchange,Currency,TimeInForce,OrderType,LmtPrice\n"
        .to_owned();
    for (leg, known) in position.legs().iter().zip(known) {
        let (side, quantity) = (side(leg.quantity), leg.quantity.abs());
        let price = known.mid.ok_or(BadOrder::NoPrice)?;
        let what = match leg.instrument {
            Instrument::Option(one) => {
                let (year, month, day) = one.series.expires.year_month_day();
                let (symbol, strike) = (underlying(one), strike_text(one.strike));
                let right = one.right.letter();
                format!("{symbol},OPT,{year:04}{month:02}{day:02},{strike},{right}")
            }
            Instrument::Shares(symbol) => format!("{symbol},STK,,,"),
        };
        let _ = writeln!(text, "{side},{quantity},{what},SMART,USD,DAY,LMT,{price:.2}");
    }
    Ok(text)
}

fn underlying(one: Contract) -> Symbol {
    one.series.terms().underlying
}

/// The limit in points of one unit, less than nothing for a credit, and a leg an object.
fn json(position: &Position, limit: f64) -> Result<String, BadOrder> {
    let mut legs = Vec::new();
    for leg in position.legs() {
        let (name, quantity) = (name_of(leg.instrument)?, leg.quantity);
        legs.push(format!("    {{ \"symbol\": \"{name}\", \"quantity\": {quantity} }}"));
    }
    Ok(format!(
        "{{\n  \"underlying\": \"{}\",\n  \"units\": {},\n  \"limit\": {limit:.2},\n  \
         \"legs\": [\n{}\n  ]\n}}\n",
        position.underlying(),
        position.units(),
        legs.join(",\n"),
    ))
}
