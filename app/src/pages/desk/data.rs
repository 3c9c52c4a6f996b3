//! What the desk page knows: first answers of the server, then the live books.

use crate::erased::{derived, follow, memo};
use api::{
    ApiError, LevelsView, RecordingView, SymbolView, TapeCommand, WatchlistsView, control_tape,
    levels_view, read_levels, read_recordings, read_symbols, read_watchlists,
};
use chart::{ChartLevel, Layout, Sparkline};
use codee::binary::PostcardCodec;
use leptos::prelude::*;
use leptos::task::spawn_local;
use market::{
    Freshness, Moment, Phase, Span, Symbol, TapeId, TradingDate, format, instrument, session_clock,
};
use quant::levels::{LevelGroup, LevelId};

use super::address::Address;
use super::kept_positions::KeptPositions;
use super::option_levels::KnownOptionLevels;
use super::watchlists::Watchlists;
use crate::components::{Notices, ToastText, WatchRow, is_computed, offline_words};
use crate::contexts::{Depth, Preferences, installation, preferences};
use crate::installation::{Installation, install, renew};
use crate::live::{Link, LiveTape, Refill};
use crate::page_title::rewrite_title;

/// Carried in the page as the stream's words are: a second format would be a second parser to load.
type Answer<T> = Resource<Result<T, ApiError>, PostcardCodec>;

/// What the desk page knows.
#[derive(Clone, Copy)]
pub(super) struct DeskData {
    /// The tape's time, moving by the second.
    pub(super) now: RwSignal<Option<Moment>>,
    /// The level that a trader asked about.
    pub(super) asked: RwSignal<Option<LevelId>>,
    /// What is said at the foot of the screen.
    pub(super) toast: RwSignal<Option<ToastText>>,
    /// What was said before.
    pub(super) notices: Notices,
    /// The charts.
    layout: Memo<Layout>,
    /// The active chart's symbol: the ladder's.
    pub(super) symbol: Memo<Symbol>,
    pub(super) tape: LiveTape,
    /// Symbols that are followed beside those on charts and the watchlist.
    pub(super) others: RwSignal<Vec<Symbol>>,
    /// Positions that the trader keeps; asked for by those who show them.
    pub(super) kept: KeptPositions,
    levels: Answer<LevelsView>,
    first_watchlists: Answer<WatchlistsView>,
    /// What the tape has; nothing until the server told.
    symbols: RwSignal<Option<Vec<SymbolView>>>,
    /// Days that can be played, as far as somebody asked.
    pub(super) recordings: RwSignal<Vec<RecordingView>>,
    first: RwSignal<Option<Result<LevelsView, ApiError>>>,
    pub(super) watchlists: Watchlists,
    live_levels: Memo<Option<LevelsView>>,
    /// What options make of the symbols on charts.
    pub(super) option_levels: KnownOptionLevels,
    pub(super) installation: Installation,
    pub(super) preferences: RwSignal<Preferences>,
    /// How often the books were loaded anew.
    snapshots: Memo<u64>,
    /// One of them moves with each beat of the page's clock.
    day_beats: [Trigger; DAY_BEATS],
}

/// Beats of the page's clock, of a quarter of a second, until every day was drawn anew.
const DAY_BEATS: usize = 8;

