//! One series as it moves: quotes come in and give volatilities, prices of the underlying come in
//! and give Greeks. A state machine; the same on the server and in the browser.

use market::{ExerciseStyle, Moment, Quote, QuoteChange, Right, Series, SeriesQuotes, Span};

use super::clock::{trading_years_between, years_between};
use super::early::EarlyBook;
use super::{
    Black, IvAbsence, OpenContract, OpenSeries, OptionGreeks, Premium, Slice, SliceGreeks,
    SliceMarket, american_vol, implied_vols,
};
use crate::math::exp;

/// What money earns where nothing else is configured: 4 % a year, continuously compounded.
pub const RATE_DEFAULT: f64 = 0.04;
/// Quotes older than this say nothing about volatility.
pub const QUOTE_AGE_MAX: Span = Span::minutes(15);
/// Strikes nearest the money whose parity gives the forward.
const PARITY_STRIKES: usize = 5;
/// The fewest of them that give one.
const PARITY_STRIKES_MIN: usize = 3;

/// One series as it moves.
#[derive(Clone, Debug)]
pub struct ChainBook {
    quotes: SeriesQuotes,
    expires_at: Moment,
    is_adjusted: bool,
    rate: f64,
    spot: f64,
    at: Moment,
    /// The forward, as a part of spot: of the newest quotes, or of rate and dividends where
    /// contracts may be exercised early.
    carry: Option<f64>,
    pub(super) early: Option<EarlyBook>,
    /// Places of calls are even, those of puts odd.
    slice: Slice,
    ivs: Vec<Result<f64, IvAbsence>>,
    greeks: SliceGreeks,
}

/// What is known of one contract.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChainOption<'a> {
    /// What is bid and asked.
    pub quote: &'a Quote,
    /// The volatility that the middle of bid and ask implies, a fraction a year, or why there is
    /// none.
    pub iv: Result<f64, IvAbsence>,
    /// Its value at that volatility and its Greeks, as the underlying stands now; nothing without
    /// a volatility.
    pub greeks: Option<OptionGreeks>,
}

/// How far the underlying is expected to move until a series ends, up or down, in points.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ExpectedMove {
    /// 0.85 × the straddle at the money, between the strikes round the forward.
    pub straddle: f64,
    /// Spot × volatility at the money × √years: one standard deviation.
    pub deviation: f64,
}

impl ChainBook {
    /// A series as quoted when the underlying stood at `spot`.
    pub fn new(quotes: SeriesQuotes, rate: f64, spot: f64, at: Moment) -> Self {
        let options = quotes.strikes.iter().flat_map(|strike| {
            let points = strike.strike.to_f64();
            Right::ALL.map(|right| (points, right))
        });
        let slice = Slice::new(spot, options);
        let expires_at = quotes.series.expires_at();
        let dividends = quotes.dividends.as_deref().unwrap_or_default();
        let early = (quotes.series.terms().style == ExerciseStyle::American)
            .then(|| EarlyBook::new(expires_at, rate, dividends, slice.len()));
        let mut book = Self {
            expires_at,
            early,
            is_adjusted: quotes.series.terms().is_adjusted,
            ivs: vec![Err(IvAbsence::NoForward); slice.len()],
            greeks: SliceGreeks::default(),
            carry: None,
            slice,
            quotes,
            rate,
            spot,
            at,
        };
        book.carry = book.new_carry();
        book.solve(0..book.slice.len());
        book.handle_tick(spot, at);
        book
    }

    /// The underlying printed: every Greek follows.
    pub fn handle_tick(&mut self, spot: f64, at: Moment) {
        (self.spot, self.at) = (spot, self.at.max(at));
        self.forget_stale();
        if self.early.is_some() {
            self.carry = self.new_carry();
        }
        let market = SliceMarket {
            spot,
            forward: self.forward().unwrap_or(f64::NAN),
            years: self.years().max(YEARS_MIN),
            rate: self.rate,
        };
        self.slice.greeks(&market, &mut self.greeks);
        if let Some(early) = &mut self.early {
            early.follow(self.spot, self.at, |place| {
                let strike = self.quotes.strikes[place / 2].strike.to_f64();
                (strike, right_of(place), self.ivs[place].unwrap_or(f64::NAN))
            });
        }
    }

