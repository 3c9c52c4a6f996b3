//! The indicators of a chart, all at once.

use market::{Bar, Price};
use serde::{Deserialize, Serialize};

use super::atr::true_range;
use super::rsi::{rise_and_fall, strength_index};
use super::smoother::{ema_weight, wilder_weight};
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
enum Averages {
    Warming(Box<Warming>),
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
    /// Wilder's of rises, falls and true ranges, then MACD's signal: those whose input is itself
    /// computed. Four, because an odd one would be read together with a neighbour that was written
    /// apart, and the processor waits for that.
    late: [f64; 4],
}

/// The four that are shown, then MACD's fast and slow one.
const EMA_LENGTHS: [u32; 6] = [9, 20, 50, 200, 12, 26];
const SIGNAL_LENGTH: u32 = 9;
const WILDER_LENGTH: u32 = 14;

const EMA_WEIGHTS: [f64; 6] = {
    let [a, b, c, d, e, f] = EMA_LENGTHS;
    [ema_weight(a), ema_weight(b), ema_weight(c), ema_weight(d), ema_weight(e), ema_weight(f)]
};
const LATE_WEIGHTS: [f64; 4] = {
    let wilder = wilder_weight(WILDER_LENGTH);
    [wilder, wilder, wilder, ema_weight(SIGNAL_LENGTH)]
};

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
            averages: Averages::Warming(Box::new(warming)),
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
        let Averages::Warm(warm) = &mut self.averages else { return self.warm_up(bar) };
        // First what takes longest: the processor works on the rest meanwhile.
        let vwap = self.vwap.handle_bar(bar);
        warm.handle_bar(bar, self.bollinger.handle_close(bar.close), vwap)
    }

    #[cold]
    fn warm_up(&mut self, bar: &Bar) -> IndicatorValues {
        let Averages::Warming(warming) = &mut self.averages else { return self.handle_bar(bar) };
        let bollinger = self.bollinger.handle_close(bar.close);
        let values = warming.handle_bar(bar, bollinger, self.vwap.handle_bar(bar));
        if let Some(warm) = warming.warm() {
            self.averages = Averages::Warm(warm);
        }
        values
    }

    /// What the figures would be if the forming bar ended as `bar` is now.
    pub fn peek(&self, bar: &Bar) -> IndicatorValues {
        self.clone().handle_bar(bar)
    }
}

impl Warming {
    fn handle_bar(
        &mut self,
        bar: &Bar,
        bollinger: Option<Bands>,
        vwap: Option<VwapValue>,
    ) -> IndicatorValues {
        let [high, low, close] = [bar.high, bar.low, bar.close].map(Price::to_f64);
        let [ema_9, ema_20, ema_50, ema_200] =
            self.emas.each_mut().map(|ema| ema.handle_close(close));
        IndicatorValues {
            ema_9,
            ema_20,
            ema_50,
            ema_200,
            rsi: self.rsi.handle_close(close),
            macd: self.macd.handle_close(close),
            bollinger,
            atr: self.atr.handle_bar(high, low, close),
            vwap,
        }
    }

    /// The averages alone, once all are known.
    fn warm(&self) -> Option<Warm> {
        let [ema_9, ema_20, ema_50, ema_200] = self.emas.each_ref().map(Ema::value);
        let [fast, slow, signal] = self.macd.known()?;
        let (rises, falls) = self.rsi.known()?;
        let (close_before, atr) = self.atr.known()?;
        Some(Warm {
            close_before,
            emas: [ema_9?, ema_20?, ema_50?, ema_200?, fast, slow],
            late: [rises, falls, atr, signal],
        })
    }
}

impl Warm {
    #[inline]
    fn handle_bar(
        &mut self,
        bar: &Bar,
        bollinger: Option<Bands>,
        vwap: Option<VwapValue>,
    ) -> IndicatorValues {
        let [high, low, close] = [bar.high, bar.low, bar.close].map(Price::to_f64);
        for (ema, weight) in self.emas.iter_mut().zip(EMA_WEIGHTS) {
            *ema += weight * (close - *ema);
        }
        let [ema_9, ema_20, ema_50, ema_200, fast, slow] = self.emas;
        let line = fast - slow;
        let before = std::mem::replace(&mut self.close_before, close);
        let (rise, fall) = rise_and_fall(close - before);
        let late = [rise, fall, true_range(high, low, before), line];
        for ((average, value), weight) in self.late.iter_mut().zip(late).zip(LATE_WEIGHTS) {
            *average += weight * (value - *average);
        }
        let [rises, falls, atr, signal] = self.late;
        IndicatorValues {
            ema_9: Some(ema_9),
            ema_20: Some(ema_20),
            ema_50: Some(ema_50),
            ema_200: Some(ema_200),
            rsi: Some(strength_index(rises, falls)),
            macd: Some(MacdValue { line, signal: Some(signal), histogram: Some(line - signal) }),
            bollinger,
            atr: Some(atr),
            vwap,
        }
    }
}
