//! The levels desk: charts in the middle, ladder and watchlist on the right. What the charts show
//! is in the address.

mod address;
mod answer;
mod bars;
mod chain;
mod expiries;
mod exposure;
mod charts;
mod commands;
mod data;
mod drawings;
mod layouts;
mod link;
mod linked_drawings;
mod leg_books;
mod open_interest;
mod open_positions;
mod option_levels;
mod kept_positions;
mod palette;
mod picture;
mod plan;
mod plan_odds;
mod positions;
mod retry;
mod soon;
mod top_bar;
mod valued_positions;
mod volatility;
mod volatility_days;
mod watchlists;
mod written;

use crate::erased::{Erase, awaited, derived, erased, follow, heard, memo, part};
use api::LevelsView;
use chart::{ChartSetup, Layout};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use leptos_router::location::Location;
use leptos_router::params::ParamsMap;
use market::{BarSpan, Series, Symbol, format};
use quant::options::ExposureScope;

use crate::centre::Centre;
use crate::commands::Command;
use crate::components::{
    DepthSwitch, ExposureChoice, Glossary, KeySheet, Ladder, LevelMenuControls, LevelQuestion,
    LevelSheet, Menu, Pane, Rail, RailControls, SymbolSearch, TabBar, Toast, Tour, TourControls,
    WatchControls, WatchMenuControls, Watchlist, level_menu, loaded, loaded_when, pane_divider,
    term, watch_menu,
};
use crate::contexts::{installation, live_tape, preferences};
use crate::level_choices::LevelFilter;
use crate::live::LiveTape;
use crate::page_title::page_title;
use crate::panes::Divider;
use crate::take_over::in_turn;
use address::Address;
use chain::chain_pane;
use charts::Charts;
use commands::Commands;
use data::DeskData;
use exposure::exposure_pane;
use link::offer_rest;
use open_positions::open_positions;
use palette::desk_palette;
use plan::plan_pane;
use positions::positions_pane;
use top_bar::TopBar;
use volatility::volatility_pane;

/// What the address says, and how it is changed.
#[derive(Clone, Copy)]
struct Route {
    address: Memo<Address>,
    /// What stands in the middle.
    centre: Memo<Centre>,
    layout: Memo<Layout>,
    /// The active chart's.
    symbol: Memo<Symbol>,
    span: Memo<BarSpan>,
    setup: Memo<ChartSetup>,
    /// Only the active chart is seen.
    is_maximised: Memo<bool>,
    /// Called with what the address should say, and whether the one before is kept in the history.
    go: Callback<(Address, bool)>,
}

impl Route {
    fn new() -> Self {
        // Not the route's own parameters: where path and query change at once, the router tells of
        // the path alone.
        let Location { pathname, query, .. } = use_location();
        let address = Memo::new(move |before: Option<&Address>| {
            read_address(&pathname.read(), &query.read(), before)
        });
        let layout = memo(move || address.read().layout.clone());
        let shown = installation().layout;
        follow(move || shown.set(layout.get()));
        let navigate = use_navigate();
        let go = Callback::new(move |(address, is_kept): (Address, bool)| {
            let options =
                NavigateOptions { scroll: false, replace: !is_kept, ..NavigateOptions::default() };
            let written = address.write();
            preferences().update(|chosen| chosen.layout = address.layout);
            navigate(&written, options);
        });
        let route = Self {
            address,
            centre: memo(move || address.read().centre),
            layout,
            symbol: memo(move || layout.read().chart().symbol),
            span: memo(move || layout.read().chart().span),
            setup: memo(move || layout.read().chart().setup.clone()),
            is_maximised: memo(move || address.read().is_maximised),
            go,
        };
        route.follow_levels();
        route
    }

