//! Two servers of one desk, really started: on one PostgreSQL, with NATS between them.
#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]
#![expect(clippy::disallowed_methods, reason = "how long something takes is told by a clock")]

mod nodes {
    mod stage;

    mod following;
    mod leading;
    mod sharing;
}
