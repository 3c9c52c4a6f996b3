//! `volaris doctor` and `volaris migrate`: what could go wrong, and the database's version.

use std::net::TcpListener;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use bus::Bus;
use desk::{AuditStore, Postman, Store, StoreError};
use market::Span;
use notify::Smtp;
use store::{Database, DatabaseUrl};

use crate::backup::{self, Migrated};
use crate::breached_passwords;
use crate::clock::now;
use crate::commands::say;
use crate::configuration::Configuration;
use crate::dashboard::{bytes, disk_left};

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

/// `volaris doctor`.
pub(crate) async fn examine(configuration: &Configuration) -> anyhow::Result<ExitCode> {
    say(&format!("volaris {}", env!("CARGO_PKG_VERSION")));
    say(&format!("data folder: {}", configuration.data.display()));
    let mut is_well = true;
    match open_database(configuration).await {
        Ok(database) => {
            let answer = database.ping().await;
            let version = database.version_known();
            match answer {
                Ok(()) => say(&format!("database: answers, version {version}")),
                Err(error) => {
                    is_well = false;
                    say(&format!("database: {error}"));
                }
            }
            match database.check_integrity().await {
                Ok(()) => say("database: every page and reference is whole"),
                Err(error) => {
                    is_well = false;
                    say(&format!("database: {}: restore a backup", crate::rest::story(&error)));
                }
            }
            match examine_clock(&database).await {
                Ok(true) => say("clock: later than all that was written down"),
                Ok(false) => {
                    is_well = false;
                    say("clock: earlier than what was written down: set it by the network");
                }
                Err(error) => {
                    is_well = false;
                    say(&format!("clock: {}", crate::rest::story(&error)));
                }
            }
            match database.check_audit().await {
                Ok(count) => say(&format!("audit log: {count} entries, each as it was written")),
                Err(error) => {
                    is_well = false;
                    say(&format!("audit log: {}", crate::rest::story(&error)));
                }
            }
            database.close().await;
        }
        Err(error) => {
            is_well = false;
            say(&format!("database: {error:#}"));
        }
    }
    match TcpListener::bind(configuration.listen) {
        Ok(_) => say(&format!("address: {} is free", configuration.listen)),
        Err(error) => {
            is_well = false;
            let address = configuration.listen;
            say(&format!(
                "address: {address} cannot be listened on ({error}): is volaris running already? \
                 choose another with --listen"
            ));
        }
    }
    is_well &= examine_nats(configuration).await;
    is_well &= examine_mail(configuration).await;
    is_well &= crate::identity::examine(configuration).await;
    is_well &= breached_passwords::examine(configuration);
    is_well &= examine_permissions(configuration);
    is_well &= examine_disk(configuration);
    say(if is_well { "all is well" } else { "something needs a hand: see above" });
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How long NATS may take to answer.
const NATS_MAX: Duration = Duration::from_secs(5);

/// Whether servers of this desk could hear each other, where they should.
async fn examine_nats(configuration: &Configuration) -> bool {
    let Some(address) = &configuration.nats else { return true };
    let look = async {
        let bus = Bus::connect(address, "doctor").await?;
        while !bus.is_connected() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        bus.flush().await
    };
    match tokio::time::timeout(NATS_MAX, look).await {
        Ok(Ok(())) => {
            say("nats: answers");
            true
        }
        Ok(Err(error)) => {
            say(&format!("nats: {}", crate::rest::story(&error)));
            false
        }
        Err(_) => {
            say("nats: does not answer: look at its address and password in `nats`");
            false
        }
    }
}

/// Whether it is later than what was last written down, but for a minute.
async fn examine_clock(database: &Database) -> Result<bool, StoreError> {
    let last = database.audit_before(u64::MAX, 1).await?;
    Ok(last.first().is_none_or(|(_, last)| last.at < now() + Span::minutes(1)))
}

/// Whether the mail server lets this desk in, where one is named.
async fn examine_mail(configuration: &Configuration) -> bool {
    let Some(server) = configuration.mail.clone() else {
        say("mail: none is sent; forgotten passwords are set anew by `volaris account reset`");
        return true;
    };
    let greeted = async { Smtp::new(server.clone())?.greet().await };
    match greeted.await {
        Ok(()) => {
            say(&format!("mail: {server} answers and lets this desk in"));
            true
        }
        Err(error) => {
            say(&format!("mail: {server}: {error}: look at `mail`, then try `volaris mail test`"));
            false
        }
    }
}

/// Below so much a database may not be able to finish what it writes.
const DISK_MIN: u64 = 200_000_000;

fn examine_disk(configuration: &Configuration) -> bool {
    let Some(left) = disk_left(&configuration.data) else { return true };
    let told = bytes(left);
    let is_enough = DISK_MIN <= left;
    match is_enough {
        true => say(&format!("disk: {told} left")),
        false => say(&format!("disk: {told} left: make room, or nothing more can be kept")),
    }
    is_enough
}

#[cfg(unix)]
fn examine_permissions(configuration: &Configuration) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let file = configuration.data.join("volaris.db");
    let Ok(facts) = std::fs::metadata(&file) else { return true };
    let mode = facts.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        say("permissions: only you can read the database");
        return true;
    }
    say(&format!(
        "permissions: others can read {} ({mode:o}): run chmod 600 on it",
        file.display()
    ));
    false
}

#[cfg(not(unix))]
fn examine_permissions(_: &Configuration) -> bool {
    true
}
