//! Option contracts: what they are on, when they end, and how the exchange names them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Moment, Price, Symbol, TradingDate, TradingDay, prior_trading_day, trading_day};

/// What its holder may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Right {
    /// Buy at the strike.
    Call,
    /// Sell at the strike.
    Put,
}

/// Which price of the last day decides what a contract is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Settlement {
    /// The special opening quotation of the expiry's morning; trading stops the day before.
    Am,
    /// The close of the expiry's day.
    Pm,
}

/// When its holder may exercise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ExerciseStyle {
    /// At the end alone.
    European,
    /// At any time.
    American,
}

/// The name that contracts of one kind share: `SPX` and `SPXW` are two kinds on one index. One to
/// six letters A to Z; a digit behind them marks contracts that a split or merger adjusted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Root([u8; 6]);

/// A text that is no contract, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadContract {
    /// Not a root.
    #[error("`{0}` is not an option root: expected one to six letters A to Z such as SPXW")]
    Root(String),
    /// Not a series as addresses write it.
    #[error("`{0}` is not an expiry: expected it as in `SPXW-2026-11-20`")]
    Series(String),
    /// Not the exchange's way to write a contract.
    #[error("`{0}` is not a contract: expected it as in `SPXW  261120P05900000`")]
    Occ(String),
}

/// Everything that ends together: one root's contracts of one date. SPX and SPXW of one date are
/// two series, because one ends in the morning and the other in the afternoon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Series {
    /// The date in the contract's name.
    pub expires: TradingDate,
    /// Whose contracts.
    pub root: Root,
}

/// What the exchange fixed for a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// What it is on.
    pub underlying: Symbol,
    /// Which price decides.
    pub settlement: Settlement,
    /// When it may be exercised.
    pub style: ExerciseStyle,
    /// Dollars for each point of its price.
    pub multiplier: u32,
    /// Whether it delivers something else than the underlying, so that no model here prices it.
    pub is_adjusted: bool,
}

/// One contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Contract {
    /// What ends with it.
    pub series: Series,
    /// The price at which its holder may buy or sell.
    pub strike: Price,
    /// Which of them.
    pub right: Right,
}

impl Right {
    /// Both, calls first as on every chain.
    pub const ALL: [Self; 2] = [Self::Call, Self::Put];

    /// 1 for a call, −1 for a put.
    pub const fn sign(self) -> f64 {
        match self {
            Self::Call => 1.0,
            Self::Put => -1.0,
        }
    }

    /// `C` or `P`.
    pub const fn letter(self) -> char {
        match self {
            Self::Call => 'C',
            Self::Put => 'P',
        }
    }

    /// What it is worth if it ended with the underlying at `spot`, in points.
    pub fn payoff(self, spot: f64, strike: f64) -> f64 {
        (self.sign() * (spot - strike)).max(0.0)
    }
}

impl fmt::Display for Settlement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Am => "AM",
            Self::Pm => "PM",
        })
    }
}

impl Root {
    /// S&P 500, settled in the morning.
    pub const SPX: Self = Self(*b"SPX\0\0\0");
    /// S&P 500, settled in the afternoon.
    pub const SPXW: Self = Self(*b"SPXW\0\0");
    /// Nasdaq-100, settled in the morning.
    pub const NDX: Self = Self(*b"NDX\0\0\0");
    /// Nasdaq-100, settled in the afternoon.
    pub const NDXP: Self = Self(*b"NDXP\0\0");
    /// The S&P 500 fund.
    pub const SPY: Self = Self(*b"SPY\0\0\0");
    /// The Nasdaq-100 fund.
    pub const QQQ: Self = Self(*b"QQQ\0\0\0");

    /// As text.
    pub fn as_str(&self) -> &str {
        let length = self.0.iter().position(|byte| *byte == 0).unwrap_or(self.0.len());
        std::str::from_utf8(&self.0[..length]).expect("letters and digits")
    }

    /// The roots of an underlying whose contracts a desk shows together.
    pub fn of(underlying: Symbol) -> Vec<Self> {
        match underlying {
            Symbol::SPX => vec![Self::SPX, Self::SPXW],
            Symbol::NDX => vec![Self::NDX, Self::NDXP],
            other => other.as_str().parse().into_iter().collect(),
        }
    }

