//! Computes a study bar by bar; a forming bar is computed on a copy, so that streaming and batch
//! give the same bits.

use market::{
    Bar, BarHours, BarSpan, Moment, Phase, Price, Span, bucket_end, bucket_start, session_clock,
};
use quant::indicators::{AnchoredVwap, Atr, Bollinger, Ema, Macd, Rsi, Sma, VwapSums, VwapValue};

use super::Study;

/// The most lines that a study has.
pub(crate) const LINES_MAX: usize = 5;

/// A bar's values; a line without one has NaN, which is never drawn.
pub(crate) type Values = [f64; LINES_MAX];

/// What is known of a chart's bars, beyond themselves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    /// How long each lasts.
    pub(crate) span: BarSpan,
    /// Where the first of them begins.
    pub(crate) first: Moment,
    /// From when on they are all there: since the first of them, or ever.
    pub(crate) since: Moment,
}

/// What computes a study.
#[derive(Clone, Debug)]
pub(crate) enum Engine {
    /// Nothing by bar: drawn from the bars themselves.
    None,
    Ema(Ema),
    Sma(Sma),
    Bollinger(Bollinger),
    Rsi(Rsi),
    Macd(Macd),
    Atr(Atr),
    Anchored(AnchoredVwap),
    /// The bar of this start, from which on volume counts, is not there yet: what the others tell
    /// is another average, under its name.
    Cut(Moment),
    Session(SessionVwap),
    Opening(OpeningRange),
}

/// The session's VWAP from bars; it starts anew with each session's open.
#[derive(Clone, Debug)]
pub(crate) struct SessionVwap {
    session: SessionOf,
    sums: VwapSums,
    has_bands: bool,
}

/// High and low of a session's first minutes; told to the session's end.
#[derive(Clone, Debug)]
pub(crate) struct OpeningRange {
    session: SessionOf,
    length: Span,
    range: Option<(f64, f64)>,
}

/// Which regular session a bar belongs to, looked up once a session.
#[derive(Clone, Debug)]
struct SessionOf {
    /// The stretch that was looked up, and whether it is a regular session.
    known: (Moment, Moment, bool),
    /// What began earlier is none: its first bars are not there.
    since: Moment,
}

impl SessionOf {
    fn new(since: Moment) -> Self {
        Self { known: (Moment(i64::MAX), Moment(i64::MIN), false), since }
    }

    /// When the regular session of a bar began, and whether it is another one than the last bar's.
    fn of(&mut self, start: Moment) -> (Option<Moment>, bool) {
        let (began, ends, _) = self.known;
        let is_other = start < began || ends <= start;
        if is_other {
            let clock = session_clock(start);
            let is_known = clock.phase == Phase::Regular && self.since <= clock.began;
            self.known = (clock.began, clock.ends, is_known);
        }
        (self.known.2.then_some(self.known.0), is_other)
    }
}

impl Engine {
    pub(crate) fn new(study: Study, Known { span, first, since }: Known) -> Self {
        match study {
            Study::Volume | Study::Profile => Self::None,
            Study::Ema(n) => Self::Ema(Ema::new(n.into())),
            Study::Sma(n) => Self::Sma(Sma::new(n)),
            Study::Bollinger(n, tenths) => {
                Self::Bollinger(Bollinger::new(n, f64::from(tenths) / 10.0))
            }
            Study::Rsi(n) => Self::Rsi(Rsi::new(n.into())),
            Study::Macd(fast, slow, signal) => {
                Self::Macd(Macd::new(fast.into(), slow.into(), signal.into()))
            }
            Study::Atr(n) => Self::Atr(Atr::new(n.into())),
            Study::AnchoredVwap(at) => match anchor_start(at, span) {
                // A recording that begins later tells nothing of what was traded before it.
                start if start < first => Self::Cut(start),
                start => Self::Anchored(AnchoredVwap::new(start)),
            },
            Study::Vwap | Study::VwapBands => Self::Session(SessionVwap {
                session: SessionOf::new(since),
                sums: VwapSums::default(),
                has_bands: study == Study::VwapBands,
            }),
            Study::OpeningRange(_) | Study::InitialBalance => {
                let minutes = if let Study::OpeningRange(n) = study { i64::from(n) } else { 60 };
                Self::Opening(OpeningRange {
                    session: SessionOf::new(since),
                    length: Span::minutes(minutes),
                    range: None,
                })
            }
        }
    }

