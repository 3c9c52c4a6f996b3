//! `volaris doctor` and `volaris migrate`: what could go wrong, and the database's version.

mod clock;
mod disk;
mod permissions;
mod tables;

use std::net::TcpListener;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use bus::Bus;
use desk::Postman;
use notify::Smtp;
use store::{Database, DatabaseUrl};

use crate::backup::{self, Migrated};
use crate::breached_passwords;
use crate::commands::say;
use crate::configuration::Configuration;
use permissions::Private;

pub(crate) fn url(configuration: &Configuration) -> DatabaseUrl {
    match &configuration.database {
        Some(address) => DatabaseUrl::Server(address.clone()),
        None => DatabaseUrl::File(configuration.data.join("volaris.db")),
    }
}

/// Opens the database and brings it up to this version.
pub(crate) async fn open_database(configuration: &Configuration) -> anyhow::Result<Database> {
    let url = url(configuration);
    let database = Database::open(&url)
        .await
        .with_context(|| format!("the database ({url:?}) cannot be opened"))?;
    backup::migrate(configuration, &database).await?;
    Ok(database)
}

/// `volaris migrate`.
pub(crate) async fn migrate(configuration: &Configuration) -> anyhow::Result<ExitCode> {
    let url = url(configuration);
    let database = Database::open(&url)
        .await
        .with_context(|| format!("the database ({url:?}) cannot be opened"))?;
    let Migrated { before, after, kept } = backup::migrate(configuration, &database).await?;
    database.close().await;
    if before == after {
        say(&format!("the database is at version {after}: nothing to do"));
    } else {
        say(&format!("the database went from version {before} to {after}"));
        if let Some(kept) = kept {
            say(&format!("as it was before it is in {}", kept.display()));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What was looked at, and how it is.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Finding {
    text: String,
    is_well: bool,
}

impl Finding {
    fn well(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_well: true }
    }

    /// One that needs a hand; the text ends with what to do.
    fn ill(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_well: false }
    }
}

/// `volaris doctor`.
pub(crate) async fn examine(configuration: &Configuration) -> anyhow::Result<ExitCode> {
    let is_well = look(configuration, &mut say).await;
    say(if is_well { "all is well" } else { "something needs a hand: see above" });
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Looks at everything and changes nothing. Tells each finding as soon as it has it: some of them
/// are waited for.
async fn look(configuration: &Configuration, tell: &mut dyn FnMut(&str)) -> bool {
    tell(&format!("volaris {}", env!("CARGO_PKG_VERSION")));
    tell(&format!("data folder: {}", configuration.data.display()));
    let mut is_well = true;
    let mut found = |findings: &[Finding]| {
        for finding in findings {
            tell(&finding.text);
            is_well &= finding.is_well;
        }
    };
    // First what needs no database: it may be why that does not answer.
    let private = permissions::private(configuration);
    found(&match &private {
        Ok(private) => permissions::look(private),
        Err(error) => {
            let folder = configuration.data.display();
            vec![Finding::ill(format!("permissions: {folder} cannot be looked into: {error}"))]
        }
    });
    let private = private.unwrap_or_default();
    found(&[disk::look(&configuration.data)]);
    examine_kept(configuration, &private, &mut found).await;
    found(&[examine_address(configuration)]);
    found(examine_nats(configuration).await.as_slice());
    found(&[examine_mail(configuration).await]);
    is_well &= crate::identity::examine(configuration).await;
    is_well & breached_passwords::examine(configuration)
}

/// Looks at what is kept, and at the clock beside it.
async fn examine_kept(
    configuration: &Configuration,
    private: &[Private],
    found: &mut dyn FnMut(&[Finding]),
) {
    // Opening a database changes its files.
    let of_files = clock::last_of(private.iter().map(|one| one.path.as_path()));
    match tables::open(configuration).await {
        Ok(database) => {
            found(&tables::look(&database).await);
            found(&clock::look(Some(&database), of_files).await);
            database.close().await;
        }
        Err(finding) => {
            found(&[finding]);
            found(&clock::look(None, of_files).await);
        }
    }
}

fn examine_address(configuration: &Configuration) -> Finding {
    let address = configuration.listen;
    match TcpListener::bind(address) {
        Ok(_) => Finding::well(format!("address: {address} is free")),
        Err(error) => Finding::ill(format!(
            "address: {address} cannot be listened on ({error}): is volaris running already? \
             choose another with --listen"
        )),
    }
}

/// How long NATS may take to answer.
const NATS_MAX: Duration = Duration::from_secs(5);

/// Whether servers of this desk could hear each other, where they should.
async fn examine_nats(configuration: &Configuration) -> Option<Finding> {
    let address = configuration.nats.as_ref()?;
    let look = async {
        let bus = Bus::connect(address, "doctor").await?;
        while !bus.is_connected() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        bus.flush().await
    };
    Some(match tokio::time::timeout(NATS_MAX, look).await {
        Ok(Ok(())) => Finding::well("nats: answers"),
        Ok(Err(error)) => Finding::ill(format!("nats: {}", crate::rest::story(&error))),
        Err(_) => Finding::ill("nats: does not answer: look at its address and password in `nats`"),
    })
}

/// Whether the mail server lets this desk in, where one is named.
async fn examine_mail(configuration: &Configuration) -> Finding {
    let Some(server) = configuration.mail.clone() else {
        return Finding::well(
            "mail: none is sent; forgotten passwords are set anew by `volaris account reset`",
        );
    };
    let greeted = async { Smtp::new(server.clone())?.greet().await };
    match greeted.await {
        Ok(()) => Finding::well(format!("mail: {server} answers and lets this desk in")),
        Err(error) => Finding::ill(format!(
            "mail: {server}: {error}: look at `mail`, then try `volaris mail test`"
        )),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::commands::Settings;
    use crate::vault::Vault;

    /// A desk in a folder of its own, on a port that is free.
    fn desk_in(folder: &Path) -> Configuration {
        let settings = Settings { data: Some(folder.to_owned()), ..Settings::default() };
        let configuration = Configuration::load(&settings).expect("a configuration");
        Configuration { listen: ([127, 0, 0, 1], 0).into(), ..configuration }
    }

    /// What the doctor says of a desk, and whether it is well.
    async fn told(configuration: &Configuration) -> (String, bool) {
        let mut lines = Vec::new();
        let is_well = look(configuration, &mut |line| lines.push(line.to_owned())).await;
        (lines.join("\n"), is_well)
    }

    #[cfg(unix)]
    fn open_to_all(path: &Path, mode: u32) {
        use std::os::unix::fs::PermissionsExt;
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(path, permissions).expect("a mode");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn every_private_file_that_others_can_read_is_found_with_its_remedy() {
        let folder = tempfile::tempdir().expect("a folder");
        let tls = tempfile::tempdir().expect("a folder");
        let key = tls.path().join("desk.key");
        let files = crate::certificate::CertificateFiles {
            certificate: tls.path().join("desk.pem"),
            key: key.clone(),
        };
        let desk = Configuration { certificate: Some(files), ..desk_in(folder.path()) };
        open_database(&desk).await.expect("a database").close().await;
        Vault::open(&desk).expect("a key");
        crate::backup::back_up(&desk, None).await.expect("a backup");
        let backups = folder.path().join("backups");
        let backup = std::fs::read_dir(&backups).expect("a folder").next().expect("a backup");
        let backup = backup.expect("a backup").path();
        for name in ["setup-token", "volaris.db-wal", "volaris.db-shm", "volaris.toml"] {
            std::fs::write(folder.path().join(name), "").expect("written");
        }
        std::fs::write(&key, "").expect("written");
        let all = [
            (folder.path().to_owned(), 0o755, 0o700),
            (backups, 0o750, 0o700),
            (folder.path().join("volaris.db"), 0o644, 0o600),
            (folder.path().join("volaris.db-wal"), 0o644, 0o600),
            (folder.path().join("volaris.db-shm"), 0o666, 0o600),
            (folder.path().join("volaris.key"), 0o644, 0o600),
            (folder.path().join("setup-token"), 0o604, 0o600),
            (folder.path().join("volaris.toml"), 0o644, 0o640),
            (backup, 0o640, 0o600),
            (key, 0o644, 0o640),
        ];
        let private = permissions::private(&desk).expect("a list");
        assert_eq!(private.len(), all.len(), "{private:?}");
        all.iter().for_each(|(path, _, right)| open_to_all(path, *right));
        let found = permissions::look(&permissions::private(&desk).expect("a list"));
        assert!(found.iter().all(|one| one.is_well), "{found:?}");
        for (path, wrong, right) in &all {
            open_to_all(path, *wrong);
            let found = permissions::look(&permissions::private(&desk).expect("a list"));
            let [found] = found.as_slice() else { panic!("one of them is wrong: {found:?}") };
            let remedy = format!("(mode {wrong:o}): run chmod {right:o} {}", path.display());
            assert!(!found.is_well && found.text.ends_with(&remedy), "{found:?}: {remedy}");
            open_to_all(path, *right);
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn the_doctor_finds_a_key_that_others_can_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        let desk = desk_in(&data);
        open_database(&desk).await.expect("a database").close().await;
        Vault::open(&desk).expect("a key");
        assert_eq!(examine(&desk).await.expect("an answer"), ExitCode::SUCCESS);
        let key = data.join("volaris.key");
        open_to_all(&key, 0o644);
        let (text, is_well) = told(&desk).await;
        let remedy = format!("others can read {0} (mode 644): run chmod 600 {0}", key.display());
        assert!(!is_well && text.contains(&remedy), "{text}");
        assert_eq!(examine(&desk).await.expect("an answer"), ExitCode::FAILURE);
        open_to_all(&key, 0o600);
        let (text, is_well) = told(&desk).await;
        assert!(is_well && text.contains("clock: 2"), "{text}");
    }

    #[tokio::test]
    async fn the_doctor_only_looks() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        let desk = desk_in(&data);
        let (text, is_well) = told(&desk).await;
        assert!(is_well && text.contains("there is none yet"), "{text}");
        assert!(text.contains("nothing private yet") && !data.exists(), "{text}");
        let old = Database::open(&url(&desk)).await.expect("a database");
        old.migrate_to(5).await.expect("an older version");
        let (text, is_well) = told(&desk).await;
        assert!(!is_well && text.contains("of version 5, this volaris has"), "{text}");
        assert!(text.contains("run volaris migrate"), "{text}");
        assert_eq!(old.version().await.expect("a version"), 5);
        old.close().await;
        assert!(!data.join("backups").exists() && !data.join("volaris.key").exists());
    }

    #[tokio::test]
    async fn a_clock_is_looked_at_beside_the_servers() {
        let folder = tempfile::tempdir().expect("a folder");
        let address = testkit::postgres::fresh_database().unwrap_or_else(|why| panic!("{why}"));
        let desk =
            Configuration { database: Some(address), ..desk_in(&folder.path().join("data")) };
        let (text, is_well) = told(&desk).await;
        assert!(is_well && text.contains("no tables yet"), "{text}");
        assert!(text.contains("as the database's"), "{text}");
        open_database(&desk).await.expect("a database").close().await;
        let (text, is_well) = told(&desk).await;
        assert!(is_well && text.contains("answers, version"), "{text}");
        assert!(text.contains("as the database's"), "{text}");
    }

    #[tokio::test]
    async fn a_clock_that_stands_before_what_was_written_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let desk = desk_in(&folder.path().join("data"));
        let database = open_database(&desk).await.expect("a database");
        let later = crate::clock::now() + market::Span::minutes(5);
        let lead = desk::ServerStore::try_lead(&database, "a", later).await.expect("asked");
        drop(lead);
        database.close().await;
        let (text, is_well) = told(&desk).await;
        assert!(!is_well && text.contains(" s before the last that was written down"), "{text}");
    }
}
