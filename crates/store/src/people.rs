//! Everybody on the desk, and who is asked in.

use async_trait::async_trait;
use desk::{
    Account, AuditEntry, Invitation, NotJoined, PeopleStore, Person, Role, StoreError, Tier,
    WaitingMail,
};
use market::Moment;
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};

use crate::Database;
use crate::accounts::{account, insert_account};
use crate::audit::{append, too_many};
use crate::database::failed;
use crate::mail::{end_invitations, write};
use crate::series::parsed;

const DOING_PEOPLE: &str = "read who is on the desk";
const DOING_INVITATION: &str = "answer for an invitation";

#[async_trait]
impl PeopleStore for Database {
    async fn people(&self, now: Moment) -> Result<Vec<Person>, StoreError> {
        let rows = sqlx::query(
            "select account.id, account.owner, account.email, account.password, \
             account.created_at, account.role, account.is_suspended, account.tier, \
             account.name, max(sign_in.seen_at), \
             count(sign_in.hash), (select count(*) from second_factor \
             where account_id = account.id and is_confirmed = 1) \
             from account left join sign_in \
             on sign_in.account_id = account.id and $1 < sign_in.expires_at \
             group by account.id, account.owner, account.email, account.password, \
             account.created_at, account.role, account.is_suspended, account.tier, \
             account.name order by account.created_at, account.id",
        )
        .bind(now.0)
        .fetch_all(&self.readers)
        .await
        .map_err(failed(DOING_PEOPLE))?;
        rows.iter().map(person).collect()
    }

    async fn write_role(&self, id: &str, from: Role, to: Role) -> Result<bool, StoreError> {
        let doing = || failed("write a role");
        let mut transaction = self.begin().await?;
        let done = sqlx::query("update account set role = $3 where id = $1 and role = $2")
            .bind(id.to_owned())
            .bind(from.to_string())
            .bind(to.to_string())
            .execute(&mut *transaction)
            .await
            .map_err(doing())?;
        let is_written = done.rows_affected() == 1;
        if is_written && to == Role::Member {
            end_invitations_by(&mut transaction, id).await?;
        }
        transaction.commit().await.map_err(doing())?;
        Ok(is_written)
    }

    async fn write_tier(&self, id: &str, role: Role, tier: Tier) -> Result<bool, StoreError> {
        let done =
            sqlx::query("update account set tier = $3 where id = $1 and role = $2 and tier <> $3")
                .bind(id.to_owned())
                .bind(role.to_string())
                .bind(tier.to_string())
                .execute(&self.writers)
                .await
                .map_err(failed("write a tier"))?;
        Ok(done.rows_affected() == 1)
    }

    async fn hand_over(&self, from: &str, to: &str) -> Result<bool, StoreError> {
        let doing = || failed("hand the desk over");
        let mut transaction = self.begin().await?;
        let mut is_whole = from != to;
        for (id, was, is) in [(from, "owner", "admin"), (to, "", "owner")] {
            let done = sqlx::query(
                "update account set role = $2 \
                 where id = $1 and is_suspended = 0 and (role = $3 or $3 = '') and role <> $2",
            )
            .bind(id.to_owned())
            .bind(is)
            .bind(was)
            .execute(&mut *transaction)
            .await
            .map_err(doing())?;
            is_whole &= done.rows_affected() == 1;
        }
        if is_whole {
            transaction.commit().await.map_err(doing())?;
        } else {
            transaction.rollback().await.map_err(doing())?;
        }
        Ok(is_whole)
    }

    async fn write_suspension(
        &self,
        id: &str,
        role: Role,
        is_suspended: bool,
    ) -> Result<bool, StoreError> {
        let doing = || failed("shut somebody out");
        let mut transaction = self.begin().await?;
        let done = sqlx::query(
            "update account set is_suspended = $3 \
             where id = $1 and role = $2 and is_suspended <> $3",
        )
        .bind(id.to_owned())
        .bind(role.to_string())
        .bind(i64::from(is_suspended))
        .execute(&mut *transaction)
        .await
        .map_err(doing())?;
        if is_suspended && done.rows_affected() == 1 {
            sqlx::query("delete from sign_in where account_id = $1")
                .bind(id.to_owned())
                .execute(&mut *transaction)
                .await
                .map_err(doing())?;
            end_invitations_by(&mut transaction, id).await?;
        }
        transaction.commit().await.map_err(doing())?;
        Ok(done.rows_affected() == 1)
    }

