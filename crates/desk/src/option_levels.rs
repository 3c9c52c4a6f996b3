//! Levels that options on an underlying make: walls, the flip, and how far today was expected to
//! go.

use market::{Span, Symbol};
use quant::levels::{ExpectedRange, OptionLevels};
use quant::options::{ChainBook, RATE_DEFAULT};

use crate::{Desk, DeskError, Tape, Trader};

/// So long an answer is given again: a minute of the tape hardly moves a wall.
const KEPT_FOR: Span = Span::MINUTE;

/// Levels that options make, and the epoch of the tape that they belong to.
pub type KnownOptionLevels = (u64, Option<OptionLevels>);

impl Desk {
    /// Which levels do options on `symbol` make? None where the tape has no options on it, or the
    /// symbol no price yet.
    pub async fn option_levels(
        &self,
        trader: &Trader,
        symbol: Symbol,
    ) -> Result<KnownOptionLevels, DeskError> {
        let known = self.with_tape(trader, |tape| {
            let at = tape.state().at;
            let levels = tape.option_levels(symbol)?;
            (at - levels.as_of < KEPT_FOR).then(|| (tape.epoch(), Some(levels)))
        });
        if let Some(known) = known {
            return Ok(known);
        }
        let open = self.open_interest(trader, symbol).await?;
        let epoch = open.state.epoch;
        let (Some(spot), Some(of), false) = (open.spot, open.of, open.series.is_empty()) else {
            return Ok((epoch, None));
        };
        let range = self.with_tape(trader, |tape| {
            // Priced once a day: what stands cannot move any more.
            tape.option_levels(symbol).and_then(|known| known.range).or_else(|| range(tape, symbol))
        });
        let levels = OptionLevels::new((open.rate, spot), open.state.at, of, &open.series, range);
        self.with_tape(trader, |tape| tape.keep_option_levels(symbol, epoch, levels));
        Ok((epoch, Some(levels)))
    }
}

/// How far `symbol` was expected to go when its session was a minute old, until the first series to
/// end from then on. Nothing before that, and where the feed knows no quotes of then.
fn range(tape: &mut Tape, symbol: Symbol) -> Option<ExpectedRange> {
    let open = tape.day().open();
    let at = open + Span::MINUTE;
    let first = tape.books().minutes(symbol).iter().find(|bar| bar.start == open)?;
    let spot = first.close.to_f64();
    let (series, quotes) = tape.first_quotes(symbol, at)?;
    let moved = ChainBook::new(quotes, RATE_DEFAULT, spot, at).expected_move()?;
    Some(ExpectedRange { series, at, spot, moved })
}
