//! A hand that draws: presses, drags and releases become points; what lies under it is moved.

use super::{Anchor, Drawing, DrawingChange, Drawings, Tool};
use crate::ChartState;

/// What is being drawn.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Draft {
    pub(crate) drawing: Drawing,
    /// Where the last press was, in pixels.
    pressed: (f64, f64),
}

/// What was taken hold of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Grip {
    /// As it was when it was taken.
    before: Drawing,
    /// Which of its points, or all of it.
    point: Option<usize>,
    /// Where it was taken.
    from: Anchor,
}

/// What a press on the chart did.
#[derive(Clone, Debug, PartialEq)]
pub enum Pressed {
    /// Nothing: the chart itself was pressed.
    Chart,
    /// A drawing was begun, or taken hold of: the hand stays on it.
    Held,
    /// Nothing was begun: the symbol has as many drawings as are kept.
    Full,
}

/// Pixels that a hand moves before a press counts as a drag.
const DRAG: f64 = 6.0;
/// The part of the prices in sight that a fresh risk box reaches up and down.
const RISK_PART: f64 = 0.08;
/// Bars that a fresh risk box lasts.
const RISK_BARS: f64 = 24.0;

impl ChartState {
    /// Shows the drawings of the chart's symbol, as they are kept or as another of its charts left
    /// them; none while they are not known.
    pub fn follow_drawings(&mut self, book: Option<&Drawings>) {
        if book == Some(&self.drawings) {
            return;
        }
        self.drawings = book.cloned().unwrap_or_default();
        (self.draft, self.grip) = (None, None);
        self.selected = self.selected().map(|one| one.id);
    }

    /// The drawings and the steps back.
    pub fn drawing_book(&self) -> &Drawings {
        &self.drawings
    }

    /// The drawings.
    pub fn drawings(&self) -> &[Drawing] {
        self.drawings.items()
    }

    /// Which drawing is selected.
    pub fn selected(&self) -> Option<&Drawing> {
        self.drawings.get(self.selected?)
    }

    /// Selects a drawing, or none.
    pub fn select(&mut self, id: Option<u64>) {
        (self.selected, self.chosen) = (id, None);
    }

    /// Which point of the selected drawing keys move; nothing when they move all of it.
    pub fn chosen_point(&self) -> Option<usize> {
        let (id, point) = self.chosen?;
        (self.selected == Some(id)).then_some(point)
    }

    /// Chooses what keys move of the selected drawing, on or back: all of it, then point by point.
    /// What has one point alone is moved as a whole.
    pub fn choose_point(&mut self, is_on: bool) {
        let Some(one) = self.selected() else { return };
        let (id, last) = (one.id, if one.points.len() == 1 { 0 } else { one.points.len() });
        let at = self.chosen_point().map_or(0, |point| point + 1);
        let next = (at + if is_on { 1 } else { last }) % (last + 1);
        self.chosen = next.checked_sub(1).map(|point| (id, point));
    }

    /// The tool in the hand.
    pub fn tool(&self) -> Option<Tool> {
        self.tool
    }

    /// Takes a tool into the hand, or lays it down.
    pub fn take_tool(&mut self, tool: Option<Tool>) {
        self.tool = tool;
        self.draft = None;
        if tool.is_some() {
            self.selected = None;
        }
    }

    /// Lets go of whatever is half done. True when there was anything.
    pub fn cancel(&mut self) -> bool {
        let was_busy = self.tool.is_some() || self.draft.is_some() || self.selected.is_some();
        if let Some(grip) = self.grip.take() {
            self.drawings.show(grip.before);
        }
        (self.tool, self.draft, self.selected) = (None, None, None);
        was_busy
    }

    /// Gives up the drawing that was begun, and lays the tool down. True when there was one.
    pub fn give_up(&mut self) -> bool {
        self.draft.is_some() && self.cancel()
    }

