//! Every table there is, with its columns: what copies a database, gives somebody all that is
//! theirs, or takes it away, goes through this list. A test compares it with the tables themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Whole,
    /// Any number.
    Real,
}

/// How the rows of a table are somebody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// By their `owner`.
    Owner,
    /// By the series that they are of.
    Series,
    /// By the account in this column.
    Account(&'static str),
    /// By the account, as who did something or whom it was done with; they stay for good.
    Log,
    /// Nobody's: what servers of one desk remember among themselves. It is in no backup.
    Nobody,
}

/// A table.
pub(crate) struct Table {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its columns, those of the key first.
    pub(crate) columns: &'static [(&'static str, Kind)],
    /// How many of them make the key.
    keys: usize,
    /// Whose its rows are.
    pub(crate) whose: Whose,
}

impl Table {
    fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|(name, _)| *name == column)
    }
}

/// Texts that read and write one table.
pub(crate) struct Texts {
    /// All rows, by the key.
    pub(crate) read: &'static str,
    /// One row.
    pub(crate) write: &'static str,
    /// How many rows.
    pub(crate) count: &'static str,
    /// Somebody's rows, by the key.
    pub(crate) read_of: &'static str,
    /// Takes somebody's rows away, where they are not for good.
    pub(crate) remove_of: Option<&'static str>,
}

use Kind::{Real, Text, Whole};

