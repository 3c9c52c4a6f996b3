//! Sessions, kept as what they are here: browsers that somebody is signed in with. Only a hash of
//! each one's secret is written down.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use desk::{SignIn, Store};
use market::Moment;
use sha2::{Digest, Sha256};
use tower_sessions::SessionStore;
use tower_sessions::cookie::time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};

use super::{KEPT, Kept, STAY_MAX};
use crate::clock::now;

/// The browsers that somebody is signed in with.
#[derive(Clone)]
pub(crate) struct SignIns(pub(super) Arc<dyn Store>);

impl fmt::Debug for SignIns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignIns")
    }
}

/// SHA-256 of a browser's secret.
pub(super) fn hash_of(id: Id) -> String {
    hex::encode(Sha256::digest(id.0.to_le_bytes()))
}

#[async_trait]
impl SessionStore for SignIns {
    async fn create(&self, record: &mut Record) -> Result<()> {
        self.0.add_sign_in(&sign_in(record)?).await.map_err(failed)
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let one = sign_in(record)?;
        // One that was ended while it asked stays ended.
        self.0.touch_sign_in(&one.hash, one.seen_at, one.expires_at).await.map_err(failed)?;
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let found = self.0.sign_in(&hash_of(*id), now()).await.map_err(failed)?;
        let Some(SignIn { account, device, since, seen_at, expires_at, .. }) = found else {
            return Ok(None);
        };
        let kept = serde_json::to_value(Kept { account, device, since, seen_at });
        let kept = kept.map_err(|error| Error::Encode(error.to_string()))?;
        let data = HashMap::from([(KEPT.to_owned(), kept)]);
        let expiry_date =
            OffsetDateTime::from_unix_timestamp_nanos(i128::from(expires_at.0) * 1_000)
                .map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.0.remove_sign_in(&hash_of(*id)).await.map_err(failed)?;
        Ok(())
    }
}

fn sign_in(record: &Record) -> Result<SignIn> {
    let kept = record.data.get(KEPT).cloned().unwrap_or_default();
    let kept: Kept =
        serde_json::from_value(kept).map_err(|error| Error::Encode(error.to_string()))?;
    let idle_until = record.expiry_date.unix_timestamp_nanos() / 1_000;
    let idle_until = Moment(i64::try_from(idle_until).unwrap_or(i64::MAX));
    Ok(SignIn {
        hash: hash_of(record.id),
        account: kept.account,
        device: kept.device,
        since: kept.since,
        seen_at: kept.seen_at,
        expires_at: idle_until.min(kept.since + STAY_MAX),
    })
}

fn failed(error: desk::StoreError) -> Error {
    Error::Backend(crate::rest::story(&error))
}
