//! What a position may bring until the first of its options ends: the most, the least, where it
//! breaks even, and how likely a profit is.

use market::Moment;
use quant::options::Wander;

use crate::scenario::{Scenario, Stand};
use crate::{Extreme, Payoff, Position};

/// What a position may bring when the first of its options ends, in dollars.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlook {
    /// When that is.
    pub ends_at: Moment,
    /// Whether a model had to say what options are worth that go on then.
    pub is_modelled: bool,
    /// The most that it can bring.
    pub most: Extreme,
    /// The least.
    pub least: Extreme,
    /// Where profit turns into loss or back, the lowest first.
    pub break_evens: Vec<f64>,
    /// The chance of a profit, by the volatility at the money of what ends first; nothing without
    /// it.
    pub profit_odds: Option<f64>,
}

/// Parts of spot between which a model looks for the most and the least. Far above, an option on a
/// share that pays dividends falls behind one that was exercised: without end, but nowhere near.
const SEARCHED: (f64, f64) = (0.3, 2.0);
/// So many spots are looked at.
const SPOTS: i32 = 400;
/// The best of them is narrowed down so often, to a millionth of its surroundings.
const NARROWED: usize = 40;

impl Outlook {
    /// What `position` may bring after `paid` dollars went out for it, the underlying at `spot`.
    /// `scenario` is needed where options go on when the first one ends; `wander` for the chance.
    /// Nothing for shares alone, which never end, and where a model is needed and missing.
    pub fn new(
        position: &Position,
        scenario: Option<&Scenario>,
        paid: f64,
        spot: f64,
        wander: Option<Wander>,
    ) -> Option<Self> {
        let ends_at = position.ends_at()?;
        let payoff = Payoff::of(position, paid);
        let mut outlook = match &payoff {
            Some(payoff) => Self {
                ends_at,
                is_modelled: false,
                most: payoff.most(),
                least: payoff.least(),
                break_evens: payoff.break_evens(),
                profit_odds: None,
            },
            None => Self::modelled(ends_at, scenario?, paid, spot),
        };
        let profit = |spot: f64| match &payoff {
            Some(payoff) => payoff.at(spot),
            None => scenario.map_or(f64::NAN, |scenario| {
                scenario.worth(&Stand { spot, at: ends_at, shift: 0.0 }) - paid
            }),
        };
        outlook.profit_odds =
            wander.and_then(|wander| profit_odds(&outlook.break_evens, profit, &wander));
        Some(outlook)
    }

    fn modelled(ends_at: Moment, scenario: &Scenario, paid: f64, spot: f64) -> Self {
        let profit = |spot: f64| scenario.worth(&Stand { spot, at: ends_at, shift: 0.0 }) - paid;
        let (low, high) = (SEARCHED.0 * spot, SEARCHED.1 * spot);
        // Equal parts of the price, so that as many stand below spot as above.
        let step = quant::math::exp(quant::math::ln(high / low) / f64::from(SPOTS));
        let mut spots = vec![low];
        for place in 0..SPOTS {
            let place = usize::try_from(place).expect("not negative");
            spots.push(spots[place] * step);
        }
        let best = |sign: f64| {
            let of = |spot: f64| sign * profit(spot);
            let values: Vec<f64> = spots.iter().map(|spot| of(*spot)).collect();
            let place = (0..values.len()).max_by(|a, b| values[*a].total_cmp(&values[*b]));
            let place = place.expect("there are spots");
            let around = (spots[place.saturating_sub(1)], spots[(place + 1).min(spots.len() - 1)]);
            sign * narrowed(of, around).max(values[place])
        };
        let slope = scenario.far_slope();
        let extreme = |is_endless: bool, sign: f64| match is_endless {
            true => Extreme::Unlimited,
            false => Extreme::Dollars(best(sign)),
        };
        let stand = Stand { spot, at: ends_at, shift: 0.0 };
        Self {
            ends_at,
            is_modelled: true,
            most: extreme(0.0 < slope, 1.0),
            least: extreme(slope < 0.0, -1.0),
            break_evens: scenario.break_evens(paid, (0.4 * spot, 2.0 * spot), &stand),
            profit_odds: None,
        }
    }
}

/// The greatest value between two spots, where there is one peak: thirds that cannot hold it go.
fn narrowed(of: impl Fn(f64) -> f64, (mut low, mut high): (f64, f64)) -> f64 {
    for _ in 0..NARROWED {
        let third = (high - low) / 3.0;
        let (left, right) = (low + third, high - third);
        if of(left) < of(right) {
            low = left;
        } else {
            high = right;
        }
    }
    of(0.5 * (low + high))
}

/// The chance that a profit is more than nothing, where it changes its sign at `break_evens`.
fn profit_odds(break_evens: &[f64], profit: impl Fn(f64) -> f64, wander: &Wander) -> Option<f64> {
    let (Some(first), Some(last)) = (break_evens.first(), break_evens.last()) else {
        return Some(if 0.0 < profit(wander.spot) { 1.0 } else { 0.0 });
    };
    let mut odds = 0.0;
    if 0.0 < profit(0.5 * first) {
        odds += 1.0 - wander.above(*first)?;
    }
    for pair in break_evens.windows(2) {
        if 0.0 < profit(0.5 * (pair[0] + pair[1])) {
            odds += wander.above(pair[0])? - wander.above(pair[1])?;
        }
    }
    if 0.0 < profit(2.0 * last) {
        odds += wander.above(*last)?;
    }
    Some(odds.clamp(0.0, 1.0))
}
