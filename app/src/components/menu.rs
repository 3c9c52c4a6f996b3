//! A button that opens a panel under it; what is in the panel is made when it opens.

use crate::contexts::is_in_place;
use crate::erased::{Erase, awaited, erased, follow, heard, part};
use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// A button that opens a panel under it. Escape, a click elsewhere, or the focus going elsewhere
/// closes it.
#[component]
pub(crate) fn Menu(
    /// Names the panel in the document.
    id: &'static str,
    /// The button's words.
    #[prop(into)]
    label: Signal<String>,
    /// A picture in a square of sixteen, which stands for the words where there is no room.
    icon: &'static str,
    /// What the panel is, for those who cannot see it.
    title: &'static str,
    /// Whether it is open.
    is_open: RwSignal<bool>,
    /// What is in it.
    children: ChildrenFn,
) -> impl IntoView {
    let place = NodeRef::<html::Div>::new();
    let panel = NodeRef::<html::Div>::new();
    let button = NodeRef::<html::Button>::new();
    let close_on_escape = move |event: KeyboardEvent| {
        if event.key() == "Escape" && is_open.get_untracked() {
            event.stop_propagation();
            is_open.set(false);
            if let Some(button) = button.get_untracked() {
                let _ = button.focus();
            }
        }
    };
    if !is_in_place() {
        // What had the focus may be gone, and the panel does not have it yet.
        let unfocused = window_event_listener(leptos::ev::keydown, move |event| {
            if is_focus_free() {
                close_on_escape(event);
            }
        });
        on_cleanup(move || unfocused.remove());
    }
    // Whether it is its button that opens it.
    let by_button = StoredValue::new(false);
    let press = move |_: leptos::ev::MouseEvent| {
        by_button.set_value(true);
        is_open.update(|is_open| *is_open = !*is_open);
    };
    let follow_focus = keep_focus(is_open, place, panel, by_button);
    view! {
        <div class="menu" node_ref=place on:keydown=close_on_escape on:focusout=follow_focus>
            <button
                type="button"
                class="menu__button"
                node_ref=button
                aria-haspopup="dialog"
                aria-expanded=erased(move || is_open.get().to_string())
                aria-controls=id
                on:click=heard(press)
            >
                {drawn(icon)}
                <span class="menu__label">{part(move || label.get())}</span>
            </button>
            <div
                id=id
                class="menu__panel"
                node_ref=panel
                role="dialog"
                aria-label=title
                tabindex="-1"
                hidden=erased(move || !is_open.get())
            >
                {part(move || is_open.get().then(|| children()))}
            </div>
        </div>
    }
    .erase()
}

/// Whether keys are nobody's: nothing has the focus.
fn is_focus_free() -> bool {
    document().active_element().is_none_or(|it| it.tag_name() == "BODY")
}

/// A picture in a square of sixteen.
pub(super) fn drawn(icon: &'static str) -> AnyView {
    view! {
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <path d=icon fill="none" stroke="currentColor" stroke-width="1.3" />
        </svg>
    }
    .erase()
}

