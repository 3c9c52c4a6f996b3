//! A position that is planned, in the middle of the desk: what it is worth with every print, and
//! what it would be worth elsewhere. Its code is loaded when somebody looks at it.

use std::time::Duration;

use api::{KeptPositionView, PositionChange};
use leptos::prelude::*;
use market::{Moment, Series, Span, Symbol, instrument};
use plan::{Leg, Position, Stage, Strategy, joined, read_position, template};
use quant::levels::{LevelId, Periods};

use super::commands::{Commands, copy, save};
use super::expiries::Expiries;
use super::kept_positions::{Kept, named, new_position};
use super::leg_books::LegBooks;
use super::plan_odds::PlanOdds;
use super::soon::Soon;
use super::written::{Written, link_of, notation, valued, values};
use super::{loaded_pane, nothing_there};
use crate::components::{
    COMPARED_MAX, Compared, PlanControls, PlanNow, plan_beginning, plan_compare, plan_head,
    plan_legs, plan_notation, plan_outcomes, plan_payoff, plan_tools,
};
use crate::contexts::live_tape;
use crate::erased::{Erase, derived, follow, memo, part};
use crate::live::LiveTape;

/// A plan in the middle of the desk.
pub(super) fn plan_pane(commands: Commands) -> AnyView {
    loaded_pane(move || plan(commands))
}

/// Between two valuations: faster than anybody reads.
const VALUED_EVERY: Duration = Duration::from_millis(150);
/// The later series of a calendar ends at least so long after the first.
const LATER_BY: Span = Span::hours(20 * 24);

/// Levels that stand in the drawing of a payoff.
const WATCHED: [LevelId; 7] = [
    LevelId::PriorHigh(Periods::Day),
    LevelId::PriorLow(Periods::Day),
    LevelId::CallWall,
    LevelId::PutWall,
    LevelId::GammaFlip,
    LevelId::ExpectedHigh,
    LevelId::ExpectedLow,
];

/// What a plan is made of.
#[derive(Clone, Copy)]
struct PlanData {
    commands: Commands,
    tape: LiveTape,
    symbol: Memo<Symbol>,
    written: Memo<Written>,
    expiries: Expiries,
    /// Where strategies begin; the trader's choice, else the first.
    base: RwSignal<Option<Series>>,
    books: LegBooks,
    now: RwSignal<Option<PlanNow>>,
    /// What stands beside it.
    compared: RwSignal<Vec<Compared>>,
    /// The identities of those that were chosen to.
    beside: RwSignal<Vec<String>>,
    odds: PlanOdds,
    soon: Soon,
}

impl PlanData {
    fn new(commands: Commands) -> Self {
        let route = commands.route;
        let tape = live_tape();
        let written = Written::of(route);
        let data = Self {
            commands,
            tape,
            symbol: route.symbol,
            written,
            expiries: Expiries::of(tape, route.symbol),
            base: RwSignal::new(None),
            books: LegBooks::new(tape),
            now: RwSignal::new(None),
            compared: RwSignal::new(Vec::new()),
            beside: RwSignal::new(Vec::new()),
            odds: PlanOdds::of(tape, route.symbol),
            soon: Soon::new(),
        };
        data.follow_series();
        data.follow_tape();
        data
    }

    /// Follows the series of the legs, and those that strategies begin in.
    fn follow_series(self) {
        let watched = memo(move || {
            let mut watched = self.written.read().series(self.symbol.get());
            let beside = self.chosen().into_iter().flat_map(|one| series_of(&one.position));
            for series in self.base().into_iter().chain(self.later()).chain(beside) {
                if !watched.contains(&series) {
                    watched.push(series);
                }
            }
            watched
        });
        follow(move || {
            let watched = watched.get();
            self.books.watch(&watched, &[]);
        });
    }

    /// The series that strategies begin in.
    fn base(self) -> Option<Series> {
        let listed = self.expiries.listed();
        let first = self.written.read().series(self.symbol.get()).first().copied();
        let wanted = self.base.get().or(first).filter(|one| listed.contains(one));
        wanted.or(listed.first().copied())
    }

    /// The one that calendars end in.
    fn later(self) -> Option<Series> {
        let base = self.base()?;
        let far = |one: &Series| base.expires_at() + LATER_BY <= one.expires_at();
        self.expiries.listed().into_iter().find(|one| one.root == base.root && far(one))
    }

    /// Takes in what was said, and values the position again, soon.
    fn follow_tape(self) {
        follow(move || {
            // Also where the underlying has no price: what is known of another day goes.
            let at = self.tape.with_books(|books| books.at());
            if self.books.hear_all(at) {
                self.soon.act(VALUED_EVERY, move || self.value());
            }
        });
        follow(move || {
            let _ = (self.written.get(), self.beside.get(), self.commands.data.kept.told.read());
            let _ = self.odds.is_told();
            self.value();
        });
    }