impl DeskData {
    /// Asks the first questions and follows the tape.
    pub(super) fn new(layout: Memo<Layout>, symbol: Memo<Symbol>, tape: LiveTape) -> Self {
        let shown = memo(move || {
            let layout = layout.read();
            let mut shown = vec![symbol.get()];
            shown.extend(layout.charts().iter().map(|one| one.symbol));
            shown.sort();
            shown.dedup();
            shown
        });
        let option_levels = KnownOptionLevels::new(tape, shown);
        let live_levels = memo(move || live_levels(tape, option_levels, symbol.get()));
        let tape_name =
            memo(move || tape.status.read().as_ref().map(|(tape, _)| tape.tape.clone()));
        let first = RwSignal::new(None);
        let asked_first = symbol.get_untracked();
        Effect::new(move |before: Option<(Symbol, Option<TapeId>)>| {
            let asked = (symbol.get(), tape_name.get());
            // The first page brought its levels with it, before any tape was heard.
            let is_other = |(of, on): (Symbol, Option<TapeId>)| {
                of != asked.0 || on.is_some_and(|on| Some(on) != asked.1)
            };
            if before.is_some_and(is_other) {
                first.set(None);
                spawn_local(async move {
                    let answer = read_levels(asked.0).await;
                    if symbol.try_get_untracked() == Some(asked.0) {
                        first.set(Some(answer));
                    }
                });
            }
            asked
        });
        let toast = RwSignal::new(None);
        let installation = installation();
        let data = Self {
            now: RwSignal::new(None),
            asked: RwSignal::new(None),
            toast,
            notices: Notices::new(),
            layout,
            symbol,
            tape,
            others: RwSignal::new(Vec::new()),
            kept: KeptPositions::new(toast),
            levels: Resource::new_with_options(|| (), move |()| read_levels(asked_first), true),
            first_watchlists: Resource::new_with_options(|| (), |()| read_watchlists(), true),
            symbols: RwSignal::new(None),
            recordings: RwSignal::new(Vec::new()),
            first,
            watchlists: Watchlists::new(toast, installation),
            live_levels,
            option_levels,
            installation,
            preferences: preferences(),
            snapshots: memo(move || tape.with_books(|live| live.snapshots())),
            day_beats: std::array::from_fn(|_| Trigger::new()),
        };
        // A question that was lost with the link is asked again with the next.
        let is_answered = memo(move || data.installation.answers(tape));
        follow(move || {
            // What a tape has is known with the tape.
            if tape_name.get().is_none() || !is_answered.get() {
                return;
            }
            spawn_local(async move {
                if let Ok(symbols) = read_symbols().await {
                    data.symbols.try_set(Some(symbols));
                }
            });
        });
        data.follow();
        data
    }

    fn follow(self) {
        let Self { now, tape, .. } = self;
        let beat = StoredValue::new(0_usize);
        // The clock ticks four times a second so that ages never lag by a whole one.
        follow(move || {
            now.set(tape.now());
            let ticking = set_interval_with_handle(
                move || {
                    now.set(untrack(|| tape.now()));
                    self.day_beats[beat.get_value() % DAY_BEATS].notify();
                    beat.update_value(|beat| *beat += 1);
                },
                std::time::Duration::from_millis(250),
            );
            on_cleanup(move || {
                if let Ok(ticking) = ticking {
                    ticking.clear();
                }
            });
        });
        follow(move || {
            let layout = self.layout.read();
            let charts = layout.charts().iter();
            let shown = charts.clone().map(|one| one.symbol);
            let compared = charts.filter_map(|one| one.setup.compare);
            let mut symbols = vec![self.symbol.get()];
            let others = self.others.get().into_iter();
            for symbol in shown.chain(compared).chain(self.watchlists.symbols()).chain(others) {
                if !symbols.contains(&symbol) {
                    symbols.push(symbol);
                }
            }
            tape.watch(symbols);
        });
        follow(move || {
            if let Some(said) = self.toast.get() {
                self.notices.add(untrack(|| tape.now()), said);
            }
        });
        let refused = memo(move || tape.refused.get());
        follow(move || {
            let why = refused.get();
            if !why.is_empty() {
                self.say(why);
            }
        });
        follow(move || {
            if let Some(refill) = tape.refill.get() {
                self.say(refill_text(&refill));
            }
        });
        follow(move || {
            if self.installation.is_outdated.get() {
                let text = "A new version of the desk is ready.".to_owned();
                let reload = || spawn_local(renew());
                self.toast.set(Some(ToastText::with_answer(text, "Reload", reload)));
            }
        });
    }

    /// The server's first levels, for the first page.
    pub(super) async fn first_levels(self) {
        let answer = self.levels.await;
        if self.first.read_untracked().is_none() {
            self.first.set(Some(answer));
            rewrite_title(move || self.title());
        }
    }

    /// The trader's lists, for the first page.
    pub(super) async fn first_watchlist(self) {
        self.watchlists.begin(self.first_watchlists.await);
    }

    pub(super) fn say(self, text: String) {
        self.toast.set(Some(ToastText { text, answer: None }));
    }

    /// Puts the desk among the device's applications, or says how.
    pub(super) fn install(self) {
        let installation = self.installation;
        if installation.can_install.get_untracked() {
            spawn_local(install(installation));
            return;
        }
        let how = "The browser's own menu does it: Install, or Add to Home Screen.";
        self.say(how.to_owned());
    }

    /// Whether this is what the device kept.
    pub(super) fn is_offline(self) -> bool {
        self.installation.is_kept()
    }

