//! Passkeys: what a device keeps in the place of a password, and opens by its own lock.

use std::error::Error;

use async_trait::async_trait;
use market::Moment;

use crate::{Account, StoreError};

/// What is kept of a passkey; the secret never leaves its device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// Its identity, which the device chose, in hexadecimal digits.
    pub id: String,
    /// Whose.
    pub account: String,
    /// What its person calls it.
    pub name: String,
    /// Its public key and how often it was used, as the reader writes them.
    pub body: String,
    /// When it was made.
    pub made_at: Moment,
    /// When it last opened the account.
    pub used_at: Option<Moment>,
}

/// What a browser is asked for, and what its answer is compared with.
pub struct Ceremony {
    /// For the browser, as JSON.
    pub options: String,
    /// What has to be known when it answers.
    pub secret: String,
}

/// What an answer says of itself, before anything of it is believed.
pub struct Claimed {
    /// Which passkey.
    pub id: String,
    /// Whose account, by its identity.
    pub account: String,
}

/// An answer that proves nothing.
#[derive(Debug, thiserror::Error)]
#[error("a passkey was not taken")]
pub struct PasskeyError(#[source] pub Box<dyn Error + Send + Sync>);

/// Who knows whether an answer is a passkey's.
pub trait PasskeyReader: Send + Sync {
    /// The address of the desk that passkeys are for.
    fn origin(&self) -> &str;

    /// Begins to make one, on a device that has none of `known`.
    fn begin_making(&self, account: &Account, known: &[Passkey]) -> Result<Ceremony, PasskeyError>;

    /// Its identity and what is kept of it, by the device's answer.
    fn finish_making(&self, secret: &str, answer: &str) -> Result<(String, String), PasskeyError>;

    /// Begins to open whichever account the device has a passkey of.
    fn begin_opening(&self) -> Result<Ceremony, PasskeyError>;

    /// Which passkey an answer is said to be of.
    fn claimed(&self, answer: &str) -> Result<Claimed, PasskeyError>;

    /// Whether it is: by its signature over what was asked, its person's proof to the device, and
    /// its count, which a copy falls behind. Gives what is kept of it from then on.
    fn finish_opening(
        &self,
        secret: &str,
        answer: &str,
        passkey: &Passkey,
    ) -> Result<String, PasskeyError>;
}

/// Passkeys that are kept.
#[async_trait]
pub trait PasskeyStore: Send + Sync {
    /// Keeps one, if its account has fewer than `most`; false where it has, or the identity is
    /// known.
    async fn add_passkey(&self, passkey: &Passkey, most: u32) -> Result<bool, StoreError>;

    /// Those of an account, the oldest first.
    async fn passkeys(&self, account: &str) -> Result<Vec<Passkey>, StoreError>;

    /// The one of this identity.
    async fn passkey(&self, id: &str) -> Result<Option<Passkey>, StoreError>;

    /// One opened its account: it is kept as it is now, unless it changed meanwhile; false then.
    async fn use_passkey(
        &self,
        passkey: &Passkey,
        body: &str,
        at: Moment,
    ) -> Result<bool, StoreError>;

    /// Takes one of an account's away; false where there is none.
    async fn remove_passkey(&self, account: &str, id: &str) -> Result<bool, StoreError>;
}
