//! A PostgreSQL server for one test program, with a fresh database for each test.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex};

/// Starts a server on `$1`, says so, and ends it when nobody holds the other end of its input any
/// more: a test program that was killed leaves no server behind.
const SUPERVISE: &str = r#"
folder=$(mktemp -d "${TMPDIR:-/tmp}/volaris-postgres-XXXXXX") || exit 1
trap 'rm -rf "$folder"' EXIT
if ! initdb --pgdata="$folder/data" --username=volaris --auth=trust --encoding=UTF8 --no-locale \
    --no-sync >"$folder/log" 2>&1; then
  cat "$folder/log" >&2
  exit 1
fi
postgres -D "$folder/data" -p "$1" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
  -c fsync=off -c max_connections=300 </dev/null >>"$folder/log" 2>&1 &
server=$!
until pg_isready --quiet --host=127.0.0.1 --port="$1"; do
  if ! kill -0 "$server" 2>/dev/null; then
    cat "$folder/log" >&2
    exit 1
  fi
  sleep 0.05
done
echo ready
cat >/dev/null
kill -INT "$server"
wait "$server"
"#;

/// The server of this test program, started by the first test that asks.
static SERVER: LazyLock<Result<Server, String>> = LazyLock::new(Server::start);
/// Counts the databases.
static NEXT: AtomicU32 = AtomicU32::new(0);

struct Server {
    port: u16,
    programs: PathBuf,
    /// Held so that its input stays open until this program ends.
    #[cfg_attr(not(test), expect(dead_code, reason = "held, not used"))]
    supervisor: Mutex<Child>,
}

/// The address of a new, empty database on a real server.
///
/// # Errors
///
/// When PostgreSQL is not installed or does not start: what to do about it.
pub fn fresh_database() -> Result<String, String> {
    let server = SERVER.as_ref().map_err(Clone::clone)?;
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let port = server.port.to_string();
    let mut command = Command::new(server.programs.join("createdb"));
    command.args(["--host=127.0.0.1", "--username=volaris", "--port", &port, &name]);
    let output = command.output().map_err(|error| format!("createdb: {error}"))?;
    if !output.status.success() {
        return Err(format!("createdb: {}", String::from_utf8_lossy(&output.stderr)));
    }
    Ok(format!("postgres://volaris@127.0.0.1:{port}/{name}"))
}

impl Server {
    fn start() -> Result<Self, String> {
        let programs = programs().ok_or(
            "PostgreSQL's `initdb` is neither in PATH nor in /usr/lib/postgresql: \
             `apt-get install postgresql` brings it",
        )?;
        let port = free_port().map_err(|error| format!("no free port: {error}"))?;
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(programs.clone()).chain(std::env::split_paths(&path));
        let mut command = shell();
        command.args(["-c", SUPERVISE, "sh", &port.to_string()]);
        command.env("PATH", std::env::join_paths(folders).map_err(|error| error.to_string())?);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut supervisor =
            command.spawn().map_err(|error| format!("the server's shell: {error}"))?;
        let mut said = String::new();
        if let Some(stdout) = supervisor.stdout.take() {
            let _ = BufReader::new(stdout).read_line(&mut said);
        }
        if said.trim() != "ready" {
            let mut why = String::new();
            if let Some(mut stderr) = supervisor.stderr.take() {
                let _ = stderr.read_to_string(&mut why);
            }
            return Err(format!("PostgreSQL did not start: {why}"));
        }
        Ok(Self { port, programs, supervisor: Mutex::new(supervisor) })
    }

    /// Ends the server; for the test of this module.
    #[cfg(test)]
    fn stop(&self) -> std::io::Result<std::process::ExitStatus> {
        let mut supervisor =
            self.supervisor.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        drop(supervisor.stdin.take());
        supervisor.wait()
    }
}

/// PostgreSQL refuses to run as root.
fn shell() -> Command {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let is_root = std::fs::metadata("/proc/self").is_ok_and(|facts| facts.uid() == 0);
        if is_root {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--", "sh"]).current_dir("/");
            // Root's own temporary folder may be closed to everybody else.
            command.env_remove("TMPDIR");
            return command;
        }
    }
    Command::new("sh")
}

/// The folder of `initdb`; Debian keeps it outside of everybody's way.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok().into_iter().flatten().flatten();
    let mut installed: Vec<PathBuf> = versions.map(|entry| entry.path().join("bin")).collect();
    installed.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let has = |folder: &Path| folder.join("initdb").exists() && folder.join("createdb").exists();
    installed.into_iter().rev().chain(std::env::split_paths(&path)).find(|folder| has(folder))
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_ends_with_its_program_and_leaves_nothing() {
        let server = Server::start().expect("PostgreSQL starts");
        assert!(std::net::TcpStream::connect(("127.0.0.1", server.port)).is_ok());
        server.stop().expect("the shell ends");
        assert!(std::net::TcpStream::connect(("127.0.0.1", server.port)).is_err());
    }
}
