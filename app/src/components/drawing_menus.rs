//! The menu of drawings and the options of the selected one. Loaded when they are first needed.

use chart::{Drawing, Tool};
use leptos::html;
use leptos::prelude::*;
use market::{BarSpan, format};

use super::swatches::swatches;
use super::{DrawingControls, DrawingWish};
use crate::erased::{Erase, derived, erased, follow, heard, memo, part};

/// An eye that is struck through, and a padlock: few fonts have them. In a square of sixteen.
const HIDE: &str = "M1 8c3-5 11-5 14 0-3 5-11 5-14 0zM10 8a2 2 0 1 1-4 0 2 2 0 0 1 4 0zM2 14 14 2";
const LOCK: &str = "M3 7h10v7H3zM5 7V5a3 3 0 0 1 6 0v2M8 10v2";

/// Changes the selected drawing.
fn change(controls: DrawingControls, change: impl FnOnce(&mut Drawing)) {
    if let Some(mut one) = controls.selected.get_untracked() {
        change(&mut one);
        controls.wish(DrawingWish::Change(one));
    }
}

fn toggle(
    controls: DrawingControls,
    name: &'static str,
    is_so: fn(&Drawing) -> bool,
    flip: fn(&mut Drawing),
) -> AnyView {
    let is_pressed = move || controls.selected.read().as_ref().is_some_and(is_so).to_string();
    view! {
        <button
            type="button"
            aria-pressed=erased(is_pressed)
            on:click=heard(move |_| change(controls, flip))
        >
            {name}
        </button>
    }
    .erase()
}

/// Colour, width, words, timeframe, lock, and the way out.
#[lazy]
pub(super) fn drawing_options(controls: DrawingControls) -> AnyView {
    let is_none = move || controls.selected.read().is_none();
    let name = move || controls.selected.read().as_ref().map(|one| one.tool.name());
    let colours = swatches(
        &Drawing::INKS,
        move || controls.selected.read().as_ref().map(|one| one.ink),
        move |ink| change(controls, |one| one.ink = ink),
    );
    let width = move || controls.selected.read().as_ref().map(|one| format!("{} px", one.width));
    view! {
        <div
            class="drawing-options"
            role="toolbar"
            aria-label="Selected drawing"
            hidden=erased(is_none)
        >
            <b>{part(name)}</b>
            <span class="menu__note" role="status">{part(move || point_words(controls))}</span>
            {note_field(controls)}
            {colours}
            <button
                type="button"
                title="Width of the line"
                on:click=heard(move |_| change(controls, |one| one.width = one.width % 4 + 1))
            >
                {part(width)}
            </button>
            {toggle(controls, "Dashed", |one| one.is_dashed, |one| one.is_dashed = !one.is_dashed)}
            {toggle(controls, "Lock", |one| one.is_locked, |one| one.is_locked = !one.is_locked)}
            {toggle(controls, "Hide", |one| one.is_hidden, |one| one.is_hidden = !one.is_hidden)}
            <button
                type="button"
                aria-label="Delete drawing"
                title="Delete"
                on:click=heard(move |_| controls.delete_selected())
            >
                "×"
            </button>
        </div>
    }
    .erase()
}

/// What keys move: one of several points, or all of it, which those hear who cannot see it.
fn point_words(controls: DrawingControls) -> AnyView {
    let count = controls.selected.read().as_ref().map_or(0, |one| one.points.len());
    match (controls.point.get(), count) {
        (_, 0) => ().into_any(),
        (Some(point), _) => format!("Point {} of {count}", point + 1).into_any(),
        (None, 1) => view! { <span class="visually-hidden">"Arrows move it."</span> }.erase(),
        (None, _) => {
            let words = "Arrows move all of it, Enter chooses one of its points.";
            view! { <span class="visually-hidden">{words}</span> }.erase()
        }
    }
}

