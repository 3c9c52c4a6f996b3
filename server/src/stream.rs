//! The live stream: one WebSocket a page.
//!
//! Prints are coalesced without loss: a listener that is behind gets the sums of everything it
//! missed in one update, and one that is far behind takes a snapshot. One that takes nothing, or is
//! not heard any more, is let go: it comes back by itself, and meanwhile has no place that another
//! could have.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use api::{
    ClientWord, PROTOCOL_JSON, PROTOCOL_POSTCARD, Position, Resume, ServerWord, SnapshotWord,
    Update, decode_client, encode_chain, encode_server,
};
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use bytes::Bytes;
use desk::{Desk, Limited, Tape, Trader, Used};
use http::{HeaderMap, StatusCode};
use market::{Moment, Symbol, instrument};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::chains::WatchedChains;
use crate::rest::Problem;
use crate::sessions::{Doors, SignedBy};
use crate::shield::is_own_origin;
use crate::tape_loop::{Listeners, Telling, TellingPart};

/// The longest word a client may say.
const WORD_BYTES_MAX: usize = 64 * 1024;
/// Words that a client may say in a second.
const WORDS_PER_SECOND_MAX: u32 = 100;
/// How soon a stream ends after its trader was signed out elsewhere, and how often the other side
/// is asked for a sign of life.
const CHECK_EVERY: Duration = Duration::from_secs(5);
/// How long it may take to find out whether somebody is signed in.
const CHECK_MAX: Duration = Duration::from_secs(1);
/// Signs of life that may stay out one after the other: nobody is there after half a minute.
const UNANSWERED_MAX: u32 = 5;
/// How long the other side may take to let a word through. A page gives up after six seconds
/// without one.
const SEND_MAX: Duration = Duration::from_secs(10);
/// Close code for a client that breaks the rules (RFC 6455).
const POLICY_VIOLATION: u16 = 1008;

/// What the stream needs.
#[derive(Clone)]
pub(crate) struct Stream {
    /// Whose books.
    pub(crate) desk: Arc<Desk>,
    /// Who tells.
    pub(crate) listeners: Arc<Listeners>,
    /// Streams that one trader may have open.
    pub(crate) streams_max: usize,
    /// Who knows whether somebody is still signed in.
    pub(crate) doors: Doors,
}

/// The route of the stream.
pub(crate) fn routes(stream: Stream) -> Router {
    routes_with(stream, Patience { check: CHECK_EVERY, send: SEND_MAX })
}

/// The same, which waits so long.
fn routes_with(stream: Stream, patience: Patience) -> Router {
    let gate = Gate { stream, patience, turn: Arc::default() };
    Router::new().route("/stream", get(open)).with_state(gate)
}

/// How long a stream is waited for.
#[derive(Clone, Copy)]
struct Patience {
    /// Between two looks whether who listens is there, and still signed in.
    check: Duration,
    /// Until a word is let through.
    send: Duration,
}

/// Where streams come in.
#[derive(Clone)]
struct Gate {
    stream: Stream,
    patience: Patience,
    /// Whose turn it is to take a place: those who come at the same moment go one by one.
    turn: Arc<Mutex<()>>,
}

/// What somebody hears. It is one of their trader's open streams as long as it is there.
type Place = Receiver<Telling>;

/// The books of these symbols, and of those that stand in for them, as they are.
pub(crate) fn snapshot_of(tape: &Tape, watched: &[Symbol]) -> SnapshotWord {
    SnapshotWord {
        epoch: tape.epoch(),
        at: tape.state().at,
        positions: watched
            .iter()
            .map(|symbol| Position { symbol: *symbol, seq: tape.seq(*symbol) })
            .collect(),
        books: tape.books().subset(watched),
    }
}

async fn open(
    State(gate): State<Gate>,
    Extension(trader): Extension<Trader>,
    by: Option<Extension<SignedBy>>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !is_own_origin(&headers, &uri) {
        return Problem::new(
            StatusCode::FORBIDDEN,
            "only this desk's own pages may open its stream",
        )
        .into_response();
    }
    let upgrade = upgrade
        .protocols([PROTOCOL_POSTCARD, PROTOCOL_JSON])
        .read_buffer_size(4 * 1024)
        .write_buffer_size(0)
        .max_write_buffer_size(4 * 1024 * 1024)
        .max_message_size(WORD_BYTES_MAX)
        .max_frame_size(WORD_BYTES_MAX);
    let Some(protocol) = upgrade.selected_protocol().cloned() else {
        return Problem::new(
            StatusCode::UPGRADE_REQUIRED,
            "this stream speaks volaris.v1.postcard and volaris.v1.json: reload the page",
        )
        .into_response();
    };
    let is_json = protocol.as_bytes() == PROTOCOL_JSON.as_bytes();
    // Taken before the next handshake is looked at, and given back wherever this one ends.
    let place = gate.take_place(&trader);
    upgrade.on_upgrade(move |mut socket| async move {
        let by = by.map(|Extension(by)| by);
        let listener = Listener::new(&gate, trader, is_json);
        let end = match place {
            Ok(place) => gate.talk(&mut socket, place, listener, by).await,
            // A browser tells its page nothing of an answer that is no stream.
            Err(why) => End::Refused(why),
        };
        if let End::Refused(why) = end {
            // Who does not listen to that either is let go without.
            let _ = timeout(gate.patience.send, refuse(&mut socket, why, is_json)).await;
        }
    })
}

