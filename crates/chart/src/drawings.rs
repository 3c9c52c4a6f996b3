//! What a trader draws on a chart: tools, drawings, and every step taken back or done again.

mod hand;
mod shapes;
mod tags;
mod words;

use std::ops::RangeInclusive;

use market::{BarSpan, Moment};

use crate::Ink;

pub use hand::Pressed;
pub(crate) use hand::{Draft, Grip};
pub(crate) use shapes::{hit, shapes};
pub use words::BadDrawing;

/// What can be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// A price, across the whole chart.
    Horizontal,
    /// A moment, from top to bottom.
    Vertical,
    /// A line between two points.
    Trend,
    /// The same, going on beyond the second.
    Ray,
    /// A box between two corners.
    Rectangle,
    /// Fibonacci retracement of a move: 0, 23.6, 38.2, 50, 61.8, 78.6 and 100 %.
    Fibonacci,
    /// How far it is from one point to another, in points, percent, bars and time.
    Measure,
    /// A few words.
    Note,
    /// A purchase: entry, target above, stop below.
    Long,
    /// A short sale: entry, target below, stop above.
    Short,
}

impl Tool {
    /// Every tool, in the order of the menu.
    pub const ALL: [Self; 10] = [
        Self::Trend,
        Self::Horizontal,
        Self::Vertical,
        Self::Ray,
        Self::Rectangle,
        Self::Fibonacci,
        Self::Measure,
        Self::Note,
        Self::Long,
        Self::Short,
    ];

    /// The word in storage.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Horizontal => "horizontal",
            Self::Vertical => "vertical",
            Self::Trend => "trend",
            Self::Ray => "ray",
            Self::Rectangle => "rectangle",
            Self::Fibonacci => "fibonacci",
            Self::Measure => "measure",
            Self::Note => "note",
            Self::Long => "long",
            Self::Short => "short",
        }
    }

    /// The name on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Horizontal => "Horizontal line",
            Self::Vertical => "Vertical line",
            Self::Trend => "Trend line",
            Self::Ray => "Ray",
            Self::Rectangle => "Rectangle",
            Self::Fibonacci => "Fibonacci retracement",
            Self::Measure => "Measure",
            Self::Note => "Note",
            Self::Long => "Long: target and stop",
            Self::Short => "Short: target and stop",
        }
    }

    /// How many points it is drawn by.
    pub fn points(self) -> usize {
        match self {
            Self::Horizontal | Self::Vertical | Self::Note => 1,
            Self::Trend | Self::Ray | Self::Rectangle | Self::Fibonacci | Self::Measure => 2,
            Self::Long | Self::Short => 3,
        }
    }
}

/// A point of a drawing: it stays at its moment and price on every timeframe.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Anchor {
    /// When.
    pub at: Moment,
    /// The price.
    pub price: f64,
}

impl Anchor {
    /// Years 1900 to 2200.
    const TIMES: RangeInclusive<i64> = -2_208_988_800_000_000..=7_258_118_399_999_999;
    /// What a price can be.
    const PRICES: RangeInclusive<f64> = 0.000_1..=1e9;

    /// Whether a drawing can have it.
    pub(crate) fn is_possible(self) -> bool {
        Self::TIMES.contains(&self.at.0) && Self::PRICES.contains(&self.price)
    }

    /// The nearest one that a drawing can have.
    fn possible(self) -> Self {
        Self {
            at: Moment(self.at.0.clamp(*Self::TIMES.start(), *Self::TIMES.end())),
            price: self.price.clamp(*Self::PRICES.start(), *Self::PRICES.end()),
        }
    }
}

/// Something drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// Tells it from the others of its symbol; made by who draws it.
    pub id: u64,
    /// What it is.
    pub tool: Tool,
    /// As many as its tool has. A risk box has entry, target and stop; its right edge is the
    /// target's moment.
    pub points: Vec<Anchor>,
    /// One of the [`Drawing::INKS`].
    pub ink: u8,
    /// The width of its line in pixels, 1 to 4.
    pub width: u8,
    /// Dashed.
    pub is_dashed: bool,
    /// It cannot be moved or deleted by hand.
    pub is_locked: bool,
    /// It is not shown.
    pub is_hidden: bool,
    /// The only timeframes it is shown on; on all when empty.
    pub spans: Vec<BarSpan>,
    /// A note's words.
    pub text: String,
}

impl Drawing {
    /// The most drawings of one symbol.
    pub const COUNT_MAX: usize = 2_000;
    /// The most letters of a note.
    pub const TEXT_MAX: usize = 200;
    /// Colours that can be chosen.
    pub const INKS: [Ink; 6] =
        [Ink::Accent, Ink::Vwap, Ink::Study(0), Ink::Study(1), Ink::Study(2), Ink::Study(4)];