    /// Levels are shown as the address says, and it says what is chosen here.
    fn follow_levels(self) {
        let chosen = preferences();
        let words = memo(move || chosen.read().level_words());
        let said = StoredValue::new(words.get_untracked());
        let show = move || {
            let told = self.address.with_untracked(|address| address.levels.clone());
            if let Some(told) = told.filter(|told| *told != said.get_value()) {
                chosen.update(|chosen| {
                    chosen.show_levels(&told);
                });
                said.set_value(told);
            }
        };
        // On the first page already.
        show();
        follow(move || {
            let _ = self.address.read();
            show();
        });
        follow(move || {
            let words = words.get();
            if words != said.get_value() {
                said.set_value(words.clone());
                chosen.update(|chosen| chosen.own_levels = None);
                let mut address = self.address.get_untracked();
                address.levels = Some(words);
                self.go.run((address, false));
            }
        });
    }

    /// Only the active chart is seen, or all of them again.
    fn maximise(self) {
        let mut address = self.address.get_untracked();
        address.is_maximised = !address.is_maximised;
        self.go.run((address, false));
    }

    /// Other charts; whatever stood in the middle, they do then.
    fn change(self, is_kept: bool, change: impl FnOnce(&mut Layout)) {
        let before = self.address.get_untracked();
        let mut address = before.clone();
        change(&mut address.layout);
        (address.centre, address.series) = (Centre::Chart, None);
        if address.layout != before.layout || address.centre != before.centre {
            self.go.run((address, is_kept));
        }
    }

    /// Another symbol, and the same in the middle.
    fn choose_symbol(self, symbol: Symbol) {
        let before = self.address.get_untracked();
        let mut address = before.clone();
        address.layout.choose_symbol(symbol);
        if address.layout != before.layout {
            address.series = None;
            (address.position, address.paid) = Default::default();
            if let ExposureScope::One(_) = address.exposure.scope {
                address.exposure.scope = ExposureScope::All;
            }
            self.go.run((address, true));
        }
    }

    /// Something else in the middle.
    fn show(self, centre: Centre) {
        let mut address = self.address.get_untracked();
        if address.centre != centre {
            (address.centre, address.series) = (centre, None);
            self.go.run((address, true));
        }
    }

    /// The chain of another series.
    fn choose_series(self, series: Series) {
        let mut address = self.address.get_untracked();
        (address.centre, address.series) = (Centre::Chain, Some(series));
        self.go.run((address, true));
    }

    /// The smile of another series.
    fn choose_smile(self, series: Series) {
        let mut address = self.address.get_untracked();
        (address.centre, address.series) = (Centre::Volatility, Some(series));
        self.go.run((address, false));
    }

    /// Another position to plan, or none, and what was paid for it, as the address writes them.
    fn choose_position(self, written: (String, String)) {
        let mut address = self.address.get_untracked();
        (address.position, address.paid) = written;
        self.go.run((address, false));
    }

    /// Exposure of something else.
    fn choose_exposure(self, choice: ExposureChoice) {
        let mut address = self.address.get_untracked();
        (address.centre, address.exposure) = (Centre::Exposure, choice);
        self.go.run((address, false));
    }

    fn choose_span(self, span: BarSpan) {
        self.change(true, |layout| layout.choose_span(span));
    }

    fn activate(self, place: usize) {
        self.change(false, |layout| layout.activate(place));
    }
}

