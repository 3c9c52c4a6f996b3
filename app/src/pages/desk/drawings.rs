//! A symbol's drawings: read once, and every change kept, in order.

use api::{DrawingWord, edit_drawings, read_drawings};
use chart::{Drawing, DrawingChange, Drawings, Layout};
use leptos::prelude::*;
use leptos::task::spawn_local;
use market::Symbol;

use super::data::DeskData;
use crate::components::DrawingControls;
use crate::erased::{follow, memo};

/// Changes that wait to be kept, and whether some are on their way.
#[derive(Clone, Debug, Default)]
struct Outbox {
    waiting: Vec<(Symbol, DrawingWord)>,
    is_sending: bool,
}

/// The drawings of the symbols on the charts.
pub(super) fn drawing_controls(layout: Memo<Layout>, data: DeskData) -> DrawingControls {
    let books = RwSignal::new(Vec::new());
    let shown = memo(move || layout.read().symbols());
    let asked = StoredValue::new(Vec::<Symbol>::new());
    follow(move || {
        for symbol in shown.get() {
            if asked.with_value(|asked| asked.contains(&symbol)) {
                continue;
            }
            asked.update_value(|asked| asked.push(symbol));
            spawn_local(async move {
                if let Some(kept) = kept_drawings(symbol, data).await {
                    books.try_update(|books| add_kept(books, symbol, kept));
                } else {
                    // Whoever shows the symbol again asks again.
                    asked.try_update_value(|asked| asked.retain(|one| *one != symbol));
                }
            });
        }
    });
    let outbox = StoredValue::new(Outbox::default());
    let on_change = Callback::new(move |(symbol, changes): (Symbol, Vec<DrawingChange>)| {
        outbox.update_value(|outbox| {
            for change in changes {
                let word = match change {
                    DrawingChange::Put(one) => {
                        DrawingWord { id: one.id, body: Some(one.to_string()) }
                    }
                    DrawingChange::Gone(id) => DrawingWord { id, body: None },
                };
                // Of several changes of one drawing, the last counts.
                outbox.waiting.retain(|(of, known)| (*of, known.id) != (symbol, word.id));
                outbox.waiting.push((symbol, word));
            }
        });
        send(outbox, data);
    });
    DrawingControls::new(books, on_change)
}

/// Adds what is kept to what was drawn before that was known.
fn add_kept(books: &mut Vec<(Symbol, Drawings)>, symbol: Symbol, kept: Vec<Drawing>) {
    let place = books.iter().position(|(of, _)| *of == symbol);
    let drawn = place.map(|place| books.remove(place).1).unwrap_or_default();
    let is_newer = |one: &Drawing| drawn.items().iter().any(|newer| newer.id == one.id);
    let mut all: Vec<Drawing> = kept.into_iter().filter(|one| !is_newer(one)).collect();
    all.extend_from_slice(drawn.items());
    books.push((symbol, Drawings::new(all)));
}

/// A symbol's drawings as they are kept; nothing when they could not be read, which is told.
async fn kept_drawings(symbol: Symbol, data: DeskData) -> Option<Vec<Drawing>> {
    let lines = match read_drawings(symbol).await {
        Ok(lines) => lines,
        Err(error) => {
            data.say(format!("The drawings of {symbol} could not be read: {error}."));
            return None;
        }
    };
    let read: Vec<Drawing> = lines.iter().filter_map(|line| line.parse().ok()).collect();
    let bad = lines.len() - read.len();
    if 0 < bad {
        data.say(format!("{bad} drawings of {symbol} could not be read and are kept as they are."));
    }
    Some(read)
}

/// Sends what waits, one request at a time, so that a later change never arrives first.
fn send(outbox: StoredValue<Outbox>, data: DeskData) {
    let batch = outbox.try_update_value(|outbox| {
        if outbox.is_sending {
            return None;
        }
        let symbol = outbox.waiting.first()?.0;
        let (batch, rest) = std::mem::take(&mut outbox.waiting)
            .into_iter()
            .partition::<Vec<_>, _>(|(of, _)| *of == symbol);
        (outbox.waiting, outbox.is_sending) = (rest, true);
        Some((symbol, batch))
    });
    let Some((symbol, batch)) = batch.flatten() else { return };
    spawn_local(async move {
        let words = batch.iter().map(|(_, word)| word.clone()).collect();
        let answer = edit_drawings(symbol, words).await;
        let is_failed = answer.is_err();
        outbox.try_update_value(|outbox| {
            outbox.is_sending = false;
            if is_failed {
                // They go with the next change; what changed since is newer.
                let is_newer = |word: &(Symbol, DrawingWord)| {
                    outbox.waiting.iter().any(|(of, one)| (*of, one.id) == (word.0, word.1.id))
                };
                let mut again: Vec<_> = batch.into_iter().filter(|one| !is_newer(one)).collect();
                again.append(&mut outbox.waiting);
                outbox.waiting = again;
            }
        });
        match answer {
            Ok(()) => send(outbox, data),
            Err(error) => data.say(format!(
                "Drawings of {symbol} were not saved: {error}. They are tried again with the next \
                 change."
            )),
        }
    });
}
