//! The symbols a trader keeps an eye on.

use super::change::{change_text, direction};
use crate::contexts::{WatchColumn, preferences};
use crate::erased::{Erase, erased, heard, memo, part};
use chart::Sparkline;
use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use leptos::task::spawn_local;
use market::{Symbol, format};
use wasm_bindgen::JsCast;

/// The picture of the day, in pixels.
const DAY_SIZE: (f64, f64) = (64.0, 24.0);

/// One row of the watchlist.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct WatchRow {
    /// Which symbol.
    pub(crate) symbol: Symbol,
    /// Its full name.
    pub(crate) name: String,
    /// Last price, and the change since the previous close in points and in percent.
    pub(crate) last: Option<(f64, Option<(f64, f64)>)>,
    /// The nearest level and how far it is, in points.
    pub(crate) nearest: Option<(String, f64)>,
    /// How much of an average day's range is used, as a part of it.
    pub(crate) atr_used: Option<f64>,
}

/// What the watchlist tells and does.
#[derive(Clone, Copy)]
pub(crate) struct WatchControls {
    /// In the trader's order.
    pub(crate) symbols: Memo<Vec<Symbol>>,
    /// What the row of a symbol tells now.
    pub(crate) row: Callback<Symbol, WatchRow>,
    /// The day of the symbol at a place as a line.
    pub(crate) day: Callback<(Symbol, usize), Option<Sparkline>>,
    /// The symbol that the chart shows.
    pub(crate) shown: Memo<Symbol>,
    /// Called with the symbol that the chart should show.
    pub(crate) on_choose: Callback<Symbol>,
    /// Called with the symbol to take off the list.
    pub(crate) on_remove: Callback<Symbol>,
    /// Called with a symbol and the place it should have, counted from zero.
    pub(crate) on_move: Callback<(Symbol, usize)>,
}

/// A row on its way: which, and before which place it would fall.
type Dragged = RwSignal<Option<(Symbol, usize)>>;

/// What a pull on a row's grip needs to know.
struct DraggedRow {
    symbol: Symbol,
    symbols: Memo<Vec<Symbol>>,
    dragged: Dragged,
    on_move: Callback<(Symbol, usize)>,
}

/// The symbols a trader keeps an eye on.
#[component]
pub(crate) fn Watchlist(controls: WatchControls) -> impl IntoView {
    let symbols = controls.symbols;
    let dragged = RwSignal::new(None);
    view! {
        <ul class="watchlist" data-columns=erased(|| preferences().read().column_letters())>
            <For each=move || symbols.get() key=|symbol| *symbol let:symbol>
                {watch_row(controls, symbol, dragged)}
            </For>
        </ul>
        <p class="watchlist__empty" hidden=erased(move || !symbols.read().is_empty())>
            "Nothing here yet. Add a symbol above."
        </p>
    }
    .erase()
}

