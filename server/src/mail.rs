//! Mail about accounts: written down with what it is about, and carried until the mail server took
//! it.

mod carrying;
mod letters;
mod trial;

use std::sync::Arc;

use desk::{AuditEntry, MailKind, Postman, Quota, Store, StoreError, WaitingMail};
use market::{Moment, Span};
use notify::Smtp;
use tokio::sync::Notify;

use crate::clock::now;
use crate::configuration::Configuration;
use crate::passwords;
use crate::vault::Vault;
pub(crate) use letters::{Invited, Letter};
pub(crate) use trial::try_out;

/// A mail is tried for so long, then given up.
const TRIED_FOR: Span = Span::hours(24);
/// Codes that are sent to an account at once, and the time after which there is another.
const CODES: Quota = Quota { burst: 5, every: Span::minutes(12) };

/// Writes mails down and has them carried.
#[derive(Clone)]
pub(crate) struct Mails {
    store: Arc<dyn Store>,
    vault: Arc<Vault>,
    postman: Arc<dyn Postman>,
    /// Where this desk is, where that is said.
    address: Option<String>,
    /// Rings when there is another.
    bell: Arc<Notify>,
}

/// What the text of a mail is sealed as.
pub(crate) fn about(mail: &str) -> String {
    format!("{mail} mail")
}

/// Writes down what happened, and a mail about it where mails are sent and its person is to know.
pub(crate) async fn write_down(
    mails: Option<&Mails>,
    store: &dyn Store,
    entry: &AuditEntry,
) -> anyhow::Result<()> {
    match mails {
        Some(mails) => mails.note(entry).await,
        None => Ok(store.add_audit(entry).await?),
    }
}

impl Mails {
    /// What the configuration says; nothing where no mail server is named.
    pub(crate) fn open(
        configuration: &Configuration,
        store: Arc<dyn Store>,
        vault: &Arc<Vault>,
    ) -> anyhow::Result<Option<Self>> {
        let Some(server) = configuration.mail.clone() else { return Ok(None) };
        let postman = Arc::new(Smtp::new(server)?);
        Ok(Some(Self {
            store,
            vault: Arc::clone(vault),
            postman,
            address: configuration
                .address
                .as_ref()
                .map(|one| one.to_string().trim_end_matches('/').to_owned()),
            bell: Arc::default(),
        }))
    }

    /// Where this desk is, where that is said; as its asker has it otherwise.
    pub(crate) fn address(&self, asked: String) -> String {
        self.address.clone().unwrap_or(asked)
    }

    /// Whether another code may be sent to an account: nobody's letter box is filled by others.
    pub(crate) async fn may_send_code(&self, account: &str) -> Result<bool, StoreError> {
        self.store.try_once(&[(format!("codes to {account}"), CODES)], now()).await
    }

    /// A letter as it waits: to whom, on whose account, written when, worth how long.
    pub(crate) fn waiting(
        &self,
        letter: &Letter,
        (address, account): (&str, &str),
        made_at: Moment,
        worth: Option<Span>,
    ) -> anyhow::Result<WaitingMail> {
        let id = passwords::fresh();
        let secret = self.vault.seal(&about(&id), letter.sealed().as_bytes())?;
        Ok(WaitingMail {
            id,
            account: account.to_owned(),
            kind: letter.kind,
            address: address.to_owned(),
            secret,
            made_at,
            next_at: made_at,
            ends_at: made_at + worth.unwrap_or(TRIED_FOR),
            tries: 0,
        })
    }

    /// Writes down what happened, and a mail about it where its person is to know.
    async fn note(&self, entry: &AuditEntry) -> anyhow::Result<()> {
        let Some(kind) = self.kind_of(entry).await? else {
            return Ok(self.store.add_audit(entry).await?);
        };
        let Some(account) = self.store.account(&entry.account).await? else {
            return Ok(self.store.add_audit(entry).await?);
        };
        let mail = self.letter(kind, entry, &account.email)?;
        self.send(entry, &mail).await
    }

    /// The mail that tells an account's person what happened to it.
    pub(crate) fn letter(
        &self,
        kind: MailKind,
        entry: &AuditEntry,
        email: &str,
    ) -> anyhow::Result<WaitingMail> {
        let letter = Letter::about(kind, entry, email, self.address.as_deref());
        self.waiting(&letter, (email, &entry.account), entry.at, None)
    }

    /// Writes down what happened, with a mail.
    pub(crate) async fn send(&self, entry: &AuditEntry, mail: &WaitingMail) -> anyhow::Result<()> {
        self.store.add_audit_and_mail(entry, mail).await?;
        self.ring();
        Ok(())
    }

    /// Has what waits looked at.
    pub(crate) fn ring(&self) {
        self.bell.notify_one();
    }

    /// What a mail about something would be about; nothing where nobody is told by mail.
    async fn kind_of(&self, entry: &AuditEntry) -> anyhow::Result<Option<MailKind>> {
        use desk::AuditEvent::{
            Connected, FactorOff, FactorOn, KeyMade, PasskeyMade, PasswordChanged, PasswordReset,
            SignedIn,
        };
        Ok(match entry.event {
            PasswordChanged => Some(MailKind::PasswordChanged),
            PasswordReset => Some(MailKind::PasswordReset),
            Connected => Some(MailKind::Connected),
            PasskeyMade => Some(MailKind::PasskeyMade),
            KeyMade => Some(MailKind::KeyMade),
            FactorOn => Some(MailKind::FactorOn),
            FactorOff => Some(MailKind::FactorOff),
            SignedIn => {
                let is_known = self.store.knows_device(&entry.account, &entry.device).await?;
                (!is_known).then_some(MailKind::NewBrowser)
            }
            _ => None,
        })
    }
}
