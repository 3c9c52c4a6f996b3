//! The binary on a PostgreSQL server that is cut off, or stands still, and comes back while traders
//! write: what was acknowledged is there, nobody waits for ever, and nobody is signed out.
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
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

/// The longest that any answer may take.
const ANSWER_MAX: Duration = Duration::from_secs(10);
const CUTS: u32 = 3;
const WRITERS: u32 = 8;
/// What a page that somebody looks at is asked for with.
const FOR_A_PERSON: &str = "accept: text/html\r\n";

fn start(database: &str, folder: &Path) -> RunningDesk {
    let mut command = Command::new(env!("CARGO_BIN_EXE_volaris"));
    command.arg("--data").arg(folder).env("VOLARIS_DATABASE", database);
    RunningDesk::start(command).unwrap()
}

/// Asks once, on a connection of its own; gives the head and the body.
async fn send(
    address: SocketAddr,
    request: &str,
    (headers, body): (&str, &str),
) -> (String, String) {
    let length = body.len();
    let text = format!(
        "{request} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n{headers}\
         content-length: {length}\r\n\r\n{body}"
    );
    let told = async {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    };
    let told = timeout(ANSWER_MAX, told).await;
    let answer = told.unwrap_or_else(|_| panic!("{request} took more than {ANSWER_MAX:?}"));
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

/// The status, as a number, and the body.
async fn ask_with(address: SocketAddr, request: &str, headers: &str) -> (u16, String) {
    let (head, body) = send(address, request, (headers, "")).await;
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body)
}

async fn ask(address: SocketAddr, request: &str) -> (u16, String) {
    ask_with(address, request, "").await
}

/// What traders wrote.
#[derive(Default)]
struct Story {
    acknowledged: Mutex<BTreeSet<String>>,
    refused: AtomicU32,
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
            let headers = "content-type: application/json\r\n";
            let (head, _) = send(address, "POST /api/v1/positions", (headers, &body)).await;
            if head.starts_with("HTTP/1.1 201 ") {
                self.acknowledged.lock().unwrap().insert(name);
            } else {
                self.refused.fetch_add(1, Ordering::Relaxed);
                sleep(Duration::from_millis(20)).await;
            }
        }
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

async fn until_ready(address: SocketAddr) {
    until(async || ask(address, "GET /ready").await.0 == 200).await;
}

/// The story is in the log, under the number that is told.
#[track_caller]
fn check_refused((status, told): &(u16, String)) {
    assert!(matches!(status, 500 | 503), "{status}: {told}");
    // A program has it as a problem, a person in the words of a page.
    let number = if told.starts_with('{') { "\"reference\":\"V0" } else { " under V0" };
    assert!(told.contains(number) && !told.contains("sqlx"), "{told}");
}

