//! Who may do what on a desk, and who is asked in.

use std::fmt;
use std::str::FromStr;

use async_trait::async_trait;
use market::Moment;

use crate::{Account, AuditEntry, StoreError, Tier, WaitingMail};

/// What somebody may do besides using the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Nothing.
    Member,
    /// Asks members in, and shuts them out.
    Admin,
    /// Asks admins in as well. There is one: whoever made the first account, or was handed the desk
    /// over.
    Owner,
}

impl Role {
    /// All of them, the least first.
    pub const ALL: [Self; 3] = [Self::Member, Self::Admin, Self::Owner];

    /// The word that is kept.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// As a person reads it.
    pub fn told(self) -> &'static str {
        match self {
            Self::Member => "Member",
            Self::Admin => "Admin",
            Self::Owner => "Owner",
        }
    }

    /// Whether others are this person's business at all.
    pub fn leads(self) -> bool {
        self != Self::Member
    }

    /// Whether somebody of `other` is asked in, changed and shut out by this person.
    pub fn may_lead(self, other: Self) -> bool {
        self.leads() && other < self
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A word that is no role's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no role: there are member, admin and owner")]
pub struct BadRole(String);

impl FromStr for Role {
    type Err = BadRole;

    fn from_str(word: &str) -> Result<Self, BadRole> {
        let found = Self::ALL.into_iter().find(|one| one.as_str() == word);
        found.ok_or_else(|| BadRole(word.to_owned()))
    }
}

/// Somebody on the desk, as those see who lead it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The account.
    pub account: Account,
    /// When one of their browsers last asked; nothing while they are signed in nowhere.
    pub seen_at: Option<Moment>,
    /// Browsers that they are signed in with.
    pub sign_ins: u64,
    /// Whether a sign-in takes a code.
    pub has_factor: bool,
}

/// Somebody may make an account with a code that was told them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// SHA-256 of the code, in hexadecimal digits.
    pub hash: String,
    /// Whom it is for: the account has this address.
    pub email: String,
    /// What they will be.
    pub role: Role,
    /// The account that asked them in.
    pub by: String,
    /// When.
    pub made_at: Moment,
    /// When it ends.
    pub expires_at: Moment,
}

/// Why somebody has no account by an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotJoined {
    /// There is none of this hash for the address, or it has ended.
    NotInvited,
    /// Somebody has an account of the address already; the invitation is not used up.
    Taken,
}

/// Everybody on the desk, and who is asked in.
#[async_trait]
pub trait PeopleStore: Send + Sync {
    /// Everybody, in the order in which they came.
    async fn people(&self, now: Moment) -> Result<Vec<Person>, StoreError>;

    /// Gives somebody another role, if they have `from` until then; false where they have not.
    async fn write_role(&self, id: &str, from: Role, to: Role) -> Result<bool, StoreError>;

    /// Gives somebody of this role another tier, if they have another; false where they have not.
    async fn write_tier(&self, id: &str, role: Role, tier: Tier) -> Result<bool, StoreError>;

    /// Makes an owner an admin, and somebody else who is not shut out the owner; false where either
    /// was changed meanwhile, and then neither is.
    async fn hand_over(&self, from: &str, to: &str) -> Result<bool, StoreError>;

    /// Shuts somebody of this role out and signs them out everywhere, or lets them in again; false
    /// where nothing changed.
    async fn write_suspension(
        &self,
        id: &str,
        role: Role,
        is_suspended: bool,
    ) -> Result<bool, StoreError>;

    /// Keeps an invitation in the place of an earlier one for the same address, whose letter goes
    /// where it waits still; false where there is an account of this address.
    async fn add_invitation(&self, invitation: &Invitation) -> Result<bool, StoreError>;

    /// The same, with the letter that carries it: all or nothing.
    async fn add_invitation_and_mail(
        &self,
        invitation: &Invitation,
        entry: &AuditEntry,
        mail: &WaitingMail,
    ) -> Result<bool, StoreError>;

    /// Those that did not end by `now`, the newest first; those that did are forgotten.
    async fn invitations(&self, now: Moment) -> Result<Vec<Invitation>, StoreError>;

    /// Takes one back by its address, if it is for this role, with its letter where that waits
    /// still; false where there is none.
    async fn remove_invitation(&self, email: &str, role: Role) -> Result<bool, StoreError>;

    /// Makes the account that an invitation of this hash is for, and uses it up; its role is the
    /// invitation's. Gives its identity.
    async fn join(
        &self,
        account: &Account,
        hash: &str,
        now: Moment,
    ) -> Result<Result<String, NotJoined>, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_leads_their_like() {
        use Role::{Admin, Member, Owner};
        let may: Vec<(Role, Role)> = Role::ALL
            .into_iter()
            .flat_map(|one| Role::ALL.map(|other| (one, other)))
            .filter(|(one, other)| one.may_lead(*other))
            .collect();
        assert_eq!(may, [(Admin, Member), (Owner, Member), (Owner, Admin)]);
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        assert!("Owner".parse::<Role>().is_err());
    }
}
