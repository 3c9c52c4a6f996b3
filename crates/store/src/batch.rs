//! Statements that write many rows at once.
//!
//! sqlx takes static texts only. A text for a fixed number of rows is put together once, when it is
//! first needed, and kept for the life of the process; what does not fill a batch goes row by row.

use std::sync::LazyLock;

/// Rows of a full batch. For every value SQLite looks for its name among all names of the
/// statement, so that a long one costs the square of its length: with 500 rows an import took six
/// times as long.
pub(crate) const BATCH_ROWS: usize = 32;

/// Texts that write one row and a full batch.
pub(crate) struct Batch {
    /// One row.
    pub(crate) one: &'static str,
    /// [`BATCH_ROWS`] rows.
    pub(crate) full: &'static str,
}

impl Batch {
    /// Texts of `head values (…), (…) tail` with `width` values a row.
    fn new(head: &str, width: usize, tail: &str) -> Self {
        let text = |rows: usize| -> &'static str {
            let row = |row: usize| {
                let values: Vec<String> =
                    (1..=width).map(|value| format!("${}", row * width + value)).collect();
                format!("({})", values.join(", "))
            };
            let rows: Vec<String> = (0..rows).map(row).collect();
            String::leak(format!("{head} values {} {tail}", rows.join(", ")))
        };
        Self { one: text(1), full: text(BATCH_ROWS) }
    }
}

/// Writes bars. Equal rows are left alone; changed ones count their revision up.
pub(crate) static BARS: LazyLock<Batch> = LazyLock::new(|| {
    Batch::new(
        "insert into bar (series_id, start, day, open, high, low, close, volume, revision)",
        9,
        "on conflict (series_id, start) do update set open = excluded.open, high = excluded.high, \
         low = excluded.low, close = excluded.close, volume = excluded.volume, \
         revision = bar.revision + 1 \
         where bar.open <> excluded.open or bar.high <> excluded.high or bar.low <> excluded.low \
         or bar.close <> excluded.close or bar.volume <> excluded.volume",
    )
});

/// Writes prints.
pub(crate) static PRINTS: LazyLock<Batch> = LazyLock::new(|| {
    Batch::new("insert into print (series_id, day, place, at, price, size, mark)", 7, "")
});
