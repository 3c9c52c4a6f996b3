//! What opens: the palette, the sheet of keys, and what menus hold.

use api::{LayoutView, SymbolView, WatchlistView};
use chart::{ChartSetup, ChartStyle, Layout, ShownStudy, Study};
use leptos::prelude::*;
use market::{BarSpan, Symbol};

use super::charting::drawing_controls;
use super::{NOW, in_browser, section, with_choices};
use crate::components::{
    ChartControls, ChartMenus, KeySheet, LayoutControls, LevelMenuControls, Named, PaletteControls,
    WatchMenuControls, chart_menu, layout_menu, level_menu, loaded, palette, study_menu,
    watch_menu,
};
use crate::contexts::{Preferences, provide_in_place};
use crate::erased::{Erase, derived, memo};
use crate::keymap::Keymap;

/// Dialogs and menus that are open.
pub(super) fn opened() -> AnyView {
    [dialogs(), menus()].collect_view().into_any()
}

fn dialogs() -> AnyView {
    let shown = in_browser(|| {
        provide_in_place();
        let keymap = RwSignal::new(Keymap::default());
        let controls = PaletteControls {
            opened: RwSignal::new(Some("sp".to_owned())),
            symbols: derived(|| [Symbol::SPX, Symbol::SPY].map(SymbolView::from).to_vec()),
            named: derived(|| vec![Named::Watchlist("Spreads".to_owned())]),
            keymap,
            on_open: Callback::new(|()| {}),
            on_choose: Callback::new(|_| {}),
            on_show: Callback::new(|_| {}),
        };
        view! {
            {palette(controls)}
            <KeySheet is_open=RwSignal::new(true) keymap />
        }
        .into_any()
    });
    let content = view! { <div class="styleguide__row">{shown}</div> };
    section("The palette with what was typed, and the sheet of keys", content.erase())
}

/// A menu's panel, without the button that opens it.
fn panel(name: &'static str, content: AnyView) -> AnyView {
    view! {
        <div class="menu__panel" role="group" aria-label=name>
            {content}
        </div>
    }
    .erase()
}

fn menus() -> AnyView {
    let panels = with_choices(Preferences::default(), || {
        let lists = WatchMenuControls {
            lists: derived(|| {
                let symbols = vec![Symbol::SPX, Symbol::VIX];
                let list = |name: &str, symbols| WatchlistView { name: name.to_owned(), symbols };
                vec![list("Indices", symbols), list("Funds", vec![Symbol::SPY])]
            }),
            chosen: derived(|| "Indices".to_owned()),
            on_wish: Callback::new(|_| {}),
        };
        let levels = LevelMenuControls { is_shown: Callback::new(|_| true) };
        let chart = chart_controls();
        let layouts = chart.layouts;
        let panels = [
            panel("Style", loaded(move || chart_menu(chart))),
            panel("Studies", loaded(move || study_menu(chart))),
            panel("Layouts", loaded(move || layout_menu(layouts))),
            panel("Lists", loaded(move || watch_menu(lists))),
            panel("Levels", loaded(move || level_menu(levels))),
        ];
        view! { <div class="styleguide__row styleguide__panels">{panels.collect_view()}</div> }
            .erase()
    });
    section("What menus hold: style, studies, layouts, watchlists, levels", panels)
}

/// A chart with two studies, beside another one, and one layout that was kept.
fn chart_controls() -> ChartControls {
    let studies = [Study::Ema(9), Study::Rsi(14)].map(ShownStudy::new).to_vec();
    let begun = ChartSetup { style: ChartStyle::Hollow, studies, ..ChartSetup::default() };
    let setup = RwSignal::new(begun);
    let (layout, _) = Layout::from_text("charts=2&symbol=SPX&symbol2=NDX&span2=1h");
    let layout = RwSignal::new(layout);
    let text = "symbol=SPX&span=5m".to_owned();
    let kept = LayoutView { id: "1".to_owned(), name: "Opening".to_owned(), text };
    let layouts = LayoutControls {
        layout: memo(move || layout.get()),
        kept: RwSignal::new(Some(Ok(vec![kept]))),
        on_arrange: Callback::new(|_| {}),
        on_link: Callback::new(|_| {}),
        on_open: Callback::new(|_| {}),
        on_keep: Callback::new(|_| {}),
        on_remove: Callback::new(|_| {}),
        on_copy: Callback::new(|()| {}),
        on_ask: Callback::new(|()| {}),
    };
    ChartControls {
        setup: memo(move || setup.get()),
        on_setup: Callback::new(move |other| setup.set(other)),
        menus: ChartMenus::new(),
        drawings: drawing_controls(),
        layouts,
        span: Memo::new(|_| BarSpan::Day),
        symbol: Memo::new(|_| Symbol::SPX),
        symbols: derived(|| vec![Symbol::SPX, Symbol::NDX]),
        edited: RwSignal::new(None),
        now: derived(|| Some(NOW)),
        on_go: Callback::new(|_| {}),
    }
}
