//! What a trader chose of levels besides how many: which of them, in which order, in which colours.

use api::LevelView;
use chart::Ink;
use quant::levels::LevelGroup;

/// Which of the chosen levels are shown: a question for the moment, not a choice of kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LevelFilter {
    /// All of them.
    #[default]
    All,
    /// Those that are no further than an average day goes.
    Near,
    /// Those that the price came to today.
    Touched,
    /// Those that it did not come to yet.
    Untouched,
}

impl LevelFilter {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::All, Self::Near, Self::Touched, Self::Untouched];

    /// The name in the cookie.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Near => "near",
            Self::Touched => "touched",
            Self::Untouched => "untouched",
        }
    }

    /// The name on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Near => "Within 1 ATR",
            Self::Touched => "Touched",
            Self::Untouched => "Untouched",
        }
    }

    /// Whether a level is shown that is so many ATR away, where that is known, and that the price
    /// came to so many times today.
    pub(crate) fn keeps(self, atrs: Option<f64>, touches: u32) -> bool {
        match self {
            Self::All => true,
            // Rather too many than one that is near and not seen.
            Self::Near => atrs.is_none_or(|atrs| atrs.abs() <= 1.0),
            Self::Touched => 0 < touches,
            Self::Untouched => touches == 0,
        }
    }
}

/// What the ladder is in order of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LevelOrder {
    /// Highest first, with the last price where it belongs.
    #[default]
    Price,
    /// The last price, then whatever is nearest to it.
    Nearest,
    /// The last price, then group by group, each highest first.
    Group,
}

impl LevelOrder {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Price, Self::Nearest, Self::Group];

    /// The name in the cookie.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Price => "price",
            Self::Nearest => "nearest",
            Self::Group => "group",
        }
    }

    /// The name on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Price => "Highest first",
            Self::Nearest => "Nearest first",
            Self::Group => "By group",
        }
    }

    /// Puts levels that are highest first into this order.
    pub(crate) fn sort(self, levels: &mut [LevelView]) {
        let place = |level: &LevelView| match self {
            Self::Price => 0.0,
            Self::Nearest => level.points.map_or(f64::INFINITY, f64::abs),
            Self::Group => f64::from(level.id.group().place()),
        };
        // Stable: within a group they stay highest first.
        levels.sort_by(|a, b| place(a).total_cmp(&place(b)));
    }
}

/// What a trader chose of levels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LevelChoices {
    /// Which of them are shown.
    pub filter: LevelFilter,
    /// What the ladder is in order of.
    pub order: LevelOrder,
    /// Groups that are shown or hidden whatever the depth says.
    pub groups: Vec<(LevelGroup, bool)>,
    /// Groups with a colour of their own, one of those that tell studies apart; the others have
    /// that of what a level is to the price.
    pub colors: Vec<(LevelGroup, u8)>,
}

impl LevelChoices {
    /// Shows a group or hides it, whatever the depth says.
    pub(crate) fn switch(&mut self, group: LevelGroup, is_shown: bool) {
        put(&mut self.groups, group, Some(is_shown));
    }

    /// Whether a group was switched by hand, and how.
    pub(crate) fn switched(&self, group: LevelGroup) -> Option<bool> {
        of(&self.groups, group)
    }

    /// Gives a group a colour of its own, or takes it away.
    pub(crate) fn paint(&mut self, group: LevelGroup, color: Option<u8>) {
        put(&mut self.colors, group, color);
    }

    /// The colour that a group has of its own.
    pub(crate) fn color(&self, group: LevelGroup) -> Option<u8> {
        of(&self.colors, group)
    }

