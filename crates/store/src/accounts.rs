//! Accounts, and where they are signed in.

use async_trait::async_trait;
use desk::{
    Account, AccountStore, AuditEntry, AuditEvent, MailKind, OwnerId, Role, SecondFactor, SignIn,
    StoreError, TakenAway, WaitingMail,
};
use market::Moment;
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};
use uuid::Uuid;

use crate::Database;
use crate::audit::{append, too_many};
use crate::database::failed;
use crate::mail::{end_reset, write};
use crate::series::parsed;

const DOING_ACCOUNT: &str = "read an account";
const DOING_FACTOR: &str = "answer for a second factor";
const DOING_RESET: &str = "set an account anew";
const DOING_SIGN_IN: &str = "read who is signed in";

#[async_trait]
impl AccountStore for Database {
    async fn has_accounts(&self) -> Result<bool, StoreError> {
        let row = sqlx::query("select id from account limit 1").fetch_optional(&self.readers).await;
        Ok(row.map_err(failed("look for accounts"))?.is_some())
    }

    async fn add_first_account(&self, account: &Account) -> Result<Option<String>, StoreError> {
        let mut transaction = self.begin().await?;
        let row = sqlx::query("select id from account limit 1").fetch_optional(&mut *transaction);
        if row.await.map_err(failed("look for accounts"))?.is_some() {
            return Ok(None);
        }
        // Two at once on PostgreSQL: each saw none, and the second finds that what was kept before
        // has an owner.
        let id = insert_account(&mut transaction, account, account.role).await?;
        transaction.commit().await.map_err(failed("make an account"))?;
        Ok(id)
    }

    async fn account(&self, id: &str) -> Result<Option<Account>, StoreError> {
        let row = sqlx::query(
            "select id, owner, email, password, created_at, role, is_suspended, tier, name \
             from account where id = $1",
        )
        .bind(id.to_owned())
        .fetch_optional(&self.readers)
        .await
        .map_err(failed(DOING_ACCOUNT))?;
        row.as_ref().map(account).transpose()
    }

    async fn account_named(&self, email: &str) -> Result<Option<Account>, StoreError> {
        let row = sqlx::query(
            "select id, owner, email, password, created_at, role, is_suspended, tier, name \
             from account where email = $1",
        )
        .bind(email.to_owned())
        .fetch_optional(&self.readers)
        .await
        .map_err(failed(DOING_ACCOUNT))?;
        row.as_ref().map(account).transpose()
    }

    async fn write_password(&self, id: &str, from: &str, to: &str) -> Result<bool, StoreError> {
        let doing = || failed("write a password");
        let mut transaction = self.begin().await?;
        let done = sqlx::query("update account set password = $3 where id = $1 and password = $2")
            .bind(id.to_owned())
            .bind(from.to_owned())
            .bind(to.to_owned())
            .execute(&mut *transaction)
            .await
            .map_err(doing())?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        // A code that was sent to set the one before anew is worth nothing any more.
        end_reset(&mut transaction, id).await?;
        transaction.commit().await.map_err(doing())?;
        Ok(true)
    }

    async fn reset_account(
        &self,
        password: &str,
        takes_factor: bool,
        entry: &AuditEntry,
        mails: &[WaitingMail],
    ) -> Result<Option<TakenAway>, StoreError> {
        let mut tries = 0;
        loop {
            let mut transaction = self.begin().await?;
            let Some(taken) = reset(&mut transaction, entry, password, takes_factor).await? else {
                return Ok(None);
            };
            for mail in mails {
                if mail.kind != MailKind::FactorOff || taken.factor {
                    write(&mut transaction, mail).await?;
                }
            }
            if append_all(&mut transaction, entry, &taken).await? {
                transaction.commit().await.map_err(failed(DOING_RESET))?;
                return Ok(Some(taken));
            }
            too_many(&mut tries)?;
        }
    }

    async fn write_name(&self, id: &str, name: &str) -> Result<bool, StoreError> {
        let done = sqlx::query("update account set name = $2 where id = $1 and name <> $2")
            .bind(id.to_owned())
            .bind(name.to_owned())
            .execute(&self.writers)
            .await
            .map_err(failed("write a name"))?;
        Ok(done.rows_affected() == 1)
    }

