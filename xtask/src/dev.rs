//! `dev`: rebuilds, restarts and reloads whenever a file changes. The browser is told from outside,
//! by its debugging port, so the pages need no reload script and keep their strict policy.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, ExitCode, Stdio};
use std::time::{Duration, SystemTime};

use anyhow::bail;

use crate::browser_build::{self, Audience, files_below};
use crate::project::{Project, Speed};
use crate::{machine, run, server_build};

const WATCHED: &[&str] =
    &["app", "frontend", "server", "crates", "style", "public", "migrations", "Leptos.toml"];
const WATCH_POLL: Duration = Duration::from_millis(400);

/// Runs until it is interrupted.
pub(crate) fn dev(project: &Project, passed_on: &[String]) -> anyhow::Result<ExitCode> {
    let listen = run::listen(project, passed_on);
    let address = format!("http://{listen}/");
    let mut seen = snapshot(project)?;
    let mut server = Some(start(project, passed_on, &listen)?);
    println!("\n  {address} follows your files (Ctrl-C ends it)\n");
    let mut browser = open_browser(project, &address);
    loop {
        std::thread::sleep(WATCH_POLL);
        let now = snapshot(project)?;
        if now == seen {
            continue;
        }
        seen = now;
        // The old server keeps answering until the new one is built.
        let built = browser_build::build(project, Audience::Programmer)
            .and_then(|()| server_build::build(project, Speed::Quick));
        if let Err(error) = built {
            println!("\n  {error:#}\n  waiting for the next change\n");
            continue;
        }
        if let Some(mut old) = server.take() {
            // Gone already, or gone now.
            let _ = old.kill();
            let _ = old.wait();
        }
        match start(project, passed_on, &listen) {
            Ok(child) => server = Some(child),
            Err(error) => println!("\n  {error:#}\n  waiting for the next change\n"),
        }
        reload(&mut browser);
    }
}

fn start(project: &Project, passed_on: &[String], listen: &str) -> anyhow::Result<Child> {
    browser_build::build(project, Audience::Programmer)?;
    let binary = server_build::build(project, Speed::Quick)?;
    let mut child = run::server(project, &binary, passed_on).spawn()?;
    run::await_health(listen, || match child.try_wait()? {
        Some(status) => bail!("the server ended before it answered: {status}"),
        None => Ok(()),
    })?;
    Ok(child)
}

/// A browser of its own, which reloads at every line it reads; none without a display.
fn open_browser(project: &Project, address: &str) -> Option<Child> {
    if !machine::has_display() {
        return None;
    }
    let open = || -> anyhow::Result<Child> {
        machine::ensure_node_packages(&project.end2end())?;
        let browser = machine::ensure_browser()?;
        let mut node = machine::node(project)?;
        node.args(["dev.mjs", address]).env("CHROMIUM", browser).stdin(Stdio::piped());
        Ok(node.spawn()?)
    };
    open().inspect_err(|error| println!("  open {address} yourself: {error:#}")).ok()
}

fn reload(browser: &mut Option<Child>) {
    let is_told = browser
        .as_mut()
        .and_then(|child| child.stdin.as_mut())
        .is_some_and(|stdin| stdin.write_all(b"reload\n").and_then(|()| stdin.flush()).is_ok());
    // Closed by the person: there is nothing to reload any more.
    if !is_told {
        *browser = None;
    }
}

fn snapshot(project: &Project) -> anyhow::Result<BTreeMap<PathBuf, SystemTime>> {
    let mut times = BTreeMap::new();
    for name in WATCHED {
        let path = project.root.join(name);
        let files = if path.is_file() { vec![path] } else { files_below(&path)? };
        for file in files {
            // Editors replace files: one may be gone for a moment.
            if let Ok(time) = std::fs::metadata(&file).and_then(|facts| facts.modified()) {
                times.insert(file, time);
            }
        }
    }
    Ok(times)
}