/// What the desk's address says, after another one.
fn read_address(path: &str, query: &ParamsMap, before: Option<&Address>) -> Address {
    let parameter = |name: &str| query.get(name);
    let last = || preferences().read_untracked().layout.clone();
    let mut address = if let Some(symbol) = path.strip_prefix("/chain/") {
        Address::read_chain(symbol, parameter, last())
    } else if let Some(symbol) = path.strip_prefix("/plan/") {
        Address::read_plan(symbol, parameter, last())
    } else if let Some(symbol) = path.strip_prefix("/exposure/") {
        Address::read_exposure(symbol, parameter, last())
    } else if let Some(symbol) = path.strip_prefix("/volatility/") {
        Address::read_volatility(symbol, parameter, last())
    } else if let Some(symbol) = path.strip_prefix("/positions/") {
        Address::read_positions(symbol, last())
    } else {
        match (path.strip_prefix("/chart/"), before) {
            // On the way to another page, this one stays as it is.
            (None, Some(before)) => return before.clone(),
            (symbol, _) => Address::read(symbol.map(str::to_owned), parameter, last),
        }
    };
    address.read_view(parameter);
    // Whoever looks at something else meanwhile comes back to the plan.
    let same = |before: &&Address| before.layout.chart().symbol == address.layout.chart().symbol;
    if let Some(before) = before.filter(same)
        && !matches!(address.centre, Centre::Chain | Centre::Plan)
    {
        address.position.clone_from(&before.position);
        address.paid.clone_from(&before.paid);
    }
    address
}

/// What stands in the middle, a moment after the address says so: what goes still hears of the new
/// address as a whole. Were it gone halfway, parts of it would be drawn anew from what is no more.
fn once_heard(centre: Memo<Centre>) -> RwSignal<Centre> {
    let shown = RwSignal::new(centre.get_untracked());
    follow(move || {
        let centre = centre.get();
        let show = move || {
            if shown.try_get_untracked().is_some_and(|before| before != centre) {
                shown.set(centre);
            }
        };
        set_timeout(show, std::time::Duration::ZERO);
    });
    shown
}

