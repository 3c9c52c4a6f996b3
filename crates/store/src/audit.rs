//! What happened to accounts: each entry is sealed with the one before it, so that none can be
//! changed, left out or put in between without all that follow telling, unless they are sealed
//! anew, for which no key is needed. That the newest are gone no seal tells.

use async_trait::async_trait;
use desk::{AuditEntry, AuditStore, StoreError};
use market::Moment;
use sha2::{Digest, Sha256};
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};

use crate::Database;
use crate::database::failed;
use crate::series::parsed;

const DOING: &str = "read the audit log";
const DOING_WRITE: &str = "write the audit log";
/// Writers at the same moment take turns; each is next within so many.
const TRIES: u32 = 50;
/// Entries that are read at once.
const PAGE: i64 = 1_000;

#[async_trait]
impl AuditStore for Database {
    async fn add_audit(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        let mut tries = 0;
        loop {
            let mut transaction = self.begin().await?;
            if append(&mut transaction, entry).await? {
                return transaction.commit().await.map_err(failed(DOING_WRITE));
            }
            too_many(&mut tries)?;
        }
    }

    async fn audit_of(&self, account: &str, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        let rows = sqlx::query(
            "select seq, at, account_id, event, device, network, hash, about from audit \
             where account_id = $1 or about = $1 order by seq desc limit $2",
        )
        .bind(account.to_owned())
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await
        .map_err(failed(DOING))?;
        rows.iter().map(|row| Ok(read(row)?.1)).collect()
    }

    async fn audit_before(
        &self,
        number: u64,
        limit: u32,
    ) -> Result<Vec<(u64, AuditEntry)>, StoreError> {
        let rows = sqlx::query(
            "select seq, at, account_id, event, device, network, hash, about from audit \
             where seq < $1 order by seq desc limit $2",
        )
        .bind(i64::try_from(number).unwrap_or(i64::MAX))
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await
        .map_err(failed(DOING))?;
        let numbered = |row| read(row).map(|(seq, entry, _)| (seq.unsigned_abs(), entry));
        rows.iter().map(numbered).collect()
    }

    async fn knows_device(&self, account: &str, device: &str) -> Result<bool, StoreError> {
        let row = sqlx::query(
            "select seq from audit where account_id = $1 and device = $2 \
             and event in ('protected', 'joined', 'signed_in') limit 1",
        )
        .bind(account.to_owned())
        .bind(device.to_owned())
        .fetch_optional(&self.readers)
        .await
        .map_err(failed(DOING))?;
        Ok(row.is_some())
    }

    async fn check_audit(&self) -> Result<u64, StoreError> {
        let (mut count, mut before) = (0_i64, String::new());
        loop {
            let rows = sqlx::query(
                "select seq, at, account_id, event, device, network, hash, about from audit \
                 where $1 < seq order by seq limit $2",
            )
            .bind(count)
            .bind(PAGE)
            .fetch_all(&self.readers)
            .await
            .map_err(failed(DOING))?;
            if rows.is_empty() {
                return Ok(count.unsigned_abs());
            }
            for row in &rows {
                let (seq, entry, hash) = read(row)?;
                count += 1;
                if seq != count || hash != seal(&before, seq, &entry) {
                    let why = format!("entry {count} is not as it was written");
                    return Err(StoreError::Damaged { table: "audit", why });
                }
                before = hash;
            }
        }
    }
}

/// Adds an entry to what a transaction does; false where somebody else was next, on PostgreSQL:
/// then all of it is done anew.
pub(crate) async fn append(
    transaction: &mut Transaction<'_, Any>,
    entry: &AuditEntry,
) -> Result<bool, StoreError> {
    let doing = || failed(DOING_WRITE);
    let last = sqlx::query("select seq, hash from audit order by seq desc limit 1")
        .fetch_optional(&mut **transaction)
        .await
        .map_err(doing())?;
    let (seq, before) = match &last {
        Some(row) => {
            let seq: i64 = row.try_get(0).map_err(doing())?;
            (seq + 1, row.try_get(1).map_err(doing())?)
        }
        None => (1, String::new()),
    };
    let done = sqlx::query(
        "insert into audit (seq, at, account_id, event, device, network, hash, about) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(seq)
    .bind(entry.at.0)
    .bind(entry.account.clone())
    .bind(entry.event.to_string())
    .bind(entry.device.clone())
    .bind(entry.network.clone())
    .bind(seal(&before, seq, entry))
    .bind(entry.about.clone())
    .execute(&mut **transaction)
    .await;
    match done {
        Ok(_) => Ok(true),
        Err(sqlx::Error::Database(refusal)) if refusal.is_unique_violation() => Ok(false),
        Err(error) => Err(doing()(error)),
    }
}

/// Counts a try of [`append`]; an error where there were too many.
pub(crate) fn too_many(tries: &mut u32) -> Result<(), StoreError> {
    *tries += 1;
    if *tries < TRIES {
        return Ok(());
    }
    let source = Box::from("others were always next");
    Err(StoreError::Database { doing: DOING_WRITE.to_owned(), source })
}

/// SHA-256 of an entry and of the seal before it; each part with its length, so that no two entries
/// are one text.
fn seal(before: &str, seq: i64, entry: &AuditEntry) -> String {
    let mut digest = Sha256::new();
    let (seq, at) = (seq.to_string(), entry.at.0.to_string());
    let AuditEntry { account, event, device, network, about, .. } = entry;
    for part in [before, &seq, &at, account, event.as_str(), device, network] {
        digest.update(part.len().to_le_bytes());
        digest.update(part);
    }
    // Entries from before there were several people have seven parts.
    if !about.is_empty() {
        digest.update(about.len().to_le_bytes());
        digest.update(about);
    }
    hex::encode(digest.finalize())
}

fn read(row: &AnyRow) -> Result<(i64, AuditEntry, String), StoreError> {
    let text = |column: usize| row.try_get::<String, _>(column).map_err(failed(DOING));
    let whole = |column: usize| row.try_get::<i64, _>(column).map_err(failed(DOING));
    let entry = AuditEntry {
        at: Moment(whole(1)?),
        account: text(2)?,
        event: parsed(row, 3, "audit")?,
        device: text(4)?,
        network: text(5)?,
        about: text(7)?,
    };
    Ok((whole(0)?, entry, text(6)?))
}
