//! The bar above everything: search, clock, feed, tape controls, theme.

use api::TapeCommand;
use leptos::prelude::*;
use market::{Freshness, Phase, Symbol, session_clock};

use super::data::DeskData;
use crate::components::{FeedBadge, MarketClock, SymbolSearch, TapePanel, ThemeSwitch};
use crate::contexts::{live_tape, preferences};

/// The bar above everything.
#[component]
pub(super) fn TopBar(
    data: DeskData,
    symbol: Memo<Symbol>,
    #[prop(into)] on_choose: Callback<Symbol>,
) -> impl IntoView {
    let tape = live_tape();
    let status = Signal::derive(move || tape.status.read().as_ref().map(|(tape, _)| tape.clone()));
    let tape_id = Memo::new(move |_| status.read().as_ref().map(|tape| tape.tape.clone()));
    let pace = Signal::derive(move || {
        status.read().as_ref().map_or((1, false), |tape| (tape.speed, tape.is_paused))
    });
    let freshness = Signal::derive(move || {
        let (status, now) = (status.get()?, data.now.get()?);
        if status.is_paused {
            return Some(Freshness::Live);
        }
        let session = session_clock(now);
        let closed = (session.phase == Phase::Closed).then_some(session.began);
        // A fast tape hears its feed late by the wall's measure of a beat, not by its own.
        let age = market::Span((now - status.heard_at).0 / i64::from(status.speed));
        Some(Freshness::judge(age, status.heartbeat, closed))
    });
    let print_age = Signal::derive(move || {
        let (status, now) = (status.get()?, data.now.get()?);
        let (_, at) = tape.with_books(|live| live.books().book(symbol.get())?.last())?;
        Some(market::Span(((now - at).0 / i64::from(status.speed)).max(0)))
    });
    let symbol_shown = move || symbol.get_untracked();
    let theme = Signal::derive(move || preferences().read().theme);
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
            <div class="top-bar__quote">{move || data.quote_text()}</div>
            <MarketClock now=data.now />
            <FeedBadge
                tape=tape_id
                pace
                link=tape.link
                freshness
                print_age
                panel_id="tape-panel"
            />
            <TapePanel
                id="tape-panel"
                tape=status
                recordings=data.recordings_signal()
                on_command=move |command| {
                    if let TapeCommand::Recording(date) = command {
                        // A day that lacks the symbol on the screen would show nothing.
                        let symbol = data.recorded_symbol(date);
                        if let Some(symbol) = symbol.filter(|one| *one != symbol_shown()) {
                            on_choose.run(symbol);
                        }
                    }
                    data.command(command);
                }
                on_open=move |()| data.ask_recordings()
            />
            <ThemeSwitch
                theme
                on_choose=move |theme| preferences().update(|chosen| chosen.theme = theme)
            />
        </header>
    }
    .into_any()
}