impl Gate {
    /// Lets the trader listen from now on, or tells them why not.
    fn take_place(&self, trader: &Trader) -> Result<Place, String> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let Stream { desk, listeners, streams_max, .. } = &self.stream;
        let open = listeners.count(trader.owner());
        if *streams_max <= open {
            let why = "too many streams are open: close some tabs, or raise `streams_max`";
            return Err(why.to_owned());
        }
        let room = desk.check_limit(trader, Limited::Streams, open + 1);
        room.map_err(|problem| problem.to_string())?;
        Ok(listeners.listen(trader))
    }

    /// Tells what happens until one of the two has enough; the place is free again by then.
    async fn talk(
        &self,
        socket: &mut WebSocket,
        place: Place,
        mut listener: Listener,
        by: Option<SignedBy>,
    ) -> End {
        metrics::gauge!("volaris_streams").increment(1.0);
        let end = tokio::select! {
            end = listener.converse(socket, place) => end,
            end = self.attend(by.as_ref()) => end,
        };
        metrics::gauge!("volaris_streams").decrement(1.0);
        end
    }

    /// Looks after a stream, also while a word of it is not let through: ends it once who hears it
    /// is signed out, and counts its minutes.
    async fn attend(&self, by: Option<&SignedBy>) -> End {
        let mut checks = interval(self.patience.check);
        // Who asks was just found out.
        checks.reset();
        let mut minutes = interval(Duration::from_secs(60));
        minutes.reset();
        loop {
            tokio::select! {
                _ = checks.tick() => {
                    if !self.is_signed_in(by).await {
                        return End::Refused("signed out".to_owned());
                    }
                }
                _ = minutes.tick() => self.count_minute(by),
            }
        }
    }

    /// Who was signed out hears no more. A database that is silent ends nothing: it is asked again
    /// at the next check.
    async fn is_signed_in(&self, by: Option<&SignedBy>) -> bool {
        timeout(CHECK_MAX, self.stream.doors.is_signed_in(by)).await.unwrap_or(true)
    }

    /// A minute of live prices was used. It is counted to the end, though the stream may not last:
    /// to break off there would lose what others used.
    fn count_minute(&self, by: Option<&SignedBy>) {
        let Some(by) = by else { return };
        let (doors, account) = (self.stream.doors.clone(), by.account.clone());
        tokio::spawn(async move { doors.count(&account, Used::LiveMinutes).await });
    }
}

/// Says why no more is said, and ends the talk.
async fn refuse(socket: &mut WebSocket, why: String, is_json: bool) {
    let reason = why.chars().take(100).collect::<String>().into();
    let word = encode_server(&ServerWord::Refused { why }, is_json);
    if let Some(word) = message(word.into(), is_json) {
        let _ = socket.send(word).await;
    }
    let close = CloseFrame { code: POLICY_VIOLATION, reason };
    let _ = socket.send(Message::Close(Some(close))).await;
}

fn message(bytes: Bytes, is_json: bool) -> Option<Message> {
    if is_json {
        return axum::extract::ws::Utf8Bytes::try_from(bytes).ok().map(Message::Text);
    }
    Some(Message::Binary(bytes))
}

/// One page that listens.
struct Listener {
    desk: Arc<Desk>,
    trader: Trader,
    patience: Patience,
    is_json: bool,
    watched: Vec<Symbol>,
    chains: WatchedChains,
    epoch: u64,
    sent: BTreeMap<Symbol, u64>,
    words: (Moment, u32),
    /// How often it was asked for a sign of life since it last gave one.
    unanswered: u32,
    /// Counts messages; held, because looking it up by name for each would cost as much as one.
    messages: metrics::Counter,
}

/// Why the talk ends.
enum End {
    /// The other side left, or cannot be reached.
    Gone,
    /// The other side broke the rules; the text says which.
    Refused(String),
}

impl Listener {
    fn new(gate: &Gate, trader: Trader, is_json: bool) -> Self {
        Self {
            desk: Arc::clone(&gate.stream.desk),
            trader,
            patience: gate.patience,
            is_json,
            watched: Vec::new(),
            chains: WatchedChains::default(),
            epoch: 0,
            sent: BTreeMap::new(),
            words: (Moment(0), 0),
            unanswered: 0,
            messages: metrics::counter!("volaris_stream_messages_total"),
        }
    }

