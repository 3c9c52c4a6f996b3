//! What a trader puts on a chart: studies, how they are written in an address, and their lines.

mod engine;
mod lines;

use std::fmt;
use std::str::FromStr;

use market::{BarSpan, Moment, Span};

pub(crate) use engine::{Known, heikin_ashi};
pub(crate) use lines::StudyLines;

/// How bars are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChartStyle {
    /// Filled when the bar fell, hollow when it rose: shape tells it as well as colour.
    #[default]
    Hollow,
    /// Filled candles.
    Candles,
    /// Open and close as ticks on a line from low to high.
    Bars,
    /// Candles of averaged prices.
    HeikinAshi,
    /// A line through the closes.
    Line,
    /// The same over a filled area.
    Area,
}

impl ChartStyle {
    /// Every style.
    pub const ALL: [Self; 6] =
        [Self::Hollow, Self::Candles, Self::Bars, Self::HeikinAshi, Self::Line, Self::Area];

    /// The word in an address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hollow => "hollow",
            Self::Candles => "candles",
            Self::Bars => "bars",
            Self::HeikinAshi => "heikin-ashi",
            Self::Line => "line",
            Self::Area => "area",
        }
    }

    /// The name on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hollow => "Hollow candles",
            Self::Candles => "Candles",
            Self::Bars => "Bars",
            Self::HeikinAshi => "Heikin-Ashi",
            Self::Line => "Line",
            Self::Area => "Area",
        }
    }
}

/// What is computed from bars and drawn over or under them. Formulas are those of
/// `quant::indicators`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Study {
    /// Volume of each bar, at the foot of the prices.
    Volume,
    /// Exponential average of n closes.
    Ema(u16),
    /// Plain average of n closes.
    Sma(u16),
    /// The session's volume-weighted average price.
    Vwap,
    /// The same with its bands, one and two deviations wide.
    VwapBands,
    /// Volume-weighted average price since the bar that starts here.
    AnchoredVwap(Moment),
    /// Bollinger bands of n closes, so many **tenths** of deviations wide.
    Bollinger(u16, u16),
    /// Volume by price of the bars in sight.
    Profile,
    /// High and low of the session's first n minutes.
    OpeningRange(u16),
    /// High and low of the session's first hour.
    InitialBalance,
    /// Relative strength index over n changes.
    Rsi(u16),
    /// Moving average convergence and divergence: fast, slow, signal.
    Macd(u16, u16, u16),
    /// Average true range over n bars.
    Atr(u16),
}

/// Why a word is no study.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadStudy(String);

impl fmt::Display for BadStudy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no study: write for example ema-20, bb-20-2, rsi-14 or vwap", self.0)
    }
}

impl std::error::Error for BadStudy {}

impl Study {
    /// The longest look back, in bars.
    pub const LENGTH_MAX: u16 = 1_000;

    /// What is offered to begin with.
    pub const OFFERED: [Self; 15] = [
        Self::Volume,
        Self::Ema(9),
        Self::Ema(20),
        Self::Ema(50),
        Self::Ema(200),
        Self::Sma(20),
        Self::Vwap,
        Self::VwapBands,
        Self::Bollinger(20, 20),
        Self::Profile,
        Self::OpeningRange(15),
        Self::InitialBalance,
        Self::Rsi(14),
        Self::Macd(12, 26, 9),
        Self::Atr(14),
    ];

    /// Whether it has a pane of its own under the prices.
    pub fn has_pane(self) -> bool {
        matches!(self, Self::Rsi(_) | Self::Macd(..) | Self::Atr(_))
    }

    /// Whether a trader may choose its colour: those of volume tell rising from falling.
    pub fn has_color(self) -> bool {
        !matches!(self, Self::Volume | Self::Profile)
    }

    /// Whether there is anything about it that a trader may choose.
    pub fn has_settings(self) -> bool {
        self.has_color() || !self.inputs().is_empty()
    }

