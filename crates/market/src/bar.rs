//! Bars: what a stretch of prints adds up to.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Moment, Price, Span, Volume};

/// Open, high, low, close and volume of one stretch of time, stamped with its **start**.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bar {
    /// When the stretch begins.
    pub start: Moment,
    /// The first price.
    pub open: Price,
    /// The greatest price.
    pub high: Price,
    /// The least price.
    pub low: Price,
    /// The last price.
    pub close: Price,
    /// Shares traded; zero for an index.
    pub volume: Volume,
}

/// Why five numbers are no bar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadBar {
    /// The high lies under the low.
    #[error("high {high} is below low {low}")]
    HighBelowLow {
        /// The high as given.
        high: Price,
        /// The low as given.
        low: Price,
    },
    /// The open lies outside the range.
    #[error("open {open} is outside {low} to {high}")]
    OpenOutside {
        /// The open as given.
        open: Price,
        /// The low as given.
        low: Price,
        /// The high as given.
        high: Price,
    },
    /// The close lies outside the range.
    #[error("close {close} is outside {low} to {high}")]
    CloseOutside {
        /// The close as given.
        close: Price,
        /// The low as given.
        low: Price,
        /// The high as given.
        high: Price,
    },
    /// Fewer than no shares.
    #[error("volume {0} is negative")]
    NegativeVolume(Volume),
}

impl Bar {
    /// Refuses what cannot be: high under low, open or close outside the range, negative volume.
    pub fn checked(self) -> Result<Self, BadBar> {
        let Self { open, high, low, close, volume, .. } = self;
        if high < low {
            return Err(BadBar::HighBelowLow { high, low });
        }
        if open < low || high < open {
            return Err(BadBar::OpenOutside { open, low, high });
        }
        if close < low || high < close {
            return Err(BadBar::CloseOutside { close, low, high });
        }
        if volume < 0 {
            return Err(BadBar::NegativeVolume(volume));
        }
        Ok(self)
    }

    /// A bar of one print.
    pub fn of_print(start: Moment, price: Price, volume: Volume) -> Self {
        Self { start, open: price, high: price, low: price, close: price, volume }
    }

    /// Takes a later bar in: this one's start and open stay. Volume stops at the greatest `i64`.
    pub fn absorb(&mut self, later: &Self) {
        self.high = self.high.max(later.high);
        self.low = self.low.min(later.low);
        self.close = later.close;
        self.volume = self.volume.saturating_add(later.volume);
    }

    /// The typical price (H+L+C)/3, times three, in ten-thousandths: a whole number.
    pub fn typical_x3(&self) -> i64 {
        self.high.units() + self.low.units() + self.close.units()
    }
}

/// How long a bar lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum BarSpan {
    /// One minute.
    M1,
    /// Five minutes.
    M5,
    /// Fifteen minutes.
    M15,
    /// Thirty minutes.
    M30,
    /// One hour.
    H1,
    /// Four hours.
    H4,
    /// One trading day.
    Day,
    /// One trading week, Monday to Friday.
    Week,
    /// One calendar month.
    Month,
}

/// A text that names no span.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a bar span: expected one of 1m, 5m, 15m, 30m, 1h, 4h, 1D, 1W, 1M")]
pub struct BadSpan(String);

impl BarSpan {
    /// Every span, shortest first.
    pub const ALL: [Self; 9] = [
        Self::M1,
        Self::M5,
        Self::M15,
        Self::M30,
        Self::H1,
        Self::H4,
        Self::Day,
        Self::Week,
        Self::Month,
    ];

    /// The name traders type: `1m` … `1M`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::M1 => "1m",
            Self::M5 => "5m",
            Self::M15 => "15m",
            Self::M30 => "30m",
            Self::H1 => "1h",
            Self::H4 => "4h",
            Self::Day => "1D",
            Self::Week => "1W",
            Self::Month => "1M",
        }
    }

    /// The fixed length of a span under a day; nothing for a day and longer.
    pub const fn intraday(self) -> Option<Span> {
        match self {
            Self::M1 => Some(Span::minutes(1)),
            Self::M5 => Some(Span::minutes(5)),
            Self::M15 => Some(Span::minutes(15)),
            Self::M30 => Some(Span::minutes(30)),
            Self::H1 => Some(Span::minutes(60)),
            Self::H4 => Some(Span::minutes(240)),
            Self::Day | Self::Week | Self::Month => None,
        }
    }
}

impl fmt::Display for BarSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for BarSpan {
    type Err = BadSpan;

    /// `m` is minutes and `M` months, as on every charting site.
    fn from_str(text: &str) -> Result<Self, BadSpan> {
        Self::ALL
            .into_iter()
            .find(|span| span.as_str() == text)
            .ok_or_else(|| BadSpan(text.chars().take(24).collect()))
    }
}