    async fn write_email(
        &self,
        id: &str,
        from: &str,
        to: &str,
        now: Moment,
    ) -> Result<bool, StoreError> {
        let doing = || failed("write an e-mail address");
        let mut transaction = self.begin().await?;
        let done = sqlx::query(
            "update account set email = $3 where id = $1 and email = $2 \
             and not exists (select 1 from account where email = $3) \
             and not exists (select 1 from invitation where email = $3 and $4 < expires_at)",
        )
        .bind(id.to_owned())
        .bind(from.to_owned())
        .bind(to.to_owned())
        .bind(now.0)
        .execute(&mut *transaction)
        .await;
        match done {
            Ok(done) if done.rows_affected() == 1 => {}
            Ok(_) => return Ok(false),
            // Two at once on PostgreSQL: each saw it free, and one was first.
            Err(sqlx::Error::Database(refusal)) if refusal.is_unique_violation() => {
                return Ok(false);
            }
            Err(error) => return Err(doing()(error)),
        }
        // A code that was sent to the address before is worth nothing any more.
        end_reset(&mut transaction, id).await?;
        transaction.commit().await.map_err(doing())?;
        Ok(true)
    }

    async fn add_sign_in(&self, sign_in: &SignIn) -> Result<(), StoreError> {
        let doing = || failed("keep who is signed in");
        let mut transaction = self.begin().await?;
        // Whoever sets the password anew or shuts somebody out holds the account: what they do is
        // waited for, and seen.
        let held = sqlx::query(
            "update account set email = email where id = $1 and is_suspended = 0 returning id",
        )
        .bind(sign_in.account.clone())
        .fetch_optional(&mut *transaction)
        .await
        .map_err(doing())?;
        // Whoever was shut out or deleted while they signed in.
        if held.is_none() {
            return Err(doing()(sqlx::Error::RowNotFound));
        }
        sqlx::query(
            "insert into sign_in (hash, account_id, device, since, seen_at, expires_at) \
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(sign_in.hash.clone())
        .bind(sign_in.account.clone())
        .bind(sign_in.device.clone())
        .bind(sign_in.since.0)
        .bind(sign_in.seen_at.0)
        .bind(sign_in.expires_at.0)
        .execute(&mut *transaction)
        .await
        .map_err(doing())?;
        transaction.commit().await.map_err(doing())
    }

    async fn touch_sign_in(
        &self,
        hash: &str,
        seen_at: Moment,
        expires_at: Moment,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query("update sign_in set seen_at = $2, expires_at = $3 where hash = $1")
            .bind(hash.to_owned())
            .bind(seen_at.0)
            .bind(expires_at.0)
            .execute(&self.writers)
            .await
            .map_err(failed("keep who is signed in"))?;
        Ok(done.rows_affected() == 1)
    }

    async fn sign_in(&self, hash: &str, now: Moment) -> Result<Option<SignIn>, StoreError> {
        let row = sqlx::query(
            "select hash, account_id, device, since, seen_at, expires_at from sign_in \
             where hash = $1 and $2 < expires_at",
        )
        .bind(hash.to_owned())
        .bind(now.0)
        .fetch_optional(&self.readers)
        .await
        .map_err(failed(DOING_SIGN_IN))?;
        row.as_ref().map(signed_in).transpose()
    }

    async fn sign_ins(&self, account: &str, now: Moment) -> Result<Vec<SignIn>, StoreError> {
        let rows = sqlx::query(
            "select hash, account_id, device, since, seen_at, expires_at from sign_in \
             where account_id = $1 and $2 < expires_at order by seen_at desc, since desc, hash",
        )
        .bind(account.to_owned())
        .bind(now.0)
        .fetch_all(&self.readers)
        .await
        .map_err(failed(DOING_SIGN_IN))?;
        rows.iter().map(signed_in).collect()
    }

    async fn remove_sign_in(&self, hash: &str) -> Result<bool, StoreError> {
        let done = sqlx::query("delete from sign_in where hash = $1")
            .bind(hash.to_owned())
            .execute(&self.writers)
            .await
            .map_err(failed("sign somebody out"))?;
        Ok(done.rows_affected() == 1)
    }

    async fn remove_sign_ins(&self, account: &str, but: Option<&str>) -> Result<u64, StoreError> {
        // No hash is empty.
        let done = sqlx::query("delete from sign_in where account_id = $1 and hash <> $2")
            .bind(account.to_owned())
            .bind(but.unwrap_or_default().to_owned())
            .execute(&self.writers)
            .await
            .map_err(failed("sign somebody out everywhere"))?;
        Ok(done.rows_affected())
    }

    async fn remove_ended_sign_ins(&self, now: Moment) -> Result<u64, StoreError> {
        let done = sqlx::query("delete from sign_in where expires_at <= $1")
            .bind(now.0)
            .execute(&self.writers)
            .await
            .map_err(failed("forget who was signed in"))?;
        Ok(done.rows_affected())
    }

    async fn second_factor(&self, account: &str) -> Result<Option<SecondFactor>, StoreError> {
        let row = sqlx::query(
            "select secret, is_confirmed, (select count(*) from recovery_code \
             where account_id = $1) from second_factor where account_id = $1",
        )
        .bind(account.to_owned())
        .fetch_optional(&self.readers)
        .await
        .map_err(failed(DOING_FACTOR))?;
        let read = |row: &AnyRow| -> Result<SecondFactor, sqlx::Error> {
            Ok(SecondFactor {
                secret: row.try_get(0)?,
                is_confirmed: row.try_get::<i64, _>(1)? != 0,
                recovery_left: row.try_get::<i64, _>(2)?.unsigned_abs(),
            })
        };
        row.as_ref().map(read).transpose().map_err(failed(DOING_FACTOR))
    }

    async fn begin_second_factor(&self, account: &str, secret: &str) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "insert into second_factor (account_id, secret, is_confirmed, last_step) \
             values ($1, $2, 0, 0) on conflict (account_id) do update \
             set secret = excluded.secret where second_factor.is_confirmed = 0",
        )
        .bind(account.to_owned())
        .bind(secret.to_owned())
        .execute(&self.writers)
        .await
        .map_err(failed(DOING_FACTOR))?;
        Ok(done.rows_affected() == 1)
    }

    async fn confirm_second_factor(
        &self,
        account: &str,
        step: u64,
        recovery: &[String],
    ) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query(
            "update second_factor set is_confirmed = 1, last_step = $2 \
             where account_id = $1 and is_confirmed = 0",
        )
        .bind(account.to_owned())
        .bind(step.cast_signed())
        .execute(&mut *transaction)
        .await
        .map_err(failed(DOING_FACTOR))?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        for hash in recovery {
            sqlx::query("insert into recovery_code (account_id, hash) values ($1, $2)")
                .bind(account.to_owned())
                .bind(hash.clone())
                .execute(&mut *transaction)
                .await
                .map_err(failed(DOING_FACTOR))?;
        }
        transaction.commit().await.map_err(failed(DOING_FACTOR))?;
        Ok(true)
    }

    async fn use_step(&self, account: &str, step: u64) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "update second_factor set last_step = $2 where account_id = $1 and last_step < $2",
        )
        .bind(account.to_owned())
        .bind(step.cast_signed())
        .execute(&self.writers)
        .await
        .map_err(failed(DOING_FACTOR))?;
        Ok(done.rows_affected() == 1)
    }

    async fn use_recovery(&self, account: &str, hash: &str) -> Result<bool, StoreError> {
        let done = sqlx::query("delete from recovery_code where account_id = $1 and hash = $2")
            .bind(account.to_owned())
            .bind(hash.to_owned())
            .execute(&self.writers)
            .await
            .map_err(failed(DOING_FACTOR))?;
        Ok(done.rows_affected() == 1)
    }

    async fn second_factor_secrets(&self) -> Result<Vec<(String, String)>, StoreError> {
        let rows = sqlx::query("select account_id, secret from second_factor order by account_id")
            .fetch_all(&self.readers)
            .await
            .map_err(failed(DOING_FACTOR))?;
        let read = |row: &AnyRow| Ok((row.try_get(0)?, row.try_get(1)?));
        rows.iter().map(read).collect::<Result<_, _>>().map_err(failed(DOING_FACTOR))
    }

    async fn reseal_second_factors(
        &self,
        sealed: &[(String, String, String)],
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        for (account, before, after) in sealed {
            let done = sqlx::query(
                "update second_factor set secret = $3 where account_id = $1 and secret = $2",
            )
            .bind(account.clone())
            .bind(before.clone())
            .bind(after.clone())
            .execute(&mut *transaction)
            .await
            .map_err(failed(DOING_FACTOR))?;
            if done.rows_affected() != 1 {
                let why = format!("the secret of {account} changed meanwhile: try again");
                return Err(StoreError::Damaged { table: "second_factor", why });
            }
        }
        transaction.commit().await.map_err(failed(DOING_FACTOR))
    }

    async fn remove_second_factor(&self, account: &str) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let had = take_factor(&mut transaction, account).await?;
        transaction.commit().await.map_err(failed(DOING_FACTOR))?;
        Ok(had)
    }
}

