//! The chart: owns the canvas and a trader's hands on it; what is drawn is decided in `chart`.

mod hands;

use leptos::html;
use leptos::prelude::*;
use market::{Bar, BarHours, BarSpan, Symbol, fold_bars};
use quant::levels::LevelRole;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

use crate::chart::{Action, ChartLevel, ChartState, Palette, paint};
use crate::contexts::Theme;
use crate::format;
use crate::live::LiveTape;
use hands::Hands;

/// Bars of earlier days, as the page fetched them.
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

/// The chart, its data line, and a way back to the newest bar.
#[component]
pub(crate) fn PriceChart(
    /// What is shown.
    symbol: Memo<Symbol>,
    /// Bars of earlier days; an error in words; nothing while they are fetched.
    #[prop(into)]
    history: Signal<Option<Result<ChartHistory, String>>>,
    /// Today's prints.
    tape: LiveTape,
    /// The levels to draw.
    #[prop(into)]
    levels: Signal<Vec<ChartLevel>>,
    /// Whose colours are used.
    #[prop(into)]
    theme: Signal<Theme>,
) -> impl IntoView {
    let chart = Chart::new(symbol, tape);
    chart.follow(history, levels, theme);
    let told = move || {
        chart.painted.track();
        chart.state.with_value(ChartState::told)
    };
    let describe = move || {
        let words = told().map_or("no bars yet".to_owned(), |(bar, _)| {
            format!("last bar closed at {}", format::price(bar.close.to_f64(), 2))
        });
        format!("{} price chart, {words}. Arrow keys pan, plus and minus zoom.", symbol.get())
    };
    let word = move || match history.get() {
        None => Some("Loading bars…".to_owned()),
        Some(Err(words)) => Some(words),
        Some(Ok(_)) => {
            chart.painted.track();
            chart.state.with_value(ChartState::is_empty).then(|| "No bars yet.".to_owned())
        }
    };
    let is_away = move || {
        chart.painted.track();
        !chart.state.with_value(ChartState::follows)
    };
    view! {
        <div class="price-chart">
            <canvas
                node_ref=chart.canvas
                class="price-chart__canvas"
                tabindex="0"
                role="application"
                aria-label=describe
                on:pointerdown=move |event| chart.hands().down(&event)
                on:pointermove=move |event| chart.hands().moved(&event)
                on:pointerup=move |event| chart.hands().up(&event)
                on:pointercancel=move |event| chart.hands().up(&event)
                on:pointerleave=move |_| chart.act(Action::Point(None))
                on:wheel=move |event| chart.hands().wheel(&event)
                on:dblclick=move |_| chart.act(Action::Fit)
                on:keydown=move |event| chart.hands().key(&event)
            ></canvas>
            <div class="price-chart__data">{move || told().map(data_line)}</div>
            <p class="price-chart__word" hidden=move || word().is_none()>{word}</p>
            <button
                type="button"
                class="price-chart__latest"
                hidden=move || !is_away()
                on:click=move |_| chart.act(Action::Latest)
            >
                "Latest →"
            </button>
        </div>
    }
    .into_any()
}

/// O H L C, change and volume of one bar.
fn data_line((bar, before): (Bar, Option<f64>)) -> impl IntoView {
    let price = |price: market::Price| format::price(price.to_f64(), 2);
    let change = before.map(|before| {
        let points = bar.close.to_f64() - before;
        let direction = if points < 0.0 { "down" } else { "up" };
        let percent = format::percent(100.0 * points / before);
        let words = format!("{} ({percent})", format::signed(points, 2));
        view! { <span data-direction=direction>{words}</span> }
    });
    let volume = (0 < bar.volume).then(|| {
        let words = format::price(bar.volume as f64, 0);
        view! { <span>"Vol " <b>{words}</b></span> }
    });
    view! {
        <span>"O " <b>{price(bar.open)}</b></span>
        <span>"H " <b>{price(bar.high)}</b></span>
        <span>"L " <b>{price(bar.low)}</b></span>
        <span>"C " <b>{price(bar.close)}</b></span>
        {change}
        {volume}
    }
}

/// A chart on the page.
#[derive(Clone, Copy)]
struct Chart {
    canvas: NodeRef<html::Canvas>,
    state: StoredValue<ChartState>,
    hands: StoredValue<Hands>,
    palette: StoredValue<Option<Palette>>,
    is_due: StoredValue<bool>,
    /// Counts paintings; the words round the canvas follow it.
    painted: RwSignal<u64>,
    symbol: Memo<Symbol>,
    tape: LiveTape,
}

impl Chart {
    fn new(symbol: Memo<Symbol>, tape: LiveTape) -> Self {
        Self {
            canvas: NodeRef::new(),
            state: StoredValue::new(ChartState::default()),
            hands: StoredValue::new(Hands::default()),
            palette: StoredValue::new(None),
            is_due: StoredValue::new(false),
            painted: RwSignal::new(0),
            symbol,
            tape,
        }
    }

    fn hands(self) -> hands::Grip {
        hands::Grip { chart: self }
    }

    /// Does something to the chart and paints it with the next frame.
    fn act(self, action: Action) {
        self.state.update_value(|state| state.apply(action));
        self.paint_soon();
    }

