//! A symbol's drawings: read once, and every change kept, in order.

use api::{ApiError, DrawingWord, edit_drawings, read_drawings};
use chart::{Drawing, DrawingChange, Drawings, Layout};
use leptos::prelude::*;
use leptos::task::spawn_local;
use market::Symbol;

use super::data::DeskData;
use super::retry::Retry;
use crate::components::DrawingControls;
use crate::erased::{follow, memo};
use crate::live::Link;

/// Bytes of lines that are sent at once: well below what the server takes as one question.
const BYTES_AT_ONCE: usize = 16 << 10;
/// What a change weighs besides its line.
const BYTES_AROUND: usize = 16;

/// How it stands with a symbol whose drawings were asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    Asked,
    Failed,
    /// Once more, after it failed and that was told.
    AskedAgain,
}

/// The symbols whose drawings were asked for.
#[derive(Default)]
struct Readings(Vec<(Symbol, Reading)>);

impl Readings {
    fn of(&mut self, symbol: Symbol) -> Option<&mut Reading> {
        self.0.iter_mut().find(|(of, _)| *of == symbol).map(|(_, reading)| reading)
    }

    /// Asks what nobody asked yet; tells whether it did.
    fn begin(&mut self, symbol: Symbol) -> bool {
        let is_new = self.of(symbol).is_none();
        if is_new {
            self.0.push((symbol, Reading::Asked));
        }
        is_new
    }

    /// Asks what failed; tells whether it did.
    fn begin_again(&mut self, symbol: Symbol) -> bool {
        let failed = self.of(symbol).filter(|reading| **reading == Reading::Failed);
        failed.map(|reading| *reading = Reading::AskedAgain).is_some()
    }

    /// It could not be read; tells whether that is for the first time.
    fn fail(&mut self, symbol: Symbol) -> bool {
        let before = self.of(symbol).map(|reading| std::mem::replace(reading, Reading::Failed));
        before == Some(Reading::Asked)
    }
}

/// Changes that wait to be kept, and whether some are on their way.
#[derive(Clone, Debug, Default)]
struct Outbox {
    waiting: Vec<(Symbol, DrawingWord)>,
    is_sending: bool,
    /// The desk came back while some were on their way: if those fail, they are sent once more.
    is_back: bool,
    /// It was told that what waits could not be kept.
    is_told: bool,
    /// Some of it is refused, and waits for the next change: there may be room then.
    is_refused: bool,
}

/// What to do after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Send,
    Tell,
    Wait,
}

impl Outbox {
    fn put(&mut self, symbol: Symbol, changes: Vec<DrawingChange>) {
        for change in changes {
            let word = match change {
                DrawingChange::Put(one) => DrawingWord { id: one.id, body: Some(one.to_string()) },
                DrawingChange::Gone(id) => DrawingWord { id, body: None },
            };
            // Of several changes of one drawing, the last counts.
            self.waiting.retain(|(of, known)| (*of, known.id) != (symbol, word.id));
            self.waiting.push((symbol, word));
        }
        (self.is_told, self.is_refused) = (false, false);
    }

    /// What is sent now: one symbol's, unless some are on their way.
    fn begin(&mut self) -> Option<(Symbol, Vec<(Symbol, DrawingWord)>)> {
        if self.is_sending {
            return None;
        }
        // What makes room goes first: of one drawing only the last change waits.
        self.waiting.sort_by_key(|(_, word)| word.body.is_some());
        let symbol = self.waiting.first()?.0;
        let mut bytes = 0;
        // Once the first has no room, those behind it wait as well: they stay in order.
        let (batch, rest) =
            std::mem::take(&mut self.waiting).into_iter().partition::<Vec<_>, _>(|(of, word)| {
                let is_same = *of == symbol;
                if is_same {
                    bytes += BYTES_AROUND + word.body.as_ref().map_or(0, String::len);
                }
                is_same && bytes <= BYTES_AT_ONCE
            });
        (self.waiting, self.is_sending, self.is_back) = (rest, true, false);
        Some((symbol, batch))
    }

