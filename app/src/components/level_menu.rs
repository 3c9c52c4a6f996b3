//! The menu of levels: which groups are shown, in which colours, how close. Loaded when it opens.

use leptos::prelude::*;
use quant::levels::LevelGroup;

use super::menu::choice;
use crate::contexts::{Colors, Density, LevelFilter, preferences};

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
                preferences().update(|chosen| chosen.switch_group(group, !is_shown));
            },
        )
    };
    let filter = LevelFilter::ALL.map(|filter| {
        let is_chosen = move || preferences().read().level_filter == filter;
        choice(filter.name(), is_chosen, move || {
            preferences().update(|chosen| chosen.level_filter = filter);
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
        choice(density.as_str(), is_chosen, move || {
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
        <h2>"Rising and falling"</h2>
        <div class="menu__choices" role="group" aria-label="Rising and falling">{colors}</div>
        <h2>"Rows"</h2>
        <div class="menu__choices" role="group" aria-label="Rows">{density}</div>
    }
    .into_any()
}
