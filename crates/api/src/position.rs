//! A position as a program sees it: its legs, what it is worth, what moves it, what it may bring.

use market::{Contract, Moment, Symbol, TapeId};
use plan::{
    Extreme, Instrument, Leg, LegValue, Outlook, Payoff, Position, PositionValue, Strategy,
};
use serde::Serialize;

/// A position as it stands now. Dollars, but for a leg's prices and Greeks, which are points of one
/// share.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PositionView {
    /// Whose quotes it is valued at; a practice tape is simulated.
    pub tape: TapeId,
    /// The underlying.
    pub symbol: Symbol,
    /// The tape's time.
    pub as_of: Moment,
    /// The underlying's price.
    pub spot: f64,
    /// The field's name for its shape; `Custom` where there is none.
    pub strategy: &'static str,
    /// As it was understood.
    pub legs: Vec<LegView>,
    /// What went out for it; less than nothing where it came in. The middle where nothing was said.
    pub paid: Option<f64>,
    /// Whether that was said.
    pub is_paid_told: bool,
    /// What it is worth at the middle of every leg.
    pub mid: Option<f64>,
    /// What closing it at once would bring.
    pub natural: Option<f64>,
    /// Its worth at the middle, less what was paid.
    pub profit: Option<f64>,
    /// For each point of the underlying: so many shares it is like.
    pub delta: Option<f64>,
    /// Of these shares, at the underlying's price.
    pub dollar_delta: Option<f64>,
    /// Delta for each point.
    pub gamma: Option<f64>,
    /// Dollar delta for a move of 1 %.
    pub dollar_gamma: Option<f64>,
    /// For each calendar day.
    pub theta: Option<f64>,
    /// For each vol point.
    pub vega: Option<f64>,
    /// For each 1 % of rate.
    pub rho: Option<f64>,
    /// When the first of its options ends.
    pub ends_at: Option<Moment>,
    /// What it brings then.
    pub at_expiry: Option<PayoffView>,
    /// Why that is not known.
    pub at_expiry_absent: Option<&'static str>,
}

/// One leg.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LegView {
    /// Contracts or shares; less than nothing where they are sold.
    pub quantity: i64,
    /// As the desk writes it: `SPXW 20NOV26 5900P`.
    pub instrument: String,
    /// The exchange's name of a contract.
    pub occ: Option<String>,
    /// The best bid.
    pub bid: Option<f64>,
    /// The best ask.
    pub ask: Option<f64>,
    /// The volatility that the middle implies, a fraction a year.
    pub iv: Option<f64>,
    /// Why there is none.
    pub iv_absent: Option<String>,
    /// For each point of the underlying.
    pub delta: Option<f64>,
    /// Delta for each point.
    pub gamma: Option<f64>,
    /// Points for each calendar day.
    pub theta: Option<f64>,
    /// Points for each vol point.
    pub vega: Option<f64>,
}

/// What a position brings when its options end.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PayoffView {
    /// The most.
    pub most: ExtremeView,
    /// The least.
    pub least: ExtremeView,
    /// Where profit turns into loss or back.
    pub break_evens: Vec<f64>,
    /// The chance of a profit, by the volatility at the money: what options cost, not a forecast.
    pub profit_odds: Option<f64>,
    /// Whether a model had to say what options are worth that go on then.
    pub is_modelled: bool,
    /// Corners of the line between them: the underlying's close and dollars. None where a model
    /// made it.
    pub corners: Vec<(f64, f64)>,
}

/// Dollars, or `"unlimited"`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum ExtremeView {
    /// Dollars.
    Dollars(f64),
    /// It grows with the underlying, without end.
    Word(&'static str),
}

impl From<Extreme> for ExtremeView {
    fn from(extreme: Extreme) -> Self {
        match extreme {
            Extreme::Dollars(dollars) => Self::Dollars(dollars),
            Extreme::Unlimited => Self::Word("unlimited"),
        }
    }
}

impl LegView {
    fn of(leg: &Leg, known: &LegValue) -> Self {
        let contract = match leg.instrument {
            Instrument::Option(contract) => Some(contract),
            Instrument::Shares(_) => None,
        };
        let absent = known.iv.err().filter(|_| contract.is_some());
        Self {
            quantity: leg.quantity,
            instrument: leg.instrument.to_string(),
            occ: contract.as_ref().and_then(Contract::occ),
            bid: known.bid,
            ask: known.ask,
            iv: known.iv.ok(),
            iv_absent: absent.map(|why| why.to_string()),
            delta: known.greeks.map(|greeks| greeks.delta),
            gamma: known.greeks.map(|greeks| greeks.gamma),
            theta: known.greeks.map(|greeks| greeks.theta),
            vega: known.greeks.map(|greeks| greeks.vega),
        }
    }
}

/// A position as programs see it: `legs` are what is known of each, `value` their sum, `outlook`
/// what it may bring.
pub fn position_view(
    position: &Position,
    legs: &[LegValue],
    (value, outlook): (&PositionValue, Option<&Outlook>),
    (tape, as_of, spot): (&TapeId, Moment, f64),
) -> PositionView {
    let paid = position.paid.or(value.mid);
    let payoff = paid.and_then(|paid| Payoff::of(position, paid));
    let corners = payoff.map(|payoff| payoff.corners().to_vec()).unwrap_or_default();
    let greeks = value.greeks;
    let at_expiry = outlook.map(|outlook| PayoffView {
        most: outlook.most.into(),
        least: outlook.least.into(),
        break_evens: outlook.break_evens.clone(),
        profit_odds: outlook.profit_odds,
        is_modelled: outlook.is_modelled,
        corners,
    });
    let absent = if position.ends_at().is_none() {
        "shares never end"
    } else if paid.is_none() {
        "a leg has no middle price: say what was paid, with @"
    } else {
        "its options end at different times, and one of them has no volatility"
    };
    PositionView {
        tape: tape.clone(),
        symbol: position.underlying(),
        as_of,
        spot,
        strategy: Strategy::of(position).name(),
        legs: position
            .legs()
            .iter()
            .zip(legs)
            .map(|(leg, known)| LegView::of(leg, known))
            .collect(),
        paid,
        is_paid_told: position.paid.is_some(),
        mid: value.mid,
        natural: value.natural,
        profit: value.mid.zip(paid).map(|(mid, paid)| mid - paid),
        delta: greeks.map(|greeks| greeks.delta),
        dollar_delta: greeks.map(|greeks| greeks.delta * spot),
        gamma: greeks.map(|greeks| greeks.gamma),
        dollar_gamma: greeks.map(|greeks| greeks.gamma * spot * spot * 0.01),
        theta: greeks.map(|greeks| greeks.theta),
        vega: greeks.map(|greeks| greeks.vega),
        rho: greeks.map(|greeks| greeks.rho),
        ends_at: position.ends_at(),
        at_expiry_absent: at_expiry.is_none().then_some(absent),
        at_expiry,
    }
}
