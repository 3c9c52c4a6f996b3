//! The levels desk: chart in the middle, ladder and watchlist on the right. Symbol and timeframe
//! are in the address.

mod data;
mod top_bar;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};
use market::{BarSpan, Symbol, instrument};

use crate::components::{
    DepthSwitch, Ladder, LevelSheet, Pane, PriceChart, SpanBar, SymbolSearch, TabBar, Toast,
    Watchlist,
};
use crate::contexts::{Depth, live_tape, preferences};
use data::DeskData;
use top_bar::TopBar;

/// The timeframe of an address that names none.
const SPAN_FIRST: BarSpan = BarSpan::M5;

/// What the address says.
#[derive(Clone, Debug, PartialEq)]
struct Address {
    symbol: Symbol,
    span: BarSpan,
    /// What in it was not understood.
    complaint: Option<String>,
}

impl Address {
    fn read(symbol: Option<String>, span: Option<String>) -> Self {
        let mut address = Self { symbol: Symbol::SPX, span: SPAN_FIRST, complaint: None };
        if let Some(text) = symbol {
            match text.to_ascii_uppercase().parse() {
                Ok(symbol) => address.symbol = symbol,
                Err(error) => address.complaint = Some(format!("{error}. Showing SPX.")),
            }
        }
        if let Some(text) = span {
            match text.parse() {
                Ok(span) => address.span = span,
                Err(error) => address.complaint = Some(format!("{error}. Showing 5m.")),
            }
        }
        address
    }
}

/// The levels desk.
#[component]
pub(crate) fn DeskPage() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let address =
        Memo::new(move |_| Address::read(params.read().get("symbol"), query.read().get("span")));
    let symbol = Memo::new(move |_| address.read().symbol);
    let span = Memo::new(move |_| address.read().span);
    let navigate = use_navigate();
    let go = Callback::new(move |(symbol, span): (Symbol, BarSpan)| {
        let options = NavigateOptions { scroll: false, ..NavigateOptions::default() };
        navigate(&format!("/chart/{symbol}?span={span}"), options);
    });
    let tape = live_tape();
    let data = DeskData::new(symbol, tape);
    let pane = RwSignal::new(Pane::Chart);
    let choose_symbol = Callback::new(move |symbol| {
        go.run((symbol, span.get_untracked()));
        pane.set(Pane::Chart);
    });
    let is_stale = Memo::new(move |_| data.is_stale());
    let decimals = Signal::derive(move || usize::from(instrument(symbol.get()).decimals));
    let depth = Signal::derive(move || preferences().read().depth);
    view! {
        <Title text=move || data.title() />
        <div
            class="desk"
            data-pane=move || pane.get().as_str()
            data-stale=move || is_stale.get().to_string()
        >
            <TopBar data symbol on_choose=choose_symbol />
            <main class="desk__chart" aria-label="Chart">
                <h1 class="visually-hidden">{move || format!("{} chart", symbol.get())}</h1>
                <div class="desk__chart-bar">
                    <b class="desk__symbol">{move || symbol.get().to_string()}</b>
                    <span class="desk__name">{move || instrument(symbol.get()).name}</span>
                    <SpanBar span on_choose=move |span| go.run((symbol.get_untracked(), span)) />
                </div>
                <p
                    class="desk__complaint"
                    role="alert"
                    hidden=move || data.complaint(address).is_none()
                >
                    {move || data.complaint(address)}
                </p>
                <PriceChart
                    symbol
                    history=data.history(span)
                    tape
                    levels=data.chart_levels(depth)
                    theme=Signal::derive(move || preferences().read().theme)
                />
            </main>
            <LevelsPane data depth decimals />
            <WatchPane data symbol on_choose=choose_symbol />
            <TabBar pane on_choose=move |one| pane.set(one) />
            <LevelSheet
                explained=data.explanation()
                is_open=Signal::derive(move || data.asked.get().is_some())
                now=data.now
                on_close=move |()| data.asked.set(None)
            />
            <Toast text=data.toast on_close=move |()| data.toast.set(None) />
        </div>
    }
    .into_any()
}

/// The ladder and its head.
#[component]
fn LevelsPane(data: DeskData, depth: Signal<Depth>, decimals: Signal<usize>) -> impl IntoView {
    view! {
        <section class="desk__levels" aria-labelledby="levels-title">
            <header class="desk__head">
                <h2 id="levels-title">"Levels"</h2>
                <DepthSwitch depth on_choose=move |depth| {
                    preferences().update(|chosen| chosen.depth = depth);
                } />
                <span class="desk__atr">{move || data.atr_text()}</span>
            </header>
            <Transition fallback=|| view! { <div class="skeleton skeleton--ladder"></div> }>
                {move || Suspend::new(async move {
                    data.first_levels().await;
                    view! {
                        <Ladder
                            view=data.shown_levels(depth)
                            decimals
                            on_ask=move |id| data.asked.set(Some(id))
                        />
                    }
                })}
            </Transition>
        </section>
    }
    .into_any()
}

/// The watchlist and its head.
#[component]
fn WatchPane(data: DeskData, symbol: Memo<Symbol>, on_choose: Callback<Symbol>) -> impl IntoView {
    view! {
        <section class="desk__watch" aria-labelledby="watch-title">
            <header class="desk__head">
                <h2 id="watch-title">"Watchlist"</h2>
                <SymbolSearch
                    id="watch-add"
                    label="Add a symbol"
                    symbols=data.symbols_signal()
                    on_choose=move |symbol| data.add_watched(symbol)
                />
            </header>
            <Transition fallback=|| view! { <div class="skeleton skeleton--watch"></div> }>
                {move || Suspend::new(async move {
                    data.first_watchlist().await;
                    view! {
                        <Watchlist
                            rows=data.watch_rows()
                            shown=symbol
                            on_choose
                            on_remove=move |symbol| data.remove_watched(symbol)
                        />
                    }
                })}
            </Transition>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_says_what_is_shown_and_nonsense_is_told() {
        let read = |symbol: &str, span: Option<&str>| {
            Address::read(Some(symbol.to_owned()), span.map(str::to_owned))
        };
        assert_eq!(read("qqq", Some("1h")).symbol, Symbol::QQQ);
        assert_eq!(read("qqq", Some("1h")).span, BarSpan::H1);
        assert_eq!(read("SPY", Some("1M")).span, BarSpan::Month);
        assert_eq!(read("SPY", None).complaint, None);
        let nonsense = read("../etc", Some("7m"));
        assert_eq!((nonsense.symbol, nonsense.span), (Symbol::SPX, SPAN_FIRST));
        assert!(nonsense.complaint.is_some_and(|text| text.contains("7m")));
    }
}