    /// That this is what the device kept, and how old it is.
    pub(super) fn offline_text(self) -> Option<String> {
        let kept_at_ms = self.installation.kept_at_ms.get()?;
        self.now.track();
        #[expect(clippy::cast_possible_truncation, reason = "an age, not a date")]
        let age = Span::millis((js_sys::Date::now() - kept_at_ms) as i64);
        Some(offline_words(age))
    }

    /// What the levels are now: live when the stream runs, else the server's first answer.
    pub(super) fn levels_now(self) -> Option<LevelsView> {
        self.live_levels.get().or_else(|| {
            let first = self.first.get()?.ok()?;
            let status = self.tape.status.read();
            let is_of_tape = status.as_ref().is_none_or(|(tape, _)| tape.tape == first.tape);
            (first.symbol == self.symbol.get() && is_of_tape).then_some(first)
        })
    }

    /// The levels that a trader wants to see. A memo: the ladder asks in several places.
    pub(super) fn shown_levels(self) -> Memo<Option<LevelsView>> {
        memo(move || Some(self.chosen_of(self.levels_now()?)))
    }

    fn chosen_of(self, view: LevelsView) -> LevelsView {
        chosen_levels(view, &self.preferences.read())
    }

    /// Whether a group of levels is shown, at least some of it.
    pub(super) fn is_group_shown(self, group: LevelGroup) -> bool {
        let chosen = self.preferences.read();
        chosen.levels.switched(group).unwrap_or_else(|| depth_of_group(group) <= chosen.depth)
    }

    /// The levels that the chart of a symbol draws.
    pub(super) fn chart_levels(self, symbol: Memo<Symbol>) -> Signal<Vec<ChartLevel>> {
        // The ladder's are known already.
        let others = memo(move || {
            let symbol = symbol.get();
            let is_other = symbol != self.symbol.get();
            is_other.then(|| live_levels(self.tape, self.option_levels, symbol)).flatten()
        });
        derived(move || {
            let is_ladders = symbol.get() == self.symbol.get();
            let view = if is_ladders { self.levels_now() } else { others.get() };
            let levels = view.map(|view| self.chosen_of(view).levels).unwrap_or_default();
            let chosen = self.preferences.read();
            let level = |level: api::LevelView| ChartLevel {
                is_computed: is_computed(level.role),
                name: level.name,
                price: level.price,
                role: level.role,
                points: level.points,
                color: chosen.levels.color(level.id.group()),
            };
            levels.into_iter().map(level).collect()
        })
    }

    /// What went wrong, in words.
    pub(super) fn complaint(self, address: Memo<Address>) -> Option<String> {
        if let Some(complaint) = address.read().complaint.clone() {
            return Some(complaint);
        }
        if self.live_levels.read().is_some() {
            return None;
        }
        self.first.read().as_ref()?.as_ref().err().map(ToString::to_string)
    }

    /// How far the feed may be trusted.
    pub(super) fn freshness(self) -> Option<Freshness> {
        let (status, now) = (self.tape.status.get().map(|(tape, _)| tape)?, self.now.get()?);
        if status.is_paused {
            return Some(Freshness::Live);
        }
        let session = session_clock(now);
        let closed = (session.phase == Phase::Closed).then_some(session.began);
        // A fast tape hears its feed late by the wall's measure of a beat, not by its own.
        let age = Span((now - status.heard_at).0 / i64::from(status.speed));
        Some(Freshness::judge(age, status.heartbeat, closed))
    }

    /// Whether what is shown may have moved on without us: it loses its colour.
    pub(super) fn is_stale(self) -> bool {
        let is_cut = matches!(self.tape.link.get(), Link::Lost | Link::Outdated);
        is_cut || matches!(self.freshness(), Some(Freshness::Stale { .. }))
    }

    /// The page's title: the newest price, and that it is not a real one.
    pub(super) fn title(self) -> String {
        let view = self.levels_now();
        let last = view.as_ref().and_then(|view| view.last);
        let price = last.map_or(String::new(), |last| format!(" {}", format::quote(last.price)));
        let is_practice = view.is_none_or(|view| matches!(view.tape, TapeId::Practice { .. }));
        let practice = if is_practice { "PRACTICE · " } else { "" };
        format!("{practice}{}{price} · Volaris", self.symbol.get())
    }

    /// `SPX 4,329.58 −0.43%`, for the phone's top bar.
    pub(super) fn quote_text(self) -> Option<String> {
        let view = self.levels_now()?;
        let last = view.last?;
        let change = last.change_percent.map_or(String::new(), format::percent);
        Some(format!("{} {} {change}", view.symbol, format::quote(last.price)))
    }

