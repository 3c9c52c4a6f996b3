//! A question that many have at the same time is asked once, and its outcome is everybody's.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use desk::IdentityError;
use tokio::sync::watch;

/// How a question came out; nothing while it is under way.
type Outcome<T> = Option<Result<T, IdentityError>>;

/// A question that is asked again and again.
pub(crate) struct Question<T>(Arc<Mutex<State<T>>>);

struct State<T> {
    /// The last answer.
    answer: Option<T>,
    /// Where those wait who want to know it, while it is asked.
    under_way: Option<watch::Receiver<Outcome<T>>>,
}

impl<T> Default for Question<T> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(State { answer: None, under_way: None })))
    }
}

impl<T: Clone + Send + Sync + 'static> Question<T> {
    /// The last answer, where it is fresh; otherwise what comes of asking. Whoever comes while it
    /// is asked waits for that outcome, be it a failure; whoever comes later asks anew.
    pub(crate) async fn answer<A>(
        &self,
        is_fresh: impl FnOnce(&T) -> bool,
        ask: impl FnOnce() -> A,
    ) -> Result<T, IdentityError>
    where
        A: Future<Output = Result<T, IdentityError>> + Send + 'static,
    {
        let mut waiting = {
            let mut state = lock(&self.0);
            if let Some(answer) = state.answer.as_ref().filter(|answer| is_fresh(answer)) {
                return Ok(answer.clone());
            }
            // One whose asking panicked is over as well.
            match state.under_way.as_ref().filter(|one| one.has_changed().is_ok()) {
                Some(waiting) => waiting.clone(),
                None => state.under_way.insert(self.begin(ask())).clone(),
            }
        };
        let outcome = waiting.wait_for(Option::is_some).await;
        outcome.ok().and_then(|outcome| outcome.clone()).expect("an asking has an outcome")
    }

    /// Asks in a task of its own: of all who wait, the one who began may be the first to leave.
    fn begin<A>(&self, asking: A) -> watch::Receiver<Outcome<T>>
    where
        A: Future<Output = Result<T, IdentityError>> + Send + 'static,
    {
        let (tell, waiting) = watch::channel(None);
        let ours = Arc::clone(&self.0);
        tokio::spawn(async move {
            let outcome = asking.await;
            let mut state = lock(&ours);
            // In one step: nobody finds it over and its answer not there.
            state.under_way = None;
            if let Ok(answer) = &outcome {
                state.answer = Some(answer.clone());
            }
            tell.send_replace(Some(outcome));
        });
        waiting
    }
}

fn lock<T>(state: &Mutex<State<T>>) -> MutexGuard<'_, State<T>> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
