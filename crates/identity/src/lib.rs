//! Who vouches for people: issuers of OpenID Connect, for browsers, tokens, for programs, and
//! devices, by passkeys. Each is built in by choice.
//!
//! Implements the desk's ports. Knows no page, no session and no database, and takes the time as
//! an argument.

#[cfg(feature = "oidc")]
mod connection;
#[cfg(feature = "oidc")]
mod issuer;
#[cfg(feature = "passkeys")]
mod passkeys;
#[cfg(feature = "oidc")]
mod question;
#[cfg(feature = "oidc")]
mod tokens;

#[cfg(feature = "oidc")]
pub use connection::{BadAddress, check_address};
#[cfg(feature = "oidc")]
pub use issuer::{Issuer, IssuerSettings};
#[cfg(feature = "passkeys")]
pub use passkeys::Passkeys;
#[cfg(feature = "oidc")]
pub use tokens::{TokenKeys, TokenSettings, Tokens};
