//! Mails that wait to be carried, and codes that set a password anew.

use async_trait::async_trait;
use desk::{AuditEntry, MailKind, MailStore, ResetCode, StoreError, WaitingMail};
use market::Moment;
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};

use crate::Database;
use crate::audit::{append, too_many};
use crate::database::failed;
use crate::series::parsed;

const DOING: &str = "answer for a mail";
const DOING_RESET: &str = "answer for a code that sets a password anew";

#[async_trait]
impl MailStore for Database {
    async fn add_audit_and_mail(
        &self,
        entry: &AuditEntry,
        mail: &WaitingMail,
    ) -> Result<(), StoreError> {
        let mut tries = 0;
        loop {
            let mut transaction = self.begin().await?;
            if append(&mut transaction, entry).await? {
                write(&mut transaction, mail).await?;
                return transaction.commit().await.map_err(failed(DOING));
            }
            too_many(&mut tries)?;
        }
    }

    async fn take_mail(
        &self,
        now: Moment,
        until: Moment,
    ) -> Result<Option<WaitingMail>, StoreError> {
        // Of two servers the second finds it put off already, and nothing is changed.
        let row = sqlx::query(
            "update mail set next_at = $2, tries = tries + 1 where next_at <= $1 and id = \
             (select id from mail where next_at <= $1 and $1 < ends_at \
             order by next_at, id limit 1) \
             returning id, account_id, kind, address, secret, made_at, next_at, ends_at, tries",
        )
        .bind(now.0)
        .bind(until.0)
        .fetch_optional(&self.writers)
        .await
        .map_err(failed(DOING))?;
        row.as_ref().map(waiting).transpose()
    }

    async fn put_mail_off(&self, id: &str, next_at: Moment) -> Result<bool, StoreError> {
        let done = sqlx::query("update mail set next_at = $2 where id = $1")
            .bind(id.to_owned())
            .bind(next_at.0)
            .execute(&self.writers)
            .await
            .map_err(failed(DOING))?;
        Ok(done.rows_affected() == 1)
    }

    async fn remove_mail(&self, id: &str) -> Result<bool, StoreError> {
        let done = sqlx::query("delete from mail where id = $1")
            .bind(id.to_owned())
            .execute(&self.writers)
            .await
            .map_err(failed(DOING))?;
        Ok(done.rows_affected() == 1)
    }

    async fn remove_ended_mails(&self, now: Moment) -> Result<Vec<MailKind>, StoreError> {
        sqlx::query("delete from password_reset where expires_at <= $1")
            .bind(now.0)
            .execute(&self.writers)
            .await
            .map_err(failed(DOING_RESET))?;
        let rows = sqlx::query("delete from mail where ends_at <= $1 returning kind")
            .bind(now.0)
            .fetch_all(&self.writers)
            .await
            .map_err(failed(DOING))?;
        rows.iter().map(|row| parsed(row, 0, "mail")).collect()
    }

    async fn waiting_mails(&self) -> Result<u64, StoreError> {
        let row = sqlx::query("select count(*) from mail").fetch_one(&self.readers).await;
        let count = row.and_then(|row| row.try_get::<i64, _>(0)).map_err(failed(DOING))?;
        Ok(count.unsigned_abs())
    }

    async fn mail_secrets(&self) -> Result<Vec<(String, String)>, StoreError> {
        let rows = sqlx::query("select id, secret from mail order by id")
            .fetch_all(&self.readers)
            .await
            .map_err(failed(DOING))?;
        let read = |row: &AnyRow| Ok((row.try_get(0)?, row.try_get(1)?));
        rows.iter().map(read).collect::<Result<_, _>>().map_err(failed(DOING))
    }

