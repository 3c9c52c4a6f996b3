//! Finds a symbol by its letters or its name.

use crate::erased::{Erase, erased, heard, memo, part};
use api::SymbolView;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use market::Symbol;

/// Finds a symbol by its letters or its name: a combobox with a list.
#[component]
pub(crate) fn SymbolSearch(
    /// Tells this search from others on the page.
    id: &'static str,
    /// What it is for, for those who cannot see it.
    label: &'static str,
    /// Everything that can be found.
    #[prop(into)]
    symbols: Signal<Vec<SymbolView>>,
    /// Called with what was chosen.
    #[prop(into)]
    on_choose: Callback<Symbol>,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let is_open = RwSignal::new(false);
    let marked = RwSignal::new(0_usize);
    let found = memo(move || symbols.with(|symbols| matching(symbols, &typed.read())));
    let choose = move |symbol: Symbol| {
        typed.set(String::new());
        is_open.set(false);
        on_choose.run(symbol);
    };
    let handle_key = move |event: KeyboardEvent| match event.key().as_str() {
        "ArrowDown" => {
            event.prevent_default();
            is_open.set(true);
            marked.update(|place| *place = (*place + 1).min(found.read().len().max(1) - 1));
        }
        "ArrowUp" => {
            event.prevent_default();
            marked.update(|place| *place = place.saturating_sub(1));
        }
        "Enter" => {
            event.prevent_default();
            let chosen =
                found.with(|found| found.get(marked.get_untracked()).map(|one| one.symbol));
            if let Some(symbol) = chosen {
                choose(symbol);
            }
        }
        "Escape" => is_open.set(false),
        _ => {}
    };
    let is_listed = move || is_open.get() && !found.read().is_empty();
    let is_nothing = move || is_open.get() && found.read().is_empty() && !typed.read().is_empty();
    view! {
        <div class="symbol-search">
            <input
                id=id
                type="text"
                class="symbol-search__field"
                role="combobox"
                aria-label=label
                aria-expanded=erased(move || is_listed().to_string())
                aria-controls=format!("{id}-list")
                aria-autocomplete="list"
                aria-activedescendant=erased(move || {
                    is_listed().then(|| format!("{id}-{}", marked.get()))
                })
                placeholder=label
                autocomplete="off"
                spellcheck="false"
                prop:value=typed
                on:input=heard(move |event| {
                    typed.set(event_target_value(&event));
                    marked.set(0);
                    is_open.set(true);
                })
                on:focus=heard(move |_| is_open.set(true))
                on:blur=heard(move |_| is_open.set(false))
                on:keydown=handle_key
            />
            <Found id label found marked is_listed=Signal::derive(is_listed) on_choose=choose />
            <p class="symbol-search__nothing" hidden=erased(move || !is_nothing())>
                "Not on this tape."
            </p>
        </div>
    }
    .erase()
}

/// What was found, under the field.
#[component]
fn Found(
    id: &'static str,
    label: &'static str,
    found: Memo<Vec<SymbolView>>,
    marked: RwSignal<usize>,
    is_listed: Signal<bool>,
    #[prop(into)] on_choose: Callback<Symbol>,
) -> impl IntoView {
    let option = move |(place, one): (usize, SymbolView)| {
        let symbol = one.symbol;
        view! {
            <li
                id=format!("{id}-{place}")
                role="option"
                aria-selected=erased(move || (marked.get() == place).to_string())
                // Before the field loses the focus and the list closes.
                on:mousedown=heard(move |event: leptos::ev::MouseEvent| {
                    event.prevent_default();
                    on_choose.run(symbol);
                })
            >
                <b>{symbol.to_string()}</b>
                <span>{one.name}</span>
            </li>
        }
        .erase()
    };
    view! {
        <ul
            id=format!("{id}-list")
            class="symbol-search__list"
            role="listbox"
            aria-label=label
            hidden=erased(move || !is_listed.get())
        >
            {part(move || found.get().into_iter().enumerate().map(option).collect_view())}
        </ul>
    }
    .erase()
}

/// Tickers that begin with what was typed come first, then names that contain it.
fn matching(symbols: &[SymbolView], typed: &str) -> Vec<SymbolView> {
    let typed = typed.trim().to_ascii_uppercase();
    let begins = |one: &&SymbolView| one.symbol.as_str().starts_with(&typed);
    let contains = |one: &&SymbolView| {
        !one.symbol.as_str().starts_with(&typed) && one.name.to_ascii_uppercase().contains(&typed)
    };
    symbols.iter().filter(begins).chain(symbols.iter().filter(contains)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickers_come_before_names() {
        let symbols: Vec<SymbolView> =
            [Symbol::SPX, Symbol::NDX, Symbol::SPY, Symbol::QQQ].map(SymbolView::from).to_vec();
        let found = |typed| -> Vec<String> {
            matching(&symbols, typed).iter().map(|one| one.symbol.to_string()).collect()
        };
        assert_eq!(found("sp"), ["SPX", "SPY"]);
        assert_eq!(found("nasdaq"), ["NDX", "QQQ"]);
        assert_eq!(found("zz"), [""; 0]);
        assert_eq!(found("").len(), 4);
    }
}