    /// The short name on the chart: `EMA 9`.
    pub fn label(self) -> String {
        match self {
            Self::Volume => "Volume".to_owned(),
            Self::Ema(n) => format!("EMA {n}"),
            Self::Sma(n) => format!("SMA {n}"),
            Self::Vwap => "VWAP".to_owned(),
            Self::VwapBands => "VWAP bands".to_owned(),
            Self::AnchoredVwap(at) => {
                let (_, month, day) = at.wall_time().date.year_month_day();
                format!("AVWAP {month}/{day} {}", market::format::minute(at))
            }
            Self::Bollinger(n, tenths) => format!("BB {n} {}", tenths_text(tenths)),
            Self::Profile => "Volume profile".to_owned(),
            Self::OpeningRange(n) => format!("OR {n}"),
            Self::InitialBalance => "IB".to_owned(),
            Self::Rsi(n) => format!("RSI {n}"),
            Self::Macd(fast, slow, signal) => format!("MACD {fast} {slow} {signal}"),
            Self::Atr(n) => format!("ATR {n}"),
        }
    }

    /// The full name, for those who look for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Volume => "Volume",
            Self::Ema(_) => "Exponential moving average",
            Self::Sma(_) => "Simple moving average",
            Self::Vwap => "Volume-weighted average price",
            Self::VwapBands => "VWAP with ±1σ and ±2σ bands",
            Self::AnchoredVwap(_) => "VWAP anchored at a bar",
            Self::Bollinger(..) => "Bollinger bands",
            Self::Profile => "Volume by price, of the bars in sight",
            Self::OpeningRange(_) => "Opening range of the session",
            Self::InitialBalance => "Initial balance: the session's first hour",
            Self::Rsi(_) => "Relative strength index",
            Self::Macd(..) => "Moving average convergence and divergence",
            Self::Atr(_) => "Average true range",
        }
    }

    /// Its numbers, by name, as a trader may change them.
    pub fn inputs(self) -> Vec<(&'static str, f64)> {
        match self {
            Self::Ema(n) | Self::Sma(n) | Self::Rsi(n) | Self::Atr(n) => {
                vec![("Length", f64::from(n))]
            }
            Self::OpeningRange(n) => vec![("Minutes", f64::from(n))],
            Self::Bollinger(n, tenths) => {
                vec![("Length", f64::from(n)), ("Deviations", f64::from(tenths) / 10.0)]
            }
            Self::Macd(fast, slow, signal) => vec![
                ("Fast", f64::from(fast)),
                ("Slow", f64::from(slow)),
                ("Signal", f64::from(signal)),
            ],
            Self::Volume
            | Self::Vwap
            | Self::VwapBands
            | Self::AnchoredVwap(_)
            | Self::Profile
            | Self::InitialBalance => Vec::new(),
        }
    }

    /// The same study with other numbers, in the order of [`Study::inputs`].
    pub fn with_inputs(self, numbers: &[f64]) -> Result<Self, BadStudy> {
        let text = |n: &f64| format!("{n}");
        let numbers: Vec<String> = numbers.iter().map(text).collect();
        let stem = self.to_string();
        let stem = stem.split('-').next().unwrap_or_default();
        format!("{stem}-{}", numbers.join("-")).parse()
    }

    /// Why it cannot be shown on bars of `span`, of an instrument that has volume or has not.
    pub fn refusal(self, span: BarSpan, has_volume: bool) -> Option<&'static str> {
        let minutes = span.intraday().map(|span| span.whole_seconds() / 60);
        let first_minutes = match self {
            Self::OpeningRange(n) => Some(i64::from(n)),
            Self::InitialBalance => Some(60),
            _ => None,
        };
        if let Some(first_minutes) = first_minutes {
            return match minutes {
                Some(minutes) if first_minutes % minutes == 0 => None,
                _ => Some("needs shorter bars"),
            };
        }
        match self {
            Self::Vwap | Self::VwapBands if minutes.is_none() => Some("needs bars under a day"),
            Self::Volume | Self::AnchoredVwap(_) | Self::Profile if !has_volume => {
                Some("an index has no volume")
            }
            _ => None,
        }
    }
}

fn tenths_text(tenths: u16) -> String {
    match tenths % 10 {
        0 => (tenths / 10).to_string(),
        rest => format!("{}.{rest}", tenths / 10),
    }
}