    /// What was on its way was answered.
    fn end(&mut self, batch: Vec<(Symbol, DrawingWord)>, answer: &Result<(), ApiError>) -> Then {
        self.is_sending = false;
        let is_back = std::mem::take(&mut self.is_back);
        let Err(why) = answer else {
            self.is_told = false;
            return Then::Send;
        };
        // They go later; what changed since is newer, and other symbols' do not wait behind what is
        // refused.
        for (symbol, word) in batch {
            if !self.waiting.iter().any(|(of, one)| (*of, one.id) == (symbol, word.id)) {
                self.waiting.push((symbol, word));
            }
        }
        if is_back {
            return Then::Send;
        }
        // What may pass is tried again by and by; of what is refused nothing is new.
        let was_told = std::mem::replace(&mut self.is_told, true);
        let is_old = why.may_pass() || self.is_refused;
        self.is_refused |= !why.may_pass();
        if was_told && is_old { Then::Wait } else { Then::Tell }
    }

    /// Whether all of it is kept: nothing waits, and nothing is on its way.
    fn is_done(&self) -> bool {
        !self.is_sending && self.waiting.is_empty()
    }

    /// Whether with the page something would be gone that may still be kept.
    fn is_wanted(&self) -> bool {
        !self.is_done() && !self.is_refused
    }
}

