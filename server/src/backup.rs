//! `volaris backup`, `volaris restore`, `volaris move`: everything that is kept, to a file, back
//! from it, and to a server.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, ensure};
use desk::AuditStore;
use store::{CopiedTable, Database, DatabaseUrl, Migration, remove_file};
use tokio::time::timeout;
use tracing::{info, warn};

use crate::clock::now;
use crate::commands::say;
use crate::configuration::Configuration;
use crate::doctor::{open_database, url};
use crate::private_file;

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
    Ok(ExitCode::SUCCESS)
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

/// Refuses while the desk runs: what it writes meanwhile would be lost.
pub(crate) fn ensure_nothing_listens(configuration: &Configuration) -> anyhow::Result<()> {
    let listen = configuration.listen;
    let is_free = TcpListener::bind(listen).is_ok();
    ensure!(
        is_free,
        "something listens on {listen}: stop the desk first, so that it writes nothing"
    );
    Ok(())
}

/// `volaris restore`: looks the file through, then puts it in the place of what there is.
pub(crate) async fn restore(
    configuration: &Configuration,
    file: &Path,
) -> anyhow::Result<ExitCode> {
    ensure_nothing_listens(configuration)?;
    let (restored, rows) = look_through(configuration, file).await?;
    match url(configuration) {
        DatabaseUrl::File(place) => {
            restored.close().await;
            let kept = exchange(&place, &copy_of(&configuration.data)).await?;
            let kept = kept.map_or(String::new(), |kept| {
                format!("\nwhat was there before is in {}", kept.display())
            });
            say(&format!("{rows} rows are restored to {}{kept}", place.display()));
        }
        DatabaseUrl::Server(_) => {
            let database = open_database(configuration).await?;
            let copied = restored.copy_into(&database).await;
            restored.close().await;
            database.close().await;
            remove_file(&copy_of(&configuration.data))?;
            copied.context("nothing was restored: point `database` at an empty one")?;
            say(&format!("{rows} rows are restored to the PostgreSQL server"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Where a backup is looked through.
pub(crate) fn copy_of(data: &Path) -> PathBuf {
    data.join("volaris.db.restored")
}

/// Puts a copy that was looked through in the place of the desk's file, while nothing has that
/// open.
pub(crate) async fn put_in_place(configuration: &Configuration) -> anyhow::Result<()> {
    let DatabaseUrl::File(place) = url(configuration) else {
        anyhow::bail!("a server's database is restored by volaris restore");
    };
    let kept = exchange(&place, &copy_of(&configuration.data)).await?;
    let kept = kept.map_or_else(|| "nowhere".to_owned(), |kept| kept.display().to_string());
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
) -> anyhow::Result<(Database, u64)> {
    let copy = copy_of(&configuration.data);
    remove_file(&copy)?;
    let bytes =
        std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    // The machine may be a new one.
    private_file::make_folder(&configuration.data)
        .and_then(|()| private_file::write_bytes(&copy, &bytes))
        .with_context(|| format!("{} cannot be written", copy.display()))?;
    let looked = look_at(&copy).await;
    looked.with_context(|| format!("{} was not restored, nothing was changed", file.display()))
}

/// A copy of a backup, brought to this version, and how many rows it has; none is left that is not
/// whole.
pub(crate) async fn look_at(copy: &Path) -> anyhow::Result<(Database, u64)> {
    let looked = async {
        let database = Database::open(&DatabaseUrl::File(copy.to_owned())).await;
        let database = database.context("it is no backup of Volaris, or was cut short")?;
        database.check_integrity().await.context("it is damaged, or was cut short")?;
        let version = database.version().await.context("it is damaged")?;
        ensure!(0 < version, "it is no backup of Volaris");
        database.migrate().await?;
        database.check_audit().await?;
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
    ensure_nothing_listens(configuration)?;
    let from = open_database(configuration).await?;
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

#[cfg(test)]
mod tests {
    use desk::{
        Account, AccountStore, AuditEntry, AuditEvent, IdentityStore, LinkedIdentity, OwnerId,
        SettingStore, WatchlistStore,
    };

    use super::*;
    use crate::commands::Settings;
    use crate::desk_of_ada::ada;

    #[test]
    fn a_stamp_is_a_date_and_a_time() {
        let stamp = stamp();
        assert_eq!(stamp.len(), 15, "{stamp}");
        assert!(stamp.chars().all(|one| one.is_ascii_digit() || one == '-'), "{stamp}");
    }

    #[test]
    fn of_starts_that_were_cut_short_nothing_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let all = [
            "before-version-9-20261126-104500.db.unfinished",
            "before-version-9-20261126-104500.db.unfinished-wal",
            "before-version-9-20261126-104400.db",
            "volaris-20261126-104500.db.unfinished",
        ];
        for name in all {
            std::fs::write(folder.path().join(name), "x").expect("written");
        }
        remove_unfinished(folder.path()).expect("removed");
        let left = all.map(|name| folder.path().join(name).exists());
        // A backup that somebody makes by hand at this moment is theirs.
        assert_eq!(left, [false, false, true, true]);
        remove_unfinished(&folder.path().join("nowhere")).expect("nothing to do");
    }

    #[tokio::test]
    async fn a_desk_moves_to_a_server_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let here = desk_in(folder.path(), None);
        let owner = OwnerId::local();
        let database = open_database(&here).await.expect("a database");
        database.write_setting(&owner, "theme", "dark").await.expect("written");
        database.close().await;
        let address = testkit::postgres::fresh_database().unwrap_or_else(|why| panic!("{why}"));
        move_to(&here, "sqlite://x").await.expect_err("no server");
        move_to(&here, &address).await.expect("moved");
        let again = move_to(&here, &address).await.expect_err("it is not empty");
        assert!(format!("{again:#}").contains("not empty"), "{again:#}");
        let there = Configuration { database: Some(address), ..here.clone() };
        let database = open_database(&there).await.expect("the server");
        let theme = database.setting(&owner, "theme").await.expect("read");
        assert_eq!(theme.as_deref(), Some("dark"));
        // From there a backup is a file like any other.
        let file = folder.path().join("of-the-server.db");
        back_up(&there, Some(&file)).await.expect("backed up");
        let (copy, rows) = look_through(&here, &file).await.expect("whole");
        copy.close().await;
        assert_eq!(rows, 1);
    }

    #[tokio::test]
    async fn what_is_still_open_is_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let database = open_database(&desk_in(folder.path(), None)).await.expect("a database");
        let place = folder.path().join("volaris.db");
        assert!(beside(&place, "-wal").exists(), "it is open");
        let (closed, ()) = tokio::join!(wait_until_closed(&place), async {
            tokio::task::yield_now().await;
            database.close().await;
        });
        closed.expect("it closes");
        assert!(LOGS.iter().all(|end| !beside(&place, end).exists()));
    }

    #[tokio::test]
    async fn before_tables_change_what_they_have_is_backed_up() {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = Settings { data: Some(folder.path().to_owned()), ..Settings::default() };
        let configuration = Configuration::load(&settings).expect("a configuration");
        let backups = || std::fs::read_dir(folder_of_backups(&configuration)).map(Iterator::count);
        open_database(&configuration).await.expect("a new one").close().await;
        assert!(backups().is_err(), "there was nothing before");
        std::fs::remove_file(folder.path().join("volaris.db")).expect("removed");
        let old = Database::open(&url(&configuration)).await.expect("a database");
        old.migrate_to(5).await.expect("an older version");
        old.close().await;
        open_database(&configuration).await.expect("migrated").close().await;
        assert_eq!(backups().expect("a folder"), 1);
        open_database(&configuration).await.expect("as it is").close().await;
        assert_eq!(backups().expect("a folder"), 1, "only before something changes");
    }

    /// A desk in a folder of its own, on a server or on a file.
    fn desk_in(folder: &Path, database: Option<String>) -> Configuration {
        let settings = Settings { data: Some(folder.to_owned()), ..Settings::default() };
        let here = Configuration::load(&settings).expect("a configuration");
        Configuration { database, listen: ([127, 0, 0, 1], 0).into(), ..here }
    }

    /// All that is kept, to be compared.
    async fn kept_in(configuration: &Configuration) -> Vec<CopiedTable> {
        let folder = tempfile::tempdir().expect("a folder");
        let copy = open_database(&desk_in(folder.path(), None)).await.expect("a database");
        let database = open_database(configuration).await.expect("a database");
        database.check_audit().await.expect("the log is as it was written");
        let kept = database.copy_into(&copy).await.expect("copied");
        copy.close().await;
        database.close().await;
        kept
    }

    /// Two servers find a database of an earlier version; what they keep of it comes back on a
    /// server and in a file.
    async fn check_server_of(version: i64) {
        let folder = tempfile::tempdir().expect("a folder");
        let fresh =
            || Some(testkit::postgres::fresh_database().unwrap_or_else(|why| panic!("{why}")));
        let place = |name: &str| folder.path().join(name);
        let one = desk_in(&place("one"), fresh());
        let other = desk_in(&place("other"), one.database.clone());
        let old = Database::open(&url(&one)).await.expect("a database");
        old.migrate_to(version).await.expect("an older version");
        write_something(&old, version).await;
        old.close().await;
        let (first, second) = tokio::join!(open_database(&one), open_database(&other));
        for opened in [first, second] {
            opened.expect("migrated").close().await;
        }
        let backups = [&one, &other].into_iter().filter_map(|desk| {
            Some(std::fs::read_dir(folder_of_backups(desk)).ok()?.flatten().map(|file| file.path()))
        });
        let backups: Vec<PathBuf> = backups.flatten().collect();
        let [file] = backups.as_slice() else { panic!("one of them migrates: {backups:?}") };
        assert!(file.to_string_lossy().contains("before-version-"), "{}", file.display());
        let became = kept_in(&one).await;
        assert!(2 < became.iter().map(|table| table.rows).sum::<u64>());
        for restored in [desk_in(&place("file"), None), desk_in(&place("server"), fresh())] {
            restore(&restored, file).await.expect("restored");
            assert_eq!(kept_in(&restored).await, became, "{version}");
        }
        // A server that is up to date is backed up by hand alone.
        let again = migrate(&one, &open_database(&one).await.expect("as it is")).await;
        assert!(again.expect("nothing to do").kept.is_none());
    }

    /// What a desk of that version could have.
    async fn write_something(database: &Database, version: i64) {
        let owner = OwnerId::local();
        for (name, value) in [("theme", "dark"), ("keys", "\u{65e5} ''")] {
            database.write_setting(&owner, name, value).await.expect("written");
        }
        database.write_watchlist(&owner, "Mine", &[market::Symbol::SPX], 9).await.expect("written");
        if version < 16 {
            return;
        }
        let account = Account { owner, password: "hash".to_owned(), ..ada() };
        let id = database.add_first_account(&account).await.expect("written").expect("the first");
        let entry = AuditEntry {
            at: now(),
            account: id.clone(),
            event: AuditEvent::Protected,
            about: String::new(),
            device: "Firefox".to_owned(),
            network: String::new(),
        };
        for event in [AuditEvent::Protected, AuditEvent::SignedIn, AuditEvent::Connected] {
            let entry = AuditEntry { event, ..entry.clone() };
            database.add_audit(&entry).await.expect("written");
        }
        let identity = LinkedIdentity {
            issuer: "https://issuer.example".to_owned(),
            subject: "1".to_owned(),
            account: id,
            linked_at: now(),
        };
        assert!(database.link_identity(&identity).await.expect("written"));
    }

    #[tokio::test]
    async fn before_tables_of_a_server_change_what_they_have_is_backed_up() {
        check_server_of(5).await;
        check_server_of(16).await;
    }
}
