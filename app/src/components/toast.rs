//! One short message at the foot of the screen, with a way back where there is one.

use std::sync::Arc;

use crate::erased::{Erase, heard, part};
use leptos::prelude::*;

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
    pub(super) name: &'static str,
    // Not a `Callback`: those die with what made them, and the row that was removed is gone when
    // its undo is pressed.
    act: Arc<dyn Fn() + Send + Sync>,
}

impl ToastAnswer {
    /// Does it.
    pub(super) fn take(&self) {
        (self.act)();
    }
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
        Self { text, answer: Some(ToastAnswer { name, act: Arc::new(act) }) }
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
    let answer = move |answer: ToastAnswer| {
        let name = answer.name;
        let answered = heard(move |_| {
            answer.take();
            on_close.run(());
        });
        view! { <button type="button" class="toast__undo" on:click=answered>{name}</button> }
            .erase()
    };
    let shown = move || {
        text.get().map(|toast| {
            view! {
                <div class="toast">
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
