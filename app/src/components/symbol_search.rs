//! Finds a symbol by its letters or its name.

use api::SymbolView;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use market::Symbol;

use super::wish::Wish;
use crate::erased::{Erase, erased, heard, memo, part};

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
    let found = memo(move || symbols.with(|symbols| matching(symbols, &typed.read())));
    let search = Search {
        typed,
        found,
        is_open: RwSignal::new(false),
        marked: RwSignal::new(0),
        wish: Wish::new(symbols),
        on_choose,
    };
    let Search { is_open, marked, wish, .. } = search;
    wish.keep(move || {
        let first = found.with_untracked(|found| found.first().map(|one| one.symbol));
        first.into_iter().for_each(|symbol| search.choose(symbol));
    });
    let is_listed = move || is_open.get() && !found.read().is_empty();
    let is_nothing = move || {
        let is_missing = found.read().is_empty() && !symbols.with(Vec::is_empty);
        is_open.get() && is_missing && !typed.read().is_empty()
    };
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
                    wish.forget();
                    is_open.set(true);
                })
                on:focus=heard(move |_| is_open.set(true))
                on:blur=heard(move |_| search.close())
                on:keydown=heard(move |event| search.key(&event))
            />
            <Found
                id
                label
                found
                marked
                is_listed=Signal::derive(is_listed)
                on_choose=move |symbol| search.choose(symbol)
            />
            <p class="symbol-search__nothing" hidden=erased(move || !is_nothing())>
                "Not on this tape."
            </p>
        </div>
    }
    .erase()
}

/// What is sought.
#[derive(Clone, Copy)]
struct Search {
    typed: RwSignal<String>,
    found: Memo<Vec<SymbolView>>,
    is_open: RwSignal<bool>,
    marked: RwSignal<usize>,
    wish: Wish,
    on_choose: Callback<Symbol>,
}

impl Search {
    fn choose(self, symbol: Symbol) {
        self.typed.set(String::new());
        self.is_open.set(false);
        self.on_choose.run(symbol);
    }

    /// Who goes elsewhere wishes nothing any more.
    fn close(self) {
        self.is_open.set(false);
        self.wish.forget();
    }

    fn key(self, event: &KeyboardEvent) {
        let Self { found, marked, .. } = self;
        match event.key().as_str() {
            "ArrowDown" => {
                event.prevent_default();
                self.is_open.set(true);
                let last = found.read_untracked().len().max(1) - 1;
                marked.update(|place| *place = (*place + 1).min(last));
            }
            "ArrowUp" => {
                event.prevent_default();
                marked.update(|place| *place = place.saturating_sub(1));
            }
            "Enter" => {
                event.prevent_default();
                let chosen = found.with_untracked(|found| {
                    found.get(marked.get_untracked()).map(|one| one.symbol)
                });
                match chosen {
                    Some(symbol) => self.choose(symbol),
                    None => self.wish.make(),
                }
            }
            "Escape" => self.close(),
            _ => {}
        }
    }
}

/// What was found, under the field.
#[component]
pub(crate) fn Found(
    /// Tells its rows from others on the page.
    id: &'static str,
    /// What it lists, for those who cannot see it.
    label: &'static str,
    /// The rows.
    found: Memo<Vec<SymbolView>>,
    /// The place of the row that Enter chooses.
    marked: RwSignal<usize>,
    /// Whether it is seen.
    is_listed: Signal<bool>,
    /// Called with what was pressed.
    #[prop(into)]
    on_choose: Callback<Symbol>,
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