    /// Quotes changed while the underlying stood at `spot`: the forward and the volatilities of
    /// these contracts follow, and every Greek.
    pub fn handle_quotes(&mut self, changes: &[QuoteChange], spot: f64, at: Moment) {
        self.quotes.apply(changes);
        (self.spot, self.at) = (spot, self.at.max(at));
        self.carry = self.new_carry().or(self.carry);
        let count = self.strike_count();
        self.solve(changes.iter().filter_map(|change| {
            let place = usize::try_from(change.place).ok()?;
            (place < count).then(|| place_of(place, change.right))
        }));
        self.handle_tick(spot, at);
    }

    /// Which series it is.
    pub fn series(&self) -> Series {
        self.quotes.series
    }

    /// Its quotes.
    pub fn quotes(&self) -> &SeriesQuotes {
        &self.quotes
    }

    /// How many strikes it has.
    pub fn strike_count(&self) -> usize {
        self.quotes.strikes.len()
    }

    /// What is known of a contract; `place` is less than the number of strikes.
    pub fn option(&self, place: usize, right: Right) -> ChainOption<'_> {
        let at = place_of(place, right);
        let iv = self.ivs[at];
        let mut greeks = self.greeks.of(at);
        if let Some(early) = &self.early {
            let least = right.payoff(self.spot, self.quotes.strikes[place].strike.to_f64());
            greeks = early.with_premium(greeks, at, least, self.spot, self.at);
        }
        ChainOption {
            quote: self.quotes.strikes[place].of(right),
            iv,
            greeks: (iv.is_ok() && greeks.price.is_finite()).then_some(greeks),
        }
    }

    /// The underlying's price that everything is computed from.
    pub fn spot(&self) -> f64 {
        self.spot
    }

    /// When that was.
    pub fn at(&self) -> Moment {
        self.at
    }

    /// What money is taken to earn, a year.
    pub fn rate(&self) -> f64 {
        self.rate
    }

    /// Calendar years until it ends, of 365 days, to the second.
    pub fn years(&self) -> f64 {
        years_between(self.at, self.expires_at)
    }

    /// The underlying's price for delivery when the series ends. From put–call parity: the median
    /// over the five strikes nearest the money that have two-sided quotes. Where contracts may be
    /// exercised early, for which there is no parity: spot less dividends, with interest.
    pub fn forward(&self) -> Option<f64> {
        Some(self.spot * self.carry?)
    }

    /// The first strike above the forward, by its place; where the divider of a chain stands.
    pub fn money_place(&self) -> usize {
        let money = self.forward().unwrap_or(self.spot);
        self.quotes.strikes.partition_point(|strike| strike.strike.to_f64() <= money)
    }

    /// What is held of it and what that is worth: everything that exposure is worked out from.
    /// Nothing without a forward.
    pub fn open(&self) -> Option<OpenSeries> {
        let money = self.money_place();
        let contracts = self.quotes.strikes.iter().enumerate().flat_map(|(place, strike)| {
            Right::ALL.map(|right| {
                let quote = strike.of(right);
                let is_out = (right == Right::Call) == (money <= place);
                #[expect(clippy::cast_possible_truncation, reason = "a vendor's four digits")]
                let vendor_iv = quote.vendor_iv.filter(|_| is_out).map(|iv| iv as f32);
                OpenContract {
                    strike: strike.strike.to_f64(),
                    right,
                    open_interest: quote.open_interest,
                    volume: quote.volume,
                    iv: self.ivs[place_of(place, right)].ok(),
                    vendor_iv,
                }
            })
        });
        Some(OpenSeries {
            series: self.series(),
            carry: self.carry?,
            iv_at_the_money: self.iv_at_the_money(),
            contracts: contracts.collect(),
        })
    }

    /// The volatility at the money: between the strikes round the forward, calls and puts alike.
    pub fn iv_at_the_money(&self) -> Option<f64> {
        self.at_the_money(|book, place| {
            let ivs = Right::ALL.map(|right| book.option(place, right).iv.ok());
            match ivs {
                [Some(call), Some(put)] => Some(0.5 * (call + put)),
                [one, other] => one.or(other),
            }
        })
    }

    /// The same by trading time, of 390 minutes a day and 252 days a year: what a price implies
    /// when nights and weekends count nothing. Only for series that end within two days.
    pub fn iv_by_trading_time(&self) -> Option<f64> {
        if TRADING_CLOCK_UNTIL < self.expires_at - self.at {
            return None;
        }
        let years = trading_years_between(self.at, self.expires_at);
        let iv = self.iv_at_the_money()?;
        // The same price has the same σ²T: the discount of some hours changes nothing.
        (0.0 < years).then(|| iv * (self.years() / years).sqrt())
    }

    /// How far the underlying is expected to move until the series ends.
    pub fn expected_move(&self) -> Option<ExpectedMove> {
        let straddle = self.at_the_money(|book, place| {
            let [call, put] = Right::ALL.map(|right| book.option(place, right).quote.mid());
            Some(call? + put?)
        })?;
        let deviation = self.spot * self.iv_at_the_money()? * self.years().max(0.0).sqrt();
        Some(ExpectedMove { straddle: STRADDLE_PART * straddle, deviation })
    }

    /// A figure of strikes, taken between the two nearest round the forward that have it.
    fn at_the_money(&self, figure: impl Fn(&Self, usize) -> Option<f64>) -> Option<f64> {
        let forward = self.forward()?;
        let money = self.money_place();
        let known = |place: usize| {
            let strike = self.quotes.strikes.get(place)?.strike.to_f64();
            Some((strike, figure(self, place)?))
        };
        let (low, below) = (0..money).rev().take(SKIPPED_MAX).find_map(known)?;
        let (high, above) = (money..self.strike_count()).take(SKIPPED_MAX).find_map(known)?;
        let part = (forward - low) / (high - low);
        Some((1.0 - part) * below + part * above)
    }

    /// The forward as a part of spot.
    fn new_carry(&self) -> Option<f64> {
        match &self.early {
            Some(early) => Some(early.table().forward(self.spot, self.at) / self.spot),
            None => self.parity_carry(),
        }
        .filter(|carry| 0.0 < *carry && carry.is_finite())
    }

    /// The same by put–call parity.
    fn parity_carry(&self) -> Option<f64> {
        let grown = exp(self.rate * self.years().max(0.0));
        let mut pairs: Vec<(f64, f64)> = Vec::with_capacity(self.quotes.strikes.len());
        for strike in &self.quotes.strikes {
            if self.is_stale(&strike.call) || self.is_stale(&strike.put) {
                continue;
            }
            if let (Some(call), Some(put)) = (strike.call.mid(), strike.put.mid()) {
                pairs.push(((call - put).abs(), strike.strike.to_f64() + grown * (call - put)));
            }
        }
        // Near the money, call and put cost the same.
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        pairs.truncate(PARITY_STRIKES);
        if pairs.len() < PARITY_STRIKES_MIN {
            return None;
        }
        let mut forwards: Vec<f64> = pairs.into_iter().map(|(_, forward)| forward).collect();
        forwards.sort_by(f64::total_cmp);
        let (middle, count) = (forwards.len() / 2, forwards.len());
        let median = 0.5 * (forwards[middle] + forwards[(count - 1) / 2]);
        Some(median / self.spot)
    }

    /// The volatilities of the contracts in these places of the slice, each from the one before.
    fn solve(&mut self, places: impl IntoIterator<Item = usize>) {
        let (mut sought, mut premiums, mut before) = (Vec::new(), Vec::new(), Vec::new());
        for at in places {
            match self.premium(at) {
                Ok(premium) => {
                    sought.push(at);
                    premiums.push(premium);
                    before.push(self.ivs[at].unwrap_or(f64::NAN));
                }
                Err(why) => self.set_iv(at, Err(why)),
            }
        }
        let mut solved = Vec::with_capacity(sought.len());
        implied_vols(&premiums, &before, &mut solved);
        for (place, at) in sought.into_iter().enumerate() {
            let solved = solved[place].and_then(|european| match &self.early {
                Some(_) => self.american_iv(at, &premiums[place], european),
                None => Ok(european),
            });
            self.set_iv(at, solved);
        }
    }

    /// The volatility of an option that may be exercised early, by that of one that may not.
    fn american_iv(&self, at: usize, premium: &Premium, european: f64) -> Result<f64, IvAbsence> {
        let Premium { forward, strike, years, right, undiscounted } = *premium;
        let price = undiscounted * exp(-self.rate * years);
        let (spot, rate) = (self.spot, self.rate);
        let option = Black { spot, forward, strike, years, rate, volatility: european };
        let before = self.ivs[at].unwrap_or(f64::NAN);
        Ok(american_vol(&option, right, price, european, before))
    }

    /// What was quoted too long ago says nothing any more.
    fn forget_stale(&mut self) {
        for at in 0..self.ivs.len() {
            if self.ivs[at].is_ok() && self.is_stale(self.quote(at)) {
                self.set_iv(at, Err(IvAbsence::Stale));
            }
        }
    }

    fn is_stale(&self, quote: &Quote) -> bool {
        quote.at.is_none_or(|quoted| QUOTE_AGE_MAX <= self.at - quoted)
    }

    fn quote(&self, at: usize) -> &Quote {
        self.quotes.strikes[at / 2].of(right_of(at))
    }

    fn set_iv(&mut self, at: usize, iv: Result<f64, IvAbsence>) {
        self.ivs[at] = iv;
        self.slice.set_volatility(at, iv.unwrap_or(f64::NAN));
        if let Some(early) = &mut self.early {
            early.forget(at);
        }
    }

    /// What the middle of a contract's quote says, or why it says nothing.
    fn premium(&self, at: usize) -> Result<Premium, IvAbsence> {
        let strike = &self.quotes.strikes[at / 2];
        let right = right_of(at);
        let quote = strike.of(right);
        if self.is_adjusted {
            return Err(IvAbsence::Adjusted);
        }
        let years = self.years();
        if years <= 0.0 {
            return Err(IvAbsence::Expired);
        }
        let (Some(bid), Some(ask)) = (quote.bid, quote.ask) else {
            let is_bid = quote.bid.is_some();
            return Err(if is_bid { IvAbsence::NoAsk } else { IvAbsence::NoBid });
        };
        if ask < bid {
            return Err(IvAbsence::Crossed);
        }
        if self.is_stale(quote) {
            return Err(IvAbsence::Stale);
        }
        let payoff = right.payoff(self.spot, strike.strike.to_f64());
        if self.early.is_some() && bid.to_f64() <= payoff {
            return Err(IvAbsence::WorthExercise);
        }
        let mid = 0.5 * (bid.to_f64() + ask.to_f64());
        Ok(Premium {
            forward: self.forward().ok_or(IvAbsence::NoForward)?,
            strike: strike.strike.to_f64(),
            years,
            right,
            undiscounted: mid * exp(self.rate * years),
        })
    }
}

