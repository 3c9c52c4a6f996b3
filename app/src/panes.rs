//! How the desk is divided: how wide the panes at the side are, where one ends and the other
//! begins, and which of them are put away. In steps, because the server's first page must stand as
//! the browser's will, and a page without styles of its own can only name steps of the style sheet.

/// How the desk is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Panes {
    /// How wide the panes at the side are, in steps.
    side: u8,
    /// How much of their height is the ladder's, in steps.
    split: u8,
    /// The ladder is put away.
    hides_levels: bool,
    /// The watchlist is put away.
    hides_watch: bool,
    /// Of the open positions only what they come to is seen.
    hides_positions: bool,
}

/// A line between panes, which a hand can move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Divider {
    /// Between the charts and the panes at the side.
    Side,
    /// Between the ladder and the watchlist.
    Split,
}

/// A pane that can be put away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SidePane {
    /// The ladder of levels.
    Levels,
    /// The watchlist.
    Watch,
    /// The positions that are open; their sum stays.
    Positions,
}

impl SidePane {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Levels, Self::Watch, Self::Positions];
}

impl Divider {
    /// The narrowest pane at the side, and what each step adds, in pixels; the style sheet knows
    /// them too.
    const SIDE_PX: (f64, f64) = (320.0, 16.0);
    /// The smallest part of the height that is the ladder's, and what each step adds; the style
    /// sheet knows them too.
    const SPLIT: (f64, f64) = (0.2, 0.04);

    /// The last step; the first is 0.
    pub(crate) fn last(self) -> u8 {
        match self {
            Self::Side => 25,
            Self::Split => 15,
        }
    }

    /// The step nearest to a width in pixels, or to a part of the height.
    pub(crate) fn step_at(self, size: f64) -> u8 {
        let (least, step) = match self {
            Self::Side => Self::SIDE_PX,
            Self::Split => Self::SPLIT,
        };
        let steps = ((size - least) / step).round().clamp(0.0, self.last().into());
        #[expect(clippy::cast_possible_truncation, reason = "clamped")]
        #[expect(clippy::cast_sign_loss, reason = "clamped")]
        let steps = steps as u8;
        steps
    }
}

impl Default for Panes {
    fn default() -> Self {
        Self { side: 9, split: 10, hides_levels: false, hides_watch: false, hides_positions: false }
    }
}

impl Panes {
    /// At which step a divider stands.
    pub(crate) fn step(self, divider: Divider) -> u8 {
        match divider {
            Divider::Side => self.side,
            Divider::Split => self.split,
        }
    }

    /// Moves a divider to a step, as far as it goes.
    pub(crate) fn move_to(&mut self, divider: Divider, step: u8) {
        let step = step.min(divider.last());
        match divider {
            Divider::Side => self.side = step,
            Divider::Split => self.split = step,
        }
    }

    /// Whether a pane is seen where there is room for all.
    pub(crate) fn shows(self, pane: SidePane) -> bool {
        match pane {
            SidePane::Levels => !self.hides_levels,
            SidePane::Watch => !self.hides_watch,
            SidePane::Positions => !self.hides_positions,
        }
    }

    /// Puts a pane away, or brings it back.
    pub(crate) fn toggle(&mut self, pane: SidePane) {
        match pane {
            SidePane::Levels => self.hides_levels = !self.hides_levels,
            SidePane::Watch => self.hides_watch = !self.hides_watch,
            SidePane::Positions => self.hides_positions = !self.hides_positions,
        }
    }

    /// The panes that are put away whole, by their names in the document.
    pub(crate) fn hidden(self) -> &'static str {
        match (self.hides_levels, self.hides_watch) {
            (false, false) => "",
            (true, false) => "levels",
            (false, true) => "watch",
            (true, true) => "levels watch",
        }
    }

    /// The cookie's word: `7-10-lwp`.
    pub(crate) fn word(self) -> String {
        let levels = if self.hides_levels { "l" } else { "" };
        let watch = if self.hides_watch { "w" } else { "" };
        let positions = if self.hides_positions { "p" } else { "" };
        format!("{}-{}-{levels}{watch}{positions}", self.side, self.split)
    }

    /// Reads the cookie's word; what is not understood keeps its default.
    pub(crate) fn of_word(word: &str) -> Self {
        let mut panes = Self::default();
        let mut parts = word.split('-');
        for divider in [Divider::Side, Divider::Split] {
            if let Some(step) = parts.next().and_then(|part| part.parse().ok()) {
                panes.move_to(divider, step);
            }
        }
        let letters = parts.next().unwrap_or_default();
        panes.hides_levels = letters.contains('l');
        panes.hides_watch = letters.contains('w');
        panes.hides_positions = letters.contains('p');
        panes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn panes_survive_their_word(
            (side, split) in (0_u8.., 0_u8..),
            [levels, watch, positions] in any::<[bool; 3]>(),
        ) {
            let mut panes = Panes::default();
            panes.move_to(Divider::Side, side);
            panes.move_to(Divider::Split, split);
            panes.hides_levels = levels;
            panes.hides_watch = watch;
            panes.hides_positions = positions;
            prop_assert_eq!(Panes::of_word(&panes.word()), panes);
            prop_assert_eq!(panes.shows(SidePane::Levels), !panes.hidden().contains("levels"));
            prop_assert_eq!(panes.shows(SidePane::Watch), !panes.hidden().contains("watch"));
        }

        #[test]
        fn any_word_is_some_division(word in ".{0,40}") {
            let panes = Panes::of_word(&word);
            prop_assert!(panes.side <= Divider::Side.last());
            prop_assert!(panes.split <= Divider::Split.last());
        }

        #[test]
        fn a_hand_finds_the_nearest_step(size in prop::num::f64::ANY) {
            for divider in [Divider::Side, Divider::Split] {
                prop_assert!(divider.step_at(size) <= divider.last());
            }
        }
    }

    #[test]
    fn steps_are_those_of_the_style_sheet() {
        let sheet = include_str!("../../style/components/pane_divider.css");
        for step in 0..=Divider::Side.last() {
            let width = 320 + 16 * u32::from(step);
            assert_eq!(Divider::Side.step_at(width.into()), step);
            let rule = format!(".desk[data-side=\"{step}\"] {{ --side: {width}px; }}");
            assert!(sheet.contains(&rule), "{rule}");
        }
        for step in 0..=Divider::Split.last() {
            let percent = 20 + 4 * u32::from(step);
            assert_eq!(Divider::Split.step_at(f64::from(percent) / 100.0), step);
            let rest = 100 - percent;
            let rule = format!(
                ".desk[data-split=\"{step}\"] {{ --levels: {percent}fr; --watch: {rest}fr; }}"
            );
            assert!(sheet.contains(&rule), "{rule}");
        }
    }
}
