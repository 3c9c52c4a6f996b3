//! The option chain in the middle of the desk: which series, what is quoted, and what that implies,
//! worked out on this device with every print. Its code is loaded when somebody looks at a chain.

use api::{ApiError, ChainWord, decode_chain, read_expiries};
use leptos::prelude::*;
use leptos::task::spawn_local;
use market::{Right, Series, Symbol, instrument};
use quant::options::{ChainBook, RATE_DEFAULT};

use super::commands::{Commands, save};
use super::nothing_there;
use crate::chain_columns::ChainColumn;
use crate::components::{
    ChainControls, ChainHeadControls, StrikeFilter, chain_detail, chain_head, chain_table,
    chain_tools,
};
use crate::contexts::{live_tape, preferences};
use crate::erased::{Erase, awaited, derived, erased, follow, memo, part};
use crate::live::{Link, LiveTape};

/// The chain in the middle of the desk.
pub(super) fn chain_pane(commands: Commands) -> AnyView {
    // The server draws its place; what is in it is the browser's work.
    let is_awake = RwSignal::new(false);
    follow(move || is_awake.set(true));
    let waiting = || view! { <div class="skeleton skeleton--chain"></div> }.erase();
    part(move || match is_awake.get() {
        false => waiting(),
        true => awaited(waiting, move || chain(commands)),
    })
}

/// What a chain is made of.
#[derive(Clone, Copy)]
struct ChainData {
    tape: LiveTape,
    symbol: Memo<Symbol>,
    /// The series that there are, or why there are none.
    expiries: RwSignal<Option<Result<Vec<Series>, ApiError>>>,
    shown: Memo<Option<Series>>,
    /// As it is looked at.
    book: StoredValue<Option<ChainBook>>,
    /// As it goes on behind what is held still while paused.
    behind: StoredValue<Option<ChainBook>>,
    /// The number of the last word about the series.
    seq: StoredValue<u64>,
    version: RwSignal<u64>,
    is_paused: RwSignal<bool>,
}

impl ChainData {
    fn new(commands: Commands) -> Self {
        let route = commands.route;
        let tape = live_tape();
        let expiries = RwSignal::new(None::<Result<Vec<Series>, ApiError>>);
        let shown = memo(move || {
            let expiries = expiries.read();
            let listed = expiries.as_ref()?.as_ref().ok()?;
            let asked = route.address.read().series;
            asked.filter(|series| listed.contains(series)).or(listed.first().copied())
        });
        let data = Self {
            tape,
            symbol: route.symbol,
            expiries,
            shown,
            book: StoredValue::new(None),
            behind: StoredValue::new(None),
            seq: StoredValue::new(0),
            version: RwSignal::new(0),
            is_paused: RwSignal::new(false),
        };
        data.follow_expiries();
        data.follow_tape();
        data
    }

    /// Asks for the series of the symbol, again whenever the tape jumped to another time.
    fn follow_expiries(self) {
        let epoch = memo(move || self.tape.status.read().as_ref().map(|(tape, _)| tape.epoch));
        let asked = StoredValue::new(None);
        follow(move || {
            let (symbol, epoch) = (self.symbol.get(), epoch.get());
            let is_open = self.tape.link.get() == Link::Open;
            if !is_open || asked.get_value() == Some((symbol, epoch)) {
                return;
            }
            asked.set_value(Some((symbol, epoch)));
            spawn_local(async move {
                let answer = read_expiries(symbol).await;
                // Somebody may look at another symbol by now.
                if self.symbol.try_get_untracked() == Some(symbol) {
                    let series = answer.map(|view| {
                        view.expiries.into_iter().map(|expiry| expiry.series).collect()
                    });
                    self.expiries.try_set(Some(series));
                }
            });
        });
        follow(move || {
            let shown = self.shown.get();
            self.is_paused.set(false);
            self.book.set_value(None);
            self.version.update(|version| *version += 1);
            self.tape.watch_chains(shown.into_iter().collect());
        });
        on_cleanup(move || self.tape.watch_chains(Vec::new()));
    }

    /// Takes in what was said since the last drawn frame.
    fn follow_tape(self) {
        follow(move || {
            let books = self.tape.with_books(|books| {
                let last = books.books().book(self.symbol.get()).and_then(|book| book.last());
                last.map(|(price, _)| (price.to_f64(), books.at()))
            });
            let Some((spot, at)) = books else { return };
            let is_paused = self.is_paused.get_untracked();
            let moving = if is_paused { self.behind } else { self.book };
            let is_new = moving.try_update_value(|live| {
                let mut is_new = false;
                for word in self.tape.take_chain_words() {
                    is_new |= decode_chain(&word).is_some_and(|word| self.hear(live, word, spot));
                }
                if let Some(book) = live
                    && (book.spot().to_bits() != spot.to_bits() || book.at() < at)
                {
                    book.handle_tick(spot, at);
                    is_new = true;
                }
                is_new
            });
            if is_new == Some(true) && !is_paused {
                self.version.update(|version| *version += 1);
            }
        });
    }

