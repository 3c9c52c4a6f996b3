//! How the desk looks: each choice is one press, kept in the browser as the desk itself keeps it,
//! and, if somebody says so, with the account for their other browsers.

use leptos::prelude::*;

use crate::contexts::{Colors, Density, Preferences, Theme};
use crate::erased::Erase;

/// What of a device's preferences is the same on all of somebody's browsers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Appearance {
    theme: Theme,
    colors: Colors,
    density: Density,
}

/// What the part shows.
#[derive(Clone, Copy, Debug)]
pub struct ShownAppearance {
    /// How the browser that asks looks.
    pub here: Appearance,
    /// How others begin to look, where there is an account.
    pub elsewhere: Option<Option<Appearance>>,
}

impl Appearance {
    /// That of a device.
    pub fn of(preferences: &Preferences) -> Self {
        let Preferences { theme, colors, density, .. } = *preferences;
        Self { theme, colors, density }
    }

    /// In the cookie's own words: `light.blue-orange.compact`.
    pub fn words(self) -> String {
        [self.theme.as_str(), self.colors.as_str(), self.density.as_str()].join(".")
    }

    /// Out of its words; nothing where one of them is none.
    pub fn of_words(words: &str) -> Option<Self> {
        let mut read = Self::default();
        words.split('.').all(|word| read.choose(word).is_some()).then_some(read)
    }

    /// Chooses what a word of the cookie means, and gives the word of what was there before;
    /// nothing where it means nothing.
    pub fn choose(&mut self, word: &str) -> Option<&'static str> {
        if let Some(theme) = THEMES.into_iter().find(|one| one.as_str() == word) {
            return Some(std::mem::replace(&mut self.theme, theme).as_str());
        }
        if let Some(colors) = Colors::ALL.into_iter().find(|one| one.as_str() == word) {
            return Some(std::mem::replace(&mut self.colors, colors).as_str());
        }
        let density = Density::ALL.into_iter().find(|one| one.as_str() == word)?;
        Some(std::mem::replace(&mut self.density, density).as_str())
    }

    /// As it is read: `Light, blue and orange, compact`.
    pub fn told(self) -> String {
        let Self { theme, colors, density } = self;
        let rest = format!("{}, {}", colors.name(), density.name()).to_lowercase();
        format!("{}, {rest}", theme_name(theme))
    }

    /// A device that looks like this, whatever else it prefers.
    pub fn on(self, preferences: Preferences) -> Preferences {
        let Self { theme, colors, density } = self;
        Preferences { theme, colors, density, ..preferences }
    }
}

/// Both, the first one first.
const THEMES: [Theme; 2] = [Theme::Dark, Theme::Light];

fn theme_name(theme: Theme) -> &'static str {
    match theme {
        Theme::Dark => "Dark",
        Theme::Light => "Light",
    }
}

/// A press: its word, its name, and whether it is how it is now.
type Choice = (&'static str, &'static str, bool);

pub(super) fn appearance(ShownAppearance { here, elsewhere }: ShownAppearance) -> AnyView {
    let themes = THEMES.map(|one| (one.as_str(), theme_name(one), one == here.theme));
    let colors = Colors::ALL.map(|one| (one.as_str(), one.name(), one == here.colors));
    let densities = Density::ALL.map(|one| (one.as_str(), one.name(), one == here.density));
    view! {
        <p class="account__note">
            "Each press is kept in this browser at once. The desk shows it when it is loaded next."
        </p>
        {choices("theme", "Theme", &themes)}
        {choices("colors", "Rising and falling", &colors)}
        {choices("density", "Rows", &densities)}
        {elsewhere.map(|kept| other_browsers(here, kept))}
        <p class="account__note">
            "Columns, levels, panes and studies are chosen where they stand on the desk. Its keys \
             are listed and changed by pressing "<kbd>"?"</kbd>" there; single-letter keys are \
             switched off there too."
        </p>
    }
    .erase()
}

fn choices(id: &'static str, title: &'static str, all: &[Choice]) -> AnyView {
    let press = |(word, name, is_so): &Choice| {
        let is_colors = id == "colors";
        let swatches = is_colors.then(|| {
            view! {
                <span class="settings__swatches" data-sample=*word aria-hidden="true">
                    <i>"▲"</i>
                    <i>"▼"</i>
                </span>
            }
            .into_any()
        });
        view! {
            <button name="look" value=*word aria-pressed=is_so.to_string()>
                {swatches}
                {*name}
            </button>
        }
        .into_any()
    };
    view! {
        <section aria-labelledby=id>
            <h2 id=id>{title}</h2>
            <form
                class="settings__choices"
                method="post"
                action="/settings/appearance"
                aria-labelledby=id
            >
                {all.iter().map(press).collect_view()}
            </form>
        </section>
    }
    .erase()
}

/// What a browser begins with that somebody signs in with for the first time.
fn other_browsers(here: Appearance, kept: Option<Appearance>) -> AnyView {
    let told = match kept {
        None => "A browser that you sign in with for the first time begins as every desk does: \
                 dark, green and red, comfortable."
            .to_owned(),
        Some(kept) => format!(
            "A browser that you sign in with for the first time begins like this: {}.",
            kept.told()
        ),
    };
    let keep = (kept != Some(here)).then(|| {
        view! {
            <button name="kept" value=here.words()>
                "Use these on every browser I sign in with"
            </button>
        }
        .into_any()
    });
    let forget = kept.map(|_| {
        view! {
            <button name="kept" value="">
                "Begin as every desk does"
            </button>
        }
        .into_any()
    });
    view! {
        <section aria-labelledby="elsewhere">
            <h2 id="elsewhere">"Other browsers"</h2>
            <p>{told} " Those that chose for themselves stay as they are."</p>
            <form class="settings__choices" method="post" action="/settings/appearance/keep">
                {keep}
                {forget}
            </form>
        </section>
    }
    .erase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_appearance_is_read_from_its_words() {
        let mut chosen = Appearance::default();
        assert_eq!(chosen.words(), "dark.green-red.comfortable");
        for (word, was) in [("light", "dark"), ("blue-orange", "green-red"), ("light", "light")] {
            assert_eq!(chosen.choose(word), Some(was));
        }
        assert_eq!(chosen.choose("compact"), Some("comfortable"));
        assert_eq!(chosen.told(), "Light, blue and orange, compact");
        assert_eq!(Appearance::of_words(&chosen.words()), Some(chosen));
        for words in ["", "sepia", "light.sepia", "light.", "toured"] {
            assert_eq!(Appearance::of_words(words), None, "{words}");
            assert_eq!(chosen.choose(words), None, "{words}");
        }
    }

    #[test]
    fn a_device_keeps_what_else_it_prefers() {
        let cookie = "volaris=dark.All.green-red.comfortable.watch-p.chain-m.toured";
        let before = Preferences::from_cookies(cookie);
        let mut look = Appearance::of(&before);
        look.choose("compact");
        let after = look.on(before.clone());
        assert_eq!(Appearance::of(&after).words(), "dark.green-red.compact");
        assert_eq!(Appearance::of(&before).on(after), before);
    }
}
