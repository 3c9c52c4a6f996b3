//! The screens. Knows the questions of `api` and the pure crates; never the desk, storage, vendors
//! or secrets.

#![expect(unreachable_pub, reason = "the component macro makes a public struct of each")]

mod centre;
mod chain_columns;
mod commands;
mod components;
mod contexts;
mod erased;
mod installation;
mod keymap;
mod level_choices;
mod level_file;
mod live;
mod once_there;
mod page_title;
mod pages;
mod panes;
mod shell;
mod take_over;

use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::{Lazy, ParamSegment, SsrMode, path};

use centre::{Centre, CentrePath};
pub use components::{News, NewsOfPage, news_html};
pub use contexts::Preferences;
pub use pages::{
    AccountPage, Announced, Appearance, AskedIn, CodePage, Dashboard, Happened, LeavingPage,
    Logged, OnDesk, PasskeyDoor, PeoplePage, ResetPage, RestorePage, RoleChoice, Saved, SettingsOf,
    SettingsPart, ShownAppearance, ShownData, ShownElsewhere, ShownKey, ShownLimit, ShownPasskey,
    ShownPasskeys, ShownProfile, ShownPrograms, ShownSecurity, SignedIn, TierChoices, TypedEmail,
    UndoForm, UsagePlot, UsedBy, account_document, announcements_document, code_document,
    dashboard_document, leaving_document, password_reset_document, people_document,
    restore_document, settings_document,
};
pub use shell::{PageFiles, shell};
pub use take_over::take_over;

/// The addresses of a desk that differ in what stands in its middle, from the one that the routes
/// of [`App`] name.
pub fn desk_paths(listed: &str) -> Vec<String> {
    let named = format!("/{}/", Centre::default().as_str());
    let rest = listed.strip_prefix(&named);
    let others = Centre::ALL.into_iter().filter(|one| *one != Centre::default());
    rest.map_or_else(Vec::new, |rest| {
        others.map(|one| format!("/{}/{rest}", one.as_str())).collect()
    })
}

/// The whole application: what every page shares, and which address shows which page.
#[component]
pub fn App() -> impl IntoView {
    page_title::provide();
    contexts::provide();
    view! {
        <Router>
            <FlatRoutes fallback=|| view! { <pages::MissingPage /> }>
                // Sent when it is whole: what came a moment later would be put in by a script, and
                // move down what stands below.
                <Route
                    path=(CentrePath, ParamSegment("symbol"))
                    view=pages::DeskPage
                    ssr=SsrMode::Async
                />
                <Route path=path!("/developers") view={Lazy::<pages::DevelopersPage>::new()} />
                <Route path=path!("/styleguide") view={Lazy::<pages::StyleguidePage>::new()} />
            </FlatRoutes>
        </Router>
    }
}