    /// Takes a word about chains in; tells whether anything is new.
    fn hear(self, live: &mut Option<ChainBook>, word: ChainWord, spot: f64) -> bool {
        let shown = self.shown.get_untracked();
        match word {
            ChainWord::Quotes { seq, at, quotes, .. } if Some(quotes.series) == shown => {
                self.seq.set_value(seq);
                *live = Some(ChainBook::new(quotes, RATE_DEFAULT, spot, at));
            }
            ChainWord::Changes { seq, at, series, changes, .. } if Some(series) == shown => {
                let Some(book) = live else { return false };
                if seq != self.seq.get_value() + 1 {
                    // Something was lost: nothing is shown rather than what may be wrong.
                    *live = None;
                    self.tape.watch_chains(vec![series]);
                    return true;
                }
                self.seq.set_value(seq);
                book.handle_quotes(&changes, spot, at);
            }
            ChainWord::Gone { series, .. } if Some(series) == shown => {
                *live = None;
                // It ended: the next one takes its place.
                self.expiries.update(|expiries| {
                    if let Some(Ok(listed)) = expiries {
                        listed.retain(|one| *one != series);
                    }
                });
            }
            _ => return false,
        }
        true
    }

    /// Holds what is shown still, or shows what went on behind it.
    fn toggle_pause(self) {
        if self.is_paused.get_untracked() {
            self.is_paused.set(false);
            let moved = self.behind.try_update_value(Option::take).flatten();
            self.book.set_value(moved);
            self.version.update(|version| *version += 1);
        } else {
            self.book.with_value(|book| self.behind.set_value(book.clone()));
            self.is_paused.set(true);
        }
    }

    /// Why there is nothing to see; nothing when there is.
    fn complaint(self) -> Option<String> {
        match self.expiries.read().as_ref()? {
            Err(error) => Some(error.to_string()),
            Ok(listed) if listed.is_empty() => {
                let symbol = self.symbol.get();
                Some(format!("There are no options on {symbol} on this tape."))
            }
            Ok(_) => None,
        }
    }
}

#[lazy]
fn chain(commands: Commands) -> AnyView {
    let data = ChainData::new(commands);
    let route = commands.route;
    let filter = RwSignal::new(StrikeFilter::default());
    let ChainData { book, version, shown, .. } = data;
    let turn = Callback::new(move |by: isize| {
        let expiries = data.expiries.read_untracked();
        let Some(Ok(listed)) = expiries.as_ref() else { return };
        let place = listed.iter().position(|one| Some(*one) == shown.get_untracked());
        let next = place.and_then(|place| listed.get(place.checked_add_signed(by)?).copied());
        drop(expiries);
        if let Some(series) = next {
            route.choose_series(series);
        }
    });
    let table = ChainControls {
        version: version.into(),
        book,
        columns: derived(move || preferences().read().chain_columns.clone()),
        range: memo(move || {
            version.get();
            let filter = filter.get();
            book.with_value(|book| book.as_ref().map_or((0, 0), |book| filter.range(book)))
        }),
        chosen: RwSignal::new(None),
        is_centred: RwSignal::new(true),
        on_turn: turn,
    };
    follow(move || {
        // Another series has other strikes.
        shown.get();
        table.chosen.set(None);
        table.is_centred.set(true);
    });
    let head = ChainHeadControls {
        table,
        series: derived(move || match data.expiries.read().as_ref() {
            Some(Ok(listed)) => listed.clone(),
            _ => Vec::new(),
        }),
        shown,
        on_series: Callback::new(move |series| route.choose_series(series)),
        now: commands.data.now.into(),
        filter,
        is_paused: data.is_paused.into(),
        on_pause: Callback::new(move |()| data.toggle_pause()),
        on_columns: Callback::new(move |columns: Vec<ChainColumn>| {
            if columns.is_empty() {
                commands.data.say("A chain needs a column: the last one stays.".to_owned());
            } else {
                preferences().update(|chosen| chosen.chain_columns = columns);
            }
        }),
        on_save: Callback::new(move |()| save_chain(table)),
    };
    let symbol = route.symbol;
    let is_there = memo(move || {
        version.get();
        book.with_value(Option::is_some)
    });
    let body = move || match (data.complaint(), is_there.get()) {
        (Some(why), _) => nothing_there(why, route),
        (None, true) => view! { {chain_table(table)} {chain_detail(table)} }.into_any(),
        (None, false) => view! { <div class="skeleton skeleton--chain"></div> }.erase(),
    };
    view! {
        <section
            class="chain"
            aria-label="Option chain"
            data-paused=erased(move || data.is_paused.get().to_string())
        >
            <div class="desk__chart-bar">
                <b class="desk__symbol">{part(move || symbol.get().to_string())}</b>
                <span class="desk__name">{part(move || instrument(symbol.get()).name)}</span>
                {chain_tools(head)}
            </div>
            {chain_head(head)}
            {part(body)}
        </section>
    }
    .erase()
}

/// Saves the strikes that are shown, with every column of both rights.
fn save_chain(table: ChainControls) {
    let (from, until) = table.range.get_untracked();
    let file = table.book.with_value(|book| {
        let book = book.as_ref()?;
        let mut text = "strike".to_owned();
        for right in ["call", "put"] {
            for column in ChainColumn::ALL {
                text += &format!(",{right} {}", column.name());
            }
        }
        for place in from..until {
            text += &format!("\r\n{}", book.quotes().strikes.get(place)?.strike);
            for right in Right::ALL {
                let option = book.option(place, right);
                for column in ChainColumn::ALL {
                    let number = column.number(&option).filter(|number| number.is_finite());
                    text += &number.map_or_else(|| ",".to_owned(), |number| format!(",{number}"));
                }
            }
        }
        text += "\r\n";
        let day = book.at().wall_time().date;
        Some((format!("volaris-{}-as-of-{day}.csv", book.series().slug()), text))
    });
    if let Some((name, text)) = file {
        save(&name, "text/csv", &text);
    }
}
