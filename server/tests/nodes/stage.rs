//! Servers that end with their test, and what is asked of them.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

use api::{
    ClientWord, ControlTape, PROTOCOL_POSTCARD, ServerWord, TapeCommand, TapeView, Update,
    decode_server, encode_client,
};
use futures::{SinkExt, StreamExt};
use market::Symbol;
use testkit::desk::RunningDesk;
use testkit::nats::NatsServer;
use testkit::postgres;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// How long anything may take that is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
pub(crate) const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// A server of the desk.
pub(crate) struct Server {
    pub(crate) desk: RunningDesk,
    _folder: tempfile::TempDir,
}

/// What the servers of one desk share.
pub(crate) struct Between {
    pub(crate) database: String,
    pub(crate) nats: NatsServer,
}

/// What was answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The cookie that came with it, to be sent back.
    pub(crate) fn cookie(&self) -> String {
        let (_, cookie) = self.head.split_once("set-cookie: ").unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }
}

impl Between {
    pub(crate) fn new() -> Self {
        Self::on(postgres::fresh_database().unwrap_or_else(|why| panic!("{why}")))
    }

    /// On a database of the test's own.
    pub(crate) fn on(database: String) -> Self {
        let nats = NatsServer::start().unwrap_or_else(|why| panic!("{why}"));
        Self { database, nats }
    }

    pub(crate) fn command(&self, folder: &std::path::Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_volaris"));
        command.arg("--data").arg(folder);
        command.env("VOLARIS_DATABASE", &self.database).env("VOLARIS_NATS", self.nats.address());
        command.env("VOLARIS_KEY", KEY).env("VOLARIS_STREAMS_MAX", "4");
        command
    }

    pub(crate) fn start(&self) -> Server {
        self.start_with(&self.nats.address())
    }

    /// One that is told of another NATS.
    pub(crate) fn start_with(&self, nats: &str) -> Server {
        let folder = tempfile::tempdir().unwrap();
        let mut command = self.command(folder.path());
        command.env("VOLARIS_NATS", nats);
        Server { desk: RunningDesk::start(command).unwrap(), _folder: folder }
    }

    /// Two of them that found each other; the one that leads first.
    pub(crate) async fn start_two(&self) -> [Server; 2] {
        let first = self.start();
        self.wait_for_leader(&first).await;
        let second = self.start();
        // A word has gone to and fro when the one that follows shows the other's tape.
        control(&first, TapeCommand::Pause, "").await.unwrap();
        until(async || tape(&second, "").await.is_some_and(|tape| tape.is_paused)).await;
        control(&second, TapeCommand::Play, "").await.unwrap();
        [first, second]
    }

    /// Waits until a server leads; gives how long that took.
    pub(crate) async fn wait_for_leader(&self, server: &Server) -> Duration {
        let url = store::DatabaseUrl::Server(self.database.clone());
        let store = store::Database::open(&url).await.unwrap();
        let own = format!("/{}", server.desk.id());
        let began = Instant::now();
        until(async || {
            let facts = desk::ServerStore::desk_facts(&store).await.unwrap();
            facts.leader.ends_with(&own)
        })
        .await;
        store.close().await;
        began.elapsed()
    }
}

impl Server {
    pub(crate) async fn ask(&self, request: &str, headers: &str, body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.desk.address()).await.unwrap();
        let head = format!(
            "{request} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n{headers}\
             content-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(body).await.unwrap();
        let mut answer = Vec::new();
        timeout(PATIENCE, stream.read_to_end(&mut answer)).await.unwrap().unwrap();
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head, body: answer[end + 4..].to_vec() }
    }

    pub(crate) async fn get(&self, path: &str, cookie: &str) -> Answer {
        self.ask(&format!("GET {path}"), &cookie_line(cookie), b"").await
    }

    pub(crate) async fn send(&self, path: &str, form: &str, cookie: &str) -> Answer {
        let headers = format!(
            "{}sec-fetch-site: same-origin\r\ncontent-type: application/x-www-form-urlencoded\r\n",
            cookie_line(cookie)
        );
        self.ask(&format!("POST {path}"), &headers, form.as_bytes()).await
    }

    /// Stands still, as on a machine that is out of memory, or goes on.
    pub(crate) fn signal(&self, name: &str) {
        let done = Command::new("kill").args([name, &self.desk.id().to_string()]).status();
        assert!(done.unwrap().success(), "{name}");
    }
}

