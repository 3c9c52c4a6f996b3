//! The settings: a frame with the ways to its parts, each a plain document that the server writes.
//! Whatever is changed in one is saved at once, and most of it has a way back.

mod appearance;
mod data;
mod profile;
mod programs;
mod protect;
mod security;

use leptos::prelude::*;

use crate::contexts::Preferences;
use crate::erased::Erase;
use crate::pages::document::{around, said_before};
use crate::shell::PageFiles;
pub use appearance::{Appearance, ShownAppearance};
pub use data::ShownData;
pub use profile::{ShownLimit, ShownProfile};
pub use programs::{ShownKey, ShownPrograms};
pub(super) use security::first_password;
pub use security::{Happened, ShownElsewhere, ShownSecurity, SignedIn};

/// Who looks at the settings.
#[derive(Clone, Debug)]
pub struct SettingsOf {
    /// What others call them.
    pub called: String,
    /// Whether others are this person's business.
    pub leads: bool,
}

/// What one of the parts shows.
#[derive(Clone, Debug)]
pub enum SettingsPart {
    /// Who somebody is on this desk.
    Profile(ShownProfile),
    /// How the desk looks.
    Appearance(ShownAppearance),
    /// What a sign-in takes, and where there is one.
    Security(ShownSecurity),
    /// The keys that programs ask with.
    Programs(ShownPrograms),
    /// Taking everything along, and having it deleted.
    Data(ShownData),
    /// The form that makes the first account.
    Protect,
}

/// What was saved a moment ago.
#[derive(Clone, Debug, Default)]
pub struct Saved {
    /// In words.
    pub told: String,
    /// What takes it back, where there is a way.
    pub undo: Option<UndoForm>,
}

/// A form of one hidden field that posts what was before.
#[derive(Clone, Debug)]
pub struct UndoForm {
    /// Where to.
    pub action: &'static str,
    /// The field.
    pub field: &'static str,
    /// What was before.
    pub was: String,
}

impl SettingsPart {
    fn title(&self) -> &'static str {
        match self {
            Self::Profile(_) => "Profile",
            Self::Appearance(_) => "Appearance",
            Self::Security(_) => "Security",
            Self::Programs(_) => "Programs",
            Self::Data(_) => "Your data",
            Self::Protect => "Protect this desk",
        }
    }
}

/// The parts of who is signed in, and their addresses.
const PARTS: [(&str, &str); 5] = [
    ("/settings/profile", "Profile"),
    ("/settings/appearance", "Appearance"),
    ("/settings/security", "Security"),
    ("/settings/programs", "Programs"),
    ("/settings/data", "Your data"),
];
/// Those of a desk without accounts.
const PARTS_ALONE: [(&str, &str); 3] = [
    ("/settings/appearance", "Appearance"),
    ("/settings/data", "Your data"),
    ("/settings/protect", "Protect this desk"),
];
/// The pages of those who lead a desk.
const LEADING: [(&str, &str); 4] = [
    ("/people", "People"),
    ("/people/usage", "Usage and health"),
    ("/people/announcements", "Announcements"),
    ("/people/log", "Audit log"),
];

/// One of the parts as a whole document, of somebody or of a desk without accounts. `said` is a
/// word of what was tried before, `saved` what was saved then.
pub fn settings_document(
    (files, preferences): (&PageFiles, &Preferences),
    of: Option<SettingsOf>,
    part: SettingsPart,
    said: &str,
    saved: Option<Saved>,
) -> String {
    let title = part.title();
    let body = match part {
        SettingsPart::Profile(shown) => profile::profile(shown),
        SettingsPart::Appearance(shown) => appearance::appearance(shown),
        SettingsPart::Security(shown) => security::security(shown),
        SettingsPart::Programs(shown) => programs::programs(shown),
        SettingsPart::Data(shown) => data::data(shown),
        SettingsPart::Protect => protect::protect(),
    };
    let body = view! { {said_before(said)} {saved.map(saved_before)} {body} };
    among_settings((files, preferences), of, title, body.erase())
}

/// A page as one of the settings, with the ways to the others.
pub(super) fn among_settings(
    (files, preferences): (&PageFiles, &Preferences),
    of: Option<SettingsOf>,
    title: &'static str,
    body: AnyView,
) -> String {
    let ways = ways(of.as_ref(), title);
    let main = view! {
        <div class="account settings">
            {head(of)} {ways} <main class="settings__part">
                <h1>{title}</h1>
                {body}
            </main>
        </div>
    };
    around(files, preferences, &format!("{title} · Settings"), main.erase())
}

/// Whose settings these are, and the ways out of them.
fn head(of: Option<SettingsOf>) -> AnyView {
    let who = of.map(|SettingsOf { called, .. }| {
        view! {
            <span class="settings__who">{called}</span>
            <form method="post" action="/account/sign-out">
                <button>"Sign out"</button>
            </form>
        }
        .into_any()
    });
    view! {
        <header class="settings__head">
            <p class="account__brand">
                "Vol"<b>"aris"</b> <span class="settings__where">" Settings"</span>
            </p>
            {who}
            <a href="/">"Back to the desk"</a>
        </header>
    }
    .erase()
}

