//! The menu of levels: which are shown, in which order, in which colours, how close. Loaded when it
//! opens.

use leptos::prelude::*;
use quant::levels::LevelGroup;

use super::menu::choice;
use super::swatches::own_color;
use crate::contexts::{Colors, Density, preferences};
use crate::erased::{Erase, erased, heard};
use crate::level_choices::{LevelFilter, LevelOrder};

/// What the menu of levels tells.
#[derive(Clone, Copy)]
pub(crate) struct LevelMenuControls {
    /// Whether a group is shown.
    pub(crate) is_shown: Callback<LevelGroup, bool>,
}

/// The menu's content.
#[lazy]
pub(crate) fn level_menu(controls: LevelMenuControls) -> AnyView {
    let LevelMenuControls { is_shown } = controls;
    let group = move |group: LevelGroup| {
        choice(
            group.name(),
            move || is_shown.run(group),
            move || {
                let is_shown = untrack(|| is_shown.run(group));
                preferences().update(|chosen| chosen.levels.switch(group, !is_shown));
            },
        )
    };
    let filter = LevelFilter::ALL.map(|filter| {
        let is_chosen = move || preferences().read().levels.filter == filter;
        choice(filter.name(), is_chosen, move || {
            preferences().update(|chosen| chosen.levels.filter = filter);
        })
    });
    let order = LevelOrder::ALL.map(|order| {
        let is_chosen = move || preferences().read().levels.order == order;
        choice(order.name(), is_chosen, move || {
            preferences().update(|chosen| chosen.levels.order = order);
        })
    });
    let colors = Colors::ALL.map(|colors| {
        let is_chosen = move || preferences().read().colors == colors;
        choice(colors.name(), is_chosen, move || {
            preferences().update(|chosen| chosen.colors = colors);
        })
    });
    let density = Density::ALL.map(|density| {
        let is_chosen = move || preferences().read().density == density;
        choice(density.name(), is_chosen, move || {
            preferences().update(|chosen| chosen.density = density);
        })
    });
    view! {
        <h2>"Levels on ladder and chart"</h2>
        <div class="menu__choices" role="group" aria-label="Levels on ladder and chart">
            {LevelGroup::ALL.map(group).collect_view()}
        </div>
        <p class="menu__note">"Key, Pivots or All sets them all at once."</p>
        <h2>"Of these"</h2>
        <div class="menu__choices" role="group" aria-label="Of these">{filter}</div>
        <h2>"Order of the ladder"</h2>
        <div class="menu__choices" role="group" aria-label="Order of the ladder">{order}</div>
        <h2>"Colour of a group"</h2>
        {group_color()}
        <h2>"Rising and falling"</h2>
        <div class="menu__choices" role="group" aria-label="Rising and falling">{colors}</div>
        <h2>"Rows"</h2>
        <div class="menu__choices" role="group" aria-label="Rows">{density}</div>
    }
    .into_any()
}

/// A group, and the colour that it has of its own.
fn group_color() -> AnyView {
    let group = RwSignal::new(LevelGroup::ALL[0]);
    let named = |group: LevelGroup| view! { <option>{group.name()}</option> }.erase();
    let choose = move |event| {
        let name = event_target_value(&event);
        let chosen = LevelGroup::ALL.into_iter().find(|one| one.name() == name);
        chosen.into_iter().for_each(|one| group.set(one));
    };
    view! {
        <select
            aria-label="Group"
            prop:value=erased(move || group.get().name())
            on:change=heard(choose)
        >
            {LevelGroup::ALL.map(named).collect_view()}
        </select>
        {own_color(
            "Colour of the group",
            move || preferences().read().levels.color(group.get()),
            move |color| {
                preferences().update(|chosen| chosen.levels.paint(group.get_untracked(), color));
            },
        )}
    }
    .into_any()
}