    /// `ATR 42.6 · 62 % used`: of 14 days.
    pub(super) fn atr_text(self) -> Option<String> {
        let view = self.levels_now()?;
        let atr = view.atr?;
        let used =
            view.atr_used.map_or(String::new(), |used| format!(" · {:.0} % used", used * 100.0));
        let decimals = view.last.map_or(2, |last| format::decimals(last.price));
        Some(format!("ATR {}{used}", format::price(atr, decimals)))
    }

    /// What the tape has: nothing until that is known.
    pub(super) fn symbols_signal(self) -> Signal<Vec<SymbolView>> {
        derived(move || self.symbols.get().unwrap_or_default())
    }

    /// Which days can be played.
    pub(super) fn recordings_signal(self) -> Signal<Vec<RecordingView>> {
        self.recordings.into()
    }

    /// Asks anew which days can be played: a file may have been imported since.
    pub(super) fn ask_recordings(self) {
        spawn_local(async move {
            match read_recordings().await {
                Ok(days) => self.recordings.set(days),
                Err(error) => self.say(format!("The recorded days could not be listed: {error}.")),
            }
        });
    }

    /// A symbol that a recorded day has: the one on the screen if it can be.
    fn recorded_symbol(self, date: TradingDate) -> Option<Symbol> {
        let shown = self.symbol.get_untracked();
        let recordings = self.recordings.read_untracked();
        let day = recordings.iter().find(|one| one.date == date)?;
        let mut symbols = day.symbols.iter().map(|(symbol, ..)| *symbol);
        let first = symbols.clone().next();
        symbols.find(|symbol| *symbol == shown).or(first)
    }

    /// What a row of the watchlist tells.
    pub(super) fn watch_row(self, symbol: Symbol) -> WatchRow {
        let listed = self.symbols.read();
        let is_listed =
            listed.as_ref().is_none_or(|all| all.iter().any(|one| one.symbol == symbol));
        self.tape.with_books(|live| watch_row(live, symbol, is_listed))
    }

    /// A symbol's day as a line, looked at every two seconds; one place after the other, so that
    /// fifty are not drawn in the same instant.
    pub(super) fn day_line(self, symbol: Symbol, place: usize) -> Option<Sparkline> {
        // Read, not only tracked: a memo that nobody reads follows nothing.
        let _ = self.snapshots.get();
        self.day_beats[place % DAY_BEATS].track();
        self.tape.peek_books(|live| {
            let books = live.books();
            let book = books.book(symbol)?;
            Sparkline::new(books.minutes(symbol), book.day(), book.prior_close())
        })
    }

    /// Moves the tape as its controls ask. A day that lacks the symbol on the screen would show
    /// nothing: one that it has is chosen.
    pub(super) fn move_tape(self, command: TapeCommand, choose: Callback<Symbol>) {
        if let TapeCommand::Recording(date) = command {
            let symbol = self.recorded_symbol(date);
            if let Some(symbol) = symbol.filter(|one| *one != self.symbol.get_untracked()) {
                choose.run(symbol);
            }
        }
        self.command(command);
    }

    /// Moves the tape.
    pub(super) fn command(self, command: TapeCommand) {
        spawn_local(async move {
            match control_tape(command).await {
                Ok(tape) => self.tape.status.set(Some((tape, crate::live::steady_ms()))),
                Err(error) => self.say(format!("The tape did not move: {error}.")),
            }
        });
    }
}

fn live_levels(tape: LiveTape, options: KnownOptionLevels, symbol: Symbol) -> Option<LevelsView> {
    let id = tape.status.read().as_ref().map(|(tape, _)| tape.tape.clone())?;
    tape.with_books(|live| {
        let options = options.of(symbol, live.epoch());
        live.has(symbol)
            .then(|| levels_view(live.books(), options.as_ref(), symbol, &id, live.at()))
    })
}

fn refill_text(refill: &Refill) -> String {
    let missed = format::age(refill.missed);
    match refill.prints {
        Some(prints) => format!("The link was gone for {missed}; {prints} prints were refilled."),
        None => format!("The link was gone for {missed}; everything was loaded anew."),
    }
}

