//! The chance that a plan brings a profit, by the smile of what ends first and by what the
//! underlying did before.

use api::read_bars;
use leptos::prelude::*;
use leptos::task::spawn_local;
use market::{BarSpan, Moment, Series, Span, Symbol};
use quant::options::{ChainBook, PastMoves, Smile, SmileOdds, trading_years_between};

use super::answer::Answer;
use super::leg_books::LegBooks;
use crate::components::PlanNow;
use crate::contexts::installation;
use crate::erased::follow;
use crate::live::LiveTape;

/// A smile's chances stand so long: it hardly moves, and costs more than all the rest.
const SMILE_FOR: Span = Span::seconds(3);
/// Trading days in a year.
const DAYS: f64 = 252.0;

/// What those chances are worked out from.
#[derive(Clone, Copy)]
pub(super) struct PlanOdds {
    /// Daily closes of the underlying in an epoch of the tape, oldest first.
    closes: Answer<(Symbol, Option<u64>), Vec<f64>>,
    /// Those over so many days that were asked for last.
    moves: StoredValue<Option<(usize, Option<PastMoves>)>>,
    smile: StoredValue<Option<(Series, Moment, Option<SmileOdds>)>>,
}

impl PlanOdds {
    /// Asks for the daily bars of the symbol, again whenever the tape jumped, and where they did
    /// not come.
    pub(super) fn of(tape: LiveTape, symbol: Memo<Symbol>) -> Self {
        let odds = Self {
            closes: Answer::new(),
            moves: StoredValue::new(None),
            smile: StoredValue::new(None),
        };
        let epoch = tape.epoch();
        let installation = installation();
        follow(move || {
            let question = (symbol.get(), epoch.get());
            odds.closes.retry.follow();
            let is_answered = installation.answers(tape);
            if odds.closes.turn_to(question) {
                odds.smile.set_value(None);
                odds.moves.set_value(None);
            }
            let is_known = odds.closes.told.with_untracked(Option::is_some);
            if question.1.is_none() || !is_answered || is_known {
                return;
            }
            spawn_local(async move {
                let answer = match read_bars(question.0, BarSpan::Day, None).await {
                    Ok(answer) => answer,
                    Err(why) => return odds.closes.retry.failed(&why),
                };
                let closes = answer.bars.iter().map(|bar| bar.close.to_f64()).collect();
                odds.moves.try_set_value(None);
                odds.closes.take(question, closes);
            });
        });
        odds
    }

    /// Whether what the underlying did before is known: what was valued without is valued again.
    pub(super) fn is_told(self) -> bool {
        self.closes.told.read().is_some()
    }

    /// Adds what it knows of a plan.
    pub(super) fn add(self, now: &mut PlanNow, books: LegBooks) {
        let Some(outlook) = now.outlook.as_ref() else { return };
        let first = now.position.options().min_by_key(|one| one.series.expires_at());
        let Some(first) = first.map(|one| one.series) else { return };
        let days = (DAYS * trading_years_between(now.at, outlook.ends_at)).round();
        #[expect(clippy::cast_possible_truncation, reason = "days of a few years")]
        #[expect(clippy::cast_sign_loss, reason = "not less than nothing")]
        let days = days.max(0.0) as usize;
        let spot = now.spot;
        let history = self.with_moves(days, |moves| {
            let odds = outlook.odds(|level| Some(moves.above(spot, level)))?;
            Some((odds, moves.count()))
        });
        let smile =
            self.with_smile(first, now.at, books, |smile| outlook.odds(|level| smile.above(level)));
        (now.odds.history, now.odds.smile) = (history, smile);
    }

    fn with_moves<T>(self, days: usize, look: impl FnOnce(&PastMoves) -> Option<T>) -> Option<T> {
        self.moves.update_value(|known| {
            if known.as_ref().is_none_or(|(of, _)| *of != days) {
                let moves = self.closes.told.with_untracked(|closes| {
                    closes.as_ref().and_then(|closes| PastMoves::of(closes, days))
                });
                *known = Some((days, moves));
            }
        });
        self.moves.with_value(|known| look(known.as_ref()?.1.as_ref()?))
    }

    fn with_smile<T>(
        self,
        series: Series,
        at: Moment,
        books: LegBooks,
        look: impl FnOnce(&SmileOdds) -> Option<T>,
    ) -> Option<T> {
        let is_old = self.smile.with_value(|known| {
            let is_fresh =
                |of: &Series, from: Moment| *of == series && from <= at && at - from < SMILE_FOR;
            known.as_ref().is_none_or(|(of, from, _)| !is_fresh(of, *from))
        });
        if is_old {
            let of = |book: &ChainBook| Smile::of(&book.open()?, book.spot(), book.years())?.odds();
            let odds = books.with(series, of)?;
            self.smile.set_value(Some((series, at, odds)));
        }
        self.smile.with_value(|known| look(known.as_ref()?.2.as_ref()?))
    }
}
