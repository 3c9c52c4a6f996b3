//! How a chart is set up: all of it fits in an address, so that it can be shared and kept.

use std::fmt;
use std::ops::RangeInclusive;

use market::Symbol;

use crate::scale::ScaleMode;
use crate::shape::Ink;
use crate::studies::{ChartStyle, Study};

/// How a chart is set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartSetup {
    /// How bars are drawn.
    pub style: ChartStyle,
    /// How prices become heights.
    pub scale: ScaleMode,
    /// Great prices lie at the bottom.
    pub is_inverted: bool,
    /// What is computed from the bars; panes are in this order.
    pub studies: Vec<ShownStudy>,
    /// Another symbol, drawn in percent beside.
    pub compare: Option<Symbol>,
    /// The crosshair jumps to opens, highs, lows and closes.
    pub is_magnetic: bool,
}

/// A study on a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShownStudy {
    /// Which.
    pub study: Study,
    /// Listed, and not drawn.
    pub is_hidden: bool,
    /// The height of its pane, in percent of the chart's.
    pub percent: u8,
    /// The trader's own colour for it, one of those that tell studies apart.
    pub color: Option<u8>,
}

/// What in a setup was not understood; the rest of it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadSetup(pub String);

impl fmt::Display for BadSetup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadSetup {}

impl Default for ChartSetup {
    fn default() -> Self {
        Self {
            style: ChartStyle::default(),
            scale: ScaleMode::default(),
            is_inverted: false,
            studies: [Study::Volume, Study::Vwap].map(ShownStudy::new).to_vec(),
            compare: None,
            is_magnetic: false,
        }
    }
}

impl ShownStudy {
    /// The height of a pane that nobody dragged.
    pub const PERCENT: u8 = 20;
    /// The heights that a pane can have.
    pub const PERCENTS: RangeInclusive<u8> = 5..=60;

    /// A study as it comes on a chart.
    pub fn new(study: Study) -> Self {
        Self { study, is_hidden: false, percent: Self::PERCENT, color: None }
    }
}

impl fmt::Display for ShownStudy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.study)?;
        if self.percent != Self::PERCENT && self.study.has_pane() {
            write!(f, ":{}", self.percent)?;
        }
        if let Some(color) = self.color.filter(|_| self.study.has_color()) {
            write!(f, ":c{color}")?;
        }
        if self.is_hidden { f.write_str(":off") } else { Ok(()) }
    }
}

impl ChartSetup {
    /// The most studies on one chart.
    pub const STUDIES_MAX: usize = 24;
    /// The names of the parameters.
    pub const PARAMETERS: [&'static str; 6] =
        ["style", "scale", "invert", "studies", "compare", "magnet"];

    /// What is not as usual, as parameters of an address.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        let usual = Self::default();
        let mut told = Vec::new();
        if self.style != usual.style {
            told.push(("style", self.style.as_str().to_owned()));
        }
        if self.scale != usual.scale {
            told.push(("scale", self.scale.as_str().to_owned()));
        }
        if self.is_inverted {
            told.push(("invert", "1".to_owned()));
        }
        if self.studies != usual.studies {
            let words: Vec<String> = self.studies.iter().map(ToString::to_string).collect();
            let words = if words.is_empty() { "none".to_owned() } else { words.join(",") };
            told.push(("studies", words));
        }
        if let Some(symbol) = self.compare {
            told.push(("compare", symbol.to_string()));
        }
        if self.is_magnetic {
            told.push(("magnet", "1".to_owned()));
        }
        told
    }

