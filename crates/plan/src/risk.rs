//! What a book of positions would gain if the market moved: over the underlying's price, volatility
//! and time at once.
//!
//! European legs are priced by Black's formula, a row of prices at a time. Of an American leg the
//! worth of early exercise is worked out at every second price and volatility and lies on a smooth
//! curve between them: it moves slowly, and costs a hundred times what the rest does.

use market::{ExerciseStyle, Moment, Right, Series, Span};
use quant::options::{
    Black, Delivery, PriceRow, Smile, american_price, early_exercise_premium, years_between,
};

use crate::carry::Carry;
use crate::scenario::VOLATILITY_MIN;
use crate::{Instrument, LegValue, Position};

/// Prices of the underlying in a grid, shifts of volatility, and moments.
pub const GRID: [usize; 3] = [41, 21, 12];

/// What a strike's volatility does when the underlying moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stickiness {
    /// It stays: "sticky strike".
    #[default]
    Strike,
    /// It becomes that of the strike that is now as far from the underlying: "sticky delta".
    Delta,
}

/// How a shift of volatility reaches the expiries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ShiftTerm {
    /// All of them alike.
    #[default]
    Parallel,
    /// As a shift of thirty days' volatility would: by √(30 ÷ days), at most three times as much.
    RootTime,
}

/// What is varied.
#[derive(Clone, Debug, PartialEq)]
pub struct RiskAxes {
    /// What the market gains: −0.1 is 10 % less. An underlying gains its beta times that.
    pub moves: Vec<f64>,
    /// What is added to volatilities: 0.01 is one vol point.
    pub shifts: Vec<f64>,
    /// When.
    pub times: Vec<Moment>,
}

/// Dollars that a book would gain, for everything that is varied.
#[derive(Clone, Debug, PartialEq)]
pub struct RiskGrid {
    axes: RiskAxes,
    /// By moment, shift and move.
    profits: Vec<f64>,
}

/// Positions as a model sees them.
#[derive(Clone, Debug, PartialEq)]
pub struct RiskBook {
    groups: Vec<RiskGroup>,
    rate: f64,
    at: Moment,
}

/// Legs that share their underlying and their end.
#[derive(Clone, Debug, PartialEq)]
struct RiskGroup {
    spot: f64,
    /// What the underlying gains for each part that the market gains.
    beta: f64,
    /// Nothing for shares.
    series: Option<Series>,
    carry: Carry,
    smile: Option<Smile>,
    legs: Vec<RiskLeg>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct RiskLeg {
    /// Dollars for each point of it.
    dollars: f64,
    strike: f64,
    right: Right,
    volatility: f64,
}

/// Every so many prices, and shifts of volatility, early exercise is worked out.
const ANCHORED: [usize; 2] = [2, 4];
/// The most that a shift is multiplied by for what ends soon.
const ROOT_TIME_MAX: f64 = 3.0;

impl RiskAxes {
    /// From `reach` below the market to as much above it, volatilities as far as `shift` down and
    /// up, and moments from `from` to `until`, in equal steps.
    pub fn new(reach: f64, shift: f64, (from, until): (Moment, Moment)) -> Self {
        let [moves, shifts, times] = GRID;
        let even = |reach: f64, count: usize| -> Vec<f64> {
            let middle = (count / 2) as f64;
            (0..count).map(|place| reach * (place as f64 - middle) / middle).collect()
        };
        let last = i64::try_from(times - 1).unwrap_or(1);
        let step = |place: i64| from + Span((until - from).0.max(0) / last * place);
        // Exactly at the end what ends there is over.
        let times = (0..last).map(step).chain([until.max(from)]).collect();
        Self { moves: even(reach, moves), shifts: even(shift, shifts), times }
    }
}

impl RiskBook {
    /// Nothing yet, at a moment; `rate` a year.
    pub fn new(rate: f64, at: Moment) -> Self {
        Self { groups: Vec::new(), rate, at }
    }