    /// What the exchange fixed for its contracts.
    pub fn terms(self) -> Terms {
        let letters = self.as_str().trim_end_matches(|last: char| last.is_ascii_digit());
        let index = |underlying, settlement| (underlying, settlement, ExerciseStyle::European);
        let (underlying, settlement, style) = match self {
            Self::SPX => index(Symbol::SPX, Settlement::Am),
            Self::SPXW => index(Symbol::SPX, Settlement::Pm),
            Self::NDX => index(Symbol::NDX, Settlement::Am),
            Self::NDXP => index(Symbol::NDX, Settlement::Pm),
            _ => {
                let underlying = letters.parse().expect("a root begins with one to six letters");
                (underlying, Settlement::Pm, ExerciseStyle::American)
            }
        };
        let is_adjusted = letters.len() < self.as_str().len();
        Terms { underlying, settlement, style, multiplier: 100, is_adjusted }
    }
}

impl FromStr for Root {
    type Err = BadContract;

    fn from_str(text: &str) -> Result<Self, BadContract> {
        let refused = || BadContract::Root(text.chars().take(12).collect());
        let letters = text.trim_end_matches(|last: char| last.is_ascii_digit());
        let is_root = text.len() <= 6
            && !letters.is_empty()
            && text.len() - letters.len() <= 1
            && letters.bytes().all(|byte| byte.is_ascii_uppercase());
        if !is_root {
            return Err(refused());
        }
        let mut bytes = [0; 6];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Ok(Self(bytes))
    }
}

impl fmt::Display for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for Root {
    type Error = BadContract;

    fn try_from(text: String) -> Result<Self, BadContract> {
        text.parse()
    }
}

impl From<Root> for String {
    fn from(root: Root) -> Self {
        root.as_str().to_owned()
    }
}

impl Series {
    /// What the exchange fixed for it.
    pub fn terms(self) -> Terms {
        self.root.terms()
    }

    /// The session on which it ends: the named date, or the one before if the exchange is closed
    /// then (until 2015 names were Saturdays).
    pub fn last_day(self) -> TradingDay {
        trading_day(self.expires).unwrap_or_else(|| prior_trading_day(self.expires))
    }

    /// Its name in an address: `SPXW-2026-11-20`.
    pub fn slug(self) -> String {
        format!("{}-{}", self.root, self.expires)
    }

    /// When what it is worth is decided: the open of that session, or its close.
    pub fn expires_at(self) -> Moment {
        let day = self.last_day();
        match self.terms().settlement {
            Settlement::Am => day.open(),
            Settlement::Pm => day.close(),
        }
    }

    /// When it stops trading: the close of its last session, or of the one before for those that
    /// the morning decides. Options on the same underlying that go on trade a quarter longer.
    pub fn trades_until(self) -> Moment {
        let day = self.last_day();
        match self.terms().settlement {
            Settlement::Am => prior_trading_day(day.date).close(),
            Settlement::Pm => day.close(),
        }
    }
}

impl FromStr for Series {
    type Err = BadContract;

    /// Reads [`Series::slug`].
    fn from_str(text: &str) -> Result<Self, BadContract> {
        let read = || {
            let (root, expires) = text.split_once('-')?;
            Some(Self { root: root.parse().ok()?, expires: expires.parse().ok()? })
        };
        read().ok_or_else(|| BadContract::Series(text.chars().take(24).collect()))
    }
}

impl Contract {
    /// The exchange's name for it, of 21 characters: `SPXW  261120P05900000`. Nothing for a strike
    /// that this name has no room for.
    pub fn occ(&self) -> Option<String> {
        let thousandths = self.strike.units() / (Price::UNITS / 1_000);
        if self.strike.units() % (Price::UNITS / 1_000) != 0 || 99_999_999 < thousandths {
            return None;
        }
        let (year, month, day) = self.series.expires.year_month_day();
        let (root, right) = (self.series.root, self.right.letter());
        Some(format!("{root:<6}{:02}{month:02}{day:02}{right}{thousandths:08}", year % 100))
    }

