//! Options as a screen or a program sees them: which series there are, what is quoted, and what
//! that implies.

use leptos::prelude::*;
use leptos::server_fn::codec::Postcard;
use market::{
    Dividend, ExerciseStyle, Moment, Price, QuoteChange, Right, Series, SeriesQuotes, Settlement,
    Symbol, TapeId,
};
use quant::options::{ChainBook, ChainOption};
use serde::{Deserialize, Serialize};

use crate::ApiError;

/// The series on an underlying.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExpiriesView {
    /// Whose quotes they have; a practice tape is simulated.
    pub tape: TapeId,
    /// Of which underlying.
    pub symbol: Symbol,
    /// The tape's time.
    pub as_of: Moment,
    /// Soonest first.
    pub expiries: Vec<ExpiryView>,
}

/// One series.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExpiryView {
    /// Which.
    pub series: Series,
    /// When what it is worth is decided.
    pub expires_at: Moment,
    /// When it stops trading.
    pub trades_until: Moment,
    /// By which price of that day.
    pub settlement: Settlement,
    /// When it may be exercised.
    pub style: ExerciseStyle,
    /// Dollars for each point of its price.
    pub multiplier: u32,
}

/// What the stream tells of chains.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ChainWord {
    /// A series as it is quoted: after it is watched, and at the start of an epoch.
    Quotes {
        /// Which epoch.
        epoch: u64,
        /// The number of this word among those of the series.
        seq: u64,
        /// The tape's time.
        at: Moment,
        /// Every contract.
        quotes: SeriesQuotes,
    },
    /// Quotes that changed since the word before, whose number is one less: if that is not the
    /// last one heard, watch the series again.
    Changes {
        /// Which epoch.
        epoch: u64,
        /// The number of this word among those of the series.
        seq: u64,
        /// The tape's time.
        at: Moment,
        /// Of which series.
        series: Series,
        /// What changed.
        changes: Vec<QuoteChange>,
    },
    /// A series that is watched and not listed: it ended, or never was.
    Gone {
        /// Which epoch.
        epoch: u64,
        /// Which series.
        series: Series,
    },
}

impl ChainWord {
    /// Which epoch it is of.
    pub fn epoch(&self) -> u64 {
        let (Self::Quotes { epoch, .. } | Self::Changes { epoch, .. } | Self::Gone { epoch, .. }) =
            self;
        *epoch
    }

    /// Which series it is about.
    pub fn series(&self) -> Series {
        let (Self::Quotes { quotes: SeriesQuotes { series, .. }, .. }
        | Self::Changes { series, .. }
        | Self::Gone { series, .. }) = self;
        *series
    }
}

/// The first byte of a [`ChainWord`] on the wire of our own screens, which no other word begins
/// with: a page that shows no chain need not know how to read them.
pub const CHAIN_MARK: u8 = 0xff;

/// Writes a word about chains.
pub fn encode_chain(word: &ChainWord, is_json: bool) -> Vec<u8> {
    if is_json {
        return serde_json::to_vec(word).expect("words have no maps with odd keys");
    }
    postcard::to_extend(word, vec![CHAIN_MARK]).expect("a vector grows as needed")
}

/// Reads a word about chains; for browsers.
pub fn decode_chain(bytes: &[u8]) -> Option<ChainWord> {
    let (mark, word) = bytes.split_first()?;
    if *mark != CHAIN_MARK {
        return None;
    }
    postcard::from_bytes(word).ok()
}

/// A whole series with everything that its quotes imply, for programs. Prices are in points of one
/// share; Greeks in the units of the documentation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChainView {
    /// Whose quotes they are; a practice tape is simulated.
    pub tape: TapeId,
    /// The underlying.
    pub symbol: Symbol,
    /// The series.
    #[serde(flatten)]
    pub expiry: ExpiryView,
    /// The tape's time.
    pub as_of: Moment,
    /// The underlying's price.
    pub spot: f64,
    /// Its price for delivery at expiry: from put–call parity, or from rate and dividends where
    /// contracts may be exercised early.
    pub forward: Option<f64>,
    /// What money is taken to earn, a year, continuously compounded.
    pub rate: f64,
    /// Calendar years left, of 365 days.
    pub years: f64,
    /// The volatility at the money, a fraction a year.
    pub iv_at_the_money: Option<f64>,
    /// 0.85 × the straddle at the money, in points.
    pub expected_move_straddle: Option<f64>,
    /// Spot × volatility at the money × √years, in points.
    pub expected_move_deviation: Option<f64>,
    /// What the underlying pays until then; nothing where that is in the forward, or not known.
    pub dividends: Option<Vec<Dividend>>,
    /// By strike, lowest first.
    pub strikes: Vec<StrikeView>,
}

