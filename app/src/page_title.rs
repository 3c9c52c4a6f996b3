//! The title of a page: in the server's document, and then in the browser.

use std::sync::{Arc, Mutex, PoisonError};

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};

use crate::erased::follow;

/// The title that the server writes. It is put into the head when the page is done, outside of the
/// page, where another page's signals may stand in the place of its own: so it is text by then.
#[derive(Clone, Default)]
pub(crate) struct WrittenTitle(Arc<Mutex<String>>);

impl WrittenTitle {
    fn write(&self, text: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = text;
    }
}

/// Makes titles possible; once, at the root.
pub(crate) fn provide() {
    if !cfg!(target_arch = "wasm32") {
        provide_meta_context();
    }
}

/// Gives the page its title. In a browser not by `Title`, which takes the server's title away until
/// the page is taken over.
pub(crate) fn page_title(text: impl Fn() -> String + Send + Sync + 'static) {
    if cfg!(target_arch = "wasm32") {
        follow(move || document().set_title(&text()));
    } else if let Some(written) = use_context::<WrittenTitle>() {
        written.write(untrack(text));
        let text = move || written.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        drop(view! { <Title text /> });
    }
}

/// Gives the server's document another title, once more is known; called where the page's signals
/// are. In a browser the title follows by itself.
pub(crate) fn rewrite_title(text: impl Fn() -> String) {
    if !cfg!(target_arch = "wasm32")
        && let Some(written) = use_context::<WrittenTitle>()
    {
        written.write(untrack(text));
    }
}
