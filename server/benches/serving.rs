//! What the running server does: start, levels over HTTP at a fixed rate, and the stream's fan-out.
//! `volaris` is the release build; its processor time and memory are what Linux says of it.
#![expect(clippy::print_stdout, reason = "a benchmark prints")]
#![expect(clippy::unwrap_used, reason = "a benchmark stops where it cannot go on")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use api::{ClientWord, PROTOCOL_POSTCARD, encode_client};
use futures::StreamExt;
use market::Symbol;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

const REQUESTS_PER_SECOND: u32 = 2_000;
const CONNECTIONS: u32 = 16;
const HTTP_SECONDS: u32 = 5;
const STREAMS: usize = 1_000;
const STREAM_SECONDS: u64 = 10;

/// A server of its own, with an empty data folder.
struct Volaris {
    child: Child,
    address: String,
    _folder: tempfile::TempDir,
}

impl Drop for Volaris {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Volaris {
    async fn start() -> (Self, Duration) {
        let folder = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let began = Instant::now();
        let child = Command::new(env!("CARGO_BIN_EXE_volaris"))
            .args(["--listen", &address, "--data"])
            .arg(folder.path())
            .env("VOLARIS_STREAMS_MAX", (2 * STREAMS).to_string())
            .env("VOLARIS_LOG", "warn")
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let volaris = Self { child, address, _folder: folder };
        while volaris.get("/ready").await.is_err() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        (volaris, began.elapsed())
    }

    async fn get(&self, path: &str) -> std::io::Result<Vec<u8>> {
        let mut connection = Connection::open(&self.address).await?;
        connection.get(path).await
    }

    fn status(&self, file: &str) -> String {
        let path = PathBuf::from(format!("/proc/{}/{file}", self.child.id()));
        std::fs::read_to_string(path).unwrap_or_default()
    }

    /// Resident memory in kilobytes.
    fn memory_kb(&self) -> u64 {
        let status = self.status("status");
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
        line.split_whitespace().nth(1).and_then(|word| word.parse().ok()).unwrap_or(0)
    }

    /// Processor time in seconds, of all threads.
    fn processor_seconds(&self) -> f64 {
        let stat = self.status("stat");
        let after_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
        let ticks = |place: usize| -> f64 {
            after_name.split(' ').nth(place).and_then(|word| word.parse().ok()).unwrap_or(0.0)
        };
        // User and system time, in hundredths of a second on every Linux of today.
        (ticks(11) + ticks(12)) / 100.0
    }
}

/// A kept-alive HTTP/1.1 connection; it reads just what these answers need.
struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    host: String,
}

