//! How a trader writes a position: `-2 SPXW 20NOV26 5900/5890P @1.25`.
//!
//! ```text
//! position := order { ";" order }
//! order    := quantity ROOT expiry strikes { strikes } [ "@" price ]
//!           | quantity SYMBOL [ "@" price ]                      shares
//! quantity := [ "buy" | "sell" ] [ "+" | "-" ] whole number
//! expiry   := 20NOV26 | 2026-11-20
//! strikes  := strike { "/" strike } ( "C" | "P" )
//! ```
//!
//! The first strike has the quantity's side. Two strikes are a vertical (1, −1), three a butterfly
//! (1, −2, 1), four a condor (1, −1, −1, 1). A price is that of one whole order, in points: paid
//! where it is bought, received where it is sold.

use std::fmt;

use market::{
    Contract, InstrumentKind, Price, Right, Root, Series, Symbol, TradingDate, expiry_date,
    instrument,
};

use crate::{BadPosition, Instrument, Leg, Position, QUANTITY_MAX};

/// A text that is no position: where, and what was expected there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotationError {
    /// The character that was not understood, counted from 0; the text's length where it ended too
    /// soon.
    pub at: usize,
    /// What is wrong, and what would be right.
    pub why: String,
}

impl fmt::Display for NotationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "character {}: {}", self.at + 1, self.why)
    }
}

impl std::error::Error for NotationError {}

/// Longer than any position of eight legs.
const TEXT_MAX: usize = 500;

/// Reads a position.
pub fn read_position(text: &str) -> Result<Position, NotationError> {
    let count = text.chars().count();
    if TEXT_MAX < count {
        return Err(refused(TEXT_MAX, "a position is written in 500 characters at most"));
    }
    let (mut legs, mut paid, mut has_price) = (Vec::new(), 0.0, true);
    let mut at = 0;
    for order in text.split(';') {
        let mut words = words(order, at);
        at += order.chars().count() + 1;
        if words.is_empty() && !legs.is_empty() && text.trim_end().ends_with(';') {
            continue;
        }
        words.reverse();
        let end = (at - 1).min(count);
        match read_order(words, end, &mut legs)? {
            Some(dollars) => paid += dollars,
            None => has_price = false,
        }
    }
    Position::new(legs, has_price.then_some(paid)).map_err(|bad| {
        let at = if bad == BadPosition::Empty { 0 } else { count };
        refused(at, &bad.to_string())
    })
}

/// Words with the place of their first character.
fn words(text: &str, from: usize) -> Vec<(usize, String)> {
    let mut words: Vec<(usize, String)> = Vec::new();
    let mut is_inside = false;
    for (place, letter) in text.chars().enumerate() {
        if letter.is_whitespace() {
            is_inside = false;
        } else if is_inside && letter != '@' {
            words.last_mut().expect("a word was begun").1.push(letter.to_ascii_uppercase());
        } else {
            words.push((from + place, letter.to_ascii_uppercase().to_string()));
            // A price may follow its sign with or without a space.
            is_inside = letter != '@';
        }
    }
    words
}

fn refused(at: usize, why: &str) -> NotationError {
    NotationError { at, why: why.to_owned() }
}

/// Reads one order, whose words stand last first; tells the dollars that its price makes.
fn read_order(
    mut words: Vec<(usize, String)>,
    end: usize,
    legs: &mut Vec<Leg>,
) -> Result<Option<f64>, NotationError> {
    let quantity = read_quantity(&mut words, end)?;
    let (at, name) =
        words.pop().ok_or_else(|| refused(end, "expected a root or a fund, such as SPXW"))?;
    let mut multiplier = 1.0;
    let is_order_of_shares = words.last().is_none_or(|(_, word)| word == "@");
    if is_order_of_shares {
        let symbol: Symbol = name.parse().map_err(|_| {
            refused(at, &format!("`{name}` is neither a fund, such as SPY, nor a root with expiry"))
        })?;
        // SPXW alone is options whose expiry is missing, not shares.
        let underlying = name.parse::<Root>().map(|root| root.terms().underlying).ok();
        let of = underlying.unwrap_or(symbol);
        if instrument(of).kind == InstrumentKind::Index {
            return Err(refused(at, &BadPosition::Index(of).to_string()));
        }
        legs.push(Leg { quantity, instrument: Instrument::Shares(symbol) });
    } else {
        let root: Root = name.parse().map_err(|_| {
            refused(at, &format!("`{name}` is no root: expected one such as SPXW or SPY"))
        })?;
        multiplier = f64::from(root.terms().multiplier);
        let (at, word) = words.pop().expect("there is a word");
        let series = Series { expires: read_date(at, &word)?, root };
        let before = legs.len();
        while let Some((at, word)) = words.pop_if(|(_, word)| word != "@") {
            read_strikes(at, &word, quantity, series, legs)?;
        }
        if legs.len() == before {
            let at = words.last().map_or(end, |(at, _)| *at);
            return Err(refused(at, "expected strikes and a right, such as 5900/5890P"));
        }
    }
    let Some((at, _)) = words.pop() else { return Ok(None) };
    let (at, word) = words.pop().ok_or_else(|| refused(at + 1, "expected a price behind @"))?;
    let is_number = word.bytes().all(|one| one.is_ascii_digit() || one == b'.');
    let price = word.parse::<f64>().ok().filter(|price| is_number && *price < 1e7);
    let price = price.ok_or_else(|| {
        refused(at, &format!("`{word}` is no price: expected points, such as 1.25"))
    })?;
    if let Some((at, word)) = words.pop() {
        return Err(refused(
            at,
            &format!("`{word}` stands behind the price: expected ; or nothing"),
        ));
    }
    Ok(Some(quantity as f64 * multiplier * price))
}