    /// The hand went down. `id` is for what it may begin to draw.
    pub fn press(&mut self, x: f64, y: f64, id: u64) -> (Pressed, Vec<DrawingChange>) {
        let Some(anchor) = self.anchor(x, y) else { return (Pressed::Chart, Vec::new()) };
        if let Some(draft) = &mut self.draft {
            draft.pressed = (x, y);
            set_last(&mut draft.drawing, anchor);
            let changes = self.finish();
            return (Pressed::Held, changes);
        }
        if let Some(tool) = self.tool {
            if Drawing::COUNT_MAX <= self.drawings.items().len() {
                self.tool = None;
                return (Pressed::Full, Vec::new());
            }
            return (Pressed::Held, self.begin(tool, anchor, (x, y), id));
        }
        let under = super::hit(self, x, y);
        self.select(under.map(|(id, _)| id));
        let Some((id, point)) = under else { return (Pressed::Chart, Vec::new()) };
        let taken = self.drawings.get(id).filter(|one| !one.is_locked).cloned();
        self.grip = taken.map(|before| Grip { before, point, from: anchor });
        (Pressed::Held, Vec::new())
    }

    fn begin(
        &mut self,
        tool: Tool,
        anchor: Anchor,
        pressed: (f64, f64),
        id: u64,
    ) -> Vec<DrawingChange> {
        let points = match tool {
            Tool::Long | Tool::Short => self.risk_box(tool, anchor),
            _ => vec![anchor; tool.points()],
        };
        self.draft = Some(Draft { drawing: Drawing::new(id, tool, points), pressed });
        if tool.points() == 2 { Vec::new() } else { self.finish() }
    }

    fn risk_box(&self, tool: Tool, entry: Anchor) -> Vec<Anchor> {
        let (low, high) = self.prices().ends();
        let reach = ((high - low) * RISK_PART).min(entry.price * 0.5);
        let sign = if tool == Tool::Long { 1.0 } else { -1.0 };
        let end = self.place_of(entry.at) + RISK_BARS;
        let at = self.moment_at(end);
        vec![
            entry,
            Anchor { at, price: entry.price + 2.0 * sign * reach },
            Anchor { at, price: entry.price - sign * reach },
        ]
    }

    /// The draft is done: it becomes a drawing, selected, and the tool is laid down.
    fn finish(&mut self) -> Vec<DrawingChange> {
        let Some(draft) = self.draft.take() else { return Vec::new() };
        self.tool = None;
        self.selected = Some(draft.drawing.id);
        self.drawings.change(Vec::new(), vec![draft.drawing])
    }

    /// The hand moved, pressed or not. True when that changed what is seen of a drawing.
    pub fn drag(&mut self, x: f64, y: f64) -> bool {
        let Some(anchor) = self.anchor(x, y) else { return false };
        if let Some(draft) = &mut self.draft {
            set_last(&mut draft.drawing, anchor);
            return true;
        }
        let Some(grip) = &self.grip else { return false };
        let moved = self.moved(&grip.before, grip.point, grip.from, anchor);
        self.drawings.show(moved);
        true
    }

    /// The hand went up.
    pub fn release(&mut self, x: f64, y: f64) -> Vec<DrawingChange> {
        if let Some(draft) = &self.draft {
            let (from_x, from_y) = draft.pressed;
            // Pressed, dragged and released in one: the release is the second point.
            let is_dragged = DRAG < (x - from_x).hypot(y - from_y);
            return if is_dragged { self.finish() } else { Vec::new() };
        }
        let Some(grip) = self.grip.take() else { return Vec::new() };
        let Some(after) = self.drawings.get(grip.before.id).cloned() else { return Vec::new() };
        self.drawings.show(grip.before.clone());
        self.drawings.change(vec![grip.before], vec![after])
    }

    /// A drawing whose point, or all of it, was moved from one place to another.
    fn moved(&self, one: &Drawing, point: Option<usize>, from: Anchor, to: Anchor) -> Drawing {
        let mut moved = one.clone();
        let bars = self.place_of(to.at) - self.place_of(from.at);
        let by = to.price - from.price;
        match point {
            Some(place) => {
                if let Some(point) = moved.points.get_mut(place) {
                    *point = to;
                }
                keep_risk_box(&mut moved, place);
            }
            None => {
                for point in &mut moved.points {
                    if bars != 0.0 {
                        point.at = self.moment_at(self.place_of(point.at) + bars);
                    }
                    point.price += by;
                    *point = point.possible();
                }
            }
        }
        moved
    }

