//! Issuers that change their keys or are away, by a clock that the test moves.
#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod vouching {
    mod issuer;
    mod server;
    mod tokens;
}
