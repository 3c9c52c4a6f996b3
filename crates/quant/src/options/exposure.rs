//! What dealers are taken to hold, and have to trade when the underlying moves: gamma and delta by
//! strike, walls, the flip, max pain and put–call ratios.
//!
//! Open interest does not say who holds it. Which side dealers are on is an assumption that every
//! figure names ([`Dealers`]). Gamma is the European formula's, of early exercise too.

use std::fmt;
use std::str::FromStr;

use market::{Moment, Right, Series};

use super::clock::years_between;
use super::{Slice, SliceGreeks, SliceMarket};

/// A contract that somebody holds.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct OpenContract {
    /// Points.
    pub strike: f64,
    /// Call or put.
    pub right: Right,
    /// Contracts, as of the evening before.
    pub open_interest: u32,
    /// Contracts traded today.
    pub volume: u32,
    /// The volatility that its price implies, a fraction a year.
    pub iv: Option<f64>,
    /// The vendor's, to compare with; only out of the money, where smiles are.
    pub vendor_iv: Option<f32>,
}

/// The contracts of a series.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct OpenSeries {
    /// Which.
    pub series: Series,
    /// The forward, as a part of spot.
    pub carry: f64,
    /// The volatility at the money, a fraction a year.
    pub iv_at_the_money: Option<f64>,
    /// In any order.
    pub contracts: Vec<OpenContract>,
}

/// Which side of open interest dealers are taken to be on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dealers {
    /// Investors write calls on what they own, and buy puts against its fall. The usual assumption.
    #[default]
    LongCallsShortPuts,
    /// Investors buy both.
    ShortBoth,
    /// Investors buy calls, and write puts for their premium.
    ShortCallsLongPuts,
}

/// Which series count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExposureScope {
    /// Every one.
    #[default]
    All,
    /// Those that end today.
    Today,
    /// A single one.
    One(Series),
}

/// Exposure of dealers at one strike. Calls and puts apart, each with its sign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StrikeExposure {
    /// Points.
    pub strike: f64,
    /// Dollars of underlying that dealers have to sell when it rises by 1 % (to buy, where less
    /// than nothing): gamma × open interest × multiplier × spot² × 0.01, calls and puts.
    pub gamma: [f64; 2],
    /// Dollars of underlying that dealers hold through them: delta × open interest × multiplier ×
    /// spot.
    pub delta: [f64; 2],
    /// Contracts.
    pub open_interest: [u64; 2],
}

/// What dealers are taken to hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exposure {
    /// By strike, lowest first.
    pub strikes: Vec<StrikeExposure>,
    /// The sum over all strikes, dollars for a move of 1 %.
    pub gamma: f64,
    /// The sum over all strikes, dollars.
    pub delta: f64,
    /// The strike with the greatest gamma of calls, whatever its sign.
    pub call_wall: Option<f64>,
    /// The strike with the greatest gamma of puts, whatever its sign.
    pub put_wall: Option<f64>,
    /// Puts ÷ calls, by contracts traded today.
    pub put_call_volume: Option<f64>,
    /// Puts ÷ calls, by open interest.
    pub put_call_open_interest: Option<f64>,
}

/// Everything that is open on an underlying, ready to be valued at any spot.
#[derive(Clone, Debug)]
pub struct ExposureBook {
    rate: f64,
    multiplier: f64,
    series: Vec<Held>,
}

#[derive(Clone, Debug)]
struct Held {
    series: Series,
    expires_at: Moment,
    carry: f64,
    contracts: Vec<OpenContract>,
    slice: Slice,
}

impl Dealers {
    /// Every assumption, the usual one first.
    pub const ALL: [Self; 3] =
        [Self::LongCallsShortPuts, Self::ShortBoth, Self::ShortCallsLongPuts];

    /// 1 where dealers are long, −1 where they are short.
    pub const fn side(self, right: Right) -> f64 {
        match (self, right) {
            (Self::LongCallsShortPuts, Right::Call) | (Self::ShortCallsLongPuts, Right::Put) => 1.0,
            _ => -1.0,
        }
    }
}

/// A text that names no assumption and no series.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadExposure {
    /// Not an assumption.
    #[error(
        "`{0}` is no side: dealers are `long-calls-short-puts`, `short-both` or \
         `short-calls-long-puts`"
    )]
    Dealers(String),
    /// Not what counts.
    #[error("`{0}` is no scope: `all`, `today` or a series as in `SPXW-2026-11-20`")]
    Scope(String),
}

impl fmt::Display for Dealers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::LongCallsShortPuts => "long-calls-short-puts",
            Self::ShortBoth => "short-both",
            Self::ShortCallsLongPuts => "short-calls-long-puts",
        })
    }
}

impl FromStr for Dealers {
    type Err = BadExposure;

