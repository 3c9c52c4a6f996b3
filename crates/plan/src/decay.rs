//! What is left to decay of options on their last day, when theta for a whole day says more than
//! they can lose.

use market::{Contract, Moment, Span};

use crate::{Instrument, LegValue, Position};

/// An option has less than this left on its last day.
const LAST_DAY: Span = Span::hours(24);

/// Whether a contract goes on at a moment, but not for a day more.
pub fn is_on_last_day(contract: Contract, at: Moment) -> bool {
    let expires_at = contract.series.expires_at();
    at < expires_at && expires_at - at < LAST_DAY
}

/// Dollars that `position` gains until the end of those of its options that are on their last day
/// at a moment, if the underlying stays at `spot`: Σ quantity × multiplier × (what one pays there −
/// the middle of its bid and ask). Less than nothing for who holds them, as theta is. `known` has
/// what is known of each leg, in their order; nothing where one of these options has no middle.
pub fn decay_to_expiry(
    position: &Position,
    known: &[LegValue],
    (spot, at): (f64, Moment),
) -> Option<f64> {
    let ends = |instrument: Instrument| match instrument {
        Instrument::Option(contract) => is_on_last_day(contract, at),
        Instrument::Shares(_) => false,
    };
    let mut ending = position.legs().iter().zip(known).filter(|(leg, _)| ends(leg.instrument));
    ending.try_fold(0.0, |sum, (leg, known)| {
        let dollars = leg.quantity as f64 * leg.instrument.multiplier();
        Some(sum + dollars * (leg.instrument.payoff(spot) - known.mid?))
    })
}
