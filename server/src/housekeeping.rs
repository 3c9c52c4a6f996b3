//! What is put in order every hour, by the server that leads.

use std::sync::Arc;
use std::time::Duration;

use desk::{Store, StoreError};
use market::{Moment, Span};
use tokio::time::MissedTickBehavior;
use tracing::warn;

use crate::clock::now;
use crate::nodes::Leading;

/// How often it is looked whether it is time: who leads may be another by now.
const LOOK_EVERY: Duration = Duration::from_secs(10);
const EVERY: Span = Span::hours(1);

/// Puts in order every hour, where this server leads, until the task is dropped.
pub(crate) async fn run(store: Arc<dyn Store>, leading: Leading) {
    let mut beats = tokio::time::interval(LOOK_EVERY);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut done_at: Option<Moment> = None;
    loop {
        beats.tick().await;
        let now = now();
        if !leading.is_on() || done_at.is_some_and(|done_at| now - done_at < EVERY) {
            continue;
        }
        done_at = Some(now);
        if let Err(problem) = put_in_order(store.as_ref(), now).await {
            let story = crate::rest::story(&problem);
            warn!(%story, "what is over could not be forgotten: {story}");
        }
    }
}

/// Forgets what is over: sign-ins, and attempts that nobody is held to any more.
async fn put_in_order(store: &dyn Store, now: Moment) -> Result<(), StoreError> {
    store.remove_ended_sign_ins(now).await?;
    store.forget_attempts(now).await
}