    /// Reads the exchange's name; blanks inside the root may be left out.
    pub fn from_occ(text: &str) -> Result<Self, BadContract> {
        let refused = || BadContract::Occ(text.chars().take(24).collect());
        let text = text.trim();
        let tail_at = text.len().checked_sub(15).filter(|at| text.is_char_boundary(*at));
        let (root, tail) = text.split_at(tail_at.ok_or_else(refused)?);
        let root: Root = root.trim_end().parse().map_err(|_| refused())?;
        if !tail.is_ascii() {
            return Err(refused());
        }
        let number = |digits: &str| -> Result<u32, BadContract> {
            let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| digits.parse().ok()).flatten().ok_or_else(refused)
        };
        let small = |digits: &str| number(digits)?.try_into().map_err(|_| refused());
        let expires = TradingDate::new(
            2_000 + i16::from(small(&tail[..2])?),
            small(&tail[2..4])?,
            small(&tail[4..6])?,
        )
        .map_err(|_| refused())?;
        let right = match &tail[6..7] {
            "C" => Right::Call,
            "P" => Right::Put,
            _ => return Err(refused()),
        };
        let units = i64::from(number(&tail[7..])?) * (Price::UNITS / 1_000);
        let strike = Price::from_units(units).map_err(|_| refused())?;
        Ok(Self { series: Series { root, expires }, strike, right })
    }
}

/// The months as contracts write them.
const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

impl fmt::Display for Series {
    /// `SPXW 20NOV26`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.expires.year_month_day();
        let month = MONTHS[usize::try_from(month - 1).expect("months count from one")];
        write!(f, "{} {day:02}{month}{:02}", self.root, year % 100)
    }
}

/// Reads a date as contracts write it, `20NOV26` or `5JUN26`; nothing for what is none.
pub fn expiry_date(text: &str) -> Option<TradingDate> {
    let tail_at = text.len().checked_sub(5).filter(|at| text.is_ascii() && (1..=2).contains(at))?;
    let (day, tail) = text.split_at(tail_at);
    let month = MONTHS.iter().position(|month| tail.starts_with(month))?;
    let number = |digits: &str| -> Option<i8> {
        digits.bytes().all(|one| one.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
    };
    let year = 2_000 + i16::from(number(&tail[3..])?);
    TradingDate::new(year, i8::try_from(month + 1).ok()?, number(day)?).ok()
}

impl fmt::Display for Contract {
    /// `SPXW 20NOV26 5900P`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}{}", self.series, strike_text(self.strike), self.right.letter())
    }
}

