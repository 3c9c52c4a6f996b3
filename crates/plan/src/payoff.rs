//! What a position pays when all of its options end at once: straight lines between its strikes.

use crate::Position;

/// The profit of a position at its end, by where the underlying closes.
#[derive(Clone, Debug, PartialEq)]
pub struct Payoff {
    /// Corners of the line: the underlying's close, from 0 on, and dollars of profit there.
    corners: Vec<(f64, f64)>,
    /// Dollars for each point beyond the last corner.
    slope: f64,
}

/// The most or the least that a position can bring.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Extreme {
    /// Dollars.
    Dollars(f64),
    /// It grows with the underlying, without end.
    Unlimited,
}

impl Payoff {
    /// The profit of `position` after `paid` dollars went out for it (less than nothing: came in);
    /// nothing where its options end at different times, when only a model knows.
    pub fn of(position: &Position, paid: f64) -> Option<Self> {
        if !position.ends_at_once() {
            return None;
        }
        let worth = |spot: f64| -> f64 {
            let leg = |leg: &crate::Leg| {
                leg.quantity as f64 * leg.instrument.multiplier() * leg.instrument.payoff(spot)
            };
            position.legs().iter().map(leg).sum()
        };
        let mut spots: Vec<f64> =
            position.options().map(|contract| contract.strike.to_f64()).collect();
        spots.push(0.0);
        spots.sort_by(f64::total_cmp);
        spots.dedup();
        let last = spots[spots.len() - 1];
        Some(Self {
            // A point further, all that will ever be exercised is.
            slope: worth(last + 1.0) - worth(last),
            corners: spots.into_iter().map(|spot| (spot, worth(spot) - paid)).collect(),
        })
    }

    /// The profit with the underlying at `spot`, in dollars.
    pub fn at(&self, spot: f64) -> f64 {
        let after = self.corners.partition_point(|(corner, _)| *corner <= spot);
        let (low, below) = self.corners[after.saturating_sub(1)];
        match self.corners.get(after) {
            Some((high, above)) if 0 < after => {
                below + (above - below) * (spot - low) / (high - low)
            }
            Some(_) => below,
            None => below + self.slope * (spot - low),
        }
    }

    /// Corners of the line, the lowest first: the underlying's close and dollars.
    pub fn corners(&self) -> &[(f64, f64)] {
        &self.corners
    }

    /// Where profit turns into loss or back, the lowest first. Where it is nothing over a stretch,
    /// that begins and ends there.
    pub fn break_evens(&self) -> Vec<f64> {
        let mut found = Vec::new();
        for pair in self.corners.windows(2) {
            let ((low, below), (high, above)) = (pair[0], pair[1]);
            if below == 0.0 && 0.0 < low {
                found.push(low);
            }
            if (below < 0.0 && 0.0 < above) || (above < 0.0 && 0.0 < below) {
                found.push(low + (high - low) * below / (below - above));
            }
        }
        let (last, profit) = self.corners[self.corners.len() - 1];
        if profit == 0.0 {
            found.push(last);
        } else if (profit < 0.0) != (self.slope < 0.0) && self.slope != 0.0 {
            found.push(last - profit / self.slope);
        }
        found.dedup();
        found
    }

    /// The most that it can bring.
    pub fn most(&self) -> Extreme {
        if 0.0 < self.slope {
            return Extreme::Unlimited;
        }
        Extreme::Dollars(self.corners.iter().map(|(_, one)| *one).fold(f64::MIN, f64::max))
    }

    /// The least, which is a loss where it is less than nothing.
    pub fn least(&self) -> Extreme {
        if self.slope < 0.0 {
            return Extreme::Unlimited;
        }
        Extreme::Dollars(self.corners.iter().map(|(_, one)| *one).fold(f64::MAX, f64::min))
    }
}
