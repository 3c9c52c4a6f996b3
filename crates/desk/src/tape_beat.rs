//! Tapes of a desk that several servers serve: one of them moves the tapes, the others follow.
//!
//! What is told is where a tape stands. The practice market and recorded days are the same on every
//! server, so each plays the prints up to there by itself, with the same numbers.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use market::{Moment, TapeCommand, TapeId};
use serde::{Deserialize, Serialize};

use crate::desk::{OpenTape, lock};
use crate::{Desk, DeskError, MarketFeed, OwnerId, Speed, Tape, TapeState, TapeStep, Trader};

/// Where a tape stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TapeBeat {
    /// Whose it is.
    pub owner: OwnerId,
    /// Of which market.
    pub tape: TapeId,
    /// Changes with every jump.
    pub epoch: u64,
    /// Where the epoch began, in tape time.
    pub began_at: Moment,
    /// The tape's time.
    pub at: Moment,
    /// Tape seconds in a second.
    pub speed: Speed,
    /// Whether it stands still.
    pub is_paused: bool,
    /// Whether it reached its end.
    pub is_ended: bool,
}

impl TapeBeat {
    /// Where somebody's tape stands.
    pub fn new(owner: OwnerId, state: &TapeState) -> Self {
        Self {
            owner,
            tape: state.tape.clone(),
            epoch: state.epoch,
            began_at: state.began_at,
            at: state.at,
            speed: state.speed,
            is_paused: state.is_paused,
            is_ended: state.is_ended,
        }
    }
}

/// Whoever moves the tapes, where that may be another server.
#[async_trait]
pub trait TapeMover: Send + Sync {
    /// Has a tape opened, and moved where `command` says so; nothing where that is this server's
    /// own to do.
    async fn ask(
        &self,
        owner: &OwnerId,
        command: Option<TapeCommand>,
    ) -> Result<Option<TapeBeat>, DeskError>;
}

impl Desk {
    /// The same, where another server may move the tapes.
    #[must_use]
    pub fn with_mover(mut self, mover: Arc<dyn TapeMover>) -> Self {
        self.mover = Some(mover);
        self
    }

    /// Does with the trader's tape what they say, wherever it is moved.
    pub async fn control_tape(
        &self,
        trader: &Trader,
        command: TapeCommand,
    ) -> Result<TapeState, DeskError> {
        if let Some(mover) = &self.mover
            && let Some(beat) = mover.ask(trader.owner(), Some(command)).await?
        {
            return self.show(&beat).await;
        }
        self.move_here(trader, command).await
    }

    /// Opens the trader's tape as the server that moves it has it, where that is another and this
    /// one does not show it yet.
    pub async fn open_tape(&self, trader: &Trader) -> Result<(), DeskError> {
        if let Some(mover) = &self.mover
            && !lock(&self.tapes).contains_key(trader.owner())
            && let Some(beat) = mover.ask(trader.owner(), None).await?
        {
            self.show(&beat).await?;
        }
        Ok(())
    }

    /// Does with the trader's tape what they say, on this server; gives where it stands.
    pub async fn move_here(
        &self,
        trader: &Trader,
        command: TapeCommand,
    ) -> Result<TapeState, DeskError> {
        match command {
            TapeCommand::Pause => Ok(self.pause_tape(trader)),
            TapeCommand::Play => Ok(self.play_tape(trader)),
            TapeCommand::Speed(times) => self.set_tape_speed(trader, times),
            TapeCommand::Step(by) => self.step_tape(trader, by),
            TapeCommand::Seek(to) => Ok(self.seek_tape(trader, to)),
            TapeCommand::NextOpen => self.seek_tape_to_next_open(trader),
            TapeCommand::Practice => Ok(self.play_practice(trader)),
            TapeCommand::Recording(date) => self.play_recording(trader, date).await,
        }
    }

    /// Shows a tape as it stands elsewhere, and opens it where it was not.
    pub async fn show(&self, beat: &TapeBeat) -> Result<TapeState, DeskError> {
        let shown = lock(&self.tapes).get(&beat.owner).cloned();
        if let Some(open) = shown {
            let mut open = lock(&open);
            if open.tape.is_beside(beat) {
                // What is played on is told to whoever listens: by the next word, not by this one.
                open.tape.heed(beat);
                return Ok(open.tape.state());
            }
        }
        if let Some((_, state)) = self.follow(beat).await? {
            return Ok(state);
        }
        let feed = self.market_of(beat).await?;
        let tape = Tape::beside(feed, beat);
        let state = tape.state();
        // Whoever asked at the same moment opened the same.
        let open = Arc::new(Mutex::new(OpenTape::new(tape)));
        lock(&self.tapes).entry(beat.owner.clone()).or_insert(open);
        Ok(state)
    }

    /// Plays a tape on to where it stands elsewhere; nothing where nobody here looks at it.
    pub async fn follow(
        &self,
        beat: &TapeBeat,
    ) -> Result<Option<(TapeStep, TapeState)>, DeskError> {
        let Some(open) = lock(&self.tapes).get(&beat.owner).cloned() else { return Ok(None) };
        {
            let mut open = lock(&open);
            if let Some(step) = open.tape.follow(beat) {
                return Ok(Some((step, open.tape.state())));
            }
        }
        let tape = Tape::beside(self.market_of(beat).await?, beat);
        let state = tape.state();
        lock(&open).tape = tape;
        Ok(Some((TapeStep::NewEpoch, state)))
    }

    /// Somebody looks at a tape on another server: it is moved here, from where it stands there if
    /// it was not open here.
    pub async fn move_on(&self, beat: &TapeBeat) -> Result<(), DeskError> {
        if lock(&self.tapes).contains_key(&beat.owner) {
            self.with_tape_of(&beat.owner, |_| ());
            return Ok(());
        }
        self.show(beat).await.map(|_| ())
    }

    /// Epochs that begin on this server from now on have at least this number: others that moved
    /// the tapes before have given smaller ones.
    pub fn raise_epochs(&self, floor: u64) {
        self.epoch_floor.store(floor, Ordering::Release);
    }

    /// Where every tape stands that somebody listens to or asked not long ago.
    pub fn awake_tapes(&self, now: Moment, is_heard: impl Fn(&OwnerId) -> bool) -> Vec<TapeBeat> {
        let mut awake = Vec::new();
        for (owner, open) in self.open_tapes() {
            let mut open = lock(&open);
            if open.look(now, is_heard(&owner)) {
                awake.push(TapeBeat::new(owner, &open.tape.state()));
            }
        }
        awake
    }

    async fn market_of(&self, beat: &TapeBeat) -> Result<Box<dyn MarketFeed>, DeskError> {
        let unknown = || DeskError::NoSuchTape { tape: beat.tape.clone() };
        let feed = match &beat.tape {
            TapeId::Practice { .. } => self.practice(),
            TapeId::Replay { recording, .. } => {
                let date = recording.parse().map_err(|_| unknown())?;
                self.recording(&beat.owner, date).await?
            }
            TapeId::Live { .. } => return Err(unknown()),
        };
        if feed.tape() == beat.tape { Ok(feed) } else { Err(unknown()) }
    }
}