    /// How many lines the study has.
    pub(crate) fn lines(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Ema(_) | Self::Sma(_) | Self::Rsi(_) | Self::Atr(_) => 1,
            Self::Anchored(_) | Self::Cut(_) => 1,
            Self::Opening(_) => 2,
            Self::Bollinger(_) | Self::Macd(_) => 3,
            Self::Session(vwap) => {
                if vwap.has_bands {
                    5
                } else {
                    1
                }
            }
        }
    }

    /// Takes a bar in.
    pub(crate) fn handle_bar(&mut self, bar: &Bar) -> Values {
        let close = bar.close.to_f64();
        let [mut a, mut b, mut c] = [f64::NAN; 3];
        match self {
            Self::None | Self::Cut(_) => {}
            Self::Ema(ema) => a = ema.handle_close(close).unwrap_or(f64::NAN),
            Self::Sma(sma) => a = sma.handle_close(bar.close).unwrap_or(f64::NAN),
            Self::Bollinger(bollinger) => {
                if let Some(bands) = bollinger.handle_close(bar.close) {
                    (a, b, c) = (bands.middle, bands.upper, bands.lower);
                }
            }
            Self::Rsi(rsi) => a = rsi.handle_close(close).unwrap_or(f64::NAN),
            Self::Macd(macd) => {
                if let Some(value) = macd.handle_close(close) {
                    a = value.line;
                    b = value.signal.unwrap_or(f64::NAN);
                    c = value.histogram.unwrap_or(f64::NAN);
                }
            }
            Self::Atr(atr) => {
                let (high, low) = (bar.high.to_f64(), bar.low.to_f64());
                a = atr.handle_bar(high, low, close).unwrap_or(f64::NAN);
            }
            Self::Anchored(vwap) => a = vwap.handle_bar(bar).map_or(f64::NAN, |value| value.vwap),
            Self::Session(vwap) => return vwap.handle_bar(bar),
            Self::Opening(opening) => {
                if let Some((low, high)) = opening.handle_bar(bar) {
                    (a, b) = (high, low);
                }
            }
        }
        [a, b, c, f64::NAN, f64::NAN]
    }
}

impl SessionVwap {
    fn handle_bar(&mut self, bar: &Bar) -> Values {
        let (began, is_other) = self.session.of(bar.start);
        if is_other {
            self.sums = VwapSums::default();
        }
        match began.and_then(|_| self.sums.handle_bar(bar)) {
            Some(value) => vwap_values(value),
            None => [f64::NAN; LINES_MAX],
        }
    }
}

/// The start of the bar that an anchor lies in, which counts whole: that of its hour or week, where
/// it was chosen among minutes. Itself where no bar of that length holds it, as none of a day does
/// after the close.
fn anchor_start(at: Moment, span: BarSpan) -> Moment {
    let start = bucket_start(at, span, BarHours::Extended);
    start.filter(|start| at < bucket_end(*start, span)).unwrap_or(at)
}

/// The average, then its bands: +1, −1, +2, −2 deviations.
pub(crate) fn vwap_values(value: VwapValue) -> Values {
    [value.vwap, value.band(1), value.band(-1), value.band(2), value.band(-2)]
}

impl OpeningRange {
    fn handle_bar(&mut self, bar: &Bar) -> Option<(f64, f64)> {
        let (began, is_other) = self.session.of(bar.start);
        if is_other {
            self.range = None;
        }
        if bar.start < began? + self.length {
            let (low, high) = (bar.low.to_f64(), bar.high.to_f64());
            let (least, most) = self.range.unwrap_or((low, high));
            self.range = Some((least.min(low), most.max(high)));
        }
        self.range
    }
}

