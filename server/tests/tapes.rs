//! Tapes as a server runs them: the real feeds and a real database behind one desk, several
//! traders, and time that the test alone moves.
#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod tapes {
    mod stage;

    mod bars;
    mod bounds;
    mod followers;
    mod nodes;
    mod peeking;
    mod recorded;
    mod traders;
    mod volatility_days;
}