fn watch_row(live: &crate::live::LiveBooks, symbol: Symbol, is_listed: bool) -> WatchRow {
    let books = live.books();
    let book = books.book(symbol);
    let last = book.and_then(|book| {
        let (price, _) = book.last()?;
        Some((price.to_f64(), book.day_change()))
    });
    let key = |level: &&quant::levels::Level| depth_of(level.id) == Depth::Key;
    let nearest = last.and_then(|(price, _)| {
        let levels = books.levels(symbol);
        let distance = |level: &quant::levels::Level| (level.price - price).abs();
        let nearest =
            levels.iter().filter(key).min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
        Some((nearest.id.name(), nearest.price - price))
    });
    let name = if is_listed { instrument(symbol).name } else { "not on this tape" };
    let atr_used = book.and_then(|book| book.atr_used());
    WatchRow { symbol, name: name.to_owned(), last, nearest, atr_used }
}

/// What is left of a view once a trader chose.
pub(super) fn chosen_levels(mut view: LevelsView, chosen: &Preferences) -> LevelsView {
    let by_depth = |id| depth_of(id) <= chosen.depth;
    view.levels.retain(|level| {
        chosen.levels.switched(level.id.group()).unwrap_or_else(|| by_depth(level.id))
            && chosen.levels.filter.keeps(level.atrs, level.touches.count)
    });
    view
}

/// From which depth on some of a group is shown.
fn depth_of_group(group: LevelGroup) -> Depth {
    match group {
        LevelGroup::PriorMonth | LevelGroup::Averages | LevelGroup::Round => Depth::All,
        LevelGroup::WeekPivots
        | LevelGroup::MonthPivots
        | LevelGroup::Fibonacci
        | LevelGroup::Camarilla
        | LevelGroup::Woodie
        | LevelGroup::DeMark
        | LevelGroup::Cpr => Depth::Pivots,
        _ => Depth::Key,
    }
}

/// From which depth on a level is shown.
fn depth_of(id: LevelId) -> Depth {
    use quant::levels::Periods;
    match id {
        LevelId::PriorHigh(Periods::Day | Periods::Week)
        | LevelId::PriorLow(Periods::Day | Periods::Week)
        | LevelId::PriorClose(Periods::Day)
        | LevelId::PreMarketHigh
        | LevelId::PreMarketLow
        | LevelId::OvernightHigh
        | LevelId::OvernightLow
        | LevelId::Open
        | LevelId::OpeningRangeHigh(15)
        | LevelId::OpeningRangeLow(15)
        | LevelId::InitialBalanceHigh
        | LevelId::InitialBalanceLow
        | LevelId::HighOfDay
        | LevelId::LowOfDay
        | LevelId::Pivot(Periods::Day, -2..=2)
        | LevelId::Vwap(0)
        | LevelId::PointOfControl
        | LevelId::ValueAreaHigh
        | LevelId::ValueAreaLow
        | LevelId::AtrUp
        | LevelId::AtrDown
        | LevelId::CallWall
        | LevelId::PutWall
        | LevelId::GammaFlip
        | LevelId::ExpectedHigh
        | LevelId::ExpectedLow => Depth::Key,
        LevelId::Pivot(..)
        | LevelId::Fibonacci(_)
        | LevelId::Camarilla(_)
        | LevelId::Woodie(_)
        | LevelId::DeMark(_)
        | LevelId::CprTop
        | LevelId::CprBottom => Depth::Pivots,
        _ => Depth::All,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quant::levels::Periods;

    #[test]
    fn a_group_begins_with_the_first_of_its_levels() {
        let ids = [
            LevelId::PriorHigh(Periods::Day),
            LevelId::PriorLow(Periods::Week),
            LevelId::PriorHigh(Periods::Month),
            LevelId::OvernightHigh,
            LevelId::Open,
            LevelId::OpeningRangeHigh(15),
            LevelId::Vwap(0),
            LevelId::PointOfControl,
            LevelId::AtrUp,
            LevelId::Pivot(Periods::Day, 0),
            LevelId::Pivot(Periods::Week, 0),
            LevelId::Pivot(Periods::Month, 0),
            LevelId::Fibonacci(1),
            LevelId::Camarilla(1),
            LevelId::Woodie(0),
            LevelId::DeMark(0),
            LevelId::CprTop,
            LevelId::DailyEma(20),
            LevelId::Round(1),
            LevelId::CallWall,
        ];
        for (id, group) in ids.into_iter().zip(LevelGroup::ALL) {
            assert_eq!(id.group(), group);
            assert_eq!(depth_of(id), depth_of_group(group), "{}", group.name());
        }
    }
}
