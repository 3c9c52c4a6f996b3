//! One short message at the foot of the screen, with a way back where there is one.

use std::sync::Arc;

use crate::erased::{Erase, heard, part};
use leptos::prelude::*;

/// What a toast says.
#[derive(Clone)]
pub(crate) struct ToastText {
    /// What happened.
    pub(crate) text: String,
    /// Takes it back, where that is possible. Not a `Callback`: those die with what made them, and
    /// the row that was removed is gone when its undo is pressed.
    pub(crate) undo: Option<Undo>,
}

/// A way back.
pub(crate) type Undo = Arc<dyn Fn() + Send + Sync>;

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
    let undo = move |undo: Undo| {
        let take_back = move |_| {
            undo();
            on_close.run(());
        };
        view! { <button type="button" class="toast__undo" on:click=take_back>"Undo"</button> }
            .erase()
    };
    let shown = move || {
        text.get().map(|toast| {
            view! {
                <div class="toast">
                    <span>{toast.text}</span>
                    {toast.undo.map(undo)}
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