    /// Reads parameters; what is not understood stays as usual and is complained of.
    pub fn read(parameter: impl Fn(&str) -> Option<String>) -> (Self, Option<BadSetup>) {
        let (mut setup, mut bad) = (Self::default(), None);
        let mut complain = |words: String| {
            bad.get_or_insert(BadSetup(words));
        };
        let short = |text: &str| text.chars().take(24).collect::<String>();
        if let Some(text) = parameter("style") {
            match ChartStyle::ALL.into_iter().find(|style| style.as_str() == text) {
                Some(style) => setup.style = style,
                None => complain(format!("`{}` is no chart style", short(&text))),
            }
        }
        if let Some(text) = parameter("scale") {
            match ScaleMode::ALL.into_iter().find(|mode| mode.as_str() == text) {
                Some(mode) => setup.scale = mode,
                None => complain(format!("`{}` is no scale", short(&text))),
            }
        }
        setup.is_inverted = parameter("invert").is_some_and(|text| text == "1");
        setup.is_magnetic = parameter("magnet").is_some_and(|text| text == "1");
        if let Some(text) = parameter("compare") {
            match text.to_ascii_uppercase().parse() {
                Ok(symbol) => setup.compare = Some(symbol),
                Err(error) => complain(format!("{error}, so nothing is compared")),
            }
        }
        if let Some(text) = parameter("studies") {
            setup.studies.clear();
            for word in text.split(',').filter(|word| *word != "none") {
                match read_study(word) {
                    Ok(one) if setup.has(one.study) => {}
                    Ok(one) if setup.studies.len() < Self::STUDIES_MAX => setup.studies.push(one),
                    Ok(_) => complain(format!("more than {} studies", Self::STUDIES_MAX)),
                    Err(words) => complain(words),
                }
            }
        }
        (setup, bad)
    }

    /// Whether a study is on the chart.
    pub fn has(&self, study: Study) -> bool {
        self.studies.iter().any(|one| one.study == study)
    }

    /// Puts a study on the chart, unless it is there or there are too many.
    pub fn add(&mut self, study: Study) -> bool {
        let is_added = !self.has(study) && self.studies.len() < Self::STUDIES_MAX;
        if is_added {
            self.studies.push(ShownStudy::new(study));
        }
        is_added
    }

    /// Takes a study off.
    pub fn remove(&mut self, study: Study) {
        self.studies.retain(|one| one.study != study);
    }

    /// Puts a study back to where it was, as it was, unless it is there or there is no room.
    pub fn put_back(&mut self, place: usize, one: ShownStudy) {
        if !self.has(one.study) && self.studies.len() < Self::STUDIES_MAX {
            self.studies.insert(place.min(self.studies.len()), one);
        }
    }

    /// Puts `other` in the place of a study, where it is not on the chart already.
    pub fn replace(&mut self, study: Study, other: Study) {
        if study != other && self.has(other) {
            return;
        }
        if let Some(one) = self.studies.iter_mut().find(|one| one.study == study) {
            one.study = other;
        }
    }

    /// Hides a study, or shows it again.
    pub fn toggle(&mut self, study: Study) {
        if let Some(one) = self.studies.iter_mut().find(|one| one.study == study) {
            one.is_hidden = !one.is_hidden;
        }
    }

    /// Gives a study a colour of its own, or takes it away.
    pub fn paint(&mut self, study: Study, color: Option<u8>) {
        if let Some(one) = self.studies.iter_mut().find(|one| one.study == study) {
            one.color = color;
        }
    }

    /// The colour that a study has of its own.
    pub fn color(&self, study: Study) -> Option<u8> {
        self.studies.iter().find(|one| one.study == study)?.color
    }

    /// Moves a study before its neighbour, or behind it: panes among panes, lines among lines.
    pub fn move_study(&mut self, study: Study, is_up: bool) {
        if let Some((place, other)) = self.neighbours(study, is_up) {
            self.studies.swap(place, other);
        }
    }

    /// Whether a study has such a neighbour.
    pub fn can_move(&self, study: Study, is_up: bool) -> bool {
        self.neighbours(study, is_up).is_some()
    }

    /// Where a study is, and its neighbour of the same kind.
    fn neighbours(&self, study: Study, is_up: bool) -> Option<(usize, usize)> {
        let is_same = |n: &usize| self.studies[*n].study.has_pane() == study.has_pane();
        let places: Vec<usize> = (0..self.studies.len()).filter(is_same).collect();
        let place = places.iter().position(|n| self.studies[*n].study == study)?;
        let other = if is_up { place.checked_sub(1)? } else { place + 1 };
        Some((places[place], *places.get(other)?))
    }
}