    /// Moves the selected drawing, or the chosen one of its points, by bars and by pixels of
    /// height; for those without a mouse.
    pub fn nudge(&mut self, bars: f64, up: f64) -> Vec<DrawingChange> {
        let Some(one) = self.selected().filter(|one| !one.is_locked).cloned() else {
            return Vec::new();
        };
        let point = self.chosen_point();
        let Some(from) = one.points.get(point.unwrap_or(0)).copied() else { return Vec::new() };
        let prices = self.prices();
        // What is moved along one way alone stays where it is on the other, to the last digit.
        let at = if bars == 0.0 { from.at } else { self.moment_at(self.place_of(from.at) + bars) };
        let price = if up == 0.0 { from.price } else { prices.price(prices.y(from.price) - up) };
        let to = Anchor { at, price }.possible();
        let moved = self.moved(&one, point, from, to);
        self.drawings.change(vec![one], vec![moved])
    }

    /// Changes a drawing as one step; nothing when it is not there.
    pub fn change_drawing(
        &mut self,
        id: u64,
        change: impl FnOnce(&mut Drawing),
    ) -> Vec<DrawingChange> {
        let Some(before) = self.drawings.get(id).cloned() else { return Vec::new() };
        let mut after = before.clone();
        change(&mut after);
        self.drawings.change(vec![before], vec![after])
    }

    /// Deletes a drawing, unless it is locked.
    pub fn delete_drawing(&mut self, id: u64) -> Vec<DrawingChange> {
        let gone = self.drawings.get(id).filter(|one| !one.is_locked).cloned();
        let Some(gone) = gone else { return Vec::new() };
        if self.selected == Some(id) {
            self.selected = None;
        }
        self.drawings.change(vec![gone], Vec::new())
    }

    /// Deletes every drawing that is not locked, as one step.
    pub fn delete_all_drawings(&mut self) -> Vec<DrawingChange> {
        let gone = self.drawings.items().iter().filter(|one| !one.is_locked).cloned().collect();
        self.selected = None;
        self.drawings.change(gone, Vec::new())
    }

    /// Takes the last step back.
    pub fn undo(&mut self) -> Vec<DrawingChange> {
        self.selected = None;
        self.drawings.undo()
    }

    /// Does the last step again that was taken back.
    pub fn redo(&mut self) -> Vec<DrawingChange> {
        self.drawings.redo()
    }

    /// Whether there is a step to take back, and one to do again.
    pub fn steps(&self) -> (bool, bool) {
        (self.drawings.can_undo(), self.drawings.can_redo())
    }

    fn anchor(&self, x: f64, y: f64) -> Option<Anchor> {
        let place = self.time.place(x).round();
        let last = self.series.len() as f64 - 1.0;
        if last < 0.0 {
            return None;
        }
        let (at, price) = self.at(x, y)?;
        let at = if (0.0..=last).contains(&place) { at } else { self.moment_at(place) };
        Some(Anchor { at, price }.possible())
    }
}

/// The last of two points is what the hand moves until it is done.
fn set_last(drawing: &mut Drawing, anchor: Anchor) {
    if let (2, Some(last)) = (drawing.tool.points(), drawing.points.last_mut()) {
        *last = anchor;
    }
}

/// A risk box has its stop on the other side of the entry than its target, and both end together.
fn keep_risk_box(one: &mut Drawing, moved: usize) {
    let sign = match one.tool {
        Tool::Long => 1.0,
        Tool::Short => -1.0,
        _ => return,
    };
    let [entry, target, stop] = one.points.as_mut_slice() else { return };
    match moved {
        1 => stop.at = target.at,
        2 => target.at = stop.at,
        _ => {}
    }
    let least = entry.price * 1e-6;
    target.price = entry.price + sign * (sign * (target.price - entry.price)).max(least);
    stop.price = entry.price - sign * (sign * (entry.price - stop.price)).max(least);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Action;
    use crate::state::tests::{MINUTES, bars};

    #[test]
    fn what_was_begun_is_given_up_between_its_points() {
        let mut state = ChartState::default();
        state.apply(Action::Resize { width: 1_000.0, height: 600.0 });
        state.apply(Action::SetBars { bars: bars(300), subject: MINUTES });
        state.take_tool(Some(Tool::Trend));
        assert!(!state.give_up(), "nothing is begun");
        assert_eq!(state.tool(), Some(Tool::Trend));
        state.press(300.0, 200.0, 7);
        state.release(300.0, 200.0);
        assert!(state.give_up());
        assert_eq!(state.tool(), None);
        assert_eq!(state.press(500.0, 100.0, 8), (Pressed::Chart, Vec::new()));
        assert!(state.drawings().is_empty());
    }
}
