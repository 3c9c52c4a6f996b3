//! How much of a market's move an underlying makes.

use market::Bar;

/// Beta by least squares: cov(own, market) ÷ var(market), of simple daily returns from close to
/// close (W. F. Sharpe, "A simplified model for portfolio analysis", 1963).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Beta {
    /// What the underlying gains for each part that the market gains.
    pub beta: f64,
    /// How closely it does so: the coefficient of correlation, from −1 to 1.
    pub correlation: f64,
    /// Days whose returns were counted.
    pub days: usize,
}

impl Beta {
    /// Of a market to itself, without a day that was counted.
    pub const OWN: Self = Self { beta: 1.0, correlation: 1.0, days: 0 };
    /// Fewer days than these say nothing.
    pub const DAYS_MIN: usize = 20;

    /// Of the last `days` returns between days on which both have a daily bar; bars come oldest
    /// first. Nothing with fewer than [`Self::DAYS_MIN`], and where one of them never moved.
    pub fn of(own: &[Bar], market: &[Bar], days: usize) -> Option<Self> {
        let mut closes: Vec<[f64; 2]> = Vec::with_capacity(days + 1);
        let mut rest = market.iter().rev().peekable();
        for bar in own.iter().rev() {
            while rest.next_if(|other| bar.start < other.start).is_some() {}
            if let Some(other) = rest.next_if(|other| other.start == bar.start) {
                closes.push([bar.close.to_f64(), other.close.to_f64()]);
            }
            if closes.len() == days + 1 {
                break;
            }
        }
        let returns =
            closes.windows(2).map(|pair| [0, 1].map(|of| pair[0][of] / pair[1][of] - 1.0));
        let returns: Vec<[f64; 2]> = returns.collect();
        if returns.len() < Self::DAYS_MIN {
            return None;
        }
        let count = returns.len() as f64;
        let mean = [0, 1].map(|of| returns.iter().map(|one| one[of]).sum::<f64>() / count);
        let [mut own, mut market, mut both] = [0.0; 3];
        for one in &returns {
            let [a, b] = [0, 1].map(|of| one[of] - mean[of]);
            own += a * a;
            market += b * b;
            both += a * b;
        }
        let found = Self {
            beta: both / market,
            correlation: (both / (own * market).sqrt()).clamp(-1.0, 1.0),
            days: returns.len(),
        };
        (found.beta.is_finite() && found.correlation.is_finite()).then_some(found)
    }
}

#[cfg(test)]
mod tests {
    use market::{Moment, Price, Span};
    use proptest::prelude::*;

    use super::*;

    fn daily(closes: impl IntoIterator<Item = f64>) -> Vec<Bar> {
        let bar = |(day, close): (i64, f64)| {
            let close = Price::from_f64(close).expect("a price");
            let start = Moment(0) + Span::hours(24 * day);
            Bar { start, open: close, high: close, low: close, close, volume: 0 }
        };
        (0..).zip(closes).map(bar).collect()
    }

    /// Prices that gain these one after the other.
    fn grown(returns: &[f64]) -> Vec<f64> {
        let mut closes = vec![5_000.0];
        for one in returns {
            closes.push(closes[closes.len() - 1] * (1.0 + one));
        }
        closes
    }

    proptest! {
        #[test]
        fn what_always_makes_twice_the_move_has_a_beta_of_two(
            returns in prop::collection::vec(-0.03..0.03, 30..80),
            times in prop_oneof![-2.0..-0.2, 0.2..2.0],
        ) {
            let spread = returns.iter().fold(0.0_f64, |most, one: &f64| most.max(one.abs()));
            prop_assume!(0.01 < spread);
            let times: f64 = times;
            let own: Vec<f64> = returns.iter().map(|one| times * one).collect();
            let (own, market) = (daily(grown(&own)), daily(grown(&returns)));
            let found = Beta::of(&own, &market, 252).expect("enough days");
            prop_assert!((found.beta - times).abs() < 2e-3, "{found:?} {times}");
            prop_assert!((found.correlation - times.signum()).abs() < 1e-3);
            prop_assert_eq!(found.days, returns.len());
            // The last days only, and a day that one of them lacks counts for neither.
            let found = Beta::of(&own, &market, 25).expect("enough days");
            prop_assert_eq!(found.days, 25);
            let is_left = |bar: &Bar| bar.start != own[9].start;
            let gap: Vec<Bar> = own.iter().copied().filter(is_left).collect();
            let found = Beta::of(&gap, &market, 252).expect("enough days");
            prop_assert_eq!(found.days, returns.len() - 1);
            prop_assert!((found.beta - times).abs() < 5e-2, "{found:?}");
        }
    }

    #[test]
    fn too_little_is_nothing() {
        let flat = daily(std::iter::repeat_n(100.0, 60));
        let moving = daily((0..60).map(|day| 100.0 + f64::from(day % 7)));
        assert_eq!(Beta::of(&moving, &flat, 60), None, "the market never moved");
        assert_eq!(Beta::of(&flat, &moving, 60), None, "nothing to correlate");
        assert_eq!(Beta::of(&moving[..20], &moving, 60), None, "19 returns");
        let own = Beta::of(&moving, &moving, 60).expect("enough days");
        assert!((own.beta - 1.0).abs() < 1e-12 && (own.correlation - 1.0).abs() < 1e-12);
        assert_eq!(own.days, 59);
    }
}
