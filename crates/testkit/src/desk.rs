//! The server's own binary, on a free port, until the test ends.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// A start that takes longer is none.
const START_MAX: Duration = Duration::from_secs(120);

/// A server that ends with the test.
pub struct RunningDesk {
    child: Child,
    address: SocketAddr,
}

impl RunningDesk {
    /// Starts the binary of `command`, with what the test set in it, and waits until it says where
    /// it is.
    ///
    /// # Errors
    ///
    /// Why it could not be started, or that it ended without saying where it is.
    pub fn start(mut command: Command) -> Result<Self, String> {
        command.args(["--listen", "127.0.0.1:0"]);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| format!("{command:?}: {error}"))?;
        let lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        let (say, said) = mpsc::channel();
        // Whatever else it says is read too, so that it never waits for us.
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let address =
                    line.strip_prefix("Volaris is at ").and_then(|at| at.split_once("://"));
                if let Some(address) = address.and_then(|(_, address)| address.parse().ok()) {
                    let _ = say.send(address);
                }
            }
        });
        match said.recv_timeout(START_MAX) {
            Ok(address) => Ok(Self { child, address }),
            Err(_) => {
                let _ = child.kill();
                Err(format!("{command:?} ended with {:?}", child.wait()))
            }
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The number of its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for RunningDesk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
