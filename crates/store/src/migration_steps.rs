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

    /// How each step is named and its checksum begins, for SQLite and for PostgreSQL: what the
    /// databases that are out there remember of it.
    const RELEASED: &[(&str, &str, &str)] = &[
        ("0001 first tables", "326786105ea9281a", "33d03082c6c6a70e"),
        ("0002 drawings", "861cc39f5fd61ede", "5e2bb09a108bfcae"),
        ("0003 positions", "da9cb0134f5e8ce2", "d2079c9329eba654"),
        ("0004 chains", "2a36960935391cab", "3594406355af923e"),
        ("0005 volatility days", "1406b910132716aa", "93355bb197a65e73"),
        ("0006 accounts", "9a7715a15932c285", "14fef3b2967e9cde"),
        ("0007 audit", "97e959349ac2b705", "692fa513e9fbcb46"),
        ("0008 second factor", "2f71c31aed4cdd12", "b57f608fb292ed64"),
        ("0009 people", "9005b3a468c3053a", "bf153905c609f889"),
        ("0010 api keys", "1f2968f37202abc0", "d354f12267fa737d"),
        ("0011 idempotency", "fd188fadb658538e", "99fa445e40355baa"),
        ("0012 tiers", "34185ca42eadb45f", "34e6a963a69838e5"),
        ("0013 servers", "c7191833d0076bc6", "99cc4982909920ef"),
        ("0014 names", "d9b8148820cec299", "d9b8148820cec299"),
        ("0015 mail", "f0ae50242c2d0b42", "22676fd750e80f73"),
        ("0016 identities", "8a6c6407b8b88ee7", "54f1dbad5ed5f6b2"),
        ("0017 passkeys", "da23b3b8cd7ef18b", "17f926aeeba218f0"),
    ];

    #[test]
    fn a_released_step_is_what_it_always_was() {
        let [sqlite, postgres] = [Dialect::Sqlite, Dialect::Postgres].map(|dialect| {
            let step = |step: &Migration| {
                let name = format!("{:04} {}", step.version, step.description);
                (name, hex::encode(&step.checksum)[..16].to_owned())
            };
            migration_steps(dialect).iter().map(step).collect::<Vec<_>>()
        });
        for (place, (name, of_sqlite, of_postgres)) in RELEASED.iter().enumerate() {
            for (found, begins) in [(&sqlite[place], of_sqlite), (&postgres[place], of_postgres)] {
                assert_eq!(
                    (found.0.as_str(), found.1.as_str()),
                    (*name, *begins),
                    "a released step is never edited, or no database that has it opens again: \
                     write a new step"
                );
            }
        }
        let known = [sqlite.len(), postgres.len()];
        assert_eq!(known, [RELEASED.len(); 2], "a new step belongs into the list as well");
    }
}
