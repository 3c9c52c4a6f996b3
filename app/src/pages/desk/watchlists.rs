//! The trader's watchlists: which there are, which is looked at, and how they change.

use api::{
    ApiError, WatchlistChange, WatchlistEdit, WatchlistView, WatchlistsView, change_watchlists,
    read_watchlists,
};
use leptos::prelude::*;
use leptos::task::spawn_local;
use market::{Symbol, SymbolList};

use super::commands::save;
use crate::components::{ToastText, WatchWish};

/// The trader's watchlists. Shown at once and kept behind; what cannot be kept comes back.
#[derive(Clone, Copy)]
pub(super) struct Watchlists {
    lists: RwSignal<Option<WatchlistsView>>,
    /// Counts changes: an answer that a newer change overtook is nobody's any more.
    changes: StoredValue<u64>,
    toast: RwSignal<Option<ToastText>>,
}

impl Watchlists {
    pub(super) fn new(toast: RwSignal<Option<ToastText>>) -> Self {
        Self { lists: RwSignal::new(None), changes: StoredValue::new(0), toast }
    }

    /// Takes the server's first answer.
    pub(super) fn begin(self, answer: Result<WatchlistsView, ApiError>) {
        match answer {
            Ok(lists) if self.lists.read_untracked().is_none() => self.lists.set(Some(lists)),
            Ok(_) => {}
            Err(error) => self.say(format!("The watchlists could not be read: {error}.")),
        }
    }

    /// Every list.
    pub(super) fn lists(self) -> Vec<WatchlistView> {
        self.lists.read().as_ref().map(|all| all.lists.clone()).unwrap_or_default()
    }

    /// The name of the list that is looked at.
    pub(super) fn chosen(self) -> String {
        self.lists.read().as_ref().map_or("Watchlist".to_owned(), |all| all.chosen.clone())
    }

    /// The symbols of the list that is looked at.
    pub(super) fn symbols(self) -> Vec<Symbol> {
        self.lists
            .with(|all| {
                let all = all.as_ref()?;
                let list = all.lists.iter().find(|list| list.name == all.chosen)?;
                Some(list.symbols.clone())
            })
            .unwrap_or_default()
    }

    /// Puts a symbol on the list.
    pub(super) fn add(self, symbol: Symbol) {
        let mut symbols = untrack(|| self.symbols());
        if symbols.contains(&symbol) {
            self.say(format!("{symbol} is on the watchlist already."));
            return;
        }
        symbols.push(symbol);
        self.write(symbols, None);
    }

    /// Takes a symbol off the list; the toast can put it back.
    pub(super) fn remove(self, symbol: Symbol) {
        let mut symbols = untrack(|| self.symbols());
        symbols.retain(|one| *one != symbol);
        self.write(symbols, Some(format!("{symbol} is off the watchlist.")));
    }

    /// Gives a symbol another place, counted from zero.
    pub(super) fn move_to(self, symbol: Symbol, place: usize) {
        let mut symbols = untrack(|| self.symbols());
        symbols.retain(|one| *one != symbol);
        symbols.insert(place.min(symbols.len()), symbol);
        self.write(symbols, None);
    }

    /// The list holds these from now on; where there are words, they have a way back.
    pub(super) fn write(self, symbols: Vec<Symbol>, words: Option<String>) {
        let Some(all) = self.lists.get_untracked() else { return };
        let name = all.chosen;
        // With what was seen: another page's additions stay.
        let before = untrack(|| self.symbols());
        let back = vec![edit(&name, &symbols, &before)];
        let change = edit(&name, &before, &symbols);
        self.lists.update(|all| {
            let lists = all.iter_mut().flat_map(|all| &mut all.lists);
            lists
                .filter(|list| list.name == name)
                .for_each(|list| list.symbols.clone_from(&symbols));
        });
        self.change(vec![change], words.map(|words| (words, back)));
    }

