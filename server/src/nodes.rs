//! Several servers of one desk on one database.
//!
//! One of them leads and does what is done once for all. Where they can talk to each other (NATS),
//! it also moves every tape: the others play each to where it stands there, with the same prints
//! under the same numbers, so that a trader sees one market whichever server answers.

mod leading;
mod words;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context;
use async_trait::async_trait;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use bus::{Asker, Bus, Heard};
use desk::{Desk, DeskError, OwnerId, Store, TapeBeat, TapeMover, TapeState, Trader};
use market::{Moment, Span, TapeCommand};
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;
use tracing::{debug, warn};

use crate::clock::now;
use crate::configuration::Configuration;
use crate::rest::story;
use crate::tape_loop::Listeners;
pub(crate) use leading::Leading;
use words::{Answer, Question, Word};

/// How often servers tell what is looked at on them.
const LOOKING_EVERY: Duration = Duration::from_secs(1);
/// Tapes in one word: NATS takes a megabyte.
const BEATS_MAX: usize = 2_000;
/// How long a tape that could not be followed is left alone.
const REFUSED_FOR: Span = Span::seconds(5);
/// Jumps that a tape may make under one lead: a number of this many bits.
const EPOCH_BITS: u32 = 24;
/// Words that wait to be told; what comes when there are so many is told with the next.
const WORDS_MAX: usize = 256;

/// This server among those of its desk.
pub(crate) struct Nodes {
    /// What it is called.
    name: String,
    /// Whether it leads.
    pub(crate) leading: Leading,
    bus: Option<Bus>,
    /// What is told next.
    words: mpsc::Sender<Word>,
    /// Where tapes stood that others moved, as they said it last: from there they go on when
    /// somebody looks here after those are gone.
    seen: Mutex<BTreeMap<OwnerId, TapeBeat>>,
}

impl Nodes {
    /// Meets the others, where that is configured. Gives also what it tells, which somebody must
    /// pass on.
    pub(crate) async fn join(
        configuration: &Configuration,
        store: &dyn Store,
    ) -> anyhow::Result<(Self, mpsc::Receiver<Word>)> {
        let bus = match &configuration.nats {
            None => None,
            Some(address) => {
                let desk = store.desk_facts().await?.name;
                Some(Bus::connect(address, &desk).await.context("the setting `nats`")?)
            }
        };
        let (words, told) = mpsc::channel(WORDS_MAX);
        let (leading, seen) = (Leading::default(), Mutex::default());
        Ok((Self { name: name(), leading, bus, words, seen }, told))
    }

    /// What this server is called among the others.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether the tapes are moved here.
    pub(crate) fn moves_tapes(&self) -> bool {
        self.bus.is_none() || self.leading.moves().is_some()
    }

    /// Whether the others are in reach, where they should be.
    pub(crate) fn is_in_reach(&self) -> bool {
        self.bus.as_ref().is_none_or(Bus::is_connected)
    }

    /// Under which number this server moves tapes that others follow; nothing where nobody does.
    pub(crate) fn followed(&self) -> Option<u64> {
        self.leading.moves().filter(|_| self.bus.is_some())
    }

    /// The least number of the epochs that begin here, by the number of this server's lead: those
    /// of an earlier one are smaller.
    pub(crate) fn epoch_floor(&self) -> u64 {
        self.followed().map_or(0, |term| term << EPOCH_BITS)
    }

    fn seen(&self) -> MutexGuard<'_, BTreeMap<OwnerId, TapeBeat>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the others where tapes stand that were moved here.
    pub(crate) fn tell_moved(&self, moved: Vec<TapeBeat>) {
        let Some(term) = self.followed() else { return };
        for beats in moved.chunks(BEATS_MAX) {
            // The next word tells where they stand then: one that finds no place is not missed.
            let _ = self.words.try_send(Word::Beats { term, beats: beats.to_vec() });
        }
    }