/// Makes an account of this role; gives its identity, and nothing where its address is an account's
/// already.
pub(crate) async fn insert_account(
    transaction: &mut Transaction<'_, Any>,
    account: &Account,
    role: Role,
) -> Result<Option<String>, StoreError> {
    let id = Uuid::now_v7().to_string();
    let done = sqlx::query(
        "insert into account (id, owner, email, password, created_at, role) \
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
    )
    .bind(id.clone())
    .bind(account.owner.as_str().to_owned())
    .bind(account.email.clone())
    .bind(account.password.clone())
    .bind(account.created_at.0)
    .bind(role.to_string())
    .execute(&mut **transaction)
    .await
    .map_err(failed("make an account"))?;
    Ok((done.rows_affected() == 1).then_some(id))
}

/// Takes a second factor away, recovery codes included; whether there was one.
async fn take_factor(
    transaction: &mut Transaction<'_, Any>,
    account: &str,
) -> Result<bool, StoreError> {
    let take = [
        "delete from recovery_code where account_id = $1",
        "delete from second_factor where account_id = $1",
    ];
    let mut taken = 0;
    for text in take {
        let done = sqlx::query(text).bind(account.to_owned()).execute(&mut **transaction).await;
        taken = done.map_err(failed(DOING_FACTOR))?.rows_affected();
    }
    Ok(taken == 1)
}

