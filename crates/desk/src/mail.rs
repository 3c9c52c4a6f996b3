//! Mail: who carries it, and where it waits until it is carried.

use std::fmt;
use std::str::FromStr;

use async_trait::async_trait;
use market::Moment;

use crate::{AuditEntry, StoreError};

/// A mail as it is read: plain text to one person.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// Its identity: a mail that is sent twice says so by it.
    pub id: String,
    /// The address.
    pub to: String,
    /// What stands in the list of mails.
    pub subject: String,
    /// What it says.
    pub text: String,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // It may carry a code, and the address belongs in no log.
        f.debug_struct("Mail").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Why a mail was not taken. What is displayed names nobody and may be logged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// No mail can be made of it, now or later.
    #[error("no mail can be made of it: {0}")]
    Malformed(&'static str),
    /// The mail server said no.
    #[error("the mail server refused with {code}")]
    Refused {
        /// Its number (RFC 5321): below 500 it may say yes later.
        code: u16,
        /// Its own words, which may name people: for a terminal, never for a log.
        said: String,
    },
    /// There was no talking to the mail server.
    #[error("the mail server cannot be talked to: {0}")]
    Unreached(String),
}

/// Who carries mail.
#[async_trait]
pub trait Postman: Send + Sync {
    /// Which mail server it goes to.
    fn server(&self) -> String;

    /// Hands a mail over; gives what the mail server answered.
    async fn send(&self, mail: &Mail) -> Result<String, MailError>;

    /// Whether the mail server lets this desk in.
    async fn greet(&self) -> Result<(), MailError>;
}

/// What a mail is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailKind {
    /// It carries a code to set the password anew.
    ResetCode,
    /// Somebody was asked in.
    Invitation,
    /// The password was changed.
    PasswordChanged,
    /// It was set anew by a code, or on the machine.
    PasswordReset,
    /// The account has another e-mail address; told to the one before.
    EmailChanged,
    /// A second factor was turned on.
    FactorOn,
    /// It was turned off.
    FactorOff,
    /// Who is vouched for elsewhere opens the account.
    Connected,
    /// A device opens the account.
    PasskeyMade,
    /// A program asks with a key of the account.
    KeyMade,
    /// Somebody signed in with a browser that was not seen before.
    NewBrowser,
}

impl MailKind {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::ResetCode,
        Self::Invitation,
        Self::PasswordChanged,
        Self::PasswordReset,
        Self::EmailChanged,
        Self::FactorOn,
        Self::FactorOff,
        Self::Connected,
        Self::PasskeyMade,
        Self::KeyMade,
        Self::NewBrowser,
    ];

    /// The word that is kept.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ResetCode => "reset_code",
            Self::Invitation => "invitation",
            Self::PasswordChanged => "password_changed",
            Self::PasswordReset => "password_reset",
            Self::EmailChanged => "email_changed",
            Self::FactorOn => "factor_on",
            Self::FactorOff => "factor_off",
            Self::Connected => "connected",
            Self::PasskeyMade => "passkey_made",
            Self::KeyMade => "key_made",
            Self::NewBrowser => "new_browser",
        }
    }
}

impl fmt::Display for MailKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A word that no mail is about.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is nothing that mails are about")]
pub struct BadMailKind(String);

impl FromStr for MailKind {
    type Err = BadMailKind;

    fn from_str(word: &str) -> Result<Self, BadMailKind> {
        let found = Self::ALL.into_iter().find(|one| one.as_str() == word);
        found.ok_or_else(|| BadMailKind(word.to_owned()))
    }
}

/// A mail that waits to be carried.
#[derive(Clone, PartialEq, Eq)]
pub struct WaitingMail {
    /// Its identity.
    pub id: String,
    /// The account that it is about, or that wrote it: it goes with the account.
    pub account: String,
    /// What it is about.
    pub kind: MailKind,
    /// Whom it is for.
    pub address: String,
    /// What it says, sealed with the desk's key.
    pub secret: String,
    /// When it was written.
    pub made_at: Moment,
    /// When it is tried next.
    pub next_at: Moment,
    /// When it is given up.
    pub ends_at: Moment,
    /// How often it was tried.
    pub tries: u64,
}

