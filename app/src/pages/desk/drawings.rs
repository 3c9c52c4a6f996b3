//! A symbol's drawings: read once, and every change kept, in order.

use api::{DrawingWord, edit_drawings, read_drawings};
use chart::{Drawing, DrawingChange, Drawings, Layout};
use leptos::prelude::*;
use leptos::task::spawn_local;
use market::Symbol;

use super::data::DeskData;
use crate::components::DrawingControls;
use crate::erased::{follow, memo};
use crate::live::Link;

/// Bytes of lines that are sent at once: well below what the server takes as one question.
const BYTES_AT_ONCE: usize = 16 << 10;
/// What a change weighs besides its line.
const BYTES_AROUND: usize = 16;

/// Changes that wait to be kept, and whether some are on their way.
#[derive(Clone, Debug, Default)]
struct Outbox {
    waiting: Vec<(Symbol, DrawingWord)>,
    is_sending: bool,
    /// The desk came back while some were on their way: if those fail, they are sent once more.
    is_back: bool,
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
    // What was drawn while the desk was away goes when it is back.
    follow(move || {
        if data.tape.link.get() == Link::Open {
            outbox.update_value(|outbox| outbox.is_back = true);
            send(outbox, data);
        }
    });
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
    let on_gone = Callback::new(move |toast| data.toast.set(Some(toast)));
    let on_full = Callback::new(move |symbol| {
        data.say(format!(
            "{symbol} has {} drawings, the most that are kept: delete some first.",
            Drawing::COUNT_MAX
        ));
    });
    DrawingControls::new(books, on_change, on_gone, on_full)
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

/// Sends what waits, a part at a time, so that a later change never arrives first.
fn send(outbox: StoredValue<Outbox>, data: DeskData) {
    let batch = outbox.try_update_value(|outbox| {
        if outbox.is_sending {
            return None;
        }
        // What makes room goes first: of one drawing only the last change waits.
        outbox.waiting.sort_by_key(|(_, word)| word.body.is_some());
        let symbol = outbox.waiting.first()?.0;
        let mut bytes = 0;
        // Once the first has no room, those behind it wait as well: they stay in order.
        let (batch, rest) =
            std::mem::take(&mut outbox.waiting).into_iter().partition::<Vec<_>, _>(|(of, word)| {
                let is_same = *of == symbol;
                if is_same {
                    bytes += BYTES_AROUND + word.body.as_ref().map_or(0, String::len);
                }
                is_same && bytes <= BYTES_AT_ONCE
            });
        (outbox.waiting, outbox.is_sending, outbox.is_back) = (rest, true, false);
        Some((symbol, batch))
    });
    let Some((symbol, batch)) = batch.flatten() else { return };
    spawn_local(async move {
        let words = batch.iter().map(|(_, word)| word.clone()).collect();
        let answer = edit_drawings(symbol, words).await;
        let is_failed = answer.is_err();
        let is_back = outbox.try_update_value(|outbox| {
            outbox.is_sending = false;
            if is_failed {
                // They go later; what changed since is newer, and other symbols' do not wait
                // behind what is refused.
                let is_newer = |word: &(Symbol, DrawingWord)| {
                    outbox.waiting.iter().any(|(of, one)| (*of, one.id) == (word.0, word.1.id))
                };
                let again: Vec<_> = batch.into_iter().filter(|one| !is_newer(one)).collect();
                outbox.waiting.extend(again);
            }
            std::mem::take(&mut outbox.is_back)
        });
        match answer {
            Ok(()) => send(outbox, data),
            Err(_) if is_back == Some(true) => send(outbox, data),
            Err(error) => data.say(format!(
                "Drawings of {symbol} were not saved: {error}. They are tried again with the next \
                 change, and when the desk is back."
            )),
        }
    });
}
