//! Levels that options make, of the symbols that charts show: asked of the server every minute of
//! the tape.

use api::{OptionLevelsView, read_option_levels};
use leptos::prelude::*;
use leptos::task::spawn_local;
use market::{Span, Symbol};
use quant::levels::OptionLevels;

use crate::contexts::installation;
use crate::erased::{follow, memo};
use crate::live::{LiveTape, steady_ms};

/// Between two questions about a symbol at least, whatever the tape's pace.
const ASKED_EVERY_MS: f64 = 10_000.0;

/// What is known of each symbol, by the epoch of the tape that it belongs to.
#[derive(Clone, Copy)]
pub(super) struct KnownOptionLevels(RwSignal<Vec<OptionLevelsView>>);

/// A question that was asked: about what, in which epoch and minute of the tape, and when.
struct Asked {
    symbol: Symbol,
    epoch: u64,
    minute: i64,
    at_ms: f64,
}

impl KnownOptionLevels {
    /// Asks about whatever `shown` names.
    pub(super) fn new(tape: LiveTape, shown: Memo<Vec<Symbol>>) -> Self {
        let known = Self(RwSignal::new(Vec::new()));
        let stand = memo(move || {
            let minute = |live: &crate::live::LiveBooks| live.at().0.div_euclid(Span::MINUTE.0);
            // Before the first snapshot nobody knows which epoch it is.
            tape.with_books(|live| (0 < live.snapshots()).then(|| (live.epoch(), minute(live))))
        });
        let asked = StoredValue::new(Vec::<Asked>::new());
        let installation = installation();
        follow(move || {
            let (Some((epoch, minute)), shown) = (stand.get(), shown.get()) else { return };
            if !installation.answers(tape) {
                return;
            }
            let now = steady_ms();
            asked.update_value(|asked| {
                asked.retain(|one| one.epoch == epoch && shown.contains(&one.symbol));
                for symbol in shown {
                    let before = asked.iter().position(|one| one.symbol == symbol);
                    if let Some(before) = before {
                        let is_new = asked[before].minute == minute
                            || now - asked[before].at_ms < ASKED_EVERY_MS;
                        if is_new {
                            continue;
                        }
                        asked.remove(before);
                    }
                    asked.push(Asked { symbol, epoch, minute, at_ms: now });
                    known.ask(symbol);
                }
            });
        });
        known
    }

    fn ask(self, symbol: Symbol) {
        spawn_local(async move {
            // A question that fails is asked again with the next minute; until then what is known
            // stays, with its age in its explanation.
            if let Ok(answer) = read_option_levels(symbol).await {
                self.0.try_update(|known| {
                    known.retain(|one| one.symbol != symbol);
                    known.push(answer);
                });
            }
        });
    }

    /// Those of a symbol in an epoch of the tape.
    pub(super) fn of(self, symbol: Symbol, epoch: u64) -> Option<OptionLevels> {
        let known = self.0.read();
        known.iter().find(|one| one.symbol == symbol && one.epoch == epoch)?.levels
    }
}
