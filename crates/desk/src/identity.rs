//! Ways to sign in that others vouch for, and what a browser is sent out for meanwhile.

use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use market::Moment;

use crate::{Account, StoreError};

/// Somebody, as an issuer vouches for them.
#[derive(Clone, PartialEq, Eq)]
pub struct Vouched {
    /// Who vouches.
    pub issuer: String,
    /// The issuer's name of the person, which never becomes somebody else's.
    pub subject: String,
    /// Their mail's address, in lower case; nothing where the issuer did not see it proved.
    pub email: Option<String>,
}

/// Somebody at an issuer who is an account here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedIdentity {
    /// Who vouches.
    pub issuer: String,
    /// The issuer's name of the person.
    pub subject: String,
    /// The account that they are here.
    pub account: String,
    /// Since when.
    pub linked_at: Moment,
}

/// What a browser was sent out for; it comes back once, with a secret of this hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Errand {
    /// SHA-256 of the secret, in hexadecimal digits.
    pub hash: String,
    /// Whose errand it is, where they are known already.
    pub account: Option<String>,
    /// What for.
    pub what: String,
    /// What has to be known when it comes back.
    pub secret: String,
    /// When it is too late.
    pub expires_at: Moment,
}

/// Where a browser is sent to be vouched for.
pub struct Departure {
    /// The issuer's page.
    pub address: String,
    /// What has to be known when it comes back; nobody else's business.
    pub secret: String,
}

/// What a browser brought back from an issuer, as it stood in the address.
#[derive(Clone, Default)]
pub struct Arrival {
    /// What is exchanged for the issuer's word.
    pub code: String,
    /// By what it is known that it was sent by us.
    pub state: String,
    /// Who says that they sent it; empty where nobody does.
    pub issuer: String,
    /// Why there is no code; empty where there is one.
    pub error: String,
}

/// What an issuer's word was not taken for. All who waited for it are told the same.
#[derive(Clone, Debug, thiserror::Error)]
pub enum IdentityError {
    /// The issuer cannot be asked.
    #[error("`{issuer}` cannot be asked")]
    Away {
        /// Who.
        issuer: String,
        /// Why not.
        #[source]
        source: Arc<dyn Error + Send + Sync>,
    },
    /// It, or the person there, would not.
    #[error("it was given up at the issuer: {0}")]
    GivenUp(String),
    /// What came is not what this desk asked for.
    #[error("it cannot be trusted: {0}")]
    Untrusted(String),
}

/// Who vouches for people that come with a browser.
#[async_trait]
pub trait IdentityProvider: Send + Sync {
    /// As people know it.
    fn name(&self) -> &str;

    /// Where a browser is sent.
    async fn begin(&self, now: Moment) -> Result<Departure, IdentityError>;

    /// Who came back, by what was kept of the departure.
    async fn finish(
        &self,
        secret: &str,
        arrival: &Arrival,
        now: Moment,
    ) -> Result<Vouched, IdentityError>;
}

/// Who vouches for people whose programs bring a token.
#[async_trait]
pub trait TokenReader: Send + Sync {
    /// What a program does whose token is not taken.
    fn remedy(&self) -> &str;

    /// Whether its issuer can be asked what has to be asked.
    async fn check(&self, now: Moment) -> Result<(), IdentityError>;

    /// Who a token is of, and until when it counts.
    async fn read(&self, token: &str, now: Moment) -> Result<(Vouched, Moment), IdentityError>;
}

/// Who is vouched for, and errands.
#[async_trait]
pub trait IdentityStore: Send + Sync {
    /// Keeps an errand, and forgets those that are too late.
    async fn add_errand(&self, errand: &Errand, now: Moment) -> Result<(), StoreError>;

    /// Ends one, which is not too late: it is given once.
    async fn take_errand(
        &self,
        hash: &str,
        what: &str,
        now: Moment,
    ) -> Result<Option<Errand>, StoreError>;

    /// The account of somebody at an issuer.
    async fn account_of_identity(
        &self,
        issuer: &str,
        subject: &str,
    ) -> Result<Option<Account>, StoreError>;

    /// Who an account is elsewhere, the first link first.
    async fn identities(&self, account: &str) -> Result<Vec<LinkedIdentity>, StoreError>;

    /// Links somebody at an issuer with an account; false where they are another one's, or this
    /// account is somebody else's there.
    async fn link_identity(&self, identity: &LinkedIdentity) -> Result<bool, StoreError>;

    /// Takes a link away; false where there is none.
    async fn unlink_identity(&self, account: &str, issuer: &str) -> Result<bool, StoreError>;

    /// Whether an account once had another address, so that its present one proves nothing.
    async fn changed_email(&self, account: &str) -> Result<bool, StoreError>;

    /// Makes the account of somebody at an issuer who was asked in by their address, with the
    /// invitation's role, which is used up; or of anybody as a member where `is_open`. Nothing
    /// where they may not join, or where there is an account of the address. Gives its identity.
    async fn join_by_identity(
        &self,
        account: &Account,
        identity: &LinkedIdentity,
        is_open: bool,
        now: Moment,
    ) -> Result<Option<String>, StoreError>;
}