    /// Adds a position whose legs are known as `known` says, its underlying at `spot` with `beta`;
    /// `smile` gives what a series' volatilities look like. Nothing is added where an option that
    /// is not over has no volatility, whose name is the error.
    pub fn add(
        &mut self,
        position: &Position,
        known: &[LegValue],
        (spot, beta): (f64, f64),
        smile: impl Fn(Series) -> Option<Smile>,
    ) -> Result<(), Instrument> {
        let mut added = Vec::with_capacity(known.len());
        for (leg, known) in position.legs().iter().zip(known) {
            let dollars = leg.quantity as f64 * leg.instrument.multiplier();
            let Instrument::Option(contract) = leg.instrument else {
                let share =
                    RiskLeg { dollars, strike: 0.0, right: Right::Call, volatility: f64::NAN };
                added.push((None, Carry::Even(0.0), share));
                continue;
            };
            let years = years_between(self.at, contract.series.expires_at());
            let model = known.model.as_ref().filter(|_| 0.0 < years).ok_or(leg.instrument)?;
            let carry = Carry::of(model, years);
            let (strike, volatility) = (contract.strike.to_f64(), model.volatility);
            let option = RiskLeg { dollars, strike, right: contract.right, volatility };
            added.push((Some(contract.series), carry, option));
        }
        for (series, carry, leg) in added {
            let is_same = |group: &&mut RiskGroup| {
                group.series == series
                    && group.spot.to_bits() == spot.to_bits()
                    && group.beta.to_bits() == beta.to_bits()
            };
            match self.groups.iter_mut().find(is_same) {
                Some(group) => group.add(leg),
                None => self.groups.push(RiskGroup {
                    spot,
                    beta,
                    series,
                    carry,
                    smile: series.and_then(&smile),
                    legs: vec![leg],
                }),
            }
        }
        Ok(())
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// How many different contracts, and shares, it has.
    pub fn legs(&self) -> usize {
        self.groups.iter().map(|group| group.legs.len()).sum()
    }

    /// When its options end, soonest first, each moment once.
    pub fn ends(&self) -> Vec<Moment> {
        let series = self.groups.iter().filter_map(|group| group.series);
        let mut ends: Vec<Moment> = series.map(Series::expires_at).collect();
        ends.sort();
        ends.dedup();
        ends
    }

    /// What it would gain on what the model makes of it now, everywhere on the axes. What ended
    /// by then is worth what it pays where the underlying stands.
    pub fn grid(&self, axes: RiskAxes, stickiness: Stickiness, term: ShiftTerm) -> RiskGrid {
        let width = axes.moves.len();
        let mut profits = vec![-self.worth(); width * axes.shifts.len() * axes.times.len()];
        for group in &self.groups {
            let moved = Moved::new(group, &axes.moves, stickiness);
            for (time, at) in axes.times.iter().enumerate() {
                let from = time * axes.shifts.len() * width;
                let rows = &mut profits[from..from + axes.shifts.len() * width];
                let left = group.series.map(|series| years_between(*at, series.expires_at()));
                match left.filter(|years| 0.0 < *years) {
                    Some(years) => {
                        let shifts: Vec<f64> =
                            axes.shifts.iter().map(|one| one * term.times(years)).collect();
                        let delivery = group.carry.delivery(*at, years);
                        moved.price(group, (delivery, years), self.rate, &shifts, rows);
                    }
                    None => rows.chunks_mut(width).for_each(|row| moved.pay(group, row)),
                }
            }
        }
        RiskGrid { axes, profits }
    }

    /// What the model makes of it now, in dollars.
    fn worth(&self) -> f64 {
        let one = |group: &RiskGroup| -> f64 {
            let Some(series) = group.series else {
                return group.legs.iter().map(|leg| leg.dollars * group.spot).sum();
            };
            let years = years_between(self.at, series.expires_at());
            let forward = group.carry.delivery(self.at, years).forward(group.spot);
            let (spot, rate) = (group.spot, self.rate);
            let price = |leg: &RiskLeg| {
                let RiskLeg { strike, right, volatility, .. } = *leg;
                let black = Black { spot, forward, strike, years, rate, volatility };
                match series.terms().style {
                    ExerciseStyle::European => black.price(right),
                    ExerciseStyle::American => american_price(&black, right),
                }
            };
            group.legs.iter().map(|leg| leg.dollars * price(leg)).sum()
        };
        self.groups.iter().map(one).sum()
    }
}

impl RiskGrid {
    /// What was varied.
    pub fn axes(&self) -> &RiskAxes {
        &self.axes
    }

