//! `volaris account reset`: for who forgot the password and can use the machine.

use std::process::ExitCode;
use std::sync::Arc;

use desk::{AuditEntry, AuditEvent, Store, email_of};

use crate::clock::now;
use crate::commands::say;
use crate::configuration::Configuration;
use crate::mail::{Mails, write_down};
use crate::passwords;
use crate::vault::Vault;

/// Gives an account another password, and says which.
pub(crate) async fn reset(
    configuration: &Configuration,
    email: &str,
    takes_factor: bool,
) -> anyhow::Result<ExitCode> {
    let email = email_of(email)?;
    let database = crate::doctor::open_database(configuration).await?;
    let store: Arc<dyn Store> = Arc::new(database.clone());
    let Some(account) = store.account_named(&email).await? else {
        anyhow::bail!("there is no account of `{email}` in {}", configuration.data.display());
    };
    // What the desk carries as soon as it runs.
    let mails = match &configuration.mail {
        Some(_) => {
            let vault = Arc::new(Vault::open(configuration)?);
            Mails::open(configuration, Arc::clone(&store), &vault)?
        }
        None => None,
    };
    let note = async |entry: &AuditEntry| write_down(mails.as_ref(), store.as_ref(), entry).await;
    let password = passwords::fresh();
    let hash = passwords::hash(password.clone()).await?;
    store.write_password(&account.id, &hash).await?;
    let ended = store.remove_sign_ins(&account.id, None).await?;
    // Whoever lost the account may have lost what else opens it.
    for passkey in store.passkeys(&account.id).await? {
        store.remove_passkey(&account.id, &passkey.id).await?;
    }
    for linked in store.identities(&account.id).await? {
        store.unlink_identity(&account.id, &linked.issuer).await?;
    }
    let entry = AuditEntry {
        at: now(),
        account: account.id,
        event: AuditEvent::PasswordReset,
        about: String::new(),
        device: String::new(),
        network: String::new(),
    };
    note(&entry).await?;
    if takes_factor && store.remove_second_factor(&entry.account).await? {
        note(&AuditEntry { event: AuditEvent::FactorOff, ..entry }).await?;
        say("the second factor is turned off");
    }
    database.close().await;
    say(&format!(
        "the new password of {email} is\n\n  {password}\n\nsign in with it and change it under \
         Security in the settings; {ended} browsers were signed out, and passkeys \
         and sign-ins elsewhere do not open it any more"
    ));
    Ok(ExitCode::SUCCESS)
}