    /// Changes the lists, tells so with a way back, and shows what they are then.
    pub(super) fn change(
        self,
        changes: Vec<WatchlistChange>,
        told: Option<(String, Vec<WatchlistChange>)>,
    ) {
        let number = self.changes.try_update_value(|number| {
            *number += 1;
            *number
        });
        spawn_local(async move {
            let answer = change_watchlists(changes).await;
            let is_newest = number == self.changes.try_get_value();
            match answer {
                Ok(lists) if is_newest => self.lists.set(Some(lists)),
                Ok(_) => {}
                Err(error) => {
                    self.say(format!("The watchlist was not saved: {error}."));
                    if let Ok(kept) = read_watchlists().await {
                        self.lists.set(Some(kept));
                    }
                    return;
                }
            }
            if let Some((words, back)) = told {
                let undo = move || self.change(back.clone(), None);
                self.toast.set(Some(ToastText::with_undo(words, undo)));
            }
        });
    }

    pub(super) fn say(self, text: String) {
        self.toast.set(Some(ToastText { text, answer: None }));
    }

    /// Does what the menu asks for.
    pub(super) fn grant(self, wish: WatchWish) {
        spawn_local(grant(self, wish));
    }
}

/// Makes of `before` what `after` is.
fn edit(name: &str, before: &[Symbol], after: &[Symbol]) -> WatchlistChange {
    let (name, before, after) = (name.to_owned(), before.to_vec(), after.to_vec());
    WatchlistChange::Edit(WatchlistEdit { name, before, after })
}

/// Loaded with the first wish: the first page needs none of it.
#[lazy]
async fn grant(watchlists: Watchlists, wish: WatchWish) {
    let Some(all) = watchlists.lists.get_untracked() else { return };
    let name = all.chosen;
    let is_there = |name: &str| all.lists.iter().any(|list| list.name == name);
    match wish {
        WatchWish::Choose(name) => watchlists.change(vec![WatchlistChange::Choose(name)], None),
        WatchWish::Make(name) if is_there(&name) => {
            watchlists.say(format!("There is a watchlist {name} already."));
        }
        WatchWish::Make(made) => {
            let changes = vec![edit(&made, &[], &[]), WatchlistChange::Choose(made)];
            watchlists.change(changes, None);
        }
        WatchWish::Rename(to) => {
            watchlists.change(vec![WatchlistChange::Rename { name, to }], None);
        }
        WatchWish::Delete => {
            let words = format!("{name} is deleted.");
            let symbols = untrack(|| watchlists.symbols());
            let back = vec![edit(&name, &[], &symbols), WatchlistChange::Choose(name.clone())];
            watchlists.change(vec![WatchlistChange::Remove(name)], Some((words, back)));
        }
        WatchWish::Import(text) => import(watchlists, &text),
        WatchWish::Export => {
            let symbols = untrack(|| watchlists.symbols());
            let lines: String = symbols.iter().map(|symbol| format!("{symbol}\n")).collect();
            save(&format!("{name}.txt"), "text/plain", &lines);
        }
    }
}

/// Puts a text's tickers on the list, and says which words are none.
fn import(watchlists: Watchlists, text: &str) {
    let SymbolList { symbols: read, bad } = SymbolList::from_text(text);
    let mut symbols = untrack(|| watchlists.symbols());
    let before = symbols.len();
    for symbol in &read {
        if !symbols.contains(symbol) {
            symbols.push(*symbol);
        }
    }
    let added = symbols.len() - before;
    let mut words = match (added, read.len()) {
        (0, 0) => "No ticker was found.".to_owned(),
        (0, _) => "All of them are on the list already.".to_owned(),
        (1, _) => "1 symbol was added.".to_owned(),
        (added, _) => format!("{added} symbols were added."),
    };
    if let Some((row, word)) = bad.first() {
        let word: String = word.chars().take(20).collect();
        words.push_str(&format!(" Not tickers: {}; the first is {word} in row {row}.", bad.len()));
    }
    if added == 0 {
        watchlists.say(words);
    } else {
        watchlists.write(symbols, Some(words));
    }
}