impl Connection {
    async fn open(address: &str) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 * 1024), host: address.to_owned() })
    }

    async fn get(&mut self, path: &str) -> std::io::Result<Vec<u8>> {
        let ask = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", self.host);
        self.stream.write_all(ask.as_bytes()).await?;
        self.buffer.clear();
        loop {
            let head = self.buffer.windows(4).position(|four| four == b"\r\n\r\n");
            if let Some(head) = head {
                let text = String::from_utf8_lossy(&self.buffer[..head]).to_lowercase();
                if !text.starts_with("http/1.1 200") {
                    return Err(std::io::Error::other(text));
                }
                let length = text
                    .lines()
                    .find_map(|line| line.strip_prefix("content-length: "))
                    .and_then(|word| word.trim().parse::<usize>().ok())
                    .unwrap_or(0);
                if head + 4 + length <= self.buffer.len() {
                    return Ok(self.buffer.split_off(head + 4));
                }
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

/// Asks at a fixed rate, whether or not answers come: a slow answer delays no question, and its
/// whole delay counts.
async fn levels_over_http(volaris: &Arc<Volaris>) {
    let each = CONNECTIONS * 1_000_000 / REQUESTS_PER_SECOND;
    let count = REQUESTS_PER_SECOND * HTTP_SECONDS / CONNECTIONS;
    let cpu = volaris.processor_seconds();
    let began = Instant::now() + Duration::from_millis(50);
    let askers = (0..CONNECTIONS).map(|place| {
        let volaris = Arc::clone(volaris);
        tokio::spawn(async move {
            let mut connection = Connection::open(&volaris.address).await.unwrap();
            let mut times = Vec::new();
            for n in 0..count {
                let offset = n * each + place * (each / CONNECTIONS);
                let due = began + Duration::from_micros(u64::from(offset));
                tokio::time::sleep_until(due.into()).await;
                let body = connection.get("/api/v1/levels/SPX").await.unwrap();
                assert!(1_000 < body.len(), "an answer has its levels");
                times.push(due.elapsed());
            }
            times
        })
    });
    let mut times = Vec::new();
    for asker in askers.collect::<Vec<_>>() {
        times.extend(asker.await.unwrap());
    }
    times.sort();
    let at = |share: f64| {
        #[expect(clippy::cast_possible_truncation, reason = "a place in a list")]
        #[expect(clippy::cast_sign_loss, reason = "a place in a list")]
        let place = (times.len() as f64 * share) as usize;
        times[place.min(times.len() - 1)].as_secs_f64() * 1_000.0
    };
    let cpu = (volaris.processor_seconds() - cpu) / f64::from(HTTP_SECONDS);
    println!(
        "levels over HTTP, {REQUESTS_PER_SECOND}/s on {CONNECTIONS} connections: \
         p50 {:.2} ms, p99 {:.2} ms, worst {:.2} ms (goal p99 5 ms); {:.0} % of a core",
        at(0.5),
        at(0.99),
        at(1.0),
        100.0 * cpu,
    );
}

/// A thousand pages that watch two symbols.
async fn fan_out(volaris: &Arc<Volaris>) {
    // The tape moves with or without listeners.
    let cpu = volaris.processor_seconds();
    tokio::time::sleep(Duration::from_secs(STREAM_SECONDS)).await;
    let alone = volaris.processor_seconds() - cpu;
    let memory = volaris.memory_kb();
    let heard = Arc::new(AtomicU64::new(0));
    let mut pages = Vec::with_capacity(STREAMS);
    for _ in 0..STREAMS {
        let address = format!("ws://{}/stream", volaris.address);
        let mut request = address.into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("sec-websocket-protocol", PROTOCOL_POSTCARD.parse().unwrap());
        headers.insert("origin", format!("http://{}", volaris.address).parse().unwrap());
        let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        let symbols = vec![Symbol::SPX, Symbol::SPY];
        let word = encode_client(&ClientWord::Watch { symbols, resume: None });
        futures::SinkExt::send(&mut socket, Message::Binary(word.into())).await.unwrap();
        let heard = Arc::clone(&heard);
        pages.push(tokio::spawn(async move {
            while let Some(Ok(_)) = socket.next().await {
                heard.fetch_add(1, Ordering::Relaxed);
            }
        }));
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let (before, cpu) = (heard.load(Ordering::Relaxed), volaris.processor_seconds());
    tokio::time::sleep(Duration::from_secs(STREAM_SECONDS)).await;
    let messages = heard.load(Ordering::Relaxed) - before;
    let cpu = volaris.processor_seconds() - cpu - alone;
    let each_kb = (volaris.memory_kb() - memory) as f64 / STREAMS as f64;
    println!(
        "stream to {STREAMS} pages: {:.0} messages/s for {:.1} % of a core \
         (the tape itself takes {:.1} %), \
         so {:.0} messages/s a core (goal 150,000); {each_kb:.1} kB a connection (goal 40)",
        messages as f64 / STREAM_SECONDS as f64,
        100.0 * cpu / STREAM_SECONDS as f64,
        100.0 * alone / STREAM_SECONDS as f64,
        messages as f64 / cpu,
    );
    for page in pages {
        page.abort();
    }
}

fn main() {
    // Asked by `cargo test --benches` only whether it starts.
    let is_test = std::env::args().any(|word| word == "--test");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (volaris, took) = Volaris::start().await;
        println!("start to /ready, first start with its practice market: {took:.0?} (goal 1 s)");
        if is_test {
            return;
        }
        let volaris = Arc::new(volaris);
        levels_over_http(&volaris).await;
        fan_out(&volaris).await;
    });
}
