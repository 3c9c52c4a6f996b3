//! Closures without a type of their own. The browser's code has a copy of everything that builds,
//! hydrates and updates a part of the screen **for each type** of closure, about four kilobytes;
//! behind these functions all closures with the same answer are one type.

use std::sync::Arc;

use leptos::prelude::*;

/// A closure of a view or an attribute, as the one type for its kind of answer.
pub(crate) fn erased<T: 'static>(
    answer: impl Fn() -> T + Send + Sync + 'static,
) -> impl Fn() -> T + Clone + Send + Sync + 'static {
    shared(Arc::new(answer))
}

fn shared<T: 'static>(
    answer: Arc<dyn Fn() -> T + Send + Sync>,
) -> impl Fn() -> T + Clone + Send + Sync + 'static {
    move || answer()
}

/// A changing part of a view, as the one type for all of them.
pub(crate) fn part<T: IntoAny + 'static>(
    answer: impl Fn() -> T + Send + Sync + 'static,
) -> AnyView {
    erased(move || answer().into_any()).into_any()
}

/// What an event does, as the one type for its kind of event.
pub(crate) fn heard<E: 'static>(act: impl FnMut(E) + 'static) -> impl FnMut(E) + 'static {
    boxed(Box::new(act))
}

fn boxed<E: 'static>(mut act: Box<dyn FnMut(E)>) -> impl FnMut(E) + 'static {
    move |event| act(event)
}
