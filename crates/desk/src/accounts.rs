//! People who sign in, and where they are signed in.

use std::fmt;

use async_trait::async_trait;
use market::Moment;

use crate::{AuditEntry, DeskError, OwnerId, Role, StoreError, Tier, WaitingMail};

/// Somebody who signs in.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Its identity (UUIDv7); empty for one that has none yet.
    pub id: String,
    /// Whose rows it sees: those of the desk before there were accounts, for the first.
    pub owner: OwnerId,
    /// Where mail reaches the person, in lower case; the name to sign in with.
    pub email: String,
    /// What others call the person; empty where that is the address.
    pub name: String,
    /// The password's hash, as a PHC string.
    pub password: String,
    /// What it may do besides using the desk.
    pub role: Role,
    /// What it has of the desk, where the desk has tiers.
    pub tier: Tier,
    /// Whether it is shut out.
    pub is_suspended: bool,
    /// When it was made.
    pub created_at: Moment,
}

impl Account {
    /// What others read: the name with the address, or the address alone. Never the name alone,
    /// which anybody may give themselves.
    pub fn called(&self) -> String {
        match self.name.as_str() {
            "" => self.email.clone(),
            name => format!("{name} ({})", self.email),
        }
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither the name and the address nor the hash belong in a log.
        f.debug_struct("Account").field("id", &self.id).field("owner", &self.owner).finish()
    }
}

/// A browser that somebody is signed in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// SHA-256 of the browser's secret, in hexadecimal digits: who reads the database cannot use
    /// it.
    pub hash: String,
    /// Whose.
    pub account: String,
    /// What the browser calls itself.
    pub device: String,
    /// Since when.
    pub since: Moment,
    /// When it last asked, to the hour.
    pub seen_at: Moment,
    /// When it ends if it does not ask again.
    pub expires_at: Moment,
}

/// What somebody has besides the password: an app that makes codes.
#[derive(Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// Its secret, sealed with the desk's key.
    pub secret: String,
    /// Whether a code proved that the app has it.
    pub is_confirmed: bool,
    /// Recovery codes that were not used.
    pub recovery_left: u64,
}

/// What was taken from an account that was set anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakenAway {
    /// Browsers that were signed in.
    pub sign_ins: u64,
    /// Passkeys.
    pub passkeys: u64,
    /// Sign-ins elsewhere that it was connected with.
    pub identities: u64,
    /// Keys of its programs.
    pub keys: u64,
    /// Whether a second factor was.
    pub factor: bool,
}

/// Accounts, and where they are signed in.
#[async_trait]
pub trait AccountStore: Send + Sync {
    /// Whether anybody has an account.
    async fn has_accounts(&self) -> Result<bool, StoreError>;

    /// Makes the first account; nothing where there is one already. Durable when it returns. Gives
    /// its identity.
    async fn add_first_account(&self, account: &Account) -> Result<Option<String>, StoreError>;

    /// The account of this identity.
    async fn account(&self, id: &str) -> Result<Option<Account>, StoreError>;

    /// The account of this address, in lower case.
    async fn account_named(&self, email: &str) -> Result<Option<Account>, StoreError>;

    /// Gives an account another password, or another hash of the same one; false where there is no
    /// such account, or its password is not `from` any more.
    async fn write_password(&self, id: &str, from: &str, to: &str) -> Result<bool, StoreError>;

    /// Gives `entry`'s account another password, and takes away what else opens it: sign-ins,
    /// passkeys, connections elsewhere, and the second factor where that is wanted. The entry is
    /// written down, with one more for each passkey, connection and factor, and the mails; one
    /// about a factor only where there was one. All or nothing; nothing where there is no such
    /// account.
    async fn reset_account(
        &self,
        password: &str,
        takes_factor: bool,
        entry: &AuditEntry,
        mails: &[WaitingMail],
    ) -> Result<Option<TakenAway>, StoreError>;

    /// Gives an account another name, or none; false where it has that one, or there is no such
    /// account.
    async fn write_name(&self, id: &str, name: &str) -> Result<bool, StoreError>;

    /// Gives an account that has the address `from` the address `to`; false where it has another,
    /// or `to` is an account's or that of somebody who is invited at `now`.
    async fn write_email(
        &self,
        id: &str,
        from: &str,
        to: &str,
        now: Moment,
    ) -> Result<bool, StoreError>;

    /// Keeps where somebody signed in.
    async fn add_sign_in(&self, sign_in: &SignIn) -> Result<(), StoreError>;

    /// Whoever is signed in there asked again; false where that was ended meanwhile.
    async fn touch_sign_in(
        &self,
        hash: &str,
        seen_at: Moment,
        expires_at: Moment,
    ) -> Result<bool, StoreError>;

    /// Who is signed in with a secret of this hash, if it did not end by `now`.
    async fn sign_in(&self, hash: &str, now: Moment) -> Result<Option<SignIn>, StoreError>;

    /// Where an account is signed in, seen last first.
    async fn sign_ins(&self, account: &str, now: Moment) -> Result<Vec<SignIn>, StoreError>;

    /// Ends one; false where there was none.
    async fn remove_sign_in(&self, hash: &str) -> Result<bool, StoreError>;

