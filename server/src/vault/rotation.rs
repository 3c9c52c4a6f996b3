//! `volaris rotate-key`: seals everything with another key. A rotation that was cut short is
//! finished by the next, or by the desk's next start: until it is done both keys are kept.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use desk::{AccountStore, AuditEntry, AuditEvent, AuditStore, MailStore, ServerStore};

use super::{DESK, Vault, fresh_key, key_file};
use crate::clock::now;
use crate::commands::say;
use crate::configuration::Configuration;
use crate::{backup, mail, private_file, second_factor};

/// Seals everything with another key. `given` is that key, where keys are not kept in a file.
pub(crate) async fn rotate(
    configuration: &Configuration,
    given: Option<String>,
) -> anyhow::Result<ExitCode> {
    backup::ensure_is_there(configuration)?;
    let given = match (&configuration.key, given) {
        (Some(present), Some(next)) => Some((present.clone(), next)),
        (Some(_), None) => bail!(
            "the key was given by the environment or the configuration: give the next one as \
             VOLARIS_NEXT_KEY, 64 hexadecimal digits, as `openssl rand -hex 32` makes them"
        ),
        (None, Some(_)) => bail!(
            "the key is kept in {}: leave VOLARIS_NEXT_KEY away, the next one is made",
            key_file(configuration).display()
        ),
        (None, None) => None,
    };
    let (database, _alone) = backup::open_alone(configuration).await?;
    let (present, next) = given.map_or_else(|| keys_of_files(configuration), Ok)?;
    ensure!(present.trim() != next.trim(), "the next key is the present one");
    let (present, next) = (Vault::with_key(&present)?, Vault::with_key(&next)?);
    // One that was cut short has sealed some of it with the next key already.
    let opened = |about: &str, before: &str| {
        present.unseal(about, before).or_else(|_| next.unseal(about, before))
    };
    let mut sealed = Vec::new();
    for (account, before) in database.second_factor_secrets().await? {
        let about = second_factor::about(&account);
        let after = next.seal(&about, &opened(&about, &before)?)?;
        sealed.push((account, before, after));
    }
    database.reseal_second_factors(&sealed).await?;
    let check = database.desk_facts().await?.key_check;
    if !check.is_empty() {
        database.write_key_check(&check, &next.seal(DESK, DESK.as_bytes())?).await?;
    }
    let mut mails = Vec::new();
    for (id, before) in database.mail_secrets().await? {
        let about = mail::about(&id);
        // One that neither opens is given up when it is due.
        let Ok(text) = opened(&about, &before) else { continue };
        let after = next.seal(&about, &text)?;
        mails.push((id, before, after));
    }
    database.reseal_mails(&mails).await?;
    let entry = AuditEntry {
        at: now(),
        account: String::new(),
        event: AuditEvent::KeyRotated,
        about: String::new(),
        device: String::new(),
        network: String::new(),
    };
    database.add_audit(&entry).await?;
    database.close().await;
    let count = sealed.len() + mails.len();
    if configuration.key.is_some() {
        say(&format!(
            "{count} secrets are sealed with the next key: set VOLARIS_KEY to it before the desk \
             starts; the present one opens backups alone"
        ));
        return Ok(ExitCode::SUCCESS);
    }
    let file = key_file(configuration);
    std::fs::rename(next_file(&file), &file)
        .with_context(|| format!("the next key cannot take the place of {}", file.display()))?;
    say(&format!(
        "{count} secrets are sealed with the new key in {}: back it up; backups from before open \
         with the old one alone",
        file.display()
    ));
    Ok(ExitCode::SUCCESS)
}

/// Where the next key waits until everything is sealed with it.
pub(super) fn next_file(file: &Path) -> std::path::PathBuf {
    file.with_extension("key.next")
}