    /// A drawing as it comes from the hand.
    pub fn new(id: u64, tool: Tool, points: Vec<Anchor>) -> Self {
        Self {
            id,
            tool,
            points,
            ink: 0,
            width: 1,
            is_dashed: false,
            is_locked: false,
            is_hidden: false,
            spans: Vec::new(),
            text: String::new(),
        }
    }

    /// Timeframes with one switched on or off, where none means all. The last one stays: what is
    /// to be seen nowhere is hidden instead.
    pub fn switched(spans: Vec<BarSpan>, span: BarSpan) -> Vec<BarSpan> {
        let is_on = |one: BarSpan| (spans.is_empty() || spans.contains(&one)) != (one == span);
        let left: Vec<BarSpan> = BarSpan::ALL.into_iter().filter(|one| is_on(*one)).collect();
        match left.len() {
            0 => spans,
            count if count == BarSpan::ALL.len() => Vec::new(),
            _ => left,
        }
    }

    pub(crate) fn line_ink(&self) -> Ink {
        Self::INKS[usize::from(self.ink) % Self::INKS.len()]
    }

    pub(crate) fn is_shown_on(&self, span: BarSpan) -> bool {
        !self.is_hidden && (self.spans.is_empty() || self.spans.contains(&span))
    }
}

/// One step: drawings as they were before it, and after. What is missing was not there.
#[derive(Clone, Debug, PartialEq)]
struct Step {
    before: Vec<Drawing>,
    after: Vec<Drawing>,
}

/// A change to keep: a drawing as it is now, or the name of one that is gone.
#[derive(Clone, Debug, PartialEq)]
pub enum DrawingChange {
    /// It is so from now on.
    Put(Drawing),
    /// It is gone.
    Gone(u64),
}

/// The drawings of a symbol, and the steps back: charts of one symbol share them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawings {
    items: Vec<Drawing>,
    done: Vec<Step>,
    undone: Vec<Step>,
}

/// The most steps that can be taken back.
const STEPS_MAX: usize = 200;

impl Drawings {
    /// Drawings as they are kept.
    pub fn new(items: Vec<Drawing>) -> Self {
        Self { items, done: Vec::new(), undone: Vec::new() }
    }

    /// All of them.
    pub fn items(&self) -> &[Drawing] {
        &self.items
    }

    pub(crate) fn get(&self, id: u64) -> Option<&Drawing> {
        self.items.iter().find(|one| one.id == id)
    }

    /// Replaces `before` by `after`, as one step. Gives what is to be kept of it.
    pub(crate) fn change(
        &mut self,
        before: Vec<Drawing>,
        mut after: Vec<Drawing>,
    ) -> Vec<DrawingChange> {
        // One that cannot be kept would hold up all that are sent with it.
        for point in after.iter_mut().flat_map(|one| &mut one.points) {
            *point = point.possible();
        }
        if before == after {
            return Vec::new();
        }
        let step = Step { before, after };
        let changes = self.swap(&step.before, &step.after);
        self.undone.clear();
        self.done.push(step);
        if STEPS_MAX < self.done.len() {
            self.done.remove(0);
        }
        changes
    }

    /// Puts drawings back that are gone, as one step, as far as there is room for them. Gives what
    /// is to be kept of it.
    pub fn bring_back(&mut self, gone: Vec<Drawing>) -> Vec<DrawingChange> {
        let room = Drawing::COUNT_MAX.saturating_sub(self.items.len());
        let is_gone = |one: &Drawing| self.get(one.id).is_none();
        let back = gone.into_iter().filter(is_gone).take(room).collect();
        self.change(Vec::new(), back)
    }

    pub(crate) fn undo(&mut self) -> Vec<DrawingChange> {
        let Some(step) = self.done.pop() else { return Vec::new() };
        let changes = self.swap(&step.after, &step.before);
        self.undone.push(step);
        changes
    }

    pub(crate) fn redo(&mut self) -> Vec<DrawingChange> {
        let Some(step) = self.undone.pop() else { return Vec::new() };
        let changes = self.swap(&step.before, &step.after);
        self.done.push(step);
        changes
    }

