//! `volaris backup`, `volaris restore`, `volaris move`: everything that is kept, to a file, back
//! from it, and to a server.

mod alone;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, ensure};
use desk::{AuditStore, StoreError};
use store::{CopiedTable, Database, DatabaseUrl, Migration, remove_file};
use tokio::time::timeout;
use tracing::{info, warn};

use crate::clock::now;
use crate::commands::{complain, say};
use crate::configuration::Configuration;
use crate::doctor::{open_database, url};
use crate::private_file;
use alone::ensure_nothing_listens;
pub(crate) use alone::open_alone;

/// What a backup's name begins with that is made before the tables change.
const BEFORE: &str = "before-version-";
/// How long nothing is said of waiting for another server.
const QUIET_MAX: Duration = Duration::from_secs(2);
/// How long whoever has a file open may take to close it.
const CLOSE_MAX: Duration = Duration::from_secs(5);
/// How long another server may change the tables.
const WAIT_MAX: Duration = Duration::from_secs(600);

/// What a file's name says of when it was made: `20261126-104500`, in UTC.
fn stamp() -> String {
    let at = now().to_string();
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let (date, time) = at.split_once('T').unwrap_or((&at, ""));
    let time: String = digits(time).chars().take(6).collect();
    format!("{}-{time}", digits(date))
}

fn folder_of_backups(configuration: &Configuration) -> PathBuf {
    configuration.data.join("backups")
}

/// Refuses where nothing was ever kept: whoever forgot to name the desk's folder is not given an
/// empty desk in its place.
pub(crate) fn ensure_is_there(configuration: &Configuration) -> anyhow::Result<()> {
    if let DatabaseUrl::File(place) = url(configuration) {
        ensure!(
            place.exists(),
            "there is no desk in {}: name its folder by --data or VOLARIS_DATA",
            configuration.data.display()
        );
    }
    Ok(())
}