impl fmt::Debug for WaitingMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told = f.debug_struct("WaitingMail");
        told.field("id", &self.id).field("kind", &self.kind).field("tries", &self.tries);
        told.finish_non_exhaustive()
    }
}

/// A code that sets a password anew was sent to an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResetCode {
    /// Whose.
    pub account: String,
    /// SHA-256 of it, in hexadecimal digits.
    pub hash: String,
    /// When it was made.
    pub made_at: Moment,
    /// When it ends.
    pub expires_at: Moment,
}

/// Mails that wait, and the codes that some of them carry.
#[async_trait]
pub trait MailStore: Send + Sync {
    /// Adds an entry to the audit log and a mail about it: both or neither. Durable when it
    /// returns.
    async fn add_audit_and_mail(
        &self,
        entry: &AuditEntry,
        mail: &WaitingMail,
    ) -> Result<(), StoreError>;

    /// The mail that is due longest at `now`. It counts as tried once more, and is not due again
    /// before `until`: of two servers one has it.
    async fn take_mail(
        &self,
        now: Moment,
        until: Moment,
    ) -> Result<Option<WaitingMail>, StoreError>;

    /// A mail is tried again at another time; false where it is gone.
    async fn put_mail_off(&self, id: &str, next_at: Moment) -> Result<bool, StoreError>;

    /// A mail was carried, or never will be; false where it is gone.
    async fn remove_mail(&self, id: &str) -> Result<bool, StoreError>;

    /// Forgets mails and codes that ended by `now`; gives what the mails were about.
    async fn remove_ended_mails(&self, now: Moment) -> Result<Vec<MailKind>, StoreError>;

    /// How many mails wait.
    async fn waiting_mails(&self) -> Result<u64, StoreError>;

    /// What each mail says, sealed, by its identity.
    async fn mail_secrets(&self) -> Result<Vec<(String, String)>, StoreError>;

    /// Replaces sealed texts, each of a mail as it was by what it is. One that was carried
    /// meanwhile is left out.
    async fn reseal_mails(&self, sealed: &[(String, String, String)]) -> Result<(), StoreError>;

    /// Keeps a code in the place of an earlier one of the same account, with the mail that carries
    /// it: all or nothing; false where the mail's address is not the account's any more, and then
    /// nothing is written.
    async fn begin_reset(
        &self,
        code: &ResetCode,
        entry: &AuditEntry,
        mail: &WaitingMail,
    ) -> Result<bool, StoreError>;

    /// Uses up the code of this hash that `entry`'s account was sent and that did not end by the
    /// entry's time: the account has the new password, and is signed out everywhere. All or
    /// nothing; false where there is no such code, and then nothing is written.
    async fn finish_reset(
        &self,
        hash: &str,
        password: &str,
        entry: &AuditEntry,
        mail: &WaitingMail,
    ) -> Result<bool, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_read_from_its_word() {
        for kind in MailKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        assert!("nonsense".parse::<MailKind>().is_err());
    }

    #[test]
    fn a_mail_says_nothing_private_of_itself() {
        let (to, text) = ("ada@example.com".to_owned(), "the code is abcd".to_owned());
        let mail = Mail { id: "1".to_owned(), to: to.clone(), subject: text.clone(), text };
        let waiting = WaitingMail {
            id: "1".to_owned(),
            account: String::new(),
            kind: MailKind::ResetCode,
            address: to,
            secret: "abcd".to_owned(),
            made_at: Moment(0),
            next_at: Moment(0),
            ends_at: Moment(0),
            tries: 0,
        };
        let refused = MailError::Refused { code: 550, said: "no ada@example.com here".to_owned() };
        for told in [format!("{mail:?} {waiting:?}"), refused.to_string()] {
            assert!(!told.contains("ada@") && !told.contains("abcd"), "{told}");
        }
    }
}