    /// Dollars gained by move, at one of the moments with one of the shifts.
    pub fn row(&self, time: usize, shift: usize) -> &[f64] {
        let width = self.axes.moves.len();
        let from = (time * self.axes.shifts.len() + shift) * width;
        &self.profits[from..from + width]
    }

    /// The greatest gain or loss at one of the moments, whichever is greater, in dollars.
    pub fn reach(&self, time: usize) -> f64 {
        let shifts = 0..self.axes.shifts.len();
        let profits = shifts.flat_map(|shift| self.row(time, shift));
        profits.fold(0.0, |most, one| one.abs().max(most))
    }

    /// The greatest loss at one of the moments, as dollars below nothing, and where: shift and
    /// move, the smallest that lose as much to the dollar. Nothing where nothing is lost.
    pub fn worst(&self, time: usize) -> Option<(f64, usize, usize)> {
        let [width, height] = [self.axes.moves.len(), self.axes.shifts.len()];
        let places = (0..height).flat_map(|shift| (0..width).map(move |place| (shift, place)));
        let profit = |(shift, place): (usize, usize)| self.row(time, shift)[place];
        let least = places.clone().map(profit).fold(0.0, f64::min);
        let away = |(shift, place): &(usize, usize)| {
            (place.abs_diff(width / 2), shift.abs_diff(height / 2))
        };
        let as_bad = places.filter(|place| profit(*place) < least + 1.0);
        let (shift, place) = as_bad.min_by_key(away).filter(|_| least < -1.0)?;
        Some((least, shift, place))
    }
}

impl ShiftTerm {
    fn times(self, years: f64) -> f64 {
        match self {
            Self::Parallel => 1.0,
            Self::RootTime => (30.0 / 365.0 / years).sqrt().min(ROOT_TIME_MAX),
        }
    }
}

impl RiskGroup {
    /// Adds to the same contract where it is held already.
    fn add(&mut self, leg: RiskLeg) {
        let is_same = |one: &&mut RiskLeg| {
            one.strike.to_bits() == leg.strike.to_bits() && one.right == leg.right
        };
        match self.legs.iter_mut().find(is_same) {
            Some(held) => held.dollars += leg.dollars,
            None => self.legs.push(leg),
        }
    }
}

/// Where a group's underlying would stand, and what its volatilities would do there.
struct Moved {
    spots: Vec<f64>,
    /// What is added to each leg's volatility by move; nothing where they stay.
    stirred: Vec<Vec<f64>>,
}

impl Moved {
    fn new(group: &RiskGroup, moves: &[f64], stickiness: Stickiness) -> Self {
        // An underlying with a high beta is not worth less than nothing.
        let factor = |by: &f64| (1.0 + group.beta * by).max(0.01);
        let factors: Vec<f64> = moves.iter().map(factor).collect();
        let stirred = |leg: &RiskLeg| match (&group.smile, stickiness) {
            (Some(smile), Stickiness::Delta) => {
                let here = smile.iv(leg.strike);
                let there = |factor: &f64| smile.iv(leg.strike / factor).zip(here);
                let by = |factor| there(factor).map_or(0.0, |(there, here)| there - here);
                factors.iter().map(by).collect()
            }
            _ => vec![0.0; factors.len()],
        };
        Self {
            spots: factors.iter().map(|factor| group.spot * factor).collect(),
            stirred: group.legs.iter().map(stirred).collect(),
        }
    }

