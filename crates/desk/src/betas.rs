//! How much of a benchmark's moves each underlying makes.

use market::Symbol;
use quant::Beta;

use crate::{Desk, DeskError, Trader, check_listed};

/// Daily returns that a beta is of: a quarter of a year.
pub const BETA_DAYS: usize = 63;

/// The beta of every symbol on the tape to one of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Betas {
    /// The one.
    pub benchmark: Symbol,
    /// Of those whose daily bars tell.
    pub of: Vec<(Symbol, Beta)>,
}

impl Desk {
    /// What are the betas to `benchmark`, by the days before the tape's?
    pub async fn betas(&self, trader: &Trader, benchmark: Symbol) -> Result<Betas, DeskError> {
        self.with_tape(trader, |tape| {
            check_listed(tape, benchmark)?;
            let (feed, before) = (tape.feed(), tape.day().date);
            let market = feed.daily_bars(benchmark, before);
            let of = feed.symbols().into_iter().filter_map(|symbol| {
                // Of itself it makes every move, whatever is known of its days.
                let own = (symbol == benchmark).then_some(Beta::OWN);
                let found = Beta::of(&feed.daily_bars(symbol, before), &market, BETA_DAYS);
                Some((symbol, found.or(own)?))
            });
            Ok(Betas { benchmark, of: of.collect() })
        })
    }
}