/// The ways to all parts from the one of this title.
fn ways(of: Option<&SettingsOf>, here: &'static str) -> AnyView {
    let parts = match of {
        Some(_) => &PARTS[..],
        None => &PARTS_ALONE[..],
    };
    let link = |(address, words): &(&'static str, &'static str)| {
        let is_here = (*words == here).then_some("page");
        view! {
            <li>
                <a href=*address aria-current=is_here>
                    {*words}
                </a>
            </li>
        }
        .into_any()
    };
    let leading = of.filter(|of| of.leads).map(|_| {
        view! {
            <h2 id="leading">"This desk"</h2>
            <ul aria-labelledby="leading">{LEADING.iter().map(link).collect_view()}</ul>
        }
        .into_any()
    });
    view! {
        <nav class="settings__ways" aria-label="Settings">
            <ul>{parts.iter().map(link).collect_view()}</ul>
            {leading}
        </nav>
    }
    .erase()
}

/// What was saved, beside what takes it back.
fn saved_before(Saved { told, undo }: Saved) -> AnyView {
    let undo = undo.map(|UndoForm { action, field, was }| {
        view! {
            <form method="post" action=action>
                <input type="hidden" name=field value=was />
                <button>"Undo"</button>
            </form>
        }
        .into_any()
    });
    view! {
        <div class="account__said settings__saved" id="saved" data-good="true" role="status">
            <span>{told}</span>
            {undo}
        </div>
    }
    .erase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::passkeys::{PasskeyDoor, ShownPasskey, ShownPasskeys};
    use market::Moment;

    fn html(part: SettingsPart, of: Option<SettingsOf>, saved: Option<Saved>) -> String {
        let (files, preferences) = (PageFiles::default(), Preferences::default());
        settings_document((&files, &preferences), of, part, "", saved)
    }

    fn ada() -> SettingsOf {
        SettingsOf { called: "Ada".to_owned(), leads: false }
    }

    #[test]
    fn what_others_wrote_is_text() {
        let evil = "\"><script>alert(1)</script>".to_owned();
        let sign_in = SignedIn {
            hash: evil.clone(),
            device: evil.clone(),
            since: Moment(0),
            seen_at: Moment(0),
            is_here: false,
        };
        let happened =
            Happened { at: Moment(0), what: "", device: evil.clone(), network: evil.clone() };
        let key = ShownKey {
            id: evil.clone(),
            name: evil.clone(),
            scope: "",
            tail: evil.clone(),
            made_at: Moment(0),
            used_at: None,
        };
        let profile = ShownProfile {
            name: evil.clone(),
            email: evil.clone(),
            role: "",
            since: Moment(0),
            tier: None,
        };
        let security = ShownSecurity {
            email: evil.clone(),
            has_password: true,
            recovery_left: None,
            passkeys: Some(ShownPasskeys {
                door: PasskeyDoor::Elsewhere { origin: evil.clone() },
                has_password: true,
                all: vec![ShownPasskey {
                    id: evil.clone(),
                    name: evil.clone(),
                    made_at: Moment(0),
                    used_at: None,
                }],
            }),
            elsewhere: Some(ShownElsewhere {
                name: Some(evil.clone()),
                linked: vec![(evil.clone(), Moment(0))],
                has_password: true,
            }),
            sign_ins: vec![sign_in],
            happened: vec![happened],
        };
        for part in [
            SettingsPart::Profile(profile),
            SettingsPart::Security(security),
            SettingsPart::Programs(ShownPrograms { keys: vec![key], has_password: true }),
        ] {
            let of = SettingsOf { called: evil.clone(), leads: true };
            let undo = UndoForm { action: "/settings", field: "name", was: evil.clone() };
            let saved = Saved { told: evil.clone(), undo: Some(undo) };
            let html = html(part, Some(of), Some(saved));
            assert!(!html.contains("<script"), "{html}");
        }
    }

    #[test]
    fn the_ways_are_those_of_who_looks() {
        let ways = |of| {
            html(SettingsPart::Data(ShownData { has_account: true, may_restore: false }), of, None)
        };
        let (alone, member) = (ways(None), ways(Some(ada())));
        let leader = ways(Some(SettingsOf { leads: true, ..ada() }));
        for (path, expected) in [
            ("/settings/appearance", [true, true, true]),
            ("/settings/data", [true, true, true]),
            ("/settings/protect", [true, false, false]),
            ("/settings/security", [false, true, true]),
            ("/settings/programs", [false, true, true]),
            ("/account/sign-out", [false, true, true]),
            ("/people", [false, false, true]),
            ("/people/log", [false, false, true]),
        ] {
            let found =
                [&alone, &member, &leader].map(|html| html.contains(&format!("\"{path}\"")));
            assert_eq!(found, expected, "{path}");
        }
        assert!(member.contains("href=\"/settings/data\" aria-current=\"page\""), "{member}");
        assert_eq!(member.matches("aria-current").count(), 1);
    }
}
