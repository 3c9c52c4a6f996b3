//! Who is vouched for elsewhere, and errands of browsers.

use async_trait::async_trait;
use desk::{Account, AuditEvent, Errand, IdentityStore, LinkedIdentity, Role, StoreError};
use market::Moment;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::Database;
use crate::accounts::{account, insert_account};
use crate::database::failed;
use crate::mail::end_invitations;
use crate::series::parsed;

const DOING_ERRAND: &str = "answer for an errand";
const DOING_IDENTITY: &str = "answer for who is vouched for";
const DOING_JOIN: &str = "make an account";

#[async_trait]
impl IdentityStore for Database {
    async fn add_errand(&self, errand: &Errand, now: Moment) -> Result<(), StoreError> {
        sqlx::query("delete from errand where expires_at <= $1")
            .bind(now.0)
            .execute(&self.writers)
            .await
            .map_err(failed(DOING_ERRAND))?;
        sqlx::query(
            "insert into errand (hash, account_id, what, secret, expires_at) \
             values ($1, $2, $3, $4, $5)",
        )
        .bind(errand.hash.clone())
        .bind(errand.account.clone())
        .bind(errand.what.clone())
        .bind(errand.secret.clone())
        .bind(errand.expires_at.0)
        .execute(&self.writers)
        .await
        .map_err(failed(DOING_ERRAND))?;
        Ok(())
    }

    async fn take_errand(
        &self,
        hash: &str,
        what: &str,
        now: Moment,
    ) -> Result<Option<Errand>, StoreError> {
        // Whoever takes it away has it: of two at once the second finds none.
        let row = sqlx::query(
            "delete from errand where hash = $1 and what = $2 and $3 < expires_at \
             returning hash, account_id, what, secret, expires_at",
        )
        .bind(hash.to_owned())
        .bind(what.to_owned())
        .bind(now.0)
        .fetch_optional(&self.writers)
        .await
        .map_err(failed(DOING_ERRAND))?;
        let read = |row: &AnyRow| -> Result<Errand, sqlx::Error> {
            Ok(Errand {
                hash: row.try_get(0)?,
                account: row.try_get(1)?,
                what: row.try_get(2)?,
                secret: row.try_get(3)?,
                expires_at: Moment(row.try_get(4)?),
            })
        };
        row.as_ref().map(read).transpose().map_err(failed(DOING_ERRAND))
    }

    async fn account_of_identity(
        &self,
        issuer: &str,
        subject: &str,
    ) -> Result<Option<Account>, StoreError> {
        let row = sqlx::query(
            "select id, owner, email, password, created_at, role, is_suspended, tier, name \
             from account \
             where id = (select account_id from identity where issuer = $1 and subject = $2)",
        )
        .bind(issuer.to_owned())
        .bind(subject.to_owned())
        .fetch_optional(&self.readers)
        .await
        .map_err(failed(DOING_IDENTITY))?;
        row.as_ref().map(account).transpose()
    }

    async fn identities(&self, account: &str) -> Result<Vec<LinkedIdentity>, StoreError> {
        let rows = sqlx::query(
            "select issuer, subject, account_id, linked_at from identity \
             where account_id = $1 order by linked_at, issuer",
        )
        .bind(account.to_owned())
        .fetch_all(&self.readers)
        .await
        .map_err(failed(DOING_IDENTITY))?;
        let read = |row: &AnyRow| -> Result<LinkedIdentity, sqlx::Error> {
            Ok(LinkedIdentity {
                issuer: row.try_get(0)?,
                subject: row.try_get(1)?,
                account: row.try_get(2)?,
                linked_at: Moment(row.try_get(3)?),
            })
        };
        rows.iter().map(read).collect::<Result<_, _>>().map_err(failed(DOING_IDENTITY))
    }

    async fn link_identity(&self, identity: &LinkedIdentity) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "insert into identity (issuer, subject, account_id, linked_at) \
             values ($1, $2, $3, $4) on conflict do nothing",
        )
        .bind(identity.issuer.clone())
        .bind(identity.subject.clone())
        .bind(identity.account.clone())
        .bind(identity.linked_at.0)
        .execute(&self.writers)
        .await
        .map_err(failed(DOING_IDENTITY))?;
        Ok(done.rows_affected() == 1)
    }

    async fn unlink_identity(&self, account: &str, issuer: &str) -> Result<bool, StoreError> {
        let done = sqlx::query("delete from identity where account_id = $1 and issuer = $2")
            .bind(account.to_owned())
            .bind(issuer.to_owned())
            .execute(&self.writers)
            .await
            .map_err(failed(DOING_IDENTITY))?;
        Ok(done.rows_affected() == 1)
    }

    async fn changed_email(&self, account: &str) -> Result<bool, StoreError> {
        let row = sqlx::query("select seq from audit where account_id = $1 and event = $2 limit 1")
            .bind(account.to_owned())
            .bind(AuditEvent::EmailChanged.as_str())
            .fetch_optional(&self.readers)
            .await
            .map_err(failed(DOING_IDENTITY))?;
        Ok(row.is_some())
    }

    async fn join_by_identity(
        &self,
        account: &Account,
        identity: &LinkedIdentity,
        is_open: bool,
        now: Moment,
    ) -> Result<Option<String>, StoreError> {
        let mut transaction = self.begin().await?;
        let taken = sqlx::query(
            "delete from invitation where email = $1 and $2 < expires_at returning role",
        )
        .bind(account.email.clone())
        .bind(now.0)
        .fetch_optional(&mut *transaction)
        .await
        .map_err(failed(DOING_JOIN))?;
        let role = match taken {
            Some(taken) => {
                end_invitations(&mut transaction, &account.email).await?;
                parsed(&taken, 0, "invitation")?
            }
            None if is_open => {
                // An owner who is just being deleted is waited for: nobody joins a desk that none
                // leads.
                let held = sqlx::query(
                    "update account set email = email where role = 'owner' returning id",
                );
                let held = held.fetch_optional(&mut *transaction).await;
                if held.map_err(failed(DOING_JOIN))?.is_none() {
                    return Ok(None);
                }
                Role::Member
            }
            None => return Ok(None),
        };
        let id = insert_account(&mut transaction, account, role).await?;
        let linked = match &id {
            Some(id) => sqlx::query(
                "insert into identity (issuer, subject, account_id, linked_at) \
                 values ($1, $2, $3, $4) on conflict do nothing",
            )
            .bind(identity.issuer.clone())
            .bind(identity.subject.clone())
            .bind(id.clone())
            .bind(identity.linked_at.0)
            .execute(&mut *transaction)
            .await
            .map_err(failed(DOING_JOIN))?
            .rows_affected(),
            None => 0,
        };
        // Two at once: the second one leaves nothing behind, and finds the account when it asks.
        if linked == 0 {
            transaction.rollback().await.map_err(failed(DOING_JOIN))?;
            return Ok(None);
        }
        transaction.commit().await.map_err(failed(DOING_JOIN))?;
        Ok(id)
    }
}
