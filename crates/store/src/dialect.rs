//! The few things that SQLite and PostgreSQL say differently.

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

impl Dialect {
    /// Begins a transaction that writes. SQLite takes its one write lock at once: taking it later
    /// fails without waiting when somebody else wrote in between.
    pub(crate) fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "begin immediate",
            Self::Postgres => "begin",
        }
    }

    /// What every connection is told first.
    pub(crate) fn greetings(self) -> &'static [&'static str] {
        match self {
            Self::Sqlite => &[
                "pragma journal_mode = wal",
                "pragma synchronous = full",
                "pragma foreign_keys = on",
                "pragma busy_timeout = 10000",
                "pragma mmap_size = 0",
                "pragma journal_size_limit = 209715200",
            ],
            Self::Postgres => &["set statement_timeout = '30s'"],
        }
    }
}
