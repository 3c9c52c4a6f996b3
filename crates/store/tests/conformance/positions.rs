//! Positions that traders keep.

use desk::{
    Answered, KeptPosition, NAMED_FOR, NamedChange, OwnerId, PositionEdit, PositionStore, Stage,
};
use market::{Moment, Span};

use super::home::{Home, OPEN, local, on_both, other, tape};

on_both!(
    a_named_change_is_done_once,
    so_many_are_kept_and_no_more,
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
    let ids = store.edit_positions(&local(), &edits, 9).await.unwrap().unwrap();
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
    let written = store.edit_positions(&local(), &[write(&closed)], 9).await.unwrap();
    assert_eq!(written, Some(vec![ids[0].clone()]));
    assert_eq!(of(local()).await[0], closed);
    // Another's of the same identity is another one.
    store.edit_positions(&other(), &[write(&closed)], 9).await.unwrap();
    let gone = [PositionEdit::Remove(ids[0].clone())];
    store.edit_positions(&local(), &gone, 9).await.unwrap();
    store.edit_positions(&local(), &gone, 9).await.unwrap();
    assert_eq!(of(local()).await.len(), 1);
    assert_eq!(of(other()).await, std::slice::from_ref(&closed));
    // What was removed comes back in its place.
    store.edit_positions(&local(), &[write(&closed)], 9).await.unwrap();
    assert_eq!(of(local()).await[0], closed);
    drop(store);
    assert_eq!(home.open().await.positions(&local()).await.unwrap().len(), 2);
}

async fn edits_are_all_or_nothing(home: Home) {
    let store = home.open().await;
    let edits = [write(&planned("whole"))];
    let ids = store.edit_positions(&local(), &edits, 9).await.unwrap().unwrap();
    // A text that PostgreSQL refuses; SQLite takes it whole.
    let bad = KeptPosition { name: "\0".to_owned(), ..planned("bad") };
    let edits = [PositionEdit::Remove(ids[0].clone()), write(&bad)];
    let is_written = store.edit_positions(&local(), &edits, 9).await.is_ok();
    let left = store.positions(&local()).await.unwrap();
    let names: Vec<&str> = left.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, if is_written { ["\0"] } else { ["whole"] });
}

async fn a_damaged_position_is_told(home: Home) {
    let store = home.open().await;
    store.edit_positions(&local(), &[write(&planned("whole"))], 9).await.unwrap();
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
    // Eight times at once, as after a line that was lost, and with room for one: the others are
    // answered though there is no more.
    let owner = local();
    let tries = (0..8).map(|_| store.edit_positions_once(&owner, &edits, &first, 1));
    let answers = futures::future::join_all(tries).await.into_iter();
    let answers: Vec<Answered> = answers.map(|one| one.unwrap().expect("room")).collect();
    let done: Vec<_> = answers.iter().filter(|one| matches!(one, Answered::Now(_))).collect();
    let [Answered::Now(ids)] = done.as_slice() else { panic!("{answers:?}") };
    let again = Answered::Before(ids.clone());
    assert_eq!(answers.iter().filter(|one| **one == again).count(), 7, "{answers:?}");
    assert_eq!(store.positions(&local()).await.unwrap().len(), 1);
    // Another question by this name, the same name of somebody else, another name.
    let other_question = change("robot-1", "another hash", 6);
    let told = store.edit_positions_once(&local(), &edits, &other_question, 1).await.unwrap();
    assert_eq!(told, Some(Answered::Otherwise));
    let told = store.edit_positions_once(&other(), &edits, &first, 1).await.unwrap();
    assert!(matches!(told, Some(Answered::Now(_))), "{told:?}");
    let second = change("robot-2", "hash", 7);
    let told = store.edit_positions_once(&local(), &edits, &second, 1).await.unwrap();
    assert_eq!(told, None, "there is no room");
    // What was not done is not known by its name.
    let told = store.edit_positions_once(&local(), &edits, &second, 2).await.unwrap();
    assert!(matches!(told, Some(Answered::Now(_))), "{told:?}");
    assert_eq!(store.positions(&local()).await.unwrap().len(), 2);
    // After a day it is a new one.
    let later = change("robot-1", "hash", 6 + NAMED_FOR.0);
    let told = store.edit_positions_once(&local(), &edits, &later, 3).await.unwrap();
    assert!(matches!(told, Some(Answered::Now(_))), "{told:?}");
}

async fn so_many_are_kept_and_no_more(home: Home) {
    let store = home.open().await;
    let owner = local();
    let keep = async |n: usize| {
        let edits = [write(&planned(""))];
        let name = format!("robot-{n}");
        let change = NamedChange { name, asked: "hash".to_owned(), at: Moment(5) };
        // Half of them as a page does it, half as a program.
        match n % 2 {
            0 => store.edit_positions(&owner, &edits, 5).await.unwrap().is_some(),
            _ => store.edit_positions_once(&owner, &edits, &change, 5).await.unwrap().is_some(),
        }
    };
    let done = futures::future::join_all((0..20).map(keep)).await;
    assert_eq!(done.iter().filter(|is_done| **is_done).count(), 5, "{done:?}");
    let kept = store.positions(&owner).await.unwrap();
    assert_eq!(kept.len(), 5);
    // What is there is still changed, by whoever has more than they may as well.
    let changed = KeptPosition { fees: 7, ..kept[0].clone() };
    assert!(store.edit_positions(&owner, &[write(&changed)], 3).await.unwrap().is_some());
    // Of what is one too many nothing is done.
    let gone = PositionEdit::Remove(kept[1].id.clone());
    let edits = [gone, write(&planned("a")), write(&planned("b"))];
    assert_eq!(store.edit_positions(&owner, &edits, 5).await.unwrap(), None);
    let left = store.positions(&owner).await.unwrap();
    assert_eq!(left[0], changed);
    assert_eq!(left[1..], kept[1..]);
    // Others' count for themselves.
    assert!(store.edit_positions(&other(), &edits, 2).await.unwrap().is_some());
}
