//! What distant screens share: the live tape, the trader's preferences, how the desk stands on this
//! device, and the title that the server writes. No other context exists.

use crate::erased::follow;
use chart::Layout;
use leptos::prelude::*;

use crate::chain_columns::ChainColumn;
use crate::installation::{Installation, keep_installed};
use crate::level_choices::LevelChoices;
use crate::live::LiveTape;
use crate::page_title::WrittenTitle;
use crate::panes::Panes;

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

/// The colours of rising and falling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colors {
    /// Green and red.
    #[default]
    GreenRed,
    /// Blue and orange, which more eyes tell apart.
    BlueOrange,
}

impl Colors {
    /// Both.
    pub const ALL: [Self; 2] = [Self::GreenRed, Self::BlueOrange];

    /// The name in the document and the cookie.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GreenRed => "green-red",
            Self::BlueOrange => "blue-orange",
        }
    }

    /// The name on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::GreenRed => "Green and red",
            Self::BlueOrange => "Blue and orange",
        }
    }
}

/// How much room a row takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Density {
    /// Room to breathe.
    #[default]
    Comfortable,
    /// More rows on the screen; where a finger points, they stay as high as it needs.
    Compact,
}

impl Density {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Comfortable, Self::Compact];

    /// The name in the document and the cookie.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Comfortable => "comfortable",
            Self::Compact => "compact",
        }
    }

    /// The name on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Comfortable => "Comfortable",
            Self::Compact => "Compact",
        }
    }
}

/// What a row of the watchlist tells besides the price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchColumn {
    /// The day as a line.
    Day,
    /// The change since the previous close, in points.
    Points,
    /// The same in percent.
    Percent,
    /// The nearest level.
    Nearest,
    /// How much of an average day's range is used.
    AtrUsed,
}

impl WatchColumn {
    /// Every column.
    pub const ALL: [Self; 5] =
        [Self::Day, Self::Points, Self::Percent, Self::Nearest, Self::AtrUsed];

    /// The name on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "Day",
            Self::Points => "Points",
            Self::Percent => "Percent",
            Self::Nearest => "Nearest level",
            Self::AtrUsed => "ATR used",
        }
    }

    fn letter(self) -> char {
        match self {
            Self::Day => 'd',
            Self::Points => 'p',
            Self::Percent => 'c',
            Self::Nearest => 'n',
            Self::AtrUsed => 'a',
        }
    }
}

/// What a trader chose on this device; kept in one cookie, so that the server's first page looks
/// right already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preferences {
    /// Dark or light.
    pub theme: Theme,
    /// How many levels are shown.
    pub depth: Depth,
    /// The charts as they were last.
    pub layout: Layout,
    /// What a row of the watchlist tells.
    pub watch_columns: Vec<WatchColumn>,
    /// The colours of rising and falling.
    pub colors: Colors,
    /// Which levels, in which order, in which colours.
    pub levels: LevelChoices,
    /// What this device chose of levels, in the cookie's words, while those of a link are shown.
    pub own_levels: Option<String>,
    /// How much room a row takes.
    pub density: Density,
    /// How the desk is divided.
    pub panes: Panes,
    /// What a chain tells of each contract, from the outside to the strike.
    pub chain_columns: Vec<ChainColumn>,
    /// Whether the tour was taken, or declined.
    pub is_toured: bool,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            theme: Theme::default(),
            depth: Depth::default(),
            layout: Layout::default(),
            watch_columns: vec![WatchColumn::Day, WatchColumn::Percent, WatchColumn::Nearest],
            colors: Colors::default(),
            levels: LevelChoices::default(),
            own_levels: None,
            density: Density::default(),
            panes: Panes::default(),
            chain_columns: ChainColumn::FIRST.to_vec(),
            is_toured: false,
        }
    }
}