/// Both rights at one strike.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StrikeView {
    /// The strike.
    pub strike: f64,
    /// The call.
    pub call: OptionView,
    /// The put.
    pub put: OptionView,
}

/// One contract.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OptionView {
    /// The best bid; nothing when nobody bids.
    pub bid: Option<f64>,
    /// The best ask.
    pub ask: Option<f64>,
    /// When both were quoted.
    pub quoted_at: Option<Moment>,
    /// The last trade today.
    pub last: Option<f64>,
    /// Contracts traded today.
    pub volume: u32,
    /// Contracts open before today.
    pub open_interest: u32,
    /// The volatility that the middle of bid and ask implies, a fraction a year.
    pub iv: Option<f64>,
    /// Why there is none.
    pub iv_absent: Option<String>,
    /// The vendor's.
    pub vendor_iv: Option<f64>,
    /// What it is worth at that volatility as the underlying stands now.
    pub value: Option<f64>,
    /// For each point of the underlying.
    pub delta: Option<f64>,
    /// Delta for each point.
    pub gamma: Option<f64>,
    /// Points for each calendar day.
    pub theta: Option<f64>,
    /// Points for each vol point.
    pub vega: Option<f64>,
    /// Points for each 1 % of rate.
    pub rho: Option<f64>,
    /// Why exercising it early may be worth more than holding it.
    pub early_exercise: Option<String>,
}

impl ExpiryView {
    /// What the exchange fixed for a series.
    pub fn of(series: Series) -> Self {
        let terms = series.terms();
        Self {
            series,
            expires_at: series.expires_at(),
            trades_until: series.trades_until(),
            settlement: terms.settlement,
            style: terms.style,
            multiplier: terms.multiplier,
        }
    }
}

impl OptionView {
    fn of(book: &ChainBook, place: usize, right: Right) -> Self {
        let ChainOption { quote, iv, greeks } = book.option(place, right);
        Self {
            bid: quote.bid.map(Price::to_f64),
            ask: quote.ask.map(Price::to_f64),
            quoted_at: quote.at,
            last: quote.last.map(Price::to_f64),
            volume: quote.volume,
            open_interest: quote.open_interest,
            iv: iv.ok(),
            iv_absent: iv.err().map(|why| why.to_string()),
            vendor_iv: quote.vendor_iv,
            value: greeks.map(|greeks| greeks.price),
            delta: greeks.map(|greeks| greeks.delta),
            gamma: greeks.map(|greeks| greeks.gamma),
            theta: greeks.map(|greeks| greeks.theta),
            vega: greeks.map(|greeks| greeks.vega),
            rho: greeks.map(|greeks| greeks.rho),
            early_exercise: book.exercise_reason(place, right).map(|why| why.to_string()),
        }
    }
}

/// A series as programs see it.
pub fn chain_view(book: &ChainBook, tape: &TapeId) -> ChainView {
    let series = book.series();
    let expected = book.expected_move();
    let strikes = book.quotes().strikes.iter().enumerate().map(|(place, quotes)| StrikeView {
        strike: quotes.strike.to_f64(),
        call: OptionView::of(book, place, Right::Call),
        put: OptionView::of(book, place, Right::Put),
    });
    ChainView {
        tape: tape.clone(),
        symbol: series.terms().underlying,
        expiry: ExpiryView::of(series),
        as_of: book.at(),
        spot: book.spot(),
        forward: book.forward(),
        rate: book.rate(),
        years: book.years(),
        iv_at_the_money: book.iv_at_the_money(),
        expected_move_straddle: expected.map(|expected| expected.straddle),
        expected_move_deviation: expected.map(|expected| expected.deviation),
        dividends: book.quotes().dividends.clone(),
        strikes: strikes.collect(),
    }
}

/// Which series are there on this symbol?
#[server(endpoint = "chain/expiries", input = Postcard, output = Postcard)]
pub async fn read_expiries(symbol: Symbol) -> Result<ExpiriesView, ApiError> {
    use crate::context::{answer, desk, trader};
    answer(desk()?.expiries(&trader()?, symbol).await.map(Into::into))
}
