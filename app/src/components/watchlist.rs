//! The symbols a trader keeps an eye on.

use crate::erased::{Erase, erased, heard, memo, part};
use leptos::prelude::*;
use market::{Symbol, format};

/// One row of the watchlist.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct WatchRow {
    /// Which symbol.
    pub(crate) symbol: Symbol,
    /// Its full name.
    pub(crate) name: String,
    /// Last price, and the change since the previous close in percent.
    pub(crate) last: Option<(f64, Option<f64>)>,
    /// The nearest level and how far it is, in points.
    pub(crate) nearest: Option<(String, f64)>,
}

/// The symbols a trader keeps an eye on.
#[component]
pub(crate) fn Watchlist(
    /// The rows, in the trader's order.
    #[prop(into)]
    rows: Signal<Vec<WatchRow>>,
    /// The symbol that the chart shows.
    #[prop(into)]
    shown: Signal<Symbol>,
    /// Called with the symbol that the chart should show.
    #[prop(into)]
    on_choose: Callback<Symbol>,
    /// Called with the symbol to take off the list.
    #[prop(into)]
    on_remove: Callback<Symbol>,
) -> impl IntoView {
    let symbols =
        memo(move || rows.with(|rows| rows.iter().map(|row| row.symbol).collect::<Vec<_>>()));
    let row_of = move |symbol: Symbol| {
        memo(move || rows.with(|rows| rows.iter().find(|row| row.symbol == symbol).cloned()))
    };
    view! {
        <ul class="watchlist">
            <For each=move || symbols.get() key=|symbol| *symbol let:symbol>
                <Row row=row_of(symbol) symbol shown on_choose on_remove />
            </For>
        </ul>
        <p class="watchlist__empty" hidden=erased(move || !symbols.read().is_empty())>
            "Nothing here yet. Add a symbol above."
        </p>
    }
    .erase()
}

#[component]
fn Row(
    row: Memo<Option<WatchRow>>,
    symbol: Symbol,
    shown: Signal<Symbol>,
    on_choose: Callback<Symbol>,
    on_remove: Callback<Symbol>,
) -> impl IntoView {
    let name = move || row.with(|row| row.as_ref().map(|row| row.name.clone()));
    let last = move || row.with(|row| row.as_ref().and_then(|row| row.last));
    let price = move || last().map_or("–".to_owned(), |(price, _)| format::price(price, 2));
    // What is shown as 0.00% neither rose nor fell.
    let change =
        move || last().and_then(|(_, change)| change.map(|one| (100.0 * one).round() / 100.0));
    let direction = move || match change() {
        Some(change) if 0.0 < change => "up",
        Some(change) if change < 0.0 => "down",
        _ => "flat",
    };
    let change_text = move || {
        change().map(|change| {
            let arrow = match change {
                change if change < 0.0 => "▼ ",
                change if 0.0 < change => "▲ ",
                _ => "",
            };
            format!("{arrow}{}", format::percent(change))
        })
    };
    let nearest = move || {
        row.with(|row| row.as_ref().and_then(|row| row.nearest.clone()))
            .map(|(name, points)| format!("{name} {}", format::signed(points, 2)))
    };
    view! {
        <li class="watch-row" data-shown=erased(move || (shown.get() == symbol).to_string())>
            <button
                type="button"
                class="watch-row__choose"
                on:click=heard(move |_| on_choose.run(symbol))
            >
                <b>{symbol.to_string()}</b>
                <span class="watch-row__name">{part(name)}</span>
                <span class="watch-row__price">{part(price)}</span>
                <span class="watch-row__change" data-direction=erased(direction)>
                    {part(change_text)}
                </span>
                <span class="watch-row__nearest">{part(nearest)}</span>
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
