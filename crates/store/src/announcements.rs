//! What everybody on the desk is told.

use async_trait::async_trait;
use desk::{Announcement, AnnouncementStore, StoreError};
use market::Moment;
use sqlx::Row;
use sqlx::any::AnyRow;
use uuid::Uuid;

use crate::Database;
use crate::database::failed;

const DOING: &str = "answer for an announcement";

#[async_trait]
impl AnnouncementStore for Database {
    async fn announcements(&self, now: Moment) -> Result<Vec<Announcement>, StoreError> {
        let rows = sqlx::query(
            "select id, body, made_by, made_at, ends_at from announcement \
             where $1 < ends_at order by made_at desc, id desc",
        )
        .bind(now.0)
        .fetch_all(&self.readers)
        .await
        .map_err(failed(DOING))?;
        rows.iter().map(|row| announcement(row).map_err(failed(DOING))).collect()
    }

    async fn add_announcement(&self, one: &Announcement) -> Result<String, StoreError> {
        let id = Uuid::now_v7().to_string();
        let doing = || failed("keep an announcement");
        let mut transaction = self.begin().await?;
        sqlx::query("delete from announcement where ends_at <= $1")
            .bind(one.made_at.0)
            .execute(&mut *transaction)
            .await
            .map_err(doing())?;
        sqlx::query(
            "insert into announcement (id, body, made_by, made_at, ends_at) \
             values ($1, $2, $3, $4, $5)",
        )
        .bind(id.clone())
        .bind(one.text.clone())
        .bind(one.by.clone())
        .bind(one.made_at.0)
        .bind(one.ends_at.0)
        .execute(&mut *transaction)
        .await
        .map_err(doing())?;
        transaction.commit().await.map_err(doing())?;
        Ok(id)
    }

    async fn remove_announcement(&self, id: &str) -> Result<bool, StoreError> {
        let done = sqlx::query("delete from announcement where id = $1")
            .bind(id.to_owned())
            .execute(&self.writers)
            .await
            .map_err(failed(DOING))?;
        Ok(done.rows_affected() == 1)
    }
}

fn announcement(row: &AnyRow) -> Result<Announcement, sqlx::Error> {
    Ok(Announcement {
        id: row.try_get(0)?,
        text: row.try_get(1)?,
        by: row.try_get(2)?,
        made_at: Moment(row.try_get(3)?),
        ends_at: Moment(row.try_get(4)?),
    })
}