    async fn converse(&mut self, socket: &mut WebSocket, mut tellings: Place) -> End {
        let state = self.desk.with_tape(&self.trader, |tape| tape.state());
        let hello = encode_server(&ServerWord::Status(state.into()), self.is_json);
        if let Err(end) = self.send(socket, hello.into()).await {
            return end;
        }
        let mut pings = interval(self.patience.check);
        // What was held up is not made up for: there is time to answer between any two.
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        pings.reset();
        loop {
            let done = tokio::select! {
                _ = pings.tick() => self.ping(socket).await,
                heard = socket.recv() => match heard {
                    Some(Ok(message)) => self.handle_message(socket, message).await,
                    Some(Err(error)) => Err(End::Refused(error.to_string())),
                    None => Err(End::Gone),
                },
                told = tellings.recv() => match told {
                    Ok(telling) => self.handle_telling(socket, telling, &mut tellings).await,
                    Err(RecvError::Lagged(_)) => self.send_snapshot(socket).await,
                    Err(RecvError::Closed) => Err(End::Gone),
                },
            };
            if let Err(end) = done {
                return end;
            }
        }
    }

    /// Asks for a sign of life, which browsers give by themselves. Who has gone without a word
    /// would otherwise be told everything until the system gives up, a quarter of an hour later.
    async fn ping(&mut self, socket: &mut WebSocket) -> Result<(), End> {
        if UNANSWERED_MAX <= self.unanswered {
            return Err(End::Gone);
        }
        self.unanswered += 1;
        self.say(socket, Message::Ping(Bytes::new())).await
    }

    async fn send(&self, socket: &mut WebSocket, bytes: Bytes) -> Result<(), End> {
        let message = message(bytes, self.is_json).ok_or(End::Gone)?;
        self.messages.increment(1);
        self.say(socket, message).await
    }

