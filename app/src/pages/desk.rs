//! The levels desk: chart in the middle, ladder and watchlist on the right. Symbol and timeframe
//! are in the address.

mod address;
mod bars;
mod commands;
mod data;
mod drawings;
mod top_bar;

use crate::erased::{Erase, derived, erased, memo, part};
use chart::ChartSetup;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};
use market::{BarSpan, Moment, Symbol, instrument};

use crate::components::{
    ChartBar, ChartControls, DepthSwitch, DrawingBar, DrawingOptions, KeySheet, Ladder,
    LevelQuestion, LevelSheet, Palette, PaletteControls, Pane, PriceChart, SpanBar, SymbolSearch,
    TabBar, Toast, Watchlist,
};
use crate::contexts::{Depth, live_tape, preferences};
use address::Address;
use bars::chart_feed;
use commands::Commands;
use data::DeskData;
use top_bar::TopBar;

/// What the address says, and how it is changed.
#[derive(Clone, Copy)]
struct Route {
    address: Memo<Address>,
    symbol: Memo<Symbol>,
    span: Memo<BarSpan>,
    setup: Memo<ChartSetup>,
    /// Called with what the address should say, and whether the one before is kept in the history.
    go: Callback<(Symbol, BarSpan, ChartSetup, bool)>,
}

impl Route {
    fn new() -> Self {
        let params = use_params_map();
        let query = use_query_map();
        let address = memo(move || {
            let query = query.read();
            Address::read(params.read().get("symbol"), |name| query.get(name))
        });
        let setup = memo(move || {
            let told = address.read().setup.clone();
            told.unwrap_or_else(|| preferences().read().chart.clone())
        });
        let navigate = use_navigate();
        let go = Callback::new(
            move |(symbol, span, setup, is_kept): (Symbol, BarSpan, ChartSetup, bool)| {
                let options = NavigateOptions {
                    scroll: false,
                    replace: !is_kept,
                    ..NavigateOptions::default()
                };
                navigate(&Address::write(symbol, span, &setup), options);
            },
        );
        Self {
            address,
            symbol: memo(move || address.read().symbol),
            span: memo(move || address.read().span),
            setup,
            go,
        }
    }

    fn choose_symbol(self, symbol: Symbol) {
        self.go.run((symbol, self.span.get_untracked(), self.setup.get_untracked(), true));
    }

    fn choose_span(self, span: BarSpan) {
        self.go.run((self.symbol.get_untracked(), span, self.setup.get_untracked(), true));
    }

    /// Another set-up is on the screen, in the address, and this device's next first page.
    fn set_up(self, setup: ChartSetup) {
        preferences().update(|chosen| chosen.chart = setup.clone());
        self.go.run((self.symbol.get_untracked(), self.span.get_untracked(), setup, false));
    }
}

/// The levels desk.
#[component]
pub(crate) fn DeskPage() -> impl IntoView {
    let route = Route::new();
    let Route { address, symbol, .. } = route;
    let tape = live_tape();
    let compared = memo(move || route.setup.read().compare.filter(|one| *one != symbol.get()));
    let data = DeskData::new(symbol, compared, tape);
    let pane = RwSignal::new(Pane::Chart);
    let commands = Commands::new(route, data, pane);
    let choose_symbol = commands.choose_symbol;
    commands.listen();
    let is_stale = memo(move || data.is_stale());
    let decimals = derived(move || usize::from(instrument(symbol.get()).decimals));
    let depth = derived(move || preferences().read().depth);
    view! {
        <Title text=move || data.title() />
        <div
            class="desk"
            data-pane=erased(move || pane.get().as_str())
            data-stale=erased(move || is_stale.get().to_string())
        >
            <TopBar data symbol on_choose=choose_symbol />
            <main class="desk__chart" aria-label="Chart">
                <h1 class="visually-hidden">{part(move || format!("{} chart", symbol.get()))}</h1>
                <p
                    class="desk__complaint"
                    role="alert"
                    hidden=erased(move || data.complaint(address).is_none())
                >
                    {part(move || data.complaint(address))}
                </p>
                <ChartPane commands compared depth />
            </main>
            <LevelsPane commands depth decimals />
            <WatchPane data symbol on_choose=choose_symbol />
            <TabBar pane on_choose=move |one| pane.set(one) />
            <LevelSheet question=LevelQuestion {
                asked: data.asked,
                symbol,
                tape,
                now: data.now,
                on_show: Callback::new(move |level| commands.show_level(level)),
            } />
            <Palette controls=PaletteControls {
                opened: commands.palette,
                symbols: data.symbols_signal(),
                keymap: commands.keymap,
                on_choose: Callback::new(move |command| commands.run(command)),
            } />
            <KeySheet is_open=commands.is_key_sheet_open keymap=commands.keymap />
            <Toast text=data.toast on_close=move |()| data.toast.set(None) />
        </div>
    }
    .erase()
}