impl TryFrom<String> for BarSpan {
    type Error = BadSpan;

    fn try_from(text: String) -> Result<Self, BadSpan> {
        text.parse()
    }
}

impl From<BarSpan> for String {
    fn from(span: BarSpan) -> Self {
        span.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A bar of whole dollars.
    fn bar(open: i64, high: i64, low: i64, close: i64, volume: Volume) -> Bar {
        let price = |dollars| Price::from_units(dollars * Price::UNITS).unwrap();
        Bar {
            start: Moment(0),
            open: price(open),
            high: price(high),
            low: price(low),
            close: price(close),
            volume,
        }
    }

    #[track_caller]
    fn refused(bar: Bar, why: &str) {
        assert_eq!(bar.checked().unwrap_err().to_string(), why);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for possible in [bar(5, 7, 4, 6, 10), bar(5, 5, 5, 5, 0), bar(4, 7, 4, 7, 1)] {
            assert_eq!(possible.checked(), Ok(possible));
        }
        refused(bar(5, 4, 6, 5, 1), "high 4.00 is below low 6.00");
        refused(bar(3, 7, 4, 6, 1), "open 3.00 is outside 4.00 to 7.00");
        refused(bar(8, 7, 4, 6, 1), "open 8.00 is outside 4.00 to 7.00");
        refused(bar(5, 7, 4, 3, 1), "close 3.00 is outside 4.00 to 7.00");
        refused(bar(5, 7, 4, 8, 1), "close 8.00 is outside 4.00 to 7.00");
        refused(bar(5, 7, 4, 6, -1), "volume -1 is negative");
    }

    #[test]
    fn a_bar_takes_a_later_one_in() {
        let mut whole = bar(5, 7, 4, 6, 10);
        whole.absorb(&bar(6, 9, 5, 8, 5));
        assert_eq!(whole, bar(5, 9, 4, 8, 15));
        whole.absorb(&bar(8, 8, 2, 3, 0));
        assert_eq!(whole, bar(5, 9, 2, 3, 15));
        whole.absorb(&bar(3, 3, 3, 3, i64::MAX));
        assert_eq!(whole.volume, i64::MAX);
        assert_eq!(bar(5, 7, 4, 6, 0).typical_x3(), 17 * Price::UNITS);
        let print = bar(5, 5, 5, 5, 3);
        assert_eq!(Bar::of_print(Moment(0), print.open, 3), print);
    }

    #[test]
    fn spans_are_named_as_traders_type_them() {
        let names = BarSpan::ALL.map(BarSpan::as_str);
        assert_eq!(names, ["1m", "5m", "15m", "30m", "1h", "4h", "1D", "1W", "1M"]);
        for span in BarSpan::ALL {
            assert_eq!(span.to_string().parse(), Ok(span));
            let json = serde_json::to_string(&span).unwrap();
            assert_eq!(json, format!("\"{span}\""));
            assert_eq!(serde_json::from_str::<BarSpan>(&json).unwrap(), span);
        }
        assert!(BarSpan::ALL.is_sorted());
        assert_eq!(format!("{:>4}", BarSpan::Day), "  1D");
    }

    #[test]
    fn what_is_no_span_is_refused() {
        for text in ["", "1", "m", "2m", "1d", "1H", "1 m", "M1", "D", "60m"] {
            assert!(text.parse::<BarSpan>().is_err(), "{text}");
            assert!(serde_json::from_str::<BarSpan>(&format!("\"{text}\"")).is_err(), "{text}");
        }
        assert_eq!(
            "2h".parse::<BarSpan>().unwrap_err().to_string(),
            "`2h` is not a bar span: expected one of 1m, 5m, 15m, 30m, 1h, 4h, 1D, 1W, 1M",
        );
    }

    #[test]
    fn only_spans_under_a_day_have_a_length() {
        let minutes = BarSpan::ALL.map(|span| span.intraday().map(|length| length.0 / 60_000_000));
        let lengths = [Some(1), Some(5), Some(15), Some(30), Some(60), Some(240), None, None, None];
        assert_eq!(minutes, lengths);
    }

    #[test]
    fn a_bar_comes_back_from_the_wire() {
        let sent = bar(5, 7, 4, 6, 10);
        let json = serde_json::to_string(&sent).unwrap();
        assert_eq!(serde_json::from_str::<Bar>(&json).unwrap(), sent);
        let free = json.replace("\"low\":40000", "\"low\":0");
        assert!(serde_json::from_str::<Bar>(&free).is_err());
    }
}
