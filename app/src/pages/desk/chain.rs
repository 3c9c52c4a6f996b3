//! The option chain in the middle of the desk: which series, what is quoted, and what that implies,
//! worked out on this device with every print. Its code is loaded when somebody looks at a chain.

use api::{ChainWord, LevelsView};
use leptos::prelude::*;
use market::{Contract, Right, Series, StrikeQuotes, Symbol, instrument};
use plan::{BadPosition, Instrument, Leg, Position, Stage};
use quant::options::{ChainBook, RATE_DEFAULT};

use super::commands::{Commands, save};
use super::expiries::Expiries;
use super::kept_positions::Kept;
use super::leg_books::LegBooks;
use super::written::{Written, link_of};
use super::{loaded_pane, nothing_there};
use crate::centre::Centre;
use crate::chain_columns::{ChainColumn, ChainContract};
use crate::components::{
    ChainControls, ChainHeadControls, PlanNow, StrikeFilter, StripControls, Trade, chain_detail,
    chain_head, chain_table, chain_tools, plan_strip,
};
use crate::contexts::{live_tape, preferences};
use crate::erased::{Erase, derived, erased, follow, heard, memo, part};
use crate::live::LiveTape;

/// The chain in the middle of the desk.
pub(super) fn chain_pane(commands: Commands) -> AnyView {
    loaded_pane(move || chain(commands))
}

/// What a chain is made of.
#[derive(Clone, Copy)]
struct ChainData {
    tape: LiveTape,
    symbol: Memo<Symbol>,
    expiries: Expiries,
    shown: Memo<Option<Series>>,
    /// As it is looked at.
    book: StoredValue<Option<ChainBook>>,
    /// As it goes on behind what is held still while paused.
    behind: StoredValue<Option<ChainBook>>,
    /// The number of the last word about the series.
    seq: StoredValue<u64>,
    version: RwSignal<u64>,
    is_paused: RwSignal<bool>,
    commands: Commands,
    /// The position that is planned.
    written: Memo<Written>,
    /// What its legs in other series are of.
    legs: LegBooks,
    planned: RwSignal<Option<PlanNow>>,
}

impl ChainData {
    fn new(commands: Commands) -> Self {
        let route = commands.route;
        let tape = live_tape();
        let expiries = Expiries::of(tape, route.symbol);
        let shown = memo(move || {
            let listed = expiries.listed();
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
            commands,
            written: Written::of(route),
            legs: LegBooks::new(tape),
            planned: RwSignal::new(None),
        };
        data.follow_series();
        data.follow_tape();
        data.follow_plan();
        data
    }

    /// Follows the series that is shown, and those of a planned position.
    fn follow_series(self) {
        let others = memo(move || {
            let mut others = self.written.read().series(self.symbol.get());
            others.retain(|one| Some(*one) != self.shown.get());
            others
        });
        follow(move || {
            let shown = self.shown.get();
            self.is_paused.set(false);
            self.book.set_value(None);
            self.version.update(|version| *version += 1);
            self.watch(shown, &others.get());
        });
    }

    /// Asks for the series that is shown, and for those of a position's other legs.
    fn watch(self, shown: Option<Series>, others: &[Series]) {
        let shown: Vec<Series> = shown.into_iter().collect();
        self.legs.watch(others, &shown);
    }

    /// Takes in what was said since the last drawn frame.
    fn follow_tape(self) {
        follow(move || {
            let at = self.tape.with_books(|books| books.at());
            let spot = self.tape.peek_spot(self.symbol.get());
            let is_other = self.legs.turn();
            if is_other {
                // Another day, or another tape: what is shown says nothing of it.
                self.book.set_value(None);
                self.is_paused.set(false);
                self.version.update(|version| *version += 1);
            }
            let Some(spot) = spot else { return };
            let is_paused = self.is_paused.get_untracked();
            let moving = if is_paused { self.behind } else { self.book };
            let is_new = moving.try_update_value(|live| {
                let mut is_new = false;
                for word in self.legs.take_words() {
                    is_new |= self.legs.hear(&word) || self.hear(live, word, spot);
                }
                if let Some(book) = live
                    && (book.spot().to_bits() != spot.to_bits() || book.at() < at)
                {
                    book.handle_tick(spot, at);
                    is_new = true;
                }
                is_new
            });
            self.legs.tick(at);
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
                    self.legs.ask_anew();
                    return true;
                }
                self.seq.set_value(seq);
                book.handle_quotes(&changes, spot, at);
            }
            ChainWord::Gone { series, .. } if Some(series) == shown => {
                *live = None;
                // It ended: the next one takes its place.
                self.expiries.forget(series);
            }
            _ => return false,
        }
        true
    }

