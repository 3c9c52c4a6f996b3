//! Positions that are kept, and what they risk together, in the middle of the desk: quotes by the
//! stream, values on this device. Its code is loaded when somebody looks at it.

use std::collections::BTreeMap;
use std::time::Duration;

use api::{BetaView, EarlierView, KeptPositionView, PositionChange, read_betas, read_earlier};
use leptos::prelude::*;
use leptos::task::spawn_local;
use market::{Contract, Moment, Series, Symbol};
use plan::{Attribution, LegValue, LegsAt, Position, RiskAxes, RiskBook, Stage, value};
use quant::options::{IvAbsence, OptionGreeks, RATE_DEFAULT, Smile};

use super::commands::Commands;
use super::kept_positions::{Kept, KeptPositions, part_of, share_of};
use super::leg_books::LegBooks;
use super::soon::Soon;
use super::written::{link_of, values};
use super::{loaded_pane, nothing_there};
use crate::centre::Centre;
use crate::components::{
    PositionRow, PositionWish, PositionsControls, PositionsSum, RiskChoice, RiskNow, RowValue,
    positions_head, positions_table, positions_tools, risk_grid,
};
use crate::contexts::live_tape;
use crate::erased::{Erase, follow, memo, part};
use crate::live::LiveTape;

/// Positions in the middle of the desk.
pub(super) fn positions_pane(commands: Commands) -> AnyView {
    loaded_pane(move || positions(commands))
}

/// Between two valuations: faster than anybody reads.
const VALUED_EVERY: Duration = Duration::from_millis(300);
/// What the stream follows at most.
const SERIES_MAX: usize = api::ClientWord::CHAINS_MAX;

/// Positions, by their identities with their contracts, whose legs' earlier worth is asked for
/// together: of one underlying, and since one moment.
type AskedEarlier = BTreeMap<(Symbol, Option<Moment>), Vec<(String, Vec<Contract>)>>;

/// What legs were worth at an earlier moment, by the position's identity.
type Earlier = BTreeMap<String, EarlierView>;

/// What the positions are made of.
#[derive(Clone, Copy)]
struct PositionsData {
    commands: Commands,
    tape: LiveTape,
    kept: KeptPositions,
    books: LegBooks,
    /// What positions are weighed to.
    benchmark: RwSignal<Symbol>,
    betas: RwSignal<Vec<BetaView>>,
    earlier: RwSignal<Earlier>,
    choice: RwSignal<RiskChoice>,
    rows: RwSignal<Vec<PositionRow>>,
    sum: RwSignal<PositionsSum>,
    risk: RwSignal<Option<RiskNow>>,
    soon: Soon,
}

impl PositionsData {
    fn new(commands: Commands) -> Self {
        let tape = live_tape();
        let kept = commands.data.kept;
        kept.ask();
        let data = Self {
            commands,
            tape,
            kept,
            books: LegBooks::new(tape),
            benchmark: RwSignal::new(Symbol::SPX),
            betas: RwSignal::new(Vec::new()),
            earlier: RwSignal::new(Earlier::new()),
            choice: RwSignal::new(RiskChoice::default()),
            rows: RwSignal::new(Vec::new()),
            sum: RwSignal::new(PositionsSum::default()),
            risk: RwSignal::new(None),
            soon: Soon::new(),
        };
        data.follow_series();
        data.ask_betas();
        data.ask_earlier();
        data.follow_tape();
        data
    }

    /// The tape's name and epoch.
    fn epoch(self) -> Memo<Option<(market::TapeId, u64)>> {
        memo(move || {
            let status = self.tape.status.read();
            status.as_ref().map(|(tape, _)| (tape.tape.clone(), tape.epoch))
        })
    }

    /// Follows the series of all that is not closed, what is open first, and its underlyings.
    fn follow_series(self) {
        let epoch = self.epoch();
        let held = memo(move || {
            let mut held = self.kept.known();
            held.retain(|one| one.stage != Stage::Closed);
            held.sort_by_key(|one| std::cmp::Reverse(one.stage));
            let positions = held.into_iter().filter_map(|one| one.position.ok());
            let (mut symbols, mut series) = (vec![self.benchmark.get()], Vec::<Series>::new());
            for position in positions {
                if !symbols.contains(&position.underlying()) {
                    symbols.push(position.underlying());
                }
                for contract in position.options() {
                    if !series.contains(&contract.series) {
                        series.push(contract.series);
                    }
                }
            }
            series.truncate(SERIES_MAX);
            (symbols, series)
        });
        follow(move || {
            let (symbols, series) = held.get();
            // A jump makes everything that was known another day's.
            let _ = epoch.get();
            self.commands.data.others.set(symbols);
            self.books.watch(&series, &[]);
        });
        on_cleanup(move || {
            self.commands.data.others.set(Vec::new());
            self.tape.watch_chains(Vec::new());
        });
    }