/// The present key and the next, which is kept before anything is sealed with it.
fn keys_of_files(configuration: &Configuration) -> anyhow::Result<(String, String)> {
    let file = key_file(configuration);
    let read = |path: &Path| {
        std::fs::read_to_string(path)
            .with_context(|| format!("the key in {} cannot be read", path.display()))
    };
    let present = read(&file)?;
    let waiting = next_file(&file);
    if !waiting.exists() {
        private_file::write_whole(&waiting, &fresh_key())
            .with_context(|| format!("a key cannot be kept in {}", waiting.display()))?;
    }
    Ok((present, read(&waiting)?))
}

#[cfg(test)]
mod tests {
    use desk::{MailKind, WaitingMail};
    use market::Moment;

    use super::*;
    use crate::commands::Settings;
    use crate::desk_of_ada::ada;
    use crate::doctor;

    async fn with_factor(configuration: &Configuration) -> String {
        let database = doctor::open_database(configuration).await.expect("a database");
        let id = database.add_first_account(&ada()).await.expect("an answer").expect("one");
        let vault = Vault::open(configuration).expect("a vault");
        let sealed = vault.seal(&second_factor::about(&id), b"secret").expect("sealed");
        assert!(database.begin_second_factor(&id, &sealed).await.expect("an answer"));
        database.close().await;
        id
    }

    /// A mail that waits, of an account.
    async fn with_mail(configuration: &Configuration, id: &str) {
        let database = doctor::open_database(configuration).await.expect("a database");
        let vault = Vault::open(configuration).expect("a vault");
        let entry = AuditEntry {
            at: Moment(0),
            account: id.to_owned(),
            event: AuditEvent::FactorOn,
            about: String::new(),
            device: String::new(),
            network: String::new(),
        };
        let mail = WaitingMail {
            id: "m".to_owned(),
            account: id.to_owned(),
            kind: MailKind::FactorOn,
            address: "ada@example.com".to_owned(),
            secret: vault.seal(&mail::about("m"), b"words").expect("sealed"),
            made_at: Moment(0),
            next_at: Moment(0),
            ends_at: Moment(1),
            tries: 0,
        };
        database.add_audit_and_mail(&entry, &mail).await.expect("written");
        database.close().await;
    }

    async fn mail_of(configuration: &Configuration) -> String {
        let database = doctor::open_database(configuration).await.expect("a database");
        let mut secrets = database.mail_secrets().await.expect("an answer");
        database.close().await;
        secrets.remove(0).1
    }

    async fn sealed_of(configuration: &Configuration, id: &str) -> String {
        let database = doctor::open_database(configuration).await.expect("a database");
        let factor = database.second_factor(id).await.expect("an answer").expect("one");
        database.close().await;
        factor.secret
    }

    fn configuration(folder: &Path) -> Configuration {
        let listen = Some("127.0.0.1:0".to_owned());
        let settings = Settings { data: Some(folder.to_owned()), listen, ..Settings::default() };
        Configuration::load(&settings).expect("a configuration")
    }

    #[tokio::test]
    async fn everything_opens_with_the_new_key_and_nothing_with_the_old() {
        let folder = tempfile::tempdir().expect("a folder");
        let configuration = configuration(folder.path());
        let id = with_factor(&configuration).await;
        with_mail(&configuration, &id).await;
        let about = second_factor::about(&id);
        let old = Vault::open(&configuration).expect("a vault");
        rotate(&configuration, None).await.expect("rotated");
        let sealed = sealed_of(&configuration, &id).await;
        assert!(old.unseal(&about, &sealed).is_err());
        let new = Vault::open(&configuration).expect("a vault");
        assert_eq!(new.unseal(&about, &sealed).expect("opened"), b"secret");
        let mail = mail_of(&configuration).await;
        assert_eq!(new.unseal(&mail::about("m"), &mail).expect("opened"), b"words");
        assert!(old.unseal(&mail::about("m"), &mail).is_err());
        assert!(!next_file(&key_file(&configuration)).exists());
    }

