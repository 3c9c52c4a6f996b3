//! What the servers of one desk say to each other.

use std::collections::BTreeMap;

use desk::{DeskError, OwnerId, TapeBeat};
use market::{TapeCommand, TradingDate};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Stands before every word. Servers of another number are not understood, and do not understand.
const VERSION: u8 = 1;

/// What is told to every other server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Word {
    /// Where the tapes stand that moved.
    Beats {
        /// Of whoever leads.
        term: u64,
        /// By tape.
        beats: Vec<TapeBeat>,
    },
    /// What somebody looks at.
    Looking {
        /// On which server.
        server: String,
        /// The number of its lead; 0 where it does not lead.
        term: u64,
        /// The tapes, as it has them.
        tapes: Vec<TapeBeat>,
        /// How many streams it has open, by whose they are.
        streams: BTreeMap<OwnerId, u32>,
    },
}

/// What the one that leads is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Question {
    /// Whose tape is opened.
    pub(crate) owner: OwnerId,
    /// What is done with it.
    pub(crate) command: Option<TapeCommand>,
}

/// What it answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Answer {
    /// It is done: where the tape stands.
    Done(TapeBeat),
    /// Nothing is recorded of that day.
    NotRecorded(TradingDate),
    /// It makes no sense; what to do.
    Malformed(String),
    /// It could not be done; the log of who leads has the story.
    Failed,
}

impl Answer {
    /// What an asker makes of it.
    pub(crate) fn into_result(self) -> Result<TapeBeat, DeskError> {
        match self {
            Self::Done(beat) => Ok(beat),
            Self::NotRecorded(date) => Err(DeskError::NotRecorded { date }),
            Self::Malformed(why) => Err(DeskError::Malformed(why)),
            Self::Failed => Err(DeskError::NotMoved),
        }
    }
}

/// As it travels.
pub(crate) fn write<T: Serialize>(word: &T) -> Vec<u8> {
    postcard::to_extend(word, vec![VERSION]).expect("a vector grows as needed")
}

/// What came; nothing where it is not understood.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let (version, rest) = bytes.split_first()?;
    let read = postcard::take_from_bytes(rest).ok().filter(|_| *version == VERSION);
    read.filter(|(_, left)| left.is_empty()).map(|(word, _)| word)
}

#[cfg(test)]
mod tests {
    use desk::Speed;
    use market::{Moment, TapeId};

    use super::*;

    fn beat() -> TapeBeat {
        TapeBeat {
            owner: OwnerId::read("ada".to_owned()),
            tape: TapeId::Practice { seed: 7 },
            epoch: 3,
            began_at: Moment(1_000),
            at: Moment(2_000),
            speed: Speed::LIFE,
            is_paused: false,
            is_ended: false,
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let streams = [(beat().owner, 2)].into();
        let looking =
            Word::Looking { server: "a".to_owned(), term: 0, tapes: vec![beat()], streams };
        let beats = Word::Beats { term: 9, beats: vec![beat(), beat()] };
        for word in [looking, beats] {
            assert_eq!(read::<Word>(&write(&word)), Some(word));
        }
        let question = Question { owner: beat().owner, command: Some(TapeCommand::Pause) };
        assert_eq!(read::<Question>(&write(&question)), Some(question));
        // A few dozen bytes for a tape, twenty times a second.
        let one = write(&Word::Beats { term: 9, beats: vec![beat()] });
        assert!(one.len() < 64, "{}", one.len());
    }

    #[test]
    fn nothing_else_is_understood() {
        let whole = write(&Word::Beats { term: 9, beats: vec![beat()] });
        for cut in 0..whole.len() {
            assert_eq!(read::<Word>(&whole[..cut]), None, "{cut}");
        }
        let longer = [whole.as_slice(), &[0]].concat();
        assert_eq!(read::<Word>(&longer), None);
        let other = [&[VERSION + 1], &whole[1..]].concat();
        assert_eq!(read::<Word>(&other), None);
        // No tape runs ten thousand times as fast as life.
        let speed = postcard::to_allocvec(&10_000_u16).expect("bytes");
        assert!(postcard::from_bytes::<Speed>(&speed).is_err());
    }
}
