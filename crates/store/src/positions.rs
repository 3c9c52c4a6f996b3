//! Positions that traders keep.

use async_trait::async_trait;
use desk::{
    Answered, KeptPosition, NAMED_FOR, NamedChange, OwnerId, PositionEdit, PositionStore,
    StoreError,
};
use market::Moment;
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};
use uuid::Uuid;

use crate::Database;
use crate::database::failed;
use crate::series::parsed;

const DOING: &str = "keep positions";

#[async_trait]
impl PositionStore for Database {
    async fn positions(&self, owner: &OwnerId) -> Result<Vec<KeptPosition>, StoreError> {
        let rows = sqlx::query(
            "select id, tape, name, legs, stage, paid, received, fees, opened_at, closed_at, \
             changed_at from position where owner = $1 order by id",
        )
        .bind(owner.as_str().to_owned())
        .fetch_all(&self.readers)
        .await
        .map_err(failed("read positions"))?;
        rows.iter().map(kept).collect()
    }

    async fn edit_positions(
        &self,
        owner: &OwnerId,
        edits: &[PositionEdit],
        most: u32,
    ) -> Result<Option<Vec<String>>, StoreError> {
        let mut transaction = self.begin().await?;
        let Some(written) = self.edit_within(&mut transaction, owner, edits, most).await? else {
            return Ok(None);
        };
        transaction.commit().await.map_err(failed(DOING))?;
        Ok(Some(written))
    }

    async fn edit_positions_once(
        &self,
        owner: &OwnerId,
        edits: &[PositionEdit],
        change: &NamedChange,
        most: u32,
    ) -> Result<Option<Answered>, StoreError> {
        let doing = || failed("do a change once");
        let mut transaction = self.begin().await?;
        sqlx::query("delete from idempotency where made_at < $1")
            .bind((change.at - NAMED_FOR).0)
            .execute(&mut *transaction)
            .await
            .map_err(doing())?;
        // Whoever asks at the same moment waits here until the first is done.
        let taken = sqlx::query(
            "insert into idempotency (owner, name, asked, answer, made_at) \
             values ($1, $2, $3, '', $4) on conflict (owner, name) do nothing",
        )
        .bind(owner.as_str().to_owned())
        .bind(change.name.clone())
        .bind(change.asked.clone())
        .bind(change.at.0)
        .execute(&mut *transaction)
        .await
        .map_err(doing())?;
        if taken.rows_affected() == 0 {
            let row =
                sqlx::query("select asked, answer from idempotency where owner = $1 and name = $2")
                    .bind(owner.as_str().to_owned())
                    .bind(change.name.clone())
                    .fetch_one(&mut *transaction)
                    .await
                    .map_err(doing())?;
            let text = |place: usize| row.try_get::<String, _>(place).map_err(doing());
            let (asked, answer) = (text(0)?, text(1)?);
            return Ok(Some(match asked == change.asked {
                true => Answered::Before(answer.split_whitespace().map(str::to_owned).collect()),
                false => Answered::Otherwise,
            }));
        }
        // Without room the name is not used either: asked again when there is some, it is done.
        let Some(written) = self.edit_within(&mut transaction, owner, edits, most).await? else {
            return Ok(None);
        };
        sqlx::query("update idempotency set answer = $3 where owner = $1 and name = $2")
            .bind(owner.as_str().to_owned())
            .bind(change.name.clone())
            .bind(written.join(" "))
            .execute(&mut *transaction)
            .await
            .map_err(doing())?;
        transaction.commit().await.map_err(doing())?;
        Ok(Some(Answered::Now(written)))
    }
}

impl Database {
    /// Keeps and removes them; gives the identities of what was written, or nothing where there
    /// would be more than `most` then: the transaction must not be committed.
    async fn edit_within(
        &self,
        transaction: &mut Transaction<'_, Any>,
        owner: &OwnerId,
        edits: &[PositionEdit],
        most: u32,
    ) -> Result<Option<Vec<String>>, StoreError> {
        self.hold(transaction, owner.as_str()).await?;
        let before = count(transaction, owner).await?;
        let written = edit(transaction, owner, edits).await?;
        let after = count(transaction, owner).await?;
        // Who has more than that, as after a change of tier, may still change what is there.
        Ok((after <= before.max(i64::from(most))).then_some(written))
    }
}

/// How many there are.
async fn count(transaction: &mut Transaction<'_, Any>, owner: &OwnerId) -> Result<i64, StoreError> {
    let row = sqlx::query("select count(*) from position where owner = $1")
        .bind(owner.as_str().to_owned())
        .fetch_one(&mut **transaction)
        .await
        .map_err(failed(DOING))?;
    row.try_get(0).map_err(failed(DOING))
}

/// Keeps and removes them; gives the identities of what was written.
async fn edit(
    transaction: &mut Transaction<'_, Any>,
    owner: &OwnerId,
    edits: &[PositionEdit],
) -> Result<Vec<String>, StoreError> {
    let mut written = Vec::new();
    for edit in edits {
        let query = match edit {
            PositionEdit::Write(one) => {
                let id =
                    if one.id.is_empty() { Uuid::now_v7().to_string() } else { one.id.clone() };
                written.push(id.clone());
                sqlx::query(
                    "insert into position (owner, id, tape, name, legs, stage, paid, \
                         received, fees, opened_at, closed_at, changed_at) \
                         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
                         on conflict (owner, id) do update set tape = excluded.tape, \
                         name = excluded.name, legs = excluded.legs, stage = excluded.stage, \
                         paid = excluded.paid, received = excluded.received, \
                         fees = excluded.fees, opened_at = excluded.opened_at, \
                         closed_at = excluded.closed_at, changed_at = excluded.changed_at",
                )
                .bind(owner.as_str().to_owned())
                .bind(id)
                .bind(one.tape.to_string())
                .bind(one.name.clone())
                .bind(one.legs.clone())
                .bind(one.stage.to_string())
                .bind(one.paid)
                .bind(one.received)
                .bind(one.fees)
                .bind(one.opened_at.map(|at| at.0))
                .bind(one.closed_at.map(|at| at.0))
                .bind(one.changed_at.0)
            }
            PositionEdit::Remove(id) => {
                sqlx::query("delete from position where owner = $1 and id = $2")
                    .bind(owner.as_str().to_owned())
                    .bind(id.clone())
            }
        };
        query.execute(&mut **transaction).await.map_err(failed(DOING))?;
    }
    Ok(written)
}

fn kept(row: &AnyRow) -> Result<KeptPosition, StoreError> {
    let doing = || failed("read positions");
    let text = |place: usize| row.try_get::<String, _>(place).map_err(doing());
    let number = |place: usize| row.try_get::<Option<i64>, _>(place).map_err(doing());
    Ok(KeptPosition {
        id: text(0)?,
        tape: parsed(row, 1, "position")?,
        name: text(2)?,
        legs: text(3)?,
        stage: parsed(row, 4, "position")?,
        paid: number(5)?,
        received: number(6)?,
        fees: number(7)?.unwrap_or_default(),
        opened_at: number(8)?.map(Moment),
        closed_at: number(9)?.map(Moment),
        changed_at: Moment(number(10)?.unwrap_or_default()),
    })
}