    async fn add_invitation(&self, invitation: &Invitation) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        if !write_invitation(&mut transaction, invitation).await? {
            return Ok(false);
        }
        transaction.commit().await.map_err(failed(DOING_INVITATION))?;
        Ok(true)
    }

    async fn add_invitation_and_mail(
        &self,
        invitation: &Invitation,
        entry: &AuditEntry,
        mail: &WaitingMail,
    ) -> Result<bool, StoreError> {
        let mut tries = 0;
        loop {
            let mut transaction = self.begin().await?;
            if !write_invitation(&mut transaction, invitation).await? {
                return Ok(false);
            }
            write(&mut transaction, mail).await?;
            if append(&mut transaction, entry).await? {
                transaction.commit().await.map_err(failed(DOING_INVITATION))?;
                return Ok(true);
            }
            too_many(&mut tries)?;
        }
    }

    async fn invitations(&self, now: Moment) -> Result<Vec<Invitation>, StoreError> {
        sqlx::query("delete from invitation where expires_at <= $1")
            .bind(now.0)
            .execute(&self.writers)
            .await
            .map_err(failed(DOING_INVITATION))?;
        let rows = sqlx::query(
            "select email, hash, role, made_by, made_at, expires_at from invitation \
             where $1 < expires_at order by made_at desc, email",
        )
        .bind(now.0)
        .fetch_all(&self.readers)
        .await
        .map_err(failed(DOING_INVITATION))?;
        rows.iter().map(invitation).collect()
    }

    async fn remove_invitation(&self, email: &str, role: Role) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query("delete from invitation where email = $1 and role = $2")
            .bind(email.to_owned())
            .bind(role.to_string())
            .execute(&mut *transaction)
            .await
            .map_err(failed(DOING_INVITATION))?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        end_invitations(&mut transaction, email).await?;
        transaction.commit().await.map_err(failed(DOING_INVITATION))?;
        Ok(true)
    }

    async fn join(
        &self,
        account: &Account,
        hash: &str,
        now: Moment,
    ) -> Result<Result<String, NotJoined>, StoreError> {
        let mut transaction = self.begin().await?;
        // Whoever takes it away has it: of two at once the second finds none.
        let taken = sqlx::query(
            "delete from invitation where hash = $1 and email = $2 and $3 < expires_at \
             returning role",
        )
        .bind(hash.to_owned())
        .bind(account.email.clone())
        .bind(now.0)
        .fetch_optional(&mut *transaction)
        .await
        .map_err(failed(DOING_INVITATION))?;
        let Some(taken) = taken else { return Ok(Err(NotJoined::NotInvited)) };
        let role = parsed(&taken, 0, "invitation")?;
        end_invitations(&mut transaction, &account.email).await?;
        let Some(id) = insert_account(&mut transaction, account, role).await? else {
            // The invitation is not used up by it.
            transaction.rollback().await.map_err(failed(DOING_INVITATION))?;
            return Ok(Err(NotJoined::Taken));
        };
        transaction.commit().await.map_err(failed("make an account"))?;
        Ok(Ok(id))
    }
}

/// Whoever leads the desk no more has asked nobody in: by a code that was made beforehand they
/// would come back under another name.
async fn end_invitations_by(
    transaction: &mut Transaction<'_, Any>,
    id: &str,
) -> Result<(), StoreError> {
    let rows = sqlx::query("delete from invitation where made_by = $1 returning email")
        .bind(id.to_owned())
        .fetch_all(&mut **transaction)
        .await
        .map_err(failed(DOING_INVITATION))?;
    for row in rows {
        let email: String = row.try_get(0).map_err(failed(DOING_INVITATION))?;
        end_invitations(transaction, &email).await?;
    }
    Ok(())
}

/// Puts an invitation in the place of an earlier one; false where there is an account of its
/// address.
async fn write_invitation(
    transaction: &mut Transaction<'_, Any>,
    invitation: &Invitation,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "insert into invitation (email, hash, role, made_by, made_at, expires_at) \
         select $1, $2, $3, $4, $5, $6 \
         where not exists (select 1 from account where email = $1) \
         on conflict (email) do update set hash = excluded.hash, role = excluded.role, \
         made_by = excluded.made_by, made_at = excluded.made_at, \
         expires_at = excluded.expires_at",
    )
    .bind(invitation.email.clone())
    .bind(invitation.hash.clone())
    .bind(invitation.role.to_string())
    .bind(invitation.by.clone())
    .bind(invitation.made_at.0)
    .bind(invitation.expires_at.0)
    .execute(&mut **transaction)
    .await
    .map_err(failed(DOING_INVITATION))?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    end_invitations(transaction, &invitation.email).await?;
    Ok(true)
}

fn person(row: &AnyRow) -> Result<Person, StoreError> {
    let account = account(row)?;
    let read = || -> Result<Person, sqlx::Error> {
        Ok(Person {
            seen_at: row.try_get::<Option<i64>, _>(9)?.map(Moment),
            sign_ins: row.try_get::<i64, _>(10)?.unsigned_abs(),
            has_factor: row.try_get::<i64, _>(11)? != 0,
            account: account.clone(),
        })
    };
    read().map_err(failed(DOING_PEOPLE))
}

fn invitation(row: &AnyRow) -> Result<Invitation, StoreError> {
    let role = parsed(row, 2, "invitation")?;
    let read = || -> Result<Invitation, sqlx::Error> {
        Ok(Invitation {
            email: row.try_get(0)?,
            hash: row.try_get(1)?,
            role,
            by: row.try_get(3)?,
            made_at: Moment(row.try_get(4)?),
            expires_at: Moment(row.try_get(5)?),
        })
    };
    read().map_err(failed(DOING_INVITATION))
}
