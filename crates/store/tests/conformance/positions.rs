//! Positions that traders keep.

use desk::{
    Answered, KeptPosition, NAMED_FOR, NamedChange, OwnerId, PositionEdit, PositionStore, Stage,
};
use market::{Moment, Span};

use super::home::{Home, OPEN, local, on_both, other, tape};

on_both!(
    a_named_change_is_done_once,
    positions_are_kept,
    edits_are_all_or_nothing,
    a_damaged_position_is_told
);

fn planned(name: &str) -> KeptPosition {
    KeptPosition {
        id: String::new(),
        tape: tape(),
        name: name.to_owned(),
        legs: "-1 SPXW 27FEB24 5100C; +1 SPXW 27FEB24 5110C".to_owned(),
        stage: Stage::Planned,
        paid: None,
        received: None,
        fees: 0,
        opened_at: None,
        closed_at: None,
        changed_at: OPEN,
    }
}

fn write(one: &KeptPosition) -> PositionEdit {
    PositionEdit::Write(one.clone())
}

async fn positions_are_kept(home: Home) {
    let store = home.open().await;
    let of = |owner: OwnerId| {
        let store = &store;
        async move { store.positions(&owner).await.unwrap() }
    };
    assert_eq!(of(local()).await, []);
    let edits = [write(&planned("first")), write(&planned("second"))];
    let ids = store.edit_positions(&local(), &edits).await.unwrap();
    assert_eq!(ids.len(), 2);
    let kept = of(local()).await;
    let named: Vec<(&str, &str)> =
        kept.iter().map(|one| (one.id.as_str(), one.name.as_str())).collect();
    assert_eq!(named, [(ids[0].as_str(), "first"), (ids[1].as_str(), "second")]);
    // Everything there is to it comes back as it was written.
    let closed = KeptPosition {
        id: ids[0].clone(),
        stage: Stage::Closed,
        paid: Some(-1_250_000),
        received: Some(400_000),
        fees: 26_000,
        opened_at: Some(OPEN),
        closed_at: Some(OPEN + Span::hours(3)),
        changed_at: OPEN + Span::hours(4),
        ..planned("Größe 📈 '; --")
    };
    assert_eq!(store.edit_positions(&local(), &[write(&closed)]).await.unwrap(), [ids[0].clone()]);
    assert_eq!(of(local()).await[0], closed);
    // Another's of the same identity is another one.
    store.edit_positions(&other(), &[write(&closed)]).await.unwrap();
    let gone = [PositionEdit::Remove(ids[0].clone())];
    store.edit_positions(&local(), &gone).await.unwrap();
    store.edit_positions(&local(), &gone).await.unwrap();
    assert_eq!(of(local()).await.len(), 1);
    assert_eq!(of(other()).await, std::slice::from_ref(&closed));
    // What was removed comes back in its place.
    store.edit_positions(&local(), &[write(&closed)]).await.unwrap();
    assert_eq!(of(local()).await[0], closed);
    drop(store);
    assert_eq!(home.open().await.positions(&local()).await.unwrap().len(), 2);
}

async fn edits_are_all_or_nothing(home: Home) {
    let store = home.open().await;
    let ids = store.edit_positions(&local(), &[write(&planned("whole"))]).await.unwrap();
    // A text that PostgreSQL refuses; SQLite takes it whole.
    let bad = KeptPosition { name: "\0".to_owned(), ..planned("bad") };
    let edits = [PositionEdit::Remove(ids[0].clone()), write(&bad)];
    let is_written = store.edit_positions(&local(), &edits).await.is_ok();
    let left = store.positions(&local()).await.unwrap();
    let names: Vec<&str> = left.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, if is_written { ["\0"] } else { ["whole"] });
}

async fn a_damaged_position_is_told(home: Home) {
    let store = home.open().await;
    store.edit_positions(&local(), &[write(&planned("whole"))]).await.unwrap();
    home.tamper("update position set stage = 'lost'").await;
    let told = store.positions(&local()).await.unwrap_err().to_string();
    assert!(told.contains("`position`") && told.contains("`lost` is no stage"), "{told}");
}

async fn a_named_change_is_done_once(home: Home) {
    let store = home.open().await;
    let change = |name: &str, asked: &str, at: i64| NamedChange {
        name: name.to_owned(),
        asked: asked.to_owned(),
        at: Moment(at),
    };
    let edits = [write(&planned(""))];
    let first = change("robot-1", "hash", 5);
    // Eight times at once, as after a line that was lost.
    let owner = local();
    let tries = (0..8).map(|_| store.edit_positions_once(&owner, &edits, &first));
    let answers = futures::future::join_all(tries).await;
    let answers: Vec<Answered> = answers.into_iter().map(Result::unwrap).collect();
    let done: Vec<_> = answers.iter().filter(|one| matches!(one, Answered::Now(_))).collect();
    let [Answered::Now(ids)] = done.as_slice() else { panic!("{answers:?}") };
    let again = Answered::Before(ids.clone());
    assert_eq!(answers.iter().filter(|one| **one == again).count(), 7, "{answers:?}");
    assert_eq!(store.positions(&local()).await.unwrap().len(), 1);
    // Another question by this name, the same name of somebody else, another name.
    let other_question = change("robot-1", "another hash", 6);
    let told = store.edit_positions_once(&local(), &edits, &other_question).await.unwrap();
    assert_eq!(told, Answered::Otherwise);
    let told = store.edit_positions_once(&other(), &edits, &first).await.unwrap();
    assert!(matches!(told, Answered::Now(_)));
    let told = store.edit_positions_once(&local(), &edits, &change("robot-2", "hash", 7)).await;
    assert!(matches!(told.unwrap(), Answered::Now(_)));
    assert_eq!(store.positions(&local()).await.unwrap().len(), 2);
    // After a day it is a new one.
    let later = change("robot-1", "hash", 6 + NAMED_FOR.0);
    let told = store.edit_positions_once(&local(), &edits, &later).await.unwrap();
    assert!(matches!(told, Answered::Now(_)), "{told:?}");
}