    /// What is kept on this underlying and not closed.
    fn kept(self) -> Vec<Kept> {
        let (symbol, tape) = (self.symbol.get(), self.tape.name());
        let is_ours = |one: &Kept| {
            let of = one.position.as_ref().ok().map(Position::underlying);
            one.stage != Stage::Closed
                && of == Some(symbol)
                && Some(&one.view.tape) == tape.as_ref()
        };
        self.commands.data.kept.known().into_iter().filter(is_ours).collect()
    }

    /// Of these, what was chosen to stand beside the plan.
    fn chosen(self) -> Vec<Kept> {
        let beside = self.beside.get();
        self.kept().into_iter().filter(|one| beside.contains(&one.view.id)).collect()
    }

    /// Puts one of them beside the plan, or takes it away.
    fn compare(self, id: String) {
        let is_full = self.beside.try_update(|beside| {
            match beside.iter().position(|one| *one == id) {
                Some(place) => {
                    beside.remove(place);
                }
                None if beside.len() == COMPARED_MAX => return true,
                None => beside.push(id),
            }
            false
        });
        if is_full == Some(true) {
            self.commands.data.say(format!("At most {COMPARED_MAX} stand beside the plan."));
        }
    }

    /// The underlying's price and the tape's time.
    fn stand(self) -> Option<(f64, Moment)> {
        self.tape.stand(self.symbol.get())
    }

    fn value(self) {
        untrack(|| {
            let Some(beside) = self.beside.try_get() else { return };
            let now = self.valued();
            let compared = self.kept().into_iter().map(|one| {
                let is_chosen = beside.contains(&one.view.id);
                let position = one.position.as_ref().ok().filter(|_| is_chosen);
                let now = position.zip(self.stand()).and_then(|(position, stand)| {
                    valued(position, position.paid, stand, &self.books.look())
                });
                Compared { name: one.name(), id: one.view.id, now, is_chosen }
            });
            self.compared.set(compared.collect());
            self.now.set(now);
        });
    }

    fn valued(self) -> Option<PlanNow> {
        let (symbol, stand) = (self.symbol.get(), self.stand()?);
        let mut now = self.written.try_get()?.valued(symbol, stand, &self.books.look())?;
        self.odds.add(&mut now, self.books);
        Some(now)
    }

    /// Why the position that is written cannot be valued; nothing when it can.
    fn refusal(self) -> Option<String> {
        let written = self.written.read();
        let position = match &*written {
            Written::Nothing => return None,
            Written::Nonsense(why) => return Some(why.clone()),
            Written::Position(position, _) => position,
        };
        let symbol = self.symbol.get();
        if position.underlying() != symbol {
            let other = position.underlying();
            return Some(format!("This position is on {other}, and {symbol} is shown."));
        }
        let listed = self.expiries.listed();
        let gone = position.options().find(|one| !listed.contains(&one.series));
        if let Some(gone) = gone.filter(|_| !listed.is_empty()) {
            return Some(format!("{} is not listed now: choose another expiry.", gone.series));
        }
        // Moves when a series comes.
        let _ = self.now.read().is_some();
        let contract = untrack(|| values(position, 1.0, &self.books.look()))?.err()?;
        Some(format!("{contract} is not listed: choose a strike that is."))
    }

    /// Plans another position; what was paid belongs to the one before.
    fn choose(self, position: Option<&Position>) {
        let paid = position.and_then(|one| one.paid);
        self.commands.route.choose_position(link_of(position, paid));
    }

    /// Plans these legs; says why where they are no position.
    fn choose_legs(self, legs: Vec<Leg>) {
        if legs.is_empty() {
            return self.choose(None);
        }
        if let Some(twice) = joined(&legs) {
            let text = format!("{twice} is in this position already: change its quantity there.");
            return self.commands.data.say(text);
        }
        match Position::new(legs, None) {
            Ok(position) => self.choose(Some(&position)),
            Err(plan::BadPosition::Empty) => self.choose(None),
            Err(bad) => self.commands.data.say(format!("{bad}.")),
        }
    }

    /// Keeps the position, as planned or as open at what is paid.
    fn keep(self, name: String, stage: Stage) {
        let Some(now) = self.now.get_untracked() else { return };
        let Some(tape) = untrack(|| self.tape.name()) else { return };
        let mut position = now.position.clone();
        // What a plan costs moves until it is traded, unless the trader said.
        position.paid = now.paid.filter(|_| stage == Stage::Open || now.is_paid_told);
        let opened_at = (stage == Stage::Open).then_some(now.at);
        let name = name.trim().to_owned();
        let told = if name.is_empty() { named(&position) } else { name.clone() };
        let view = KeptPositionView { name, ..new_position(&position, tape, (stage, opened_at)) };
        let words = match stage {
            Stage::Open => format!("{told} is kept as open."),
            _ => format!("{told} is kept as planned."),
        };
        self.commands.data.kept.change(vec![PositionChange::Write(view)], words);
    }