    /// Reads what [`Dealers`] is written as; nothing is the usual assumption.
    fn from_str(text: &str) -> Result<Self, BadExposure> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let known = Self::ALL.into_iter().find(|one| one.to_string() == text);
        known.ok_or_else(|| BadExposure::Dealers(text.chars().take(24).collect()))
    }
}

impl ExposureScope {
    /// Whether a series counts at a moment: what ended is nobody's.
    pub fn counts(self, series: Series, at: Moment) -> bool {
        at < series.expires_at()
            && match self {
                Self::All => true,
                Self::Today => series.last_day().date == at.wall_time().date,
                Self::One(one) => one == series,
            }
    }
}

impl fmt::Display for ExposureScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.pad("all"),
            Self::Today => f.pad("today"),
            Self::One(series) => f.pad(&series.slug()),
        }
    }
}

impl FromStr for ExposureScope {
    type Err = BadExposure;

    /// Reads what [`ExposureScope`] is written as; nothing is every series.
    fn from_str(text: &str) -> Result<Self, BadExposure> {
        match text {
            "" | "all" => Ok(Self::All),
            "today" => Ok(Self::Today),
            series => {
                let refused = |_| BadExposure::Scope(text.chars().take(24).collect());
                Ok(Self::One(series.parse().map_err(refused)?))
            }
        }
    }
}

impl ExposureBook {
    /// Contracts of an underlying near `spot`. Those that nobody holds only count by their volume;
    /// those without a volatility have no gamma here.
    pub fn new(rate: f64, spot: f64, series: &[OpenSeries]) -> Self {
        let multiplier = series.first().map_or(0, |one| one.series.terms().multiplier);
        let hold = |one: &OpenSeries| {
            let contracts = &one.contracts;
            let mut slice = Slice::new(spot, contracts.iter().map(|one| (one.strike, one.right)));
            for (place, contract) in contracts.iter().enumerate() {
                slice.set_volatility(place, contract.iv.unwrap_or(f64::NAN));
            }
            Held {
                series: one.series,
                expires_at: one.series.expires_at(),
                carry: one.carry,
                contracts: contracts.clone(),
                slice,
            }
        };
        Self { rate, multiplier: f64::from(multiplier), series: series.iter().map(hold).collect() }
    }

    /// The series that count at a moment: what ended is nobody's.
    fn in_scope(&self, scope: ExposureScope, at: Moment) -> impl Iterator<Item = &Held> {
        self.series.iter().filter(move |held| scope.counts(held.series, at))
    }

    /// Gamma, delta and walls with the underlying at `spot`, each contract's volatility as it is.
    pub fn exposure(
        &self,
        scope: ExposureScope,
        dealers: Dealers,
        spot: f64,
        at: Moment,
    ) -> Exposure {
        let mut strikes: Vec<StrikeExposure> = Vec::new();
        let (mut volume, mut open) = ([0_u64; 2], [0_u64; 2]);
        let mut greeks = SliceGreeks::default();
        for held in self.in_scope(scope, at) {
            held.value(self.rate, spot, at, &mut greeks);
            for (place, contract) in held.contracts.iter().enumerate() {
                let side = usize::from(contract.right == Right::Put);
                volume[side] += u64::from(contract.volume);
                open[side] += u64::from(contract.open_interest);
                let of = greeks.of(place);
                let held = f64::from(contract.open_interest) * self.multiplier * spot;
                let held = dealers.side(contract.right) * held;
                let mut row = StrikeExposure {
                    strike: contract.strike,
                    gamma: [0.0; 2],
                    delta: [0.0; 2],
                    open_interest: [0; 2],
                };
                row.open_interest[side] = u64::from(contract.open_interest);
                if of.gamma.is_finite() {
                    row.gamma[side] = held * spot * 0.01 * of.gamma;
                    row.delta[side] = held * of.delta;
                }
                strikes.push(row);
            }
        }
        let strikes = by_strike(strikes);
        let sum = |figure: fn(&StrikeExposure) -> f64| strikes.iter().map(figure).sum();
        let wall = |side: usize| {
            let greatest =
                strikes.iter().max_by(|a, b| a.gamma[side].abs().total_cmp(&b.gamma[side].abs()));
            greatest.filter(|one| one.gamma[side] != 0.0).map(|one| one.strike)
        };
        let ratio = |[calls, puts]: [u64; 2]| (0 < calls).then(|| puts as f64 / calls as f64);
        Exposure {
            gamma: sum(|one| one.gamma[0] + one.gamma[1]),
            delta: sum(|one| one.delta[0] + one.delta[1]),
            call_wall: wall(0),
            put_wall: wall(1),
            put_call_volume: ratio(volume),
            put_call_open_interest: ratio(open),
            strikes,
        }
    }

