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

    /// Begins a transaction that reads, for which the database stands still.
    pub(crate) fn begin_snapshot(self) -> &'static str {
        match self {
            Self::Sqlite => "begin",
            Self::Postgres => "begin isolation level repeatable read read only",
        }
    }

    /// Lets the rest of a transaction take as long as it takes.
    pub(crate) fn patience(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("set local statement_timeout = 0"),
        }
    }

    /// Makes whoever else holds what is `$1`'s wait until the transaction ends. SQLite has one
    /// writer anyway.
    pub(crate) fn hold(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("select 1 from pg_advisory_xact_lock(1987013730, hashtext($1))"),
        }
    }

    /// What the connection of who wants to lead is told first. A server that is gone or stands
    /// still must lose the lead within seconds, whoever notices first: the database hears nothing
    /// for five, or the network answers for nobody.
    pub(crate) fn candidacy(self) -> &'static [&'static str] {
        match self {
            Self::Sqlite => &[],
            Self::Postgres => &[
                "set statement_timeout = '2s'",
                "set idle_session_timeout = '5s'",
                "set tcp_keepalives_idle = 2",
                "set tcp_keepalives_interval = 1",
                "set tcp_keepalives_count = 3",
                "set tcp_user_timeout = 5000",
            ],
        }
    }

    /// Takes the lead as long as the connection lasts, where nobody else has it: 1 or 0. A file has
    /// one server.
    pub(crate) fn take_lead(self) -> &'static str {
        match self {
            Self::Sqlite => "select 1",
            Self::Postgres => "select cast(pg_try_advisory_lock(1987013729)::integer as bigint)",
        }
    }

    /// What the connection of who changes the tables is told first. It may take as long as it
    /// takes, as may those who wait for it; who is gone is waited for by nobody for long.
    pub(crate) fn migrating(self) -> &'static [&'static str] {
        match self {
            Self::Sqlite => &[],
            Self::Postgres => &[
                "set statement_timeout = 0",
                "set idle_session_timeout = 0",
                "set tcp_keepalives_idle = 10",
                "set tcp_keepalives_interval = 5",
                "set tcp_keepalives_count = 3",
            ],
        }
    }

    /// What it is told once nobody else changes them: whoever reads for long is not waited for
    /// while everybody else waits behind.
    pub(crate) fn altering(self) -> &'static [&'static str] {
        match self {
            Self::Sqlite => &[],
            Self::Postgres => &["set lock_timeout = '30s'"],
        }
    }

    /// Every column of every table beside the list of migrations: the table's name, its own, and
    /// whether anything is, or was, in the table: 1 or 0.
    pub(crate) fn columns(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "select one.name, part.name, 1 \
                 from sqlite_master one join pragma_table_info(one.name) part \
                 where one.type = 'table' and one.name <> '_sqlx_migrations'"
            }
            Self::Postgres => {
                "select cast(one.relname as text), cast(part.attname as text), \
                 cast(sign(pg_relation_size(one.oid)) as bigint) \
                 from pg_class list join pg_class one on one.relnamespace = list.relnamespace \
                 join pg_attribute part on part.attrelid = one.oid \
                 where list.oid = to_regclass('_sqlx_migrations') and one.oid <> list.oid \
                 and one.relkind = 'r' and 0 < part.attnum and not part.attisdropped"
            }
        }
    }

    /// Its kind and release, and how many bytes it takes.
    pub(crate) fn facts(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "select 'SQLite ' || sqlite_version(), page_count * page_size \
                 from pragma_page_count, pragma_page_size"
            }
            Self::Postgres => {
                "select 'PostgreSQL ' || split_part(current_setting('server_version'), ' ', 1), \
                 pg_database_size(current_database())"
            }
        }
    }

    /// What its own clock shows, in microseconds since 1970; a file has none.
    pub(crate) fn clock(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => {
                Some("select cast(extract(epoch from clock_timestamp()) * 1000000 as bigint)")
            }
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