    /// Adds what a group that is over pays, or what its shares are worth.
    fn pay(&self, group: &RiskGroup, row: &mut [f64]) {
        for (sum, spot) in row.iter_mut().zip(&self.spots) {
            let worth = |leg: &RiskLeg| match group.series {
                Some(_) => leg.dollars * leg.right.payoff(*spot, leg.strike),
                None => leg.dollars * spot,
            };
            *sum += group.legs.iter().map(worth).sum::<f64>();
        }
    }

    /// Adds what a group is worth `years` before its end, a row of moves for each shift.
    fn price(
        &self,
        group: &RiskGroup,
        (delivery, years): (Delivery, f64),
        rate: f64,
        shifts: &[f64],
        rows: &mut [f64],
    ) {
        let width = self.spots.len();
        let forwards: Vec<f64> = self.spots.iter().map(|spot| delivery.forward(*spot)).collect();
        let market = PriceRow::new(&forwards, years, rate);
        let is_american =
            group.series.is_some_and(|one| one.terms().style == ExerciseStyle::American);
        let mut volatilities = vec![0.0; width];
        for (leg, stirred) in group.legs.iter().zip(&self.stirred) {
            let option = market.option(leg.strike, leg.right);
            for (shift, row) in shifts.iter().zip(rows.chunks_mut(width)) {
                for (one, stirred) in volatilities.iter_mut().zip(stirred) {
                    *one = (leg.volatility + stirred + shift).max(VOLATILITY_MIN);
                }
                option.add_prices(&volatilities, leg.dollars, row);
            }
            if is_american {
                let early = |place: usize, shift: f64| {
                    let volatility = (leg.volatility + stirred[place] + shift).max(VOLATILITY_MIN);
                    let (spot, forward) = (self.spots[place], forwards[place]);
                    let black =
                        Black { spot, forward, strike: leg.strike, years, rate, volatility };
                    leg.dollars * early_exercise_premium(&black, leg.right)
                };
                add_between_anchors(early, width, shifts, rows);
            }
        }
    }
}

/// Adds to every row what `of` tells at every so many places and shifts, smoothly in between.
fn add_between_anchors(
    of: impl Fn(usize, f64) -> f64,
    width: usize,
    shifts: &[f64],
    rows: &mut [f64],
) {
    let (columns, lines) = (anchors(width, ANCHORED[0]), anchors(shifts.len(), ANCHORED[1]));
    let across = |line: &usize| -> Vec<f64> {
        let known: Vec<f64> = columns.iter().map(|column| of(*column, shifts[*line])).collect();
        (0..width).map(|column| between(&columns, &known, column)).collect()
    };
    let known: Vec<Vec<f64>> = lines.iter().map(across).collect();
    let mut down = vec![0.0; lines.len()];
    for (line, row) in rows.chunks_mut(width).enumerate() {
        for (column, sum) in row.iter_mut().enumerate() {
            for (one, row) in down.iter_mut().zip(&known) {
                *one = row[column];
            }
            *sum += between(&lines, &down, line);
        }
    }
}

/// Every so many of `count` places, and the last.
fn anchors(count: usize, every: usize) -> Vec<usize> {
    let last = count.saturating_sub(1);
    (0..last).step_by(every).chain([last]).collect()
}

/// What lies at a place, by what is known at anchors: a cubic between two of them that goes through
/// both as steeply as from their neighbours to each other (Catmull and Rom).
fn between(anchors: &[usize], known: &[f64], place: usize) -> f64 {
    let left = anchors.partition_point(|one| *one <= place) - 1;
    let Some(next) = anchors.get(left + 1) else { return known[left] };
    let part = (place - anchors[left]) as f64 / (next - anchors[left]) as f64;
    let (a, b) = (known[left], known[left + 1]);
    let before = if left == 0 { 2.0 * a - b } else { known[left - 1] };
    let after = known.get(left + 2).copied().unwrap_or(2.0 * b - a);
    let (rise, bend) = (b - before, 2.0 * before - 5.0 * a + 4.0 * b - after);
    let twist = 3.0 * (a - b) + after - before;
    a + 0.5 * part * (rise + part * (bend + part * twist))
}
