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
    /// Whether there is a profit below the first break-even, between each two, and above the last.
    is_profit: Vec<bool>,
}

/// Parts of spot between which a model looks for the most and the least. Far above, an option on a
/// share that pays dividends falls behind one that was exercised: without end, but nowhere near.
const SEARCHED: (f64, f64) = (0.3, 2.0);
/// Where strikes lie so far away, it looks on to these parts of the lowest and of the highest:
/// beyond them what goes on is worth a straight line.
const BEYOND_STRIKES: (f64, f64) = (0.5, 1.5);
/// So many spots are looked at between the parts of spot, and as closely beyond.
const SPOTS: f64 = 400.0;
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
                is_profit: Vec::new(),
            },
            None => Self::modelled(ends_at, scenario?, paid, spot),
        };
        let profit = |spot: f64| match &payoff {
            Some(payoff) => payoff.at(spot),
            None => scenario.map_or(f64::NAN, |scenario| {
                scenario.worth(&Stand { spot, at: ends_at, shift: 0.0 }) - paid
            }),
        };
        let inside: Vec<f64> = match (outlook.break_evens.first(), outlook.break_evens.last()) {
            (Some(first), Some(last)) => {
                let between = outlook.break_evens.windows(2).map(|pair| 0.5 * (pair[0] + pair[1]));
                [0.5 * first].into_iter().chain(between).chain([2.0 * last]).collect()
            }
            _ => vec![spot],
        };
        outlook.is_profit = inside.into_iter().map(|spot| 0.0 < profit(spot)).collect();
        outlook.profit_odds = wander.and_then(|wander| outlook.odds(|level| wander.above(level)));
        Some(outlook)
    }

    /// The chance of a profit, by the chance that the underlying then stands `above` a level;
    /// nothing where that is not known.
    pub fn odds(&self, above: impl Fn(f64) -> Option<f64>) -> Option<f64> {
        let mut over = vec![1.0];
        for level in &self.break_evens {
            over.push(above(*level)?);
        }
        over.push(0.0);
        let between = over.windows(2).zip(&self.is_profit).filter(|(_, is_profit)| **is_profit);
        let odds: f64 = between.map(|(pair, _)| pair[0] - pair[1]).sum();
        Some(odds.clamp(0.0, 1.0))
    }

    fn modelled(ends_at: Moment, scenario: &Scenario, paid: f64, spot: f64) -> Self {
        let profit = |spot: f64| scenario.worth(&Stand { spot, at: ends_at, shift: 0.0 }) - paid;
        let spots = searched(scenario, spot);
        let (low, high) = (spots[0], spots[spots.len() - 1]);
        // Below the lowest of them it is a straight line: all that is left is its end.
        let with_nothing = scenario.worth_with_nothing(ends_at) - paid;
        let best = |sign: f64| {
            let of = |spot: f64| sign * profit(spot);
            let values: Vec<f64> = spots.iter().map(|spot| of(*spot)).collect();
            let place = (0..values.len()).max_by(|a, b| values[*a].total_cmp(&values[*b]));
            let place = place.expect("there are spots");
            let around = (spots[place.saturating_sub(1)], spots[(place + 1).min(spots.len() - 1)]);
            sign * narrowed(of, around).max(values[place]).max(sign * with_nothing)
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
            break_evens: scenario.break_evens(paid, (low, high), &stand),
            profit_odds: None,
            is_profit: Vec::new(),
        }
    }
}

/// The spots that a model looks at, the lowest first: equal parts of the price from one to the
/// next, so that as many stand below `spot` as above, and every strike, where the profit bends.
fn searched(scenario: &Scenario, spot: f64) -> Vec<f64> {
    let strikes: Vec<f64> = scenario.strikes().collect();
    let lowest = strikes.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = strikes.iter().copied().fold(0.0, f64::max);
    let low = (SEARCHED.0 * spot).min(BEYOND_STRIKES.0 * lowest);
    let high = (SEARCHED.1 * spot).max(BEYOND_STRIKES.1 * highest);
    let width = quant::math::ln(high / low);
    let count = (SPOTS * width / quant::math::ln(SEARCHED.1 / SEARCHED.0)).round();
    let step = quant::math::exp(width / count);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some hundred")]
    let count = count as usize;
    let mut spots: Vec<f64> =
        std::iter::successors(Some(low), |spot| Some(spot * step)).take(count + 1).collect();
    spots.extend(strikes);
    spots.sort_by(f64::total_cmp);
    spots.dedup();
    spots
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
