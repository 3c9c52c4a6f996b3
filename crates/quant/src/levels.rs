//! Key levels: where traders look, computed from prints and bars as they come.

mod level;

pub use level::{
    Level, LevelId, LevelRole, LevelSource, Periods, QuarantineEvent, Standing, TouchEvent, Touches,
};
