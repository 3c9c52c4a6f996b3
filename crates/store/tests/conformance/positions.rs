//! Positions that traders keep.

use desk::{KeptPosition, OwnerId, PositionEdit, PositionStore, Stage};
use market::Span;

use super::home::{Home, OPEN, local, on_both, other, tape};

on_both!(positions_are_kept, edits_are_all_or_nothing, a_damaged_position_is_told);

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
