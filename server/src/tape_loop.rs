//! The loop that owns the clock: moves every open tape twenty times a second and tells listeners.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use api::{ServerWord, TapeView, Update, encode_server};
use bytes::Bytes;
use desk::{Desk, OwnerId, Slot, TapeBeat, TapeState, TapeStep, Trader};
use market::{Moment, Span};
use tokio::sync::broadcast;
use tokio::time::MissedTickBehavior;

use crate::clock::now;
use crate::nodes::Nodes;

/// How often tapes move: the most that a client is told in a second is twenty.
const BEAT: Duration = Duration::from_millis(50);
/// How often everybody is told how the tape stands.
const STATUS_EVERY: Span = Span::seconds(1);
/// A server that said nothing for so long is gone.
const SERVER_GONE_AFTER: Span = Span::seconds(5);
/// Slots that a slow listener may lie behind before it takes a snapshot instead.
const BEHIND_MAX: usize = 256;

/// One symbol's part of a slot, encoded once for all listeners.
pub(crate) struct TellingPart {
    /// The part itself, for listeners who merge several.
    pub(crate) update: Update,
    postcard: OnceLock<Bytes>,
}

impl TellingPart {
    /// Its postcard bytes, as they stand inside a [`ServerWord::Updates`].
    pub(crate) fn postcard(&self) -> &Bytes {
        self.postcard.get_or_init(|| {
            Bytes::from(postcard::to_allocvec(&self.update).expect("a vector grows as needed"))
        })
    }
}

/// What listeners are told.
#[derive(Clone)]
pub(crate) enum Telling {
    /// What happened since the last slot.
    Slot {
        /// Which epoch.
        epoch: u64,
        /// The tape's time.
        at: Moment,
        /// By symbol.
        parts: Arc<Vec<TellingPart>>,
    },
    /// How the tape stands; listeners whose epoch it is not take a snapshot.
    Status {
        /// Which epoch.
        epoch: u64,
        /// Postcard bytes of the word.
        postcard: Bytes,
        /// JSON bytes of the word.
        json: Bytes,
    },
}

/// How many streams are open, by whose they are.
pub(crate) type Streams = BTreeMap<OwnerId, u32>;

/// Where listeners wait, by whose tape they follow.
#[derive(Default)]
pub(crate) struct Listeners {
    channels: Mutex<BTreeMap<OwnerId, broadcast::Sender<Telling>>>,
    /// Whether nobody is told anything any more.
    is_closed: AtomicBool,
    /// Streams that other servers have open, by server, and when it said so.
    elsewhere: Mutex<BTreeMap<String, (Moment, Streams)>>,
    /// How every tape stood when its listeners were last told, and when that was, by the wall.
    told: Mutex<BTreeMap<OwnerId, (TapeState, Moment)>>,
}

