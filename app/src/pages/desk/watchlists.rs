//! The trader's watchlists: which there are, which is looked at, and how they change.

use std::cell::RefCell;
use std::collections::VecDeque;

use api::{
    ApiError, WatchlistChange, WatchlistEdit, WatchlistView, WatchlistsView, change_watchlists,
    read_watchlists,
};
use leptos::prelude::*;
use leptos::task::spawn_local;
use market::{Symbol, SymbolList};

use super::commands::save;
use crate::components::{ToastText, WatchWish};
use crate::installation::Installation;

/// The trader's watchlists. Shown at once and kept behind; what cannot be kept comes back.
#[derive(Clone, Copy)]
pub(super) struct Watchlists {
    lists: RwSignal<Option<WatchlistsView>>,
    /// As the server last told.
    kept: StoredValue<Option<WatchlistsView>>,
    toast: RwSignal<Option<ToastText>>,
    installation: Installation,
}

impl Watchlists {
    pub(super) fn new(toast: RwSignal<Option<ToastText>>, installation: Installation) -> Self {
        let (lists, kept) = (RwSignal::new(None), StoredValue::new(None));
        let new = Self { lists, kept, toast, installation };
        // What is on its way is shown where the trader is by now.
        SENDING.with_borrow_mut(|sending| sending.iter_mut().for_each(|one| one.by = new));
        new
    }

    /// Takes the server's first answer.
    pub(super) fn begin(self, answer: Result<WatchlistsView, ApiError>) {
        match answer {
            Ok(lists) if self.lists.read_untracked().is_none() => {
                self.kept.set_value(Some(lists.clone()));
                self.lists.set(Some(lists));
            }
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
    pub(super) fn change(self, changes: Vec<WatchlistChange>, told: Option<Told>) {
        let step = Step { changes, told };
        let is_first = SENDING.with_borrow_mut(|sending| {
            let is_first = sending.is_none();
            sending.get_or_insert_with(|| Sending::of(self)).waiting.push_back(step);
            is_first
        });
        if is_first {
            self.installation.has_unsent_lists.set_value(true);
            spawn_local(send_waiting(self.installation));
        }
    }

    pub(super) fn say(self, text: String) {
        self.toast.set(Some(ToastText { text, answer: None }));
    }

    /// Does what the menu asks for.
    pub(super) fn grant(self, wish: WatchWish) {
        spawn_local(grant(self, wish));
    }
}

/// What a trader did at once.
struct Step {
    changes: Vec<WatchlistChange>,
    /// Its words, with a way back.
    told: Option<Told>,
}

type Told = (String, Vec<WatchlistChange>);

/// Steps that wait for the answer to the one before. Each was done to what the one before made: in
/// another order they make something else.
struct Sending {
    /// Where the answer is shown.
    by: Watchlists,
    waiting: VecDeque<Step>,
}

impl Sending {
    fn of(by: Watchlists) -> Self {
        Self { by, waiting: VecDeque::new() }
    }
}

thread_local! {
    /// Nothing where no step is on its way. The page's, not the desk's: what waits is sent wherever
    /// the trader went.
    static SENDING: RefCell<Option<Sending>> = const { RefCell::new(None) };
}

/// Loaded with the first change.
#[lazy]
async fn send_waiting(installation: Installation) {
    while let Some(Step { changes, told }) = next_step() {
        match change_watchlists(changes).await {
            Ok(kept) => answered(Ok(kept), told),
            Err(why) => {
                let kept = read_watchlists().await.ok();
                answered(Err((why, kept)), None);
            }
        }
    }
    installation.has_unsent_lists.set_value(false);
}

/// The step that is sent next.
fn next_step() -> Option<Step> {
    SENDING.with_borrow_mut(|sending| {
        let next = sending.as_mut()?.waiting.pop_front();
        if next.is_none() {
            *sending = None;
        }
        next
    })
}

/// Shows what is kept, unless the trader has done more since. What was done to a step that the
/// server refused is nothing any more.
fn answered(kept: Result<WatchlistsView, (ApiError, Option<WatchlistsView>)>, told: Option<Told>) {
    let is_refused = kept.as_ref().is_err_and(|(why, _)| !why.may_pass());
    let now = SENDING.with_borrow_mut(|sending| {
        let Sending { by, waiting } = sending.as_mut()?;
        let followed = !waiting.is_empty();
        if is_refused {
            waiting.clear();
        }
        Some((*by, followed))
    });
    let Some((by, followed)) = now else { return };
    let kept = kept.map(Some).unwrap_or_else(|(why, kept)| {
        let rest = if is_refused && followed { " Nor was what was done after it." } else { "" };
        by.say(format!("The watchlist was not saved: {why}.{rest}"));
        kept.or_else(|| by.kept.try_get_value().flatten())
    });
    by.kept.set_value(kept.clone());
    if is_refused || !followed {
        by.lists.set(kept);
    }
    if let Some((words, back)) = told {
        let undo = move || by.change(back.clone(), None);
        by.toast.set(Some(ToastText::with_undo(words, undo)));
    }
}

/// Makes of `before` what `after` is.
fn edit(name: &str, before: &[Symbol], after: &[Symbol]) -> WatchlistChange {
    let (name, before, after) = (name.to_owned(), before.to_vec(), after.to_vec());
    WatchlistChange::Edit(WatchlistEdit { name, before, after })
}

/// Loaded with the first wish: the first page needs none of it. What is wanted is shown at once:
/// what is done next is done to that.
#[lazy]
async fn grant(watchlists: Watchlists, wish: WatchWish) {
    let Some(mut all) = watchlists.lists.get_untracked() else { return };
    let name = all.chosen.clone();
    let symbols = untrack(|| watchlists.symbols());
    let (changes, told) = match wish {
        WatchWish::Choose(wanted) => {
            all.chosen.clone_from(&wanted);
            (vec![WatchlistChange::Choose(wanted)], None)
        }
        WatchWish::Make(name) | WatchWish::Rename(name)
            if all.lists.iter().any(|list| list.name == name) =>
        {
            return watchlists.say(format!("There is a watchlist {name} already."));
        }
        WatchWish::Make(made) => {
            all.lists.push(WatchlistView { name: made.clone(), symbols: Vec::new() });
            all.chosen.clone_from(&made);
            (vec![edit(&made, &[], &[]), WatchlistChange::Choose(made)], None)
        }
        WatchWish::Rename(to) => {
            let lists = all.lists.iter_mut();
            lists.filter(|list| list.name == name).for_each(|list| list.name.clone_from(&to));
            all.chosen.clone_from(&to);
            (vec![WatchlistChange::Rename { name, to }], None)
        }
        WatchWish::Delete => {
            all.lists.retain(|list| list.name != name);
            all.chosen = all.lists.first().map(|list| list.name.clone()).unwrap_or_default();
            let back = vec![edit(&name, &[], &symbols), WatchlistChange::Choose(name.clone())];
            let words = format!("{name} is deleted.");
            (vec![WatchlistChange::Remove(name)], Some((words, back)))
        }
        WatchWish::Import(text) => return import(watchlists, &text),
        WatchWish::Export => {
            let lines: String = symbols.iter().map(|symbol| format!("{symbol}\n")).collect();
            return save(&format!("{name}.txt"), "text/plain", &lines);
        }
    };
    watchlists.lists.set(Some(all));
    watchlists.change(changes, told);
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
