//! The page's WebSocket: opens it, opens it again with growing pauses, and fetches what was missed.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::erased::follow;
use api::{
    CHAIN_MARK, ClientWord, Gap, PROTOCOL_POSTCARD, Resume, ServerWord, decode_gap, decode_server,
    encode_client,
};
use gloo::timers::callback::Timeout;
use gloo::timers::future::TimeoutFuture;
use leptos::prelude::*;
use market::Span;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{BinaryType, MessageEvent, WebSocket};

use super::books::Heed;
use super::{Link, LiveTape, Refill, steady_ms};

/// The first pause before the link is tried again, in milliseconds.
const PAUSE_MS_FIRST: f64 = 250.0;
/// The longest pause.
const PAUSE_MS_MAX: f64 = 10_000.0;
/// Times that what was missed is asked for before everything is loaded anew.
const REFILLS_MAX: usize = 3;
/// Between two of them: a network that has just come back may fail the first.
const REFILL_MS: u32 = 300;
/// Silence after which a link is taken for dead: the server says something every second.
const SILENCE_MS_MAX: f64 = 6_000.0;

/// One page's link to the server.
struct Wire {
    tape: LiveTape,
    socket: RefCell<Option<WebSocket>>,
    pause_ms: Cell<f64>,
    heard_ms: Cell<f64>,
    lost_ms: Cell<Option<f64>>,
    is_refilling: Cell<bool>,
    is_drawn: Rc<Cell<bool>>,
}

/// Connects, and stays connected as long as the page lives.
pub(super) fn connect(tape: LiveTape) {
    let wire = Rc::new(Wire {
        tape,
        socket: RefCell::new(None),
        pause_ms: Cell::new(PAUSE_MS_FIRST),
        heard_ms: Cell::new(steady_ms()),
        lost_ms: Cell::new(None),
        is_refilling: Cell::new(false),
        is_drawn: Rc::new(Cell::new(true)),
    });
    wire.open();
    let watching = Rc::clone(&wire);
    follow(move || {
        tape.watched.track();
        watching.watch(None);
    });
    let watching = Rc::clone(&wire);
    follow(move || {
        tape.watched_chains.track();
        watching.watch_chains();
    });
    // The page lives as long as its tape: the watchman is never called off.
    gloo::timers::callback::Interval::new(1_000, move || wire.check_silence()).forget();
}

impl Wire {
    fn open(self: &Rc<Self>) {
        if self.is_outdated() {
            return;
        }
        let location = window().location();
        let host = location.host().unwrap_or_default();
        let scheme = if location.protocol().as_deref() == Ok("https:") { "wss" } else { "ws" };
        let address = format!("{scheme}://{host}/stream");
        let Ok(socket) = WebSocket::new_with_str(&address, PROTOCOL_POSTCARD) else {
            self.retry();
            return;
        };
        socket.set_binary_type(BinaryType::Arraybuffer);
        self.heard_ms.set(steady_ms());
        let wire = Rc::clone(self);
        set_handler(&socket, "message", move |event| wire.handle_message(&event));
        let wire = Rc::clone(self);
        let own = socket.clone();
        set_handler(&socket, "close", move |_| wire.handle_close(&own));
        *self.socket.borrow_mut() = Some(socket);
    }

    /// The server lets this page listen: it says how the tape stands before anything else.
    fn handle_greeting(self: &Rc<Self>) {
        self.pause_ms.set(PAUSE_MS_FIRST);
        self.tape.link.set(Link::Open);
        self.tape.openings.update_value(|openings| *openings += 1);
        // After a break what was shown stays, updates go on, and what lies between is fetched. If
        // the tape jumped meanwhile the server answers with a snapshot instead.
        let lost_ms = self.lost_ms.take();
        self.watch(lost_ms.map(|_| self.resume()));
        if !self.tape.watched_chains.read_untracked().is_empty() {
            self.watch_chains();
        }
        if let Some(lost_ms) = lost_ms {
            self.refill(lost_ms);
        }
    }

    fn handle_message(self: &Rc<Self>, event: &web_sys::Event) {
        // A socket that closes may still have words: of a newer server none is understood.
        if self.is_outdated() {
            return;
        }
        self.heard_ms.set(steady_ms());
        let data = event.unchecked_ref::<MessageEvent>().data();
        let bytes = js_sys::Uint8Array::new(&data).to_vec();
        if bytes.first() == Some(&CHAIN_MARK) {
            self.tape.hear_chain(bytes);
            self.draw_soon();
            return;
        }
        match decode_server(&bytes) {
            Some(ServerWord::Status(status)) => {
                self.tape.status.set(Some((status, steady_ms())));
                if self.tape.link.get_untracked() != Link::Open {
                    self.handle_greeting();
                }
            }
            Some(ServerWord::Refused { why }) => self.tape.refused.set(why),
            Some(word) => {
                let mut heed = Heed::Fine;
                self.tape.books.update_value(|books| heed = books.handle_word(word));
                if heed == Heed::Missing {
                    self.refill(steady_ms());
                }
                self.draw_soon();
            }
            None => {
                self.tape.link.set(Link::Outdated);
                let socket = self.socket.take();
                let _ = socket.map(|socket| socket.close());
            }
        }
    }

