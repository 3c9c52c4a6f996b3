//! The rail at the far left: which panes are seen, what was said, and the ways to everything else.
//! On a phone it stands beside the tabs, with what fits there.

use leptos::prelude::*;

use super::menu::{Menu, drawn, loaded};
use super::notices::{Notices, notice_list};
use super::tab_bar::Pane;
use crate::centre::Centre;
use crate::commands::Command;
use crate::contexts::preferences;
use crate::erased::{Erase, derived, erased, heard};
use crate::panes::SidePane;

/// What the rail shows and does.
#[derive(Clone, Copy)]
pub(crate) struct RailControls {
    /// What was said.
    pub(crate) notices: Notices,
    /// Whether the list of it is open.
    pub(crate) are_notices_open: RwSignal<bool>,
    /// Whether the browser offers to install the desk.
    pub(crate) can_install: RwSignal<bool>,
    /// What stands in the middle.
    pub(crate) centre: Memo<Centre>,
    /// Called with what was chosen.
    pub(crate) on_choose: Callback<Command>,
}

/// The rail.
#[component]
pub(crate) fn Rail(controls: RailControls) -> impl IntoView {
    let RailControls { notices, are_notices_open, can_install, centre, on_choose } = controls;
    let way = move |command: Command, label: &'static str, icon: &'static str| {
        let is_hidden = move || command == Command::Install && !can_install.get();
        view! {
            <button
                type="button"
                class="rail__button"
                data-command=command.to_string()
                hidden=erased(is_hidden)
                on:click=heard(move |_| on_choose.run(command))
            >
                {drawn(icon)}
                <span>{label}</span>
            </button>
        }
        .erase()
    };
    view! {
        <nav class="rail" aria-label="Desk">
            {Centre::ALL.map(|one| centre_button(one, centre, on_choose)).collect_view()}
            {pane_button(SidePane::Levels, Pane::Levels, on_choose)}
            {pane_button(SidePane::Watch, Pane::Watch, on_choose)}
            <div
                class="rail__notices"
                data-unread=erased(move || (0 < notices.unread.get()).to_string())
            >
                <Menu
                    id="notices"
                    label=derived(move || notices.label())
                    icon="M3 12h10l-1.5-2V7a3.5 3.5 0 0 0-7 0v3zM6.5 13.5h3"
                    title="Notices"
                    is_open=are_notices_open
                >
                    {loaded(move || notice_list(notices))}
                </Menu>
            </div>
            {way(Command::Palette, "Find", FIND_ICON)}
            {way(Command::Keys, "Keys", "M1.5 4h13v8h-13zM4 7h1M7.5 7h1M11 7h1M5 10h6")}
            {way(Command::Tour, "Tour", TOUR_ICON)}
            {way(Command::Install, "Install", "M8 2v8M5 7l3 3 3-3M2.5 13.5h11")}
            {way(Command::Developers, "API", "M5.5 4 2 8l3.5 4M10.5 4 14 8l-3.5 4")}
            {way(Command::Account, "Account", ACCOUNT_ICON)}
        </nav>
    }
    .erase()
}

/// Puts one of the things that can stand in the middle there.
fn centre_button(one: Centre, centre: Memo<Centre>, on_choose: Callback<Command>) -> AnyView {
    // As a phone's tabs have it.
    let tab = match one {
        Centre::Chart => Pane::Chart,
        Centre::Chain => Pane::Chain,
        Centre::Plan => Pane::Plan,
        Centre::Volatility => Pane::Volatility,
        Centre::Exposure => Pane::Exposure,
        Centre::Positions => Pane::Positions,
    };
    let current = move || (centre.get() == one).then_some("page");
    view! {
        <button
            type="button"
            class="rail__button rail__button--pane"
            aria-current=erased(current)
            on:click=heard(move |_| on_choose.run(Command::Show(one)))
        >
            {drawn(tab.icon())}
            <span>{tab.label()}</span>
        </button>
    }
    .erase()
}

/// Puts a pane at the side away, or brings it back; drawn as its tab on a phone.
fn pane_button(pane: SidePane, tab: Pane, on_choose: Callback<Command>) -> AnyView {
    let is_shown = move || preferences().read().panes.shows(pane).to_string();
    view! {
        <button
            type="button"
            class="rail__button rail__button--pane"
            aria-pressed=erased(is_shown)
            on:click=heard(move |_| on_choose.run(Command::Pane(pane)))
        >
            {drawn(tab.icon())}
            <span>{tab.label()}</span>
        </button>
    }
    .erase()
}

const FIND_ICON: &str = "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.5 10.5 14 14";
const ACCOUNT_ICON: &str = "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.5 14a5.5 5.5 0 0 1 11 0";
const TOUR_ICON: &str = "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13z\
                         M6 6.5a2 2 0 1 1 2 2v1M8 11.5v.5";