/// A strike without decimals that say nothing: `5900`, `402.5`.
pub fn strike_text(strike: Price) -> String {
    let text = strike.to_string();
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Span;

    fn series(root: &str, year: i16, month: i8, day: i8) -> Series {
        Series { root: root.parse().unwrap(), expires: TradingDate::new(year, month, day).unwrap() }
    }

    #[test]
    fn names_of_the_exchange() {
        for (occ, words) in [
            ("SPXW  261120P05900000", "SPXW 20NOV26 5900P"),
            ("SPY   270115C00600500", "SPY 15JAN27 600.5C"),
            ("NDX   241220C20000000", "NDX 20DEC24 20000C"),
            ("SPY1  240119P00000500", "SPY1 19JAN24 0.5P"),
        ] {
            let contract = Contract::from_occ(occ).unwrap();
            assert_eq!(contract.to_string(), words);
            assert_eq!(contract.occ().as_deref(), Some(occ));
            assert_eq!(Contract::from_occ(&occ.replace(' ', "")), Ok(contract));
        }
        for text in [
            "",
            "SPXW",
            "261120P05900000",
            "SPXW  261320P05900000",
            "SPXW  261120X05900000",
            "SPXW  261120P00000000",
            "SPXW  2611 0P05900000",
            "SPXW  261120P0590000é",
            "spxw  261120P05900000",
            "SPXW12261120P05900000",
            "TOOLONG261120P05900000",
        ] {
            assert!(Contract::from_occ(text).is_err(), "{text}");
        }
        let mut contract = Contract::from_occ("SPXW  261120P05900000").unwrap();
        contract.strike = Price::from_units(1).unwrap();
        assert_eq!(contract.occ(), None);
    }

    #[test]
    fn dates_of_contracts() {
        let date = |year, month, day| TradingDate::new(year, month, day).ok();
        assert_eq!(expiry_date("20NOV26"), date(2026, 11, 20));
        assert_eq!(expiry_date("5JUN26"), date(2026, 6, 5));
        for text in
            ["", "NOV26", "20NOX26", "31FEB26", "120NOV26", "20NOV2026", "2é0NOV26", "+1NOV26"]
        {
            assert_eq!(expiry_date(text), None, "{text}");
        }
    }

    #[test]
    fn what_the_exchange_fixed() {
        use ExerciseStyle::{American, European};
        for (root, underlying, settlement, style, is_adjusted) in [
            ("SPX", "SPX", Settlement::Am, European, false),
            ("SPXW", "SPX", Settlement::Pm, European, false),
            ("NDX", "NDX", Settlement::Am, European, false),
            ("NDXP", "NDX", Settlement::Pm, European, false),
            ("SPY", "SPY", Settlement::Pm, American, false),
            ("GOOG", "GOOG", Settlement::Pm, American, false),
            ("SPY1", "SPY", Settlement::Pm, American, true),
        ] {
            let terms = root.parse::<Root>().unwrap().terms();
            let underlying = underlying.parse().unwrap();
            assert_eq!(
                terms,
                Terms { underlying, settlement, style, multiplier: 100, is_adjusted }
            );
        }
        assert_eq!(Root::of(Symbol::SPX), [Root::SPX, Root::SPXW]);
        assert_eq!(Root::of(Symbol::QQQ), [Root::QQQ]);
    }

    #[test]
    fn ends() {
        let at = |date: (i16, i8, i8), hours: i64, minutes: i64| {
            let date = TradingDate::new(date.0, date.1, date.2).unwrap();
            Moment::new_york(date, Span::minutes(60 * hours + minutes))
        };
        // The third Friday of November 2026: both kinds on one date.
        let morning = series("SPX", 2026, 11, 20);
        assert_eq!(morning.expires_at(), at((2026, 11, 20), 9, 30));
        assert_eq!(morning.trades_until(), at((2026, 11, 19), 16, 0));
        let afternoon = series("SPXW", 2026, 11, 20);
        assert_eq!(afternoon.expires_at(), at((2026, 11, 20), 16, 0));
        assert_eq!(afternoon.trades_until(), afternoon.expires_at());
        // The day after Thanksgiving is a half day.
        assert_eq!(series("SPXW", 2026, 11, 27).expires_at(), at((2026, 11, 27), 13, 0));
        // A Saturday means the Friday before; LEAPS reach beyond the calendar.
        assert_eq!(series("GOOG", 2015, 1, 17).expires_at(), at((2015, 1, 16), 16, 0));
        assert_eq!(series("SPX", 2031, 12, 19).expires_at(), at((2031, 12, 19), 9, 30));
    }

    #[test]
    fn roots() {
        for text in ["", "1", "SPX11", "spx", "TOOLONG", "SP X", "ÄB", "1SPX"] {
            assert!(text.parse::<Root>().is_err(), "{text}");
        }
        let json = serde_json::to_string(&Root::SPXW).unwrap();
        assert_eq!(serde_json::from_str::<Root>(&json).unwrap(), Root::SPXW);
    }

    proptest! {
        #[test]
        fn every_name_comes_back(
            root in "[A-Z]{1,5}[0-9]?",
            days in 10_957_i32..47_000,
            thousandths in 1_i64..99_999_999,
            is_call: bool,
        ) {
            let contract = Contract {
                series: Series {
                    root: root.parse().unwrap(),
                    expires: TradingDate::from_epoch_days(days),
                },
                strike: Price::from_units(thousandths * 10).unwrap(),
                right: if is_call { Right::Call } else { Right::Put },
            };
            prop_assert_eq!(Contract::from_occ(&contract.occ().unwrap()), Ok(contract));
            prop_assert_eq!(contract.series.slug().parse(), Ok(contract.series));
        }

        #[test]
        fn no_text_stops_the_reader(text in "\\PC*") {
            let _ = Contract::from_occ(&text);
            let _ = text.parse::<Root>();
            let _ = text.parse::<Series>();
        }
    }
}
