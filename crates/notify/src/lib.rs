//! How people are reached outside of the desk: mail by SMTP.
//!
//! Implements the desk's `Postman`; the only crate that names lettre. Knows no SQL, no screen, and
//! not what mails are about.

mod mail_server;
mod smtp;

pub use mail_server::{BadMailServer, MailServer};
pub use smtp::Smtp;
