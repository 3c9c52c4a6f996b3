//! Who did what to accounts: a list that only grows, in which each entry seals those before it.

use std::fmt;
use std::str::FromStr;

use async_trait::async_trait;
use market::Moment;

use crate::StoreError;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditEvent {
    /// The first account was made.
    Protected,
    /// Somebody signed in.
    SignedIn,
    /// A password did not fit.
    Refused,
    /// Somebody signed out.
    SignedOut,
    /// Another browser was signed out.
    Ended,
    /// Every other browser was.
    EndedOthers,
    /// The password was changed by its owner.
    PasswordChanged,
    /// It was set anew on the machine.
    PasswordReset,
    /// The account has another e-mail address.
    EmailChanged,
    /// Its owner is called otherwise.
    Renamed,
    /// A code to set it anew was sent by mail.
    CodeSent,
    /// It was set anew by that code.
    PasswordMailed,
    /// A second factor counts from now on.
    FactorOn,
    /// It does not any more.
    FactorOff,
    /// A recovery code was used in its place.
    RecoveryUsed,
    /// Somebody was asked in.
    Invited,
    /// The invitation was taken back.
    Uninvited,
    /// Somebody who was asked in made an account.
    Joined,
    /// Somebody became an admin.
    MadeAdmin,
    /// Somebody is a member again.
    MadeMember,
    /// Somebody was shut out.
    Suspended,
    /// Somebody was let in again.
    Resumed,
    /// Somebody became the owner, and who was it an admin.
    HandedOver,
    /// Somebody was given another tier.
    TierGiven,
    /// Everybody was told something.
    Announced,
    /// That was taken back.
    Unannounced,
    /// Everything that is sealed was sealed with another key, on the machine.
    KeyRotated,
    /// A key for programs was made.
    KeyMade,
    /// A key was ended.
    KeyEnded,
    /// Somebody elsewhere vouches for this person from now on.
    Connected,
    /// They do not any more.
    Disconnected,
    /// Whoever was vouched for elsewhere was not let in.
    TurnedAway,
    /// A device opens the account from now on.
    PasskeyMade,
    /// It does not any more.
    PasskeyEnded,
    /// Everything was taken along.
    Exported,
    /// The account was deleted, with all that it kept.
    Deleted,
}

impl AuditEvent {
    /// All of them.
    pub const ALL: [Self; 36] = [
        Self::Protected,
        Self::SignedIn,
        Self::Refused,
        Self::SignedOut,
        Self::Ended,
        Self::EndedOthers,
        Self::PasswordChanged,
        Self::PasswordReset,
        Self::EmailChanged,
        Self::Renamed,
        Self::CodeSent,
        Self::PasswordMailed,
        Self::FactorOn,
        Self::FactorOff,
        Self::RecoveryUsed,
        Self::Invited,
        Self::Uninvited,
        Self::Joined,
        Self::MadeAdmin,
        Self::MadeMember,
        Self::Suspended,
        Self::Resumed,
        Self::HandedOver,
        Self::TierGiven,
        Self::Announced,
        Self::Unannounced,
        Self::KeyRotated,
        Self::KeyMade,
        Self::KeyEnded,
        Self::Connected,
        Self::Disconnected,
        Self::TurnedAway,
        Self::PasskeyMade,
        Self::PasskeyEnded,
        Self::Exported,
        Self::Deleted,
    ];

