//! One, two or four charts, and the bar above them, which is for the active one.

use chart::{ChartSetup, Layout, LayoutChart};
use leptos::prelude::*;
use market::{BarSpan, Moment, Symbol, instrument};

use super::Route;
use super::bars::chart_feed;
use super::commands::Commands;
use crate::components::{
    AllCharts, ChartBar, ChartControls, DrawingBar, DrawingOptions, OneChart, PriceChart, SpanBar,
};
use crate::contexts::{live_tape, preferences};
use crate::erased::{Erase, derived, erased, heard, memo, part};
use crate::take_over::in_turn;

/// The charts and the bar above them.
#[component]
pub(super) fn Charts(commands: Commands) -> impl IntoView {
    let Commands { route, data, drawings, menus, .. } = commands;
    let Route { layout, symbol, span, setup, .. } = route;
    let edited = RwSignal::new(None);
    let go_to = RwSignal::new(None::<Moment>);
    let symbols = derived(move || {
        data.symbols_signal().read().iter().map(|one| one.symbol).collect::<Vec<_>>()
    });
    let controls = ChartControls {
        setup,
        on_setup: Callback::new(move |setup| {
            commands.set_up_chart(layout.read_untracked().active(), setup);
        }),
        menus,
        drawings,
        layouts: commands.layouts,
        span,
        symbol,
        symbols,
        edited,
        now: data.now.into(),
        on_go: Callback::new(move |at| go_to.set(Some(at))),
    };
    let all = AllCharts {
        symbol,
        tape: live_tape(),
        drawings,
        crosshair: RwSignal::new(None),
        is_crosshair_linked: memo(move || layout.read().links().crosshair),
        edited,
        now: data.now.into(),
        go_to: go_to.into(),
        pointed_level: commands.pointed_level,
        wish: commands.chart_wish,
        look: memo(move || {
            let chosen = preferences();
            let chosen = chosen.read();
            (chosen.theme, chosen.colors)
        }),
    };
    let count = memo(move || layout.read().charts().len());
    let in_place = move |place: usize| {
        let is_there = memo(move || place < count.get());
        let chart = move || {
            in_turn(move || view! { <PriceChart one=one_chart(commands, place) all /> }.erase())
        };
        part(move || is_there.get().then(chart))
    };
    view! {
        <div class="desk__chart-bar">
            <b class="desk__symbol">{part(move || symbol.get().to_string())}</b>
            <span class="desk__name">{part(move || instrument(symbol.get()).name)}</span>
            <SpanBar span on_choose=move |span| route.choose_span(span) />
            {in_turn(move || view! { <ChartBar controls /> }.erase())}
        </div>
        <Tabs route />
        <div class="desk__plot">
            {in_turn(move || view! { <DrawingBar controls=drawings /> }.erase())}
            <div
                class="charts"
                data-count=erased(move || count.get().to_string())
                data-maximised=erased(move || route.is_maximised.get().to_string())
            >
                {(0..Layout::COUNT_MAX).map(in_place).collect_view()}
            </div>
            <DrawingOptions controls=drawings />
        </div>
    }
    .erase()
}

/// The chart in a place of the layout.
fn one_chart(commands: Commands, place: usize) -> OneChart {
    let Commands { route, data, .. } = commands;
    let tape = live_tape();
    let of = move |layout: &Layout| -> LayoutChart {
        // A place that is about to go shows the active chart for a moment.
        layout.charts().get(place).unwrap_or_else(|| layout.chart()).clone()
    };
    let symbol: Memo<Symbol> = memo(move || route.layout.with(|layout| of(layout).symbol));
    let span: Memo<BarSpan> = memo(move || route.layout.with(|layout| of(layout).span));
    let setup: Memo<ChartSetup> = memo(move || route.layout.with(|layout| of(layout).setup));
    let compared = memo(move || setup.read().compare.filter(|one| *one != symbol.get()));
    let (window, prices) = route.address.with_untracked(|address| {
        let window = address.windows.get(place).copied().flatten();
        let prices = address.prices.get(place).copied().flatten();
        (window.map(|one| (one.from, one.to)), prices.map(|one| (one.low, one.high)))
    });
    OneChart {
        place,
        symbol,
        span,
        setup,
        on_setup: Callback::new(move |setup| commands.set_up_chart(place, setup)),
        window,
        prices,
        feed: chart_feed(memo(move || Some(symbol.get())), span, tape),
        compare: chart_feed(compared, span, tape),
        levels: data.chart_levels(symbol),
        is_active: memo(move || route.layout.read().active() == place),
        on_activate: Callback::new(move |()| route.activate(place)),
    }
}

/// On a phone one chart is seen at a time: which.
#[component]
fn Tabs(route: Route) -> impl IntoView {
    let tabs = memo(move || {
        let layout = route.layout.read();
        let name = |one: &LayoutChart| format!("{} {}", one.symbol, one.span);
        layout.charts().iter().map(name).collect::<Vec<_>>()
    });
    let tab = move |(place, name): (usize, String)| {
        let is_active = move || (route.layout.read().active() == place).to_string();
        view! {
            <button
                type="button"
                aria-pressed=erased(is_active)
                on:click=heard(move |_| route.activate(place))
            >
                {name}
            </button>
        }
        .erase()
    };
    view! {
        <div
            class="chart-tabs"
            role="group"
            aria-label="Charts"
            hidden=erased(move || tabs.read().len() < 2)
        >
            {part(move || tabs.get().into_iter().enumerate().map(tab).collect_view())}
        </div>
    }
    .erase()
}