    /// Values the planned position as the chain moves.
    fn follow_plan(self) {
        follow(move || {
            self.version.get();
            let written = self.written.read();
            let stand = self.book.with_value(|book| {
                let book = book.as_ref()?;
                Some((book.series().terms().underlying, (book.spot(), book.at())))
            });
            let planned = stand.and_then(|(symbol, stand)| {
                let look = |series: Series, see: &mut dyn FnMut(&ChainBook)| {
                    let is_shown = self.book.with_value(|book| {
                        let book = book.as_ref().filter(|book| book.series() == series);
                        book.map(&mut *see).is_some()
                    });
                    if !is_shown {
                        self.legs.with(series, see);
                    }
                };
                written.valued(symbol, stand, &look)
            });
            drop(written);
            self.planned.set(planned);
        });
    }

    /// Adds what was pressed to the planned position.
    fn trade(self, trade: Trade) {
        let contract = self.book.with_value(|book| {
            let book = book.as_ref()?;
            let strike = book.quotes().strikes.get(trade.place)?.strike;
            Some(Contract { series: book.series(), strike, right: trade.right })
        });
        let Some(contract) = contract else { return };
        let leg = Leg { quantity: trade.quantity, instrument: Instrument::Option(contract) };
        let legs = self.written.with_untracked(|written| {
            let before = written.position_on(contract.series.terms().underlying);
            before.map(|one| one.legs().to_vec()).unwrap_or_default()
        });
        match Position::new(legs.into_iter().chain([leg]), None) {
            Ok(position) => self.plan(Some(&position)),
            // What was sold is bought back.
            Err(BadPosition::Empty) => self.plan(None),
            Err(bad) => self.commands.data.say(format!("{bad}.")),
        }
    }

    fn plan(self, position: Option<&Position>) {
        self.commands.route.choose_position(link_of(position, None));
    }

    /// Contracts of the series that is shown which are planned.
    fn planned_here(self) -> Vec<Trade> {
        let written = self.written.read();
        self.here(written.position().into_iter())
    }

    /// Those that positions which are open hold.
    fn open_here(self) -> Vec<Trade> {
        // The desk's own signals outlive this pane: it follows none of them, and is told instead.
        let (kept, tape) = untrack(|| (self.commands.data.kept.known(), self.tape.name()));
        let is_held =
            |one: &&Kept| one.stage == Stage::Open && Some(&one.view.tape) == tape.as_ref();
        self.here(kept.iter().filter(is_held).filter_map(|one| one.position.as_ref().ok()))
    }