    /// The word that is kept.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Protected => "protected",
            Self::SignedIn => "signed_in",
            Self::Refused => "refused",
            Self::SignedOut => "signed_out",
            Self::Ended => "ended",
            Self::EndedOthers => "ended_others",
            Self::PasswordChanged => "password_changed",
            Self::PasswordReset => "password_reset",
            Self::EmailChanged => "email_changed",
            Self::Renamed => "renamed",
            Self::CodeSent => "code_sent",
            Self::PasswordMailed => "password_mailed",
            Self::FactorOn => "factor_on",
            Self::FactorOff => "factor_off",
            Self::RecoveryUsed => "recovery_used",
            Self::Invited => "invited",
            Self::Uninvited => "uninvited",
            Self::Joined => "joined",
            Self::MadeAdmin => "made_admin",
            Self::MadeMember => "made_member",
            Self::Suspended => "suspended",
            Self::Resumed => "resumed",
            Self::HandedOver => "handed_over",
            Self::TierGiven => "tier_given",
            Self::Announced => "announced",
            Self::Unannounced => "unannounced",
            Self::KeyRotated => "key_rotated",
            Self::KeyMade => "key_made",
            Self::KeyEnded => "key_ended",
            Self::Connected => "connected",
            Self::Disconnected => "disconnected",
            Self::TurnedAway => "turned_away",
            Self::PasskeyMade => "passkey_made",
            Self::PasskeyEnded => "passkey_ended",
            Self::Exported => "exported",
            Self::Deleted => "deleted",
        }
    }

    /// As a person reads it.
    pub fn told(self) -> &'static str {
        match self {
            Self::Protected => "Protected the desk",
            Self::SignedIn => "Signed in",
            Self::Refused => "Wrong password or code",
            Self::SignedOut => "Signed out",
            Self::Ended => "Signed another browser out",
            Self::EndedOthers => "Signed every other browser out",
            Self::PasswordChanged => "Changed the password",
            Self::PasswordReset => "Password set anew on the machine",
            Self::EmailChanged => "Changed the e-mail address",
            Self::Renamed => "Changed the name",
            Self::CodeSent => "A code to set the password anew was sent by mail",
            Self::PasswordMailed => "Password set anew by a code from a mail",
            Self::FactorOn => "Turned the second factor on",
            Self::FactorOff => "Turned the second factor off",
            Self::RecoveryUsed => "Used a recovery code",
            Self::Invited => "Asked somebody in",
            Self::Uninvited => "Took an invitation back",
            Self::Joined => "Joined",
            Self::MadeAdmin => "Made an admin of",
            Self::MadeMember => "Made a member of",
            Self::Suspended => "Shut out",
            Self::Resumed => "Let in again",
            Self::HandedOver => "Handed the desk over to",
            Self::TierGiven => "Gave another tier to",
            Self::Announced => "Announced something",
            Self::Unannounced => "Took an announcement back",
            Self::KeyRotated => "Another key was made on the machine",
            Self::KeyMade => "Made a key for programs",
            Self::KeyEnded => "Ended a key for programs",
            Self::Connected => "Connected a sign-in elsewhere",
            Self::Disconnected => "Took the sign-in elsewhere away",
            Self::TurnedAway => "A sign-in elsewhere was refused",
            Self::PasskeyMade => "Made a passkey",
            Self::PasskeyEnded => "Took a passkey away",
            Self::Exported => "Downloaded everything",
            Self::Deleted => "Deleted the account",
        }
    }

    /// As the person reads it whom somebody else did it with.
    pub fn told_of(self) -> &'static str {
        match self {
            Self::MadeAdmin => "Was made an admin",
            Self::MadeMember => "Was made a member",
            Self::Suspended => "Was shut out",
            Self::Resumed => "Was let in again",
            Self::TierGiven => "Was given another tier",
            Self::HandedOver => "Was handed the desk over",
            other => other.told(),
        }
    }
}

impl fmt::Display for AuditEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A word that is no event's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is nothing that is written down of accounts")]
pub struct BadAuditEvent(String);

impl FromStr for AuditEvent {
    type Err = BadAuditEvent;

    fn from_str(word: &str) -> Result<Self, BadAuditEvent> {
        let found = Self::ALL.into_iter().find(|one| one.as_str() == word);
        found.ok_or_else(|| BadAuditEvent(word.to_owned()))
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Moment,
    /// The account that did it; empty where there was none.
    pub account: String,
    /// What.
    pub event: AuditEvent,
    /// The account that this was done with, where that is another one; empty otherwise.
    pub about: String,
    /// What the browser calls itself; empty where there was none.
    pub device: String,
    /// Where it came from; empty for the machine itself.
    pub network: String,
}

/// The list.
#[async_trait]
pub trait AuditStore: Send + Sync {
    /// Adds an entry, sealed with those before it. Durable when it returns.
    async fn add_audit(&self, entry: &AuditEntry) -> Result<(), StoreError>;

    /// What an account did and what was done with it, the newest first, at most `limit`.
    async fn audit_of(&self, account: &str, limit: u32) -> Result<Vec<AuditEntry>, StoreError>;

    /// What happened on the whole desk before the entry of this number, the newest first, each with
    /// its number, at most `limit`.
    async fn audit_before(
        &self,
        number: u64,
        limit: u32,
    ) -> Result<Vec<(u64, AuditEntry)>, StoreError>;

    /// Whether an account signed in, joined or was made before with a browser that calls itself so.
    async fn knows_device(&self, account: &str, device: &str) -> Result<bool, StoreError>;

    /// How many entries there are; a damaged one is an error that names the first.
    async fn check_audit(&self) -> Result<u64, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_read_from_its_word() {
        for event in AuditEvent::ALL {
            assert_eq!(event.as_str().parse(), Ok(event));
        }
        assert!("nonsense".parse::<AuditEvent>().is_err());
    }
}
