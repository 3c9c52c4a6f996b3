//! Where bars and a trader's things are kept: SQLite and PostgreSQL, one SQL text for both.
//!
//! The only crate that names sqlx. Knows no screen, no feed and no level.

mod accounts;
mod api_keys;
mod audit;
mod mail;
mod migration_steps;
mod passkeys;
mod people;
mod identities;
mod announcements;
mod attempts;
mod servers;
mod usage;
mod bars;
mod batch;
mod belongings;
mod chains;
mod volatility;
mod database;
mod clock;
mod copying;
mod dialect;
mod migration;
mod series;
mod positions;
mod tables;
mod things;

pub use copying::{CopiedTable, remove_file};
pub use database::{Database, DatabaseUrl, check_sqlite};
pub use migration::Migration;
