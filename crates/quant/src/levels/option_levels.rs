//! Levels that options make: walls, the flip, and how far today was expected to go. They come from
//! quotes and open interest, not from prints, and so stand beside [`super::Books`], not in them.

use market::{Moment, Series, TradingDate, format};
use serde::{Deserialize, Serialize};

use super::explain::{number, text};
use super::{Absence, Explanation, Input, Level, LevelId, LevelSource, Standing, Touches};
use crate::options::{
    Dealers, ExpectedMove, ExposureBook, ExposureScope, OpenSeries, Wander, years_between,
};

/// Levels that options on an underlying make, as of a moment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct OptionLevels {
    /// When the options were looked at.
    pub as_of: Moment,
    /// The date that open interest is of.
    pub open_interest_of: TradingDate,
    /// The strike with the greatest gamma of calls.
    pub call_wall: Option<Wall>,
    /// The strike with the greatest gamma of puts.
    pub put_wall: Option<Wall>,
    /// All gamma of dealers, in dollars for a move of 1 %.
    pub gamma: f64,
    /// The nearest price at which that changes its sign; nothing within a tenth.
    pub flip: Option<f64>,
    /// How far today was expected to go; nothing before it was priced.
    pub range: Option<ExpectedRange>,
    /// What chances are told from; nothing without a volatility at the money.
    pub ending: Option<Ending>,
}

/// A strike that stands out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wall {
    /// Points.
    pub strike: f64,
    /// Gamma there, in dollars for a move of 1 %; below 0 where dealers are short of it.
    pub gamma: f64,
}

/// How far an underlying was expected to go.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExpectedRange {
    /// Until which series ends.
    pub series: Series,
    /// When it was priced.
    pub at: Moment,
    /// The underlying's price then.
    pub spot: f64,
    /// Up or down, in points.
    pub moved: ExpectedMove,
}

/// The series that ends next, as chances are told from it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ending {
    /// Which.
    pub series: Series,
    /// Its forward, as a part of spot.
    pub carry: f64,
    /// Its volatility at the money, a fraction a year by the calendar.
    pub volatility: f64,
}

impl OptionLevels {
    /// The levels of everything that is open on an underlying at `spot`: dealers taken to be long
    /// calls and short puts, in every series, soonest first.
    pub fn new(
        (rate, spot): (f64, f64),
        as_of: Moment,
        open_interest_of: TradingDate,
        series: &[OpenSeries],
        range: Option<ExpectedRange>,
    ) -> Self {
        let (scope, dealers) = (ExposureScope::All, Dealers::default());
        let book = ExposureBook::new(rate, spot, series);
        let exposure = book.exposure(scope, dealers, spot, as_of);
        let profile = book.gamma_profile(scope, dealers, spot, as_of);
        let wall = |strike: Option<f64>, side: usize| {
            let strike = strike?;
            let row = exposure.strikes.iter().find(|one| one.strike == strike)?;
            Some(Wall { strike, gamma: row.gamma[side] })
        };
        let next = series.iter().filter(|one| as_of < one.series.expires_at());
        let ending = next.filter_map(|one| {
            let volatility = one.iv_at_the_money?;
            Some(Ending { series: one.series, carry: one.carry, volatility })
        });
        Self {
            as_of,
            open_interest_of,
            call_wall: wall(exposure.call_wall, 0),
            put_wall: wall(exposure.put_wall, 1),
            gamma: exposure.gamma,
            flip: book.flips(scope, dealers, &profile, spot, as_of).first().copied(),
            range,
            ending: ending.into_iter().next(),
        }
    }

    /// The levels, in no order.
    pub fn levels(&self) -> impl Iterator<Item = Level> {
        LevelId::OF_OPTIONS.into_iter().filter_map(|id| {
            let is_range = matches!(id, LevelId::ExpectedHigh | LevelId::ExpectedLow);
            Some(Level {
                id,
                price: self.price(id)?,
                standing: if is_range { Standing::Final } else { Standing::Forming },
                source: LevelSource::Own,
                as_of: self.range.filter(|_| is_range).map_or(self.as_of, |range| range.at),
                // Nobody counts them: a wall moves from strike to strike.
                touches: Touches::default(),
            })
        })
    }

    fn price(&self, id: LevelId) -> Option<f64> {
        match id {
            LevelId::CallWall => Some(self.call_wall?.strike),
            LevelId::PutWall => Some(self.put_wall?.strike),
            LevelId::GammaFlip => self.flip,
            LevelId::ExpectedHigh => self.range.map(|range| range.spot + range.moved.straddle),
            LevelId::ExpectedLow => self.range.map(|range| range.spot - range.moved.straddle),
            _ => None,
        }
        .filter(|price| price.is_finite())
    }

    /// What chances are told from, with the underlying at `spot` at a moment: nothing when the next
    /// series has ended meanwhile.
    pub fn wander(&self, spot: f64, at: Moment) -> Option<Wander> {
        let Ending { series, carry, volatility } = self.ending?;
        let years = years_between(at, series.expires_at());
        (0.0 < years).then_some(Wander { spot, forward: spot * carry, volatility, years })
    }

    /// What is missing, and why.
    pub fn absent(&self) -> Vec<Absence> {
        let mut absent = Vec::new();
        let mut say = |name: &str, why: &str| {
            absent.push(Absence { name: name.to_owned(), why: why.to_owned() });
        };
        if self.call_wall.is_none() || self.put_wall.is_none() {
            say("Walls", "no option with a volatility is held, as far as the feed tells");
        }
        if self.flip.is_none() {
            say("Flip", "dealers' gamma does not change its sign within 10 % of the price");
        }
        if self.range.is_none() {
            say("EM+, EM−", "it is priced from the quotes of the session's second minute");
        }
        if self.ending.is_none() {
            say("Odds, σ", "the next options to end have no volatility at the money");
        }
        absent
    }

    /// How one of the levels is computed; nothing for any other, or one that is missing.
    pub fn explain(&self, id: LevelId) -> Option<Explanation> {
        let level = self.levels().find(|level| level.id == id)?;
        let (inputs, note) = match id {
            LevelId::ExpectedHigh | LevelId::ExpectedLow => range_inputs(&self.range?),
            _ => self.gamma_inputs(id),
        };
        Some(Explanation::of(&level, inputs, note))
    }

    fn gamma_inputs(&self, id: LevelId) -> (Vec<Input>, String) {
        let at = Some(self.as_of);
        let mut inputs = vec![text("open interest of", self.open_interest_of.to_string())];
        let wall = match id {
            LevelId::CallWall => self.call_wall,
            LevelId::PutWall => self.put_wall,
            _ => None,
        };
        let there = wall.map(|wall| ("gamma at the strike", wall.gamma));
        let (name, gamma) = there.unwrap_or(("gamma at today's price", self.gamma));
        inputs
            .push(Input { as_of: at, ..text(name, format!("{} per 1 %", format::dollars(gamma))) });
        let note = "Dealers are taken to be long calls and short puts; the GEX screen has other \
                    assumptions, single expiries and every strike.";
        (inputs, note.to_owned())
    }
}

fn range_inputs(range: &ExpectedRange) -> (Vec<Input>, String) {
    let ExpectedRange { series, at, spot, moved } = *range;
    let at = Some(at);
    let inputs = vec![
        text("series", series.slug()),
        number("price then", spot, at),
        number("0.85 × straddle at the money", moved.straddle, at),
        number("one σ, for comparison", moved.deviation, at),
    ];
    (inputs, "It stands for the rest of the day.".to_owned())
}
