//! The document around every page: its style, its script tags, its theme.

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;

use crate::App;
use crate::components::news_bar;
use crate::contexts::Preferences;

/// Addresses of the files that the page loads, as the browser build named them.
#[derive(Clone, Debug, Default)]
pub struct PageFiles {
    /// The module that starts the page.
    pub script: String,
    /// The code that it loads.
    pub wasm: String,
    /// The style sheet.
    pub style: String,
    /// That of plain documents, beside it.
    pub document_style: String,
}

/// The document around every page.
///
/// Leptos's own `HydrationScripts` reads file names beside the executable; ours are inside it.
pub fn shell(files: PageFiles) -> impl IntoView {
    let preferences = use_context::<Preferences>().unwrap_or_default();
    let nonce = use_nonce();
    // First the page, then the code: on a slow line they would share it, and what the server wrote
    // can be read already. A page that nobody looks at is never drawn.
    let start = format!(
        "await new Promise((drawn) => {{ \
           requestAnimationFrame(() => setTimeout(drawn)); \
           if (document.hidden) drawn(); \
         }}); \
         const {{ default: start, hydrate }} = await import({:?}); \
         await start({{ module_or_path: {:?} }}); hydrate();",
        files.script, files.wasm
    );
    // Before our own code is there to hear it, the browser may offer to install the desk, and a
    // quick hand may press Ctrl-K and type on: `take_over` has those keys replayed.
    let early = "addEventListener('beforeinstallprompt', (offer) => { \
                   offer.preventDefault(); self.installOffer = offer; }); \
                 { const keys = []; \
                   const hear = (key) => { \
                     const opens = (key.ctrlKey || key.metaKey) && !key.altKey && !key.shiftKey \
                       && (/^k$/i.test(key.key) || key.code === 'KeyK' && key.key > '~'); \
                     if (opens) key.preventDefault(); else if (!keys.length) return; \
                     key.stopImmediatePropagation(); \
                     keys.push(new KeyboardEvent('keydown', key)); \
                   }; \
                   addEventListener('keydown', hear, true); \
                   self.replayKeys = () => { \
                     removeEventListener('keydown', hear, true); \
                     keys.forEach((key) => dispatchEvent(key)); }; }";
    view! {
        <!DOCTYPE html>
        <html
            lang="en"
            data-theme=preferences.theme.as_str()
            data-colors=preferences.colors.as_str()
            data-density=preferences.density.as_str()
        >
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="dark light" />
                <meta
                    name="description"
                    content="Live levels for SPX, NDX, SPY and QQQ, recomputed on every tick."
                />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="apple-touch-icon" href="/icons/192.png" />
                <link rel="manifest" href="/app.webmanifest" />
                <meta name="theme-color" content=preferences.theme.color() />
                <link rel="stylesheet" href=files.style />
                <link rel="modulepreload" href=files.script />
                <script nonce=nonce.clone()>{early}</script>
                <script type="module" nonce=nonce>
                    {start}
                </script>
                <MetaTags />
            </head>
            <body>
                <App />
                // After it, so that the page finds its own where it expects it.
                {news_bar()}
            </body>
        </html>
    }
}