    fn is_outdated(&self) -> bool {
        self.tape.link.get_untracked() == Link::Outdated
    }

    fn handle_close(self: &Rc<Self>, closed: &WebSocket) {
        let is_current = self.socket.borrow().as_ref().is_some_and(|own| own == closed);
        if !is_current {
            return;
        }
        *self.socket.borrow_mut() = None;
        if self.lost_ms.get().is_none() && self.tape.peek_books(|books| books.snapshots()) != 0 {
            self.lost_ms.set(Some(self.heard_ms.get()));
        }
        self.tape.link.set(Link::Lost);
        self.retry();
    }

    /// Tries again after a pause that doubles, with a random part so that a thousand pages do not
    /// come back in the same instant.
    fn retry(self: &Rc<Self>) {
        let pause_ms = self.pause_ms.get();
        self.pause_ms.set((pause_ms * 2.0).min(PAUSE_MS_MAX));
        let jittered_ms = pause_ms * (0.75 + js_sys::Math::random() / 2.0);
        let wire = Rc::clone(self);
        #[expect(clippy::cast_possible_truncation, reason = "at most 12,500")]
        #[expect(clippy::cast_sign_loss, reason = "pauses are positive")]
        Timeout::new(jittered_ms as u32, move || wire.open()).forget();
    }

    /// A link whose other end vanished says nothing, for minutes, and does not close.
    fn check_silence(self: &Rc<Self>) {
        if SILENCE_MS_MAX < steady_ms() - self.heard_ms.get() {
            let silent = self.socket.borrow().clone();
            if let Some(socket) = silent {
                let _ = socket.close();
                self.handle_close(&socket);
            }
        }
    }

    fn resume(&self) -> Resume {
        self.tape.peek_books(|books| Resume { epoch: books.epoch(), positions: books.positions() })
    }

    fn watch(&self, resume: Option<Resume>) {
        let symbols = self.tape.watched.get_untracked();
        if symbols.is_empty() {
            return;
        }
        self.say(&ClientWord::Watch { symbols, resume });
    }

    fn watch_chains(&self) {
        let series = self.tape.watched_chains.get_untracked();
        self.say(&ClientWord::WatchChains { series });
    }

    fn say(&self, word: &ClientWord) {
        if let Some(socket) = self.socket.borrow().as_ref()
            && socket.ready_state() == WebSocket::OPEN
        {
            let _ = socket.send_with_u8_array(&encode_client(word));
        }
    }

    /// Fetches what was missed since `since_ms`, then watches on.
    fn refill(self: &Rc<Self>, since_ms: f64) {
        if self.is_refilling.replace(true) {
            return;
        }
        let wire = Rc::clone(self);
        spawn_local(async move {
            let mut prints = None;
            let mut filled = Some((0, Heed::Missing));
            // The server may answer before it heard that updates are wanted: what it sent nobody in
            // between is fetched the next time.
            for turn in 0..REFILLS_MAX {
                let Some((before, Heed::Missing)) = filled else { break };
                if 0 < turn {
                    TimeoutFuture::new(REFILL_MS).await;
                }
                let (epoch, known) =
                    wire.tape.peek_books(|books| (books.epoch(), known_text(&books.positions())));
                let Some(gap) = fetch_gap(epoch, &known).await else { continue };
                wire.tape.books.update_value(|books| filled = books.handle_gap(gap));
                filled = filled.map(|(count, heed)| (before + count, heed));
            }
            if let Some((count, Heed::Fine)) = filled {
                prints = Some(count);
            }
            wire.is_refilling.set(false);
            #[expect(clippy::cast_possible_truncation, reason = "a page does not live that long")]
            let missed = Span::millis((steady_ms() - since_ms) as i64);
            wire.tape.refill.set(Some(Refill { missed, prints }));
            if prints.is_none() {
                wire.watch(None);
            }
            wire.draw_soon();
        });
    }

    /// Lets screens look at the books with the next drawn frame.
    fn draw_soon(&self) {
        if !self.is_drawn.replace(false) {
            return;
        }
        let (is_drawn, version) = (Rc::clone(&self.is_drawn), self.tape.version);
        request_animation_frame(move || {
            is_drawn.set(true);
            version.update(|version| *version += 1);
        });
    }
}

fn set_handler(socket: &WebSocket, name: &str, handle: impl FnMut(web_sys::Event) + 'static) {
    let handler = Closure::<dyn FnMut(web_sys::Event)>::new(handle).into_js_value();
    let _ = socket.add_event_listener_with_callback(name, handler.unchecked_ref());
}

/// `SPX:120,SPY:4711`.
fn known_text(positions: &[api::Position]) -> String {
    let pairs: Vec<String> =
        positions.iter().map(|known| format!("{}:{}", known.symbol, known.seq)).collect();
    pairs.join(",")
}

async fn fetch_gap(epoch: u64, known: &str) -> Option<Gap> {
    let address = format!("/api/v1/tape?format=postcard&epoch={epoch}&after={known}");
    let answer = JsFuture::from(window().fetch_with_str(&address)).await;
    let response: web_sys::Response = answer.ok()?.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    let buffer = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
    decode_gap(&js_sys::Uint8Array::new(&buffer).to_vec())
}
