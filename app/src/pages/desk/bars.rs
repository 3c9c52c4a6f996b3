//! Bars of earlier days, for the chart: the newest page first, older ones as they are asked for.

use crate::erased::{derived, follow, memo};
use api::{ApiError, BarsView, read_bars};
use leptos::prelude::*;
use leptos::task::spawn_local;
use market::{BarSpan, Moment, Symbol};

use crate::components::{ChartFeed, ChartHistory, OlderPage};
use crate::live::LiveTape;

/// Whose bars, how long, on which epoch of the tape.
type Asked = (Symbol, BarSpan, u64);

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
    follow(move || {
        older.set(OlderPage::Idle);
        let Some((symbol, span, epoch)) = asked.get() else { return };
        spawn_local(async move {
            let bars = read_bars(symbol, span, None).await;
            // An answer that something newer overtook is nobody's any more.
            if asked.try_get_untracked().flatten() == Some((symbol, span, epoch)) {
                answer.set(Some(((symbol, span, epoch), bars)));
            }
        });
    });
    let first = derived(move || {
        let (of, answer) = answer.get()?;
        // Until the new answer comes, the last one is another symbol's, span's or tape's.
        let is_current = Some(of) == asked.get();
        is_current.then(|| answer.map(history).map_err(|error| error.to_string()))
    });
    let ask = Callback::new(move |before: Moment| {
        let Some((symbol, span, epoch)) = asked.get_untracked() else { return };
        older.set(OlderPage::Asked);
        spawn_local(async move {
            let page = read_bars(symbol, span, Some(before)).await;
            if asked.try_get_untracked().flatten() != Some((symbol, span, epoch)) {
                return;
            }
            older.set(match page {
                Ok(page) if page.bars.is_empty() => OlderPage::Ended,
                Ok(page) => OlderPage::Came(history(page)),
                // The next pan asks again.
                Err(_) => OlderPage::Idle,
            });
        });
    });
    ChartFeed { first, older, ask }
}

fn history(view: BarsView) -> ChartHistory {
    let BarsView { symbol, span, hours, bars, .. } = view;
    ChartHistory { symbol, span, hours, bars }
}
