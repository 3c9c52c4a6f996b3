//! The indicators of a chart, all at once.

use market::{Bar, Price};
use serde::{Deserialize, Serialize};

use super::atr::true_range;
use super::rsi::{rise_and_fall, strength_index};
use super::{Atr, Bands, Bollinger, Ema, Macd, MacdValue, Rsi, VwapSums, VwapValue};

/// EMA 9, 20, 50 and 200, RSI 14, MACD 12/26/9, Bollinger 20/2, ATR 14 and the session's VWAP with
/// its deviation: fourteen figures a bar, the same to the bit as those of its parts. Complete after
/// 200 bars.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IndicatorSet {
    averages: Averages,
    bollinger: Bollinger,
    vwap: VwapSums,
}

/// What fades. While anything still warms up, the indicators themselves; after that only their
/// averages side by side, which costs a third: no question whether a value is there yet, and two
/// averages in one instruction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(clippy::large_enum_variant, reason = "one set a chart: a box would cost each bar")]
enum Averages {
    Warming(Warming),
    Warm(Warm),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Warming {
    emas: [Ema; 4],
    rsi: Rsi,
    macd: Macd,
    atr: Atr,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Warm {
    close_before: f64,
    /// Of closes; see [`EMA_LENGTHS`].
    emas: [f64; 6],
    macd_signal: f64,
    /// Wilder's, of rises, falls and true ranges.
    wilder: [f64; 3],
}

/// The four that are shown, then MACD's fast and slow one.
const EMA_LENGTHS: [u32; 6] = [9, 20, 50, 200, 12, 26];
const EMA_WEIGHTS: [f64; 6] = {
    let mut weights = [0.0; 6];
    let mut place = 0;
    while place < 6 {
        weights[place] = 2.0 / (EMA_LENGTHS[place] as f64 + 1.0);
        place += 1;
    }
    weights
};
const SIGNAL_LENGTH: u32 = 9;
const SIGNAL_WEIGHT: f64 = 2.0 / (SIGNAL_LENGTH as f64 + 1.0);
const WILDER_LENGTH: u32 = 14;
const WILDER_WEIGHT: f64 = 1.0 / WILDER_LENGTH as f64;

/// One bar's figures. Each is nothing while it warms up; the VWAP also where nothing is traded.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct IndicatorValues {
    /// Exponential average of 9 closes.
    pub ema_9: Option<f64>,
    /// Exponential average of 20 closes.
    pub ema_20: Option<f64>,
    /// Exponential average of 50 closes.
    pub ema_50: Option<f64>,
    /// Exponential average of 200 closes.
    pub ema_200: Option<f64>,
    /// Relative strength index over 14 changes, 0 to 100.
    pub rsi: Option<f64>,
    /// Moving average convergence and divergence: 12, 26 and 9.
    pub macd: Option<MacdValue>,
    /// Bollinger bands of 20 closes, 2 deviations wide.
    pub bollinger: Option<Bands>,
    /// Average true range over 14 bars.
    pub atr: Option<f64>,
    /// Volume-weighted average price since the session began.
    pub vwap: Option<VwapValue>,
}

/// What [`Averages`] give for a bar.
struct Faded {
    emas: [Option<f64>; 4],
    rsi: Option<f64>,
    macd: Option<MacdValue>,
    atr: Option<f64>,
}

impl Default for IndicatorSet {
    fn default() -> Self {
        let [.., fast, slow] = EMA_LENGTHS;
        let [short, swing, middle, long, ..] = EMA_LENGTHS;
        let warming = Warming {
            emas: [short, swing, middle, long].map(Ema::new),
            rsi: Rsi::new(WILDER_LENGTH),
            macd: Macd::new(fast, slow, SIGNAL_LENGTH),
            atr: Atr::new(WILDER_LENGTH),
        };
        Self {
            averages: Averages::Warming(warming),
            bollinger: Bollinger::new(20, 2.0),
            vwap: VwapSums::default(),
        }
    }
}

impl IndicatorSet {
    /// A session begins: its VWAP starts anew. Averages run on.
    pub fn handle_session_start(&mut self) {
        self.vwap = VwapSums::default();
    }

