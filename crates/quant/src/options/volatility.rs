//! What options say of volatility as a whole: by expiry, of thirty days, of puts against calls, and
//! as the VIX is computed.

use market::Right;

use super::ChainBook;
use crate::math::exp;

/// Thirty days, in years of 365.
pub const THIRTY_DAYS: f64 = 30.0 / 365.0;

/// How much dearer puts are than calls, by volatility at deltas of 25 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Skew {
    /// The volatility at which a put has a delta of −0.25, a fraction a year.
    pub put: f64,
    /// That of a call with 0.25.
    pub call: f64,
    /// That at the money.
    pub at_the_money: f64,
}

impl Skew {
    /// (put − call) ÷ at the money: 0.2 where puts are dearer by a fifth of it.
    pub fn ratio(&self) -> f64 {
        (self.put - self.call) / self.at_the_money
    }
}

/// The skew of a series, each side between the two strikes out of the money whose deltas lie round
/// 25 %; nothing where one is missing.
pub fn skew(book: &ChainBook) -> Option<Skew> {
    let money = book.money_place();
    let known = |right: Right| {
        move |place: usize| {
            let option = book.option(place, right);
            Some((option.greeks?.delta.abs(), option.iv.ok()?))
        }
    };
    let calls = (money..book.strike_count()).filter_map(known(Right::Call));
    let puts = (0..money).rev().filter_map(known(Right::Put));
    Some(Skew {
        put: at_quarter(puts)?,
        call: at_quarter(calls)?,
        at_the_money: book.iv_at_the_money()?,
    })
}

/// The volatility at a delta of a quarter, of deltas that fall.
fn at_quarter(falling: impl Iterator<Item = (f64, f64)>) -> Option<f64> {
    let mut before: Option<(f64, f64)> = None;
    for (delta, iv) in falling {
        if delta <= 0.25 {
            let (above, iv_above) = before?;
            let part = if above == delta { 0.0 } else { (above - 0.25) / (above - delta) };
            return Some(iv_above + part * (iv - iv_above));
        }
        before = Some((delta, iv));
    }
    None
}

/// The volatility of so many years that two expiries round it give, total variance linear in time.
/// `terms` are pairs of years and volatility, soonest first; nothing where they do not reach so
/// far.
pub fn constant_maturity(terms: &[(f64, f64)], years: f64) -> Option<f64> {
    let [(soon, soon_iv), (late, late_iv)] = round(terms, years)?;
    if late == years {
        return Some(late_iv);
    }
    let (soon_variance, late_variance) = (soon * soon_iv * soon_iv, late * late_iv * late_iv);
    let variance = soon_variance + (late_variance - soon_variance) * (years - soon) / (late - soon);
    (0.0 < variance).then(|| (variance / years).sqrt())
}

/// What a day's options say of the thirty days after it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VolatilityDay {
    /// The volatility at the money of thirty days, a fraction a year.
    pub iv30: f64,
    /// The [skew](Skew::ratio) of thirty days, linear in time between the expiries round them.
    pub skew30: Option<f64>,
}

impl VolatilityDay {
    /// Of series, soonest first: those whose ends lie round thirty days are enough. Nothing where
    /// they do not.
    pub fn of(books: &[ChainBook]) -> Option<Self> {
        let money = books.iter().filter_map(|book| Some((book.years(), book.iv_at_the_money()?)));
        let skews = books.iter().filter_map(|book| Some((book.years(), skew(book)?.ratio())));
        Some(Self {
            iv30: constant_maturity(&money.collect::<Vec<_>>(), THIRTY_DAYS)?,
            skew30: linear(&skews.collect::<Vec<_>>(), THIRTY_DAYS),
        })
    }
}

/// The pairs round `years`, of pairs that rise; twice the same where one is of just these years.
fn round(terms: &[(f64, f64)], years: f64) -> Option<[(f64, f64); 2]> {
    let after = terms.iter().position(|(one, _)| years <= *one)?;
    let late = terms[after];
    let soon = if late.0 == years { late } else { *terms.get(after.checked_sub(1)?)? };
    Some([soon, late])
}

/// What lies on the line between the pairs round `years`.
fn linear(terms: &[(f64, f64)], years: f64) -> Option<f64> {
    let [(soon, sooner), (late, later)] = round(terms, years)?;
    if late == years {
        return Some(later);
    }
    Some(sooner + (later - sooner) * (years - soon) / (late - soon))
}

/// Trading days that volatility is compared with: a year of them.
pub const RANK_DAYS: usize = 252;

