//! What an underlying pays before a series ends, and its price for delivery then.

use market::{Dividend, Moment, trading_day};

use super::clock::years_between;
use crate::math::exp;

/// What an underlying pays before a series ends.
#[derive(Clone, Debug, PartialEq)]
pub struct DividendTable {
    pub(super) expires_at: Moment,
    pub(super) rate: f64,
    /// With the moment from which shares trade without them, soonest first.
    dividends: Vec<(Moment, Dividend)>,
}

/// What the underlying's price for delivery is made of, at a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Delivery {
    /// What the dividends before are worth, in points.
    pub laid_by: f64,
    /// What a point becomes until then.
    pub growth: f64,
}

/// Nobody is paid more than this part of a share's price: so low a price has a forward too.
const PAID_MAX: f64 = 0.5;

impl Delivery {
    /// The underlying's price for delivery where it stands at `spot`: (spot − dividends) × growth.
    pub fn forward(&self, spot: f64) -> f64 {
        (spot - self.laid_by).max((1.0 - PAID_MAX) * spot) * self.growth
    }
}

impl DividendTable {
    /// For a series that ends then, when money earns `rate` a year. Dates on which the exchange is
    /// closed are nobody's ex-date and are left out.
    pub fn new(expires_at: Moment, rate: f64, dividends: &[Dividend]) -> Self {
        let opens = |one: &Dividend| Some((trading_day(one.ex_date)?.open(), *one));
        Self { expires_at, rate, dividends: dividends.iter().filter_map(opens).collect() }
    }

    /// Dividends that shares are still traded with `at` a moment.
    pub(super) fn due(&self, at: Moment) -> impl Iterator<Item = &(Moment, Dividend)> {
        self.dividends.iter().filter(move |(ex, _)| at < *ex && *ex <= self.expires_at)
    }

    /// What they are worth at a moment, in points.
    pub fn laid_by(&self, at: Moment) -> f64 {
        self.due(at)
            .map(|(ex, one)| one.amount.to_f64() * exp(-self.rate * years_between(at, *ex)))
            .sum()
    }

    /// What delivery when the series ends is made of: without the dividends before, and with
    /// interest.
    pub fn delivery(&self, at: Moment) -> Delivery {
        let years = years_between(at, self.expires_at).max(0.0);
        Delivery { laid_by: self.laid_by(at), growth: exp(self.rate * years) }
    }

    /// The underlying's price for delivery when the series ends.
    pub fn forward(&self, spot: f64, at: Moment) -> f64 {
        self.delivery(at).forward(spot)
    }
}
