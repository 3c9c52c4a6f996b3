//! Pieces that stand round what a desk shows: the rail, lines between panes, and what opens over
//! it or is read above it.

use api::{RecordingView, TapeView};
use leptos::prelude::*;
use market::{Span, Symbol, TapeId};
use quant::levels::{LevelId, OptionLevels, Wall};

use super::{NOW, in_browser, section, with_choices};
use crate::centre::Centre;
use crate::commands::Command;
use crate::components::{
    Glossary, LevelQuestion, LevelSheet, News, Notices, Rail, RailControls, TapeControls,
    ToastText, loaded, news_list, pane_divider, tape_panel, tour_card, tour_offer,
};
use crate::contexts::{Preferences, live_tape, preferences, provide_in_place};
use crate::erased::{Erase, derived};
use crate::panes::{Divider, SidePane};

/// Everything round what a desk shows.
pub(super) fn frame() -> AnyView {
    [rail(), dividers(), news(), tape_panels(), dialogs(), tour()].collect_view().into_any()
}

/// With a pane that is put away.
fn with_other_choices(content: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
    let mut other = Preferences::default();
    other.panes.toggle(SidePane::Watch);
    with_choices(other, content)
}

fn rail() -> AnyView {
    let rail = with_other_choices(|| {
        let notices = Notices::new();
        let said = ToastText { text: "5 levels were copied.".to_owned(), answer: None };
        notices.add(Some(NOW), said);
        let (chosen, other) = (RwSignal::new(Centre::default()), preferences());
        let choose = move |command: Command| match command {
            Command::Show(one) => chosen.set(one),
            Command::Pane(pane) => other.update(|other| other.panes.toggle(pane)),
            _ => {}
        };
        let controls = RailControls {
            notices,
            are_notices_open: RwSignal::new(false),
            can_install: RwSignal::new(true),
            centre: Memo::new(move |_| chosen.get()),
            on_choose: Callback::new(choose),
        };
        view! { <Rail controls /> }.erase()
    });
    let content = view! { <div class="styleguide__row">{rail}</div> };
    section("The rail: charts shown, a pane put away, a notice that is new", content.erase())
}

fn dividers() -> AnyView {
    let lines = with_other_choices(|| {
        let line = |(divider, is_held): (Divider, bool)| {
            view! {
                <div class="styleguide__divided" data-pointed=is_held.to_string()>
                    {pane_divider(divider)}
                </div>
            }
            .erase()
        };
        let states = [
            (Divider::Side, false),
            (Divider::Side, true),
            (Divider::Split, false),
            (Divider::Split, true),
        ];
        states.map(line).collect_view().into_any()
    });
    let content = view! { <div class="styleguide__row">{lines}</div> };
    section("Lines between panes: at rest, and held", content.erase())
}

fn news() -> AnyView {
    let offer = News {
        id: "styleguide-offer".to_owned(),
        text: "Whoever sits at this machine is at this desk.".to_owned(),
        links: &[("/account", "Protect it")],
    };
    let announced = News {
        id: "styleguide-announced".to_owned(),
        text: "The desk is renewed tonight at 18:30, which takes a minute.".to_owned(),
        links: &[],
    };
    section("News: with a way on, and without", news_list(vec![announced, offer]).into_any())
}

fn tape_panels() -> AnyView {
    let date = NOW.wall_time().date;
    let recording = TapeId::Replay { owner: "local".to_owned(), recording: date.to_string() };
    let tape = |tape: TapeId, is_paused: bool, is_ended: bool| TapeView {
        tape,
        epoch: 1,
        at: NOW,
        speed: 10,
        is_paused,
        is_ended,
        heard_at: NOW,
        heartbeat: Span::seconds(1),
        first: NOW - Span::hours(2),
        last: if is_ended { NOW } else { NOW + Span::hours(48) },
    };
    let days = vec![
        RecordingView { date, symbols: vec![(Symbol::SPX, 390, 0), (Symbol::SPY, 960, 81_204)] },
        RecordingView { date: date.plus_days(-1), symbols: vec![(Symbol::SPY, 960, 0)] },
    ];
    let panel = |(tape, days): (TapeView, Vec<RecordingView>)| {
        let controls = TapeControls {
            tape: derived(move || Some(tape.clone())),
            recordings: derived(move || days.clone()),
            on_command: Callback::new(|_| {}),
        };
        let body = in_browser(move || loaded(move || tape_panel(controls)));
        view! {
            <div class="tape-panel" role="dialog" aria-label="Tape controls">
                {body}
            </div>
        }
        .erase()
    };
    let states = [
        (tape(TapeId::Practice { seed: 1 }, false, false), Vec::new()),
        (tape(recording.clone(), true, false), days.clone()),
        (tape(recording, false, true), days),
    ];
    let panels = states.map(panel).collect_view();
    section(
        "The tape: practice, a recorded day that is paused, and its end",
        view! { <div class="styleguide__row">{panels}</div> }.erase(),
    )
}

fn dialogs() -> AnyView {
    let asked = RwSignal::new(Some("ATR"));
    let options = OptionLevels {
        as_of: NOW,
        open_interest_of: NOW.wall_time().date.plus_days(-1),
        call_wall: Some(Wall { strike: 5_100.0, gamma: 412_000_000.0 }),
        put_wall: None,
        gamma: 1_180_000_000.0,
        flip: None,
        range: None,
        ending: None,
    };
    let question = LevelQuestion {
        asked: RwSignal::new(Some(LevelId::CallWall)),
        symbol: Memo::new(|_| Symbol::SPX),
        tape: live_tape(),
        options: derived(move || Some(options)),
        now: RwSignal::new(Some(NOW)),
        levels: Memo::new(|_| None),
        on_show: Callback::new(|_| {}),
    };
    let shown = in_browser(move || {
        provide_in_place();
        view! {
            <Glossary asked />
            <LevelSheet question />
        }
        .into_any()
    });
    let content = view! { <div class="styleguide__row">{shown}</div> };
    section("Dialogs, without the dark ground that lies under them", content.erase())
}

fn tour() -> AnyView {
    // The first one, one between, and the last.
    let cards = [0, 2, 5].map(|place| tour_card(place, NodeRef::new(), Callback::new(|_| {})));
    let content = view! {
        <div class="styleguide__row">
            {tour_offer(|| true, |_| {}, |_| {})}
            {cards.collect_view()}
        </div>
    };
    section("The tour: its offer, and its cards", content.erase())
}
