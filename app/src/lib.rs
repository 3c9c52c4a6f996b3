//! The screens. Knows the questions of `api` and the pure crates; never the desk, storage, vendors
//! or secrets.

#![expect(unreachable_pub, reason = "the component macro makes a public struct of each")]

mod commands;
mod components;
mod contexts;
mod erased;
mod installation;
mod keymap;
mod level_choices;
mod level_file;
mod live;
mod page_title;
mod pages;
mod panes;
mod shell;
mod take_over;

use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::{Lazy, path};

pub use contexts::Preferences;
pub use shell::{PageFiles, shell};
pub use take_over::take_over;

/// The whole application: what every page shares, and which address shows which page.
#[component]
pub fn App() -> impl IntoView {
    page_title::provide();
    contexts::provide();
    view! {
        <Router>
            <FlatRoutes fallback=|| view! { <pages::MissingPage /> }>
                <Route path=path!("/chart/:symbol") view=pages::DeskPage />
                <Route path=path!("/developers") view={Lazy::<pages::DevelopersPage>::new()} />
                <Route path=path!("/styleguide") view={Lazy::<pages::StyleguidePage>::new()} />
            </FlatRoutes>
        </Router>
    }
}