/// The trading clock is told beside the calendar's for series that end within this.
const TRADING_CLOCK_UNTIL: Span = Span::hours(48);
/// Strikes that are looked at on each side of the forward for one that has a figure.
const SKIPPED_MAX: usize = 3;
/// What the straddle at the money costs, taken as an expected move.
const STRADDLE_PART: f64 = 0.85;
/// A series in its last moment is valued as one that has a second left.
const YEARS_MIN: f64 = 1.0 / (365.0 * 86_400.0);

/// Where a contract stands in a slice.
fn place_of(strike: usize, right: Right) -> usize {
    2 * strike + usize::from(right == Right::Put)
}

/// The right of the contract in a place of a slice.
fn right_of(at: usize) -> Right {
    if at.is_multiple_of(2) { Right::Call } else { Right::Put }
}

#[cfg(test)]
mod tests {
    use market::{Price, Root, StrikeQuotes, TradingDate};
    use proptest::prelude::*;

    use super::*;
    use crate::options::Black;

    const SPOT: f64 = 5_000.0;

    fn now() -> Moment {
        let day = TradingDate::new(2024, 2, 27).unwrap();
        Moment::new_york(day, Span::hours(11))
    }

    /// Quotes of a penny each side of what options are worth at 15 % and a drift of 2 %.
    fn quotes(days: i32) -> SeriesQuotes {
        let expires = TradingDate::new(2024, 2, 27).unwrap().plus_days(days);
        let series = Series { expires, root: Root::SPXW };
        let years = years_between(now(), series.expires_at());
        let forward = SPOT * libm::exp(0.02 * years);
        let quote = |strike: f64, right| {
            let option = Black { spot: SPOT, forward, strike, years, rate: 0.04, volatility: 0.15 };
            let price = option.price(right);
            Quote {
                bid: Price::from_f64(price - 0.01).ok(),
                ask: Price::from_f64(price + 0.01).ok(),
                at: Some(now()),
                ..Quote::default()
            }
        };
        let strikes = (0..41).map(|step| {
            let strike = 4_800.0 + 10.0 * f64::from(step);
            StrikeQuotes {
                strike: Price::from_f64(strike).unwrap(),
                call: quote(strike, Right::Call),
                put: quote(strike, Right::Put),
            }
        });
        SeriesQuotes {
            series,
            open_interest_of: expires,
            dividends: None,
            strikes: strikes.collect(),
        }
    }