fn read_study(word: &str) -> Result<ShownStudy, String> {
    let mut parts = word.split(':');
    let study: Study =
        parts.next().unwrap_or_default().parse().map_err(|bad: crate::BadStudy| bad.to_string())?;
    let mut one = ShownStudy::new(study);
    for part in parts {
        let color = part.strip_prefix('c').and_then(|color| color.parse::<u8>().ok());
        match (part, part.parse::<u8>(), color) {
            ("off", ..) => one.is_hidden = true,
            (_, Ok(percent), _) if ShownStudy::PERCENTS.contains(&percent) => {
                one.percent = percent;
            }
            (_, _, Some(color)) if color < Ink::STUDIES && study.has_color() => {
                one.color = Some(color);
            }
            _ => return Err(format!("`{}` is no height and no colour", part.escape_debug())),
        }
    }
    Ok(one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn again(setup: &ChartSetup) -> (ChartSetup, Option<BadSetup>) {
        let told = setup.parameters();
        ChartSetup::read(|name| {
            told.iter().find(|(known, _)| *known == name).map(|(_, text)| text.clone())
        })
    }

    #[test]
    fn a_study_is_put_back_to_where_it_was() {
        let mut setup = ChartSetup::default();
        setup.add(Study::Rsi(14));
        setup.paint(Study::Vwap, Some(3));
        let before = setup.clone();
        let one = setup.studies[1];
        setup.remove(one.study);
        for _ in 0..2 {
            setup.put_back(1, one);
            assert_eq!(setup, before);
        }
        // Others went meanwhile.
        setup.studies.clear();
        setup.put_back(1, one);
        assert_eq!(setup.studies, [one]);
    }

    proptest! {
        #[test]
        fn a_setup_survives_the_address(
            style in prop::sample::select(ChartStyle::ALL.to_vec()),
            scale in prop::sample::select(ScaleMode::ALL.to_vec()),
            is_inverted: bool, is_magnetic: bool,
            studies in prop::sample::subsequence(Study::OFFERED.to_vec(), 0..15),
            percent in 5_u8..=60, is_hidden: bool, color in prop::option::of(0..Ink::STUDIES),
        ) {
            let shown = |study: Study| ShownStudy {
                study,
                is_hidden,
                color: color.filter(|_| study.has_color()),
                percent: if study.has_pane() { percent } else { 20 },
            };
            let studies = studies.into_iter().map(shown).collect();
            let compare = is_inverted.then_some(Symbol::QQQ);
            let setup = ChartSetup { style, scale, is_inverted, studies, compare, is_magnetic };
            prop_assert_eq!(again(&setup), (setup, None));
        }

        #[test]
        fn any_address_is_read(text in "[a-z0-9:,.-]{0,60}") {
            let (setup, _) = ChartSetup::read(|_| Some(text.clone()));
            prop_assert!(setup.studies.len() <= ChartSetup::STUDIES_MAX);
            prop_assert_eq!(again(&setup).0, setup);
        }
    }

    #[test]
    fn studies_change_places_with_their_kind() {
        let mut setup = ChartSetup::default();
        for study in [Study::Rsi(14), Study::Ema(9), Study::Atr(14)] {
            assert!(setup.add(study));
        }
        assert!(!setup.add(Study::Ema(9)), "twice is once");
        setup.move_study(Study::Atr(14), true);
        let words: Vec<String> = setup.studies.iter().map(ToString::to_string).collect();
        assert_eq!(words, ["volume", "vwap", "atr-14", "ema-9", "rsi-14"]);
        setup.move_study(Study::Atr(14), true);
        assert_eq!(setup.studies[2].study, Study::Atr(14));
        let movable = |study| [true, false].map(|is_up| setup.can_move(study, is_up));
        assert_eq!(movable(Study::Atr(14)), [false, true]);
        assert_eq!(movable(Study::Rsi(14)), [true, false]);
        assert_eq!(movable(Study::Vwap), [true, true]);
        assert_eq!(movable(Study::Sma(5)), [false, false]);
        setup.replace(Study::Ema(9), Study::Ema(21));
        setup.toggle(Study::Ema(21));
        assert_eq!(setup.studies[3].to_string(), "ema-21:off");
        setup.move_study(Study::Ema(21), true);
        let words: Vec<String> = setup.studies.iter().map(ToString::to_string).collect();
        assert_eq!(words, ["volume", "ema-21:off", "atr-14", "vwap", "rsi-14"]);
    }

    #[test]
    fn what_was_not_understood_is_told() {
        let (setup, bad) = ChartSetup::read(|name| match name {
            "studies" => Some("rsi-14:30,ema-0,<script>".to_owned()),
            "style" => Some("pie".to_owned()),
            _ => None,
        });
        assert_eq!(setup.studies.len(), 1);
        assert_eq!(setup.style, ChartStyle::Hollow);
        assert!(bad.is_some_and(|bad| bad.to_string().contains("pie")));
    }
}