    /// The contracts of positions that are of the series which is shown, each once.
    fn here<'a>(self, positions: impl Iterator<Item = &'a Position>) -> Vec<Trade> {
        self.version.get();
        self.book.with_value(|book| {
            let mut here: Vec<Trade> = Vec::new();
            let Some(book) = book else { return here };
            let strikes = &book.quotes().strikes;
            for leg in positions.flat_map(Position::legs) {
                let Instrument::Option(contract) = leg.instrument else { continue };
                let place = strikes.binary_search_by_key(&contract.strike, |one| one.strike);
                let Some(place) = place.ok().filter(|_| contract.series == book.series()) else {
                    continue;
                };
                let (right, quantity) = (contract.right, leg.quantity);
                match here.iter_mut().find(|one| one.place == place && one.right == right) {
                    Some(one) => one.quantity += quantity,
                    None => here.push(Trade { place, right, quantity }),
                }
            }
            here.retain(|one| one.quantity != 0);
            here
        })
    }

    /// Levels beside the strikes that they are nearest to.
    fn levels_here(self, levels: Memo<Option<LevelsView>>) -> Vec<(usize, String, String)> {
        self.version.get();
        let levels = levels.get_untracked();
        let all = levels.as_ref().map(|view| view.levels.as_slice()).unwrap_or_default();
        self.book.with_value(|book| {
            let mut here: Vec<(usize, String, String)> = Vec::new();
            let Some(book) = book else { return here };
            for level in all {
                let Some(place) = nearest(&book.quotes().strikes, level.price) else { continue };
                let told = format!("{} {}", level.name, market::format::price(level.price, 2));
                match here.iter_mut().find(|(known, ..)| *known == place) {
                    Some((_, name, all)) => {
                        if !name.ends_with('…') {
                            name.push('…');
                        }
                        *all += &format!(", {told}");
                    }
                    None => here.push((place, level.name.clone(), told)),
                }
            }
            here
        })
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
}

/// The place of the strike that a level is nearest to; nothing where it lies beyond all of them.
fn nearest(strikes: &[StrikeQuotes], level: f64) -> Option<usize> {
    let above = strikes.partition_point(|one| one.strike.to_f64() < level);
    let (low, high) = (strikes.get(above.checked_sub(1)?)?, strikes.get(above)?);
    let is_low = level - low.strike.to_f64() <= high.strike.to_f64() - level;
    Some(if is_low { above - 1 } else { above })
}

#[lazy]
fn chain(commands: Commands) -> AnyView {
    let data = ChainData::new(commands);
    let moved = data.version;
    commands.data.kept.ask_then(move || {
        moved.try_update(|version| *version += 1);
    });
    let levels = commands.data.shown_levels();
    let route = commands.route;
    let filter = RwSignal::new(StrikeFilter::default());
    let ChainData { book, version, shown, .. } = data;
    let turn = Callback::new(move |by: isize| {
        let listed = untrack(|| data.expiries.listed());
        let place = listed.iter().position(|one| Some(*one) == shown.get_untracked());
        let next = place.and_then(|place| listed.get(place.checked_add_signed(by)?).copied());
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
        held: memo(move || data.planned_here()).into(),
        open: memo(move || data.open_here()).into(),
        levels: memo(move || data.levels_here(levels)),
        on_trade: Callback::new(move |trade| data.trade(trade)),
    };
    let strip = StripControls {
        text: memo(move || {
            let written = data.written.read();
            written.position().map(|one| one.to_string().replace('+', "")).unwrap_or_default()
        }),
        now: data.planned,
        on_open: Callback::new(move |()| route.show(Centre::Plan)),
        on_clear: Callback::new(move |()| data.plan(None)),
    };
    follow(move || {
        // Another series has other strikes.
        shown.get();
        table.chosen.set(None);
        table.is_centred.set(true);
    });
    let head = ChainHeadControls {
        table,
        series: derived(move || data.expiries.listed()),
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
    let complaint = memo(move || data.expiries.complaint());
    let body = move || match (complaint.get(), is_there.get()) {
        (Some(why), _) => nothing_there(why, route),
        (None, true) => {
            view! { {chain_table(table)} {chain_detail(table)} {plan_strip(strip)} }.into_any()
        }
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
                <button
                    type="button"
                    class="chain__smile"
                    title="The volatilities of this expiry, and of all"
                    on:click=heard(move |_| {
                        if let Some(series) = shown.get_untracked() {
                            route.choose_smile(series);
                        }
                    })
                >
                    "Smile"
                </button>
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
                let contract = ChainContract::of(book, place, right);
                for column in ChainColumn::ALL {
                    let number = column.number(&contract).filter(|number| number.is_finite());
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