    pub(crate) fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    pub(crate) fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }

    /// Shows a drawing as it is under the hand, without a step.
    pub(crate) fn show(&mut self, drawing: Drawing) {
        if let Some(known) = self.items.iter_mut().find(|one| one.id == drawing.id) {
            *known = drawing;
        }
    }

    fn swap(&mut self, out: &[Drawing], into: &[Drawing]) -> Vec<DrawingChange> {
        let goes = |id: &u64| into.iter().all(|one| one.id != *id);
        let gone: Vec<u64> = out.iter().map(|one| one.id).filter(goes).collect();
        self.items.retain(|one| !gone.contains(&one.id));
        let mut changes: Vec<_> = gone.into_iter().map(DrawingChange::Gone).collect();
        for one in into {
            match self.items.iter_mut().find(|known| known.id == one.id) {
                Some(known) => *known = one.clone(),
                None => self.items.push(one.clone()),
            }
            changes.push(DrawingChange::Put(one.clone()));
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn drawing(id: u64, price: f64) -> Drawing {
        Drawing::new(id, Tool::Horizontal, vec![Anchor { at: Moment(0), price }])
    }

    #[test]
    fn what_cannot_be_kept_is_moved_to_where_it_can_be() {
        for (at, price) in [(0, 0.0), (0, -5.0), (0, 1e12), (i64::MIN, 1.0), (i64::MAX, 1.0)] {
            let mut one = drawing(1, price);
            one.points[0].at = Moment(at);
            assert!(one.to_string().parse::<Drawing>().is_err(), "{one}");
            let mut drawings = Drawings::default();
            for change in drawings.change(Vec::new(), vec![one]) {
                let DrawingChange::Put(kept) = change else { panic!("nothing is gone") };
                assert_eq!(kept.to_string().parse(), Ok(kept));
            }
            assert_eq!(drawings.items().len(), 1);
        }
    }

    #[test]
    fn what_is_gone_comes_back_once_and_as_far_as_there_is_room() {
        let mut drawings = Drawings::default();
        let all: Vec<_> = (0..3).map(|id| drawing(id, 5.0)).collect();
        drawings.change(Vec::new(), all.clone());
        drawings.change(all[1..].to_vec(), Vec::new());
        let put = |id: usize| DrawingChange::Put(all[id].clone());
        assert_eq!(drawings.bring_back(all.clone()), [put(1), put(2)]);
        assert_eq!(drawings.bring_back(all.clone()), []);
        assert_eq!(drawings.undo(), [DrawingChange::Gone(1), DrawingChange::Gone(2)]);
        let first = 10..9 + Drawing::COUNT_MAX as u64 - 1;
        drawings.change(Vec::new(), first.map(|id| drawing(id, 5.0)).collect());
        assert_eq!(drawings.items().len(), Drawing::COUNT_MAX - 1);
        assert_eq!(drawings.bring_back(all[1..].to_vec()).len(), 1);
    }

    #[test]
    fn timeframes_are_switched_one_by_one() {
        let all_but_a_minute = Drawing::switched(Vec::new(), BarSpan::M1);
        assert_eq!(all_but_a_minute, BarSpan::ALL[1..]);
        assert_eq!(Drawing::switched(all_but_a_minute, BarSpan::M1), []);
        let two = Drawing::switched(vec![BarSpan::Day], BarSpan::M5);
        assert_eq!(two, [BarSpan::M5, BarSpan::Day]);
        assert_eq!(Drawing::switched(two, BarSpan::Day), [BarSpan::M5]);
        assert_eq!(Drawing::switched(vec![BarSpan::M5], BarSpan::M5), [BarSpan::M5]);
    }

    proptest! {
        #[test]
        fn all_steps_back_and_forth_are_where_one_was(
            acts in prop::collection::vec((0_u64..6, 0_u8..3, 1.0..9.0_f64), 1..60),
        ) {
            let mut drawings = Drawings::default();
            let mut kept: std::collections::BTreeMap<u64, Drawing> = Default::default();
            let mut keep = |changes: Vec<DrawingChange>| {
                for change in changes {
                    match change {
                        DrawingChange::Put(one) => kept.insert(one.id, one),
                        DrawingChange::Gone(id) => kept.remove(&id),
                    };
                }
            };
            for (id, act, price) in acts {
                let before: Vec<Drawing> = drawings.get(id).cloned().into_iter().collect();
                match act {
                    0 => keep(drawings.change(before, Vec::new())),
                    _ => keep(drawings.change(before, vec![drawing(id, price)])),
                }
            }
            let sorted = |drawings: &Drawings| {
                let mut all = drawings.items().to_vec();
                all.sort_by_key(|one| one.id);
                all
            };
            let end = sorted(&drawings);
            let mut steps = 0;
            while drawings.can_undo() {
                keep(drawings.undo());
                steps += 1;
            }
            prop_assert!(drawings.items().is_empty());
            for _ in 0..steps {
                keep(drawings.redo());
            }
            prop_assert!(!drawings.can_redo());
            prop_assert_eq!(&sorted(&drawings), &end);
            // What was kept along the way is what is shown.
            prop_assert_eq!(kept.into_values().collect::<Vec<_>>(), end);
        }
    }
}
