//! What a level is: its name, price, source, standing and touches.

use market::{Moment, Price, Print, Symbol};
use serde::{Deserialize, Serialize};

/// Which earlier period a level comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Periods {
    /// The previous trading day.
    Day,
    /// The previous trading week.
    Week,
    /// The previous calendar month.
    Month,
}

/// The name of a level. Ordered as the screen lists groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LevelId {
    /// High of the previous period: PDH, PWH, PMoH.
    PriorHigh(Periods),
    /// Low of the previous period: PDL, PWL, PMoL.
    PriorLow(Periods),
    /// Close of the previous period: PDC, PWC, PMoC.
    PriorClose(Periods),
    /// Today's pre-market high, PMH.
    PreMarketHigh,
    /// Today's pre-market low, PML.
    PreMarketLow,
    /// Overnight high, ONH (18:00–09:30, where the feed has it).
    OvernightHigh,
    /// Overnight low, ONL.
    OvernightLow,
    /// Today's regular open.
    Open,
    /// Opening range high of the first n minutes: 5, 15 or 30.
    OpeningRangeHigh(u8),
    /// Opening range low of the first n minutes.
    OpeningRangeLow(u8),
    /// Initial balance high: the first hour's.
    InitialBalanceHigh,
    /// Initial balance low.
    InitialBalanceLow,
    /// Today's regular high so far.
    HighOfDay,
    /// Today's regular low so far.
    LowOfDay,
    /// Standard pivot of a period: 0 is P, +n is Rn, −n is Sn.
    Pivot(Periods, i8),
    /// Fibonacci pivot: +n is R n, −n is S n (P is the standard one).
    Fibonacci(i8),
    /// Camarilla: +n is H n, −n is L n, n from 1 to 4.
    Camarilla(i8),
    /// Woodie: 0 is P, ±1, ±2.
    Woodie(i8),
    /// DeMark: 0 is P, ±1.
    DeMark(i8),
    /// Central pivot range, top.
    CprTop,
    /// Central pivot range, bottom.
    CprBottom,
    /// Volume-weighted average price of the session: 0, or ±n standard deviations.
    Vwap(i8),
    /// Point of control of the session's volume profile.
    PointOfControl,
    /// Value area high (70 % of volume).
    ValueAreaHigh,
    /// Value area low.
    ValueAreaLow,
    /// Exponential average of daily closes over n days.
    DailyEma(u16),
    /// Exponential average of weekly closes over n weeks.
    WeeklyEma(u16),
    /// Previous close plus one ATR(14).
    AtrUp,
    /// Previous close minus one ATR(14).
    AtrDown,
    /// A round number; the price itself, in ten-thousandths, is its name.
    Round(i64),
    /// The strike with the greatest gamma of calls.
    CallWall,
    /// The strike with the greatest gamma of puts.
    PutWall,
    /// Where dealers' gamma changes its sign.
    GammaFlip,
    /// As far up as today's options expected when the session began.
    ExpectedHigh,
    /// As far down.
    ExpectedLow,
}

/// What a level means to somebody who trades around it; decides its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LevelRole {
    /// A high, or an R: where rises ended.
    Resistance,
    /// A low, or an S: where falls ended.
    Support,
    /// A middle: pivots, closes, averages, round numbers.
    Pivot,
    /// Volume-weighted average price and its bands.
    Vwap,
}

/// Whether a level can still move today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// Fixed for the rest of the session.
    Final,
    /// Still moves with prints.
    Forming,
}

/// Whose prints a level was computed from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum LevelSource {
    /// The symbol's own.
    Own,
    /// A fund's that stands in for an index, times the ratio of the two.
    Via {
        /// The fund.
        proxy: Symbol,
        /// Index ÷ fund that was used.
        ratio: f64,
        /// Half width of the error band in index points: one standard deviation of the one-minute
        /// ratio × the fund's price. Nothing while fewer than two common minutes are known.
        band: Option<f64>,
    },
}

/// How often price came back to a level today.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touches {
    /// How many times.
    pub count: u32,
    /// When last.
    pub last_at: Option<Moment>,
}

/// One level as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// Its name.
    pub id: LevelId,
    /// Where it is, in dollars or index points; finite.
    pub price: f64,
    /// Whether it can still move today.
    pub standing: Standing,
    /// Whose prints it was computed from.
    pub source: LevelSource,
    /// The time of the newest input.
    pub as_of: Moment,
    /// How often price came back to it today.
    pub touches: Touches,
}

/// A touch, told by whoever saw the prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TouchEvent {
    /// Of which level.
    pub id: LevelId,
    /// When.
    pub at: Moment,
}

