//! Tickers and what is known of the instruments behind them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Price;

/// A ticker: one to six letters A to Z, kept inline so that it copies like a number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Symbol([u8; 6]);

/// A text that is no ticker.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a ticker: expected one to six letters A to Z")]
pub struct BadSymbol(String);

/// Whether an instrument is a computed index or something that trades.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum InstrumentKind {
    /// Computed from its members; has no volume and no pre-market of its own.
    Index,
    /// A fund whose shares trade, 04:00 to 20:00.
    Etf,
    /// A single company's share.
    Stock,
}

/// What is known of an instrument before any price is seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instrument {
    /// Its ticker.
    pub symbol: Symbol,
    /// Its full name.
    pub name: &'static str,
    /// Index, fund or share.
    pub kind: InstrumentKind,
    /// The fund that stands in for an index where it has no volume or pre-market of its own.
    pub proxy: Option<Symbol>,
    /// The least step between two prices, in ten-thousandths.
    pub price_step: i64,
    /// Round numbers that traders watch: a minor and a major step, in ten-thousandths.
    pub round_steps: [i64; 2],
}

impl Instrument {
    /// Whether prints carry a size, so that VWAP and a volume profile mean something.
    pub fn has_volume(&self) -> bool {
        self.kind != InstrumentKind::Index
    }

    /// Whether it trades before 09:30 and after 16:00.
    pub fn has_extended_hours(&self) -> bool {
        self.kind != InstrumentKind::Index
    }
}

impl Symbol {
    /// The S&P 500 index.
    pub const SPX: Self = Self(*b"SPX\0\0\0");
    /// The Nasdaq-100 index.
    pub const NDX: Self = Self(*b"NDX\0\0\0");
    /// The fund on the S&P 500.
    pub const SPY: Self = Self(*b"SPY\0\0\0");
    /// The fund on the Nasdaq-100.
    pub const QQQ: Self = Self(*b"QQQ\0\0\0");
    /// Cboe's volatility index.
    pub const VIX: Self = Self(*b"VIX\0\0\0");

    /// The ticker's letters.
    pub fn as_str(&self) -> &str {
        let length = self.0.iter().position(|byte| *byte == 0).unwrap_or(self.0.len());
        std::str::from_utf8(&self.0[..length]).expect("only letters A to Z pass the door")
    }
}

/// What is known of `symbol`; a ticker not on our list is taken for a share priced in cents.
pub fn instrument(symbol: Symbol) -> Instrument {
    let dollar = Price::UNITS;
    let (name, kind, proxy) = match symbol {
        Symbol::SPX => ("S&P 500 index", InstrumentKind::Index, Some(Symbol::SPY)),
        Symbol::NDX => ("Nasdaq-100 index", InstrumentKind::Index, Some(Symbol::QQQ)),
        Symbol::VIX => ("Volatility index", InstrumentKind::Index, None),
        Symbol::SPY => ("S&P 500 ETF", InstrumentKind::Etf, None),
        Symbol::QQQ => ("Nasdaq-100 ETF", InstrumentKind::Etf, None),
        _ => ("Share", InstrumentKind::Stock, None),
    };
    let round_steps = match symbol {
        Symbol::SPX | Symbol::NDX => [25 * dollar, 100 * dollar],
        _ => [dollar, 5 * dollar],
    };
    Instrument { symbol, name, kind, proxy, price_step: dollar / 100, round_steps }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Symbol {
    type Err = BadSymbol;

    /// Reads capitals only: `spx` is refused, so that one ticker has one spelling.
    fn from_str(text: &str) -> Result<Self, BadSymbol> {
        let letters = text.as_bytes();
        if !(1..=6).contains(&letters.len()) || !letters.iter().all(u8::is_ascii_uppercase) {
            return Err(BadSymbol(text.chars().take(24).collect()));
        }
        let mut inline = [0; 6];
        inline[..letters.len()].copy_from_slice(letters);
        Ok(Self(inline))
    }
}

impl TryFrom<String> for Symbol {
    type Error = BadSymbol;

    fn try_from(text: String) -> Result<Self, BadSymbol> {
        text.parse()
    }
}

impl From<Symbol> for String {
    fn from(symbol: Symbol) -> Self {
        symbol.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickers_come_back_from_text_and_wire() {
        for text in ["A", "SPX", "GOOGL", "ABCDEF"] {
            let symbol: Symbol = text.parse().unwrap();
            assert_eq!(symbol.as_str(), text);
            assert_eq!(symbol.to_string(), text);
            assert_eq!(format!("{symbol:?}"), text);
            let json = serde_json::to_string(&symbol).unwrap();
            assert_eq!(json, format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<Symbol>(&json).unwrap(), symbol);
        }
        assert_eq!("SPX".parse(), Ok(Symbol::SPX));
        assert_eq!("QQQ".parse(), Ok(Symbol::QQQ));
        assert_eq!(format!("{:<5}|{:>4}", Symbol::SPY, Symbol::VIX), "SPY  | VIX");
    }

    #[test]
    fn what_is_no_ticker_is_refused() {
        for text in
            ["", "spx", "SPXXXXX", "BRK.B", "SP X", " SPX", "SPX1", "ÄB", "\0", "A\0", "^GSPC"]
        {
            assert!(text.parse::<Symbol>().is_err(), "{text}");
            let json = serde_json::to_string(text).unwrap();
            assert!(serde_json::from_str::<Symbol>(&json).is_err(), "{text}");
        }
        assert_eq!(
            "spx".parse::<Symbol>().unwrap_err().to_string(),
            "`spx` is not a ticker: expected one to six letters A to Z",
        );
        assert!("S".repeat(1_000).parse::<Symbol>().unwrap_err().to_string().len() < 100);
    }

    #[test]
    fn tickers_sort_like_words() {
        let mut symbols = [Symbol::SPY, Symbol::NDX, Symbol::SPX, "SP".parse().unwrap()];
        symbols.sort();
        assert_eq!(symbols.map(|symbol| symbol.to_string()), ["NDX", "SP", "SPX", "SPY"]);
    }

    #[test]
    fn what_is_known_of_instruments() {
        for (symbol, proxy, has_volume, round_steps) in [
            (Symbol::SPX, Some(Symbol::SPY), false, [250_000, 1_000_000]),
            (Symbol::NDX, Some(Symbol::QQQ), false, [250_000, 1_000_000]),
            (Symbol::VIX, None, false, [10_000, 50_000]),
            (Symbol::SPY, None, true, [10_000, 50_000]),
            (Symbol::QQQ, None, true, [10_000, 50_000]),
            ("AAPL".parse().unwrap(), None, true, [10_000, 50_000]),
        ] {
            let known = instrument(symbol);
            assert_eq!(known.symbol, symbol);
            assert_eq!(known.proxy, proxy, "{symbol}");
            assert_eq!(known.has_volume(), has_volume, "{symbol}");
            assert_eq!(known.has_extended_hours(), has_volume, "{symbol}");
            assert_eq!(known.round_steps, round_steps, "{symbol}");
            assert_eq!(known.price_step, 100, "{symbol}");
        }
    }
}
