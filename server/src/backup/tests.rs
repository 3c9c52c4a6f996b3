//! What is backed up comes back, and what is not whole is told.

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
    let (copy, rows) = look_through(&here, &file, BrokenLog::Refused).await.expect("whole");
    copy.close().await;
    assert_eq!(rows, 1);
}

#[tokio::test]
async fn a_desk_that_runs_at_another_address_is_not_moved() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = desk_in(folder.path(), None);
    let running = open_database(&here).await.expect("a database");
    let address = testkit::postgres::fresh_database().unwrap_or_else(|why| panic!("{why}"));
    let refused = move_to(&here, &address).await.expect_err("it is open");
    assert!(format!("{refused:#}").contains("open, stop it first"), "{refused:#}");
    running.close().await;
    move_to(&here, &address).await.expect("moved");
}

#[tokio::test]
async fn of_a_backup_that_cannot_be_put_in_its_place_no_copy_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = desk_in(&folder.path().join("here"), None);
    let running = open_database(&here).await.expect("a database");
    let file = folder.path().join("backup.db");
    back_up(&here, Some(&file)).await.expect("backed up");
    let copy = copy_of(&here.data);
    std::fs::copy(&file, &copy).expect("copied");
    let browser = put_in_place(&here).await.expect_err("something has it open");
    assert!(browser.to_string().contains("open, stop it first"), "{browser:#}");
    assert!(!copy.exists());
    restore(&here, &file, BrokenLog::Refused).await.expect_err("something has it open");
    assert!(!copy.exists());
    running.close().await;
    let address = "postgres://nobody@127.0.0.1:1/nothing".to_owned();
    let there = Configuration { database: Some(address), ..here };
    restore(&there, &file, BrokenLog::Refused).await.expect_err("no server");
    assert!(!copy.exists());
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

#[tokio::test]
async fn a_broken_log_is_told_when_it_is_backed_up_and_restored_by_who_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = desk_in(&folder.path().join("here"), None);
    let database = open_database(&here).await.expect("a database");
    write_something(&database, database.version_known()).await;
    database.close().await;
    let whole = folder.path().join("whole.db");
    assert_eq!(back_up(&here, Some(&whole)).await.expect("written"), ExitCode::SUCCESS);
    // As somebody would who has the file, and not the seal.
    let place = here.data.join("volaris.db");
    let mut bytes = std::fs::read(&place).expect("read");
    let devices = bytes.windows(7).enumerate().filter(|(_, bytes)| *bytes == b"Firefox");
    let devices: Vec<usize> = devices.map(|(place, _)| place).collect();
    devices.iter().for_each(|place| bytes[place + 4] = b'b');
    std::fs::write(&place, &bytes).expect("written");
    let broken = folder.path().join("broken.db");
    assert_eq!(back_up(&here, Some(&broken)).await.expect("written"), ExitCode::FAILURE);
    let told = check_log(&broken).await.expect_err("it is broken");
    let told = format!("{told:#}");
    assert!(told.contains("--with-broken-log") && told.contains("entry 1 "), "{told}");
    let there = desk_in(&folder.path().join("there"), None);
    let refused = restore(&there, &broken, BrokenLog::Refused).await.expect_err("broken");
    assert!(format!("{refused:#}").contains("--with-broken-log"), "{refused:#}");
    assert!(!copy_of(&there.data).exists() && !there.data.join("volaris.db").exists());
    restore(&there, &broken, BrokenLog::Taken).await.expect("restored");
    let database = open_database(&there).await.expect("a database");
    let theme = database.setting(&OwnerId::local(), "theme").await.expect("read");
    assert_eq!(theme.as_deref(), Some("dark"));
    database.close().await;
}

#[cfg(unix)]
#[test]
fn the_timer_takes_away_what_was_cut_short_and_a_months_backups() {
    let folder = tempfile::tempdir().expect("a folder");
    let all = [
        ("volaris-20261126-104500.db.unfinished", 25, false),
        ("volaris-20261126-104500.db.unfinished-wal", 25, false),
        ("before-version-9-20261126-104500.db.unfinished", 25, false),
        ("volaris-20261127-104500.db.unfinished", 23, true),
        ("volaris-20261126-104500.db", 25, true),
        ("volaris-20261020-104500.db", 32 * 24, false),
        ("before-version-9-20261020-104500.db", 32 * 24, true),
    ];
    let age = |hours: u64| now().0.unsigned_abs() / 1_000_000 - hours * 3_600;
    for (name, hours, _) in all {
        let file = std::fs::File::create(folder.path().join(name)).expect("written");
        let at = std::time::UNIX_EPOCH + Duration::from_secs(age(hours));
        file.set_modified(at).expect("an age");
    }
    let unit = include_str!("../../../docs/hosting/volaris-backup.service");
    let commands = unit.lines().filter_map(|line| line.split_once("/usr/bin/find "));
    for (_, words) in commands {
        let words = words.split(' ').map(|word| match word {
            "/var/lib/volaris/backups" => folder.path().as_os_str(),
            word => word.as_ref(),
        });
        let ended = std::process::Command::new("find").args(words).status().expect("run");
        assert!(ended.success());
    }
    for (name, _, stays) in all {
        assert_eq!(folder.path().join(name).exists(), stays, "{name}");
    }
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
    let fresh = || Some(testkit::postgres::fresh_database().unwrap_or_else(|why| panic!("{why}")));
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
        restore(&restored, file, BrokenLog::Refused).await.expect("restored");
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