    /// Ends all of an account's but one; gives how many.
    async fn remove_sign_ins(&self, account: &str, but: Option<&str>) -> Result<u64, StoreError>;

    /// Forgets those that ended by `now`; gives how many.
    async fn remove_ended_sign_ins(&self, now: Moment) -> Result<u64, StoreError>;

    /// What an account has besides the password.
    async fn second_factor(&self, account: &str) -> Result<Option<SecondFactor>, StoreError>;

    /// Keeps a new secret until a code proves it; false where one is proved already.
    async fn begin_second_factor(&self, account: &str, secret: &str) -> Result<bool, StoreError>;

    /// A code of `step` proved the secret: it counts from now on, with recovery codes of these
    /// hashes. False where there is none to prove.
    async fn confirm_second_factor(
        &self,
        account: &str,
        step: u64,
        recovery: &[String],
    ) -> Result<bool, StoreError>;

    /// Uses a code up: false where it, or a later one, was used before.
    async fn use_step(&self, account: &str, step: u64) -> Result<bool, StoreError>;

    /// Uses a recovery code of this hash up: false where there is none.
    async fn use_recovery(&self, account: &str, hash: &str) -> Result<bool, StoreError>;

    /// Everybody's sealed secrets, by account, whether they count yet or not.
    async fn second_factor_secrets(&self) -> Result<Vec<(String, String)>, StoreError>;

    /// Replaces sealed secrets, each of an account as it was by what it is: all or nothing; an
    /// error where one was changed meanwhile.
    async fn reseal_second_factors(
        &self,
        sealed: &[(String, String, String)],
    ) -> Result<(), StoreError>;

    /// Takes it away, recovery codes included; false where there is none.
    async fn remove_second_factor(&self, account: &str) -> Result<bool, StoreError>;
}

/// The longest address that mail reaches (RFC 5321).
const EMAIL_MAX: usize = 254;

/// An address in the form that it is kept in; an error in words where it is none.
pub fn email_of(text: &str) -> Result<String, DeskError> {
    let text = text.trim().to_lowercase();
    let is_plain = |part: &str| {
        !part.is_empty() && part.chars().all(|one| !one.is_whitespace() && !one.is_control())
    };
    let is_whole = text.len() <= EMAIL_MAX
        && text
            .split_once('@')
            .is_some_and(|(name, place)| is_plain(name) && is_plain(place) && !place.contains('@'));
    if is_whole {
        return Ok(text);
    }
    let why = "an e-mail address has a name, an @ and a place, as in ada@example.com";
    Err(DeskError::Malformed(why.to_owned()))
}

/// The most letters of somebody's name.
const NAME_MAX: usize = 60;

/// What somebody wants to be called, in the form that it is kept in: empty for nothing. An error in
/// words where that would look like somebody else's address, or turn what stands beside it.
pub fn person_name_of(text: &str) -> Result<String, DeskError> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let turns = |one: char| {
        matches!(one, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
            || matches!(one, '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let is_plain = |one: char| !one.is_control() && !turns(one) && one != '@' && one != '\u{ff20}';
    if name.chars().count() <= NAME_MAX && name.chars().all(is_plain) {
        return Ok(name);
    }
    let why = format!("a name has at most {NAME_MAX} letters, and no @");
    Err(DeskError::Malformed(why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_in_one_form() {
        assert_eq!(email_of(" Ada@Example.COM\n").unwrap(), "ada@example.com");
        assert_eq!(email_of("a@b").unwrap(), "a@b");
        let long = format!("{}@b", "a".repeat(253));
        for text in ["", "ada", "@b", "a@", "a@b@c", "a b@c", "a@b\u{0}", long.as_str()] {
            assert!(email_of(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_name_is_one_line_that_looks_like_no_address() {
        assert_eq!(person_name_of("  Ada \t Lovelace\n").unwrap(), "Ada Lovelace");
        assert_eq!(person_name_of("").unwrap(), "");
        assert_eq!(person_name_of("Зоя O'Neil-李").unwrap(), "Зоя O'Neil-李");
        assert_eq!(person_name_of(&"é".repeat(60)).unwrap().chars().count(), 60);
        let long = "a".repeat(61);
        for text in ["bob@example.com", "\u{202e}ada", "a\u{0}", "a\u{200b}b", long.as_str()] {
            assert!(person_name_of(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_name_never_stands_without_its_address() {
        let mut account = ada();
        assert_eq!(account.called(), "ada@example.com");
        account.name = "Ada".to_owned();
        assert_eq!(account.called(), "Ada (ada@example.com)");
    }

    fn ada() -> Account {
        Account {
            id: "1".to_owned(),
            owner: OwnerId::local(),
            email: "ada@example.com".to_owned(),
            name: String::new(),
            password: "$argon2id$secret".to_owned(),
            role: Role::Owner,
            tier: Tier::Lite,
            is_suspended: false,
            created_at: Moment(0),
        }
    }

    #[test]
    fn an_account_says_nothing_private_of_itself() {
        let told = format!("{:?}", Account { name: "Lovelace".to_owned(), ..ada() });
        for private in ["ada@", "argon2", "Lovelace"] {
            assert!(!told.contains(private), "{told}");
        }
    }
}
