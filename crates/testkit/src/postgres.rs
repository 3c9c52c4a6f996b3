//! A PostgreSQL server for one test program, with a fresh database for each test.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex};

use crate::ports::free_port;

/// Starts a server on `$1`, says so, stops and starts it as it is told, and ends it when nobody
/// holds the other end of its input any more: a test program that was killed leaves no server
/// behind.
const SUPERVISE: &str = r#"
folder=$(mktemp -d "${TMPDIR:-/tmp}/volaris-postgres-XXXXXX") || exit 1
trap 'rm -rf "$folder"' EXIT
if ! initdb --pgdata="$folder/data" --username=volaris --auth=trust --encoding=UTF8 --no-locale \
    --no-sync >"$folder/log" 2>&1; then
  cat "$folder/log" >&2
  exit 1
fi
port=$1
start() {
  postgres -D "$folder/data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
    -c fsync=off -c max_connections=300 </dev/null >>"$folder/log" 2>&1 &
  server=$!
  until pg_isready --quiet --host=127.0.0.1 --port="$port"; do
    if ! kill -0 "$server" 2>/dev/null; then
      cat "$folder/log" >&2
      exit 1
    fi
    sleep 0.05
  done
  echo ready
}
start
while read -r word; do
  case $word in
  stop)
    kill -QUIT "$server"
    wait "$server"
    echo ready
    ;;
  start) start ;;
  esac
done
kill -INT "$server"
wait "$server"
"#;

/// The server of this test program, started by the first test that asks.
static SERVER: LazyLock<Result<PostgresServer, String>> = LazyLock::new(PostgresServer::start);
/// Counts the databases.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// A server of its own, which ends with this.
pub struct PostgresServer {
    port: u16,
    programs: PathBuf,
    /// Held so that its input stays open until this program ends.
    supervisor: Mutex<Supervisor>,
}

/// The shell that starts and stops it.
struct Supervisor {
    child: Child,
    says: BufReader<ChildStdout>,
}

/// The address of a new, empty database on a real server.
///
/// # Errors
///
/// When PostgreSQL is not installed or does not start: what to do about it.
pub fn fresh_database() -> Result<String, String> {
    SERVER.as_ref().map_err(Clone::clone)?.fresh_database()
}

impl Supervisor {
    /// Waits until it did what it was told.
    fn wait(&mut self) -> Result<(), String> {
        let mut said = String::new();
        let _ = self.says.read_line(&mut said);
        if said.trim() == "ready" {
            return Ok(());
        }
        let mut why = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            let _ = stderr.read_to_string(&mut why);
        }
        Err(format!("PostgreSQL did not start: {why}"))
    }
}

impl PostgresServer {
    /// The address of a new, empty database.
    ///
    /// # Errors
    ///
    /// When the server is stopped.
    pub fn fresh_database(&self) -> Result<String, String> {
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let port = self.port.to_string();
        let mut command = Command::new(self.programs.join("createdb"));
        command.args(["--host=127.0.0.1", "--username=volaris", "--port", &port, &name]);
        let output = command.output().map_err(|error| format!("createdb: {error}"))?;
        if !output.status.success() {
            return Err(format!("createdb: {}", String::from_utf8_lossy(&output.stderr)));
        }
        Ok(format!("postgres://volaris@127.0.0.1:{port}/{name}"))
    }

    /// Cuts it off in the middle of whatever it does.
    ///
    /// # Errors
    ///
    /// When it does not end.
    pub fn cut_off(&self) -> Result<(), String> {
        self.tell("stop")
    }

    /// Starts it again on what it kept.
    ///
    /// # Errors
    ///
    /// When it does not start: why.
    pub fn start_again(&self) -> Result<(), String> {
        self.tell("start")
    }

    fn tell(&self, word: &str) -> Result<(), String> {
        let mut supervisor =
            self.supervisor.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut stdin = supervisor.child.stdin.as_ref().ok_or("its shell is gone")?;
        writeln!(stdin, "{word}").map_err(|error| format!("its shell: {error}"))?;
        supervisor.wait()
    }

    /// Starts one.
    ///
    /// # Errors
    ///
    /// When PostgreSQL is not installed or does not start: what to do about it.
    pub fn start() -> Result<Self, String> {
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
        let mut child = command.spawn().map_err(|error| format!("the server's shell: {error}"))?;
        let stdout = child.stdout.take().ok_or("the server's shell says nothing")?;
        let mut supervisor = Supervisor { child, says: BufReader::new(stdout) };
        supervisor.wait()?;
        Ok(Self { port, programs, supervisor: Mutex::new(supervisor) })
    }

    /// Ends the server; for the test of this module.
    #[cfg(test)]
    fn stop(&self) -> std::io::Result<std::process::ExitStatus> {
        let mut supervisor =
            self.supervisor.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        drop(supervisor.child.stdin.take());
        supervisor.child.wait()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_ends_with_its_program_and_leaves_nothing() {
        let server = PostgresServer::start().expect("PostgreSQL starts");
        let answers = || std::net::TcpStream::connect(("127.0.0.1", server.port)).is_ok();
        assert!(answers());
        server.cut_off().expect("it ends");
        assert!(!answers());
        server.start_again().expect("it starts");
        assert!(answers());
        server.stop().expect("the shell ends");
        assert!(std::net::TcpStream::connect(("127.0.0.1", server.port)).is_err());
    }
}
