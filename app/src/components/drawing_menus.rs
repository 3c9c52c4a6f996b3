//! The menu of drawings and the options of the selected one. Loaded when they are first needed.

use chart::{Drawing, Tool};
use leptos::html;
use leptos::prelude::*;
use market::{BarSpan, format};

use super::swatches::swatches;
use super::{DrawingControls, DrawingWish};
use crate::erased::{Erase, erased, follow, heard, memo, part};

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
        <ul class="menu__list">{part(move || rows(controls, span.get()))}</ul>
    }
    .erase()
}

fn rows(controls: DrawingControls, span: BarSpan) -> AnyView {
    let shown = controls.shown.get();
    if shown.is_empty() {
        let words = "Nothing drawn yet. Choose a tool, then press on the chart.";
        return view! { <li class="menu__note">{words}</li> }.erase();
    }
    shown.into_iter().rev().map(|one| row(controls, one, span)).collect_view().into_any()
}

fn row(controls: DrawingControls, one: Drawing, span: BarSpan) -> AnyView {
    let id = one.id;
    let price = one.points.first().map_or(0.0, |point| point.price);
    let told = if one.text.is_empty() { format::price(price, 2) } else { one.text.clone() };
    let name = one.tool.name();
    let flip = move |change: fn(&mut Drawing, BarSpan), one: &Drawing| {
        let mut other = one.clone();
        change(&mut other, span);
        DrawingWish::Change(other)
    };
    let hide = flip(|one, _| one.is_hidden = !one.is_hidden, &one);
    let lock = flip(|one, _| one.is_locked = !one.is_locked, &one);
    let only = flip(
        |one, span| one.spans = if one.spans.is_empty() { vec![span] } else { Vec::new() },
        &one,
    );
    let button = move |label: String, words: String, is_pressed: bool, wish: DrawingWish| {
        view! {
            <button
                type="button"
                aria-label=label
                aria-pressed=is_pressed.to_string()
                on:click=heard(move |_| controls.wish(wish.clone()))
            >
                {words}
            </button>
        }
        .erase()
    };
    let spans: Vec<&str> = one.spans.iter().map(|span| span.as_str()).collect();
    let spans = if spans.is_empty() { "all".to_owned() } else { spans.join(" ") };
    view! {
        <li>
            <button
                type="button"
                class="menu__wide"
                on:click=heard(move |_| controls.wish(DrawingWish::Select(id)))
            >
                <b>{name}</b>
                <span class="menu__note">{told}</span>
            </button>
            {button(format!("{spans}: timeframes of {name}"), spans, !one.spans.is_empty(), only)}
            {button(format!("Hide {name}"), "◌".to_owned(), one.is_hidden, hide)}
            {button(format!("Lock {name}"), "⚿".to_owned(), one.is_locked, lock)}
            {button(format!("Delete {name}"), "×".to_owned(), false, DrawingWish::Delete(id))}
        </li>
    }
    .erase()
}