/// The drawings of the symbols on the charts.
pub(super) fn drawing_controls(layout: Memo<Layout>, data: DeskData) -> DrawingControls {
    let books = RwSignal::new(Vec::new());
    let shown = memo(move || layout.read().symbols());
    let retry = Retry::new();
    follow_readings(books, shown, retry, data);
    let post = Post { outbox: StoredValue::new(Outbox::default()), retry, data };
    // What was drawn while the desk was away goes when it is back.
    follow(move || {
        if data.tape.link.get() == Link::Open {
            post.outbox.update_value(|outbox| outbox.is_back = true);
            post.send();
        }
    });
    follow(move || {
        retry.follow();
        if post.outbox.with_value(Outbox::is_wanted) && data.tape.link.get_untracked() == Link::Open
        {
            post.send();
        }
    });
    // What another page than the desk loses is nothing to wait for.
    on_cleanup(move || {
        let _ = data.installation.has_unsent_drawings.try_set_value(false);
    });
    let on_change = Callback::new(move |(symbol, changes): (Symbol, Vec<DrawingChange>)| {
        post.outbox.update_value(|outbox| outbox.put(symbol, changes));
        post.send();
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

/// Asks for the drawings of what is shown: once, and again where they could not be read.
fn follow_readings(
    books: RwSignal<Vec<(Symbol, Drawings)>>,
    shown: Memo<Vec<Symbol>>,
    retry: Retry,
    data: DeskData,
) {
    let readings = StoredValue::new(Readings::default());
    // What was asked for without a link is asked for again with the next.
    let is_answered = memo(move || data.installation.answers(data.tape));
    follow(move || {
        retry.follow();
        let is_answered = is_answered.get();
        for symbol in shown.get() {
            let asks = readings.try_update_value(|readings| {
                readings.begin(symbol) || (is_answered && readings.begin_again(symbol))
            });
            if asks != Some(true) {
                continue;
            }
            spawn_local(async move {
                match read_drawings(symbol).await {
                    Ok(lines) => {
                        let kept = kept_drawings(symbol, &lines, data);
                        books.try_update(|books| add_kept(books, symbol, kept));
                    }
                    Err(error) => {
                        let is_first = readings.try_update_value(|all| all.fail(symbol));
                        if is_first == Some(true) {
                            let what = format!("The drawings of {symbol} could not be read");
                            data.say(format!("{what}: {error}."));
                        }
                        retry.failed(&error);
                    }
                }
            });
        }
    });
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

/// A symbol's drawings as they are kept; what is none is told.
fn kept_drawings(symbol: Symbol, lines: &[String], data: DeskData) -> Vec<Drawing> {
    let read: Vec<Drawing> = lines.iter().filter_map(|line| line.parse().ok()).collect();
    let bad = lines.len() - read.len();
    if 0 < bad {
        data.say(format!("{bad} drawings of {symbol} could not be read and are kept as they are."));
    }
    read
}

/// Who brings changes to the server.
#[derive(Clone, Copy)]
struct Post {
    outbox: StoredValue<Outbox>,
    retry: Retry,
    data: DeskData,
}

impl Post {
    /// Sends what waits, a part at a time, so that a later change never arrives first.
    fn send(self) {
        let Self { outbox, retry, data } = self;
        let batch = outbox.try_update_value(|outbox| {
            let batch = outbox.begin();
            data.installation.has_unsent_drawings.set_value(outbox.is_wanted());
            batch
        });
        let Some((symbol, batch)) = batch.flatten() else { return };
        spawn_local(async move {
            let words = batch.iter().map(|(_, word)| word.clone()).collect();
            let answer = edit_drawings(symbol, words).await;
            let then = outbox.try_update_value(|outbox| {
                let then = outbox.end(batch, &answer);
                data.installation.has_unsent_drawings.set_value(outbox.is_wanted());
                then
            });
            if then == Some(Then::Send) {
                return self.send();
            }
            let Err(error) = answer else { return };
            if then == Some(Then::Tell) {
                data.say(format!(
                    "Drawings of {symbol} were not saved: {error}. They are tried again with the \
                     next change, and when the desk is back."
                ));
            }
            retry.failed(&error);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gone(ids: &[u64]) -> Vec<DrawingChange> {
        ids.iter().map(|id| DrawingChange::Gone(*id)).collect()
    }

    fn ids(batch: &[(Symbol, DrawingWord)]) -> Vec<u64> {
        batch.iter().map(|(_, word)| word.id).collect()
    }

    #[test]
    fn what_could_not_be_read_is_asked_again_and_told_once() {
        let mut readings = Readings::default();
        assert!(readings.begin(Symbol::SPX));
        assert!(!readings.begin(Symbol::SPX) && !readings.begin_again(Symbol::SPX), "on its way");
        assert!(readings.begin(Symbol::QQQ), "another one");
        assert!(readings.fail(Symbol::SPX), "told");
        assert!(!readings.begin(Symbol::SPX), "not before somebody answers");
        assert!(readings.begin_again(Symbol::SPX));
        assert!(!readings.begin_again(Symbol::SPX), "on its way again");
        assert!(!readings.fail(Symbol::SPX), "told before");
        assert!(readings.begin_again(Symbol::SPX));
        assert!(!readings.begin_again(Symbol::QQQ), "that one did not fail");
    }

    #[test]
    fn an_outbox_is_done_when_all_was_confirmed() {
        let (lost, refused) =
            (Err(ApiError::Unreachable), Err(ApiError::OverLimit { why: "".into() }));
        let mut outbox = Outbox::default();
        assert!(outbox.is_done());
        outbox.put(Symbol::SPX, gone(&[1, 2, 1]));
        outbox.put(Symbol::QQQ, gone(&[3]));
        assert!(!outbox.is_done(), "it waits");
        let (symbol, batch) = outbox.begin().expect("one symbol's");
        assert_eq!((symbol, ids(&batch)), (Symbol::SPX, vec![2, 1]));
        assert_eq!(outbox.begin(), None, "one after the other");
        // The link breaks, and what was changed meanwhile is newer.
        outbox.put(Symbol::SPX, gone(&[1]));
        assert_eq!(outbox.end(batch, &lost), Then::Tell);
        assert!(!outbox.is_done());
        let (symbol, batch) = outbox.begin().expect("the other symbol's");
        assert_eq!((symbol, ids(&batch)), (Symbol::QQQ, vec![3]));
        assert_eq!(outbox.end(batch, &lost), Then::Wait, "told before");
        let (_, batch) = outbox.begin().expect("what was changed meanwhile");
        assert_eq!(ids(&batch), [1, 2]);
        assert!(outbox.is_wanted());
        assert_eq!(outbox.end(batch, &refused), Then::Tell, "that is something else");
        assert!(!outbox.is_wanted() && !outbox.is_done(), "nobody is kept on the page by it");
        // The desk comes back while some are on their way.
        let (_, batch) = outbox.begin().expect("QQQ's");
        outbox.is_back = true;
        assert_eq!(outbox.end(batch, &lost), Then::Send);
        while let Some((_, batch)) = outbox.begin() {
            assert!(!outbox.is_done(), "nothing is confirmed yet");
            assert_eq!(outbox.end(batch, &Ok(())), Then::Send);
        }
        assert!(outbox.is_done());
    }
}