    #[tokio::test]
    async fn while_a_server_leads_at_another_address_no_key_is_exchanged() {
        let folder = tempfile::tempdir().expect("a folder");
        let address = testkit::postgres::fresh_database().unwrap_or_else(|why| panic!("{why}"));
        let here = configuration(folder.path());
        let desk = Configuration { database: Some(address), ..here };
        let id = with_factor(&desk).await;
        let before = sealed_of(&desk, &id).await;
        let server = doctor::open_database(&desk).await.expect("a database");
        let mut lead = server.try_lead("a/1", now()).await.expect("asked").expect("nobody leads");
        let held = async {
            loop {
                assert!(lead.holds().await, "it leads");
                tokio::time::sleep(std::time::Duration::from_millis(500)).await;
            }
        };
        let refused = tokio::select! {
            rotated = rotate(&desk, None) => rotated.expect_err("a server runs"),
            () = held => unreachable!("it leads all the time"),
        };
        assert!(format!("{refused:#}").contains("stop all of them"), "{refused:#}");
        assert_eq!(sealed_of(&desk, &id).await, before);
        drop(lead);
        // And for as long as a rotation takes, no server leads.
        let (database, alone) = backup::open_alone(&desk).await.expect("alone");
        tokio::time::sleep(std::time::Duration::from_secs(7)).await;
        assert!(server.try_lead("a/1", now()).await.expect("asked").is_none());
        drop(alone);
        database.close().await;
        rotate(&desk, None).await.expect("rotated");
        assert_ne!(sealed_of(&desk, &id).await, before);
    }

    #[tokio::test]
    async fn a_rotation_that_was_cut_short_is_finished() {
        let folder = tempfile::tempdir().expect("a folder");
        let configuration = configuration(folder.path());
        let id = with_factor(&configuration).await;
        let about = second_factor::about(&id);
        let file = key_file(&configuration);
        let old = std::fs::read_to_string(&file).expect("the key");
        rotate(&configuration, None).await.expect("rotated");
        // It was killed before the new key took the old one's place.
        std::fs::rename(&file, next_file(&file)).expect("moved");
        std::fs::write(&file, &old).expect("written");
        let sealed = sealed_of(&configuration, &id).await;
        let between = Vault::open(&configuration).expect("a vault");
        assert_eq!(between.unseal(&about, &sealed).expect("opened"), b"secret");
        let made = between.seal(&about, b"secret").expect("sealed");
        rotate(&configuration, None).await.expect("finished");
        let sealed = sealed_of(&configuration, &id).await;
        let after = Vault::open(&configuration).expect("a vault");
        assert_eq!(after.unseal(&about, &sealed).expect("opened"), b"secret");
        assert_eq!(after.unseal(&about, &made).expect("opened"), b"secret", "sealed meanwhile");
        assert!(Vault::with_key(&old).expect("a vault").unseal(&about, &sealed).is_err());
    }

    #[tokio::test]
    async fn a_key_that_is_given_is_followed_by_one_that_is_given() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut configuration = configuration(folder.path());
        configuration.key = Some("11".repeat(32));
        let id = with_factor(&configuration).await;
        for (given, told) in [
            (None, "VOLARIS_NEXT_KEY"),
            (Some("11".repeat(32)), "the present one"),
            (Some("12".repeat(31)), "64 hexadecimal digits"),
        ] {
            let error = rotate(&configuration, given).await.expect_err(told);
            assert!(format!("{error:#}").contains(told), "{error:#}");
        }
        // Twice is as once: whoever is not sure does it again.
        for _ in 0..2 {
            rotate(&configuration, Some("22".repeat(32))).await.expect("rotated");
        }
        let sealed = sealed_of(&configuration, &id).await;
        configuration.key = Some("22".repeat(32));
        let vault = Vault::open(&configuration).expect("a vault");
        assert_eq!(vault.unseal(&second_factor::about(&id), &sealed).expect("opened"), b"secret");
    }
}