    /// What is not as usual, as words of the cookie and of an address, a dot before each.
    pub(crate) fn words(&self) -> String {
        let shown = |(group, is_shown): &(LevelGroup, bool)| {
            if *is_shown { letter(*group).to_ascii_uppercase() } else { letter(*group) }
        };
        let painted = |(group, color): &(LevelGroup, u8)| {
            let letter = letter(*group);
            format!("{letter}{color}")
        };
        let named = |value: &str, usual: &str| {
            if value == usual { String::new() } else { value.to_owned() }
        };
        let (filter, order) = (LevelFilter::default(), LevelOrder::default());
        let words = [
            ("only", named(self.filter.as_str(), filter.as_str())),
            ("order", named(self.order.as_str(), order.as_str())),
            ("groups", self.groups.iter().map(shown).collect()),
            ("colors", self.colors.iter().map(painted).collect()),
        ];
        let mut text = String::new();
        for (name, value) in words {
            if !value.is_empty() {
                text += ".";
                text += name;
                text += "-";
                text += &value;
            }
        }
        text
    }

    /// Reads one word of the cookie; what is not understood changes nothing.
    pub(crate) fn read(&mut self, word: &str) {
        let Some((name, value)) = word.split_once('-') else { return };
        match name {
            "only" => {
                let named = LevelFilter::ALL.into_iter().find(|one| one.as_str() == value);
                self.filter = named.unwrap_or_default();
            }
            "order" => {
                let named = LevelOrder::ALL.into_iter().find(|one| one.as_str() == value);
                self.order = named.unwrap_or_default();
            }
            "groups" => {
                for letter in value.chars() {
                    if let Some(group) = group_of(letter.to_ascii_lowercase()) {
                        self.switch(group, letter.is_ascii_uppercase());
                    }
                }
            }
            "colors" => {
                let letters = value.chars().step_by(2);
                for (letter, digit) in letters.zip(value.chars().skip(1).step_by(2)) {
                    let color = digit.to_digit(10).and_then(|digit| u8::try_from(digit).ok());
                    let color = color.filter(|color| *color < Ink::STUDIES);
                    if let (Some(group), Some(color)) = (group_of(letter), color) {
                        self.paint(group, Some(color));
                    }
                }
            }
            _ => {}
        }
    }
}

fn put<T>(all: &mut Vec<(LevelGroup, T)>, group: LevelGroup, value: Option<T>) {
    all.retain(|(one, _)| *one != group);
    all.extend(value.map(|value| (group, value)));
}

fn of<T: Copy>(all: &[(LevelGroup, T)], group: LevelGroup) -> Option<T> {
    all.iter().find(|(one, _)| *one == group).map(|(_, value)| *value)
}

/// Each group by its place in the alphabet.
fn letter(group: LevelGroup) -> char {
    char::from(b'a' + group.place())
}

fn group_of(letter: char) -> Option<LevelGroup> {
    LevelGroup::ALL.into_iter().find(|group| self::letter(*group) == letter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn again(words: &str) -> LevelChoices {
        let mut choices = LevelChoices::default();
        words.split('.').for_each(|word| choices.read(word));
        choices
    }

    proptest! {
        #[test]
        fn choices_survive_the_cookie(
            filter in prop::sample::select(LevelFilter::ALL.to_vec()),
            order in prop::sample::select(LevelOrder::ALL.to_vec()),
            switched in prop::collection::vec((0..LevelGroup::ALL.len(), any::<bool>()), 0..40),
            painted in prop::collection::vec(
                (0..LevelGroup::ALL.len(), prop::option::of(0..Ink::STUDIES)),
                0..40,
            ),
        ) {
            let mut choices = LevelChoices { filter, order, ..LevelChoices::default() };
            for (group, is_shown) in switched {
                choices.switch(LevelGroup::ALL[group], is_shown);
            }
            for (group, color) in painted {
                choices.paint(LevelGroup::ALL[group], color);
                prop_assert_eq!(choices.color(LevelGroup::ALL[group]), color);
            }
            prop_assert_eq!(again(&choices.words()), choices);
        }

        #[test]
        fn any_word_is_read(word in "(only|order|groups|colors|x)?-?[a-zA-Z0-9%é]{0,12}") {
            let choices = again(&word);
            prop_assert!(choices.colors.iter().all(|(_, color)| *color < Ink::STUDIES));
            prop_assert_eq!(again(&choices.words()), choices);
        }
    }
}
