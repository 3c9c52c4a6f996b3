//! What options say of volatility, for programs: by expiry, of thirty days, of puts against calls.

use market::{Moment, Symbol, TapeId};
use quant::options::{ChainBook, THIRTY_DAYS, constant_maturity, skew, strip, strip_quotes};
use serde::Serialize;

use crate::ExpiryView;

/// What options on an underlying say of volatility. Volatilities are fractions a year.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VolatilityView {
    /// Whose quotes they are; a practice tape is simulated.
    pub tape: TapeId,
    /// The underlying.
    pub symbol: Symbol,
    /// The tape's time.
    pub as_of: Moment,
    /// The underlying's price.
    pub spot: Option<f64>,
    /// The volatility at the money of thirty days, between the two expiries round them, total
    /// variance linear in time.
    pub iv30: Option<f64>,
    /// That of all options out of the money of the same two expiries, as the VIX is computed.
    pub strip30: Option<f64>,
    /// The volatility at the money of the expiry that ends first ÷ that of the second.
    pub front_next_ratio: Option<f64>,
    /// By expiry, soonest first.
    pub terms: Vec<TermView>,
}

/// What one series says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TermView {
    /// The series.
    #[serde(flatten)]
    pub expiry: ExpiryView,
    /// Calendar years left, of 365 days.
    pub years: f64,
    /// The underlying's price for delivery then.
    pub forward: Option<f64>,
    /// The volatility at the money.
    pub iv_at_the_money: Option<f64>,
    /// 0.85 × the straddle at the money, in points.
    pub expected_move_straddle: Option<f64>,
    /// Spot × volatility at the money × √years, in points.
    pub expected_move_deviation: Option<f64>,
    /// The volatility at which a put has a delta of −0.25.
    pub iv_25_put: Option<f64>,
    /// That of a call with 0.25.
    pub iv_25_call: Option<f64>,
    /// (put − call) ÷ at the money, of these.
    pub skew: Option<f64>,
    /// The volatility that all options out of the money cost, as the VIX is computed.
    pub strip: Option<f64>,
}

impl TermView {
    fn of(book: &ChainBook) -> Self {
        let (expected, skew) = (book.expected_move(), skew(book));
        let strip = strip(&strip_quotes(book), book.rate(), book.years());
        Self {
            expiry: ExpiryView::of(book.series()),
            years: book.years(),
            forward: book.forward(),
            iv_at_the_money: book.iv_at_the_money(),
            expected_move_straddle: expected.map(|expected| expected.straddle),
            expected_move_deviation: expected.map(|expected| expected.deviation),
            iv_25_put: skew.map(|skew| skew.put),
            iv_25_call: skew.map(|skew| skew.call),
            skew: skew.map(|skew| skew.ratio()),
            strip: strip.map(|strip| strip.variance.sqrt()),
        }
    }
}

/// What series, soonest first, say of volatility.
pub fn volatility_view(
    books: &[ChainBook],
    tape: &TapeId,
    symbol: Symbol,
    as_of: Moment,
    spot: Option<f64>,
) -> VolatilityView {
    let terms: Vec<TermView> = books.iter().map(TermView::of).collect();
    let of_thirty_days = |figure: fn(&TermView) -> Option<f64>| {
        let known = terms.iter().filter_map(|term| Some((term.years, figure(term)?)));
        constant_maturity(&known.collect::<Vec<_>>(), THIRTY_DAYS)
    };
    let mut front = terms.iter().filter_map(|term| term.iv_at_the_money);
    VolatilityView {
        tape: tape.clone(),
        symbol,
        as_of,
        spot,
        iv30: of_thirty_days(|term| term.iv_at_the_money),
        strip30: of_thirty_days(|term| term.strip),
        front_next_ratio: front.next().zip(front.next()).map(|(first, next)| first / next),
        terms,
    }
}
