//! The bar above everything: search, clock, feed, tape controls, theme.

use crate::erased::{Erase, awaited, derived, memo, part};
use leptos::prelude::*;
use market::Symbol;

use super::data::DeskData;
use crate::components::{
    FeedBadge, MarketClock, SymbolSearch, TapeControls, TapePanel, ThemeSwitch, offline_note,
};
use crate::contexts::{live_tape, preferences};

/// The bar above everything.
#[component]
pub(super) fn TopBar(
    data: DeskData,
    symbol: Memo<Symbol>,
    #[prop(into)] on_choose: Callback<Symbol>,
) -> impl IntoView {
    let tape = live_tape();
    let status = derived(move || tape.status.read().as_ref().map(|(tape, _)| tape.clone()));
    let tape_id = memo(move || status.read().as_ref().map(|tape| tape.tape.clone()));
    let pace = derived(move || {
        status.read().as_ref().map_or((1, false), |tape| (tape.speed, tape.is_paused))
    });
    let heard_age = derived(move || {
        let (_, said_ms) = tape.status.get()?;
        data.now.track();
        #[expect(clippy::cast_possible_truncation, reason = "a page does not live that long")]
        let age = market::Span::millis((crate::live::steady_ms() - said_ms) as i64);
        Some(age)
    });
    let print_age = derived(move || {
        let (status, now) = (status.get()?, data.now.get()?);
        let (_, at) = tape.with_books(|live| live.books().book(symbol.get())?.last())?;
        Some(market::Span(((now - at).0 / i64::from(status.speed)).max(0)))
    });
    let theme = derived(move || preferences().read().theme);
    let on_command = Callback::new(move |command| data.move_tape(command, on_choose));
    view! {
        <header class="top-bar">
            <a class="top-bar__brand" href="/chart/SPX" aria-label="Volaris, SPX chart">
                "Vol"
                <b>"aris"</b>
            </a>
            <SymbolSearch
                id="symbol-search"
                label="Search symbol"
                symbols=data.symbols_signal()
                on_choose
            />
            {quote(data)}
            <MarketClock now=data.now />
            <FeedBadge
                tape=tape_id
                pace
                link=tape.link
                freshness=derived(move || data.freshness())
                heard_age
                print_age
                panel_id="tape-panel"
            />
            <TapePanel
                id="tape-panel"
                controls=TapeControls {
                    tape: status,
                    recordings: data.recordings_signal(),
                    on_command,
                }
                on_open=move |()| data.ask_recordings()
            />
            <ThemeSwitch
                theme
                on_choose=move |theme| preferences().update(|chosen| chosen.theme = theme)
            />
            {offline_note(move || data.is_offline(), move || data.offline_text())}
        </header>
    }
    .erase()
}

/// The newest price where there is no room for the ladder's. It stands in the page that the server
/// sends: what came later would push everything down.
fn quote(data: DeskData) -> AnyView {
    let shown = move || async move {
        data.first_levels().await;
        part(move || data.quote_text())
    };
    view! { <div class="top-bar__quote">{awaited(|| ().into_any(), shown)}</div> }.erase()
}
