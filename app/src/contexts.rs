//! What distant screens share: the live tape and the trader's preferences. No other context exists.

use leptos::prelude::*;

use crate::live::LiveTape;

/// Dark or light.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Light on dark; the first thing a trader sees.
    #[default]
    Dark,
    /// Dark on light.
    Light,
}

/// How many levels the ladder and the chart show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// Those that most traders watch.
    #[default]
    Key,
    /// And every kind of pivot.
    Pivots,
    /// And averages, bands and round numbers.
    All,
}

/// What a trader chose on this device; kept in one cookie, so that the server's first page looks
/// right already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    /// Dark or light.
    pub theme: Theme,
    /// How many levels are shown.
    pub depth: Depth,
}

impl Theme {
    /// The name in the document and the cookie.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
        }
    }

    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::Dark => Self::Light,
            Self::Light => Self::Dark,
        }
    }
}

impl Depth {
    /// Every depth, fewest levels first.
    pub const ALL: [Self; 3] = [Self::Key, Self::Pivots, Self::All];

    /// The name on the screen and in the cookie.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Key => "Key",
            Self::Pivots => "Pivots",
            Self::All => "All",
        }
    }
}

impl Preferences {
    /// The cookie's name.
    const COOKIE: &'static str = "volaris";

    /// Reads a `Cookie` header; what is not understood keeps its default.
    pub fn from_cookies(header: &str) -> Self {
        let ours = header
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == Self::COOKIE);
        let mut preferences = Self::default();
        for word in ours.map_or("", |(_, value)| value).split('.') {
            match word {
                "light" => preferences.theme = Theme::Light,
                "Pivots" => preferences.depth = Depth::Pivots,
                "All" => preferences.depth = Depth::All,
                _ => {}
            }
        }
        preferences
    }

    fn cookie(self) -> String {
        format!(
            "{}={}.{}; path=/; max-age=31536000; samesite=lax",
            Self::COOKIE,
            self.theme.as_str(),
            self.depth.as_str()
        )
    }

    /// Keeps them for the next visit and shows the theme.
    fn keep(self) {
        let document = document();
        if let Some(root) = document.document_element() {
            let _ = root.set_attribute("data-theme", self.theme.as_str());
        }
        let _ = js_sys::Reflect::set(&document, &"cookie".into(), &self.cookie().into());
    }
}

/// Makes the contexts; once, at the root.
pub(crate) fn provide() {
    // On the server the request's own preferences are there already.
    let first = use_context::<Preferences>().unwrap_or_else(preferences_of_browser);
    let preferences = RwSignal::new(first);
    provide_context(preferences);
    Effect::watch(move || preferences.get(), |chosen, _, _| chosen.keep(), false);
    let tape = LiveTape::new();
    provide_context(tape);
    Effect::new(move || tape.connect());
}

fn preferences_of_browser() -> Preferences {
    if !cfg!(target_arch = "wasm32") {
        return Preferences::default();
    }
    let cookies = js_sys::Reflect::get(&document(), &"cookie".into()).ok();
    Preferences::from_cookies(&cookies.and_then(|text| text.as_string()).unwrap_or_default())
}

/// The live tape of this page.
pub(crate) fn live_tape() -> LiveTape {
    expect_context()
}

/// The trader's preferences on this device.
pub(crate) fn preferences() -> RwSignal<Preferences> {
    expect_context()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferences_survive_the_cookie_and_nonsense_does_not() {
        for theme in [Theme::Dark, Theme::Light] {
            for depth in Depth::ALL {
                let chosen = Preferences { theme, depth };
                let cookie = chosen.cookie();
                let (pair, _) = cookie.split_once(';').expect("a cookie has attributes");
                assert_eq!(Preferences::from_cookies(&format!("a=b; {pair}")), chosen);
            }
        }
        assert_eq!(Preferences::from_cookies("volaris=<script>"), Preferences::default());
        assert_eq!(Preferences::from_cookies(""), Preferences::default());
    }
}
