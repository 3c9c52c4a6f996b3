//! The browser's entry point: takes the server's page over.

use wasm_bindgen::prelude::wasm_bindgen;

/// Takes the server's page over.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    app::take_over(async {
        leptos::mount::hydrate_from_async(leptos::tachys::dom::body(), app::App).await.forget();
    });
}
