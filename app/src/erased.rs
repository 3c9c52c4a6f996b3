//! Closures without a type of their own. The browser's code has a copy of everything that builds,
//! hydrates and updates a part of the screen **for each type** of closure, about four kilobytes;
//! behind these functions all closures with the same answer are one type.

use std::pin::Pin;
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

/// A part that waits, for an answer of the server or for its own code, as the one type for all of
/// them; `meanwhile` stands in its place.
pub(crate) fn awaited<Part>(
    meanwhile: impl Fn() -> AnyView + Send + 'static,
    answer: impl Fn() -> Part + Send + Sync + 'static,
) -> AnyView
where
    Part: Future<Output = AnyView> + Send + 'static,
{
    suspended(Box::new(meanwhile), erased(move || boxed_part(answer())))
}

type Waiting = Pin<Box<dyn Future<Output = AnyView> + Send>>;

fn boxed_part(part: impl Future<Output = AnyView> + Send + 'static) -> Waiting {
    Box::pin(part)
}

fn suspended(
    meanwhile: Box<dyn Fn() -> AnyView + Send>,
    answer: impl Fn() -> Waiting + Send + Sync + 'static,
) -> AnyView {
    view! {
        <Suspense fallback=move || meanwhile()>{move || Suspend::new(answer())}</Suspense>
    }
    .erase()
}

/// A view as the one type for all of them. Unlike `into_any`, it takes off the wrapper that a view
/// at the top of a component has, so that it shares its type with elements inside others.
pub(crate) trait Erase {
    /// The view as the one type for all of them.
    fn erase(self) -> AnyView;
}

impl<T: RenderHtml + Send + 'static> Erase for View<T>
where
    T::Owned: 'static,
{
    fn erase(self) -> AnyView {
        self.into_inner().into_any()
    }
}

/// What an event does, as the one type for its kind of event.
pub(crate) fn heard<E: 'static>(act: impl FnMut(E) + 'static) -> impl FnMut(E) + 'static {
    boxed(Box::new(act))
}

fn boxed<E: 'static>(mut act: Box<dyn FnMut(E)>) -> impl FnMut(E) + 'static {
    move |event| act(event)
}

/// An effect, as the one type for all of them.
pub(crate) fn follow(act: impl Fn() + 'static) {
    let act: Box<dyn Fn()> = Box::new(act);
    Effect::new(act);
}

/// A memo, as the one type for its kind of answer. Whoever follows one reads it: `track` alone
/// never computes it, and what was never computed follows nothing.
pub(crate) fn memo<T: PartialEq + Send + Sync + 'static>(
    answer: impl Fn() -> T + Send + Sync + 'static,
) -> Memo<T> {
    let answer: Box<dyn Fn() -> T + Send + Sync> = Box::new(answer);
    Memo::new(move |_| answer())
}

/// A derived signal, as the one type for its kind of answer.
pub(crate) fn derived<T: Send + Sync + 'static>(
    answer: impl Fn() -> T + Send + Sync + 'static,
) -> Signal<T> {
    let answer: Box<dyn Fn() -> T + Send + Sync> = Box::new(answer);
    Signal::derive(answer)
}