    /// Asks for betas, again with another benchmark and after a jump.
    fn ask_betas(self) {
        let epoch = self.epoch();
        follow(move || {
            let (benchmark, epoch) = (self.benchmark.get(), epoch.get());
            if epoch.is_none() {
                return;
            }
            spawn_local(async move {
                let betas = read_betas(benchmark).await.unwrap_or_default();
                if self.benchmark.try_get_untracked() == Some(benchmark) {
                    self.betas.try_set(betas);
                    self.value();
                }
            });
        });
    }

    /// Asks what open positions were worth at the previous close, or when they were opened since:
    /// again with another position, and after a jump.
    fn ask_earlier(self) {
        let epoch = self.epoch();
        let asked = memo(move || {
            let tape = epoch.get().map(|(tape, _)| tape);
            let mut groups = AskedEarlier::new();
            for one in self.kept.known() {
                let is_ours = one.stage == Stage::Open && Some(&one.view.tape) == tape.as_ref();
                let Some(position) = one.position.ok().filter(|_| is_ours) else { continue };
                let since = one.view.opened_at;
                let contracts = position.options().collect();
                groups
                    .entry((position.underlying(), since))
                    .or_default()
                    .push((one.view.id, contracts));
            }
            groups
        });
        follow(move || {
            let (groups, epoch) = (asked.get(), epoch.get());
            if epoch.is_none() {
                return;
            }
            spawn_local(async move {
                let mut told = Earlier::new();
                for ((symbol, since), of) in groups {
                    let contracts = of.iter().flat_map(|(_, contracts)| contracts.clone());
                    let answer = read_earlier(symbol, since, contracts.collect()).await;
                    let Ok(answer) = answer else { continue };
                    let mut legs = answer.legs.into_iter();
                    for (id, contracts) in of {
                        let legs = legs.by_ref().take(contracts.len()).collect();
                        told.insert(id, EarlierView { legs, ..answer });
                    }
                }
                self.earlier.try_set(told);
                self.value();
            });
        });
    }

    /// Takes in what was said, and values the positions again, soon.
    fn follow_tape(self) {
        follow(move || {
            let at = self.tape.with_books(|books| books.at());
            let is_new = self.books.hear_all(&|symbol| self.spot(symbol), at);
            if is_new {
                self.soon.act(VALUED_EVERY, move || self.value());
            }
        });
        follow(move || {
            let _ = (self.kept.told.read().is_some(), self.choice.get());
            self.value();
        });
    }

    /// An underlying's price.
    fn spot(self, symbol: Symbol) -> Option<f64> {
        self.tape.peek_books(|books| {
            let (price, _) = books.books().book(symbol)?.last()?;
            Some(price.to_f64())
        })
    }

    /// Values everything.
    fn value(self) {
        untrack(|| {
            if self.kept.told.try_with(Option::is_none) != Some(false) {
                return;
            }
            let Some(choice) = self.choice.try_get() else { return };
            let at = self.tape.peek_books(|books| books.at());
            let rows: Vec<PositionRow> =
                self.kept.known().into_iter().map(|one| self.row(one, at)).collect();
            self.sum.set(self.summed(&rows));
            self.risk.set(self.risked(&rows, choice, at));
            self.rows.set(rows);
        });
    }

    /// A position as it stands.
    fn row(self, kept: Kept, at: Moment) -> PositionRow {
        let tape = self.tape.name();
        let value = match &kept.position {
            Err(why) => Err(format!("It cannot be read: {why}.")),
            Ok(_) if kept.stage == Stage::Closed => Err("It is closed.".to_owned()),
            Ok(_) if tape.is_some_and(|tape| tape != kept.view.tape) => {
                Err(format!("It is of another tape, {}.", kept.view.tape))
            }
            Ok(position) => self.valued(position, at),
        };
        let since = value.as_ref().ok().zip(kept.position.as_ref().ok());
        let since = since.and_then(|(value, position)| self.since(&kept.view, position, value, at));
        PositionRow {
            name: kept.name(),
            stage: kept.stage,
            position: kept.position.ok(),
            kept: kept.view,
            value,
            since,
        }
    }

    /// What a position is worth, or why that is not known.
    fn valued(self, position: &Position, at: Moment) -> Result<RowValue, String> {
        let symbol = position.underlying();
        let spot = self.spot(symbol).ok_or_else(|| format!("{symbol} has no price yet."))?;
        if let Some(over) = position.options().find(|one| one.series.expires_at() <= at) {
            return Err(format!("{over} is over: close it with what it settled at."));
        }
        if let Some(gone) = position.options().find(|one| self.books.is_gone(one.series)) {
            return Err(format!("{} is not listed on this tape.", gone.series));
        }
        let legs = values(position, spot, &self.books.look())
            .ok_or_else(|| "Its quotes are on their way.".to_owned())?
            .map_err(|contract| format!("{contract} is not listed."))?;
        Ok(RowValue { value: value(position, &legs), legs, spot })
    }