    /// Takes a finished bar in.
    // Not inlined, so that it is compiled here, at this crate's optimisation, also for the browser.
    #[inline(never)]
    pub fn handle_bar(&mut self, bar: &Bar) -> IndicatorValues {
        let faded = match &mut self.averages {
            Averages::Warm(warm) => warm.handle_bar(bar),
            Averages::Warming(_) => self.averages.warm_up(bar),
        };
        let [ema_9, ema_20, ema_50, ema_200] = faded.emas;
        IndicatorValues {
            ema_9,
            ema_20,
            ema_50,
            ema_200,
            rsi: faded.rsi,
            macd: faded.macd,
            bollinger: self.bollinger.handle_close(bar.close),
            atr: faded.atr,
            vwap: self.vwap.handle_bar(bar),
        }
    }

    /// What the figures would be if the forming bar ended as `bar` is now.
    pub fn peek(&self, bar: &Bar) -> IndicatorValues {
        self.clone().handle_bar(bar)
    }
}

impl Averages {
    #[cold]
    fn warm_up(&mut self, bar: &Bar) -> Faded {
        match self {
            Self::Warm(warm) => warm.handle_bar(bar),
            Self::Warming(warming) => {
                let faded = warming.handle_bar(bar);
                if let Some(warm) = warming.warm() {
                    *self = Self::Warm(warm);
                }
                faded
            }
        }
    }
}

impl Warming {
    fn handle_bar(&mut self, bar: &Bar) -> Faded {
        let [high, low, close] = [bar.high, bar.low, bar.close].map(Price::to_f64);
        Faded {
            emas: self.emas.each_mut().map(|ema| ema.handle_close(close)),
            rsi: self.rsi.handle_close(close),
            macd: self.macd.handle_close(close),
            atr: self.atr.handle_bar(high, low, close),
        }
    }

    /// The averages alone, once all are known.
    fn warm(&self) -> Option<Warm> {
        let [ema_9, ema_20, ema_50, ema_200] = &self.emas;
        let [fast, slow, macd_signal] = self.macd.known()?;
        let (rises, falls) = self.rsi.known()?;
        let (close_before, atr) = self.atr.known()?;
        let shown = [ema_9.value()?, ema_20.value()?, ema_50.value()?, ema_200.value()?];
        let [ema_9, ema_20, ema_50, ema_200] = shown;
        Some(Warm {
            close_before,
            emas: [ema_9, ema_20, ema_50, ema_200, fast, slow],
            macd_signal,
            wilder: [rises, falls, atr],
        })
    }
}

impl Warm {
    #[inline]
    fn handle_bar(&mut self, bar: &Bar) -> Faded {
        let [high, low, close] = [bar.high, bar.low, bar.close].map(Price::to_f64);
        for (ema, weight) in self.emas.iter_mut().zip(EMA_WEIGHTS) {
            *ema += weight * (close - *ema);
        }
        let [ema_9, ema_20, ema_50, ema_200, fast, slow] = self.emas;
        let line = fast - slow;
        self.macd_signal += SIGNAL_WEIGHT * (line - self.macd_signal);
        let before = std::mem::replace(&mut self.close_before, close);
        let (rise, fall) = rise_and_fall(close - before);
        let moved = [rise, fall, true_range(high, low, before)];
        for (average, value) in self.wilder.iter_mut().zip(moved) {
            *average += WILDER_WEIGHT * (value - *average);
        }
        let [rises, falls, atr] = self.wilder;
        Faded {
            emas: [ema_9, ema_20, ema_50, ema_200].map(Some),
            rsi: Some(strength_index(rises, falls)),
            macd: Some(MacdValue {
                line,
                signal: Some(self.macd_signal),
                histogram: Some(line - self.macd_signal),
            }),
            atr: Some(atr),
        }
    }
}