    fn book(days: i32) -> ChainBook {
        ChainBook::new(quotes(days), 0.04, SPOT, now())
    }

    #[test]
    fn a_chain_gives_back_what_it_was_made_of() {
        for days in [1, 7, 30] {
            let book = book(days);
            let forward = book.forward().unwrap();
            assert!((forward - SPOT * libm::exp(0.02 * book.years())).abs() < 0.02);
            assert!((book.iv_at_the_money().unwrap() - 0.15).abs() < 0.001);
            let expected = book.expected_move().unwrap();
            assert!((expected.deviation - SPOT * 0.15 * book.years().sqrt()).abs() < 0.5);
            // A straddle is worth √(2 ÷ π) of a deviation.
            let ratio = expected.straddle / expected.deviation;
            assert!((ratio - 0.85 * 0.797_9).abs() < 0.01, "{ratio}");
            assert_eq!(book.money_place(), 21);
        }
        assert!(book(1).iv_by_trading_time().unwrap() < 0.15);
        assert_eq!(book(30).iv_by_trading_time(), None);
    }

    #[test]
    fn what_was_quoted_too_long_ago_is_forgotten() {
        let mut book = book(7);
        assert!(book.option(20, Right::Call).iv.is_ok());
        book.handle_tick(SPOT, now() + QUOTE_AGE_MAX);
        let option = book.option(20, Right::Call);
        assert_eq!((option.iv, option.greeks), (Err(IvAbsence::Stale), None));
    }

