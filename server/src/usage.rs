//! Counts what everybody uses, and writes it down every now and then.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use desk::{Store, StoreError, Usage, Used};
use market::{Moment, TradingDate};
use tokio::task::JoinError;
use tracing::warn;

/// How often counts are written down: a server that is killed forgets no more than that.
const WRITE_EVERY: Duration = Duration::from_secs(15);

/// What everybody used.
#[derive(Clone)]
pub(crate) struct Counts {
    store: Arc<dyn Store>,
    kept: Arc<Mutex<Kept>>,
    /// Had by who writes down: of two at once each would take what the other writes for fresh.
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// By account and what.
type Kept = BTreeMap<(String, Used), Count>;

/// How much of something somebody used on a day.
#[derive(Clone, Copy)]
struct Count {
    day: TradingDate,
    /// That is written down.
    written: u64,
    /// That is not.
    fresh: u64,
}

impl Counts {
    /// Goes on from what is written down.
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, kept: Arc::default(), turn: Arc::default() }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How much of something an account used on the day of `at`.
    pub(crate) async fn used(
        &self,
        account: &str,
        what: Used,
        at: Moment,
    ) -> Result<u64, StoreError> {
        let (key, day) = ((account.to_owned(), what), at.wall_time().date);
        if let Some(count) = self.kept().get(&key).filter(|count| count.day == day) {
            return Ok(count.written + count.fresh);
        }
        self.store.used(account, day, what).await
    }

    /// Counts one more, where that is at most `most`; false where it would be more.
    pub(crate) async fn add(
        &self,
        account: &str,
        what: Used,
        at: Moment,
        most: Option<u64>,
    ) -> Result<bool, StoreError> {
        let (key, day) = ((account.to_owned(), what), at.wall_time().date);
        let count_one = |count: &mut Count| {
            let is_room = most.is_none_or(|most| count.written + count.fresh < most);
            count.fresh += u64::from(is_room);
            is_room
        };
        if let Some(count) = self.kept().get_mut(&key).filter(|count| count.day == day) {
            return Ok(count_one(count));
        }
        // The first of the day. What is left of the day before is written down first.
        if self.kept().contains_key(&key) {
            self.write().await?;
        }
        let written = self.store.used(account, day, what).await?;
        let mut kept = self.kept();
        let count = kept.entry(key).or_insert(Count { day, written, fresh: 0 });
        if count.day != day {
            *count = Count { day, written, fresh: 0 };
        }
        Ok(count_one(count))
    }

    /// Writes down what is not yet. What is begun is ended, though whoever waits for it leaves: the
    /// next to write waits until it is known what was written.
    pub(crate) async fn write(&self) -> Result<(), StoreError> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        let counts = self.clone();
        let written = tokio::spawn(async move {
            let _turn = turn;
            counts.write_fresh().await
        });
        match written.await.map_err(JoinError::try_into_panic) {
            Ok(written) => written,
            Err(Ok(panic)) => std::panic::resume_unwind(panic),
            // Only a runtime that ends cuts it, and then nobody waits.
            Err(Err(_)) => std::future::pending().await,
        }
    }

    async fn write_fresh(&self) -> Result<(), StoreError> {
        let usage = |((account, what), count): (&(String, Used), &Count)| {
            let (account, day, what) = (account.clone(), count.day, *what);
            Usage { account, day, what, count: count.fresh }
        };
        let fresh: Vec<Usage> =
            self.kept().iter().filter(|(_, count)| 0 < count.fresh).map(usage).collect();
        if fresh.is_empty() {
            return Ok(());
        }
        let counts = self.store.add_usage(&fresh).await?;
        let mut kept = self.kept();
        for (usage, written) in fresh.into_iter().zip(counts) {
            let count = kept.get_mut(&(usage.account, usage.what));
            if let Some(count) = count.filter(|count| count.day == usage.day) {
                // Another server may have written as well, and more was used meanwhile.
                count.written = written;
                count.fresh = count.fresh.saturating_sub(usage.count);
            }
        }
        Ok(())
    }

    /// Forgets, once it is written down, whom nothing was counted of on the day of `now`.
    fn forget(&self, now: Moment) {
        let day = now.wall_time().date;
        self.kept().retain(|_, count| count.day == day || 0 < count.fresh);
    }

    /// Writes down every now and then, until the task is dropped.
    pub(crate) async fn run(self) {
        let mut beats = tokio::time::interval(WRITE_EVERY);
        loop {
            beats.tick().await;
            self.write_or_warn().await;
            self.forget(crate::clock::now());
        }
    }

    /// The same once; what cannot be written is tried again later.
    pub(crate) async fn write_or_warn(&self) {
        if let Err(problem) = self.write().await {
            let story = crate::rest::story(&problem);
            warn!(%story, "what was used could not be written down: {story}");
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use market::Span;

    use super::*;
    use crate::desk_of_ada::{ada, new_store};

    const NOON: Moment = Moment(1_764_176_400_000_000);

    #[tokio::test]
    async fn what_is_counted_is_the_same_however_often_it_is_written_down() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = new_store(folder.path()).await;
        let id = store.add_first_account(&ada()).await.expect("an answer").expect("an account");
        let (ours, theirs) = (Counts::new(Arc::clone(&store)), Counts::new(Arc::clone(&store)));
        let what = Used::Questions;
        let add = async |counts: &Counts, at, most| counts.add(&id, what, at, most).await.unwrap();
        let used = async |counts: &Counts, at| counts.used(&id, what, at).await.unwrap();
        for n in 0..5 {
            assert!(add(&ours, NOON, Some(5)).await);
            if n == 2 {
                ours.write().await.unwrap();
            }
        }
        assert!(!add(&ours, NOON, Some(5)).await, "it is full");
        assert_eq!(used(&ours, NOON).await, 5);
        assert_eq!(used(&theirs, NOON).await, 3, "what is written down");
        // Another server counts as well; each knows of the other once both wrote.
        assert!(add(&theirs, NOON, None).await);
        theirs.write().await.unwrap();
        ours.write().await.unwrap();
        assert_eq!(used(&ours, NOON).await, 6);
        // The next day begins with nothing, and takes nothing from the day before.
        assert!(add(&ours, NOON, None).await);
        let tomorrow = NOON + Span::hours(24);
        assert_eq!(used(&ours, tomorrow).await, 0);
        assert!(add(&ours, tomorrow, Some(1)).await);
        ours.write().await.unwrap();
        ours.forget(tomorrow);
        assert_eq!((used(&ours, NOON).await, used(&ours, tomorrow).await), (7, 1));
    }

    #[tokio::test]
    async fn what_is_being_written_down_is_though_nobody_waits_for_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = new_store(folder.path()).await;
        let id = store.add_first_account(&ada()).await.expect("an answer").expect("an account");
        let counts = Counts::new(Arc::clone(&store));
        let day = NOON.wall_time().date;
        for n in 1..4 {
            assert!(counts.add(&id, Used::Screens, NOON, None).await.unwrap());
            assert!(counts.write().now_or_never().is_none(), "it takes a while");
            counts.forget(NOON + Span::hours(24));
            assert_eq!(counts.used(&id, Used::Screens, NOON).await.unwrap(), n);
        }
        // As a server that ends does.
        counts.write_or_warn().await;
        assert_eq!(store.used(&id, day, Used::Screens).await.unwrap(), 3);
        assert_eq!(counts.used(&id, Used::Screens, NOON).await.unwrap(), 3);
    }
}
