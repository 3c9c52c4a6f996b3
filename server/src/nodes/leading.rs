//! Whether this server leads: a lock in the database, asked for until it is had, and looked after.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use desk::{Lead, Store};
use tokio::time::{MissedTickBehavior, timeout};
use tracing::{info, warn};

use crate::clock::now;

/// How often a server asks for the lead, or whether it still has it.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long the database may take to answer. A lead that is not known to be had is not had.
const ANSWER_MAX: Duration = Duration::from_secs(3);

/// Whether this server leads. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Leading(Arc<AtomicU64>);

impl Leading {
    /// The number of its lead; nothing while another server leads.
    pub(crate) fn term(&self) -> Option<u64> {
        Some(self.0.load(Ordering::Acquire)).filter(|term| *term != 0)
    }

    /// Whether it does.
    pub(crate) fn is_on(&self) -> bool {
        self.term().is_some()
    }

    /// A server with a greater number leads: this one's lead is over, if it had one.
    pub(crate) fn give_way(&self, term: u64) {
        let newer = |own: u64| (own != 0 && own < term).then_some(0);
        if self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, newer).is_ok() {
            warn!(term, "another server leads by now");
        }
    }

    fn set(&self, term: u64) {
        self.0.store(term, Ordering::Release);
        metrics::gauge!("volaris_leads").set(if term == 0 { 0.0 } else { 1.0 });
    }

    /// Asks for the lead, and keeps it, until the task is dropped: with it the lead ends.
    pub(crate) async fn run(self, store: Arc<dyn Store>, name: String) {
        let mut beats = tokio::time::interval(LOOK_EVERY);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut held: Option<Box<dyn Lead>> = None;
        let mut is_told = false;
        loop {
            beats.tick().await;
            held = match held.take() {
                Some(lead) => self.look_after(lead).await,
                None => match timeout(ANSWER_MAX, store.try_lead(&name, now())).await {
                    Ok(Ok(lead)) => {
                        is_told = false;
                        lead.inspect(|lead| {
                            self.set(lead.term());
                            info!(term = lead.term(), "this server leads");
                        })
                    }
                    failed => {
                        if let (false, Ok(Err(problem))) =
                            (std::mem::replace(&mut is_told, true), failed)
                        {
                            let story = crate::rest::story(&problem);
                            warn!(%story, "nobody can be found who leads: {story}");
                        }
                        None
                    }
                },
            };
        }
    }

    async fn look_after(&self, mut lead: Box<dyn Lead>) -> Option<Box<dyn Lead>> {
        let holds = timeout(ANSWER_MAX, lead.holds()).await.unwrap_or(false);
        if holds && self.term() == Some(lead.term()) {
            return Some(lead);
        }
        self.set(0);
        warn!(term = lead.term(), "this server does not lead any more");
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_came_later_leads() {
        let leading = Leading::default();
        leading.give_way(5);
        assert_eq!(leading.term(), None);
        leading.set(5);
        leading.give_way(4);
        leading.give_way(5);
        assert_eq!(leading.term(), Some(5));
        leading.give_way(6);
        assert!(!leading.is_on());
    }
}
