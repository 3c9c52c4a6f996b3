//! What a database tells of the time: by its own clock, and by what was written down.

use desk::StoreError;
use market::Moment;
use sqlx::Row;

use crate::Database;
use crate::database::failed;

impl Database {
    /// What the database's own clock shows; nothing of a file, whose only clock is this machine's.
    pub async fn clock(&self) -> Result<Option<Moment>, StoreError> {
        let doing = || failed("say what time it is");
        let Some(question) = self.dialect.clock() else { return Ok(None) };
        let row = sqlx::query(question).fetch_one(&self.readers).await.map_err(doing())?;
        row.try_get(0).map(|at| Some(Moment(at))).map_err(doing())
    }

    /// The newest moment that a server of this desk wrote down by its clock: in the audit log, of a
    /// sign-in, a mail or a question, or when it began to lead. Nothing where none did. Only for
    /// tables of this version.
    pub async fn newest_moment(&self) -> Result<Option<Moment>, StoreError> {
        let doing = || failed("say what was written last");
        let row = sqlx::query(
            "select max(at) from (\
             select max(at) as at from audit \
             union all select max(seen_at) from sign_in \
             union all select max(made_at) from mail \
             union all select max(made_at) from idempotency \
             union all select max(led_since) from desk) as newest",
        )
        .fetch_one(&self.readers)
        .await
        .map_err(doing())?;
        let newest: Option<i64> = row.try_get(0).map_err(doing())?;
        // A desk that nobody led yet says 0.
        Ok(newest.filter(|at| 0 < *at).map(Moment))
    }
}