/// The words of a note; a fresh one is written at once.
fn note_field(controls: DrawingControls) -> AnyView {
    let id = memo(move || {
        let selected = controls.selected.read();
        selected.as_ref().filter(|one| one.tool == Tool::Note).map(|one| one.id)
    });
    part(move || {
        id.get().map(|_| {
            let field = NodeRef::<html::Input>::new();
            let words = controls.selected.read_untracked().as_ref().map(|one| one.text.clone());
            let is_fresh = words.as_ref().is_some_and(String::is_empty);
            follow(move || {
                if let Some(field) = field.get().filter(|_| is_fresh) {
                    request_animation_frame(move || {
                        let _ = field.focus();
                    });
                }
            });
            let write = move |event: leptos::ev::Event| {
                let words: String = event_target_value(&event)
                    .chars()
                    .filter(|letter| !letter.is_control())
                    .take(Drawing::TEXT_MAX)
                    .collect();
                change(controls, |one| one.text = words);
            };
            // The next keys are the chart's again; what is in a field that is left is written.
            let leave = move |event: leptos::ev::KeyboardEvent| {
                let is_end = matches!(event.key().as_str(), "Enter" | "Escape");
                if let Some(id) = id.get_untracked().filter(|_| is_end && !event.is_composing()) {
                    event.stop_propagation();
                    controls.wish(DrawingWish::Select(id));
                }
            };
            view! {
                <input
                    type="text"
                    class="drawing-options__words"
                    aria-label="Words of the note"
                    placeholder="Write a note"
                    maxlength=Drawing::TEXT_MAX.to_string()
                    value=words
                    node_ref=field
                    on:change=heard(write)
                    on:keydown=heard(leave)
                />
            }
            .erase()
        })
    })
}

/// Tools, the way back, and everything that is drawn.
#[lazy]
pub(super) fn drawing_menu(controls: DrawingControls, span: Memo<BarSpan>) -> AnyView {
    let tool = move |one: Tool| {
        let take = move |_: leptos::ev::MouseEvent| controls.tool.set(Some(one));
        view! {
            <button
                type="button"
                aria-pressed=erased(move || (controls.tool.get() == Some(one)).to_string())
                on:click=heard(take)
            >
                {one.name()}
            </button>
        }
        .erase()
    };
    let act = move |name: &'static str, is_off: fn(&DrawingControls) -> bool, wish: DrawingWish| {
        view! {
            <button
                type="button"
                disabled=erased(move || is_off(&controls))
                on:click=heard(move |_| controls.wish(wish.clone()))
            >
                {name}
            </button>
        }
        .erase()
    };
    view! {
        <h2>"Draw"</h2>
        <div class="menu__choices" role="group" aria-label="Tools">
            {Tool::ALL.map(tool).collect_view()}
        </div>
        <h2>"Drawings"</h2>
        <div class="menu__choices" role="group" aria-label="Steps">
            {act("Undo", |all| !all.steps.get().0, DrawingWish::Undo)}
            {act("Redo", |all| !all.steps.get().1, DrawingWish::Redo)}
            {act("Delete all", |all| all.shown.read().is_empty(), DrawingWish::DeleteAll)}
        </div>
        <ul class="menu__list">{rows(controls, span)}</ul>
    }
    .erase()
}

fn rows(controls: DrawingControls, span: Memo<BarSpan>) -> AnyView {
    let ids =
        memo(move || controls.shown.read().iter().rev().map(|one| one.id).collect::<Vec<u64>>());
    let is_empty = memo(move || ids.read().is_empty());
    let opened = RwSignal::new(None);
    part(move || {
        if is_empty.get() {
            let words = "Nothing drawn yet. Choose a tool, then press on the chart.";
            return view! { <li class="menu__note">{words}</li> }.erase();
        }
        let row = move |id| {
            let drawing =
                memo(move || controls.shown.read().iter().find(|one| one.id == id).cloned());
            Row { controls, id, drawing, span, opened }
        };
        view! {
            <For each=move || ids.get() key=|id| *id let:id>
                {row(id).view()}
            </For>
        }
        .erase()
    })
}

/// A drawing in the menu. Its buttons stay while what they say changes: the focus is in them.
#[derive(Clone, Copy)]
struct Row {
    controls: DrawingControls,
    id: u64,
    /// Nothing once it is deleted.
    drawing: Memo<Option<Drawing>>,
    /// Of the active chart.
    span: Memo<BarSpan>,
    /// Whose timeframes are being chosen.
    opened: RwSignal<Option<u64>>,
}

