//! Who vouches for people: issuers of OpenID Connect, for browsers, and tokens, for programs.
//!
//! Implements the desk's ports. Knows no page, no session and no database, and takes the time as
//! an argument.

mod connection;
mod issuer;
mod tokens;

pub use connection::{BadAddress, check_address};
pub use issuer::{Issuer, IssuerSettings};
pub use tokens::{TokenKeys, TokenSettings, Tokens};