fn cookie_line(cookie: &str) -> String {
    if cookie.is_empty() { String::new() } else { format!("cookie: {cookie}\r\n") }
}

async fn ask_of_page(server: &Server, path: &str, body: &[u8], cookie: &str) -> Answer {
    let headers = format!(
        "{}sec-fetch-site: same-origin\r\ncontent-type: application/x-postcard\r\n\
         accept: application/x-postcard\r\n",
        cookie_line(cookie)
    );
    server.ask(&format!("POST {path}"), &headers, body).await
}

/// Moves a trader's tape, as the page does; what was told otherwise.
pub(crate) async fn control(
    server: &Server,
    command: TapeCommand,
    cookie: &str,
) -> Result<TapeView, u16> {
    let body = postcard::to_allocvec(&ControlTape { command }).unwrap();
    let answer = ask_of_page(server, "/api/tape/control", &body, cookie).await;
    if answer.status == 200 {
        return Ok(postcard::from_bytes(&answer.body).unwrap());
    }
    Err(answer.status)
}

/// How a trader's tape stands on a server.
pub(crate) async fn tape(server: &Server, cookie: &str) -> Option<TapeView> {
    let answer = ask_of_page(server, "/api/tape/read", b"", cookie).await;
    (answer.status == 200).then(|| postcard::from_bytes(&answer.body).unwrap())
}

/// What a page hears.
pub(crate) struct Page {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(crate) status: Option<TapeView>,
    /// By symbol and the number of their last print.
    pub(crate) updates: BTreeMap<(Symbol, u64), Update>,
    pub(crate) epoch: u64,
    pub(crate) refused: Option<String>,
}

impl Page {
    pub(crate) async fn open(server: &Server) -> Self {
        let address = server.desk.address();
        let mut request = format!("ws://{address}/stream").into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("sec-websocket-protocol", PROTOCOL_POSTCARD.parse().unwrap());
        headers.insert("origin", format!("http://{address}").parse().unwrap());
        let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        let symbols = vec![Symbol::SPX, Symbol::SPY];
        let watch = encode_client(&ClientWord::Watch { symbols, resume: None });
        // One that is refused may be gone by now.
        let _ = socket.send(Message::Binary(watch.into())).await;
        Self { socket, status: None, updates: BTreeMap::new(), epoch: 0, refused: None }
    }

    /// Hears the next word; false where there is none for a while.
    pub(crate) async fn hear(&mut self, patience: Duration) -> bool {
        let Ok(Some(Ok(message))) = timeout(patience, self.socket.next()).await else {
            return false;
        };
        let Message::Binary(bytes) = message else { return true };
        match decode_server(&bytes) {
            Some(ServerWord::Status(status)) => self.status = Some(status),
            Some(ServerWord::Snapshot(snapshot)) => {
                self.epoch = snapshot.epoch;
                self.updates.clear();
            }
            Some(ServerWord::Updates { updates, .. }) => {
                let numbered = updates.into_iter().map(|one| ((one.symbol, one.seq), one));
                self.updates.extend(numbered);
            }
            Some(ServerWord::Refused { why }) => self.refused = Some(why),
            None => panic!("a word that is not understood"),
        }
        true
    }

    pub(crate) async fn hear_for(&mut self, time: Duration) {
        let began = Instant::now();
        while let Some(left) = time.checked_sub(began.elapsed()) {
            self.hear(left).await;
        }
    }
}

/// Waits until it is so; what never is fails the test.
pub(crate) async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < PATIENCE, "it never came");
        sleep(Duration::from_millis(20)).await;
    }
}