/// What is in a menu, loaded when it first opens.
pub(crate) fn loaded<Content>(load: impl Fn() -> Content + Send + Sync + 'static) -> AnyView
where
    Content: Future<Output = AnyView> + Send + 'static,
{
    awaited(|| view! { <p class="menu__note">"Loading…"</p> }.erase(), load)
}

/// What in a menu is typed in at once where a key opened it.
const FIRST: &str = "[data-first=true]";

/// Gives the focus that a menu's panel has to what is first in it.
fn take_focus(panel: &web_sys::Element) {
    let first = panel.query_selector(FIRST).ok().flatten();
    if let Some(first) = first.and_then(|it| it.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = first.focus();
    }
}

/// A field that may be first in its menu, as its `data-first` says. What is in a menu is loaded: it
/// may come when the panel has the focus already.
pub(super) fn first_field() -> NodeRef<html::Input> {
    let field = NodeRef::<html::Input>::new();
    follow(move || {
        if field.get().is_some() {
            request_animation_frame(|| {
                if let Some(panel) =
                    document().active_element().filter(|it| it.class_name() == "menu__panel")
                {
                    take_focus(&panel);
                }
            });
        }
    });
    field
}

/// Closes the menu when the focus or the pointer goes elsewhere, and keeps the focus in it while
/// what had it comes and goes. Gives what hears that the focus left something.
fn keep_focus(
    is_open: RwSignal<bool>,
    place: NodeRef<html::Div>,
    panel: NodeRef<html::Div>,
    by_button: StoredValue<bool>,
) -> impl FnMut(FocusEvent) + 'static {
    let holds = move |node: Option<web_sys::EventTarget>| {
        let node = node.and_then(|to| to.dyn_into::<web_sys::Node>().ok());
        place.get_untracked().is_some_and(|place| place.contains(node.as_ref()))
    };
    let follow_focus = move |event: FocusEvent| {
        if !is_open.get_untracked() {
            return;
        }
        match event.related_target() {
            Some(to) if !holds(Some(to.clone())) => is_open.set(false),
            Some(_) => {}
            // What had the focus is gone, as after adding a study: keys still belong here.
            None => request_animation_frame(move || {
                let is_still_open = is_open.try_get_untracked() == Some(true);
                // A quick hand may type elsewhere by now.
                let panel = panel.try_get_untracked().flatten();
                if let Some(panel) = panel.filter(|_| is_still_open && is_focus_free()) {
                    let _ = panel.focus();
                }
            }),
        }
    };
    if is_in_place() {
        return follow_focus;
    }
    follow(move || {
        let is_keyed = is_open.get() && !by_button.get_value();
        by_button.set_value(false);
        // Opened by a key, not by the button: the next keys belong here.
        if is_keyed || is_open.get() && !holds(document().active_element().map(Into::into)) {
            request_animation_frame(move || {
                if let Some(panel) = panel.try_get_untracked().flatten() {
                    let _ = panel.focus();
                    if is_keyed {
                        take_focus(&panel);
                    }
                }
            });
        }
    });
    let elsewhere = window_event_listener(leptos::ev::pointerdown, move |event| {
        if is_open.get_untracked() && !holds(event.target()) {
            is_open.set(false);
        }
    });
    on_cleanup(move || elsewhere.remove());
    follow_focus
}

/// One of several things that can be chosen, and whether it is.
pub(super) fn choice(
    name: impl Into<String>,
    is_chosen: impl Fn() -> bool + Send + Sync + 'static,
    choose: impl Fn() + 'static,
) -> AnyView {
    let name: String = name.into();
    view! {
        <button
            type="button"
            aria-pressed=erased(move || is_chosen().to_string())
            on:click=heard(move |_| choose())
        >
            {name}
        </button>
    }
    .erase()
}

/// A name, at first as given, in a field that is known by `field`, and what becomes of it.
pub(super) fn name_form(
    field: &'static str,
    label: &'static str,
    act: &'static str,
    first: impl Fn() -> String + Send + Sync + 'static,
    on_name: impl Fn(String) + 'static,
) -> AnyView {
    let name = RwSignal::new(String::new());
    Effect::new(move || name.set(first()));
    let is_empty = move || name.read().trim().is_empty();
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !untrack(is_empty) {
            on_name(name.get_untracked().trim().to_owned());
            name.set(String::new());
        }
    };
    view! {
        <form class="menu__form" on:submit=heard(send)>
            <label>
                <span class="visually-hidden">{label}</span>
                <input
                    type="text"
                    name=field
                    placeholder=label
                    maxlength="60"
                    autocomplete="off"
                    prop:value=name
                    on:input=heard(move |event| name.set(event_target_value(&event)))
                />
            </label>
            <button type="submit" disabled=erased(is_empty)>{act}</button>
        </form>
    }
    .erase()
}
