//! Positions that traders keep.

use async_trait::async_trait;
use desk::{KeptPosition, OwnerId, PositionEdit, PositionStore, StoreError};
use market::Moment;
use sqlx::Row;
use sqlx::any::AnyRow;
use uuid::Uuid;

use crate::Database;
use crate::database::failed;
use crate::series::parsed;

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
    ) -> Result<Vec<String>, StoreError> {
        let doing = || format!("keep {} positions", edits.len());
        let mut transaction = self.begin().await?;
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
            query.execute(&mut *transaction).await.map_err(failed(doing()))?;
        }
        transaction.commit().await.map_err(failed(doing()))?;
        Ok(written)
    }
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
