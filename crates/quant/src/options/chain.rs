//! One series as it moves: quotes come in and give volatilities, prices of the underlying come in
//! and give Greeks. A state machine; the same on the server and in the browser.

use market::{Moment, Quote, QuoteChange, Right, Series, SeriesQuotes, Span};

use super::{
    IvAbsence, OptionGreeks, Premium, Slice, SliceGreeks, SliceMarket, implied_vol,
    implied_vol_from,
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
const MICROS_PER_YEAR: f64 = 365.0 * 86_400.0 * 1e6;

/// One series as it moves.
#[derive(Clone, Debug)]
pub struct ChainBook {
    quotes: SeriesQuotes,
    expires_at: Moment,
    is_adjusted: bool,
    rate: f64,
    spot: f64,
    at: Moment,
    /// The forward, as a part of spot, of the newest quotes.
    carry: Option<f64>,
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
#[derive(Clone, Copy, Debug, PartialEq)]
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
        let mut book = Self {
            expires_at: quotes.series.expires_at(),
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
        book.carry = book.parity_carry();
        for place in 0..book.slice.len() {
            book.solve(place);
        }
        book.handle_tick(spot, at);
        book
    }

    /// The underlying printed: every Greek follows.
    pub fn handle_tick(&mut self, spot: f64, at: Moment) {
        (self.spot, self.at) = (spot, self.at.max(at));
        let market = SliceMarket {
            spot,
            forward: self.forward().unwrap_or(f64::NAN),
            years: self.years().max(YEARS_MIN),
            rate: self.rate,
        };
        self.slice.greeks(&market, &mut self.greeks);
    }

    /// Quotes changed while the underlying stood at `spot`: the forward and the volatilities of
    /// these contracts follow, and every Greek.
    pub fn handle_quotes(&mut self, changes: &[QuoteChange], spot: f64, at: Moment) {
        self.quotes.apply(changes);
        (self.spot, self.at) = (spot, self.at.max(at));
        self.carry = self.parity_carry().or(self.carry);
        for change in changes {
            let place = usize::try_from(change.place).unwrap_or(usize::MAX);
            if place < self.quotes.strikes.len() {
                self.solve(place_of(place, change.right));
            }
        }
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
        let greeks = self.greeks.of(at);
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

    /// The underlying's price for delivery when the series ends, from put–call parity: the median
    /// over the five strikes nearest the money that have two-sided quotes.
    pub fn forward(&self) -> Option<f64> {
        Some(self.spot * self.carry?)
    }

    /// The first strike above the forward, by its place; where the divider of a chain stands.
    pub fn money_place(&self) -> usize {
        let money = self.forward().unwrap_or(self.spot);
        self.quotes.strikes.partition_point(|strike| strike.strike.to_f64() <= money)
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
    fn parity_carry(&self) -> Option<f64> {
        let grown = exp(self.rate * self.years().max(0.0));
        let mut pairs: Vec<(f64, f64)> = Vec::with_capacity(self.quotes.strikes.len());
        for strike in &self.quotes.strikes {
            let is_fresh = |quote: &Quote| quote.at.is_some_and(|at| self.at - at < QUOTE_AGE_MAX);
            if !(is_fresh(&strike.call) && is_fresh(&strike.put)) {
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
        (0.0 < median && 0.0 < self.spot).then(|| median / self.spot)
    }

    fn solve(&mut self, at: usize) {
        let solved = self.solved(at);
        self.ivs[at] = solved;
        self.slice.set_volatility(at, solved.unwrap_or(f64::NAN));
    }

    fn solved(&self, at: usize) -> Result<f64, IvAbsence> {
        let strike = &self.quotes.strikes[at / 2];
        let right = if at.is_multiple_of(2) { Right::Call } else { Right::Put };
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
        if quote.at.is_none_or(|quoted| QUOTE_AGE_MAX <= self.at - quoted) {
            return Err(IvAbsence::Stale);
        }
        let mid = 0.5 * (bid.to_f64() + ask.to_f64());
        let premium = Premium {
            forward: self.forward().ok_or(IvAbsence::NoForward)?,
            strike: strike.strike.to_f64(),
            years,
            right,
            undiscounted: mid * exp(self.rate * years),
        };
        match self.ivs[at] {
            Ok(before) => implied_vol_from(&premium, before),
            Err(_) => implied_vol(&premium),
        }
    }
}

/// Strikes that are looked at on each side of the forward for one that has a figure.
const SKIPPED_MAX: usize = 3;
/// What the straddle at the money costs, taken as an expected move.
const STRADDLE_PART: f64 = 0.85;
/// A series in its last moment is valued as one that has a second left.
const YEARS_MIN: f64 = 1e6 / MICROS_PER_YEAR;

/// Calendar years from one moment to another, of 365 days, to the second.
pub fn years_between(from: Moment, until: Moment) -> f64 {
    (until - from).whole_seconds() as f64 * 1e6 / MICROS_PER_YEAR
}

/// Where a contract stands in a slice.
fn place_of(strike: usize, right: Right) -> usize {
    2 * strike + usize::from(right == Right::Put)
}