impl Row {
    fn view(self) -> AnyView {
        let Self { controls, id, opened, .. } = self;
        let name = self.name();
        let price = |one: &Drawing| one.points.first().map_or(0.0, |point| point.price);
        let told = self.memo(move |one| match one.text.is_empty() {
            true => format::quote(price(one)),
            false => one.text.clone(),
        });
        let spans = self.memo(|one| match one.spans.as_slice() {
            [] => "all".to_owned(),
            spans => spans.iter().map(|span| span.as_str()).collect::<Vec<_>>().join(" "),
        });
        let is_open = memo(move || opened.get() == Some(id));
        let open = move |_: leptos::ev::MouseEvent| {
            opened.set((!is_open.get_untracked()).then_some(id));
        };
        view! {
            <li>
                <button
                    type="button"
                    class="menu__wide"
                    on:click=heard(move |_| controls.wish(DrawingWish::Select(id)))
                >
                    <b>{part(move || name.get())}</b>
                    <span class="menu__note">{part(move || told.get())}</span>
                </button>
                <button
                    type="button"
                    aria-label=erased(move || {
                        let (spans, name) = (spans.get(), name.get());
                        format!(
                            "{}: timeframes of {}",
                            spans.unwrap_or_default(),
                            name.unwrap_or_default(),
                        )
                    })
                    aria-expanded=erased(move || is_open.get().to_string())
                    on:click=heard(open)
                >
                    {part(move || spans.get())}
                </button>
                {self.toggle("Hide", HIDE, |one| one.is_hidden, |one| one.is_hidden ^= true)}
                {self.toggle("Lock", LOCK, |one| one.is_locked, |one| one.is_locked ^= true)}
                <button
                    type="button"
                    aria-label=erased(move || format!("Delete {}", name.get().unwrap_or_default()))
                    on:click=heard(move |_| controls.wish(DrawingWish::Delete(id)))
                >
                    "×"
                </button>
                {part(move || is_open.get().then(|| self.spans()))}
            </li>
        }
        .erase()
    }

    fn name(self) -> Memo<Option<&'static str>> {
        self.memo(|one| one.tool.name())
    }

    fn toggle(
        self,
        label: &'static str,
        sign: &'static str,
        is_so: fn(&Drawing) -> bool,
        flip: fn(&mut Drawing),
    ) -> AnyView {
        let (name, is_so) = (self.name(), self.memo(is_so));
        view! {
            <button
                type="button"
                aria-label=erased(move || format!("{label} {}", name.get().unwrap_or_default()))
                aria-pressed=erased(move || (is_so.get() == Some(true)).to_string())
                on:click=heard(move |_| self.change(flip))
            >
                <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
                    <path d=sign fill="none" stroke="currentColor" stroke-width="1.2" />
                </svg>
            </button>
        }
        .erase()
    }

    /// On which timeframes it is shown: on all of them, on the chart's own, or one by one.
    fn spans(self) -> AnyView {
        let Self { controls, drawing, span, .. } = self;
        let button = move |words: Signal<String>,
                           is_so: Memo<Option<bool>>,
                           spans: Callback<Vec<BarSpan>, Vec<BarSpan>>| {
            let press = move |_: leptos::ev::MouseEvent| {
                if let Some(mut one) = drawing.get_untracked() {
                    one.spans = spans.run(one.spans);
                    controls.wish(DrawingWish::Change(one));
                }
            };
            view! {
                <button
                    type="button"
                    aria-pressed=erased(move || (is_so.get() == Some(true)).to_string())
                    on:click=heard(press)
                >
                    {part(move || words.get())}
                </button>
            }
            .erase()
        };
        let all = button(
            Signal::stored("All".to_owned()),
            self.memo(|one| one.spans.is_empty()),
            Callback::new(|_| Vec::new()),
        );
        let only = button(
            derived(move || format!("Only {}", span.get())),
            self.memo(move |one| one.spans == [span.get()]),
            Callback::new(move |_| vec![span.get_untracked()]),
        );
        let each = BarSpan::ALL.map(|span| {
            button(
                Signal::stored(span.as_str().to_owned()),
                self.memo(move |one| one.spans.is_empty() || one.spans.contains(&span)),
                Callback::new(move |spans| Drawing::switched(spans, span)),
            )
        });
        let name = self.memo(|one| format!("Timeframes of {}", one.tool.name()));
        view! {
            <div class="menu__choices" role="group" aria-label=erased(move || name.get())>
                {all}
                {only}
                {each.collect_view()}
            </div>
        }
        .erase()
    }

    /// What is told of it; nothing once it is deleted.
    fn memo<T: PartialEq + Send + Sync + 'static>(
        self,
        told: impl Fn(&Drawing) -> T + Send + Sync + 'static,
    ) -> Memo<Option<T>> {
        memo(move || self.drawing.read().as_ref().map(&told))
    }

    fn change(self, change: fn(&mut Drawing)) {
        if let Some(mut one) = self.drawing.get_untracked() {
            change(&mut one);
            self.controls.wish(DrawingWish::Change(one));
        }
    }
}
