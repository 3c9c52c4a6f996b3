//! What is done once its place is there: what is loaded, or drawn, comes a moment later.

use std::time::Duration;

use leptos::prelude::*;

/// Between two attempts.
const EVERY: Duration = Duration::from_millis(20);
/// Attempts until it is given up: five seconds.
const ATTEMPTS_MAX: u32 = 250;

/// Attempts something until it says that it is done.
pub(crate) fn once_there(attempt: impl Fn() -> bool + 'static) {
    again(Box::new(attempt), ATTEMPTS_MAX);
}

fn again(attempt: Box<dyn Fn() -> bool>, left: u32) {
    let next = move || {
        if !attempt() && 0 < left {
            again(attempt, left - 1);
        }
    };
    set_timeout(next, EVERY);
}
