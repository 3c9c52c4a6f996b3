//! A NATS server for one test, on a port of its own.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::ports::free_port;

/// Starts a server on `$1` and ends it when nobody holds the other end of its input any more: a
/// test program that was killed leaves no server behind. `stop` and `start` do what they say.
const SUPERVISE: &str = r#"
start() {
  nats-server --addr 127.0.0.1 --port "$1" </dev/null >/dev/null 2>&1 &
  server=$!
}
start "$1"
while read -r word; do
  case $word in
  stop)
    kill -KILL "$server"
    wait "$server"
    ;;
  start) start "$1" ;;
  esac
  echo done
done
kill -KILL "$server"
wait "$server"
"#;

/// Looks whether it answers: so often, with such pauses.
const LOOKS_MAX: u32 = 400;
const PAUSE: Duration = Duration::from_millis(25);

/// A server, which ends with this.
pub struct NatsServer {
    port: u16,
    /// Held so that its input stays open until this ends.
    supervisor: Mutex<Child>,
}

impl NatsServer {
    /// Starts one.
    ///
    /// # Errors
    ///
    /// When NATS is not installed or does not start: what to do about it.
    pub fn start() -> Result<Self, String> {
        let port = free_port().map_err(|error| format!("no free port: {error}"))?;
        // Debian keeps it where only root looks.
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::env::split_paths(&path).chain(["/usr/sbin".into()]);
        let child = Command::new("sh")
            .args(["-c", SUPERVISE, "sh", &port.to_string()])
            .env("PATH", std::env::join_paths(folders).map_err(|error| error.to_string())?)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("the server's shell: {error}"))?;
        let server = Self { port, supervisor: Mutex::new(child) };
        server.wait_until(true).map_err(|why| {
            format!("{why}: `apt-get install nats-server` brings it where it is missing")
        })?;
        Ok(server)
    }

    /// Where it is.
    pub fn address(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Cuts it off in the middle of whatever it does.
    ///
    /// # Errors
    ///
    /// When it does not end.
    pub fn cut_off(&self) -> Result<(), String> {
        self.tell("stop")?;
        self.wait_until(false)
    }

    /// Starts it again.
    ///
    /// # Errors
    ///
    /// When it does not start.
    pub fn start_again(&self) -> Result<(), String> {
        self.tell("start")?;
        self.wait_until(true)
    }

    fn tell(&self, word: &str) -> Result<(), String> {
        let mut child = self.supervisor.lock().unwrap_or_else(PoisonError::into_inner);
        let stdin = child.stdin.as_mut().ok_or("its shell hears nothing")?;
        writeln!(stdin, "{word}").map_err(|error| format!("its shell: {error}"))?;
        let stdout = child.stdout.as_mut().ok_or("its shell says nothing")?;
        let mut said = [0; 5];
        stdout.read_exact(&mut said).map_err(|error| format!("its shell: {error}"))
    }

    fn wait_until(&self, is_there: bool) -> Result<(), String> {
        for _ in 0..LOOKS_MAX {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() == is_there {
                return Ok(());
            }
            std::thread::park_timeout(PAUSE);
        }
        Err(format!("NATS did not {}", if is_there { "start" } else { "end" }))
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        let mut child = self.supervisor.lock().unwrap_or_else(PoisonError::into_inner);
        drop(child.stdin.take());
        let _ = child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_ends_with_its_test() {
        let server = NatsServer::start().expect("NATS starts");
        let port = server.port;
        let answers = move || TcpStream::connect(("127.0.0.1", port)).is_ok();
        server.cut_off().expect("it ends");
        assert!(!answers());
        server.start_again().expect("it starts");
        assert!(answers());
        drop(server);
        assert!(!answers());
    }
}
