//! The loop that owns the clock: moves every open tape twenty times a second and tells listeners.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use api::{ServerWord, TapeView, Update, encode_server};
use bytes::Bytes;
use desk::{Desk, OwnerId, Slot, TapeState, TapeStep, Trader};
use market::Moment;
use tokio::sync::broadcast;
use tokio::time::MissedTickBehavior;

use crate::clock::now;

/// How often tapes move: the most that a client is told in a second is twenty.
const BEAT: Duration = Duration::from_millis(50);
/// How often everybody is told how the tape stands.
const STATUS_BEATS: u32 = 20;
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

/// Where listeners wait, by whose tape they follow.
#[derive(Default)]
pub(crate) struct Listeners {
    channels: Mutex<BTreeMap<OwnerId, broadcast::Sender<Telling>>>,
}

impl Listeners {
    fn channel(&self, owner: &OwnerId) -> broadcast::Sender<Telling> {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        let open = || broadcast::channel(BEHIND_MAX).0;
        channels.entry(owner.clone()).or_insert_with(open).clone()
    }

    /// Listens to the trader's tape from now on.
    pub(crate) fn listen(&self, trader: &Trader) -> broadcast::Receiver<Telling> {
        self.channel(trader.owner()).subscribe()
    }

    /// How many listen to any.
    pub(crate) fn total(&self) -> usize {
        let channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        channels.values().map(broadcast::Sender::receiver_count).sum()
    }

    /// How many listen to an owner's tape.
    pub(crate) fn count(&self, owner: &OwnerId) -> usize {
        let channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        channels.get(owner).map_or(0, broadcast::Sender::receiver_count)
    }
}

/// Moves every open tape until the task is dropped.
pub(crate) async fn run(desk: Arc<Desk>, listeners: Arc<Listeners>) {
    let mut beat = tokio::time::interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut beats = 0_u32;
    let mut told: BTreeMap<OwnerId, TapeState> = BTreeMap::new();
    loop {
        beat.tick().await;
        beats = beats.wrapping_add(1);
        let is_heard = |owner: &OwnerId| 0 < listeners.count(owner);
        desk.move_tapes(now(), is_heard, |owner, step, state| {
            let channel = listeners.channel(owner);
            let before = told.get(owner);
            let is_changed = before.is_none_or(|before| is_jump(before, &state));
            if is_changed || beats.is_multiple_of(STATUS_BEATS) {
                // Nobody listening is no error.
                let _ = channel.send(status(&state));
            }
            if let TapeStep::Slot(slot) = step
                && !slot.symbols.is_empty()
            {
                let _ = channel.send(slot_telling(&state, slot));
            }
            told.insert(owner.clone(), state);
        });
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
