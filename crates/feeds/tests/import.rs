//! Imports, from outside: real files, files that are wrong in a known way, and chance.
#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

#[path = "import/chains.rs"]
mod chains;
#[path = "import/files.rs"]
mod files;
#[path = "import/properties.rs"]
mod properties;
#[path = "import/real_bars.rs"]
mod real_bars;
#[path = "import/real_ticks.rs"]
mod real_ticks;
#[path = "import/refusals.rs"]
mod refusals;
#[path = "import/replay.rs"]
mod replay;
#[path = "import/tables.rs"]
mod tables;
