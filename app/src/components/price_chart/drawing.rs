//! Drawing on the chart: what the hand did is shown at once, and told to who keeps it.

use chart::{Action, ChartState, Drawing, DrawingChange, Drawings, Pressed, Study, Tool};
use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use market::Symbol;

use super::canvas::Chart;
use crate::components::ToastText;
use crate::erased::follow;

/// Pixels that an arrow key moves a drawing or a crosshair up; one with Shift.
const KEY_UP: f64 = 8.0;

/// What is drawn on a chart, for those who act on it from outside.
#[derive(Clone, Copy)]
pub(crate) struct DrawingControls {
    /// The drawings of every symbol that was shown, and the steps back: charts of one symbol share
    /// them.
    pub(crate) books: RwSignal<Vec<(Symbol, Drawings)>>,
    /// Called with what changed, to keep it.
    pub(crate) on_change: Callback<(Symbol, Vec<DrawingChange>)>,
    /// Called with what to say of a deletion, and its way back.
    pub(crate) on_gone: Callback<ToastText>,
    /// Called where a symbol has as many drawings as there can be, and one more is wanted.
    pub(crate) on_full: Callback<Symbol>,
    /// The tool in the hand.
    pub(crate) tool: RwSignal<Option<Tool>>,
    /// Whether the next press on a bar anchors a VWAP there.
    pub(crate) anchors: RwSignal<bool>,
    /// The drawing that is selected, as it is.
    pub(crate) selected: RwSignal<Option<Drawing>>,
    /// Which of its points keys move; nothing when they move all of it.
    pub(crate) point: RwSignal<Option<usize>>,
    /// All of them, as they are.
    pub(crate) shown: RwSignal<Vec<Drawing>>,
    /// Whether there is a step to take back, and one to do again.
    pub(crate) steps: RwSignal<(bool, bool)>,
    /// Set to have something done; empty again when it is.
    pub(crate) wish: RwSignal<Option<DrawingWish>>,
}

/// Something to do with drawings.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum DrawingWish {
    /// Takes the last step back.
    Undo,
    /// Does it again.
    Redo,
    /// Selects one.
    Select(u64),
    /// One is so from now on.
    Change(Drawing),
    /// One is deleted, unless it is locked.
    Delete(u64),
    /// All are deleted that are not locked.
    DeleteAll,
}

impl DrawingControls {
    /// Controls of drawings that come from, and go to, somewhere.
    pub(crate) fn new(
        books: RwSignal<Vec<(Symbol, Drawings)>>,
        on_change: Callback<(Symbol, Vec<DrawingChange>)>,
        on_gone: Callback<ToastText>,
        on_full: Callback<Symbol>,
    ) -> Self {
        Self {
            books,
            on_change,
            on_gone,
            on_full,
            tool: RwSignal::new(None),
            anchors: RwSignal::new(false),
            selected: RwSignal::new(None),
            point: RwSignal::new(None),
            shown: RwSignal::new(Vec::new()),
            steps: RwSignal::new((false, false)),
            wish: RwSignal::new(None),
        }
    }

    /// Puts drawings of a symbol back that are gone, or adds new ones, and has them kept.
    pub(crate) fn bring_back(self, symbol: Symbol, all: Vec<Drawing>) {
        let changes = self.books.try_update(|books| {
            let book = books.iter_mut().find(|(of, _)| *of == symbol);
            book.map_or_else(Vec::new, |(_, book)| book.bring_back(all))
        });
        if let Some(changes) = changes.filter(|changes| !changes.is_empty()) {
            self.on_change.run((symbol, changes));
        }
    }

    /// Asks for something to be done.
    pub(crate) fn wish(self, wish: DrawingWish) {
        self.wish.set(Some(wish));
    }
}

impl Chart {
    /// Follows the kept drawings, the tool that is chosen, and wishes from outside.
    pub(super) fn follow_drawings(self) {
        let (controls, is_active) = (self.all.drawings, self.one.is_active);
        if is_active.get_untracked() {
            // It may have been taken before there was a chart to draw on.
            let tool = controls.tool.get_untracked();
            self.state.update_value(|state| state.take_tool(tool));
        }
        follow(move || {
            let symbol = self.one.symbol.get();
            controls.books.with(|books| {
                let book = books.iter().find(|(of, _)| *of == symbol).map(|(_, book)| book);
                self.state.update_value(|state| state.follow_drawings(book));
            });
            self.drawn(Vec::new());
        });
        follow(move || {
            if !is_active.get() {
                // What is selected is on the active chart.
                self.state.update_value(|state| state.select(None));
            }
            self.drawn(Vec::new());
        });
        follow(move || {
            if controls.anchors.get() {
                self.focus();
            }
        });
        follow(move || {
            let tool = controls.tool.get();
            if tool.is_some() && self.is_full() {
                controls.tool.set(None);
                return;
            }
            if self.state.with_value(ChartState::tool) != tool {
                self.state.update_value(|state| state.take_tool(tool));
                self.drawn(Vec::new());
            }
            if tool.is_some() {
                self.focus();
            }
        });
        follow(move || {
            let wish = controls.wish.get();
            let Some(wish) = wish.filter(|_| is_active.get_untracked()) else { return };
            controls.wish.set(None);
            if matches!(wish, DrawingWish::Select(_)) {
                // The next keys move it.
                self.focus();
            }
            let deletes = matches!(wish, DrawingWish::Delete(_) | DrawingWish::DeleteAll);
            let changes = self.state.try_update_value(|state| match wish {
                DrawingWish::Undo => state.undo(),
                DrawingWish::Redo => state.redo(),
                DrawingWish::Select(id) => {
                    state.select(Some(id));
                    Vec::new()
                }
                DrawingWish::Change(one) => state.change_drawing(one.id, |old| *old = one),
                DrawingWish::Delete(id) => state.delete_drawing(id),
                DrawingWish::DeleteAll => state.delete_all_drawings(),
            });
            let changes = changes.unwrap_or_default();
            if deletes { self.deleted(changes) } else { self.drawn(changes) }
        });
    }

