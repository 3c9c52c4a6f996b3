//! `run` and `build`: from a fresh checkout to a page that moves.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context, bail};

use crate::browser_build::{self, Audience};
use crate::project::{Project, Speed};
use crate::{command, machine, server_build};

/// A first start writes years of practice prices before it answers.
const START_MAX: Duration = Duration::from_secs(60);
const START_POLL: Duration = Duration::from_millis(100);

/// Builds both parts and says where the binary is.
pub(crate) fn build(project: &Project, speed: Speed) -> anyhow::Result<ExitCode> {
    browser_build::build(project, Audience::Trader)?;
    let binary = server_build::build(project, speed)?;
    println!("  the server is {}", binary.display());
    Ok(ExitCode::SUCCESS)
}

/// Builds both parts, starts the server, and shows it. Ends when the server does.
pub(crate) fn run(
    project: &Project,
    speed: Speed,
    passed_on: &[String],
) -> anyhow::Result<ExitCode> {
    println!("  building the browser's part and the server: the first time takes minutes");
    browser_build::build(project, Audience::Trader)?;
    let binary = server_build::build(project, speed)?;
    let listen = listen(project, passed_on);
    Command::new(std::env::current_exe()?).args(["announce", &listen]).spawn()?;
    become_server(&mut server(project, &binary, passed_on))
}

/// The server takes this process's place, so that Ctrl-C and whoever waits for us reach it.
#[cfg(unix)]
fn become_server(server: &mut Command) -> anyhow::Result<ExitCode> {
    let error = std::os::unix::process::CommandExt::exec(server);
    Err(error).with_context(|| format!("`{}` cannot be started", command::line(server)))
}

#[cfg(not(unix))]
fn become_server(server: &mut Command) -> anyhow::Result<ExitCode> {
    command::must(server).map(|()| ExitCode::SUCCESS)
}

/// Beside a server that is just starting: says where it is, as soon as it answers.
pub(crate) fn announce(listen: &str) -> anyhow::Result<ExitCode> {
    let server = parent();
    await_health(listen, || {
        // Whoever lost its parent is given another one.
        if parent() != server {
            bail!("the server ended before it answered");
        }
        Ok(())
    })?;
    let address = format!("http://{listen}/");
    println!("\n  the practice market is at {address} (Ctrl-C ends it)\n");
    if machine::has_display() {
        machine::open_address(&address);
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(unix)]
fn parent() -> u32 {
    std::os::unix::process::parent_id()
}

#[cfg(not(unix))]
fn parent() -> u32 {
    0
}

/// The server on the person's terminal, ready to start.
pub(crate) fn server(project: &Project, binary: &Path, passed_on: &[String]) -> Command {
    let mut command = Command::new(binary);
    command.args(passed_on).current_dir(&project.root);
    command
}

/// Where the server will listen: as it was told, or as `Leptos.toml` says.
pub(crate) fn listen(project: &Project, passed_on: &[String]) -> String {
    let told = passed_on.iter().enumerate().find_map(|(at, word)| {
        if word == "--listen" {
            passed_on.get(at + 1).cloned()
        } else {
            word.strip_prefix("--listen=").map(str::to_owned)
        }
    });
    told.or_else(|| std::env::var("VOLARIS_LISTEN").ok())
        .unwrap_or_else(|| project.names.site_addr.clone())
}

/// Waits until the server says that it is well, as long as `is_alive` finds nothing wrong.
pub(crate) fn await_health(
    listen: &str,
    mut is_alive: impl FnMut() -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let started = std::time::Instant::now();
    while started.elapsed() < START_MAX {
        is_alive()?;
        if is_healthy(listen) {
            return Ok(());
        }
        std::thread::sleep(START_POLL);
    }
    bail!("the server did not answer on `{listen}` within {} s", START_MAX.as_secs())
}

fn is_healthy(listen: &str) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(listen)?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        let ask = format!("GET /health HTTP/1.1\r\nHost: {listen}\r\nConnection: close\r\n\r\n");
        stream.write_all(ask.as_bytes())?;
        let mut answer = String::new();
        stream.take(4096).read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_the_one_the_server_was_given() {
        let project = Project::open().expect("Leptos.toml is there");
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(listen(&project, &words("serve --listen 127.0.0.1:1")), "127.0.0.1:1");
        assert_eq!(listen(&project, &words("--listen=127.0.0.1:2")), "127.0.0.1:2");
    }
}
