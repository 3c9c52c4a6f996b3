//! Levels that traders switch on and off together.

use super::{LevelId, Periods};

/// Levels that traders switch on and off together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LevelGroup {
    /// Yesterday's high, low and close.
    PriorDay,
    /// Last week's.
    PriorWeek,
    /// Last month's.
    PriorMonth,
    /// Pre-market and overnight.
    Overnight,
    /// Today's open, high and low.
    Today,
    /// Opening ranges and the initial balance.
    OpeningRange,
    /// VWAP and its bands.
    Vwap,
    /// Point of control and value area.
    Profile,
    /// Previous close plus and minus one ATR.
    Atr,
    /// Standard pivots of the day.
    DayPivots,
    /// Standard pivots of the week.
    WeekPivots,
    /// Standard pivots of the month.
    MonthPivots,
    /// Fibonacci pivots.
    Fibonacci,
    /// Camarilla pivots.
    Camarilla,
    /// Woodie's pivots.
    Woodie,
    /// DeMark's pivots.
    DeMark,
    /// The central pivot range.
    Cpr,
    /// Averages of days and weeks.
    Averages,
    /// Round numbers.
    Round,
    /// Walls, the flip and the expected move.
    Options,
}

impl LevelGroup {
    /// Its place in [`LevelGroup::ALL`].
    pub fn place(self) -> u8 {
        self as u8
    }

    /// Every group, in the order in which traders look for them.
    pub const ALL: [Self; 20] = [
        Self::PriorDay,
        Self::PriorWeek,
        Self::PriorMonth,
        Self::Overnight,
        Self::Today,
        Self::OpeningRange,
        Self::Vwap,
        Self::Profile,
        Self::Atr,
        Self::DayPivots,
        Self::WeekPivots,
        Self::MonthPivots,
        Self::Fibonacci,
        Self::Camarilla,
        Self::Woodie,
        Self::DeMark,
        Self::Cpr,
        Self::Averages,
        Self::Round,
        Self::Options,
    ];

    /// The field's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::PriorDay => "Prior day",
            Self::PriorWeek => "Prior week",
            Self::PriorMonth => "Prior month",
            Self::Overnight => "Pre-market, overnight",
            Self::Today => "Open, HOD, LOD",
            Self::OpeningRange => "Opening range",
            Self::Vwap => "VWAP",
            Self::Profile => "Volume profile",
            Self::Atr => "ATR",
            Self::DayPivots => "Daily pivots",
            Self::WeekPivots => "Weekly pivots",
            Self::MonthPivots => "Monthly pivots",
            Self::Fibonacci => "Fibonacci",
            Self::Camarilla => "Camarilla",
            Self::Woodie => "Woodie",
            Self::DeMark => "DeMark",
            Self::Cpr => "CPR",
            Self::Averages => "EMAs",
            Self::Round => "Round numbers",
            Self::Options => "Walls, flip, EM",
        }
    }
}

impl LevelId {
    /// What it is switched on and off with.
    pub fn group(self) -> LevelGroup {
        match self {
            Self::PriorHigh(period) | Self::PriorLow(period) | Self::PriorClose(period) => {
                match period {
                    Periods::Day => LevelGroup::PriorDay,
                    Periods::Week => LevelGroup::PriorWeek,
                    Periods::Month => LevelGroup::PriorMonth,
                }
            }
            Self::PreMarketHigh | Self::PreMarketLow | Self::OvernightHigh | Self::OvernightLow => {
                LevelGroup::Overnight
            }
            Self::Open | Self::HighOfDay | Self::LowOfDay => LevelGroup::Today,
            Self::OpeningRangeHigh(_)
            | Self::OpeningRangeLow(_)
            | Self::InitialBalanceHigh
            | Self::InitialBalanceLow => LevelGroup::OpeningRange,
            Self::Pivot(Periods::Day, _) => LevelGroup::DayPivots,
            Self::Pivot(Periods::Week, _) => LevelGroup::WeekPivots,
            Self::Pivot(Periods::Month, _) => LevelGroup::MonthPivots,
            Self::Fibonacci(_) => LevelGroup::Fibonacci,
            Self::Camarilla(_) => LevelGroup::Camarilla,
            Self::Woodie(_) => LevelGroup::Woodie,
            Self::DeMark(_) => LevelGroup::DeMark,
            Self::CprTop | Self::CprBottom => LevelGroup::Cpr,
            Self::Vwap(_) => LevelGroup::Vwap,
            Self::PointOfControl | Self::ValueAreaHigh | Self::ValueAreaLow => LevelGroup::Profile,
            Self::DailyEma(_) | Self::WeeklyEma(_) => LevelGroup::Averages,
            Self::AtrUp | Self::AtrDown => LevelGroup::Atr,
            Self::Round(_) => LevelGroup::Round,
            Self::CallWall
            | Self::PutWall
            | Self::GammaFlip
            | Self::ExpectedHigh
            | Self::ExpectedLow => LevelGroup::Options,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_stands_at_its_place() {
        for (place, group) in (0..).zip(LevelGroup::ALL) {
            assert_eq!(group.place(), place, "{}", group.name());
        }
    }
}