/// Every table; one that another points at stands before it.
static TABLES: [Table; 28] = [
    Table {
        name: "account",
        keys: 1,
        whose: Whose::Account("id"),
        columns: &[
            ("id", Text),
            ("owner", Text),
            ("email", Text),
            ("password", Text),
            ("created_at", Whole),
            ("role", Text),
            ("is_suspended", Whole),
            ("tier", Text),
            ("name", Text),
        ],
    },
    Table {
        name: "sign_in",
        keys: 1,
        whose: Whose::Account("account_id"),
        columns: &[
            ("hash", Text),
            ("account_id", Text),
            ("device", Text),
            ("since", Whole),
            ("seen_at", Whole),
            ("expires_at", Whole),
        ],
    },
    Table {
        name: "second_factor",
        keys: 1,
        whose: Whose::Account("account_id"),
        columns: &[
            ("account_id", Text),
            ("secret", Text),
            ("is_confirmed", Whole),
            ("last_step", Whole),
        ],
    },
    Table {
        name: "recovery_code",
        keys: 2,
        whose: Whose::Account("account_id"),
        columns: &[("account_id", Text), ("hash", Text)],
    },
    Table {
        name: "identity",
        keys: 2,
        whose: Whose::Account("account_id"),
        columns: &[("issuer", Text), ("subject", Text), ("account_id", Text), ("linked_at", Whole)],
    },
    Table {
        name: "passkey",
        keys: 1,
        whose: Whose::Account("account_id"),
        columns: &[
            ("id", Text),
            ("account_id", Text),
            ("name", Text),
            ("body", Text),
            ("made_at", Whole),
            ("used_at", Whole),
        ],
    },
    Table {
        name: "errand",
        keys: 1,
        whose: Whose::Account("account_id"),
        columns: &[
            ("hash", Text),
            ("account_id", Text),
            ("what", Text),
            ("secret", Text),
            ("expires_at", Whole),
        ],
    },
    Table {
        name: "usage",
        keys: 3,
        whose: Whose::Account("account_id"),
        columns: &[("account_id", Text), ("day", Whole), ("what", Text), ("count", Whole)],
    },
    Table {
        name: "announcement",
        keys: 1,
        whose: Whose::Account("made_by"),
        columns: &[
            ("id", Text),
            ("body", Text),
            ("made_by", Text),
            ("made_at", Whole),
            ("ends_at", Whole),
        ],
    },
    Table {
        name: "api_key",
        keys: 1,
        whose: Whose::Account("account_id"),
        columns: &[
            ("id", Text),
            ("account_id", Text),
            ("name", Text),
            ("scope", Text),
            ("hash", Text),
            ("tail", Text),
            ("made_at", Whole),
            ("used_at", Whole),
        ],
    },
    Table {
        name: "mail",
        keys: 1,
        whose: Whose::Account("account_id"),
        columns: &[
            ("id", Text),
            ("account_id", Text),
            ("kind", Text),
            ("address", Text),
            ("secret", Text),
            ("made_at", Whole),
            ("next_at", Whole),
            ("ends_at", Whole),
            ("tries", Whole),
        ],
    },
    Table {
        name: "invitation",
        keys: 1,
        whose: Whose::Account("made_by"),
        columns: &[
            ("email", Text),
            ("hash", Text),
            ("role", Text),
            ("made_by", Text),
            ("made_at", Whole),
            ("expires_at", Whole),
        ],
    },
    Table {
        name: "password_reset",
        keys: 1,
        whose: Whose::Account("account_id"),
        columns: &[("account_id", Text), ("hash", Text), ("made_at", Whole), ("expires_at", Whole)],
    },
    Table {
        name: "audit",
        keys: 1,
        whose: Whose::Log,
        columns: &[
            ("seq", Whole),
            ("at", Whole),
            ("account_id", Text),
            ("event", Text),
            ("device", Text),
            ("network", Text),
            ("hash", Text),
            ("about", Text),
        ],
    },
    Table {
        name: "series",
        keys: 1,
        whose: Whose::Owner,
        columns: &[
            ("id", Text),
            ("owner", Text),
            ("tape", Text),
            ("symbol", Text),
            ("source", Text),
            ("span", Text),
            ("hours", Text),
            ("adjustment", Text),
        ],
    },
    Table {
        name: "bar",
        keys: 2,
        whose: Whose::Series,
        columns: &[
            ("series_id", Text),
            ("start", Whole),
            ("day", Whole),
            ("open", Whole),
            ("high", Whole),
            ("low", Whole),
            ("close", Whole),
            ("volume", Whole),
            ("revision", Whole),
        ],
    },
    Table {
        name: "print",
        keys: 3,
        whose: Whose::Series,
        columns: &[
            ("series_id", Text),
            ("day", Whole),
            ("place", Whole),
            ("at", Whole),
            ("price", Whole),
            ("size", Whole),
            ("mark", Whole),
        ],
    },
    Table {
        name: "symbol",
        keys: 2,
        whose: Whose::Owner,
        columns: &[("owner", Text), ("symbol", Text)],
    },
    Table {
        name: "watchlist",
        keys: 2,
        whose: Whose::Owner,
        columns: &[("owner", Text), ("name", Text), ("symbols", Text)],
    },
    Table {
        name: "layout",
        keys: 1,
        whose: Whose::Owner,
        columns: &[
            ("id", Text),
            ("owner", Text),
            ("name", Text),
            ("body", Text),
            ("changed_at", Whole),
        ],
    },
    Table {
        name: "setting",
        keys: 2,
        whose: Whose::Owner,
        columns: &[("owner", Text), ("name", Text), ("value", Text)],
    },
    Table {
        name: "drawing",
        keys: 3,
        whose: Whose::Owner,
        columns: &[("owner", Text), ("symbol", Text), ("id", Text), ("body", Text)],
    },
    Table {
        name: "position",
        keys: 2,
        whose: Whose::Owner,
        columns: &[
            ("owner", Text),
            ("id", Text),
            ("tape", Text),
            ("name", Text),
            ("legs", Text),
            ("stage", Text),
            ("paid", Whole),
            ("received", Whole),
            ("fees", Whole),
            ("opened_at", Whole),
            ("closed_at", Whole),
            ("changed_at", Whole),
        ],
    },
    Table {
        name: "chain",
        keys: 5,
        whose: Whose::Owner,
        columns: &[
            ("owner", Text),
            ("tape", Text),
            ("symbol", Text),
            ("day", Whole),
            ("series", Text),
            ("at", Whole),
            ("quotes", Text),
        ],
    },
    Table {
        name: "volatility_day",
        keys: 4,
        whose: Whose::Owner,
        columns: &[
            ("owner", Text),
            ("tape", Text),
            ("symbol", Text),
            ("day", Whole),
            ("iv30", Real),
            ("skew30", Real),
        ],
    },
    Table {
        name: "idempotency",
        keys: 2,
        whose: Whose::Owner,
        columns: &[
            ("owner", Text),
            ("name", Text),
            ("asked", Text),
            ("answer", Text),
            ("made_at", Whole),
        ],
    },
    Table {
        name: "desk",
        keys: 1,
        whose: Whose::Nobody,
        columns: &[
            ("id", Whole),
            ("name", Text),
            ("key_check", Text),
            ("term", Whole),
            ("leader", Text),
            ("led_since", Whole),
        ],
    },
    Table {
        name: "attempt",
        keys: 1,
        whose: Whose::Nobody,
        columns: &[("name", Text), ("full_at", Whole)],
    },
];

/// Every table that somebody's rows are in, with its texts, in the order of [`TABLES`].
pub(crate) fn tables() -> impl DoubleEndedIterator<Item = (&'static Table, &'static Texts)> {
    TABLES.iter().zip(TEXTS.iter()).filter(|(table, _)| table.whose != Whose::Nobody)
}