/// `volaris backup`. The desk may run meanwhile.
pub(crate) async fn back_up(
    configuration: &Configuration,
    file: Option<&Path>,
) -> anyhow::Result<ExitCode> {
    ensure_is_there(configuration)?;
    let named = folder_of_backups(configuration).join(format!("volaris-{}.db", stamp()));
    let file = file.unwrap_or(&named);
    let url = url(configuration);
    let database = Database::open(&url).await.with_context(|| format!("{url:?} cannot be read"))?;
    let rows = database.back_up(file).await;
    database.close().await;
    let rows = rows.with_context(|| format!("the backup {} was not made", file.display()))?;
    let rows = rows.map_or(String::new(), |rows| format!(", {rows} rows"));
    say(&format!(
        "everything is in {}{rows}, and was looked through\nwhat is sealed in it (second factors) \
         opens with {} alone: keep both, apart",
        file.display(),
        configuration.data.join("volaris.key").display()
    ));
    match check_log(file).await {
        Ok(()) => Ok(ExitCode::SUCCESS),
        // It is kept: what else is in it may be needed before anybody has looked.
        Err(problem) => {
            complain(&problem);
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Refuses a backup whose audit log is not as it was written, as a restore would on the day that
/// it is needed. A log of an earlier version is looked at by the one that wrote it.
async fn check_log(file: &Path) -> anyhow::Result<()> {
    let copy = Database::open(&DatabaseUrl::File(file.to_owned())).await?;
    let checked = async {
        if copy.version().await? == copy.version_known() {
            copy.check_audit().await?;
        }
        Ok::<_, StoreError>(())
    };
    let checked = checked.await;
    copy.close().await;
    checked.with_context(|| {
        format!(
            "WARNING: the audit log in {0} is not as it was written. An earlier backup may have \
             it whole: keep that. This one comes back by `volaris restore --with-broken-log {0}` \
             alone",
            file.display()
        )
    })
}

/// What becomes of a backup whose audit log is not as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BrokenLog {
    /// It is not restored.
    Refused,
    /// It is restored, as whoever asks for it says.
    Taken,
}

/// What came of bringing the tables up to this version.
pub(crate) struct Migrated {
    /// The version that was there; 0 for none.
    pub(crate) before: i64,
    /// The one that is there.
    pub(crate) after: i64,
    /// Where everything is as it was before, if anything was.
    pub(crate) kept: Option<PathBuf>,
}

/// Brings the tables up to this version, and keeps what an older one has before.
pub(crate) async fn migrate(
    configuration: &Configuration,
    database: &Database,
) -> anyhow::Result<Migrated> {
    let why = "the database cannot be brought up to this version";
    // From here on no other server migrates: what is kept is what is changed.
    let migration = begin(database).await.context(why)?;
    let (before, known) = (migration.before(), database.version_known());
    let mut kept = None;
    if 0 < before && before < known {
        let name = format!("{BEFORE}{known}-{}.db", stamp());
        let folder = folder_of_backups(configuration);
        // Of starts that were cut short: whoever makes one now is the only one.
        remove_unfinished(&folder).context("the folder of backups cannot be tidied")?;
        let file = folder.join(name);
        info!(file = %file.display(), "backing up before going from version {before} to {known}");
        let made = migration.back_up(&file).await;
        made.context("the database is of an older version, and could not be backed up first")?;
        kept = Some(file);
    }
    let ran = migration.run().await;
    if ran.is_err()
        && let Some(file) = &kept
        && database.version().await.is_ok_and(|version| version == before)
    {
        // Nothing was changed: a service that is started again and again would fill the disk.
        if let Err(error) = remove_file(file) {
            warn!("{} could not be taken away: {error}", file.display());
        }
    }
    Ok(Migrated { before, after: ran.context(why)?, kept })
}

/// Waits until nobody else changes the tables, and says so where that takes long.
async fn begin(database: &Database) -> anyhow::Result<Migration<'_>> {
    let begun = database.begin_migration();
    tokio::pin!(begun);
    if let Ok(begun) = timeout(QUIET_MAX, &mut begun).await {
        return Ok(begun?);
    }
    warn!("another server changes the tables of this database: waiting until it has");
    let begun = timeout(WAIT_MAX, begun).await;
    Ok(begun
        .context("another server has changed the tables for ten minutes: look what it does")??)
}

fn remove_unfinished(folder: &Path) -> std::io::Result<()> {
    let Ok(files) = std::fs::read_dir(folder) else { return Ok(()) };
    for file in files {
        let file = file?;
        let name = file.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(BEFORE) && name.contains(".unfinished") {
            std::fs::remove_file(file.path())?;
        }
    }
    Ok(())
}

/// `volaris restore`: looks the file through, then puts it in the place of what there is.
pub(crate) async fn restore(
    configuration: &Configuration,
    file: &Path,
    broken_log: BrokenLog,
) -> anyhow::Result<ExitCode> {
    let _address = ensure_nothing_listens(configuration)?;
    let (restored, rows) = look_through(configuration, file, broken_log).await?;
    let place = put(configuration, restored).await;
    // Of what was not put in its place nobody knows that it lies there.
    let removed = remove_file(&copy_of(&configuration.data));
    say(&format!("{rows} rows are restored to {}", place?));
    removed?;
    Ok(ExitCode::SUCCESS)
}

/// Puts what was looked through where the desk's database is; says where that is.
async fn put(configuration: &Configuration, restored: Database) -> anyhow::Result<String> {
    match url(configuration) {
        DatabaseUrl::File(place) => {
            restored.close().await;
            let kept = exchange(&place, &copy_of(&configuration.data)).await?;
            let kept = kept.map_or(String::new(), |kept| {
                format!("\nwhat was there before is in {}", kept.display())
            });
            Ok(format!("{}{kept}", place.display()))
        }
        DatabaseUrl::Server(_) => {
            let copied = async {
                let database = open_database(configuration).await?;
                let copied = restored.copy_into(&database).await;
                database.close().await;
                copied.context("nothing was restored: point `database` at an empty one")
            };
            let copied = copied.await;
            restored.close().await;
            copied.map(|_| "the PostgreSQL server".to_owned())
        }
    }
}

/// Where a backup is looked through.
pub(crate) fn copy_of(data: &Path) -> PathBuf {
    data.join("volaris.db.restored")
}

/// Puts a copy that was looked through in the place of the desk's file, while nothing has that
/// open; takes the copy away where that fails.
pub(crate) async fn put_in_place(configuration: &Configuration) -> anyhow::Result<()> {
    let DatabaseUrl::File(place) = url(configuration) else {
        anyhow::bail!("a server's database is restored by volaris restore");
    };
    let copy = copy_of(&configuration.data);
    let exchanged = exchange(&place, &copy).await;
    remove_file(&copy)?;
    let kept = exchanged?.map_or_else(|| "nowhere".to_owned(), |kept| kept.display().to_string());
    info!(kept, "a backup is restored; what was there before is in {kept}");
    Ok(())
}

/// What SQLite keeps beside a file ends so.
const LOGS: [&str; 2] = ["-wal", "-shm"];

/// A file beside another one.
fn beside(place: &Path, end: &str) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// A copy of a backup, whole and of this version, and how many rows it has. The file itself is only
/// read.
async fn look_through(
    configuration: &Configuration,
    file: &Path,
    broken_log: BrokenLog,
) -> anyhow::Result<(Database, u64)> {
    let copy = copy_of(&configuration.data);
    remove_file(&copy)?;
    let bytes =
        std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    // The machine may be a new one.
    private_file::make_folder(&configuration.data)
        .and_then(|()| private_file::write_bytes(&copy, &bytes))
        .with_context(|| format!("{} cannot be written", copy.display()))?;
    let looked = look_at(&copy, broken_log).await;
    looked.with_context(|| format!("{} was not restored, nothing was changed", file.display()))
}

/// A copy of a backup, brought to this version, and how many rows it has; none is left that is not
/// whole.
pub(crate) async fn look_at(copy: &Path, broken_log: BrokenLog) -> anyhow::Result<(Database, u64)> {
    let looked = async {
        let database = Database::open(&DatabaseUrl::File(copy.to_owned())).await;
        let database = database.context("it is no backup of Volaris, or was cut short")?;
        database.check_integrity().await.context("it is damaged, or was cut short")?;
        let version = database.version().await.context("it is damaged")?;
        ensure!(0 < version, "it is no backup of Volaris");
        database.migrate().await?;
        match database.check_audit().await {
            Err(StoreError::Damaged { why, .. }) if broken_log == BrokenLog::Taken => {
                warn!("the audit log is not as it was written: {why}");
            }
            checked => {
                checked.context(
                    "its audit log is not as it was written: restore an earlier backup, or this \
                     one all the same by `volaris restore --with-broken-log`",
                )?;
            }
        }
        // Who was signed out since is not signed in again by it.
        database.end_sign_ins().await?;
        let rows = database.count().await?;
        Ok::<_, anyhow::Error>((database, rows))
    };
    let looked = looked.await;
    if looked.is_err() {
        remove_file(copy)?;
    }
    looked
}

/// Waits until nobody has a database open: a connection outside of a pool may still be closing, and
/// the last one takes the logs away.
async fn wait_until_closed(place: &Path) -> anyhow::Result<()> {
    let is_open = || LOGS.iter().any(|end| beside(place, end).exists());
    let closed = async {
        while is_open() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(CLOSE_MAX, closed).await.with_context(|| {
        format!("nothing was changed: something has {} open, stop it first", place.display())
    })
}

/// Puts a database in the place of another one; where the other one is, if there was one.
async fn exchange(place: &Path, fresh: &Path) -> anyhow::Result<Option<PathBuf>> {
    let mut kept = None;
    if place.exists() {
        // What its log has goes into the file. One that cannot be opened keeps its log beside it.
        if let Ok(old) = Database::open(&DatabaseUrl::File(place.to_owned())).await {
            old.close().await;
            wait_until_closed(place).await?;
        }
        let aside = beside(place, &format!(".before-{}", stamp()));
        for end in LOGS {
            if beside(place, end).exists() {
                std::fs::rename(beside(place, end), beside(&aside, end))?;
            }
        }
        // A second name first: at no moment is there nothing in the place.
        std::fs::hard_link(place, &aside).or_else(|_| std::fs::copy(place, &aside).map(|_| ()))?;
        kept = Some(aside);
    }
    std::fs::rename(fresh, place)?;
    #[cfg(unix)]
    if let Some(folder) = place.parent() {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(kept)
}

/// `volaris move`: into an empty PostgreSQL database.
pub(crate) async fn move_to(configuration: &Configuration, to: &str) -> anyhow::Result<ExitCode> {
    ensure!(configuration.database.is_none(), "the desk is on a server already: use its own tools");
    ensure!(to.starts_with("postgres"), "`--to` is no address of a server: postgres://…");
    ensure_is_there(configuration)?;
    let (from, _alone) = open_alone(configuration).await?;
    let into = Database::open(&DatabaseUrl::Server(to.to_owned())).await?;
    into.migrate().await?;
    let copied = from.copy_into(&into).await;
    from.close().await;
    into.close().await;
    let copied = copied.context("nothing was moved")?;
    for CopiedTable { name, rows, hash } in &copied {
        say(&format!("{name:>16} {rows:>9} rows  {}", &hash[..16]));
    }
    say(
        "all of it arrived, with the same hashes on both sides. Set `database` to that address and \
         start the desk; the file stays as it is",
    );
    Ok(ExitCode::SUCCESS)
}