/// Where volatility stands among that of past days.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VolatilityRank {
    /// (now − least) ÷ (most − least), now counted among them: 0 to 1.
    pub rank: f64,
    /// The part of the days on which it was below: 0 to 1.
    pub percentile: f64,
    /// How many days these are.
    pub days: usize,
}

impl VolatilityRank {
    /// Of a volatility among those of past days; nothing where all of them are alike, or none is
    /// known.
    pub fn of(now: f64, past: &[f64]) -> Option<Self> {
        let (low, high) =
            past.iter().fold((now, now), |(low, high), one| (one.min(low), one.max(high)));
        let below = past.iter().filter(|one| **one < now).count();
        (low < high).then(|| Self {
            rank: (now - low) / (high - low),
            percentile: below as f64 / past.len() as f64,
            days: past.len(),
        })
    }
}

/// What is bid and asked at one strike, in points; 0 for no bid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StripQuote {
    /// The strike.
    pub strike: f64,
    /// Bid and ask of the call.
    pub call: [f64; 2],
    /// Bid and ask of the put.
    pub put: [f64; 2],
}

impl StripQuote {
    fn mid([bid, ask]: [f64; 2]) -> f64 {
        0.5 * (bid + ask)
    }
}

/// What the quotes of a series are worth as a whole: Cboe, "VIX white paper" (2009, 2014).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Strip {
    /// The forward, from the strike where call and put cost most alike.
    pub forward: f64,
    /// The first strike at or below it.
    pub strike: f64,
    /// σ²: the variance of a year that the options out of the money cost.
    pub variance: f64,
}

/// The strip of a series with `years` left, by strike, lowest first. Away from the money it ends at
/// the second strike in a row that has no bid. Nothing without strikes on both sides.
pub fn strip(quotes: &[StripQuote], rate: f64, years: f64) -> Option<Strip> {
    let apart = |one: &&StripQuote| (StripQuote::mid(one.call) - StripQuote::mid(one.put)).abs();
    let nearest = quotes.iter().min_by(|a, b| apart(a).total_cmp(&apart(b)))?;
    let grown = exp(rate * years);
    let difference = StripQuote::mid(nearest.call) - StripQuote::mid(nearest.put);
    let forward = nearest.strike + grown * difference;
    let middle = quotes.partition_point(|one| one.strike <= forward).checked_sub(1)?;
    let strike = quotes[middle].strike;
    let both = 0.5 * (StripQuote::mid(quotes[middle].call) + StripQuote::mid(quotes[middle].put));
    let mut chosen = bid_for(quotes[..middle].iter().rev().map(|one| (one.strike, one.put)));
    chosen.reverse();
    if chosen.is_empty() {
        return None;
    }
    let below = chosen.len();
    chosen.push((strike, both));
    chosen.extend(bid_for(quotes[middle + 1..].iter().map(|one| (one.strike, one.call))));
    if chosen.len() == below + 1 {
        return None;
    }
    let mut sum = 0.0;
    for (place, (strike, price)) in chosen.iter().enumerate() {
        let (low, high) = (place.saturating_sub(1), (place + 1).min(chosen.len() - 1));
        let width = (chosen[high].0 - chosen[low].0) / (high - low) as f64;
        sum += width / (strike * strike) * grown * price;
    }
    let excess = forward / strike - 1.0;
    let variance = (2.0 * sum - excess * excess) / years;
    (0.0 < variance).then_some(Strip { forward, strike, variance })
}

/// Strikes and middles of what is bid for, until nobody bids for two in a row.
fn bid_for(outwards: impl Iterator<Item = (f64, [f64; 2])>) -> Vec<(f64, f64)> {
    let (mut chosen, mut silent) = (Vec::new(), 0);
    for (strike, [bid, ask]) in outwards {
        if bid <= 0.0 {
            silent += 1;
            if silent == 2 {
                break;
            }
            continue;
        }
        silent = 0;
        chosen.push((strike, StripQuote::mid([bid, ask])));
    }
    chosen
}

/// What is quoted in a series, for its strip.
pub fn strip_quotes(book: &ChainBook) -> Vec<StripQuote> {
    let quotes = book.quotes().strikes.iter().filter_map(|strike| {
        let [call, put] = Right::ALL.map(|right| {
            let quote = strike.of(right);
            let ask = quote.ask.map(|ask| ask.to_f64())?;
            let bid = quote.bid.map_or(0.0, |bid| bid.to_f64());
            // Nothing is known of a crossed quote: as if nobody bid.
            Some([if ask < bid { 0.0 } else { bid }, ask])
        });
        Some(StripQuote { strike: strike.strike.to_f64(), call: call?, put: put? })
    });
    quotes.collect()
}