/// Something in the middle of the desk whose code is loaded when somebody looks at it. The server
/// draws its place; what is in it is the browser's work.
fn loaded_pane<Content>(load: impl Fn() -> Content + Send + Sync + 'static) -> AnyView
where
    Content: Future<Output = AnyView> + Send + 'static,
{
    loaded_later(|| view! { <div class="skeleton skeleton--chain"></div> }.erase(), load)
}

/// Something whose code is loaded once the browser has taken the page over, and what stands there
/// until then.
fn loaded_later<Content>(
    waiting: fn() -> AnyView,
    load: impl Fn() -> Content + Send + Sync + 'static,
) -> AnyView
where
    Content: Future<Output = AnyView> + Send + 'static,
{
    let is_awake = RwSignal::new(false);
    follow(move || is_awake.set(true));
    let load = std::sync::Arc::new(load);
    part(move || {
        let load = load.clone();
        match is_awake.get() {
            false => waiting(),
            true => awaited(waiting, move || load()),
        }
    })
}

/// Why no option on a symbol can be valued yet; nothing when it can.
fn unpriced(tape: LiveTape, symbol: Symbol) -> Option<String> {
    let is_unpriced = tape.is_unpriced(symbol);
    is_unpriced.then(|| format!("{symbol} has no price yet today: its options wait for the first."))
}

/// What is said where a symbol has no options.
fn no_options(symbol: Symbol) -> String {
    format!("There are no options on {symbol} on this tape.")
}

/// Why the middle of the desk has nothing to show, and the way out.
fn nothing_there(why: String, route: Route) -> AnyView {
    view! {
        <div class="desk__nothing">
            <p>{why}</p>
            <button type="button" on:click=heard(move |_| route.show(Centre::Chart))>
                "Back to the chart"
            </button>
        </div>
    }
    .erase()
}

/// The levels desk.
#[component]
pub(crate) fn DeskPage() -> impl IntoView {
    in_turn(|| {
        let route = Route::new();
        let data = DeskData::new(route.layout, route.symbol, live_tape());
        in_turn(move || view! { <Desk route data /> }.erase())
    })
}

/// The levels desk, of what its address says.
#[component]
fn Desk(route: Route, data: DeskData) -> impl IntoView {
    let Route { address, symbol, .. } = route;
    let tape = live_tape();
    let pane = RwSignal::new(Pane::Chart);
    let commands = Commands::new(route, data, pane);
    let choose_symbol = commands.choose_symbol;
    commands.listen();
    offer_rest(route, data, commands.drawings);
    let panes = memo(move || preferences().read().panes);
    let tab = memo(move || match (pane.get(), route.centre.get()) {
        (Pane::Chart, Centre::Chain) => Pane::Chain,
        (Pane::Chart, Centre::Plan) => Pane::Plan,
        (Pane::Chart, Centre::Volatility) => Pane::Volatility,
        (Pane::Chart, Centre::Exposure) => Pane::Exposure,
        (Pane::Chart, Centre::Positions) => Pane::Positions,
        (pane, _) => pane,
    });
    let run = Callback::new(move |command| commands.run(command));
    let is_stale = memo(move || data.is_stale());
    let levels = data.shown_levels();
    let decimals = derived(move || {
        levels.with(|view| view.as_ref()?.last).map_or(2, |last| format::decimals(last.price))
    });
    page_title(move || data.title());
    let centre = once_heard(route.centre);
    view! {
        <div
            class="desk"
            data-pane=erased(move || pane.get().as_str())
            data-stale=erased(move || is_stale.get().to_string())
            data-side=erased(move || panes.get().step(Divider::Side).to_string())
            data-split=erased(move || panes.get().step(Divider::Split).to_string())
            data-hidden=erased(move || panes.get().hidden())
        >
            {in_turn(move || view! { <TopBar data symbol on_choose=choose_symbol /> }.erase())}
            {in_turn(move || view! { <Rail controls=RailControls {
                notices: data.notices,
                are_notices_open: commands.are_notices_open,
                can_install: data.installation.can_install,
                centre: route.centre,
                on_choose: run,
            } /> }.erase())}
            <main class="desk__chart" aria-label=erased(move || route.centre.get().title())>
                <h1 class="visually-hidden">
                    {part(move || format!("{} {}", symbol.get(), route.centre.get().as_str()))}
                </h1>
                <p
                    class="desk__complaint"
                    role="alert"
                    hidden=erased(move || data.complaint(address).is_none())
                >
                    {part(move || data.complaint(address))}
                </p>
                {part(move || match centre.get() {
                    Centre::Chart => in_turn(move || view! { <Charts commands /> }.erase()),
                    Centre::Chain => chain_pane(commands),
                    Centre::Plan => plan_pane(commands),
                    Centre::Volatility => volatility_pane(commands),
                    Centre::Exposure => exposure_pane(commands),
                    Centre::Positions => positions_pane(commands),
                })}
                {pane_divider(Divider::Side)}
            </main>
            {in_turn(move || view! { <LevelsPane commands levels decimals /> }.erase())}
            {in_turn(move || view! { <WatchPane data symbol on_choose=choose_symbol /> }.erase())}
            {open_positions(commands)}
            <TabBar pane=tab on_choose=move |one| match one {
                Pane::Chain => commands.run(Command::Show(Centre::Chain)),
                Pane::Plan => commands.run(Command::Show(Centre::Plan)),
                Pane::Volatility => commands.run(Command::Show(Centre::Volatility)),
                Pane::Exposure => commands.run(Command::Show(Centre::Exposure)),
                Pane::Positions => commands.run(Command::Show(Centre::Positions)),
                Pane::Chart => commands.run(Command::Show(Centre::Chart)),
                one => pane.set(one),
            } />
            <LevelSheet question=LevelQuestion {
                asked: data.asked,
                symbol,
                tape,
                options: derived(move || {
                    let epoch = tape.with_books(|live| live.epoch());
                    data.option_levels.of(symbol.get(), epoch)
                }),
                now: data.now,
                levels,
                on_show: Callback::new(move |level| commands.show_level(level)),
            } />
            {loaded_when(
                move || commands.palette.read().is_some(),
                move || desk_palette(commands),
            )}
            <Glossary asked=commands.asked_term />
            <KeySheet is_open=commands.is_key_sheet_open keymap=commands.keymap />
            <Tour controls=TourControls { stop: commands.tour_stop, pane } />
            <Toast text=data.toast on_close=move |()| data.toast.set(None) />
        </div>
    }
    .erase()
}

/// The ladder and its head.
#[component]
fn LevelsPane(
    commands: Commands,
    levels: Memo<Option<LevelsView>>,
    decimals: Signal<usize>,
) -> impl IntoView {
    let data = commands.data;
    let depth = derived(move || preferences().read().depth);
    let filter = derived(move || preferences().read().levels.filter);
    let is_open = RwSignal::new(false);
    let menu =
        LevelMenuControls { is_shown: Callback::new(move |group| data.is_group_shown(group)) };
    view! {
        <section
            class="desk__levels"
            aria-labelledby="levels-title"
            data-filter=erased(move || filter.get().as_str())
        >
            <header class="desk__head">
                <h2 id="levels-title">"Levels"</h2>
                <DepthSwitch depth on_choose=move |depth| {
                    preferences().update(|chosen| chosen.choose_depth(depth));
                } />
                <Menu
                    id="level-menu"
                    label=derived(move || match filter.get() {
                        LevelFilter::All => "Groups".to_owned(),
                        filter => filter.name().to_owned(),
                    })
                    icon="M2 4h12M4 8h8M6 12h4"
                    title="Levels"
                    is_open
                >
                    {loaded(move || level_menu(menu))}
                </Menu>
                <span class="desk__atr">
                    {term("ATR", part(move || data.atr_text()), commands.asked_term)}
                </span>
            </header>
            {in_turn(move || awaited(
                || view! { <div class="skeleton skeleton--ladder"></div> }.erase(),
                move || async move {
                    data.first_levels().await;
                    view! {
                        <Ladder
                            view=levels
                            decimals
                            pointed=commands.pointed_level
                            on_show=move |level| commands.show_level(level)
                            on_ask=move |id| data.asked.set(Some(id))
                            asked_term=commands.asked_term
                        />
                    }
                    .erase()
                },
            ))}
        </section>
    }
    .erase()
}

/// The watchlist and its head.
#[component]
fn WatchPane(data: DeskData, symbol: Memo<Symbol>, on_choose: Callback<Symbol>) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let watchlists = data.watchlists;
    let menu = WatchMenuControls {
        lists: derived(move || watchlists.lists()),
        // A memo: a name that is being typed beside it stays while the lists are told again.
        chosen: memo(move || watchlists.chosen()).into(),
        on_wish: Callback::new(move |wish| watchlists.grant(wish)),
    };
    let controls = WatchControls {
        symbols: memo(move || watchlists.symbols()),
        row: Callback::new(move |symbol| data.watch_row(symbol)),
        day: Callback::new(move |(symbol, place)| data.day_line(symbol, place)),
        shown: symbol,
        on_choose,
        on_remove: Callback::new(move |symbol| watchlists.remove(symbol)),
        on_move: Callback::new(move |(symbol, place)| watchlists.move_to(symbol, place)),
    };
    view! {
        <section class="desk__watch" aria-labelledby="watch-title">
            {pane_divider(Divider::Split)}
            <header class="desk__head">
                <h2 id="watch-title" class="visually-hidden">
                    "Watchlist"
                </h2>
                <Menu
                    id="watch-menu"
                    label=menu.chosen
                    icon="M2 4h12M2 8h12M2 12h12"
                    title="Watchlists"
                    is_open
                >
                    {loaded(move || watch_menu(menu))}
                </Menu>
                <SymbolSearch
                    id="watch-add"
                    label="Add a symbol"
                    symbols=data.symbols_signal()
                    on_choose=move |symbol| watchlists.add(symbol)
                />
            </header>
            {in_turn(move || awaited(
                || view! { <div class="skeleton skeleton--watch"></div> }.erase(),
                move || async move {
                    data.first_watchlist().await;
                    view! { <Watchlist controls /> }.erase()
                },
            ))}
        </section>
    }
    .erase()
}
