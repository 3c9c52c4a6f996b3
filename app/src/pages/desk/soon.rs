//! What is worth doing soon, and once, however often it is asked for meanwhile.

use std::mem::replace;
use std::time::Duration;

use leptos::prelude::*;

/// Whether something will be done soon.
#[derive(Clone, Copy)]
pub(super) struct Soon {
    is_waiting: StoredValue<bool>,
}

impl Soon {
    /// Nothing is.
    pub(super) fn new() -> Self {
        Self { is_waiting: StoredValue::new(false) }
    }

    /// Does it after a while, unless that will happen anyway; not when the pane is gone by then, or
    /// is so already.
    pub(super) fn act(self, after: Duration, act: impl FnOnce() + 'static) {
        if self.is_waiting.try_update_value(|is| replace(is, true)) != Some(false) {
            return;
        }
        set_timeout(
            move || {
                if self.is_waiting.try_set_value(false).is_none() {
                    act();
                }
            },
            after,
        );
    }
}
