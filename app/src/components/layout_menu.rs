//! The menu of layouts: how many charts, what they share, and those kept under a name. Loaded when
//! it first opens.

use api::LayoutView;
use chart::{Layout, Links};
use leptos::prelude::*;

use super::menu::{choice, name_form};
use crate::erased::{Erase, erased, heard, part};

/// What the menu of layouts tells and does.
#[derive(Clone, Copy)]
pub(crate) struct LayoutControls {
    /// The charts as they are.
    pub(crate) layout: Memo<Layout>,
    /// Those that were kept, by name; an error in words; nothing while they are fetched.
    pub(crate) kept: RwSignal<Option<Result<Vec<LayoutView>, String>>>,
    /// Called with how many charts there should be.
    pub(crate) on_arrange: Callback<usize>,
    /// Called with what they should share.
    pub(crate) on_link: Callback<Links>,
    /// Called with a layout to show.
    pub(crate) on_open: Callback<LayoutView>,
    /// Called with the name to keep the charts under.
    pub(crate) on_keep: Callback<String>,
    /// Called with a layout to forget.
    pub(crate) on_remove: Callback<LayoutView>,
    /// Called to copy the address of all this.
    pub(crate) on_copy: Callback<()>,
    /// Called to ask for what is kept.
    pub(crate) on_ask: Callback<()>,
}

/// How many charts, what they share, and those kept under a name.
#[lazy]
pub(crate) fn layout_menu(controls: LayoutControls) -> AnyView {
    controls.on_ask.run(());
    let LayoutControls { layout, .. } = controls;
    let counts = Layout::COUNTS.map(|count| {
        let name = if count == 1 { "1 chart".to_owned() } else { format!("{count} charts") };
        let is_so = move || layout.read().charts().len() == count;
        choice(name, is_so, move || controls.on_arrange.run(count))
    });
    let link = |name: &'static str, is_so: fn(&Links) -> bool, flip: fn(&mut Links)| {
        choice(
            name.to_owned(),
            move || is_so(&layout.read().links()),
            move || {
                let mut links = layout.read_untracked().links();
                flip(&mut links);
                controls.on_link.run(links);
            },
        )
    };
    let is_alone = move || layout.read().charts().len() == 1;
    view! {
        <h2>"Charts"</h2>
        <div class="menu__choices" role="group" aria-label="Charts">{counts.collect_view()}</div>
        <div hidden=erased(is_alone)>
            <h2>"The same on all"</h2>
            <div class="menu__choices" role="group" aria-label="The same on all">
                {link("Symbol", |links| links.symbol, |links| links.symbol = !links.symbol)}
                {link("Timeframe", |links| links.span, |links| links.span = !links.span)}
                {link(
                    "Crosshair",
                    |links| links.crosshair,
                    |links| links.crosshair = !links.crosshair,
                )}
            </div>
        </div>
        <h2>"Keep these charts as"</h2>
        {name_form("layout-name", "Name", "Keep", String::new, move |name| {
            controls.on_keep.run(name);
        })}
        <h2>"Kept"</h2>
        <ul class="menu__list">{part(move || kept_list(controls))}</ul>
        <h2>"Share"</h2>
        <div class="menu__choices">
            <button type="button" on:click=heard(move |_| controls.on_copy.run(()))>
                "Copy link"
            </button>
        </div>
        <p class="menu__note">
            "The link shows these charts, where they were scrolled to, what is drawn and noted \
             on them, and these levels to anybody who runs Volaris."
        </p>
    }
    .erase()
}

fn kept_list(controls: LayoutControls) -> AnyView {
    let note = |words: String| view! { <li class="menu__note">{words}</li> }.erase();
    match controls.kept.get() {
        None => note("Loading…".to_owned()),
        Some(Err(words)) => note(words),
        Some(Ok(kept)) if kept.is_empty() => {
            note("None yet. A name above keeps the charts as they are.".to_owned())
        }
        Some(Ok(kept)) => {
            let row = |one: LayoutView| kept_row(controls, one);
            kept.into_iter().map(row).collect_view().into_any()
        }
    }
}

fn kept_row(controls: LayoutControls, one: LayoutView) -> AnyView {
    let (layout, _) = Layout::from_text(&one.text);
    let charts = layout.charts().iter();
    let charts: Vec<String> = charts.map(|one| format!("{} {}", one.symbol, one.span)).collect();
    let (name, removed) = (one.name.clone(), one.clone());
    view! {
        <li>
            <button
                type="button"
                class="menu__wide"
                on:click=heard(move |_| controls.on_open.run(one.clone()))
            >
                <b>{name.clone()}</b>
                <span class="menu__note">{charts.join(", ")}</span>
            </button>
            <button
                type="button"
                aria-label=format!("Delete the layout {name}")
                on:click=heard(move |_| controls.on_remove.run(removed.clone()))
            >
                "×"
            </button>
        </li>
    }
    .erase()
}
