//! Positions that are kept, and what they risk together, in the middle of the desk: quotes by the
//! stream, values on this device. Its code is loaded when somebody looks at it.

use api::{KeptPositionView, PositionChange};
use leptos::prelude::*;
use market::{Moment, Series};
use plan::{RiskAxes, RiskBook, Stage};
use quant::options::{RATE_DEFAULT, Smile};

use super::commands::Commands;
use super::kept_positions::{Kept, KeptPositions};
use super::valued_positions::ValuedPositions;
use super::written::link_of;
use super::{loaded_pane, nothing_there};
use crate::centre::Centre;
use crate::components::{
    PositionRow, PositionWish, PositionsControls, RiskChoice, RiskNow, positions_head,
    positions_table, positions_tools, risk_grid,
};
use crate::contexts::live_tape;
use crate::erased::{Erase, follow, memo, part};

/// So much of a name stays in that of its copy.
const NAME_KEPT: usize = 50;

/// Positions in the middle of the desk.
pub(super) fn positions_pane(commands: Commands) -> AnyView {
    loaded_pane(move || positions(commands))
}

/// What the positions are made of.
#[derive(Clone, Copy)]
struct PositionsData {
    commands: Commands,
    kept: KeptPositions,
    valued: ValuedPositions,
    choice: RwSignal<RiskChoice>,
    risk: RwSignal<Option<RiskNow>>,
}

impl PositionsData {
    fn new(commands: Commands) -> Self {
        let valued = ValuedPositions::new(commands);
        let data = Self {
            commands,
            kept: commands.data.kept,
            valued,
            choice: RwSignal::new(RiskChoice::default()),
            risk: RwSignal::new(None),
        };
        follow(move || {
            let choice = data.choice.get();
            let risk = data.valued.rows.with(|rows| data.risked(rows, choice));
            data.risk.set(risk);
        });
        data
    }

    /// What all that is open would gain if the market moved; nothing where nothing of it is known.
    fn risked(self, rows: &[PositionRow], choice: RiskChoice) -> Option<RiskNow> {
        let at = self.tape_at();
        let mut book = RiskBook::new(RATE_DEFAULT, at);
        let smile = |series: Series| match choice.stickiness {
            plan::Stickiness::Strike => None,
            plan::Stickiness::Delta => self
                .valued
                .books
                .with(series, |book| Smile::of(&book.open()?, book.spot(), book.years()))
                .flatten(),
        };
        let (mut counted, mut open) = (0, 0);
        for row in rows.iter().filter(|row| row.stage == Stage::Open) {
            open += 1;
            let (Some(position), Ok(value)) = (&row.position, &row.value) else { continue };
            let beta = match choice.is_weighed {
                true => self.valued.beta(position.underlying()),
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
            benchmark: self.valued.benchmark.get(),
            price: self.valued.tape.peek_spot(self.valued.benchmark.get()),
            counted,
            open,
        })
    }

    fn tape_at(self) -> Moment {
        live_tape().peek_books(|books| books.at())
    }

    /// Does what was asked for in a row.
    fn grant(self, id: &str, wish: PositionWish) {
        let Some(kept) = self.kept.find(id) else { return };
        let name = kept.name();
        match wish {
            PositionWish::Plan => self.plan(&kept),
            PositionWish::Duplicate => {
                let view = KeptPositionView {
                    id: String::new(),
                    name: format!("{} copy", name.chars().take(NAME_KEPT).collect::<String>()),
                    stage: Stage::Planned.to_string(),
                    paid: None,
                    received: None,
                    fees: 0.0,
                    opened_at: None,
                    closed_at: None,
                    ..kept.view
                };
                let words = format!("{} is kept as planned.", view.name);
                self.kept.change(vec![PositionChange::Write(view)], words);
            }
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
                    opened_at: Some(self.tape_at()),
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
            closed_at: Some(self.tape_at()),
            ..kept.view.clone()
        };
        if whole <= units {
            let words = format!("{name} is closed.");
            return self.kept.change(vec![PositionChange::Write(closed)], words);
        }
        let (Ok(gone), Ok(rest)) = (position.part(units), position.part(whole - units)) else {
            return;
        };
        let share = |dollars: f64| position.share_of(dollars, units);
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

#[lazy]
fn positions(commands: Commands) -> AnyView {
    let data = PositionsData::new(commands);
    let route = commands.route;
    let ValuedPositions { rows, sum, benchmark, betas, .. } = data.valued;
    let controls = PositionsControls {
        rows,
        sum,
        stage: RwSignal::new(Stage::Open),
        opened: commands.opened_position,
        benchmark,
        betas: betas.told,
        now: commands.data.now,
        on_wish: Callback::new(move |(id, wish): (String, PositionWish)| data.grant(&id, wish)),
        on_new: Callback::new(move |()| route.show(Centre::Plan)),
    };
    let complaint = memo(move || match data.kept.told.read().as_ref() {
        Some(Err(why)) => Some(why.clone()),
        _ => None,
    });
    let is_told = memo(move || data.kept.told.read().is_some());
    // What is chosen there stays, also where nothing comes of it.
    let has_risk = memo(move || {
        let is_valued = |row: &PositionRow| row.stage == Stage::Open && row.value.is_ok();
        data.risk.read().is_some() || rows.read().iter().any(is_valued)
    });
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