/// An account has another password, and nothing else opens it; nothing where there is none.
async fn reset(
    transaction: &mut Transaction<'_, Any>,
    entry: &AuditEntry,
    password: &str,
    takes_factor: bool,
) -> Result<Option<TakenAway>, StoreError> {
    let id = &entry.account;
    let done = sqlx::query("update account set password = $2 where id = $1")
        .bind(id.clone())
        .bind(password.to_owned())
        .execute(&mut **transaction)
        .await
        .map_err(failed(DOING_RESET))?;
    if done.rows_affected() == 0 {
        return Ok(None);
    }
    end_reset(transaction, id).await?;
    let take = [
        "delete from sign_in where account_id = $1",
        "delete from passkey where account_id = $1",
        "delete from identity where account_id = $1",
        "delete from api_key where account_id = $1",
        // Whoever came back by one of these, and owes a code.
        "delete from errand where account_id = $1",
    ];
    let mut taken = [0; 5];
    for (text, taken) in take.into_iter().zip(&mut taken) {
        let done = sqlx::query(text).bind(id.clone()).execute(&mut **transaction).await;
        *taken = done.map_err(failed(DOING_RESET))?.rows_affected();
    }
    let [sign_ins, passkeys, identities, keys, _] = taken;
    let factor = takes_factor && take_factor(transaction, id).await?;
    Ok(Some(TakenAway { sign_ins, passkeys, identities, keys, factor }))
}

/// Writes down that an account was set anew, and each thing that was taken from it; false where
/// somebody else was next.
async fn append_all(
    transaction: &mut Transaction<'_, Any>,
    entry: &AuditEntry,
    taken: &TakenAway,
) -> Result<bool, StoreError> {
    let events = [
        (entry.event, 1),
        (AuditEvent::PasskeyEnded, taken.passkeys),
        (AuditEvent::Disconnected, taken.identities),
        (AuditEvent::KeyEnded, taken.keys),
        (AuditEvent::FactorOff, u64::from(taken.factor)),
    ];
    for (event, times) in events {
        for _ in 0..times {
            if !append(transaction, &AuditEntry { event, ..entry.clone() }).await? {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// An account out of the first nine columns.
pub(crate) fn account(row: &AnyRow) -> Result<Account, StoreError> {
    let (role, tier) = (parsed(row, 5, "account")?, parsed(row, 7, "account")?);
    let read = || -> Result<Account, sqlx::Error> {
        Ok(Account {
            id: row.try_get(0)?,
            owner: OwnerId::read(row.try_get(1)?),
            email: row.try_get(2)?,
            name: row.try_get(8)?,
            password: row.try_get(3)?,
            role,
            tier,
            is_suspended: row.try_get::<i64, _>(6)? != 0,
            created_at: Moment(row.try_get(4)?),
        })
    };
    read().map_err(failed(DOING_ACCOUNT))
}

fn signed_in(row: &AnyRow) -> Result<SignIn, StoreError> {
    let read = || -> Result<SignIn, sqlx::Error> {
        Ok(SignIn {
            hash: row.try_get(0)?,
            account: row.try_get(1)?,
            device: row.try_get(2)?,
            since: Moment(row.try_get(3)?),
            seen_at: Moment(row.try_get(4)?),
            expires_at: Moment(row.try_get(5)?),
        })
    };
    read().map_err(failed(DOING_SIGN_IN))
}