impl Theme {
    /// The name in the document and the cookie.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
        }
    }

    /// The colour of the window around the page.
    pub fn color(self) -> &'static str {
        match self {
            Self::Dark => "#0b0e14",
            Self::Light => "#f6f7f9",
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
    pub const COOKIE: &'static str = "volaris";
    /// The name of the cookie that holds the charts.
    const CHART_COOKIE: &'static str = "volaris_chart";

    /// Reads a `Cookie` header; what is not understood keeps its default.
    pub fn from_cookies(header: &str) -> Self {
        let cookie = |sought: &str| {
            let mut pairs = header.split(';').filter_map(|pair| pair.trim().split_once('='));
            pairs.find(|(name, _)| *name == sought).map_or("", |(_, value)| value)
        };
        let mut preferences = Self::default();
        for word in cookie(Self::COOKIE).split('.') {
            match word {
                "light" => preferences.theme = Theme::Light,
                "compact" => preferences.density = Density::Compact,
                "toured" => preferences.is_toured = true,
                "blue-orange" => preferences.colors = Colors::BlueOrange,
                _ => {
                    preferences.read_level_word(word);
                    if let Some(word) = word.strip_prefix("panes-") {
                        preferences.panes = Panes::of_word(word);
                    }
                    if let Some(letters) = word.strip_prefix("chain-") {
                        preferences.chain_columns = ChainColumn::of_letters(letters);
                    }
                    if let Some(letters) = word.strip_prefix("watch-") {
                        let is_chosen = |one: &WatchColumn| letters.contains(one.letter());
                        preferences.watch_columns =
                            WatchColumn::ALL.into_iter().filter(is_chosen).collect();
                    }
                }
            }
        }
        let chart = cookie(Self::CHART_COOKIE);
        // A cookie may not hold a comma.
        (preferences.layout, _) = Layout::from_text(&chart.replace('~', ","));
        preferences
    }

    /// As a device keeps them: all but the charts, and the charts.
    pub fn cookies(&self) -> [String; 2] {
        let keep = "; path=/; max-age=31536000; samesite=lax";
        let layout = self.layout.to_string().replace(',', "~");
        let theme = self.theme.as_str();
        let levels = self.own_levels.clone().unwrap_or_else(|| self.level_words());
        let columns = self.column_letters();
        let toured = if self.is_toured { ".toured" } else { "" };
        [
            format!(
                "{}={theme}.{levels}.{}.{}.watch-{columns}.panes-{}.chain-{}{toured}{keep}",
                Self::COOKIE,
                self.colors.as_str(),
                self.density.as_str(),
                self.panes.word(),
                ChainColumn::letters(&self.chain_columns),
            ),
            format!("{}={}{keep}", Self::CHART_COOKIE, layout),
        ]
    }

    /// What is chosen of levels, as the cookie and an address write it.
    pub(crate) fn level_words(&self) -> String {
        format!("{}{}", self.depth.as_str(), self.levels.words())
    }

    /// Shows levels as an address says; the device keeps its own until somebody chooses here.
    /// Whether all of it was understood.
    pub(crate) fn show_levels(&mut self, words: &str) -> bool {
        let own = self.level_words();
        self.own_levels.get_or_insert(own);
        (self.depth, self.levels) = Default::default();
        words.split('.').for_each(|word| self.read_level_word(word));
        self.level_words() == words
    }

    fn read_level_word(&mut self, word: &str) {
        match Depth::ALL.into_iter().find(|depth| depth.as_str() == word) {
            Some(depth) => self.depth = depth,
            None => self.levels.read(word),
        }
    }

    /// So many levels, whatever was switched by hand before.
    pub(crate) fn choose_depth(&mut self, depth: Depth) {
        self.depth = depth;
        self.levels.groups.clear();
    }

    /// Shows a column of the watchlist, or hides it.
    pub(crate) fn toggle_column(&mut self, column: WatchColumn) {
        let is_shown = self.watch_columns.contains(&column);
        let stays = |one: &WatchColumn| if *one == column { !is_shown } else { self.shows(*one) };
        self.watch_columns = WatchColumn::ALL.into_iter().filter(stays).collect();
    }

    /// A letter for each column of the watchlist.
    pub(crate) fn column_letters(&self) -> String {
        self.watch_columns.iter().map(|column| column.letter()).collect()
    }

    /// Whether the watchlist has a column.
    pub(crate) fn shows(&self, column: WatchColumn) -> bool {
        self.watch_columns.contains(&column)
    }

    /// Keeps them for the next visit and shows the theme.
    fn keep(&self) {
        let document = document();
        if let Some(root) = document.document_element() {
            let _ = root.set_attribute("data-theme", self.theme.as_str());
            let _ = root.set_attribute("data-colors", self.colors.as_str());
            let _ = root.set_attribute("data-density", self.density.as_str());
        }
        for cookie in self.cookies() {
            let _ = js_sys::Reflect::set(&document, &"cookie".into(), &cookie.into());
        }
    }
}

/// Makes the contexts; once, at the root.
pub(crate) fn provide() {
    if !cfg!(target_arch = "wasm32") {
        provide_context(WrittenTitle::default());
    }
    // On the server the request's own preferences are there already.
    let first = use_context::<Preferences>().unwrap_or_else(preferences_of_browser);
    let preferences = RwSignal::new(first);
    provide_context(preferences);
    Effect::watch(move || preferences.get(), |chosen, _, _| chosen.keep(), false);
    let tape = LiveTape::new();
    provide_context(tape);
    let installation = Installation::new();
    provide_context(installation);
    follow(move || {
        tape.connect();
        leptos::task::spawn_local(keep_installed(tape, installation));
    });
}

/// Lets what is shown among other things, as in the style guide, follow other choices than the
/// trader's.
pub(crate) fn provide_other(preferences: Preferences) {
    provide_context(RwSignal::new(preferences));
}

