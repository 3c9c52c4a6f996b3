//! The one place that reads the machine's clock.

use market::Moment;

/// The time now, by the machine's clock.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
pub(crate) fn now() -> Moment {
    let since_epoch =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Moment(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX))
}

/// An instant to measure how long something takes; never to say what time it is.
#[expect(clippy::disallowed_methods, reason = "measures durations, which need the steady clock")]
pub(crate) fn stopwatch() -> std::time::Instant {
    std::time::Instant::now()
}
