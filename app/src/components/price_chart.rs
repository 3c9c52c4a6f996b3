//! The chart: owns the canvas and a trader's hands on it; what is drawn is decided in `chart`.

mod canvas;
mod drawing;
mod hands;
mod legends;
mod pane_edges;

use crate::erased::{Erase, erased, heard, memo, part};
use chart::{Action, ChartLevel, ChartSetup, ChartState, Study};
use leptos::prelude::*;
use market::{Bar, BarHours, BarSpan, Moment, Symbol, format};
use quant::levels::LevelRole;

use super::change::direction;
use crate::contexts::{Colors, Theme};
use crate::live::LiveTape;
use canvas::Chart;
pub(crate) use drawing::{DrawingControls, DrawingWish};
pub(crate) use hands::is_motion_reduced;
pub(crate) use legends::{LegendControls, Legends};
use pane_edges::pane_edges;

/// A page of bars of earlier days.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ChartHistory {
    /// Of what.
    pub(crate) symbol: Symbol,
    /// How long each lasts.
    pub(crate) span: BarSpan,
    /// Which hours they cover.
    pub(crate) hours: BarHours,
    /// Oldest first.
    pub(crate) bars: Vec<Bar>,
}

impl ChartHistory {
    /// Whether an older page, of bars before a moment, goes in front of these, which begin at
    /// `first` by now. It was asked for by what was there then; meanwhile others may have come.
    fn goes_on_with(&self, (before, page): (Moment, &Self), first: Option<Moment>) -> bool {
        (self.symbol, self.span, first) == (page.symbol, page.span, Some(before))
    }

    /// How the asking stands once this page was taken.
    fn rest(&self) -> OlderPage {
        if self.bars.is_empty() { OlderPage::Ended } else { OlderPage::Idle }
    }
}

/// Where a chart's bars come from.
#[derive(Clone, Copy)]
pub(crate) struct ChartFeed {
    /// The newest page; an error in words; nothing while it is fetched.
    pub(crate) first: Signal<Option<Result<ChartHistory, String>>>,
    /// The last older page that was asked for.
    pub(crate) older: RwSignal<OlderPage>,
    /// Called with the start of the oldest bar there is, to get those before it.
    pub(crate) ask: Callback<Moment>,
}

/// How the asking for older bars stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum OlderPage {
    /// Nobody asked, or the answer was taken.
    #[default]
    Idle,
    /// Asked for bars before this, not answered.
    Asked(Moment),
    /// The bars before this; none when there are no older ones.
    Came(Moment, ChartHistory),
    /// There are no older bars.
    Ended,
}

/// A chart of a layout.
#[derive(Clone, Copy)]
pub(crate) struct OneChart {
    /// Which of the charts it is, from zero.
    pub(crate) place: usize,
    /// What is shown.
    pub(crate) symbol: Memo<Symbol>,
    /// How long each bar lasts.
    pub(crate) span: Memo<BarSpan>,
    /// How it is set up.
    pub(crate) setup: Memo<ChartSetup>,
    /// Called with another set-up.
    pub(crate) on_setup: Callback<ChartSetup>,
    /// From when to when bars are in sight at first, where an address says so.
    pub(crate) window: Option<(Moment, Moment)>,
    /// From which price to which, where it says so.
    pub(crate) prices: Option<(f64, f64)>,
    /// Its bars of earlier days.
    pub(crate) feed: ChartFeed,
    /// Bars of the symbol that is compared.
    pub(crate) compare: ChartFeed,
    /// The levels to draw.
    pub(crate) levels: Signal<Vec<ChartLevel>>,
    /// Whether keys and menus are for this one.
    pub(crate) is_active: Memo<bool>,
    /// Called when they should be.
    pub(crate) on_activate: Callback<()>,
}

/// What the charts of a desk share. What is done from outside is for the active one.
#[derive(Clone, Copy)]
pub(crate) struct AllCharts {
    /// The active chart's symbol, which is the ladder's.
    pub(crate) symbol: Memo<Symbol>,
    /// Today's prints.
    pub(crate) tape: LiveTape,
    /// What is drawn on them.
    pub(crate) drawings: DrawingControls,
    /// Where the pointer is, on which of them.
    pub(crate) crosshair: RwSignal<Option<Crosshair>>,
    /// Whether the others show that.
    pub(crate) is_crosshair_linked: Memo<bool>,
    /// The study whose numbers are changed, while they are.
    pub(crate) edited: RwSignal<Option<Study>>,
    /// The tape's time, by the second.
    pub(crate) now: Signal<Option<Moment>>,
    /// A moment that a trader wants to see; each one is gone to once.
    pub(crate) go_to: Signal<Option<Moment>>,
    /// The name of the level under the pointer, here or in the ladder.
    pub(crate) pointed_level: RwSignal<Option<String>>,
    /// Set to have something done to the chart; empty again when it is.
    pub(crate) wish: RwSignal<Option<Action>>,
    /// Whose colours are used.
    pub(crate) look: Memo<(Theme, Colors)>,
}