/// Heikin-Ashi candles of `bars`, going on from the candle before them: close = (O+H+L+C)/4,
/// open = the middle of the candle before, high and low cover both (Vervoort, "Trading With The
/// Heikin-Ashi Candlestick Oscillator", 2008). Rounded to ten-thousandths.
pub(crate) fn heikin_ashi(before: Option<Bar>, bars: &[Bar]) -> Vec<Bar> {
    let mut candles: Vec<Bar> = Vec::with_capacity(bars.len());
    for bar in bars {
        let sum = bar.open.units() + bar.high.units() + bar.low.units() + bar.close.units();
        let close = Price::from_units(sum / 4).unwrap_or(bar.close);
        let open = match candles.last().copied().or(before) {
            Some(before) => Price::from_units((before.open.units() + before.close.units()) / 2),
            None => Price::from_units((bar.open.units() + bar.close.units()) / 2),
        };
        let open = open.unwrap_or(bar.open);
        candles.push(Bar {
            start: bar.start,
            open,
            high: bar.high.max(open).max(close),
            low: bar.low.min(open).min(close),
            close,
            volume: bar.volume,
        });
    }
    candles
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heikin_ashi_is_that_of_its_definition() {
        let bar = |open: i64, high: i64, low: i64, close: i64| {
            let price = |dollars: i64| Price::from_units(dollars * 10_000).expect("a price");
            Bar {
                start: Moment(0),
                open: price(open),
                high: price(high),
                low: price(low),
                close: price(close),
                volume: 1,
            }
        };
        let bars = [bar(10, 14, 8, 12), bar(12, 20, 12, 18)];
        let candles = heikin_ashi(None, &bars);
        assert_eq!(candles[0], bar(11, 14, 8, 11));
        // (11 + 11) / 2, and (12 + 20 + 12 + 18) / 4 = 15.5.
        assert_eq!(candles[1].open.to_f64(), 11.0);
        assert_eq!(candles[1].close.to_f64(), 15.5);
        assert_eq!(candles[1].low.to_f64(), 11.0);
        assert_eq!(heikin_ashi(Some(candles[0]), &bars[1..])[0], candles[1]);
    }
    #[test]
    fn an_anchor_counts_from_the_bar_that_holds_it() {
        let at = |text: &str| {
            let (date, minutes) = text.split_once(' ').expect("a date and minutes");
            let (hours, minutes) = minutes.split_once(':').expect("hours and minutes");
            let minutes: i64 = minutes.parse().expect("minutes");
            let minutes = minutes + 60 * hours.parse::<i64>().expect("hours");
            Moment::new_york(date.parse().expect("a date"), Span::minutes(minutes))
        };
        let (tuesday, friday) = ("2024-02-27 10:00", "2024-03-01 17:00");
        for (anchor, span, start) in [
            (tuesday, BarSpan::M1, tuesday),
            (tuesday, BarSpan::M15, tuesday),
            (tuesday, BarSpan::H1, "2024-02-27 09:30"),
            (tuesday, BarSpan::H4, "2024-02-27 09:30"),
            (tuesday, BarSpan::Day, "2024-02-27 09:30"),
            (tuesday, BarSpan::Week, "2024-02-26 09:30"),
            (tuesday, BarSpan::Month, "2024-02-01 09:30"),
            // Before the open, the day is still to come.
            ("2024-02-27 08:10", BarSpan::H1, "2024-02-27 08:00"),
            ("2024-02-27 08:10", BarSpan::Day, "2024-02-27 09:30"),
            // After the close it is over, and so is the week on a Friday.
            ("2024-02-27 17:00", BarSpan::Day, "2024-02-27 17:00"),
            ("2024-02-27 17:00", BarSpan::H4, "2024-02-27 16:00"),
            ("2024-02-27 17:00", BarSpan::Week, "2024-02-26 09:30"),
            (friday, BarSpan::Week, friday),
        ] {
            assert_eq!(anchor_start(at(anchor), span), at(start), "{anchor} {span}");
        }
        // Any that an address may have, at the ends of all calendars.
        for minutes in [0, 600, 174_999_999] {
            let at = Moment(0) + Span::minutes(minutes);
            for span in BarSpan::ALL {
                let away = (anchor_start(at, span) - at).0.abs();
                assert!(away <= Span::hours(24 * 31).0, "{minutes} {span}");
            }
        }
    }
}
