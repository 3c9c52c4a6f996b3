//! The binary on a PostgreSQL server that is cut off and comes back while traders write: what was
//! acknowledged is there, and nobody waits for ever.
#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]
#![expect(clippy::disallowed_methods, reason = "how long somebody waits is told by a clock")]

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use testkit::desk::RunningDesk;
use testkit::postgres::PostgresServer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

/// The longest that any answer may take.
const ANSWER_MAX: Duration = Duration::from_secs(10);
const CUTS: u32 = 3;
const WRITERS: u32 = 8;

fn start(database: &str, folder: &Path) -> RunningDesk {
    let mut command = Command::new(env!("CARGO_BIN_EXE_volaris"));
    command.arg("--data").arg(folder).env("VOLARIS_DATABASE", database);
    RunningDesk::start(command).unwrap()
}

/// Asks once, on a connection of its own; gives the status and the body.
async fn ask(address: SocketAddr, request: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let text = format!(
        "{request} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// What traders wrote, and how long they waited.
#[derive(Default)]
struct Story {
    acknowledged: Mutex<BTreeSet<String>>,
    refused: AtomicU32,
    longest: Mutex<Duration>,
    is_over: AtomicBool,
    names: AtomicU32,
}

impl Story {
    async fn write(self: Arc<Self>, address: SocketAddr) {
        while !self.is_over.load(Ordering::Relaxed) {
            let name = format!("n{}", self.names.fetch_add(1, Ordering::Relaxed));
            let body = format!(
                r#"{{"position":"1 SPXW 15MAR24 5000C","stage":"planned","name":"{name}"}}"#
            );
            let began = Instant::now();
            let (status, _) = ask(address, "POST /api/v1/positions", &body).await;
            let took = began.elapsed();
            self.waited(took);
            if status == 201 {
                self.acknowledged.lock().unwrap().insert(name);
            } else {
                self.refused.fetch_add(1, Ordering::Relaxed);
                sleep(Duration::from_millis(20)).await;
            }
        }
    }

    fn waited(&self, took: Duration) {
        let mut longest = self.longest.lock().unwrap();
        *longest = took.max(*longest);
    }

    fn count(&self) -> usize {
        self.acknowledged.lock().unwrap().len()
    }
}

/// Waits until it is so; what never is fails the test.
async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < Duration::from_secs(60), "it never came");
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_cut_off_loses_nothing_and_hangs_nobody() {
    let server = PostgresServer::start().unwrap_or_else(|why| panic!("{why}"));
    let folder = tempfile::tempdir().unwrap();
    let desk = start(&server.fresh_database().unwrap(), folder.path());
    let (address, story) = (desk.address(), Arc::new(Story::default()));
    let writers: Vec<_> =
        (0..WRITERS).map(|_| tokio::spawn(Arc::clone(&story).write(address))).collect();
    for _ in 0..CUTS {
        let before = story.count();
        until(async || before + 40 < story.count()).await;
        let refused = story.refused.load(Ordering::Relaxed);
        server.cut_off().unwrap();
        until(async || refused + WRITERS < story.refused.load(Ordering::Relaxed)).await;
        // The story is in the log, under the number that is told.
        let (status, told) = ask(address, "GET /api/v1/positions", "").await;
        assert_eq!(status, 500);
        assert!(told.contains("\"reference\":\"V0") && !told.contains("sqlx"), "{told}");
        // What needs no database goes on, and whoever watches is told.
        assert_eq!(ask(address, "GET /api/v1/levels/SPX", "").await.0, 200);
        assert_eq!(ask(address, "GET /health", "").await.0, 200);
        assert_eq!(ask(address, "GET /ready", "").await.0, 503);
        server.start_again().unwrap();
        until(async || ask(address, "GET /ready", "").await.0 == 200).await;
    }
    let before = story.count();
    until(async || before + 40 < story.count()).await;
    story.is_over.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }
    let (status, body) = ask(address, "GET /api/v1/positions", "").await;
    assert_eq!(status, 200);
    for name in story.acknowledged.lock().unwrap().iter() {
        assert!(body.contains(&format!("\"name\":\"{name}\"")), "{name} was acknowledged");
    }
    let longest = *story.longest.lock().unwrap();
    assert!(longest < ANSWER_MAX, "{longest:?}");
}