/// Where the pointer is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Crosshair {
    /// On which of the charts.
    pub(crate) place: usize,
    /// Of what.
    pub(crate) symbol: Symbol,
    /// The bar's start.
    pub(crate) at: Moment,
    /// The price.
    pub(crate) price: f64,
}

/// A chart, its data line and legends, and a way back to the newest bar.
#[component]
pub(crate) fn PriceChart(one: OneChart, all: AllCharts) -> impl IntoView {
    let OneChart { symbol, feed, is_active, .. } = one;
    let chart = Chart::new(one, all);
    chart.follow();
    let told = memo(move || {
        chart.painted.track();
        chart.state.with_value(ChartState::told)
    });
    let describe = move || describe(symbol.get(), told.get().map(|(bar, _)| bar));
    let word = move || match feed.first.get() {
        None => Some("Loading bars…".to_owned()),
        Some(Err(words)) => Some(words),
        Some(Ok(_)) => {
            chart.painted.track();
            chart.state.with_value(ChartState::is_empty).then(|| "No bars yet.".to_owned())
        }
    };
    // In microseconds, for links; empty while it was not on the screen yet.
    let seen = memo(move || {
        chart.painted.track();
        chart.state.with_value(|state| match state.window() {
            Some((from, to)) => Some(format!("{} {}", from.0, to.0)),
            None => (!state.has_room()).then(String::new),
        })
    });
    let is_away = memo(move || {
        chart.painted.track();
        !chart.state.with_value(ChartState::follows)
    });
    view! {
        <div
            class="price-chart"
            data-active=erased(move || is_active.get().to_string())
            data-window=erased(move || seen.get())
            data-pulled=pulled(chart)
            on:pointerdown=heard(move |_: leptos::ev::PointerEvent| one.on_activate.run(()))
            on:focusin=heard(move |_: leptos::ev::FocusEvent| one.on_activate.run(()))
        >
            <canvas
                node_ref=chart.canvas
                class="price-chart__canvas"
                tabindex="0"
                role="application"
                aria-label=erased(describe)
                on:pointerdown=heard(move |event| chart.hands().down(&event))
                on:pointermove=heard(move |event| chart.hands().moved(&event))
                on:pointerup=heard(move |event| chart.hands().up(&event))
                on:pointercancel=heard(move |event| chart.hands().up(&event))
                on:pointerleave=heard(move |event| chart.hands().left(&event))
                on:wheel=heard(move |event| chart.hands().wheel(&event))
                on:dblclick=heard(move |event| chart.hands().double(&event))
                on:keydown=heard(move |event| chart.hands().key(&event))
            ></canvas>
            {head(chart, told)}
            {pane_edges(chart)}
            <p class="price-chart__word" hidden=erased(move || word().is_none())>{part(word)}</p>
            <button
                type="button"
                class="price-chart__latest"
                hidden=erased(move || !is_away.get())
                on:click=heard(move |_| chart.act(Action::Latest))
            >
                "Latest →"
            </button>
        </div>
    }
    .erase()
}

/// Between which prices the axis was pulled, for links; nothing where it fits what is seen.
fn pulled(chart: Chart) -> impl Fn() -> Option<String> + Clone + Send + Sync + 'static {
    let pulled = memo(move || {
        chart.painted.track();
        let (low, high) = chart.state.with_value(ChartState::pulled)?;
        Some(format!("{low:.6} {high:.6}"))
    });
    erased(move || pulled.get())
}

