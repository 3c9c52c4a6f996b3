//! Up to four positions side by side: the one that is planned and those that were kept.

use leptos::prelude::*;
use market::format;

use super::menu::{Menu, choice};
use super::plan_head::{PlanControls, PlanNow, break_evens, natural, profit_odds, reward};
use super::plan_strip::{extreme, price as cost};
use crate::erased::{Erase, memo, part};

/// Positions beside the planned one.
pub(crate) const COMPARED_MAX: usize = 3;

/// A position that can stand beside the planned one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Compared {
    /// Its identity.
    pub(crate) id: String,
    /// What it is called.
    pub(crate) name: String,
    /// As it stands; nothing where it is not chosen, or its quotes are on their way.
    pub(crate) now: Option<PlanNow>,
    /// Whether it is chosen.
    pub(crate) is_chosen: bool,
}

/// The menu of positions to compare with.
pub(super) fn compare_menu(controls: PlanControls) -> AnyView {
    let PlanControls { compared, on_compare, on_ask, .. } = controls;
    let is_open = RwSignal::new(false);
    let panel = move || {
        on_ask.run(());
        let list = move || {
            let compared = compared.read();
            if compared.is_empty() {
                return view! {
                    <p class="menu__note">
                        "Nothing on this symbol is kept yet: Keep puts a position here."
                    </p>
                }
                .erase();
            }
            let one = |one: &Compared| {
                let (id, own) = (one.id.clone(), one.id.clone());
                let is_chosen = move || compared_is_chosen(controls, &own);
                choice(one.name.clone(), is_chosen, move || on_compare.run(id.clone()))
            };
            view! {
                <div class="menu__choices exposure__scopes">
                    {compared.iter().map(one).collect_view()}
                </div>
            }
            .erase()
        };
        view! {
            <p class="menu__note">{format!("Up to {COMPARED_MAX} beside this one.")}</p>
            {part(list)}
        }
        .into_any()
    };
    view! {
        <Menu
            id="plan-compare"
            label="Compare"
            icon="M2 3h5v10H2zM9 3h5v10H9z"
            title="Compare with what is kept"
            is_open
        >
            {panel}
        </Menu>
    }
    .erase()
}

fn compared_is_chosen(controls: PlanControls, id: &str) -> bool {
    controls.compared.read().iter().any(|one| one.id == id && one.is_chosen)
}

/// A row: its name, and what it tells of a position.
type Row = (&'static str, fn(&PlanNow) -> Option<String>);

const ROWS: [Row; 13] = [
    ("Strategy", |now| Some(now.strategy.name().to_owned())),
    ("Costs", |now| Some(cost(now.paid?))),
    ("Natural", |now| Some(cost(natural(now)?))),
    ("Most", |now| Some(extreme(now.outlook.as_ref()?.most))),
    ("Least", |now| Some(extreme(now.outlook.as_ref()?.least))),
    ("Reward ÷ risk", reward),
    ("Break-even", break_evens),
    ("Odds of profit", profit_odds),
    ("Worst −8…+6%", |now| Some(format::money(-now.worst()?.loss))),
    ("Delta", |now| Some(format::signed(now.value.greeks?.delta, 1))),
    ("Gamma", |now| Some(format::signed(now.value.greeks?.gamma, 3))),
    ("Theta", |now| Some(format::money(now.value.greeks?.theta))),
    ("Vega", |now| Some(format::money(now.value.greeks?.vega))),
];

/// The table; nothing while nothing is chosen.
pub(crate) fn plan_compare(controls: PlanControls) -> AnyView {
    let PlanControls { now, compared, .. } = controls;
    let names = memo(move || {
        let compared = compared.read();
        let chosen = compared.iter().filter(|one| one.is_chosen);
        chosen.map(|one| (one.id.clone(), one.name.clone())).collect::<Vec<_>>()
    });
    let cell = move |id: Option<String>, of: fn(&PlanNow) -> Option<String>| {
        let text = memo(move || {
            let told = match &id {
                None => now.read().as_ref().and_then(of),
                Some(id) => {
                    let compared = compared.read();
                    let one = compared.iter().find(|one| one.id == *id);
                    one.and_then(|one| of(one.now.as_ref()?))
                }
            };
            told.unwrap_or_else(|| "–".to_owned())
        });
        view! { <td>{part(move || text.get())}</td> }.erase()
    };
    let table = move || {
        let names = names.get();
        if names.is_empty() {
            return None;
        }
        let head =
            |(_, name): &(String, String)| view! { <th scope="col">{name.clone()}</th> }.erase();
        let row = |(name, of): &Row| {
            let of = *of;
            let others = names.iter().map(|(id, _)| cell(Some(id.clone()), of));
            view! {
                <tr>
                    <th scope="row">{*name}</th>
                    {cell(None, of)} {others.collect_view()}
                </tr>
            }
            .erase()
        };
        Some(
            view! {
                <div
                    class="plan-compare figures-table"
                    tabindex="0"
                    role="group"
                    aria-label="Compared"
                >
                    <table>
                        <thead>
                            <tr>
                                <td></td>
                                <th scope="col">"This one"</th>
                                {names.iter().map(head).collect_view()}
                            </tr>
                        </thead>
                        <tbody>{ROWS.iter().map(row).collect_view()}</tbody>
                    </table>
                </div>
            }
            .erase(),
        )
    };
    part(table)
}