fn read_quantity(words: &mut Vec<(usize, String)>, end: usize) -> Result<i64, NotationError> {
    let expected = "expected how many, such as -2 or buy 1";
    let side = words.pop_if(|(_, word)| word == "BUY" || word == "SELL");
    let (at, word) = words.pop().ok_or_else(|| refused(end, expected))?;
    let is_sold = side.as_ref().is_some_and(|(_, word)| word == "SELL");
    let (sign, digits) = match word.strip_prefix(['-', '\u{2212}']) {
        Some(digits) => (-1, digits),
        None => (1, word.strip_prefix('+').unwrap_or(&word)),
    };
    if side.is_some() && sign == -1 {
        return Err(refused(at, "buy or sell says the side already: expected a number without -"));
    }
    let is_number = !digits.is_empty() && digits.bytes().all(|one| one.is_ascii_digit());
    if !is_number {
        return Err(refused(at, &format!("`{word}` is no quantity: {expected}")));
    }
    let number = digits.parse().ok().filter(|number| (1..=QUANTITY_MAX).contains(number));
    let number: i64 = number.ok_or_else(|| {
        refused(at, &format!("`{word}` is no quantity: expected 1 to {QUANTITY_MAX}"))
    })?;
    Ok(if is_sold { -number } else { sign * number })
}

fn read_date(at: usize, word: &str) -> Result<TradingDate, NotationError> {
    let date = if word.contains('-') { word.parse().ok() } else { expiry_date(word) };
    date.ok_or_else(|| refused(at, &format!("`{word}` is no expiry: expected it as 20NOV26")))
}

/// How many of each strike, by how many there are.
fn parts(count: usize) -> Option<&'static [i64]> {
    match count {
        1 => Some(&[1]),
        2 => Some(&[1, -1]),
        3 => Some(&[1, -2, 1]),
        4 => Some(&[1, -1, -1, 1]),
        _ => None,
    }
}

fn read_strikes(
    at: usize,
    word: &str,
    quantity: i64,
    series: Series,
    legs: &mut Vec<Leg>,
) -> Result<(), NotationError> {
    let end = at + word.chars().count();
    let right = match word.chars().last() {
        Some('C') => Right::Call,
        Some('P') => Right::Put,
        _ => return Err(refused(end - 1, "expected C or P behind the strikes, as in 5900P")),
    };
    let body = &word[..word.len() - 1];
    let strikes: Vec<&str> = body.split('/').collect();
    let parts = parts(strikes.len()).ok_or_else(|| {
        refused(at, "expected one to four strikes: more are written as orders apart, with ;")
    })?;
    let mut place = at;
    for (text, part) in strikes.into_iter().zip(parts) {
        let is_number = text.bytes().all(|one| one.is_ascii_digit() || one == b'.');
        let strike = text.parse::<f64>().ok().filter(|strike| is_number && 0.0 < *strike);
        let strike = strike.and_then(|strike| Price::from_f64(strike).ok());
        let contract = strike.map(|strike| Contract { series, strike, right });
        let contract = contract.filter(|contract| contract.occ().is_some()).ok_or_else(|| {
            refused(
                place,
                &format!("`{text}` is no strike: expected points, such as 5900 or 587.5"),
            )
        })?;
        legs.push(Leg { quantity: quantity * part, instrument: Instrument::Option(contract) });
        place += text.chars().count() + 1;
    }
    Ok(())
}
