//! Key levels: where traders look, computed from prints and bars as they come.
//!
//! [`BookWriter`] stands where prints are seen: it holds back bad ones, counts touches and writes
//! [`Books`]. Everybody else follows its [`crate::Bundle`]s and arrives at the same books, bit for
//! bit.

mod group;
mod level;
mod pivots;
mod round_numbers;
mod history;
mod profile;
mod book;
mod session_levels;
mod proxy;
mod books;
mod absence;
mod quarantine;
mod touch;
mod writer;
mod ladder;
mod definitions;
mod explain;
mod option_levels;

pub use absence::Absence;
pub use book::LevelBook;
pub use books::Books;
pub use explain::{Explanation, Input, InputValue};
pub use group::LevelGroup;
pub use history::{BeyondCalendar, CloseKind, ExtendedRange, SessionStart};
pub use ladder::{Cluster, clusters};
pub use level::{
    Level, LevelId, LevelRole, LevelSource, Periods, QuarantineEvent, Standing, TouchEvent, Touches,
};
pub use option_levels::{Ending, ExpectedRange, OptionLevels, Wall};
pub use pivots::{OpenHighLowClose, PivotSet};
pub use profile::{ValueArea, VolumeProfile};
pub use proxy::{ProxyHistory, ProxyLink};
pub use writer::BookWriter;
