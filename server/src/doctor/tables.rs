//! Whether the database opens, is whole, and has the tables that this program knows. It is looked
//! at as it is: nothing is made, and nothing is brought up to date.

use desk::{AuditStore, Store, StoreError};
use store::{Database, DatabaseUrl};

use super::{Finding, url};
use crate::configuration::Configuration;
use crate::rest::story;

/// Opens the database where there is one; what is to be said where there is none, or it does not
/// open.
pub(super) async fn open(configuration: &Configuration) -> Result<Database, Finding> {
    let url = url(configuration);
    if let DatabaseUrl::File(path) = &url
        && !path.exists()
    {
        return Err(Finding::well("database: there is none yet, the first start makes it"));
    }
    Database::open(&url).await.map_err(|error| closed(&url, &error))
}

fn closed(url: &DatabaseUrl, error: &StoreError) -> Finding {
    Finding::ill(format!("database: {url:?} cannot be opened: {}", story(error)))
}

/// Looks through the database.
pub(super) async fn look(database: &Database) -> Vec<Finding> {
    let facts = match database.facts().await {
        Ok(facts) => facts,
        Err(error) => return vec![Finding::ill(format!("database: {}", story(&error)))],
    };
    let known = database.version_known();
    let mut found = vec![version(&facts.kind, facts.version, known)];
    found.push(match database.check_integrity().await {
        Ok(()) => Finding::well("database: every page and reference is whole"),
        Err(error) => Finding::ill(format!("database: {}: restore a backup", story(&error))),
    });
    // Tables of another version may have no log, or one that is written otherwise.
    if facts.version == known {
        found.push(match database.check_audit().await {
            Ok(count) => {
                Finding::well(format!("audit log: {count} entries, each as it was written"))
            }
            Err(error) => Finding::ill(format!(
                "audit log: {}: restore a backup from before, or go on, and restore later ones by \
                 volaris restore --with-broken-log",
                story(&error)
            )),
        });
    }
    found
}

/// What it means that tables of a version were found by a program that knows another one.
fn version(kind: &str, found: i64, known: i64) -> Finding {
    match found {
        0 => Finding::well(format!("database: {kind}, no tables yet, the first start makes them")),
        _ if found < known => Finding::ill(format!(
            "database: {kind}, its tables are of version {found}, this volaris has {known}: run \
             volaris migrate, or start the desk; either backs them up first"
        )),
        _ if known < found => Finding::ill(format!(
            "database: {kind}, its tables are of version {found}, this volaris has {known}: \
             install the newer one"
        )),
        _ => Finding::well(format!("database: {kind} answers, version {found}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_sqlite_is_found() {
        let url = DatabaseUrl::File("/desk/volaris.db".into());
        let error = store::check_sqlite("3.51.2").expect_err("an old one");
        let found = closed(&url, &error);
        assert!(!found.is_well, "{found:?}");
        let told = "database: file /desk/volaris.db cannot be opened: the database did not open \
                    safely: SQLite 3.51.2 can damage its own log, and 3.51.3 or newer is needed: \
                    build volaris with the SQLite that comes with it";
        assert_eq!(found.text, told);
        store::check_sqlite("3.51.3").expect("one that is trusted");
    }

    #[test]
    fn tables_of_another_version_are_found() {
        for (found, is_well, told) in [
            (0, true, "no tables yet"),
            (16, false, "of version 16, this volaris has 17: run volaris migrate, or start"),
            (17, true, "SQLite 3.51.3 answers, version 17"),
            (18, false, "of version 18, this volaris has 17: install the newer one"),
        ] {
            let found = version("SQLite 3.51.3", found, 17);
            assert!(found.is_well == is_well && found.text.contains(told), "{found:?}");
        }
    }
}