    #[test]
    fn a_quote_that_says_nothing_says_why() {
        let mut book = book(7);
        let good = *book.option(20, Right::Call).quote;
        let cheap = Price::from_units(100).ok();
        for (quote, why) in [
            (Quote { bid: None, ..good }, IvAbsence::NoBid),
            (Quote { ask: None, ..good }, IvAbsence::NoAsk),
            (Quote { bid: good.ask, ask: good.bid, ..good }, IvAbsence::Crossed),
            (Quote { at: None, ..good }, IvAbsence::Stale),
            (Quote { bid: cheap, ask: cheap, ..good }, IvAbsence::BelowIntrinsic),
        ] {
            // Deep in the money, where a cent is less than what it would be exercised for.
            let change = QuoteChange { place: 5, right: Right::Call, quote };
            book.handle_quotes(&[change], SPOT, now());
            let option = book.option(5, Right::Call);
            assert_eq!((option.iv, option.greeks), (Err(why), None), "{quote:?}");
            assert!(book.option(5, Right::Put).greeks.is_some());
        }
        let adjusted = Series { root: "SPX1".parse().unwrap(), ..book.series() };
        let quotes = SeriesQuotes { series: adjusted, ..book.quotes().clone() };
        let book = ChainBook::new(quotes, 0.04, SPOT, now());
        assert_eq!(book.option(20, Right::Put).iv, Err(IvAbsence::Adjusted));
    }

