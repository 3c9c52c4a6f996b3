//! What a position would be worth with the underlying, the clock and volatility elsewhere.
//!
//! Every leg keeps its own volatility, whatever the underlying does ("sticky strike"), plus the
//! same shift for all. European contracts are worth Black's price, American ones Bjerksund and
//! Stensland's; a contract that is over is worth what it pays where the underlying stands.
//! Dividends whose dates are known are paid on them, as the chain of that day will have them.

use market::{ExerciseStyle, Moment, Right};
use quant::options::{Black, american_price, years_between};

use crate::carry::Carry;
use crate::{Instrument, LegValue, Position};

/// The least volatility that a shift leaves, a fraction a year.
pub(crate) const VOLATILITY_MIN: f64 = 0.001;

/// A position as a model sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    legs: Vec<Modelled>,
    rate: f64,
}

/// Where the market stands, or would stand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stand {
    /// The underlying's price, in points.
    pub spot: f64,
    /// When.
    pub at: Moment,
    /// Added to every leg's volatility: 0.01 is one vol point more.
    pub shift: f64,
}

#[derive(Clone, Debug, PartialEq)]
struct Modelled {
    /// Dollars for each point of one.
    dollars: f64,
    /// Nothing for shares.
    option: Option<ModelledOption>,
}

#[derive(Clone, Debug, PartialEq)]
struct ModelledOption {
    strike: f64,
    right: Right,
    expires_at: Moment,
    style: ExerciseStyle,
    carry: Carry,
    volatility: f64,
}

impl Scenario {
    /// A position whose legs are known as `known` says, at a moment; nothing where an option that
    /// is not over has no volatility, whose name is the error.
    pub fn new(
        position: &Position,
        known: &[LegValue],
        rate: f64,
        at: Moment,
    ) -> Result<Self, Instrument> {
        let legs = position.legs().iter().zip(known).map(|(leg, known)| {
            let dollars = leg.quantity as f64 * leg.instrument.multiplier();
            let Instrument::Option(contract) = leg.instrument else {
                return Ok(Modelled { dollars, option: None });
            };
            let expires_at = contract.series.expires_at();
            let years = years_between(at, expires_at);
            let model = known.model.as_ref().filter(|_| 0.0 < years).ok_or(leg.instrument)?;
            let option = ModelledOption {
                strike: contract.strike.to_f64(),
                right: contract.right,
                expires_at,
                style: contract.series.terms().style,
                carry: Carry::of(model, years),
                volatility: model.volatility,
            };
            Ok(Modelled { dollars, option: Some(option) })
        });
        Ok(Self { legs: legs.collect::<Result<_, _>>()?, rate })
    }

    /// What the whole would be worth there, in dollars.
    pub fn worth(&self, stand: &Stand) -> f64 {
        self.legs.iter().map(|leg| leg.dollars * leg.price(stand, self.rate)).sum()
    }

    /// What the whole would be worth with the underlying worth nothing, in dollars: shares and
    /// calls nothing; a put its strike, which one that may not be exercised yet pays at its end.
    pub(crate) fn worth_with_nothing(&self, at: Moment) -> f64 {
        let points = |option: &ModelledOption| match (option.right, option.style) {
            (Right::Call, _) => 0.0,
            (Right::Put, ExerciseStyle::American) => option.strike,
            (Right::Put, ExerciseStyle::European) => {
                let years = years_between(at, option.expires_at).max(0.0);
                option.strike * quant::math::exp(-self.rate * years)
            }
        };
        self.legs.iter().map(|leg| leg.dollars * leg.option.as_ref().map_or(0.0, points)).sum()
    }

    /// The strikes of its options, one for each.
    pub(crate) fn strikes(&self) -> impl Iterator<Item = f64> {
        self.legs.iter().filter_map(|leg| Some(leg.option.as_ref()?.strike))
    }

    /// Its worth over spots from `low` to `high`, less what was paid: pairs of spot and dollars,
    /// the strikes between them included.
    pub fn profits(
        &self,
        paid: f64,
        (low, high): (f64, f64),
        steps: usize,
        stand: &Stand,
    ) -> Vec<(f64, f64)> {
        let mut spots: Vec<f64> =
            (0..=steps).map(|step| low + (high - low) * step as f64 / steps as f64).collect();
        spots.extend(self.strikes().filter(|one| low < *one && *one < high));
        spots.sort_by(f64::total_cmp);
        spots.dedup();
        let profit = |spot| (spot, self.worth(&Stand { spot, ..*stand }) - paid);
        spots.into_iter().map(profit).collect()
    }

    /// Where profit turns into loss or back as the underlying goes from `low` to `high`, lowest
    /// first; found where it changes its sign between two of some hundred spots.
    pub fn break_evens(&self, paid: f64, range: (f64, f64), stand: &Stand) -> Vec<f64> {
        let profits = self.profits(paid, range, SCANNED, stand);
        let turns = profits.windows(2).filter(|pair| (pair[0].1 < 0.0) != (pair[1].1 < 0.0));
        turns
            .map(|pair| {
                let ((mut low, below), (mut high, _)) = (pair[0], pair[1]);
                for _ in 0..HALVINGS {
                    let middle = 0.5 * (low + high);
                    let profit = self.worth(&Stand { spot: middle, ..*stand }) - paid;
                    *(if (profit < 0.0) == (below < 0.0) { &mut low } else { &mut high }) = middle;
                }
                0.5 * (low + high)
            })
            .collect()
    }

    /// What the whole gains for each point, far above every strike, in dollars.
    pub(crate) fn far_slope(&self) -> f64 {
        let grows =
            |leg: &&Modelled| leg.option.as_ref().is_none_or(|one| one.right == Right::Call);
        self.legs.iter().filter(grows).map(|leg| leg.dollars).sum()
    }
}

/// Spots at which a profit is looked at to find where it changes its sign.
const SCANNED: usize = 240;
/// A step between them is halved until it is a millionth.
const HALVINGS: usize = 30;

impl Modelled {
    /// What one is worth, in points.
    fn price(&self, stand: &Stand, rate: f64) -> f64 {
        let Some(option) = &self.option else { return stand.spot };
        let years = years_between(stand.at, option.expires_at);
        if years <= 0.0 {
            return option.right.payoff(stand.spot, option.strike);
        }
        let black = Black {
            spot: stand.spot,
            forward: option.carry.delivery(stand.at, years).forward(stand.spot),
            strike: option.strike,
            years,
            rate,
            volatility: (option.volatility + stand.shift).max(VOLATILITY_MIN),
        };
        match option.style {
            ExerciseStyle::European => black.price(option.right),
            ExerciseStyle::American => american_price(&black, option.right),
        }
    }
}