    /// What made its profit since the previous close, or since it was opened.
    fn since(
        self,
        kept: &KeptPositionView,
        position: &Position,
        value: &RowValue,
        at: Moment,
    ) -> Option<(Moment, Attribution)> {
        self.earlier.with(|earlier| {
            let before = earlier.get(&kept.id)?;
            let mut options = before.legs.iter();
            let legs = position.legs().iter().map(|leg| match leg.instrument {
                plan::Instrument::Shares(_) => Some(LegValue::shares(before.spot?)),
                plan::Instrument::Option(_) => Some(leg_then(options.next()?.as_ref()?)),
            });
            let legs: Vec<LegValue> = legs.collect::<Option<_>>()?;
            let then = LegsAt { legs: &legs, spot: before.spot? };
            let now = LegsAt { legs: &value.legs, spot: value.spot };
            let days = (at - before.at).0 as f64 / 86_400e6;
            let mut found = Attribution::of(position, then, now, days)?;
            // Opened since: what was paid was not the middle.
            if kept.opened_at == Some(before.at)
                && let Some(paid) = kept.paid
            {
                let middle = plan::value(position, &legs).mid?;
                found.rest += middle - paid;
                found.whole += middle - paid;
            }
            Some((before.at, found))
        })
    }

    fn beta(self, symbol: Symbol) -> Option<f64> {
        self.betas.with(|betas| {
            let found = betas.iter().find(|one| one.symbol == symbol);
            found.map(|one| one.beta)
        })
    }

    /// What all that is open comes to.
    fn summed(self, rows: &[PositionRow]) -> PositionsSum {
        let mut sum = PositionsSum::default();
        let price = self.spot(self.benchmark.get());
        for row in rows {
            if row.stage == Stage::Closed {
                sum.realised += row.profit().unwrap_or(0.0);
            }
            if row.stage != Stage::Open {
                continue;
            }
            sum.open += 1;
            sum.profit += row.profit().unwrap_or(0.0);
            if let Some((_, day)) = row.since {
                sum.today = sum.today.plus(day);
                sum.with_day += 1;
            }
            let counted =
                row.value.as_ref().ok().zip(row.position.as_ref()).and_then(|(value, position)| {
                    let greeks = value.value.greeks?;
                    Some((greeks, value.spot, self.beta(position.underlying())?, price?))
                });
            match counted {
                Some((greeks, spot, beta, price)) => sum.weighted.add(&greeks, (spot, beta), price),
                None => sum.not_counted += 1,
            }
        }
        sum
    }

    /// What all that is open would gain if the market moved; nothing where nothing of it is known.
    fn risked(self, rows: &[PositionRow], choice: RiskChoice, at: Moment) -> Option<RiskNow> {
        let mut book = RiskBook::new(RATE_DEFAULT, at);
        let smile = |series: Series| match choice.stickiness {
            plan::Stickiness::Strike => None,
            plan::Stickiness::Delta => self
                .books
                .with(series, |book| Smile::of(&book.open()?, book.spot(), book.years()))
                .flatten(),
        };
        let (mut counted, mut open) = (0, 0);
        for row in rows.iter().filter(|row| row.stage == Stage::Open) {
            open += 1;
            let (Some(position), Ok(value)) = (&row.position, &row.value) else { continue };
            let beta = match choice.is_weighed {
                true => self.beta(position.underlying()),
                false => Some(1.0),
            };
            let Some(beta) = beta else { continue };
            counted +=
                usize::from(book.add(position, &value.legs, (value.spot, beta), smile).is_ok());
        }
        let until = *book.ends().last()?;
        let axes = RiskAxes::new(choice.reach, choice.shift, (at, until));
        let chosen = axes.times[choice.time.min(axes.times.len() - 1)];
        let calm = RiskAxes { shifts: vec![0.0], times: vec![at, chosen, until], ..axes.clone() };
        let shown = RiskAxes { times: vec![chosen], ..axes };
        Some(RiskNow {
            grid: book.grid(shown, choice.stickiness, choice.term),
            lines: book.grid(calm, choice.stickiness, choice.term),
            ends: book.ends(),
            at,
            benchmark: self.benchmark.get(),
            price: self.spot(self.benchmark.get()),
            counted,
            open,
        })
    }