    /// What `drawn` does, of a deletion, which is told with what is gone.
    fn deleted(self, changes: Vec<DrawingChange>) {
        let (controls, symbol) = (self.all.drawings, self.one.symbol.get_untracked());
        let is_gone = |one: &&Drawing| changes.contains(&DrawingChange::Gone(one.id));
        let gone: Vec<Drawing> = controls.books.with_untracked(|books| {
            let book = books.iter().find(|(of, _)| *of == symbol);
            book.map_or(&[][..], |(_, book)| book.items()).iter().filter(is_gone).cloned().collect()
        });
        self.drawn(changes);
        let words = match gone.len() {
            0 => return,
            1 => format!("A drawing on {symbol} is deleted."),
            count => format!("{count} drawings on {symbol} are deleted."),
        };
        let undo = move || controls.bring_back(symbol, gone.clone());
        controls.on_gone.run(ToastText::with_undo(words, undo));
    }

    /// Whether there is no room for another drawing, which is told.
    fn is_full(self) -> bool {
        let is_full = self.one.is_active.get_untracked()
            && self.state.with_value(|state| Drawing::COUNT_MAX <= state.drawings().len());
        if is_full {
            self.all.drawings.on_full.run(self.one.symbol.get_untracked());
        }
        is_full
    }

    /// The next key belongs to this chart, if it is the active one.
    fn focus(self) {
        if let (true, Some(canvas)) =
            (self.one.is_active.get_untracked(), self.canvas.get_untracked())
        {
            let _ = canvas.focus();
        }
    }

    /// Shows what changed, here and on the symbol's other charts, and has it kept.
    pub(super) fn drawn(self, changes: Vec<DrawingChange>) {
        let controls = self.all.drawings;
        if !changes.is_empty() {
            let symbol = self.one.symbol.get_untracked();
            let book = self.state.with_value(|state| state.drawing_book().clone());
            controls.books.update(|books| match books.iter_mut().find(|(of, _)| *of == symbol) {
                Some((_, known)) => *known = book,
                None => books.push((symbol, book)),
            });
            controls.on_change.run((symbol, changes));
        }
        self.paint_soon();
        // The menus tell of the active chart.
        if self.one.is_active.get_untracked() {
            self.tell_drawings();
        }
    }

    fn tell_drawings(self) {
        let controls = self.all.drawings;
        let (tool, selected, steps) =
            self.state.with_value(|state| (state.tool(), state.selected().cloned(), state.steps()));
        set_if_other(controls.tool, tool);
        set_if_other(controls.selected, selected);
        set_if_other(controls.point, self.state.with_value(ChartState::chosen_point));
        set_if_other(controls.steps, steps);
        let is_other = self
            .state
            .with_value(|state| controls.shown.with_untracked(|shown| shown != state.drawings()));
        if is_other {
            controls.shown.set(self.state.with_value(|state| state.drawings().to_vec()));
        }
    }

    /// A hand went down on the prices. True when it is on a drawing now.
    pub(super) fn press_drawing(self, event: &PointerEvent, (x, y): (f64, f64)) -> bool {
        if event.button() != 0 {
            return false;
        }
        if self.anchor((x, y)) {
            return true;
        }
        // As on every charting site: Shift and a click measure.
        let measures = event.shift_key() && self.state.with_value(|state| state.tool().is_none());
        let measures = measures && !self.is_full();
        let (pressed, changes) = self
            .state
            .try_update_value(|state| {
                if measures {
                    state.take_tool(Some(Tool::Measure));
                }
                state.press(x, y, fresh_name())
            })
            .unwrap_or((Pressed::Chart, Vec::new()));
        self.drawn(changes);
        self.tell_full(&pressed);
        pressed != Pressed::Chart
    }