    fn follow(
        self,
        history: Signal<Option<Result<ChartHistory, String>>>,
        levels: Signal<Vec<ChartLevel>>,
        theme: Signal<Theme>,
    ) {
        let symbol = self.symbol;
        let shows = Memo::new(move |_| {
            let status = self.tape.status.read();
            (symbol.get(), status.as_ref().map(|(tape, _)| tape.tape.clone()))
        });
        Effect::new(move || {
            // Bars of one market never stand under another one's name.
            shows.track();
            if !matches!(&*history.read_untracked(), Some(Ok(_))) {
                self.clear();
            }
        });
        Effect::new(move || match &*history.read() {
            None => {}
            Some(Err(_)) => self.clear(),
            Some(Ok(history)) => {
                let mut bars = history.bars.clone();
                join_today(&mut bars, self.today(history));
                self.act(Action::SetBars { bars, span: history.span });
                self.show_vwap(history);
            }
        });
        Effect::new(move || {
            self.tape.version.track();
            history.with_untracked(|history| {
                let Some(Ok(history)) = history else { return };
                if history.symbol != self.symbol.get_untracked() {
                    return;
                }
                let mut newer: Vec<Bar> = history.bars.last().copied().into_iter().collect();
                join_today(&mut newer, self.today(history));
                if !newer.is_empty() {
                    self.act(Action::Extend(newer));
                }
                self.show_vwap(history);
            });
        });
        Effect::new(move || self.act(Action::SetLevels(levels.get())));
        Effect::new(move || {
            theme.track();
            // The document's attribute changes with the same signal: read colours after it.
            request_animation_frame(move || {
                self.palette.set_value(None);
                self.paint_soon();
            });
        });
        Effect::new(move || self.watch_size());
    }

    fn clear(self) {
        self.act(Action::SetBars { bars: Vec::new(), span: BarSpan::M1 });
        self.act(Action::SetLast(None));
        self.act(Action::SetVwap(0, Vec::new()));
    }

    /// Today's bars, folded from the live minutes.
    fn today(self, history: &ChartHistory) -> Vec<Bar> {
        self.tape.peek_books(|live| {
            fold_bars(live.books().minutes(history.symbol), history.span, history.hours)
        })
    }

    fn show_vwap(self, history: &ChartHistory) {
        let (path, last) = self.tape.peek_books(|live| {
            let books = live.books();
            let book = books.book(history.symbol);
            let last = book.and_then(|book| book.last()).map(|(price, _)| price.to_f64());
            let change = book.and_then(|book| book.day_change());
            let last = last.map(|last| (last, change.is_none_or(|(points, _)| 0.0 <= points)));
            (books.vwap_path(history.symbol), last)
        });
        self.state.update_value(|state| {
            state.apply(Action::SetLast(last));
            if history.span.intraday().is_none() || path.is_empty() {
                state.apply(Action::SetVwap(0, Vec::new()));
                return;
            }
            let first = path[0].0;
            let from = state.bars().partition_point(|bar| bar.start < first);
            let values = state.bars()[from..].iter().enumerate().map_while(|(n, _)| {
                // A bar shows the average as it stood at its end.
                let end = state.bars().get(from + n + 1).map(|bar| bar.start);
                let known = end.map_or(path.len(), |end| path.partition_point(|(at, _)| *at < end));
                path.get(known.checked_sub(1)?).map(|(_, value)| *value)
            });
            let values: Vec<f64> = values.collect();
            state.apply(Action::SetVwap(from, values));
        });
    }

    fn watch_size(self) {
        let Some(canvas) = self.canvas.get() else { return };
        let measure = {
            let canvas = canvas.clone();
            move || {
                let (width, height) =
                    (f64::from(canvas.client_width()), f64::from(canvas.client_height()));
                let density = window().device_pixel_ratio().clamp(1.0, 4.0);
                #[expect(clippy::cast_possible_truncation, reason = "a screen's pixels")]
                #[expect(clippy::cast_sign_loss, reason = "a screen's pixels")]
                let pixels = |length: f64| (length * density).round() as u32;
                if canvas.width() != pixels(width) || canvas.height() != pixels(height) {
                    canvas.set_width(pixels(width));
                    canvas.set_height(pixels(height));
                }
                self.act(Action::Resize { width, height });
            }
        };
        measure();
        let observed = Closure::<dyn FnMut()>::new(measure);
        if let Ok(observer) = web_sys::ResizeObserver::new(observed.as_ref().unchecked_ref()) {
            observer.observe(&canvas);
            let watching = StoredValue::new_local((observer, observed));
            on_cleanup(move || {
                let _ = watching.try_with_value(|(observer, _)| observer.disconnect());
            });
        }
    }

    fn paint_soon(self) {
        if self.is_due.get_value() {
            return;
        }
        self.is_due.set_value(true);
        request_animation_frame(move || {
            // The page may have gone away in the meantime.
            if self.is_due.try_set_value(false).is_none() {
                self.paint_now();
            }
        });
    }

    fn paint_now(self) {
        let Some(canvas) = self.canvas.get_untracked() else { return };
        if self.palette.with_value(Option::is_none) {
            self.palette.set_value(Some(Palette::read(&canvas)));
        }
        let density = window().device_pixel_ratio().clamp(1.0, 4.0);
        let shapes = self.state.with_value(ChartState::shapes);
        self.palette.with_value(|palette| {
            if let Some(palette) = palette {
                paint(&canvas, &shapes, palette, density);
            }
        });
        self.painted.update(|count| *count += 1);
    }
}

/// Puts today's bars behind earlier ones; a week or month that began earlier goes on.
fn join_today(bars: &mut Vec<Bar>, today: Vec<Bar>) {
    for bar in today {
        match bars.last_mut() {
            Some(last) if bar.start <= last.start => last.absorb(&bar),
            _ => bars.push(bar),
        }
    }
}

/// Whether a level of that role and name is computed rather than seen: drawn dashed.
pub(crate) fn is_computed(role: LevelRole) -> bool {
    matches!(role, LevelRole::Pivot | LevelRole::Vwap)
}