fn watch_row(controls: WatchControls, symbol: Symbol, dragged: Dragged) -> AnyView {
    let WatchControls { symbols, shown, on_choose, on_remove, on_move, .. } = controls;
    let place =
        memo(move || symbols.read().iter().position(|one| *one == symbol).unwrap_or_default());
    let fall = move || match dragged.get() {
        Some((one, _)) if one == symbol => "on its way",
        Some((_, to)) if to == place.get() => "before",
        Some((_, to)) if to == place.get() + 1 && to == symbols.read().len() => "after",
        _ => "",
    };
    let step = move |event: KeyboardEvent| {
        let place = place.get_untracked();
        let to = match event.key().as_str() {
            "ArrowUp" => place.checked_sub(1),
            "ArrowDown" => Some(place + 1).filter(|to| *to < symbols.read_untracked().len()),
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        if let Some(to) = to {
            on_move.run((symbol, to));
            // What moves in the document loses the focus.
            request_animation_frame(move || {
                let grip = document().get_element_by_id(&format!("watch-grip-{symbol}"));
                if let Some(grip) = grip.and_then(|it| it.dyn_into::<web_sys::HtmlElement>().ok()) {
                    let _ = grip.focus();
                }
            });
        }
    };
    view! {
        <li
            class="watch-row"
            data-shown=erased(move || (shown.get() == symbol).to_string())
            data-fall=erased(fall)
        >
            <button
                type="button"
                id=format!("watch-grip-{symbol}")
                class="watch-row__grip"
                aria-label=format!("Move {symbol}: drag, or arrow keys")
                on:keydown=step
                on:pointerdown=heard(move |event: PointerEvent| {
                    let grip = event.current_target().and_then(|it| it.dyn_into().ok());
                    if let Some(grip) = grip.filter(|_| event.button() == 0) {
                        let row = DraggedRow { symbol, symbols, dragged, on_move };
                        spawn_local(drag(grip, event.pointer_id(), row));
                    }
                })
            >
                "⠿"
            </button>
            <button
                type="button"
                class="watch-row__choose"
                on:click=heard(move |_| on_choose.run(symbol))
            >
                {facts(controls, symbol, place)}
            </button>
            <button
                type="button"
                class="watch-row__remove"
                aria-label=format!("Remove {symbol} from the watchlist")
                on:click=heard(move |_| on_remove.run(symbol))
            >
                "×"
            </button>
        </li>
    }
    .erase()
}

/// What a row tells.
fn facts(controls: WatchControls, symbol: Symbol, place: Memo<usize>) -> AnyView {
    let WatchControls { row, day, .. } = controls;
    let row = memo(move || row.run(symbol));
    let day = memo(move || day.run((symbol, place.get())));
    let name = move || row.read().name.clone();
    let last = move || row.read().last;
    let price = move || last().map_or("–".to_owned(), |(price, _)| format::quote(price));
    let decimals = move || last().map_or(2, |(price, _)| format::decimals(price));
    let change = move || last().and_then(|(_, change)| change);
    let percent = move || change().map(|(_, percent)| format::percent(percent));
    let direction = move || direction(&percent().unwrap_or_default());
    let shows = move |column| preferences().read().shows(column);
    let change_text = move || {
        let (points, _) = change()?;
        let points = shows(WatchColumn::Points).then(|| format::signed(points, decimals()));
        let percent = percent().filter(|_| shows(WatchColumn::Percent));
        change_text(direction(), [points, percent])
    };
    let nearest = move || {
        let nearest = row.read().nearest.clone().filter(|_| shows(WatchColumn::Nearest));
        nearest.map(|(name, points)| format!("{name} {}", format::signed(points, decimals())))
    };
    let atr_used = move || {
        let used = row.read().atr_used.filter(|_| shows(WatchColumn::AtrUsed));
        used.map(|used| format!("{:.0} % of ATR", 100.0 * used))
    };
    view! {
        <b>{symbol.to_string()}</b>
        <span class="watch-row__name">{part(name)}</span>
        {part(move || {
            shows(WatchColumn::Day).then(|| day_line(day, erased(direction)))
        })}
        <span class="watch-row__price">{part(price)}</span>
        <span class="watch-row__change" data-direction=erased(direction)>
            {part(change_text)}
        </span>
        <span class="watch-row__nearest">{part(nearest)}</span>
        <span class="watch-row__atr">{part(atr_used)}</span>
    }
    .into_any()
}

/// The day as a line, with the previous close across it.
fn day_line(
    line: Memo<Option<Sparkline>>,
    direction: impl Fn() -> &'static str + Clone + Send + Sync + 'static,
) -> AnyView {
    let (width, height) = DAY_SIZE;
    let path = move || line.read().as_ref().map(|line| line.path(width, height));
    let base = move || {
        let base = line.read().as_ref().and_then(|line| line.base);
        base.map(|base| format!("M0 {0:.1}H{width}", base * height))
    };
    view! {
        <svg
            class="watch-row__day"
            viewBox=format!("-1 -1 {} {}", width + 2.0, height + 2.0)
            data-direction=erased(direction)
            aria-hidden="true"
        >
            <path class="watch-row__base" d=erased(move || base().unwrap_or_default()) />
            <path d=erased(move || path().unwrap_or_default()) />
        </svg>
    }
    .erase()
}

/// Follows the pointer from a row's grip until it is let go. Loaded with the first pull.
#[lazy]
async fn drag(grip: web_sys::Element, pointer: i32, row: DraggedRow) {
    let DraggedRow { symbol, symbols, dragged, on_move } = row;
    // A finger's moves stay with what it touched first.
    let _ = grip.set_pointer_capture(pointer);
    let Some(list) = grip.closest(".watchlist").ok().flatten() else { return };
    let fall_at = move |y: f64| {
        let rows = list.children();
        let middles = (0..rows.length()).filter_map(|place| rows.item(place)).map(|row| {
            let square = row.get_bounding_client_rect();
            square.top() + square.height() / 2.0
        });
        middles.filter(|middle| *middle < y).count()
    };
    let listening = StoredValue::new_local(None::<[WindowListenerHandle; 3]>);
    let end = move |is_done: bool| {
        let fallen = dragged.try_update(Option::take).flatten();
        if let Some(listening) = listening.try_update_value(Option::take).flatten() {
            listening.into_iter().for_each(WindowListenerHandle::remove);
        }
        if let Some((_, to)) = fallen.filter(|_| is_done) {
            let from = symbols.read_untracked().iter().position(|one| *one == symbol);
            // Its own place is empty when it falls.
            let to = if from.is_some_and(|from| from < to) { to - 1 } else { to };
            if from.is_some_and(|from| from != to) {
                on_move.run((symbol, to));
            }
        }
    };
    let moved = window_event_listener(leptos::ev::pointermove, move |event| {
        // Let go before this was loaded.
        if event.buttons() == 0 {
            return end(false);
        }
        dragged.set(Some((symbol, fall_at(event.client_y().into()))));
    });
    let up = window_event_listener(leptos::ev::pointerup, move |_| end(true));
    let cancelled = window_event_listener(leptos::ev::pointercancel, move |_| end(false));
    listening.set_value(Some([moved, up, cancelled]));
}
