//! Counts what everybody uses, and writes it down every now and then.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use desk::{Store, StoreError, Usage, Used};
use market::{Moment, TradingDate};
use tracing::warn;

/// How often counts are written down: a server that is killed forgets no more than that.
const WRITE_EVERY: Duration = Duration::from_secs(15);

/// What everybody used.
#[derive(Clone)]
pub(crate) struct Counts {
    store: Arc<dyn Store>,
    kept: Arc<Mutex<Kept>>,
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
        Self { store, kept: Arc::default() }
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

    /// Writes down what is not yet.
    pub(crate) async fn write(&self) -> Result<(), StoreError> {
        let mut keys = Vec::new();
        let mut fresh = Vec::new();
        for ((account, what), count) in self.kept().iter_mut().filter(|(_, one)| 0 < one.fresh) {
            let (day, what, count_fresh) = (count.day, *what, std::mem::take(&mut count.fresh));
            count.written += count_fresh;
            keys.push((account.clone(), what));
            fresh.push(Usage { account: account.clone(), day, what, count: count_fresh });
        }
        let counts = match fresh.is_empty() {
            true => Ok(Vec::new()),
            false => self.store.add_usage(&fresh).await,
        };
        let mut kept = self.kept();
        for (place, (key, usage)) in keys.iter().zip(&fresh).enumerate() {
            let Some(count) = kept.get_mut(key).filter(|count| count.day == usage.day) else {
                continue;
            };
            match &counts {
                // Another server may have written as well.
                Ok(counts) => count.written = counts[place],
                Err(_) => {
                    count.written -= usage.count;
                    count.fresh += usage.count;
                }
            }
        }
        counts.map(|_| ())
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
}
