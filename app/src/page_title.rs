//! The title of a page: in the server's document, and then in the browser.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};

use crate::erased::follow;

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
    } else {
        drop(view! { <Title text /> });
    }
}
