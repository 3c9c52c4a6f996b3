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

/// Looks in a row without the others in reach after which whoever leads gives the lead to somebody
/// who may have them.
const GIVE_UP_AFTER: u32 = 10;
/// And after which a server leads alone, because nobody seems to reach anybody.
const ALONE_AFTER: u32 = 30;

/// Whether this server leads. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Leading {
    /// The number of its lead; 0 while it has none.
    term: Arc<AtomicU64>,
    /// The number under which it moves tapes; 0 while another server does. A database that is away
    /// ends the lead, and stops nobody's prices.
    moving: Arc<AtomicU64>,
}

impl Leading {
    /// Whether it leads.
    pub(crate) fn is_on(&self) -> bool {
        self.term.load(Ordering::Acquire) != 0
    }

    /// Under which number it moves tapes; nothing while another server does.
    pub(crate) fn moves(&self) -> Option<u64> {
        Some(self.moving.load(Ordering::Acquire)).filter(|term| *term != 0)
    }

    /// A server with a greater number leads: this one's lead is over, if it had one.
    pub(crate) fn give_way(&self, term: u64) {
        let newer = |own: u64| (own != 0 && own < term).then_some(0);
        let over = |kept: &AtomicU64| {
            kept.fetch_update(Ordering::AcqRel, Ordering::Acquire, newer).is_ok()
        };
        let _ = over(&self.term);
        if over(&self.moving) {
            warn!(term, "another server leads by now");
        }
    }

    fn begin(&self, term: u64) {
        self.moving.store(term, Ordering::Release);
        self.term.store(term, Ordering::Release);
        metrics::gauge!("volaris_leads").set(1.0);
        info!(term, "this server leads");
    }

    fn end(&self, why: &str) {
        self.term.store(0, Ordering::Release);
        metrics::gauge!("volaris_leads").set(0.0);
        warn!("this server does not lead any more: {why}");
    }

    /// Asks for the lead, and keeps it, until the task is dropped: with it the lead ends.
    pub(crate) async fn run(
        self,
        store: Arc<dyn Store>,
        name: String,
        is_in_reach: impl Fn() -> bool,
    ) {
        let mut beats = tokio::time::interval(LOOK_EVERY);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut held: Option<Box<dyn Lead>> = None;
        let (mut away, mut is_told) = (0_u32, false);
        loop {
            beats.tick().await;
            away = if is_in_reach() { 0 } else { away.saturating_add(1) };
            held = match held.take() {
                Some(_) if away == GIVE_UP_AFTER => {
                    self.end("it does not reach the others");
                    None
                }
                Some(lead) => self.look_after(lead).await,
                None if (1..ALONE_AFTER).contains(&away) => None,
                None => self.ask(store.as_ref(), &name, &mut is_told).await,
            };
        }
    }

    async fn ask(
        &self,
        store: &dyn Store,
        name: &str,
        is_told: &mut bool,
    ) -> Option<Box<dyn Lead>> {
        match timeout(ANSWER_MAX, store.try_lead(name, now())).await {
            Ok(Ok(lead)) => {
                *is_told = false;
                lead.inspect(|lead| self.begin(lead.term()))
            }
            Ok(Err(problem)) if !std::mem::replace(is_told, true) => {
                let story = crate::rest::story(&problem);
                warn!(%story, "nobody can be found who leads: {story}");
                None
            }
            _ => None,
        }
    }

    async fn look_after(&self, mut lead: Box<dyn Lead>) -> Option<Box<dyn Lead>> {
        let holds = timeout(ANSWER_MAX, lead.holds()).await.unwrap_or(false);
        if holds && self.term.load(Ordering::Acquire) == lead.term() {
            return Some(lead);
        }
        self.end("the database does not say so");
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
        assert_eq!(leading.moves(), None);
        leading.begin(5);
        leading.give_way(4);
        leading.give_way(5);
        assert!(leading.is_on() && leading.moves() == Some(5));
        leading.give_way(6);
        assert!(!leading.is_on() && leading.moves().is_none());
    }

    #[test]
    fn prices_go_on_until_another_leads() {
        let leading = Leading::default();
        leading.begin(5);
        leading.end("a test");
        assert!(!leading.is_on() && leading.moves() == Some(5));
        leading.give_way(6);
        assert_eq!(leading.moves(), None);
    }
}
