//! What every database must do alike: one suite, run on a SQLite file and on a real PostgreSQL
//! server.
#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod conformance {
    mod home;

    mod accounts;
    mod api_keys;
    mod audit;
    mod bars;
    mod belongings;
    mod chains;
    mod copying;
    mod damage;
    mod identities;
    mod lifetime;
    mod mail;
    mod passkeys;
    mod people;
    mod positions;
    mod prints;
    mod properties;
    mod released;
    mod servers;
    mod things;
    mod usage;
    mod volatility;
}