    /// Tells that a press drew nothing, because no more is kept.
    fn tell_full(self, pressed: &Pressed) {
        if *pressed == Pressed::Full {
            self.all.drawings.on_full.run(self.one.symbol.get_untracked());
        }
    }

    /// Anchors a VWAP at the bar of a point, if that is what is waited for.
    fn anchor(self, (x, y): (f64, f64)) -> bool {
        if !self.all.drawings.anchors.get_untracked() {
            return false;
        }
        self.all.drawings.anchors.set(false);
        if let Some((at, _)) = self.state.with_value(|state| state.at(x, y)) {
            let mut setup = self.one.setup.get_untracked();
            setup.add(Study::AnchoredVwap(at));
            self.one.on_setup.run(setup);
        }
        true
    }

    /// A key while a bar is chosen to anchor at. True when it was for that.
    fn anchor_key(self, key: &str, (bars, up): (f64, f64)) -> bool {
        if !self.all.drawings.anchors.get_untracked() {
            return false;
        }
        let at = |bars, up| {
            let at = self.state.try_update_value(|state| state.keyboard_crosshair(bars, up));
            at.unwrap_or_default()
        };
        match key {
            "Escape" => self.all.drawings.anchors.set(false),
            "Enter" | " " => {
                self.anchor(at(0.0, 0.0));
            }
            _ if (bars, up) != (0.0, 0.0) => {
                at(bars, up);
            }
            _ => return false,
        }
        self.paint_soon();
        true
    }

    /// The hand moved. True when that moved a drawing.
    pub(super) fn drag_drawing(self, (x, y): (f64, f64)) -> bool {
        let is_moved = self.state.try_update_value(|state| state.drag(x, y)) == Some(true);
        if is_moved {
            self.act(Action::Point(Some((x, y))));
        }
        is_moved
    }

    /// The hand went up.
    pub(super) fn release_drawing(self, (x, y): (f64, f64)) {
        let changes = self.state.try_update_value(|state| state.release(x, y));
        self.drawn(changes.unwrap_or_default());
    }

    /// Gives up the drawing that was begun. True when there was one.
    pub(super) fn give_up_drawing(self) -> bool {
        let is_given_up = self.state.try_update_value(ChartState::give_up) == Some(true);
        if is_given_up {
            self.drawn(Vec::new());
        }
        is_given_up
    }

    /// A key while drawing, or with a drawing selected. True when it was for that.
    pub(super) fn drawing_key(self, event: &KeyboardEvent) -> bool {
        let key = event.key();
        // What is done with those is bound to keys elsewhere, and may be bound to others.
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return false;
        }
        let (tool, selected) =
            self.state.with_value(|state| (state.tool(), state.selected().map(|one| one.id)));
        let (bars, up) = match key.as_str() {
            "ArrowLeft" => (-1.0, 0.0),
            "ArrowRight" => (1.0, 0.0),
            "ArrowUp" => (0.0, 1.0),
            "ArrowDown" => (0.0, -1.0),
            _ => (0.0, 0.0),
        };
        let up = up * if event.shift_key() { 1.0 } else { KEY_UP };
        let is_arrow = (bars, up) != (0.0, 0.0);
        if self.anchor_key(&key, (bars, up)) {
            return true;
        }
        let mut pressed = Pressed::Chart;
        let changes = self.state.try_update_value(|state| match (key.as_str(), tool, selected) {
            ("Escape", ..) => state.cancel().then(Vec::new),
            ("Delete" | "Backspace", None, Some(id)) => Some(state.delete_drawing(id)),
            ("Enter" | " ", Some(_), _) => {
                let (x, y) = state.keyboard_crosshair(0.0, 0.0);
                let changes;
                (pressed, changes) = state.press(x, y, fresh_name());
                Some(changes)
            }
            ("Enter" | "[" | "]", None, Some(_)) => {
                state.choose_point(key != "[");
                Some(Vec::new())
            }
            (_, Some(_), _) if is_arrow => {
                let (x, y) = state.keyboard_crosshair(bars, up);
                state.drag(x, y);
                Some(Vec::new())
            }
            (_, None, Some(_)) if is_arrow => Some(state.nudge(bars, up)),
            _ => None,
        });
        let Some(changes) = changes.flatten() else { return false };
        if matches!(key.as_str(), "Delete" | "Backspace") {
            self.deleted(changes);
        } else {
            self.drawn(changes);
        }
        self.tell_full(&pressed);
        true
    }
}

fn set_if_other<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|known| *known != value) {
        signal.set(value);
    }
}

/// A name for a drawing: the time in microseconds, and chance, so that two pages never agree.
fn fresh_name() -> u64 {
    if !cfg!(target_arch = "wasm32") {
        return 0;
    }
    #[expect(clippy::cast_possible_truncation, reason = "53 bits of time, 10 of chance")]
    #[expect(clippy::cast_sign_loss, reason = "after 1970")]
    let name =
        ((js_sys::Date::now() * 1_000.0) as u64) << 10 | (js_sys::Math::random() * 1_024.0) as u64;
    name
}