/// A poisoned lock guards maps whose changes are whole: they are still good.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Listeners {
    fn channel(&self, owner: &OwnerId) -> broadcast::Sender<Telling> {
        let open = || broadcast::channel(BEHIND_MAX).0;
        let mut channels = lock(&self.channels);
        if self.is_closed.load(Ordering::Acquire) {
            return open();
        }
        channels.entry(owner.clone()).or_insert_with(open).clone()
    }

    /// Ends every stream, and whichever begins later, as it hears that nobody tells anything.
    pub(crate) fn close(&self) {
        let mut channels = lock(&self.channels);
        self.is_closed.store(true, Ordering::Release);
        channels.clear();
    }

    /// Listens to the trader's tape from now on.
    pub(crate) fn listen(&self, trader: &Trader) -> broadcast::Receiver<Telling> {
        self.channel(trader.owner()).subscribe()
    }

    /// How many listen to any, on this server.
    pub(crate) fn total(&self) -> usize {
        lock(&self.channels).values().map(broadcast::Sender::receiver_count).sum()
    }

    /// The streams that this server has open.
    pub(crate) fn streams_here(&self) -> Streams {
        let channels = lock(&self.channels);
        let open = channels.iter().map(|(owner, channel)| {
            (owner.clone(), u32::try_from(channel.receiver_count()).unwrap_or(u32::MAX))
        });
        open.filter(|(_, count)| 0 < *count).collect()
    }

    /// How many listen to an owner's tape, on all servers.
    pub(crate) fn count(&self, owner: &OwnerId) -> usize {
        let here = lock(&self.channels).get(owner).map_or(0, broadcast::Sender::receiver_count);
        let elsewhere = lock(&self.elsewhere);
        let elsewhere = elsewhere.values().filter_map(|(_, streams)| streams.get(owner));
        here + elsewhere.map(|count| *count as usize).sum::<usize>()
    }

    /// How many other servers there are.
    pub(crate) fn servers_elsewhere(&self) -> usize {
        lock(&self.elsewhere).len()
    }

    /// Another server tells what it has open.
    pub(crate) fn hear_of(&self, server: String, streams: Streams, now: Moment) {
        lock(&self.elsewhere).insert(server, (now, streams));
    }

    /// Forgets servers that are gone.
    pub(crate) fn forget_servers(&self, now: Moment) {
        lock(&self.elsewhere).retain(|_, (heard_at, _)| now - *heard_at < SERVER_GONE_AFTER);
    }

    /// Tells whoever listens what happened on a tape; true where the tape is not where it was, or
    /// that was last said a while ago.
    pub(crate) fn tell(
        &self,
        owner: &OwnerId,
        step: TapeStep,
        state: TapeState,
        now: Moment,
    ) -> bool {
        let channel = self.channel(owner);
        let mut told = lock(&self.told);
        let before = told.get(owner);
        let is_due = before.is_none_or(|(before, told_at)| {
            is_jump(before, &state) || STATUS_EVERY <= now - *told_at || now < *told_at
        });
        let is_moved = before.is_none_or(|(before, _)| before.at != state.at);
        let told_at = match before {
            Some((_, told_at)) if !is_due => *told_at,
            _ => now,
        };
        if is_due {
            // Nobody listening is no error.
            let _ = channel.send(status(&state));
        }
        if let TapeStep::Slot(slot) = step
            && !slot.symbols.is_empty()
        {
            let _ = channel.send(slot_telling(&state, slot));
        }
        told.insert(owner.clone(), (state, told_at));
        is_due || is_moved
    }
}

/// Moves every open tape, where that is this server's to do, until the task is dropped.
pub(crate) async fn run(desk: Arc<Desk>, listeners: Arc<Listeners>, nodes: Arc<Nodes>) {
    let mut beat = tokio::time::interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        beat.tick().await;
        if !nodes.moves_tapes() {
            continue;
        }
        desk.raise_epochs(nodes.epoch_floor());
        let now = now();
        let is_heard = |owner: &OwnerId| 0 < listeners.count(owner);
        let is_followed = nodes.followed().is_some();
        let mut moved = Vec::new();
        desk.move_tapes(now, is_heard, |owner, step, state| {
            let beat = is_followed.then(|| TapeBeat::new(owner.clone(), &state));
            if listeners.tell(owner, step, state, now) {
                moved.extend(beat);
            }
        });
        nodes.tell_moved(moved);
    }
}

/// Whether a listener must hear of it at once.
fn is_jump(before: &TapeState, after: &TapeState) -> bool {
    before.epoch != after.epoch
        || before.tape != after.tape
        || before.speed != after.speed
        || before.is_paused != after.is_paused
        || before.is_ended != after.is_ended
}

fn status(state: &TapeState) -> Telling {
    let word = ServerWord::Status(TapeView::from(state.clone()));
    Telling::Status {
        epoch: state.epoch,
        postcard: Bytes::from(encode_server(&word, false)),
        json: Bytes::from(encode_server(&word, true)),
    }
}

fn slot_telling(state: &TapeState, slot: Slot) -> Telling {
    let parts = slot
        .symbols
        .into_iter()
        .map(|part| TellingPart { update: part.into(), postcard: OnceLock::new() });
    Telling::Slot { epoch: state.epoch, at: state.at, parts: Arc::new(parts.collect()) }
}
