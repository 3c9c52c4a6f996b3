//! What the machine must have besides Rust: the WASM target, Node's packages, a browser, PostgreSQL
//! and NATS. Installs what it may, and else says the one command that does.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use crate::command::must;
use crate::project::Project;

/// Adds the browser's target where rustup says that it is missing.
pub(crate) fn ensure_wasm_target() -> anyhow::Result<()> {
    let output = Command::new("rustc").args(["--print", "sysroot"]).output()?;
    let sysroot = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    if sysroot.join("lib/rustlib/wasm32-unknown-unknown").is_dir() {
        return Ok(());
    }
    must(Command::new("rustup").args(["target", "add", "wasm32-unknown-unknown"]))
        .context("the browser's target is missing: `rustup target add wasm32-unknown-unknown`")
}

/// Node, in the folder of the browser tests.
pub(crate) fn node(project: &Project) -> anyhow::Result<Command> {
    let Some(node) = on_path("node") else {
        bail!("`node` is missing: install Node.js 20 or later");
    };
    let mut command = Command::new(node);
    command.current_dir(project.end2end());
    Ok(command)
}

/// Installs the packages that a folder's lock file names, when they are missing or older than it.
pub(crate) fn ensure_node_packages(folder: &Path) -> anyhow::Result<()> {
    let age = |path: PathBuf| fs::metadata(path).and_then(|facts| facts.modified()).ok();
    // npm writes this file last, so a broken installation does not count as one.
    let installed = age(folder.join("node_modules/.package-lock.json"));
    let asked_for = age(folder.join("package-lock.json")).context("the lock file is missing")?;
    if installed.is_some_and(|installed| asked_for <= installed) {
        return Ok(());
    }
    let Some(npm) = on_path("npm") else {
        bail!("`npm` is missing: install Node.js 20 or later");
    };
    must(Command::new(npm).args(["ci", "--no-audit", "--no-fund"]).current_dir(folder))
}

/// The browser in which pages are tested.
pub(crate) fn ensure_browser() -> anyhow::Result<PathBuf> {
    if let Some(found) = browser() {
        return Ok(found);
    }
    install("chromium").context("no Chromium or Chrome is installed")?;
    browser().context("Chromium was installed, but not where it is looked for: set CHROMIUM")
}

fn browser() -> Option<PathBuf> {
    if let Some(chosen) = env::var_os("CHROMIUM") {
        return Some(PathBuf::from(chosen));
    }
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let places = [
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        r"C:\Program Files\Google\Chrome\Application\chrome.exe",
        r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
        r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    ];
    names
        .into_iter()
        .find_map(on_path)
        .or_else(|| places.into_iter().map(PathBuf::from).find(|path| path.exists()))
}

/// The folder of `initdb` and `pg_ctl`, with which the store's tests start a database.
pub(crate) fn ensure_postgres() -> anyhow::Result<PathBuf> {
    if let Some(found) = postgres() {
        return Ok(found);
    }
    install("postgresql").context("PostgreSQL's `initdb` is missing")?;
    postgres().context("PostgreSQL was installed, but not where it is looked for: put it in PATH")
}

fn postgres() -> Option<PathBuf> {
    let program = format!("initdb{}", env::consts::EXE_SUFFIX);
    let debian = || {
        let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
        let mut folders: Vec<_> =
            versions.flatten().map(|version| version.path().join("bin")).collect();
        folders.sort();
        folders.into_iter().rev().find(|folder| folder.join(&program).exists())
    };
    on_path("initdb").and_then(|path| path.parent().map(Path::to_owned)).or_else(debian)
}

/// The folder of NATS's server, by which the servers of one desk talk to each other.
pub(crate) fn ensure_nats() -> anyhow::Result<PathBuf> {
    if let Some(found) = nats() {
        return Ok(found);
    }
    install("nats-server").context("NATS's server is missing")?;
    nats().context("NATS was installed, but not where it is looked for: put it in PATH")
}

fn nats() -> Option<PathBuf> {
    let program = format!("nats-server{}", env::consts::EXE_SUFFIX);
    let debian = Some(PathBuf::from("/usr/sbin")).filter(|folder| folder.join(program).exists());
    on_path("nats-server").and_then(|path| path.parent().map(Path::to_owned)).or(debian)
}

fn install(package: &str) -> anyhow::Result<()> {
    let remedy = match env::consts::OS {
        "macos" => format!("brew install {package}"),
        "windows" => format!("install {package} and put it in PATH"),
        _ => format!("sudo apt-get install -y {package}"),
    };
    let Some(apt) = on_path("apt-get").filter(|_| is_root()) else {
        bail!("to install it: `{remedy}`");
    };
    println!("  installing {package}: it is needed by the tests");
    must(Command::new(&apt).args(["update", "--quiet"]).stdout(Stdio::null()))?;
    must(
        Command::new(&apt)
            .args(["install", "--yes", "--quiet", "--no-install-recommends", package])
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdout(Stdio::null()),
    )
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// Whether a window can be opened.
pub(crate) fn has_display() -> bool {
    if cfg!(any(target_os = "macos", windows)) {
        return env::var_os("CI").is_none();
    }
    env::var_os("DISPLAY").is_some() || env::var_os("WAYLAND_DISPLAY").is_some()
}

/// Opens an address in the person's own browser. Nothing depends on it.
pub(crate) fn open_address(address: &str) {
    let (program, before): (&str, &[&str]) = match env::consts::OS {
        "macos" => ("open", &[]),
        "windows" => ("cmd", &["/C", "start", ""]),
        _ => ("xdg-open", &[]),
    };
    let mut command = Command::new(program);
    command.args(before).arg(address).stdout(Stdio::null()).stderr(Stdio::null());
    if command.spawn().is_err() {
        println!("  no browser could be opened: open {address} yourself");
    }
}

/// A program of this name, if it can be started by name.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let suffixes: &[&str] = if cfg!(windows) { &[".exe", ".cmd"] } else { &[""] };
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .flat_map(|folder| {
            suffixes.iter().map(move |suffix| folder.join(format!("{name}{suffix}")))
        })
        .find(|path| path.is_file())
}
