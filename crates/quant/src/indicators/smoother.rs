//! The average that fades, behind EMA, ATR and RSI.

use serde::{Deserialize, Serialize};

/// Seeded with the mean of its first n values; then each value moves it by `weight` of the way.
///
/// Written previous + weight × (value − previous), which leaves a flat series exactly where it is
/// and never leaves the range of its inputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Smoother {
    length: u32,
    weight: f64,
    average: Average,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Average {
    Seeding { seen: u32, sum: f64 },
    Known(f64),
}

pub(super) const fn ema_weight(length: u32) -> f64 {
    2.0 / (length as f64 + 1.0)
}

pub(super) const fn wilder_weight(length: u32) -> f64 {
    1.0 / length as f64
}

impl Smoother {
    /// The exponential average of n values, at least one: weight 2/(n+1).
    pub(super) fn exponential(length: u32) -> Self {
        let length = length.max(1);
        Self::new(length, ema_weight(length))
    }

    /// Wilder's average of n values, at least one: weight 1/n, that is
    /// (previous × (n−1) + value)/n.
    pub(super) fn wilder(length: u32) -> Self {
        let length = length.max(1);
        Self::new(length, wilder_weight(length))
    }

    fn new(length: u32, weight: f64) -> Self {
        Self { length, weight, average: Average::Seeding { seen: 0, sum: 0.0 } }
    }

    /// Takes a value in; gives the average once there are n.
    #[inline]
    pub(super) fn handle_value(&mut self, value: f64) -> Option<f64> {
        match &mut self.average {
            Average::Known(average) => {
                *average += self.weight * (value - *average);
                Some(*average)
            }
            Average::Seeding { .. } => self.seed(value),
        }
    }

    #[cold]
    fn seed(&mut self, value: f64) -> Option<f64> {
        self.average = self.after(value);
        self.value()
    }

    fn after(&self, value: f64) -> Average {
        match self.average {
            Average::Known(average) => Average::Known(average + self.weight * (value - average)),
            Average::Seeding { seen, sum } if seen + 1 < self.length => {
                Average::Seeding { seen: seen + 1, sum: sum + value }
            }
            Average::Seeding { sum, .. } => Average::Known((sum + value) / f64::from(self.length)),
        }
    }

    /// What [`Self::handle_value`] would give, without taking the value in.
    pub(super) fn peek(&self, value: f64) -> Option<f64> {
        self.after(value).value()
    }

    pub(super) fn value(&self) -> Option<f64> {
        self.average.value()
    }

    pub(super) fn length(&self) -> u32 {
        self.length
    }

    /// How many values are missing for a first average.
    pub(super) fn missing(&self) -> u32 {
        match self.average {
            Average::Known(_) => 0,
            Average::Seeding { seen, .. } => self.length.saturating_sub(seen),
        }
    }
}

impl Average {
    fn value(&self) -> Option<f64> {
        match self {
            Self::Known(average) => Some(*average),
            Self::Seeding { .. } => None,
        }
    }
}