    async fn reseal_mails(&self, sealed: &[(String, String, String)]) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        for (id, before, after) in sealed {
            sqlx::query("update mail set secret = $3 where id = $1 and secret = $2")
                .bind(id.clone())
                .bind(before.clone())
                .bind(after.clone())
                .execute(&mut *transaction)
                .await
                .map_err(failed(DOING))?;
        }
        transaction.commit().await.map_err(failed(DOING))
    }

    async fn begin_reset(
        &self,
        code: &ResetCode,
        entry: &AuditEntry,
        mail: &WaitingMail,
    ) -> Result<bool, StoreError> {
        let mut tries = 0;
        loop {
            let mut transaction = self.begin().await?;
            // It changes nothing and holds the account: whoever changes its address at the same
            // moment was first, or finds the code and ends it.
            let held = sqlx::query("update account set email = email where id = $1 and email = $2")
                .bind(code.account.clone())
                .bind(mail.address.clone())
                .execute(&mut *transaction)
                .await
                .map_err(failed(DOING_RESET))?;
            if held.rows_affected() == 0 {
                return Ok(false);
            }
            end_reset(&mut transaction, &code.account).await?;
            sqlx::query(
                "insert into password_reset (account_id, hash, made_at, expires_at) \
                 values ($1, $2, $3, $4) on conflict (account_id) do update \
                 set hash = excluded.hash, made_at = excluded.made_at, \
                 expires_at = excluded.expires_at",
            )
            .bind(code.account.clone())
            .bind(code.hash.clone())
            .bind(code.made_at.0)
            .bind(code.expires_at.0)
            .execute(&mut *transaction)
            .await
            .map_err(failed(DOING_RESET))?;
            write(&mut transaction, mail).await?;
            if append(&mut transaction, entry).await? {
                transaction.commit().await.map_err(failed(DOING_RESET))?;
                return Ok(true);
            }
            too_many(&mut tries)?;
        }
    }

    async fn finish_reset(
        &self,
        hash: &str,
        password: &str,
        entry: &AuditEntry,
        mail: &WaitingMail,
    ) -> Result<bool, StoreError> {
        let mut tries = 0;
        loop {
            let mut transaction = self.begin().await?;
            // The account first, as everybody does: two that hold one of both would end each other.
            let held =
                sqlx::query("update account set email = email where id = $1 and is_suspended = 0")
                    .bind(entry.account.clone())
                    .execute(&mut *transaction)
                    .await
                    .map_err(failed(DOING_RESET))?;
            if held.rows_affected() == 0 {
                return Ok(false);
            }
            // Whoever takes it away has it: of two at once the second finds none.
            let taken = sqlx::query(
                "delete from password_reset where account_id = $1 and hash = $2 \
                 and $3 < expires_at",
            )
            .bind(entry.account.clone())
            .bind(hash.to_owned())
            .bind(entry.at.0)
            .execute(&mut *transaction)
            .await
            .map_err(failed(DOING_RESET))?;
            if taken.rows_affected() == 0 {
                return Ok(false);
            }
            set_anew(&mut transaction, &entry.account, password).await?;
            write(&mut transaction, mail).await?;
            if append(&mut transaction, entry).await? {
                transaction.commit().await.map_err(failed(DOING_RESET))?;
                return Ok(true);
            }
            too_many(&mut tries)?;
        }
    }
}

/// A code for an account sets no password anew any more: a letter that waits with it stays here.
pub(crate) async fn end_reset(
    transaction: &mut Transaction<'_, Any>,
    account: &str,
) -> Result<(), StoreError> {
    sqlx::query("delete from mail where account_id = $1 and kind = $2")
        .bind(account.to_owned())
        .bind(MailKind::ResetCode.to_string())
        .execute(&mut **transaction)
        .await
        .map_err(failed(DOING))?;
    sqlx::query("delete from password_reset where account_id = $1")
        .bind(account.to_owned())
        .execute(&mut **transaction)
        .await
        .map_err(failed(DOING_RESET))?;
    Ok(())
}

/// An account has another password, and is signed in nowhere.
async fn set_anew(
    transaction: &mut Transaction<'_, Any>,
    account: &str,
    password: &str,
) -> Result<(), StoreError> {
    sqlx::query("update account set password = $2 where id = $1")
        .bind(account.to_owned())
        .bind(password.to_owned())
        .execute(&mut **transaction)
        .await
        .map_err(failed("write a password"))?;
    sqlx::query("delete from sign_in where account_id = $1")
        .bind(account.to_owned())
        .execute(&mut **transaction)
        .await
        .map_err(failed("sign somebody out everywhere"))?;
    Ok(())
}

/// What an address was asked in by is worth nothing any more: a letter that waits still stays here.
pub(crate) async fn end_invitations(
    transaction: &mut Transaction<'_, Any>,
    address: &str,
) -> Result<(), StoreError> {
    sqlx::query("delete from mail where kind = $1 and address = $2")
        .bind(MailKind::Invitation.to_string())
        .bind(address.to_owned())
        .execute(&mut **transaction)
        .await
        .map_err(failed(DOING))?;
    Ok(())
}

/// Has a mail wait.
pub(crate) async fn write(
    transaction: &mut Transaction<'_, Any>,
    mail: &WaitingMail,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into mail \
         (id, account_id, kind, address, secret, made_at, next_at, ends_at, tries) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(mail.id.clone())
    .bind(mail.account.clone())
    .bind(mail.kind.to_string())
    .bind(mail.address.clone())
    .bind(mail.secret.clone())
    .bind(mail.made_at.0)
    .bind(mail.next_at.0)
    .bind(mail.ends_at.0)
    .bind(mail.tries.cast_signed())
    .execute(&mut **transaction)
    .await
    .map_err(failed("keep a mail"))?;
    Ok(())
}

fn waiting(row: &AnyRow) -> Result<WaitingMail, StoreError> {
    let kind = parsed(row, 2, "mail")?;
    let read = || -> Result<WaitingMail, sqlx::Error> {
        Ok(WaitingMail {
            id: row.try_get(0)?,
            account: row.try_get(1)?,
            kind,
            address: row.try_get(3)?,
            secret: row.try_get(4)?,
            made_at: Moment(row.try_get(5)?),
            next_at: Moment(row.try_get(6)?),
            ends_at: Moment(row.try_get(7)?),
            tries: row.try_get::<i64, _>(8)?.unsigned_abs(),
        })
    };
    read().map_err(failed(DOING))
}