/// While traders write, the database goes away and comes back a few times.
async fn check_outages(address: SocketAddr, go: impl Fn(), come_back: impl Fn()) {
    let story = Arc::new(Story::default());
    let writers: Vec<_> =
        (0..WRITERS).map(|_| tokio::spawn(Arc::clone(&story).write(address))).collect();
    for _ in 0..CUTS {
        let before = story.count();
        until(async || before + 40 < story.count()).await;
        let refused = story.refused.load(Ordering::Relaxed);
        go();
        until(async || refused + WRITERS < story.refused.load(Ordering::Relaxed)).await;
        // What is on the two pages does not matter: that they come in time does.
        let (positions, levels, health, ready, _, _) = tokio::join!(
            ask(address, "GET /api/v1/positions"),
            ask(address, "GET /api/v1/levels/SPX"),
            ask(address, "GET /health"),
            ask(address, "GET /ready"),
            ask_with(address, "GET /chart/SPX", FOR_A_PERSON),
            ask_with(address, "GET /settings/data", FOR_A_PERSON),
        );
        check_refused(&positions);
        // What needs no database goes on, and whoever watches is told.
        assert_eq!([levels.0, health.0, ready.0], [200, 200, 503]);
        come_back();
        until_ready(address).await;
    }
    let before = story.count();
    until(async || before + 40 < story.count()).await;
    story.is_over.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }
    let (status, body) = ask(address, "GET /api/v1/positions").await;
    assert_eq!(status, 200);
    for name in story.acknowledged.lock().unwrap().iter() {
        assert!(body.contains(&format!("\"name\":\"{name}\"")), "{name} was acknowledged");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_cut_off_loses_nothing_and_hangs_nobody() {
    let server = PostgresServer::start().unwrap_or_else(|why| panic!("{why}"));
    let folder = tempfile::tempdir().unwrap();
    let desk = start(&server.fresh_database().unwrap(), folder.path());
    let (go, come_back) = (|| server.cut_off().unwrap(), || server.start_again().unwrap());
    check_outages(desk.address(), go, come_back).await;
}

/// Stands before a database, and lets nothing through while that stands still.
struct Gate {
    database: String,
    is_still: watch::Sender<bool>,
}

impl Gate {
    async fn before(database: &str) -> Self {
        let (begin, rest) = database.split_once('@').unwrap();
        let (server, name) = rest.split_once('/').unwrap();
        let server: SocketAddr = server.parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let database = format!("{begin}@{}/{name}", listener.local_addr().unwrap());
        let (is_still, still) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let Ok(far) = TcpStream::connect(server).await else { continue };
                let ((near_in, near_out), (far_in, far_out)) =
                    (near.into_split(), far.into_split());
                tokio::spawn(carry(near_in, far_out, still.clone()));
                tokio::spawn(carry(far_in, near_out, still.clone()));
            }
        });
        Self { database, is_still }
    }
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut still: watch::Receiver<bool>) {
    let mut bytes = vec![0; 1 << 16];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        let is_over = still.wait_for(|is_still| !*is_still).await.is_err();
        if is_over || to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_stands_still_loses_nothing_and_hangs_nobody() {
    let server = PostgresServer::start().unwrap_or_else(|why| panic!("{why}"));
    let folder = tempfile::tempdir().unwrap();
    let Gate { database, is_still } = Gate::before(&server.fresh_database().unwrap()).await;
    let desk = start(&database, folder.path());
    let tell = |now| {
        is_still.send_replace(now);
    };
    check_outages(desk.address(), || tell(true), || tell(false)).await;
}

/// Gives the desk its first account; the header that its browser brings from then on.
async fn protect(address: SocketAddr) -> String {
    let headers = "sec-fetch-site: same-origin\r\n\
                   content-type: application/x-www-form-urlencoded\r\n";
    let form = "email=ada%40example.com&password=correct+horse+battery";
    let (head, _) = send(address, "POST /account/protect", (headers, form)).await;
    let cookie = head.split_once("set-cookie: sid=").expect(&head).1;
    let cookie = cookie.split([';', '\r']).next().unwrap();
    format!("cookie: sid={cookie}\r\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_away_signs_nobody_out() {
    let server = PostgresServer::start().unwrap_or_else(|why| panic!("{why}"));
    let folder = tempfile::tempdir().unwrap();
    let desk = start(&server.fresh_database().unwrap(), folder.path());
    let address = desk.address();
    let cookie = protect(address).await;
    let for_a_person = format!("{FOR_A_PERSON}{cookie}");
    let questions = [
        ("GET /api/v1/positions", &cookie),
        ("GET /api/v1/levels/SPX", &cookie),
        ("GET /chart/SPX", &for_a_person),
        ("GET /settings/security", &for_a_person),
    ];
    for (request, headers) in questions {
        assert_eq!(ask_with(address, request, headers).await.0, 200, "{request}");
    }
    assert_eq!(ask(address, "GET /api/v1/positions").await.0, 401, "it is of who is signed in");
    server.cut_off().unwrap();
    // More than a network may ask that is not signed in.
    let all = questions.iter().cycle().take(80);
    let all = all.map(|(request, headers)| ask_with(address, request, headers));
    for refused in futures::future::join_all(all).await {
        check_refused(&refused);
    }
    server.start_again().unwrap();
    until_ready(address).await;
    for (request, headers) in questions {
        assert_eq!(ask_with(address, request, headers).await.0, 200, "{request}");
    }
}