    /// Does what was asked for in a row.
    fn grant(self, id: &str, wish: PositionWish) {
        let Some(kept) = self.kept.find(id) else { return };
        let name = kept.name();
        match wish {
            PositionWish::Plan => self.plan(&kept),
            PositionWish::Remove => {
                let change = PositionChange::Remove(kept.view.id);
                self.kept.change(vec![change], format!("{name} is deleted."));
            }
            PositionWish::Write(view) => {
                self.kept.change(vec![PositionChange::Write(view)], format!("{name} is kept."));
            }
            PositionWish::Open { paid, fees } => {
                let view = KeptPositionView {
                    stage: Stage::Open.to_string(),
                    paid: Some(paid),
                    fees,
                    opened_at: Some(self.tape.peek_books(|books| books.at())),
                    ..kept.view
                };
                let words = format!("{name} is open.");
                self.kept.change(vec![PositionChange::Write(view)], words);
            }
            PositionWish::Close { units, received, fees } => {
                self.close(kept, units, (received, fees));
            }
        }
    }

    /// Opens it in the builder.
    fn plan(self, kept: &Kept) {
        let Ok(position) = &kept.position else { return };
        let route = self.commands.route;
        let mut address = route.address.get_untracked();
        address.layout.choose_symbol(position.underlying());
        (address.centre, address.series) = (Centre::Plan, None);
        (address.position, address.paid) = link_of(Some(position), kept.view.paid);
        route.go.run((address, true));
    }

    /// Closes a position, or some of its units: the rest stays open.
    fn close(self, kept: Kept, units: i64, (received, fees): (f64, f64)) {
        let name = kept.name();
        let Ok(position) = &kept.position else { return };
        let whole = position.units();
        let closed = KeptPositionView {
            stage: Stage::Closed.to_string(),
            received: Some(received),
            fees: kept.view.fees + fees,
            closed_at: Some(self.tape.peek_books(|books| books.at())),
            ..kept.view.clone()
        };
        if whole <= units {
            let words = format!("{name} is closed.");
            return self.kept.change(vec![PositionChange::Write(closed)], words);
        }
        let (Some(gone), Some(rest)) = (part_of(position, units), part_of(position, whole - units))
        else {
            return;
        };
        let share = |dollars: f64| share_of(dollars, units, whole);
        let (paid, before) = (kept.view.paid.unwrap_or(0.0), kept.view.fees);
        let closed = KeptPositionView {
            id: String::new(),
            position: gone.to_string(),
            paid: Some(share(paid)),
            fees: share(before) + fees,
            ..closed
        };
        let rest = KeptPositionView {
            position: rest.to_string(),
            paid: Some(paid - share(paid)),
            fees: before - share(before),
            ..kept.view
        };
        let words = format!("{units} of {whole} of {name} are closed.");
        self.kept.change([rest, closed].map(PositionChange::Write).into(), words);
    }
}

/// A leg at an earlier moment, as far as an attribution needs it.
fn leg_then(then: &api::EarlierLegView) -> LegValue {
    let greeks = then.greeks.map(|[delta, gamma, theta, vega]| OptionGreeks {
        price: then.mid.unwrap_or(f64::NAN),
        delta,
        gamma,
        theta,
        vega,
        ..OptionGreeks::default()
    });
    let iv = then.iv.ok_or(IvAbsence::NoForward);
    LegValue { mid: then.mid, bid: None, ask: None, iv, greeks, model: None }
}

#[lazy]
fn positions(commands: Commands) -> AnyView {
    let data = PositionsData::new(commands);
    let route = commands.route;
    let controls = PositionsControls {
        rows: data.rows,
        sum: data.sum,
        stage: RwSignal::new(Stage::Open),
        opened: RwSignal::new(None),
        benchmark: data.benchmark,
        betas: data.betas,
        now: commands.data.now,
        on_wish: Callback::new(move |(id, wish): (String, PositionWish)| data.grant(&id, wish)),
        on_new: Callback::new(move |()| route.show(Centre::Plan)),
    };
    let complaint = memo(move || match data.kept.told.read().as_ref() {
        Some(Err(why)) => Some(why.clone()),
        _ => None,
    });
    let is_told = memo(move || data.kept.told.read().is_some());
    let has_risk = memo(move || data.risk.read().is_some());
    let body = move || match (complaint.get(), is_told.get()) {
        (Some(why), _) => nothing_there(why, route),
        (None, false) => view! { <div class="skeleton skeleton--chain"></div> }.erase(),
        (None, true) => view! {
            <div class="plan__body" tabindex="0" role="group" aria-label="Positions and risk">
                {positions_head(controls)}
                {positions_table(controls)}
                {part(move || has_risk.get().then(|| risk_grid(data.risk, data.choice)))}
            </div>
        }
        .erase(),
    };
    view! {
        <section class="plan" aria-label="Positions">
            <div class="desk__chart-bar">
                <b class="desk__symbol">"Positions"</b>
                {positions_tools(controls)}
            </div>
            {part(body)}
        </section>
    }
    .erase()
}
