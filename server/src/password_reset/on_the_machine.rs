//! `volaris account reset`: for who forgot the password and can use the machine.

use std::process::ExitCode;
use std::sync::Arc;

use desk::{AuditEntry, AuditEvent, MailKind, Store, TakenAway, email_of};

use crate::clock::now;
use crate::commands::say;
use crate::configuration::Configuration;
use crate::mail::Mails;
use crate::passwords;
use crate::vault::Vault;

/// Gives an account another password, and says which.
pub(crate) async fn reset(
    configuration: &Configuration,
    email: &str,
    takes_factor: bool,
) -> anyhow::Result<ExitCode> {
    let email = email_of(email)?;
    crate::backup::ensure_is_there(configuration)?;
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
    let password = passwords::fresh();
    let hash = passwords::hash(password.clone()).await?;
    let entry = AuditEntry {
        at: now(),
        account: account.id,
        event: AuditEvent::PasswordReset,
        about: String::new(),
        device: String::new(),
        network: String::new(),
    };
    let mut letters = Vec::new();
    if let Some(mails) = mails {
        letters.push(mails.letter(MailKind::PasswordReset, &entry, &email)?);
        if takes_factor {
            let off = AuditEntry { event: AuditEvent::FactorOff, ..entry.clone() };
            letters.push(mails.letter(MailKind::FactorOff, &off, &email)?);
        }
    }
    // Whoever lost the account may have lost what else opens it.
    let taken = store.reset_account(&hash, takes_factor, &entry, &letters).await?;
    let Some(TakenAway { sign_ins, factor, .. }) = taken else {
        anyhow::bail!("the account of `{email}` was deleted meanwhile");
    };
    if factor {
        say("the second factor is turned off");
    }
    database.close().await;
    say(&format!(
        "the new password of {email} is\n\n  {password}\n\nsign in with it and change it under \
         Security in the settings; {sign_ins} browsers were signed out, and passkeys, \
         sign-ins elsewhere and keys of programs do not open it any more"
    ));
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use desk::{Account, AccountStore, AuditStore, MailStore, OwnerId, Role, Tier};

    use super::*;
    use crate::commands::Settings;

    #[tokio::test]
    async fn what_is_taken_is_written_down_and_told_by_mail() {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = Settings { data: Some(folder.path().to_owned()), ..Settings::default() };
        let mut here = Configuration::load(&settings).expect("a configuration");
        let server = notify::MailServer::read("smtp://127.0.0.1:1", "Desk <desk@example.com>");
        here.mail = Some(server.expect("a mail server"));
        let email = "ada@example.com";
        let account = Account {
            id: String::new(),
            owner: OwnerId::local(),
            email: email.to_owned(),
            name: String::new(),
            password: "old".to_owned(),
            role: Role::Owner,
            tier: Tier::Lite,
            is_suspended: false,
            created_at: now(),
        };
        let open = async || crate::doctor::open_database(&here).await.expect("a database");
        let database = open().await;
        let id = database.add_first_account(&account).await.expect("an answer").expect("the first");
        reset(&here, "eve@example.com", true).await.expect_err("nobody's");
        reset(&here, email, true).await.expect("set anew");
        assert_eq!(database.waiting_mails().await.expect("a count"), 1, "no factor was there");
        database.begin_second_factor(&id, "sealed").await.expect("begun");
        database.confirm_second_factor(&id, 1, &[]).await.expect("confirmed");
        reset(&here, email, false).await.expect("set anew");
        assert!(database.second_factor(&id).await.expect("read").is_some(), "it stays");
        reset(&here, email, true).await.expect("set anew");
        assert!(database.second_factor(&id).await.expect("read").is_none());
        assert_eq!(database.waiting_mails().await.expect("a count"), 4);
        let log = database.audit_of(&id, 9).await.expect("a log");
        let events: Vec<AuditEvent> = log.into_iter().map(|entry| entry.event).collect();
        use AuditEvent::{FactorOff, PasswordReset};
        assert_eq!(events, [FactorOff, PasswordReset, PasswordReset, PasswordReset]);
        let found = database.account(&id).await.expect("read").expect("hers");
        assert!(found.password.starts_with("$argon2id$"), "{}", found.password);
    }
}