/// The chart and the bar above it.
#[component]
fn ChartPane(
    commands: Commands,
    compared: Memo<Option<Symbol>>,
    depth: Signal<Depth>,
) -> impl IntoView {
    let Commands { route, data, drawings, menus, .. } = commands;
    let Route { symbol, span, setup, .. } = route;
    let tape = live_tape();
    let edited = RwSignal::new(None);
    let go_to = RwSignal::new(None::<Moment>);
    let on_setup = Callback::new(move |setup| route.set_up(setup));
    let symbols = derived(move || {
        data.symbols_signal().read().iter().map(|one| one.symbol).collect::<Vec<_>>()
    });
    let controls = ChartControls {
        setup,
        on_setup,
        menus,
        drawings,
        span,
        symbol,
        symbols,
        edited,
        now: data.now.into(),
        on_go: Callback::new(move |at| go_to.set(Some(at))),
    };
    view! {
        <div class="desk__chart-bar">
            <b class="desk__symbol">{part(move || symbol.get().to_string())}</b>
            <span class="desk__name">{part(move || instrument(symbol.get()).name)}</span>
            <SpanBar span on_choose=move |span| route.choose_span(span) />
            <ChartBar controls />
        </div>
        <div class="desk__plot">
            <DrawingBar controls=drawings />
            <PriceChart
                symbol
                feed=chart_feed(memo(move || Some(symbol.get())), span, tape)
                compare=chart_feed(compared, span, tape)
                tape
                setup
                on_setup
                on_edit=move |study| edited.set(Some(study))
                levels=data.chart_levels(depth)
                now=data.now
                go_to
                pointed_level=commands.pointed_level
                wish=commands.chart_wish
                drawings
                theme=derived(move || preferences().read().theme)
            />
            <DrawingOptions controls=drawings />
        </div>
    }
    .erase()
}

/// The ladder and its head.
#[component]
fn LevelsPane(commands: Commands, depth: Signal<Depth>, decimals: Signal<usize>) -> impl IntoView {
    let data = commands.data;
    view! {
        <section class="desk__levels" aria-labelledby="levels-title">
            <header class="desk__head">
                <h2 id="levels-title">"Levels"</h2>
                <DepthSwitch depth on_choose=move |depth| {
                    preferences().update(|chosen| chosen.depth = depth);
                } />
                <span class="desk__atr">{part(move || data.atr_text())}</span>
            </header>
            <Transition fallback=|| view! { <div class="skeleton skeleton--ladder"></div> }.erase()>
                {move || Suspend::new(async move {
                    data.first_levels().await;
                    view! {
                        <Ladder
                            view=data.shown_levels(depth)
                            decimals
                            pointed=commands.pointed_level
                            on_show=move |level| commands.show_level(level)
                            on_ask=move |id| data.asked.set(Some(id))
                        />
                    }.erase()
                })}
            </Transition>
        </section>
    }
    .erase()
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
            <Transition fallback=|| view! { <div class="skeleton skeleton--watch"></div> }.erase()>
                {move || Suspend::new(async move {
                    data.first_watchlist().await;
                    view! {
                        <Watchlist
                            rows=data.watch_rows()
                            shown=symbol
                            on_choose
                            on_remove=move |symbol| data.remove_watched(symbol)
                        />
                    }.erase()
                })}
            </Transition>
        </section>
    }
    .erase()
}