    /// All gamma of dealers with the underlying at `spot`: dollars for a move of 1 %.
    pub fn gamma_at(&self, scope: ExposureScope, dealers: Dealers, spot: f64, at: Moment) -> f64 {
        let mut greeks = SliceGreeks::default();
        let mut sum = 0.0;
        for held in self.in_scope(scope, at) {
            held.value(self.rate, spot, at, &mut greeks);
            for (place, contract) in held.contracts.iter().enumerate() {
                let gamma = greeks.of(place).gamma;
                if gamma.is_finite() {
                    let open = f64::from(contract.open_interest);
                    sum += dealers.side(contract.right) * open * gamma;
                }
            }
        }
        sum * self.multiplier * spot * spot * 0.01
    }

    /// All gamma over spots from a tenth below `spot` to a tenth above it, lowest first, with the
    /// volatility of each contract as it is: pairs of spot and dollars for a move of 1 %.
    pub fn gamma_profile(
        &self,
        scope: ExposureScope,
        dealers: Dealers,
        spot: f64,
        at: Moment,
    ) -> Vec<(f64, f64)> {
        let steps = -PROFILE_STEPS..=PROFILE_STEPS;
        let reach = 0.1 / f64::from(PROFILE_STEPS);
        steps
            .map(|step| {
                let there = spot * (1.0 + reach * f64::from(step));
                (there, self.gamma_at(scope, dealers, there, at))
            })
            .collect()
    }

    /// Where a profile's gamma changes its sign, the nearest to `spot` first. None where it never
    /// does within a tenth.
    pub fn flips(
        &self,
        scope: ExposureScope,
        dealers: Dealers,
        profile: &[(f64, f64)],
        spot: f64,
        at: Moment,
    ) -> Vec<f64> {
        // Far from every strike near their end gamma is less than a number can be: exactly nothing,
        // which is on no side.
        let sided: Vec<(f64, f64)> =
            profile.iter().copied().filter(|(_, gamma)| *gamma != 0.0).collect();
        let mut flips: Vec<f64> = sided
            .windows(2)
            .filter(|pair| (pair[0].1 < 0.0) != (pair[1].1 < 0.0))
            .map(|pair| {
                let ((mut low, below), (mut high, _)) = (pair[0], pair[1]);
                while FLIP_ERROR * spot < high - low {
                    let middle = 0.5 * (low + high);
                    let gamma = self.gamma_at(scope, dealers, middle, at);
                    if gamma == 0.0 {
                        return middle;
                    }
                    *(if (gamma < 0.0) == (below < 0.0) { &mut low } else { &mut high }) = middle;
                }
                0.5 * (low + high)
            })
            .collect();
        flips.sort_by(|a, b| (a - spot).abs().total_cmp(&(b - spot).abs()));
        flips
    }
}

/// Spots on each side of the profile.
const PROFILE_STEPS: i32 = 40;
/// Two spots as near as that, as a part of spot, are one flip: a hundredth of a point of SPX. A
/// step of the profile, a four-hundredth of spot, is halved eleven times until then.
const FLIP_ERROR: f64 = 1.25e-6;

impl Held {
    fn value(&self, rate: f64, spot: f64, at: Moment, greeks: &mut SliceGreeks) {
        let years = years_between(at, self.expires_at);
        let forward = self.carry * spot;
        self.slice.greeks(&SliceMarket { spot, forward, years, rate }, greeks);
    }
}

/// One row a strike, lowest first.
fn by_strike(mut rows: Vec<StrikeExposure>) -> Vec<StrikeExposure> {
    rows.sort_by(|a, b| a.strike.total_cmp(&b.strike));
    rows.dedup_by(|next, kept| {
        let is_same = next.strike == kept.strike;
        if is_same {
            for side in 0..2 {
                kept.gamma[side] += next.gamma[side];
                kept.delta[side] += next.delta[side];
                kept.open_interest[side] += next.open_interest[side];
            }
        }
        is_same
    });
    rows
}

/// The strike at which holders of a series' open contracts would get least when it ends; the lowest
/// of several. Nothing where nothing is open.
pub fn max_pain(series: &OpenSeries) -> Option<f64> {
    let paid = |spot: f64| -> f64 {
        let paid =
            |one: &OpenContract| f64::from(one.open_interest) * one.right.payoff(spot, one.strike);
        series.contracts.iter().map(paid).sum()
    };
    let is_held = |one: &&OpenContract| 0 < one.open_interest;
    let mut strikes: Vec<f64> =
        series.contracts.iter().filter(is_held).map(|one| one.strike).collect();
    strikes.sort_by(f64::total_cmp);
    strikes.dedup();
    let pains = strikes.into_iter().map(|strike| (paid(strike), strike));
    pains.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, strike)| strike)
}
