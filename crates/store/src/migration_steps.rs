//! The way of both databases from nothing to the tables of this version. Listed by hand: sqlx's
//! macro would look the folders through, and build every driver a second time to do so.

use std::sync::LazyLock;

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use crate::dialect::Dialect;

/// Steps by name, with their texts for SQLite and for PostgreSQL.
macro_rules! steps {
    ($($name:literal)*) => {
        &[$((
            $name,
            include_str!(concat!("../../../migrations/sqlite/", $name, ".sql")),
            include_str!(concat!("../../../migrations/postgres/", $name, ".sql")),
        )),*]
    };
}

const STEPS: &[(&str, &str, &str)] = steps! {
    "0001_first_tables"
    "0002_drawings"
    "0003_positions"
    "0004_chains"
    "0005_volatility_days"
    "0006_accounts"
    "0007_audit"
    "0008_second_factor"
    "0009_people"
    "0010_api_keys"
    "0011_idempotency"
    "0012_tiers"
    "0013_servers"
    "0014_names"
    "0015_mail"
    "0016_identities"
    "0017_passkeys"
};

static SQLITE: LazyLock<Migrator> = LazyLock::new(|| migrator(Dialect::Sqlite));
static POSTGRES: LazyLock<Migrator> = LazyLock::new(|| migrator(Dialect::Postgres));

/// What a database goes through.
pub(crate) fn migration_steps(dialect: Dialect) -> &'static Migrator {
    match dialect {
        Dialect::Sqlite => &SQLITE,
        Dialect::Postgres => &POSTGRES,
    }
}

fn migrator(dialect: Dialect) -> Migrator {
    let steps = STEPS.iter().map(|(name, sqlite, postgres)| {
        let text = match dialect {
            Dialect::Sqlite => *sqlite,
            Dialect::Postgres => *postgres,
        };
        let (number, words) = name.split_once('_').expect("a number and words");
        let number = number.parse().expect("a number");
        let words = words.replace('_', " ").into();
        Migration::new(number, words, MigrationType::Simple, text.into_sql_str(), false)
    });
    Migrator::with_migrations(steps.collect())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_file_is_a_step() {
        for folder in ["sqlite", "postgres"] {
            let folder =
                Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(folder);
            let names = std::fs::read_dir(folder).expect("a folder").map(|file| {
                let name = file.expect("a file").file_name().into_string().expect("a name");
                name.trim_end_matches(".sql").to_owned()
            });
            let mut names: Vec<String> = names.collect();
            names.sort();
            let listed: Vec<&str> = STEPS.iter().map(|(name, ..)| *name).collect();
            assert_eq!(names, listed);
        }
    }

    /// A database that an earlier build made knows its steps by these.
    #[test]
    fn a_step_is_known_by_what_it_always_was() {
        let first = migration_steps(Dialect::Sqlite).iter().next().expect("a step");
        assert_eq!((first.version, &*first.description), (1, "first tables"));
        assert!(hex::encode(&first.checksum).starts_with("326786105ea9281a"));
    }
}