    /// Begins a strategy where the trader is.
    fn begin(self, strategy: Strategy) {
        let begun = untrack(|| {
            let (base, later) = (self.base()?, self.later());
            self.books.with(base, |book| {
                let later = later.and_then(|later| self.books.with(later, Clone::clone));
                template(strategy, book, later.as_ref())
            })
        });
        match begun {
            Some(Ok(position)) => self.choose(Some(&position)),
            Some(Err(why)) => {
                self.commands.data.say(format!("{}: {why}.", strategy.name()));
            }
            None => self.commands.data.say("The quotes of this expiry are on their way.".into()),
        }
    }
}

/// The series of a position's options.
fn series_of(position: &Result<Position, String>) -> Vec<Series> {
    position.iter().flat_map(Position::options).map(|one| one.series).collect()
}

#[lazy]
fn plan(commands: Commands) -> AnyView {
    let data = PlanData::new(commands);
    let route = commands.route;
    let PlanData { now, symbol, .. } = data;
    let controls = PlanControls {
        now,
        legs: memo(move || {
            let written = data.written.read();
            written.position().map(|one| one.legs().to_vec()).unwrap_or_default()
        }),
        text: memo(move || {
            let written = data.written.read();
            match &*written {
                Written::Position(position, _) => position.to_string().replace('+', ""),
                _ => notation(&route.address.read().position),
            }
        }),
        series: derived(move || data.expiries.listed()),
        base: derived(move || data.base()),
        strikes: Callback::new(move |series| {
            let strikes = data
                .books
                .with(series, |book| book.quotes().strikes.iter().map(|one| one.strike).collect());
            strikes.unwrap_or_default()
        }),
        levels: memo(move || {
            let view = commands.data.levels_now();
            let levels = view.map(|view| view.levels).unwrap_or_default();
            let watched = levels.into_iter().filter(|level| WATCHED.contains(&level.id));
            watched.map(|level| (level.name, level.price)).collect()
        }),
        on_legs: Callback::new(move |legs| data.choose_legs(legs)),
        on_write: Callback::new(move |text: String| {
            if text.trim().is_empty() {
                data.choose(None);
                return Ok(());
            }
            let position = read_position(&text).map_err(|error| error.to_string())?;
            data.choose(Some(&position));
            Ok(())
        }),
        on_paid: Callback::new(move |paid: Option<f64>| {
            let link = untrack(|| link_of(data.written.read().position(), paid));
            route.choose_position(link);
        }),
        on_base: Callback::new(move |series| data.base.set(Some(series))),
        on_begin: Callback::new(move |strategy| data.begin(strategy)),
        passed: RwSignal::new(0.0),
        shift: RwSignal::new(0.0),
        pointed: RwSignal::new(None),
        on_keep: Callback::new(move |(name, stage)| data.keep(name, stage)),
        compared: data.compared,
        on_compare: Callback::new(move |id| data.compare(id)),
        on_ask: Callback::new(move |()| commands.data.kept.ask()),
        on_copy: Callback::new(move |text: String| {
            copy(commands.data, text, ("It is copied.".to_owned(), "mark the text above"));
        }),
        on_save: Callback::new(move |(name, text): (String, String)| {
            save(&name, "text/plain", &text);
        }),
    };
    let is_empty = memo(move || *data.written.read() == Written::Nothing);
    // A leg in another expiry waits for its quotes: what is on the screen stays, and the focus.
    let is_there = Memo::new(move |before: Option<&bool>| {
        now.read().is_some() || before.is_some_and(|before| *before && !is_empty.get())
    });
    let refusal = memo(move || data.refusal());
    let has_legs = memo(move || !controls.legs.read().is_empty());
    let complaint = memo(move || data.expiries.complaint());
    let body = move || {
        if let Some(why) = complaint.get() {
            return nothing_there(why, route);
        }
        let planned = move || match (refusal.get(), is_empty.get(), is_there.get()) {
            (Some(why), ..) => view! {
                <p class="plan__refusal" role="alert">{why}</p>
                // Where the wrong leg is put right.
                {has_legs.get().then(|| plan_legs(controls))}
            }
            .into_any(),
            (None, true, _) => plan_beginning(controls),
            (None, false, true) => view! {
                {plan_head(controls)}
                {plan_legs(controls)}
                {plan_payoff(controls)}
                {plan_compare(controls)}
                {plan_outcomes(controls)}
            }
            .into_any(),
            (None, false, false) => view! { <div class="skeleton skeleton--chain"></div> }.erase(),
        };
        view! {
            {plan_notation(controls)}
            <div class="plan__body" tabindex="0" role="group" aria-label="Position">
                {part(planned)}
            </div>
        }
        .erase()
    };
    view! {
        <section class="plan" aria-label="Strategy builder">
            <div class="desk__chart-bar">
                <b class="desk__symbol">{part(move || symbol.get().to_string())}</b>
                <span class="desk__name">{part(move || instrument(symbol.get()).name)}</span>
                {plan_tools(controls)}
            </div>
            {part(body)}
        </section>
    }
    .erase()
}