/// In the context of dialogs that stand among other things, as in the style guide: there nothing
/// may take the focus, or lie over the rest.
#[derive(Clone, Copy)]
struct InPlace;

/// Has dialogs stand where they are.
pub(crate) fn provide_in_place() {
    provide_context(InPlace);
}

/// Whether dialogs stand where they are.
pub(crate) fn is_in_place() -> bool {
    use_context::<InPlace>().is_some()
}

fn preferences_of_browser() -> Preferences {
    if !cfg!(target_arch = "wasm32") {
        return Preferences::default();
    }
    let cookies = js_sys::Reflect::get(&document(), &"cookie".into()).ok();
    Preferences::from_cookies(&cookies.and_then(|text| text.as_string()).unwrap_or_default())
}

/// How the desk stands on this device.
pub(crate) fn installation() -> Installation {
    expect_context()
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
    use crate::level_choices::LevelFilter;
    use quant::levels::LevelGroup;

    #[test]
    fn preferences_survive_the_cookie_and_nonsense_does_not() {
        for theme in [Theme::Dark, Theme::Light] {
            for depth in Depth::ALL {
                let mut layout = Layout::default();
                layout.arrange(4);
                let mut setup = layout.chart().setup.clone();
                setup.add(chart::Study::Macd(12, 26, 9));
                layout.set_up(3, setup);
                let mut chosen = Preferences { theme, depth, layout, ..Preferences::default() };
                chosen.toggle_column(WatchColumn::AtrUsed);
                chosen.toggle_column(WatchColumn::Day);
                chosen.colors = Colors::BlueOrange;
                chosen.density = Density::Compact;
                chosen.levels.filter = LevelFilter::Untouched;
                chosen.panes.move_to(crate::panes::Divider::Side, 20);
                chosen.chain_columns = vec![ChainColumn::Mid, ChainColumn::Vega];
                chosen.is_toured = depth == Depth::All;
                chosen.levels.switch(LevelGroup::Round, true);
                chosen.levels.switch(LevelGroup::PriorDay, false);
                chosen.levels.switch(LevelGroup::Round, false);
                let [first, second] = chosen.cookies().map(|cookie| {
                    cookie.split_once(';').expect("a cookie has attributes").0.to_owned()
                });
                assert!(!second.contains(','), "{second}");
                assert_eq!(Preferences::from_cookies(&format!("a=b; {first}; {second}")), chosen);
            }
        }
        assert_eq!(Preferences::from_cookies("volaris=<script>"), Preferences::default());
        let unknown = "volaris=dark.Key.sepia.panes-99-x-q.watch-dcnz.groups-%.tomorrow";
        let read = Preferences::from_cookies(unknown);
        let mut panes = Panes::default();
        panes.move_to(crate::panes::Divider::Side, 99);
        assert_eq!(read, Preferences { panes, ..Preferences::default() });
        assert_eq!(Preferences::from_cookies(""), Preferences::default());
    }

    #[test]
    fn levels_of_a_link_are_shown_and_not_kept() {
        let mut chosen = Preferences { depth: Depth::Pivots, ..Preferences::default() };
        chosen.levels.switch(LevelGroup::Round, true);
        let kept = |chosen: &Preferences| chosen.cookies()[0].clone();
        let own = kept(&chosen);
        assert!(chosen.show_levels("All.only-near.order-group.colors-a3"));
        assert_eq!((chosen.depth, chosen.levels.filter), (Depth::All, LevelFilter::Near));
        assert_eq!(chosen.levels.switched(LevelGroup::Round), None);
        assert_eq!(kept(&chosen), own);
        // Another link on the same page: the device's own are still those before the first.
        for hostile in ["", "<script>", "Key.only-all", "groups-%00", "All.colors-a9"] {
            assert!(!chosen.show_levels(hostile), "{hostile}");
            assert_eq!(kept(&chosen), own);
        }
        assert!(chosen.show_levels("Key"));
        chosen.own_levels = None;
        let read = Preferences::from_cookies(kept(&chosen).split_once(';').expect("a cookie").0);
        assert_eq!((read.depth, &read.levels), (Depth::Key, &LevelChoices::default()));
    }

    #[test]
    fn what_the_version_before_layouts_kept_is_read_whole() {
        let kept = "volaris=light.Pivots; \
                    volaris_chart=style=area&scale=log&studies=volume~macd-12-26-9:30:off";
        let read = Preferences::from_cookies(kept);
        assert_eq!((read.theme, read.depth), (Theme::Light, Depth::Pivots));
        assert_eq!(read.layout.charts().len(), 1);
        let setup = &read.layout.chart().setup;
        assert_eq!((setup.style, setup.scale), (chart::ChartStyle::Area, chart::ScaleMode::Log));
        assert!(setup.has(chart::Study::Macd(12, 26, 9)) && setup.has(chart::Study::Volume));
        assert_eq!(setup.studies.len(), 2);
    }
}
