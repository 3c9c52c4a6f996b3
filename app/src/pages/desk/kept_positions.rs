//! Positions that the trader keeps: asked of the server, changed there, with a way back.

use api::{KeptPositionView, PositionChange, change_positions, read_positions};
use leptos::prelude::*;
use leptos::task::spawn_local;
use market::{Moment, TapeId};
use plan::{Position, Stage, Strategy, read_position};

use crate::components::ToastText;

/// A position as it is kept, read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Kept {
    pub(super) view: KeptPositionView,
    pub(super) stage: Stage,
    /// Its legs, with what was paid; what is wrong with them, should they be of another version.
    pub(super) position: Result<Position, String>,
}

impl Kept {
    fn of(view: KeptPositionView) -> Self {
        let position = read_position(&view.position).map_err(|error| error.to_string());
        let position = position.map(|mut position| {
            position.paid = view.paid;
            position
        });
        Self { stage: view.stage.parse().unwrap_or_default(), position, view }
    }

    /// What it is called: as the trader said, else its shape.
    pub(super) fn name(&self) -> String {
        match &self.position {
            _ if !self.view.name.is_empty() => self.view.name.clone(),
            Ok(position) => named(position),
            Err(_) => self.view.position.clone(),
        }
    }
}

/// What a position without a name is called.
pub(super) fn named(position: &Position) -> String {
    format!("{} {}", position.underlying(), Strategy::of(position).name())
}

/// A new position to keep.
pub(super) fn new_position(
    position: &Position,
    tape: TapeId,
    (stage, opened_at): (Stage, Option<Moment>),
) -> KeptPositionView {
    KeptPositionView {
        id: String::new(),
        tape,
        name: String::new(),
        position: position.to_string(),
        stage: stage.to_string(),
        paid: position.paid,
        received: None,
        fees: 0.0,
        opened_at,
        closed_at: None,
        changed_at: Moment(0),
    }
}

/// The positions that the trader keeps.
#[derive(Clone, Copy)]
pub(super) struct KeptPositions {
    /// The oldest first; why they could not be read; nothing until the server told.
    pub(super) told: RwSignal<Option<Result<Vec<Kept>, String>>>,
    /// Whether one of them is open, which is known before anybody looks at them.
    pub(super) has_open: RwSignal<bool>,
    toast: RwSignal<Option<ToastText>>,
}

impl KeptPositions {
    /// None are known yet; what is done to them is told by `toast`.
    pub(super) fn new(toast: RwSignal<Option<ToastText>>) -> Self {
        Self { told: RwSignal::new(None), has_open: RwSignal::new(false), toast }
    }

    /// Asks whether one is open. To read them takes code that a desk without any does not load.
    pub(super) fn ask_whether_open(self) {
        spawn_local(async move {
            if let Ok(views) = read_positions().await {
                self.has_open.try_set(has_open(&views));
            }
        });
    }

    /// Asks for them, again each time: another page may have changed them.
    pub(super) fn ask(self) {
        spawn_local(async move { self.tell(read_positions().await) });
    }

    /// Asks for them, and does something when they are known.
    pub(super) fn ask_then(self, act: impl FnOnce() + 'static) {
        spawn_local(async move {
            self.tell(read_positions().await);
            act();
        });
    }

    fn tell(self, answer: Result<Vec<KeptPositionView>, api::ApiError>) {
        if let Ok(views) = &answer {
            self.has_open.try_set(has_open(views));
        }
        let read = |views: Vec<KeptPositionView>| views.into_iter().map(Kept::of).collect();
        self.told.try_set(Some(answer.map(read).map_err(|error| error.to_string())));
    }

    /// Those that are known.
    pub(super) fn known(self) -> Vec<Kept> {
        match self.told.read().as_ref() {
            Some(Ok(kept)) => kept.clone(),
            _ => Vec::new(),
        }
    }

    /// One of them.
    pub(super) fn find(self, id: &str) -> Option<Kept> {
        self.told.with_untracked(|told| {
            let known = told.as_ref()?.as_ref().ok()?;
            known.iter().find(|one| one.view.id == id).cloned()
        })
    }

    /// Changes them, says so, and offers the way back. What is new is found again by not having
    /// been there.
    pub(super) fn change(self, changes: Vec<PositionChange>, words: String) {
        let before: Vec<KeptPositionView> =
            untrack(|| self.known()).into_iter().map(|one| one.view).collect();
        spawn_local(async move {
            let touched: Vec<String> = changes.iter().map(id_of).collect();
            match change_positions(changes).await {
                Ok(now) => {
                    let back = way_back(&touched, &before, &now);
                    self.tell(Ok(now));
                    let undo = move || self.change(back.clone(), "It is as it was.".to_owned());
                    self.toast.set(Some(ToastText::with_undo(words, undo)));
                }
                Err(error) => {
                    let text = format!("Nothing was changed: {error}.");
                    self.toast.set(Some(ToastText { text, answer: None }));
                }
            }
        });
    }
}

fn has_open(views: &[KeptPositionView]) -> bool {
    views.iter().any(|view| view.stage == Stage::Open.as_str())
}

fn id_of(change: &PositionChange) -> String {
    match change {
        PositionChange::Write(view) => view.id.clone(),
        PositionChange::Remove(id) => id.clone(),
    }
}

/// What makes the positions what they were.
fn way_back(
    touched: &[String],
    before: &[KeptPositionView],
    now: &[KeptPositionView],
) -> Vec<PositionChange> {
    let was_there = |id: &String| before.iter().any(|one| one.id == *id);
    let new = now.iter().map(|one| &one.id).filter(|id| !was_there(id));
    let removed = new.cloned().map(PositionChange::Remove);
    let old = before.iter().filter(|one| touched.contains(&one.id)).cloned();
    removed.chain(old.map(PositionChange::Write)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(id: &str, paid: f64) -> KeptPositionView {
        let position = read_position("-4 SPXW 27FEB24 5100/5110C").expect("a position");
        let tape = TapeId::Practice { seed: 1 };
        KeptPositionView {
            id: id.to_owned(),
            paid: Some(paid),
            ..new_position(&position, tape, (Stage::Open, Some(Moment(5))))
        }
    }

    #[test]
    fn the_way_back_is_what_was_there() {
        let before = [view("a", 1.0), view("b", 2.0)];
        let now = [view("a", 9.0), view("b", 2.0), view("c", 3.0)];
        let back = way_back(&["a".to_owned(), String::new()], &before, &now);
        let expected =
            [PositionChange::Remove("c".to_owned()), PositionChange::Write(view("a", 1.0))];
        assert_eq!(back, expected);
        let back = way_back(&["b".to_owned()], &before, &before[..1]);
        assert_eq!(back, [PositionChange::Write(view("b", 2.0))]);
    }

    #[test]
    fn a_position_has_a_name() {
        let kept = Kept::of(view("a", 1.0));
        assert_eq!(kept.name(), "SPX Bear call spread");
        let named = KeptPositionView { name: "Mine".to_owned(), ..view("a", 1.0) };
        assert_eq!(Kept::of(named).name(), "Mine");
        let bad = Kept::of(KeptPositionView { position: "1 SPX".to_owned(), ..view("a", 1.0) });
        assert!(bad.position.is_err());
    }
}