impl fmt::Display for Study {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Volume => f.write_str("volume"),
            Self::Ema(n) => write!(f, "ema-{n}"),
            Self::Sma(n) => write!(f, "sma-{n}"),
            Self::Vwap => f.write_str("vwap"),
            Self::VwapBands => f.write_str("vwapbands"),
            Self::AnchoredVwap(at) => write!(f, "avwap-{}", at.0.div_euclid(60_000_000)),
            Self::Bollinger(n, tenths) => write!(f, "bb-{n}-{}", tenths_text(tenths)),
            Self::Profile => f.write_str("profile"),
            Self::OpeningRange(n) => write!(f, "or-{n}"),
            Self::InitialBalance => f.write_str("ib"),
            Self::Rsi(n) => write!(f, "rsi-{n}"),
            Self::Macd(fast, slow, signal) => write!(f, "macd-{fast}-{slow}-{signal}"),
            Self::Atr(n) => write!(f, "atr-{n}"),
        }
    }
}

impl FromStr for Study {
    type Err = BadStudy;

    fn from_str(text: &str) -> Result<Self, BadStudy> {
        let bad = || BadStudy(text.chars().take(24).collect());
        let length = |text: &str, most: u16| {
            text.parse::<u16>().ok().filter(|n| (1..=most).contains(n)).ok_or_else(bad)
        };
        let max = Self::LENGTH_MAX;
        let parts: Vec<&str> = text.split('-').collect();
        match parts.as_slice() {
            ["volume"] => Ok(Self::Volume),
            ["ema", n] => Ok(Self::Ema(length(n, max)?)),
            ["sma", n] => Ok(Self::Sma(length(n, max)?)),
            ["vwap"] => Ok(Self::Vwap),
            ["vwapbands"] => Ok(Self::VwapBands),
            ["avwap", minutes] => {
                // From 1970 to about 2300: beyond it no market was open.
                let minutes = minutes.parse::<i64>().ok();
                let minutes = minutes.filter(|n| (0..175_000_000).contains(n)).ok_or_else(bad)?;
                Ok(Self::AnchoredVwap(Moment(0) + Span::minutes(minutes)))
            }
            ["bb", n, width] => {
                let width = width.parse::<f64>().ok().filter(|width| (0.1..=9.9).contains(width));
                #[expect(clippy::cast_possible_truncation, reason = "at most 99")]
                #[expect(clippy::cast_sign_loss, reason = "at least 1")]
                let tenths = (width.ok_or_else(bad)? * 10.0).round() as u16;
                Ok(Self::Bollinger(length(n, max)?, tenths))
            }
            ["profile"] => Ok(Self::Profile),
            ["or", n] => Ok(Self::OpeningRange(length(n, 120)?)),
            ["ib"] => Ok(Self::InitialBalance),
            ["rsi", n] => Ok(Self::Rsi(length(n, max)?)),
            ["macd", fast, slow, signal] => {
                Ok(Self::Macd(length(fast, max)?, length(slow, max)?, length(signal, max)?))
            }
            ["atr", n] => Ok(Self::Atr(length(n, max)?)),
            _ => Err(bad()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn studies_survive_the_address() {
        let anchored = Study::AnchoredVwap(Moment::new_york(
            "2024-02-27".parse().expect("a date"),
            Span::minutes(600),
        ));
        for study in Study::OFFERED.into_iter().chain([anchored, Study::Bollinger(20, 25)]) {
            assert_eq!(study.to_string().parse(), Ok(study));
            if !study.inputs().is_empty() {
                let numbers: Vec<f64> = study.inputs().iter().map(|(_, n)| *n).collect();
                assert_eq!(study.with_inputs(&numbers), Ok(study));
            }
        }
        assert_eq!(anchored.label(), "AVWAP 2/27 10:00");
        assert_eq!(Study::Bollinger(20, 25).label(), "BB 20 2.5");
        for nonsense in ["", "ema", "ema-0", "ema-1001", "bb-20-11", "bb-20-NaN", "avwap--1", "x"] {
            assert!(nonsense.parse::<Study>().is_err(), "{nonsense}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,30}") {
            if let Ok(study) = text.parse::<Study>() {
                prop_assert_eq!(study.to_string().parse(), Ok(study));
            }
        }
    }
}