    /// Who does not let it through in time is as good as gone.
    async fn say(&self, socket: &mut WebSocket, message: Message) -> Result<(), End> {
        match timeout(self.patience.send, socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Gone),
        }
    }

    async fn handle_message(
        &mut self,
        socket: &mut WebSocket,
        message: Message,
    ) -> Result<(), End> {
        self.unanswered = 0;
        let bytes: Bytes = match message {
            Message::Text(text) => text.into(),
            Message::Binary(bytes) => bytes,
            Message::Ping(_) | Message::Pong(_) => Bytes::new(),
            Message::Close(_) => return Err(End::Gone),
        };
        self.check_pace()?;
        if bytes.is_empty() {
            return Ok(());
        }
        match decode_client(&bytes, self.is_json).map_err(End::Refused)? {
            ClientWord::Watch { symbols, resume } => {
                self.watched = with_proxies(&symbols);
                if resume.is_some_and(|resume| self.resume(&resume)) {
                    return Ok(());
                }
                self.send_snapshot(socket).await
            }
            ClientWord::WatchChains { series } => {
                self.chains.watch(series);
                self.send_chains(socket).await
            }
        }
    }

    /// Tells what changed in the series that are watched.
    async fn send_chains(&mut self, socket: &mut WebSocket) -> Result<(), End> {
        if self.chains.is_empty() {
            return Ok(());
        }
        let chains = &mut self.chains;
        let words = self.desk.with_tape(&self.trader, |tape| chains.news(tape));
        for word in words {
            self.send(socket, encode_chain(&word, self.is_json).into()).await?;
        }
        Ok(())
    }

    /// Goes on from what the page knows, if that is of this epoch and has all that is watched.
    fn resume(&mut self, resume: &Resume) -> bool {
        let epoch = self.desk.with_tape(&self.trader, |tape| tape.epoch());
        let known: BTreeMap<Symbol, u64> =
            resume.positions.iter().map(|known| (known.symbol, known.seq)).collect();
        if resume.epoch != epoch || !self.watched.iter().all(|symbol| known.contains_key(symbol)) {
            return false;
        }
        self.epoch = epoch;
        self.sent = known;
        true
    }

    fn check_pace(&mut self) -> Result<(), End> {
        let now = crate::clock::now();
        let (second, count) = &mut self.words;
        if second.0 / 1_000_000 == now.0 / 1_000_000 {
            *count += 1;
        } else {
            self.words = (now, 1);
        }
        if WORDS_PER_SECOND_MAX < self.words.1 {
            return Err(End::Refused(format!(
                "more than {WORDS_PER_SECOND_MAX} messages a second: slow down"
            )));
        }
        Ok(())
    }

    async fn send_snapshot(&mut self, socket: &mut WebSocket) -> Result<(), End> {
        let watched = self.watched.clone();
        let snapshot = self.desk.with_tape(&self.trader, |tape| snapshot_of(tape, &watched));
        self.epoch = snapshot.epoch;
        self.sent = snapshot.positions.iter().map(|known| (known.symbol, known.seq)).collect();
        let word = encode_server(&ServerWord::Snapshot(Box::new(snapshot)), self.is_json);
        self.send(socket, word.into()).await
    }

    async fn handle_telling(
        &mut self,
        socket: &mut WebSocket,
        first: Telling,
        tellings: &mut Place,
    ) -> Result<(), End> {
        let mut slots = Vec::new();
        let mut next = Some(first);
        while let Some(telling) = next.take() {
            match telling {
                Telling::Slot { epoch, at, parts } if epoch == self.epoch => {
                    slots.push((at, parts));
                }
                // Of an epoch whose snapshot was not sent yet, or not any more.
                Telling::Slot { .. } => {}
                Telling::Status { epoch, postcard, json } => {
                    self.send_slots(socket, std::mem::take(&mut slots)).await?;
                    self.send(socket, if self.is_json { json } else { postcard }).await?;
                    if epoch != self.epoch && !self.watched.is_empty() {
                        self.send_snapshot(socket).await?;
                    }
                }
            }
            next = match tellings.try_recv() {
                Ok(telling) => Some(telling),
                Err(TryRecvError::Empty | TryRecvError::Closed) => None,
                Err(TryRecvError::Lagged(_)) => return self.send_snapshot(socket).await,
            };
        }
        self.send_slots(socket, slots).await?;
        self.send_chains(socket).await
    }

    async fn send_slots(
        &mut self,
        socket: &mut WebSocket,
        slots: Vec<(Moment, Arc<Vec<TellingPart>>)>,
    ) -> Result<(), End> {
        let Some((at, _)) = slots.last() else { return Ok(()) };
        let at = *at;
        let bytes = match slots.as_slice() {
            [(_, parts)] if !self.is_json => {
                let news: Vec<&TellingPart> =
                    parts.iter().filter(|part| self.is_news(&part.update)).collect();
                join_postcard(self.epoch, at, &news)
            }
            _ => {
                let merged = merge(&slots, |update| self.is_news(update));
                let word = ServerWord::Updates { epoch: self.epoch, at, updates: merged };
                encode_server(&word, self.is_json).into()
            }
        };
        for (_, parts) in &slots {
            for part in parts.iter() {
                if let Some(sent) = self.sent.get_mut(&part.update.symbol) {
                    *sent = (*sent).max(part.update.seq);
                }
            }
        }
        self.send(socket, bytes).await
    }

    /// Whether the symbol is watched and the update not in the snapshot already.
    fn is_news(&self, update: &Update) -> bool {
        self.sent.get(&update.symbol).is_some_and(|sent| *sent < update.seq)
    }
}

/// The watched symbols, with the funds that stand in for indices, each once.
pub(crate) fn with_proxies(symbols: &[Symbol]) -> Vec<Symbol> {
    let mut watched = Vec::with_capacity(symbols.len() + 2);
    for symbol in symbols {
        for symbol in [Some(*symbol), instrument(*symbol).proxy].into_iter().flatten() {
            if !watched.contains(&symbol) {
                watched.push(symbol);
            }
        }
    }
    watched
}

/// Several slots' updates as one a symbol.
fn merge(
    slots: &[(Moment, Arc<Vec<TellingPart>>)],
    is_news: impl Fn(&Update) -> bool,
) -> Vec<Update> {
    let mut merged: BTreeMap<Symbol, Update> = BTreeMap::new();
    for part in slots.iter().flat_map(|(_, parts)| parts.iter()) {
        let update = &part.update;
        if !is_news(update) {
            continue;
        }
        match merged.get_mut(&update.symbol) {
            Some(earlier) => {
                earlier.seq = update.seq;
                earlier.bundle.absorb(&update.bundle);
            }
            None => {
                merged.insert(update.symbol, update.clone());
            }
        }
    }
    merged.into_values().collect()
}

/// The bytes of a [`ServerWord::Updates`] from parts that were encoded once for everybody: postcard
/// writes a variant's number, then its fields one after the other.
fn join_postcard(epoch: u64, at: Moment, parts: &[&TellingPart]) -> Bytes {
    let empty = ServerWord::Updates { epoch, at, updates: Vec::new() };
    let mut bytes = encode_server(&empty, false);
    // The last byte is the length of no updates.
    bytes.pop();
    let count = postcard::to_allocvec(&(parts.len() as u64)).expect("a vector grows as needed");
    bytes.extend_from_slice(&count);
    for part in parts {
        bytes.extend_from_slice(part.postcard());
    }
    bytes.into()
}

#[cfg(test)]
mod tests;