/// What happened to a suspect print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum QuarantineEvent {
    /// Held back: too far from the market to be believed alone.
    Held(Print),
    /// Believed after all: others followed close by. Its price counts from now on.
    Confirmed {
        /// The print that was held.
        print: Print,
        /// When the confirming print came.
        at: Moment,
    },
}

impl LevelId {
    /// Those that come from options, not from prints.
    pub const OF_OPTIONS: [Self; 5] =
        [Self::CallWall, Self::PutWall, Self::GammaFlip, Self::ExpectedHigh, Self::ExpectedLow];

    /// The name traders write: `PDH`, `R1`, `VWAP+1σ`, `EMA20 D`.
    pub fn name(self) -> String {
        let side = |n: i8, up: &str, down: &str| match n {
            0 => "P".to_owned(),
            n if 0 < n => format!("{up}{n}"),
            n => format!("{down}{}", -i16::from(n)),
        };
        let period = |period, day: &str, week: &str, month: &str| match period {
            Periods::Day => day.to_owned(),
            Periods::Week => week.to_owned(),
            Periods::Month => month.to_owned(),
        };
        match self {
            Self::PriorHigh(which) => period(which, "PDH", "PWH", "PMoH"),
            Self::PriorLow(which) => period(which, "PDL", "PWL", "PMoL"),
            Self::PriorClose(which) => period(which, "PDC", "PWC", "PMoC"),
            Self::PreMarketHigh => "PMH".to_owned(),
            Self::PreMarketLow => "PML".to_owned(),
            Self::OvernightHigh => "ONH".to_owned(),
            Self::OvernightLow => "ONL".to_owned(),
            Self::Open => "Open".to_owned(),
            Self::OpeningRangeHigh(minutes) => format!("ORH {minutes}"),
            Self::OpeningRangeLow(minutes) => format!("ORL {minutes}"),
            Self::InitialBalanceHigh => "IBH".to_owned(),
            Self::InitialBalanceLow => "IBL".to_owned(),
            Self::HighOfDay => "HOD".to_owned(),
            Self::LowOfDay => "LOD".to_owned(),
            Self::Pivot(which, n) => {
                format!("{}{}", period(which, "", "w", "m"), side(n, "R", "S"))
            }
            Self::Fibonacci(n) => format!("F{}", side(n, "R", "S")),
            Self::Camarilla(n) => format!("Cam {}", side(n, "H", "L")),
            Self::Woodie(n) => format!("W{}", side(n, "R", "S")),
            Self::DeMark(n) => format!("DM {}", side(n, "R", "S")),
            Self::CprTop => "TC".to_owned(),
            Self::CprBottom => "BC".to_owned(),
            Self::Vwap(0) => "VWAP".to_owned(),
            Self::Vwap(n) => {
                let sign = if 0 < n { '+' } else { '\u{2212}' };
                format!("VWAP{sign}{}σ", n.unsigned_abs())
            }
            Self::PointOfControl => "POC".to_owned(),
            Self::ValueAreaHigh => "VAH".to_owned(),
            Self::ValueAreaLow => "VAL".to_owned(),
            Self::DailyEma(days) => format!("EMA{days} D"),
            Self::WeeklyEma(weeks) => format!("EMA{weeks} W"),
            Self::AtrUp => "ATR+".to_owned(),
            Self::AtrDown => "ATR\u{2212}".to_owned(),
            Self::Round(units) => Price::from_units(units)
                .map_or_else(|_| units.to_string(), |price| format!("{:.0}", price.to_f64())),
            Self::CallWall => "Call wall".to_owned(),
            Self::PutWall => "Put wall".to_owned(),
            Self::GammaFlip => "Flip".to_owned(),
            Self::ExpectedHigh => "EM+".to_owned(),
            Self::ExpectedLow => "EM\u{2212}".to_owned(),
        }
    }

    /// What it means to a trader; decides its colour.
    pub fn role(self) -> LevelRole {
        match self {
            Self::PriorHigh(_)
            | Self::PreMarketHigh
            | Self::OvernightHigh
            | Self::OpeningRangeHigh(_)
            | Self::InitialBalanceHigh
            | Self::HighOfDay
            | Self::ValueAreaHigh
            | Self::AtrUp
            | Self::CallWall
            | Self::ExpectedHigh => LevelRole::Resistance,
            Self::PriorLow(_)
            | Self::PreMarketLow
            | Self::OvernightLow
            | Self::OpeningRangeLow(_)
            | Self::InitialBalanceLow
            | Self::LowOfDay
            | Self::ValueAreaLow
            | Self::AtrDown
            | Self::PutWall
            | Self::ExpectedLow => LevelRole::Support,
            Self::Vwap(_) => LevelRole::Vwap,
            _ => LevelRole::Pivot,
        }
    }
}
