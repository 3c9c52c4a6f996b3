//! Carries what waits, and tries again what was not taken, with growing pauses.

use std::time::Duration;

use desk::{Mail, MailError, StoreError, WaitingMail};
use market::{Moment, Span};
use tracing::{info, warn};

use super::letters::opened;
use super::{Mails, about};
use crate::clock::now;
use crate::rest::story;

/// How often it is looked for what is due, besides when the bell rings.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// A mail is carried within so long, or by another server: longer than its carrier may take.
const CARRIED_WITHIN: Span = Span::minutes(2);
/// Seconds until the next try, after the first, the second, …; then always the last.
const PAUSES_S: [i64; 8] = [10, 30, 60, 5 * 60, 15 * 60, 30 * 60, 3_600, 2 * 3_600];

impl Mails {
    /// Carries whatever waits, until the task is dropped.
    pub(crate) async fn run(self) {
        loop {
            if let Err(problem) = self.carry_due(now).await {
                let story = story(&problem);
                warn!(%story, "waiting mails could not be looked at: {story}");
            }
            tokio::select! {
                () = self.bell.notified() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// Forgets what ended, and carries what is due.
    pub(super) async fn carry_due(&self, clock: impl Fn() -> Moment) -> Result<(), StoreError> {
        for kind in self.store.remove_ended_mails(clock()).await? {
            warn!(%kind, "a mail was given up: the mail server did not take it in time");
        }
        while let Some(mail) = self.store.take_mail(clock(), clock() + CARRIED_WITHIN).await? {
            self.carry(mail, &clock).await?;
        }
        Ok(())
    }

    /// Carries what is due, for tests that do not wait for the loop.
    #[cfg(test)]
    pub(crate) async fn carry_now(&self) {
        self.carry_in(Span(0)).await;
    }

    /// Carries what is due after such a pause, which nobody waits for.
    #[cfg(test)]
    pub(crate) async fn carry_in(&self, pause: Span) {
        self.carry_due(|| now() + pause).await.expect("looked at");
    }

    async fn carry(
        &self,
        waiting: WaitingMail,
        clock: impl Fn() -> Moment,
    ) -> Result<(), StoreError> {
        let WaitingMail { id, kind, address, secret, tries, .. } = waiting;
        let text = self.vault.unseal(&about(&id), &secret).map(String::from_utf8);
        let Ok(Ok(text)) = text else {
            warn!(%kind, "a mail was given up: it was sealed with another key");
            self.store.remove_mail(&id).await?;
            return Ok(());
        };
        let (subject, text) = opened(&text);
        match self.postman.send(&Mail { id: id.clone(), to: address, subject, text }).await {
            Ok(_) => {
                self.store.remove_mail(&id).await?;
                info!(%kind, tries, "a mail was carried");
            }
            Err(problem @ MailError::Malformed(_)) => {
                self.store.remove_mail(&id).await?;
                warn!(%kind, %problem, "a mail was given up: {problem}");
            }
            Err(problem) => {
                let pause = pause_after(tries);
                self.store.put_mail_off(&id, clock() + pause).await?;
                let pause_s = pause.0 / 1_000_000;
                warn!(%kind, tries, pause_s, %problem, "a mail waits: {problem}");
            }
        }
        Ok(())
    }
}

fn pause_after(tries: u64) -> Span {
    let place = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX);
    let seconds = PAUSES_S.get(place).or(PAUSES_S.last()).copied().unwrap_or_default();
    Span(seconds * 1_000_000)
}

#[cfg(test)]
mod tests;
