//! Quotes of option contracts, as a feed tells them.

use serde::{Deserialize, Serialize};

use crate::{Contract, Moment, Price, Right, Series, TradingDate};

/// What is bid and asked for one contract, and what traded of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Quote {
    /// The best bid; nothing when nobody bids.
    pub bid: Option<Price>,
    /// The best ask; nothing when nobody offers.
    pub ask: Option<Price>,
    /// When both were quoted; nothing when they never were.
    pub at: Option<Moment>,
    /// The last trade today.
    pub last: Option<Price>,
    /// The session before's closing mark.
    pub prior: Option<Price>,
    /// Contracts traded today.
    pub volume: u32,
    /// Contracts open before today's trades.
    pub open_interest: u32,
    /// The volatility that the vendor computed, a fraction a year.
    pub vendor_iv: Option<f64>,
}

/// Both rights at one strike.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StrikeQuotes {
    /// The strike.
    pub strike: Price,
    /// The call's.
    pub call: Quote,
    /// The put's.
    pub put: Quote,
}

/// What holders of a share are paid, and holders of its options are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dividend {
    /// From this session on the share is traded without it.
    pub ex_date: TradingDate,
    /// For each share.
    pub amount: Price,
}

/// Every contract of a series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeriesQuotes {
    /// Which series.
    pub series: Series,
    /// The date that open interest is of.
    pub open_interest_of: TradingDate,
    /// What the underlying pays before the series ends, soonest first; nothing where the feed does
    /// not know. Only asked for where contracts may be exercised early: elsewhere the forward has
    /// it.
    pub dividends: Option<Vec<Dividend>>,
    /// By strike, lowest first.
    pub strikes: Vec<StrikeQuotes>,
}

/// A quote that took another's place.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuoteChange {
    /// Which strike, by its place.
    pub place: u32,
    /// Which right.
    pub right: Right,
    /// What is quoted now.
    pub quote: Quote,
}

impl Quote {
    /// The middle of bid and ask, in points; nothing unless both are there and not crossed.
    pub fn mid(&self) -> Option<f64> {
        let (bid, ask) = (self.bid?, self.ask?);
        (bid <= ask).then(|| 0.5 * (bid.to_f64() + ask.to_f64()))
    }
}

impl StrikeQuotes {
    /// Of one right.
    pub fn of(&self, right: Right) -> &Quote {
        match right {
            Right::Call => &self.call,
            Right::Put => &self.put,
        }
    }

    /// Of one right, to be changed.
    pub fn of_mut(&mut self, right: Right) -> &mut Quote {
        match right {
            Right::Call => &mut self.call,
            Right::Put => &mut self.put,
        }
    }
}

impl SeriesQuotes {
    /// The contract of a right at a place.
    pub fn contract(&self, place: usize, right: Right) -> Option<Contract> {
        let strike = self.strikes.get(place)?.strike;
        Some(Contract { series: self.series, strike, right })
    }

    /// What must be changed in `before` to have this; nothing when the strikes are others.
    pub fn changes_since(&self, before: &Self) -> Option<Vec<QuoteChange>> {
        let is_same = self.series == before.series
            && self.open_interest_of == before.open_interest_of
            && self.dividends == before.dividends
            && self.strikes.len() == before.strikes.len();
        if !is_same {
            return None;
        }
        let mut changes = Vec::new();
        for (place, (now, before)) in (0..).zip(self.strikes.iter().zip(&before.strikes)) {
            if now.strike != before.strike {
                return None;
            }
            for right in Right::ALL {
                if now.of(right) != before.of(right) {
                    changes.push(QuoteChange { place, right, quote: *now.of(right) });
                }
            }
        }
        Some(changes)
    }

    /// Puts changed quotes in their places; those whose strike is not here are left out.
    pub fn apply(&mut self, changes: &[QuoteChange]) {
        for change in changes {
            let place = usize::try_from(change.place).unwrap_or(usize::MAX);
            if let Some(strike) = self.strikes.get_mut(place) {
                *strike.of_mut(change.right) = change.quote;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Root;

    prop_compose! {
        fn quotes()(bid in 0_i64..900, ask in 0_i64..900, volume in 0_u32..3) -> Quote {
            let price = |units| Price::from_units(units).ok();
            Quote { bid: price(bid), ask: price(ask), volume, ..Quote::default() }
        }
    }

    fn series(strikes: Vec<(Quote, Quote)>) -> SeriesQuotes {
        let expires = TradingDate::new(2026, 11, 20).unwrap();
        let quotes = |(place, (call, put))| StrikeQuotes {
            strike: Price::from_units(place).unwrap(),
            call,
            put,
        };
        SeriesQuotes {
            series: Series { expires, root: Root::SPXW },
            open_interest_of: expires,
            dividends: None,
            strikes: (1..).zip(strikes).map(quotes).collect(),
        }
    }

    proptest! {
        #[test]
        fn changes_lead_from_one_to_the_other(
            pairs in prop::collection::vec(((quotes(), quotes()), (quotes(), quotes())), 0..20),
        ) {
            let (before, now): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
            let (mut before, now) = (series(before), series(now));
            let changes = now.changes_since(&before).unwrap();
            before.apply(&changes);
            prop_assert_eq!(&before, &now);
            prop_assert_eq!(now.changes_since(&before), Some(Vec::new()));
        }

        #[test]
        fn a_mid_lies_between_bid_and_ask(quote in quotes()) {
            match (quote.bid, quote.ask, quote.mid()) {
                (Some(bid), Some(ask), Some(mid)) => {
                    prop_assert!(bid.to_f64() <= mid && mid <= ask.to_f64());
                }
                (Some(bid), Some(ask), None) => prop_assert!(ask < bid),
                (_, _, mid) => prop_assert_eq!(mid, None),
            }
        }
    }

    #[test]
    fn other_strikes_need_a_snapshot() {
        let one = series(vec![Default::default()]);
        let two = series(vec![Default::default(), Default::default()]);
        assert_eq!(two.changes_since(&one), None);
        let mut other = one.clone();
        other.strikes[0].strike = Price::from_units(7).unwrap();
        assert_eq!(other.changes_since(&one), None);
    }
}