/// What stands on the chart: its name where there are others, its data line, its studies.
fn head(chart: Chart, told: Memo<Option<(Bar, Option<f64>)>>) -> AnyView {
    let OneChart { symbol, span, is_active, on_activate, .. } = chart.one;
    let AllCharts { drawings, edited, .. } = chart.all;
    let on_edit = Callback::new(move |study| {
        on_activate.run(());
        edited.set(Some(study));
    });
    let pointed = memo(move || {
        chart.painted.track();
        chart.state.with_value(ChartState::pointed_at)
    });
    let is_hintless = move || !(drawings.anchors.get() && is_active.get());
    let aimed = memo(move || {
        chart.painted.track();
        chart.state.with_value(|state| state.aimed().map(str::to_owned))
    });
    view! {
        <div class="price-chart__head">
            <div
                class="price-chart__data"
                data-at=erased(move || pointed.get().map(|(at, _)| at.to_string()))
                data-price=erased(move || pointed.get().map(|(_, price)| format!("{price:.6}")))
            >
                <b class="price-chart__name">
                    {part(move || format!("{} {}", symbol.get(), span.get()))}
                </b>
                {part(move || told.get().map(data_line))}
            </div>
            <Legends controls=LegendControls::of(chart, on_edit) />
            <p class="price-chart__hint" hidden=erased(is_hintless)>
                "Press the bar to anchor VWAP at; Escape leaves it."
            </p>
            <p class="visually-hidden" aria-live="polite">{part(move || aimed.get())}</p>
        </div>
    }
    .erase()
}

/// The chart in a sentence, for those who cannot see it.
fn describe(symbol: Symbol, last: Option<Bar>) -> String {
    let words = last.map_or("no bars yet".to_owned(), |bar| {
        format!("last bar closed at {}", format::quote(bar.close.to_f64()))
    });
    format!("{symbol} price chart, {words}.")
}

/// O H L C, change and volume of one bar.
fn data_line((bar, before): (Bar, Option<f64>)) -> AnyView {
    let decimals = format::decimals(bar.close.to_f64());
    let price = |price: market::Price| format::price(price.to_f64(), decimals);
    let change = before.map(|before| {
        let points = bar.close.to_f64() - before;
        let told = format::signed(points, decimals);
        let percent = format::percent(100.0 * points / before);
        let words = format!("{told} ({percent})");
        view! { <span data-direction=direction(&told)>{words}</span> }.erase()
    });
    view! {
        <span>"O " <b>{price(bar.open)}</b></span>
        <span>"H " <b>{price(bar.high)}</b></span>
        <span>"L " <b>{price(bar.low)}</b></span>
        <span>"C " <b>{price(bar.close)}</b></span>
        {change}
    }
    .erase()
}

/// Whether a level of that role and name is computed rather than seen: drawn dashed.
pub(crate) fn is_computed(role: LevelRole) -> bool {
    matches!(role, LevelRole::Pivot | LevelRole::Vwap)
}

#[cfg(test)]
mod tests {
    use super::*;
    use market::{Price, Span};

    fn minute(n: i64) -> Moment {
        Moment(1_709_044_200_000_000) + Span::minutes(n)
    }

    /// Five-minute bars from one minute to another.
    fn page(minutes: std::ops::Range<i64>) -> ChartHistory {
        let price = Price::from_units(5_000_000).expect("a price");
        let bar = |n| Bar::of_print(minute(n), price, 1);
        ChartHistory {
            symbol: Symbol::SPY,
            span: BarSpan::M5,
            hours: BarHours::Extended,
            bars: minutes.step_by(5).map(bar).collect(),
        }
    }

    #[test]
    fn older_pages_leave_neither_a_hole_nor_bars_twice() {
        // What was asked for with a first bar at so many minutes, in the order in which it came.
        let taken = |asked: &[i64]| {
            let mut bars = page(300..400).bars;
            for before in asked {
                let older = page(before - 100..*before);
                let first = bars.first().map(|bar| bar.start);
                if page(300..400).goes_on_with((minute(*before), &older), first) {
                    bars.splice(0..0, older.bars);
                }
            }
            bars
        };
        // Asked twice, as after the link was lost meanwhile.
        assert_eq!(taken(&[300, 300, 200]), page(100..400).bars);
        // Late, from before the timeframe was changed to another one and back.
        assert_eq!(taken(&[100]), page(300..400).bars);
        assert_eq!(taken(&[100, 300, 0, 200]), page(100..400).bars);
    }

    #[test]
    fn bars_of_another_symbol_or_timeframe_go_in_front_of_none() {
        let (known, at) = (page(300..400), minute(300));
        let goes = |older: ChartHistory| known.goes_on_with((at, &older), Some(at));
        assert!(goes(page(200..300)));
        assert!(!goes(ChartHistory { symbol: Symbol::QQQ, ..page(200..300) }));
        assert!(!goes(ChartHistory { span: BarSpan::M15, ..page(200..300) }));
        assert!(!known.goes_on_with((at, &page(200..300)), None), "there are no bars yet");
    }
}