    #[test]
    fn an_empty_or_silent_chain_has_no_forward() {
        let mut silent = quotes(7);
        for strike in &mut silent.strikes {
            strike.call.bid = None;
        }
        let none = SeriesQuotes { strikes: Vec::new(), ..silent.clone() };
        for quotes in [none, silent] {
            let mut book = ChainBook::new(quotes, 0.04, SPOT, now());
            book.handle_tick(SPOT + 1.0, now());
            assert_eq!(book.forward(), None);
            assert_eq!(book.expected_move(), None);
            for place in 0..book.strike_count() {
                let option = book.option(place, Right::Put);
                assert_eq!((option.iv, option.greeks), (Err(IvAbsence::NoForward), None));
            }
        }
    }

    #[test]
    fn trading_time_counts_sessions_alone() {
        let at = |day, hours| {
            Moment::new_york(TradingDate::new(2024, 3, day).unwrap(), Span::hours(hours))
        };
        let minutes = |from, until| trading_years_between(from, until) * 252.0 * 390.0;
        // Friday 1 March to Monday.
        assert!((minutes(at(1, 15), at(1, 16)) - 60.0).abs() < 1e-9);
        assert!((minutes(at(1, 15), at(4, 16)) - 450.0).abs() < 1e-9);
        assert!((minutes(at(1, 17), at(4, 10)) - 30.0).abs() < 1e-9);
        assert!((minutes(at(2, 10), at(3, 10))).abs() < 1e-9);
        assert_eq!(minutes(at(4, 12), at(4, 11)), 0.0);
    }

    proptest! {
        #[test]
        fn ticks_and_changes_end_where_a_fresh_book_begins(
            ticks in prop::collection::vec((-30.0..30.0_f64, 0_u32..41, 0_i64..90_000), 1..30),
        ) {
            let mut moving = book(7);
            let mut quotes = quotes(7);
            let mut at = now();
            let mut spot = SPOT;
            for (by, place, millis) in ticks {
                (spot, at) = (SPOT + by, at + Span::millis(millis / 30));
                let mut quote = quotes.strikes[usize::try_from(place).unwrap()].put;
                quote.ask = quote.ask.and_then(|ask| Price::from_units(ask.units() + 100).ok());
                let change = QuoteChange { place, right: Right::Put, quote };
                quotes.apply(&[change]);
                moving.handle_quotes(&[change], spot, at);
            }
            prop_assert_eq!(moving.quotes(), &quotes);
            let fresh = ChainBook::new(quotes, 0.04, spot, at);
            let forward = fresh.forward().unwrap();
            prop_assert!((moving.forward().unwrap() - forward).abs() < 1e-9 * forward);
            // Volatilities are those of the moment that each was quoted; Greeks follow spot.
            for place in 0..moving.strike_count() {
                let option = moving.option(place, Right::Call);
                prop_assert!(option.greeks.is_some_and(|greeks| greeks.delta.is_finite()));
            }
        }
    }
}