    /// Passes words on to the others, and tells every second what is looked at here, until the task
    /// is dropped.
    pub(crate) async fn speak(
        self: Arc<Self>,
        desk: Arc<Desk>,
        listeners: Arc<Listeners>,
        mut told: mpsc::Receiver<Word>,
    ) {
        let Some(bus) = &self.bus else { return };
        let mut beats = tokio::time::interval(LOOKING_EVERY);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let word = tokio::select! {
                word = told.recv() => match word {
                    Some(word) => word,
                    None => return,
                },
                _ = beats.tick() => self.looking(&desk, &listeners),
            };
            if let Err(problem) = bus.tell(words::write(&word)).await {
                debug!(problem = %story(&problem), "a word was not told");
            }
        }
    }

    fn looking(&self, desk: &Desk, listeners: &Listeners) -> Word {
        listeners.forget_servers(now());
        let streams = listeners.streams_here();
        // Whoever leads moves what it is told of, and tells of it by itself.
        let (term, tapes) = match self.leading.moves() {
            Some(term) => (term, Vec::new()),
            None => (0, desk.awake_tapes(now(), |owner| streams.contains_key(owner))),
        };
        Word::Looking { server: self.name.clone(), term, tapes, streams }
    }

    /// Hears what the others say, until the task is dropped; `moved` tells whoever listens here.
    pub(crate) async fn hear(
        self: Arc<Self>,
        desk: Arc<Desk>,
        listeners: Arc<Listeners>,
        moved: impl Fn(&OwnerId, desk::TapeStep, TapeState),
    ) {
        let Some(bus) = &self.bus else { return };
        let mut hearing = match bus.listen().await {
            Ok(hearing) => hearing,
            Err(problem) => {
                warn!(problem = %story(&problem), "this server cannot hear the others");
                return;
            }
        };
        let mut last_term = 0;
        let mut refused = BTreeMap::new();
        while let Some(heard) = hearing.next().await {
            last_term = last_term.max(self.leading.moves().unwrap_or_default());
            match heard {
                Heard::Question(question, asker) => self.answer(&desk, &question, asker).await,
                Heard::Word(word) => match words::read(&word) {
                    Some(Word::Beats { term, beats }) if last_term <= term => {
                        last_term = term;
                        self.leading.give_way(term);
                        for beat in beats {
                            follow(&desk, &beat, &mut refused, &moved).await;
                            self.seen().insert(beat.owner.clone(), beat);
                        }
                    }
                    // Of one that leads no more, and does not know it yet.
                    Some(Word::Beats { .. }) => {}
                    Some(Word::Looking { server, term, tapes, streams }) => {
                        self.leading.give_way(term);
                        listeners.hear_of(server, streams, now());
                        if self.leading.moves().is_some() {
                            for beat in tapes {
                                move_on(&desk, &beat).await;
                            }
                        }
                    }
                    None => debug!(bytes = word.len(), "a server said what is not understood"),
                },
            }
        }
    }

    /// Answers where this is the one that leads; otherwise somebody else does.
    async fn answer(&self, desk: &Desk, question: &[u8], asker: Asker) {
        if self.leading.moves().is_none() {
            return;
        }
        let Some(Question { owner, command }) = words::read(question) else { return };
        let trader = Trader::vouched_for(owner);
        let done = match command {
            Some(command) => desk.move_here(&trader, command).await,
            None => desk.tape_state(&trader).await,
        };
        let answer = match done {
            Ok(state) => Answer::Done(TapeBeat::new(trader.owner().clone(), &state)),
            Err(DeskError::NotRecorded { date }) => Answer::NotRecorded(date),
            Err(DeskError::Malformed(why)) => Answer::Malformed(why),
            Err(problem) => {
                warn!(problem = %story(&problem), "a tape could not be moved for another server");
                Answer::Failed
            }
        };
        if let Err(problem) = asker.answer(words::write(&answer)).await {
            debug!(problem = %story(&problem), "an answer was not told");
        }
    }
}

#[async_trait]
impl TapeMover for Nodes {
    async fn ask(
        &self,
        owner: &OwnerId,
        command: Option<TapeCommand>,
    ) -> Result<Option<TapeBeat>, DeskError> {
        // A tape that others moved goes on from where it stood when they were last heard.
        let seen = || command.is_none().then(|| self.seen().get(owner).cloned()).flatten();
        let Some(bus) = self.bus.as_ref().filter(|_| !self.moves_tapes()) else {
            return Ok(seen());
        };
        let question = words::write(&Question { owner: owner.clone(), command });
        match bus.ask(question).await {
            Ok(answer) => {
                words::read::<Answer>(&answer).unwrap_or(Answer::Failed).into_result().map(Some)
            }
            Err(_) => seen().map(Some).ok_or(DeskError::NotMoved),
        }
    }
}

/// Plays a tape on to where it stands elsewhere. One that cannot be is not tried again for a while:
/// everybody else's waits meanwhile.
async fn follow(
    desk: &Desk,
    beat: &TapeBeat,
    refused: &mut BTreeMap<OwnerId, Moment>,
    moved: impl Fn(&OwnerId, desk::TapeStep, TapeState),
) {
    let now = now();
    if refused.get(&beat.owner).is_some_and(|at| now - *at < REFUSED_FOR) {
        return;
    }
    match desk.follow(beat).await {
        Ok(Some((step, state))) => moved(&beat.owner, step, state),
        Ok(None) => {}
        Err(problem) => {
            warn!(owner = %beat.owner, problem = %story(&problem), "a tape cannot be followed");
            refused.insert(beat.owner.clone(), now);
            return;
        }
    }
    refused.remove(&beat.owner);
}

/// Somebody looks at a tape on another server: it is moved, from where it stands there if nobody
/// did here.
async fn move_on(desk: &Desk, beat: &TapeBeat) {
    if let Err(problem) = desk.move_on(beat).await {
        warn!(owner = %beat.owner, problem = %story(&problem), "a tape cannot be moved");
    }
}

/// Opens the trader's tape before anything is asked of it.
pub(crate) async fn open_tape(
    State(desk): State<Arc<Desk>>,
    request: Request,
    next: Next,
) -> Response {
    if let Some(trader) = request.extensions().get::<Trader>().cloned()
        && let Err(problem) = desk.open_tape(&trader).await
    {
        // It begins here, and goes on from there where whoever leads has none.
        debug!(problem = %story(&problem), "a tape begins without who leads");
    }
    next.run(request).await
}

/// The machine, and the process on it.
fn name() -> String {
    #[cfg(unix)]
    let machine = rustix::system::uname().nodename().to_string_lossy().into_owned();
    #[cfg(not(unix))]
    let machine = std::env::var("COMPUTERNAME").unwrap_or_else(|_| "server".to_owned());
    format!("{machine}/{}", std::process::id())
}
