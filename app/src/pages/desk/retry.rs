//! What the server could not answer is asked again a while later.

use std::time::Duration;

use api::ApiError;
use leptos::prelude::*;

use super::soon::Soon;

/// Until the server is asked again where it said that it could not answer.
const AFTER: Duration = Duration::from_secs(10);

/// When to ask once more.
#[derive(Clone, Copy)]
pub(super) struct Retry {
    /// How often it was time to.
    attempts: RwSignal<u32>,
    /// Once for all that failed meanwhile, or each would ask for itself, and all again.
    soon: Soon,
}

impl Retry {
    /// Nothing failed yet.
    pub(super) fn new() -> Self {
        Self { attempts: RwSignal::new(0), soon: Soon::new() }
    }

    /// Who asks calls this where it follows what to ask: that is run again when it is time to ask
    /// once more.
    pub(super) fn follow(self) {
        self.attempts.track();
    }

    /// The server could not answer: where that may pass it is asked again a while later, also while
    /// neither link nor tape changes.
    pub(super) fn failed(self, why: &ApiError) {
        if why.may_pass() {
            self.soon.act(AFTER, move || {
                self.attempts.try_update(|attempts| *attempts += 1);
            });
        }
    }
}