/// A table as it is found in a database.
#[derive(Default)]
pub(crate) struct Found {
    /// Its columns.
    pub(crate) columns: BTreeSet<String>,
    /// Whether anything is, or was, in it.
    pub(crate) is_filled: bool,
}

/// Whether a table is ours.
pub(crate) fn is_listed(name: &str) -> bool {
    TABLES.iter().any(|table| table.name == name)
}

/// The same of an earlier version, as it is found; the name of a table that has something that is
/// in no list.
pub(crate) fn tables_with(
    found: &BTreeMap<String, Found>,
) -> Result<Vec<(&'static Table, &'static Texts)>, String> {
    let is_whole = |name: &str, columns: &BTreeSet<String>| {
        let table = TABLES.iter().find(|table| table.name == name);
        let listed = |column| table.is_some_and(|table| table.has(column));
        columns.iter().all(|column| listed(column))
    };
    if let Some((name, _)) = found.iter().find(|(name, one)| !is_whole(name, &one.columns)) {
        return Err(name.clone());
    }
    let there = tables().filter_map(|(table, texts)| {
        let columns = &found.get(table.name)?.columns;
        if columns.len() == table.columns.len() {
            return Some((table, texts));
        }
        let had = table.columns.iter().filter(|(name, _)| columns.contains(*name)).copied();
        // Never given back: once a start at most, before a migration.
        let table = Table { columns: Vec::leak(had.collect()), ..*table };
        let texts = Box::leak(Box::new(texts_of(&table)));
        Some((&*Box::leak(Box::new(table)), &*texts))
    });
    Ok(there.collect())
}

/// The texts of [`TABLES`], put together once: sqlx takes static ones only.
static TEXTS: LazyLock<Vec<Texts>> = LazyLock::new(|| TABLES.iter().map(texts_of).collect());

fn texts_of(table: &Table) -> Texts {
    let name = table.name;
    let columns: Vec<&str> = table.columns.iter().map(|(column, _)| *column).collect();
    let places: Vec<String> = (1..=columns.len()).map(|place| format!("${place}")).collect();
    let (all, keys) = (columns.join(", "), columns[..table.keys].join(", "));
    let (of, is_for_good) = match table.whose {
        Whose::Owner => ("owner = $1".to_owned(), false),
        Whose::Series => {
            ("series_id in (select id from series where owner = $1)".to_owned(), false)
        }
        Whose::Account(column) => (format!("{column} = $1"), false),
        Whose::Nobody => ("$1 is null".to_owned(), true),
        // Nobody's account is what most entries are not about.
        Whose::Log => ("$1 <> '' and (account_id = $1 or about = $1)".to_owned(), true),
    };
    let remove = format!("delete from {name} where {of}");
    let write = format!("insert into {name} ({all}) values ({})", places.join(", "));
    Texts {
        read: String::leak(format!("select {all} from {name} order by {keys}")),
        write: String::leak(write),
        count: String::leak(format!("select count(*) from {name}")),
        read_of: String::leak(format!("select {all} from {name} where {of} order by {keys}")),
        remove_of: (!is_for_good).then(|| &*String::leak(remove)),
    }
}

#[cfg(test)]
mod tests {
    use sqlx::Row;

    use super::*;
    use crate::{Database, DatabaseUrl};

    /// A table that was added and is not in the list would be missing in every backup.
    #[tokio::test]
    async fn the_list_is_that_of_the_database() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = DatabaseUrl::File(folder.path().join("volaris.db"));
        let database = Database::open(&url).await.expect("a database");
        database.migrate().await.expect("its tables");
        let rows = sqlx::query(
            "select one.name, part.name, part.type, part.pk \
             from sqlite_master one join pragma_table_info(one.name) part \
             where one.type = 'table' and substr(one.name, 1, 1) <> '_'",
        )
        .fetch_all(&database.readers)
        .await
        .expect("its columns");
        let mut found: BTreeMap<String, BTreeSet<(String, String, bool)>> = BTreeMap::new();
        for row in rows {
            let text = |place: usize| row.try_get::<String, _>(place).expect("text");
            let key: i64 = row.try_get(3).expect("a number");
            found.entry(text(0)).or_default().insert((text(1), text(2), key != 0));
        }
        let listed = TABLES.iter().map(|table| {
            let column = |(place, (name, kind)): (usize, &(&str, Kind))| {
                let kind = match kind {
                    Kind::Text => "TEXT",
                    Kind::Whole => "INTEGER",
                    Kind::Real => "REAL",
                };
                ((*name).to_owned(), kind.to_owned(), place < table.keys)
            };
            (table.name.to_owned(), table.columns.iter().enumerate().map(column).collect())
        });
        assert_eq!(found, listed.collect());
    }
}
