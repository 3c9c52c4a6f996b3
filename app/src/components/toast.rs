//! One short message at the foot of the screen, with a way back where there is one.

use std::sync::Arc;
use std::time::Duration;

use crate::erased::{Erase, follow, heard, part};
use leptos::ev::{FocusEvent, PointerEvent};
use leptos::prelude::*;

/// A message leaves by itself after so long, unless somebody is at it: it covers what is below. It
/// stays among the notices, with what can be done about it.
const STAYS: Duration = Duration::from_secs(20);

/// What a toast says.
#[derive(Clone)]
pub(crate) struct ToastText {
    /// What happened.
    pub(crate) text: String,
    /// What can be done about it, where there is something.
    pub(crate) answer: Option<ToastAnswer>,
}

/// What can be done about a message.
#[derive(Clone)]
pub(crate) struct ToastAnswer {
    name: &'static str,
    // Not a `Callback`: those die with what made them, and the row that was removed is gone when
    // its undo is pressed.
    act: Arc<dyn Fn() + Send + Sync>,
    // It stands in the toast and among the notices; what is undone is not undone again.
    is_taken: ArcRwSignal<bool>,
}

/// The button that takes an answer, gone once it was taken, here or elsewhere.
pub(super) fn answer_button(
    answer: ToastAnswer,
    class: &'static str,
    on_take: Callback<()>,
) -> AnyView {
    part(move || {
        let ToastAnswer { name, act, is_taken } = answer.clone();
        let take = move |_: leptos::ev::MouseEvent| {
            is_taken.set(true);
            act();
            on_take.run(());
        };
        (!answer.is_taken.get()).then(|| {
            view! { <button type="button" class=class on:click=heard(take)>{name}</button> }.erase()
        })
    })
}

impl ToastText {
    /// A message and the way back.
    pub(crate) fn with_undo(text: String, undo: impl Fn() + Send + Sync + 'static) -> Self {
        Self::with_answer(text, "Undo", undo)
    }

    /// A message and what can be done about it.
    pub(crate) fn with_answer(
        text: String,
        name: &'static str,
        act: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        let is_taken = ArcRwSignal::new(false);
        Self { text, answer: Some(ToastAnswer { name, act: Arc::new(act), is_taken }) }
    }
}

/// One short message at the foot of the screen.
#[component]
pub(crate) fn Toast(
    /// What it says, if anything.
    #[prop(into)]
    text: Signal<Option<ToastText>>,
    /// Called when it is closed or its way back was taken.
    #[prop(into)]
    on_close: Callback<()>,
) -> impl IntoView {
    let is_held = RwSignal::new(false);
    follow(move || {
        if text.read().is_none() {
            // What is gone hears of no pointer that leaves.
            return is_held.set(false);
        }
        if is_held.get() {
            return;
        }
        let leave = move || {
            on_close.try_run(());
        };
        let leaving = set_timeout_with_handle(leave, STAYS);
        on_cleanup(move || {
            let _ = leaving.map(|leaving| leaving.clear());
        });
    });
    let answer = move |answer| answer_button(answer, "toast__undo", on_close);
    let shown = move || {
        text.get().map(|toast| {
            view! {
                <div
                    class="toast"
                    on:pointerenter=heard(move |_: PointerEvent| is_held.set(true))
                    on:pointerleave=heard(move |_: PointerEvent| is_held.set(false))
                    on:focusin=heard(move |_: FocusEvent| is_held.set(true))
                    on:focusout=heard(move |_: FocusEvent| is_held.set(false))
                >
                    <span>{toast.text}</span>
                    {toast.answer.map(answer)}
                    <button
                        type="button"
                        class="toast__close"
                        aria-label="Close message"
                        on:click=heard(move |_| on_close.run(()))
                    >
                        "×"
                    </button>
                </div>
            }
            .erase()
        })
    };
    view! { <div class="toast-place" role="status" aria-live="polite">{part(shown)}</div> }.erase()
}
