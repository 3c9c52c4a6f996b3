//! Bars of earlier days, for the chart: the newest page first, older ones as they are asked for.

use api::{ApiError, BarsView, read_bars};
use gloo::timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use market::{BarSpan, Moment, Symbol};

use crate::components::{ChartFeed, ChartHistory, OlderPage};
use crate::contexts::installation;
use crate::erased::{derived, follow, memo};
use crate::live::LiveTape;

/// Whose bars, how long, on which epoch of the tape.
type Asked = (Symbol, BarSpan, u64);

/// The books' epoch until the tape is heard; no tape has it.
const UNHEARD: u64 = 0;

/// How long older bars that did not come are not asked for again, in milliseconds.
const ASKED_AGAIN_MS: u32 = 2_000;

/// Whether an answer is what is asked for now.
fn fits(answer: Asked, now: Asked) -> bool {
    answer == now || (now.2 == UNHEARD && (answer.0, answer.1) == (now.0, now.1))
}

/// Bars of a symbol, if there is one; fetched anew when the tape jumped.
pub(super) fn chart_feed(
    symbol: Memo<Option<Symbol>>,
    span: Memo<BarSpan>,
    tape: LiveTape,
) -> ChartFeed {
    let epoch = memo(move || tape.with_books(|live| live.epoch()));
    let asked = memo(move || Some((symbol.get()?, span.get(), epoch.get())));
    let answer = RwSignal::new(None::<(Asked, Result<BarsView, ApiError>)>);
    let older = RwSignal::new(OlderPage::Idle);
    // What is being asked before the tape was heard, and so for whatever epoch it plays.
    let early = StoredValue::new(None::<(Symbol, BarSpan)>);
    let again = Trigger::new();
    // What was asked for without a link is asked for again with the next.
    let installation = installation();
    let is_answered = memo(move || installation.answers(tape));
    follow(move || {
        again.track();
        let _ = is_answered.get();
        older.set(OlderPage::Idle);
        let Some(now) = asked.get() else { return };
        let is_here = answer.with_untracked(|answer| {
            answer.as_ref().is_some_and(|(of, bars)| bars.is_ok() && fits(*of, now))
        });
        let (symbol, span, epoch) = now;
        if is_here || early.get_value() == Some((symbol, span)) {
            return;
        }
        early.set_value((epoch == UNHEARD).then_some((symbol, span)));
        spawn_local(async move {
            let bars = read_bars(symbol, span, None).await;
            // An answer that something newer overtook is nobody's any more.
            let Some(now) = asked.try_get_untracked().flatten() else { return };
            if (now.0, now.1) != (symbol, span) || ![UNHEARD, now.2].contains(&epoch) {
                return;
            }
            let mut of = now;
            if epoch == UNHEARD {
                early.set_value(None);
                of.2 = bars.as_ref().map_or(now.2, |bars| bars.epoch);
            }
            // Asked twice, as when the link came back meanwhile: what was moved stays.
            let is_known = answer.with_untracked(|answer| {
                answer.as_ref().is_some_and(|(known, bars)| *known == of && bars.is_ok())
            });
            if !is_known {
                answer.set(Some((of, bars)));
            }
            if !fits(of, now) {
                again.notify();
            }
        });
    });
    let first = derived(move || {
        let (of, answer) = answer.get()?;
        // Until the new answer comes, the last one is another symbol's, span's or tape's.
        let is_current = fits(of, asked.get()?);
        is_current.then(|| answer.map(history).map_err(|error| error.to_string()))
    });
    let ask = Callback::new(move |before: Moment| {
        let Some((symbol, span, epoch)) = asked.get_untracked() else { return };
        let asking = OlderPage::Asked(before);
        older.set(asking.clone());
        spawn_local(async move {
            let page = read_bars(symbol, span, Some(before)).await;
            if page.is_err() {
                // Not with every painting meanwhile.
                TimeoutFuture::new(ASKED_AGAIN_MS).await;
            }
            let is_awaited = asked.try_get_untracked().flatten() == Some((symbol, span, epoch))
                && older.with_untracked(|older| *older == asking);
            // Asked again meanwhile, as when the link came back, it is answered once.
            if is_awaited {
                let came = |page| OlderPage::Came(before, history(page));
                older.set(page.map_or(OlderPage::Idle, came));
            }
        });
    });
    ChartFeed { first, older, ask }
}

fn history(view: BarsView) -> ChartHistory {
    let BarsView { symbol, span, hours, bars, .. } = view;
    ChartHistory { symbol, span, hours, bars }
}
